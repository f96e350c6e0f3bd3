"""The spelling gate: a scalar is taken as it is written; what YAML may read as something else is refused."""

import re
import unicodedata
from datetime import date
from typing import Final

from reconciler.model.days import Window
from reconciler.model.source import PLAIN, Entries, Items, Json, Located, Node, Scalar
from reconciler.model.values import BadValue


def read_text(node: Node, wanted: str) -> str:
    """Return the text of a scalar; raises `BadValue` where YAML may read something else (D-50 to D-58)."""
    if not isinstance(node, Scalar):
        raise BadValue(f"{spelled(node)} where {wanted} is wanted", "write one value after the colon", "D-35")
    text = node.text
    if node.style or (text[:1] not in SURPRISING_STARTS and (len(text) > 5 or text.lower() not in WORDS)):
        return text
    if is_null(node):
        raise null(text, wanted)
    for pattern, code, meaning in SURPRISES:
        if pattern.fullmatch(text):
            raise BadValue(
                f"{shortened(text)} without quotes means {meaning} to YAML, not the text {shortened(text)}",
                f'write:  "{text}"' if len(text) <= 40 else "put it in quotes",
                code,
            )
    return text


def read_day(node: Node) -> date:
    """Read a whole day, `2027-01-31`, quoted or not; raises `BadValue` (faults.md D-54)."""
    text = node.text if isinstance(node, Scalar) else ""
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadValue(f"{spelled(node)} where a day is wanted", "write it like  2027-01-31", "D-54")


def read_window(entry: Entries) -> Window:
    """Read `first_day` and `last_day` of a mapping; raises `BadValue` where one is no day, or they cross."""
    wrong: list[BadValue] = []
    first, last = (located_day(entry.get(key), wrong) for key in ("first_day", "last_day"))
    if wrong:
        raise joined(wrong)
    if first and last and last.value < first.value:
        raise BadValue(
            f"the last day, {last.value}, is before the first day, {first.value}",
            "write the days the other way round, or correct the year",
            "D-54",
            last.mark,
        )
    return Window(first, last)


def located_day(node: Node | None, wrong: list[BadValue]) -> Located[date] | None:
    """Read a day with its place; None for none, and for what is no day, which is added to `wrong`."""
    try:
        return None if node is None else Located(read_day(node), node.mark)
    except BadValue as error:
        wrong.append(BadValue(error.summary, error.hint, error.code, node.mark if node else None))
        return None


def joined(wrong: list[BadValue]) -> BadValue:
    """Return several refusals inside one value as one, so that everything is said at once."""
    first, *others = wrong
    return BadValue(first.summary, first.hint, first.code, first.mark, tuple(others))


def null(text: str, wanted: str) -> BadValue:
    """Return the refusal of a null where a value is wanted (faults.md D-55)."""
    if not text:
        return BadValue(f"nothing where {wanted} is wanted", "write the value, or remove the line", "D-55")
    return BadValue(
        f"{text} without quotes means null to YAML, not {wanted}; only a location can be cleared",
        f'write:  "{text}"    if the text is meant',
        "D-55",
    )


def is_null(node: Node) -> bool:
    """Say whether a scalar is one of YAML's spellings of null, without quotes."""
    return isinstance(node, Scalar) and node.style == PLAIN and node.text in {"", "~", "null", "Null", "NULL"}


def quoted(text: str) -> str:
    """Write a text in double quotes, as it would stand in a file."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def shortened(text: str) -> str:
    """Return a text of at most 40 characters to show."""
    return text if len(text) <= 40 else text[:39] + "…"


def code_point(char: str) -> str:
    """Name a character: `U+0456 CYRILLIC SMALL LETTER ...`."""
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".strip()


def spelled(node: Node) -> str:
    """Say what stands in a file where something else was wanted."""
    match node:
        case Scalar(text, style, _):
            return quoted(shortened(text)) if style != PLAIN else shortened(text) or "nothing"
        case Items():
            return "a list"
        case _:
            return "a mapping"


def describe(wire: Json) -> str:
    """Name the JSON type of an answer, with a short sample of it."""
    words = {
        type(None): "null",
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
    }
    return f"{words.get(type(wire), 'an object')} ({repr(wire)[:40]})"


DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
SURPRISES: Final = tuple(
    (re.compile(pattern, re.ASCII | re.IGNORECASE), code, meaning)
    for pattern, code, meaning in (
        (r"yes|on|true", "D-50", '"true"'),
        (r"no|off|false", "D-50", '"false"'),
        (r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?", "D-52", "a number in base 60"),
        (r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?", "D-54", "a date"),
        (r"[-+]?(0[0-9_]+|0x[0-9a-f_]+|0o[0-7_]+|0b[01_]+)|[0-9]+_[0-9_]*", "D-51", "another number"),
        (r"[-+][0-9][0-9_]*", "D-56", "a number without its sign or zeros"),
        (r"[-+]?([0-9][0-9_]*)?\.[0-9_]+(e[-+]?[0-9]+)?", "D-53", "a number"),
        (r"[-+]?[0-9][0-9_]*(\.|\.?e[-+]?[0-9]+)", "D-53", "a number"),
        (r"[-+]?\.(inf|nan)", "D-53", "a number"),
        (r"=|<<", "D-58", "something special"),
    )
)
"""Plain spellings that YAML 1.1 or 1.2 reads as something else than text, with what they mean to it."""

WORDS: Final = frozenset({"yes", "on", "true", "no", "off", "false", "null"})
"""The first two rows above and null, in lower case: one look-up settles most texts."""

SURPRISING_STARTS: Final = frozenset("-+.=<~0123456789") | {""}
"""Every other surprise begins with one of these, or is empty."""
