"""The command `revert`: the way back of one run, under the same guards."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from reconciler.cli.looking import plan_code, say_reasons, view_prepared
from reconciler.cli.session import Session
from reconciler.cli.writing import carry_out, told
from reconciler.edge.files import write_text
from reconciler.flow.applying import Order
from reconciler.flow.outside import Outside, read_live
from reconciler.flow.planning import Prepared
from reconciler.flow.reverting import Reverting, read_report, refuse_other_platform
from reconciler.flow.trees import load_tree
from reconciler.model.errors import RunRefused
from reconciler.views.render_json import render_plan as plan_as_json
from reconciler.views.render_text import render_plan

NOTHING: Final = "Nothing to take back: what can come back is as before that run."


def revert_run(
    session: Session, of: Path, expect: str | None, yes: bool, out: Path | None, report: Path | None
) -> int:
    """Plan the way back of a run, and carry it out where somebody says so; without, it is only shown."""
    if report is not None and report.resolve() == of.resolve():
        raise RunRefused(
            f"{report.as_posix()} is the report of the run that is to be undone", "name another directory"
        )
    reverting = read_report(of, load_tree(session.root, session.clock.now()))
    ask = expect is None and not yes
    if out is not None or (ask and not session.at_terminal):
        return show_way_back(session, reverting, out)

    def order(outside: Outside, approve: Callable[[Prepared], bool]) -> Order:
        refuse_other_platform(reverting, outside.address)
        return Order(
            tree=reverting.touched,
            only=frozenset(),
            due=False,
            expect=expect,
            approve=approve,
            plan=reverting.plan,
        )

    settings = reverting.touched.settings
    return carry_out(session, settings, order, ask=ask, approved=None, report=report, nothing=NOTHING)


def show_way_back(session: Session, reverting: Reverting, out: Path | None) -> int:
    """Show the way back and send nothing; ends as `plan` does."""
    tree = reverting.touched
    with session.outside(tree.settings) as outside:
        refuse_other_platform(reverting, outside.address)
        prepared = reverting.plan(*read_live(outside, tree.managed))
    plan = prepared.planned.plan
    view = told(view_prepared(session, prepared), NOTHING, calm=not plan.changes and not plan.left_out)
    outside.state.remember_plan(view.digest, plan_as_json(view))
    if out is not None:
        write_text(out, plan_as_json(view) + "\n")
    session.show(render_plan(view, colour=session.colour))
    say_reasons(session, view)
    if plan.changes and not prepared.planned.refusals:
        session.say(f"Nothing was sent. To carry it out, give  --expect {view.number}")
    return plan_code(prepared, exit_code=False)
