"""One changed value as a cell: the field's title, the texts before and after, their JSON values beside."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reconciler.model.fields import FIELDS
from reconciler.model.kinds import ACCOUNT
from reconciler.model.names import names_of
from reconciler.model.plan import Action, Change, FieldChange
from reconciler.model.source import Json
from reconciler.model.values import NOTHING, NameRule, Value
from reconciler.views.escape import name_cell, parted, tell_apart


class Tone(StrEnum):
    """How a cell weighs; a renderer may colour by it."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"
    QUIET = "quiet"
    """Stands elsewhere in the row already; a text may pass over it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of one person before and after.

    Attributes:
        field: The field's name, for machines.
        title: The field's title, for people.
        before: The JSON value before; a set is a sorted list.
        after: The JSON value after.
        before_text: Escaped text, `(none)` for nothing.
        after_text: Likewise.
        tone: How it weighs.
        origin: Why it changes just now, for machines: `tree`, `date` or `platform`.
    """

    field: str
    title: str
    before: Json
    after: Json
    before_text: str
    after_text: str
    tone: Tone
    origin: str


def view_cells(change: Change) -> tuple[Cell, ...]:
    """View every promised value of a change, in the order of the table."""
    return tuple(view_cell(field, new=change.action is Action.CREATE) for field in change.fields)


def view_cell(change: FieldChange, *, new: bool = False) -> Cell:
    """View one promised value; of somebody new, the name and the account go without saying."""
    field = FIELDS[change.field]
    before, after = texts(change.before, change.after)
    tone = Tone.QUIET if new and (field.required or field.kind is ACCOUNT) else tone_of(change)
    sides = as_json(change.before), as_json(change.after), before, after
    return Cell(field.name, field.title, *sides, tone, change.origin.value)


def texts(before: Value, after: Value) -> tuple[str, str]:
    """Return the texts of two values; sets are shown whole, look-alikes with their code points."""
    if isinstance(before, str) and isinstance(after, str):
        cells, plain = parted(before, after), (before, after)
    else:
        cells, plain = (text_of(before), text_of(after)), (plain_text(before), plain_text(after))
    added = tell_apart(*plain)
    return cells[0] + added[0], cells[1] + added[1]


def text_of(value: Value) -> str:
    """Return the text of one value, escaped."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return parted(value, value)[0]
        case frozenset():
            return ", ".join(name_cell(name) for name in sorted(value, key=str.casefold)) or NOTHING
        case _:
            return NOTHING if value is None else str(value)


def plain_text(value: Value) -> str:
    """Return the letters of a value as they are, to be compared by eye."""
    return ", ".join(sorted(names_of(value))) if isinstance(value, frozenset) else str(value or "")


def as_json(value: Value) -> Json:
    """Return the JSON value: a set is a sorted list."""
    if isinstance(value, frozenset | NameRule):
        return [*sorted(names_of(value))]
    return value


def tone_of(change: FieldChange) -> Tone:
    """Return whether a value comes, goes or changes."""
    before, after = change.before, change.after
    if FIELDS[change.field].kind is ACCOUNT:
        return Tone.REMOVE if after == OFF else Tone.ADD
    if isinstance(before, frozenset) and isinstance(after, frozenset):
        return Tone.ADD if before < after else Tone.REMOVE if after < before else Tone.CHANGE
    return Tone.ADD if before is None else Tone.REMOVE if after is None else Tone.CHANGE


OFF: Final = "Inactive"
