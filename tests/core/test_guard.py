"""Limits, reviewed ways past them, minimums, and guards that would guard nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.core.guard import check_settings, guard, minimums_in_force
from reconciler.model.settings import Counted, Limit, Settings
from reconciler.model.source import Problems
from reconciler.model.users import DesiredUser, LiveUser
from tests.builders import (
    ANA,
    SETTINGS_FILE,
    TODAY,
    allowance,
    desired,
    live,
    mark,
    minimum,
    newcomer,
    plan_of,
    settings,
    snapshot,
)

TEN = [f"p{number}@acme.example" for number in range(10)]


def refusals(
    declared: Iterable[DesiredUser], people: Iterable[LiveUser], settings: Settings, root: str = "users"
) -> Problems:
    people = tuple(people)
    plan = plan_of(declared, people, settings=settings)
    assert plan.left_out == ()
    return guard(plan, settings, snapshot(*people), TODAY, root)


def codes(*args: Any, **more: Any) -> list[str]:
    return [problem.code for problem in refusals(*args, **more)]


def leavers(count: int, file: str = "users/madrid/closing.yaml") -> list[DesiredUser]:
    return [desired(key, status="Inactive", line=line, file=file) for line, key in enumerate(TEN[:count], 3)]


def agents(count: int = 10, **values: Any) -> list[LiveUser]:
    return [live(key, first_name=f"P{line}", **values) for line, key in enumerate(TEN[:count])]


def limited(counted: Counted, count: int, share: float | None = None, **more: Any) -> Settings:
    return settings(limits={counted: Limit(count, share, mark(12, file=SETTINGS_FILE))}, **more)


CASES: Mapping[Counted, tuple[Callable[[str], DesiredUser], dict[str, Any] | None]] = {
    Counted.CREATE: (newcomer, None),
    Counted.DEACTIVATE: (lambda key: desired(key, status="Inactive"), {}),
    Counted.REACTIVATE: (lambda key: desired(key, status="Active"), {"status": "Inactive"}),
    Counted.ROLE_CHANGE: (lambda key: desired(key, roles=["Manager"]), {}),
    Counted.TEAM_REMOVAL: (lambda key: desired(key, teams=[]), {"teams": ["VIP"]}),
    Counted.PRIVILEGED_GRANT: (lambda key: desired(key, roles=["Agent", "Manager Admin"]), {}),
}


@pytest.mark.parametrize("counted", CASES)
@pytest.mark.parametrize(("limit", "refused"), [(4, False), (3, True)])
def test_L_05_each_kind_has_its_own_limit(counted: Counted, limit: int, refused: bool) -> None:
    declare, values = CASES[counted]
    declared = [declare(key) for key in TEN[:4]]
    people = [live("admin@acme.example")]
    people += [] if values is None else [live(key, **values) for key in TEN[:4]]
    given = settings(limits={kind: Limit(limit if kind is counted else 99) for kind in Counted})
    assert codes(declared, people, given) == [f"limit.{counted}"] * refused


def test_L_05_a_kind_without_a_limit_is_closed_not_open() -> None:
    assert codes(leavers(1), agents(), replace(settings(), limits={})) == ["limit.deactivate"]


@pytest.mark.parametrize(
    ("count", "share", "people", "allowed"),
    [(25, 0.05, 10, 3), (2, 0.05, 10, 2), (25, 0.5, 10, 5), (0, 0.5, 10, 0)],
)
def test_a_share_counts_active_people_in_scope_and_never_less_than_three(
    count: int, share: float, people: int, allowed: int
) -> None:
    given = limited(Counted.DEACTIVATE, count, share)
    assert codes(leavers(allowed), agents(people), given) == []
    assert codes(leavers(allowed + 1), agents(people), given) == ["limit.deactivate"]


def test_people_outside_the_scope_do_not_raise_a_share() -> None:
    strangers = [live(f"s{number}@other.example") for number in range(90)]
    assert codes(leavers(4), agents() + strangers, limited(Counted.DEACTIVATE, 25, 0.1)) == ["limit.deactivate"]


def test_D_66_one_privileged_grant_is_refused_by_default() -> None:
    assert codes([desired(roles=["Admin"])], [live()], settings()) == ["limit.privileged_grant"]


def test_a_refusal_says_how_many_where_who_and_what_to_paste() -> None:
    (problem,) = refusals(leavers(5), agents(), limited(Counted.DEACTIVATE, 4))
    assert problem.summary == "5 people would lose access, the limit is 4 (users/reconciler.yaml:12)"
    assert problem.mark == mark(12, file=SETTINGS_FILE)
    assert problem.hint == (
        "All 5 come from users/madrid/closing.yaml:3-7: "
        "P0 Reyes, P1 Reyes, P2 Reyes and 2 more (full list below)\n"
        'Not intended? Undo the edit. Intended? Add this under "allow:" in users/reconciler.yaml; '
        "an admin must approve it:\n"
        '  - {deactivate: 5, in: madrid/closing.yaml, last_day: 2026-12-09, why: "..."}'
    )


def test_a_refusal_for_one_person() -> None:
    (problem,) = refusals([desired(roles=["Admin"], line=8)], [live()], settings())
    assert problem.summary == "1 person would get admin rights, the limit is 0 (the default)"
    assert problem.hint.startswith("It comes from users/people.yaml:8: Ana Reyes\n")


def test_a_refusal_explains_a_share() -> None:
    (problem,) = refusals(leavers(4), agents(), limited(Counted.DEACTIVATE, 25, 0.05))
    assert "the limit is 3 (5 % of 10 people who are active, users/reconciler.yaml:12)" in problem.summary


@pytest.mark.parametrize(
    ("files", "under"),
    [
        (["users/a.yaml"], "a.yaml"),
        (["users/oslo/a.yaml", "users/oslo/b.yaml"], "oslo"),
        (["users/oslo/a/x.yaml", "users/oslo/b/y.yaml"], "oslo"),
        (["users/oslo/a.yaml", "users/oslo-2/a.yaml"], "."),
        (["users/a b.yaml"], '"a b.yaml"'),
    ],
)
def test_the_proposed_line_names_the_deepest_common_path(files: list[str], under: str) -> None:
    declared = [desired(key, status="Inactive", file=file) for key, file in zip(TEN, files, strict=False)]
    (problem,) = refusals(declared, agents(), limited(Counted.DEACTIVATE, 0))
    assert f"in: {under}, " in problem.hint


@pytest.mark.parametrize("under", ["madrid/closing.yaml", "madrid", "madrid/", "."])
def test_a_reviewed_line_raises_the_limit_for_declarations_below_its_path(under: str) -> None:
    line = allowance(Counted.DEACTIVATE, 5, under)
    assert codes(leavers(5), agents(), limited(Counted.DEACTIVATE, 1, allow=(line,))) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (allowance(Counted.DEACTIVATE, 4, "madrid"), "it allows 4"),
        (allowance(Counted.DEACTIVATE, 5, "madrid", TODAY - timedelta(days=1)), "it ended on 2026-12-01"),
        (allowance(Counted.DEACTIVATE, 5, "mad"), "P0 Reyes comes from users/madrid/closing.yaml:3, not from mad"),
        (allowance(Counted.DEACTIVATE, 5, "madrid/closing.yam"), "not from madrid/closing.yam"),
    ],
)
def test_a_line_that_does_not_fit_is_named_with_the_reason(line: Any, reason: str) -> None:
    (problem,) = refusals(leavers(5), agents(), limited(Counted.DEACTIVATE, 1, allow=(line,)))
    assert "users/reconciler.yaml:31 does not help: " in problem.hint
    assert reason in problem.hint


def test_one_change_from_elsewhere_makes_a_line_worthless() -> None:
    elsewhere = desired(TEN[9], status="Inactive", file="users/other.yaml")
    line = allowance(Counted.DEACTIVATE, 9, "madrid")
    given = limited(Counted.DEACTIVATE, 1, allow=(line,))
    assert codes([*leavers(2), elsewhere], agents(), given) == ["limit.deactivate"]


def test_a_line_for_another_kind_does_not_help() -> None:
    line = allowance(Counted.CREATE, 9, "madrid")
    assert codes(leavers(2), agents(), limited(Counted.DEACTIVATE, 1, allow=(line,))) == ["limit.deactivate"]


def test_a_line_never_lowers_a_limit() -> None:
    line = allowance(Counted.DEACTIVATE, 1, "madrid")
    assert codes(leavers(3), agents(), limited(Counted.DEACTIVATE, 3, allow=(line,))) == []


@pytest.mark.parametrize("root", ["users/acme", "users/acme/"])
def test_paths_are_those_below_the_root_of_the_tree(root: str) -> None:
    line = allowance(Counted.DEACTIVATE, 5, "closing.yaml")
    given = limited(Counted.DEACTIVATE, 1, allow=(line,))
    assert codes(leavers(2, file="users/acme/closing.yaml"), agents(), given, root) == []


# minimums


def test_L_06_a_minimum_is_never_gone_below() -> None:
    given = settings(minimum_active=(minimum("teams", "VIP", 2),))
    people = agents(2, teams=["VIP"])
    (problem,) = refusals([desired(TEN[0], teams=[])], people, given)
    assert (problem.code, problem.field, problem.mark) == ("minimum", "teams", mark(9, file=SETTINGS_FILE))
    assert problem.summary == (
        'Teams: "VIP" would go from 2 to 1 active people, the minimum is 2 (users/reconciler.yaml:9)'
    )
    assert "P0 Reyes" in problem.hint


@pytest.mark.parametrize(
    "values", [{"status": "Inactive"}, {"roles": ["Agent"]}, {"roles": ["Agent"], "alias": "x"}]
)
def test_L_06_demotion_and_deactivation_are_losses(values: dict[str, Any]) -> None:
    given = settings(minimum_active=(minimum("roles", "Manager", 3),))
    people = agents(3, roles=["Manager"])
    assert codes([desired(TEN[0], **values)], people, given) == ["minimum"]


def test_L_06_no_line_is_a_way_past_a_minimum() -> None:
    lines = tuple(allowance(counted, 99, ".") for counted in Counted)
    given = settings(minimum_active=(minimum("location", "madrid", 10),), allow=lines)
    assert codes(leavers(1), agents(), given) == ["minimum"]


def test_L_06_a_broken_minimum_may_stay_but_not_get_worse() -> None:
    given = settings(minimum_active=(minimum("roles", "Agent", 20),))
    assert codes([desired(TEN[0], alias="x")], agents(), given) == []
    assert codes(leavers(1), agents(), given) == ["minimum"]


def test_a_minimum_may_change_hands() -> None:
    given = settings(minimum_active=(minimum("teams", "VIP", 1),))
    people = [live(TEN[0], teams=["VIP"]), live(TEN[1])]
    assert codes([desired(TEN[0], teams=[]), desired(TEN[1], teams=["VIP"])], people, given) == []


def test_L_06_two_active_admins_are_the_default_where_the_tenant_has_two() -> None:
    people = agents(2, roles=["Admin"])
    (problem,) = refusals([desired(TEN[0], status="Inactive")], people, settings())
    assert "the minimum is 2 (the default)" in problem.summary


def test_a_tenant_with_one_admin_has_no_default() -> None:
    assert codes([desired(TEN[0], status="Inactive")], [*agents(1, roles=["Admin"]), live()], settings()) == []


def test_a_stated_minimum_replaces_the_default() -> None:
    stated = (minimum("roles", "Admin", 1),)
    given = settings(minimum_active=stated)
    assert minimums_in_force(given, snapshot(*agents(2, roles=["Admin"]))) == stated
    assert codes([desired(TEN[0], status="Inactive")], agents(2, roles=["Admin"]), given) == []


# an empty read


def test_L_01_nobody_live_while_people_are_declared_is_refused() -> None:
    problems = refusals([newcomer(key) for key in TEN[:3]], [], settings())
    assert [problem.code for problem in problems] == ["L-01"]
    assert problems[0].summary.startswith("0 of 3 people read")


def test_nobody_live_and_nobody_declared_is_nothing_to_refuse() -> None:
    assert refusals([], [], settings()) == ()


def test_a_quiet_plan_is_not_refused() -> None:
    assert refusals([desired(alias="x")], [live()], settings()) == ()


# guards that guard nothing


@pytest.mark.parametrize(
    "given",
    [
        settings(privileged_roles=["Admn"]),
        settings(minimum_active=(minimum("roles", "admin", 1),)),
        settings(minimum_active=(minimum("teams", "Biling ES", 1),)),
        settings(minimum_active=(minimum("location", "Madird", 1),)),
        settings(minimum_active=(minimum("location", "Lisbon", 1),), locations=["Madrid"]),
        settings(protected=["anna@acme.example"]),
    ],
)
def test_a_name_that_does_not_exist_is_an_error_with_its_place(given: Settings) -> None:
    (problem,) = check_settings(given, snapshot(live()))
    assert problem.code == "settings.unknown"
    assert problem.mark is not None
    assert problem.mark.file == SETTINGS_FILE


def test_the_nearest_name_is_proposed() -> None:
    (problem,) = check_settings(settings(privileged_roles=["Admn"]), snapshot(live()))
    assert problem.summary == 'privileged_roles: the platform has no role "Admn". Did you mean "Admin"?'


def test_names_that_exist_are_no_problem() -> None:
    given = settings(
        privileged_roles=["Admin"],
        protected=["ANA@acme.example"],
        locations=["Madrid"],
        minimum_active=(
            minimum("roles", "Admin", 1),
            minimum("teams", "VIP", 0),
            minimum("location", "madrid", 1),
        ),
    )
    assert check_settings(given, snapshot(live(ANA))) == ()


def test_a_protected_person_who_shares_the_address_is_still_there() -> None:
    assert check_settings(settings(protected=[ANA]), snapshot(doubled=[live(), live()])) == ()


@pytest.mark.parametrize("others", [{"doubled": [live(), live()]}, {"nameless": [live("")]}])
def test_L_01_people_who_cannot_be_told_apart_are_people(others: dict[str, Any]) -> None:
    plan = plan_of([newcomer()])
    assert guard(plan, settings(), snapshot(**others), TODAY) == ()


def test_of_several_lines_the_one_for_most_people_counts() -> None:
    lines = tuple(allowance(Counted.DEACTIVATE, count, "madrid") for count in (1, 5, 2))
    assert codes(leavers(5), agents(), limited(Counted.DEACTIVATE, 0, allow=lines)) == []


def test_a_refusal_of_three_names_all_of_them() -> None:
    (problem,) = refusals(leavers(3), agents(), limited(Counted.DEACTIVATE, 2))
    assert "P0 Reyes, P1 Reyes, P2 Reyes\n" in problem.hint


def test_a_share_that_does_not_bind_is_not_explained() -> None:
    (problem,) = refusals(leavers(4), agents(), limited(Counted.DEACTIVATE, 3, 0.3))
    assert problem.summary.endswith("the limit is 3 (users/reconciler.yaml:12)")


def test_lines_for_other_kinds_are_not_named() -> None:
    line = allowance(Counted.CREATE, 9, "madrid")
    (problem,) = refusals(leavers(2), agents(), limited(Counted.DEACTIVATE, 1, allow=(line,)))
    assert "does not help" not in problem.hint
