"""Who is wanted on one day: the rules of profiles, of dates and of the account (product section 3)."""

from datetime import date, timedelta
from typing import Any, Final

import pytest

from reconciler.core.on_day import desired_on
from reconciler.model.plan import Action
from tests.builders import live, plan_of
from tests.core.declared import declared, errors, on, read, value, values

ANA: Final = "email: ana@acme.example\n"
DAY: Final = date(2027, 1, 10)
BEFORE: Final = date(2027, 1, 9)
AFTER: Final = date(2027, 1, 11)


def one(body: str) -> str:
    """A file of one person."""
    return f"{ANA}{body}\n"


def profiles(*lines: str) -> str:
    """A file of profiles, one a line."""
    return "profiles:\n" + "".join(f"  {line}\n" for line in lines)


# Profiles


def test_a_profile_gives_its_values_and_is_named_with_each() -> None:
    person = on(DAY, one("profiles: [agent]"), profiles("agent: {roles: [Agent], location: Madrid}"))
    assert values(person) == {"roles": "=Agent", "location": "Madrid"}
    assert person.profiles == {"roles": ("agent",), "location": ("agent",)}


def test_a_value_of_a_profile_keeps_the_place_in_the_profile() -> None:
    person = on(DAY, one("profiles: [agent]"), profiles("agent: {location: Madrid}"))
    assert str(person.values["location"].mark) == "users/more1.yaml:2:21"


def test_a_profile_may_name_its_people() -> None:
    person = on(DAY, one("alias: a"), profiles("cover: {location: Oslo, people: [Ana@ACME.example]}"))
    assert values(person) == {"alias": "a", "location": "Oslo"}


def test_a_profile_that_is_named_on_both_sides_counts_once() -> None:
    person = on(DAY, one("profiles: [cover]"), profiles("cover: {location: Oslo, people: [ana@acme.example]}"))
    assert person.profiles == {"location": ("cover",)}


def test_a_profile_reaches_nobody_else() -> None:
    text = "users: [{email: ana@acme.example, profiles: [cover]}, {email: bo@acme.example}]\n"
    _, bo = desired_on(declared(text, profiles("cover: {location: Oslo}")), DAY)
    assert values(bo) == {}


def test_the_own_value_goes_before_profiles() -> None:
    person = on(DAY, one("location: Oslo\nprofiles: [agent]"), profiles("agent: {location: Madrid}"))
    assert value(person, "location") == "Oslo"
    assert person.profiles == {}


def test_clearing_a_location_goes_before_profiles_too() -> None:
    person = on(DAY, one("location: null\nprofiles: [agent]"), profiles("agent: {location: Madrid}"))
    assert value(person, "location") is None


def test_two_profiles_may_say_the_same() -> None:
    person = on(DAY, one("profiles: [a, b]"), profiles("a: {location: Oslo}", "b: {location: oslo}"))
    assert value(person, "location") == "Oslo"
    assert person.profiles == {"location": ("a", "b")}


def test_two_profiles_that_disagree_are_refused_with_both_places() -> None:
    (wrong,) = errors(one("profiles: [a, b]"), profiles("a: {location: Oslo}", "b: {location: Madrid}"))
    assert (wrong.code, str(wrong.mark)) == ("profile.disagree", "users/people.yaml:1:8")
    assert '"a" says Oslo (users/more1.yaml:2) and "b" says Madrid (users/more1.yaml:3)' in wrong.summary


def test_two_profiles_may_disagree_on_what_the_person_states() -> None:
    text = one("location: Manila\nprofiles: [a, b]")
    assert not errors(text, profiles("a: {location: Oslo}", "b: {location: Madrid}"))


def test_names_of_person_and_profiles_are_united() -> None:
    person = on(
        DAY,
        one("teams: {at_least: [VIP], never: [X]}\nprofiles: [a, b]"),
        profiles("a: {teams: {at_least: [Billing ES]}}", "b: {teams: {at_least: [VIP], never: [Y]}}"),
    )
    assert value(person, "teams") == "+Billing ES +VIP -X -Y"
    assert person.profiles == {"teams": ("a", "b")}


@pytest.mark.parametrize(
    ("own", "given"),
    [
        ("teams: {at_least: [VIP]}", "a: {teams: {never: [VIP]}}"),
        ("teams: {never: [VIP]}", "a: {teams: {at_least: [VIP]}}"),
        ("teams: {never: [VIP]}", "a: {teams: [VIP]}"),
    ],
)
def test_the_same_name_wanted_and_never_wanted_is_refused(own: str, given: str) -> None:
    (wrong,) = errors(one(f"{own}\nprofiles: [a]"), profiles(given))
    assert wrong.code == "names.both"
    assert "users/people.yaml:2" in wrong.summary
    assert "users/more1.yaml:2" in wrong.summary


