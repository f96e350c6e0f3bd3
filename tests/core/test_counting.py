"""What a change counts as, and how dangerous it is."""

from typing import Any

import pytest

from reconciler.core.counting import Danger, danger, privileged_roles
from reconciler.model.plan import Change
from reconciler.model.settings import Counted
from reconciler.model.users import DesiredUser, LiveUser
from tests.builders import SETTINGS, TEMPLATE, desired, live, newcomer, plan_of, rule, settings, template

LEAVER: dict[str, Any] = {"status": "Inactive"}
BACK: dict[str, Any] = {"status": "Active"}


def change(declared: DesiredUser, *people: LiveUser, **more: Any) -> Change:
    (only,) = plan_of([declared], people, **more).changes
    return only


def test_privileged_roles_are_those_of_the_settings() -> None:
    assert privileged_roles(settings(privileged_roles=["Manager"]), TEMPLATE) == {"Manager"}


def test_an_empty_list_of_privileged_roles_is_not_the_default() -> None:
    assert privileged_roles(settings(privileged_roles=[]), TEMPLATE) == frozenset()


def test_D_66_without_a_setting_every_role_named_like_an_administrator_is_privileged() -> None:
    names = template(roles=["Admin", "Manager: Admin", "Team administrator", "Agent"])
    assert privileged_roles(SETTINGS, names) == {"Admin", "Manager: Admin", "Team administrator"}


def test_a_harmless_edit_counts_as_nothing() -> None:
    assert change(desired(location="Lisbon"), live()).counted == frozenset()


@pytest.mark.parametrize(
    ("declared", "person", "counted"),
    [
        (newcomer(), None, {Counted.CREATE}),
        (newcomer(roles=["Admin"]), None, {Counted.CREATE, Counted.PRIVILEGED_GRANT}),
        (desired(**LEAVER), live(roles=["Admin"], teams=["VIP"]), {Counted.DEACTIVATE}),
        (desired(**BACK), live(status="Inactive"), {Counted.REACTIVATE}),
        (desired(roles=["Manager"]), live(), {Counted.ROLE_CHANGE}),
        (desired(roles=["Agent", "Admin"]), live(), {Counted.ROLE_CHANGE, Counted.PRIVILEGED_GRANT}),
        (desired(roles=["Agent"]), live(roles=["Admin"]), {Counted.ROLE_CHANGE}),
        (desired(teams=["VIP"]), live(), set()),
        (desired(teams=["VIP"]), live(teams=["Billing ES"]), {Counted.TEAM_REMOVAL}),
        (desired(teams=rule(never=["VIP"])), live(teams=["VIP"]), {Counted.TEAM_REMOVAL}),
    ],
)
def test_L_05_each_kind_of_change_is_counted(
    declared: DesiredUser, person: LiveUser | None, counted: set[Counted]
) -> None:
    assert change(declared, *[person] if person else []).counted == counted


def test_D_66_reactivating_somebody_privileged_is_a_privileged_grant() -> None:
    found = change(desired(**BACK), live(status="Inactive", roles=["Admin"]))
    assert found.counted == {Counted.REACTIVATE, Counted.PRIVILEGED_GRANT}


def test_a_privileged_role_for_somebody_who_stays_inactive_is_no_grant() -> None:
    assert change(desired(roles=["Admin"]), live(status="Inactive")).counted == {Counted.ROLE_CHANGE}


def test_another_privileged_role_is_a_grant_too() -> None:
    found = change(desired(roles=["Admin", "Manager Admin"]), live(roles=["Admin"]))
    assert Counted.PRIVILEGED_GRANT in found.counted


@pytest.mark.parametrize(
    ("declared", "person", "rank"),
    [
        (newcomer(), None, Danger.OPENS),
        (desired(**BACK, teams=["VIP"], alias="x"), live(status="Inactive"), Danger.OPENS),
        (desired(**BACK, roles=["Agent"]), live(status="Inactive", roles=["Admin"]), Danger.REMOVES),
        (desired(teams=["VIP"]), live(), Danger.GRANTS),
        (desired(alias="x", teams=["VIP"]), live(), Danger.EDITS),
        (desired(alias="x"), live(), Danger.EDITS),
        (desired(alias="x", teams=["VIP"]), live(teams=["Billing ES"]), Danger.REMOVES),
        (desired(roles=["Agent"]), live(roles=["Agent", "Admin"]), Danger.REMOVES),
        (desired(**LEAVER, alias="x"), live(), Danger.CLOSES),
    ],
)
def test_a_change_is_as_dangerous_as_its_worst_part(
    declared: DesiredUser, person: LiveUser | None, rank: Danger
) -> None:
    assert danger(change(declared, *[person] if person else [])) is rank


def test_the_ranks_are_the_order_of_sending() -> None:
    assert max(Danger) is Danger.CLOSES
    assert list(Danger) == sorted(Danger)
