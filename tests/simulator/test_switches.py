"""The table of switches, and that every value of every switch can be seen from outside."""

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.simulator import Simulator
from reconciler.simulator.switches import NUMBER, SWITCHES, TEXT, Settings, Switch, listing

from .client import Client, Clock, Lost, chosen, form, row, seed

Probe = Callable[[Client], object]


def test_every_unknown_of_the_platform_has_a_switch() -> None:
    assert {switch.number for switch in SWITCHES} == {None, *range(1, 44)}


def test_names_are_unique() -> None:
    assert len({switch.name for switch in SWITCHES}) == len(SWITCHES)


def test_the_default_of_a_number_is_a_number() -> None:
    assert all(switch.allows(switch.default) for switch in SWITCHES)


@pytest.mark.parametrize(("name", "value"), [("no_such", "1"), ("stuck", "maybe"), ("stale_seconds", "-1"),
                                            ("stale_seconds", "nan"), ("final_token", "<text>")])  # fmt: skip
def test_a_wrong_switch_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        Settings.of({name: value})


def test_numbers_may_be_given_as_numbers() -> None:
    assert Settings.of({"stale_seconds": 1.5}).number("stale_seconds") == 1.5


def test_settings_keep_what_was_chosen_before() -> None:
    settings = Settings.of({"stuck": "created"}).but({"atomic": "yes"})
    assert (settings["stuck"], settings["atomic"], settings["totals"]) == ("created", "yes", "yes")


def test_the_listing_names_every_switch() -> None:
    assert [line.split()[1] for line in listing().splitlines()] == [switch.name for switch in SWITCHES]


# What is looked at, for each switch. A probe answers with something that differs from value to value.


def _answer(client: Client, method: str, path: str, body: bytes | None = None) -> object:
    answer = client.call(method, path, body)
    shown = {name: value for name, value in answer.headers.items() if name != "Date"}
    return answer.status, shown, answer.body


def _final_status(client: Client) -> object:
    return client.run(row(alias="a"), row("ben@example.com", alias="b"))["status"]


def _upload_and_wait(client: Client) -> object:
    number = client.upload([row(), row("ben@example.com")]).json["id"]
    client.clock.now += 60
    answer = client.get(f"bulk/users/jobs/{number}")
    return answer.status, answer.json.get("status"), answer.json.get("total_rows")


def _codes(client: Client) -> object:
    posted = client.upload([row()])
    put = client.upload([row()], "PUT", job=posted.json["id"])
    return posted.status, put.status, client.proceed(posted.json["id"]).status


def _wrong_credential(client: Client) -> object:
    answer = client.call("GET", "users", headers={"Authorization": "Basic bm86bm8="})
    return answer.status, answer.body


def _too_fast(client: Client) -> object:
    client.pause = 0
    answers = [client.get("bulk/users/template") for _ in range(11)]
    return answers[-1].status, answers[-1].headers.get("Retry-After")


def _upload_reply(client: Client) -> object:
    try:
        return client.upload([row()]).status
    except Lost:
        return "lost", len(client.simulator.jobs())


def _early_proceed(client: Client) -> object:
    number = client.upload([row(first_name="")]).json["id"]
    client.clock.now += 60
    return client.proceed(number).status


def _second_proceed(client: Client) -> object:
    number = client.run(row())["id"]
    return client.proceed(number).status, client.simulator.jobs()[0]["inside"]["runs"]


def _put_ended(client: Client) -> object:
    number = client.run(row())["id"]
    return client.upload([row()], "PUT", job=number).status, client.job(number)["status"]


def _proceed_answer(client: Client) -> object:
    number = client.upload([row()]).json["id"]
    return client.proceed(number).json["status"]


def _links(client: Client) -> object:
    answer = client.upload([row()])
    page = client.get("users?page=1&per_page=1")
    return answer.headers.get("Link"), answer.json["link"], page.headers.get("Link", "").split("?")[0][-60:]


def _sizes(client: Client) -> object:
    return len(client.users("?page=1&per=1")), len(client.users("?page=1&per_page=1")), len(client.users())


def _second_page(client: Client) -> object:
    return [user["email"] for user in client.users("?page=2&per_page=1")]


def _paging_headers(client: Client) -> object:
    return sorted({"Total", "Per-Page", "Link"} & set(client.get("users?page=1&per_page=1").headers))


