"""Renames from the file to the proof, against the simulator (product section 3, "Renames")."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.stage import SETTINGS, Ended, Stage, stage
from tests.truth import by_email, check_jobs, check_requests, check_words, second_run_is_safe

NEW: Final = "ana.reyes@acme.example"
RENAMED: Final = {"email": NEW, "previous_emails": ["ana@acme.example"]}
CHAIN: Final = (
    {"email": "eva.lind@acme.example", "previous_emails": ["eva@acme.example"]},
    {"email": "eva@acme.example", "previous_emails": ["bo@acme.example"]},
    {"email": "bo@acme.example", "previous_emails": ["ana@acme.example"]},
)
"""Eva moves to a free address, Bo to Eva's, Ana to Bo's."""


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path, job_seconds=1.0) as scene:
        scene.people(RENAMED)
        yield scene


def idents(scene: Stage) -> dict[str, int]:
    """The platform's ids by address."""
    return {key: user["id"] for key, user in by_email(scene.simulator.users()).items()}


def runs(scene: Stage) -> int:
    """How many jobs were carried out."""
    return sum(job["inside"]["runs"] for job in scene.simulator.jobs())


def is_refused(scene: Stage, ended: Ended, words: str) -> None:
    """Nothing was sent, and it was said why."""
    assert (ended.code, scene.writes()) == (4, []), ended.out + ended.err
    assert words in ended.out + ended.err


def is_left_out(scene: Stage, before: Mapping[str, Any], words: str, count: int = 1) -> None:
    """Somebody was left out with words, and nobody has another address."""
    ended = scene.apply()
    assert ended.code == 1, ended.out + ended.err
    assert f"eft out ({count})" in ended.out + ended.err
    assert words in ended.out + ended.err
    assert idents(scene) == before


# What a rename does


def test_a_rename_is_confirmed_with_the_same_account_and_nobody_is_invited(scene: Stage) -> None:
    before = idents(scene)
    ended = scene.apply()
    assert ended.code == 0, ended.out + ended.err
    check_words(scene, ended)
    assert idents(scene) == {**{key: i for key, i in before.items() if key != "ana@acme.example"}, NEW: 1}
    assert scene.simulator.state()["invitations"] == {}


def test_every_rendering_shows_the_old_and_the_new_address(scene: Stage) -> None:
    page, comment = scene.folder / "plan.html", scene.folder / "plan.md"
    plan = scene.plan("--html", str(page), "--markdown", str(comment))
    for text in (plan.out, comment.read_text(), page.read_text()):
        assert "ets another address" in text
        assert "ana@acme.example" in text
        assert NEW in text
    (change,) = scene.plan("--format", "json").json["changes"]
    assert [(part["title"], part["before"], part["after"]) for part in change["fields"]] == [
        ("E-mail", "ana@acme.example", NEW)
    ]


def test_the_plan_number_is_that_of_the_rename(scene: Stage) -> None:
    digest = scene.plan("--format", "json").json["digest"]
    assert scene.apply("--expect", digest[:8]).code == 0
    assert scene.run("apply", "--expect", digest[:8]).code == 4


def test_after_a_rename_nothing_is_left_to_do_and_the_line_can_go(scene: Stage) -> None:
    assert scene.apply().code == 0
    ended = scene.plan("--exit-code")
    assert ended.code == 0
    assert "previous_emails" in ended.out
    assert "the line can be removed" in ended.out
    scene.people({"email": NEW})
    assert "previous_emails" not in scene.plan("--exit-code").out


def test_a_rename_beside_other_edits_is_one_row(scene: Stage) -> None:
    scene.people({**RENAMED, "location": "Manila", "teams": ["VIP"], "roles": ["Agent", "Manager"]})
    assert scene.apply().code == 0
    user = scene.live(NEW)
    assert (user["location"], user["teams"], set(user["roles"])) == ("Manila", ["VIP"], {"Agent", "Manager"})
    assert runs(scene) == 1


def test_a_rename_that_ends_the_access_is_one_row(scene: Stage) -> None:
    scene.people({**RENAMED, "status": "Inactive"})
    assert scene.apply().code == 0
    assert scene.live(NEW)["status"] == "Inactive"


