"""Teams that a creation or a reactivation lost are sent once more, as carefully as the first time (found by the
model test: a row that reactivates and its repetition may be the same bytes)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.stage import SETTINGS, Stage, stage
from tests.truth import check_jobs

BACK: Final = {"email": "off@acme.example", "status": "Active", "teams": ["VIP"]}


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path, switches={"reactivate_teams": "not_applied"}, job_seconds=2.0) as scene:
        scene.write("reconciler.yaml", SETTINGS + "job_timeout: 60s\n")
        scene.people(BACK)
        yield scene


def test_the_second_pass_has_a_file_name_of_its_own_though_its_bytes_are_the_same(scene: Stage) -> None:
    assert scene.apply().code == 0
    first, second = (scene.simulator.uploaded(job["id"]) for job in scene.simulator.jobs())
    assert first == second
    check_jobs(scene)


def test_a_lost_reply_in_the_second_pass_is_not_taken_for_the_first_job(scene: Stage) -> None:
    scene.simulator.add_fault({"at": "U", "nth": 2, "place": "after"})
    ended = scene.apply()
    assert ended.code == 0, ended.err
    assert scene.live("off@acme.example")["teams"] == ["VIP"]
    assert [job["inside"]["runs"] for job in scene.simulator.jobs()] == [1, 1]


def test_the_second_pass_does_not_adopt_the_job_that_the_first_one_adopted(scene: Stage) -> None:
    scene.simulator.add_fault({"at": "P", "every": True, "place": "before"})
    assert scene.apply().code == 5
    scene.simulator.clear_faults()
    ended = scene.apply()
    assert ended.code == 0, ended.err
    assert scene.live("off@acme.example")["teams"] == ["VIP"]


@pytest.mark.parametrize(("token", "code"), [("halted", 5), ("failed", 1)])
def test_how_the_job_of_the_second_pass_ends_counts_as_in_the_first(scene: Stage, token: str, code: int) -> None:
    scene.simulator.add_fault({"at": "P", "nth": 2, "run": {"switches": {"final_token": token}}})
    ended = scene.apply()
    assert ended.code == code
    assert token in ended.err


def test_teams_that_were_kept_while_inactive_and_shall_go_are_taken_in_the_second_pass(scene: Stage) -> None:
    scene.simulator.set_switches(deactivate_teams="kept")
    scene.simulator.edit_user("bo@acme.example", status="Inactive")
    scene.people({**BACK, "email": "bo@acme.example"})
    ended = scene.apply()
    assert ended.code == 0, ended.out
    assert scene.live("bo@acme.example")["teams"] == ["VIP"]
