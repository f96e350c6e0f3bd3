"""Batch and ended job -> receipts: what the platform reported, placed on people as hints.

The platform gives no result a row, only errors whose row number has an unknown base (platform-api unknown 29).
So nobody is blamed by a number unless the batch has one row; only the re-read tells who changed.
"""

from typing import Final

from reconciler.model.batch import Batch, Ending, JobError, JobResult, Outcome, Receipt, Row
from reconciler.model.source import Problem, Problems, Severity

BASES: Final = (0, 1, 2)
"""The number of the first row: counted from 0, from 1, or after a header line (unknown 29)."""

ERROR: Final = "job.error"
"""Code of an error that the platform surely reported for this person."""

WARNING: Final = "job.warning"
"""Code of a warning that the platform surely reported for this person."""

MAYBE: Final = "job.maybe"
"""Code of an entry that the platform may have reported for this person."""

REFUSED: Final = "N-63"
"""Code of a person whose row did not run because the platform refused the whole file."""


def settle(batch: Batch, result: JobResult) -> tuple[tuple[Receipt, ...], Problems]:
    """Return a receipt a row, in the order of the rows, and the entries that belong to nobody for sure.

    `Outcome.UNKNOWN` means sent: `core.verify` decides it by a re-read. After `Ending.INVALID` nothing ran, so
    every row is rejected. Messages are kept as received; the views escape them. The unplaced entries of a job
    that ran are warnings: whether something is wrong shows in the re-read.
    """
    invalid = result.ending is Ending.INVALID
    placed: list[list[Problem]] = [[] for _ in batch.rows]
    unplaced = [refused(batch, result)] if invalid else []
    for error in result.errors:
        indices = candidates(error, len(batch.rows))
        sure = len(batch.rows) == 1 and bool(indices)
        for index in indices:
            placed[index].append(reported(error, batch.rows[index], result.job.ident, sure=sure))
        if not sure:
            unplaced.append(raw(error, [batch.rows[index] for index in indices], result.job.ident, invalid))
    receipts = tuple(receipt(row, result, problems) for row, problems in zip(batch.rows, placed, strict=True))
    return receipts, tuple(unplaced)


def candidates(error: JobError, count: int) -> list[int]:
    """Return the indices of the rows that an entry may mean; with one row also an entry without a number."""
    if error.row is None:
        return [0] if count == 1 else []
    return [error.row - base for base in reversed(BASES) if 0 <= error.row - base < count]


def reported(error: JobError, row: Row, job: int, *, sure: bool) -> Problem:
    """Place an entry on a row: as its error or warning, or as a note where it may mean another row."""
    meant = "" if sure else "; it may mean this person"
    known = WARNING if severity_of(error) is Severity.WARNING else ERROR
    return Problem(
        f"job {job} reported {entry(error)}{meant}",
        mark=row.change.mark,
        user=row.change.key,
        code=known if sure else MAYBE,
        severity=severity_of(error) if sure else Severity.NOTE,
    )


def raw(error: JobError, rows: list[Row], job: int, invalid: bool) -> Problem:
    """Report an entry as received, with the people whom it may mean."""
    people = " or ".join(f"{row.change.email} ({place(row)})" for row in rows)
    return Problem(
        f"job {job} reported {entry(error)}",
        f"the platform does not say how it counts rows; it may mean {people}" if people else "",
        code="L-12",
        severity=severity_of(error) if invalid else Severity.WARNING,
    )


def entry(error: JobError) -> str:
    """Say an entry as it came: its sort, row, column and message."""
    row = "no row" if error.row is None else f"row {error.row}"
    column = "" if error.column is None else f", column {error.column}"
    return f'{"a warning" if error.error_type == "warning" else "an error"} ({row}{column}): "{error.message}"'


def place(row: Row) -> str:
    """Say where a row comes from in the tree."""
    return f"{row.change.mark.file}:{row.change.mark.line}"


def severity_of(error: JobError) -> Severity:
    """Return how much an entry weighs: only the platform's own word makes it a warning (unknown 32)."""
    return Severity.WARNING if error.error_type == "warning" else Severity.ERROR


def refused(batch: Batch, result: JobResult) -> Problem:
    """Say once that nothing of the job ran."""
    return Problem(
        f"job {result.job.ident}: the platform refused the whole file before carrying out anything; none of its "
        f"{len(batch.rows)} rows changed anybody",
        "correct what is reported below and run again",
        code=REFUSED,
    )


def receipt(row: Row, result: JobResult, problems: list[Problem]) -> Receipt:
    """Return the receipt of one row, provisional unless nothing ran."""
    if result.ending is not Ending.INVALID:
        return Receipt(row.change, Outcome.UNKNOWN, result.job.ident, tuple(problems))
    nothing = Problem(
        f"not carried out: the platform refused the whole file of job {result.job.ident}",
        mark=row.change.mark,
        user=row.change.key,
        code=REFUSED,
    )
    return Receipt(row.change, Outcome.REJECTED, result.job.ident, (*problems, nothing))
