"""Bulk jobs as people read them: a list, and one job with its errors placed on people and lines."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reconciler.model.batch import Job, JobError
from reconciler.views.escape import cell
from reconciler.views.render_text import finish
from reconciler.views.words import count_of


@dataclass(frozen=True, slots=True)
class JobView:
    """One job as finished text."""

    id: int
    state: str
    file: str
    rows: str
    uploaded: str
    started_by: str


@dataclass(frozen=True, slots=True)
class JobErrorView:
    """One error of a job: what the platform says, and whom it may mean."""

    kind: str
    message: str
    row: int | None
    column: int | None
    people: tuple[str, ...]


def view_job(job: Job) -> JobView:
    """View one job; counts are progress, never a verdict (platform-api unknown 30)."""
    done = "?" if job.affected_rows is None else f"{job.affected_rows:,}"
    total = "?" if job.total_rows is None else f"{job.total_rows:,}"
    failed = f", {job.failed_rows:,} failed" if job.failed_rows else ""
    return JobView(
        id=job.ident,
        state=cell(job.status),
        file=cell(job.file_name),
        rows=f"{done} of {total} rows{failed}",
        uploaded=cell(job.created_at),
        started_by=cell(job.started_by),
    )


def view_job_error(error: JobError, rows: Sequence[tuple[str, str]], candidates: Iterable[int]) -> JobErrorView:
    """View one error with the people of the rows that it may mean; `rows` are address and place of each row."""
    people = tuple(cell(f"{rows[index][0]} ({rows[index][1]})") for index in candidates if index < len(rows))
    return JobErrorView(cell(error.error_type or "error"), cell(error.message), error.row, error.column, people)


def render_jobs_text(jobs: Sequence[JobView]) -> str:
    """Render a list of jobs, the newest first."""
    lines = (f"{job.id:>8}  {job.state:<14} {job.rows:<24} {job.uploaded:<26} {job.file}" for job in jobs)
    return finish((f"{count_of(len(jobs), 'job')}, the newest first", *lines))


def render_job_text(job: JobView, errors: Sequence[JobErrorView]) -> str:
    """Render one job and its errors."""
    head = (
        f"Job {job.id}: {job.state}, {job.rows}",
        f"  File {job.file}, uploaded {job.uploaded}, sent by {job.started_by or 'nobody known'}",
    )
    return finish((*head, *(error_lines(errors) if errors else ("  No errors.",))))


def error_lines(errors: Sequence[JobErrorView]) -> Iterator[str]:
    """Yield each error with whom it may mean: the platform does not say where it begins to count rows."""
    for error in errors:
        yield f"  {error.kind}: {error.message} (row {error.row}, column {error.column})"
        if len(error.people) == 1:
            yield f"    {error.people[0]}"
        elif error.people:
            yield f"    one of: {', '.join(error.people)}"


def render_jobs_json(jobs: Sequence[JobView], errors: Sequence[JobErrorView] | None = None) -> str:
    """Render jobs as JSON; with `errors` the one job and them."""
    form: dict[str, object] = {"format": 1, "jobs": [plain(job) for job in jobs]}
    if errors is not None:
        form["errors"] = [plain(error) for error in errors]
    return json.dumps(form, indent=2, allow_nan=False)


def plain(view: JobView | JobErrorView) -> dict[str, object]:
    """Return a view as an object of JSON."""
    return {name: getattr(view, name) for name in view.__slots__}
