"""The result of a run as `summary.md` of the report; it ends with "To undo" (product section 6.7)."""

from collections.abc import Iterable, Iterator

from reconciler.views.markdown_cells import code, prose
from reconciler.views.problem_view import ProblemView
from reconciler.views.render_text import OUTCOME_TITLES
from reconciler.views.run_view import ReceiptView, RunView


def render_summary(view: RunView) -> str:
    """Render the result of an apply as Markdown."""
    return "".join(f"{line}\n" for line in summary_lines(view))


def summary_lines(view: RunView) -> Iterator[str]:
    """Yield the lines of the summary."""
    yield from ("### " + prose(view.headline), "", *rows(view.hint), "")
    confirmed = f"Confirmed: {view.confirmed:,} of {len(view.receipts):,}"
    yield f"Plan number `{view.number}`, run `{view.run}`, ended `{view.ended_at}`. {confirmed}."
    yield from part("What is wrong", (row for problem in view.problems for row in problem_rows(problem)))
    for outcome, title in OUTCOME_TITLES.items():
        receipts = [receipt for receipt in view.receipts if receipt.outcome == outcome]
        yield from part(f"{title} ({len(receipts):,})", (row for one in receipts for row in receipt_rows(one)))
    yield from part(
        "Left out",
        (row for one in view.left_out for row in problem_rows(one.problem, f"{code(one.who)} ", named=False)),
    )
    yield from part("Jobs", rows(job.line for job in view.jobs))
    yield from part("To know", (row for problem in view.notes for row in problem_rows(problem)))
    yield from part("To undo", rows(line.strip() for line in view.undo))


def part(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield a heading with its rows; nothing where there are none."""
    found = tuple(lines)
    if found:
        yield from ("", f"#### {title}", "", *found)


def receipt_rows(view: ReceiptView) -> Iterator[str]:
    """Yield one person: who, what was promised, where, and what did not hold."""
    alarm = f" **{view.alarm}**" if view.alarm else ""
    promised = "; ".join(f"{field.title} {field.before_text} -> {field.after_text}" for field in view.fields)
    yield f"- {code(view.who)}{alarm} {code(promised)} {code(view.where)}"
    for problem in view.problems:
        yield from (f"  {row}" for row in problem_rows(problem, named=False))


def problem_rows(problem: ProblemView, front: str = "", *, named: bool = True) -> Iterator[str]:
    """Yield one problem and what to do about it; `named` puts the address in front where nothing else does."""
    yield f"- {front}{prose(problem.named if named else problem.placed)}"
    yield from (f"  - {prose(line)}" for line in problem.hint)


def rows(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines as rows."""
    return (f"- {prose(line)}" for line in lines)