def test_a_rename_that_gives_the_access_back_sets_the_teams(tmp_path: Path) -> None:
    with stage(tmp_path, switches={"reactivate_teams": "not_applied"}) as scene:
        address = {"email": "olga@acme.example", "previous_emails": ["off@acme.example"]}
        scene.people({**address, "status": "Active", "teams": ["VIP"]})
        ended = scene.apply()
        assert ended.code == 0, ended.out + ended.err
        assert scene.live("olga@acme.example")["teams"] == ["VIP"]


def test_D_69_another_case_is_no_change(scene: Stage) -> None:
    scene.people({"email": "ANA@acme.example", "previous_emails": ["ana@acme.example"]})
    ended = scene.plan("--exit-code")
    assert ended.code == 0, ended.out
    assert "nothing is renamed" in ended.out


def test_only_takes_the_old_address(scene: Stage) -> None:
    scene.people(RENAMED, {"email": "bo@acme.example", "location": "Manila"})
    assert scene.apply("--only", "ana@acme.example").code == 0
    assert scene.live(NEW)
    assert scene.live("bo@acme.example")["location"] == "Oslo"


def test_the_portal_csv_of_the_report_renames_back(scene: Stage) -> None:
    assert scene.apply().code == 0
    text = (scene.folder / "report" / "revert-portal.csv").read_text()
    (row,) = csv.DictReader(text.splitlines())
    assert (row["Email"], row["New email"]) == (NEW, "ana@acme.example")


def test_the_report_holds_the_record_before(scene: Stage) -> None:
    assert scene.apply().code == 0
    assert '"email": "ana@acme.example"' in (scene.folder / "report" / "before.json").read_text()


def test_drift_does_not_take_somebody_under_an_old_address_for_unnamed(scene: Stage) -> None:
    scene.people({"email": "admin@acme.example", "previous_emails": ["root@acme.example"]})
    codes = [group["code"] for group in scene.run("drift", "--format", "json").json["groups"]]
    assert "privileged" not in codes


# Limits


def test_a_limit_counts_renames(scene: Stage) -> None:
    scene.settings("limits: {rename: {count: 0}}\n")
    is_refused(scene, scene.apply(), "1 person would get another address, the limit is 0")


ADMIN: Final = {"email": "admin@acme.example", "previous_emails": ["root@acme.example"]}
ALLOW: Final = 'allow: [{privileged_grant: 1, in: people.yaml, last_day: 2026-12-09, why: "agreed"}]\n'


def test_D_70_renaming_an_administrator_needs_a_reviewed_line(scene: Stage) -> None:
    scene.people(ADMIN)
    is_refused(scene, scene.apply(), "with admin rights or in another domain, which counts as admin rights")
    scene.settings(ALLOW)
    assert scene.apply().code == 0
    assert scene.live("admin@acme.example")["roles"] == ["Admin"]


def test_D_70_another_domain_needs_a_reviewed_line(scene: Stage) -> None:
    settings = SETTINGS.replace("[acme.example]", "[acme.example, acme.test]")
    scene.write("reconciler.yaml", settings)
    scene.people({**RENAMED, "email": "ana@acme.test"})
    is_refused(scene, scene.apply(), "which counts as admin rights")
    scene.write("reconciler.yaml", settings + ALLOW)
    assert scene.apply().code == 0


def test_L_06_renaming_the_last_administrator_keeps_the_minimum(scene: Stage) -> None:
    scene.settings(ALLOW + "batch_size: 1\n")
    scene.people(ADMIN, {"email": "bo@acme.example", "location": "Manila"})
    assert scene.apply().code == 0


# What leaves somebody out


def test_D_69_a_circle_is_refused_before_the_platform_is_asked(scene: Stage) -> None:
    scene.people(
        {"email": "ana@acme.example", "previous_emails": ["bo@acme.example"]},
        {"email": "bo@acme.example", "previous_emails": ["ana@acme.example"]},
    )
    is_refused(scene, scene.apply(), "two pull requests")
    assert scene.simulator.log() == []


