"""Whose jobs the platform shows, and what each means for a run that is about to write (product section 6.1)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from reconciler.model.batch import Job
from reconciler.model.settings import IgnoredJob
from reconciler.model.source import Problem, Problems, Severity

OURS: Final = re.compile(r"reconciler-([0-9a-f]{16})-([0-9a-f]{8})\.json", re.ASCII)
"""File names of our uploads: fingerprint of the bytes, then the run."""

IGNORED_FOR: Final = timedelta(days=7)
"""How long the proposed `ignore_jobs` line holds."""


@dataclass(frozen=True, slots=True)
class SplitJobs:
    """The jobs that are not finished, split by what a run does about them; each tuple from the oldest on.

    Attributes:
        ours_running: Unfinished jobs of earlier runs: wait for them.
        foreign_running: Unfinished jobs of somebody else: the platform is busy.
        adoptable: Our uploads that were never started and hold the bytes of one of this run's batches, by
            fingerprint; the oldest where there are several, since only one may ever be started (P-07).
        stale: Other uploads, ours or foreign, that were never started.
    """

    ours_running: tuple[Job, ...]
    foreign_running: tuple[Job, ...]
    adoptable: Mapping[str, Job]
    stale: tuple[Job, ...]

    @property
    def warnings(self) -> Problems:
        """Warn of each stale upload: somebody could start it in the portal (N-70, N-71)."""
        return tuple(map(warn_of_stale, self.stale))


def split_jobs(
    jobs: Iterable[Job], ignored: tuple[IgnoredJob, ...], today: date, fingerprints: frozenset[str]
) -> SplitJobs:
    """Split the platform's jobs into ours and foreign, running, adoptable and stale.

    An ignored job does not count as running until its last day is over; `today` is the day in the tenant's time
    zone. `fingerprints` are those of this run's batches; empty while they are not known.
    """
    in_order = sorted(jobs, key=lambda job: job.ident)
    passed = {line.ident for line in ignored if today <= line.last_day}
    running = [job for job in in_order if is_running(job) and job.ident not in passed]
    waiting = [job for job in in_order if never_started(job)]
    ours = [job for job in reversed(waiting) if is_ours(job)]
    adoptable = {fingerprint_of(job): job for job in ours if fingerprint_of(job) in fingerprints}
    taken = {job.ident for job in adoptable.values()}
    return SplitJobs(
        ours_running=tuple(job for job in running if is_ours(job)),
        foreign_running=tuple(job for job in running if not is_ours(job)),
        adoptable=adoptable,
        stale=tuple(job for job in waiting if job.ident not in taken),
    )


def finished(job: Job) -> bool:
    """Say whether nothing will happen to a job any more, as far as its state tells (platform-api section 10)."""
    return not is_running(job) and not never_started(job)


def is_running(job: Job) -> bool:
    """Say whether a job validates, waits for its turn or writes; one that only lies there does not run."""
    return job.status in {"created", "in_progress"} or (job.status == "valid_scheme" and bool(job.requested_at))


def never_started(job: Job) -> bool:
    """Say whether a job was validated and nobody asked for it to be carried out."""
    return job.status == "valid_scheme" and not job.requested_at


def is_ours(job: Job) -> bool:
    """Say whether a job was uploaded by this tool, from any machine."""
    return fingerprint_of(job) != ""


def fingerprint_of(job: Job) -> str:
    """Return the fingerprint in the file name of one of our jobs; `""` for a foreign one."""
    match = OURS.fullmatch(job.file_name)
    return match[1] if match else ""


def warn_of_stale(job: Job) -> Problem:
    """Warn of one upload that was never started; its age is told as the platform tells it (N-46)."""
    uploaded = job.created_at or "at an unknown time"
    return Problem(
        f'job {job.ident} ("{job.file_name}", uploaded {uploaded}) was never started; '
        "somebody could start it in the portal and write what is out of date by then",
        "remove it in the portal, or leave it alone there",
        code="N-70" if is_ours(job) else "N-71",
        severity=Severity.WARNING,
    )


def name_foreign(job: Job, today: date) -> Problem:
    """Say which job of somebody else holds up the run, and how to pass one that never ends (N-71)."""
    return Problem(
        f'job {job.ident} ("{job.file_name}") of {job.started_by or "somebody else"}, uploaded '
        f"{job.created_at or 'at an unknown time'}, is not finished: {job.status}",
        "wait until it has ended. If it never ends, an admin adds in the settings:\n"
        f"  ignore_jobs: [{{id: {job.ident}, last_day: {(today + IGNORED_FOR).isoformat()}}}]",
        code="N-71",
    )
