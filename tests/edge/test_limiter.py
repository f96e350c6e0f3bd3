"""The pace of requests: never more than ten a second, and not much less."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.edge.limiter import Pace

from .wire import VirtualClock


def sent(pauses: list[float]) -> list[float]:
    clock, times = VirtualClock(), []
    pace = Pace(clock)
    for pause in pauses:
        clock.seconds += pause
        pace.wait()
        times.append(clock.monotonic())
    return times


@given(st.lists(st.floats(0, 0.4), min_size=1, max_size=60))
def test_I_08_never_more_than_ten_in_any_second(pauses: list[float]) -> None:
    times = sent(pauses)
    assert all(later - earlier > 1.0 for earlier, later in zip(times, times[10:], strict=False))


def test_at_least_nine_tenths_of_the_limit_are_used() -> None:
    times = sent([0.0] * 100)
    assert (times[-1] - times[0]) / 99 <= 0.1 / 0.9


def test_the_first_request_does_not_wait() -> None:
    assert sent([0.0]) == [1_000.0]


def test_a_late_awakening_is_not_made_up_for() -> None:
    times = sent([0.0, 5.0, 0.0])
    assert times[2] - times[1] >= 0.1
