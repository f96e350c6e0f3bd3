"""Following one job by polling: it goes on by itself, so only its end or the deadline ends the watch (N-08)."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from reconciler.edge.deadline import Deadline
from reconciler.edge.job_reader import read_job
from reconciler.edge.writes import FORBIDDEN
from reconciler.model.batch import Job
from reconciler.model.clock import Clock, Progress, Step
from reconciler.model.errors import Denied, FateUnknown, NotUnderstood, ReconcilerError, Unreachable
from reconciler.model.source import Json

log = logging.getLogger("reconciler.edge.watch")

SHORTEST_S: Final = 0.2
LONGEST_S: Final = 5.0
PATIENCE: Final = 8
"""A poll waits an eighth of the time that passed, so a job's end is seen at most 13 % late."""
VANISHED: Final = 5
"""So many times in a row a known job may be "not found" (N-31)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A job at the end of a watch: its last good reading, and whether the watch was done or the time was over."""

    job: Job
    raw: Json
    done: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """How to follow a job.

    Attributes:
        read: Reads the job of that id, as received.
        done: Says whether this reading ends the watch.
        clock: All pauses and the deadline go by it.
        progress: Is told of each reading.
        started: Whether the job was started: what a lost credential means depends on it (N-29).
    """

    read: Callable[[int], Json]
    done: Callable[[Job], bool]
    clock: Clock
    progress: Progress
    started: bool

    def follow(self, job: Job, deadline_s: float) -> Seen:
        """Poll until `done` or the deadline.

        Raises:
            FateUnknown: Another job answered (N-68), the job vanished (N-31), the platform refuses to show it, or
                it could not be read at the deadline.
            Denied: The credential is refused and the job was not started.
        """
        deadline, missing = Deadline(self.clock, deadline_s), 0
        seen = Seen(job, None, done=False)
        trouble: ReconcilerError | None = None
        while True:
            try:
                seen, trouble, missing = self.look(job), None, 0
            except (Unreachable, NotUnderstood) as error:
                log.log(logging.INFO if trouble else logging.WARNING, "job %d: %s", job.ident, error)
                trouble = error
            except Denied as error:
                trouble, missing = error, missing + 1
                if error.status != 404 or missing == VANISHED:
                    raise self.refused(job, error) from error
            pause = min(LONGEST_S, max(SHORTEST_S, deadline.elapsed() / PATIENCE))
            if seen.done or deadline.over:
                break
            self.clock.sleep(min(pause, deadline.left()))
        if trouble and not seen.done:
            raise FateUnknown(f"{self.lost(job)}: {trouble.message}", NOT_TWICE, job=job.ident) from trouble
        return seen

    def look(self, job: Job) -> Seen:
        """Read the job once; raises `FateUnknown` where the answer is about another one (N-68)."""
        raw = self.read(job.ident)
        now = read_job(raw, f"job {job.ident}")
        if now.ident != job.ident or now.file_name != job.file_name:
            raise FateUnknown(
                f"{self.lost(job)}: asked for it, the platform showed job {now.ident} with another file or id",
                NOT_TWICE,
                job=job.ident,
            )
        done = self.done(now)
        self.progress(self.step(now, done=done))
        return Seen(now, raw, done)

    def step(self, now: Job, *, done: bool) -> Step:
        """Return how far a job is: its rows once it was started, before that whether its check is over."""
        if self.started:
            return Step(f"job {now.ident}", now.affected_rows or 0, now.total_rows, now.status)
        return Step(f"checking job {now.ident}", int(done), 1, now.status)

    def refused(self, job: Job, error: Denied) -> ReconcilerError:
        """Return the error for a job that the platform does not show."""
        if error.status in FORBIDDEN and not self.started:
            return Denied(f"job {job.ident} was not started: {error.message}", error.hint, status=error.status)
        hint = f"{error.hint}\n{NOT_TWICE}" if error.status in FORBIDDEN else NOT_TWICE
        return FateUnknown(f"{self.lost(job)}: {error.message}", hint, job=job.ident)

    def lost(self, job: Job) -> str:
        """Say what of a job was not seen."""
        return lost(job) if self.started else f"job {job.ident} was not started, and its check was not seen to end"


def lost(job: Job) -> str:
    """Say which job's end was not seen."""
    return f"the end of job {job.ident} was not seen"


NOT_TWICE: Final = (
    "upload nothing in the portal; run again later, it looks for this job first and sends nothing twice"
)
