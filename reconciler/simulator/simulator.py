"""The simulator inside another program: start, look, change, stop."""

import copy
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from reconciler.simulator import door
from reconciler.simulator.server import Server
from reconciler.simulator.store import Store, packaged_seed, seeded
from reconciler.simulator.switches import Settings
from reconciler.simulator.tenant import Tenant

API = "/apps/api/v1"


class Simulator:
    """A platform of its own on a loopback port, for the life of a `with` block.

    Args:
        seed: Users and names (see `store`); None is the packaged seed.
        switches: Behaviours other than the default (see `switches`).
        faults: Misbehaviours (see `faults`).
        clock: Seconds since the epoch. Everything that knows time uses it: jobs, the rate limit,
            stale reads, time stamps.
        sleep: Waits for a fault's delay; None waits in real time and ends when the simulator stops.
        subdomain: User name of the credential.
        token: Password of the credential.
        validate_seconds: From an upload to the end of its validation.
        job_seconds: From a proceed to the job's end; the rows are spread over it evenly.
        port: 0 takes a free one.
        database: SQLite file that keeps users and jobs between runs; when it exists `seed` is not used.

    Raises:
        ValueError: The seed, a switch or a fault is wrong.
    """

    def __init__(
        self,
        seed: Mapping[str, Any] | None = None,
        switches: Mapping[str, object] | None = None,
        faults: Iterable[Mapping[str, Any]] = (),
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] | None = None,
        subdomain: str = "acme",
        token: str = "simulator-token",  # noqa: S107 - opens nothing but this simulator
        validate_seconds: float = 0.0,
        job_seconds: float = 0.0,
        port: int = 0,
        database: Path | None = None,
    ) -> None:
        settings = Settings.of(switches or {})
        self._store = Store(database) if database is not None else None
        kept = self._store.load(validate_seconds, job_seconds) if self._store else None
        directory, jobs = kept or seeded(
            packaged_seed() if seed is None else seed, settings, clock(), validate_seconds, job_seconds
        )
        self._tenant = Tenant(subdomain, token, directory, jobs, clock, settings)
        self._tenant.faults.set(faults)
        self._server = Server(self._tenant, sleep, port, self._store.save if self._store else None)

    @property
    def url(self) -> str:
        """The address without path, such as `http://127.0.0.1:43211`."""
        return self._tenant.url

    @property
    def base_url(self) -> str:
        """The address of the API: `url` and `/apps/api/v1`."""
        return self.url + API

    @property
    def subdomain(self) -> str:
        """User name of the credential."""
        return self._tenant.subdomain

    @property
    def token(self) -> str:
        """Password of the credential, as it is now."""
        return self._tenant.token

    def start(self) -> Self:
        """Begin to serve."""
        self._server.start()
        return self

    def stop(self) -> None:
        """End every connection and close the database."""
        self._server.stop()
        if self._store:
            with self._tenant.lock:
                self._tenant.advance()
                self._store.save(self._tenant)
            self._store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def state(self) -> dict[str, Any]:
        """Everything behind the API, a copy (see `door.state`)."""
        with self._tenant.lock:
            return copy.deepcopy(door.state(self._tenant))

    def users(self) -> list[dict[str, Any]]:
        """All users as they truly are, by id."""
        with self._tenant.lock:
            return copy.deepcopy(door.users(self._tenant))

    def user(self, email: str) -> dict[str, Any] | None:
        """One user by address, or None."""
        with self._tenant.lock:
            self._tenant.advance()
            user = self._tenant.directory.find(email)
            return copy.deepcopy(user.plain()) if user else None

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs by id."""
        with self._tenant.lock:
            return copy.deepcopy(door.jobs(self._tenant))

    def log(self) -> list[dict[str, Any]]:
        """The requests so far."""
        with self._tenant.lock:
            return self._tenant.log.plain()

    def uploaded(self, job_id: int) -> bytes:
        """The bytes of a job's file part, untouched (raises KeyError)."""
        with self._tenant.lock:
            return self._tenant.jobs.jobs[job_id].data

    def set_switches(self, **values: object) -> None:
        """Set switches (raises ValueError)."""
        with self._tenant.lock:
            self._tenant.set_switches(values)

    def add_fault(self, fault: Mapping[str, Any]) -> None:
        """Add a misbehaviour; it counts requests from now on (raises ValueError)."""
        with self._tenant.lock:
            self._tenant.faults.add(fault)

    def clear_faults(self) -> None:
        """Take all misbehaviours away."""
        with self._tenant.lock:
            self._tenant.faults.set(())

    def new_run(self) -> None:
        """Let steps start anew: the next read of users is `R` again, every fault counts from 1."""
        with self._tenant.lock:
            self._tenant.new_run()

    def edit_user(self, email: str, **fields: Any) -> None:
        """A portal edit in the seed form; `new_email` changes the address (raises KeyError)."""
        with self._tenant.lock:
            self._tenant.edit_user(email, fields)

    def add_user(self, entry: Mapping[str, Any]) -> None:
        """A user made in the portal."""
        with self._tenant.lock:
            self._tenant.add_user(entry)

    def remove_user(self, email: str) -> None:
        """Take a user away (raises KeyError)."""
        with self._tenant.lock:
            self._tenant.remove_user(email)

    def add_job(self, entry: Mapping[str, Any]) -> int:
        """A job of somebody else (see `store`); gives its id."""
        with self._tenant.lock:
            return self._tenant.jobs.add(entry, self._tenant.settings, self._tenant.advance()).id

    def set_roles(self, names: Iterable[str]) -> None:
        """Replace the tenant's roles; who holds a role that is gone still holds it."""
        self._set(roles=list(names))

    def set_teams(self, names: Iterable[str]) -> None:
        """Replace the tenant's teams; who is in a team that is gone still is."""
        self._set(teams=list(names))

    def set_locations(self, names: Iterable[str]) -> None:
        """Replace the tenant's locations."""
        self._set(locations=list(names))

    def set_token(self, token: str) -> None:
        """Revoke the credential's token and make another one valid."""
        self._set(token=token)

    def rename_role(self, old: str, new: str) -> None:
        """Rename a role for the tenant and all who hold it."""
        with self._tenant.lock:
            self._tenant.run("rename_role", [old, new])

    def _set(self, **values: Any) -> None:
        with self._tenant.lock:
            self._tenant.advance()
            door.set_tenant(self._tenant, values)
