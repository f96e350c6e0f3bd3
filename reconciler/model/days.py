"""Whole days in the tenant's time zone: windows from one day to another."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from reconciler.model.source import Located

ONE_DAY: Final = timedelta(days=1)


class Phase(StrEnum):
    """Where a day stands to a window."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Window(NamedTuple):
    """From which day to which day something holds; both days belong to it, and an absent one leaves it open."""

    first_day: Located[date] | None = None
    last_day: Located[date] | None = None

    def phase(self, day: date) -> Phase:
        """Return where a day stands: before the window, during it or after it."""
        if self.last_day and day > self.last_day.value:
            return Phase.AFTER
        return Phase.BEFORE if self.first_day and day < self.first_day.value else Phase.DURING

    def turns(self) -> tuple[date, ...]:
        """Return the days on which something else holds than on the day before."""
        turns = [self.first_day.value] if self.first_day else []
        if self.last_day and self.last_day.value < date.max:
            turns.append(self.last_day.value + ONE_DAY)
        return tuple(turns)


ALWAYS: Final = Window()
"""The window of what no file dates."""
