"""Failed answers in our words."""

import pytest

from reconciler.edge.failures import Passing, spoken, status_error
from reconciler.model.errors import Denied

CASES = [
    (b'{"message": "no such role"}', "no such role"),
    (b'{"error": "no such role"}', "no such role"),
    (b'{"errors": ["no such role", "no such team"]}', "no such role; no such team"),
    (b'{"errors": [{"message": "no such role"}]}', "no such role"),
    (b'"no such role"', "no such role"),
    (b"no such role", "no such role"),
    (b"", ""),
    (b"{}", ""),
    (b"null", ""),
    (b'{"message": {"message": {"message": {"message": {"message": "deep"}}}}}', ""),
    (b"\xff\x1b[31mred", "\\\\xff\\x1b[31mred"),
]


@pytest.mark.parametrize(("body", "words"), CASES)
def test_unknown_5_every_form_of_an_error_body_is_heard(body: bytes, words: str) -> None:
    assert spoken(body, "application/json") == words.replace("\\\\", "\\")


def test_unknown_5_a_page_is_named_as_such() -> None:
    assert spoken(b"<html>\n<h1>Sorry</h1>", "text/html") == "text/html (<html>\\n<h1>Sorry</h1>)"


@pytest.mark.parametrize("status", [401, 403])
def test_N_28_a_refused_credential_names_the_variable(status: int) -> None:
    error = status_error("GET users", status, {}, "Unauthorized", None)
    assert isinstance(error, Denied)
    assert "RECONCILER_TOKEN" in error.hint
    assert error.status == status


def test_N_30_not_found_asks_for_the_tenant_name() -> None:
    assert "tenant name" in status_error("GET users", 404, {}, "", None).hint


def test_N_35_too_large_names_the_batch_size() -> None:
    assert "batch_size" in status_error("POST x", 413, {}, "", None).hint


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_N_39_some_statuses_may_pass(status: int) -> None:
    error = status_error("GET users", status, {}, "", None)
    assert isinstance(error, Passing)
    assert error.sent
    assert error.throttled is (status == 429)


@pytest.mark.parametrize("status", [400, 402, 404, 405, 406, 409, 410, 415, 422, 501, 505])
def test_N_33_the_others_do_not(status: int) -> None:
    assert isinstance(status_error("GET users", status, {}, "", None), Denied)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location", ["https://evil.example/a?token=x", "//evil.example/a", "https://u:p@evil.example/a#x"]
)
def test_N_25_a_redirect_is_shown_without_query_and_user(status: int, location: str) -> None:
    error = status_error("GET users", status, {"location": location}, "", None)
    assert str(error) == f"redirect refused: to evil.example/a ({status} to GET users)"


@pytest.mark.parametrize("location", ["", "/login?x=1", "https://[", "\x1b[31m"])
def test_N_25_a_strange_target_is_shown_safely(location: str) -> None:
    assert str(status_error("GET users", 302, {"location": location}, "", None)).isprintable()
