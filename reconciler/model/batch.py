"""What is sent and what came back: rows, batches, jobs and receipts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.plan import Change
from reconciler.model.source import Json, Problem


@dataclass(frozen=True, slots=True)
class Row:
    """One person's row: the change that it carries out and the whole record that it states."""

    change: Change
    body: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of one job and the very bytes that are uploaded.

    Attributes:
        number: 1 for the first batch of the run.
        rows: At most `batch_size` rows.
        data: UTF-8 JSON, an array of row objects.
        fingerprint: The first 16 hexadecimal digits of the sha-256 of `data`.
    """

    number: int
    rows: tuple[Row, ...]
    data: bytes
    fingerprint: str

    def file_name(self, run: str) -> str:
        """Return `reconciler-<fingerprint>-<run>.json`, unique to these bytes in this run (8 hex digits)."""
        return f"reconciler-{self.fingerprint}-{run}.json"


@dataclass(frozen=True, slots=True)
class Job:
    """A bulk job of the platform (platform-api section 5). Counts are for progress, never for a verdict."""

    ident: int
    status: str
    file_name: str
    total_rows: int | None
    affected_rows: int | None
    failed_rows: int | None
    created_at: str
    requested_at: str
    started_by: str


@dataclass(frozen=True, slots=True)
class JobError:
    """An error or warning of a job as received; the base of `row` is unknown (platform-api unknown 29)."""

    message: str
    row: int | None
    column: int | None
    error_type: str


class Ending(StrEnum):
    """How a job ended, as far as its word tells; only the re-read tells who changed."""

    DONE = "done"
    FAILED = "failed"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class JobResult:
    """A job that ended, and the errors that the platform reports of it."""

    job: Job
    ending: Ending
    errors: tuple[JobError, ...]


class Outcome(StrEnum):
    """What became of one person's change."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not confirmed"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one person's change, in which job, and what to say of it."""

    change: Change
    outcome: Outcome
    job: int | None = None
    problems: tuple[Problem, ...] = ()
