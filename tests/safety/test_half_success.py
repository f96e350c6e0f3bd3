"""An answer that says "done" in an unusual way is no proof: only the re-read is one (faults.md N-42)."""

from pathlib import Path

import pytest

from tests.stage import stage
from tests.truth import check_all, second_run_is_safe

ANA = {"email": "ana@acme.example", "location": "Manila"}


@pytest.mark.parametrize("status", [202, 207, 299])
@pytest.mark.parametrize("step", ["U", "P"])
def test_N_42_an_unknown_success_that_did_it_is_one(tmp_path: Path, step: str, status: int) -> None:
    fault = {"at": step, "place": "reply", "act": True, "status": status, "body": {"message": "some of it"}}
    with stage(tmp_path, faults=[fault]) as scene:
        scene.people(ANA)
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == 0, ended.out + ended.err
        check_all(scene, before, [ANA], ended)
        assert [job["inside"]["runs"] for job in scene.simulator.jobs()] == [1]


@pytest.mark.parametrize("status", [202, 207, 299])
@pytest.mark.parametrize("step", ["U", "P"])
def test_N_42_an_unknown_success_that_did_nothing_is_none(tmp_path: Path, step: str, status: int) -> None:
    body = {"id": 12345, "message": "accepted"}
    fault = {"at": step, "every": True, "place": "reply", "act": False, "status": status, "body": body}
    with stage(tmp_path, faults=[fault]) as scene:
        scene.people(ANA)
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == {"U": 1, "P": 5}[step], ended.out + ended.err
        check_all(scene, before, [ANA], ended)
        assert "confirmed: 1" not in ended.out.lower()
        scene.simulator.clear_faults()
        second_run_is_safe(scene)
