"""Fast ways from the wire to a value: the same answers as the kinds give, for many thousand records."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from reconciler.core.spellings import Spellings
from reconciler.model.fields import MANAGED_FIELDS, Care, Field
from reconciler.model.kinds import Kind
from reconciler.model.names import Names, names_of
from reconciler.model.source import Json
from reconciler.model.spelling import describe
from reconciler.model.users import Template
from reconciler.model.values import BadValue, Value

Turn: TypeAlias = Callable[[Json], Value]
"""Turns what stands under a key of a record into a value; raises `BadValue`, never another error."""

NAMES: Final = tuple((field, field.kind) for field in MANAGED_FIELDS if isinstance(field.kind, Names))
"""The fields that hold sets of names, with their kind."""

HELD: Final[Mapping[Any, bool]] = {1: True, 0: False, "1": True, "0": False, "": False}
"""The values of a name that need no thought; everything else goes the long way."""


def turn_of(field: Field, template: Template) -> Turn:
    """Return the turn of one field."""
    if field.care is Care.KEY:
        return read_address
    if isinstance(field.kind, Names):
        return turn_names(field.kind, template.names(field.name))
    return turn_text(field.kind) if type(field.kind).from_wire is Kind.from_wire else turn_words(field.kind)


def read_address(wire: Json) -> Value:
    """Read an address; `""` is somebody without one (faults.md L-18), null is none (product promise 3).

    Raises `BadValue` for everything that is not a text.
    """
    if isinstance(wire, str):
        return wire or None
    raise BadValue(f"an address was expected, the platform answered {describe(wire)}")


def turn_text(kind: Kind) -> Turn:
    """Return the turn of a text: it is itself."""

    def turn(wire: Json) -> Value:
        return wire if isinstance(wire, str) and wire else kind.from_wire(wire)

    return turn


def turn_words(kind: Kind) -> Turn:
    """Return the turn of a kind with few spellings; each text is read once and remembered."""
    known: dict[str, Value] = {}

    def turn(wire: Json) -> Value:
        if not isinstance(wire, str):
            return kind.from_wire(wire)
        if wire not in known:
            known[wire] = kind.from_wire(wire)
        return known[wire]

    return turn


def turn_names(kind: Names, names: tuple[str, ...]) -> Turn:
    """Return the turn of a set of names, in the template's spelling; equal sets are one object."""
    exact = {name: name for name in names}
    spellings = Spellings(names)
    alike: dict[frozenset[str], frozenset[str]] = {}

    def turn(wire: Json) -> Value:
        held = plainly_listed(wire, exact) if isinstance(wire, list) else None
        if held is None:
            held = frozenset(spellings[name] for name in names_of(kind.from_wire(wire)))
        return alike.setdefault(held, held)

    return turn


def plainly_listed(wire: list[Any], exact: Mapping[str, str]) -> frozenset[str] | None:
    """Read the likeliest shape, names of the template with 0 or 1; None where anything asks for a longer look."""
    try:
        return frozenset([name for item in wire if (name := exact[item["name"]]) and HELD[item["value"]]])
    except (KeyError, TypeError):
        return None
