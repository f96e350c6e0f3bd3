"""Everything that the program prints or writes, with one text wherever data can stand (faults.md S-20 to S-30)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from reconciler.model.batch import Job, JobError, Outcome, Receipt
from reconciler.model.clock import Step
from reconciler.model.drift import Drift
from reconciler.model.errors import RunRefused
from reconciler.model.outlook import Person
from reconciler.model.plan import Action, Change, LeftOut, Plan, Tally
from reconciler.model.settings import Counted
from reconciler.model.source import Json, Problem, Problems, Severity
from reconciler.views import (
    fields_view,
    jobs_view,
    portal_csv,
    render_drift,
    render_github,
    render_html,
    render_json,
    render_markdown,
    render_summary,
    render_text,
)
from reconciler.views.drift_view import DriftView, view_drift
from reconciler.views.error_view import ErrorView, view_error
from reconciler.views.mismatch_view import MismatchView, view_mismatch
from reconciler.views.plan_view import PlanView
from reconciler.views.problem_view import ProblemList, view_problems
from reconciler.views.run_view import RunView, view_run
from tests.builders import live
from tests.views.outlook_samples import told
from tests.views.samples import (
    DIGEST,
    NOW,
    SETTINGS,
    TEMPLATE,
    applied,
    change,
    in_file,
    job,
    names,
    new,
    plan,
    view,
)

TAKEN_AT: Final = datetime(2026, 12, 2, 3, 12, tzinfo=UTC)


@cache
def outputs(data: str) -> dict[str, str]:
    """Every output by the module and function that makes it, and what of; the text stands in all of them."""
    shown, run, drift, error = plan_of(data), run_of(data), drift_of(data), error_of(data)
    problems, other = problems_of(data), mismatch_of(data)
    jobs, errors = (jobs_view.view_job(a_job(data)),), job_errors(data)
    return {
        "render_text.render_plan": render_text.render_plan(shown),
        "render_text.render_problems": render_text.render_problems(problems),
        "render_text.render_run": render_text.render_run(run),
        "render_text.render_error": render_text.render_error(error),
        "render_text.render_mismatch": render_text.render_mismatch(other),
        "render_text.render_step": render_text.render_step(Step(data, 1, 2, data)),
        "render_json.render_plan": render_json.render_plan(shown),
        "render_json.render_problems": render_json.render_problems(problems),
        "render_json.render_run": render_json.render_run(run),
        "render_json.render_error": render_json.render_error(error),
        "render_json.render_mismatch": render_json.render_mismatch(other),
        "render_json.render": render_json.render(drift),
        "render_markdown.render": render_markdown.render(shown),
        "render_markdown.render_error": render_markdown.render_error(error),
        "render_summary.render_summary": render_summary.render_summary(run),
        "render_html.render_plan": render_html.render_plan(shown),
        "render_github.render": render_github.render(problems),
        "render_drift.render_text": render_drift.render_text(drift),
        "render_drift.render_markdown": render_drift.render_markdown(drift),
        "jobs_view.render_jobs_text": jobs_view.render_jobs_text(jobs),
        "jobs_view.render_job_text": jobs_view.render_job_text(jobs[0], errors),
        "jobs_view.render_jobs_json": jobs_view.render_jobs_json(jobs, errors),
        "portal_csv.revert_portal_csv": portal_csv.revert_portal_csv(raw_plan(data), TEMPLATE),
    }


WITHOUT_DATA: Final = {
    f"{fields_view.__name__.rpartition('.')[2]}.render_fields_text",
    f"{fields_view.__name__.rpartition('.')[2]}.render_fields_markdown",
}
"""Renderers of our own table of fields: no data of anybody reaches them."""


def raw_plan(data: str) -> Plan:
    """A plan of every sort of change in which every piece of data is the text."""
    problem, note = spoken(data), replace(spoken(data), severity=Severity.NOTE)
    return plan(
        tuple(people(data)),
        left_out=(LeftOut(data, data, problem),),
        notes=(note, replace(note, severity=Severity.WARNING)),
        not_in_files=(data,),
        impact=(Tally("teams", data, 5, 0), Tally("location", data, 5, 6)),
        **told((Person(data, data, data),) * 2, data, data, data, f"users/{data}.yaml"),
    )


def plan_of(data: str) -> PlanView:
    """The view of that plan, which is refused."""
    return view(raw_plan(data), refusals=(spoken(data), replace(spoken(data), hint="")))


def run_of(data: str) -> RunView:
    """The view of a run in which every change came to another end."""
    planned = raw_plan(data)
    ends = zip(planned.changes, Outcome, strict=False)
    receipts = [Receipt(one, outcome, 1, (spoken(data),)) for one, outcome in ends]
    note = replace(spoken(data), severity=Severity.NOTE)
    ended = applied(*receipts, of=planned, jobs=(job(data),), problems=(spoken(data), note))
    return view_run(ended, 1)


def error_of(data: str) -> ErrorView:
    """The view of an error that quotes the text."""
    return view_error(RunRefused(f'no "{data}"', f"see {in_line(data)}", (spoken(data),)))


def problems_of(data: str) -> ProblemList:
    """The view of problems of every severity."""
    return view_problems(problems(data), numbered=True)


def problems(data: str) -> Problems:
    """A problem of every severity."""
    return tuple(replace(spoken(data), severity=severity) for severity in Severity)


def mismatch_of(data: str) -> MismatchView:
    """The view of another plan than the approved one, of which a saved plan says things that no plan says."""
    fields: list[Json] = [{"field": "alias", "before": data, "after": [data, None, {data: data}]}]
    fields += [{"field": data, "before": None, "after": data}]
    changes: list[Json] = [
        {"key": key, "who": data, "action": data, "fields": fields} for key in ("ana.a@acme.example", "gone", data)
    ]
    return view_mismatch(DIGEST, {"digest": DIGEST, "changes": changes}, plan_of(data))


def drift_of(data: str) -> DriftView:
    """The view of a drift of every sort."""
    held = {"roles": {data, "Agent"}, "teams": {data}, "first_name": data, "last_name": data}
    person = live(data, ident=data, **held)
    drift = Drift((person,), tuple(people(data)), (LeftOut(data, data, spoken(data)),), (person,), (a_job(data),))
    return view_drift(drift, settings=SETTINGS, taken_at=TAKEN_AT, address=data, now=NOW)


def a_job(data: str) -> Job:
    """A job of which every word is the text."""
    return Job(12345, data, data, 12, 11, 1, data, data, data)


def job_errors(data: str) -> tuple[jobs_view.JobErrorView, ...]:
    """Errors of a job, placed on one person and on two."""
    error, rows = JobError(data, 1, 2, data), [(data, data), (data, data)]
    return tuple(jobs_view.view_job_error(error, rows, meant) for meant in ([0], [0, 1], []))


def spoken(data: str) -> Problem:
    """A problem that quotes the text in every part."""
    where = in_file(f"users/{data}.yaml", f"a: {data}", 1, 4, 3)
    return Problem(f'"{data}" is not known', f"write:  {in_line(data)}\n  - {in_line(data)}", where, data)


def in_line(data: str) -> str:
    """The text without line breaks: in a hint these are ours, and whoever quotes data there leaves them away."""
    return data.replace("\n", " ")


def people(data: str) -> Iterable[Change]:
    """Changes of every sort."""
    fields: list[tuple[str, Any, Any]] = [
        ("alias", data, f"{data}!"),
        ("teams", names(data, "x"), names(data, f"{data}, y")),
    ]
    kinds = (
        change("Ana A", "a.yaml:1", Action.UPDATE, *fields),
        change(
            "Bea B",
            "a.yaml:2",
            Action.DEACTIVATE,
            ("status", "Active", "Inactive"),
            ("teams", names(data), names()),
        ),
        new("Carl C", "a.yaml:3", ("location", None, data)),
        change(
            "Dora D", "a.yaml:4", Action.REACTIVATE, ("status", "Inactive", "Active"), ("location", data, None)
        ),
        change(
            "Emil E",
            "a.yaml:5",
            Action.UPDATE,
            ("roles", names("Agent"), names("Admin", data)),
            counted=[Counted.PRIVILEGED_GRANT],
        ),
        change("Finn F", "a.yaml:6", Action.UPDATE, ("location", data, None), ("alias", None, data)),
    )
    where = in_file(f"users/{data}.yaml", "", 7, 1)
    return (replace(one, name=data, email=data, mark=where) for one in kinds)
