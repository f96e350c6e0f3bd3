"""Who holds what: active people per role, team and location, before and after a plan."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Final, TypeAlias

from reconciler.core.counting import is_active
from reconciler.model.fields import FIELDS
from reconciler.model.plan import Change, Tally
from reconciler.model.users import LiveUser, Snapshot
from reconciler.model.values import Value

TALLIED: Final = ("roles", "teams", "location")
"""What people are counted by, and what a minimum may be set for (product section 3)."""

Holding: TypeAlias = tuple[str, Hashable]
"""A field, and a name in it in the form in which names compare."""


def holders(live: Mapping[str, LiveUser], field: str, name: str) -> frozenset[str]:
    """Return the canonical addresses of the active people who hold a role, a team or a location."""
    wanted = FIELDS[field].kind.fold(name)
    values = {user.values.get(field) for user in live.values()}
    holding = {value for value in values if wanted in folded(field, value)}
    return frozenset(key for key, user in live.items() if user.values.get(field) in holding and user.active)


def holders_after(
    changes: Iterable[Change], live: Mapping[str, LiveUser], field: str, name: str
) -> frozenset[str]:
    """Return who holds a name once all the changes are made."""
    listed = tuple(changes)
    after = {change.key: LiveUser(change.key, change.ident, change.email, change.wanted) for change in listed}
    left = {change.live_key for change in listed}
    others = {key: user for key, user in live.items() if key not in left} if listed else live
    return holders({**others, **after}, field, name)


def tally(changes: Iterable[Change], snapshot: Snapshot) -> tuple[Tally, ...]:
    """Return the count of active people wherever the plan changes their number or who they are.

    Roles first, then teams, then locations, each by name. People who cannot be told apart are not counted.
    """
    gains: Counter[Holding] = Counter()
    spelling: dict[Holding, str] = {}
    for change in changes:
        before, after = holdings(change.before), holdings(change.wanted)
        spelling.update({held: name for held, name in {**after, **before}.items() if held not in spelling})
        gains.update(dict.fromkeys(after.keys() - before.keys(), 1))
        gains.update(dict.fromkeys(before.keys() - after.keys(), -1))
    counts = count_holdings(snapshot) if gains else Counter()
    tallies = [
        Tally(field, spelling[field, name], counts[field, name], counts[field, name] + gain)
        for (field, name), gain in gains.items()
    ]
    return tuple(sorted(tallies, key=lambda row: (TALLIED.index(row.field), row.name.casefold(), row.name)))


def holdings(values: Mapping[str, Value]) -> dict[Holding, str]:
    """Return what a record holds as an active person, with the spelling of each name."""
    if not is_active(values):
        return {}
    return {(field, form): name for field in TALLIED for form, name in folded(field, values.get(field)).items()}


def folded(field: str, value: Value) -> dict[Hashable, str]:
    """Return the names in a value, by the form in which they compare."""
    names = value if isinstance(value, frozenset) else (value,) if isinstance(value, str) else ()
    return {FIELDS[field].kind.fold(name): name for name in names}


def count_holdings(snapshot: Snapshot) -> Counter[Holding]:
    """Count the active holders of everything; equal values are taken apart only once."""
    active = [user.values for user in snapshot.users.values() if user.active]
    counts: Counter[Holding] = Counter()
    for field in TALLIED:
        for value, count in Counter([values.get(field) for values in active]).items():
            counts.update(dict.fromkeys(((field, form) for form in folded(field, value)), count))
    return counts
