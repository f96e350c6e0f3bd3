"""The digest: what was decided and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.core.digest import digest
from reconciler.model.plan import Change
from reconciler.model.settings import Counted, Limit
from tests.builders import (
    SETTINGS,
    TEMPLATE,
    allowance,
    desired,
    live,
    minimum,
    newcomer,
    plan_of,
    settings,
    template,
)

PLAN = plan_of([desired(location="Lisbon")], [live()])


def digest_with(**changes: Any) -> str:
    return digest(PLAN.changes, settings(**changes), TEMPLATE)


def test_the_digest_is_64_lower_case_hexadecimal_digits() -> None:
    assert len(PLAN.digest) == 64
    assert set(PLAN.digest) <= set("0123456789abcdef")


def test_the_same_plan_has_the_same_digest() -> None:
    assert plan_of([desired(location="Lisbon")], [live()]).digest == PLAN.digest


@pytest.mark.parametrize(
    ("declared", "people"),
    [
        (desired(location="Porto"), [live()]),
        (desired(location="Lisbon"), [live(location="Oslo")]),
        (desired(location=None), [live()]),
        (desired(location="Lisbon", alias="x"), [live()]),
        (desired("bo@acme.example", location="Lisbon"), [live("bo@acme.example")]),
    ],
)
def test_L_02_L_22_another_value_before_or_after_is_another_digest(declared: Any, people: Any) -> None:
    assert plan_of([declared], people).digest != PLAN.digest


def test_L_22_a_plan_that_became_empty_has_another_digest() -> None:
    assert plan_of([desired(location="Lisbon")], [live(location="Lisbon")]).digest != PLAN.digest


def test_another_action_is_another_digest() -> None:
    (change,) = PLAN.changes
    moved: Change = replace(change, action=type(change.action).CREATE)
    assert digest([moved], SETTINGS, TEMPLATE) != PLAN.digest


def test_a_field_that_nobody_manages_is_not_part_of_it() -> None:
    assert plan_of([desired(location="Lisbon")], [live(alias="new")]).digest == PLAN.digest


def test_the_roles_that_a_reactivation_gives_back_are_part_of_it() -> None:
    one, other = (
        plan_of([desired(status="Active")], [live(status="Inactive", roles=[role])]).digest
        for role in ("Agent", "Admin")
    )
    assert one != other


@pytest.mark.parametrize(
    "changes",
    [
        {"limits": {Counted.CREATE: Limit(51)}},
        {"limits": {Counted.DEACTIVATE: Limit(25, 0.06)}},
        {"minimum_active": (minimum("roles", "Admin", 2),)},
        {"protected": ["glass@acme.example"]},
        {"privileged_roles": []},
        {"locations": ["Madrid"]},
    ],
)
def test_settings_that_matter_are_part_of_it(changes: dict[str, Any]) -> None:
    assert digest_with(**changes) != PLAN.digest


@pytest.mark.parametrize(
    "changes",
    [
        {"allow": (allowance(Counted.CREATE, 60),)},
        {"batch_size": 7},
        {"job_timeout": 1.0},
        {"scope": ("*",)},
        {"limits": {Counted.CREATE: Limit(50)}},
    ],
)
def test_other_settings_are_not(changes: dict[str, Any]) -> None:
    assert digest_with(**changes) == PLAN.digest


@pytest.mark.parametrize("key", ["protected", "privileged_roles", "locations"])
def test_the_order_of_a_list_in_the_settings_is_not_part_of_it(key: str) -> None:
    assert digest_with(**{key: ["a", "b"]}) == digest_with(**{key: ["b", "a"]})


def test_the_order_of_minimums_is_not_part_of_it() -> None:
    least = (minimum("roles", "Admin", 2), minimum("teams", "VIP", 1))
    assert digest_with(minimum_active=least) == digest_with(minimum_active=least[::-1])


@pytest.mark.parametrize(
    "other", [template(roles=["Agent"]), template(teams=["VIP"]), template(without=["alias"])]
)
def test_L_19_keys_and_names_of_the_template_are_part_of_it(other: Any) -> None:
    assert digest(PLAN.changes, SETTINGS, other) != PLAN.digest


def test_the_order_of_the_template_is_not_part_of_it() -> None:
    other = template(roles=TEMPLATE.roles[::-1], teams=TEMPLATE.teams[::-1])
    assert digest(PLAN.changes, SETTINGS, other) == PLAN.digest


def test_N_21_half_a_character_can_be_digested() -> None:
    assert len(plan_of([desired(alias="x")], [live(alias="A\ud800")]).digest) == 64


def test_the_order_of_changes_is_not_part_of_it() -> None:
    changes = plan_of([newcomer(), desired(alias="x")], [live()]).changes
    assert digest(changes, SETTINGS, TEMPLATE) == digest(changes[::-1], SETTINGS, TEMPLATE)


def test_the_digest_is_what_it_always_was() -> None:
    """Another canonical form makes every approved plan number stale: that is done on purpose or not at all."""
    assert PLAN.number == "d0a6b900"
