"""Real sockets: what no library for HTTP would send, TLS, dead addresses, an environment that must not count."""

import logging
import shlex
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from reconciler.edge.clock import SystemClock
from reconciler.edge.connection import Connection, Secret
from reconciler.edge.deadline import Deadline
from reconciler.edge.exchange import Reply, Timeouts, Upload
from reconciler.edge.redaction import basic_credential
from reconciler.edge.tls import tls_context
from reconciler.edge.transport import Transport
from reconciler.model.errors import NotUnderstood, ReconcilerError, RunRefused, Unreachable

from .wire import TOKEN, raw_server

Talk = Callable[[socket.socket], None]
OPENSSL = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def within(seconds: float) -> Timeouts:
    """Time is real here: little for what must fail, plenty for what must not."""
    return Timeouts(connect_s=seconds, silence_s=seconds * 0.9, request_s=seconds)


def read(url: str, seconds: float = 9.0) -> Reply:
    clock = SystemClock()
    with Transport(Connection(url, "acme", Secret(TOKEN)), clock, within(seconds)) as transport:
        return transport.get("users", {}, Deadline(clock, seconds))


def write(url: str, seconds: float = 9.0, data: bytes = b"[]") -> Reply:
    clock = SystemClock()
    with Transport(Connection(url, "acme", Secret(TOKEN)), clock, within(seconds)) as transport:
        return transport.send("POST", "bulk/users/upload", Upload("a.json", data, {}), Deadline(clock, seconds))


def says(*parts: bytes) -> Talk:
    def talk(peer: socket.socket) -> None:
        for part in parts:
            peer.sendall(part)

    return talk


def drips(head: bytes, drop: bytes) -> Talk:
    def talk(peer: socket.socket) -> None:
        peer.sendall(head)
        for _ in range(200):
            peer.sendall(drop)
            time.sleep(0.05)

    return talk


def test_an_answer_over_a_real_socket_is_read() -> None:
    with raw_server(says(OK + b"Content-Length: 3\r\nTotal: 1\r\n\r\n[1]")) as url:
        assert read(url) == Reply(200, [1], 1)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 2",
        OK + b"Content-Length: 10\r\n\r\n[1]",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n[1]\r\n",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 99999 X\r\n\r\n",
        OK + b"X: " + b"a" * 1_000_000 + b"\r\n\r\n",
        OK + b"".join(b"X-%d: 1\r\n" % number for number in range(20_000)) + b"\r\n[1]",
        OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n[1]",
        OK + b"X: a\x00b\r\n\r\n[1]",
    ],
)
def test_N_10_N_47_a_cut_or_broken_answer_is_one_of_our_errors(answer: bytes) -> None:
    with raw_server(says(answer)) as url, pytest.raises(Unreachable):
        read(url, 0.3)


def test_N_11_an_answer_without_length_cut_by_close_is_not_taken() -> None:
    with raw_server(says(OK + b'\r\n[{"id": 1}, {"id"')) as url, pytest.raises(NotUnderstood):
        read(url, 0.5)


@pytest.mark.parametrize(
    ("head", "drop"),
    [(OK + b"Content-Length: 1000\r\n\r\n[", b" "), (OK + b"X: ", b"a"), (b"", b"H")],
    ids=["body", "headers", "first line"],
)
def test_N_23_a_server_that_drips_is_left_in_time(head: bytes, drop: bytes) -> None:
    with raw_server(drips(head, drop)) as url:
        begin = time.monotonic()
        with pytest.raises(Unreachable):
            read(url, 0.4)
        assert time.monotonic() - begin < 2.5


def test_N_04_a_silent_server_is_not_taken_for_an_unreachable_one() -> None:
    with (
        raw_server(lambda _: time.sleep(1)) as url,
        pytest.raises(Unreachable, match="did not answer in time") as caught,
    ):
        write(url, 0.3)
    assert caught.value.sent


def test_N_01_a_closed_port_is_proven_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unreachable, match=r"cannot reach 127\.0\.0\.1") as caught:
        write(f"http://127.0.0.1:{port}", 0.2)
    assert not caught.value.sent


def test_N_01_an_unknown_name_is_proven_not_sent() -> None:
    with pytest.raises(Unreachable, match="cannot reach") as caught:
        write("https://no-such-tenant.example.invalid", 5.0)
    assert not caught.value.sent


def test_N_45_a_dead_first_address_is_passed() -> None:
    """`localhost` may be ::1 first; this server listens on 127.0.0.1 only."""
    with raw_server(says(OK + b"Content-Length: 2\r\n\r\n[]")) as url:
        assert read(url.replace("127.0.0.1", "localhost")).body == []


def test_N_05_a_large_upload_into_a_stuck_server_ends_in_time() -> None:
    with raw_server(lambda _: time.sleep(2)) as url:
        begin = time.monotonic()
        with pytest.raises(Unreachable) as caught:
            write(url, 0.5, data=b"x" * 20_000_000)
        assert time.monotonic() - begin < 2
    assert caught.value.sent


