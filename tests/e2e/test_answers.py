"""What a pull request is answered: the comment of its plan, and its problems as annotations."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.views.render_markdown import MARKER
from tests.stage import Stage, stage
from tests.views.test_render_github import commands


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        scene.people({"email": "ana@acme.example", "location": "Manila"})
        yield scene


def in_ascii(comment: Path) -> str:
    """A file as an output shows it that says no encoding."""
    return comment.read_text().encode("ascii", "backslashreplace").decode()


def test_the_comment_is_written_beside_the_plan_and_has_its_number(scene: Stage) -> None:
    comment = scene.folder / "comment.md"
    told = scene.plan("--format", "json", "--markdown", str(comment)).json
    marker, headline, totals, *_ = comment.read_text().splitlines()
    assert (marker, headline) == (MARKER, "### 1 person changes on the platform")
    assert f"plan `{told['number']}`" in totals
    assert comment.stat().st_mode & 0o777 == 0o600


def test_the_comment_can_be_the_result(scene: Stage) -> None:
    comment = scene.folder / "comment.md"
    ended = scene.plan("--format", "markdown", "--markdown", str(comment))
    assert (ended.code, ended.out) == (0, in_ascii(comment))


def test_the_comment_of_a_cut_plan_names_the_file_of_the_whole_one(scene: Stage) -> None:
    scene.settings("limits: {create: {count: 2000}}\n")
    scene.people(
        *(
            {"email": f"n{number}@acme.example", "first_name": "N", "last_name": "N" * 60, "roles": "Agent"}
            for number in range(600)
        )
    )
    ended = scene.plan("--out", str(scene.folder / "plan.json"), "--format", "markdown")
    assert "more, see the full plan in `plan.json`\n" in ended.out


def test_a_pull_request_without_a_plan_is_answered_too(scene: Stage) -> None:
    comment = scene.folder / "comment.md"
    scene.plan("--markdown", str(comment))
    scene.people({"email": "ana@acme.example", "locaton": "Manila"})
    ended = scene.plan("--format", "markdown", "--markdown", str(comment))
    assert ended.code == 4
    assert comment.read_text().startswith(f"{MARKER}\n### REFUSED, nothing was sent: 1 problem in 1 file\n")
    assert ended.out == comment.read_text()


def test_a_problem_is_an_annotation_on_its_line(scene: Stage) -> None:
    scene.write("people.yaml", "email: ana@acme.example\nlocation: NO\n")
    ended = scene.run("validate", "--format", "github")
    (found,) = commands(ended.out + ended.err)
    assert ended.code == 4
    assert found.name == "error"
    assert found.properties["file"].endswith("users/people.yaml")
    assert (found.properties["line"], found.properties["col"]) == ("2", "11")
    assert found.data.endswith('\nwrite:  location: "NO"')


def test_a_tree_without_problems_has_no_annotation(scene: Stage) -> None:
    ended = scene.run("validate", "--format", "github")
    assert (ended.code, ended.out) == (0, "No problems.\n")


def test_a_refusal_that_points_at_no_line_is_an_annotation_too(scene: Stage) -> None:
    snapshot = scene.folder / "old.json"
    scene.run("snapshot", "--out", str(snapshot))
    scene.clock.sleep(30 * 86_400)
    ended = scene.run("validate", "--snapshot", str(snapshot), "--format", "github")
    (found,) = commands(ended.out)
    assert ended.code == 4
    assert "old.json is 30 days old, at most 7 are allowed" in found.data
