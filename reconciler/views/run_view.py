"""A run as a person reads it: what happened, who is not as promised, what to do, how to undo it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Final

from reconciler.model.batch import Job, Outcome, Receipt
from reconciler.model.errors import FateUnknown, ReconcilerError
from reconciler.model.fields import FIELDS
from reconciler.model.kinds import ACCOUNT
from reconciler.model.plan import Action
from reconciler.model.run import Applied
from reconciler.model.source import Problem, Severity, errors_of
from reconciler.views.cells import Cell, view_cells
from reconciler.views.error_view import first_words
from reconciler.views.escape import cell
from reconciler.views.plan_view import LeftOutView, view_left_out
from reconciler.views.problem_view import ProblemView, sentence, sentences, view_problem
from reconciler.views.undo import touched, undo_lines
from reconciler.views.words import count_of, person, place


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What became of one person's change, as finished text.

    Attributes:
        key: The canonical address, for machines.
        who: Name and address.
        where: `file:line` of what says so.
        action: The sort of change, for machines.
        outcome: What became of it.
        alarm: `CAN STILL SIGN IN` or the like; `""` for none.
        job: The job that carried it; None where none did.
        problems: What did not hold, or why it was rejected.
        fields: The promised values.
    """

    key: str
    who: str
    where: str
    action: str
    outcome: str
    alarm: str
    job: int | None
    problems: tuple[ProblemView, ...]
    fields: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class JobView:
    """A bulk job with its last known state."""

    id: int
    line: str


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as finished text; see `view_run`.

    `receipts` stand in the order of `OUTCOMES`, alarms first. `sent` says whether anything of the plan may have
    reached the platform, `well` whether every change that was sent is confirmed and nothing else changed. `day` is
    the day of the plan in the tenant's time zone, from which a later run counts what a date asks for.
    """

    headline: str
    exit_code: int
    sent: bool
    well: bool
    hint: tuple[str, ...]
    digest: str
    number: str
    run: str
    day: str
    started_at: str
    ended_at: str
    receipts: tuple[ReceiptView, ...]
    confirmed: int
    left_out: tuple[LeftOutView, ...]
    jobs: tuple[JobView, ...]
    problems: tuple[ProblemView, ...]
    notes: tuple[ProblemView, ...]
    undo: tuple[str, ...]


OUTCOMES: Final = {
    Outcome.NOT_CONFIRMED: "Not confirmed",
    Outcome.UNKNOWN: "Not known yet",
    Outcome.REJECTED: "Rejected by the platform",
    Outcome.NOT_SENT: "Not sent",
    Outcome.LEFT_OUT: "Left out",
    Outcome.CONFIRMED: "Confirmed",
}
"""Every outcome with its heading, the worst first."""

SENT_BEFORE: Final = {4: "REFUSED to go on", 5: "NOT KNOWN YET", 6: "BUSY, stopped half-way"}
"""How the first line of a run begins that ended early after changes were sent; `FAILED` for every other code."""

NOT_YET: Final = "Not before it is known how the job ended: an upload now could cross with it."


def view_run(
    applied: Applied, exit_code: int, zone: tzinfo = UTC, day: date | None = None, report: str = "report"
) -> RunView:
    """View the result of an apply.

    Args:
        applied: What became of everybody.
        exit_code: The verdict.
        zone: The time zone in which times are shown.
        day: The day of the plan in the tenant's time zone.
        report: The directory that keeps the report; `""` for none.
    """
    sent = any(was_sent(receipt) for receipt in applied.receipts)
    receipts = sorted((view_receipt(receipt, sent) for receipt in applied.receipts), key=worst_first)
    errors = errors_of(applied.problems)
    good = {Outcome.CONFIRMED, Outcome.LEFT_OUT}
    notes = tuple(problem for problem in applied.problems if problem.severity is not Severity.ERROR)
    return RunView(
        headline=headline(applied, exit_code, zone),
        exit_code=exit_code,
        sent=sent,
        well=not applied.error and not errors and all(receipt.outcome in good for receipt in applied.receipts),
        hint=what_to_do(applied, receipts),
        digest=applied.plan.digest,
        number=applied.plan.number,
        run=applied.run,
        day=day.isoformat() if day else "",
        started_at=applied.started_at.isoformat(),
        ended_at=applied.ended_at.isoformat(),
        receipts=tuple(receipts),
        confirmed=count(applied.receipts, Outcome.CONFIRMED),
        left_out=tuple(map(view_left_out, applied.plan.left_out)),
        jobs=tuple(map(view_job, applied.jobs)),
        problems=tuple(map(view_problem, (*(applied.error.problems if applied.error else ()), *errors))),
        notes=tuple(map(view_problem, notes)),
        undo=undo(applied, exit_code, report),
    )


def undo(applied: Applied, exit_code: int, report: str) -> tuple[str, ...]:
    """Return how to undo the run; never before the fate of its job is known."""
    lines = undo_lines(touched(applied.receipts), report)
    return (NOT_YET, *lines) if exit_code == FateUnknown.exit_code else lines


def was_sent(receipt: Receipt) -> bool:
    """Say whether a change may have reached the platform."""
    return receipt.outcome not in {Outcome.NOT_SENT, Outcome.LEFT_OUT}


def view_receipt(receipt: Receipt, sent: bool) -> ReceiptView:
    """View what became of one person's change; `sent` says whether anything of the run was."""
    change = receipt.change
    loud = alarm(receipt) if sent else ""
    return ReceiptView(
        key=change.key,
        who=person(change.name, change.email),
        where=place(change.mark),
        action=change.action.value,
        outcome=receipt.outcome.value,
        alarm=loud,
        job=receipt.job,
        problems=tuple(view_problem(said_once(problem, loud)) for problem in receipt.problems),
        fields=view_cells(change),
    )


