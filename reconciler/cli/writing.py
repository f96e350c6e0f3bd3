"""The commands that write: apply, and what revert shares with it."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click

from reconciler.cli.looking import day_of, view_prepared
from reconciler.cli.report import write_report
from reconciler.cli.session import Session
from reconciler.core.verdict import verdict
from reconciler.edge.files import read_json
from reconciler.flow.applying import GuardRefused, Order, PlanMoved, apply
from reconciler.flow.outside import Outside
from reconciler.flow.planning import Prepared
from reconciler.flow.trees import load_tree
from reconciler.model.errors import ReconcilerError, RunRefused, StopSignal
from reconciler.model.kinds import canonical_email
from reconciler.model.run import Applied
from reconciler.model.settings import Settings
from reconciler.model.source import Json
from reconciler.views.mismatch_view import view_mismatch
from reconciler.views.plan_view import PlanView
from reconciler.views.render_json import render_plan as plan_as_json
from reconciler.views.render_text import render_mismatch, render_plan, render_run
from reconciler.views.run_view import RunView, view_run
from reconciler.views.words import count_of

V = TypeVar("V", PlanView, RunView)


def apply_plan(
    session: Session,
    base: str | None,
    base_day: datetime | None,
    due: bool,
    expect: str | None,
    approved: Path | None,
    yes: bool,
    only: Iterable[str],
    report: Path | None,
) -> int:
    """Apply the tree and show what became of everybody; the verdict is made before anything is drawn (P-21)."""
    tree = load_tree(session.root, session.clock.now(), base, session.environ, base_day=day_of(base_day), due=due)
    if expect is None and not yes and not session.at_terminal:
        raise RunRefused(
            "nobody can be asked here, and neither --yes nor --expect is given",
            "look at  reconciler plan  first, then  reconciler apply --expect PLAN-NUMBER",
        )
    chosen = frozenset(map(canonical_email, only))
    return carry_out(
        session,
        tree.settings,
        lambda _, approve: Order(tree, chosen, due, expect, approve),
        ask=expect is None and not yes,
        approved=approved,
        report=report,
    )


def carry_out(
    session: Session,
    settings: Settings,
    order: Callable[[Outside, Callable[[Prepared], bool]], Order],
    *,
    ask: bool,
    approved: Path | None,
    report: Path | None,
    nothing: str = "",
) -> int:
    """Carry out an order and show what became of everybody; the verdict is made before anything is drawn (P-21).

    Args:
        session: The command line's own settings.
        settings: The settings of the tree.
        order: Makes the order from the outside and from what asks for the approval.
        ask: Whether a person is asked before the first write.
        approved: The file of the plan that was approved, to say what differs; None where there is none.
        report: Where to keep the report; None for nowhere.
        nothing: The first line where nothing is to be done, if it is not for the files to say.
    """
    applied: Applied | None = None
    with until_done(lambda: applied is not None), session.outside(settings) as outside:
        asked = order(outside, approval(session, outside, ask=ask, nothing=nothing))
        try:
            prepared, applied = apply(asked, outside)
        except PlanMoved as moved:
            return show_mismatch(session, outside, moved, approved)
        except GuardRefused as refusal:
            session.show(render_plan(view_prepared(session, refusal.prepared), colour=session.colour))
            raise
    if applied is None:
        session.say("Nothing was sent.")
        return RunRefused.exit_code
    code = verdict(applied)
    finish(session, prepared, applied, code, report, nothing)
    return code


def told(view: V, nothing: str, *, calm: bool) -> V:
    """Return a view with another first line where there is nothing to do."""
    return replace(view, headline=nothing) if nothing and calm else view


def approval(session: Session, outside: Outside, *, ask: bool, nothing: str = "") -> Callable[[Prepared], bool]:
    """Return what shows the plan before the first write, and asks a person where one has to be asked."""

    def approve(prepared: Prepared) -> bool:
        plan = prepared.planned.plan
        view = told(view_prepared(session, prepared), nothing, calm=not plan.changes and not plan.left_out)
        outside.state.remember_plan(view.digest, plan_as_json(view))
        session.show(render_plan(view, colour=session.colour))
        if not ask or not plan.changes:
            return True
        return click.confirm(f"Send plan {view.number} to {prepared.snapshot.address}?", err=True)

    return approve


def show_mismatch(session: Session, outside: Outside, moved: PlanMoved, file: Path | None) -> int:
    """Say person by person what differs from the plan that was approved.

    The plan in a file only explains: the digest has decided already, and a file that is not that plan is not used.
    """
    approved = saved_plan(session, file) or outside.state.remembered_plan(moved.expected)
    view = view_prepared(session, moved.prepared)
    session.say(render_mismatch(view_mismatch(moved.expected, approved, view), colour=False))
    return moved.exit_code


def saved_plan(session: Session, file: Path | None) -> Json:
    """Return the saved plan of a file, or None; that it cannot be read changes nothing about the refusal."""
    if file is None:
        return None
    try:
        return read_json(file)
    except RunRefused as unread:
        session.say(f"The approved plan cannot be shown: {unread.message}")
        return None


def finish(
    session: Session, prepared: Prepared, applied: Applied, code: int, report: Path | None, nothing: str = ""
) -> None:
    """Show the run and keep its report; neither can change the verdict any more (faults.md P-09, P-21)."""
    with plainly(session, applied, code, "shown"):
        where = report.as_posix() if report else ""
        view = view_run(applied, code, prepared.tree.settings.timezone, prepared.tree.day, report=where)
        left_out = f" Left out: {count_of(len(view.left_out), 'person')}." if view.left_out else ""
        view = told(view, nothing and nothing + left_out, calm=not applied.plan.changes)
        with plainly(session, applied, code, "shown whole"):
            session.show(render_run(view, colour=session.colour))
        if code and not sys.stdout.isatty():
            session.say(view.headline)  # the reason of a bad ending, also where the result goes to a file
        if report is not None:
            with plainly(session, applied, code, "kept whole"):
                keep_report(session, report, prepared, applied, view)


def keep_report(session: Session, report: Path, prepared: Prepared, applied: Applied, view: RunView) -> None:
    """Write the report, and say where it is or why there is none."""
    try:
        write_report(report, prepared, applied, view)
        session.say(f"Report in {report.as_posix()}")
    except ReconcilerError as error:
        session.say(f"The report could not be written: {error.message}")


@contextmanager
def plainly(session: Session, applied: Applied, code: int, done: str) -> Iterator[None]:
    """Say in one line what there is to know of a run whose result cannot be `done`, whatever the reason is."""
    try:
        yield
    except StopSignal:
        why = "a signal came"
    except ReconcilerError as error:
        why = error.message
    except Exception as error:  # noqa: BLE001  the verdict stands; drawing can only degrade it (faults.md P-21)
        why = f"an error inside the tool: {type(error).__name__}"
    else:
        return
    jobs = ", ".join(str(job.ident) for job in applied.jobs) or "none"
    session.say(f"The result was not {done}: {why}. The run ended with exit code {code}; its jobs: {jobs}.")


@contextmanager
def until_done(done: Callable[[], bool]) -> Iterator[None]:
    """Let a signal pass that comes when all is done and only the connections are being closed (faults.md P-04)."""
    try:
        yield
    except StopSignal:
        if not done():
            raise
