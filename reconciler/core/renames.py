"""Renames in the tree: which earlier addresses people may name (product section 3, "Renames"; faults.md D-69)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol

from reconciler.model.fields import USER_FIELDS, Care
from reconciler.model.source import Located, Mark, Problem, Problems, Severity

KEY: Final = next(field for field in USER_FIELDS if field.care is Care.KEY)
"""The address: what a plan promises to change in a rename."""

RENAME: Final = next(field for field in USER_FIELDS if field.care is Care.RENAME)
"""The field of a row that carries the new address, and the key in the tree that names earlier ones."""


class Addressed(Protocol):
    """Whoever has an address and may have had others: a declaration, or a desired person."""

    @property
    def key(self) -> str:
        """The canonical address."""

    @property
    def previous(self) -> tuple[Located[str], ...]:
        """Earlier addresses, canonical."""

    @property
    def mark(self) -> Mark:
        """Where the person is declared."""


def check_renames(people: Iterable[Addressed]) -> Problems:
    """Refuse earlier addresses that leave it open who is who, whatever is live: claimed twice, or in a circle.

    An address that is also the person's own is only noted: case alone is no change.
    """
    renamed = [person for person in people if person.previous]
    claims: dict[str, Addressed] = {}
    found: list[Problem] = []
    for person in renamed:
        for old in person.previous:
            if old.value == person.key:
                found.append(own_address(person, old))
            elif (other := claims.setdefault(old.value, person)) is not person or is_repeated(person, old):
                found.append(claimed_twice(person, old, other))
    found += [circle(people_of) for people_of in circles(renamed, claims)]
    return tuple(found)


def row_key(field: str) -> str:
    """Return the key of a row that carries out a promised value: a new address is not written under its own."""
    return RENAME.name if field == KEY.name else field


def place_of(person: Addressed, address: str) -> Mark:
    """Return where a person names an earlier address; the place of the person where none is named so."""
    return next((old.mark for old in person.previous if old.value == address), person.mark)


def is_repeated(person: Addressed, old: Located[str]) -> bool:
    """Say whether the same address stands before in the same list."""
    return next(other for other in person.previous if other.value == old.value) is not old


def own_address(person: Addressed, old: Located[str]) -> Problem:
    """Note that an earlier address is the present one."""
    return Problem(
        f"{RENAME.tree_key}: {old.value} is the address itself, apart from case at most, so nothing is renamed",
        "the address can be removed from the line",
        old.mark,
        person.key,
        RENAME.name,
        "rename.own",
        Severity.NOTE,
    )


def claimed_twice(person: Addressed, old: Located[str], other: Addressed) -> Problem:
    """Say that an earlier address stands twice."""
    where = place_of(other, old.value)
    who = "stands twice in this list" if other is person else f"is also named by {other.key} at {where}"
    return Problem(
        f"{RENAME.tree_key}: {old.value} {who}",
        "remove one of the two: one account cannot become two people",
        old.mark,
        person.key,
        RENAME.name,
        "D-69",
    )


def circles(renamed: Iterable[Addressed], claims: Mapping[str, Addressed]) -> Iterator[list[Addressed]]:
    """Yield the people who hand their addresses on in a circle, each circle once."""
    done: set[str] = set()
    for person in renamed:
        way: dict[str, Addressed] = {}
        step: Addressed | None = person
        while step is not None and step.key not in done and step.key not in way:
            way[step.key] = step
            step = claims.get(step.key)
        if step is not None and step.key in way:
            keys = list(way)
            yield [way[key] for key in keys[keys.index(step.key) :]]
        done |= way.keys()


def circle(people: list[Addressed]) -> Problem:
    """Say that no order of these renames is possible, with every place."""
    first, *others = sorted(people, key=lambda person: (person.mark.file, person.mark.line))
    with_whom = " and ".join(f"{other.key} ({other.mark})" for other in others)
    return Problem(
        f"{RENAME.tree_key}: {first.key} and {with_whom} hand their addresses on in a circle, and no address is "
        "free to begin with",
        "do it in two pull requests: first give one of them a third address, then the one that is free by then; "
        "if the renames were done long ago, remove the lines",
        next((old.mark for old in first.previous if old.value in {other.key for other in others}), first.mark),
        first.key,
        RENAME.name,
        "D-69",
    )
