import pytest

from reconciler.model.clock import Step
from reconciler.model.source import Problem
from reconciler.views.problem_view import view_problems
from reconciler.views.render_text import finish, render_problems, render_step
from tests.views.samples import in_file


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (Step("reading users", 3_000, 20_000), "reading users: 3,000 of 20,000"),
        (Step("reading users", 3_000, None), "reading users: 3,000"),
        (Step("job 12345", 52, 120, "in_progress\x1b"), r"job 12345: 52 of 120, in_progress\x1b"),
    ],
)
def test_progress_is_one_line_a_step(step: Step, line: str) -> None:
    assert render_step(step) == line


@pytest.mark.parametrize("line", ["::error::x", "   ::stop-commands::x", "\t::add-mask::x"])
def test_S_22_a_line_that_the_runner_would_obey_is_defused(line: str) -> None:
    """Its runner trims the front of a line first: spaces alone protect from nothing."""
    assert not finish([line]).lstrip().startswith("::")


def test_S_22_a_file_name_cannot_begin_a_command() -> None:
    problem = Problem("x", mark=in_file("::error::.yaml", "::error::a", 1, 1))
    assert not any(
        line.lstrip().startswith("::") for line in render_problems(view_problems((problem,))).splitlines()
    )
