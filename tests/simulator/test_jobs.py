"""The life of a bulk job, and how time moves it."""

from typing import Any

import pytest

from .client import Client, Clock, chosen, row
from .conftest import Open

ROWS = [row(f"new{number}@example.com", roles=chosen(Agent=1)) for number in range(4)]


@pytest.fixture
def slow(open_simulator: Open) -> Client:
    """Validation takes 10 s, a job 40 s; calls take no time."""
    client = open_simulator(validate_seconds=10, job_seconds=40, switches={"rate_limit": 0})
    client.pause = 0
    return client


def valid(client: Client, rows: list[dict[str, Any]] | None = None) -> int:
    number: int = client.upload(ROWS if rows is None else rows).json["id"]
    client.clock.now += 10
    return number


def test_a_job_waits_for_its_validation(slow: Client, clock: Clock) -> None:
    number = slow.upload(ROWS).json["id"]
    seen = [slow.job(number)["status"]]
    clock.now += 9.9
    seen.append(slow.job(number)["status"])
    clock.now += 0.1
    assert [*seen, slow.job(number)["status"]] == ["created", "created", "valid_scheme"]


def test_a_valid_job_does_nothing_until_it_is_told(slow: Client, clock: Clock) -> None:
    number = valid(slow)
    clock.now += 10_000
    assert (slow.job(number)["status"], len(slow.simulator.users())) == ("valid_scheme", 3)


def test_rows_are_applied_one_by_one(slow: Client, clock: Clock) -> None:
    number = valid(slow)
    slow.proceed(number)
    seen = []
    for _ in range(5):
        job = slow.job(number)
        seen.append((job["status"], job["affected_rows"], len(slow.users()) - 3))
        clock.now += 10
    assert seen == [("in_progress", n, n) for n in range(4)] + [("completed", 4, 4)]


def test_every_row_has_the_time_it_was_due(slow: Client, clock: Clock) -> None:
    slow.proceed(valid(slow))
    start = clock.now
    clock.now += 1000
    events = slow.simulator.state()["history"]
    assert [event["time"] - start for event in events] == [10, 20, 30, 40]
    assert {event["by"] for event in events} == {12345}


def test_two_jobs_run_side_by_side_in_the_order_of_time(slow: Client, clock: Clock) -> None:
    first, second = valid(slow), valid(slow, [row(alias=str(number)) for number in range(1)])
    slow.proceed(first)
    clock.now += 5
    slow.proceed(second)
    clock.now += 1000
    events = slow.simulator.state()["history"]
    assert [event["by"] for event in events] == [first] * 4 + [second]


def test_a_bad_file_is_invalid_and_never_runs(slow: Client) -> None:
    number = valid(slow, [row(first_name="")])
    answer = slow.proceed(number)
    assert (slow.job(number)["status"], answer.status) == ("invalid_scheme", 400)
    assert slow.simulator.state()["history"] == []


