"""Drift: what somebody changed in the portal is found, named, and gone again once the files say the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import Stage, stage

NAMED = (
    {"email": "ana@acme.example", "location": "Madrid"},
    {"email": "bo@acme.example", "teams": ["Billing ES", "VIP"]},
    {"email": "eva@acme.example"},
    {"email": "root@acme.example", "roles": ["Admin"]},
)


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        scene.people(*NAMED)
        yield scene


def test_without_drift_it_ends_calm_with_0(scene: Stage) -> None:
    ended = scene.run("drift")
    assert ended.code == 0, ended.out + ended.err
    assert ended.out.startswith("Platform and files say the same\n")


def test_a_portal_edit_is_found_and_gone_after_the_next_apply(scene: Stage) -> None:
    scene.simulator.edit_user("ana@acme.example", location="Oslo")
    found = scene.run("drift")
    assert found.code == 3
    assert "Changed in the portal, not in the files (1)" in found.out
    assert "Location: the files say Madrid, the platform has Oslo" in found.out
    assert scene.apply().code == 0
    assert scene.run("drift").code == 0


def test_privileged_people_in_no_file_stand_first_in_scope_or_not(scene: Stage) -> None:
    for address in ("ghost@acme.example", "ghost@elsewhere.example"):
        scene.simulator.add_user(
            {"email": address, "first_name": "G", "last_name": "Host", "roles": ["Admin"], "teams": []}
        )
    scene.simulator.edit_user("ana@acme.example", location="Oslo")
    view = scene.run("drift", "--format", "json").json
    assert [group["code"] for group in view["groups"]] == ["privileged", "edited"]
    assert [row["key"] for row in view["groups"][0]["rows"]] == ["ghost@acme.example", "ghost@elsewhere.example"]


def test_S_59_a_job_of_our_credential_that_we_did_not_upload_is_named(scene: Stage) -> None:
    scene.people({"email": "ana@acme.example", "location": "Oslo"}, *NAMED[1:])
    assert scene.apply().code == 0
    ours = scene.simulator.jobs()[0]
    scene.simulator.add_job(
        {
            "filename": "by-hand.json",
            "status": "completed",
            "total_rows": 1,
            "api_user": ours["uploaded_api_user_name"],
        }
    )
    found = scene.run("drift")
    assert found.code == 3
    assert "by-hand.json" in found.out


def test_the_issue_is_written_as_markdown_with_its_marker(scene: Stage) -> None:
    scene.simulator.edit_user("ana@acme.example", location="Oslo")
    file = scene.folder / "issue.md"
    scene.run("drift", "--markdown", str(file))
    assert file.read_text().startswith(
        "<!-- reconciler:drift -->\n### Changed in the portal, not in the files (1)"
    )


def test_a_snapshot_shows_the_same_drift_of_people(scene: Stage) -> None:
    scene.simulator.edit_user("ana@acme.example", location="Oslo")
    file = scene.folder / "snapshot.json"
    scene.run("snapshot", "--out", str(file))
    assert scene.run("drift", "--snapshot", str(file)).out.count("the platform has Oslo") == 1
