"""What the guards say: how many people, what would happen to them, where it comes from, what does not help."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.core.guard import allowance_of, check_settings, common_path, guard, is_under, within
from reconciler.model.plan import Action, Change, LeftOut
from reconciler.model.settings import Counted, Limit, Settings
from reconciler.model.source import Problem
from tests.builders import SETTINGS_FILE, TODAY, allowance, live, mark, minimum, settings, snapshot
from tests.views.samples import change, names, plan

ADMIN = live("admin@acme.example")
WOULD = {
    Counted.CREATE: "be created and invited by mail",
    Counted.DEACTIVATE: "lose access",
    Counted.REACTIVATE: "get their access back",
    Counted.RENAME: "get another address",
    Counted.ROLE_CHANGE: "get other roles",
    Counted.TEAM_REMOVAL: "leave a team",
    Counted.PRIVILEGED_GRANT: "get admin rights",
    Counted.PUT_BACK: "be put back to what the files say",
}
ADDRESS = "get another address, with admin rights or in another domain, which counts as admin rights"


def one(number: int = 1, *counted: Counted, file: str = "leads.yaml", previous: str = "") -> Change:
    """The change of one person."""
    made = change(f"Person {number}", f"{file}:{number}", Action.UPDATE, ("alias", "x", "y"), counted=counted)
    return replace(made, previous=previous)


def said(changes: list[Change], given: Settings) -> list[Problem]:
    """Every refusal of a plan of these changes."""
    return list(guard(plan(changes), given, snapshot(ADMIN), TODAY))


def closed(**more: object) -> Settings:
    """Settings in which nobody may be changed in any way."""
    return settings(limits={kind: Limit(0, None, mark(12, file=SETTINGS_FILE)) for kind in Counted}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("counted", WOULD)
def test_L_05_each_kind_of_change_is_told_in_its_words(counted: Counted) -> None:
    (problem,) = said([one(1, counted)], closed())
    assert problem.summary == f"1 person would {WOULD[counted]}, the limit is 0 ({SETTINGS_FILE}:12)"


@pytest.mark.parametrize(
    ("counted", "former", "words"),
    [
        (Counted.PRIVILEGED_GRANT, ["", ""], WOULD[Counted.PRIVILEGED_GRANT]),
        (Counted.PRIVILEGED_GRANT, ["a@x", "b@x"], ADDRESS),
        (Counted.PRIVILEGED_GRANT, ["a@x", ""], f"get admin rights, or {ADDRESS}"),
        (Counted.RENAME, ["a@x", "b@x"], "get another address"),
    ],
)
def test_D_70_a_new_address_that_counts_as_admin_rights_is_called_one(
    counted: Counted, former: list[str], words: str
) -> None:
    (problem,) = said([one(number, counted, previous=old) for number, old in enumerate(former, 1)], closed())
    assert problem.summary.startswith(f"2 people would {words}, the limit")


@pytest.mark.parametrize(
    ("count", "names"),
    [
        (3, "All 3 come from users/leads.yaml:1-3: Person 1, Person 2, Person 3"),
        (4, "All 4 come from users/leads.yaml:1-4: Person 1, Person 2, Person 3 and 1 more (full list below)"),
    ],
)
def test_L_05_three_people_are_named_and_the_others_counted(count: int, names: str) -> None:
    (problem,) = said([one(number, Counted.DEACTIVATE) for number in range(1, count + 1)], closed())
    assert problem.hint.split("\n")[0] == names


@pytest.mark.parametrize(("share", "words"), [(0.05, "5 %"), (0.125, "12.5 %"), (0.1, "10 %"), (0.005, "0.5 %")])
def test_L_05_a_limit_by_share_says_of_how_many(share: float, words: str) -> None:
    given = settings(limits={kind: Limit(500, share) for kind in Counted})
    many = [one(number, Counted.DEACTIVATE) for number in range(1, 100)]
    (problem,) = said(many, given)
    assert f" ({words} of 700 people who are active, the default)" in problem.summary


def test_L_05_a_line_that_does_not_help_says_why_also_behind_one_of_another_kind() -> None:
    ended = replace(allowance(Counted.DEACTIVATE, 9, "leads.yaml"), last_day=TODAY - timedelta(days=1))
    given = closed(allow=(allowance(Counted.CREATE, 9, "leads.yaml"), ended))
    (problem,) = said([one(1, Counted.DEACTIVATE)], given)
    assert f"does not help: it ended on {ended.last_day}" in problem.hint


def test_L_06_only_who_loses_is_named_under_a_minimum() -> None:
    loses = change("Eva Lind", "a.yaml:4", Action.UPDATE, ("roles", names("Agent"), names("Manager")))
    stays = change("Ana Reyes", "b.yaml:9", Action.UPDATE, ("alias", "x", "y"))
    people = [
        live(each.email, first_name=each.name.split()[0], last_name=each.name.split()[1])
        for each in (loses, stays)
    ]
    given = settings(minimum_active=(minimum("roles", "Agent", 2),))
    (problem,) = guard(plan([loses, stays]), given, snapshot(*people), TODAY)
    assert problem.code == "minimum"
    assert problem.hint.split("\n")[0] == "It comes from users/a.yaml:4: Eva Lind"


def test_L_01_everybody_declared_is_counted_where_nobody_is_read() -> None:
    nobody = Problem("x", mark=mark())
    empty = plan([one()], left_out=(LeftOut("a", "a", nobody), LeftOut("b", "b", nobody)), unchanged=4)
    problem = guard(empty, settings(), snapshot(), TODAY)[0]
    assert problem.summary == "0 of 7 people read: the platform shows nobody at all"
    assert problem.hint == (
        "this is not taken for the truth; look at the platform and at the rights of the credential"
    )


def test_a_guard_that_guards_nothing_is_named_with_its_sort() -> None:
    given = settings(
        privileged_roles=["Chief"],
        protected=["nobody@acme.example"],
        minimum_active=(
            replace(minimum("roles", "Boss", 1), mark=mark()),
            replace(minimum("teams", "Crew", 1), mark=mark()),
        ),
    )
    problems = check_settings(given, snapshot(ADMIN))
    assert [problem.summary.partition(".")[0] for problem in problems] == [
        'privileged_roles: the platform has no role "Chief"',
        'minimum_active: the platform has no role "Boss"',
        'minimum_active: the platform has no team "Crew"',
        'protected: the platform has no account "nobody@acme',
    ]
    assert {problem.hint for problem in problems} == {
        "a guard that guards nothing is refused; correct the name or remove it"
    }


def test_people_without_a_location_make_no_location_of_that_name() -> None:
    given = settings(locations=None, minimum_active=(replace(minimum("location", "None", 1), mark=mark()),))
    assert [problem.code for problem in check_settings(given, snapshot(live("a@x", location=None)))] == [
        "settings.unknown"
    ]


def test_the_tree_is_called_users_where_nobody_says_otherwise() -> None:
    line = allowance(Counted.DEACTIVATE, 1, "leads.yaml")
    changes = [one(1, Counted.DEACTIVATE)]
    given = closed(allow=(line,))
    assert allowance_of(Counted.DEACTIVATE, changes, given, TODAY) == line
    assert said(changes, given) == []


@pytest.mark.parametrize(
    ("root", "file", "shown"),
    [
        ("users", "users/a.yaml", "a.yaml"),
        ("users/", "users/b/a.yaml", "b/a.yaml"),
        ("usersX", "usersX/a.yaml", "a.yaml"),
        ("users", "elsewhere/a.yaml", "."),
        (".", "a.yaml", "a.yaml"),
        (".", "b/a.yaml", "b/a.yaml"),
        (".", "/tmp/report/revert.json", "."),
        (".", "../report/revert.json", "."),
    ],
)
def test_D_04_a_file_is_known_by_its_name_inside_the_tree(root: str, file: str, shown: str) -> None:
    assert within(root, mark(file=file)) == shown


@pytest.mark.parametrize(
    ("file", "under", "inside"),
    [
        ("a.yaml", ".", True),
        ("a.yaml", "a.yaml", True),
        ("b/a.yaml", "b", True),
        ("b/a.yaml", "b/", True),
        ("bX/a.yaml", "bX", True),
        ("bc/a.yaml", "b", False),
        (".", "b", False),
    ],
)
def test_S_51_a_line_means_a_file_or_a_directory_and_nothing_beside_it(
    file: str, under: str, inside: bool
) -> None:
    assert is_under(file, under) is inside


@pytest.mark.parametrize(
    ("files", "path"),
    [
        (["a/b/1.yaml", "a/b/1.yaml"], "a/b/1.yaml"),
        (["a/b/1.yaml", "a/b/2.yaml"], "a/b"),
        (["a/x/c/1.yaml", "a/y/c/2.yaml"], "a"),
        (["1.yaml", "a/2.yaml"], "."),
    ],
)
def test_the_proposed_line_names_the_deepest_directory_of_all_files(files: list[str], path: str) -> None:
    assert common_path(files) == path
