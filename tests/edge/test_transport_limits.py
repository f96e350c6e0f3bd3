"""Borders of a request: how long, how much, how often, and what is said of it."""

import logging
import random
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from reconciler.edge.deadline import Deadline
from reconciler.edge.exchange import Timeouts
from reconciler.edge.failures import Passing
from reconciler.edge.network import until
from reconciler.edge.redaction import Redaction
from reconciler.edge.transport import Transport
from reconciler.model.errors import Denied, NotUnderstood

from .wire import Script, VirtualClock, connection, reply

GET = "GET users"
POST = "POST bulk/users/proceed"
MIB = 1024 * 1024
OUR_LOG = "reconciler.edge.transport"


class Least(random.Random):
    """A chance that always draws the least."""

    def uniform(self, a: float, b: float) -> float:
        """Return the lower end."""
        return a


class Parts(httpx.SyncByteStream):
    """A body in parts, which counts those that were taken, and knows whether it was closed."""

    def __init__(self, *parts: bytes, clock: VirtualClock | None = None) -> None:
        self.parts, self.clock, self.taken, self.closed = parts, clock, 0, False

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            self.taken += 1
            yield part
            if self.clock:
                self.clock.seconds += 100

    def close(self) -> None:
        """Remember it."""
        self.closed = True


def made(script: Script, clock: VirtualClock) -> Transport:
    """A transport whose jitter is nothing."""
    script.clock = clock
    return Transport(connection(), clock, wire=script, chance=Least())


def ask(script: Script, seconds: float = 240.0, clock: VirtualClock | None = None) -> Any:
    """Read a list within so many seconds."""
    clock = clock or VirtualClock()
    return made(script, clock).get("users", {}, Deadline(clock, seconds))


@pytest.fixture
def records() -> Iterator[list[tuple[str, str]]]:
    """Level and words of every line of the log."""
    lines: list[tuple[str, str]] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append((record.levelname, record.getMessage()))  # type: ignore[method-assign]
    logger = logging.getLogger(OUR_LOG)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(before)


# What goes out


def test_every_request_says_what_it_takes_and_who_asks() -> None:
    ask(script := Script().on(GET, reply([])))
    sent = script.requests[0].headers
    assert (sent["accept"], sent["accept-encoding"], sent["user-agent"]) == (
        "application/json",
        "gzip",
        "reconciler",
    )


def test_S_07_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    script = Script().on(GET, reply([]))
    assert ask(script).body == []
    assert script.count(GET) == 1


@pytest.mark.parametrize(
    ("seconds", "times"), [(240, (10.0, 30.0)), (20, (10.0, 20.0)), (3, (3.0, 3.0)), (1_000, (10.0, 30.0))]
)
def test_N_04_connecting_and_silence_end_with_the_step_at_the_latest(
    seconds: float, times: tuple[float, float]
) -> None:
    ask(script := Script().on(GET, reply([])), seconds)
    given = script.requests[0].extensions["timeout"]
    assert (given["connect"], given["read"]) == times


@pytest.mark.parametrize(("seconds", "left"), [(240, 120.0), (50, 50.0)])
def test_I_09_every_byte_has_its_end_by_the_request_and_the_step(seconds: float, left: float) -> None:
    clock, ends = VirtualClock(), []

    def answer(_: httpx.Request) -> httpx.Response:
        ends.append(until.get() - clock.monotonic())
        return httpx.Response(200, json=[])

    ask(Script().on(GET, answer), seconds, clock)
    assert ends == [left]
    assert until.get(None) is None, "the end of a request that is over still holds"


# How often


def test_I_09_a_wait_as_long_as_the_step_is_not_begun() -> None:
    clock, script = VirtualClock(), Script().on(GET, reply({}, 429, {"retry-after": "10"}))
    with pytest.raises(Passing) as caught:
        ask(script, 10, clock)
    assert script.count(GET) == 1
    assert clock.seconds == 1_000.0
    assert caught.value.hint.startswith("the platform asks to wait 10 seconds, longer than this step may take")


@pytest.mark.parametrize(("status", "pause"), [(429, 1.0), (500, None)])
def test_N_37_only_throttling_has_a_least_wait(status: int, pause: float | None) -> None:
    script = Script().on(GET, reply({}, status), reply([]))
    ask(script)
    waited = script.times[1] - script.times[0]
    assert waited == pytest.approx(pause) if pause else waited < 0.5


@pytest.mark.parametrize(
    ("retry_after", "seconds", "words"), [("5", 4, r"\(one try\)$"), ("5", 8, r"\(2 tries, 5 seconds\)$")]
)
def test_N_01_how_often_and_how_long_it_was_tried_is_told(retry_after: str, seconds: float, words: str) -> None:
    with pytest.raises(Passing, match=words):
        ask(Script().on(GET, reply({}, 503, {"retry-after": retry_after})), seconds)


# How much


@pytest.mark.parametrize(("size", "taken"), [(64 * MIB, True), (64 * MIB + 1, False)])
def test_N_22_an_answer_may_have_sixty_four_mebibytes(size: int, taken: bool) -> None:
    body = b'"' + b"a" * (size - 2) + b'"'
    script = Script().on(GET, reply(body))
    if taken:
        assert len(ask(script).body) == size - 2
    else:
        with pytest.raises(NotUnderstood, match="more than 64 MiB"):
            ask(script)


