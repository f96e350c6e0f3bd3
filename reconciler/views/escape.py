r"""Data made safe to look at: whatever could steer a terminal, hide or pretend is shown as `\x1b` or `\u202e`.

Every cell that holds data goes through `cell`, every line that quotes data in a sentence through `escape`. Letters
of any script stay as they are (faults.md S-20, S-29, S-30).
"""

import re
import unicodedata
from typing import Final

from reconciler.model.spelling import code_point
from reconciler.model.values import NOTHING

OLD_COMMAND: Final = "##["
"""GitHub's runner obeys this older form of a workflow command anywhere in a line (faults.md S-22)."""

DEFUSED: Final = "##\\x5b"
WIDEST_NAME: Final = 60
WIDEST_TEXT: Final = 120
MOST_MARKS: Final = 4
"""Combining marks on one letter; a taller tower would paint over its neighbours."""


def escape(text: str) -> str:
    """Return the text with everything invisible or steering made visible; line breaks too."""
    if text.isascii() and text.isprintable() and OLD_COMMAND not in text:
        return text
    marks, shown = MOST_MARKS, []
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        shown.append(visible(char) if is_unsafe(char) or marks > MOST_MARKS else char)
    return "".join(shown).replace(OLD_COMMAND, DEFUSED)


def cell(text: str, width: int = WIDEST_TEXT) -> str:
    r"""Return one piece of data for a cell: escaped, no wider than `width` characters, a longer one with a mark.

    Spaces that an eye would miss are shown as `\x20`; a backslash of the data that could be taken for an escape is
    doubled, so two different texts never look the same.
    """
    plain = AMBIGUOUS.sub(r"\\\\", text)
    plain = HIDDEN_SPACE.sub(lambda found: "\\x20" * len(found[0]), plain)
    return clip(escape(plain), width)


def name_cell(text: str, width: int = WIDEST_NAME) -> str:
    """Return a name for a cell, in quotes where it could be taken for our own words or for two names (S-30)."""
    shown = cell(text, width)
    return f'"{shown}"' if text == NOTHING or OUR_SIGNS.search(text) else shown


def clip(text: str, width: int) -> str:
    """Return a text that is no longer than `width`, with the number of characters that were cut."""
    if len(text) <= width:
        return text
    return f"{text[:width]}...(and {len(text) - width:,} more characters)"


def tell_apart(before: str, after: str) -> tuple[str, str]:
    """Return what to add to the cells of two different texts that an eye takes for one (faults.md S-29).

    Both are `""` where the eye sees the difference, or where there is none.
    """
    if before == after or skeleton(before) != skeleton(after):
        return "", ""
    return strangers(before, after), strangers(after, before)


def parted(before: str, after: str, width: int = WIDEST_TEXT) -> tuple[str, str]:
    """Return the cells of two texts; where the cut would hide the difference, from shortly before it."""
    cells = name_cell(before, width), name_cell(after, width)
    if before == after or cells[0] != cells[1]:
        return cells
    shorter = min(len(before), len(after))
    parting = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    start = max(0, parting - 10)
    return f"...{cell(before[start:], width)}", f"...{cell(after[start:], width)}"


def strangers(text: str, other: str) -> str:
    """Name the characters of a text that the other lacks: ` (U+0410 CYRILLIC CAPITAL LETTER A)`."""
    named = [code_point(char) for char in dict.fromkeys(text) if char not in other]
    return f" ({', '.join(named[:3])})" if named else ""


def skeleton(text: str) -> str:
    """Return what an eye takes in: compatibility forms and look-alike letters folded together."""
    return unicodedata.normalize("NFKC", text).translate(LOOK_ALIKES)


def is_unsafe(char: str) -> bool:
    """Say whether a character is invisible, steers the output or is no character at all."""
    if " " <= char <= "~":
        return False
    return unicodedata.category(char) in UNSAFE_CATEGORIES or BLANK.match(char) is not None


def visible(char: str) -> str:
    r"""Return a character in its visible form: `\x1b`, `\u202e` or `\U000e0041`."""
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


UNSAFE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Marks, letters and symbols that show nothing: variation selectors, fillers, the blank of Braille."""

AMBIGUOUS: Final = re.compile(r"\\(?=[xuU\\]|[^\x20-\x7e]| |$)")
HIDDEN_SPACE: Final = re.compile(r"^ +| +$|(?<= ) +")
OUR_SIGNS: Final = re.compile(r'[",<>]|->')
LOOK_ALIKES: Final = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονıI|10",
    "ABESlJKMHOPCTYXaesijopcyxhdqwABEZHlKMNOPTYXovilllO",
)
"""Cyrillic and Greek letters that look Latin, and the Latin ones that look like each other."""
