"""What a rule of names asks for, in the template's spelling; each wording is understood once for everybody."""

import unicodedata
from collections.abc import Mapping
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from reconciler.model.source import Located
from reconciler.model.values import NameRule

Names: TypeAlias = tuple[str, ...]


class Wording(NamedTuple):
    """A rule of one field without its places: what thousands of files may have in common."""

    field: str
    exact: Names | None
    at_least: Names
    never: Names


class Asked(NamedTuple):
    """What a wording asks for; `unknown` are its spellings of names that the platform does not have."""

    exact: frozenset[str] | None
    at_least: frozenset[str]
    never: frozenset[str]
    unknown: frozenset[str]

    def target(self, held: frozenset[str]) -> frozenset[str]:
        """Return the names to be held by somebody who holds `held` now."""
        return (held | self.at_least) - self.never if self.exact is None else self.exact


class Understood(dict[Wording, Asked]):
    """What each wording asks for; one that was asked for once is remembered.

    Composed and decomposed letters are one name (faults.md D-72). `known` holds, for each field, the template's
    spelling of the names that can be managed by their composed form.
    """

    def __init__(self, known: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__()
        self.known = known

    def __missing__(self, wording: Wording) -> Asked:
        field, exact, at_least, never = wording
        known = self.known[field]
        unknown = {name for name in (*(exact or ()), *at_least, *never) if composed(name) not in known}
        sets = [frozenset(known.get(composed(name), name) for name in part or ()) for part in wording[1:]]
        self[wording] = Asked(None if exact is None else sets[0], sets[1], sets[2], frozenset(unknown))
        return self[wording]


def wording_of(field: str, rule: NameRule) -> Wording:
    """Return what a rule says, without its places."""
    exact, at_least, never = rule
    return Wording(field, None if exact is None else spellings(exact), spellings(at_least), spellings(never))


def spellings(names: tuple[Located[str], ...]) -> Names:
    """Return names as they are written; called for everybody, so without a loop of its own."""
    return tuple(map(SPELLING, names))


def composed(name: str) -> str:
    """Return the form in which names compare: Unicode NFC, case and all."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


SPELLING: Final = itemgetter(0)
