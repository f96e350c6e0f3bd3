"""One bulk job: its data, its state at a moment, and the JSON object the API shows (platform-api section 5)."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from reconciler.simulator.problems import Problem
from reconciler.simulator.switches import Settings
from reconciler.simulator.times import stamp

CREATED = "created"
VALID = "valid_scheme"
INVALID = "invalid_scheme"
RUNNING = "in_progress"
ENDED = "ended"

# A job of another owner whose state never moves by itself: it shows `Job.end_word`.
FROZEN = "frozen"


@dataclass(slots=True)
class Job:
    """A bulk job. Times are seconds since the epoch, None while they have not come.

    Attributes:
        phase: `created`, `valid_scheme`, `invalid_scheme`, `in_progress`, `ended` or `frozen`.
        end_word: The status shown when `phase` is `ended` or `frozen`.
        total: Rows of the file as the job tells them; a lying upload makes it differ from `rows`.
        done: Rows that were looked at; `applied` and `failed` are the two parts of it.
        runs: How often the job was started; more than 1 is a defect of somebody.
        api_user: Name of the API credential, None for a job of the portal.
        portal_user: Name of the portal user, None for a job of the API.
        starts_by_itself: A portal job that is processed as soon as it is valid.
    """

    id: int
    created_at: float
    filename: str
    data: bytes
    phase: str = CREATED
    end_word: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    total: int = 0
    valid_due: float | None = None
    requested_at: float | None = None
    ended_at: float | None = None
    done: int = 0
    applied: int = 0
    failed: int = 0
    runs: int = 0
    scheme: list[Problem] = field(default_factory=list)
    update: list[Problem] = field(default_factory=list)
    api_user: str | None = None
    portal_user: str | None = None
    starts_by_itself: bool = False
    revision: int = 0

    @property
    def settled(self) -> bool:
        """True when time alone can change nothing any more."""
        return self.phase in (ENDED, FROZEN, INVALID) or (self.phase == VALID and self.requested_at is None)

    @property
    def busy(self) -> bool:
        """True while rows are being applied or wait for it."""
        if self.phase == FROZEN:
            return self.end_word == RUNNING
        return self.requested_at is not None and self.phase in (VALID, RUNNING)


def due(job: Job, settings: Settings, job_seconds: float) -> float | None:
    """The time of the job's next event, None when none will come (switches `stuck`, `lying_upload`)."""
    if job.phase == CREATED:
        never = settings["stuck"] == CREATED or settings["lying_upload"] == "never_validates"
        return None if never else job.valid_due
    if job.settled or job.requested_at is None:
        return None
    start = job.requested_at + settings.number("queue_seconds")
    if job.phase == VALID:
        return start
    if settings["stuck"] == RUNNING and job.done >= len(job.rows) // 2:
        return None
    return start + job_seconds * min(1.0, (job.done + 1) / max(len(job.rows), 1))


def state(job: Job, settings: Settings, now: float) -> str:
    """The status word a client sees."""
    if job.phase in (ENDED, FROZEN):
        return VALID if _start_hidden(job, settings, now) else job.end_word
    if job.phase == RUNNING and _start_hidden(job, settings, now):
        return VALID
    return job.phase


def hidden(job: Job, settings: Settings, now: float) -> bool:
    """Tell whether the job cannot be found (switches `job_vanishes`, `upload_visible_after`)."""
    if now < job.created_at + settings.number("upload_visible_after"):
        return True
    vanishes = settings["job_vanishes"]
    return vanishes == "yes" or vanishes == ("final" if job.phase == ENDED else job.phase)


def shown(job: Job, settings: Settings, now: float, keys: tuple[str, ...]) -> dict[str, Any]:
    """The job as `GET bulk/users/jobs/{id}` answers it."""
    unseen = _start_hidden(job, settings, now)
    arrays = settings["error_arrays"] != "calls_only"
    return {
        "id": job.id,
        "created_at": stamp(job.created_at),
        "process_requested_at": stamp(job.requested_at) if job.requested_at is not None and not unseen else None,
        "filename": job.filename,
        "total_rows": job.total,
        "affected_rows": 0 if unseen else _affected(job, settings),
        "failed_rows": 0 if unseen else job.failed,
        "status": state(job, settings, now),
        "uploaded_user_name": job.portal_user,
        "proceed_user_name": job.portal_user if job.requested_at is not None and not unseen else None,
        "uploaded_api_user_name": job.api_user,
        "proceed_api_user_name": job.api_user if job.requested_at is not None and not unseen else None,
        "scheme_errors": problems(job.scheme, settings, keys, update=False) if arrays else [],
        "update_errors": problems(job.update, settings, keys, update=True) if arrays and not unseen else [],
    }


def problems(
    found: list[Problem], settings: Settings, keys: tuple[str, ...], *, update: bool
) -> list[dict[str, Any]]:
    """Problems as the error calls answer them (platform-api sections 7 and 8)."""
    return [problem.shown(keys, settings["error_rows"], update=update) for problem in found]


def inside(job: Job) -> dict[str, Any]:
    """What the API does not show, for the door: runs, the digest of the file, the phase."""
    return {
        "phase": job.phase,
        "runs": job.runs,
        "rows": len(job.rows),
        "rows_applied": job.applied,
        "sha256": hashlib.sha256(job.data).hexdigest(),
        "bytes": len(job.data),
        "ended_at": stamp(job.ended_at) if job.ended_at is not None else None,
    }


def _start_hidden(job: Job, settings: Settings, now: float) -> bool:
    delay = settings.number("proceed_visible_after")
    return delay > 0 and job.requested_at is not None and now < job.requested_at + delay


def _affected(job: Job, settings: Settings) -> int:
    return {"applied": job.applied, "all": job.done, "zero": 0}[settings["affected"]]
