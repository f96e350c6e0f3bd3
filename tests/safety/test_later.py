"""What the platform takes back after a run that was confirmed (faults.md L-21)."""

from pathlib import Path

from tests.stage import stage

ANA = {"email": "ana@acme.example", "last_name": "Vidal"}


def test_L_21_a_name_that_is_lost_later_is_found_by_drift_and_put_back(tmp_path: Path) -> None:
    """Whoever was signed in may get the old name back when the session ends: no re-read at once can see that."""
    with stage(tmp_path) as scene:
        scene.people(ANA)
        assert scene.apply().code == 0
        scene.clock.sleep(8 * 3600)
        scene.simulator.edit_user("ana@acme.example", last_name="Reyes")
        found = scene.run("drift")
        assert found.code == 3
        assert "Last name: the files say Vidal, the platform has Reyes" in found.out
        assert scene.apply().code == 0
        assert scene.live("ana@acme.example")["last_name"] == "Vidal"
