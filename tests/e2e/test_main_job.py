"""The main job over a real socket: a tree becomes a plan, a bulk job, and a platform proven to match."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import Stage, stage
from tests.truth import by_email, check_all, second_run_is_safe

ANA = {"email": "ana@acme.example", "location": "Manila"}
NEW = {
    "email": "li.wei@acme.example",
    "first_name": "Li",
    "last_name": "Wei",
    "location": "Manila",
    "roles": ["Agent"],
    "teams": ["VIP"],
}
LEAVER = {"email": "eva@acme.example", "status": "Inactive"}
BACK = {"email": "off@acme.example", "status": "Active", "roles": ["Agent"], "teams": ["Billing ES"]}
EVERYTHING = (ANA, NEW, LEAVER, BACK)


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path, validate_seconds=0.5, job_seconds=3.0) as scene:
        yield scene


def test_one_value_walks_from_the_file_to_the_platform_and_back(scene: Stage) -> None:
    scene.people(ANA)
    before = scene.simulator.users()
    ended = scene.apply()
    assert ended.code == 0, ended.err + ended.out
    assert "confirmed: 1 of 1" in ended.out
    check_all(scene, before, [ANA], ended)
    assert scene.plan("--exit-code").code == 0


def test_create_edit_deactivate_and_reactivate_in_one_run(scene: Stage) -> None:
    scene.people(*EVERYTHING)
    before = scene.simulator.users()
    ended = scene.apply()
    assert ended.code == 0, ended.err + ended.out
    check_all(scene, before, EVERYTHING, ended)
    second_run_is_safe(scene)


def test_plan_sends_nothing_and_tells_that_there_are_changes(scene: Stage) -> None:
    scene.people(*EVERYTHING)
    assert scene.plan("--exit-code").code == 3
    assert scene.plan().code == 0
    assert not scene.writes()


def test_the_written_bulk_json_is_byte_for_byte_what_apply_uploads(scene: Stage) -> None:
    scene.people(*EVERYTHING)
    scene.plan("--bulk", str(scene.folder / "bulk"))
    scene.apply()
    written = [file.read_bytes() for file in sorted((scene.folder / "bulk").iterdir())]
    assert written == [scene.simulator.uploaded(job["id"]) for job in scene.simulator.jobs()]


def test_an_offline_plan_against_a_snapshot_is_the_live_plan(scene: Stage) -> None:
    scene.people(*EVERYTHING)
    file = scene.folder / "snapshot.json"
    assert scene.run("snapshot", "--out", str(file)).code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    live, offline = scene.plan("--format", "json"), scene.plan("--snapshot", str(file), "--format", "json")
    assert live.json["digest"] == offline.json["digest"]
    assert live.json["changes"] == offline.json["changes"]


def test_only_restricts_the_run_to_the_people_named(scene: Stage) -> None:
    scene.people(*EVERYTHING)
    assert scene.apply("--only", "ANA@acme.example").code == 0
    assert scene.live("ana@acme.example")["location"] == "Manila"
    assert scene.live("eva@acme.example")["status"] == "Active"


def test_expect_lets_the_approved_plan_pass_and_refuses_any_other(scene: Stage) -> None:
    scene.people(ANA)
    digest = scene.plan("--format", "json").json["digest"]
    for wrong in ("", "7f3a91c2", digest[:7], digest[:9], digest.upper() + "x", "yes"):
        refused = scene.run("apply", "--expect", wrong)
        assert refused.code == 4, wrong
    assert not scene.writes()
    assert scene.run("apply", "--expect", digest[:8]).code == 0


def test_L_02_a_live_change_after_the_approval_is_refused_and_named(scene: Stage) -> None:
    scene.people({**ANA, "teams": ["Billing ES"]}, {"email": "bo@acme.example", "teams": ["VIP"]})
    digest = scene.plan("--format", "json").json["digest"]
    scene.simulator.edit_user("bo@acme.example", teams=["VIP", "Retention ES"])
    refused = scene.run("apply", "--expect", digest)
    assert refused.code == 4
    assert "approved with" in refused.err
    assert "Retention ES" in refused.err
    assert not scene.writes()


def test_expect_is_compared_too_when_the_plan_became_empty(scene: Stage) -> None:
    scene.people(ANA)
    digest = scene.plan("--format", "json").json["digest"]
    scene.simulator.edit_user("ana@acme.example", location="Manila")
    assert scene.run("apply", "--expect", digest).code == 4


def test_without_a_terminal_somebody_must_have_said_yes(scene: Stage) -> None:
    scene.people(ANA)
    ended = scene.run("apply")
    assert ended.code == 4
    assert "--yes" in ended.err
    assert not scene.writes()


def test_a_limit_refuses_the_plan_and_prints_the_line_to_paste(scene: Stage) -> None:
    scene.settings("limits: {deactivate: {count: 1}}\n")
    scene.people(LEAVER, {"email": "bo@acme.example", "status": "Inactive"})
    refused = scene.apply()
    assert refused.code == 4
    assert "REFUSED, nothing was sent" in refused.err
    assert "- {deactivate: 2, in: people.yaml, last_day:" in refused.err
    assert not scene.writes()


def test_plan_writes_its_json_also_when_a_guard_refuses(scene: Stage) -> None:
    scene.settings("limits: {deactivate: {count: 0}}\n")
    scene.people(LEAVER)
    out = scene.folder / "plan.json"
    assert scene.plan("--out", str(out)).code == 4
    plan = json.loads(out.read_text())
    assert plan["refusals"]
    assert [change["key"] for change in plan["changes"]] == ["eva@acme.example"]


def test_L_06_the_last_administrator_cannot_be_taken_away(scene: Stage) -> None:
    scene.people({"email": "root@acme.example", "status": "Inactive"})
    refused = scene.apply()
    assert refused.code == 4
    assert "Admin" in refused.err
    assert not scene.writes()


def test_a_protected_person_is_left_out_and_the_others_go_on(scene: Stage) -> None:
    scene.settings("protected: [bo@acme.example]\n")
    scene.people(ANA, {"email": "bo@acme.example", "location": "Madrid"})
    ended = scene.apply()
    assert ended.code == 1
    assert "left out: 1" in ended.out
    assert scene.live("ana@acme.example")["location"] == "Manila"
    assert scene.live("bo@acme.example")["location"] == "Oslo"


def test_an_unknown_team_leaves_out_its_person_with_the_nearest_name(scene: Stage) -> None:
    scene.people(ANA, {"email": "bo@acme.example", "teams": {"at_least": ["Biling ES"]}})
    ended = scene.apply()
    assert ended.code == 1
    assert 'Did you mean "Billing ES"?' in ended.out + ended.err
    assert scene.live("ana@acme.example")["location"] == "Manila"


def test_a_foreign_unfinished_job_makes_the_run_busy(scene: Stage) -> None:
    scene.people(ANA)
    scene.simulator.add_job({"filename": "portal.csv", "status": "in_progress", "total_rows": 3})
    ended = scene.apply()
    assert ended.code == 6
    assert "portal.csv" in ended.err
    assert not scene.writes()


def test_an_ignored_foreign_job_does_not_hold_up_the_run(scene: Stage) -> None:
    scene.people(ANA)
    ident = scene.simulator.add_job({"filename": "portal.csv", "status": "in_progress", "total_rows": 3})
    scene.settings(f"ignore_jobs: [{{id: {ident}, last_day: 2026-12-09}}]\n")
    assert scene.apply().code == 0


def test_the_report_holds_what_is_needed_for_the_way_back(scene: Stage) -> None:
    scene.people(*EVERYTHING)
    scene.apply()
    report = scene.folder / "report"
    assert {file.name for file in report.iterdir()} == {
        "receipt.json",
        "summary.md",
        "before.json",
        "revert.json",
        "revert-portal.csv",
    }
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in report.iterdir())
    back = {person["email"]: person for person in json.loads((report / "revert.json").read_text())["people"]}
    assert back["ana@acme.example"]["before"] == {"location": "Madrid"}
    assert "To undo" in (report / "summary.md").read_text()


def test_more_than_twenty_rows_begin_with_one_row_alone(tmp_path: Path) -> None:
    users = [
        {
            "email": f"agent{n}@acme.example",
            "first_name": "A",
            "last_name": str(n),
            "roles": ["Agent"],
            "teams": [],
        }
        for n in range(25)
    ]
    seed = {
        "roles": ["Admin", "Agent"],
        "teams": ["VIP"],
        "locations": ["Oslo"],
        "max_chat_limit": 9,
        "users": users,
    }
    with stage(tmp_path, seed) as scene:
        scene.write("reconciler.yaml", scene_settings())
        scene.people(*({"email": user["email"], "alias": f"a{n}"} for n, user in enumerate(users)))
        assert scene.apply().code == 0
        assert [job["total_rows"] for job in scene.simulator.jobs()] == [1, 24]
        assert by_email(scene.simulator.users())["agent7@acme.example"]["alias"] == "a7"


def scene_settings() -> str:
    """Settings for a tenant without an administrator."""
    return (
        "format: 1\ntenant: {url: https://acme.uc1.ccaiplatform.com, timezone: Europe/Madrid}\n"
        "email_domains: [acme.example]\nlocations: [Oslo]\n"
    )
