"""An address edited in place: somebody new in the files who is probably known under another address.

Without a word about it the person would be invited a second time, and the account in use would stand in no file
(product section 3, "Renames"; wording.md example 4).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Final

from reconciler.core.renames import RENAME
from reconciler.model.fields import FIELDS
from reconciler.model.source import Mark, Problem
from reconciler.model.users import DesiredUser, LiveUser
from reconciler.model.values import Value

NUMBER: Final = FIELDS["agent_number"]
NAMES: Final = (FIELDS["first_name"], FIELDS["last_name"])
IN_PLACE: Final = "rename.in_place"
"""Code of somebody whose address was probably edited in place."""


def lookalikes(
    newcomers: Iterable[DesiredUser], unnamed: Iterable[LiveUser]
) -> Mapping[str, tuple[LiveUser, ...]]:
    """Return the live people in no file who share both names or the agent number with somebody new.

    By the canonical address of the newcomer.
    """
    looked_for: dict[Hashable, list[str]] = defaultdict(list)
    for user in newcomers:
        for sign in signs({name: located.value for name, located in user.values.items()}):
            looked_for[sign].append(user.key)
    found: dict[str, dict[str, LiveUser]] = defaultdict(dict)
    for live in unnamed if looked_for else ():
        for sign in signs(live.values):
            for key in looked_for.get(sign, ()):
                found[key][live.key] = live
    return {key: tuple(people.values()) for key, people in found.items()}


def signs(values: Mapping[str, Value]) -> Iterator[Hashable]:
    """Yield what people are known by beside their address: the agent number, and both names together."""
    if (number := values.get(NUMBER.name)) is not None:
        yield NUMBER.name, NUMBER.kind.fold(number)
    names = [values.get(field.name) for field in NAMES]
    if all(names):
        yield NAMES, *(str(field.kind.fold(name)).casefold() for field, name in zip(NAMES, names, strict=True))


def probably_renamed(user: DesiredUser, live: LiveUser) -> Problem:
    """Say that somebody new looks like somebody known, with the line that says so."""
    return Problem(
        f"this looks like a new address for {live.name} ({shared(user, live)}), not like a new person",
        f"As written, {user.key} is invited by mail as somebody new, and {live.email} stands in no file.\n"
        f"Same person: add  {RENAME.tree_key}: [{live.key}]\n"
        f"Another person: {other_person(user, live)}",
        user.mark,
        user.key,
        RENAME.name,
        IN_PLACE,
    )


def probably_still_here(live: LiveUser, user: DesiredUser, mark: Mark) -> Problem:
    """Say why somebody in no file is not deactivated: the person probably stands there under a new address."""
    return Problem(
        f"in no file, but {user.key} ({user.mark}) looks like a new address of {live.name}: not deactivated",
        f"Same person: add there  {RENAME.tree_key}: [{live.key}]\nAnother person: {other_person(user, live)}",
        mark,
        live.key,
        RENAME.name,
        IN_PLACE,
    )


def shared(user: DesiredUser, live: LiveUser) -> str:
    """Return what both have in common."""
    if has_number_of(user, live):
        return f"{NUMBER.title.lower()} {NUMBER.kind.show(live.values[NUMBER.name])}"
    return "the same first and last name"


def other_person(user: DesiredUser, live: LiveUser) -> str:
    """Return how the files say that these are two people."""
    if has_number_of(user, live):
        return f"write another {NUMBER.title.lower()}"
    return f"declare {live.email} too, and it is known who that is"


def has_number_of(user: DesiredUser, live: LiveUser) -> bool:
    """Say whether somebody is declared with the agent number of somebody live."""
    stated = user.values.get(NUMBER.name)
    return stated is not None and NUMBER.kind.same(stated.value, live.values.get(NUMBER.name))
