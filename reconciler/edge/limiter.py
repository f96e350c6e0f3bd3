"""The pace of requests: evenly spaced, under the platform's limit of 10 a second (platform-api section 1)."""

import threading
from typing import Final

from reconciler.model.clock import Clock

INTERVAL_S: Final = 0.105
"""95 % of the limit; ten requests span 1.05 s, so that 50 ms of jitter never put an eleventh into a second."""


class Pace:
    """Lets one request through each interval, retries and polls included (faults.md I-08)."""

    def __init__(self, clock: Clock, interval_s: float = INTERVAL_S) -> None:
        self.clock, self.interval_s = clock, interval_s
        self.next_at = clock.monotonic()
        self.turn = threading.Lock()

    def wait(self) -> None:
        """Return when the next request may be sent; others wait behind. The spacing counts from the return."""
        with self.turn:
            ahead = self.next_at - self.clock.monotonic()
            if ahead > 0:
                self.clock.sleep(ahead)
            self.next_at = self.clock.monotonic() + self.interval_s
