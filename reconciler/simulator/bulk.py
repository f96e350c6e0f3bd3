"""The bulk calls: template, upload, proceed, jobs, errors (platform-api sections 2 to 8)."""

import json
from dataclasses import dataclass
from typing import Any

from reconciler.simulator.directory import Directory
from reconciler.simulator.job import CREATED, INVALID, VALID, Job, hidden, problems, shown
from reconciler.simulator.jobs import Jobs
from reconciler.simulator.paging import job_link, number, page_of, paging_headers
from reconciler.simulator.scheme import read_rows
from reconciler.simulator.switches import Settings
from reconciler.simulator.template import template
from reconciler.simulator.wire import Part, Refusal, Reply, Request, digits, json_reply, multipart

NOT_FOUND = "Not Found"
MISSING = "param is missing or the value is empty: {}"
JOBS_PAGE = 20


@dataclass(frozen=True, slots=True)
class Bulk:
    """The bulk calls of one moment."""

    directory: Directory
    jobs: Jobs
    settings: Settings
    now: float
    url: str
    api_user: str

    def template(self) -> Reply:
        """`GET bulk/users/template`."""
        return json_reply(200, template(self.directory, self.settings))

    def post_upload(self, request: Request) -> Reply:
        """`POST bulk/users/upload`: a new job; with the id of a job the same as PUT."""
        parts = self._parts(request)
        if "id" in parts:
            return self.put_upload(request)
        self._refuse_concurrent(None)
        file = self._file(parts)
        name = file.filename or "upload.json"
        job = self.jobs.create(name, file.data, self.settings, self.now, self.api_user)
        return self._job_reply(job.id, CREATED, "POST")

    def put_upload(self, request: Request) -> Reply:
        """`PUT bulk/users/upload`: another file for a job that has not been processed."""
        parts = self._parts(request)
        if "id" not in parts or not parts["id"].data.strip():
            raise Refusal(400, MISSING.format("id"))
        job = self._find(parts["id"].data.decode("latin-1").strip())
        self._refuse_concurrent(job)
        file = self._file(parts)
        waiting = job.phase in (CREATED, INVALID) or (job.phase == VALID and job.requested_at is None)
        if not waiting and self.settings["put_running"] == "400":
            raise Refusal(400, "Job is already processed")
        self.jobs.replace(job, file.filename or job.filename, file.data, self.settings, self.now)
        return self._job_reply(job.id, CREATED, "PUT")

    def proceed(self, request: Request) -> Reply:
        """`POST bulk/users/proceed`: start a valid job."""
        job = self._find(_body_id(request.body))
        if job.requested_at is not None:
            if self.settings["proceed_twice"] == "400":
                raise Refusal(400, "Job is already processed")
        elif job.phase != VALID:
            if self.settings["proceed_wrong_state"] != "200":
                raise Refusal(int(self.settings["proceed_wrong_state"]), "Job is not ready to be processed")
        else:
            self._refuse_concurrent(job)
            self.jobs.proceed(job, self.settings, self.now)
        return self._job_reply(job.id, self.settings["proceed_status"], "proceed")

    def list_jobs(self, request: Request) -> Reply:
        """`GET bulk/users/jobs`: newest first, in pages."""
        visible = [job for job in self.jobs.newest_first() if not hidden(job, self.settings, self.now)]
        page = number(request.query, "page", 1)
        size = number(request.query, "per_page", JOBS_PAGE)
        reply = json_reply(200, [self._shown(job) for job in page_of(visible, page, size)])
        return reply.with_headers(**paging_headers(len(visible), page, size, self.url, self.settings))

    def job(self, text: str) -> Reply:
        """`GET bulk/users/jobs/{id}`."""
        return json_reply(200, self._shown(self._find(text)))

    def errors(self, text: str, *, update: bool) -> Reply:
        """`GET bulk/users/errors/scheme/{id}` and `.../update/{id}`."""
        job = self._find(text)
        if self.settings["error_arrays"] == "arrays_only":
            raise Refusal(404, NOT_FOUND)
        found = job.update if update else job.scheme
        if not found and self.settings["no_errors"] == "404":
            raise Refusal(404, NOT_FOUND)
        return json_reply(200, problems(found, self.settings, self.directory.template_keys, update=update))

    def _shown(self, job: Job) -> dict[str, Any]:
        return shown(job, self.settings, self.now, self.directory.template_keys)

    def _parts(self, request: Request) -> dict[str, Part]:
        limit = self.settings.number("max_bytes")
        if limit and len(request.body) > limit:
            raise Refusal(413, "Request entity too large")
        return multipart(request)

    def _file(self, parts: dict[str, Part]) -> Part:
        file = parts.get("file")
        if file is None or not file.data:
            raise Refusal(400, MISSING.format("file"))
        if self.settings["file_part"] == "strict" and not _is_strict(file):
            raise Refusal(400, "file must be a JSON file")
        return file

    def _find(self, text: str) -> Job:
        job = self.jobs.jobs.get(digits(text) or 0)
        if job is None or hidden(job, self.settings, self.now):
            raise Refusal(404, NOT_FOUND)
        return job

    def _refuse_concurrent(self, job: Job | None) -> None:
        answer = self.settings["concurrent"]
        if answer != "allowed" and self.jobs.busy_beside(job):
            raise Refusal(int(answer), "Another job is in progress")

    def _job_reply(self, job_id: int, status: str, call: str) -> Reply:
        link = job_link(job_id, self.url, self.settings)
        codes = self.settings["success_codes"]
        code = int(codes) if codes != "documented" else {"POST": 201, "PUT": 200, "proceed": 200}[call]
        reply = json_reply(code, {"id": job_id, "status": status, "link": link})
        return reply if self.settings["link_header"] == "absent" else reply.with_headers(Link=link)


def _body_id(body: bytes) -> str:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, MISSING.format("id")) from None
    found = content.get("id") if isinstance(content, dict) else None
    if found is None or found == "" or isinstance(found, bool):
        raise Refusal(400, MISSING.format("id"))
    return str(found)


def _is_strict(file: Part) -> bool:
    named = (file.filename or "").endswith(".json") and file.content_type == "application/json"
    return named and not file.data.startswith(b"\xef\xbb\xbf") and read_rows(file.data) is not None
