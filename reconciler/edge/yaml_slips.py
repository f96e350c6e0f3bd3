"""Slips of the hand: why YAML could not go on, in our own words, and how the line is written instead."""

import re
from typing import Final

from reconciler.edge.text_gate import LONGEST_PASTE, MAX_KEY, escape, quote
from reconciler.model.source import Mark, Problem

_COLON: Final = re.compile(r":(?:\s+|$)")
_TIGHT: Final = re.compile(r"\s*(?:-\s+)?([\w-]+):(?=\S)")
_END_OF_VALUE: Final = re.compile(r"\s{2,}#|\s*$")
_END_IN_LIST: Final = re.compile(r"[,\]}]|\s+#|$")
_NAMELESS: Final = re.compile(r"(?:.*[\[{,-])?\s*:$")
_COMMENT: Final = re.compile(r"\s#")
_CLOSING: Final = {"[": "]", "{": "}", '"': '"', "'": "'"}
_HALVES: Final = re.compile(r"(?:\\u[dD][89a-fA-F][0-9a-fA-F]{2}){1,2}")


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


def in_quotes(mark: Mark) -> str:
    """Return the line of a mark, ready to paste, with the value that begins there put in quotes."""
    if _COLON.search(mark.text, mark.column - 1) or len(mark.text) > LONGEST_PASTE:
        return "Put it in quotes."
    return f"write:  {escape(_with_quotes(mark).strip())}"


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
    if begin >= 0 and (halves := _HALVES.match(line, begin)):
        return _json_letter(halves[0], mark)
    summary = "a backslash in double quotes begins an order to YAML, and this one it does not know"
    inner = line[opened.column : -1]
    if opened.line != at.line or not line.endswith('"') or '"' in inner or "'" in inner:
        return Problem(summary, "Use single quotes, or write the backslash twice.", mark, code="D-31")
    return _slip(mark, summary, f"{line[: opened.column - 1]}'{inner}'")


def _json_letter(halves: str, mark: Mark) -> Problem:
    """Say how a letter is written that JSON writes as two escapes; only one of the parsers stops there."""
    letter = halves.encode().decode("unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    summary = f"{halves} is half of a letter, or a letter in two halves as JSON writes it; YAML reads neither"
    hint = f"Write the letter itself:  {escape(letter)}" if letter else "Write the whole letter."
    return Problem(summary, hint, mark._replace(width=len(halves)), code="D-22")


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
    hint = f"write:  {escape(fixed.strip())}" if len(fixed) <= LONGEST_PASTE else "Write it on a line of its own."
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
    if len(line) > LONGEST_PASTE:
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
