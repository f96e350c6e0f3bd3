"""One tenant of the platform: all its state, and what a request does to it."""

import json
import os
import signal
import threading
from base64 import b64decode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.simulator.bulk import NOT_FOUND, Bulk
from reconciler.simulator.directory import PORTAL, Directory, edited, from_plain
from reconciler.simulator.extras import with_extras
from reconciler.simulator.faults import BASE, Fault, Faults
from reconciler.simulator.jobs import Jobs
from reconciler.simulator.limiter import Limiter
from reconciler.simulator.reading import users_reply
from reconciler.simulator.request_log import CLOSED, Entry, RequestLog, digest
from reconciler.simulator.switches import Settings
from reconciler.simulator.wire import Refusal, Reply, Request, digits, encoded, error_reply

API_USER = "api_user_name_1"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request whose head has been read: its log entry, its faults, and whether it is within the limit."""

    entry: Entry
    faults: tuple[Fault, ...]
    allowed: bool

    @property
    def fault(self) -> Fault | None:
        """The fault that decides how the connection goes on, if any."""
        return next((fault for fault in self.faults if fault.place), None)

    def waits(self, moment: str) -> float:
        """Seconds to wait `before` or `after` acting."""
        return sum(fault.delay for fault in self.faults if fault.delay_at == moment)


@dataclass(slots=True)
class Tenant:
    """Everything behind the socket. Callers hold `lock` around every method."""

    subdomain: str
    token: str
    directory: Directory
    jobs: Jobs
    clock: Callable[[], float]
    settings: Settings = field(default_factory=lambda: Settings({}))
    faults: Faults = field(default_factory=Faults)
    limiter: Limiter = field(default_factory=Limiter)
    log: RequestLog = field(default_factory=RequestLog)
    lock: threading.RLock = field(default_factory=threading.RLock)
    url: str = ""
    proceeded: bool = False
    reads: int = 0

    def advance(self) -> float:
        """Let the jobs catch up with the clock; gives the time."""
        now = self.clock()
        self.jobs.advance(self.directory, self.settings, now)
        return now

    def arrive(self, request: Request, query: str) -> Arrival:
        """Note a request whose head has been read, and run what faults do before it is acted upon."""
        now = self.advance()
        step = self._step(request.method, request.path)
        entry = Entry(
            len(self.log.entries) + 1, now, request.method, request.path, query, step,
            tuple(sorted(request.headers)), self._credential(request.headers),
        )  # fmt: skip
        self.log.add(entry)
        allowed = self.limiter.accept(now, self.settings.number("rate_limit"))
        arrival = Arrival(entry, self.faults.meet(step, request.method, request.path), allowed)
        self.run_faults(arrival, "before")
        return arrival

    def act(self, request: Request, arrival: Arrival) -> Reply:
        """Answer a request as the platform would."""
        now = self.advance()
        arrival.entry.sha256 = digest(request.body)
        try:
            if not arrival.allowed:
                raise self._too_fast()
            if self._credential(request.headers) != "right":
                raise self._unauthorized()
            reply = self._route(request, arrival.entry, now)
        except Refusal as refusal:
            form = self.settings["error_body"]
            if refusal.status == 401 and self.settings["unauthorized"] == "401_html":
                form = "html"
            reply = error_reply(refusal, form)
        if self.settings["extra_keys"] == "random" and reply.body.startswith((b"{", b"[")):
            reply = replace(reply, body=encoded(with_extras(json.loads(reply.body))))
        return reply

    def run_faults(self, arrival: Arrival, when: str) -> None:
        """Run what the faults of a request do beside it, `before` or `after` acting."""
        for fault in arrival.faults:
            if fault.when == when:
                for action, value in fault.run.items():
                    self.run(action, value)

    def run(self, action: str, value: Any) -> None:
        """Do something to the tenant from outside its API (the actions of `faults`)."""
        match action:
            case "edit":
                self.edit_user(value["email"], {key: new for key, new in value.items() if key != "email"})
            case "add_user":
                self.add_user(value)
            case "remove_user":
                self.remove_user(value)
            case "add_job":
                self.jobs.add(value, self.settings, self.advance())
            case "token":
                self.token = str(value)
            case "kill":
                with suppress(ProcessLookupError):
                    os.kill(int(value), signal.SIGKILL)
            case "rename_role":
                self.directory.rename_role(value[0], value[1], self.advance())
            case "switches":
                self.set_switches(value)

    def set_switches(self, values: Mapping[str, object]) -> None:
        """Set switches; what was due before still happens under the old ones (raises ValueError)."""
        settings = self.settings.but(values)
        self.advance()
        self.settings = settings

    def edit_user(self, email: str, fields: Mapping[str, Any]) -> None:
        """A portal edit. `new_email` changes the address (raises KeyError for an unknown user)."""
        now = self.advance()
        user = self.directory.find(email)
        if user is None:
            raise KeyError(email)
        changes = {"email" if key == "new_email" else key: value for key, value in fields.items()}
        wipes = self.settings["deactivate_teams"] == "wiped"
        self.directory.put(edited(user, changes, now, wipes=wipes), now, PORTAL)

    def add_user(self, entry: Mapping[str, Any]) -> None:
        """A user made in the portal, in the seed form."""
        now = self.advance()
        self.directory.put(from_plain(entry, self.directory.next_id(), now), now, PORTAL)

    def remove_user(self, email: str) -> None:
        """Take a user away (raises KeyError for an unknown user)."""
        now = self.advance()
        user = self.directory.find(email)
        if user is None:
            raise KeyError(email)
        self.directory.remove(user, now)

    def new_run(self) -> None:
        """Let steps start anew: the next read is `R` again and every fault counts from 1."""
        self.proceeded = False
        self.faults.recount()

    def _route(self, request: Request, entry: Entry, now: float) -> Reply:
        url = self.url + request.path
        bulk = Bulk(self.directory, self.jobs, self.settings, now, url, API_USER)
        path = request.path.removeprefix(BASE)
        head, _, last = path.rpartition("/")
        match (request.method, path, head):
            case ("GET", "users", _):
                return users_reply(request, self.directory, self.settings, self._since(now), url)
            case ("GET", "bulk/users/template", _):
                return bulk.template()
            case ("GET", "bulk/users/jobs", _):
                return bulk.list_jobs(request)
            case ("GET", _, "bulk/users/jobs"):
                return bulk.job(last)
            case ("GET", _, "bulk/users/errors/scheme"):
                return bulk.errors(last, update=False)
            case ("GET", _, "bulk/users/errors/update"):
                return bulk.errors(last, update=True)
            case ("POST" | "PUT", "bulk/users/upload", _):
                return self._upload(bulk, request, entry)
            case ("POST", "bulk/users/proceed", _):
                return self._proceed(bulk, request, entry)
        raise Refusal(404, NOT_FOUND)

    def _upload(self, bulk: Bulk, request: Request, entry: Entry) -> Reply:
        reply = bulk.post_upload(request) if request.method == "POST" else bulk.put_upload(request)
        entry.job = json.loads(reply.body)["id"]
        job = self.jobs.jobs.get(entry.job) if entry.job is not None else None
        if job is not None:
            entry.filename, entry.rows = job.filename, len(job.rows)
        return replace(reply, lost=request.method == "POST" and self.settings["upload_reply"] == "lost")

    def _proceed(self, bulk: Bulk, request: Request, entry: Entry) -> Reply:
        reply = bulk.proceed(request)
        entry.job = json.loads(reply.body)["id"]
        self.proceeded = True
        return reply

    def _since(self, now: float) -> float:
        self.reads += 1
        fresh = self.settings["stale_pattern"] == "flip_flop" and self.reads % 2 == 0
        return now if fresh else now - self.settings.number("stale_seconds")

    def _step(self, method: str, path: str) -> str:
        path = path.removeprefix(BASE)
        head, _, last = path.rpartition("/")
        if method == "GET" and path == "users":
            return "C" if self.proceeded else "R"
        if method == "GET" and head == "bulk/users/jobs":
            job = self.jobs.jobs.get(digits(last) or 0)
            return "W" if job is not None and job.requested_at is not None else "V"
        return STEPS.get((method, path)) or STEPS.get((method, head), "-")

    def _credential(self, headers: Mapping[str, str]) -> str:
        scheme, _, value = headers.get("authorization", "").partition(" ")
        if not value:
            return "none"
        try:
            given = b64decode(value.strip(), validate=True).decode()
        except ValueError:
            return "wrong"
        right = scheme.lower() == "basic" and given == f"{self.subdomain}:{self.token}"
        return "right" if right else "wrong"

    def _unauthorized(self) -> Refusal:
        if self.settings["unauthorized"] == "403":
            return Refusal(403, "Forbidden")
        return Refusal(401, "Unauthorized")

    def _too_fast(self) -> Refusal:
        answer = self.settings["rate_answer"]
        if answer == "429_bare":
            return Refusal(429, "Too many requests")
        status, message = (503, "Service Unavailable") if answer == "503" else (429, "Too many requests")
        return Refusal(status, message, Retry_After=self.settings["retry_after"])


STEPS: Mapping[tuple[str, str], str] = {
    ("GET", "bulk/users/template"): "T",
    ("GET", "bulk/users/jobs"): "J",
    ("POST", "bulk/users/upload"): "U",
    ("PUT", "bulk/users/upload"): "U",
    ("POST", "bulk/users/proceed"): "P",
    ("GET", "bulk/users/errors/scheme"): "ES",
    ("GET", "bulk/users/errors/update"): "EU",
}


def closed(entry: Entry) -> None:
    """Note that the connection of a request was closed without a full answer."""
    entry.status = CLOSED
