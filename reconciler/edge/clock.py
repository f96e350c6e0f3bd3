"""The machine's clock, the only one of the product; everything below the command line gets it as an argument."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Implements `model.clock.Clock` with the monotonic clock and the time of day of this machine."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def now(self) -> datetime:
        """Return the time of day in UTC, aware."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