def test_D_69_a_new_address_in_use_is_left_out(scene: Stage) -> None:
    scene.people({"email": "eva@acme.example", "previous_emails": ["ana@acme.example"]})
    is_left_out(scene, idents(scene), "in use")


def test_D_69_an_old_address_that_is_still_declared_leaves_both_out(scene: Stage) -> None:
    scene.people(RENAMED, {"email": "ana@acme.example", "location": "Oslo"})
    is_left_out(scene, idents(scene), "it cannot be told who is who", count=2)


def test_an_address_edited_in_place_is_answered_with_the_line(scene: Stage) -> None:
    scene.settings("not_in_files: deactivate\nlimits: {deactivate: {count: 25}}\n")
    others = [{"email": f"{name}@acme.example"} for name in ("bo", "eva", "off", "root")]
    person = {"email": NEW, "first_name": "Ana", "last_name": "Reyes", "roles": ["Agent"], "agent_number": "A-1"}
    scene.people(person, *others)
    is_left_out(scene, idents(scene), "add  previous_emails: [ana@acme.example]", count=2)
    assert scene.live("ana@acme.example")["status"] == "Active"
    scene.people({**person, "previous_emails": ["ana@acme.example"]}, *others)
    assert scene.apply().code == 0


# Chains


def chained(scene: Stage) -> dict[str, str]:
    """Who has which address, by last name."""
    return {user["last_name"]: user["email"].lower() for user in scene.simulator.users()}


DONE: Final = {"Lind": "eva.lind@acme.example", "Dahl": "eva@acme.example", "Reyes": "bo@acme.example"}


def test_D_69_a_chain_of_three_runs_in_order_over_three_jobs(scene: Stage) -> None:
    scene.people(*CHAIN)
    before = {user["last_name"]: user["id"] for user in scene.simulator.users()}
    ended = scene.apply()
    assert ended.code == 0, ended.out + ended.err
    assert runs(scene) == 3
    check_requests(scene)
    check_jobs(scene)
    assert chained(scene).items() >= DONE.items()
    assert {user["last_name"]: user["id"] for user in scene.simulator.users()} == before
    assert scene.plan("--exit-code").code == 0


def test_D_69_a_chain_among_many_people_begins_with_one_row(scene: Stage) -> None:
    for number in range(20):
        scene.simulator.add_user(
            {"email": f"p{number}@acme.example", "first_name": "P", "last_name": f"{number}", "roles": ["Agent"]}
        )
    scene.people(*CHAIN, *({"email": f"p{number}@acme.example", "location": "Oslo"} for number in range(20)))
    ended = scene.apply()
    assert ended.code == 0, ended.out + ended.err
    assert chained(scene).items() >= DONE.items()


FAULTS: Final[dict[str, dict[str, Any]]] = {
    "upload": {"at": "U", "from": 2, "place": "before"},
    "start": {"at": "P", "nth": 2, "place": "after"},
    "end": {"at": "W", "from": 2, "place": "reply", "status": 403},
    "proof": {"at": "C", "from": 2, "place": "reply", "status": 403},
}


@pytest.mark.parametrize("name", FAULTS)
def test_D_69_a_chain_that_breaks_off_is_finished_by_the_next_run(scene: Stage, name: str) -> None:
    scene.people(*CHAIN)
    scene.simulator.add_fault(FAULTS[name])
    ended = scene.apply()
    assert ended.code in {0, 1, 5}, ended.out + ended.err
    check_words(scene, ended)
    scene.simulator.clear_faults()
    scene.clock.sleep(60)
    again = scene.apply()
    assert again.code == 0, again.out + again.err
    assert chained(scene).items() >= DONE.items()
    assert runs(scene) == 3
    assert len(scene.simulator.users()) == 5


def test_D_69_a_rejected_rename_holds_up_who_waits_for_the_address(scene: Stage) -> None:
    scene.people(*CHAIN)
    scene.simulator.set_switches(fail_emails="bo@acme.example")
    ended = scene.apply()
    assert ended.code == 1, ended.out + ended.err
    assert "approved to move to bo@acme.example, now the platform has this address" in ended.out + ended.err
    assert chained(scene).items() >= {**DONE, "Dahl": "bo@acme.example", "Reyes": "ana@acme.example"}.items()
    scene.simulator.set_switches(fail_emails="")
    assert scene.apply().code == 0
    assert chained(scene).items() >= DONE.items()


