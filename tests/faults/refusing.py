"""Connections that are refused before a byte leaves (faults.md 0.2, place a): the system's own call says no.

An audit hook stays as long as the process does, so there is one, and it asks the gate that stands at the moment.
"""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(slots=True)
class Gate:
    """Counts the connections to one port, and refuses those from `first` to `last` (None: all after it).

    `refused` tells how many were. Each request makes a connection of its own where each answer closes its own, so
    the number of a connection is the number of a request, as long as none was repeated.
    """

    port: int
    first: int
    last: int | None
    seen: int = 0
    refused: int = 0

    def connect(self) -> None:
        """Let a connection through, or refuse it as a closed port does."""
        self.seen += 1
        if self.first <= self.seen and (self.last is None or self.seen <= self.last):
            self.refused += 1
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")


STANDING: list[Gate] = []


@contextmanager
def gate(url: str, first: int, last: int | None) -> Iterator[Gate]:
    """Set up a gate before the server of that address."""
    one = Gate(urlsplit(url).port or 0, first, last)
    STANDING.append(one)
    try:
        yield one
    finally:
        STANDING.remove(one)


def ask_the_gates(event: str, arguments: tuple[object, ...]) -> None:
    """Ask each gate that stands before the port of this connection."""
    if STANDING and event == "socket.connect" and isinstance(address := arguments[1], tuple):
        for one in STANDING:
            if address[1] == one.port:
                one.connect()


sys.addaudithook(ask_the_gates)