def _by_id(client: Client) -> object:
    queries = ("email[]=ben@example.com", "emails[]=ben@example.com", "email=ben@example.com,cy@example.com")
    return [len(client.users("?" + query)) for query in queries]


def _whole_read(client: Client) -> object:
    return client.users()


def _update_all(client: Client) -> Callable[..., object]:
    def update(*rows: dict[str, Any]) -> object:
        job = client.run(*rows)
        return job["status"], job["affected_rows"], job["scheme_errors"], job["update_errors"], client.users()

    return update


def _rename_twice(client: Client) -> object:
    client.run(row("ben@example.com", new_email="bea@example.com"))
    return _update_all(client)(row("ben@example.com", roles=chosen(Agent=1)))


def _errors(client: Client) -> object:
    job = client.run(row(roles=chosen(Admin=0)), row("ben@example.com"))
    calls = [client.get(f"bulk/users/errors/{kind}/{job['id']}") for kind in ("scheme", "update")]
    return job["update_errors"], [(call.status, call.body) for call in calls], job["affected_rows"]


def _reads_after(client: Client) -> object:
    client.simulator.edit_user("ada@example.com", alias="new")
    return [client.users()[0]["alias"] for _ in range(4)]


def _upload_beside(client: Client) -> object:
    client.simulator.add_job({"status": "in_progress"})
    return client.upload([row()]).status


def _strict_file(client: Client) -> object:
    return client.upload([row()], filename="users.txt").status


def _large_file(client: Client) -> object:
    body, headers = form(b"[" + b" " * 5000 + b"]")
    return client.call("POST", "bulk/users/upload", body, headers).status


def _new_job_visible(client: Client) -> object:
    number = client.upload([row()]).json["id"]
    return client.get(f"bulk/users/jobs/{number}").status, len(client.get("bulk/users/jobs").json)


def _proceed_visible(client: Client) -> object:
    number = client.upload([row(alias="x")]).json["id"]
    client.proceed(number)
    job = client.job(number)
    return job["status"], job["process_requested_at"] is None, client.user("ada@example.com")["alias"]


def _all_states(client: Client) -> object:
    """The answer to a look at a job in each of its states."""
    bad = client.upload([row(first_name="")]).json["id"]
    number = client.upload([row(), row("ben@example.com")]).json["id"]
    seen = [client.get(f"bulk/users/jobs/{number}").status]
    client.clock.now += 60
    seen += [client.get(f"bulk/users/jobs/{number}").status, client.get(f"bulk/users/jobs/{bad}").status]
    job = client.simulator.jobs()[1]["inside"]
    if seen[1] == 200:
        client.proceed(number)
    client.clock.now += 10
    seen.append(client.get(f"bulk/users/jobs/{number}").status)
    client.clock.now += 60
    seen.append(client.get(f"bulk/users/jobs/{number}").status)
    return seen, job["rows"]


def _rows(*rows: dict[str, Any]) -> Probe:
    return lambda client: _update_all(client)(*rows)


def _get(path: str) -> Probe:
    return lambda client: _answer(client, "GET", path)


NEW = "new@example.com"
CY = "cy@example.com"
BEN = "ben@example.com"

