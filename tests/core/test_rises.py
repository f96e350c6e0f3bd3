"""Whose highest role rises, whom a profile reaches, and who gives a higher role to themselves."""

from types import MappingProxyType

import pytest

from reconciler.core.rises import RISK
from reconciler.model.plan import Plan
from reconciler.model.settings import Settings
from tests.builders import live, settings
from tests.core.outlooks import outlook, with_roles

RANKED = settings(privileged_roles=["Admin", "Manager Admin"])


def plan_of(before: str, after: str, rules: Settings = RANKED) -> Plan:
    text = f"email: ana@acme.example\nroles: [{after}]\n"
    return outlook(text, None, with_roles(ana=before).values(), rules=rules)


def risen(plan: Plan) -> list[tuple[set[str], str]]:
    return [(set(rise.before), rise.after) for rise in plan.rises]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Agent", "Agent, Manager Admin", [({"Agent"}, "Manager Admin")]),
        ("Agent,Manager", "Admin", [({"Agent", "Manager"}, "Admin")]),
        ("Agent,Manager Admin", "Manager Admin, Admin", [({"Manager Admin"}, "Admin")]),
        ("Admin", "Admin, Manager Admin", []),
        ("Admin", "Manager Admin", []),
        ("Agent", "Manager", []),
    ],
)
def test_the_highest_role_rises(before: str, after: str, expected: list[tuple[set[str], str]]) -> None:
    assert risen(plan_of(before, after)) == expected


def test_somebody_new_rises_from_nothing() -> None:
    text = "email: new@acme.example\nfirst_name: N\nlast_name: N\nroles: [Admin]\n"
    assert risen(outlook(text, rules=RANKED)) == [(set(), "Admin")]


def test_somebody_who_comes_back_with_an_old_role_rises() -> None:
    text = "email: ana@acme.example\nstatus: Active\n"
    people = [live(status="Inactive", roles=["Admin"])]
    assert risen(outlook(text, None, people, rules=RANKED)) == [(set(), "Admin")]


def test_without_a_word_in_the_settings_the_template_ranks_the_roles() -> None:
    assert risen(plan_of("Manager Admin", "Admin", settings())) == [({"Manager Admin"}, "Admin")]
    assert not plan_of("Admin", "Manager Admin", settings()).rises


def test_a_change_that_turns_the_order_round_hides_nothing() -> None:
    text = "email: ana@acme.example\nroles: [Admin]\n"
    turned = settings(privileged_roles=["Manager Admin", "Admin"])
    people = list(with_roles(ana="Manager Admin").values())
    before = "email: ana@acme.example\nroles: [Manager Admin]\n"
    assert risen(outlook(text, before, people, rules=turned, base_rules=RANKED)) == [({"Manager Admin"}, "Admin")]


def profile(roles: str) -> str:
    users = ", ".join(f"{{email: {name}@acme.example, profiles: [lead]}}" for name in ("ana", "bo", "cai"))
    return f"profiles: {{lead: {{roles: [{roles}]}}}}\nusers: [{users}]\n"


def test_a_rise_in_a_profile_names_everybody_who_rises_and_whom_it_reaches() -> None:
    people = with_roles(ana="Agent", bo="Agent", cai="Agent,Manager Admin").values()
    plan = outlook(profile("Agent, Manager Admin"), profile("Agent"), people, rules=RANKED)
    assert [rise.person.key for rise in plan.rises] == ["ana@acme.example", "bo@acme.example"]
    (reach,) = plan.reach
    assert (reach.profile, len(reach.people)) == ("lead", 3)


def test_a_profile_that_changes_nobody_is_not_told() -> None:
    people = with_roles(ana="Agent", bo="Agent", cai="Agent").values()
    assert outlook(profile("Agent"), None, people).reach == ()


# Who gives it to themselves

ACTORS = MappingProxyType({"ana-r": "ana@acme.example"})


def own(login: str, rules: Settings, base_rules: Settings | None = None, before: str | None = None) -> Plan:
    text = "email: ana@acme.example\nroles: [Admin]\n"
    return outlook(text, before, [live()], rules=rules, base_rules=base_rules, actors=[login])


def knowing(actors: dict[str, str]) -> Settings:
    return settings(privileged_roles=["Admin"], actors=actors)


def test_an_author_who_raises_their_own_role_is_a_risk() -> None:
    (risk,) = own("Ana-R", knowing(dict(ACTORS))).risks
    assert risk.summary == "Ana Reyes (ana-r) takes part in this change and gets a higher role by it: Admin"
    assert (risk.code, risk.severity, risk.user) == (RISK, "warning", "ana@acme.example")
    assert risk.mark
    assert risk.mark.line == 2


def test_an_author_who_raises_somebody_else_is_none() -> None:
    assert not own("bo", knowing({"bo": "bo@acme.example"})).risks


def test_an_author_whom_nobody_knows_is_told_where_somebody_rises() -> None:
    (risk,) = own("mallory", knowing(dict(ACTORS))).risks
    assert "whose account the login mallory is, is not known" in risk.summary
    text = "email: ana@acme.example\nalias: A\n"
    assert not outlook(text, rules=knowing(dict(ACTORS)), actors=["mallory"]).risks


def test_nobody_hides_by_taking_out_their_own_line() -> None:
    text = "email: ana@acme.example\nroles: [Agent]\n"
    (risk,) = own("ana-r", knowing({}), knowing(dict(ACTORS)), text).risks
    assert "Ana Reyes (ana-r)" in risk.summary


def test_an_author_who_is_renamed_at_the_same_time_is_known_by_the_old_address() -> None:
    text = "email: ana.r@acme.example\nprevious_emails: [ana@acme.example]\nroles: [Admin]\n"
    plan = outlook(text, None, [live()], rules=knowing(dict(ACTORS)), actors=["ana-r"])
    assert [risk.user for risk in plan.risks] == ["ana.r@acme.example"]


def test_the_plan_number_does_not_depend_on_who_asks() -> None:
    rules = knowing(dict(ACTORS))
    assert own("ana-r", rules).digest == own("bo", rules).digest


def test_the_ranking_names_privileged_roles_only() -> None:
    assert not plan_of("Agent", "Manager Admin", settings(privileged_roles=["Admin"])).rises
