"""JSON from outside is read strictly, and what is wrong with it is one of our errors."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.edge.json_reader import CutShort, read_json
from reconciler.model.errors import NotUnderstood

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_what_is_plain_json_is_read_as_it_is(value: Any) -> None:
    assert read_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_in_our_words(data: bytes) -> None:
    with suppress(NotUnderstood):
        read_json(data)


def test_N_15_one_byte_order_mark_is_tolerated() -> None:
    assert read_json(b"\xef\xbb\xbf[1]") == [1]
    with pytest.raises(NotUnderstood):
        read_json(b"\xef\xbb\xbf\xef\xbb\xbf[1]")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le", "utf-32"])
def test_N_15_other_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(NotUnderstood):
        read_json('{"last_name": "Mu\u00f1oz"}'.encode(encoding))


def test_N_19_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="'role' twice"):
        read_json(b'[{"role": 1, "role": 2}]')


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1e999",
        "9" * 5_000,
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" * 100_000 + "]" * 100_000,
    ],
)
def test_N_20_numbers_and_depths_that_json_does_not_have_are_refused(text: str) -> None:
    with pytest.raises(NotUnderstood):
        read_json(text.encode())


def test_N_21_a_lone_surrogate_is_kept_as_data() -> None:
    assert read_json(rb'{"name": "\ud800"}') == {"name": "\ud800"}


@pytest.mark.parametrize("data", [b"", b" \n", b"[1, 2", b'{"a": "b', b"<html>", b"[1] x"])
def test_N_11_what_is_not_json_to_its_end_may_be_asked_for_again(data: bytes) -> None:
    with pytest.raises(CutShort):
        read_json(data)


def test_N_10_a_text_cut_at_any_byte_is_never_taken() -> None:
    whole = b'[{"id": 1, "email": "ana@acme.example", "roles": []}]'
    for cut in range(len(whole)):
        with pytest.raises(CutShort):
            read_json(whole[:cut])
