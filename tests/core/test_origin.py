"""Whose changes a plan holds, and which of them nobody decided (product section 5, promise 4)."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from reconciler.core.origin import NO_TREE, Base, tell_origins
from reconciler.model.plan import Action, Change, FieldChange, LeftOut, Origin, Plan
from reconciler.model.settings import Counted, Settings
from reconciler.model.users import DesiredUser, LiveUser
from tests.builders import (
    ANA,
    FILE,
    ROLES,
    SETTINGS,
    TEAMS,
    desired,
    live,
    newcomer,
    plan_of,
    rule,
    settings,
    snapshot,
    template,
)

TREE, PLATFORM = Origin.TREE, Origin.PLATFORM
CLOSING = settings(not_in_files="deactivate")


def told(
    before: Iterable[DesiredUser],
    now: Iterable[DesiredUser],
    people: Iterable[LiveUser],
    then: Settings = SETTINGS,
    settings: Settings = SETTINGS,
) -> Plan:
    now, people = tuple(now), tuple(people)
    base = Base(then, {user.key: user for user in before})
    plan = plan_of(now, people, settings=settings)
    return tell_origins(plan, now, base, snapshot(*people), settings)


def one(before: DesiredUser | None, now: DesiredUser, person: LiveUser | None) -> Change:
    (change,) = told([before] if before else [], [now], [person] if person else []).changes
    return change


def part(before: DesiredUser | None, now: DesiredUser, person: LiveUser | None, field: str) -> FieldChange:
    found = one(before, now, person).change_of(field)
    assert found is not None
    return found


def held(before: DesiredUser, now: DesiredUser, person: LiveUser | None) -> LeftOut:
    plan = told([before], [now], [person] if person else [])
    assert plan.changes == ()
    (left_out,) = plan.left_out
    return left_out


# one value


@pytest.mark.parametrize(
    ("before", "origin"),
    [
        (desired(location="Lisbon"), PLATFORM),
        (desired(location="lisbon"), PLATFORM),
        (desired(location="Porto"), TREE),
        (desired(location=None), TREE),
        (desired(alias="a"), TREE),
        (desired("bo@acme.example", location="Lisbon"), TREE),
        (None, TREE),
    ],
)
def test_a_value_is_the_files_doing_where_they_said_something_else(before: Any, origin: Origin) -> None:
    assert part(before, desired(location="Lisbon"), live(), "location").origin is origin


def test_a_location_taken_away_before_and_now_is_put_back() -> None:
    assert part(desired(location=None), desired(location=None), live(), "location").origin is PLATFORM


def test_where_in_the_files_somebody_stands_does_not_matter() -> None:
    moved = desired(location="Lisbon", file="users/elsewhere.yaml", line=99)
    assert part(desired(location="Lisbon"), moved, live(), "location").origin is PLATFORM


def test_each_value_of_a_person_has_its_own_origin() -> None:
    change = one(desired(location="Lisbon"), desired(location="Lisbon", alias="a"), live())
    assert {field.field: field.origin for field in change.fields} == {"location": PLATFORM, "alias": TREE}
    assert change.origin is TREE
    assert Counted.PUT_BACK in change.counted


def test_a_change_that_is_only_put_back_is_the_platforms() -> None:
    change = one(desired(location="Lisbon"), desired(location="Lisbon"), live())
    assert change.origin is PLATFORM
    assert change.counted == {Counted.PUT_BACK}


def test_a_change_of_the_files_is_no_put_back() -> None:
    assert one(None, desired(location="Lisbon"), live()).counted == frozenset()


def test_without_a_tree_before_every_change_is_the_files_doing() -> None:
    plan = plan_of([desired(location="Lisbon")], [live()])
    assert tell_origins(plan, [desired(location="Lisbon")], NO_TREE, snapshot(live()), SETTINGS) == plan


# sets of names


@pytest.mark.parametrize(
    ("before", "now", "origin", "put_back"),
    [
        (["VIP"], ["VIP"], PLATFORM, []),
        (rule(at_least=["VIP"]), rule(at_least=["VIP"]), PLATFORM, []),
        (rule(at_least=["VIP"]), ["VIP", "Billing ES"], PLATFORM, []),
        (["VIP"], rule(at_least=["VIP"]), PLATFORM, []),
        (rule(at_least=["Billing ES"]), rule(at_least=["VIP"]), TREE, []),
        (["Billing ES"], ["Billing ES", "VIP"], TREE, []),
        (["VIP"], ["VIP", "Billing ES", "Retention ES"], TREE, ["VIP"]),
        (["VIP"], ["Retention ES"], TREE, ["Billing ES"]),
        (rule(never=["Billing ES"]), rule(at_least=["VIP"], never=["Billing ES"]), TREE, ["Billing ES"]),
    ],
)
def test_of_a_set_each_name_counts_that_moved_for_the_files_of_before_too(
    before: Any, now: Any, origin: Origin, put_back: list[str]
) -> None:
    found = part(desired(teams=before), desired(teams=now), live(teams=["Billing ES"]), "teams")
    assert (found.origin, found.put_back) == (origin, frozenset(put_back))


def test_a_set_that_is_partly_put_back_counts_as_a_put_back() -> None:
    change = one(desired(teams=["VIP"]), desired(teams=["VIP", "Retention ES"]), live())
    assert change.origin is TREE
    assert Counted.PUT_BACK in change.counted


def test_names_compare_in_the_platforms_spelling() -> None:
    composed, split = "Equipo Peña", "Equipo Pen\u0303a"
    person = live()
    then, now = desired(teams=[split]), desired(teams=[composed])
    state = snapshot(person, template=template(teams=[*TEAMS, composed]))
    plan = plan_of([now], [person], template=state.template)
    (change,) = tell_origins(plan, [now], Base(SETTINGS, {ANA: then}), state, SETTINGS).changes
    assert change.origin is PLATFORM


def test_a_team_that_is_gone_does_not_hide_what_else_was_asked_before() -> None:
    before = desired(roles=["Agent", "Manager"], teams=["Gone"])
    now = desired(roles=["Agent", "Manager"], teams=["VIP"])
    change = one(before, now, live())
    assert {field.field: field.origin for field in change.fields} == {"roles": PLATFORM, "teams": TREE}


# accounts


def test_an_emergency_deactivation_is_held_back() -> None:
    active = desired(status="Active", line=71)
    left_out = held(active, active, live(status="Inactive"))
    assert (left_out.key, left_out.problem.code, left_out.problem.field) == (ANA, "held_back.account", "status")
    assert left_out.problem.mark is not None
    assert (left_out.problem.mark.file, left_out.problem.mark.line) == (FILE, 71)
    assert left_out.problem.summary == (
        "the platform says Inactive, the files say Active as before this change: somebody may have closed it on "
        "purpose, so it stays closed"
    )
    assert left_out.problem.hint == (
        "Keep Ana Reyes out: write  status: Inactive\n"
        "Let Ana Reyes in again: write  status: Inactive  and merge that, then write  status: Active  in a second "
        "pull request"
    )


def test_what_else_is_edited_of_a_held_back_person_waits_too() -> None:
    now = desired(status="Active", location="Lisbon", teams=["VIP"])
    assert held(desired(status="Active"), now, live(status="Inactive")).key == ANA


@pytest.mark.parametrize("before", [None, desired(status="Inactive"), desired(alias="a")])
def test_a_reactivation_that_the_files_decide_is_made(before: Any) -> None:
    change = one(before, desired(status="Active"), live(status="Inactive"))
    assert (change.action, change.origin) == (Action.REACTIVATE, TREE)


def test_the_way_back_in_two_pull_requests_is_open() -> None:
    """First `status: Inactive`, which changes nothing, then `status: Active`."""
    away = live(status="Inactive")
    first = told([desired(status="Active")], [desired(status="Inactive")], [away])
    assert (first.changes, first.left_out) == ((), ())
    assert one(desired(status="Inactive"), desired(status="Active"), away).action is Action.REACTIVATE


@pytest.mark.parametrize("before", [desired(status="Inactive", teams=["VIP"]), desired(teams=["VIP"])])
def test_teams_that_come_with_a_decided_reactivation_are_no_put_back(before: DesiredUser) -> None:
    change = one(before, desired(status="Active", teams=["VIP"]), live(status="Inactive"))
    assert {field.origin for field in change.fields} == {TREE}
    assert Counted.PUT_BACK not in change.counted


def test_a_deactivation_may_be_put_back() -> None:
    change = one(desired(status="Inactive"), desired(status="Inactive"), live())
    assert (change.action, change.origin) == (Action.DEACTIVATE, PLATFORM)
    assert change.counted == {Counted.DEACTIVATE, Counted.PUT_BACK}


def test_somebody_whom_the_platform_lost_is_put_back_as_a_whole() -> None:
    change = one(newcomer(), newcomer(), None)
    assert (change.action, change.origin) == (Action.CREATE, PLATFORM)
    assert change.counted == {Counted.CREATE, Counted.PUT_BACK}


@pytest.mark.parametrize("before", [None, newcomer(status="Inactive")])
def test_somebody_new_is_the_files_doing(before: Any) -> None:
    assert {field.origin for field in one(before, newcomer(), None).fields} == {TREE}


# privileged roles


def test_an_administrators_role_taken_away_in_the_portal_is_not_given_back() -> None:
    boss = desired(roles=["Agent", "Admin"], line=44)
    left_out = held(boss, boss, live())
    assert (left_out.problem.code, left_out.problem.field) == ("held_back.roles", "roles")
    assert left_out.problem.summary.startswith('the platform does not show the role "Admin", the files ask for it')
    assert left_out.problem.hint.splitlines()[0] == 'Keep it so: take "Admin" out of the roles of Ana Reyes'


def test_it_is_not_given_back_beside_a_new_role_either() -> None:
    now = desired(roles=["Agent", "Admin", "Manager Admin"])
    problem = held(desired(roles=["Agent", "Admin"]), now, live()).problem
    assert '"Admin"' in problem.summary
    assert '"Manager Admin"' not in problem.summary


def test_it_is_not_given_back_to_somebody_who_is_inactive() -> None:
    boss = desired(roles=["Agent", "Admin"])
    assert held(boss, boss, live(status="Inactive")).problem.code == "held_back.roles"


def test_it_is_not_given_back_with_a_decided_reactivation() -> None:
    before, now = (desired(roles=["Agent", "Admin"], status=status) for status in ("Inactive", "Active"))
    assert held(before, now, live(status="Inactive")).problem.code == "held_back.roles"


def test_an_administrator_whom_the_platform_lost_is_not_made_again() -> None:
    boss = newcomer(roles=["Admin"])
    assert held(boss, boss, None).problem.code == "held_back.roles"


def test_account_and_role_are_told_in_one() -> None:
    boss = desired(roles=["Agent", "Admin"], status="Active")
    problem = held(boss, boss, live(status="Inactive")).problem
    assert problem.code == "held_back.account"
    assert '; also: the platform does not show the role "Admin"' in problem.summary
    assert len(problem.hint.splitlines()) == 4


def test_another_role_is_put_back() -> None:
    manager = desired(roles=["Manager"])
    assert one(manager, manager, live()).counted == {Counted.ROLE_CHANGE, Counted.PUT_BACK}


def test_an_administrators_role_that_nobody_declared_is_taken_away() -> None:
    agent = desired(roles=["Agent"])
    assert one(agent, agent, live(roles=["Agent", "Admin"])).origin is PLATFORM


def test_a_role_given_by_the_files_is_not_held_back() -> None:
    change = one(desired(roles=["Agent"]), desired(roles=["Agent", "Admin"]), live())
    assert change.counted == {Counted.ROLE_CHANGE, Counted.PRIVILEGED_GRANT}


def test_a_leaver_loses_access_though_a_role_is_held_back() -> None:
    before, now = desired(roles=["Agent", "Admin"]), desired(roles=["Agent", "Admin"], status="Inactive")
    plan = told([before], [now], [live()])
    (change,) = plan.changes
    assert change.action is Action.DEACTIVATE
    assert [field.field for field in change.fields] == ["status"]
    assert change.wanted["roles"] == frozenset({"Agent"})
    assert change.counted == {Counted.DEACTIVATE}
    assert [note.code for note in plan.notes] == ["held_back.roles"]
    assert plan.left_out == ()


# people in no file


@pytest.mark.parametrize(
    ("before", "then", "origin"),
    [
        ([], CLOSING, PLATFORM),
        ([desired(alias="a")], CLOSING, TREE),
        ([], settings(), TREE),
        ([], settings(not_in_files="deactivate", scope=("*@other.example",)), TREE),
        ([desired(status="Inactive")], CLOSING, PLATFORM),
    ],
)
def test_whose_doing_it_is_that_somebody_in_no_file_loses_access(
    before: list[DesiredUser], then: Settings, origin: Origin
) -> None:
    (change,) = told(before, [], [live()], then, CLOSING).changes
    assert change.origin is origin


def test_somebody_who_is_declared_inactive_for_the_first_time_is_the_files_doing() -> None:
    (change,) = told([], [desired(status="Inactive")], [live()], CLOSING, CLOSING).changes
    assert change.origin is TREE


# the plan


def test_what_is_held_back_is_no_part_of_the_plans_numbers() -> None:
    eva, ana = desired("eva@acme.example", status="Active"), desired(location="Lisbon")
    people = [live(), live("eva@acme.example", status="Inactive", teams=["VIP"])]
    with_eva, alone = told([eva], [eva, ana], people), told([], [ana], people)
    assert (with_eva.digest, with_eva.impact) == (alone.digest, alone.impact)
    assert [left.key for left in with_eva.left_out] == ["eva@acme.example"]


def test_the_digest_does_not_depend_on_whose_doing_it_is() -> None:
    now = [desired(location="Lisbon")]
    assert told(now, now, [live()]).digest == plan_of(now, [live()]).digest


names = st.frozensets(st.sampled_from(ROLES), min_size=1, max_size=3)
accounts = st.sampled_from(["Active", "Inactive"])
people = st.builds(lambda roles, status: {"roles": roles, "status": status}, names, accounts)


@effort(max_examples=60)
@given(people, people, people)
def test_nobody_gets_in_or_up_by_what_the_files_asked_for_before(
    before: dict[str, Any], now: dict[str, Any], held_now: dict[str, Any]
) -> None:
    """Whatever both the files of before and of now ask for: no account is opened and no admin role is given."""
    person = live(status=held_now["status"], roles=held_now["roles"])
    for change in told([desired(**before)], [desired(**now)], [person]).changes:
        opened = change.action is Action.REACTIVATE
        assert not (opened and before["status"] == "Active")
        gained = names_held(change.wanted) - held_now["roles"]
        assert not {"Admin", "Manager Admin"} & gained & before["roles"]


@effort(max_examples=40)
@given(people, people)
def test_unchanged_files_only_put_back(declared: dict[str, Any], held_now: dict[str, Any]) -> None:
    person = live(status=held_now["status"], roles=held_now["roles"])
    plan = told([desired(**declared)], [desired(**declared)], [person])
    assert all(change.origin is PLATFORM and Counted.PUT_BACK in change.counted for change in plan.changes)


def names_held(values: Any) -> frozenset[str]:
    roles = values["roles"]
    assert isinstance(roles, frozenset)
    return roles