# What the platform may do


def test_L_03_an_address_that_was_taken_meanwhile_stops_the_run(scene: Stage) -> None:
    scene.simulator.add_fault({"at": "V", "run": {"add_user": taker()}})
    ended = scene.apply()
    assert ended.code == 4, ended.out + ended.err
    assert f"approved to move to {NEW}, now the platform has this address" in ended.out + ended.err
    assert runs(scene) == 0


def taker() -> dict[str, Any]:
    """Somebody who has the new address."""
    return {"email": NEW, "first_name": "Tom", "last_name": "Taker", "roles": ["Agent"], "teams": []}


CONFLICTS: Final[dict[str, dict[str, Any]]] = {
    "taken": {"add_user": taker()},
    "gone": {"edit": {"email": "ana@acme.example", "new_email": "elsewhere@acme.example"}},
}


@pytest.mark.parametrize("answer", ["update_error", "second_user"])
@pytest.mark.parametrize("name", CONFLICTS)
def test_unknown_26_a_conflict_at_the_last_moment_is_never_confirmed(
    tmp_path: Path, answer: str, name: str
) -> None:
    with stage(tmp_path, switches={"rename_conflict": answer}, job_seconds=1.0) as scene:
        scene.people(RENAMED)
        scene.simulator.add_fault({"at": "P", "run": CONFLICTS[name]})
        ended = scene.apply()
        assert ended.code == 1, ended.out + ended.err
        check_words(scene, ended)
        assert NEW in ended.out + ended.err
        second_run_is_safe(scene)


def test_unknown_26_a_second_user_at_the_new_address_is_named(tmp_path: Path) -> None:
    with stage(tmp_path, switches={"rename_conflict": "second_user"}, job_seconds=1.0) as scene:
        scene.people(RENAMED)
        scene.simulator.add_fault({"at": "P", "run": CONFLICTS["taken"]})
        ended = scene.apply()
        assert f"the new address {NEW} belongs to an account that nobody planned" in ended.out + ended.err


@pytest.mark.parametrize("answer", ["creates", "error"])
def test_unknown_27_a_stale_file_with_the_old_address_makes_nobody(tmp_path: Path, answer: str) -> None:
    with stage(tmp_path, switches={"stale_rename": answer}) as scene:
        scene.people(RENAMED)
        assert scene.apply().code == 0
        before = idents(scene)
        scene.people({"email": "ana@acme.example", "first_name": "Ana", "last_name": "Reyes", "roles": ["Agent"]})
        is_left_out(scene, before, f"add  previous_emails: [{NEW}]")


@pytest.mark.parametrize(("answer", "code"), [("creates", 0), ("error", 1)])
def test_unknown_27_somebody_new_at_an_old_address_is_made_or_told(tmp_path: Path, answer: str, code: int) -> None:
    with stage(tmp_path, switches={"stale_rename": answer}, job_seconds=1.0) as scene:
        scene.people(RENAMED)
        assert scene.apply().code == 0
        hire = {"email": "ana@acme.example", "first_name": "Ann", "last_name": "Other", "roles": ["Agent"]}
        scene.people(RENAMED, hire)
        ended = scene.apply()
        assert ended.code == code, ended.out + ended.err
        assert scene.live(NEW)["id"] == 1
        assert (code == 0) is (scene.simulator.user("ana@acme.example") is not None)


@pytest.mark.parametrize("seconds", ["5", "59"])
def test_L_13_a_chain_waits_for_stale_reads(tmp_path: Path, seconds: str) -> None:
    with stage(tmp_path, switches={"stale_seconds": seconds}, job_seconds=1.0) as scene:
        scene.people(*CHAIN)
        ended = scene.apply()
        assert ended.code == 0, ended.out + ended.err
        assert chained(scene).items() >= DONE.items()
