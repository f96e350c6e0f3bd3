"""Kinds of values: each owns the four turns of a value, and the form in which two of them compare.

`parse` turns what a file spells into a value, `from_wire` what the platform answered, `to_wire` writes a value
as the template writes it, `show` says it to a person. Between the turns stands the canonical form: `str`,
`bool`, `int`, `frozenset` of names; `None` is "nothing there" (from the platform) or "clear it" (from a file).
The kind of a set of names stands in `names.py`.
"""

import re
import unicodedata
from collections.abc import Hashable
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from reconciler.model.source import PLAIN, Json, Node, Scalar
from reconciler.model.spelling import (
    code_point,
    describe,
    is_null,
    quoted,
    read_text,
    shortened,
    spelled,
)
from reconciler.model.values import NOTHING, BadValue, Value


class Kind:
    """A sort of value. The base class holds text; the others say where they differ."""

    wanted = "a text"

    def __init__(self, longest: int = 255) -> None:
        self.longest = longest

    def parse(self, node: Node) -> Value:
        """Read a value as a file spells it; raises `BadValue` (faults.md D-50 to D-59, D-73)."""
        return self.check(read_text(node, self.wanted))

    def check(self, text: str) -> str:
        """Return a declared text that fits the kind; raises `BadValue` (D-36, D-73)."""
        stripped = text.strip()
        if not stripped:
            raise BadValue(
                f"an empty text where {self.wanted} is wanted; only a location can be cleared",
                "remove the line to leave the value as it is on the platform",
                "D-73",
            )
        if stripped != text:
            raise BadValue(f"{quoted(text)} begins or ends with a space", f"write:  {quoted(stripped)}", "D-73")
        if len(text) > self.longest:
            raise BadValue(f"{len(text):,} characters, at most {self.longest} are allowed", "shorten it", "D-36")
        return text

    def from_wire(self, wire: Json) -> Value:
        """Read a value as the platform answers it; raises `BadValue` for a shape that is not understood."""
        if wire is None or wire == "":
            return None
        if isinstance(wire, str):
            return wire
        if isinstance(wire, int) and not isinstance(wire, bool):
            return str(wire)
        raise BadValue(f"a text was expected, the platform answered {describe(wire)}")

    def to_wire(self, value: Value, like: Json = None) -> Json:  # noqa: ARG002  the flag kinds need it
        """Write a value as the template's own sample `like` writes it; nothing there is `""`."""
        return "" if value is None else str(value)

    def show(self, value: Value) -> str:
        """Say a value to a person."""
        return NOTHING if value is None else str(value)

    def fold(self, value: Value) -> Hashable:
        """Return the form in which two values are compared (faults.md D-72: Unicode NFC)."""
        return unicodedata.normalize("NFC", value) if isinstance(value, str) and not value.isascii() else value

    def same(self, one: Value, other: Value) -> bool:
        """Say whether two values mean the same to the platform."""
        return one == other or self.fold(one) == self.fold(other)


class Email(Kind):
    """An address: ASCII, one `@`, compared trimmed and in lower case (faults.md D-60, D-61, D-63)."""

    wanted = "an e-mail address"

    def check(self, text: str) -> str:
        """Return the address when it is a plain one; raises `BadValue`."""
        if len(text) <= 254 and ADDRESS.fullmatch(text):
            return text
        if strange := next((char for char in text if not char.isascii()), None):
            raise BadValue(
                f"{quoted(shortened(text))} holds {quoted(strange)} ({code_point(strange)}); "
                "an address has plain ASCII letters only",
                "type the address again by hand",
                "D-61",
            )
        inside = WRAPPED_ADDRESS.fullmatch(text) if len(text) <= 254 else None
        raise BadValue(
            f"{quoted(shortened(text))} is not a plain e-mail address",
            f"write:  {inside['address']}" if inside else "write only the address, like  name@company.example",
            "D-63",
        )

    def fold(self, value: Value) -> Hashable:
        """Compare addresses trimmed and in lower case (platform-api unknown 28)."""
        return canonical_email(value) if isinstance(value, str) else value


class Place(Kind):
    """The name of a configured location: compared without regard to case, the only value that can be cleared."""

    wanted = "the name of a location"

    def parse(self, node: Node) -> Value:
        """Read a location; `null` written out means "remove it" (platform-api section 9)."""
        if not is_null(node):
            return super().parse(node)
        if isinstance(node, Scalar) and node.text:
            return None
        raise BadValue(
            f"nothing where {self.wanted} is wanted",
            "write:  null    to take the location away, or remove the line to leave it as it is",
            "D-55",
        )

    def fold(self, value: Value) -> Hashable:
        """Compare case-folded (platform-api section 9)."""
        return unicodedata.normalize("NFC", value).casefold() if isinstance(value, str) else value


class Choice(Kind):
    """One of a few words, spelled exactly so."""

    def __init__(self, *words: str) -> None:
        super().__init__()
        self.words = words
        self.wanted = " or ".join(words)

    def check(self, text: str) -> str:
        """Return the word when it is one of the list; raises `BadValue`."""
        if text in self.words:
            return text
        near = next((word for word in self.words if word.casefold() == text.strip().casefold()), "")
        hint = f"write:  {near}" if near else f"write one of:  {', '.join(self.words)}"
        case = "; upper and lower case count" if near and near != text.strip() else ""
        raise BadValue(f"{quoted(shortened(text))} is not {self.wanted}{case}", hint, "D-37")


