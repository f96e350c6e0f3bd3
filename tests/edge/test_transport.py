"""Requests: who may be asked again, how long, in what words, and that the token is nowhere."""

import base64
import gzip
import logging
import traceback
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from reconciler.edge.deadline import Deadline
from reconciler.edge.exchange import Reply, Timeouts, Upload
from reconciler.edge.failures import Passing
from reconciler.edge.transport import Transport
from reconciler.model.errors import Denied, NotUnderstood, ReconcilerError, Unreachable

from .wire import TOKEN, Script, VirtualClock, reply, transport

GET = "GET users"
POST = "POST bulk/users/proceed"
NOT_SENT = [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError]
MAYBE_SENT = [
    httpx.ReadTimeout,
    httpx.ReadError,
    httpx.WriteError,
    httpx.WriteTimeout,
    httpx.RemoteProtocolError,
    httpx.LocalProtocolError,
]


def get(script: Script, clock: VirtualClock | None = None, seconds: float = 240.0) -> Reply:
    clock = clock or VirtualClock()
    return transport(script, clock).get("users", {"page": 1}, Deadline(clock, seconds))


def post(script: Script, clock: VirtualClock | None = None) -> Reply:
    clock = clock or VirtualClock()
    return transport(script, clock).send("POST", "bulk/users/proceed", {"id": 7}, Deadline(clock, 240.0))


def test_a_request_goes_below_the_api_with_basic_credentials() -> None:
    script = Script().on(GET, reply([]))
    assert get(script) == Reply(200, [], None)
    request = script.requests[0]
    assert str(request.url) == "https://acme.uc1.ccaiplatform.com/apps/api/v1/users?page=1"
    assert request.headers["authorization"] == "Basic " + base64.b64encode(f"acme:{TOKEN}".encode()).decode()


@pytest.mark.parametrize("error", NOT_SENT + MAYBE_SENT)
def test_N_01_a_reading_is_tried_six_times_and_then_says_so(error: Any) -> None:
    script = Script().on(GET, error)
    with pytest.raises(Unreachable, match=r"\(6 tries, \d+ seconds\)"):
        get(script)
    assert script.count(GET) == 6


def test_N_01_the_message_names_the_host() -> None:
    with pytest.raises(Unreachable, match=r"cannot reach acme\.uc1\.ccaiplatform\.com"):
        get(Script().on(GET, httpx.ConnectError))


@pytest.mark.parametrize("error", NOT_SENT)
def test_N_02_a_write_is_tried_again_where_nothing_was_sent(error: Any) -> None:
    script = Script().on(POST, error, error, reply({}))
    assert post(script).status == 200


@pytest.mark.parametrize("error", NOT_SENT)
def test_N_02_a_write_that_never_left_says_so(error: Any) -> None:
    with pytest.raises(Unreachable) as caught:
        post(Script().on(POST, error))
    assert not caught.value.sent


@pytest.mark.parametrize("error", MAYBE_SENT)
def test_N_05_a_write_that_may_have_left_is_never_repeated(error: Any) -> None:
    script = Script().on(POST, error)
    with pytest.raises(Unreachable) as caught:
        post(script)
    assert caught.value.sent
    assert script.count(POST) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 408])
def test_N_40_a_write_is_never_repeated_after_a_status(status: int) -> None:
    script = Script().on(POST, reply({}, status))
    with pytest.raises(Passing) as caught:
        post(script)
    assert (caught.value.sent, caught.value.throttled, script.count(POST)) == (True, status == 429, 1)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_N_39_a_reading_is_tried_again_after_a_passing_status(status: int) -> None:
    assert get(Script().on(GET, reply({}, status), reply([1]))).body == [1]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 501])
def test_N_33_other_statuses_end_at_once(status: int) -> None:
    script = Script().on(GET, reply({"message": "no"}, status, {"location": "https://evil.example/"}))
    with pytest.raises(Denied) as caught:
        get(script)
    assert (caught.value.status, script.count(GET)) == (status, 1)


