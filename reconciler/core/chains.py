"""Addresses that are handed on: who must move before somebody else can take the address (product section 3)."""

from collections.abc import Container, Iterable
from typing import Protocol, TypeVar

from reconciler.core.recognition import CONFLICT
from reconciler.core.renames import RENAME
from reconciler.model.plan import LeftOut
from reconciler.model.source import Mark, Problem
from reconciler.model.users import Snapshot


class Moving(Protocol):
    """A change, or one on its way: it may move a person to another address."""

    @property
    def key(self) -> str:
        """The canonical address after the change."""

    @property
    def previous(self) -> str:
        """The canonical address before it, where that is another one; else `""`."""

    @property
    def name(self) -> str:
        """First and last name after the change."""

    @property
    def mark(self) -> Mark:
        """Where the change is asked for."""


M = TypeVar("M", bound=Moving)


def part_stranded(changes: Iterable[M], snapshot: Snapshot) -> tuple[list[M], list[LeftOut]]:
    """Part the changes from those whose new address does not become free, and who are left out for it.

    Whoever waits for somebody who cannot move is stuck too.
    """
    listed = list(changes)
    if not any(change.previous for change in listed):
        return listed, []
    stuck = stranded(listed, snapshot.users.keys() | {user.key for user in snapshot.doubled})
    left = [change for change in listed if change.key in stuck]
    return (
        [change for change in listed if change.key not in stuck],
        [LeftOut(change.key, change.name, still_in_use(change, snapshot)) for change in left],
    )


def stranded(changes: Iterable[Moving], occupied: Container[str]) -> frozenset[str]:
    """Return the new addresses of all who cannot be renamed; `occupied` are the addresses in use before."""
    moving = {change.key: change.previous for change in changes if change.previous}
    stuck: set[str] = set()
    while True:
        freed = set(moving.values())
        more = {key for key in moving if key in occupied and key not in freed}
        if not more:
            return frozenset(stuck)
        stuck |= more
        moving = {key: previous for key, previous in moving.items() if key not in more}


def still_in_use(change: Moving, snapshot: Snapshot) -> Problem:
    """Say that a new address does not become free: whoever has it is not moved in this plan (faults.md D-69)."""
    holder = snapshot.users.get(change.key)
    who = f"{holder.name} <{holder.email}>, who is" if holder else "people who are"
    return Problem(
        f"{RENAME.tree_key}: {change.key} is still the address of {who} not moved away from it in this plan",
        "see there what is in the way; with --only, name both",
        change.mark,
        change.key,
        RENAME.name,
        CONFLICT,
    )
