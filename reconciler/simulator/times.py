"""Times as the platform writes them."""

from datetime import UTC, datetime


def stamp(seconds: float) -> str:
    """Seconds since the epoch as ISO 8601 UTC with milliseconds (platform-api section 1)."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
