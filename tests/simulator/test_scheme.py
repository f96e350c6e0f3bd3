"""Validation of a file: which values are wrong, and where."""

from typing import Any

import pytest

from .client import Client, chosen, row
from .conftest import Open


def errors(client: Client, *rows: Any) -> list[tuple[str, Any, Any]]:
    number = client.upload(list(rows)).json["id"]
    found = client.get(f"bulk/users/errors/scheme/{number}").json
    return [(error["message"], error["column"], error["row"]) for error in found]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "no address", "Must be a valid email"),
        ("email", None, "Must be a valid email"),
        ("email", "", "Must be a valid email"),
        ("email", 7, "Must be a valid email"),
        ("new_email", "no address", "Must be a valid email"),
        ("first_name", "", "Non-empty string"),
        ("last_name", "  ", "Non-empty string"),
        ("last_name", None, "Non-empty string"),
        ("agent_number", 17, "Must be a string"),
        ("status", "active", 'Must be "Active", "Inactive", or empty'),
        ("location", "Paris",
         "Must exactly match one of the existing locations (case-insensitive), or Null, or empty"),
        ("max_chat_limit", 6, "Must be between 1 and 5 (inclusive), or empty"),
        ("max_chat_limit", "0", "Must be between 1 and 5 (inclusive), or empty"),
        ("max_chat_limit", True, "Must be between 1 and 5 (inclusive), or empty"),
        ("max_chat_limit", 2.0, "Must be between 1 and 5 (inclusive), or empty"),
        ("max_chat_limit_enabled", 2, "Must be 0, 1, or empty"),
        ("max_chat_limit_enabled", True, "Must be 0, 1, or empty"),
        ("external_user", "yes", "Must be 0, 1, or empty"),
        ("extension_number", "40x", "Must be digits, or empty"),
        ("direct_inbound_number1", "123", "Must be an E.164 number, or empty"),
        ("roles", {"Admin": 1}, "Must be a list of objects with name and value"),
        ("roles", chosen(Admin=2), "Must be 0, 1, or empty"),
        ("roles", chosen(Ghost=0), "Must be one of the existing roles"),
        ("teams", chosen(Ghost=1), "Must be one of the existing teams"),
    ],
)  # fmt: skip
def test_a_wrong_value(client: Client, field: str, value: Any, message: str) -> None:
    assert [error[0] for error in errors(client, {**row(), field: value})] == [message]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("new_email", ""), ("new_email", None), ("status", ""), ("status", None), ("location", "LISBON"),
        ("location", ""), ("location", None), ("max_chat_limit", "5"), ("max_chat_limit", ""),
        ("max_chat_limit_enabled", "0"), ("external_user", 1), ("roles", None), ("roles", ""),
        ("roles", chosen(Agent="")), ("teams", []), ("direct_inbound_number5", "+351210000000"),
        ("availability_filter", "Any"), ("unheard_of", 1),
    ],
)  # fmt: skip
def test_a_right_value(client: Client, field: str, value: Any) -> None:
    assert errors(client, {**row(), field: value}) == []


@pytest.mark.parametrize("key", ["email", "first_name", "last_name"])
def test_a_required_key_cannot_be_left_out(client: Client, key: str) -> None:
    assert len(errors(client, {name: value for name, value in row().items() if name != key})) == 1


def test_an_address_stands_once_in_a_file(client: Client) -> None:
    assert errors(client, row(), row("ADA@example.com ")) == [("Must be unique within the file", 1, 2)]


def test_a_new_address_stands_once_in_its_column(client: Client) -> None:
    rows = (row(new_email="x@example.com"), row("ben@example.com", new_email="x@example.com"))
    assert errors(client, *rows) == [("Must be unique within the file", 2, 2)]


def test_an_element_that_is_no_object(client: Client) -> None:
    assert errors(client, row(), "text") == [("Must be an object", None, 2)]


@pytest.mark.parametrize(("base", "place"), [("one", (4, 2)), ("zero", (3, 1)), ("header", (4, 3)),
                                             ("null", (None, None))])  # fmt: skip
def test_where_an_error_is(open_simulator: Open, base: str, place: tuple[Any, Any]) -> None:
    client = open_simulator(switches={"error_rows": base})
    assert errors(client, row(), row("ben@example.com", first_name="")) == [("Non-empty string", *place)]


def test_filters_are_known_when_the_seed_names_them(open_simulator: Open) -> None:
    client = open_simulator(seed={"users": [], "filters": ["Early"]})
    assert errors(client, row(availability_filter="Early")) == []
    assert len(errors(client, row(availability_filter="Late"))) == 1


def test_booleans_pass_where_the_template_has_booleans(open_simulator: Open) -> None:
    client = open_simulator(switches={"flags": "booleans"})
    assert errors(client, row(external_user=True, roles=chosen(Admin=True))) == []


def test_a_key_that_the_template_lacks_is_an_unknown_key(open_simulator: Open) -> None:
    keys = ["email", "first_name", "last_name"]
    client = open_simulator(seed={"template_keys": keys, "users": []}, switches={"unknown_key": "scheme_error"})
    assert errors(client, row(alias="x")) == [("Unknown column", None, 1)]


def test_every_key_must_be_there_when_a_missing_one_is_an_error(open_simulator: Open) -> None:
    keys = ["email", "first_name", "last_name", "alias"]
    client = open_simulator(seed={"template_keys": keys, "users": []}, switches={"missing_key": "scheme_error"})
    assert errors(client, row()) == [("Column is missing", 4, 1)]
