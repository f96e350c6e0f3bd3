"""The bulk jobs and what time does to them: validation, rows applied one by one, the end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.simulator.directory import Directory
from reconciler.simulator.job import CREATED, ENDED, FROZEN, INVALID, RUNNING, VALID, Job, due
from reconciler.simulator.problems import ERROR
from reconciler.simulator.rows import Outcome, apply_row
from reconciler.simulator.scheme import check, read_rows
from reconciler.simulator.switches import Settings

FIRST_ID = 12345


@dataclass(slots=True)
class Jobs:
    """All jobs of the tenant. Nothing runs by itself: `advance` catches up with the clock."""

    validate_seconds: float
    job_seconds: float
    jobs: dict[int, Job] = field(default_factory=dict)
    active: set[int] = field(default_factory=set)

    def create(self, filename: str, data: bytes, settings: Settings, now: float, api_user: str) -> Job:
        """Take a new file as a new job."""
        job = Job(self._next_id(), now, filename, data, api_user=api_user)
        if settings["lying_upload"] == "nothing_stored":
            return job
        self.jobs[job.id] = job
        self._load(job, settings, now)
        return job

    def replace(self, job: Job, filename: str, data: bytes, settings: Settings, now: float) -> None:
        """Put another file into a job and start it from the beginning."""
        job.filename, job.data = filename, data
        job.phase, job.end_word = CREATED, ""
        job.requested_at = job.ended_at = None
        job.done = job.applied = job.failed = 0
        job.scheme, job.update = [], []
        self._load(job, settings, now)

    def proceed(self, job: Job, settings: Settings, now: float) -> None:
        """Start a valid job (switch `stuck=valid_scheme`: nothing comes of it)."""
        if settings["stuck"] == VALID:
            return
        job.requested_at = now
        job.runs += 1
        self._touch(job)

    def add(self, entry: Mapping[str, Any], settings: Settings, now: float) -> Job:
        """Take a job of somebody else, in the form of a seed (see `store`).

        Raises:
            ValueError: The entry has a key that means nothing, or the id of another job.
        """
        known = {
            "id",
            "filename",
            "status",
            "rows",
            "total_rows",
            "affected_rows",
            "failed_rows",
            "api_user",
            "portal_user",
            "created_at",
            "process_requested_at",
            "file",
            "starts",
        }
        if unknown := sorted(set(entry) - known):
            raise ValueError(f"no key of a job: {', '.join(unknown)}")
        job = _foreign(entry, self._next_id(), now)
        if job.id in self.jobs:
            raise ValueError(f"job {job.id} is there already")
        self.jobs[job.id] = job
        if job.phase == CREATED:
            self._load(job, settings, now)
        self._touch(job)
        return job

    def advance(self, directory: Directory, settings: Settings, now: float) -> None:
        """Let everything happen that is due until `now`, in the order of its time."""
        while upcoming := self._next_event(settings):
            time, number = upcoming
            if time > now:
                return
            job = self.jobs[number]
            self._happen(job, directory, settings, time)
            self._touch(job)

    def newest_first(self) -> list[Job]:
        """All jobs in the order of the list call (platform-api section 6)."""
        return [self.jobs[number] for number in sorted(self.jobs, reverse=True)]

    def busy_beside(self, job: Job | None) -> bool:
        """Tell whether another job is in progress (unknown 35)."""
        return any(other is not job and other.busy for other in self.jobs.values())

    def _next_id(self) -> int:
        return max(self.jobs, default=FIRST_ID - 1) + 1

    def _load(self, job: Job, settings: Settings, now: float) -> None:
        rows = read_rows(job.data) or []
        if settings["lying_upload"] == "zero_rows":
            rows = []
        elif settings["lying_upload"] == "missing_rows":
            rows = rows[:-1]
        job.rows, job.total = rows, len(rows)
        job.valid_due = now + self.validate_seconds
        self._touch(job)

    def _touch(self, job: Job) -> None:
        job.revision += 1
        if job.settled:
            self.active.discard(job.id)
        else:
            self.active.add(job.id)

    def _next_event(self, settings: Settings) -> tuple[float, int] | None:
        times = ((due(self.jobs[number], settings, self.job_seconds), number) for number in self.active)
        return min(((time, number) for time, number in times if time is not None), default=None)

    def _happen(self, job: Job, directory: Directory, settings: Settings, time: float) -> None:
        if job.phase == CREATED:
            self._validate(job, directory, settings, time)
        elif job.phase == VALID:
            job.phase = RUNNING
            if not job.rows and self.job_seconds == 0:
                self._end(job, settings["final_token"], time)
        elif job.done >= len(job.rows):
            self._end(job, settings["final_token"], time)
        else:
            self._run_next(job, directory, settings, time)

    def _validate(self, job: Job, directory: Directory, settings: Settings, time: float) -> None:
        job.scheme = check(job.data, directory, settings)
        job.phase = INVALID if job.scheme else VALID
        if job.phase == VALID and job.starts_by_itself:
            job.requested_at = time
            job.runs += 1

    def _run_next(self, job: Job, directory: Directory, settings: Settings, time: float) -> None:
        if settings.number("fail_at_row") == job.done + 1:
            self._end(job, "failed", time)
            return
        if job.done == 0 and settings["atomic"] == "yes" and _refuse_whole(job, directory, settings, time):
            self._end(job, settings["final_token"], time)
            return
        _count(job, apply_row(job.rows[job.done], directory, settings, time, job.id))
        if job.done == len(job.rows):
            self._end(job, settings["final_token"], time)

    def _end(self, job: Job, word: str, time: float) -> None:
        job.phase, job.end_word, job.ended_at = ENDED, word, time


def _count(job: Job, outcome: Outcome) -> None:
    job.update += [replace(problem, index=job.done) for problem in outcome.problems]
    job.done += 1
    job.applied += outcome.applied
    job.failed += not outcome.applied


def _refuse_whole(job: Job, directory: Directory, settings: Settings, time: float) -> bool:
    """Try every row on a copy; when one fails, none is applied (unknown 33)."""
    trial = directory.copy()
    outcomes = [apply_row(row, trial, settings, time, job.id) for row in job.rows]
    if all(outcome.applied for outcome in outcomes):
        return False
    for index, outcome in enumerate(outcomes):
        job.update += [replace(problem, index=index) for problem in outcome.problems if problem.kind == ERROR]
    job.done = job.failed = len(job.rows)
    return True


def _foreign(entry: Mapping[str, Any], number: int, now: float) -> Job:
    job = Job(
        id=int(entry.get("id") or number),
        created_at=float(entry.get("created_at", now)),
        filename=str(entry.get("filename", "portal.csv")),
        data=str(entry["file"]).encode() if "file" in entry else json.dumps(entry.get("rows", [])).encode(),
        api_user=entry.get("api_user"),
        portal_user=entry.get("portal_user", None if "api_user" in entry else "Portal Admin"),
        starts_by_itself=bool(entry.get("starts", True)),
    )
    if "rows" not in entry and "file" not in entry:
        job.phase, job.end_word = FROZEN, str(entry.get("status", "completed"))
        job.total = int(entry.get("total_rows", 1))
        job.applied = job.done = int(entry.get("affected_rows", 0))
        job.failed = int(entry.get("failed_rows", 0))
        requested = entry.get("process_requested_at")
        job.requested_at = float(requested) if requested is not None else None
    return job
