"""Keys that nobody knows."""

from typing import Any

from reconciler.simulator.extras import with_extras

from .client import row
from .conftest import Open


def test_every_object_gets_one_more_key() -> None:
    content: Any = [{"id": 1, "roles": [{"name": "Agent", "value": 1}]}]
    extended = with_extras(content)
    assert (len(extended[0]), len(extended[0]["roles"][0])) == (3, 3)


def test_a_mapping_of_role_names_is_left_alone() -> None:
    assert with_extras({"id": 1, "roles": {"Agent": 1}})["roles"] == {"Agent": 1}


def test_all_that_is_known_stays() -> None:
    content = {"message": "no", "errors": [{"message": "x"}]}
    extended = with_extras(content)
    assert extended["message"] == "no"
    assert extended["errors"][0]["message"] == "x"


def test_a_whole_job_runs_with_unknown_keys(open_simulator: Open) -> None:
    client = open_simulator(switches={"extra_keys": "random"})
    assert client.run(row(alias="x"))["status"] == "completed"
