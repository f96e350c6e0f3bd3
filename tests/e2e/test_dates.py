"""Days that come while nobody edits a file, on a platform with a clock (product sections 3 and 5).

The tenant's zone is Europe/Madrid: one hour ahead of UTC in winter, two in summer.
"""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from tests.stage import Stage, stage
from tests.truth import by_email, check_words

ANA: Final = "ana@acme.example"
BO: Final = "bo@acme.example"
NEW: Final = {
    "email": "li.wei@acme.example",
    "first_name": "Li",
    "last_name": "Wei",
    "roles": ["Agent"],
    "teams": ["VIP"],
}


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        yield scene


def at(scene: Stage, moment: str) -> None:
    """Let the clock go on to a moment in UTC, such as `2027-01-10 23:30`."""
    seconds = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
    assert seconds >= scene.clock.seconds
    scene.clock.seconds = seconds


def due(scene: Stage, *options: str) -> int:
    """Run the daily run; returns its exit code."""
    ended = scene.apply("--due", *options)
    check_words(scene, ended)
    return ended.code


def planned(scene: Stage, *options: str) -> Any:
    """The changes of a plan: the values after, by person and field."""
    plan = scene.plan("--format", "json", *options).json
    return {
        change["key"]: {part["field"]: part["after"] for part in change["fields"]} for change in plan["changes"]
    }


def status(scene: Stage, email: str) -> str:
    return str(scene.live(email)["status"])


# A day ends at midnight where the tenant is


@pytest.mark.parametrize(
    ("last_day", "still", "over"),
    [
        ("2026-12-31", "2026-12-31 22:59", "2026-12-31 23:00"),
        ("2027-06-30", "2027-06-30 21:59", "2027-06-30 22:00"),
        ("2027-03-27", "2027-03-27 22:59", "2027-03-27 23:00"),
        ("2027-03-28", "2027-03-28 21:59", "2027-03-28 22:00"),
        ("2027-10-30", "2027-10-30 21:59", "2027-10-30 22:00"),
        ("2027-10-31", "2027-10-31 22:59", "2027-10-31 23:00"),
    ],
    ids=["winter", "summer", "eve of spring", "23 hours long", "eve of autumn", "25 hours long"],
)
def test_D_54_a_last_day_ends_at_midnight_in_the_tenants_zone(
    scene: Stage, last_day: str, still: str, over: str
) -> None:
    scene.people({"email": ANA, "last_day": last_day})
    at(scene, still)
    assert planned(scene) == {}
    at(scene, over)
    assert planned(scene) == {ANA: {"status": "Inactive"}}


def test_D_54_the_hour_that_comes_twice_belongs_to_one_day(scene: Stage) -> None:
    """On 2026-10-25 clocks in Madrid go back; 23:30 there is 22:30 UTC, and still the same day."""
    scene.clock.seconds = datetime(2026, 10, 24, 22, 0, tzinfo=UTC).timestamp()
    scene.people(
        {"email": "off@acme.example", "first_day": "2026-10-25"}, {"email": ANA, "last_day": "2026-10-25"}
    )
    assert planned(scene) == {"off@acme.example": {"status": "Active"}}
    at(scene, "2026-10-25 22:30")
    assert planned(scene) == {"off@acme.example": {"status": "Active"}}
    at(scene, "2026-10-25 23:00")
    assert planned(scene) == {"off@acme.example": {"status": "Active"}, ANA: {"status": "Inactive"}}


# What comes due


def test_access_ends_by_the_daily_run_and_not_before(scene: Stage) -> None:
    scene.people({"email": ANA, "last_day": "2027-01-10"}, {"email": BO, "location": "Manila"})
    at(scene, "2027-01-10 04:00")
    assert due(scene) == 0
    assert status(scene, ANA) == "Active"
    at(scene, "2027-01-11 04:00")
    assert due(scene) == 0
    assert status(scene, ANA) == "Inactive"
    assert scene.live(BO)["location"] == "Oslo", "sent what no date asks for"


def test_a_daily_run_on_a_day_on_which_nothing_comes_due_sends_nothing(scene: Stage) -> None:
    scene.people({"email": ANA, "location": "Oslo", "last_day": "2027-01-10"})
    assert due(scene) == 0
    assert not scene.writes()


def test_a_team_ends_and_the_person_stays(scene: Stage) -> None:
    scene.people({"email": BO, "teams": {"at_least": ["Billing ES", {"name": "VIP", "last_day": "2027-01-10"}]}})
    at(scene, "2027-01-11 04:00")
    assert due(scene) == 0
    assert scene.live(BO)["teams"] == ["Billing ES"]
    assert status(scene, BO) == "Active"


