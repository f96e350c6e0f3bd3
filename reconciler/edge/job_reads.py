"""Reading bulk jobs and their errors (platform-api sections 5 to 8)."""

from typing import Final

from reconciler.edge.deadline import Deadline
from reconciler.edge.job_list import read_jobs
from reconciler.edge.job_reader import errors_in, read_errors, read_job
from reconciler.edge.listing import ENVELOPES, Page, rows_of
from reconciler.edge.transport import Transport
from reconciler.edge.watch import VANISHED
from reconciler.model.batch import Job, JobError
from reconciler.model.errors import Denied, NotUnderstood
from reconciler.model.source import Json

JOBS: Final = "bulk/users/jobs"
ERRORS: Final = "bulk/users/errors"
JOBS_A_PAGE: Final = 100
MISSED_PAUSE_S: Final = 2.0
"""Between two looks for a job that cannot be found."""


class JobReads:
    """The bulk jobs of one tenant, read over one transport."""

    def __init__(self, transport: Transport) -> None:
        self.transport, self.clock, self.timeouts = transport, transport.clock, transport.timeouts

    def jobs(self, newer_than: int | None = None) -> tuple[Job, ...]:
        """Return the bulk jobs with an id above `newer_than` (None: all), newest first, each once (N-50)."""
        deadline = Deadline(self.clock, self.timeouts.reading_s)

        def fetch(page: int) -> Page:
            reply = self.transport.get(JOBS, {"page": page, "per_page": JOBS_A_PAGE}, deadline)
            return Page(rows_of(reply.body, f"GET {JOBS}", (*ENVELOPES, "jobs")), reply.total)

        return read_jobs(fetch, newer_than)

    def job(self, ident: int) -> Job:
        """Return one job.

        Raises:
            Denied: Status 404 where there is no such job.
            NotUnderstood: The answer is no job, or another one.
        """
        try:
            job = read_job(self._get_job(ident), f"GET {JOBS}/{ident}")
        except Denied as error:
            if error.status != 404:
                raise
            hint = "`reconciler jobs` lists those that there are"
            raise Denied(f"the platform has no job {ident}", hint, status=404) from error
        if job.ident != ident:
            raise NotUnderstood(f"GET {JOBS}/{ident}: the platform answered with job {job.ident}")
        return job

    def scheme_errors(self, ident: int) -> tuple[JobError, ...]:
        """Return what the validation of a job found; none where the platform knows of none (N-32)."""
        return self._read_errors("scheme", ident, None)

    def update_errors(self, ident: int) -> tuple[JobError, ...]:
        """Return errors and warnings of a job's rows; none where the platform knows of none (N-32)."""
        return self._read_errors("update", ident, None)

    def step(self) -> Deadline:
        """Return the end of a step of one request with its repetitions, beginning now."""
        return Deadline(self.clock, self.timeouts.step_s)

    def _get(self, path: str) -> Json:
        return self.transport.get(path, {}, self.step()).body

    def _get_job(self, ident: int) -> Json:
        return self._get(f"{JOBS}/{ident}")

    def _get_known_job(self, ident: int) -> Json:
        """Read a job that was there before: not to be found once is nothing (N-31)."""
        for _ in range(VANISHED - 1):
            try:
                return self._get_job(ident)
            except Denied as error:
                if error.status != 404:
                    raise
            self.clock.sleep(MISSED_PAUSE_S)
        return self._get_job(ident)

    def _read_errors(self, kind: str, ident: int, raw: Json) -> tuple[JobError, ...]:
        """Read the errors by their own call, else from the job itself, here as received (unknown 31)."""
        try:
            errors = read_errors(self._get(f"{ERRORS}/{kind}/{ident}"))
        except Denied as error:
            if error.status != 404:
                raise
            errors = ()
        return errors or errors_in(raw or self._get_job(ident), f"{kind}_errors")
