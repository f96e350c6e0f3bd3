"""From a tree and a live state to a plan with what the guard says of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from reconciler.core.diff import diff
from reconciler.core.due import only_due
from reconciler.core.guard import check_settings, guard, minimums_in_force
from reconciler.core.origin import tell_origins
from reconciler.core.outlook import Files, tell
from reconciler.core.pack import pack
from reconciler.core.snapshots import snapshot_from_json
from reconciler.core.stricter import stricter
from reconciler.edge.files import read_json
from reconciler.flow.trees import LoadedTree
from reconciler.model.batch import Batch
from reconciler.model.errors import RunRefused
from reconciler.model.plan import Planned
from reconciler.model.source import Problem, Problems, Severity, errors_of
from reconciler.model.users import Snapshot

STALE_AFTER: Final = timedelta(days=1)
"""From this age on a snapshot is used with a warning (product section 3)."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with what it stands on: the tree, with the settings in force, and the live state."""

    tree: LoadedTree
    snapshot: Snapshot
    planned: Planned


def read_snapshot(path: Path, tree: LoadedTree, now: datetime) -> tuple[Snapshot, Problems]:
    """Read a snapshot file; raises `RunRefused` where it is too old or of another tenant."""
    snapshot = snapshot_from_json(read_json(path), path.as_posix())
    age = now - snapshot.taken_at
    if age > timedelta(seconds=tree.settings.snapshot_max_age):
        most = tree.settings.snapshot_max_age / 86_400
        raise RunRefused(
            f"{path.as_posix()} is {age.days} days old, at most {most:g} are allowed",
            "make a new one:  reconciler snapshot --out FILE",
        )
    if missing := absent_fields(snapshot, tree.managed):
        raise RunRefused(f"{path.as_posix()} does not hold what the files manage: {', '.join(sorted(missing))}")
    stale = Problem(f"the snapshot is {age.days} days old", "changes since then are not seen", code="snapshot.old")
    return snapshot, (replace(stale, severity=Severity.WARNING),) if age > STALE_AFTER else ()


def absent_fields(snapshot: Snapshot, managed: frozenset[str]) -> frozenset[str]:
    """Return the managed fields that some person of a snapshot lacks (faults.md N-18)."""
    return frozenset(name for user in snapshot.users.values() for name in managed - user.values.keys())


def make_plan(
    tree: LoadedTree,
    snapshot: Snapshot,
    noticed: Problems,
    only: frozenset[str] = frozenset(),
    due: bool = False,
    actors: Iterable[str] = (),
) -> Prepared:
    """Plan and guard; raises `RunRefused` where a setting guards something that does not exist.

    With a base, the stricter settings are in force, and the plan knows whose changes it holds. With `due` it holds
    nothing but what a date asks for; that needs a base. `actors` are the logins of whoever wrote or approved it.
    """
    if empty_guards := errors_of(check_settings(tree.settings, snapshot)):
        raise RunRefused("a setting names something that the platform does not have", "", empty_guards)
    tree, loosened = under_guards_in_force(tree, snapshot)
    plan = diff(tree.desired, snapshot, tree.settings, only)
    if tree.base:
        plan = tell_origins(plan, tree.desired, tree.base, snapshot, tree.settings)
    if due:
        plan = only_due(plan, tree.settings, snapshot)
    files = Files(tree.declared, tree.desired, tree.day, tree.settings, tree.base, tree.root)
    plan = tell(plan, files, snapshot, actors, only)
    plan = replace(plan, notes=tree.warnings + noticed + loosened + plan.notes)
    refusals = guard(plan, tree.settings, snapshot, tree.day, tree.root)
    return Prepared(tree, snapshot, Planned(plan, refusals))


def under_guards_in_force(tree: LoadedTree, snapshot: Snapshot) -> tuple[LoadedTree, Problems]:
    """Return the tree under the stricter settings of base and now, and notes on what differs."""
    if tree.base is None:
        return tree, ()
    if tree.base.settings is None:
        words = "the base has no settings of this tree, so every change counts as made by this pull request"
        return tree, (Problem(words, code="base.none", severity=Severity.WARNING),)
    settings, loosened = stricter(tree.base.settings, tree.settings, snapshot)
    return replace(tree, settings=settings), loosened


def pack_plan(prepared: Prepared) -> tuple[Batch, ...]:
    """Pack the changes of a plan into the batches that an apply uploads, byte for byte."""
    settings, snapshot = prepared.tree.settings, prepared.snapshot
    minimums = minimums_in_force(settings, snapshot)
    changes = prepared.planned.plan.changes
    return pack(changes, snapshot.template, minimums, snapshot.users, settings.batch_size)
