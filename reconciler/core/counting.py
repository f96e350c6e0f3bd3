"""What a change counts as: the limits it falls under, and its rank among the rows of a run."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from reconciler.core.renames import KEY
from reconciler.model.fields import FIELDS
from reconciler.model.names import Names, names_of
from reconciler.model.plan import Action, Change
from reconciler.model.settings import Counted, Settings
from reconciler.model.users import Template
from reconciler.model.values import Value

ADMIN: Final = "admin"
"""The word that makes a role privileged where the settings name none."""

BY_ACTION: Final = {
    Action.CREATE: Counted.CREATE,
    Action.DEACTIVATE: Counted.DEACTIVATE,
    Action.REACTIVATE: Counted.REACTIVATE,
}


class Danger(IntEnum):
    """The most dangerous part of a change; rows are sent in this order (product section 6.4)."""

    OPENS = 0
    GRANTS = 1
    EDITS = 2
    REMOVES = 3
    CLOSES = 4


def privileged_roles(settings: Settings, template: Template) -> frozenset[str]:
    """Return the privileged roles in force: those of the settings, else every role named like an administrator."""
    if settings.privileged_roles is not None:
        return frozenset(name.value for name in settings.privileged_roles)
    return frozenset(name for name in template.roles if ADMIN in name.casefold())


def count_change(
    action: Action, before: Mapping[str, Value], wanted: Mapping[str, Value], privileged: frozenset[str]
) -> frozenset[Counted]:
    """Return the limits that a change counts under; `before` and `wanted` are whole records by field name.

    An address that moves to another domain, or belongs to somebody privileged, counts as a grant: whoever reads
    the mail of the new address takes over the account (faults.md D-70).
    """
    counted = {BY_ACTION[action]} if action in BY_ACTION else set()
    if action is not Action.CREATE and names_of(before.get("roles")) != names_of(wanted.get("roles")):
        counted.add(Counted.ROLE_CHANGE)
    if is_active(wanted) and in_force("teams", before) - in_force("teams", wanted):
        counted.add(Counted.TEAM_REMOVAL)
    if privileged & in_force("roles", wanted) - in_force("roles", before):
        counted.add(Counted.PRIVILEGED_GRANT)
    if is_renamed(before, wanted):
        counted.add(Counted.RENAME)
        held = names_of(before.get("roles")) | names_of(wanted.get("roles"))
        if held & privileged or domain(before) != domain(wanted):
            counted.add(Counted.PRIVILEGED_GRANT)
    return frozenset(counted)


def is_renamed(before: Mapping[str, Value], wanted: Mapping[str, Value]) -> bool:
    """Say whether two records of one person have two addresses; somebody new had none."""
    return bool(before) and not KEY.kind.same(before.get(KEY.name), wanted.get(KEY.name))


def domain(values: Mapping[str, Value]) -> str:
    """Return the domain of a record's address in lower case."""
    return str(KEY.kind.fold(values.get(KEY.name))).rpartition("@")[2]


def danger(change: Change) -> Danger:
    """Return the rank of a change's most dangerous part."""
    if change.action is Action.DEACTIVATE:
        return Danger.CLOSES
    sets = [part for part in change.fields if isinstance(FIELDS[part.field].kind, Names)]
    if any(names_of(part.before) - names_of(part.after) for part in sets):
        return Danger.REMOVES
    if change.action is not Action.UPDATE:
        return Danger.OPENS
    return Danger.GRANTS if len(sets) == len(change.fields) else Danger.EDITS


def in_force(field: str, values: Mapping[str, Value]) -> frozenset[str]:
    """Return the names that somebody holds as an active person; nothing for an empty record."""
    return names_of(values.get(field)) if is_active(values) else frozenset()


def is_active(values: Mapping[str, Value]) -> bool:
    """Say whether a record is that of an active person; an empty one is nobody's."""
    return bool(values) and values.get("status") != "Inactive"
