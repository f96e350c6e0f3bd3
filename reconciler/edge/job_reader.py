"""Bulk jobs as the platform answers them: a tolerant reading into `Job` and `JobError` (platform-api 5 to 8)."""

import json
from typing import Final

from reconciler.edge.listing import described
from reconciler.model.batch import Job, JobError
from reconciler.model.errors import NotUnderstood
from reconciler.model.source import Json

VALID: Final = "valid_scheme"
INVALID: Final = "invalid_scheme"
WAITING: Final = frozenset({"created", VALID, "in_progress"})
"""The words of a job that has not ended (platform-api section 10)."""
DONE: Final = frozenset({"completed", "finished", "done", "complete", "success", "processed"})
FAILED: Final = frozenset({"failed", "error", "cancelled", "canceled", "aborted"})
"""The words of a job that ended (unknown 1), compared letter by letter: no spelling is taken by luck (N-64)."""


def read_job(raw: Json, name: str) -> Job:
    """Read a job; `name` says what was asked. Unknown keys are ignored, strange values but the id tolerated.

    Raises:
        NotUnderstood: It is no object with a whole number as `id`.
    """
    if not isinstance(raw, dict):
        raise NotUnderstood(f"{name}: a job was expected, the platform answered {described(raw)}")
    starters = ("proceed_api_user_name", "proceed_user_name", "uploaded_api_user_name", "uploaded_user_name")
    return Job(
        ident=read_ident(raw, name),
        status=_word(raw.get("status")),
        file_name=_text(raw.get("filename")),
        total_rows=_count(raw.get("total_rows")),
        affected_rows=_count(raw.get("affected_rows")),
        failed_rows=_count(raw.get("failed_rows")),
        created_at=_text(raw.get("created_at")),
        requested_at=_text(raw.get("process_requested_at")),
        started_by=next((text for key in starters if (text := _text(raw.get(key)))), ""),
    )


def read_ident(raw: Json, name: str) -> int:
    """Return the job id of an answer; raises `NotUnderstood` where there is none."""
    ident = _count(raw.get("id")) if isinstance(raw, dict) else None
    if ident is None:
        raise NotUnderstood(f"{name}: a job id was expected, the platform answered {described(raw)}")
    return ident


def read_errors(raw: Json) -> tuple[JobError, ...]:
    """Read a list of errors as far as it can be understood; what is no error is shown as text (L-12)."""
    if isinstance(raw, dict):
        raw = next((raw[key] for key in ("errors", "data", "items") if isinstance(raw.get(key), list)), None)
    return tuple(map(_read_error, raw)) if isinstance(raw, list) else ()


def moved(job: Job) -> bool:
    """Say whether somebody asked for this job to be run, or it is past the point where it could be."""
    return bool(job.requested_at) or job.status not in {"created", VALID}


def errors_in(raw: Json, key: str) -> tuple[JobError, ...]:
    """Return the errors that a job, as received, carries itself under `key` (unknown 31)."""
    return read_errors(raw.get(key)) if isinstance(raw, dict) else ()


def _read_error(raw: Json) -> JobError:
    if not isinstance(raw, dict):
        return JobError(message=_word(raw), row=None, column=None, error_type="error")
    return JobError(
        message=_word(raw.get("message", "")),
        row=_count(raw.get("row")),
        column=_count(raw.get("column")),
        error_type=_text(raw.get("error_type")) or "error",
    )


def _word(raw: Json) -> str:
    """Return a text as it is, anything else as JSON, so that `null` and 7 are words like others (N-64)."""
    return raw if isinstance(raw, str) else json.dumps(raw)


def _text(raw: Json) -> str:
    """Return a text, `""` for nothing there."""
    return "" if raw is None else _word(raw)


def _count(raw: Json) -> int | None:
    """Return a whole number or its string; None for anything else."""
    if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) < 16:
        return int(raw)
    return raw if isinstance(raw, int) and not isinstance(raw, bool) else None
