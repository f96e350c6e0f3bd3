"""The text of a file, judged before YAML sees it: its encoding, and the characters that may not stand in it."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final, NamedTuple

from reconciler.model.source import Mark, Problem, Problems, Scalar, Source

MAX_FILE_BYTES: Final = 1 << 20
"""The largest file that is read unless the caller says otherwise (faults.md D-11, D-36)."""

MAX_KEY: Final = 1_024
"""How long a key may be (faults.md D-36)."""

MAX_PROBLEMS: Final = 100
"""How many problems one file may have before nobody looks for more of them."""

LONGEST_PASTE: Final = 200
"""How long a line may be that is written out again in a message."""

_LONGEST_QUOTE: Final = 80

_ORDINARY: Final = bytes({0x0A, *range(0x20, 0x7F)} - set(b"%&!*<=>|\\"))
"""Bytes that no rule of this module is about: a file of these alone needs no second look."""

_CONTROLS: Final = "\x00-\x08\x0e-\x1f\x80-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
_BREAKS: Final = "\x85\u2028\u2029"
_TEARS: Final = "\x0b\x0c\x7f"
_TURNS: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_TAGS: Final = "\U000e0000-\U000e0fff"
_SPACES: Final = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_UNSEEN: Final = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\uffa0\ufff9-\ufffd\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
_JOINED: Final = "\u0600-\u0dff\u0f00-\u109f\u1780-\u18af"
"""Blocks of the scripts whose letters need a joiner between them (faults.md D-26)."""

_IN_A_FILE: Final = re.compile(f"[\t\ufeff{_CONTROLS}{_BREAKS}{_TEARS}{_TURNS}{_TAGS}]|\r(?!\n)")
_IN_A_VALUE: Final = re.compile(
    f"[\t\n\r\ufeff{_CONTROLS}{_BREAKS}{_TEARS}{_TURNS}{_TAGS}{_SPACES}{_UNSEEN}]"
    f"|(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])"
)
_RARE: Final = re.compile(f"{_IN_A_VALUE.pattern}|[%&!*<=>|\\\\\u200c\u200d]")
_SPACE: Final = re.compile(f"[\t{_BREAKS}{_TEARS}{_SPACES}\r]")

_CODES: Final = (
    ("D-21", re.compile("\ufeff"), "it may only be the very first character of a file"),
    ("D-23", re.compile(f"[{_BREAKS}\r]"), "YAML begins a new line at it, and a reviewer does not see one"),
    ("D-24", re.compile(f"[{_TEARS}]"), "nobody sees it"),
    ("D-25", re.compile(f"[{_TURNS}]"), "it changes the order in which the line is shown"),
    ("D-26", re.compile(f"[{_SPACES}]"), "it looks like a space and is not one"),
    ("D-26", re.compile(f"[{_TAGS}{_UNSEEN}\u200c\u200d]"), "nobody sees it"),
    ("D-22", re.compile("[\ud800-\udfff]"), "it is half of a letter, as JSON writes it"),
    ("D-27", re.compile("\t"), "its width differs from screen to screen; here only spaces are used"),
)
_NAMES: Final = {"\0": "NUL", "\t": "tab", "\n": "line break", "\r": "lone carriage return", "\x1b": "escape"}

_CONFLICT: Final = re.compile(r"^(?:<{7}|\|{7}|>{7}) .*$|^={7}\r?$", re.MULTILINE)
_DIRECTIVE: Final = re.compile(r"^%\S*", re.MULTILINE)


class Text(NamedTuple):
    """A decoded file, what is wrong with its text, and whether nothing in it asks for a second look."""

    source: Source
    problems: Problems
    clean: bool


def read_text(name: str, data: bytes, max_bytes: int = MAX_FILE_BYTES) -> Text:
    """Decode a file as strict UTF-8 and refuse what must not stand in it (faults.md D-08, D-20 to D-27)."""
    if len(data) > max_bytes:
        return Text(Source(name, ""), (_too_large(name, len(data), max_bytes),), clean=False)
    try:
        rest = data.translate(None, _ORDINARY).decode()
        if not rest or not _RARE.search(rest):
            return Text(Source(name, data.decode()), (), clean=True)
    except UnicodeDecodeError:
        pass
    if problem := _other_format(name, data):
        return Text(problem.mark.source if problem.mark else Source(name, ""), (problem,), clean=False)
    source = Source(name, data.decode().removeprefix("\ufeff"))
    problems = chain(_foreign_lines(source), _characters(source))
    return Text(source, tuple(islice(problems, MAX_PROBLEMS)), clean=False)


def unseen_in_line(mark: Mark) -> Problems:
    """Name the look-alikes of spaces and the unseen characters in a line that YAML could not make sense of."""
    told = {match[0]: match.start() for match in reversed(list(_IN_A_VALUE.finditer(mark.text)))}
    places = {character: mark._replace(column=begin + 1, width=1) for character, begin in told.items()}
    return tuple(_refused(character, place) for character, place in places.items())


def refuse_scalar(scalar: Scalar) -> Problem | None:
    """Refuse unseen characters in a value or a key, raw or as an escape (faults.md D-22, D-26)."""
    if scalar.text.isascii() and scalar.text.isprintable():
        return None
    match = _IN_A_VALUE.search(scalar.text)
    return _in_scalar(scalar, match[0]) if match else None


def refuse_joiner(key: Scalar) -> Problem | None:
    """Refuse in a key even the joiners that a name may hold (faults.md D-26)."""
    joiner = next((joiner for joiner in "\u200c\u200d" if joiner in key.text), "")
    return _in_scalar(key, joiner) if joiner and not _IN_A_VALUE.search(key.text) else None


def describe(character: str) -> str:
    """Say which character it is: `U+200B (zero width space)`."""
    name = _NAMES.get(character) or unicodedata.name(character, "control character").lower()
    return f"U+{ord(character):04X} ({name})"


def escape(text: str) -> str:
    """Show a text on one line with every character that must not be shown raw as an escape (faults.md D-07)."""
    return _IN_A_VALUE.sub(lambda match: ascii(match[0])[1:-1], text)


def quote(text: str) -> str:
    """Quote a piece of a file in a message: escaped, and cut where it is long."""
    return escape(text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}...")


def place(source: Source, offset: int, width: int = 1) -> Mark:
    """Return the mark of an offset into the text of a source."""
    start = source.text.rfind("\n", 0, offset) + 1
    return Mark(source, source.text.count("\n", 0, offset) + 1, offset - start + 1, width)


def _too_large(name: str, size: int, limit: int) -> Problem:
    return Problem(
        f"the file has {size:,} bytes, the limit for one file is {limit:,}",
        "Spread its people over several files.",
        Mark(Source(name, ""), 1, 1),
        code="D-36",
    )


def _other_format(name: str, data: bytes) -> Problem | None:
    nowhere = Mark(Source(name, ""), 1, 1)
    if data.startswith(b"\0GITCRYPT\0"):
        hint = "Run  git-crypt unlock  first, or keep the files of the tree out of git-crypt."
        return Problem("the file is encrypted by git-crypt, not text", hint, nowhere, code="D-08")
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or data.count(0) * 4 > len(data):
        hint = "In the editor choose: save with encoding UTF-8."
        return Problem("the file is saved as UTF-16 or UTF-32, wanted is UTF-8", hint, nowhere, code="D-20")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(name, data, error.start)
    return None


def _not_utf8(name: str, data: bytes, offset: int) -> Problem:
    source = Source(name, data.decode("utf-8", "backslashreplace").removeprefix("\ufeff"))
    at = len(data[:offset].decode("utf-8").removeprefix("\ufeff"))
    return Problem(
        f"the byte {data[offset]:02X} is not UTF-8: the file was saved with another encoding",
        "In the editor choose: save with encoding UTF-8. Then look whether all letters of the names are right.",
        place(source, at, 4),
        code="D-20",
    )


def _foreign_lines(source: Source) -> Problems:
    if conflict := _CONFLICT.search(source.text):
        summary = "two versions of this file were merged and the conflict is not settled"
        hint = "Keep the lines that are right and delete the lines that begin with <<<<<<<, ======= and >>>>>>>."
        mark = place(source, conflict.start(), len(conflict[0].rstrip("\r")))
        return (Problem(summary, hint, mark, code="D-08"),)
    if directive := _DIRECTIVE.search(source.text):
        summary = f'a line that begins with "{quote(directive[0])}" is an order to YAML; it has no place here'
        mark = place(source, directive.start(), len(directive[0]))
        return (Problem(summary, "Delete the line.", mark, code="D-32"),)
    return ()


def _characters(source: Source) -> Iterator[Problem]:
    """Yield one problem for each line and character, however often it stands there."""
    line, start, told = 1, 0, set[tuple[int, str]]()
    for match in _IN_A_FILE.finditer(source.text):
        offset, character = match.start(), match[0]
        line += source.text.count("\n", start, offset)
        start = offset
        if (line, character) not in told:
            told.add((line, character))
            column = offset - source.text.rfind("\n", 0, offset)
            yield _refused(character, Mark(source, line, column))


def _refused(character: str, mark: Mark) -> Problem:
    code, why = _rule(character)
    return Problem(f"{describe(character)} stands here: {why}", _without(mark), mark, code=code)


def _rule(character: str) -> tuple[str, str]:
    for code, pattern, why in _CODES:
        if pattern.match(character):
            return code, why
    return "D-22", "nobody sees it"


def _without(mark: Mark) -> str:
    line = mark.text
    if line[: mark.column].isspace() and "\t" in line[: mark.column]:
        return "Write spaces in its place, two for each level."
    if len(line) > LONGEST_PASTE:
        return "Delete it, or write a space instead."
    return f"write:  {_IN_A_VALUE.sub('', _SPACE.sub(' ', line)).strip()}"


def _in_scalar(scalar: Scalar, character: str) -> Problem:
    """Point at the character where it stands raw; where it is an escape the whole value is marked."""
    code, why = _rule(character)
    mark = scalar.mark
    at = mark.text.find(character, mark.column - 1, mark.column - 1 + mark.width)
    hint = "Write it without this character and without its escape."
    if at >= 0:
        mark = mark._replace(column=at + 1, width=1)
        hint = _without(mark)
    code = "D-26" if code == "D-26" else "D-22"
    return Problem(f"{describe(character)} stands in this text: {why}", hint, mark, code=code)
