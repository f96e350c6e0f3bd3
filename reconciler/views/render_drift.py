"""The drift in three forms: text, the Markdown of an issue, JSON."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from reconciler.views.drift_view import DriftGroup, DriftRow, DriftView
from reconciler.views.markdown_blocks import Block, fitted
from reconciler.views.markdown_cells import code, prose, table_row
from reconciler.views.render_json import render as render_json
from reconciler.views.render_text import finish

MARKER: Final = "<!-- reconciler:drift -->"
"""The first line of the issue, by which it is found again."""


def render_text(view: DriftView) -> str:
    """Render the drift for a terminal."""
    return finish(text_lines(view))


def render_markdown(view: DriftView) -> str:
    """Render the drift as the body of an issue, cut by whole rows; the marker and the counts always stand."""
    top = (MARKER, f"### {view.title}", f"{prose(view.state)}")
    return fitted(top, [group_block(rank, group) for rank, group in enumerate(view.groups)], ())


def text_lines(view: DriftView) -> Iterator[str]:
    """Yield the lines of the text."""
    yield view.title
    yield view.state
    for group in view.groups:
        yield from ("", f"{group.title} ({len(group.rows):,})")
        for row in group.rows:
            yield f"  {row.who}   {row.where}"
            yield from (f"      {line}" for line in row.differs)
        yield f"  {group.advice}"


def group_block(rank: int, group: DriftGroup) -> Block:
    """Return one group as a table."""
    return Block(
        rank,
        head=(f"#### {group.title} ({len(group.rows):,})", "", group.advice),
        columns=(table_row(("Who", "What", "Where")), "|---|---|---|"),
        rows=tuple(map(row_line, group.rows)),
    )


def row_line(row: DriftRow) -> str:
    """Return one person or job as a row."""
    return table_row((code(row.who), "<br>".join(map(code, row.differs)), code(row.where)))


RENDERERS: Final[Mapping[str, Callable[[DriftView], str]]] = {
    "text": render_text,
    "markdown": render_markdown,
    "json": render_json,
}
