"""Connections that end in time: every byte in and out counts against the request's own end (faults.md N-23, N-45).

A timeout of httpx is the longest silence, so a server that sends one byte at a time holds it for ever; and a dead
first address eats the whole connect timeout. Both are settled where the bytes pass: in the network backend.
"""

import re
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import httpcore
import httpx

from reconciler.edge.connection import Connection
from reconciler.edge.failures import Passing
from reconciler.edge.json_reader import CutShort
from reconciler.edge.redaction import Redaction, safe_text
from reconciler.edge.tls import tls_context
from reconciler.model.clock import Clock
from reconciler.model.errors import ReconcilerError, Unreachable

CONNECTIONS: Final = 10
KEEPALIVE_S: Final = 5.0
PIECE: Final = 16_384
"""Bytes that are written between two looks at the clock."""

until: ContextVar[float] = ContextVar("until")
"""When the request of this thread must end, by the monotonic clock; set by the transport."""

HTTPX_OF: Final[dict[type[Exception], type[httpx.TransportError]]] = {
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.ProxyError: httpx.ProxyError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
}


FAILURES: Final[tuple[tuple[tuple[type[Exception], ...], str, bool], ...]] = (
    ((httpx.ConnectTimeout,), "cannot reach {host}, no connection in time", False),
    ((httpx.PoolTimeout,), "no free connection to {host} in time", False),
    ((httpx.ProxyError,), "the proxy of RECONCILER_PROXY does not lead to {host}", False),
    ((httpx.ConnectError, httpx.UnsupportedProtocol), "cannot reach {host}", False),
    ((httpx.ReadTimeout,), "{host} did not answer in time", True),
    ((httpx.WriteTimeout,), "{host} did not take the request in time", True),
    ((httpx.WriteError,), "the connection to {host} was cut while sending", True),
    ((httpx.ReadError, httpx.RemoteProtocolError), "{host} cut the connection or sent a broken answer", True),
)
"""Exceptions of httpx, what they mean, and whether the request may have reached the platform (N-04)."""

CHECK: Final = "check RECONCILER_URL, and whether this machine may reach that host; then run again"
LATER: Final = "run again later"
NUMBER: Final = re.compile(r"^\[Errno -?\d+\] ")
"""The system's own number of an error, which tells a reader nothing."""


class BoundedTransport(httpx.BaseTransport):
    """An httpx transport over a pool of connections that keep to `until`; HTTP/1.1, no environment."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        secure = connection.base_url.startswith("https:")
        self.pool = httpcore.ConnectionPool(
            ssl_context=tls_context(connection.ca_file) if secure else None,
            proxy=_proxy(connection),
            max_connections=CONNECTIONS,
            keepalive_expiry=KEEPALIVE_S,
            network_backend=BoundedBackend(clock),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the body of the answer is read later, piece by piece."""
        url = request.url
        wired = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx():
            answer = self.pool.handle_request(wired)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=BoundedBody(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        """Close every connection."""
        self.pool.close()


class BoundedBody(httpx.SyncByteStream):
    """The body of an answer as it arrives."""

    def __init__(self, answer: httpcore.Response) -> None:
        self.answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self.answer.iter_stream()

    def close(self) -> None:
        """Give the connection back, or close it when the body was not read to its end."""
        self.answer.close()


class BoundedBackend(httpcore.NetworkBackend):
    """Opens connections: each address of a name gets its share of the time, so a dead one is passed (N-45)."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.inner = clock, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers; raises `ConnectError` or `ConnectTimeout`."""
        ends_at = self.clock.monotonic() + time_left(self.clock, timeout, httpcore.ConnectTimeout)
        addresses = _addresses(host, port)
        failed: Exception = httpcore.ConnectError(f"no address for {host}")
        for index, address in enumerate(addresses):
            left = (ends_at - self.clock.monotonic()) / (len(addresses) - index)
            if left <= 0:
                raise httpcore.ConnectTimeout("timed out")
            try:
                stream = self.inner.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return BoundedStream(stream, self.clock)
        raise failed


class BoundedStream(httpcore.NetworkStream):
    """A connection whose every read and write keeps to `until`."""

    def __init__(self, inner: httpcore.NetworkStream, clock: Clock) -> None:
        self.inner, self.clock = inner, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there; raises `ReadTimeout` after a silence or at the request's end."""
        return self.inner.read(max_bytes, time_left(self.clock, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all; raises `WriteTimeout`."""
        for start in range(0, len(buffer), PIECE):
            left = time_left(self.clock, timeout, httpcore.WriteTimeout)
            self.inner.write(buffer[start : start + PIECE], left)

    def close(self) -> None:
        """Close the connection."""
        self.inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Begin TLS; raises `ConnectError`, its cause the `ssl.SSLError`, or `ConnectTimeout`."""
        left = time_left(self.clock, timeout, httpcore.ConnectTimeout)
        return BoundedStream(self.inner.start_tls(ssl_context, server_hostname, left), self.clock)

    def get_extra_info(self, info: str) -> Any:
        """Answer what httpcore asks about the connection."""
        return self.inner.get_extra_info(info)


def failure(name: str, host: str, error: httpx.HTTPError, redaction: Redaction) -> ReconcilerError:
    """Turn an exception of httpx into ours, by the table; `name` says what was asked, such as `GET users`."""
    if isinstance(error, httpx.ConnectError) and (tls := _tls_reason(error)):
        return Unreachable(
            f"the TLS certificate or protocol of {host} is refused: {tls} ({name})",
            "check the address; for an authority of your own set RECONCILER_CA_FILE",
            sent=False,
        )
    if isinstance(error, httpx.DecodingError):
        return CutShort(f"the packed body of the answer is damaged ({name})")
    why = redaction.clean(safe_text(NUMBER.sub("", str(error)), 200)).rstrip(".")
    asked = f"({name}: {why})" if why else f"({name})"
    for kinds, words, sent in FAILURES:
        if isinstance(error, kinds):
            return Passing(f"{words.format(host=host)} {asked}", LATER if sent else CHECK, sent=sent)
    return Passing(f"{type(error).__name__} at {host} {asked}", LATER, sent=True)


def time_left(clock: Clock, timeout: float | None, over: type[Exception]) -> float:
    """Return the seconds that one step of a request may take; raises `over` when its time has run out."""
    left = until.get(float("inf")) - clock.monotonic()
    if left <= 0:
        raise over("the time for the request ran out")
    return left if timeout is None else min(left, timeout)


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _proxy(connection: Connection) -> httpcore.Proxy | None:
    if connection.proxy is None:
        return None
    proxy = httpx.Proxy(connection.proxy.reveal())  # takes user and password out of the address
    url = proxy.url
    plain = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=b"/")
    secure = tls_context(connection.ca_file) if url.scheme == "https" else None
    return httpcore.Proxy(plain, auth=proxy.raw_auth, ssl_context=secure)


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Let httpx and our own table see one family of exceptions."""
    try:
        yield
    except tuple(HTTPX_OF) as error:
        raise HTTPX_OF[type(error)](str(error)) from error


def _tls_reason(error: BaseException) -> str:
    """Return why TLS failed for good; `""` where it did not: a cut handshake may pass (N-03)."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
            return ""
        if isinstance(cause, ssl.SSLError):
            return safe_text(getattr(cause, "verify_message", "") or cause.reason or str(cause), 200)
        cause = cause.__cause__ or cause.__context__
    return ""
