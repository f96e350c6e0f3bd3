"""Template and people over the wire, and the whole door against the simulator."""

import json
from typing import Any

import pytest

from reconciler.edge.connection import Connection, Secret
from reconciler.edge.platform import Platform
from reconciler.model.batch import Ending, Job
from reconciler.model.errors import Denied, NotUnderstood
from reconciler.simulator import Simulator

from .wire import NAME, TOKEN, Script, VirtualClock, platform, reply

USERS = "GET users"
TEMPLATE = "GET bulk/users/template"
ANA = {"id": 1, "email": "ana@acme.example", "roles": [{"name": "Agent", "value": 1}], "surprise": {"deep": [1]}}


def test_the_template_is_the_first_element() -> None:
    assert platform(Script().on(TEMPLATE, reply([{"email": "x"}, {"other": 1}]))).template() == {"email": "x"}


@pytest.mark.parametrize("body", [[], [{}], [None], None, {}, "x", {"email": "x"}])
def test_N_16_a_template_that_is_none_stops_the_run(body: Any) -> None:
    with pytest.raises(NotUnderstood):
        platform(Script().on(TEMPLATE, reply(body))).template()


def test_N_17_people_come_as_they_were_received() -> None:
    assert platform(Script().on(USERS, reply([ANA], headers={"total": "1"}))).users() == (ANA,)


def test_unknown_14_both_names_of_the_page_size_are_sent() -> None:
    script = Script().on(USERS, reply([ANA], headers={"total": "1"}))
    platform(script).users()
    assert dict(script.requests[0].url.params) == {"page": "1", "per": "1000", "per_page": "1000"}


@pytest.mark.parametrize("body", [None, {}, "", '"[]"', {"message": "x"}, [None], [[ANA]]])
def test_N_16_what_is_no_list_of_people_is_never_nobody(body: Any) -> None:
    with pytest.raises(NotUnderstood):
        platform(Script().on(USERS, reply(body))).users()


def test_N_30_a_wrong_tenant_is_no_empty_list() -> None:
    with pytest.raises(Denied) as caught:
        platform(Script().on(USERS, reply({"message": "Resource not found"}, 404))).users()
    assert "tenant name" in caught.value.hint


def test_N_39_a_page_that_fails_is_read_again() -> None:
    script = Script().on(USERS, reply([ANA], headers={"total": "2"}), reply("", 502), reply([ANA | {"id": 2}]))
    assert len(platform(script).users()) == 2


def door(simulator: Simulator, clock: VirtualClock) -> Platform:
    return Platform(Connection(simulator.url, "acme", Secret(TOKEN)), clock)


def people(count: int) -> dict[str, Any]:
    users = [
        {
            "email": f"u{number}@acme.example",
            "first_name": "U",
            "last_name": str(number),
            "roles": ["Agent"],
            "teams": [],
        }
        for number in range(count)
    ]
    return {"roles": ["Agent"], "teams": ["Billing"], "locations": ["Madrid"], "max_chat_limit": 9, "users": users}


def test_the_simulator_s_people_are_read_whole() -> None:
    clock = VirtualClock()
    with (
        Simulator(people(2_345), token=TOKEN, clock=clock.monotonic, sleep=clock.sleep) as simulator,
        door(simulator, clock) as platform,
    ):
        assert len({row["email"] for row in platform.users()}) == 2_345


def test_a_job_lives_its_whole_life_on_the_simulator() -> None:
    clock = VirtualClock()
    with (
        Simulator(
            people(3), token=TOKEN, clock=clock.monotonic, sleep=clock.sleep, validate_seconds=2, job_seconds=9
        ) as simulator,
        door(simulator, clock) as platform,
    ):
        row: dict[str, Any] = {
            **platform.template(),
            "email": "u1@acme.example",
            "first_name": "Uma",
            "status": "",
        }
        row |= {"new_email": "", "location": "", "roles": [{"name": "Agent", "value": 1}]}
        data = json.dumps([row]).encode()
        job = platform.upload(NAME, data, newer_than=None)
        valid = platform.await_validation(job, 1, 60.0)
        assert isinstance(valid, Job), valid
        result = platform.await_end(platform.proceed(valid), 60.0)
        assert (result.ending, result.errors) == (Ending.DONE, ())
        assert simulator.uploaded(job.ident) == data
        assert [found.ident for found in platform.jobs()] == [job.ident]
        assert next(row for row in platform.users() if row["email"] == "u1@acme.example")["first_name"] == "Uma"


def test_a_wrong_token_is_refused_by_the_simulator_in_our_words() -> None:
    clock = VirtualClock()
    with (
        Simulator(people(1), token="another", clock=clock.monotonic, sleep=clock.sleep) as simulator,
        door(simulator, clock) as platform,
        pytest.raises(Denied) as caught,
    ):
        platform.users()
    assert "RECONCILER_TOKEN" in caught.value.hint


FAULTS: list[dict[str, Any]] = [
    {"at": "U", "place": "after"},
    {"at": "U", "place": "before"},
    {"at": "U", "place": "sending", "bytes": 20},
    {"at": "U", "place": "reply", "act": True, "status": 504, "body": "<html>", "content_type": "text/html"},
    {"at": "U", "place": "reply", "status": 429, "body": {"message": "slow down"}},
    {"at": "P", "place": "after"},
    {"at": "P", "place": "before"},
    {"at": "P", "place": "reply", "act": True, "status": 504, "body": ""},
    {"at": "V", "place": "cut", "bytes": 5},
    {"at": "W", "place": "cut", "bytes": 5, "length": False},
    {"at": "EU", "place": "before", "every": True},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault['at']} {fault['place']}")
def test_I_02_whatever_is_lost_on_the_way_one_job_is_run_once(fault: dict[str, Any]) -> None:
    clock = VirtualClock()
    given: dict[str, Any] = {
        "token": TOKEN,
        "clock": clock.monotonic,
        "sleep": clock.sleep,
        "job_seconds": 9,
        "faults": [fault],
    }
    with Simulator(people(3), **given) as simulator, door(simulator, clock) as platform:
        row = {
            **platform.template(),
            "email": "u1@acme.example",
            "first_name": "Uma",
            "status": "",
            "location": "",
        }
        job = platform.upload(NAME, json.dumps([row | {"new_email": ""}]).encode(), newer_than=None)
        valid = platform.await_validation(job, 1, 60.0)
        assert isinstance(valid, Job)
        assert platform.await_end(platform.proceed(valid), 60.0).ending is Ending.DONE
        assert [found.requested_at != "" for found in platform.jobs()] == [True]
