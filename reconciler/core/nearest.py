"""The nearest known word to one that is not known."""

import difflib
from collections.abc import Iterable
from functools import lru_cache


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most like `word`, in its own spelling; `""` where none is like it."""
    return search(word.strip().casefold(), tuple(known))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean "X"?` with the nearest known word, to follow a full stop; `""` where none is near."""
    near = nearest(word, known)
    return f' Did you mean "{near}"?' if near else ""


@lru_cache(maxsize=1_024)  # one slip in the settings repeats the same question for thousands of people
def search(folded: str, known: tuple[str, ...]) -> str:
    """Return the nearest of the known words to a case-folded one."""
    spellings = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(folded, spellings, n=1)
    return spellings[near[0]] if near else ""
