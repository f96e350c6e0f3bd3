"""A stage for end-to-end tests: the simulator on a real socket, the product's command line, one shared time."""

import contextlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from reconciler.cli.main import Outer, run
from reconciler.simulator.simulator import Simulator

SUBDOMAIN: Final = "acme"
TOKEN: Final = "s3cret-token-of-the-tests"
BEGIN: Final = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)

SETTINGS: Final = """\
format: 1
tenant: {url: https://acme.uc1.ccaiplatform.com, timezone: Europe/Madrid}
email_domains: [acme.example]
locations: [Madrid, Manila, Oslo]
privileged_roles: [Admin, Manager Admin]
minimum_active: {roles: {Admin: 1}}
"""

SEED: Final[Mapping[str, Any]] = {
    "roles": ["Admin", "Manager", "Manager Admin", "Agent"],
    "teams": ["Billing ES", "Retention ES", "VIP"],
    "locations": ["Madrid", "Manila", "Oslo"],
    "max_chat_limit": 10,
    "users": [
        {
            "email": "ana@acme.example",
            "first_name": "Ana",
            "last_name": "Reyes",
            "location": "Madrid",
            "roles": ["Agent"],
            "teams": ["Billing ES"],
            "agent_number": "A-1",
            "max_chat_limit": 3,
        },
        {
            "email": "Bo@acme.example",
            "first_name": "Bo",
            "last_name": "Dahl",
            "location": "Oslo",
            "roles": ["Agent"],
            "teams": ["Billing ES", "VIP"],
            "alias": "bo",
        },
        {
            "email": "eva@acme.example",
            "first_name": "Eva",
            "last_name": "Lind",
            "roles": ["Agent", "Manager"],
            "teams": ["Retention ES"],
        },
        {
            "email": "off@acme.example",
            "first_name": "Olga",
            "last_name": "Frey",
            "status": "Inactive",
            "roles": ["Agent"],
            "teams": [],
        },
        {
            "email": "root@acme.example",
            "first_name": "Root",
            "last_name": "One",
            "roles": ["Admin"],
            "teams": [],
        },
    ],
}
"""The small company of the tests: two agents, a manager, somebody inactive, an administrator."""


@dataclass(slots=True)
class VirtualClock:
    """Time that stands still until somebody sleeps; product and simulator share it."""

    seconds: float = field(default_factory=BEGIN.timestamp)

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return self.seconds

    def now(self) -> datetime:
        """Return the time of day."""
        return datetime.fromtimestamp(self.seconds, UTC)

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.seconds += max(0.0, seconds)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The result on standard output, read as JSON."""
        return json.loads(self.out)


@dataclass(slots=True)
class Stage:
    """A tree on disk, a simulated platform, and the command line between them."""

    folder: Path
    simulator: Simulator
    clock: VirtualClock
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environ = {
            "RECONCILER_URL": self.simulator.url,
            "RECONCILER_TOKEN": TOKEN,
            "RECONCILER_SUBDOMAIN": SUBDOMAIN,
            "XDG_STATE_HOME": str(self.folder / "state"),
            **self.environ,
        }
        self.write("reconciler.yaml", SETTINGS)

    @property
    def tree(self) -> Path:
        """The directory of the tree."""
        return self.folder / "users"

    def write(self, name: str, text: str | bytes) -> None:
        """Write one file of the tree."""
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def people(self, *people: Mapping[str, Any], file: str = "people.yaml") -> None:
        """Write declared people as JSON, which is YAML too."""
        self.write(file, json.dumps({"users": list(people)}, indent=1) if people else "users: []\n")

    def settings(self, extra: str) -> None:
        """Write the settings of the tests and more lines."""
        self.write("reconciler.yaml", SETTINGS + extra)

    def run(self, *arguments: str) -> Ended:
        """Run one command line of the product in this process, over the socket."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(["--users", str(self.tree), *arguments], Outer(self.environ, self.clock))
        return Ended(code, out.getvalue(), err.getvalue())

    def plan(self, *arguments: str) -> Ended:
        """Run `plan`."""
        return self.run("plan", *arguments)

    def apply(self, *arguments: str) -> Ended:
        """Run `apply --yes` with a report."""
        return self.run("apply", "--yes", "--report", str(self.folder / "report"), *arguments)

    def live(self, email: str) -> dict[str, Any]:
        """One user as the platform truly holds it."""
        user = self.simulator.user(email)
        assert user is not None, f"{email} is not on the platform"
        return user

    def writes(self) -> list[dict[str, Any]]:
        """The requests so far that may change something."""
        return [entry for entry in self.simulator.log() if entry["method"] in {"POST", "PUT"}]

    def report(self) -> Any:
        """The receipts of the last apply."""
        return json.loads((self.folder / "report" / "receipt.json").read_text())


@contextlib.contextmanager
def stage(folder: Path, seed: Mapping[str, Any] = SEED, **options: Any) -> Iterator[Stage]:
    """Set up a stage in a directory; `options` are the simulator's own."""
    clock = VirtualClock()
    with Simulator(
        seed, clock=clock.monotonic, sleep=clock.sleep, subdomain=SUBDOMAIN, token=TOKEN, **options
    ) as simulator:
        yield Stage(folder, simulator, clock)
