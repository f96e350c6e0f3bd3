"""How long to wait: what the platform says in any of its forms, else our own backoff."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.edge.retry_after import backoff_s, retry_after_s

NOW = datetime(2026, 12, 2, 9, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        ("0", 1),
        ("99999999999", 99999999999),
        ("Wed, 02 Dec 2026 09:01:00 GMT", 60),
        ("Wed, 02 Dec 2026 08:00:00 GMT", 1),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("soon", None),
        ("٣", None),
        ("Wed, 99 Dec 2026 09:01:00 GMT", None),
    ],
)
def test_N_36_seconds_dates_and_nonsense(text: str, seconds: float | None) -> None:
    assert retry_after_s({"retry-after": text}, NOW) == seconds


def test_N_46_a_date_is_measured_by_the_platform_s_own_clock() -> None:
    headers = {"retry-after": "Thu, 03 Dec 2026 09:00:30 GMT", "date": "Thu, 03 Dec 2026 09:00:00 GMT"}
    assert retry_after_s(headers, NOW) == 30


@given(st.text(max_size=40))
def test_N_36_no_text_breaks_it_or_gives_a_wait_below_a_second(text: str) -> None:
    seconds = retry_after_s({"retry-after": text}, NOW)
    assert seconds is None or seconds >= 1


@given(st.integers(1, 5), st.integers())
def test_backoff_is_never_above_half_a_minute(tries: int, seed: int) -> None:
    assert 0 <= backoff_s(tries, random.Random(seed)) <= 30


def test_N_37_backoff_may_have_a_least_wait() -> None:
    assert all(backoff_s(1, random.Random(seed), least=1.0) >= 1.0 for seed in range(20))