def test_a_team_begins_and_ends_for_a_whole_profile(scene: Stage) -> None:
    peak = {
        "teams": {"at_least": ["VIP"]},
        "first_day": "2026-12-20",
        "last_day": "2027-01-10",
        "people": [ANA, BO],
    }
    scene.people({"email": ANA}, {"email": BO, "teams": {"at_least": ["VIP"]}})
    scene.write("profiles.yaml", json.dumps({"profiles": {"peak": peak}}))
    assert planned(scene) == {}
    at(scene, "2026-12-20 04:00")
    assert due(scene) == 0
    assert set(scene.live(ANA)["teams"]) == {"Billing ES", "VIP"}
    at(scene, "2027-01-11 04:00")
    assert due(scene) == 0
    assert scene.live(ANA)["teams"] == ["Billing ES"]
    assert set(scene.live(BO)["teams"]) == {"Billing ES", "VIP"}, "took away what the person's own entry asks for"


def test_somebody_new_is_created_on_the_first_day_and_not_before(scene: Stage) -> None:
    scene.people({**NEW, "first_day": "2027-01-10"})
    assert scene.apply().code == 0
    assert not scene.writes()
    assert "li.wei@acme.example" not in by_email(scene.simulator.users())
    at(scene, "2027-01-09 23:00")
    assert due(scene) == 0
    assert scene.live("li.wei@acme.example")["teams"] == ["VIP"]
    assert scene.simulator.state()["invitations"] == {"li.wei@acme.example": 1}


def test_a_start_date_signs_nobody_out(scene: Stage) -> None:
    scene.people(
        {"email": ANA, "first_day": "2027-01-10", "location": "Oslo"}, {"email": BO, "location": "Manila"}
    )
    ended = scene.apply()
    assert ended.code == 1
    assert "nobody is signed out by a start date" in ended.out
    assert (status(scene, ANA), scene.live(ANA)["location"]) == ("Active", "Madrid")
    assert scene.live(BO)["location"] == "Manila", "held up everybody for one"


def test_a_first_day_that_comes_opens_the_account_with_its_teams(scene: Stage) -> None:
    scene.people({"email": "off@acme.example", "first_day": "2027-01-10", "teams": ["VIP"]})
    assert planned(scene) == {}
    at(scene, "2027-01-10 04:00")
    assert due(scene) == 0
    assert (status(scene, "off@acme.example"), scene.live("off@acme.example")["teams"]) == ("Active", ["VIP"])


# What a daily run does not do


def test_D_66_a_privileged_role_that_comes_due_waits_for_a_person(scene: Stage) -> None:
    scene.settings("limits: {privileged_grant: 5}\n")
    scene.people(
        {"email": ANA, "roles": ["Agent", {"name": "Admin", "first_day": "2027-01-10"}]},
        {"email": BO, "last_day": "2027-01-09"},
    )
    at(scene, "2027-01-10 04:00")
    ended = scene.apply("--due")
    assert ended.code == 1
    assert "a scheduled run does not give them" in ended.out
    assert scene.live(ANA)["roles"] == ["Agent"]
    assert status(scene, BO) == "Inactive", "kept somebody's access for another one's role"
    assert scene.apply().code == 0
    assert set(scene.live(ANA)["roles"]) == {"Agent", "Admin"}


@pytest.mark.parametrize("days", [{"last_day": "2027-06-30"}, {"first_day": "2026-12-10"}])
def test_an_emergency_deactivation_in_the_portal_is_not_undone_by_the_daily_run(
    scene: Stage, days: dict[str, str]
) -> None:
    scene.people({"email": ANA, **days})
    at(scene, "2026-12-20 10:00")
    scene.simulator.edit_user(ANA, status="Inactive")
    for day in ("2026-12-20 23:30", "2026-12-22 04:00", "2027-01-15 04:00"):
        at(scene, day)
        due(scene)
        assert status(scene, ANA) == "Inactive"


def test_an_emergency_deactivation_is_not_undone_by_a_merge_on_another_day(scene: Stage) -> None:
    people = [{"email": ANA, "last_day": "2027-06-30"}, {"email": BO, "location": "Oslo"}]
    scene.people(*people)
    shutil.copytree(scene.tree, scene.folder / "before")
    scene.simulator.edit_user(ANA, status="Inactive")
    scene.people(people[0], {"email": BO, "location": "Manila"})
    at(scene, "2026-12-22 10:00")
    ended = scene.apply("--base", str(scene.folder / "before"), "--base-day", "2026-12-02")
    assert ended.code == 1
    assert "left out: 1" in ended.out
    assert (status(scene, ANA), scene.live(BO)["location"]) == ("Inactive", "Manila")