PROBES: dict[str, Probe] = {
    "final_token": _final_status,
    "stuck": lambda client: (_upload_and_wait(client), _final_status(client)),
    "lying_upload": _upload_and_wait,
    "success_codes": _codes,
    "error_body": _get("nothing"),
    "unauthorized": _wrong_credential,
    "rate_answer": _too_fast,
    "retry_after": _too_fast,
    "upload_reply": _upload_reply,
    "proceed_wrong_state": _early_proceed,
    "proceed_twice": _second_proceed,
    "put_running": _put_ended,
    "proceed_status": _proceed_answer,
    "link_header": _links,
    "page_size": _sizes,
    "page_ignored": _second_page,
    "totals": _paging_headers,
    "page_cap": _sizes,
    "id_params": _by_id,
    "envelope": _whole_read,
    "roles_shape": _whole_read,
    "teams_shape": _whole_read,
    "member_values": _whole_read,
    "deactivated_at": _whole_read,
    "missing_key": _rows(row(roles=chosen(Admin=1))),
    "missing_name": _rows(row(roles=chosen(Manager=1))),
    "empty_value": _rows(row(alias="")),
    "no_role": _rows(row(roles=chosen(Admin=0))),
    "unknown_name": _rows(row(roles=chosen(Ghost=1))),
    "unknown_key": _rows(row(shoe_size=44)),
    "unknown_inactive": _rows(row(NEW, status="Inactive", roles=chosen(Agent=1))),
    "rename_conflict": _rows(row(new_email=BEN)),
    "stale_rename": _rename_twice,
    "email_match": _rows(row("ADA@example.com", roles=chosen(Agent=1))),
    "error_rows": _errors,
    "affected": _errors,
    "error_arrays": _errors,
    "no_errors": _errors,
    "warnings": _rows(row()),
    "atomic": _rows(row(alias="x"), row(BEN, roles=chosen(Agent=0))),
    "stale_seconds": _reads_after,
    "stale_pattern": _reads_after,
    "concurrent": _upload_beside,
    "deactivate_teams": _rows(row(status="Inactive")),
    "reactivate_teams": _rows(row(CY, status="Active", teams=chosen(Sales=1))),
    "create_teams": _rows(row(NEW, roles=chosen(Agent=1), teams=chosen(Sales=1))),
    "deactivate": _rows(row(status="Inactive")),
    "flags": _get("bulk/users/template"),
    "file_part": _strict_file,
    "max_bytes": _large_file,
    "extra_keys": _whole_read,
    "rate_limit": _too_fast,
    "queue_seconds": _proceed_visible,
    "upload_visible_after": _new_job_visible,
    "proceed_visible_after": _proceed_visible,
    "ignore_field": _rows(row(alias="x")),
    "neighbour": _rows(row(location="Berlin")),
    "wrong_user": _rows(row(location="Berlin")),
    "roles_merge": _rows(row(roles=chosen(Admin=0, Agent=1))),
    "normalise": _rows(row(first_name=" E\u0301LODIE ANNE-CHARLOTTE ")),
    "job_vanishes": _all_states,
    "fail_emails": _rows(row(alias="x")),
    "fail_at_row": _rows(row(alias="x"), row(BEN, alias="y")),
    "null_value": _rows(row(alias=None)),
    "empty_read": _whole_read,
    "read_flags": _whole_read,
    "template_roles": _get("bulk/users/template"),
    "template_teams": _get("bulk/users/template"),
    "foreign_host": _links,
}

# A text or number for switches that take any.
SAMPLES = {
    "final_token": "halted", "retry_after": "later", "page_cap": "2", "stale_seconds": "100", "max_bytes": "1000",
    "rate_limit": "20", "queue_seconds": "50", "upload_visible_after": "50", "proceed_visible_after": "50",
    "ignore_field": "alias", "neighbour": BEN, "wrong_user": BEN, "fail_emails": "ada@example.com",
    "fail_at_row": "2", "foreign_host": "http://other.example",
}  # fmt: skip

# A switch that is seen only beside another one.
BESIDE: dict[str, dict[str, str]] = {
    "stale_pattern": {"stale_seconds": "100"},
    "foreign_host": {"link_header": "wrong_host"},
}
SLOW = {"job_vanishes"}


def test_every_switch_has_a_probe() -> None:
    assert set(PROBES) == {switch.name for switch in SWITCHES}


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_no_two_values_look_the_same_from_outside(switch: Switch) -> None:
    values = [SAMPLES[switch.name] if value in (TEXT, NUMBER) else value for value in switch.values]
    seen = {value: _observed(switch.name, value) for value in values}
    assert len(set(seen.values())) == len(values), seen


def test_a_switch_that_is_not_set_has_its_default() -> None:
    assert _observed("stuck", "none") == _observed("stuck", None)


def _observed(name: str, value: str | None) -> object:
    clock = Clock()
    switches = {**BESIDE.get(name, {}), **({name: value} if value is not None else {})}
    seconds = 30.0 if name in SLOW else 0.0
    with Simulator(
        seed(), switches, clock=clock, sleep=clock.sleep, validate_seconds=seconds, job_seconds=seconds
    ) as simulator:
        seen = PROBES[name](Client(simulator, clock))
    return str(seen).replace(simulator.url, "URL")
