"""Where a tenant's state comes from and where it is kept.

The seed is a JSON object:

    roles, teams, locations   lists of names; a team name may stand there twice
    max_chat_limit            the largest chat concurrency (default 5)
    template_keys             bulk keys the template shows, in its order (default: all of `record.json`)
    filters                   names of availability filters (default: any name is good)
    users                     a list of objects: field names of `record.json` with their values, and
                              `roles` and `teams` (names held), `status` ("Active" or "Inactive"),
                              `deactivated_at` and `id` if they matter; what is left out has no value
    jobs                      a list of jobs of other owners. With `rows` (bulk rows) or `file` (the exact
                              text of a file) the job is validated as time passes and runs by itself,
                              or with `starts: false` waits to be started; without, it shows `status`
                              (any word) for ever. Also: id, filename, total_rows, affected_rows,
                              failed_rows, portal_user or api_user, created_at and
                              process_requested_at (seconds since the epoch)
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from reconciler.simulator.directory import Directory, User, from_plain
from reconciler.simulator.job import Job
from reconciler.simulator.jobs import Jobs
from reconciler.simulator.problems import Problem
from reconciler.simulator.record import BULK_KEYS
from reconciler.simulator.switches import Settings
from reconciler.simulator.tenant import Tenant

DEFAULT_CHAT_LIMIT = 5
SEED_KEYS = {"roles", "teams", "locations", "max_chat_limit", "template_keys", "filters", "users", "jobs"}


def packaged_seed() -> dict[str, Any]:
    """The small company that comes with the simulator."""
    text = files("reconciler.simulator").joinpath("seed.json").read_text(encoding="utf-8")
    seed: dict[str, Any] = json.loads(text)
    return seed


def seeded(
    seed: Mapping[str, Any], settings: Settings, now: float, validate_seconds: float, job_seconds: float
) -> tuple[Directory, Jobs]:
    """A new tenant from a seed.

    Raises:
        ValueError: The seed has a key or a bulk key that means nothing.
    """
    if unknown := sorted(set(seed) - SEED_KEYS):
        raise ValueError(f"no key of a seed: {', '.join(unknown)}")
    keys = tuple(seed.get("template_keys") or BULK_KEYS)
    if wrong := sorted(set(keys) - set(BULK_KEYS)):
        raise ValueError(f"no bulk key: {', '.join(wrong)}")
    directory = Directory(
        roles=list(seed.get("roles", ())),
        teams=list(seed.get("teams", ())),
        locations=list(seed.get("locations", ())),
        chat_limit=int(seed.get("max_chat_limit") or DEFAULT_CHAT_LIMIT),
        template_keys=keys,
        filters=list(seed["filters"]) if seed.get("filters") is not None else None,
    )
    for entry in seed.get("users", ()):
        directory.seat(from_plain(entry, directory.next_id(), now))
    jobs = Jobs(validate_seconds, job_seconds)
    for entry in seed.get("jobs", ()):
        jobs.add(entry, settings, now)
    return directory, jobs


class Store:
    """A SQLite file with the state of one tenant. Switches, faults, log and history are not kept.

    Args:
        path: The file; it is made when it does not exist.
    """

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path, check_same_thread=False)
        self._base.executescript(
            "CREATE TABLE IF NOT EXISTS tenant (name TEXT PRIMARY KEY, value TEXT NOT NULL);"
            "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, value TEXT NOT NULL);"
            "CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY, value TEXT NOT NULL, file BLOB NOT NULL);"
        )
        self._users: dict[int, User] = {}
        self._revisions: dict[int, int] = {}
        self._tenant = ""

    def load(self, validate_seconds: float, job_seconds: float) -> tuple[Directory, Jobs] | None:
        """The state kept in the file; None when there is none yet."""
        row = self._base.execute("SELECT value FROM tenant WHERE name = 'directory'").fetchone()
        if row is None:
            return None
        kept = json.loads(row[0])
        directory = Directory(**{**kept, "template_keys": tuple(kept["template_keys"])})
        last = directory.last_id
        for number, text in self._base.execute("SELECT id, value FROM users ORDER BY id"):
            directory.seat(from_plain(json.loads(text), number, 0))
        directory.last_id = max(last, directory.last_id)
        jobs = Jobs(validate_seconds, job_seconds)
        for text, file in self._base.execute("SELECT value, file FROM jobs ORDER BY id"):
            job = _job(json.loads(text), file)
            jobs.jobs[job.id] = job
            if not job.settled:
                jobs.active.add(job.id)
        return directory, jobs

    def save(self, tenant: Tenant) -> None:
        """Write what has changed since the last call."""
        with self._base:
            self._save_tenant(tenant.directory)
            self._save_users(tenant.directory)
            self._save_jobs(tenant.jobs)

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def _save_tenant(self, directory: Directory) -> None:
        names = (
            "roles",
            "teams",
            "locations",
            "chat_limit",
            "template_keys",
            "filters",
            "invitations",
            "former",
            "last_id",
        )
        text = json.dumps({name: getattr(directory, name) for name in names})
        if text != self._tenant:
            self._base.execute("INSERT OR REPLACE INTO tenant VALUES ('directory', ?)", (text,))
            self._tenant = text

    def _save_users(self, directory: Directory) -> None:
        # Users are never changed in place, so "the same object" is "unchanged".
        changed = [user for user in directory.users.values() if self._users.get(user.id) is not user]
        self._base.executemany(
            "INSERT OR REPLACE INTO users VALUES (?, ?)", ((user.id, json.dumps(user.plain())) for user in changed)
        )
        gone = set(self._users) - set(directory.users)
        self._base.executemany("DELETE FROM users WHERE id = ?", ((number,) for number in gone))
        self._users = dict(directory.users)

    def _save_jobs(self, jobs: Jobs) -> None:
        for job in jobs.jobs.values():
            if self._revisions.get(job.id) != job.revision:
                text = json.dumps({key: value for key, value in asdict(job).items() if key != "data"})
                self._base.execute("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?)", (job.id, text, job.data))
                self._revisions[job.id] = job.revision


def _job(kept: dict[str, Any], file: bytes) -> Job:
    known = {field.name for field in fields(Job)}
    values = {key: value for key, value in kept.items() if key in known}
    values["scheme"] = [Problem(**problem) for problem in kept["scheme"]]
    values["update"] = [Problem(**problem) for problem in kept["update"]]
    return Job(data=file, **values)
