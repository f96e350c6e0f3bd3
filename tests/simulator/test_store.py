"""Seeds, and the SQLite file that carries a tenant from one run to the next."""

from pathlib import Path
from typing import Any

import pytest

from reconciler.simulator import Simulator
from reconciler.simulator.store import packaged_seed, seeded
from reconciler.simulator.switches import Settings

from .client import Client, Clock, chosen, row, seed


def open_kept(path: Path, clock: Clock, **options: Any) -> Simulator:
    return Simulator(seed=seed(), database=path, clock=clock, **options)


def test_the_packaged_seed_is_a_tenant() -> None:
    directory, _jobs = seeded(packaged_seed(), Settings({}), 0, 0, 0)
    held = {name for user in directory.users.values() for name in (*user.roles, *user.teams)}
    assert len(directory.users) >= 10
    assert held <= {*directory.roles, *directory.teams}


@pytest.mark.parametrize("wrong", [{"colour": 1}, {"users": [{"shoe": 1}]}, {"template_keys": ["shoe"]},
                                   {"jobs": [{"shoe": 1}]}])  # fmt: skip
def test_a_seed_with_an_unknown_key_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"shoe|colour"):
        seeded(wrong, Settings({}), 0, 0, 0)


def test_ids_are_given_in_order_or_taken_from_the_seed() -> None:
    users = [{"email": "a@example.com", "id": 40}, {"email": "b@example.com"}]
    directory, _jobs = seeded({"users": users}, Settings({}), 0, 0, 0)
    assert sorted(directory.users) == [40, 41]


def test_users_are_kept_between_runs(tmp_path: Path, clock: Clock) -> None:
    with open_kept(tmp_path / "kept", clock) as simulator:
        client = Client(simulator, clock)
        client.run(row(alias="x"), row("new@example.com", roles=chosen(Agent=1)))
        simulator.remove_user("ben@example.com")
        before = simulator.state()
    with open_kept(tmp_path / "kept", clock) as simulator:
        after = simulator.state()
    kept = ("users", "jobs", "roles", "teams", "locations", "invitations", "template_keys")
    assert [after[name] for name in kept] == [before[name] for name in kept]


def test_a_running_job_goes_on_in_the_next_run(tmp_path: Path, clock: Clock) -> None:
    with open_kept(tmp_path / "kept", clock, job_seconds=20.0) as simulator:
        client = Client(simulator, clock, pause=0)
        number = client.upload([row(alias="x"), row("ben@example.com", alias="y")]).json["id"]
        client.proceed(number)
        clock.now += 10
        client.job(number)
    clock.now += 10
    with open_kept(tmp_path / "kept", clock, job_seconds=20.0) as simulator:
        assert simulator.jobs()[0]["status"] == "completed"
        assert [user["alias"] for user in simulator.users()] == ["x", "y", None]
        assert simulator.uploaded(number).startswith(b"[{")


def test_the_state_is_kept_before_the_answer_leaves(tmp_path: Path, clock: Clock) -> None:
    """A process that is killed after an answer has lost nothing of it."""
    with open_kept(tmp_path / "kept", clock) as simulator:
        client = Client(simulator, clock)
        client.upload([row()])
        with Simulator(database=tmp_path / "kept", clock=clock) as other:
            assert [job["filename"] for job in other.jobs()] == ["users.json"]


def test_errors_of_a_job_are_kept(tmp_path: Path, clock: Clock) -> None:
    with open_kept(tmp_path / "kept", clock) as simulator:
        before = Client(simulator, clock).run(row(roles=chosen(Admin=0)))["update_errors"]
    with open_kept(tmp_path / "kept", clock) as simulator:
        assert simulator.jobs()[0]["update_errors"] == before