def test_N_24_an_early_refusal_while_sending_is_heard() -> None:
    refusal = b'HTTP/1.1 413 Too Large\r\nContent-Length: 18\r\n\r\n{"message": "big"}'

    def talk(peer: socket.socket) -> None:
        peer.sendall(refusal)
        time.sleep(0.4)

    with raw_server(talk) as url, pytest.raises(ReconcilerError, match=r"413|cut"):
        write(url, data=b"x" * 2_000_000)


def test_N_24_an_interim_answer_is_not_the_answer() -> None:
    with raw_server(says(b"HTTP/1.1 103 Early Hints\r\n\r\n", OK + b"Content-Length: 2\r\n\r\n[]")) as url:
        assert read(url).status == 200


def test_N_43_a_connection_that_was_closed_meanwhile_is_opened_anew() -> None:
    with raw_server(says(OK + b"Content-Length: 2\r\n\r\n[]")) as url:
        clock = SystemClock()
        with Transport(Connection(url, "acme", Secret(TOKEN)), clock) as transport:
            for _ in range(3):
                assert transport.send("POST", "x", {"id": 1}, Deadline(clock, 9)).body == []


def test_N_03_a_server_that_cannot_speak_tls_ends_the_run_at_once() -> None:
    asked: list[int] = []

    def talk(peer: socket.socket) -> None:
        with peer:
            asked.append(len(peer.recv(4_096)))
            peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: talk(server.accept()[0]), daemon=True)
        thread.start()
        with pytest.raises(Unreachable, match=r"TLS certificate or protocol of 127\.0\.0\.1 is refused") as caught:
            read(f"https://127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert len(asked) == 1
    assert not caught.value.sent


@pytest.fixture
def secure_server(tmp_path: Path) -> Iterator[Callable[[str], tuple[str, str]]]:
    """Starts an https server with a self-signed certificate for a name; gives its address and that certificate."""
    with ExitStack() as stack:

        def start(name: str) -> tuple[str, str]:
            certificate, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
            files = f"-addext subjectAltName={name} -keyout {key} -out {certificate}"
            subprocess.run(shlex.split(f"{OPENSSL} {files}"), check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            talk = says(OK + b"Content-Length: 3\r\n\r\n[1]")
            url = stack.enter_context(raw_server(talk, context))
            return url.replace("http:", "https:"), certificate

        yield start


needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificates")


def read_securely(url: str, ca_file: str) -> Reply:
    clock = SystemClock()
    with Transport(Connection(url, "acme", Secret(TOKEN), ca_file=ca_file), clock) as transport:
        return transport.get("users", {}, Deadline(clock, 9))


@needs_openssl
def test_an_authority_of_our_own_is_trusted(secure_server: Callable[[str], tuple[str, str]]) -> None:
    url, certificate = secure_server("IP:127.0.0.1")
    assert read_securely(url, certificate).body == [1]


@needs_openssl
@pytest.mark.parametrize(("name", "trusted"), [("IP:127.0.0.1", False), ("DNS:other.example", True)])
def test_N_03_a_bad_certificate_ends_the_run_at_once(
    name: str, trusted: bool, secure_server: Callable[[str], tuple[str, str]]
) -> None:
    url, certificate = secure_server(name)
    begin = time.monotonic()
    with pytest.raises(Unreachable, match=r"certificate or protocol of 127\.0\.0\.1 is refused") as caught:
        read_securely(url, certificate if trusted else "")
    assert not caught.value.sent
    assert time.monotonic() - begin < 3


def test_N_44_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    hits: list[Any] = []
    with raw_server(hits.append) as proxy, raw_server(says(OK + b"Content-Length: 2\r\n\r\n[]")) as url:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        read(url)
    assert not hits


def test_a_proxy_that_was_asked_for_is_used() -> None:
    asked: list[bytes] = []

    def talk(peer: socket.socket) -> None:
        asked.append(b"asked")
        peer.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with raw_server(talk) as proxy:
        clock = SystemClock()
        made = Connection("https://acme.uc1.ccaiplatform.com", "acme", Secret(TOKEN), Secret(proxy))
        with (
            Transport(made, clock) as transport,
            pytest.raises(Unreachable, match="RECONCILER_PROXY") as caught,
        ):
            transport.get("users", {}, Deadline(clock, 0.3))
    assert asked
    assert not caught.value.sent


def test_S_07_no_key_log_and_no_foreign_certificates_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    context = tls_context("")
    assert not context.keylog_filename
    assert not log.exists()
    assert len(context.get_ca_certs()) > 50


def test_N_03_certificates_and_names_are_checked() -> None:
    context = tls_context("")
    checks = (context.verify_mode, context.check_hostname, context.minimum_version)
    assert checks == (ssl.CERT_REQUIRED, True, ssl.TLSVersion.TLSv1_2)


@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_an_authority_file_that_cannot_be_used_is_refused(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RunRefused, match="RECONCILER_CA_FILE"):
        tls_context(str(path))


def test_S_01_the_libraries_for_http_write_no_line_with_the_token_even_at_debug() -> None:
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(logging.Formatter().format(record))  # type: ignore[method-assign]
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with raw_server(says(OK + b"Content-Length: 2\r\n\r\n[]")) as url:
            read(url)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    everything = "\n".join(lines)
    assert TOKEN not in everything
    assert basic_credential(Connection("http://127.0.0.1", "acme", Secret(TOKEN))) not in everything
    assert "http" not in everything
