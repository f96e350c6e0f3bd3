"""Bulk jobs: uploaded, validated, started, followed to their end; a lost reply never makes a second run.

Uploading changes nobody; only the start of a validated job does (platform-api sections 3 to 10).
"""

import logging
from collections.abc import Callable
from typing import Final

from reconciler.edge.exchange import Upload
from reconciler.edge.job_reader import (
    DONE,
    FAILED,
    INVALID,
    VALID,
    WAITING,
    errors_in,
    moved,
    read_ident,
    read_job,
)
from reconciler.edge.job_reads import JOBS, JobReads
from reconciler.edge.redaction import safe_text
from reconciler.edge.watch import NOT_TWICE, Watch, lost
from reconciler.edge.writes import Write, settle_write
from reconciler.model.batch import Ending, Job, JobError, JobResult
from reconciler.model.clock import Progress, silent
from reconciler.model.errors import Denied, FateUnknown, NotUnderstood, ReconcilerError, RunRefused
from reconciler.model.source import Json

log = logging.getLogger("reconciler.edge.jobs")

UPLOAD: Final = "bulk/users/upload"
PROCEED: Final = "bulk/users/proceed"


def nothing() -> None:
    """Do nothing."""


class Jobs(JobReads):
    """The life of bulk jobs, on top of reading them."""

    def upload(self, file_name: str, data: bytes, newer_than: int | None) -> Job:
        """Upload a new file and return its job, as it was read afterwards under this name.

        A reply is never the proof (N-41). After a lost or strange reply the jobs are searched for the name, which
        must be unique to this run; where it is absent for the settle time, the file is uploaded once more. Should
        two jobs carry the name, the lower id is taken and the other stays unstarted: two runs that see the
        same two then agree (P-07).

        Args:
            file_name: Such as `reconciler-<fingerprint>-<run>.json`.
            data: UTF-8 JSON, an array of row objects, sent as it is.
            newer_than: The highest job id before the run; None where there was none.

        Raises:
            Unreachable: Nothing was sent.
            Denied: The platform refused the file, and there is no job.
            NotUnderstood: The platform said yes, and there is no job.
            FateUnknown: It cannot be decided whether there is a job.
        """
        idents: list[int] = []
        sent = 0

        def send() -> None:
            nonlocal sent
            sent += 1
            reply = self.transport.send("POST", UPLOAD, Upload(file_name, data, {}), self.step())
            idents.append(read_ident(reply.body, f"POST {UPLOAD}"))
            log.info("the platform says that job %d was made", idents[-1])

        def look() -> Job | None:
            known = [job for ident in idents if (job := self._job_or_none(ident))]
            if foreign := [job for job in known if job.file_name != file_name]:
                raise _foreign(foreign[0], file_name)
            oldest = None if known and sent == 1 else self._job_named(file_name, newer_than)
            return oldest or (known[0] if known else None)

        job = settle_write(_upload_of(file_name, send, look), self.clock, self.timeouts.settle_s)
        log.info("job %d holds %s", job.ident, file_name)
        return job

    def replace(self, ident: int, file_name: str, data: bytes) -> Job:
        """Replace the file of a job whose validation failed, the only use of PUT (unknown 11).

        Raises:
            RunRefused: The job is in another state; nothing was sent.
            Otherwise as `upload`.
        """
        job = self.job(ident)
        if job.status != INVALID:
            raise RunRefused(
                f"the file of job {ident} cannot be replaced: its state is {safe_text(job.status)}",
                f"only a job that failed the platform's check ({INVALID}) can be given another file",
            )

        def send() -> None:
            self.transport.send("PUT", UPLOAD, Upload(file_name, data, {"id": str(ident)}), self.step())

        def look() -> Job | None:
            now = self._job_or_none(ident)
            return now if now and now.file_name == file_name else None

        return settle_write(_upload_of(file_name, send, look), self.clock, self.timeouts.settle_s)

    def await_validation(
        self, job: Job, rows: int, deadline_s: float, progress: Progress = silent
    ) -> Job | JobResult:
        """Follow an uploaded job until it is validated.

        Args:
            job: As `upload` returned it.
            rows: How many rows were sent.
            deadline_s: How long it may take.
            progress: Is told of each reading.

        Returns:
            The job where it may be proceeded (or somebody started it already); a `JobResult` with the scheme
            errors where the platform refused the file. Nothing ran then.

        Raises:
            NotUnderstood: Validated with another number of rows than sent (N-41).
            FateUnknown: Not validated in time (N-60), vanished (N-31), or another job answered (N-68).
            Denied: The credential is refused; the job was not started.
        """
        watch = Watch(self._get_job, _validated, self.clock, progress, started=False)
        seen = watch.follow(job, deadline_s)
        now = seen.job
        if now.status == INVALID or now.status in FAILED:
            ending = Ending.INVALID if now.status == INVALID else Ending.FAILED
            return JobResult(now, ending, self._errors_at_the_end("scheme", now.ident, seen.raw))
        if not seen.done:
            raise FateUnknown(
                f"job {now.ident} was uploaded and not validated within {deadline_s:.0f} s; "
                f"its state is {safe_text(now.status)}; it was not started",
                NOT_TWICE,
                job=now.ident,
            )
        if not moved(now) and now.total_rows != rows:
            stored = "an unknown number" if now.total_rows is None else now.total_rows
            raise NotUnderstood(
                f"the platform stored {stored} of {rows} rows in job {now.ident}",
                "the job was not started and must not be started in the portal; run again",
            )
        return now

    def proceed(self, job: Job, at_last: Callable[[], None] = nothing) -> Job:
        """Start a validated job, and return it as soon as it can be seen that it was started.

        The job is read just before. Where it cannot be seen to move for the settle time, the start is sent once
        more for the same id (N-07, N-40, N-61). A job that somebody started already is returned as it is.

        Args:
            job: As `await_validation` returned it.
            at_last: Is called last of all before the start is sent, and raises to prevent it (P-17).

        Raises:
            RunRefused: The job is not validated; nothing was sent.
            Unreachable: Nothing was sent.
            Denied: The platform refused, and the job does not move (N-34).
            FateUnknown: It cannot be decided whether the job was started.
        """
        seen = [self._same(job)]
        if seen[0].status == INVALID or (not moved(seen[0]) and seen[0].status != VALID):
            raise RunRefused(f"job {job.ident} was not started: its state is {safe_text(seen[0].status)}")
        if moved(seen[0]):
            log.warning("job %d was started already by %s", job.ident, safe_text(seen[0].started_by))
            return seen[0]
        fate = FateUnknown(f"it is not known whether job {job.ident} was started", NOT_TWICE, job=job.ident)

        def send() -> None:
            if seen[-1].status != VALID:
                raise fate
            self.transport.send("POST", PROCEED, {"id": job.ident}, self.step())

        def look() -> Job | None:
            seen.append(self._same(job))
            return seen[-1] if moved(seen[-1]) else None

        at_last()
        return settle_write(Write(send, look, fate), self.clock, self.timeouts.settle_s)

    def await_end(self, job: Job, deadline_s: float, progress: Progress = silent) -> JobResult:
        """Follow a started job to its end, and read its update errors.

        An unknown word is no end: it is polled to the deadline and returned as `Ending.UNKNOWN`, for the re-read
        of the people to decide (N-64). The counts never decide anything (N-69).

        Raises:
            FateUnknown: It still runs at the deadline (N-62), vanished (N-31), cannot be read (N-08, N-29), or
                another job answered (N-68).
        """
        watch = Watch(
            self._get_job, lambda now: _ending(now) is not Ending.UNKNOWN, self.clock, progress, started=True
        )
        seen = watch.follow(job, deadline_s)
        now, ending = seen.job, _ending(seen.job)
        if ending is Ending.UNKNOWN and now.status in WAITING:
            raise FateUnknown(
                f"{lost(now)}: {now.affected_rows or 0} of {now.total_rows or 0} rows done after "
                f"{deadline_s:.0f} s; its state is {now.status}",
                NOT_TWICE,
                job=now.ident,
            )
        kind = "scheme" if ending is Ending.INVALID else "update"
        return JobResult(now, ending, self._errors_at_the_end(kind, now.ident, seen.raw))

    def _job_or_none(self, ident: int) -> Job | None:
        try:
            return self.job(ident)
        except Denied as error:
            if error.status != 404:
                raise
            return None

    def _job_named(self, file_name: str, newer_than: int | None) -> Job | None:
        named = [job for job in self.jobs(newer_than) if job.file_name == file_name]
        if len(named) > 1:
            log.warning("jobs %s all hold %s; only the lowest is used", [job.ident for job in named], file_name)
        return min(named, key=lambda job: job.ident, default=None)

    def _same(self, job: Job) -> Job:
        """Read a job again; raises `FateUnknown` where another one answers (N-68)."""
        now = read_job(self._get_known_job(job.ident), f"GET {JOBS}/{job.ident}")
        if (now.ident, now.file_name) != (job.ident, job.file_name):
            shown = f"job {now.ident} ({safe_text(now.file_name)})"
            raise FateUnknown(
                f"asked for job {job.ident} ({job.file_name}), the platform showed {shown}",
                NOT_TWICE,
                job=job.ident,
            )
        return now

    def _errors_at_the_end(self, kind: str, ident: int, raw: Json) -> tuple[JobError, ...]:
        """Read the errors of a job that ended; that they cannot be read must not hide how it ended."""
        try:
            return self._read_errors(kind, ident, raw)
        except ReconcilerError as error:
            log.warning("%s", error)
            return errors_in(raw, f"{kind}_errors")


def _upload_of(file_name: str, send: Callable[[], None], look: Callable[[], Job | None]) -> Write:
    again = "nothing was started; run again, it looks for this file first"
    fate = FateUnknown(f"it is not known whether the platform took {file_name}", again)
    unseen = NotUnderstood(f"the platform said yes to {file_name}, and there is no such job", again)
    return Write(send, look, fate, unseen)


def _foreign(job: Job, file_name: str) -> FateUnknown:
    return FateUnknown(
        f"job {job.ident} should hold {file_name}, and holds {safe_text(job.file_name)}", NOT_TWICE, job=job.ident
    )


def _validated(job: Job) -> bool:
    """Say whether there is nothing to wait for before the start: a verdict, or somebody started it."""
    known = {VALID, INVALID, "in_progress"} | DONE | FAILED
    return job.status in known or bool(job.requested_at)


def _ending(job: Job) -> Ending:
    if job.status in DONE:
        return Ending.DONE
    if job.status in FAILED:
        return Ending.FAILED
    return Ending.INVALID if job.status == INVALID else Ending.UNKNOWN
