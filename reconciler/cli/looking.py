"""The commands that only look: validate, snapshot, plan, fields."""

import json
from collections.abc import Iterable
from pathlib import Path

from reconciler.cli.session import Session
from reconciler.core.snapshots import snapshot_to_json
from reconciler.edge.files import write_bytes, write_text
from reconciler.flow.outside import read_live
from reconciler.flow.planning import Prepared, make_plan, pack_plan, read_snapshot
from reconciler.flow.trees import LoadedTree, load_tree
from reconciler.model.errors import RunRefused
from reconciler.model.kinds import canonical_email
from reconciler.model.source import Problems
from reconciler.views.plan_view import PlanView, view_plan
from reconciler.views.problem_view import view_problems
from reconciler.views.render_json import render_plan as plan_as_json
from reconciler.views.render_json import render_problems as problems_as_json
from reconciler.views.render_text import render_plan, render_problems

CHANGES, LEFT_OUT, REFUSED = 3, 1, 4


def validate_tree(session: Session, snapshot: Path | None, form: str) -> int:
    """Read the tree, with a snapshot also against its names and minimums; show every problem at once."""
    try:
        tree = load_tree(session.root, session.clock.now())
        problems = tree.warnings + (against_snapshot(session, tree, snapshot) if snapshot else ())
    except RunRefused as refusal:
        if form == "json":
            session.show(problems_as_json(view_problems(refusal.problems)))
        raise
    if form == "json":
        session.show(problems_as_json(view_problems(problems)))
        return 0
    if problems:
        session.say(render_problems(view_problems(problems), colour=session.colour))
    session.show(f"{len(tree.desired)} people in {tree.root}: no error")
    return 0


def against_snapshot(session: Session, tree: LoadedTree, file: Path) -> Problems:
    """Return what a snapshot says against the tree; raises `RunRefused` with what would refuse or leave out."""
    now = session.clock.now()
    prepared = make_plan(tree, *read_snapshot(file, tree, now), now)
    plan = prepared.planned.plan
    minimums = tuple(problem for problem in prepared.planned.refusals if problem.code.startswith("minimum"))
    if errors := tuple(person.problem for person in plan.left_out) + minimums:
        raise RunRefused(f"{len(errors)} problems against {file.as_posix()}", "", errors)
    return plan.notes


def take_snapshot(session: Session, out: Path) -> int:
    """Read the live state whole and keep it in a file."""
    tree = load_tree(session.root, session.clock.now())
    with session.outside(tree.settings) as outside:
        jobs = outside.platform.jobs()
        live, notes = read_live(outside, tree.managed)
    write_text(out, json.dumps(snapshot_to_json(live, jobs), allow_nan=False) + "\n")
    if notes:
        session.say(render_problems(view_problems(notes), colour=False))
    session.show(
        f"{len(live.users)} people of {live.address} in {out.as_posix()}; it is staff data, keep it private"
    )
    return 0


def show_plan(
    session: Session,
    snapshot: Path | None,
    out: Path | None,
    bulk: Path | None,
    form: str,
    only: Iterable[str],
    exit_code: bool,
) -> int:
    """Plan, live or against a snapshot, and show it in the forms that were asked for."""
    prepared = prepare(session, snapshot, frozenset(map(canonical_email, only)))
    view = view_prepared(session, prepared)
    if out is not None:
        write_text(out, plan_as_json(view) + "\n")
    session.show(plan_as_json(view) if form == "json" else render_plan(view, colour=session.colour))
    if bulk is not None and not prepared.planned.refusals:
        write_bulk(session, prepared, bulk)
    return plan_code(prepared, exit_code)


def prepare(session: Session, snapshot: Path | None, only: frozenset[str]) -> Prepared:
    """Make the plan, and remember a live one so that a later refusal can say what differs."""
    now = session.clock.now()
    tree = load_tree(session.root, now)
    if snapshot is not None:
        return make_plan(tree, *read_snapshot(snapshot, tree, now), now, only)
    with session.outside(tree.settings) as outside:
        live, noticed = read_live(outside, tree.managed)
    prepared = make_plan(tree, live, noticed, now, only)
    outside.state.remember_plan(prepared.planned.plan.digest, plan_as_json(view_prepared(session, prepared)))
    return prepared


def view_prepared(session: Session, prepared: Prepared) -> PlanView:
    """View a plan with the state that it stands on."""
    return view_plan(
        prepared.planned,
        settings=prepared.tree.settings,
        taken_at=prepared.snapshot.taken_at,
        address=prepared.snapshot.address,
        now=session.clock.now(),
    )


def write_bulk(session: Session, prepared: Prepared, folder: Path) -> None:
    """Write the bulk JSON of each batch, byte for byte what apply uploads."""
    batches = pack_plan(prepared)
    for batch in batches:
        write_bytes(folder / f"{batch.number:03}-{batch.fingerprint}.json", batch.data)
    session.say(f"{len(batches)} bulk JSON files in {folder.as_posix()}")


def plan_code(prepared: Prepared, exit_code: bool) -> int:
    """Return the exit code of a plan: refused, somebody left out, changes where asked for, done."""
    if prepared.planned.refusals:
        return REFUSED
    if prepared.planned.plan.left_out:
        return LEFT_OUT
    return CHANGES if exit_code and prepared.planned.plan.changes else 0