def alarm(receipt: Receipt) -> str:
    """Return what must be seen at once: somebody who should have lost access and has not (faults.md L-14)."""
    if receipt.change.action is not Action.DEACTIVATE:
        return ""
    named = {FIELDS[problem.field].kind for problem in receipt.problems if problem.field in FIELDS}
    match receipt.outcome:
        case Outcome.NOT_CONFIRMED if named and ACCOUNT not in named:
            return ""
        case Outcome.NOT_CONFIRMED | Outcome.REJECTED | Outcome.NOT_SENT:
            return "CAN STILL SIGN IN"
        case Outcome.UNKNOWN:
            return "MAY STILL BE ABLE TO SIGN IN"
        case _:
            return ""


def said_once(problem: Problem, alarm: str) -> Problem:
    """Return a problem without the alarm, which stands beside the name, and the advice, which stands on top."""
    if not alarm or not problem.summary.startswith(f"{alarm}: "):
        return problem
    return replace(problem, summary=problem.summary.removeprefix(f"{alarm}: "), hint="", field="")


def worst_first(view: ReceiptView) -> tuple[bool, int, str]:
    """Return the sorting key of a receipt: alarms, then the worst outcomes, then by address."""
    return not view.alarm, [outcome.value for outcome in OUTCOMES].index(view.outcome), view.key


def headline(applied: Applied, exit_code: int, zone: tzinfo) -> str:
    """Return the first line: what happened, with the number of people."""
    receipts = [receipt for receipt in applied.receipts if receipt.outcome is not Outcome.LEFT_OUT]
    total, confirmed = len(receipts), count(receipts, Outcome.CONFIRMED)
    left_out = len(applied.plan.left_out) or count(applied.receipts, Outcome.LEFT_OUT)
    after = f" Left out: {count_of(left_out, 'person')}." if left_out else ""
    if applied.error:
        return ended_early(applied.error, exit_code, receipts)
    if confirmed < total:
        return not_as_promised(receipts, applied.jobs) + ("." + after if after else "")
    if errors_of(applied.problems):
        return f"FAILED: all {count_of(total, 'change')} confirmed, but something else changed too.{after}"
    if not total:
        verb = "is" if applied.plan.unchanged == 1 else "are"
        return f"Nothing to change: {count_of(applied.plan.unchanged, 'person')} {verb} as the files say.{after}"
    return f"Applied and confirmed: {confirmed:,} of {total:,}, {clock(applied.ended_at, zone)}.{after}"


