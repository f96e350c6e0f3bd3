"""A raw proxy between product and simulator: it passes bytes on, and breaks one exchange where it is told to.

It knows no more of HTTP than where a message ends, so it can do what an HTTP library will not: leave a request in
its first line, cut an answer within its headers, drip, or put lines into an answer that nobody may send.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import urlsplit

Size: TypeAlias = int | float
"""So many bytes; a share is one of all bytes, a negative number counts from the end."""

BREAK: Final = b"\r\n\r\n"
CLOSE: Final = b"\r\nConnection: close"


@dataclass(slots=True)
class Proxy:
    """What happens to the first request whose first line begins with `target`; every other one passes.

    Attributes:
        target: Such as `POST /apps/api/v1/bulk/users/upload`.
        upstream: The simulator's address, host and port.
        read: So many bytes of the request are taken, none passed on, and the connection is reset; None: all.
        cut_answer: So much of the answer is passed back, then the connection is closed; None: all.
        twist: Changes the answer's bytes.
        between: Is called before each byte of the answer, which then goes out alone; None: as a whole.
        struck: How often it happened.
    """

    target: bytes
    upstream: tuple[str, int]
    read: int | None = None
    cut_answer: Size | None = None
    twist: Callable[[bytes], bytes] = bytes
    between: Callable[[], None] | None = None
    struck: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)

    def converse(self, peer: socket.socket) -> None:
        """Carry one request and its answer over connections of their own."""
        with suppress(OSError), peer, socket.create_connection(self.upstream, timeout=10) as server:
            hit = self._is_hit(peer.recv(len(self.target), socket.MSG_PEEK))
            if hit and self.read is not None:
                peer.recv(self.read)
                return
            server.sendall(message(peer))
            answer = message(server).replace(BREAK, CLOSE + BREAK, 1)
            if not hit:
                peer.sendall(answer)
                return
            self._answer(peer, part(self.twist(answer), self.cut_answer))

    def _is_hit(self, beginning: bytes) -> bool:
        with self.turn:
            hit = self.struck == 0 and beginning == self.target
            self.struck += hit
            return hit

    def _answer(self, peer: socket.socket, answer: bytes) -> None:
        if self.between is None:
            peer.sendall(answer)
            return
        for index in range(len(answer)):
            self.between()
            peer.sendall(answer[index : index + 1])


def message(peer: socket.socket) -> bytes:
    """Read one message to the end that its length tells."""
    data = b""
    while BREAK not in data:
        if not (piece := peer.recv(65_536)):
            return data
        data += piece
    head, _, body = data.partition(BREAK)
    length = next(
        (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
    )
    while len(body) < length and (piece := peer.recv(65_536)):
        body += piece
    return head + BREAK + body


def part(data: bytes, size: Size | None) -> bytes:
    """Return the beginning of some bytes."""
    if size is None:
        return data
    return data[: int(len(data) * size)] if isinstance(size, float) else data[:size]


@contextmanager
def standing_before(url: str, proxy: Proxy) -> Iterator[str]:
    """Let a proxy serve on a port of its own, and give its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            peer.settimeout(10)
            threading.Thread(target=proxy.converse, args=(peer,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def address_of(url: str) -> tuple[str, int]:
    """Return host and port of an address."""
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or 80