def test_a_merge_also_does_what_a_day_asks_for_since_the_base_was_applied(scene: Stage) -> None:
    scene.people({"email": ANA, "last_day": "2026-12-10"})
    shutil.copytree(scene.tree, scene.folder / "before")
    at(scene, "2026-12-22 10:00")
    base = ("--base", str(scene.folder / "before"))
    origins = {}
    for day in ("2026-12-02", "2026-12-21"):
        plan = scene.plan("--format", "json", *base, "--base-day", day).json
        origins[day] = plan["changes"][0]["fields"][0]["origin"]
    assert origins == {"2026-12-02": "date", "2026-12-21": "platform"}


def test_I_11_a_daily_run_twice_a_day_sends_once(scene: Stage) -> None:
    scene.people({"email": ANA, "last_day": "2027-01-10"}, {**NEW, "first_day": "2027-01-11"})
    at(scene, "2027-01-11 04:00")
    assert due(scene) == 0
    sent = len(scene.writes())
    assert due(scene) == 0
    assert len(scene.writes()) == sent
    assert planned(scene) == {}


def test_L_05_what_comes_due_counts_under_the_limits(scene: Stage) -> None:
    scene.settings("limits: {deactivate: {count: 0}}\n")
    scene.people({"email": ANA, "last_day": "2027-01-10"})
    at(scene, "2027-01-11 04:00")
    assert due(scene) == 4
    assert not scene.writes()


def test_L_06_what_comes_due_keeps_the_minimums(scene: Stage) -> None:
    scene.people({"email": "root@acme.example", "last_day": "2027-01-10"})
    at(scene, "2027-01-11 04:00")
    assert due(scene) == 4
    assert status(scene, "root@acme.example") == "Active"


# --as-of


def test_as_of_shows_the_plan_of_that_day(scene: Stage) -> None:
    scene.people(
        {"email": ANA, "last_day": "2027-01-10"},
        {"email": BO, "teams": {"at_least": [{"name": "VIP", "last_day": "2026-12-31"}]}},
        {**NEW, "first_day": "2026-12-24"},
    )
    for day in ("2026-12-03", "2026-12-24", "2027-01-01", "2027-01-11"):
        ahead = planned(scene, "--as-of", day)
        at(scene, f"{day} 09:00")
        assert planned(scene) == ahead, day


def test_as_of_is_of_the_tenants_calendar(scene: Stage) -> None:
    scene.people({"email": ANA, "last_day": "2026-12-31"})
    assert planned(scene, "--as-of", "2026-12-31") == {}
    assert planned(scene, "--as-of", "2027-01-01") == {ANA: {"status": "Inactive"}}


@pytest.mark.parametrize("day", ["2027-13-01", "tomorrow", "", "2027-01-01 10:00"])
def test_as_of_takes_a_day_and_nothing_else(scene: Stage, day: str) -> None:
    assert scene.plan("--as-of", day).code == 2


# What is wrong is said when it is written


def test_D_67_a_date_that_empties_all_roles_is_refused_before_the_first_request(scene: Stage) -> None:
    scene.people({"email": ANA, "roles": [{"name": "Agent", "last_day": "2027-06-30"}]})
    for command in (("validate",), ("plan",), ("apply", "--yes"), ("apply", "--yes", "--due")):
        ended = scene.run(*command)
        assert (ended.code, "from 2027-07-01 on ana@acme.example has no role" in ended.err) == (4, True)
    assert not scene.simulator.log()


def test_D_67_a_role_of_at_least_that_ends_as_the_last_one_leaves_the_person_out(scene: Stage) -> None:
    scene.people({"email": ANA, "roles": {"at_least": [{"name": "Agent", "last_day": "2027-01-10"}]}})
    at(scene, "2027-01-11 04:00")
    assert due(scene) == 1
    assert scene.live(ANA)["roles"] == ["Agent"]
    assert not scene.writes()


def test_odd_days_are_warned_of_and_stop_nothing(scene: Stage) -> None:
    scene.people(
        {"email": ANA, "last_day": "2072-01-10"},
        {"email": BO, "teams": {"at_least": [{"name": "VIP", "last_day": "2026-10-01"}]}},
    )
    ended = scene.run("validate", "--format", "json")
    assert ended.code == 0
    assert sorted(problem["code"] for problem in ended.json["problems"]) == ["date.far", "date.over"]
