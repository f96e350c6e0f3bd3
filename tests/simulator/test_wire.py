"""Multipart bodies and error bodies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.simulator.wire import Refusal, Request, encoded, error_reply, multipart

from .client import form


def request(body: bytes, headers: dict[str, str]) -> Request:
    return Request("POST", "/", {}, {name.lower(): value for name, value in headers.items()}, body)


@given(st.binary(max_size=200).filter(lambda data: b"--edge" not in data))
def test_a_file_comes_out_as_it_went_in(data: bytes) -> None:
    assert multipart(request(*form(data)))["file"].data == data


def test_a_part_has_its_name_file_name_and_type() -> None:
    parts = multipart(request(*form(b"[]", "a b.json", "text/x", job=7)))
    file = parts["file"]
    assert (file.filename, file.content_type, parts["id"].data) == ("a b.json", "text/x", b"7")


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", ""])
def test_a_body_without_boundary_has_no_parts(content_type: str) -> None:
    assert multipart(request(form(b"[]")[0], {"Content-Type": content_type})) == {}


@pytest.mark.parametrize(
    ("form_name", "body"),
    [
        ("message", b'{"message": "no <b>"}'),
        ("error", b'{"error": "no <b>"}'),
        ("errors", b'{"errors": ["no <b>"]}'),
        ("text", b"no <b>"),
        ("html", b"<!DOCTYPE html><html><body><h1>no &lt;b&gt;</h1></body></html>"),
        ("empty", b""),
    ],
)
def test_forms_of_an_error(form_name: str, body: bytes) -> None:
    reply = error_reply(Refusal(418, "no <b>", Retry_After="1"), form_name)
    assert (reply.status, reply.body, reply.headers) == (418, body, (("Retry-After", "1"),))


def test_json_is_utf8_unless_utf8_cannot_hold_it() -> None:
    assert (encoded("é"), encoded("\ud800")) == ('"é"'.encode(), b'"\\ud800"')
