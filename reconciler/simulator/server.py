"""The socket: HTTP/1.1 with keep-alive on loopback, and the places of an exchange where faults strike."""

import json
import socket
import sys
import threading
from base64 import b64decode
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from reconciler.simulator.door import DOOR, open_door
from reconciler.simulator.faults import Fault
from reconciler.simulator.request_log import Entry
from reconciler.simulator.tenant import Arrival, Tenant, closed
from reconciler.simulator.wire import Reply, Request, digits, encoded

LOOPBACK = "127.0.0.1"


class Server(ThreadingMixIn, TCPServer):
    """Serves one tenant on loopback; `start` and `stop` take no noticeable time."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self,
        tenant: Tenant,
        sleep: Callable[[float], None] | None = None,
        port: int = 0,
        save: Callable[[Tenant], None] | None = None,
    ) -> None:
        self.tenant = tenant
        self.save = save
        self.stopping = threading.Event()
        self.wait: Callable[[float], Any] = sleep or self.stopping.wait
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__((LOOPBACK, port), _Exchange)
        tenant.url = f"http://{LOOPBACK}:{self.server_address[1]}"
        self._thread = threading.Thread(target=self._serve, name="simulator", daemon=True)

    def start(self) -> None:
        """Accept connections in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and wait for the threads."""
        self.stopping.set()
        self._wake()
        self._thread.join()
        with self._open_lock:
            for connection in self._open:
                _shut(connection)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that `stop` can end it, and serve it in a thread."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is the client's affair; everything else is ours."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def _serve(self) -> None:
        # Not serve_forever: it looks for the end only every half second.
        while not self.stopping.is_set():
            try:
                connection, address = self.get_request()
            except OSError:
                continue
            if self.stopping.is_set():
                connection.close()
            else:
                self.process_request(connection, address)

    def _wake(self) -> None:
        """Let the blocking accept return."""
        try:
            socket.create_connection((LOOPBACK, self.server_address[1]), timeout=1).close()
        except OSError:
            return


class _Exchange(BaseHTTPRequestHandler):
    """Reads requests from one connection and sends the answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def _serve(self) -> None:
        address = urlsplit(self.path)
        request = Request(
            self.command,
            unquote(address.path),
            parse_qs(address.query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
        )
        if request.path.startswith(DOOR):
            body = self._body()
            with self.server.tenant.lock:
                reply = open_door(self.server.tenant, request.method, request.path, body)
                self._keep()
            self._send(reply)
            return
        self._exchange(request, address.query)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _serve  # noqa: N815 - the base class

    def _exchange(self, request: Request, query: str) -> None:
        tenant = self.server.tenant
        with tenant.lock:
            arrival = tenant.arrive(request, query)
        self._wait(arrival, "before")
        fault, entry = arrival.fault, arrival.entry
        place = fault.place if fault else ""
        if fault and place in ("before", "sending"):
            if place == "sending":
                self.rfile.read(min(fault.size, self._length()))
            self._drop(entry)
            return
        request = Request(request.method, request.path, request.query, request.headers, self._body())
        reply = self._act(request, arrival, fault)
        self._wait(arrival, "after")
        if place == "after" or reply.lost:
            self._drop(entry)
        elif fault and place == "cut":
            entry.status = reply.status
            self._send(reply, cut=fault)
        else:
            entry.status = reply.status
            self._send(reply)

    def _act(self, request: Request, arrival: Arrival, fault: Fault | None) -> Reply:
        tenant = self.server.tenant
        with tenant.lock:
            if fault is not None and fault.place == "reply":
                if fault.act:
                    tenant.act(request, arrival)
                reply = _asked_for(fault)
            else:
                reply = tenant.act(request, arrival)
                if fault is not None and fault.place == "patch":
                    reply = _patched(reply, fault)
            self._keep()
            tenant.run_faults(arrival, "after")
        return reply

    def _keep(self) -> None:
        """Write the state before the answer leaves, as the platform would."""
        if self.server.save is not None:
            self.server.save(self.server.tenant)

    def _wait(self, arrival: Arrival, moment: str) -> None:
        seconds = arrival.waits(moment)
        if seconds:
            self.server.wait(seconds)

    def _length(self) -> int:
        return digits(self.headers.get("Content-Length", "0")) or 0

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            body = self.rfile.read(self._length())
            if len(body) < self._length():
                raise ConnectionAbortedError("the client went away before the end of its request")
            return body
        body = b""
        while size := _chunk_size(self.rfile.readline()):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _send(self, reply: Reply, cut: Fault | None = None) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.content_type:
            self.send_header("Content-Type", reply.content_type)
        has_body = reply.status >= 200 and reply.status not in (204, 304)
        if not has_body:
            self.end_headers()
            self.wfile.flush()
            return
        if cut is None or cut.length:
            self.send_header("Content-Length", str(len(reply.body)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body if cut is None else reply.body[: cut.size])
        self.wfile.flush()
        if cut is not None:
            self.close_connection = True

    def _drop(self, entry: Entry) -> None:
        closed(entry)
        self.close_connection = True
        _shut(self.connection)

    def version_string(self) -> str:
        """Name of the server in the answer's headers."""
        return "simulator"

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The answer's `Date`, by the injected clock."""
        return super().date_time_string(self.server.tenant.clock() if timestamp is None else timestamp)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: the log is in memory."""


def _chunk_size(line: bytes) -> int:
    try:
        return int(line.split(b";")[0], 16)
    except ValueError:
        raise ConnectionAbortedError("a chunk without a size") from None


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _asked_for(fault: Fault) -> Reply:
    if fault.body_base64 is not None:
        body = b64decode(fault.body_base64)
    elif isinstance(fault.body, str):
        body = fault.body.encode("utf-8", "surrogatepass")
    else:
        body = encoded(fault.body)
    return Reply(fault.status, body, tuple(fault.headers.items()), fault.content_type)


def _patched(reply: Reply, fault: Fault) -> Reply:
    try:
        content = json.loads(reply.body)
    except ValueError:
        return reply
    if isinstance(content, list):
        content = content[: fault.keep]
    elements = content if isinstance(content, list) else [content]
    for element in elements:
        if isinstance(element, dict):
            element.update(fault.put)
            for key in fault.drop:
                element.pop(key, None)
    replaced = {name.lower() for name in fault.headers}
    kept = tuple((name, value) for name, value in reply.headers if name.lower() not in replaced)
    return Reply(reply.status, encoded(content), (*kept, *fault.headers.items()), reply.content_type)
