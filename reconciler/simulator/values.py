"""Everything in a row that is one value: texts, flags, limits, the location (platform-api section 9)."""

import unicodedata
from typing import Any

from reconciler.simulator.directory import User
from reconciler.simulator.members import is_on
from reconciler.simulator.problems import WARNING, Problem
from reconciler.simulator.record import KEPT, Field
from reconciler.simulator.step import Step


def blank_values(email: str) -> dict[str, Any]:
    """The values of a user of whom only the address is known."""
    return {field.name: _nothing(field) for field in KEPT} | {"email": email}


def values_after(step: Step, user: User) -> dict[str, Any]:
    """The values by field name after the row; the address is not among what changes here."""
    values = dict(user.values)
    for field in KEPT:
        key = field.bulk_key
        if key is None or key == "email" or key not in step.directory.template_keys:
            continue
        if step.clears(key):
            values[field.name] = _nothing(field)
        elif step.states(key) and step.row[key] not in (None, ""):
            values[field.name] = _kept(step, field, step.row[key], values[field.name])
    return values


def _nothing(field: Field) -> Any:
    return 0 if field.kind == "flag" else None


def _kept(step: Step, field: Field, value: Any, before: Any) -> Any:
    if field.kind == "flag":
        return 1 if is_on(value) else 0
    if field.kind == "limit":
        return int(value)
    if field.kind == "location":
        return _location(step, str(value), before)
    if field.kind == "name" or field.name == "alias":
        return _normal(str(value), step.settings["normalise"])
    return value


def _location(step: Step, name: str, before: Any) -> Any:
    """The tenant's own spelling, whatever the row's is."""
    for location in step.directory.locations:
        if location.lower() == name.lower():
            return location
    step.warn(Problem(f"No such location: {name}, skipped", "location", kind=WARNING))
    return before


def _normal(text: str, form: str) -> str:
    match form:
        case "trim":
            return text.strip()
        case "lower":
            return text.lower()
        case "nfc":
            return unicodedata.normalize("NFC", text)
        case "cut20":
            return text[:20]
        case _:
            return text
