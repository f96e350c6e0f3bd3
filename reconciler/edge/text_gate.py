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

_LONGEST_PASTE: Final = 200
_LONGEST_QUOTE: Final = 80

_ORDINARY: Final = bytes({0x0A, *range(0x20, 0x7F)} - set(b"%&!*<=>|\\"))
"""Bytes that no rule of this module is about: a file of these alone needs no second look."""

_CONTROLS: Final = "\x00-\x08\x0e-\x1f\x80-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff"
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
    ("D-27", re.compile("\t"), "its width differs from screen to screen; here only spaces are used"),
)
_NAMES: Final = {"\0": "NUL", "\t": "tab", "\n": "line break", "\r": "lone carriage return", "\x1b": "escape"}

_CONFLICT: Final = re.compile(r"^(?:<{7}|\|{7}|>{7}) .*$|^={7}\r?$", re.MULTILINE)
_DIRECTIVE: Final = re.compile(r"^%\S*", re.MULTILINE)
_COLON: Final = re.compile(r":(?:\s+|$)")
_TIGHT: Final = re.compile(r"\s*(?:-\s+)?([\w-]+):(?=\S)")
_END_OF_VALUE: Final = re.compile(r"\s{2,}#|\s*$")
_END_IN_LIST: Final = re.compile(r"[,\]}]|\s+#|$")
_NAMELESS: Final = re.compile(r"(?:.*[\[{,-])?\s*:$")
_COMMENT: Final = re.compile(r"\s#")
_CLOSING: Final = {"[": "]", "{": "}", '"': '"', "'": "'"}


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


def in_quotes(mark: Mark) -> str:
    """Return the line of a mark, ready to paste, with the value that begins there put in quotes."""
    if _COLON.search(mark.text, mark.column - 1) or len(mark.text) > _LONGEST_PASTE:
        return "Put it in quotes."
    return f"write:  {escape(_with_quotes(mark).strip())}"


def explain_stop(words: str, opened: Mark, at: Mark) -> Problem:
    """Say in our own words why YAML stopped reading, and how the line is written instead (faults.md D-31).

    Args:
        words: What the library said; the two parsers use different words for one slip.
        opened: Where the thing began that could not be read.
        at: Where it stopped.
    """
    if _NAMELESS.match(at.text[: at.column]):
        return Problem("the name before the colon is missing", "Write  name: value.", at, code="D-35")
    explain = next((explain for pattern, explain in _SLIPS if pattern.search(words)), _misplaced)
    return explain(_inside(opened), _inside(at))


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
    if len(line) > _LONGEST_PASTE:
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


def _colon_missing(opened: Mark, _at: Mark) -> Problem:
    line, text = opened.text, opened.text.strip()
    if len(line) > MAX_KEY:
        summary = f"no colon follows within the {MAX_KEY:,} characters that a name may have"
        return Problem(summary, "Shorten it.", opened, code="D-36")
    if tight := _TIGHT.match(line):
        mark = opened._replace(column=tight.end(), width=1)
        fixed = f"{line[: tight.end()]} {line[tight.end() :]}"
        return _slip(mark, f'a space is missing after "{tight[1]}:"', fixed)
    name, _, value = text.partition(" ")
    fixed = f"- {text.lstrip('-')}" if text.startswith("-") else f"{name}: {value.strip() or '...'}"
    mark = opened._replace(width=max(1, len(line.rstrip()) - opened.column + 1))
    return _slip(mark, "this line has no colon; wanted is  name: value", fixed)


def _colon_surplus(_opened: Mark, at: Mark) -> Problem:
    head = at.text[: at.column - 1]
    if len(head) > MAX_KEY:
        return _colon_missing(at._replace(column=1), at)
    if _COLON.search(head):
        mark = _value_start(at)
        return _slip(mark, "a value with a colon in it must stand in quotes", _with_quotes(mark))
    above = _above(at)
    if above is not None and not _COLON.search(above.text):
        return _colon_missing(above, at)
    return _misplaced(at, at._replace(column=len(head) - len(head.lstrip()) + 1))


def _misplaced(_opened: Mark, at: Mark) -> Problem:
    word = at.text[at.column - 1 :].split(":")[0].strip()
    summary = f'"{quote(word)}" begins in column {at.column}, which fits none of the lines above it'
    hint = "Put it exactly under the entries it belongs with, two spaces for each level."
    return Problem(summary, hint, at._replace(width=max(1, len(word))), code="D-31")


def _surplus(opened: Mark, at: Mark) -> Problem:
    """A line that begins in the wrong column, or text that follows a value which has ended already."""
    head, above = at.text[: at.column - 1], _above(at)
    if not head.strip(" -"):
        return _misplaced(opened, at)
    if above is not None and above.text.count('"') % 2:
        return _never_closed(above._replace(column=above.text.rindex('"') + 1), at)
    end = len(at.text.rstrip()) + 1
    summary, value = "more text follows where the value has ended already", _value_start(at)
    if value.column < at.column and value.text[value.column - 1] in "'\"":
        return _slip(value._replace(width=end - value.column), summary, _with_quotes(value))
    hint = "Delete it, or give it a line of its own."
    return Problem(summary, hint, at._replace(width=max(1, end - at.column)), code="D-31")