@pytest.mark.parametrize("content", [b"no json", b'{"users": []}', b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_no_list_is_invalid(slow: Client, content: bytes) -> None:
    number = slow.upload(content).json["id"]
    slow.clock.now += 10
    job = slow.job(number)
    assert (job["status"], job["scheme_errors"][0]["row"]) == ("invalid_scheme", None)


def test_put_repairs_an_invalid_job(slow: Client) -> None:
    number = valid(slow, [row(first_name="")])
    slow.upload([row()], "PUT", job=number)
    slow.clock.now += 10
    assert (slow.job(number)["status"], slow.job(number)["scheme_errors"]) == ("valid_scheme", [])


def test_put_without_a_job_id_is_refused(slow: Client) -> None:
    answer = slow.upload([row()], "PUT")
    assert (answer.status, answer.json) == (400, {"message": "param is missing or the value is empty: id"})


def test_post_with_a_job_id_makes_no_second_job(slow: Client) -> None:
    number = valid(slow, [row(first_name="")])
    slow.upload([row()], job=number)
    assert [job["id"] for job in slow.simulator.jobs()] == [number]


def test_a_second_proceed_runs_nothing_twice(slow: Client) -> None:
    number = valid(slow)
    assert [slow.proceed(number).status for _ in range(2)] == [200, 400]
    assert slow.simulator.jobs()[0]["inside"]["runs"] == 1


@pytest.mark.parametrize("body", [b"", b"{}", b"no", b"[]", b'{"id": null}', b'{"id": true}'])
def test_a_proceed_without_an_id_is_refused(client: Client, body: bytes) -> None:
    answer = client.call("POST", "bulk/users/proceed", body)
    assert (answer.status, answer.json) == (400, {"message": "param is missing or the value is empty: id"})


@pytest.mark.parametrize("number", ["1", "0", "abc", "-1", "²"])
def test_an_unknown_job_is_not_found(client: Client, number: str) -> None:
    from urllib.parse import quote

    assert client.get(f"bulk/users/jobs/{quote(number)}").status == 404


def test_an_upload_without_a_file_is_refused(client: Client) -> None:
    answer = client.upload([row()], name="wrong")
    assert (answer.status, answer.json) == (400, {"message": "param is missing or the value is empty: file"})


def test_the_uploaded_bytes_are_kept(client: Client) -> None:
    data = b'[ {"email":\r\n"a@example.com"} ]\r\n\r\n'
    number = client.upload(data).json["id"]
    assert client.simulator.uploaded(number) == data


def test_jobs_are_listed_newest_first_in_pages(client: Client) -> None:
    for _ in range(5):
        client.upload([])
    answer = client.get("bulk/users/jobs?page=2&per_page=2")
    assert [job["id"] for job in answer.json] == [12347, 12346]
    assert (answer.headers["Total"], answer.headers["Per-Page"]) == ("5", "2")


def test_an_empty_file_ends_too(client: Client) -> None:
    assert client.run()["status"] == "completed"


def test_the_counts_of_a_partial_failure(client: Client) -> None:
    job = client.run(row(roles=chosen(Admin=0)), row("ben@example.com", alias="b"))
    assert (job["total_rows"], job["affected_rows"], job["failed_rows"]) == (2, 1, 1)
    assert job["update_errors"][0]["row"] == 1


def test_all_or_nothing_applies_nothing(open_simulator: Open) -> None:
    client = open_simulator(switches={"atomic": "yes"})
    job = client.run(row(alias="x"), row("ben@example.com", roles=chosen(Agent=0)))
    assert (job["affected_rows"], job["failed_rows"], job["update_errors"][0]["row"]) == (0, 2, 2)
    assert client.simulator.state()["history"] == []


def test_a_job_stuck_in_progress_has_done_half(open_simulator: Open) -> None:
    client = open_simulator(switches={"stuck": "in_progress"})
    job = client.run(*ROWS)
    assert (job["status"], job["affected_rows"]) == ("in_progress", 2)


def test_a_job_that_fails_at_a_row_keeps_what_came_before(open_simulator: Open) -> None:
    client = open_simulator(switches={"fail_at_row": 3})
    job = client.run(*ROWS)
    assert (job["status"], job["affected_rows"], len(client.simulator.users())) == ("failed", 2, 5)


def test_a_portal_job_runs_by_itself(client: Client) -> None:
    number = client.simulator.add_job({"rows": [row(alias="p")], "filename": "portal.csv"})
    job = client.job(number)
    assert (job["status"], job["uploaded_user_name"], job["uploaded_api_user_name"]) == (
        "completed", "Portal Admin", None)  # fmt: skip
    assert client.user("ada@example.com")["alias"] == "p"


def test_an_orphan_waits_to_be_started(client: Client) -> None:
    content = '[ {"email": "ada@example.com", "first_name": "A", "last_name": "B", "alias": "o"} ]'
    number = client.simulator.add_job({"file": content, "starts": False, "api_user": "old", "created_at": 1})
    before = client.job(number)["status"]
    client.proceed(number)
    assert (before, client.job(number)["status"]) == ("valid_scheme", "completed")
    assert (client.user("ada@example.com")["alias"], client.simulator.uploaded(number)) == ("o", content.encode())


def test_two_jobs_cannot_have_one_id(client: Client) -> None:
    client.simulator.add_job({"id": 7})
    with pytest.raises(ValueError, match="there already"):
        client.simulator.add_job({"id": 7})


def test_a_job_of_another_owner_keeps_its_word(client: Client, clock: Clock) -> None:
    number = client.simulator.add_job({"status": "in_progress", "total_rows": 100, "affected_rows": 52,
                                       "api_user": "sync", "process_requested_at": clock.now})  # fmt: skip
    clock.now += 1_000_000
    job = client.job(number)
    assert (job["status"], job["affected_rows"], job["uploaded_api_user_name"]) == ("in_progress", 52, "sync")


def test_a_job_with_an_unknown_key_is_refused(client: Client) -> None:
    with pytest.raises(ValueError, match="colour"):
        client.simulator.add_job({"colour": "red"})


def test_what_was_due_before_a_switch_happens_under_the_old_one(slow: Client, clock: Clock) -> None:
    slow.proceed(valid(slow))
    clock.now += 20
    slow.simulator.set_switches(stuck="in_progress")
    clock.now += 100
    assert slow.simulator.jobs()[0]["affected_rows"] == 2
