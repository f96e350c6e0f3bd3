"""One batch, from its upload to the re-read that proves it (product section 6, steps 5 and 6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from reconciler.core.ownership import is_ours, never_started, split_jobs
from reconciler.core.pack import would_break
from reconciler.core.settle import settle
from reconciler.core.verify import lost_teams, moved, verify
from reconciler.flow.outside import Outside, read_live
from reconciler.flow.trees import LoadedTree
from reconciler.model.batch import Batch, Ending, Job, JobResult, Outcome, Receipt
from reconciler.model.clock import Step
from reconciler.model.errors import (
    Busy,
    Denied,
    FateUnknown,
    NotUnderstood,
    ReconcilerError,
    RunRefused,
    Unreachable,
)
from reconciler.model.settings import Minimum
from reconciler.model.source import Problems
from reconciler.model.users import Snapshot

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 10.0
STALE_S: Final = 5.0
"""An older look at the platform is taken once more before a job is started on it; one request lies between."""


@dataclass(slots=True)
class Ledger:
    """What this run has written so far. The one value of a run that changes, so that a signal cannot lose it.

    Attributes:
        wrote: A POST may have left this machine.
        jobs: Every job of this run with its last known state, by id.
        started: The ids of the jobs that were asked to run.
    """

    wrote: bool = False
    jobs: dict[int, Job] = field(default_factory=dict)
    started: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Run:
    """What every batch of a run needs to know.

    Attributes:
        minimums: In force, the default on Admin included.
        newest_job: The highest job id before the run; our own uploads are looked for above it.
        adoptable: Jobs of an earlier run that were never started, by the fingerprint of their bytes.
    """

    tree: LoadedTree
    outside: Outside
    ledger: Ledger
    minimums: tuple[Minimum, ...]
    newest_job: int
    adoptable: Mapping[str, Job]

    def read(self) -> Snapshot:
        """Read the live state anew."""
        return read_live(self.outside, self.tree.managed)[0]


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch that was sent: its receipts, what the platform said, and the live state after it.

    `ended_badly` is why no further batch may follow; None where the next one may.
    """

    receipts: tuple[Receipt, ...]
    problems: Problems
    live: Snapshot
    ended_badly: ReconcilerError | None


def send_batch(run: Run, batch: Batch) -> Sent:
    """Upload, validate, look once more, proceed, follow to the end, re-read until settled.

    Raises `RunRefused` and `Busy` before the job was started, `FateUnknown` after; the ledger keeps the job.
    """
    job = upload(run, batch)
    checked = run.outside.platform.await_validation(
        job, len(batch.rows), run.tree.settings.job_timeout, run.outside.progress
    )
    if isinstance(checked, JobResult):
        receipts, problems = settle(batch, checked)
        remember(run, checked.job, "invalid")
        return Sent(receipts, problems, run.read(), rejected(checked))
    remember(run, checked, "validated")
    look = Look(run, batch, checked)
    look.again()
    start(run, checked, look.if_stale)
    result = run.outside.platform.await_end(checked, run.tree.settings.job_timeout, run.outside.progress)
    remember(run, result.job, "ended")
    receipts, problems = settle(batch, result)
    try:
        receipts, live = confirm(run, receipts, refused_rows(result))
    except (Unreachable, Denied, NotUnderstood, RunRefused) as error:
        raise unseen(result.job, error) from error
    return Sent(receipts, problems, live, bad_ending(result))


def upload(run: Run, batch: Batch) -> Job:
    """Adopt a job that holds exactly these bytes and was never started, or upload them."""
    adopted = run.adoptable.get(batch.fingerprint)
    name = adopted.file_name if adopted else batch.file_name(run.outside.run)
    run.outside.state.remember_rows(name, [(row.change.email, str(row.change.mark)) for row in batch.rows])
    if adopted:
        remember(run, adopted, "adopted")
        run.outside.progress(Step(f"checking job {adopted.ident}", 0, 1, "adopted"))
        return adopted
    run.outside.state.record({"run": run.outside.run, "step": "uploading", "file": name})
    run.ledger.wrote = True
    job = run.outside.platform.upload(name, batch.data, run.newest_job)
    remember(run, job, "uploaded")
    run.outside.progress(Step(f"checking job {job.ident}", 0, 1, "uploaded"))  # before the first poll (P-05)
    return job


def start(run: Run, job: Job, at_last: Callable[[], None]) -> None:
    """Start a job; the ledger holds it as started from before the first byte, unless none left for sure."""
    remember(run, job, "proceeding")
    run.ledger.wrote = True
    run.ledger.started.add(job.ident)
    try:
        run.outside.platform.proceed(job, at_last)
    except (RunRefused, Busy, Unreachable, Denied, NotUnderstood) as error:
        run.ledger.started.discard(job.ident)
        if uploaded_not_started(job) not in error.hint:
            error.hint = f"{error.hint}\n{uploaded_not_started(job)}"
        raise


def remember(run: Run, job: Job, step: str) -> None:
    """Keep a job in the ledger and in the journal."""
    run.ledger.jobs[job.ident] = job
    run.outside.state.record({"run": run.outside.run, "step": step, "job": job.ident, "file": job.file_name})