def _never_closed(opened: Mark, at: Mark) -> Problem:
    line, sign = opened.text.rstrip(), opened.text[opened.column - 1 : opened.column]
    if sign not in _CLOSING or (sign in "[{" and opened.line == at.line and at.column <= len(line)):
        summary = "the list in brackets does not go on like this"
        hint = "Wanted are values with one comma between them, then the closing bracket."
        return Problem(summary, hint, at, code="D-31")
    summary = f"the {sign} that opens here is not closed in this line"
    if _COMMENT.search(line, opened.column):
        return Problem(summary, "Close it before the #, which begins a comment.", opened, code="D-31")
    return _slip(opened, summary, line + _CLOSING[sign])


def _backslash(opened: Mark, at: Mark) -> Problem:
    line = at.text.rstrip()
    begin = line.rfind("\\", 0, at.column)
    mark = at._replace(column=begin + 1, width=2) if begin >= 0 else opened
    summary = "a backslash in double quotes begins an order to YAML, and this one it does not know"
    inner = line[opened.column : -1]
    if opened.line != at.line or not line.endswith('"') or '"' in inner or "'" in inner:
        return Problem(summary, "Use single quotes, or write the backslash twice.", mark, code="D-31")
    return _slip(mark, summary, f"{line[: opened.column - 1]}'{inner}'")


def _colon_glued(_opened: Mark, at: Mark) -> Problem:
    mark = at._replace(column=at.text.rfind(":", 0, at.column) + 1)
    summary = "within brackets a colon in a text needs a space after it, or quotes around the text"
    hint = "Write a space after the colon, or put the text in quotes."
    return Problem(summary, hint, mark if mark.column else at, code="D-31")


def _special(opened: Mark, at: Mark) -> Problem:
    sign = escape(opened.text[opened.column - 1 : opened.column])
    if not sign.strip():
        return _misplaced(opened, at)
    code = {"&": "D-29", "*": "D-29", "!": "D-30"}.get(sign, "D-31")
    summary = f"a value may not begin with {sign} unless it stands in quotes"
    return Problem(summary, in_quotes(opened), opened, code=code)


def _dash_inline(_opened: Mark, at: Mark) -> Problem:
    fixed = f"{at.text[: at.column - 1]}[{at.text[at.column :].strip()}]"
    return _slip(at, "a list with dashes begins on a line of its own; in one line it takes brackets", fixed)


def _slip(mark: Mark, summary: str, fixed: str) -> Problem:
    hint = f"write:  {escape(fixed.strip())}" if len(fixed) <= _LONGEST_PASTE else "Write it on a line of its own."
    return Problem(summary, hint, mark, code="D-31")


_SLIPS: Final = (
    (re.compile("simple key"), _colon_missing),
    (re.compile("escape|hexdecimal"), _backslash),
    (re.compile("quoted scalar|flow (sequence|mapping|node)"), _never_closed),
    (re.compile("any token|scanning an? (anchor|alias|tag)|tag handle|block scalar"), _special),
    (re.compile("plain scalar"), _colon_glued),
    (re.compile("mapping values"), _colon_surplus),
    (re.compile("sequence entries"), _dash_inline),
    (re.compile("block mapping|block collection|document start"), _surplus),
)


def _inside(mark: Mark) -> Mark:
    """Move a place at the end of the file back to the last line that says something."""
    lines = mark.source.text.split("\n")[: mark.line]
    while len(lines) > 1 and not lines[-1].strip():
        lines.pop()
    same = len(lines) == mark.line
    return mark if same else mark._replace(line=len(lines), column=len(lines[-1].rstrip()) + 1)


def _above(mark: Mark) -> Mark | None:
    """Return the start of the last line above that is neither empty nor a comment."""
    lines = mark.source.text.split("\n")[: mark.line - 1]
    for number, line in zip(range(len(lines), 0, -1), reversed(lines), strict=True):
        if line.strip() and not line.lstrip().startswith("#"):
            return Mark(mark.source, number, len(line) - len(line.lstrip()) + 1)
    return None


def _value_start(at: Mark) -> Mark:
    """Return the place after the first colon of the line, where its value begins."""
    colon = _COLON.search(at.text)
    begin = colon.end() if colon else 0
    return at._replace(column=begin + 1, width=max(1, at.column - begin))


def _with_quotes(mark: Mark) -> str:
    """Put the value that begins at a mark in quotes; quotes that stand around a part of it go."""
    line, begin = mark.text, mark.column - 1
    if len(line) > _LONGEST_PASTE:
        return line
    head = line[:begin]
    inside = "[" in head or "{" in head
    value = (_END_IN_LIST if inside else _END_OF_VALUE).split(line[begin:], maxsplit=1)[0].rstrip()
    text = value
    if value[:1] in ('"', "'"):
        text = value[1:].removesuffix(value[0])
        text = text.replace('"', "")
    quoted = f'"{text}"' if '"' not in text and "\\" not in text else "'" + text.replace("'", "''") + "'"
    return head + quoted + line[begin + len(value) :]
