"""Apply: plan again, write, and prove by a re-read (product section 6)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from reconciler.core.guard import minimums_in_force
from reconciler.core.ownership import name_foreign, split_jobs, warn_of_stale
from reconciler.core.pack import lowered, pack
from reconciler.core.verify import addresses, bystanders, lost_teams, unpromised
from reconciler.flow.batches import Ledger, Run, Sent, send_batch
from reconciler.flow.endings import as_ending, as_unforeseen, gather, side_effects
from reconciler.flow.outside import Outside, read_live
from reconciler.flow.planning import Prepared, make_plan, pack_plan
from reconciler.flow.trees import LoadedTree
from reconciler.model.batch import Batch, Job, Outcome
from reconciler.model.errors import Busy, FateUnknown, ReconcilerError, RunRefused, StopSignal
from reconciler.model.run import Applied
from reconciler.model.source import Problem, Problems, Severity, errors_of
from reconciler.model.users import Snapshot

WAIT_PAUSE_S: Final = 5.0
FINISHED: Final = "finished"
"""The journal's word for a run that came to its end."""


class PlanMoved(RunRefused):
    """The plan is not the one that was approved. `prepared` is the plan of now."""

    def __init__(self, expected: str, prepared: Prepared) -> None:
        super().__init__("the plan is not the one that was approved")
        self.expected, self.prepared = expected, prepared


class GuardRefused(RunRefused):
    """The guard refuses the plan. `prepared` holds the plan and the refusals."""

    def __init__(self, prepared: Prepared) -> None:
        super().__init__("a limit or a minimum is in the way", "", prepared.planned.refusals)
        self.prepared = prepared


@dataclass(slots=True)
class Story:
    """What a run was to do and how far it came, so that neither an error nor a signal loses it.

    Attributes:
        sent: The batches that came back.
        repeated: Those of the second pass.
        ended: What ended the run early; None where it came to its end.
    """

    prepared: Prepared
    batches: tuple[Batch, ...]
    started_at: datetime
    sent: list[Sent] = field(default_factory=list)
    repeated: list[Sent] = field(default_factory=list)
    ended: ReconcilerError | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What the caller asks of an apply.

    Attributes:
        tree: The tree, read whole.
        only: Canonical addresses to which the run is restricted; empty for everybody.
        due: Whether to do nothing but what a date asks for.
        expect: The plan number or digest that was approved; None where nothing is compared.
        approve: Shows the plan and returns whether to go on; asked after every check, before any write.
        plan: Makes the plan of the live state, where it is another one than that of the tree: a way back.
    """

    tree: LoadedTree
    only: frozenset[str]
    due: bool
    expect: str | None
    approve: Callable[[Prepared], bool]
    plan: Callable[[Snapshot, Problems], Prepared] | None = None


def apply(order: Order, outside: Outside) -> tuple[Prepared, Applied | None]:
    """Carry out a plan and prove it.

    Returns the plan and what became of it; None where the plan was not approved.
    Raises `ReconcilerError` only while nothing was written; after the first write every ending is an `Applied`.
    """
    tree, started_at = order.tree, outside.clock.now()
    with outside.state.lock():
        jobs = wait_for_own_jobs(tree, outside)
        snapshot, noticed = read_live(outside, tree.managed)
        prepared = (
            order.plan(snapshot, noticed)
            if order.plan
            else make_plan(tree, snapshot, noticed, order.only, order.due)
        )
        check(order, prepared)
        batches = pack_plan(prepared)
        fingerprints = frozenset(batch.fingerprint for batch in batches)
        split = split_jobs(jobs, tree.settings.ignore_jobs, tree.today(started_at), fingerprints)
        prepared = with_notes(prepared, broken_off(outside) + tuple(map(warn_of_stale, split.stale)))
        if not order.approve(prepared):
            return prepared, None
        run = Run(
            tree=prepared.tree,
            outside=outside,
            ledger=Ledger(),
            minimums=lowered(minimums_in_force(prepared.tree.settings, snapshot), snapshot.users),
            newest_job=max((job.ident for job in jobs), default=0),
            adoptable=split.adoptable,
        )
        return prepared, carry_out(run, prepared, batches, started_at)


def wait_for_own_jobs(tree: LoadedTree, outside: Outside) -> tuple[Job, ...]:
    """Return all jobs once none of ours is unfinished; raises `Busy` for somebody else's (product section 6.1)."""
    deadline = outside.clock.monotonic() + tree.settings.job_timeout
    ignored, today = tree.settings.ignore_jobs, tree.today(outside.clock.now())
    while True:
        jobs = outside.platform.jobs()
        split = split_jobs(jobs, ignored, today, frozenset())
        if split.foreign_running:
            named = tuple(name_foreign(job, today) for job in split.foreign_running)
            raise Busy("a job that somebody else started is not finished", "", named)
        if not split.ours_running:
            return jobs
        if outside.clock.monotonic() >= deadline:
            raise still_running(split.ours_running[0])
        outside.clock.sleep(WAIT_PAUSE_S)


def still_running(job: Job) -> FateUnknown:
    """Return the ending of a run that waited in vain for a job of an earlier one."""
    done, total = job.affected_rows or 0, job.total_rows or 0
    return FateUnknown(
        f"job {job.ident} of an earlier run still runs: {done} of {total} rows done",
        "Do not upload anything in the portal. Run again later: it looks for this job first.\n"
        'Still stuck tomorrow? README, "A job that never ends".',
        job=job.ident,
    )


