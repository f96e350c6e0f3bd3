"""What taking words out of the files does not do: the access stays, and so do roles and teams."""

import pytest

from reconciler.model.plan import Plan
from tests.builders import live, settings
from tests.core.outlooks import outlook

BO = "{email: bo@acme.example, location: Madrid}"
ANA = "{email: ana@acme.example, location: Madrid}"
BOTH = f"users: [{ANA}, {BO}]\n"
ONE = f"users: [{BO}]\n"
PEOPLE = (live(), live("bo@acme.example", first_name="Bo"))


def dropped(plan: Plan) -> list[str]:
    return [one.person.key for one in plan.dropped]


def test_D_68_somebody_taken_out_of_the_files_keeps_the_access() -> None:
    plan = outlook(ONE, BOTH, PEOPLE)
    assert dropped(plan) == ["ana@acme.example"]
    assert (plan.dropped[0].person.name, plan.dropped[0].mark.line) == ("Ana Reyes", 1)
    assert not plan.changes


def test_D_68_all_files_deleted_are_all_people_told() -> None:
    assert dropped(outlook("users: []\n", BOTH, PEOPLE)) == ["ana@acme.example", "bo@acme.example"]


def test_D_68_who_was_in_no_file_before_is_not_told_again() -> None:
    assert not outlook(ONE, ONE, PEOPLE).dropped
    assert not outlook(ONE, None, PEOPLE).dropped


def test_D_68_who_is_inactive_has_no_access_to_keep() -> None:
    assert not outlook(ONE, BOTH, (live(status="Inactive"), PEOPLE[1])).dropped


def test_D_68_who_is_not_on_the_platform_has_none_either() -> None:
    assert not outlook(ONE, BOTH, PEOPLE[1:]).dropped


def test_D_68_where_the_settings_end_the_access_nothing_has_to_be_said() -> None:
    plan = outlook(ONE, BOTH, PEOPLE, rules=settings(not_in_files="deactivate"))
    assert [change.key for change in plan.changes] == ["ana@acme.example"]
    assert not plan.dropped


def test_D_68_who_is_out_of_the_scope_of_the_settings_keeps_the_access_even_so() -> None:
    rules = settings(not_in_files="deactivate", scope=("bo@acme.example",))
    assert dropped(outlook(ONE, BOTH, PEOPLE, rules=rules)) == ["ana@acme.example"]


def test_D_68_somebody_renamed_is_not_gone() -> None:
    now = f"users: [{BO}, {{email: ana.r@acme.example, previous_emails: [ana@acme.example]}}]\n"
    assert not outlook(now, BOTH, PEOPLE).dropped


def test_D_68_an_address_edited_in_place_is_told_once_as_that() -> None:
    entry = "{email: ana.r@acme.example, first_name: Ana, last_name: Reyes, roles: [Agent]}"
    plan = outlook(f"users: [{BO}, {entry}]\n", BOTH, PEOPLE)
    assert [left.problem.code for left in plan.left_out] == ["rename.in_place"]
    assert not plan.dropped


# Names that stay


def one(teams: str) -> str:
    return f"email: ana@acme.example\n{f'teams: {teams}' if teams else ''}\n"


def kept(now: str, before: str | None, *teams: str) -> list[tuple[str, str]]:
    plan = outlook(now, before, [live(teams=list(teams))])
    return [(found.field, found.name) for found in plan.kept]


@pytest.mark.parametrize("now", ["{at_least: [Billing ES]}", "", "{never: [Billing ES]}"])
def test_a_name_that_leaves_at_least_stays_and_is_told(now: str) -> None:
    teams = ["VIP"] if "never" in now else ["VIP", "Billing ES"]
    before = one("{at_least: [VIP, Billing ES]}")
    assert ("teams", "VIP") in kept(one(now), before, *teams)


@pytest.mark.parametrize("now", ["{never: [VIP]}", "[Billing ES]", "{at_least: [VIP]}"])
def test_what_the_files_still_speak_of_is_not_told(now: str) -> None:
    assert not kept(one(now), one("{at_least: [VIP]}"), "VIP")


def test_what_is_asked_for_from_another_day_on_is_spoken_of() -> None:
    assert not kept(one("{at_least: [{name: VIP, first_day: 2027-12-09}]}"), one("{at_least: [VIP]}"), "VIP")


def test_a_name_whose_last_day_is_over_is_taken_out_and_not_told() -> None:
    assert not kept(one("{at_least: [{name: VIP, last_day: 2026-12-01}]}"), one("{at_least: [VIP]}"), "VIP")


def test_who_does_not_hold_the_name_keeps_nothing() -> None:
    assert not kept(one(""), one("{at_least: [VIP]}"), "Billing ES")


def test_who_is_inactive_after_the_plan_keeps_nothing() -> None:
    assert not kept(one("") + "status: Inactive\n", one("{at_least: [VIP]}"), "VIP")


def test_without_a_base_nobody_knows_what_was_asked_for() -> None:
    assert not kept(one(""), None, "VIP")


def test_everybody_whom_a_profile_gave_it_is_told_in_one_line() -> None:
    def files(teams: str) -> str:
        users = "{email: ana@acme.example, profiles: [p]}, {email: bo@acme.example, profiles: [p]}"
        return f"profiles: {{p: {{teams: {{at_least: [{teams}]}}}}}}\nusers: [{users}]\n"

    people = live(teams=["VIP", "Billing ES"]), live("bo@acme.example", teams=["VIP", "Billing ES"])
    (found,) = outlook(files("Billing ES"), files("Billing ES, VIP"), people).kept
    assert [person.key for person in found.people] == ["ana@acme.example", "bo@acme.example"]
