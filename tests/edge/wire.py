"""What the tests of the connection stand on: a clock that only waiting moves, scripted answers, raw sockets."""

import json
import random
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from reconciler.edge.connection import Connection, Secret
from reconciler.edge.platform import Platform
from reconciler.edge.transport import Transport
from reconciler.model.batch import Job

TOKEN: Final = "s3cret/tok+en&of'tests"
BEGIN: Final = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
NAME: Final = "reconciler-0123456789abcdef-cafe0001.json"

Handler = Callable[[httpx.Request], httpx.Response]


class VirtualClock:
    """Time that stands still until somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.slept: list[float] = []
        self.turn = threading.Lock()

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.seconds - 1_000.0)

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        with self.turn:
            self.seconds += seconds
            self.slept.append(seconds)


class Script(httpx.BaseTransport):
    """Answers each `METHOD path` with the next of its answers; the last one stays. Records what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Any]] = {}
        self.asked: list[str] = []
        self.requests: list[httpx.Request] = []
        self.turn = threading.Lock()
        self.clock: VirtualClock | None = None
        self.times: list[float] = []

    def on(self, what: str, *answers: Any) -> "Script":
        self.answers[what] = list(answers)
        return self

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        what = f"{request.method} {request.url.path.removeprefix('/apps/api/v1/')}"
        with self.turn:
            self.asked.append(what)
            self.requests.append(request)
            if self.clock:
                self.times.append(self.clock.monotonic())
            assert what in self.answers, f"{what} was not expected"
            queue = self.answers[what]
            answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(answer, type | Exception):
            raise answer("made up") if isinstance(answer, type) else answer
        result: httpx.Response = answer(request)
        return result

    def count(self, what: str) -> int:
        return self.asked.count(what)


def reply(body: Any = None, status: int = 200, headers: Mapping[str, str] | None = None) -> Handler:
    """A JSON answer; bytes and texts are sent as they are."""
    raw = (
        body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    )
    given = {"content-type": "application/json", **(headers or {})}
    return lambda _: httpx.Response(status, content=raw, headers=given)


def job(ident: int = 7, status: str = "valid_scheme", **more: Any) -> dict[str, Any]:
    """A job as the platform answers it."""
    return {
        "id": ident,
        "created_at": "2026-12-02T09:00:00.000Z",
        "process_requested_at": None,
        "filename": NAME,
        "total_rows": 2,
        "affected_rows": 0,
        "failed_rows": 0,
        "status": status,
        "uploaded_user_name": None,
        "proceed_user_name": None,
        "uploaded_api_user_name": "robot",
        "proceed_api_user_name": None,
        "scheme_errors": [],
        "update_errors": [],
        **more,
    }


def known(ident: int = 7, status: str = "valid_scheme", requested_at: str = "", file_name: str = NAME) -> Job:
    """A job as we know it."""
    return Job(ident, status, file_name, 2, 0, 0, "2026-12-02T09:00:00.000Z", requested_at, "robot")


def connection(url: str = "https://acme.uc1.ccaiplatform.com", **more: Any) -> Connection:
    return Connection(url, "acme", Secret(TOKEN), **more)


def transport(wire: httpx.BaseTransport | None, clock: Any = None, **more: Any) -> Transport:
    return Transport(connection(), clock or VirtualClock(), wire=wire, chance=random.Random(1), **more)


def platform(wire: httpx.BaseTransport, clock: Any = None, **more: Any) -> Platform:
    return Platform(connection(), clock or VirtualClock(), wire=wire, chance=random.Random(1), **more)


@contextmanager
def raw_server(talk: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that says whatever `talk` says on each connection, after the request's headers were read."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.05)
    stopped = threading.Event()

    def serve() -> None:
        while not stopped.is_set():
            try:
                peer, _ = server.accept()
            except TimeoutError:
                continue
            threading.Thread(target=converse, args=(peer,), daemon=True).start()

    def converse(plain: socket.socket) -> None:
        plain.settimeout(5)
        with suppress(OSError), context.wrap_socket(plain, server_side=True) if context else plain as peer:
            head = b""
            while b"\r\n\r\n" not in head and (part := peer.recv(65536)):
                head += part
            talk(peer)
        plain.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        stopped.set()
        thread.join()
        server.close()
