"""Problems as annotations: GitHub's runner shows each on its line of the pull request (faults.md S-22).

One workflow command a problem. The values are escaped as the toolkit of GitHub Actions does it
(actions/toolkit, packages/core/src/command.ts), so no data can end a value, a property or a command.
"""

from collections.abc import Iterator
from typing import Final

from reconciler.views.problem_view import ProblemList, ProblemView

COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}
TITLES: Final = {"error": "Cannot be used as written", "warning": "Please check", "note": "To know"}
DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(view: ProblemList) -> str:
    """Render problems as one workflow command each, and a plain closing line that counts them."""
    return "".join(f"{line}\n" for line in (*map(command, view.problems), view.closing))


def command(problem: ProblemView) -> str:
    """Return one problem as a workflow command, with what to write or do in its message."""
    properties = ",".join(f"{name}={value.translate(PROPERTY)}" for name, value in properties_of(problem))
    message = "\n".join((problem.summary, *problem.hint)).translate(DATA)
    return f"::{COMMANDS[problem.severity]} {properties}::{message}"


def properties_of(problem: ProblemView) -> Iterator[tuple[str, str]]:
    """Yield the place, as far as there is one, and the title."""
    if problem.file:
        yield "file", problem.file
        yield "line", str(problem.line)
        yield "endLine", str(problem.line)
        yield "col", str(problem.column)
        if problem.source:
            yield "endColumn", str(problem.column + problem.source.carets)
    yield "title", TITLES[problem.severity]