def check(order: Order, prepared: Prepared) -> None:
    """Refuse on another plan number or on a guard; a plan that became empty is compared too."""
    digest = prepared.planned.plan.digest
    if order.expect is not None and order.expect not in {digest, digest[:8]}:
        raise PlanMoved(order.expect, prepared)
    if prepared.planned.refusals:
        raise GuardRefused(prepared)


def broken_off(outside: Outside) -> Problems:
    """Say what this machine remembers of a run that never came to its end; the jobs list is the truth (P-01)."""
    if outside.state.journal_is_strange:
        words = "the journal of this machine cannot be read; the platform's jobs were looked through all the same"
        return (Problem(words, code="journal", severity=Severity.NOTE),)
    entry = outside.state.journal()
    job = f"job {entry['job']}" if "job" in entry else "an upload"
    if entry.get("step") in {None, FINISHED}:
        return ()
    words = f"the last run on this machine broke off at {job}; it was looked for among the platform's jobs"
    return (Problem(words, code="journal", severity=Severity.NOTE),)


def with_notes(prepared: Prepared, notes: Problems) -> Prepared:
    """Add notes to a plan; they are not part of its number."""
    plan = replace(prepared.planned.plan, notes=prepared.planned.plan.notes + notes)
    return replace(prepared, planned=replace(prepared.planned, plan=plan))


def carry_out(run: Run, prepared: Prepared, batches: tuple[Batch, ...], started_at: datetime) -> Applied:
    """Send the batches in order and gather what became of everybody; never raises a `ReconcilerError`."""
    story = Story(prepared, batches, started_at)
    try:
        story.ended = send_all(run, prepared.snapshot, batches, story.sent)
        if story.ended is None:
            story.ended = send_lost_teams(run, story.sent, story.repeated)
    except StopSignal as signal:
        story.ended = as_ending(signal.stopped, run)
    except ReconcilerError as error:
        story.ended = error
    except Exception as error:  # noqa: BLE001  after a write nothing may end without a verdict (faults.md P-21)
        story.ended = as_unforeseen(error, run)
    try:
        return conclude(run, story)
    except StopSignal:  # nothing is written any more, so what became of everybody is told all the same (P-04)
        return conclude(run, story)


def conclude(run: Run, story: Story) -> Applied:
    """Look what became of everybody, and close the journal where nothing is left to look for."""
    prepared, sent, repeated, ended = story.prepared, story.sent, story.repeated, story.ended
    if not isinstance(ended, FateUnknown):
        run.outside.state.record({"run": run.outside.run, "step": FINISHED})
    receipts, live = gather(run, story.batches, sent, sent + repeated)
    problems = tuple(problem for part in sent + repeated for problem in part.problems)
    if live is not None:
        problems += side_effects(prepared.snapshot, receipts, live)
    return Applied(
        plan=prepared.planned.plan,
        receipts=receipts,
        jobs=tuple(run.ledger.jobs.values()),
        problems=problems,
        error=ended,
        run=run.outside.run,
        started_at=story.started_at,
        ended_at=run.outside.clock.now(),
    )


def send_all(run: Run, before: Snapshot, batches: tuple[Batch, ...], sent: list[Sent]) -> ReconcilerError | None:
    """Send one batch after the other into `sent`; returns why it ended early, None at the end."""
    for batch in batches:
        sent.append(send_batch(run, batch))
        careful = batch is batches[0] and len(batch.rows) == 1 and len(batches) > 1
        ended = sent[-1].ended_badly or (broken_promise(before, sent[-1]) if careful else None)
        if ended is not None:
            return ended
    return None


def broken_promise(before: Snapshot, sent: Sent) -> ReconcilerError | None:
    """Compare the one row of a careful first batch whole; returns why no second batch may follow."""
    changes = tuple(receipt.change for receipt in sent.receipts)
    strange = unpromised(changes, sent.live, whole=True)
    strange += bystanders(before, sent.live, addresses(changes))
    mended = {change.key for change in lost_teams(sent.receipts, sent.live)}
    unconfirmed = any(r.outcome is not Outcome.CONFIRMED and r.change.key not in mended for r in sent.receipts)
    if not errors_of(strange) and not unconfirmed:
        return None
    return ReconcilerError(
        "the first person of this run did not become what was promised, so nobody else was sent",
        "The platform does not read a row as this tool expects. Show this to whoever installed the tool.",
        errors_of(strange),
    )


def send_lost_teams(run: Run, sent: list[Sent], repeated: list[Sent]) -> ReconcilerError | None:
    """Send once more, into `repeated`, the teams that a creation or reactivation lost (product section 6.6).

    Returns why it ended early, None at the end.
    """
    if not sent:
        return None
    live = sent[-1].live
    changes = lost_teams(tuple(receipt for part in sent for receipt in part.receipts), live)
    size, again = run.tree.settings.batch_size, second_pass(run)
    for batch in pack(changes, live.template, run.minimums, live.users, size, canary_above=len(changes)):
        repeated.append(send_batch(again, replace(batch, number=len(sent) + batch.number)))
        if repeated[-1].ended_badly is not None:
            return repeated[-1].ended_badly
    return None


def second_pass(run: Run) -> Run:
    """Return the run under the next run id, and adopting nothing.

    A row that is sent once more may have the bytes that it had in the first pass, and a job whose reply got lost
    is told from the others by its file name (platform-api unknown 8, faults.md I-02).
    """
    ident = f"{(int(run.outside.run, 16) + 1) % 16**8:08x}"
    return replace(run, outside=replace(run.outside, run=ident), adoptable={})
