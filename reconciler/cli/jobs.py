"""The command `jobs`: the platform's bulk jobs, one with its errors, the repair of one that the check refused."""

from pathlib import Path

from reconciler.cli.session import Session
from reconciler.core.settle import candidates
from reconciler.edge.files import read_bytes
from reconciler.flow.outside import Outside
from reconciler.flow.trees import load_tree
from reconciler.views.jobs_view import (
    render_job_text,
    render_jobs_json,
    render_jobs_text,
    view_job,
    view_job_error,
)


def show_jobs(session: Session, ident: int | None, replace: Path | None, form: str) -> int:
    """List the jobs, show one, or put another file in the place of one that failed the check."""
    tree = load_tree(session.root, session.clock.now())
    with session.outside(tree.settings) as outside:
        if ident is None:
            return list_jobs(session, outside, form)
        if replace is not None:
            outside.platform.replace(ident, replace.name, read_bytes(replace))
            session.say(f"The file of job {ident} was replaced; it was not started.")
        return show_job(session, outside, ident, form)


def list_jobs(session: Session, outside: Outside, form: str) -> int:
    """Show all jobs, the newest first."""
    views = tuple(map(view_job, outside.platform.jobs()))
    session.show(render_jobs_json(views) if form == "json" else render_jobs_text(views))
    return 0


def show_job(session: Session, outside: Outside, ident: int, form: str) -> int:
    """Show one job with its errors placed on the people of its rows, as far as this machine knows them."""
    job = outside.platform.job(ident)
    rows = outside.state.remembered_rows(job.file_name)
    errors = outside.platform.scheme_errors(ident) + outside.platform.update_errors(ident)
    views = tuple(view_job_error(error, rows, candidates(error, len(rows))) for error in errors)
    if form == "json":
        session.show(render_jobs_json((view_job(job),), views))
    else:
        session.show(render_job_text(view_job(job), views))
        if errors and not rows:
            session.say("The file was not uploaded from this machine, so rows cannot be placed on people.")
    return 0
