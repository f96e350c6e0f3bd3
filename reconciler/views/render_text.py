"""Every view as plain text for a terminal or a log; colours only where they are asked for.

Our own words begin every line, so no data can be taken for a command of the CI machine: GitHub's runner obeys a
line that begins with `::` after any spaces (faults.md S-22).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Final, TypeAlias

from reconciler.model.clock import Step
from reconciler.views.cells import Cell, Tone
from reconciler.views.error_view import ErrorView
from reconciler.views.escape import escape
from reconciler.views.mismatch_view import MismatchView
from reconciler.views.outlook_view import ToldPart
from reconciler.views.plan_view import ChangeView, PlanView
from reconciler.views.problem_view import MOST_SHOWN, ProblemList, ProblemView, SourceLine
from reconciler.views.run_view import OUTCOMES, ReceiptView, RunView
from reconciler.views.words import count_of, some_of

Paint: TypeAlias = Callable[[str, str], str]
"""Takes a text and the name of a colour; returns it painted, or as it is."""


def render_problems(view: ProblemList, *, colour: bool = False) -> str:
    """Render the problems of a tree, each with its line, and the closing count."""
    return finish(problem_lines(view, painter(colour)))


def render_plan(view: PlanView, *, colour: bool = False) -> str:
    """Render a plan; one line where there is nothing to say."""
    return finish(plan_lines(view, painter(colour)))


def render_run(view: RunView, *, colour: bool = False) -> str:
    """Render the result of an apply; calm where all is well."""
    return finish(run_lines(view, painter(colour)))


def render_error(view: ErrorView, *, colour: bool = False) -> str:
    """Render an error: what happened, what is wrong, what to do."""
    return finish(error_lines(view, painter(colour)))


def render_mismatch(view: MismatchView, *, colour: bool = False) -> str:
    """Render what differs from the approved plan."""
    return finish(mismatch_lines(view, painter(colour)))


def render_step(step: Step) -> str:
    """Render one step of long work: `reading users: 3,000 of 20,000`."""
    total = "" if step.total is None else f" of {step.total:,}"
    detail = f", {step.detail}" if step.detail else ""
    return finish([escape(f"{step.name}: {step.done:,}{total}{detail}")]).rstrip("\n")


def problem_lines(view: ProblemList, paint: Paint) -> Iterator[str]:
    """Yield the lines of a list of problems and the closing count."""
    yield from problem_blocks(view, paint)
    yield view.closing


def problem_blocks(view: ProblemList, paint: Paint) -> Iterator[str]:
    """Yield each problem with its line and what to write, then an empty line."""
    for number, problem in enumerate(view.problems, 1):
        front = f"{number}  " if view.numbered else ""
        yield f"{front}{headed(problem, paint)}"
        yield from indented(source_lines(problem.source, paint), " " * len(front))
        yield from indented(problem.hint, " " * (len(front) + 4))
        yield ""


def headed(problem: ProblemView, paint: Paint) -> str:
    """Return the first line of a problem; what is not an error says so."""
    where = f"{paint(problem.where, 'bold')}: " if problem.where else ""
    sort = "" if problem.severity == "error" else f"{paint(problem.severity, 'yellow')}: "
    return f"{where}{sort}{problem.summary}"


def source_lines(source: SourceLine | None, paint: Paint) -> Iterator[str]:
    """Yield the line of a file and the carets under it."""
    if source:
        yield f"{source.number:>7} | {source.text}"
        yield f"{'':>7} | {' ' * source.indent}{paint('^' * source.carets, 'red')}"


def plan_lines(view: PlanView, paint: Paint) -> Iterator[str]:
    """Yield the lines of a plan in the order of the product's sections."""
    yield from refusal_lines(view, paint)
    calm = not view.changes and not view.left_out
    if calm:
        yield view.headline
    else:
        verb = "would change" if view.refusals else "changes"
        people = count_of(len(view.changes), "person")
        yield paint(f"What {verb} for {people}: {view.headline}", "bold")
        yield f"Plan number {view.number}, platform {view.state}"
    yield from alert_lines(view, paint)
    yield from left_out_lines(view, paint)
    for section in view.sections:
        yield from ("", paint(section.title, "bold"))
        for change in view.changes:
            if change.section == section.code:
                yield from change_lines(change, paint)
    yield from impact_lines(view, paint)
    for part in view.told:
        yield from told_lines(part, paint)
    yield from remark_lines(view.notes, view.not_in_files_line, paint)
    if not calm:
        yield from ("", f"Plan number in full: {view.digest}")


