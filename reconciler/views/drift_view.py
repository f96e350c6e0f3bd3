"""Drift as people read it: the title of the issue, and who differs in what, the most dangerous first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from reconciler.model.batch import Job
from reconciler.model.drift import Drift
from reconciler.model.fields import FIELDS
from reconciler.model.plan import Change, FieldChange, LeftOut
from reconciler.model.settings import Settings
from reconciler.model.users import LiveUser
from reconciler.views.cells import text_of, texts
from reconciler.views.escape import cell
from reconciler.views.problem_view import view_problem
from reconciler.views.words import as_of, person, place

TITLE: Final = "Changed in the portal, not in the files"
"""The title of the issue, without its number; the issue is found again by it."""


@dataclass(frozen=True, slots=True)
class DriftRow:
    """One person or job that differs: who, in what, and where the files say so (`""` for nowhere)."""

    key: str
    who: str
    differs: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class DriftGroup:
    """Everybody who differs in one way, and what to do about it."""

    code: str
    title: str
    advice: str
    rows: tuple[DriftRow, ...]


@dataclass(frozen=True, slots=True)
class DriftView:
    """The drift of one tree as finished text.

    Attributes:
        title: `Changed in the portal, not in the files (9)`, or the calm line where there is none.
        count: How many people and jobs there are to look at.
        state: The address that was read, and when.
        groups: Only those with somebody in them.
    """

    title: str
    count: int
    state: str
    groups: tuple[DriftGroup, ...]


def view_drift(drift: Drift, *, settings: Settings, taken_at: datetime, address: str, now: datetime) -> DriftView:
    """View the drift; `taken_at` and `address` say which live state was read."""
    groups = (
        DriftGroup(
            "privileged",
            "Privileged, and in no file",
            "Write each of them into a file, or take the role away in the portal.",
            tuple(person_row(user, ("roles",)) for user in drift.privileged),
        ),
        DriftGroup(
            "edited",
            "Other than the files say",
            "To keep it, write it into the file. To put it back, merge anything, or run apply.",
            tuple(map(change_row, drift.edited)),
        ),
        DriftGroup(
            "left_out", "Not to be compared", "Each line says why.", tuple(map(left_out_row, drift.left_out))
        ),
        DriftGroup(
            "not_in_files",
            "Active, and in no file",
            "Write them into a file, or deactivate them in the portal.",
            tuple(person_row(user, ("roles", "teams")) for user in drift.not_in_files),
        ),
        DriftGroup(
            "jobs",
            "Jobs of this tool's credential that it did not upload",
            "Somebody else may hold the token: find out who, and make a new one.",
            tuple(map(job_row, drift.jobs)),
        ),
    )
    title = f"{TITLE} ({drift.count:,})" if drift.count else "Platform and files say the same"
    state = f"{cell(address)}, read {as_of(taken_at, now, settings.timezone)}"
    return DriftView(title, drift.count, state, tuple(group for group in groups if group.rows))


def person_row(user: LiveUser, fields: Iterable[str]) -> DriftRow:
    """View somebody in no file with what they hold."""
    held = tuple(f"{FIELDS[name].title}: {text_of(user.values.get(name))}" for name in fields)
    return DriftRow(user.key, person(user.name, user.email), held, "")


def change_row(change: Change) -> DriftRow:
    """View somebody whose files say something else."""
    return DriftRow(
        change.key, person(change.name, change.email), tuple(map(difference, change.fields)), place(change.mark)
    )


def difference(value: FieldChange) -> str:
    """Say what the files and the platform have."""
    platform, files = texts(value.before, value.after)
    return f"{FIELDS[value.field].title}: the files say {files}, the platform has {platform}"


def left_out_row(left_out: LeftOut) -> DriftRow:
    """View somebody who cannot be compared."""
    problem = view_problem(left_out.problem)
    return DriftRow(left_out.key, person(left_out.name, left_out.key), (problem.summary,), problem.where)


def job_row(job: Job) -> DriftRow:
    """View a job that carries our credential's name."""
    words = f"file {cell(job.file_name)}, uploaded {cell(job.created_at)}, {cell(job.status)}"
    return DriftRow(str(job.ident), f"job {job.ident} of {cell(job.started_by)}", (words,), "")
