"""The log of requests, kept in memory; a credential never stands in it."""

import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any

CLOSED = "closed"


@dataclass(slots=True)
class Entry:
    """One request.

    Attributes:
        number: 1 for the first request.
        time: The clock when it came, seconds since the epoch.
        method: The HTTP method.
        path: The path without query.
        query: The raw query.
        step: Letter of the step as the simulator understands it (`R`, `U`, ...), `-` for another path.
        status: The status sent, `closed` when the connection was closed instead, None while it is open.
        sha256: Digest of the request body; None when it was not read.
        headers: Names of the request headers, lower-case, sorted.
        credential: `right`, `wrong` or `none`.
        job: Id of the job an upload made or a proceed started, None otherwise.
        filename: Name of the uploaded file, None otherwise.
        rows: Rows of the uploaded file, None otherwise.
    """

    number: int
    time: float
    method: str
    path: str
    query: str
    step: str
    headers: tuple[str, ...]
    credential: str
    status: int | str | None = None
    sha256: str | None = None
    job: int | None = None
    filename: str | None = None
    rows: int | None = None


@dataclass(slots=True)
class RequestLog:
    """All requests in the order they came."""

    entries: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> Entry:
        """Append a request."""
        self.entries.append(entry)
        return entry

    def plain(self) -> list[dict[str, Any]]:
        """The log as JSON data."""
        return [{**asdict(entry), "headers": list(entry.headers)} for entry in self.entries]


def digest(body: bytes) -> str:
    """The SHA-256 of a body, as 64 hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()
