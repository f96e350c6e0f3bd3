"""A run that stands still for minutes, and what happened meanwhile (faults.md P-08, P-17)."""

import signal
from pathlib import Path
from typing import Final

import pytest

from tests.crash.nursery import STOPPED, Machine, Nursery
from tests.crash.story import TREES, prepared
from tests.stage import Ended
from tests.truth import by_email, check_desired, check_words

MINUTES: Final = 600.0
NEWER: Final = "newer"


@pytest.fixture(scope="module", name="points")
def _points(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The points of a run up to its second upload, without the waits that stand before another point."""
    with prepared(nursery, tmp_path_factory.mktemp("points")) as scene:
        born = scene.bear_apply()
        assert born.wait().code == 0
        every = born.points()
        return [point for point in every[: every.index("before V#8")] if not point.startswith("wait")]


def test_P_08_an_old_run_that_wakes_after_a_newer_one_takes_nothing_back(
    nursery: Nursery, tmp_path: Path, points: list[str]
) -> None:
    """From its plan on. Two points are left out: the moment in which its start leaves comes after every look."""
    planned = [point for point in points[points.index("before plan#1") :] if not point.startswith("inside U")]
    for nth, point in enumerate(point for point in planned if point not in {"before P#1", "inside P#1"}):
        with prepared(nursery, tmp_path / str(nth)) as scene:
            old = scene.bear_apply((point, signal.SIGSTOP))
            assert old.wait().code == STOPPED, point
            newer = run_newer(scene)
            written = len(scene.writes())
            woken = old.go_on()
            assert woken.code in {0, 1, 4, 5, 6}, point
            started = [entry for entry in scene.writes()[written:] if entry["step"] == "P"]
            assert not started or newer.code != 0, f"{point}: the old run started a job over the newer one's state"
            check_words(scene, woken)
            final = run_newer(scene) if newer.code else newer
            assert final.code == 0, f"{point}: {final.out}{final.err}"
            check_desired(scene, by_email(dict(person) for person in TREES[NEWER]))


def test_P_17_a_run_that_slept_goes_on_or_ran_out_of_time_and_the_next_one_ends_it(
    nursery: Nursery, tmp_path: Path, points: list[str]
) -> None:
    for nth, point in enumerate(points[::4]):
        with prepared(nursery, tmp_path / str(nth)) as scene:
            run = scene.bear_apply((point, signal.SIGSTOP))
            assert run.wait().code == STOPPED, point
            scene.pass_time(MINUTES)
            ended = run.go_on()
            assert ended.code in ({0, 1, 5} if scene.writes() else {0, 1}), f"{point}: {ended.err}"
            check_words(scene, ended)
            scene.pass_time()
            again = scene.apply()
            assert again.code == 0, f"{point}: {again.err}"
            # The request whose turn had come before the sleep leaves after it, beside the next one: one too many.
            assert scene.simulator.state()["max_in_any_second"] <= 10 + 1, point
            check_desired(scene, by_email(dict(person) for person in TREES["same"]))


@pytest.mark.parametrize("point", ["before V#3", "after V#3"])
def test_P_17_a_run_that_slept_before_its_start_reads_again_and_sees_what_somebody_changed(
    nursery: Nursery, tmp_path: Path, point: str
) -> None:
    with prepared(nursery, tmp_path) as scene:
        run = scene.bear_apply((point, signal.SIGSTOP))
        assert run.wait().code == STOPPED
        scene.pass_time(60.0)  # no request and no step has run out of time
        scene.simulator.edit_user("bo@acme.example", teams=["VIP"])
        ended = run.go_on()
        assert ended.code == 4
        assert "the platform changed after the plan was made" in (ended.out + ended.err).lower()
        assert not [entry for entry in scene.writes() if entry["step"] == "P"]


def test_P_17_a_deadline_counts_while_the_run_sleeps(nursery: Nursery, tmp_path: Path) -> None:
    with prepared(nursery, tmp_path, {"stuck": "in_progress"}) as scene:
        run = scene.bear_apply(("after V#6", signal.SIGSTOP))
        assert run.wait().code == STOPPED
        scene.pass_time(1_900.0)
        asked = len(scene.simulator.log())
        ended = run.go_on()
        assert ended.code == 5
        assert len(scene.simulator.log()) - asked < 10


def run_newer(scene: Machine) -> Ended:
    """Run the newer commit on another machine, ten minutes later."""
    scene.pass_time(MINUTES)
    scene.people(*TREES[NEWER], file="people.yaml")
    run = scene.bear("apply", "--yes", environ={"XDG_STATE_HOME": str(scene.folder / "elsewhere")})
    return run.wait()
