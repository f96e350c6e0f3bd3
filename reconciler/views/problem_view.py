"""A problem as a person reads it: where, what was found and wanted, the line itself, what to write or do."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.model.fields import FIELDS
from reconciler.model.source import Mark, Problem, Problems, Severity, errors_of
from reconciler.views.escape import OLD_COMMAND, clip, escape, is_unsafe, visible
from reconciler.views.words import count_of

MOST_SHOWN: Final = 100
"""So many problems are listed, then a count (faults.md section 3)."""

WIDEST_LINE: Final = 100
NEAR: Final = 3 * WIDEST_LINE
"""Nothing farther from the caret is looked at: a file of one long line may have a hundred problems."""

LONGEST_SENTENCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line of a file with the place of its carets, all in columns of a terminal.

    Attributes:
        number: Counted from 1.
        text: Escaped, cut around the carets where it is too wide.
        indent: Columns before the first caret.
        carets: How many carets.
    """

    number: int
    text: str
    indent: int
    carets: int


@dataclass(frozen=True, slots=True)
class ProblemView:
    """A problem as finished text.

    Attributes:
        file: The name of the file; `""` where there is no place.
        line: Counted from 1; 0 where there is no place.
        column: Likewise.
        summary: What was found and wanted, one line.
        source: The line of the file; None where there is no place.
        hint: What to write or do, line by line.
        severity: `error`, `warning` or `note`.
        code: The stable word of the problem.
        user: The address of the person it is about; `""` for nobody in particular.
    """

    file: str
    line: int
    column: int
    summary: str
    source: SourceLine | None
    hint: tuple[str, ...]
    severity: str
    code: str
    user: str

    @property
    def where(self) -> str:
        """The place as `file:line:column`; `""` where there is none."""
        return f"{self.file}:{self.line}:{self.column}" if self.file else ""

    @property
    def placed(self) -> str:
        """The summary with `(file:line)` behind it, unless it stands there already."""
        place = f"{self.file}:{self.line}"
        return f"{self.summary} ({place})" if self.file and place not in self.summary else self.summary

    @property
    def named(self) -> str:
        """The summary with its place, and the address in front where nothing else says whom it is about."""
        return f"{self.user}: {self.placed}" if self.user and self.user not in self.summary else self.placed


@dataclass(frozen=True, slots=True)
class ProblemList:
    """Problems as finished text, the worst first, and a closing line that counts all of them."""

    problems: tuple[ProblemView, ...]
    numbered: bool
    closing: str


def view_problems(problems: Problems, *, numbered: bool = False) -> ProblemList:
    """View the problems of a tree, errors before warnings, in the order of files and lines."""
    ordered = sorted(problems, key=weight_and_place)
    return ProblemList(tuple(map(view_problem, ordered[:MOST_SHOWN])), numbered, closing_line(ordered))


def weight_and_place(problem: Problem) -> tuple[int, str, int, int]:
    """Return the sorting key of a problem: errors first, then by place."""
    place = (problem.mark.file, problem.mark.line, problem.mark.column) if problem.mark else ("", 0, 0)
    return (tuple(Severity).index(problem.severity), *place)


def view_problem(problem: Problem) -> ProblemView:
    """View one problem."""
    return ProblemView(
        file=escape(problem.mark.file) if problem.mark else "",
        line=problem.mark.line if problem.mark else 0,
        column=problem.mark.column if problem.mark else 0,
        summary=sentence(summary_of(problem)),
        source=view_line(problem.mark) if problem.mark else None,
        hint=sentences(problem.hint),
        severity=str(problem.severity),
        code=problem.code,
        user=escape(problem.user),
    )


def sentences(text: str) -> tuple[str, ...]:
    """Return the lines of our own text, each safe to show; empty ones are dropped."""
    return tuple(sentence(line) for line in text.split("\n") if line.strip())


def sentence(text: str) -> str:
    """Return one line of our own text that quotes data, safe to show and not endless."""
    return clip(escape(text), LONGEST_SENTENCE)


def summary_of(problem: Problem) -> str:
    """Return the summary with the field's title in front, unless it names the field already."""
    field, summary = FIELDS.get(problem.field), problem.summary.casefold()
    if field is None or field.tree_key in summary or field.title.casefold() in summary:
        return problem.summary
    return f"{field.title}: {problem.summary}"


def view_line(mark: Mark) -> SourceLine | None:
    """View the line of a mark; None where the file has no such line or nothing on it."""
    line = mark.text
    if not line.strip():
        return None
    first = min(max(mark.column - 1, 0), len(line))
    left = max(0, first - NEAR)
    text, rest = line[left : first + NEAR], len(line) > first + NEAR
    first -= left
    shown = [visible(char) if is_unsafe(char) else char for char in text]
    for command in re.finditer(re.escape(OLD_COMMAND), text):
        shown[command.end() - 1] = visible(text[command.end() - 1])
    marked = shown[first : first + max(mark.width, 1)]
    start, end = window([columns(piece) for piece in shown], first)
    cut = bool(left or start), rest or end < len(shown)
    return SourceLine(
        number=mark.line,
        text=("..." if cut[0] else "") + "".join(shown[start:end]) + ("..." if cut[1] else ""),
        indent=sum(map(columns, shown[start:first])) + (3 if cut[0] else 0),
        carets=max(1, sum(map(columns, marked[: max(end - first, 1)]))),
    )


def window(widths: Sequence[int], first: int) -> tuple[int, int]:
    """Return which pieces of a line to show so that piece `first` is among them."""
    if sum(widths) <= WIDEST_LINE:
        return 0, len(widths)
    start = first
    while start > 0 and sum(widths[start:first]) < WIDEST_LINE // 2:
        start -= 1
    end = start
    while end < len(widths) and sum(widths[start:end]) < WIDEST_LINE:
        end += 1
    return start, end


def columns(piece: str) -> int:
    """Return how many columns of a terminal a piece takes: a wide letter two, a combining mark none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in piece
    )


def closing_line(problems: Sequence[Problem]) -> str:
    """Return the line that counts problems and files, and says what follows from them."""
    errors, files = errors_of(tuple(problems)), {problem.mark.file for problem in problems if problem.mark}
    others = len(problems) - len(errors)
    counts = [count_of(len(errors), "problem")] if errors else []
    counts += [count_of(others, "remark")] if others else []
    place = f" in {count_of(len(files), 'file')}" if files else ""
    more = f", the first {MOST_SHOWN} are shown" if len(problems) > MOST_SHOWN else ""
    after = " No file is used: a plan is never made from half the files." if errors else ""
    return f"{' and '.join(counts) or 'No problems'}{place}{more}.{after}"
