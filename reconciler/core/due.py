"""The part of a plan that a day asks for: what a scheduled run may do by itself (product section 7)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from reconciler.core.counting import count_change, privileged_roles
from reconciler.core.digest import digest
from reconciler.core.held_back import without_roles
from reconciler.core.impact import tally
from reconciler.core.targets import wanted_after
from reconciler.model.fields import FIELDS
from reconciler.model.names import Names, names_of
from reconciler.model.plan import Action, Change, FieldChange, LeftOut, Origin, Plan
from reconciler.model.settings import Counted, Settings
from reconciler.model.source import Problem
from reconciler.model.users import Snapshot

WAITS: Final = "due.privileged"
"""Code of a privileged grant that a day asks for and that a person must start."""


def only_due(plan: Plan, settings: Settings, snapshot: Snapshot) -> Plan:
    """Return a plan with nothing but what a date asks for; privileged grants wait for a person.

    Only the dated values change: what somebody edited waits for the run of that edit, and what the platform lost
    stays lost. Nobody's access ends later because of an edit that waits.

    Args:
        plan: A plan whose origins are told.
        settings: The settings in force.
        snapshot: The complete live state.
    """
    privileged = privileged_roles(settings, snapshot.template)
    parts = [part for change in plan.changes for part in due_part(change, privileged)]
    changes = tuple(part for part in parts if isinstance(part, Change))
    waiting = tuple(part for part in parts if isinstance(part, LeftOut))
    return replace(
        plan,
        changes=changes,
        left_out=tuple(sorted(plan.left_out + waiting, key=lambda left: left.key)),
        impact=tally(changes, snapshot),
        digest=digest(changes, settings, snapshot.template),
    )


def due_part(change: Change, privileged: frozenset[str]) -> Iterator[Change | LeftOut]:
    """Yield what a day asks of one person, if anything."""
    due = due_of(change, privileged)
    if due is None:
        return
    gained = names_of(due.wanted.get("roles")) - names_of(due.before.get("roles"))
    if Counted.PRIVILEGED_GRANT not in due.counted and not gained & privileged:
        yield due
    elif due.action is Action.DEACTIVATE:
        yield without_roles(due)
    else:
        yield LeftOut(due.key, due.name, waits(due))


def due_of(change: Change, privileged: frozenset[str]) -> Change | None:
    """Return the dated part of a change, if there is one; somebody new comes as a whole or not yet."""
    if change.action is Action.CREATE:
        return change if change.origin is Origin.DATE else None
    fields = tuple(without_put_backs(part) for part in change.fields if part.origin is Origin.DATE)
    return narrowed(change, fields, privileged) if fields else None


def without_put_backs(part: FieldChange) -> FieldChange:
    """Return a value in which the names that would only be put back stay as they are, where that leaves enough."""
    before, kind = names_of(part.before), FIELDS[part.field].kind
    after = before ^ ((before ^ names_of(part.after)) - part.put_back)
    if not part.put_back or (isinstance(kind, Names) and len(after) < kind.least):
        return part
    return replace(part, after=after, put_back=frozenset())


def narrowed(change: Change, fields: tuple[FieldChange, ...], privileged: frozenset[str]) -> Change:
    """Return a change of these values alone; all others stay as the platform has them, the address too."""
    wanted = wanted_after(change.before, {part.field: part.after for part in fields})
    action = change.action if any(part.field == "status" for part in fields) else Action.UPDATE
    counted = count_change(action, change.before, wanted, privileged)
    return replace(
        change, action=action, key=change.live_key, fields=fields, wanted=wanted, counted=counted, previous=""
    )


def waits(change: Change) -> Problem:
    """Say that a privileged grant is not made by a schedule."""
    return Problem(
        "a day has come on which the files give admin rights; a scheduled run does not give them",
        "start the workflow apply by hand: an admin approves it there",
        change.mark,
        change.key,
        "roles",
        WAITS,
    )
