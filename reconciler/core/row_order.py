"""The order of the rows of a run: the harmless first, and who frees an address before who takes it.

An address never goes from one row to another within one file (platform-api unknown 26).
"""

from collections.abc import Iterable, Mapping, Sequence

from reconciler.core.counting import danger
from reconciler.model.plan import Change


def in_order(changes: Iterable[Change]) -> tuple[list[Change], Mapping[str, str]]:
    """Return the changes in the order of sending, and whom each waits for.

    Who frees an address stands before who takes it: as early as the most harmless of those who wait, and those
    who wait for nobody before those who do.
    """
    listed = list(changes)
    waits = waits_for(listed)
    ranks = {change.key: danger(change) for change in listed}
    depths: dict[str, int] = {}
    for key in waits:
        way = chain(key, waits)
        depths |= {step: depth for depth, step in enumerate(reversed(way))}
        ranks |= {step: min(ranks[step], ranks[key]) for step in way}
    return sorted(listed, key=lambda change: (ranks[change.key], depths.get(change.key, 0), change.key)), waits


def without_waiting(waiting: Sequence[Change], waits: Mapping[str, str]) -> Sequence[Change]:
    """Return the changes whose new address nobody has to free first."""
    if not waits:
        return waiting
    to_come = {change.key for change in waiting}
    return [change for change in waiting if waits.get(change.key) not in to_come]


def together(changes: Sequence[Change], waits: Mapping[str, str]) -> Sequence[Change]:
    """Return the first changes, up to one that takes an address which another of them frees (unknown 26)."""
    taken: set[str] = set()
    for count, change in enumerate(changes if waits else ()):
        if waits.get(change.key) in taken:
            return changes[:count]
        taken.add(change.key)
    return changes


def waits_for(changes: Iterable[Change]) -> Mapping[str, str]:
    """Return whom a change waits for: by its address, the address after the change that frees it."""
    listed = tuple(changes)
    movers = {change.previous: change.key for change in listed if change.previous}
    return {change.key: movers[change.key] for change in listed if change.key in movers} if movers else {}


def chain(key: str, waits: Mapping[str, str]) -> tuple[str, ...]:
    """Return an address and those who move before it, the nearest first; a circle ends where it closes."""
    way = [key]
    while (before := waits.get(way[-1])) is not None and before not in way:
        way.append(before)
    return tuple(way)
