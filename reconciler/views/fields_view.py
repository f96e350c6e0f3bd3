"""The field table as people read it; the README's copy is this very text."""

from collections.abc import Iterator
from typing import NamedTuple

from reconciler.model.fields import USER_FIELDS, Care, Field
from reconciler.model.names import Names


class FieldLine(NamedTuple):
    """One row of the table: the key in a file, the title, what to write, and what to know."""

    key: str
    title: str
    wanted: str
    notes: str


def view_fields() -> tuple[FieldLine, ...]:
    """View every field of the table in its order."""
    return tuple(FieldLine(field.tree_key, field.title, wanted(field), notes_on(field)) for field in USER_FIELDS)


def wanted(field: Field) -> str:
    """Say what to write; a set of names is written whole or in part."""
    if isinstance(field.kind, Names):
        return f"a list of {field.kind.noun} names, or such lists under `at_least:` and `never:`"
    if field.care is Care.RENAME:
        return "a list of earlier addresses"
    return field.kind.wanted


def notes_on(field: Field) -> str:
    """Say what a person must know of a field beside its values."""
    return "; ".join(remarks(field))


def remarks(field: Field) -> Iterator[str]:
    """Yield each remark on a field."""
    if field.care is Care.KEY:
        yield "always needed: it finds the person"
    if field.care is Care.RENAME:
        yield "renames the person; see Renames"
    if field.care is Care.SEEN:
        yield "shown only"
    if field.required and field.care is not Care.KEY:
        yield "needed for a new person"
    if field.clearable:
        yield "`null` removes it"
    if field.unique:
        yield "nobody else may hold the same"
    if field.lost_on_deactivation:
        yield "lost when the account becomes inactive"


def render_fields_text(lines: tuple[FieldLine, ...]) -> str:
    """Render the table in columns."""
    rows = [("Key", "Title", "What to write", "Notes"), *lines]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join((*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[3])).rstrip()
        for row in rows
    )


def render_fields_markdown(lines: tuple[FieldLine, ...]) -> str:
    """Render the table as Markdown."""
    rows = (f"| `{line.key}` | {line.title} | {line.wanted} | {line.notes} |" for line in lines)
    return "\n".join(("| Key | Title | What to write | Notes |", "|---|---|---|---|", *rows))
