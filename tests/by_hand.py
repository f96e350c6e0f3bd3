"""What profiles and days come to on one day, worked out a second time from the papers over plain mappings.

People and profiles stand here as a test writes them into the files; what comes out are people without profiles
and days, who ask for the same. Nothing of the product is used.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

Stated: TypeAlias = Mapping[str, Any]

NAMES: Final = ("roles", "teams")
BESIDE: Final = frozenset({"email", "first_day", "last_day", "profiles", "people", "previous_emails"})
EVER: Final = timedelta(1)


class Mistake(Exception):
    """The files contradict themselves on some day."""


class Asked(NamedTuple):
    """What is asked of a set of names on one day."""

    exact: set[str] | None
    at_least: set[str]
    never: set[str]
    ended: set[str]


def people_by_hand(people: Iterable[Stated], profiles: Mapping[str, Stated], today: date) -> list[dict[str, Any]]:
    """Return everybody as wanted on a day; raises `Mistake` for what cannot be, today or later.

    A first day that is still to come stays under `first_day`.
    """
    listed = list(people)
    for person in listed:
        given = given_to(person, profiles)
        for day in sorted({today, *(turn for one in (person, *given) for turn in turns(one) if turn > today)}):
            one_by_hand(person, given, day)
    return [one_by_hand(person, given_to(person, profiles), today) for person in listed]


def given_to(person: Stated, profiles: Mapping[str, Stated]) -> list[Stated]:
    """Return the profiles of a person, whichever side names the other."""
    key = person["email"].lower()
    named = many(person.get("profiles", ()))
    return [
        profile
        for name, profile in profiles.items()
        if name in named or key in [address.lower() for address in many(profile.get("people", ()))]
    ]


def one_by_hand(person: Stated, given: list[Stated], day: date) -> dict[str, Any]:
    """Return one person as wanted on a day."""
    wanted: dict[str, Any] = {"email": person["email"]}
    if "previous_emails" in person:
        wanted["previous_emails"] = person["previous_emails"]
    for name in dict.fromkeys(name for one in (person, *given) for name in one if name not in BESIDE):
        value = names_by_hand(name, person, given, day) if name in NAMES else single(name, person, given, day)
        if value is not MISSING:
            wanted[name] = value
    set_account(wanted, person, day)
    idle = wanted.get("status") == "Inactive" or "first_day" in wanted
    if wanted.get("roles") == []:
        if not idle:
            raise Mistake(f"no role is left on {day}")
        del wanted["roles"]
    return wanted


MISSING: Final = object()


def single(name: str, person: Stated, given: list[Stated], day: date) -> Any:
    """Return one value: the person's own, else what the profiles of the day agree on."""
    if name in person:
        return person[name]
    values = [one[name] for one in given if name in one and when(one, day) == "during"]
    if any(plain(name, value) != plain(name, values[0]) for value in values):
        raise Mistake(f"two profiles disagree on {name}")
    return values[0] if values else MISSING


def plain(name: str, value: Any) -> str:
    """Return a single value in the form in which two of them are the same."""
    text = unicodedata.normalize("NFC", str(value))
    return text.casefold() if name == "location" else text


def names_by_hand(name: str, person: Stated, given: list[Stated], day: date) -> Any:
    """Return the rule of a set of names without days."""
    own = asked(person[name], "during", day) if name in person else None
    if own and own.exact is not None:
        return sorted(own.exact)
    parts = [asked(one[name], when(one, day), day) for one in given if name in one and when(one, day) != "before"]
    exact = [part.exact for part in parts if part.exact is not None]
    if exact and (any(other != exact[0] for other in exact) or any(part.at_least for part in parts)):
        raise Mistake(f"two profiles give different lists of {name}")
    parts += [own] if own else []
    if not parts:
        return MISSING
    wanted = set().union(*exact, *(part.at_least for part in parts))
    never, ended = (
        set[str]().union(*(part.never for part in parts)),
        set[str]().union(*(part.ended for part in parts)),
    )
    if wanted & never:
        raise Mistake(f"{name} wanted and never wanted")
    over = any(isinstance(one.get(name), str | list) and when(one, day) == "after" for one in given)
    if exact or (name == "roles" and over and not wanted):
        return sorted(wanted)
    return {"at_least": sorted(wanted), "never": sorted(never | ended - wanted)}


def asked(rule: Any, phase: str, day: date) -> Asked:
    """Return what one rule asks for, stated by somebody to whose days this one stands so."""
    listed = rule.get("at_least", ()) if isinstance(rule, Mapping) else rule
    never = {name_of(one) for one in many(rule.get("never", ()))} if isinstance(rule, Mapping) else set()
    if phase == "after":
        return Asked(None, set(), set(), {name_of(one) for one in many(listed)})
    during = {name_of(one) for one in many(listed) if when(one, day) == "during"}
    after = {name_of(one) for one in many(listed) if when(one, day) == "after"}
    if isinstance(rule, Mapping):
        return Asked(None, during, never, after)
    return Asked(during, set(), never, after)


def set_account(wanted: dict[str, Any], person: Stated, day: date) -> None:
    """Set the account by the days of access; a word that ends it goes before them."""
    if not ({"first_day", "last_day"} & person.keys()) or wanted.get("status") == "Inactive":
        return
    wanted.pop("status", None)
    match when(person, day):
        case "before":
            wanted["first_day"] = person["first_day"]
        case "during":
            wanted["status"] = "Active"
        case _:
            wanted["status"] = "Inactive"


def when(one: Any, day: date) -> str:
    """Say where a day stands to the days of a person, a profile, a role or a team."""
    if isinstance(one, str):
        return "during"
    if "last_day" in one and day > date.fromisoformat(one["last_day"]):
        return "after"
    return "before" if "first_day" in one and day < date.fromisoformat(one["first_day"]) else "during"


def turns(one: Stated) -> Iterator[date]:
    """Yield the days on which anything turns that a person or a profile states."""
    lists = [
        rule.get("at_least", ()) if isinstance(rule, Mapping) else rule for rule in map(one.get, NAMES) if rule
    ]
    for held in (one, *(name for listed in lists for name in many(listed) if isinstance(name, Mapping))):
        if "first_day" in held:
            yield date.fromisoformat(held["first_day"])
        if "last_day" in held:
            yield date.fromisoformat(held["last_day"]) + EVER


def name_of(one: Any) -> str:
    """Return a name with or without days."""
    return one if isinstance(one, str) else one["name"]


def many(one: Any) -> list[Any]:
    """Return a list of what stands alone or in a list."""
    return [one] if isinstance(one, str | Mapping) else list(one)
