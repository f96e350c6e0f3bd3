"""What one declared person shall have, and the change that leads there."""

from collections.abc import Mapping

from reconciler.core.draft import Draft
from reconciler.core.ground import Ground
from reconciler.core.renames import KEY
from reconciler.model.fields import FIELDS, MANAGED_FIELDS, USER_FIELDS
from reconciler.model.names import Names, names_of
from reconciler.model.plan import Action
from reconciler.model.users import DesiredUser, LiveUser
from reconciler.model.values import NameRule, Value


def read_targets(user: DesiredUser, live: LiveUser | None, ground: Ground, *, active: bool) -> dict[str, Value]:
    """Return the values that are declared, sets of names completed from those that are held.

    The address is one of them only for somebody who is known under an earlier one: case alone is no change.
    What gets lost on deactivation is not compared for people who are inactive after the plan (faults.md D-76).
    """
    held: Mapping[str, Value] = live.values if live else {}
    targets: dict[str, Value] = {KEY.name: user.email.value} if live and live.key != user.key else {}
    for name, located in user.values.items():
        value = located.value
        if isinstance(value, NameRule):
            if not active and FIELDS[name].lost_on_deactivation:
                continue
            value = ground.target(name, value, names_of(held.get(name)))
        targets[name] = value
    return targets


def draft_of(user: DesiredUser, live: LiveUser | None, targets: dict[str, Value], *, active: bool) -> Draft | None:
    """Return the change that makes one person as declared; None where the person is so already."""
    if live is None:
        targets = {name: value for name, value in targets.items() if value != frozenset()} | {"status": "Active"}
    before: Mapping[str, Value] = live.values if live else {}
    # Equal values are the rule, so they are seen before anything is called.
    unequal = [name for name, after in targets.items() if before.get(name) != after]
    differing = [name for name in unequal if not FIELDS[name].kind.same(before.get(name), targets[name])]
    if not differing:
        return None
    differing.sort(key=ORDER.__getitem__)
    changed = {name: targets[name] for name in differing}
    return Draft(
        action_of(live, active=active),
        user.key,
        live.email if live else user.email.value,
        live,
        user,
        user.mark,
        targets,
        tuple(differing),
        wanted_after(live.values if live else nobody(user.email.value), changed),
    )


def action_of(live: LiveUser | None, *, active: bool) -> Action:
    """Return the sort of change by the account before and after."""
    if live is None:
        return Action.CREATE
    if live.active == active:
        return Action.UPDATE
    return Action.REACTIVATE if active else Action.DEACTIVATE


def nobody(email: str) -> Mapping[str, Value]:
    """Return the record of a new person before anything is declared: no roles, no teams."""
    return {"email": email} | {
        field.name: frozenset() if isinstance(field.kind, Names) else None for field in MANAGED_FIELDS
    }


def wanted_after(before: Mapping[str, Value], changed: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return the whole record after a change; for inactive people nothing stands where it gets lost anyway."""
    wanted = {**before, **changed}
    if wanted.get("status") == "Inactive":
        wanted |= {field.name: None for field in MANAGED_FIELDS if field.lost_on_deactivation}
    return wanted


ORDER = {field.name: index for index, field in enumerate(USER_FIELDS)}
"""The place of each field in the table."""
