"""What is wrong with days and profiles on any day from today on, and what looks like a slip."""

from datetime import date
from typing import Final

import pytest

from reconciler.model.source import Problem
from tests.builders import TODAY
from tests.core.declared import errors, read, warnings
from tests.core.test_on_day import one, profiles
from tests.nodes import spot

AGENT: Final = "roles: [Agent]\n"


def codes(found: list[Problem]) -> list[str]:
    """What is found, by its codes."""
    return [problem.code for problem in found]


# A date that leaves nothing


def test_D_67_a_date_that_empties_all_roles_is_refused_long_before() -> None:
    (wrong,) = errors(one("roles: [{name: Agent, last_day: 2027-06-30}]"))
    assert (wrong.code, spot(wrong)) == ("D-67", "2:8")
    assert wrong.summary == "roles: from 2027-07-01 on ana@acme.example has no role; everybody needs one"
    assert wrong.hint == "name another role, or end the access on that day too:  last_day: ..."


def test_D_67_the_first_role_may_not_begin_later_than_today() -> None:
    (wrong,) = errors(one("roles: [{name: Agent, first_day: 2027-06-30}]"))
    assert wrong.summary == f"roles: from {TODAY} on ana@acme.example has no role; everybody needs one"


def test_D_67_a_gap_between_two_roles_is_refused_on_its_day() -> None:
    text = "roles: [{name: Agent, last_day: 2027-01-31}, {name: Manager, first_day: 2027-02-02}]"
    (wrong,) = errors(one(text))
    assert "from 2027-02-01 on" in wrong.summary
    assert not errors(one(text.replace("02-02", "02-01")))


def test_D_67_a_profile_that_ends_with_the_only_role_is_refused() -> None:
    cover = profiles("cover: {roles: [Agent], last_day: 2027-06-30}")
    assert codes(errors(one("profiles: [cover]"), cover)) == ["D-67"]
    assert not errors(one("profiles: [cover, agent]"), cover + "  agent: {roles: [Agent]}\n")


def test_D_67_who_has_no_access_any_more_needs_no_role() -> None:
    text = "roles: [{name: Agent, last_day: 2027-06-30}]\n"
    assert not errors(one(f"{text}last_day: 2027-06-30"))
    assert not errors(one(f"{text}status: Inactive"))
    assert codes(errors(one(f"{text}last_day: 2027-07-01"))) == ["D-67"]


def test_D_67_who_has_no_access_yet_needs_no_role() -> None:
    text = "roles: [{name: Agent, first_day: 2027-06-30}]\n"
    assert not errors(one(f"{text}first_day: 2027-06-30"))
    assert codes(errors(one(f"{text}first_day: 2027-06-29"))) == ["D-67"]


def test_D_67_no_team_is_no_mistake() -> None:
    assert not errors(one("teams: [{name: VIP, last_day: 2027-06-30}]"))


def test_D_67_a_role_of_at_least_may_end_since_others_may_be_held() -> None:
    assert not errors(one("roles: {at_least: [{name: Manager, last_day: 2027-06-30}]}"))


def test_a_contradiction_of_a_later_day_is_refused_today_and_once() -> None:
    files = (
        one("profiles: [a, b]"),
        profiles(
            "a: {location: Oslo}",
            "b: {location: Madrid, first_day: 2027-03-01}",
            "c: {alias: c, last_day: 2028-01-01}",
        ),
    )
    assert codes(errors(*files)) == ["profile.disagree"]


def test_a_contradiction_that_is_over_is_none() -> None:
    assert not errors(
        one("profiles: [a, b]"), profiles("a: {location: Oslo}", "b: {location: Madrid, last_day: 2026-12-01}")
    )


# Profiles that are not there, not used, or say nothing new


def test_a_profile_that_nobody_defines_is_refused_with_the_nearest() -> None:
    (wrong,) = errors(one("profiles: [support-agnt]"), profiles("support-agent: {location: Oslo}"))
    assert (wrong.code, spot(wrong)) == ("profile.unknown", "2:12")
    assert wrong.summary == 'profiles: there is no profile "support-agnt". Did you mean "support-agent"?'
    assert wrong.hint == "known are: support-agent"


def test_a_profile_that_stands_twice_is_refused_with_both_places() -> None:
    (wrong,) = errors(one("profiles: [a]"), profiles("a: {location: Oslo}"), profiles("a: {location: Madrid}"))
    assert (wrong.code, str(wrong.mark)) == ("profile.twice", "users/more2.yaml:2:3")
    assert "first at users/more1.yaml:2:3" in wrong.summary


def test_people_of_a_profile_whom_no_file_declares_are_refused() -> None:
    (wrong,) = errors(one("alias: a"), profiles("a: {location: Oslo, people: [anna@acme.example]}"))
    assert (wrong.code, spot(wrong)) == ("profile.people", "2:32")
    assert wrong.summary.endswith('Did you mean "ana@acme.example"?')


def test_a_profile_that_nobody_has_is_warned_of() -> None:
    (found,) = warnings(one("alias: a"), profiles("cover: {location: Oslo}"))
    assert (found.code, str(found.mark)) == ("profile.unused", "users/more1.yaml:2:3")
    assert not warnings(one("profiles: [cover]"), profiles("cover: {location: Oslo}"))
    assert not warnings(one("alias: a"), profiles("cover: {location: Oslo, people: [ana@acme.example]}"))


