"""The command `drift`: what the platform has that the files do not say."""

from pathlib import Path

from reconciler.cli.session import Session
from reconciler.core.drift import find_drift
from reconciler.edge.files import write_text
from reconciler.flow.outside import read_live
from reconciler.flow.planning import make_plan, read_snapshot
from reconciler.flow.trees import LoadedTree, load_tree
from reconciler.model.batch import Job
from reconciler.model.source import Problems
from reconciler.model.users import Snapshot
from reconciler.views.drift_view import view_drift
from reconciler.views.render_drift import RENDERERS

FOUND = 3


def show_drift(session: Session, snapshot: Path | None, markdown: Path | None, form: str) -> int:
    """Show the drift, live or of a snapshot; ends with 3 where there is any."""
    now = session.clock.now()
    tree = load_tree(session.root, now)
    live, noticed, jobs = read_state(session, tree, snapshot)
    prepared = make_plan(tree, live, noticed)
    drift = find_drift(prepared.planned.plan, tree.desired, live, tree.settings, jobs)
    view = view_drift(drift, settings=tree.settings, taken_at=live.taken_at, address=live.address, now=now)
    if markdown is not None:
        write_text(markdown, RENDERERS["markdown"](view))
    session.show(RENDERERS[form](view))
    return FOUND if view.count else 0


def read_state(
    session: Session, tree: LoadedTree, snapshot: Path | None
) -> tuple[Snapshot, Problems, tuple[Job, ...]]:
    """Read the live state and the jobs, or a snapshot, which knows of no finished jobs."""
    if snapshot is not None:
        return (*read_snapshot(snapshot, tree, session.clock.now()), ())
    with session.outside(tree.settings) as outside:
        jobs = outside.platform.jobs()
        return (*read_live(outside, tree.managed), jobs)