def test_an_own_exact_list_replaces_the_lists_of_profiles() -> None:
    person = on(
        DAY,
        one("teams: [VIP]\nprofiles: [a, b]"),
        profiles("a: {teams: [Billing ES]}", "b: {teams: {at_least: [X], never: [VIP]}}"),
    )
    assert value(person, "teams") == "=VIP"
    assert person.profiles == {}


def test_an_own_empty_list_of_teams_replaces_them_too() -> None:
    assert value(on(DAY, one("teams: []\nprofiles: [a]"), profiles("a: {teams: [VIP]}")), "teams") == "="


@pytest.mark.parametrize("other", ["[VIP]", "{at_least: [VIP]}", "{at_least: [Billing ES]}"])
def test_an_exact_list_and_another_list_in_two_profiles_are_refused(other: str) -> None:
    (wrong,) = errors(one("profiles: [a, b]"), profiles("a: {teams: [Billing ES]}", f"b: {{teams: {other}}}"))
    assert wrong.code == "profile.disagree"
    assert "users/more1.yaml:2, users/more1.yaml:3" in wrong.summary


def test_the_same_exact_list_in_two_profiles_is_one() -> None:
    person = on(DAY, one("profiles: [a, b]"), profiles("a: {teams: [X, Y]}", "b: {teams: [Y, X]}"))
    assert value(person, "teams") == "=X,Y"


def test_names_of_the_person_are_added_to_an_exact_list_of_a_profile() -> None:
    person = on(DAY, one("teams: {at_least: [VIP]}\nprofiles: [a]"), profiles("a: {teams: [Billing ES]}"))
    assert value(person, "teams") == "=Billing ES,VIP"


# Days of a profile


@pytest.mark.parametrize(
    ("day", "wanted"), [(BEFORE, {}), (DAY, {"location": "Oslo"}), (date(2027, 1, 31), {"location": "Oslo"}),
                        (date(2027, 2, 1), {})]
)  # fmt: skip
def test_a_profile_gives_values_from_its_first_day_to_its_last(day: date, wanted: dict[str, Any]) -> None:
    cover = profiles("cover: {location: Oslo, first_day: 2027-01-10, last_day: 2027-01-31}")
    assert values(on(day, one("profiles: [cover]"), cover)) == wanted


@pytest.mark.parametrize(("day", "wanted"), [(DAY, "+VIP -X"), (AFTER, "-VIP")])
def test_what_a_profile_asked_for_is_taken_away_after_its_last_day(day: date, wanted: str) -> None:
    cover = profiles("cover: {teams: {at_least: [VIP], never: [X]}, last_day: 2027-01-10}")
    assert value(on(day, one("profiles: [cover]"), cover), "teams") == wanted


def test_an_exact_list_of_a_profile_is_taken_away_after_its_last_day() -> None:
    cover = profiles("cover: {teams: [VIP, X], last_day: 2027-01-10}")
    assert value(on(AFTER, one("profiles: [cover]"), cover), "teams") == "-VIP -X"


def test_what_is_asked_for_elsewhere_stays_after_the_last_day_of_a_profile() -> None:
    cover = profiles("cover: {teams: {at_least: [VIP, X]}, last_day: 2027-01-10}")
    person = on(AFTER, one("teams: {at_least: [VIP]}\nprofiles: [cover]"), cover)
    assert value(person, "teams") == "+VIP -X"


def test_the_last_day_of_a_profile_is_not_that_of_the_person() -> None:
    person = on(AFTER, one("profiles: [cover]"), profiles("cover: {location: Oslo, last_day: 2027-01-10}"))
    assert "status" not in person.values


def test_profiles_disagree_only_on_days_on_which_both_give() -> None:
    early, late = "a: {location: Oslo, last_day: 2027-01-10}", "b: {location: Madrid, first_day: 2027-01-11}"
    assert not errors(one("profiles: [a, b]"), profiles(early, late))
    overlapping = late.replace("11", "10")
    assert [wrong.code for wrong in errors(one("profiles: [a, b]"), profiles(early, overlapping))] == [
        "profile.disagree"
    ]


# Days of a role or team


@pytest.mark.parametrize(("day", "wanted"), [(BEFORE, "+X"), (DAY, "+VIP +X"), (AFTER, "+X -VIP")])
def test_a_team_is_left_alone_before_and_never_wanted_after(day: date, wanted: str) -> None:
    text = one("teams: {at_least: [X, {name: VIP, first_day: 2027-01-10, last_day: 2027-01-10}]}")
    assert value(on(day, text), "teams") == wanted


@pytest.mark.parametrize(("day", "wanted"), [(BEFORE, "=X"), (DAY, "=VIP,X"), (AFTER, "=X")])
def test_an_exact_list_lacks_a_team_before_and_after(day: date, wanted: str) -> None:
    text = one("teams: [X, {name: VIP, first_day: 2027-01-10, last_day: 2027-01-10}]")
    assert value(on(day, text), "teams") == wanted


