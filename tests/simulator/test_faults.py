"""Misbehaviour on demand: which request, which place, and what happens beside it."""

import http.client
import json
import signal
import subprocess
import sys
from typing import Any

import pytest

from reconciler.simulator.faults import Fault, Faults, parse

from .client import API, Client, Lost, basic, exchange, row
from .conftest import Open

UPLOAD = "POST " + API + "bulk/users/upload"


def upload_lost(client: Client) -> None:
    with pytest.raises(Lost):
        client.upload([row()])


@pytest.mark.parametrize(("place", "jobs"), [("before", 0), ("sending", 0), ("after", 1)])
def test_the_connection_is_closed_without_a_reply(client: Client, place: str, jobs: int) -> None:
    client.simulator.add_fault({"at": "U", "place": place, "bytes": 10})
    upload_lost(client)
    assert (len(client.simulator.jobs()), client.simulator.log()[-1]["status"]) == (jobs, "closed")


@pytest.mark.parametrize("size", [0, 1, 60])
def test_a_cut_reply_is_shorter_than_its_length_says(client: Client, size: int) -> None:
    client.simulator.add_fault({"at": "U", "place": "cut", "bytes": size})
    upload_lost(client)
    assert len(client.simulator.jobs()) == 1


def test_a_cut_reply_without_length_looks_complete(client: Client) -> None:
    client.simulator.add_fault({"at": "R", "place": "cut", "bytes": 30, "length": False})
    answer = client.get("users")
    assert (answer.status, len(answer.body), "Content-Length" in answer.headers) == (200, 30, False)


@pytest.mark.parametrize(("act", "jobs"), [(False, 0), (True, 1)])
def test_another_reply_with_or_without_acting(client: Client, act: bool, jobs: int) -> None:
    client.simulator.add_fault({"at": "U", "place": "reply", "act": act, "status": 504, "body": "<b>gone</b>",
                                "content_type": "text/html", "headers": {"Retry-After": "7"}})  # fmt: skip
    answer = client.upload([row()])
    shown = answer.status, answer.body, answer.headers["Content-Type"], answer.headers["Retry-After"]
    assert shown == (504, b"<b>gone</b>", "text/html", "7")
    assert len(client.simulator.jobs()) == jobs


def test_a_reply_that_is_no_text_is_json(client: Client) -> None:
    client.simulator.add_fault({"at": "T", "place": "reply", "body": {"users": None}})
    assert client.get("bulk/users/template").json == {"users": None}


def test_a_patch_changes_every_element_of_a_true_answer(client: Client) -> None:
    client.simulator.add_fault({"at": "R", "place": "patch", "set": {"alias": 7}, "drop": ["roles"]})
    assert {(user["alias"], "roles" in user) for user in client.users()} == {(7, False)}


def test_a_patch_shortens_a_list_and_changes_its_headers(client: Client) -> None:
    client.simulator.add_fault({"at": "R", "place": "patch", "keep": 1, "headers": {"total": "9"}})
    answer = client.get("users")
    totals = [value for name, value in answer.headers.items() if name.lower() == "total"]
    assert (len(answer.json), totals) == (1, ["9"])


def test_a_patch_leaves_an_answer_that_is_no_json_alone(open_simulator: Open) -> None:
    client = open_simulator(
        switches={"error_body": "text"}, faults=[{"at": "*", "place": "patch", "set": {"a": 1}}]
    )
    assert client.get("nothing").body == b"Not Found"


def test_a_reply_may_be_any_bytes(client: Client) -> None:
    client.simulator.add_fault({"at": "T", "place": "reply", "body_base64": "//4A"})
    assert client.get("bulk/users/template").body == b"\xff\xfe\x00"


def test_a_reply_without_content_leaves_the_connection_in_order(client: Client) -> None:
    client.simulator.add_fault({"at": "T", "place": "reply", "status": 204, "body": "never sent"})
    connection = http.client.HTTPConnection(client.simulator.url.removeprefix("http://"), timeout=20)
    headers = {"Authorization": basic("acme", client.simulator.token)}
    statuses = []
    for _ in range(2):
        connection.request("GET", API + "bulk/users/template", headers=headers)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()
    assert statuses == [204, 200]


@pytest.mark.parametrize(("moment", "jobs"), [("before", 0), ("after", 1)])
def test_a_delay_before_or_after_acting(client: Client, moment: str, jobs: int) -> None:
    seen: list[int] = []
    client.simulator.add_fault({"at": "U", "delay": 5, "delay_at": moment})
    sleep = client.clock.sleep

    def look(seconds: float) -> None:
        seen.append(len(client.simulator.jobs()))
        sleep(seconds)

    client.simulator._server.wait = look
    client.upload([row()])
    assert (seen, client.clock.slept) == ([jobs], [5])


@pytest.mark.parametrize(("count", "hit"), [({}, [1]), ({"nth": 2}, [2]), ({"from": 3}, [3, 4]),
                                            ({"every": True}, [1, 2, 3, 4])])  # fmt: skip
def test_which_of_the_requests(client: Client, count: dict[str, Any], hit: list[int]) -> None:
    client.simulator.add_fault({"at": "T", "place": "reply", "status": 500, **count})
    statuses = [client.get("bulk/users/template").status for _ in range(4)]
    assert [number for number, status in enumerate(statuses, 1) if status == 500] == hit


