"""A problem as an item of a Markdown list: what was found and wanted, and what to write or do, ready to paste."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from reconciler.views.markdown_cells import block, code, prose
from reconciler.views.problem_view import ProblemView


def placed_item(problem: ProblemView) -> str:
    """Return a problem of the files with its place in front."""
    place = f"{code(problem.where)}: " if problem.where else ""
    return problem_item(place + weight(problem), problem.summary, problem.hint)


def note_item(problem: ProblemView) -> str:
    """Return a warning or a note of a plan."""
    return problem_item(weight(problem), problem.named, problem.hint)


def weight(problem: ProblemView) -> str:
    """Return the word in front of a warning, which is loud; errors and notes need none."""
    return "**Warning:** " if problem.severity == "warning" else ""


def problem_item(front: str, text: str, hint: Sequence[str]) -> str:
    """Return a problem as an item of a list, with what to write or do below it."""
    return "\n".join([f"- {front}{prose(text)}", *(f"  {line}" for line in hint_lines(hint))])


def hint_lines(hint: Sequence[str]) -> Iterator[str]:
    """Yield what to do as items; lines that are indented stand there to be pasted, so they are a block of code."""
    for pasted, run in groupby(hint, key=lambda line: line.startswith("  ")):
        lines = tuple(run)
        yield from block(lines) if pasted else (f"- {prose(line)}" for line in lines)
