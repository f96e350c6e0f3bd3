"""`apply --approved FILE`: the saved plan only explains; the digest alone decides."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.stage import Stage, stage

ANA: Final = {"email": "ana@acme.example", "location": "Manila"}


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        scene.people(ANA)
        yield scene


def approved(scene: Stage) -> tuple[str, Path]:
    """Plan on another machine, which keeps nothing here but the file; returns digest and file."""
    file = scene.folder / "approved.json"
    digest = scene.plan("--out", str(file), "--format", "json").json["digest"]
    scene.environ["XDG_STATE_HOME"] = str(scene.folder / "elsewhere")
    return str(digest), file


def test_what_differs_is_said_person_by_person(scene: Stage) -> None:
    digest, file = approved(scene)
    scene.simulator.edit_user("ana@acme.example", location="Oslo")
    refused = scene.run("apply", "--expect", digest, "--approved", str(file))
    assert refused.code == 4
    assert 'Location: approved with "Madrid" before the change, now "Oslo"' in refused.err


@pytest.mark.parametrize("text", ["", "{", "[]", '{"digest": 7, "changes": []}', None])
def test_a_file_that_is_not_that_plan_changes_nothing_about_the_refusal(scene: Stage, text: str | None) -> None:
    digest, file = approved(scene)
    file.write_text(text) if text is not None else file.unlink()
    scene.simulator.edit_user("ana@acme.example", location="Oslo")
    refused = scene.run("apply", "--expect", digest, "--approved", str(file))
    assert refused.code == 4
    assert "The approved plan is not at hand" in refused.err
    assert not scene.writes()


def test_a_file_alone_approves_nothing(scene: Stage) -> None:
    _, file = approved(scene)
    refused = scene.run("apply", "--approved", str(file))
    assert refused.code == 4
    assert "neither --yes nor --expect" in refused.err
    assert not scene.writes()