def test_each_step_has_its_letter(client: Client) -> None:
    client.get("bulk/users/template")
    client.users()
    client.get("bulk/users/jobs")
    number = client.upload([row()]).json["id"]
    client.job(number)
    client.get(f"bulk/users/errors/scheme/{number}")
    client.proceed(number)
    client.job(number)
    client.get(f"bulk/users/errors/update/{number}")
    client.users()
    client.get("other")
    assert [entry["step"] for entry in client.simulator.log()] == [
        "T", "R", "J", "U", "V", "ES", "P", "W", "EU", "C", "-",
    ]  # fmt: skip


def test_a_new_run_reads_again_at_r(client: Client) -> None:
    client.run(row())
    client.simulator.new_run()
    client.users()
    assert client.simulator.log()[-1]["step"] == "R"


@pytest.mark.parametrize(
    ("at", "step", "method", "path", "matches"),
    [
        ("V", "V", "GET", API + "bulk/users/jobs/1", True),
        ("V", "W", "GET", API + "bulk/users/jobs/1", False),
        ("JOB", "W", "GET", API + "bulk/users/jobs/1", True),
        ("J", "V", "GET", API + "bulk/users/jobs/1", False),
        ("U|P", "P", "POST", API + "bulk/users/proceed", True),
        ("POST bulk/users", "P", "POST", API + "bulk/users/proceed", True),
        ("GET bulk/users", "P", "POST", API + "bulk/users/proceed", False),
        ("/apps", "P", "POST", API + "bulk/users/proceed", True),
        ("users", "R", "GET", API + "users", True),
        ("*", "-", "GET", "/", True),
        ("POST *", "-", "GET", "/", False),
    ],
)
def test_where_a_fault_strikes(at: str, step: str, method: str, path: str, matches: bool) -> None:
    assert Fault(at).matches(step, method, path) is matches


@pytest.mark.parametrize("fault", [{}, {"at": "U", "place": "nowhere"}, {"at": "U", "typo": 1},
                                   {"at": "U", "run": {"dance": 1}}, {"at": "U", "when": "later"}])  # fmt: skip
def test_a_wrong_fault_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(fault)


def test_a_wrong_list_changes_no_fault() -> None:
    faults = Faults()
    faults.add({"at": "U"})
    with pytest.raises(ValueError, match=r"needs `at`"):
        faults.set([{"at": "P"}, {}])
    assert [fault.at for fault, _seen in faults.counted] == ["U"]


def test_clearing_takes_all_faults_away(client: Client) -> None:
    client.simulator.add_fault({"at": "T", "place": "before", "every": True})
    client.simulator.clear_faults()
    assert client.get("bulk/users/template").status == 200


def test_a_portal_edit_at_the_moment_of_a_request(client: Client) -> None:
    client.simulator.add_fault({"at": "R", "nth": 2, "run": {"edit": {"email": "ada@example.com", "alias": "x"}}})
    assert [client.users()[0]["alias"] for _ in range(2)] == ["ada", "x"]


def test_an_edit_after_a_request_is_not_in_its_answer(client: Client) -> None:
    client.simulator.add_fault(
        {"at": "R", "when": "after", "run": {"edit": {"email": "ada@example.com", "alias": "x"}}}
    )
    assert [client.users()[0]["alias"] for _ in range(2)] == ["ada", "x"]


def test_a_user_comes_between_two_pages(client: Client) -> None:
    client.simulator.add_fault({"at": "R", "nth": 2, "run": {"remove_user": "ada@example.com"}})
    pages = [client.users(f"?page={page}&per_page=1") for page in (1, 2)]
    assert [page[0]["email"] for page in pages] == ["ada@example.com", "cy@example.com"]


def test_other_things_that_happen_beside_a_request(client: Client) -> None:
    client.simulator.add_fault({"at": "T", "run": {
        "add_user": {"email": "new@example.com"}, "add_job": {"status": "in_progress"},
        "rename_role": ["Manager", "Lead"], "switches": {"totals": "no_headers"}}})  # fmt: skip
    client.get("bulk/users/template")
    state = client.simulator.state()
    assert state["users"][-1]["email"] == "new@example.com"
    assert state["jobs"][0]["status"] == "in_progress"
    assert state["roles"] == ["Admin", "Lead", "Agent"]
    assert state["switches"]["totals"] == "no_headers"


def test_a_token_revoked_at_a_step_is_wrong_from_then_on(client: Client) -> None:
    old = {"Authorization": basic("acme", client.simulator.token)}
    client.simulator.add_fault({"at": "T", "nth": 2, "run": {"token": "another"}})
    path = API + "bulk/users/template"
    statuses = [exchange(client.simulator.url, "GET", path, None, old).status for _ in range(2)]
    assert statuses == [200, 401]


@pytest.mark.parametrize(("when", "jobs"), [("before", 1), ("after", 1)])
def test_a_client_is_killed_at_a_step(client: Client, when: str, jobs: int) -> None:
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    client.simulator.add_fault({"at": "U", "run": {"kill": victim.pid}, "when": when})
    client.upload([row()])
    assert victim.wait(10) == -signal.SIGKILL


def test_a_fault_does_not_hide_the_body_it_acted_upon(client: Client) -> None:
    client.simulator.add_fault({"at": "P", "place": "after"})
    number = client.upload([row(alias="x")]).json["id"]
    with pytest.raises(Lost):
        client.proceed(number)
    assert client.user("ada@example.com")["alias"] == "x"


def test_a_body_may_hold_a_lone_surrogate(client: Client) -> None:
    client.simulator.edit_user("ada@example.com", alias="\ud800")
    assert client.users()[0]["alias"] == "\ud800"


def test_faults_are_plain_data(client: Client) -> None:
    client.simulator.add_fault(json.loads('{"at": "U", "nth": 1, "place": "after"}'))
    upload_lost(client)
