"""Roles and teams in a row: lists of `{name, value}` (platform-api section 9, unknowns 20 to 23)."""

from collections.abc import Iterable, Sequence
from typing import Any

from reconciler.simulator.problems import WARNING, Problem
from reconciler.simulator.step import Step
from reconciler.simulator.switches import Settings


def members_after(step: Step, key: str, held: tuple[str, ...]) -> tuple[str, ...]:
    """The roles or teams after the row: the tenant's order, names the tenant lacks at the end.

    Args:
        step: The row.
        key: `roles` or `teams`.
        held: The names before.
    """
    known = step.directory.roles if key == "roles" else step.directory.teams
    if key in step.untouched:
        return held
    entries = listed(step.row[key]) if step.states(key) else None
    if entries is None:
        return () if step.clears(key) else held
    after = set() if step.settings["missing_name"] == "removed" else set(held)
    for name, value in entries:
        if name not in known:
            step.warn(Problem(f"No such name: {name}, skipped", key, kind=WARNING))
        elif is_on(value):
            after.add(name)
        elif _is_off(value, step.settings):
            after.discard(name)
        elif name in held:
            after.add(name)
    if key == "roles" and step.settings["roles_merge"] == "yes":
        after |= set(held)
    return _ordered(after, known)


def listed(value: Any) -> list[tuple[str, Any]] | None:
    """A list of `{name, value}` as pairs; None when it has another shape."""
    if not isinstance(value, list):
        return None
    if not all(isinstance(entry, dict) and isinstance(entry.get("name"), str) for entry in value):
        return None
    return [(entry["name"], entry.get("value", "")) for entry in value]


def is_on(value: Any) -> bool:
    """Tell whether a valid flag means yes."""
    return str(value) in {"1", "True"}


def _is_off(value: Any, settings: Settings) -> bool:
    if value == "":
        return settings["empty_value"] == "cleared"
    if value is None:
        return settings["null_value"] == "cleared"
    return True


def _ordered(names: Iterable[str], known: Sequence[str]) -> tuple[str, ...]:
    place = {name: at for at, name in reversed(list(enumerate(known)))}
    return tuple(sorted(names, key=lambda name: (place.get(name, len(known)), name)))
