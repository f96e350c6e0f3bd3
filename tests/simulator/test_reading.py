"""`GET users`: who, which page, and in which form."""

from typing import Any

import pytest

from reconciler.simulator.record import FIELDS

from .client import Client, Clock, row, seed
from .conftest import Open


def people(count: int) -> dict[str, Any]:
    return {"roles": ["Agent"], "users": [{"email": f"u{number}@example.com"} for number in range(count)]}


def test_all_users_are_shown_whatever_their_state(client: Client) -> None:
    shown = {user["email"]: user["deactivated_at"] for user in client.users()}
    assert shown == {
        "ada@example.com": None,
        "ben@example.com": None,
        "cy@example.com": "2023-11-14T22:13:20.000Z",
    }


def test_a_user_has_every_read_key_of_the_record(client: Client) -> None:
    assert list(client.users()[0]) == [field.read_key for field in FIELDS if field.read_key is not None]


def test_there_is_no_status_in_a_read(client: Client) -> None:
    assert not {"status", "new_email"} & set(client.users()[0])


def test_roles_are_shown_for_every_role_of_the_tenant(client: Client) -> None:
    assert client.users()[0]["roles"] == [
        {"name": "Admin", "value": 1}, {"name": "Manager", "value": 0}, {"name": "Agent", "value": 0},
    ]  # fmt: skip


def test_a_role_that_the_tenant_lost_is_still_shown(client: Client) -> None:
    client.simulator.set_roles(["Agent"])
    assert client.users()[0]["roles"] == [{"name": "Agent", "value": 0}, {"name": "Admin", "value": 1}]


def test_two_teams_of_one_name_are_both_shown(open_simulator: Open) -> None:
    client = open_simulator(seed=seed(teams=["Support", "Support"]))
    assert [team["name"] for team in client.users()[0]["teams"]] == ["Support", "Support"]


@pytest.mark.parametrize(
    ("shape", "roles"),
    [
        ("names", ["Admin"]),
        ("objects", [{"id": 1, "name": "Admin"}]),
        ("mapping", {"Admin": 1, "Manager": 0, "Agent": 0}),
        ("manager", ["admin"]),
    ],
)
def test_other_shapes_of_roles(open_simulator: Open, shape: str, roles: object) -> None:
    assert open_simulator(switches={"roles_shape": shape}).users()[0]["roles"] == roles


def test_flat_roles_are_keys_of_the_user(open_simulator: Open) -> None:
    user = open_simulator(switches={"roles_shape": "flat", "member_values": "empty"}).users()[0]
    assert (user["Role: Admin"], user["Role: Agent"], "roles" in user) == (1, "", False)


def test_manager_style_teams_are_objects(open_simulator: Open) -> None:
    team = open_simulator(switches={"teams_shape": "manager"}).users()[0]["teams"][0]
    assert sorted(team) == ["agents_count", "deleted", "id", "name", "parent_id", "position"]


def test_a_page_has_a_hundred_users_by_default(open_simulator: Open) -> None:
    client = open_simulator(seed=people(150))
    assert [len(client.users(query)) for query in ("", "?page=2", "?page=3")] == [100, 50, 0]


def test_pages_are_told_in_the_headers(open_simulator: Open) -> None:
    client = open_simulator(seed=people(5))
    first, last = client.get("users?page=1&per_page=3"), client.get("users?page=2&per_page=3")
    url = f"{client.simulator.base_url}/users?page=2&per_page=3"
    assert (first.headers["Total"], first.headers["Per-Page"], first.headers["Link"]) == (
        "5", "3", f'<{url}>; rel="next"')  # fmt: skip
    assert "Link" not in last.headers


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("per_page=1001", "Exceeded maximum page size request (1,000 is the maximum)"),
        ("per=ten", "Invalid page size request; must be numeric"),
        ("page=1&id[]=1", "User ids and pagination together are not supported"),
        ("id[]=1&email[]=a@example.com", "Only one type of user id is supported in a request"),
        ("page=x", "Invalid page; must be numeric"),
    ],
)
def test_a_wrong_query_is_refused(client: Client, query: str, message: str) -> None:
    answer = client.get("users?" + query)
    assert (answer.status, answer.json) == (400, {"message": message})


@pytest.mark.parametrize("query", ["email[]=BEN@example.com", "id[]=2", "agent_number[]=A-2", "id[]=2&id[]=2"])
def test_users_are_selected_by_one_kind_of_id(client: Client, query: str) -> None:
    assert [user["email"] for user in client.users("?" + query)] == ["ben@example.com"]


def test_stale_reads_end_with_their_time(open_simulator: Open, clock: Clock) -> None:
    client = open_simulator(switches={"stale_seconds": 5})
    client.pause = 0
    client.run(row(alias="x"))
    client.simulator.edit_user("ada@example.com", alias="y")
    client.simulator.add_user({"email": "new@example.com"})
    client.simulator.remove_user("ben@example.com")
    seen = [[user["alias"] for user in client.users()]]
    clock.now += 5
    assert [*seen, [user["alias"] for user in client.users()]] == [["x", None, None], ["y", None, None]]
    assert [user["email"] for user in client.users()] == ["ada@example.com", "cy@example.com", "new@example.com"]


def test_a_user_without_an_address_is_shown(open_simulator: Open) -> None:
    client = open_simulator(seed={"users": [{"first_name": "Nobody"}]})
    assert client.users()[0]["email"] is None


def test_flags_have_the_documented_forms(client: Client) -> None:
    ben = client.users()[1]
    keys = ("max_chat_limit_enabled", "unrestricted_international_calling", "external_user")
    assert [ben[key] for key in keys] == [0, False, "No"]
