"""The daily run: what a date asks for is written, confirmed and remembered; nothing else is."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.workflows.world import PEOPLE, World, world

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("bash", "git", "jq")), reason="needs bash, git and jq"
)


def day(later: int) -> str:
    """A day as seen from today, in the time zone of the tenant."""
    return (datetime.now(UTC).astimezone(ZoneInfo("Europe/Madrid")).date() + timedelta(later)).isoformat()


LEAVER: Any = {"email": "eva@acme.example", "last_day": day(1)}
STARTER: Any = {"email": "off@acme.example", "first_day": day(1)}
LEADER: Any = {**PEOPLE[0], "roles": {"at_least": ["Agent", {"name": "Admin", "first_day": day(1)}]}}


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world") as scene:
        yield scene


def land(scene: World, *people: Any) -> None:
    """Merge and apply a tree with these people beside the administrator."""
    scene.branch("dates", *people, PEOPLE[3])
    job = scene.land(scene.merge(7, "dates"))
    assert not job.failed, job.log


def status(scene: World, name: str) -> str:
    """The account of somebody."""
    user = scene.simulator.user(f"{name}@acme.example")
    return str(user and user["status"])


def test_a_date_that_has_come_is_written_and_confirmed(scene: World) -> None:
    land(scene, LEAVER, STARTER)
    assert (status(scene, "eva"), status(scene, "off")) == ("Active", "Inactive")
    scene.later(2)
    job = scene.due()
    assert not job.failed, job.log
    assert (status(scene, "eva"), status(scene, "off")) == ("Inactive", "Active")
    assert "Applied and confirmed: 2 of 2" in job.summary
    assert [comment["on"] for comment in scene.kept("comments")] == ["7"]
    assert "Applied and confirmed: 2" not in scene.kept("comments")[0]["body"]


def test_the_audit_line_holds_the_day_of_the_tenant_and_moves_it_on(scene: World) -> None:
    land(scene, LEAVER)
    scene.later(2)
    scene.due()
    merged, due = scene.audit()
    assert [(line["do"], line["day"]) for line in (merged, due)] == [("apply", day(0)), ("due", day(2))]
    assert [(line["applied"], line["settled"], line["exit_code"]) for line in (merged, due)] == [
        (True, True, 0)
    ] * 2
    assert len(due["digest"]) == 64


def test_an_account_that_was_closed_in_an_emergency_stays_closed(scene: World) -> None:
    land(scene, STARTER)
    scene.later(2)
    scene.due()
    assert status(scene, "off") == "Active"
    scene.simulator.edit_user("off@acme.example", status="Inactive")
    scene.later(3)
    scene.due()
    assert status(scene, "off") == "Inactive"


def test_it_stays_closed_also_while_somebody_elses_admin_rights_wait(scene: World) -> None:
    land(scene, STARTER, LEADER)
    scene.later(2)
    assert scene.due().failed
    assert status(scene, "off") == "Active"
    scene.simulator.edit_user("off@acme.example", status="Inactive")
    scene.later(3)
    assert scene.due().failed
    assert status(scene, "off") == "Inactive"


def test_what_differs_for_another_reason_is_left_alone(scene: World) -> None:
    land(scene, PEOPLE[0], LEAVER)
    scene.simulator.edit_user("ana@acme.example", location="Manila")
    scene.later(2)
    assert not scene.due().failed
    user = scene.simulator.user("ana@acme.example")
    assert user is not None
    assert (user["location"], status(scene, "eva")) == ("Manila", "Inactive")


def test_a_merge_that_waits_for_its_approval_is_not_written_by_the_daily_run(scene: World) -> None:
    land(scene, PEOPLE[0], LEAVER)
    scene.branch("move", {**PEOPLE[0], "location": "Oslo"}, LEAVER, PEOPLE[3])
    waiting = scene.merge(8, "move")
    scene.later(2)
    assert not scene.due().failed
    user = scene.simulator.user("ana@acme.example")
    assert user is not None
    assert (user["location"], status(scene, "eva")) == ("Madrid", "Inactive")
    assert [line["applied"] for line in scene.audit()] == [True, False]
    assert [line["settled"] for line in scene.audit()] == [True, True]
    job = scene.land(waiting)
    assert not job.failed, job.log
    assert "Applied and confirmed: 1 of 1" in job.summary


def test_admin_rights_wait_for_a_person_and_come_with_the_apply_that_somebody_starts(scene: World) -> None:
    settings = (scene.desk / "users/reconciler.yaml").read_text()
    scene.write("reconciler.yaml", f"{settings}limits: {{privileged_grant: 1}}\n")
    scene.commit("An owner may let one more in")
    land(scene, LEADER, LEAVER)
    for later in (2, 3):
        scene.later(later)
        job = scene.due()
        assert job.ran[-1].code == 1, job.log
        assert "start this workflow by hand, and an admin approves them" in job.log
    user = scene.simulator.user("ana@acme.example")
    assert user is not None
    assert (user["roles"], status(scene, "eva")) == (["Agent"], "Inactive")
    job = scene.land(scene.tip(), "workflow_dispatch")
    assert not job.failed, job.log
    user = scene.simulator.user("ana@acme.example")
    assert user is not None
    assert sorted(user["roles"]) == ["Admin", "Agent"]


def test_a_daily_run_that_a_merge_overtakes_ends_well_and_sends_nothing(scene: World) -> None:
    land(scene, LEAVER)
    queued = scene.tip()
    scene.branch("more", LEAVER, PEOPLE[0], PEOPLE[3])
    newer = scene.merge(8, "more")
    scene.later(2)
    job = scene.due(queued)
    assert not job.failed, job.log
    assert f"Replaced by {newer}, nothing sent." in job.summary
    assert status(scene, "eva") == "Active"


def test_before_the_first_apply_no_date_comes_due(scene: World) -> None:
    scene.branch("dates", {**LEAVER, "last_day": day(-1)}, PEOPLE[3])
    scene.merge(7, "dates")
    job = scene.due()
    assert not job.failed, job.log
    assert "No merge was applied so far" in job.log
    assert status(scene, "eva") == "Active"


def test_a_run_that_fails_does_not_move_the_day_so_the_next_one_does_it(scene: World) -> None:
    land(scene, LEAVER)
    scene.later(2)
    token, scene.secrets = scene.secrets, {"RECONCILER_TOKEN": "not-the-token"}
    assert scene.due().failed
    scene.secrets = token
    scene.later(3)
    assert not scene.due().failed
    assert status(scene, "eva") == "Inactive"
    assert [line["settled"] for line in scene.audit()] == [True, False, True]


def test_a_line_that_somebody_else_wrote_on_the_audit_branch_stops_the_run(scene: World) -> None:
    land(scene, LEAVER)
    scene.forge_audit('{"applied": true, "settled": true, "commit": "--yes", "day": "x"}\n')
    scene.later(2)
    job = scene.due()
    assert job.failed
    assert "was not written by these workflows" in job.log
    assert status(scene, "eva") == "Active"