def refusal_lines(view: PlanView, paint: Paint) -> Iterator[str]:
    """Yield the reasons why nothing may be sent, each with the way out."""
    words = "REFUSED, nothing was sent"
    for problem in view.refusals:
        yield paint(f"{words}: {problem.placed}", "red")
        yield from indented(problem.hint, "    ")
        words = "Refused also"
    if view.refusals:
        yield ""


def alert_lines(view: PlanView, paint: Paint) -> Iterator[str]:
    """Yield what must be known before anything else."""
    for problem in view.risks:
        yield paint(f"RISK: {problem.placed}", "red")
        yield from indented(problem.hint, "    ")
    if view.dropped:
        yield paint(view.dropped.warning, "red")
        yield from indented(view.dropped.people, "    ")
    yield from (paint(f"Nobody active is left in: {group}", "red") for group in view.emptied)


def told_lines(part: ToldPart, paint: Paint) -> Iterator[str]:
    """Yield lines about people under their heading, with the first names of each."""
    yield from ("", paint(part.heading, "bold"))
    for one in part.lines:
        where = f"   {paint(one.where, 'dim')}" if one.where else ""
        yield from (f"  {one.line}{where}", f"      {some_of(one.people)}")


def left_out_lines(view: PlanView | RunView, paint: Paint) -> Iterator[str]:
    """Yield the people who are left alone, and why; a way back may leave out only some values of a person."""
    if view.left_out:
        sent = {one.key for one in (view.changes if isinstance(view, PlanView) else view.receipts)}
        partly = any(left_out.key in sent for left_out in view.left_out)
        words = "" if partly else ", nothing is sent for them"
        yield from ("", paint(f"Left out ({len(view.left_out):,}){words}", "bold"))
    for left_out in view.left_out:
        yield f"  {left_out.who}: {left_out.problem.placed}"
        yield from indented(left_out.problem.hint, "      ")


def change_lines(change: ChangeView, paint: Paint) -> Iterator[str]:
    """Yield one person's change: who and where, each value, then what to know."""
    yield f"  {change.who}   {paint(change.where, 'dim')}"
    new = change.action == "create"
    for field in change.fields:
        if field.tone is not Tone.QUIET:
            yield f"      {field.title}: {values(field, paint, new=new)}"
    if change.labels:
        yield f"      ! {'; '.join(change.labels)}"


def values(field: Cell, paint: Paint, *, new: bool) -> str:
    """Return `before -> after`; of somebody new only what will be."""
    after = paint(field.after_text, COLOUR_OF[field.tone])
    return after if new else f"{field.before_text} -> {after}"


def impact_lines(view: PlanView, paint: Paint) -> Iterator[str]:
    """Yield the active people of each role, team and location that changes."""
    if view.impact:
        yield from ("", paint("Active people, before -> after", "bold"))
    for impact in view.impact:
        note = f" ({impact.note})" if impact.note else ""
        yield f"  {impact.group}: {impact.before:,} -> {impact.after:,}{note}"


def remark_lines(notes: Iterable[ProblemView], last: str, paint: Paint) -> Iterator[str]:
    """Yield warnings and notes, then a last line."""
    lines = []
    for problem in notes:
        lines.append(f"{paint(problem.severity.capitalize(), 'yellow')}: {problem.named}")
        lines.extend(indented(problem.hint, "    "))
    if lines or last:
        yield from ("", *lines, *filter(None, [last]))


