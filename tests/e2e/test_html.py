"""`plan --html FILE`: the page of the very plan that is printed, also when a limit refuses it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import Stage, stage

BO = {"email": "bo@acme.example", "alias": "bobo"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Stage]:
    """A tree, a platform and the command line between them."""
    with stage(tmp_path) as made:
        yield made


def test_S_09_the_page_is_written_beside_the_text_and_kept_private(here: Stage) -> None:
    here.people(BO)
    file = here.folder / "out" / "plan.html"
    ended = here.plan("--html", str(file), "--format", "json")
    page = file.read_text("utf-8")
    assert ended.code == 0
    assert f'<p class="number">{ended.json["digest"][:8]}</p>' in page
    assert "<bdi>Bo Dahl</bdi>" in page
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_refused_plan_is_written_and_says_so(here: Stage) -> None:
    here.settings("limits: {deactivate: 0}\n")
    here.people({"email": "bo@acme.example", "status": "Inactive"})
    file = here.folder / "plan.html"
    assert here.plan("--html", str(file)).code == 4
    assert "REFUSED, nothing was sent</h1>" in file.read_text("utf-8")


def test_a_place_that_cannot_be_written_is_one_line(here: Stage) -> None:
    here.people(BO)
    (here.folder / "file").write_text("")
    ended = here.plan("--html", str(here.folder / "file" / "plan.html"))
    assert ended.code == 1
    assert "cannot write" in ended.err
    assert "Traceback" not in ended.err