@pytest.mark.parametrize(
    ("own", "given"),
    [
        ("location: Oslo", "location: oslo"),
        ("roles: [Agent, Manager]", "roles: [Manager, Agent]"),
        ("teams: {at_least: [VIP]}", "teams: {at_least: [VIP]}"),
        ("status: Active", "status: Active"),
    ],
)
def test_a_value_that_repeats_its_profile_is_warned_of(own: str, given: str) -> None:
    (found,) = warnings(one(f"{own}\nprofiles: [a]"), profiles(f"a: {{{given}}}"))
    assert (found.code, spot(found)) == ("profile.repeats", f"2:{own.index(':') + 3}")
    assert found.hint == "remove the line; the profile gives the value"


def test_many_people_who_repeat_a_profile_are_one_warning() -> None:
    people = "".join(f"- {{email: p{n}@acme.example, location: Oslo, profiles: [a]}}\n" for n in range(3))
    (found,) = warnings(f"users:\n{people}", profiles("a: {location: Oslo}"))
    assert found.summary == 'location: 3 people repeat what the profile "a" says'


@pytest.mark.parametrize(
    ("own", "given"),
    [
        ("location: Oslo", "location: Madrid"),
        ("roles: [Agent]", "roles: [Agent, Manager]"),
        ("teams: [VIP]", "teams: {at_least: [VIP]}"),
        ("location: Oslo", "location: Oslo, last_day: 2027-06-30"),
        ("location: Oslo", "location: Oslo, first_day: 2027-06-30"),
    ],
)
def test_what_is_not_the_same_on_every_day_repeats_nothing(own: str, given: str) -> None:
    assert not warnings(one(f"{own}\nprofiles: [a]"), profiles(f"a: {{{given}}}"))


def test_what_settles_a_disagreement_repeats_nothing() -> None:
    two = profiles("a: {location: Oslo}", "b: {location: Madrid}")
    assert not warnings(one("location: Oslo\nprofiles: [a, b]"), two)


# Days that look like a slip


@pytest.mark.parametrize(
    "text",
    [
        one("last_day: 2062-06-30"),
        one("first_day: 2207-01-01"),
        one("first_day: 0207-01-01"),
        one("last_day: 2017-06-30"),
        one("teams: {at_least: [{name: VIP, last_day: 2072-01-10}]}"),
    ],
)
def test_a_year_that_looks_mistyped_is_warned_of(text: str) -> None:
    assert codes(warnings(text)) == ["date.far"]


def test_a_mistyped_year_of_a_profile_is_warned_of() -> None:
    assert codes(warnings(one("profiles: [a]"), profiles("a: {location: Oslo, last_day: 2072-01-10}"))) == [
        "date.far"
    ]


@pytest.mark.parametrize("text", ["first_day: 1998-03-01", "last_day: 2031-11-30", "first_day: 2026-12-02"])
def test_a_plausible_day_is_not_warned_of(text: str) -> None:
    assert not warnings(one(text))


@pytest.mark.parametrize(("last", "found"), [("2026-11-02", []), ("2026-11-01", ["date.over"])])
def test_an_entry_that_ended_more_than_30_days_ago_is_warned_of(last: str, found: list[str]) -> None:
    assert date(2026, 12, 2) == TODAY
    assert codes(warnings(one(f"teams: {{at_least: [{{name: VIP, last_day: {last}}}]}}"))) == found
    assert codes(warnings(one("profiles: [a]"), profiles(f"a: {{location: Oslo, last_day: {last}}}"))) == found


def test_an_entry_of_a_profile_is_warned_of_once_however_many_have_it() -> None:
    people = "".join(f"- {{email: p{n}@acme.example, profiles: [a]}}\n" for n in range(3))
    given = profiles("a: {teams: {at_least: [{name: VIP, last_day: 2026-01-01}]}}")
    assert codes(warnings(f"users:\n{people}", given)) == ["date.over"]


def test_the_entry_of_a_leaver_stays_as_long_as_somebody_keeps_it() -> None:
    """It says that the account is to be inactive, and tells when somebody opens it in the portal."""
    assert not warnings(one("last_day: 2026-01-01"))


def test_the_date_wins_over_the_word_with_a_warning() -> None:
    (found,) = warnings(one("status: Active\nlast_day: 2026-12-01"))
    assert (found.code, spot(found)) == ("date.wins", "2:9")
    assert found.summary == "status: Active, but the last day of access was 2026-12-01 (line 3); the date wins"


def test_the_word_beside_a_last_day_to_come_contradicts_nothing() -> None:
    assert not warnings(one("status: Active\nlast_day: 2026-12-02"))


def test_the_same_file_gets_its_errors_and_warnings_in_one_go() -> None:
    text = one("profiles: [nope]\nroles: [{name: Agent, last_day: 2027-06-30}]\nlast_day: 2092-01-01")
    assert sorted(codes(list(read(text)[1]))) == ["D-67", "date.far", "profile.unknown"]
