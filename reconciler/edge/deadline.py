"""An end in time for a step, by the monotonic clock: whatever the server does, the step ends (faults.md I-09)."""

from reconciler.model.clock import Clock


class Deadline:
    """The end of one step, set when the step begins; a jump of the time of day does not move it (P-15)."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock, self.seconds = clock, seconds
        self.started_at = clock.monotonic()

    def elapsed(self) -> float:
        """Return the seconds since the step began."""
        return self.clock.monotonic() - self.started_at

    def left(self) -> float:
        """Return the seconds that are left; 0 when the time is over."""
        return max(0.0, self.seconds - self.elapsed())

    def end(self) -> None:
        """End the step now: whatever still works for it stops asking."""
        self.seconds = 0.0

    @property
    def over(self) -> bool:
        """Whether the time is over."""
        return self.left() <= 0