def run_lines(view: RunView, paint: Paint) -> Iterator[str]:
    """Yield the lines of a result: one where all is well, then warnings; else the worst first and the way back."""
    yield paint(view.headline, "red" if view.exit_code else "green")
    yield from indented(view.hint, "    ")
    if view.problems:
        yield from ("", paint(f"In detail ({len(view.problems):,})", "bold"), *problem_rows(view.problems))
    if view.sent:
        yield from receipt_lines(view.receipts, paint)
    yield from left_out_lines(view, paint)
    if not view.well and view.sent:
        yield from ("", f"Confirmed: {view.confirmed:,} of {len(view.receipts):,}")
        yield from (job.line for job in view.jobs)
    yield from remark_lines((*warnings_of(view.receipts), *view.notes), "", paint)
    if not view.well and view.sent:
        yield from ("", paint("To undo", "bold"), *indented(view.undo, "  "))


def warnings_of(receipts: Iterable[ReceiptView]) -> tuple[ProblemView, ...]:
    """Return what the platform said of changes that are confirmed all the same (faults.md L-09)."""
    return tuple(problem for view in receipts if view.outcome == "confirmed" for problem in view.problems)


def problem_rows(problems: Iterable[ProblemView]) -> Iterator[str]:
    """Yield problems as rows, each with its hint."""
    for problem in problems:
        yield f"  - {problem.named}"
        yield from indented(problem.hint, "      ")


def receipt_lines(receipts: Iterable[ReceiptView], paint: Paint) -> Iterator[str]:
    """Yield the people who are not as promised, alarms on top, advice that is the same for many once."""
    wrong = [view for view in receipts if view.outcome not in ("confirmed", "left out")]
    for title, group in groupby(
        wrong, lambda view: "Access not ended" if view.alarm else OUTCOME_TITLES[view.outcome]
    ):
        views = tuple(group)
        yield from ("", paint(f"{title} ({len(views):,})", "bold"))
        for view in views[:MOST_SHOWN]:
            yield from receipt_rows(view, paint)
        if len(views) > MOST_SHOWN:
            yield f"  and {len(views) - MOST_SHOWN:,} more, all of them in the report: receipt.json"
        advice = [line for view in views[:MOST_SHOWN] for problem in view.problems for line in problem.hint]
        yield from indented(dict.fromkeys(advice), "    ")


def receipt_rows(view: ReceiptView, paint: Paint) -> Iterator[str]:
    """Yield one person who is not as promised, with the reasons."""
    alarm = f" {paint(view.alarm, 'red')}" if view.alarm else ""
    if not view.problems:
        yield f"  {view.who}{alarm}   {paint(view.where, 'dim')}"
        return
    first, *others = [problem.placed for problem in view.problems]
    yield f"  {view.who}{alarm}: {first}"
    yield from indented(others, "      also: ")


def error_lines(view: ErrorView, paint: Paint) -> Iterator[str]:
    """Yield the lines of an error."""
    yield paint(view.headline, "red")
    if view.problems.problems:
        yield from ("", *problem_blocks(view.problems, paint))
    yield from indented(view.hint, "    ")


def mismatch_lines(view: MismatchView, paint: Paint) -> Iterator[str]:
    """Yield what differs from the approved plan, person by person."""
    yield paint(view.headline, "red")
    for difference in view.differences:
        yield f"    {difference.who}"
        yield from indented(difference.lines, "        ")
    yield from indented(view.closing, "    ")
    if view.listed:
        yield from ("", *plan_lines(view.plan, paint))


def indented(lines: Iterable[str], front: str) -> Iterator[str]:
    """Yield lines with something of ours in front."""
    return (f"{front}{line}" for line in lines)


def painter(colour: bool) -> Paint:
    """Return a paint that colours, or one that leaves every text as it is."""
    if not colour:
        return lambda text, _: text
    return lambda text, name: f"\x1b[{COLOURS[name]}m{text}\x1b[0m" if text else ""


def finish(lines: Iterable[str]) -> str:
    """Return the lines as one text; a line that the CI machine could obey is defused."""
    return "".join(f"{COMMAND.sub(DEFUSED, line.rstrip())}\n" for line in lines)


COLOURS: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
COLOUR_OF: Final = {Tone.ADD: "green", Tone.CHANGE: "yellow", Tone.REMOVE: "red", Tone.QUIET: "dim"}
OUTCOME_TITLES: Final = {outcome.value: title for outcome, title in OUTCOMES.items()}
COMMAND: Final = re.compile(r"^(\s*):(?=:)")
DEFUSED: Final = r"\1\\x3a"
