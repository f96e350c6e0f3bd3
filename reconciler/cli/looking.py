"""The commands that only look: validate, snapshot, plan, fields."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from reconciler.cli.session import Session
from reconciler.core.ownership import finished
from reconciler.core.snapshots import snapshot_to_json
from reconciler.edge.files import write_bytes, write_text
from reconciler.flow.outside import read_live
from reconciler.flow.planning import Prepared, make_plan, pack_plan, read_snapshot
from reconciler.flow.trees import LoadedTree, load_tree
from reconciler.model.errors import ReconcilerError, RunRefused
from reconciler.model.kinds import canonical_email
from reconciler.model.source import Problem, Problems
from reconciler.views.error_view import view_error
from reconciler.views.plan_view import PlanView, view_plan
from reconciler.views.problem_view import view_problems
from reconciler.views.render_github import render as problems_as_annotations
from reconciler.views.render_json import render_plan as plan_as_json
from reconciler.views.render_json import render_problems as problems_as_json
from reconciler.views.render_markdown import render as plan_as_comment
from reconciler.views.render_markdown import render_error as error_as_comment
from reconciler.views.render_text import render_plan, render_problems
from reconciler.views.words import count_of

CHANGES, LEFT_OUT, REFUSED = 3, 1, 4
PROBLEM_FORMS = {"json": problems_as_json, "github": problems_as_annotations}


def validate_tree(session: Session, snapshot: Path | None, form: str) -> int:
    """Read the tree, with a snapshot also against its names and minimums; show every problem at once."""
    try:
        tree = load_tree(session.root, session.clock.now())
        problems = tree.warnings + (against_snapshot(session, tree, snapshot) if snapshot else ())
    except RunRefused as refusal:
        if form in PROBLEM_FORMS:
            told = refusal.problems or (Problem(refusal.message, refusal.hint),)
            session.show(PROBLEM_FORMS[form](view_problems(told)))
        raise
    if form in PROBLEM_FORMS:
        session.show(PROBLEM_FORMS[form](view_problems(problems)))
        return 0
    if problems:
        session.say(render_problems(view_problems(problems), colour=session.colour))
    session.show(f"{count_of(len(tree.desired), 'person')} in {tree.root}: no error")
    return 0


def against_snapshot(session: Session, tree: LoadedTree, file: Path) -> Problems:
    """Return what a snapshot says against the tree; raises `RunRefused` with what would refuse or leave out."""
    now = session.clock.now()
    prepared = make_plan(tree, *read_snapshot(file, tree, now))
    plan = prepared.planned.plan
    minimums = tuple(problem for problem in prepared.planned.refusals if problem.code.startswith("minimum"))
    if errors := tuple(person.problem for person in plan.left_out) + minimums:
        raise RunRefused(f"{count_of(len(errors), 'problem')} against {file.as_posix()}", "", errors)
    return plan.notes


def take_snapshot(session: Session, out: Path) -> int:
    """Read the live state whole and keep it in a file."""
    tree = load_tree(session.root, session.clock.now())
    with session.outside(tree.settings) as outside:
        jobs = [job for job in outside.platform.jobs() if not finished(job)]
        live, notes = read_live(outside, tree.managed)
    write_text(out, json.dumps(snapshot_to_json(live, jobs), allow_nan=False) + "\n")
    if notes:
        session.say(render_problems(view_problems(notes), colour=False))
    people = count_of(len(live.users), "person")
    session.show(f"{people} of {live.address} in {out.as_posix()}; it is staff data, keep it private")
    return 0


def show_plan(
    session: Session,
    snapshot: Path | None,
    base: str | None,
    base_day: datetime | None,
    as_of: datetime | None,
    out: Path | None,
    html: Path | None,
    markdown: Path | None,
    bulk: Path | None,
    form: str,
    only: Iterable[str],
    actor: Iterable[str],
    exit_code: bool,
) -> int:
    """Plan, live or against a snapshot, and show it in the forms that were asked for."""
    with answered(session, markdown, form):
        tree = load_tree(session.root, session.clock.now(), base, session.environ, day_of(as_of), day_of(base_day))
        prepared = prepare(session, tree, snapshot, frozenset(map(canonical_email, only)), actor)
    view = view_prepared(session, prepared)
    if out is not None:
        write_text(out, plan_as_json(view) + "\n")
    if html is not None:
        write_page(view, html)
    artifact, live = out.name if out else "", snapshot is None
    if markdown is not None:
        write_text(markdown, plan_as_comment(view, artifact=artifact, live=live))
    session.show(drawn(session, view, form, artifact, live))
    if bulk is not None and not prepared.planned.refusals:
        write_bulk(session, prepared, bulk)
    if not sys.stdout.isatty():
        say_reasons(session, view)
    return plan_code(prepared, exit_code)


def say_reasons(session: Session, view: PlanView) -> None:
    """Say why a plan is refused or leaves somebody out, also where the plan itself goes to a file."""
    for problem in view.refusals:
        session.say(f"REFUSED, nothing was sent: {problem.placed}")
    for person in view.left_out:
        session.say(f"Left out: {person.who}: {person.problem.placed}")


@contextmanager
def answered(session: Session, markdown: Path | None, form: str) -> Iterator[None]:
    """Let a pull request be answered too where no plan comes about, so that no earlier answer stays."""
    try:
        yield
    except ReconcilerError as error:
        comment = error_as_comment(view_error(error))
        if markdown is not None:
            write_text(markdown, comment)
        if form == "markdown":
            session.show(comment)
        raise


def drawn(session: Session, view: PlanView, form: str, artifact: str, live: bool) -> str:
    """Return a plan in the form that was asked for; `artifact` names the file that holds all of it."""
    match form:
        case "json":
            return plan_as_json(view)
        case "markdown":
            return plan_as_comment(view, artifact=artifact, live=live)
        case _:
            return render_plan(view, colour=session.colour)


def day_of(option: datetime | None) -> date | None:
    """Return the day that an option names, which the command line reads as a time."""
    return option.date() if option else None


def prepare(
    session: Session, tree: LoadedTree, snapshot: Path | None, only: frozenset[str], actors: Iterable[str]
) -> Prepared:
    """Make the plan, and remember a live one so that a later refusal can say what differs."""
    if snapshot is not None:
        return make_plan(tree, *read_snapshot(snapshot, tree, session.clock.now()), only, actors=actors)
    with session.outside(tree.settings) as outside:
        live, noticed = read_live(outside, tree.managed)
    prepared = make_plan(tree, live, noticed, only, actors=actors)
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


def write_page(view: PlanView, file: Path) -> None:
    """Write the page; only who asks for it pays for loading what renders it."""
    from reconciler.views.render_html import render_plan as plan_as_page

    write_text(file, plan_as_page(view))


def write_bulk(session: Session, prepared: Prepared, folder: Path) -> None:
    """Write the bulk JSON of each batch, byte for byte what apply uploads."""
    batches = pack_plan(prepared)
    for batch in batches:
        write_bytes(folder / f"{batch.number:03}-{batch.fingerprint}.json", batch.data)
    session.say(f"{count_of(len(batches), 'bulk JSON file')} in {folder.as_posix()}")


def plan_code(prepared: Prepared, exit_code: bool) -> int:
    """Return the exit code of a plan: refused, somebody left out, changes where asked for, done."""
    if prepared.planned.refusals:
        return REFUSED
    if prepared.planned.plan.left_out:
        return LEFT_OUT
    return CHANGES if exit_code and prepared.planned.plan.changes else 0
