"""What begins and ends on days to come: the next two weeks always, and what a change adds whatever its day."""

import pytest

from reconciler.model.outlook import Person
from reconciler.model.settings import Counted, Limit
from tests.builders import TODAY, allowance, live, settings
from tests.core.outlooks import outlook, said

ANA = "email: ana@acme.example\n"
NEW = "email: new@acme.example\nfirst_name: Nina\nlast_name: New\nroles: [Agent]\n"


def team(window: str) -> str:
    return f"{ANA}teams: {{at_least: [{{name: VIP, {window}}}]}}\n"


def peak(parts: str) -> str:
    return f"profiles: {{peak: {{people: [ana@acme.example], {parts}}}}}\nusers: [{{email: ana@acme.example}}]\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{NEW}first_day: 2026-12-09\n", "2026-12-09 status begins: new@acme.example"),
        (f"{ANA}last_day: 2026-12-09\n", "2026-12-10 status ends: ana@acme.example"),
        (team("first_day: 2026-12-09"), "2026-12-09 teams VIP begins: ana@acme.example"),
        (team("last_day: 2026-12-09"), "2026-12-10 teams VIP ends: ana@acme.example"),
        (
            f"{ANA}roles: [Agent, {{name: Manager, last_day: 2026-12-09}}]\n",
            "2026-12-10 roles Manager ends: ana@acme.example",
        ),
        (
            peak("teams: {at_least: [VIP]}, last_day: 2026-12-09"),
            "2026-12-10 teams VIP ends: ana@acme.example",
        ),
        (
            peak("location: Oslo, first_day: 2026-12-09"),
            "2026-12-09 peak begins: ana@acme.example",
        ),
    ],
)
def test_what_turns_within_two_weeks_is_told(text: str, line: str) -> None:
    assert said(outlook(text).later) == [line]


@pytest.mark.parametrize(("day", "told"), [("12-02", False), ("12-03", True), ("12-16", True), ("12-17", False)])
def test_two_weeks_begin_tomorrow_and_end_on_the_fourteenth_day(day: str, told: bool) -> None:
    assert bool(outlook(team(f"first_day: 2026-{day}")).later) == told


def test_what_the_base_does_not_say_is_told_whatever_its_day() -> None:
    now, before = team("last_day: 2030-12-09"), team("last_day: 2029-12-09")
    assert said(outlook(now, before).later) == ["2030-12-10 teams VIP ends: ana@acme.example"]
    assert said(outlook(now, "").later) == ["2030-12-10 teams VIP ends: ana@acme.example"]


def test_what_the_base_says_too_is_told_only_when_it_is_near() -> None:
    text = team("last_day: 2030-12-09")
    assert not outlook(text, f"\n{text}").later
    assert not outlook(text).later
    assert outlook(team("last_day: 2026-12-09"), team("last_day: 2026-12-09")).later


def test_beside_a_new_far_day_the_known_one_is_not_told_again() -> None:
    known = "{name: VIP, last_day: 2030-12-09}"
    now = f"{ANA}teams: {{at_least: [{known}, {{name: Billing ES, last_day: 2031-12-09}}]}}\n"
    before = f"{ANA}teams: {{at_least: [{known}]}}\n"
    assert said(outlook(now, before).later) == ["2031-12-10 teams Billing ES ends: ana@acme.example"]


def test_somebody_added_to_a_profile_is_told_its_far_days() -> None:
    def files(*people: str) -> str:
        names = ", ".join(f"{name}@acme.example" for name in people)
        users = ", ".join(f"{{email: {name}@acme.example}}" for name in ("ana", "bo"))
        return (
            f"profiles: {{peak: {{teams: {{at_least: [VIP]}}, people: [{names}], last_day: 2027-12-09}}}}\n"
            f"users: [{users}]\n"
        )

    people = live(), live("bo@acme.example")
    assert said(outlook(files("ana", "bo"), files("ana"), people).later) == [
        "2027-12-10 teams VIP ends: bo@acme.example"
    ]


def test_a_name_that_something_else_still_asks_for_does_not_end() -> None:
    text = (
        "profiles: {peak: {teams: {at_least: [VIP]}, people: [ana@acme.example], last_day: 2026-12-09}}\n"
        "users: [{email: ana@acme.example, teams: {at_least: [VIP]}}]\n"
    )
    assert not outlook(text).later


def test_nothing_but_the_end_is_told_of_somebody_who_leaves() -> None:
    text = f"{team('last_day: 2026-12-09')}last_day: 2026-12-05\n"
    assert said(outlook(text).later) == ["2026-12-06 status ends: ana@acme.example"]


def test_who_is_inactive_by_a_word_does_not_begin() -> None:
    assert not outlook(f"{ANA}status: Inactive\nfirst_day: 2026-12-09\n").later


def test_many_people_are_one_line_with_everybody_in_it() -> None:
    text = f"users:\n- {{{team_of('ana')}}}\n- {{{team_of('bo')}}}\n"
    (one,) = outlook(text, None, [live(), live("bo@acme.example", first_name="Bo")]).later
    assert one.people == (
        Person("ana@acme.example", "Ana Reyes", "ana@acme.example"),
        Person("bo@acme.example", "Bo Reyes", "bo@acme.example"),
    )


def team_of(name: str) -> str:
    return f"email: {name}@acme.example, teams: {{at_least: [{{name: VIP, last_day: 2026-12-09}}]}}"


def test_somebody_new_has_the_name_of_the_files() -> None:
    (one,) = outlook(f"{NEW}first_day: 2026-12-09\n").later
    assert one.people[0].name == "Nina New"


def test_so_many_that_a_limit_will_be_in_the_way_are_told_with_it() -> None:
    rules = settings(limits={Counted.CREATE: Limit(0)})
    (one,) = outlook(f"{NEW}first_day: 2026-12-09\n", rules=rules).later
    assert (one.limit, one.allowed) == (0, None)
    assert outlook(f"{NEW}first_day: 2026-12-09\n").later[0].limit is None


@pytest.mark.parametrize(("last_day", "fits"), [(9, True), (8, False)])
def test_a_reviewed_line_allows_them_if_it_is_still_valid_on_that_day(last_day: int, fits: bool) -> None:
    line = allowance(Counted.CREATE, 1, ".", TODAY.replace(day=last_day))
    rules = settings(limits={Counted.CREATE: Limit(0)}, allow=(line,))
    (one,) = outlook(f"{NEW}first_day: 2026-12-09\n", rules=rules).later
    assert one.allowed == (line.mark if fits else None)


def test_a_plan_for_one_person_tells_of_nobody_else() -> None:
    text = f"users:\n- {{{team_of('ana')}}}\n- {{{team_of('bo')}}}\n"
    people = live(), live("bo@acme.example")
    assert said(outlook(text, None, people, only=["bo@acme.example"]).later) == [
        "2026-12-10 teams VIP ends: bo@acme.example"
    ]


def test_the_plan_number_does_not_depend_on_days_to_come() -> None:
    held = [live(teams=["VIP"])]
    far, near = (outlook(team(f"last_day: {day}"), None, held) for day in ("2030-12-09", "2026-12-09"))
    assert far.digest == near.digest
    assert near.later
