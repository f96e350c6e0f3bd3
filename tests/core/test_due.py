"""What a day asks for, told from edits and put-backs, and what a scheduled run makes of it (product section 5)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import pytest

from reconciler.core.due import only_due
from reconciler.core.on_day import desired_on
from reconciler.core.origin import Base, tell_origins
from reconciler.model.plan import Action, Change, Origin, Plan
from reconciler.model.settings import Counted
from reconciler.model.users import DesiredUser, LiveUser
from tests.builders import live, plan_of, snapshot
from tests.core.declared import SETTINGS, declared
from tests.core.test_on_day import one, profiles

DAY: Final = date(2027, 1, 11)
"""The day after the last day of most entries here."""

DATE, PLATFORM, TREE = Origin.DATE, Origin.PLATFORM, Origin.TREE
ENDS: Final = one("last_day: 2027-01-10")
PEAK: Final = one("teams: {at_least: [{name: VIP, last_day: 2027-01-10}]}")


def told(
    people: Iterable[LiveUser],
    *texts: str,
    day: date = DAY,
    base: tuple[str, ...] | None = None,
    base_day: date | None = None,
) -> Plan:
    """The plan of a day with the origin of each value; the base is the same files unless given."""
    people, stated = tuple(people), declared(*texts, today=day)
    was = stated if base is None else declared(*base, today=day)
    former = desired_on(was, base_day or day - timedelta(1))
    before = Base(SETTINGS, by_key(desired_on(was, day)), by_key(former), was)
    now = desired_on(stated, day)
    plan = plan_of(now, people, settings=SETTINGS)
    return tell_origins(plan, now, before, snapshot(*people), SETTINGS)


def due(people: Iterable[LiveUser], *texts: str, day: date = DAY, base: tuple[str, ...] | None = None) -> Plan:
    """What a scheduled run does on a day."""
    people = tuple(people)
    return only_due(told(people, *texts, day=day, base=base), SETTINGS, snapshot(*people))


def by_key(people: Iterable[DesiredUser]) -> dict[str, DesiredUser]:
    return {user.key: user for user in people}


def origins(plan: Plan) -> dict[str, Origin]:
    """The origin of every value of the only change."""
    (change,) = plan.changes
    return {part.field: part.origin for part in change.fields}


def only(plan: Plan) -> Change:
    """The only change of a plan that leaves nobody out."""
    assert not plan.left_out
    (change,) = plan.changes
    return change


# Whose doing it is


@pytest.mark.parametrize(
    ("text", "person", "field"),
    [
        (ENDS, live(), "status"),
        (one("first_day: 2027-01-11"), live(status="Inactive"), "status"),
        (PEAK, live(teams=["VIP"]), "teams"),
        (one("teams: {at_least: [{name: VIP, first_day: 2027-01-11}]}"), live(), "teams"),
        (one("teams: [{name: VIP, last_day: 2027-01-10}]"), live(teams=["VIP"]), "teams"),
        (one("roles: [Agent, {name: Manager, first_day: 2027-01-11}]"), live(), "roles"),
    ],
)
def test_what_the_files_did_not_ask_for_yesterday_a_day_does(text: str, person: LiveUser, field: str) -> None:
    assert origins(told([person], text)) == {field: DATE}


@pytest.mark.parametrize("text", [ENDS, PEAK])
def test_what_came_due_before_the_base_was_applied_is_put_back(text: str) -> None:
    person = live(teams=["VIP"])
    assert set(origins(told([person], text, day=DAY + timedelta(1))).values()) == {PLATFORM}


def test_what_came_due_since_the_base_was_applied_is_due_however_long_ago() -> None:
    later = DAY + timedelta(9)
    assert origins(told([live()], ENDS, day=later, base_day=DAY - timedelta(1))) == {"status": DATE}


def test_a_profile_that_begins_or_ends_is_the_days_doing() -> None:
    cover = profiles(
        "cover: {location: Oslo, teams: {at_least: [VIP]}, first_day: 2027-01-11, last_day: 2027-01-31}"
    )
    text = one("profiles: [cover]")
    assert origins(told([live()], text, cover)) == {"location": DATE, "teams": DATE}
    ended = told([live(location="Oslo", teams=["VIP"])], text, cover, day=date(2027, 2, 1))
    assert origins(ended) == {"teams": DATE}


def test_a_person_whose_first_day_has_come_is_the_days_doing_as_a_whole() -> None:
    text = one("first_name: Ana\nlast_name: Reyes\nroles: [Agent]\nfirst_day: 2027-01-11")
    assert set(origins(told([], text)).values()) == {DATE}


def test_a_day_that_was_edited_is_the_files_doing() -> None:
    assert origins(told([live()], ENDS, base=(one("last_day: 2027-06-30"),))) == {"status": TREE}


def test_a_profile_given_to_somebody_is_the_files_doing() -> None:
    cover = profiles("cover: {location: Oslo}")
    assert origins(told([live()], one("profiles: [cover]"), cover, base=(one("alias: null"[:0]), cover))) == {
        "location": TREE
    }


def test_names_that_the_platform_lost_are_told_from_those_of_the_day() -> None:
    text = one("teams: {at_least: [Billing ES, {name: VIP, last_day: 2027-01-10}]}")
    (change,) = told([live(teams=["VIP"])], text).changes
    part = change.change_of("teams")
    assert part is not None
    assert (part.origin, part.put_back) == (DATE, frozenset({"Billing ES"}))
    assert Counted.PUT_BACK in change.counted


# What a scheduled run makes of it


def test_the_account_ends_on_the_day_after_the_last_one() -> None:
    change = only(due([live()], ENDS))
    assert (change.action, [part.field for part in change.fields]) == (Action.DEACTIVATE, ["status"])
    assert due([live()], ENDS, day=DAY - timedelta(1)).changes == ()


def test_put_backs_stay_as_the_platform_has_them() -> None:
    change = only(due([live(location="Oslo")], one("location: Madrid\nlast_day: 2027-01-10")))
    assert change.wanted["location"] == "Oslo"
    assert change.counted == {Counted.DEACTIVATE}


def test_of_a_set_only_the_names_of_the_day_move() -> None:
    text = one("teams: {at_least: [Billing ES, {name: VIP, last_day: 2027-01-10}]}")
    change = only(due([live(teams=["VIP", "Retention ES"])], text))
    assert change.wanted["teams"] == frozenset({"Retention ES"})
    assert change.counted == {Counted.TEAM_REMOVAL}


def test_D_67_nobody_is_left_without_a_role_since_a_put_back_is_left_aside() -> None:
    text = one("roles: [Manager, {name: Agent, last_day: 2027-01-10}]")
    change = only(due([live(roles=["Agent"])], text))
    assert change.wanted["roles"] == frozenset({"Manager"})


def test_who_is_only_put_back_is_passed_over() -> None:
    assert due([live(location="Oslo")], one("location: Madrid")).changes == ()


def test_who_is_only_edited_is_passed_over() -> None:
    assert due([live()], one("location: Oslo"), base=(one("location: Madrid"),)).changes == ()


def test_an_end_of_access_does_not_wait_for_an_edit_that_is_not_applied_yet() -> None:
    edited = one("location: Oslo\nlast_day: 2027-01-10")
    change = only(due([live()], edited, base=(ENDS,)))
    assert [part.field for part in change.fields] == ["status"]
    assert change.wanted["location"] == "Madrid"


def test_somebody_new_with_an_edit_that_is_not_applied_yet_waits_for_it() -> None:
    text = one("first_name: Ana\nlast_name: Reyes\nroles: [Agent]\nfirst_day: 2027-01-11")
    assert due([], text, base=(text.replace("[Agent]", "[Manager]"),)).changes == ()


def test_somebody_new_comes_on_the_first_day_and_not_before() -> None:
    text = one("first_name: Ana\nlast_name: Reyes\nroles: [Agent]\nlocation: Oslo\nfirst_day: 2027-01-11")
    change = only(due([], text))
    assert (change.action, change.wanted["location"]) == (Action.CREATE, "Oslo")
    assert due([], text, day=DAY - timedelta(1)).changes == ()


def test_D_66_a_privileged_role_that_a_day_gives_waits_for_a_person() -> None:
    plan = due([live()], one("roles: [Agent, {name: Admin, first_day: 2027-01-11}]"))
    assert plan.changes == ()
    assert [left.problem.code for left in plan.left_out] == ["due.privileged"]


def test_D_66_somebody_new_with_a_privileged_role_waits_too() -> None:
    text = one("first_name: Ana\nlast_name: Reyes\nroles: [Admin]\nfirst_day: 2027-01-11")
    assert [left.problem.code for left in due([], text).left_out] == ["due.privileged"]


def test_D_66_an_end_of_access_does_not_wait_for_a_role_that_waits() -> None:
    text = one("roles: [Agent, {name: Admin, first_day: 2027-01-11}]\nlast_day: 2027-01-10")
    plan = due([live()], text)
    assert [change.action for change in plan.changes] == [Action.DEACTIVATE]
    assert plan.changes[0].wanted["roles"] == frozenset({"Agent"})


def test_an_emergency_deactivation_is_not_undone_by_a_later_day() -> None:
    text = one("first_day: 2026-12-01\nlast_day: 2027-06-30")
    plan = due([live(status="Inactive")], text)
    assert plan.changes == ()
    assert [left.problem.code for left in plan.left_out] == ["held_back.account"]


def test_somebody_known_under_an_earlier_address_loses_access_on_time_and_is_not_renamed() -> None:
    text = "email: ana.reyes@acme.example\nprevious_emails: [ana@acme.example]\nlast_day: 2027-01-10\n"
    change = only(due([live()], text))
    assert (change.action, change.key, change.previous) == (Action.DEACTIVATE, "ana@acme.example", "")
    assert [part.field for part in change.fields] == ["status"]
    assert change.wanted["email"] == "ana@acme.example"


def test_the_number_of_a_due_plan_is_that_of_its_own_changes() -> None:
    people = [live(location="Oslo")]
    narrow, whole = due(people, ENDS), due(people, one("location: Madrid\nlast_day: 2027-01-10"))
    assert narrow.digest == whole.digest
