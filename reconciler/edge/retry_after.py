"""How long to wait before asking again: what the platform says, else our own backoff (faults.md N-36, N-37)."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

CAP_S: Final = 30.0
BASE_S: Final = 0.5


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that `Retry-After` asks for, at least 1; None where it is absent or nonsense.

    A date is measured against the answer's own `Date`, so that a wrong clock on either side does not matter
    (N-46); `now` is used where that is missing.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return max(1.0, min(float(text), 1e12))
    until = _http_date(text)
    if until is None:
        return None
    return max(1.0, (until - (_http_date(headers.get("date", "")) or now)).total_seconds())


def backoff_s(tries: int, chance: random.Random, least: float = 0.0) -> float:
    """Return a wait after so many tries: exponential with full jitter, at most 30 seconds, at least `least`."""
    return max(least, chance.uniform(0, min(CAP_S, BASE_S * 2**tries)))


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
