"""The steps of a run as its own process sees them, each with a name, and what befalls the process at some of them.

The product knows nothing of this. Inside a child (see `child`) the calls below it are wrapped: bytes that leave
on a socket, an answer that has arrived, a file that takes its place, a wait. A point is reached before the wrapped
call does its work, so a process that dies there has not done it.

    before U#1   the first byte of the first upload has not left
    inside U#2   its headers have left, and not all of its body; each piece of a body is a point
    after U#1    the platform has acted and its answer has arrived, and nobody has read it
    before journal.json#3   the third journal is written beside the one in force
    after journal.json#3    it is in force
    wait#4       somebody waits, for the next poll or the pace of requests
"""

import os
import select
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

ANYTHING: Final = "next"
"""The name of whatever point comes next."""

SENT: Final = "sent"
"""What is noted, and is no point, when the first bytes of a request have left."""

LARGE: Final = 1_500
"""A piece of a body with more bytes leaves in halves, so that a process can die within it."""

PATIENCE_S: Final = 60.0
"""So long an answer may take in real time."""


class Points:
    """Counts the points of this process, writes down their names, and sends it the signals of its fate.

    Args:
        trace: Takes one name a line; None where nobody wants to know.
        fate: Names of points and the signal at each, in their order; see `ANYTHING`.
    """

    def __init__(self, trace: Path | None, fate: Sequence[tuple[str, int]]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self.trace = None if trace is None else os.open(trace, flags, 0o600)
        self.fate = list(fate)
        self.counts: dict[str, int] = {}
        self.request = ""
        self.unread = False

    def reach(self, name: str) -> None:
        """Come to a point; a signal that is due here is delivered before this returns."""
        self.counts[name] = self.counts.get(name, 0) + 1
        point = f"{name}#{self.counts[name]}"
        self.note(point)
        if self.fate and self.fate[0][0] in {point, ANYTHING}:
            os.kill(os.getpid(), self.fate.pop(0)[1])

    def note(self, word: str) -> None:
        """Write down a word."""
        if self.trace is not None:
            with suppress(OSError):  # a process whose files may not grow is of use without
                os.write(self.trace, f"{word}\n".encode())

    def wrap(self) -> None:
        """Put the points around the calls of this process, once and for its whole life."""
        send, receive, replace = socket.socket.send, socket.socket.recv, os.replace

        def sent(self_: socket.socket, data: Any, *flags: int) -> int:
            if step := step_of(bytes(data[:200])):
                self.request, self.unread = step, True
                self.reach(f"before {step}")
                count = send(self_, data, *flags)
                self.note(SENT)
                return count
            self.reach(f"inside {self.request}")
            return send(self_, data[: len(data) // 2] if len(data) > LARGE else data, *flags)

        def received(self_: socket.socket, *arguments: Any) -> bytes:
            if self.unread:
                self.unread = False
                select.select([self_], [], [], PATIENCE_S)
                self.reach(f"after {self.request}")
            return receive(self_, *arguments)

        def put(source: Any, target: Any, **more: Any) -> None:
            name = name_of(Path(target))
            self.reach(f"before {name}")
            replace(source, target, **more)
            self.reach(f"after {name}")

        socket.socket.send, socket.socket.recv = sent, received  # type: ignore[method-assign,assignment]
        os.replace = put  # type: ignore[assignment]
        os.fsync = lambda fd: None  # a killed process loses nothing that the kernel has; only a dead machine does


def name_of(file: Path) -> str:
    """Return what a file is called here whose own name holds a number."""
    return {"uploads": "rows", "plans": "plan"}.get(file.parent.name, file.name)


def step_of(data: bytes) -> str:
    """Return the step of faults.md 0.2 that a request's first line begins; `""` for a piece of a body.

    A reading of one job is `V` here, whatever it is for, and a reading of people is `R`.
    """
    method, _, rest = data.partition(b" ")
    if method not in METHODS:
        return ""
    path = rest.partition(b" ")[0].partition(b"?")[0].decode("ascii")
    tail = path.partition("/api/v1/")[2]
    if tail.startswith("bulk/users/jobs/"):
        return "V"
    if tail.startswith("bulk/users/errors/"):
        return "ES" if "/scheme/" in tail else "EU"
    return STEPS[tail]


METHODS: Final = frozenset({b"GET", b"POST", b"PUT"})
STEPS: Final[Mapping[str, str]] = {
    "bulk/users/template": "T",
    "users": "R",
    "bulk/users/jobs": "J",
    "bulk/users/upload": "U",
    "bulk/users/proceed": "P",
}
