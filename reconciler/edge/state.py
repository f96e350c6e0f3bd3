"""What one machine remembers of its runs: a lock, a journal and the plans that it showed.

Everything here is a hint, never the truth: a CI machine loses it, and all works without (product section 6.1).
"""

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from reconciler.edge.files import replace_file
from reconciler.model.errors import Busy, ReconcilerError
from reconciler.model.source import Json

REMEMBERED: Final = 20
JOURNAL: Final = "journal.json"
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
        return self.save(JOURNAL, json.dumps(entry))

    def journal(self) -> Mapping[str, Json]:
        """Return the last entry of the journal; empty where there is none that can be read (P-18)."""
        return self.load(JOURNAL)

    @property
    def journal_is_strange(self) -> bool:
        """Whether something stands in the journal's place that says nothing (P-18)."""
        return self.path is not None and os.path.lexists(self.path / JOURNAL) and not self.journal()

    def remember_plan(self, digest: str, plan: str) -> None:
        """Keep a shown plan (JSON), so that a later refusal can say what differs person by person."""
        if self.save(f"plans/{digest[:8]}.json", plan):
            self.forget_old("plans")

    def remembered_plan(self, number: str) -> dict[str, Json] | None:
        """Return a plan that was shown on this machine, or None."""
        return self.load(f"plans/{number[:8]}.json") or None if number[:8].isalnum() else None

    def remember_rows(self, file_name: str, rows: Sequence[tuple[str, str]]) -> None:
        """Keep address and place of each row of an upload, so that `jobs ID` can name the people of its errors."""
        if self.save(f"uploads/{file_name}", json.dumps({"rows": list(rows)})):
            self.forget_old("uploads")

    def remembered_rows(self, file_name: str) -> tuple[tuple[str, str], ...]:
        """Return the address and place of each row of an upload from this machine; empty for any other."""
        rows = self.load(f"uploads/{file_name}").get("rows") if "/" not in file_name else None
        pairs = [row for row in rows if isinstance(row, list) and len(row) == 2] if isinstance(rows, list) else []
        return tuple((str(row[0]), str(row[1])) for row in pairs)

    def forget_old(self, folder: str) -> None:
        """Keep only the newest files of a folder."""
        if self.path is not None:
            kept = sorted((self.path / folder).glob("*.json"), key=lambda file: file.stat().st_mtime)
            for old in kept[:-REMEMBERED]:
                old.unlink(missing_ok=True)

    def save(self, name: str, text: str) -> bool:
        """Write one file of the directory; returns False where that is not possible."""
        if self.path is None:
            return False
        try:
            (self.path / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(self.path / name, text.encode())
        except OSError:
            return False
        return True

    def load(self, name: str) -> dict[str, Json]:
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
