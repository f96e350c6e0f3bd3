"""Profiles and days change nothing that could not be written out by hand (product section 3)."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconciler.core.on_day import desired_on
from reconciler.model.source import Severity
from reconciler.model.users import Declared, DesiredUser
from reconciler.model.values import NameRule
from tests.by_hand import Mistake, people_by_hand
from tests.core.declared import read

TODAY: Final = date(2027, 1, 10)
DAYS: Final = st.integers(-2, 3).map(lambda days: (TODAY + timedelta(days)).isoformat())
TEAMS: Final = ("VIP", "Billing ES", "X")
PEOPLE: Final = ("ana@acme.example", "Bo@acme.example", "eva@acme.example")


def windows() -> st.SearchStrategy[dict[str, str]]:
    """No days, one, or two in order."""
    both = st.lists(DAYS, min_size=2, max_size=2).map(sorted)
    return (
        st.just({})
        | DAYS.map(lambda day: {"last_day": day})
        | DAYS.map(lambda day: {"first_day": day})
        | both.map(lambda pair: {"first_day": pair[0], "last_day": pair[1]})
    )


def names(known: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """A rule of names, some with days of their own."""
    one = st.sampled_from(known)
    dated = st.tuples(one, windows()).map(lambda pair: {"name": pair[0], **pair[1]} if pair[1] else pair[0])
    listed = st.lists(
        dated, min_size=1, max_size=2, unique_by=lambda name: name if isinstance(name, str) else name["name"]
    )
    return one | listed | listed.map(lambda some: {"at_least": some}) | one.map(lambda name: {"never": [name]})


VALUES: Final[dict[str, st.SearchStrategy[Any]]] = {
    "location": st.sampled_from(("Oslo", "Madrid")),
    "status": st.sampled_from(("Active", "Inactive")),
    "roles": names(("Agent", "Manager")),
    "teams": names(TEAMS),
}
PROFILES: Final = st.dictionaries(
    st.sampled_from(("a", "b", "c")),
    st.tuples(
        windows(),
        st.fixed_dictionaries({}, optional={**VALUES, "people": st.lists(st.sampled_from(PEOPLE), unique=True)}),
    ).map(lambda parts: parts[0] | parts[1]),
)
PERSON: Final = st.tuples(
    st.just({}) | windows(),
    st.fixed_dictionaries(
        {}, optional={**VALUES, "profiles": st.lists(st.sampled_from(("a", "b", "c")), unique=True)}
    ),
).map(lambda parts: parts[0] | parts[1])
TREES: Final = st.tuples(st.lists(PERSON, min_size=3, max_size=3), PROFILES).map(
    lambda drawn: (
        [
            {
                "email": email,
                **person,
                "profiles": [name for name in person.get("profiles", []) if name in drawn[1]],
            }
            for email, person in zip(PEOPLE, drawn[0], strict=True)
        ],
        drawn[1],
    )
)


def written(people: list[Any], profiles: Mapping[str, Any]) -> tuple[str, ...]:
    """The files of a tree: everybody, and the profiles."""
    return json.dumps({"users": people}), json.dumps({"profiles": dict(profiles)})


def declares(*texts: str) -> Declared:
    """What files declare that no error stands in."""
    stated, problems = read(*texts, today=TODAY)
    assume(all(problem.severity is not Severity.ERROR for problem in problems))
    return stated


def by_hand(people: list[Any], profiles: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The same people without profiles and days; None for what cannot be."""
    try:
        return people_by_hand(people, profiles, TODAY)
    except Mistake:
        return None


def asked(user: DesiredUser) -> dict[str, Any]:
    """What is asked of a person, whatever the places and the order of names."""
    found: dict[str, Any] = {"starts": user.starts.value if user.starts else None}
    for name, located in user.values.items():
        value = located.value
        found[name] = tuple(map(sorted_names, value[:3])) if isinstance(value, NameRule) else str(value).casefold()
    return {name: value for name, value in found.items() if value != (None, (), ())}


def sorted_names(part: Any) -> tuple[str, ...] | None:
    return None if part is None else tuple(sorted(name.value for name in part))


def by_email(people: tuple[DesiredUser, ...]) -> dict[str, Any]:
    return {user.key: asked(user) for user in people}


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_what_profiles_and_days_ask_for_can_be_written_out_by_hand(tree: tuple[list[Any], dict[str, Any]]) -> None:
    stated, problems = read(*written(*tree), today=TODAY)
    wrong = [problem for problem in problems if problem.severity is Severity.ERROR]
    plain = by_hand(*tree)
    assert bool(wrong) is (plain is None), wrong
    if plain is None:
        return
    starts = {person["email"].lower(): person.pop("first_day") for person in plain if "first_day" in person}
    byhand = by_email(desired_on(declares(written(plain, {})[0]), TODAY))
    for key, day in starts.items():
        byhand[key]["starts"] = date.fromisoformat(day)
    assert by_email(desired_on(stated, TODAY)) == byhand


@settings(max_examples=60, deadline=None)
@given(TREES, st.randoms(use_true_random=False))
def test_I_14_the_order_of_files_people_and_profiles_changes_nothing(
    tree: tuple[list[Any], dict[str, Any]], chance: Any
) -> None:
    people, profiles = tree
    turned = [
        {**person, "profiles": chance.sample(person["profiles"], len(person["profiles"]))} for person in people
    ]
    chance.shuffle(turned)
    other = dict(chance.sample(list(profiles.items()), len(profiles)))
    one = declares(*written(people, profiles))
    two = declares(*written(turned, other)[::-1])
    for days in range(-3, 5):
        day = TODAY + timedelta(days)
        assert by_email(desired_on(one, day)) == by_email(desired_on(two, day))


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_a_tree_that_is_right_today_is_right_on_every_later_day(tree: tuple[list[Any], dict[str, Any]]) -> None:
    declares(*written(*tree))
    for days in range(6):
        _, problems = read(*written(*tree), today=TODAY + timedelta(days))
        assert not [problem for problem in problems if problem.severity is Severity.ERROR]
