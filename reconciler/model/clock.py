"""Time and progress as arguments: the lower floors never ask the machine themselves."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias


class Clock(Protocol):
    """A source of time. Durations are measured with `monotonic`; `now` is only shown and stamped."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""

    def now(self) -> datetime:
        """Return the time of day in UTC, aware."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Step(NamedTuple):
    """Progress of long work: what is done, how far, of how much (None: not known), and a word on it."""

    name: str
    done: int
    total: int | None
    detail: str = ""


Progress: TypeAlias = Callable[[Step], None]
"""Called with each step forward; draws a bar on a terminal, a line elsewhere, nothing in tests."""


def silent(step: Step) -> None:
    """Show no progress."""
