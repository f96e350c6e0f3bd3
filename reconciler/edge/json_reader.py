"""Strict JSON from outside: what two readers could take in two ways is refused (faults.md N-15, N-19, N-20)."""

import json
import math
from typing import Final, Never

from reconciler.model.errors import NotUnderstood
from reconciler.model.source import Json

BOM: Final = b"\xef\xbb\xbf"


class CutShort(NotUnderstood):
    """A text that is no JSON to its end: cut, empty, or another sort of page. Asking again may help."""


def read_json(data: bytes) -> Json:
    """Read a whole JSON text in UTF-8; one byte order mark is tolerated.

    Lone surrogates stay in the texts as data (N-21); whoever shows them escapes them.

    Raises:
        CutShort: The text is empty or not JSON to its end.
        NotUnderstood: The bytes are not UTF-8, a key stands twice in an object, a number is not a plain finite
            one, or the text is nested too deeply.
    """
    try:
        text = data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotUnderstood(f"not UTF-8: byte {error.start + 1:,} of {len(data):,}") from error
    if not text.strip():
        raise CutShort("an empty answer where JSON was expected")
    try:
        return _decode(text)
    except json.JSONDecodeError as error:
        raise CutShort(f"not JSON: {error.msg} at character {error.pos + 1:,} of {len(text):,}") from error
    except RecursionError as error:
        raise NotUnderstood("JSON that is nested too deeply") from error
    except ValueError as error:  # the interpreter's own limit on the digits of a number
        raise NotUnderstood("JSON with a number of too many digits") from error


def _decode(text: str) -> Json:
    value: Json = json.loads(
        text, object_pairs_hook=_without_repeats, parse_constant=_refuse_constant, parse_float=_finite
    )
    return value


def _without_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise NotUnderstood(f"JSON with the key {twice[:40]!a} twice in one object")
    return entries


def _refuse_constant(word: str) -> Never:
    raise NotUnderstood(f"JSON with {word}, which is no number")


def _finite(spelling: str) -> float:
    number = float(spelling)
    if not math.isfinite(number):
        raise NotUnderstood(f"JSON with the number {spelling[:40]}, which is too large")
    return number
