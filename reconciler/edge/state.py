"""What one machine remembers of its runs: a lock, a journal and the plans that it showed.

Everything here is a hint, never the truth: a CI machine loses it, and all works without (product section 6.1).
"""

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from reconciler.edge.files import replace_file
from reconciler.model.errors import Busy, ReconcilerError
from reconciler.model.source import Json

REMEMBERED_PLANS: Final = 20
LARGEST_JOURNAL: Final = 1 << 20


class State:
    """The directory of one base address: `$XDG_STATE_HOME/reconciler/<hash of the address>/`."""

    def __init__(self, path: Path | None) -> None:
        """Stand on a directory, or on nothing (None) where there is none to write to."""
        self.path = path

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the machine's lock on this address; raises `Busy` at once where another run holds it (P-06).

        The kernel frees it when the process ends, however it ends.
        """
        if self.path is None:
            yield
            return
        with contextlib.closing(LockFile(self.path / "lock")):
            yield

    def record(self, entry: Mapping[str, Json]) -> bool:
        """Write the journal anew: whole or not at all. Returns False where it cannot be written."""
        return self.save("journal.json", entry)

    def journal(self) -> Mapping[str, Json]:
        """Return the last entry of the journal; empty where there is none that can be read (P-18)."""
        return self.load("journal.json")

    def remember_plan(self, digest: str, plan: Mapping[str, Json]) -> None:
        """Keep a shown plan, so that a later refusal can say what differs person by person."""
        if self.save(f"plans/{digest[:8]}.json", plan) and self.path is not None:
            kept = sorted((self.path / "plans").glob("*.json"), key=lambda file: file.stat().st_mtime)
            for old in kept[:-REMEMBERED_PLANS]:
                old.unlink(missing_ok=True)

    def remembered_plan(self, number: str) -> Mapping[str, Json]:
        """Return a plan that was shown on this machine, or an empty mapping."""
        return self.load(f"plans/{number[:8]}.json") if number[:8].isalnum() else {}

    def save(self, name: str, value: Mapping[str, Json]) -> bool:
        """Write one file of the directory; returns False where that is not possible."""
        if self.path is None:
            return False
        try:
            (self.path / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(self.path / name, json.dumps(value).encode())
        except OSError:
            return False
        return True

    def load(self, name: str) -> Mapping[str, Json]:
        """Read one file of the directory; empty where it is missing, damaged, too large or not a plain file."""
        if self.path is None:
            return {}
        try:
            handle = os.open(self.path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                value = json.loads(file.read(LARGEST_JOURNAL))
        except (OSError, ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}


class LockFile:
    """An exclusive `flock` on a file; raises `Busy` where it is held, `ReconcilerError` on a link (P-19)."""

    def __init__(self, path: Path) -> None:
        try:
            self.handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ReconcilerError(
                f"the lock {path} cannot be opened: {error.strerror}", "look what stands there and remove it"
            ) from error
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self.handle)
            raise Busy(
                "another run on this machine is at work on this tenant", "wait until it has ended"
            ) from error

    def close(self) -> None:
        """Free the lock."""
        os.close(self.handle)


def open_state(environ: Mapping[str, str], address: str) -> tuple[State, str]:
    """Open the state directory of a base address.

    Returns the state and a note for people, `""` or why nothing can be remembered (P-10).
    """
    home = environ.get("XDG_STATE_HOME") or (f"{environ['HOME']}/.local/state" if environ.get("HOME") else "")
    if not home.startswith("/"):
        return State(None), "no home directory: this run keeps no lock and no journal"
    path = Path(home, "reconciler", hashlib.sha256(address.encode()).hexdigest()[:16])
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        return State(None), f"{path} cannot be made ({error.strerror}): this run keeps no lock and no journal"
    if not os.access(path, os.W_OK | os.X_OK):
        return State(None), f"{path} cannot be written: this run keeps no lock and no journal"
    return State(path), ""
