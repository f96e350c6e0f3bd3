"""The rate limit: a sliding second."""

import pytest

from reconciler.simulator.limiter import Limiter

from .client import Client, Clock
from .conftest import Open


def test_ten_in_a_second_pass_and_the_eleventh_does_not() -> None:
    limiter = Limiter()
    assert [limiter.accept(100.0, 10) for _ in range(11)] == [True] * 10 + [False]


def test_the_window_slides() -> None:
    limiter = Limiter()
    times = [100.0] * 5 + [100.9] * 5
    assert all(limiter.accept(time, 10) for time in times)
    assert [limiter.accept(101.0, 10) for _ in range(6)] == [True] * 5 + [False]


def test_a_refused_request_uses_up_nothing() -> None:
    limiter = Limiter()
    for _ in range(30):
        limiter.accept(100.0, 10)
    assert limiter.accept(101.0, 10)


def test_the_most_counts_refused_requests_too() -> None:
    limiter = Limiter()
    for _ in range(13):
        limiter.accept(100.0, 10)
    limiter.accept(200.0, 10)
    assert limiter.most == 13


def test_zero_is_no_limit() -> None:
    limiter = Limiter()
    assert all(limiter.accept(100.0, 0) for _ in range(100))


@pytest.mark.parametrize(
    ("switches", "status", "wait"),
    [
        ({}, 429, "1"),
        ({"rate_answer": "429_bare"}, 429, None),
        ({"rate_answer": "503", "retry_after": "9"}, 503, "9"),
    ],
)
def test_the_answer_above_the_limit(
    open_simulator: Open, switches: dict[str, str], status: int, wait: str | None
) -> None:
    client = open_simulator(switches=switches)
    client.pause = 0
    answers = [client.get("users") for _ in range(11)]
    assert (answers[9].status, answers[10].status, answers[10].headers.get("Retry-After")) == (200, status, wait)


def test_after_a_second_of_the_clock_requests_pass_again(client: Client, clock: Clock) -> None:
    client.pause = 0
    for _ in range(11):
        client.get("users")
    clock.now += 1
    assert client.get("users").status == 200
    assert client.simulator.state()["max_in_any_second"] == 11


def test_a_refused_upload_makes_no_job(client: Client) -> None:
    client.pause = 0
    for _ in range(10):
        client.get("users")
    assert client.upload([]).status == 429
    assert client.simulator.jobs() == []