def test_an_answer_in_parts_is_one_and_is_closed() -> None:
    body = Parts(b"[1", b", 2", b"]")
    assert ask(Script().on(GET, lambda _: httpx.Response(200, stream=body))).body == [1, 2]
    assert body.closed


def test_a_refusal_in_parts_is_read_whole() -> None:
    body = Parts(b'{"message": "not ', b"with ", b'me"}')
    with pytest.raises(Denied, match=": not with me"):
        ask(Script().on(GET, lambda _: httpx.Response(403, stream=body)))


def test_N_22_of_a_refusal_no_more_than_sixty_five_parts_are_read_and_the_rest_is_left() -> None:
    body = Parts(*[b" "] * 1_000)
    with pytest.raises(Denied):
        ask(Script().on(GET, lambda _: httpx.Response(403, stream=body)))
    assert body.taken == 65
    assert body.closed


def test_N_23_of_a_refusal_that_takes_too_long_the_rest_is_left() -> None:
    clock = VirtualClock()
    body = Parts(*[b" "] * 10, clock=clock)
    with pytest.raises(Denied):
        ask(Script().on(GET, lambda _: httpx.Response(403, stream=body)), clock=clock)
    assert body.taken == 3


def test_N_23_a_write_whose_answer_takes_too_long_may_have_been_done() -> None:
    clock = VirtualClock()
    script = Script().on(POST, lambda _: httpx.Response(200, stream=Parts(*[b" "] * 10, clock=clock)))
    with pytest.raises(Passing) as caught:
        made(script, clock).send("POST", "bulk/users/proceed", {"id": 7}, Deadline(clock, 240))
    assert caught.value.sent
    assert script.count(POST) == 1


@pytest.mark.parametrize(("text", "total"), [("9" * 11, 99_999_999_999), ("9" * 12, None)])
def test_a_total_beyond_all_reason_is_none(text: str, total: int | None) -> None:
    assert ask(Script().on(GET, reply([], headers={"total": text}))).total == total


# What is said


@pytest.mark.parametrize(("seconds", "level"), [(19, "INFO"), (20, "WARNING"), (21, "WARNING")])
def test_N_36_a_long_wait_is_told_to_people_and_a_short_one_to_the_log(
    records: list[tuple[str, str]], seconds: int, level: str
) -> None:
    ask(Script().on(GET, reply({}, 429, {"retry-after": str(seconds)}), reply([])))
    assert (
        level,
        f"the platform is asked too often (429 to GET users); trying again in {seconds}.0 s",
    ) in records


def test_S_01_a_refused_request_is_in_the_log_like_any_other(records: list[tuple[str, str]]) -> None:
    with pytest.raises(Denied):
        ask(Script().on(GET, reply({}, 404)))
    assert records == [("INFO", "GET users 404 0.00 s")]


def test_N_10_a_refusal_that_was_cut_is_in_the_log(records: list[tuple[str, str]]) -> None:
    def parts() -> Iterator[bytes]:
        yield b"{"
        raise httpx.ReadError("cut")

    class Cut(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            return parts()

    with pytest.raises(Denied):
        ask(Script().on(GET, lambda _: httpx.Response(401, stream=Cut())))
    assert ("INFO", "the body of an answer with status 401 was cut") in records


def test_N_13_an_answer_of_no_named_sort_is_not_called_another_page() -> None:
    with pytest.raises(NotUnderstood, match=r"^not JSON"):
        ask(Script().on(GET, lambda _: httpx.Response(200, content=b"<html>")))


def test_N_13_a_page_that_is_not_even_text_is_quoted_with_escapes_and_advice() -> None:
    with pytest.raises(NotUnderstood, match=r"\\xff\\xfe") as caught:
        ask(Script().on(GET, reply(b"\xff\xfe<html>", headers={"content-type": "text/html"})))
    assert caught.value.hint == (
        "a proxy, a login page or a maintenance page may have answered; open RECONCILER_URL in a browser"
    )


def test_S_01_each_logger_has_the_redaction_of_the_last_connection_and_keeps_every_other_filter() -> None:
    loggers = [logging.getLogger("httpx"), logging.getLogger(OUR_LOG)]
    other = logging.Filter()
    for logger in loggers:
        logger.addFilter(other)
    try:
        last = [made(Script(), VirtualClock()) for _ in range(3)][-1]
        for logger in loggers:
            assert [one for one in logger.filters if isinstance(one, Redaction)] == [last.redaction]
            assert other in logger.filters
    finally:
        for logger in loggers:
            logger.removeFilter(other)


def test_S_01_the_libraries_below_are_silent_but_for_warnings() -> None:
    names = ("httpx", "httpcore")
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    made(Script(), VirtualClock())
    assert [logging.getLogger(name).level for name in names] == [logging.WARNING] * 2


def test_the_usual_times_are_those_of_the_documentation() -> None:
    assert (Timeouts().connect_s, Timeouts().silence_s, Timeouts().request_s, Timeouts().step_s) == (
        10,
        30,
        120,
        240,
    )
