"""Role and team names as the platform's other pages spell them, put into the template's spelling."""

import re
import unicodedata
from collections.abc import Callable, Iterable

SEPARATORS = re.compile(r"[\s_-]+")


class Spellings(dict[str, str]):
    """The template's spelling by the spelling of a read; every name that was asked for once is remembered.

    An exact name is itself. Another one is matched after case folding; a lower-case token (`manager_admin`) also
    with its separators as spaces (platform-api unknown 17). A name that matches nothing, or two names of the
    template, is kept as it was read: the person can then not be changed (faults.md L-18).
    """

    def __init__(self, names: Iterable[str]) -> None:
        known = tuple(names)
        super().__init__((name, name) for name in known)
        self.by_case = unambiguous(known, fold)
        self.by_words = unambiguous(known, words)

    def __missing__(self, name: str) -> str:
        spelled = self.by_case.get(fold(name))
        if spelled is None and name.islower():
            spelled = self.by_words.get(words(name))
        self[name] = spelled or name
        return self[name]


def unambiguous(names: Iterable[str], form: Callable[[str], str]) -> dict[str, str]:
    """Return the names by a form, without those that share it."""
    forms: dict[str, str] = {}
    shared = set()
    for name in names:
        if forms.setdefault(form(name), name) != name:
            shared.add(form(name))
    return {key: name for key, name in forms.items() if key not in shared}


def fold(name: str) -> str:
    """Return a name without regard to case and to the composition of its letters."""
    return unicodedata.normalize("NFC", name).casefold().strip()


def words(name: str) -> str:
    """Return a folded name whose words are parted by single spaces."""
    return SEPARATORS.sub(" ", fold(name))
