"""The platform's rate limit: a true sliding window over the injected clock (platform-api section 1)."""

from collections import deque
from dataclasses import dataclass, field

WINDOW = 1.0

# A clock that is a float gives 0.9999999 where a client waited exactly one second.
ROUNDING = 1e-6


@dataclass(slots=True)
class Limiter:
    """Counts requests in the last second.

    A refused request does not use up the allowance, so a client that hammers is let in again; all
    requests, refused ones too, count for `most`, the largest number seen in any one second.
    """

    arrived: deque[float] = field(default_factory=deque)
    accepted: deque[float] = field(default_factory=deque)
    most: int = 0

    def accept(self, now: float, limit: float) -> bool:
        """Count a request at `now` and tell whether it is within `limit` (0: no limit)."""
        _forget(self.arrived, now)
        self.arrived.append(now)
        self.most = max(self.most, len(self.arrived))
        _forget(self.accepted, now)
        if limit and len(self.accepted) >= limit:
            return False
        self.accepted.append(now)
        return True


def _forget(times: deque[float], now: float) -> None:
    while times and now - times[0] >= WINDOW - ROUNDING:
        times.popleft()
