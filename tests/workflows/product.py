"""The program as the workflows start it, with a time that runs fast, so that waiting for a job takes no time.

The day is today, or as many days later as $FAKE_GITHUB/days says.
"""

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from reconciler.cli.main import Outer, run

SPEED: Final = 50.0


class FastClock:
    """Seconds that pass fifty times as fast, some days from now."""

    def __init__(self, days: int = 0) -> None:
        self.days = timedelta(days)

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic() * SPEED

    def now(self) -> datetime:
        """Return the time of day."""
        return datetime.now(UTC) + self.days

    def sleep(self, seconds: float) -> None:
        """Wait a fiftieth of the time."""
        time.sleep(max(0.0, seconds) / SPEED)


if __name__ == "__main__":
    later = Path(os.environ["FAKE_GITHUB"]) / "days"
    clock = FastClock(int(later.read_text()) if later.exists() else 0)
    sys.exit(run(sys.argv[1:], Outer(dict(os.environ), clock)))