def ended_early(error: ReconcilerError, exit_code: int, receipts: Sequence[Receipt]) -> str:
    """Return the first line of a run that an error ended; it never says "nothing was sent" where something was."""
    sent = any(map(was_sent, receipts))
    words = SENT_BEFORE.get(exit_code, "FAILED") if sent else first_words(exit_code)
    return f"{words}: {sentence(error.message)}"


def not_as_promised(receipts: Sequence[Receipt], jobs: Sequence[Job]) -> str:
    """Return the first line of a run that came to its end with changes that are not on the platform."""
    tally = Counter(receipt.outcome for receipt in receipts)
    missing = len(receipts) - tally[Outcome.CONFIRMED]
    unknown = tally[Outcome.UNKNOWN] == missing
    start = "NOT KNOWN YET: whether" if unknown else "FAILED:"
    verb = ("is" if missing == 1 else "are") + (" on the platform" if unknown else " not on the platform")
    kinds = [f"{tally[outcome]:,} {outcome.value}" for outcome in OUTCOMES if outcome is not Outcome.CONFIRMED]
    if tally[Outcome.NOT_CONFIRMED] == missing and len(jobs) == 1 and not jobs[0].failed_rows:
        why = f", though job {jobs[0].ident} ended without an error"
    else:
        why = f" ({', '.join(kind for kind in kinds if not kind.startswith('0 '))})"
    return f"{start} {missing:,} of {count_of(len(receipts), 'change')} {verb}{why}"


def what_to_do(applied: Applied, receipts: Sequence[ReceiptView]) -> tuple[str, ...]:
    """Return what to do now, line by line; nothing where all is well."""
    if applied.error:
        return sentences(applied.error.hint)
    outcomes = {view.outcome for view in receipts}
    lines = []
    if errors_of(applied.problems):
        lines.append("Look below: nobody planned what stands there. Put it right in the portal or in the files.")
    if Outcome.REJECTED in outcomes:
        lines.append("Correct what the platform rejected, then run again.")
    elif outcomes - {Outcome.CONFIRMED, Outcome.LEFT_OUT}:
        lines.append("Run again: it looks at the platform first and sends only what is missing.")
    if names := [view.who for view in receipts if view.alarm]:
        whom = names[0] if len(names) == 1 else f"the {len(names):,} people on top of the list"
        lines.append(f"If it stays, deactivate {whom} in the portal now.")
    return tuple(lines)


def view_job(job: Job) -> JobView:
    """View one job in a line: `Job 12345: completed, 12 of 12 rows`."""
    rows = f", {job.affected_rows:,} of {job.total_rows:,} rows" if rows_known(job) else ""
    failed = f", {job.failed_rows:,} failed" if job.failed_rows else ""
    return JobView(job.ident, f"Job {job.ident}: {cell(job.status) or 'no state'}{rows}{failed}")


def rows_known(job: Job) -> bool:
    """Say whether a job tells how far it came."""
    return job.affected_rows is not None and job.total_rows is not None


def count(receipts: Iterable[Receipt], outcome: Outcome) -> int:
    """Return how many receipts have one outcome."""
    return sum(receipt.outcome is outcome for receipt in receipts)


def clock(time: datetime, zone: tzinfo) -> str:
    """Return the time of day: `10:42`; with its zone where it is not the tenant's own."""
    return f"{time.astimezone(zone):%H:%M}" + (" UTC" if zone is UTC else "")
