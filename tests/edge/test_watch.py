"""A job is followed to its end or to the deadline, and to nothing else."""

from typing import Any

import pytest

from reconciler.edge.failures import Passing
from reconciler.edge.watch import Seen, Watch
from reconciler.model.clock import Step
from reconciler.model.errors import Denied, FateUnknown, NotUnderstood, ReconcilerError

from .wire import VirtualClock, job, known

LOST = Passing("cut", sent=True)
GONE = Denied("404", status=404)


class Polls:
    """Answers each poll with the next of its answers; the last one stays."""

    def __init__(self, *answers: Any, started: bool = True) -> None:
        self.answers, self.started = list(answers), started
        self.clock, self.count, self.steps = VirtualClock(), 0, list[Step]()

    def read(self, ident: int) -> Any:
        self.count += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def follow(self, seconds: float = 600.0) -> Seen:
        watch = Watch(
            self.read, lambda now: now.status == "completed", self.clock, self.steps.append, started=self.started
        )
        return watch.follow(known(), seconds)


def test_a_job_is_followed_to_its_end() -> None:
    polls = Polls(job(status="in_progress", affected_rows=1), job(status="completed", affected_rows=2))
    assert polls.follow().done
    assert polls.steps == [Step("job 7", 1, 2, "in_progress"), Step("job 7", 2, 2, "completed")]


@pytest.mark.parametrize("error", [LOST, NotUnderstood("html")])
def test_N_08_a_lost_poll_ends_nothing(error: ReconcilerError) -> None:
    assert Polls(error, error, job(), error, job(status="completed")).follow().done


@pytest.mark.parametrize("error", [LOST, NotUnderstood("html"), GONE])
def test_N_08_a_job_that_cannot_be_read_at_the_deadline_has_an_unknown_fate(error: ReconcilerError) -> None:
    with pytest.raises(FateUnknown) as caught:
        Polls(job(status="in_progress"), error).follow()
    assert caught.value.job == 7


@pytest.mark.parametrize("started", [True, False])
def test_N_31_a_job_that_vanishes_is_looked_for_a_few_times(started: bool) -> None:
    polls = Polls(GONE, GONE, job(), GONE, started=started)
    with pytest.raises(FateUnknown, match="the end of job 7 was not seen" if started else "was not started"):
        polls.follow()
    assert polls.count == 8


def test_N_31_a_job_that_comes_back_is_followed_on() -> None:
    assert Polls(GONE, GONE, GONE, GONE, job(status="completed")).follow().done


@pytest.mark.parametrize("status", [401, 403])
def test_N_29_a_revoked_credential_leaves_a_started_job_unknown(status: int) -> None:
    with pytest.raises(FateUnknown) as caught:
        Polls(job(), Denied("no", "check RECONCILER_TOKEN", status=status)).follow()
    assert caught.value.job == 7
    assert "RECONCILER_TOKEN" in caught.value.hint


@pytest.mark.parametrize("status", [401, 403])
def test_N_29_a_revoked_credential_before_the_start_says_that_nothing_was_started(status: int) -> None:
    with pytest.raises(Denied, match="job 7 was not started"):
        Polls(Denied("no", status=status), started=False).follow()


@pytest.mark.parametrize("other", [{"ident": 8}, {"filename": "other.json"}, {"filename": None}])
def test_N_68_the_answer_of_another_job_stops_at_once(other: dict[str, Any]) -> None:
    polls = Polls(job(**other))
    with pytest.raises(FateUnknown, match="another file or id"):
        polls.follow()
    assert polls.count == 1


def test_N_60_the_deadline_ends_a_watch() -> None:
    polls = Polls(job(status="created"))
    assert not polls.follow(600.0).done
    assert polls.clock.monotonic() == pytest.approx(1_600.0)


def test_polls_grow_apart_and_stay_within_five_seconds() -> None:
    polls = Polls(job(status="created"))
    polls.follow(600.0)
    assert (min(polls.clock.slept[:-1]), max(polls.clock.slept)) == (0.2, 5.0)
    assert polls.count < 200


@pytest.mark.parametrize("seconds", [2, 10, 100])
def test_the_end_of_a_job_is_seen_soon(seconds: float) -> None:
    polls = Polls(job())
    watch = Watch(
        polls.read,
        lambda _: polls.clock.monotonic() >= 1_000 + seconds,
        polls.clock,
        polls.steps.append,
        started=True,
    )
    watch.follow(known(), 600.0)
    assert polls.clock.monotonic() - 1_000 <= seconds * 1.15 + 0.2