@dataclass(slots=True)
class Look:
    """The last look at the platform before a job is started, and when it was taken."""

    run: Run
    batch: Batch
    job: Job
    at: tuple[float, datetime] = (0.0, datetime.min.replace(tzinfo=UTC))

    def again(self) -> None:
        """Look; raises as `look_again`."""
        look_again(self.run, self.batch, self.job)
        self.at = self.run.outside.clock.monotonic(), self.run.outside.clock.now()

    def if_stale(self) -> None:
        """Look once more where the process may have slept since.

        A stopped process shows on both clocks, a sleeping machine only on the time of day, which also jumps; one
        look too many does no harm (faults.md P-08, P-15, P-17).
        """
        clock = self.run.outside.clock
        if max(clock.monotonic() - self.at[0], abs((clock.now() - self.at[1]).total_seconds())) > STALE_S:
            self.again()


def look_again(run: Run, batch: Batch, job: Job) -> None:
    """Refuse to start a job over a state that moved, beside another run, or under a minimum (L-03, P-07, I-12)."""
    others = run.outside.platform.jobs(newer_than=run.newest_job)
    others = tuple(other for other in others if other.ident not in run.ledger.jobs and not stands_back(other, job))
    today = run.tree.today(run.outside.clock.now())
    split = split_jobs(others, run.tree.settings.ignore_jobs, today, frozenset())
    rivals = tuple(other for other in split.stale if is_ours(other) and other.ident < job.ident)
    if rivals or split.ours_running or split.foreign_running:
        raise Busy("another run began on this tenant meanwhile", uploaded_not_started(job))
    live = run.read()
    if problems := moved(batch, live):
        raise RunRefused("the platform changed after the plan was made", uploaded_not_started(job), problems)
    if problems := would_break(batch, run.minimums, live.users):
        raise RunRefused("a minimum would be broken", uploaded_not_started(job), problems)


def stands_back(other: Job, job: Job) -> bool:
    """Say whether another job is a younger upload of ours that nobody started.

    It is our own a second time, sent because the first could not be seen (N-06), or that of another run, which
    will see the older one and stop (P-07): were both to stop, nobody would go on.
    """
    waits = never_started(other) or other.status == "created"
    return is_ours(other) and other.ident > job.ident and waits


def refused_rows(result: JobResult) -> int:
    """Return how many rows the platform says it refused; whom it means is not sure (platform-api unknown 29)."""
    return sum(error.error_type != "warning" for error in result.errors)


def confirm(run: Run, receipts: tuple[Receipt, ...], refused: int) -> tuple[tuple[Receipt, ...], Snapshot]:
    """Re-read all users until every promise is seen, or the settling time is over (faults.md L-13).

    Nobody waits for as many people as the platform refused, nor for teams that a second pass will set.
    """
    clock, pause = run.outside.clock, FIRST_PAUSE_S
    deadline = clock.monotonic() + run.tree.settings.settle_timeout
    former: tuple[Receipt, ...] = ()
    while True:
        live = run.read()
        checked = verify(receipts, live)
        late, again = clock.monotonic() >= deadline, checked == former
        if is_settled(checked, live, refused, again=again) or (late and again):
            return checked, live
        former = checked
        clock.sleep(pause if late else min(pause, deadline - clock.monotonic()))
        pause = min(pause * 2, LONGEST_PAUSE_S)


def is_settled(receipts: tuple[Receipt, ...], live: Snapshot, refused: int, *, again: bool) -> bool:
    """Say whether waiting can add nothing: all seen, beside as many as were refused.

    Teams that were lost are left to the second pass, once a second read has shown the same (`again`).
    """
    lost = {change.key for change in lost_teams(receipts, live)}
    open_keys = {receipt.change.key for receipt in receipts if receipt.outcome is not Outcome.CONFIRMED}
    return len(open_keys - lost) <= refused and (again or not lost)


def unseen(job: Job, error: ReconcilerError) -> FateUnknown:
    """Return why a run ends whose job ended, and whose re-read was not to be had (faults.md N-09)."""
    return FateUnknown(
        f'job {job.ident} ended as "{job.status}", and what it did could not be seen: {error.message}',
        f"{error.hint}\nRun again: it reads everybody first and sends only what is missing.",
        error.problems,
        job=job.ident,
    )


def rejected(result: JobResult) -> ReconcilerError:
    """Return why a run ends after a batch that the platform's check refused."""
    return ReconcilerError(
        f"the platform refused job {result.job.ident} before it ran; nothing of it was changed",
        "The reasons stand with the people below. Correct the files and run again.",
    )


def bad_ending(result: JobResult) -> ReconcilerError | None:
    """Return why a run ends after a job that failed or whose end is not known; None for one that is done."""
    if result.ending is Ending.DONE:
        return None
    if result.ending is Ending.FAILED:
        return ReconcilerError(
            f'job {result.job.ident} ended as "{result.job.status}"',
            "Part of it may have been done: the list below says what the re-read showed. Run again.",
        )
    return FateUnknown(
        f'job {result.job.ident} is in the state "{result.job.status}", which is not documented',
        "Do not upload anything in the portal. Run again later: it looks for this job first.",
        job=result.job.ident,
    )


def uploaded_not_started(job: Job) -> str:
    """Return what to know of a job that was uploaded and is left unstarted."""
    return (
        f"Job {job.ident} was uploaded and not started. Nobody was changed by it. Run again; "
        "do not start it in the portal."
    )
