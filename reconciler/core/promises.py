"""What a change promises, and the plain comparison of values that proves it.

The plan compares through its own code; what proves it does not reuse that, so that a wrong setting in one cannot
hide in the other (architecture section 5, faults.md section 6.9).
"""

from collections.abc import Mapping
from typing import Final

from reconciler.core.renames import KEY
from reconciler.model.fields import FIELDS, READ_FIELDS, Field
from reconciler.model.kinds import ACCOUNT
from reconciler.model.names import Names
from reconciler.model.plan import Action, Change, FieldChange
from reconciler.model.source import Problem, Problems
from reconciler.model.users import LiveUser, Snapshot
from reconciler.model.values import NOTHING, Value

STILL_IN: Final = "L-14"
"""Code of the worst news: an account that should be inactive and is not."""


def promises(change: Change) -> tuple[FieldChange, ...]:
    """Return every value to be seen after a change, the account first.

    Beside what the plan lists: the account of whoever is made, brought back or taken out (platform-api unknown
    39), and all that the row of a reactivation states of what deactivation empties (faults.md D-76). Nothing of
    the latter for people who are inactive after the change.
    """
    lost = tuple(field for field in READ_FIELDS if field.lost_on_deactivation)
    idle = change.action is Action.DEACTIVATE or change.wanted.get("status") == "Inactive"
    listed = {promise.field: promise for promise in change.fields}
    if change.action is not Action.UPDATE:
        listed.setdefault("status", stated(change, "status", "Inactive" if idle else "Active"))
    if change.action is Action.REACTIVATE:
        for field in lost:
            if (after := change.wanted.get(field.name)) is not None:
                listed.setdefault(field.name, stated(change, field.name, after))
    for field in lost if idle else ():
        listed.pop(field.name, None)
    return tuple(sorted(listed.values(), key=lambda promise: FIELDS[promise.field].kind is not ACCOUNT))


def stated(change: Change, field: str, after: Value) -> FieldChange:
    """Return the promise of a value that the row states though the plan does not list it."""
    return FieldChange(field, change.before.get(field), after, change.mark)


def broken_promises(
    change: Change, job: int | None, fresh: Snapshot, planned: frozenset[str] = frozenset()
) -> Problems:
    """Return a problem for each promised value that a complete fresh read does not show, the account first.

    Args:
        change: What was promised.
        job: The number of the job that carried the change; None where none is known.
        fresh: The live state after it.
        planned: The canonical addresses that the people of the run shall have: one of them may have taken the
            address that a rename freed.
    """
    user = person_after(change, fresh)
    if user is None:
        return (absent(change, fresh),)
    broken = tuple(
        still_in(change, promise) if is_still_open(promise) else differs(change, job, promise, user)
        for promise in promises(change)
        if not is_kept(promise, user)
    )
    return broken + strange_addresses(change, user, fresh, planned) if change.previous else broken


def person_after(change: Change, fresh: Snapshot) -> LiveUser | None:
    """Return the person of a change: under the new address, or still under the old one; None for somebody else."""
    for key in filter(None, (change.key, change.previous)):
        user = fresh.users.get(key)
        if user and change.ident in {"", user.ident}:
            return user
    return None


def strange_addresses(change: Change, user: LiveUser, fresh: Snapshot, planned: frozenset[str]) -> Problems:
    """Say which accounts a rename left beside the person, at the new or the old address (unknown 26)."""
    taken = {other.key for other in fresh.doubled}
    taken |= {key for key in (change.key, change.previous) if fresh.users.get(key, user) is not user}
    places = [(change.key, "the new address")]
    if change.previous not in planned:
        places.append((change.previous, "the old address"))
    return tuple(
        Problem(
            f"{words} {address} belongs to an account that nobody planned",
            "look at it in the portal",
            change.mark,
            change.key,
            KEY.name,
            "L-11",
        )
        for address, words in places
        if address in taken
    )


def is_kept(promise: FieldChange, user: LiveUser) -> bool:
    """Say whether a promised value is there; a value that was not read is not there."""
    field = FIELDS[promise.field]
    if field.kind is ACCOUNT:
        return promise.after == account_of(user)
    return field.name in user.values and field.kind.same(promise.after, user.values[field.name])


def account_of(user: LiveUser) -> str:
    """Return the account's state as one of its two words; no sign of a deactivation is Active (unknown 18)."""
    return "Active" if user.active else "Inactive"


def is_still_open(promise: FieldChange) -> bool:
    """Say whether a promise that was not kept leaves an account open."""
    return FIELDS[promise.field].kind is ACCOUNT and promise.after == "Inactive"


def still_in(change: Change, promise: FieldChange) -> Problem:
    """Say that an account is open that should be closed."""
    return Problem(
        "CAN STILL SIGN IN: wanted Inactive, is Active",
        "run again; if it stays, deactivate the person in the portal now",
        promise.mark or change.mark,
        change.key,
        promise.field,
        STILL_IN,
    )


def differs(change: Change, job: int | None, promise: FieldChange, user: LiveUser) -> Problem:
    """Say what the platform shows in place of a promised value."""
    field = FIELDS[promise.field]
    found = account_of(user) if field.kind is ACCOUNT else user.values.get(field.name)
    after = "" if job is None else f"after job {job} "
    says = "still says" if field.kind.same(found, promise.before) else "says"
    return Problem(
        f"{after}the platform {says} {said(field, found)}, wanted {said(field, promise.after)}",
        "somebody may have changed it meanwhile; run `reconciler drift`",
        promise.mark or change.mark,
        change.key,
        promise.field,
        "L-10",
    )


def absent(change: Change, fresh: Snapshot) -> Problem:
    """Say that a planned person is not on the platform, is there twice, or is somebody else by now."""
    if any(user.key == change.key for user in fresh.doubled):
        found, code = "two accounts have this address now, nobody can tell them apart", "L-17"
    elif change.key in fresh.users:
        found, code = "another account has this address now", "L-11"
    else:
        found, code = "the platform shows nobody with this address", "L-10"
    return Problem(f"{change.email}: {found}", "look at it in the portal", change.mark, change.key, code=code)


def differing(before: Mapping[str, Value], after: Mapping[str, Value]) -> list[Field]:
    """Return the fields in which two records differ; teams only where both are of active accounts."""
    if before == after:
        return []
    idle = "Inactive" in {before.get("status"), after.get("status")}
    return [
        field
        for field in READ_FIELDS
        if not (idle and field.lost_on_deactivation)
        and not field.kind.same(before.get(field.name), after.get(field.name))
    ]


def is_access(field: Field) -> bool:
    """Say whether a field decides what somebody may do: account, roles, teams."""
    return field.kind is ACCOUNT or is_names(field)


def is_names(field: Field) -> bool:
    """Say whether a field holds a set of names."""
    return isinstance(field.kind, Names)


def said(field: Field, value: Value) -> str:
    """Say a value in quotes; nothing there without them."""
    shown = field.kind.show(value)
    return shown if shown == NOTHING else f'"{shown}"'
