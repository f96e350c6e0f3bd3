from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.source import Problem, Severity
from reconciler.views.problem_view import ProblemView, view_problems
from reconciler.views.render_github import render
from tests.views.hostile import HOSTILE
from tests.views.samples import in_file
from tests.views.test_problem_view import PROBLEMS

Golden = Callable[[str, str], None]
REGISTERED: Final = {
    "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "internal-set-repo-path",
    "notice", "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning",
}  # fmt: skip
FRAGMENTS: Final = (
    "%", "%0A", "%250A", "%3A", "\r", "\n", ":", "::", "::error::x", "##", "[", "]", "##[error]x", ";", ",", "=",
    " ", "\t", "\u2028", "a", "line=1", "::stop-commands::t", "%2",
)  # fmt: skip
unhurried = settings(deadline=None)
HOSTILE_TEXTS: Final = st.lists(st.sampled_from(FRAGMENTS), max_size=10).map("".join)


@dataclass(frozen=True, slots=True)
class Command:
    """A command as the runner understands it."""

    name: str
    properties: dict[str, str]
    data: str


def commands(log: str) -> list[Command]:
    """Read a log as the runner does (actions/runner, src/Runner.Common/ActionCommand.cs): both forms of a command.

    A line ends at any of the three line breaks.
    """
    lines = log.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [found for line in lines if (found := new_form(line) or old_form(line))]


def new_form(line: str) -> Command | None:
    """Read `::name key=value,key=value::data`, with any space in front."""
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, properties = line[2:end].partition(" ")
    pairs = [part.split("=", 1) for part in properties.strip().split(",") if part]
    known = {pair[0].lower(): unescaped(pair[1], PROPERTY) for pair in pairs if len(pair) == 2 and pair[1]}
    found = Command(name.lower(), known, unescaped(line[end + 2 :], DATA))
    return found if found.name in REGISTERED else None


def old_form(line: str) -> Command | None:
    """Read `##[name key=value;key=value]data`, wherever it begins."""
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name = line[start + 3 : end].partition(" ")[0].lower()
    return Command(name, {}, line[end + 1 :]) if name in REGISTERED else None


DATA: Final = {"%0D": "\r", "%0A": "\n", "%25": "%"}
PROPERTY: Final = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}


def unescaped(text: str, signs: dict[str, str]) -> str:
    """Undo the escaping, one sign after the other as the runner does it."""
    for escaped, sign in signs.items():
        text = text.replace(escaped, sign)
    return text


def expected(problem: ProblemView) -> Command:
    """The command that a problem must be."""
    known = {
        "title": {"error": "Cannot be used as written", "warning": "Please check"}.get(problem.severity, "To know")
    }
    if problem.file:
        known |= {"file": problem.file, "line": str(problem.line), "endline": str(problem.line)}
        known |= {"col": str(problem.column)}
    if problem.source:
        known |= {"endcolumn": str(problem.column + problem.source.carets)}
    name = "notice" if problem.severity == "note" else problem.severity
    return Command(name, known, "\n".join((problem.summary, *problem.hint)))


def test_annotations_as_the_runner_reads_them(golden: Golden) -> None:
    note = Problem("declared Inactive and not on the platform", severity=Severity.NOTE)
    golden("validate_problems.github.txt", render(view_problems((*PROBLEMS, note))))


def test_a_problem_stands_on_its_line_and_columns() -> None:
    (found,) = commands(render(view_problems(PROBLEMS[:1])))
    assert found == Command(
        "error",
        {
            "file": "users/oslo/kari.yaml",
            "line": "6",
            "endline": "6",
            "col": "11",
            "endcolumn": "13",
            "title": "Cannot be used as written",
        },
        'location: NO without quotes means "false" to YAML, not the text NO\nwrite:  location: "NO"',
    )


def test_a_problem_without_a_place_is_told_all_the_same() -> None:
    assert render(view_problems((Problem("no tree"),))).startswith(
        "::error title=Cannot be used as written::no tree\n"
    )


def test_the_last_line_is_plain_and_counts() -> None:
    *_, last = render(view_problems(PROBLEMS)).splitlines()
    assert last == "4 problems and 1 remark in 3 files. No file is used: a plan is never made from half the files."
    assert render(view_problems(())) == "No problems.\n"


def told(text: str) -> list[Problem]:
    """Problems of each weight in which every piece of data is hostile."""
    place = in_file(f"users/{text}.yaml", f"a: {text}", 1, 1)
    return [
        Problem(f"{text} is not known", f"write:  {text}\n{text}", place, text, severity=severity)
        for severity in Severity
    ] + [Problem(text or "empty", text)]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_S_22_a_hostile_name_is_no_command(text: str) -> None:
    view = view_problems(tuple(told(text)))
    assert commands(render(view)) == [expected(problem) for problem in view.problems]


@unhurried
@given(HOSTILE_TEXTS)
def test_S_22_there_are_as_many_commands_as_problems_with_the_same_texts(text: str) -> None:
    view = view_problems(tuple(told(text)))
    assert commands(render(view)) == [expected(problem) for problem in view.problems]


@unhurried
@given(st.text())
def test_S_22_S_23_no_text_at_all_adds_a_line(text: str) -> None:
    view = view_problems(tuple(told(text)))
    assert len(render(view).split("\n")) == len(view.problems) + 2
    assert commands(render(view)) == [expected(problem) for problem in view.problems]


def test_the_reader_of_commands_finds_both_forms() -> None:
    log = "  ::error file=a%3Ab::x%0Ay\nfoo ##[warning]z\n::nothing::\nplain"
    assert commands(log) == [Command("error", {"file": "a:b"}, "x\ny"), Command("warning", {}, "z")]
