"""The socket itself: keep-alive, lengths, credentials, a quick end."""

import http.client
import json
import socket
import threading
import time
from email.utils import parsedate_to_datetime

import pytest

from reconciler.simulator import Simulator

from .client import API, Client, Clock, basic, exchange, form, row


def open_socket(client: Client) -> socket.socket:
    host, _, port = client.simulator.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=20)


def test_a_connection_is_kept_for_many_requests(client: Client) -> None:
    connection = http.client.HTTPConnection(client.simulator.url.removeprefix("http://"), timeout=20)
    headers = {"Authorization": basic("acme", client.simulator.token)}
    sockets = set()
    for path in ("users", "nothing", "bulk/users/template"):
        connection.request("GET", API + path, headers=headers)
        connection.getresponse().read()
        sockets.add(id(connection.sock))
    connection.close()
    assert len(sockets) == 1


def test_a_refused_upload_leaves_the_connection_in_order(client: Client) -> None:
    connection = http.client.HTTPConnection(client.simulator.url.removeprefix("http://"), timeout=20)
    body, headers = form(b"[]")
    connection.request("POST", API + "bulk/users/upload", body, headers)
    first = connection.getresponse()
    first.read()
    connection.request("GET", API + "users", headers={"Authorization": basic("acme", client.simulator.token)})
    second = connection.getresponse()
    second.read()
    connection.close()
    assert (first.status, second.status) == (401, 200)


def test_a_chunked_body_is_understood(client: Client) -> None:
    body, headers = form(json.dumps([row()]).encode())
    connection = http.client.HTTPConnection(client.simulator.url.removeprefix("http://"), timeout=20)
    headers["Authorization"] = basic("acme", client.simulator.token)
    pieces = (body[at : at + 7] for at in range(0, len(body), 7))
    connection.request("POST", API + "bulk/users/upload", pieces, headers, encode_chunked=True)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert (answer.status, client.simulator.jobs()[0]["total_rows"]) == (201, 1)


@pytest.mark.parametrize(
    ("header", "told"),
    [("", "none"), ("Basic", "none"), ("Basic ???", "wrong"), ("Bearer abc", "wrong"),
     (basic("other", "simulator-token"), "wrong"), (basic("acme", "simulator-toke"), "wrong")],
)  # fmt: skip
def test_a_wrong_credential_is_unauthorized(client: Client, header: str, told: str) -> None:
    answer = client.call("GET", "users", headers={"Authorization": header})
    assert (answer.status, answer.json) == (401, {"message": "Unauthorized"})
    assert client.simulator.log()[-1]["credential"] == told


def test_the_credential_is_not_in_the_log(client: Client) -> None:
    client.users()
    entry = client.simulator.log()[-1]
    assert entry["credential"] == "right"
    assert client.simulator.token not in str(entry)
    assert basic("acme", client.simulator.token) not in str(entry)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", API),
        ("DELETE", API + "users"),
        ("PATCH", "/"),
        ("GET", API + "bulk/users/proceed"),
        ("POST", API + "users"),
    ],
)
def test_what_is_no_call_is_not_found(client: Client, method: str, path: str) -> None:
    answer = client.call(method, path)
    assert (answer.status, answer.json) == (404, {"message": "Not Found"})


def test_the_date_is_the_clocks(client: Client, clock: Clock) -> None:
    answer = client.get("users")
    assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == clock.now


def test_the_log_tells_what_was_uploaded(client: Client) -> None:
    client.upload([row()], filename="one.json")
    entry = client.simulator.log()[-1]
    assert (entry["job"], entry["filename"], entry["rows"], entry["step"]) == (12345, "one.json", 1, "U")
    assert (len(entry["sha256"]), "content-type" in entry["headers"]) == (64, True)


def test_two_clients_are_served_at_once(client: Client) -> None:
    idle = open_socket(client)
    assert client.get("users").status == 200
    idle.close()


def test_a_client_that_goes_away_hurts_nobody(client: Client) -> None:
    for sent in (b"", b"GET", b"POST /x HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc"):
        with open_socket(client) as gone:
            gone.sendall(sent)
    assert client.get("users").status == 200


def test_the_end_does_not_wait_for_idle_connections() -> None:
    clock = Clock()
    simulator = Simulator(clock=clock).start()
    idle = open_socket(Client(simulator, clock))
    started = time.monotonic()
    simulator.stop()
    assert time.monotonic() - started < 5
    assert idle.recv(1) == b""
    idle.close()


def test_the_end_interrupts_a_delay() -> None:
    with Simulator(faults=[{"at": "R", "delay": 1000}]) as simulator:
        asking = threading.Thread(target=lambda: _ask(simulator))
        asking.start()
        while not simulator.log():
            time.sleep(0.001)
    asking.join(20)
    assert not asking.is_alive()


def _ask(simulator: Simulator) -> None:
    try:
        exchange(simulator.url, "GET", API + "users", None, {"Authorization": basic("acme", simulator.token)})
    except Exception:  # noqa: BLE001 - any end of the call is right here
        return
