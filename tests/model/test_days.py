"""Windows of whole days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.days import ALWAYS, ONE_DAY, Phase, Window
from tests.builders import located

FIRST, LAST = date(2027, 1, 10), date(2027, 1, 12)


def window(first: date | None = None, last: date | None = None) -> Window:
    """A window between two days, each open where it is None."""
    return Window(located(first) if first else None, located(last) if last else None)


@pytest.mark.parametrize(
    ("day", "phase"),
    [(FIRST - ONE_DAY, Phase.BEFORE), (FIRST, Phase.DURING), (LAST, Phase.DURING), (LAST + ONE_DAY, Phase.AFTER)],
)
def test_both_days_belong_to_the_window(day: date, phase: Phase) -> None:
    assert window(FIRST, LAST).phase(day) is phase


def test_an_absent_day_leaves_the_window_open() -> None:
    assert window(last=LAST).phase(date.min) is Phase.DURING
    assert window(FIRST).phase(date.max) is Phase.DURING
    assert ALWAYS.phase(FIRST) is Phase.DURING


def test_a_window_turns_on_its_first_day_and_on_the_day_after_its_last() -> None:
    assert window(FIRST, LAST).turns() == (FIRST, LAST + ONE_DAY)
    assert ALWAYS.turns() == ()


def test_the_last_day_of_the_calendar_never_ends() -> None:
    assert window(last=date.max).turns() == ()
    assert window(last=date.max).phase(date.max) is Phase.DURING


@given(st.dates(max_value=date.max - timedelta(400)), st.integers(0, 300), st.integers(-50, 350))
def test_the_phase_turns_on_no_other_day(first: date, length: int, offset: int) -> None:
    held = window(first, first + timedelta(length))
    day = first + timedelta(max(offset, 1 - (first - date.min).days))
    if day not in held.turns():
        assert held.phase(day) is held.phase(day - ONE_DAY)
