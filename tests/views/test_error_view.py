import json

import pytest

from reconciler.model.errors import Busy, Denied, FateUnknown, ReconcilerError, RunRefused, Stopped
from reconciler.model.source import Problem
from reconciler.views.error_view import view_error
from reconciler.views.render_json import render_error as as_json
from reconciler.views.render_text import render_error
from tests.views.samples import in_file


@pytest.mark.parametrize(
    ("error", "first"),
    [
        (ReconcilerError("m"), "FAILED: m"),
        (Denied("m", status=401), "FAILED: m"),
        (RunRefused("m"), "REFUSED, nothing was sent: m"),
        (FateUnknown("m"), "NOT KNOWN YET: m"),
        (Busy("m"), "BUSY, nothing was sent: m"),
        (Stopped("m", signal_number=2), "STOPPED, nothing was sent: m"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_first_line_says_what_happened(error: ReconcilerError, first: str) -> None:
    assert render_error(view_error(error)) == first + "\n"


def test_problems_stand_between_the_first_line_and_the_advice() -> None:
    problem = Problem("wrong", "write:  b", in_file("users/a.yaml", "a: c", 1, 4))
    error = RunRefused("1 problem in 1 file", "No file is used until then.", (problem,))
    assert render_error(view_error(error)) == (
        "REFUSED, nothing was sent: 1 problem in 1 file\n"
        "\n"
        "users/a.yaml:1:4: wrong\n"
        "      1 | a: c\n"
        "        |    ^\n"
        "    write:  b\n"
        "\n"
        "    No file is used until then.\n"
    )


def test_an_error_as_json() -> None:
    told = json.loads(as_json(view_error(Busy("m", "later"))))
    assert (told["format"], told["headline"], told["hint"]) == (1, "BUSY, nothing was sent: m", ["later"])
