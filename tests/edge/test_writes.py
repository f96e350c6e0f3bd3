"""A write whose reply may be lost: looked for first, sent again at most once."""

from collections.abc import Callable

import pytest

from reconciler.edge.failures import Passing
from reconciler.edge.writes import Write, settle_write
from reconciler.model.batch import Job
from reconciler.model.errors import Denied, FateUnknown, NotUnderstood, ReconcilerError, Unreachable

from .wire import VirtualClock, known

LOST = Passing("cut", sent=True)
STRANGE = NotUnderstood("no id")
THROTTLED = Passing("429", sent=True, throttled=True)
UNSENT = Unreachable("refused", sent=False)
BAD = Denied("400", status=400)


class Platform:
    """Answers each sending with the next outcome; what it did shows after `delay` seconds."""

    def __init__(self, *outcomes: ReconcilerError | None, acts: bool = True, delay: float = 0.0) -> None:
        self.outcomes, self.acts, self.delay = list(outcomes), acts, delay
        self.clock, self.sent, self.looks = VirtualClock(), 0, 0
        self.visible_at: float | None = None
        self.look_error: ReconcilerError | None = None

    def send(self) -> None:
        outcome = self.outcomes.pop(0) if self.outcomes else None
        self.sent += 1
        if self.acts and self.visible_at is None:
            self.visible_at = self.clock.monotonic() + self.delay
        if outcome:
            raise outcome

    def look(self) -> Job | None:
        self.looks += 1
        if self.look_error:
            raise self.look_error
        return known() if self.visible_at is not None and self.clock.monotonic() >= self.visible_at else None

    def settle(self, unseen: ReconcilerError | None = None) -> Job:
        write = Write(self.send, self.look, FateUnknown("not known", "look", job=7), unseen)
        return settle_write(write, self.clock, 60.0)


def test_a_write_that_is_answered_and_seen_takes_one_look() -> None:
    platform = Platform(None)
    assert platform.settle() == known()
    assert (platform.sent, platform.looks, platform.clock.slept) == (1, 1, [])


@pytest.mark.parametrize("error", [LOST, STRANGE, BAD, Denied("409", status=409)])
@pytest.mark.parametrize("delay", [0, 5, 60])
def test_N_06_N_07_N_40_what_was_done_is_found_and_not_done_twice(error: ReconcilerError, delay: float) -> None:
    platform = Platform(error, delay=delay)
    assert platform.settle() == known()
    assert platform.sent == 1


@pytest.mark.parametrize("error", [LOST, STRANGE])
def test_N_05_what_was_not_done_is_sent_once_more(error: ReconcilerError) -> None:
    platform = Platform(error, acts=False)
    original = platform.send

    def send() -> None:
        platform.acts = platform.sent == 1
        original()

    write = Write(send, platform.look, FateUnknown("not known"))
    assert settle_write(write, platform.clock, 60.0) == known()
    assert platform.sent == 2


@pytest.mark.parametrize("second", [LOST, STRANGE, BAD, UNSENT, Denied("401", status=401), THROTTLED, None])
def test_N_06_after_a_doubt_that_stays_the_fate_is_unknown(second: ReconcilerError | None) -> None:
    platform = Platform(LOST, *[second] * 5, acts=False)
    with pytest.raises(FateUnknown, match="not known: cut") as caught:
        platform.settle()
    assert caught.value.job == 7
    assert platform.sent <= 6


def test_N_02_what_never_left_ends_at_once_without_a_look() -> None:
    platform = Platform(UNSENT, acts=False)
    with pytest.raises(Unreachable, match="refused"):
        platform.settle()
    assert (platform.sent, platform.looks) == (1, 0)


@pytest.mark.parametrize("status", [401, 403])
def test_N_28_a_refused_credential_ends_after_one_look(status: int) -> None:
    platform = Platform(Denied("no", status=status), acts=False)
    platform.look_error = Denied("no", status=status)
    with pytest.raises(Denied):
        platform.settle()
    assert (platform.sent, platform.looks) == (1, 1)


@pytest.mark.parametrize("status", [401, 403])
def test_N_29_what_was_done_is_found_though_the_answer_spoke_of_the_credential(status: int) -> None:
    platform = Platform(Denied("no", status=status))
    assert platform.settle() == known()
    assert (platform.sent, platform.looks) == (1, 1)


@pytest.mark.parametrize("status", [302, 400, 404, 405, 409, 410, 413, 415, 422, 501])
def test_N_27_N_34_a_refusal_that_did_nothing_is_the_answer(status: int) -> None:
    platform = Platform(Denied("no", status=status), acts=False)
    with pytest.raises(Denied):
        platform.settle()
    assert platform.sent == 1


def test_N_38_a_429_is_waited_for_looked_at_and_sent_again() -> None:
    platform = Platform(THROTTLED, THROTTLED, None, acts=False)
    original = platform.send

    def send() -> None:
        platform.acts = platform.sent == 2
        original()

    assert settle_write(Write(send, platform.look, FateUnknown("x")), platform.clock, 60.0) == known()
    assert platform.sent == 3


def test_N_38_a_429_of_a_server_that_acted_is_not_sent_again() -> None:
    platform = Platform(THROTTLED)
    assert platform.settle() == known()
    assert platform.sent == 1


def test_N_37_a_429_to_the_end_says_that_nothing_was_accepted() -> None:
    platform = Platform(*[THROTTLED] * 9, acts=False)
    with pytest.raises(Unreachable, match="429"):
        platform.settle()
    assert platform.sent == 5


def test_N_36_a_429_that_asks_for_hours_is_not_waited_for() -> None:
    platform = Platform(Passing("429", sent=True, throttled=True, after_s=9_999.0), acts=False)
    with pytest.raises(Unreachable):
        platform.settle()
    assert platform.clock.monotonic() < 1_100


def test_N_41_a_yes_without_a_trace_is_not_repeated_where_it_must_not_be() -> None:
    platform = Platform(None, acts=False)
    with pytest.raises(NotUnderstood, match="said yes"):
        platform.settle(NotUnderstood("said yes"))
    assert platform.sent == 1


def test_N_61_a_yes_without_effect_is_repeated_once_and_then_unknown() -> None:
    platform = Platform(None, None, acts=False)
    with pytest.raises(FateUnknown, match="accepted, and nothing happened"):
        platform.settle()
    assert platform.sent == 2


@pytest.mark.parametrize("error", [LOST, BAD, STRANGE, UNSENT, Denied("401", status=401)])
def test_N_06_where_looking_fails_the_fate_is_unknown(error: ReconcilerError) -> None:
    platform = Platform(LOST)
    platform.look_error = error
    with pytest.raises(FateUnknown):
        platform.settle()
    assert platform.sent == 1


Outcomes = Callable[[], list[ReconcilerError | None]]


def test_N_06_no_story_sends_more_than_one_write_after_a_doubt() -> None:
    for first in (LOST, STRANGE, None):
        for second in (LOST, STRANGE, None, BAD, UNSENT):
            platform = Platform(first, second, acts=False)
            with pytest.raises(ReconcilerError):
                platform.settle()
            assert platform.sent == 2