def test_dated_names_of_a_profile_turn_with_their_own_days() -> None:
    cover = profiles("cover: {teams: {at_least: [{name: VIP, last_day: 2027-01-10}]}, last_day: 2027-06-30}")
    assert value(on(AFTER, one("profiles: [cover]"), cover), "teams") == "-VIP"


# The account: declared words and days against a day, on a platform that knows the person so


WINDOWS: Final = {
    "none": "",
    "before": "first_day: 2027-01-11\n",
    "during": "first_day: 2027-01-10\nlast_day: 2027-01-10\n",
    "after": "last_day: 2027-01-09\n",
}
OUT: Final = "left out"
NOTE: Final = "note"
ACCOUNT: Final = {
    # declared, days: what becomes of somebody active, inactive, unknown
    ("", "none"): (None, None, Action.CREATE),
    ("", "before"): (OUT, None, None),
    ("", "during"): (None, Action.REACTIVATE, Action.CREATE),
    ("", "after"): (Action.DEACTIVATE, None, NOTE),
    ("Active", "none"): (None, Action.REACTIVATE, Action.CREATE),
    ("Active", "before"): (OUT, None, None),
    ("Active", "during"): (None, Action.REACTIVATE, Action.CREATE),
    ("Active", "after"): (Action.DEACTIVATE, None, NOTE),
    ("Inactive", "none"): (Action.DEACTIVATE, None, NOTE),
    ("Inactive", "before"): (Action.DEACTIVATE, None, NOTE),
    ("Inactive", "during"): (Action.DEACTIVATE, None, NOTE),
    ("Inactive", "after"): (Action.DEACTIVATE, None, NOTE),
}
ROWS: Final = [
    (status, window, there, outcome)
    for (status, window), outcomes in ACCOUNT.items()
    for there, outcome in zip(("Active", "Inactive", ""), outcomes, strict=True)
]


@pytest.mark.parametrize("by_profile", [False, True], ids=["own", "profile"])
@pytest.mark.parametrize(("status", "window", "there", "outcome"), ROWS)
def test_the_account(status: str, window: str, there: str, outcome: object, by_profile: bool) -> None:
    stated = f"status: {status}" if status else "alias: Annie"
    body = f"first_name: Ana\nlast_name: Reyes\nroles: [Agent]\nalias: Annie\n{WINDOWS[window]}"
    text = body + ("profiles: [p]" if by_profile else stated if status else "")
    files = (one(text), profiles(f"p: {{{stated}}}")) if by_profile else (one(text),)
    people = (live(status=there, alias="Annie"),) if there else ()
    plan = plan_of([on(DAY, *files)], people)
    done: object = plan.changes[0].action if plan.changes else None
    if plan.left_out:
        done = OUT if plan.left_out[0].problem.code == "starts.active" else plan.left_out[0].problem
    if [note.code for note in plan.notes] == ["inactive.unknown"]:
        done = NOTE
    assert done == outcome


def test_the_first_and_the_last_day_belong_to_the_access() -> None:
    text = one("first_day: 2027-01-10\nlast_day: 2027-01-12")
    said = [on(BEFORE + timedelta(days), text).values.get("status") for days in range(5)]
    assert [located.value if located else None for located in said] == [None, *["Active"] * 3, "Inactive"]


def test_before_the_first_day_it_is_said_when_it_begins() -> None:
    person = on(BEFORE, one("first_day: 2027-01-10"))
    assert person.starts is not None
    assert (person.starts.value, str(person.starts.mark)) == (DAY, "users/people.yaml:2:12")
    assert on(DAY, one("first_day: 2027-01-10")).starts is None


def test_the_account_stands_at_the_day_that_decides_it() -> None:
    ended = on(AFTER, one("last_day: 2027-01-10")).values["status"]
    assert str(ended.mark) == "users/people.yaml:2:11"


@pytest.mark.parametrize("there", ["Active", "Inactive"])
def test_D_76_teams_of_somebody_who_is_inactive_after_the_plan_are_not_compared(there: str) -> None:
    person = on(AFTER, one("last_day: 2027-01-10\nteams: [VIP]"))
    plan = plan_of([person], [live(status=there, teams=["Billing ES"])])
    assert [part.field for change in plan.changes for part in change.fields] == ["status"] * (there == "Active")


def test_a_first_day_that_comes_states_all_teams_of_somebody_who_was_inactive() -> None:
    person = on(DAY, one("first_day: 2027-01-10\nteams: {at_least: [VIP]}"))
    (change,) = plan_of([person], [live(status="Inactive")]).changes
    assert change.action is Action.REACTIVATE
    assert change.wanted["teams"] == frozenset({"VIP"})


def test_who_has_no_profile_and_no_day_is_the_same_on_every_day() -> None:
    people, _ = read(one("location: Oslo\nteams: {at_least: [VIP]}"))
    assert desired_on(people, date.min) == desired_on(people, date.max)
