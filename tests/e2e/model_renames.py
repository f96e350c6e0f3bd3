"""Who is who among declared and live people, worked out a second time (product section 3, "Renames")."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, TypeAlias

Person: TypeAlias = Mapping[str, Any]

PREVIOUS: Final = "previous_emails"


def earlier(person: Person) -> list[str]:
    """Return the earlier addresses of a person in lower case; the present one among them means nothing."""
    return [old.lower() for old in person.get(PREVIOUS, ()) if old.lower() != person["email"].lower()]


def rename_error(declared: Mapping[str, Person]) -> str:
    """Return why earlier addresses are refused whatever is live: named twice, or handed on in a circle."""
    named = [old for person in declared.values() for old in earlier(person)]
    if len(named) != len(set(named)):
        return "an earlier address is named twice"
    claimants = claims(declared)
    for key in declared:
        way, step = set[str](), key
        while step in claimants and step not in way:
            way.add(step)
            step = claimants[step]
        if step in way:
            return "addresses are handed on in a circle"
    return ""


def claims(declared: Mapping[str, Person]) -> dict[str, str]:
    """Return who names each earlier address."""
    return {old: key for key, person in declared.items() for old in earlier(person)}


def who_is_who(
    declared: Mapping[str, Person], live: Mapping[str, Person], twins: Collection[str]
) -> tuple[dict[str, Person], set[str]]:
    """Return the live people who are known under an earlier address, by the present one, and who is in doubt."""
    claimants, here = claims(declared), live.keys() | set(twins)
    moved: dict[str, Person] = {}
    doubts: set[str] = set()
    for key in declared.keys() & ({*claimants.values()} | claimants.keys()):
        person = declared[key]
        if is_at_home(key, claimants, here):
            if any(old in here and old not in declared for old in earlier(person)):
                doubts.add(key)
            continue
        found = [old for old in earlier(person) if old in here]
        if len(found) == 1 and found[0] not in twins:
            moved[key] = live[found[0]]
        elif found:
            doubts.add(key)
        elif key in here:
            doubts |= {key, claimants[key]}
        elif earlier(person) and person.get("status") != "Inactive":
            doubts.add(key)
    while more := {claimants[key] for key in doubts & claimants.keys()} & moved.keys() - doubts:
        doubts |= more
    return {key: user for key, user in moved.items() if key not in doubts}, doubts


def is_at_home(key: str, claimants: Mapping[str, str], here: Collection[str]) -> bool:
    """Say whether the account at an address is that of who is declared there.

    It is unless somebody else is to take it along to an address that is free, or becomes free in the same way.
    """
    while key in here and key in claimants:
        key = claimants[key]
    return key in here


def stranded(moving: Mapping[str, str], here: Collection[str]) -> set[str]:
    """Return who cannot move since the new address is in use and stays so; `moving` is the old one by the new."""
    going = dict(moving)
    while True:
        stuck = {key for key in going if key in here and key not in going.values()}
        if not stuck:
            return moving.keys() - going.keys()
        going = {key: old for key, old in going.items() if key not in stuck}


def chosen(declared: Mapping[str, Person], only: Iterable[str]) -> set[str]:
    """Return which declared people a restriction means: by their address, or an earlier one that is nobody's."""
    meant = set(only)
    return {
        key
        for key, person in declared.items()
        if key in meant or any(old in meant and old not in declared for old in earlier(person))
    }
