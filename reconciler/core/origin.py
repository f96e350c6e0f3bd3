"""Why a value changes just now: the files were edited, or the platform went its own way (product section 5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final

from reconciler.core.diff import read_targets
from reconciler.core.digest import digest
from reconciler.core.ground import Ground, survey
from reconciler.core.held_back import hold_back
from reconciler.core.impact import tally
from reconciler.model.fields import FIELDS
from reconciler.model.names import names_of
from reconciler.model.plan import Change, FieldChange, LeftOut, Origin, Plan
from reconciler.model.settings import Counted, NotInFiles, Settings
from reconciler.model.source import Problem
from reconciler.model.users import DesiredUser, LiveUser, Snapshot
from reconciler.model.values import Value


@dataclass(frozen=True, slots=True)
class Base:
    """The files as they were before: what they asked for is not this change's doing.

    Attributes:
        settings: The settings of that time; None where there was no tree.
        desired: The people of that time by canonical address.
    """

    settings: Settings | None
    desired: Mapping[str, DesiredUser]


NO_TREE: Final = Base(None, {})
"""The base of a tree that is new: whatever its files ask for is new."""


def tell_origins(
    plan: Plan, desired: Iterable[DesiredUser], base: Base, snapshot: Snapshot, settings: Settings
) -> Plan:
    """Return a plan that knows of every value whose doing it is, without the people who are held back.

    Args:
        plan: The plan of `desired` against `snapshot` under `settings`.
        desired: The declared people of now.
        base: The files as they were before.
        snapshot: The complete live state.
        settings: The settings in force.
    """
    if not plan.changes:
        return plan
    ground, declared = survey(snapshot, settings), {user.key: user for user in desired}
    told = [with_origins(change, asked_before(change, declared, base, ground)) for change in plan.changes]
    found = [part for change in told for part in hold_back(change, declared.get(change.key), ground.privileged)]
    changes = tuple(count_put_back(part) for part in found if isinstance(part, Change))
    held = tuple(part for part in found if isinstance(part, LeftOut))
    return replace(
        plan,
        changes=changes,
        left_out=tuple(sorted(plan.left_out + held, key=lambda left: left.key)),
        notes=plan.notes + tuple(part for part in found if isinstance(part, Problem)),
        impact=tally(changes, snapshot),
        digest=digest(changes, settings, snapshot.template),
    )


def asked_before(
    change: Change, declared: Mapping[str, DesiredUser], base: Base, ground: Ground
) -> Mapping[str, Value]:
    """Return the values that the base would ask for, of the same live person, by field name."""
    live = ground.snapshot.users.get(change.key)
    if then := base.desired.get(change.key):
        return targets_of(then, live, ground)
    if change.key not in declared and base.settings and closes(base.settings, change.key):
        return {"status": "Inactive"}
    return {}


def targets_of(then: DesiredUser, live: LiveUser | None, ground: Ground) -> Mapping[str, Value]:
    """Return what one declared person should have; nothing for somebody who would not even be created."""
    stated = then.values.get("status")
    active = stated.value != "Inactive" if stated else live is None or live.active
    if live is None and not active:
        return {}
    targets = read_targets(then, live, ground, active=active)
    return targets if live else targets | {"status": "Active"}


def closes(settings: Settings, key: str) -> bool:
    """Say whether settings would deactivate an active person whom no file names."""
    deactivates = settings.not_in_files.value is NotInFiles.DEACTIVATE
    return deactivates and any(fnmatchcase(key, pattern.lower()) for pattern in settings.scope)


def with_origins(change: Change, asked: Mapping[str, Value]) -> Change:
    """Return a change with the origin of each value."""
    return replace(change, fields=tuple(with_origin(part, asked) for part in change.fields))


def with_origin(part: FieldChange, asked: Mapping[str, Value]) -> FieldChange:
    """Return a promised value with its origin; of a set, name by name what the base would have moved too."""
    if part.field not in asked:
        return part
    if FIELDS[part.field].kind.same(asked[part.field], part.after):
        return replace(part, origin=Origin.PLATFORM)
    again = moved(part.before, part.after) & moved(part.before, asked[part.field])
    if again and again == moved(part.before, part.after):
        return replace(part, origin=Origin.PLATFORM)
    return replace(part, put_back=again)


def moved(before: Value, after: Value) -> frozenset[str]:
    """Return the names that come or go between two sets; nothing for other values."""
    return names_of(before) ^ names_of(after)


def count_put_back(change: Change) -> Change:
    """Return a change that counts as a put-back where any part of it is one."""
    if not any(part.origin is Origin.PLATFORM or part.put_back for part in change.fields):
        return change
    return replace(change, counted=change.counted | {Counted.PUT_BACK})
