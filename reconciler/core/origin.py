"""Why a value changes just now: the files were edited, a day has come, or the platform went its own way.

Product section 5, "Origin". What the base asks for too is not this change's doing; what it asks for only since it
was last applied, a date does; the rest puts back what somebody changed on the platform.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final

from reconciler.core.chains import part_stranded
from reconciler.core.digest import digest
from reconciler.core.ground import Ground, survey
from reconciler.core.held_back import hold_back
from reconciler.core.impact import tally
from reconciler.core.targets import read_targets
from reconciler.model.fields import FIELDS
from reconciler.model.names import names_of
from reconciler.model.plan import Change, FieldChange, LeftOut, Origin, Plan
from reconciler.model.settings import Counted, NotInFiles, Settings
from reconciler.model.source import Problem
from reconciler.model.users import Declared, DesiredUser, LiveUser, Snapshot
from reconciler.model.values import Value

NOTHING_DECLARED: Final = Declared(())


@dataclass(frozen=True, slots=True)
class Base:
    """The files as they were before: what they asked for is not this change's doing.

    Attributes:
        settings: The settings of that time; None where there was no tree.
        desired: The people of those files as of the day of the plan, by canonical address.
        former: The same people as of the day on which the base was last applied; None: as of the same day.
        declared: The same people with all dates.
    """

    settings: Settings | None
    desired: Mapping[str, DesiredUser]
    former: Mapping[str, DesiredUser] | None = None
    declared: Declared = NOTHING_DECLARED

    def of(self, change: Change) -> tuple[DesiredUser | None, DesiredUser | None]:
        """Return the person of a change in the files of that time: as of the day of the plan, and as of then.

        Somebody who is renamed stood there under an earlier address; under the new one only if the rename was
        asked for already, since the address may have been somebody else's.
        """
        key = self.key_of(change)
        former = self.desired if self.former is None else self.former
        return self.desired.get(key), former.get(key)

    def key_of(self, change: Change) -> str:
        """Return the canonical address under which the files of that time declare the person of a change."""
        if not change.previous or names_earlier(self.desired.get(change.key), change.previous):
            return change.key
        if change.previous in self.desired:
            return change.previous
        named = (key for key, user in self.desired.items() if names_earlier(user, change.previous))
        return next(named, change.previous)


def names_earlier(user: DesiredUser | None, address: str) -> bool:
    """Say whether somebody is declared with an earlier address."""
    return user is not None and any(old.value == address for old in user.previous)


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
    told = [with_origins(change, *asked_before(change, declared, base, ground)) for change in plan.changes]
    found = [part for change in told for part in hold_back(change, declared.get(change.key), ground.privileged)]
    going, stuck = part_stranded([part for part in found if isinstance(part, Change)], snapshot)
    changes = tuple(map(count_put_back, going))
    held = (*(part for part in found if isinstance(part, LeftOut)), *stuck)
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
) -> tuple[Mapping[str, Value], Mapping[str, Value]]:
    """Return the values by field name that the base asks for of the same live person: now, and as of then."""
    live = ground.snapshot.users.get(change.live_key)
    now, former = base.of(change)
    if now and former:
        return targets_of(now, live, ground), targets_of(former, live, ground)
    if change.key not in declared and base.settings and closes(base.settings, change.key):
        return {"status": "Inactive"}, {"status": "Inactive"}
    return {}, {}


def targets_of(then: DesiredUser, live: LiveUser | None, ground: Ground) -> Mapping[str, Value]:
    """Return what one declared person should have; nothing for somebody who would not even be created."""
    stated = then.values.get("status")
    active = stated.value != "Inactive" if stated else live is None or live.active
    if live is None and (then.starts or not active):
        return {}
    targets = read_targets(then, live, ground, active=active)
    return targets if live else targets | {"status": "Active"}


def closes(settings: Settings, key: str) -> bool:
    """Say whether settings would deactivate an active person whom no file names."""
    deactivates = settings.not_in_files.value is NotInFiles.DEACTIVATE
    return deactivates and any(fnmatchcase(key, pattern.lower()) for pattern in settings.scope)


def with_origins(change: Change, asked: Mapping[str, Value], former: Mapping[str, Value]) -> Change:
    """Return a change with the origin of each value, by what the base asks for now and what it asked for then."""
    return replace(change, fields=tuple(with_origin(part, asked, former) for part in change.fields))


def with_origin(part: FieldChange, asked: Mapping[str, Value], former: Mapping[str, Value]) -> FieldChange:
    """Return a promised value with its origin; of a set, with the names that are only put back."""
    before = asked_too(part, former) if part.field in former else frozenset[str]()
    if part.field not in asked or not asks_for_all(part, asked[part.field]):
        known = asked_too(part, asked) if part.field in asked else frozenset[str]()
        return replace(part, put_back=known & before)
    if part.field not in former or not asks_for_all(part, former[part.field]):
        return replace(part, origin=Origin.DATE, put_back=before)
    return replace(part, origin=Origin.PLATFORM)


def asks_for_all(part: FieldChange, asked: Value) -> bool:
    """Say whether a value of the base asks for the whole change: the same value, or each name that moves."""
    if FIELDS[part.field].kind.same(asked, part.after):
        return True
    moves = moved(part.before, part.after)
    return bool(moves) and moves <= moved(part.before, asked)


def asked_too(part: FieldChange, values: Mapping[str, Value]) -> frozenset[str]:
    """Return the names of a set that move, and that values of the base would move too."""
    return moved(part.before, part.after) & moved(part.before, values[part.field])


def moved(before: Value, after: Value) -> frozenset[str]:
    """Return the names that come or go between two sets; nothing for other values."""
    return names_of(before) ^ names_of(after)


def count_put_back(change: Change) -> Change:
    """Return a change that counts as a put-back where any part of it is one."""
    if not any(part.origin is Origin.PLATFORM or part.put_back for part in change.fields):
        return change
    return replace(change, counted=change.counted | {Counted.PUT_BACK})
