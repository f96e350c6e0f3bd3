"""What the rules of names ask for, in the template's spelling; each wording is understood once for everybody."""

import unicodedata
from collections.abc import Mapping
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from reconciler.model.values import NameRule

Words: TypeAlias = tuple[str, ...]

Wording: TypeAlias = tuple[str, Words | None, Words, Words]
"""The name of a field and what a rule of it says, without the places: what thousands of people have in common."""


class Asked(NamedTuple):
    """What a wording asks for; `unknown` are its spellings of names that the platform does not have."""

    exact: frozenset[str] | None
    at_least: frozenset[str]
    never: frozenset[str]
    unknown: frozenset[str]


class Understood(dict[Wording, Asked]):
    """What each wording asks for; one that was asked for once is remembered.

    Composed and decomposed letters are one name (faults.md D-72).

    Attributes:
        known: For each field, the template's spelling of every name that can be managed, by its composed form.
        strange: Whether any wording so far names what the platform does not have.
    """

    def __init__(self, known: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__()
        self.known = known
        self.strange = False

    def __missing__(self, wording: Wording) -> Asked:
        field, exact, at_least, never = wording
        known = self.known[field]
        sets = [frozenset(known.get(composed(name), name) for name in part or ()) for part in wording[1:]]
        unknown = frozenset(name for name in (*(exact or ()), *at_least, *never) if composed(name) not in known)
        self.strange |= bool(unknown)
        self[wording] = Asked(None if exact is None else sets[0], sets[1], sets[2], unknown)
        return self[wording]

    def of(self, field: str, rule: NameRule) -> Asked:
        """Return what a rule asks for; everybody is asked, so the words are taken out without a loop of ours."""
        exact, at_least, never, _ = rule
        if exact is not None:
            return self[field, tuple(map(WORD, exact)), (), ()]
        return self[field, None, tuple(map(WORD, at_least)), tuple(map(WORD, never))]


def composed(name: str) -> str:
    """Return the form in which names compare: Unicode NFC, case and all."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


WORD: Final = itemgetter(0)
"""The value of something located."""
