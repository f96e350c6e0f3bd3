"""The simulator's own door over the socket."""

import json
from typing import Any

import pytest

from .client import Answer, Client, exchange, row


def door(client: Client, method: str, call: str, content: Any = None) -> Answer:
    body = json.dumps(content).encode() if content is not None else None
    return exchange(client.simulator.url, method, "/_simulator/" + call, body, {})


def test_the_state_is_the_same_from_inside_and_outside(client: Client) -> None:
    client.run(row(alias="x"))
    assert door(client, "GET", "state").json == client.simulator.state()


def test_the_door_is_not_in_the_log_and_not_limited(client: Client) -> None:
    client.pause = 0
    statuses = {door(client, "GET", "log").status for _ in range(30)}
    assert (statuses, client.simulator.log()) == ({200}, [])


def test_switches_are_set_and_shown(client: Client) -> None:
    assert door(client, "PUT", "switches", {"stale_seconds": 3}).json["stale_seconds"] == "3"


def test_faults_are_replaced_added_and_taken_away(client: Client) -> None:
    seen = [
        door(client, "PUT", "faults", [{"at": "U"}, {"at": "P"}]).json["faults"],
        door(client, "POST", "faults", {"at": "T"}).json["faults"],
        door(client, "DELETE", "faults").json["faults"],
    ]
    assert seen == [2, 3, 0]


def test_a_portal_edit_an_addition_and_a_removal(client: Client) -> None:
    door(client, "POST", "users", {"email": "ada@example.com", "alias": "x"})
    door(client, "POST", "users", {"email": "new@example.com", "roles": ["Agent"]})
    door(client, "POST", "users", {"email": "ben@example.com", "remove": True})
    assert [(user["email"], user["alias"]) for user in client.simulator.users()] == [
        ("ada@example.com", "x"), ("cy@example.com", None), ("new@example.com", None),
    ]  # fmt: skip


def test_a_foreign_job_and_names_of_the_tenant(client: Client) -> None:
    assert door(client, "POST", "jobs", {"status": "created"}).json == {"id": 12345}
    door(client, "PUT", "tenant", {"roles": ["R"], "teams": ["T"], "locations": ["L"], "token": "t"})
    state = client.simulator.state()
    assert (state["roles"], state["teams"], state["locations"], client.simulator.token) == (
        ["R"], ["T"], ["L"], "t")  # fmt: skip


def test_a_new_run_counts_faults_anew(client: Client) -> None:
    client.simulator.add_fault({"at": "T", "place": "reply", "status": 500})
    first = client.get("bulk/users/template").status
    door(client, "POST", "run")
    assert (first, client.get("bulk/users/template").status) == (500, 500)


@pytest.mark.parametrize(
    ("method", "call", "content", "status"),
    [
        ("PUT", "switches", {"nothing": 1}, 400),
        ("PUT", "faults", [{}], 400),
        ("POST", "users", {"alias": "x"}, 400),
        ("POST", "users", {"email": "ada@example.com", "shoe": 1}, 400),
        ("PUT", "tenant", {"shoe": 1}, 400),
        ("POST", "jobs", None, 400),
        ("GET", "nothing", None, 404),
        ("GET", "faults", None, 404),
    ],
)
def test_a_wrong_knock(client: Client, method: str, call: str, content: Any, status: int) -> None:
    assert door(client, method, call, content).status == status


def test_what_the_door_gives_is_a_copy(client: Client) -> None:
    client.simulator.state()["users"][0]["roles"].append("Ghost")
    client.simulator.users()[0]["alias"] = "ghost"
    assert (client.user("ada@example.com")["roles"], client.user("ada@example.com")["alias"]) == (["Admin"], "ada")


def test_a_portal_deactivation_takes_the_teams(client: Client) -> None:
    client.simulator.edit_user("ada@example.com", status="Inactive")
    gone = client.user("ada@example.com")
    client.simulator.edit_user("ada@example.com", status="Active")
    back = client.user("ada@example.com")
    assert (gone["teams"], gone["deactivated_at"] is None, back["teams"], back["status"]) == (
        [], False, [], "Active")  # fmt: skip


def test_a_portal_edit_of_nobody_is_an_error(client: Client) -> None:
    with pytest.raises(KeyError):
        client.simulator.edit_user("nobody@example.com", alias="x")
