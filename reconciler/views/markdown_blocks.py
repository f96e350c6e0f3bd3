"""A long Markdown text cut to a length by whole rows: the most important rows stay, every count stays (S-25)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.views.markdown_cells import code

MOST: Final = 60_000
"""Characters of one comment; GitHub refuses one of more than 65,536."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a text of which rows may be left away, but not its head.

    Attributes:
        rank: Blocks of a lower rank get their rows first; those of one rank by turns.
        head: Lines that always stand.
        rows: A row may have several lines, joined by line breaks.
        columns: Lines that stand above the first row, if there is any.
        tail: Lines that always stand below.
    """

    rank: int
    head: tuple[str, ...]
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()


def fitted(
    top: Sequence[str], blocks: Sequence[Block], bottom: Sequence[str], artifact: str = "", most: int = MOST
) -> str:
    """Return top, blocks and bottom as one text of at most `most` characters; `artifact` names the whole of it."""
    fixed = [*top, *bottom, *(line for block in blocks for line in (*draw(block, 0, artifact), *block.columns))]
    shown = rows_shown(blocks, most - size(fixed))
    drawn = (line for block, count in zip(blocks, shown, strict=True) for line in draw(block, count, artifact))
    return "".join(f"{line}\n" for line in (*top, *drawn, *bottom))


def rows_shown(blocks: Sequence[Block], room: int) -> list[int]:
    """Return how many rows of each block fit into so many characters."""
    shown = [0] * len(blocks)
    places = ((block.rank, row, index) for index, block in enumerate(blocks) for row in range(len(block.rows)))
    for _, row, index in sorted(places):
        room -= size([blocks[index].rows[row]])
        if room < 0:
            break
        shown[index] += 1
    return shown


def draw(block: Block, shown: int, artifact: str) -> Iterator[str]:
    """Yield the lines of a block with its first rows and how many more there are."""
    if block.head:
        yield from ("", *block.head)
    if shown:
        yield from ("", *block.columns, *block.rows[:shown])
    if hidden := len(block.rows) - shown:
        where = f", see the full plan in {code(artifact)}" if artifact else ""
        yield from ("", f"... and {hidden:,} more{where}")
    if block.tail:
        yield from ("", *block.tail)


def size(lines: Sequence[str]) -> int:
    """Return how many characters lines take with their line breaks."""
    return sum(len(line) + 1 for line in lines)
