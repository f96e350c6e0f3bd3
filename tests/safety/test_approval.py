"""Nothing is read back from a plan that somebody could have edited: only its number, worked out anew (L-23)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from reconciler.edge.state import State
from reconciler.views.mismatch_view import view_mismatch
from reconciler.views.render_json import render_plan
from reconciler.views.render_text import render_mismatch
from tests.stage import Stage, stage
from tests.views.samples import DIGEST, view

ANA: Final = {"email": "ana@acme.example", "location": "Manila"}
EVA: Final = {"email": "eva@acme.example", "status": "Inactive"}


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        scene.people(ANA)
        yield scene


def saved_plan(scene: Stage) -> tuple[Path, Any]:
    """The file in which this machine remembers the plan that it showed, and what stands in it."""
    scene.plan()
    (file,) = (scene.folder / "state").rglob("plans/*.json")
    return file, json.loads(file.read_text())


def test_L_23_a_number_with_any_digit_changed_is_refused(scene: Stage) -> None:
    digest = scene.plan("--format", "json").json["digest"]
    for length in (8, 64):
        number = digest[:length]
        for place in range(0, length, length // 8):
            other = f"{number[:place]}{'1' if number[place] == '0' else '0'}{number[place + 1 :]}"
            assert scene.run("apply", "--expect", other).code == 4, other
    assert not scene.writes()


def test_L_23_a_saved_plan_that_says_what_is_wanted_approves_nothing(scene: Stage) -> None:
    file, saved = saved_plan(scene)
    approved = saved["digest"]
    scene.people(ANA, EVA)
    other = scene.plan("--format", "json").json
    file.write_text(json.dumps({**other, "digest": approved}))
    refused = scene.run("apply", "--expect", approved)
    assert refused.code == 4
    assert not scene.writes()


def test_L_23_a_saved_plan_adds_nothing_to_the_plan_that_is_sent(scene: Stage) -> None:
    file, saved = saved_plan(scene)
    text = file.read_text().replace("Manila", "Oslo").replace("ana@acme.example", "bo@acme.example")
    file.write_text(text)
    assert scene.run("apply", "--expect", saved["digest"]).code == 0
    assert scene.live("ana@acme.example")["location"] == "Manila"
    assert scene.live("bo@acme.example")["location"] == "Oslo"
    assert [entry["step"] for entry in scene.writes()] == ["U", "P"]


@pytest.mark.parametrize("kept", [b"", b"{", b"\xff", b"[]", b"null", b'{"changes": 7}', None], ids=repr)
def test_L_23_a_plan_brought_along_approves_nothing_whatever_stands_in_it(
    scene: Stage, kept: bytes | None
) -> None:
    plan = scene.plan("--format", "json").json
    scene.people(ANA, EVA)
    other = scene.plan("--format", "json").json
    brought = scene.folder / "approved.json"
    brought.write_bytes(json.dumps({**other, "digest": plan["digest"]}).encode() if kept is None else kept)
    refused = scene.run("apply", "--expect", plan["digest"], "--approved", str(brought))
    assert refused.code == 4, refused.err
    assert "REFUSED, nothing was sent" in refused.err
    assert not scene.writes()


@pytest.mark.parametrize("put", [b"\x00", b"{", b"9", b'"', b"]"])
def test_L_23_a_saved_plan_with_any_byte_changed_only_changes_what_is_told(tmp_path: Path, put: bytes) -> None:
    """It explains a refusal; whatever stands in it, the refusal is told in words and stays one."""
    shown = view()
    saved = render_plan(shown).encode()
    (tmp_path / "plans").mkdir()
    for place in range(0, len(saved), 23):
        (tmp_path / f"plans/{DIGEST[:8]}.json").write_bytes(saved[:place] + put + saved[place + 1 :])
        approved = State(tmp_path).remembered_plan(DIGEST)
        assert render_mismatch(view_mismatch(DIGEST, approved, shown)).startswith("REFUSED, nothing was sent: ")