@pytest.mark.parametrize("status", [200, 201, 202, 207, 299])
def test_N_42_unknown_4_any_success_is_one(status: int) -> None:
    assert post(Script().on(POST, reply({"id": 7}, status))) == Reply(status, {"id": 7}, None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("what", [GET, POST])
def test_N_25_a_redirect_is_never_followed(what: str, status: int) -> None:
    script = Script().on(what, reply("", status, {"location": "https://evil.example/x?y"}))
    with pytest.raises(Denied, match=r"redirect refused: to evil\.example/x"):
        (get if what == GET else post)(script)
    assert [request.url.host for request in script.requests] == ["acme.uc1.ccaiplatform.com"]


def test_N_26_a_link_in_an_answer_is_never_followed() -> None:
    script = Script().on(GET, reply([], headers={"link": "<http://ujet.co/next>; rel=next"}))
    get(script)
    assert script.count(GET) == 1


def test_cookies_of_the_platform_are_not_sent_back() -> None:
    script = Script().on(GET, reply([], headers={"set-cookie": "session=1; Path=/"}))
    clock = VirtualClock()
    made = transport(script, clock)
    for _ in range(2):
        made.get("users", {}, Deadline(clock, 10))
    assert "cookie" not in script.requests[1].headers


@pytest.mark.parametrize(
    ("text", "waited"),
    [("7", 7), ("0", 1), ("Wed, 02 Dec 2026 09:00:20 GMT", 20)],
)
def test_N_36_the_platform_s_wait_is_kept(text: str, waited: float) -> None:
    clock = VirtualClock()
    get(Script().on(GET, reply({}, 429, {"retry-after": text}), reply([])), clock)
    assert clock.slept[0] == pytest.approx(waited, abs=1)


@pytest.mark.parametrize("text", ["-3", "soon", "1.5", "", None])
def test_N_37_without_a_wait_our_own_begins_at_a_second(text: str | None) -> None:
    clock = VirtualClock()
    headers = {} if text is None else {"retry-after": text}
    get(Script().on(GET, reply({}, 429, headers), reply([])), clock)
    assert 1.0 <= clock.slept[0] <= 30.0


@pytest.mark.parametrize("text", ["3600", "99999999999", "Thu, 02 Dec 2027 09:00:00 GMT"])
@pytest.mark.parametrize("status", [429, 503])
def test_N_36_a_wait_beyond_the_step_is_an_error_that_says_the_time(text: str, status: int) -> None:
    clock = VirtualClock()
    with pytest.raises(Unreachable) as caught:
        get(Script().on(GET, reply({}, status, {"retry-after": text})), clock)
    assert "asks to wait" in caught.value.hint
    assert clock.monotonic() < 1_001


def test_I_09_a_step_ends_by_its_deadline() -> None:
    clock = VirtualClock()
    with pytest.raises(Unreachable):
        get(Script().on(GET, reply({}, 503, {"retry-after": "20"})), clock, seconds=50)
    assert clock.monotonic() <= 1_050


def test_I_09_no_request_leaves_after_the_deadline() -> None:
    clock, script = VirtualClock(), Script().on(GET, reply([]))
    made, deadline = transport(script, clock), Deadline(clock, 5)
    clock.sleep(6)
    with pytest.raises(Unreachable) as caught:
        made.get("users", {}, deadline)
    assert not caught.value.sent
    assert not script.asked


def test_I_08_repetitions_keep_to_the_pace() -> None:
    clock = VirtualClock()
    script = Script().on(GET, reply("", 500))
    script.clock = clock
    made = transport(script, clock)
    for _ in range(5):
        with pytest.raises(Unreachable):
            made.get("users", {}, Deadline(clock, 240))
    gaps = [later - earlier for earlier, later in zip(script.times, script.times[1:], strict=False)]
    assert min(gaps) > 0.1


def test_N_13_a_page_instead_of_json_is_named_and_quoted_safely() -> None:
    page = reply("<html>\x1b[31m" + "x" * 200, headers={"content-type": "text/html; charset=utf-8"})
    with pytest.raises(NotUnderstood, match="expected JSON, got text/html") as caught:
        get(Script().on(GET, page))
    assert str(caught.value).isprintable()
    assert "x" * 90 not in str(caught.value)


@pytest.mark.parametrize("kind", ["text/plain", "application/problem+json", "text/html", ""])
def test_N_14_json_under_another_name_is_accepted(kind: str) -> None:
    assert get(Script().on(GET, reply([1], headers={"content-type": kind}))).body == [1]


@pytest.mark.parametrize("status", [200, 201, 204])
def test_N_12_an_empty_answer_is_asked_for_again_and_then_refused(status: int) -> None:
    script = Script().on(GET, reply(b"", status))
    with pytest.raises(NotUnderstood, match="empty"):
        get(script)
    assert script.count(GET) == 6


def test_N_12_a_write_with_an_empty_answer_is_not_repeated() -> None:
    script = Script().on(POST, reply(b"", 200))
    with pytest.raises(NotUnderstood):
        post(script)
    assert script.count(POST) == 1


@pytest.mark.parametrize("body", [b"NaN", b'{"a":1,"a":2}', b"\xff", b"1e999"])
def test_N_19_what_another_try_would_not_change_is_not_tried_again(body: bytes) -> None:
    script = Script().on(GET, reply(body))
    with pytest.raises(NotUnderstood):
        get(script)
    assert script.count(GET) == 1


def test_N_22_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    packed = gzip.compress(b"0" * (80 * 1024 * 1024))
    with pytest.raises(NotUnderstood, match="more than 64 MiB"):
        get(Script().on(GET, reply(packed, headers={"content-encoding": "gzip"})))


def test_a_packed_answer_is_unpacked() -> None:
    assert get(Script().on(GET, reply(gzip.compress(b"[1]"), headers={"content-encoding": "gzip"}))).body == [1]


def test_a_damaged_packed_answer_is_one_of_our_errors() -> None:
    with pytest.raises(NotUnderstood, match="damaged"):
        get(Script().on(GET, reply(b"nonsense", headers={"content-encoding": "gzip"})))


@pytest.mark.parametrize(("text", "total"), [("12", 12), ("", None), ("x", None), ("-1", None), ("1, 1", None)])
def test_the_total_of_a_list_is_read_or_not_there(text: str, total: int | None) -> None:
    assert get(Script().on(GET, reply([], headers={"total": text}))).total == total


def test_an_upload_is_one_json_file_of_that_name_and_these_bytes() -> None:
    clock, script = VirtualClock(), Script().on("POST bulk/users/upload", reply({"id": 1}))
    data = '[{"last_name": "Muñoz"}]'.encode()
    upload = Upload("reconciler-a-b.json", data, {"id": "7"})
    transport(script, clock).send("POST", "bulk/users/upload", upload, Deadline(clock, 9))
    sent = script.requests[0].content
    assert b'form-data; name="file"; filename="reconciler-a-b.json"\r\n' in sent
    assert b"Content-Type: application/json\r\n\r\n" + data + b"\r\n" in sent
    assert b'name="id"\r\n\r\n7\r\n' in sent


class Drip(httpx.SyncByteStream):
    """A body that comes one byte a second."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock

    def __iter__(self) -> Any:
        yield b"["
        for _ in range(100_000):
            self.clock.seconds += 1
            yield b" "


def test_N_23_a_body_that_drips_ends_with_the_request() -> None:
    clock = VirtualClock()
    script = Script().on(GET, lambda _: httpx.Response(200, stream=Drip(clock)))
    with pytest.raises(Unreachable, match="did not end within"):
        get(script, clock, seconds=130)
    assert clock.monotonic() < 1_132


def test_N_23_the_body_of_a_failed_answer_may_not_drip_either() -> None:
    clock = VirtualClock()
    script = Script().on(GET, lambda _: httpx.Response(403, stream=Drip(clock)))
    with pytest.raises(Denied):
        get(script, clock)
    assert clock.monotonic() < 1_122


class Cut(httpx.SyncByteStream):
    def __iter__(self) -> Any:
        yield b'{"message": '
        raise httpx.ReadError("cut")


def test_a_status_counts_although_its_body_is_cut() -> None:
    with pytest.raises(Denied):
        get(Script().on(GET, lambda _: httpx.Response(401, stream=Cut())))


OUTCOMES = [
    httpx.ConnectError(f"boom {TOKEN}"),
    reply({"message": f"bad token {TOKEN}"}, 401),
    reply(f"<b>{TOKEN}", 500, {"content-type": "text/html"}),
    reply(f"<b>{TOKEN}", 200, {"content-type": "text/html"}),
    reply({}, 302, {"location": "https://evil.example/"}),
    reply([]),
]


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """Every line that any of the loggers writes at debug level, whatever another test did to them."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(logging.Formatter().format(record))  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("", "reconciler.edge.transport")]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    loggers[1].propagate = False
    yield lines
    for logger, (level, propagate) in zip(loggers, before, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_I_07_the_token_is_in_no_log_and_no_error_even_at_debug(outcome: Any, heard: list[str]) -> None:
    script = Script().on(GET, outcome)
    try:
        get(script)
    except ReconcilerError as error:
        heard.append(f"{error} {error!r} {error.hint} {error.args}")
    everything = "\n".join(heard)
    assert everything
    assert TOKEN not in everything
    assert base64.b64encode(f"acme:{TOKEN}".encode()).decode() not in everything
    assert "authorization" not in everything.lower()


def test_I_07_the_token_is_in_no_traceback_of_a_real_failure() -> None:
    made = Transport(
        transport(None).connection, clock := VirtualClock(), Timeouts(), Script().on(GET, httpx.ReadError)
    )
    with pytest.raises(Unreachable) as caught:
        made.get("users", {}, Deadline(clock, 9))
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


def test_S_01_a_request_is_logged_with_method_path_status_and_time(heard: list[str]) -> None:
    get(Script().on(GET, reply([])))
    assert heard == ["GET users 200 0.00 s"]
