"""Text and data as Markdown that stays text: nothing in it can hide or add a row, link, call or fetch (S-24).

Data stands in code, behind a fence longer than any inside; in a line of HTML as escaped `<code>`. A sentence of
ours that quotes data stays a sentence: its harmless words are left as they are, all else stands in code. Line
breaks and whatever steers are gone before a text comes here (`views.escape`).
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from reconciler.model.values import NOTHING

Writer: TypeAlias = Callable[[str], str]
"""Puts data in code: `code` in Markdown, `html_code` inside a line of HTML."""


def code(text: str) -> str:
    """Return data as inline code; nothing at all is shown as `(none)`."""
    if not text:
        return f"`{NOTHING}`"
    fence = fence_around(text)
    gap = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{gap}{text}{gap}{fence}"


def html_code(text: str) -> str:
    """Return data as `<code>`, for a line that begins with a tag: GitHub reads no Markdown in it."""
    return f"<code>{html.escape(text or NOTHING)}</code>"


def prose(text: str, write: Writer = code) -> str:
    """Return a sentence of ours that may quote data.

    What stands between gaps of two spaces or more is there to be pasted, as in `write:  location: "NO"`, and is
    put in code whole.
    """
    parts = enumerate(GAP.split(text))
    return " ".join(write(part) if number % 2 else words(part, write) for number, part in parts if part)


def words(text: str, write: Writer) -> str:
    """Return a text with its harmless words as they are and every other one in code."""
    first, *others = text.split() or [""]
    start = write(first) if BEGINS_BLOCK.fullmatch(first) else word(first, write)
    return " ".join([start, *(word(other, write) for other in others)])


def word(text: str, write: Writer) -> str:
    """Return one word, in code where it is not harmless, the sentence's own brackets, quotes and stops outside."""
    if not text or HARMLESS.fullmatch(text):
        return text
    found = WRAPPED.fullmatch(text)
    return f"{found[1]}{write(found[2])}{found[3]}" if found else write(text)


def block(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines as a block of code, ready to paste."""
    held = tuple(lines)
    fence = max(fence_around("\n".join(held)), "```")
    yield from (fence, *held, fence)


def table_row(cells: Iterable[str]) -> str:
    r"""Return cells as one row of a table; `\|` is a pipe even inside code there, and never a border."""
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"


def fence_around(text: str) -> str:
    """Return a run of backticks that is longer than any in a text."""
    return "`" * (1 + max((len(run) for run in BACKTICKS.findall(text)), default=0))


BAR: Final = r"\|"
BACKTICKS: Final = re.compile("`+")
GAP: Final = re.compile(" {2,}")
HARMLESS: Final = re.compile(
    r"""["'(]*(?:[^\W\d_]+(?:['’-][^\W\d_]+)*|-?\d{1,6}|\d{1,3}(?:,\d{3}){1,3}|\d\d:\d\d|%)["').,;:?!]*|->|>|&"""
)
"""Words, numbers and times that are nothing to any Markdown: no sign and no dot inside them."""

BEGINS_BLOCK: Final = re.compile(r"\d+[.)].*|>")
"""What would begin a list or a quotation as the first word of a line."""

WRAPPED: Final = re.compile(r"""(["'(]*)(.*?[^"').,;:?!])(["').,;:?!]*)""")
