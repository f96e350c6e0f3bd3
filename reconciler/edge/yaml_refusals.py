"""Keys and values that may not stand in a file although YAML reads them, and what to write instead."""

import re
from collections.abc import Iterator
from typing import Final

from reconciler.edge.text_gate import MAX_KEY, escape, quote
from reconciler.edge.yaml_events import reads_as
from reconciler.edge.yaml_slips import in_quotes
from reconciler.model.source import PLAIN, Entries, Items, Mark, Node, Problem, Scalar, Severity, Source

_NOTHING_BUT_COMMENT: Final = re.compile(r"\s*#")
_READS_AS: Final = {
    "bool": "a yes or no",
    "float": "a number",
    "int": "a number",
    "null": "nothing",
    "timestamp": "a date",
}


def refuse_key(key: Scalar) -> Problem | None:
    """Refuse keys that YAML reads as something else than text, and endless ones (D-29, D-35, D-36)."""
    if len(key.text) > MAX_KEY:
        summary = f"a name of {len(key.text):,} characters stands before the colon, the limit is {MAX_KEY:,}"
        return Problem(summary, "Shorten it.", key.mark, code="D-36")
    if key.style != PLAIN:
        return None
    kind = reads_as(key.text)
    if kind == "merge":
        hint = "Write the values out."
        return Problem('"<<" mixes other values in, which is not read here', hint, key.mark, code="D-29")
    if not kind:
        return None
    if not key.text:
        return Problem("the name before the colon is missing", "Write  name: value.", key.mark, code="D-35")
    words = _READS_AS.get(kind, "a special sign")
    text = quote(key.text)
    summary = f"{text} before the colon means {words} to YAML, not the text {text}"
    return Problem(summary, f'write:  "{text}":', key.mark, code="D-35")


def two_lines(scalar: Scalar) -> Problem:
    """Refuse a value that goes on in the next line (faults.md D-40)."""
    mark = scalar.mark._replace(width=max(1, len(scalar.mark.text) - scalar.mark.column + 1))
    text = " ".join(scalar.text.split())
    if scalar.style in ("|", ">"):
        summary = f'"{scalar.style}" begins a text of several lines; wanted is one line for each value'
    else:
        summary = "this value goes on in the next line; wanted is one line for each value"
    hint = "Write it on one line. Is the next line meant as its own entry? Give it a colon or a dash."
    if len(text) <= 100:
        hint = f'{hint}\nAs one value:  "{escape(text)}"'
    return Problem(summary, hint, mark, code="D-40")


def twice(earlier: Scalar, later: Scalar) -> Problem:
    """Refuse the later of two equal keys (faults.md D-28)."""
    one, two = earlier.mark, later.mark
    name = quote(later.text)
    if one.line == two.line:
        summary = f'"{name}" is written twice in this line, in columns {one.column} and {two.column}'
        return Problem(summary, "Keep one of the two.", two, code="D-28")
    summary = f'"{name}" is written twice, in line {one.line} and in line {two.line}'
    lines = "".join(f"\n  line {mark.line}:  {quote(mark.text.strip())}" for mark in (one, two))
    return Problem(summary, f"Keep one of the two:{lines}", two, code="D-28")


def comment_traps(source: Source, root: Entries) -> Iterator[Problem]:
    """Speak where `#` cuts a plain value: an error where nothing is left, else a warning (faults.md D-39)."""
    lines = [*source.text.split("\n"), ""]
    for scalar in _plain_values(root):
        line, begin = lines[scalar.mark.line - 1], scalar.mark.column - 1
        if not scalar.text and (sign := _NOTHING_BUT_COMMENT.match(line, begin)):
            yield _all_comment(scalar.mark._replace(column=sign.end(), width=1))
        elif scalar.text and line.startswith(" #", begin + scalar.mark.width):
            yield _half_comment(scalar)


def no_name(mark: Mark) -> Problem:
    """Refuse a key that is a list or a mapping itself (faults.md D-35)."""
    summary = "a list or a group of lines stands where a name is wanted"
    return Problem(summary, "Write  name: value  with a plain word as the name.", mark, code="D-35")


def no_mapping(source: Source, root: Node | None) -> Problem:
    """Say what a file is that is no mapping; None where nothing but comments stands in it (D-08, D-10, D-35)."""
    if root is None or (isinstance(root, Scalar) and not root.text and root.style == PLAIN):
        hint = "Write a person into it, or delete the file."
        return Problem("the file is empty", hint, Mark(source, 1, 1), code="D-10")
    mark = root.mark._replace(width=1)
    if source.text.startswith("version https://git-lfs.github.com/spec/"):
        summary = "the file is a pointer of git LFS; its content was not downloaded"
        hint = "Run  git lfs pull  first, or keep the files of the tree out of LFS."
        return Problem(summary, hint, mark, code="D-08")
    if isinstance(root, Items):
        hint = 'Write  users:  as the first line above the list, or begin the file with "email:" for one person.'
        return Problem("the file is a list; wanted are lines of the form  name: value", hint, mark, code="D-35")
    hint = "Begin with  email: name@your.domain  for one person, or  users:  for a list."
    return Problem("the file is one text; wanted are lines of the form  name: value", hint, mark, code="D-35")


def _all_comment(sign: Mark) -> Problem:
    summary = 'everything from "#" on is a comment, so nothing is left of the value'
    hint = f"Meant as text? {in_quotes(sign)}\nMeant as a comment? Write the value, or null, before it."
    return Problem(summary, hint, sign, code="D-39")


def _half_comment(scalar: Scalar) -> Problem:
    mark = scalar.mark
    summary = f'everything from "#" on is a comment; the value is "{quote(scalar.text)}"'
    hint = f"Put two spaces before a comment. Meant as text? {in_quotes(mark)}"
    sign = mark._replace(column=mark.column + mark.width + 1, width=1)
    return Problem(summary, hint, sign, code="D-39", severity=Severity.WARNING)


def _plain_values(node: Node) -> Iterator[Scalar]:
    match node:
        case Scalar(style=style):
            if style == PLAIN:
                yield node
        case Items(items=items):
            for item in items:
                yield from _plain_values(item)
        case Entries(entries=entries):
            for _, value in entries:
                yield from _plain_values(value)
