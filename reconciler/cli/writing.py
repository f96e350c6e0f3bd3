"""The command that writes: apply."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from reconciler.cli.looking import view_prepared
from reconciler.cli.report import write_report
from reconciler.cli.session import Session
from reconciler.core.verdict import verdict
from reconciler.flow.applying import GuardRefused, Order, PlanMoved, apply
from reconciler.flow.outside import Outside
from reconciler.flow.planning import Prepared
from reconciler.flow.trees import load_tree
from reconciler.model.errors import ReconcilerError, RunRefused
from reconciler.model.kinds import canonical_email
from reconciler.model.run import Applied
from reconciler.views.mismatch_view import view_mismatch
from reconciler.views.render_json import render_plan as plan_as_json
from reconciler.views.render_text import render_mismatch, render_plan, render_run
from reconciler.views.run_view import view_run


def apply_plan(
    session: Session, base: str | None, expect: str | None, yes: bool, only: Iterable[str], report: Path | None
) -> int:
    """Apply the tree and show what became of everybody; the verdict is made before anything is drawn (P-21)."""
    tree = load_tree(session.root, session.clock.now(), base, session.environ)
    if expect is None and not yes and not session.at_terminal:
        raise RunRefused(
            "nobody can be asked here, and neither --yes nor --expect is given",
            "look at  reconciler plan  first, then  reconciler apply --expect PLAN-NUMBER",
        )
    with session.outside(tree.settings) as outside:
        approve = approval(session, outside, ask=expect is None and not yes)
        order = Order(tree, frozenset(map(canonical_email, only)), expect, approve)
        try:
            prepared, applied = apply(order, outside)
        except PlanMoved as moved:
            return show_mismatch(session, outside, moved)
        except GuardRefused as refusal:
            session.show(render_plan(view_prepared(session, refusal.prepared), colour=session.colour))
            raise
    if applied is None:
        session.say("Nothing was sent.")
        return RunRefused.exit_code
    code = verdict(applied)
    finish(session, prepared, applied, code, report)
    return code


def approval(session: Session, outside: Outside, *, ask: bool) -> Callable[[Prepared], bool]:
    """Return what shows the plan before the first write, and asks a person where one has to be asked."""

    def approve(prepared: Prepared) -> bool:
        view = view_prepared(session, prepared)
        outside.state.remember_plan(view.digest, plan_as_json(view))
        session.show(render_plan(view, colour=session.colour))
        if not ask or not prepared.planned.plan.changes:
            return True
        return click.confirm(f"Send plan {view.number} to {prepared.snapshot.address}?", err=True)

    return approve


def show_mismatch(session: Session, outside: Outside, moved: PlanMoved) -> int:
    """Say person by person what differs from the plan that was approved."""
    approved = outside.state.remembered_plan(moved.expected)
    view = view_prepared(session, moved.prepared)
    session.say(render_mismatch(view_mismatch(moved.expected, approved, view), colour=False))
    return moved.exit_code


def finish(session: Session, prepared: Prepared, applied: Applied, code: int, report: Path | None) -> None:
    """Show the run and keep its report; neither can change the verdict any more."""
    view = view_run(applied, code, prepared.tree.settings.timezone)
    session.show(render_run(view, colour=session.colour))
    if code and not sys.stdout.isatty():
        session.say(view.headline)  # the reason of a bad ending, also where the result goes to a file
    if report is None:
        return
    try:
        write_report(report, prepared, applied, view)
        session.say(f"Report in {report.as_posix()}")
    except ReconcilerError as error:
        session.say(f"The report could not be written: {error.message}")