class Account(Choice):
    """Active or Inactive; the platform tells it by the time of deactivation (platform-api unknown 18)."""

    def from_wire(self, wire: Json) -> Value:
        """Read `deactivated_at`: nothing there is Active, any other value Inactive."""
        return "Active" if wire is None or wire == "" else "Inactive"


class Flag(Kind):
    """Yes or no: `true`/`false` in files, `0`/`1` on the wire in the type of the template (unknown 40)."""

    wanted = "true or false"

    def parse(self, node: Node) -> Value:
        """Read only `true` and `false` without quotes (faults.md D-50)."""
        if isinstance(node, Scalar) and node.style == PLAIN and node.text in {"true", "false"}:
            return node.text == "true"
        word = node.text.strip().casefold() if isinstance(node, Scalar) else ""
        meant = YES_NO.get(word)
        raise BadValue(
            f"{spelled(node)} where {self.wanted} without quotes is wanted",
            "write true or false" if meant is None else f"write:  {'true' if meant else 'false'}",
            "D-50" if isinstance(node, Scalar) else "D-35",
        )

    def from_wire(self, wire: Json) -> Value:
        """Read 0/1, their strings, booleans and Yes/No (platform-api section 11); `""` is nothing there."""
        if wire is None or wire == "":
            return None
        word = str(wire).strip().casefold()
        if isinstance(wire, bool | int | str) and word in FLAG_WORDS:
            return FLAG_WORDS[word]
        raise BadValue(f"yes or no was expected, the platform answered {describe(wire)}")

    def to_wire(self, value: Value, like: Json = None) -> Json:
        """Write 1 or 0 as the template does: number, string or boolean."""
        if value is None:
            return ""
        return flag_like(bool(value), like)

    def show(self, value: Value) -> str:
        """Say yes or no."""
        return NOTHING if value is None else "yes" if value else "no"


class Count(Kind):
    """A whole number in a range, plain decimal, quoted or not (faults.md D-51, D-74)."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__()
        self.least, self.most = least, most
        self.wanted = f"a whole number from {least} to {most:,}"

    def parse(self, node: Node) -> Value:
        """Read a plain decimal number in the range; raises `BadValue`."""
        if not isinstance(node, Scalar):
            raise BadValue(f"{spelled(node)} where {self.wanted} is wanted", code="D-35")
        whole = DECIMAL.fullmatch(node.text)
        if whole and len(node.text) <= 12 and self.least <= int(node.text) <= self.most:
            return int(node.text)
        hint = f"write it in digits, like  {max(self.least, min(3, self.most))}"
        raise BadValue(f"{spelled(node)} where {self.wanted} is wanted", hint, "D-74" if whole else "D-51")

    def from_wire(self, wire: Json) -> Value:
        """Read a whole number or its string; `""` is nothing there."""
        if wire is None or wire == "":
            return None
        if isinstance(wire, int) and not isinstance(wire, bool):
            return wire
        if isinstance(wire, str) and DECIMAL.fullmatch(wire.strip()) and len(wire) <= 12:
            return int(wire)
        raise BadValue(f"a whole number was expected, the platform answered {describe(wire)}")

    def to_wire(self, value: Value, like: Json = None) -> Json:
        """Write the number as the template does; nothing there is `""`."""
        if value is None:
            return ""
        return str(value) if isinstance(like, str) and like != "" else value if isinstance(value, int) else ""


class Pattern(Kind):
    """A text of a fixed form, such as a telephone number."""

    def __init__(self, wanted: str, form: str, example: str) -> None:
        super().__init__(longest=64)
        self.wanted, self.form, self.example = wanted, re.compile(form), example

    def check(self, text: str) -> str:
        """Return the text when it has the form; raises `BadValue`."""
        if self.form.fullmatch(super().check(text)):
            return text
        raise BadValue(f"{quoted(text)} is not {self.wanted}", f"write it like  {quoted(self.example)}", "D-74")


def canonical_email(text: str) -> str:
    """Return the form in which addresses compare: trimmed, lower case (platform-api unknown 28).

    Only ASCII letters are lowered: to `str.lower` the Kelvin sign is a `k`, and a stranger's address somebody
    else's (faults.md D-60).
    """
    stripped = text.strip()
    return stripped.lower() if stripped.isascii() else stripped.translate(LOWER)


def flag_like(value: bool, like: Json) -> Json:
    """Write a flag in the type of the template's own sample: string, boolean or number (unknown 40)."""
    if isinstance(like, str) and like != "":
        return "1" if value else "0"
    return value if isinstance(like, bool) else int(value)


LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)
ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
WRAPPED_ADDRESS: Final = re.compile(rf"(\s*|mailto:|[^@<>]*<)(?P<address>{ADDRESS.pattern})(\s*|>|\.)")
DECIMAL: Final = re.compile(r"0|[1-9][0-9]*", re.ASCII)
FLAG_WORDS: Final = {"1": True, "0": False, "true": True, "false": False, "yes": True, "no": False}
YES_NO: Final = {**FLAG_WORDS, "on": True, "off": False, "y": True, "n": False}

TEXT: Final = Kind()
EMAIL: Final = Email()
PLACE: Final = Place()
FLAG: Final = Flag()
ACCOUNT: Final = Account("Active", "Inactive")
CHAT_LIMIT: Final = Count(least=1, most=1_000)
MINUTES: Final = Count(least=0, most=1_440)
DIGITS: Final = Pattern("digits only", r"[0-9]{1,20}", "0123")
PHONE: Final = Pattern("a telephone number with country code", r"\+[1-9][0-9]{6,14}", "+34915550123")
