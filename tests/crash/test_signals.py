"""Ctrl-C, TERM and HUP at every step, once and twice; a build that is cancelled (faults.md P-03 to P-05, P-16)."""

import re
import signal
from pathlib import Path
from typing import Final

import pytest

from tests.crash.nursery import Machine, Nursery
from tests.crash.story import TREES, changes_the_world, prepared
from tests.truth import by_email, check_desired, check_requests, check_words

STOPPED_BY: Final = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}
SIGNALS: Final = tuple(STOPPED_BY)
NOT_KNOWN: Final = 5


@pytest.fixture(scope="module", name="points")
def _points(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    with prepared(nursery, tmp_path_factory.mktemp("points")) as scene:
        born = scene.bear_apply()
        assert born.wait().code == 0
        return born.points()


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_P_03_P_16_a_signal_before_the_first_write_ends_the_run_and_nothing_is_sent(
    nursery: Nursery, tmp_path: Path, points: list[str], number: signal.Signals
) -> None:
    for nth, point in enumerate(points[1 : points.index("after journal.json#1") + 1]):
        with prepared(nursery, tmp_path / str(nth)) as scene:
            ended = scene.bear_apply((point, number)).wait()
            assert ended.code == STOPPED_BY[number], f"{point}: {ended.err}"
            assert not scene.writes()
            assert "stopped before anything was sent" in ended.err
            check_words(scene, ended)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_P_04_P_16_a_signal_after_a_write_ends_in_5_and_names_the_job(
    nursery: Nursery, tmp_path: Path, points: list[str], number: signal.Signals
) -> None:
    for nth, point in enumerate(after_a_write(points)[SIGNALS.index(number) :: len(SIGNALS)]):
        with prepared(nursery, tmp_path / str(nth)) as scene:
            born = scene.bear_apply((point, number))
            ended = born.wait()
            passed = born.points()[born.points().index(point) + 1 :]
            assert not [name for name in passed if name.startswith(("before U", "before P"))], point
            assert ended.code == NOT_KNOWN, f"{point}: {ended}"
            assert re.search(r"job \d+ was (not )?started|while a job was uploaded", ended.err), point
            assert "Run again" in ended.out + ended.err
            assert "Aborted" not in ended.err
            check_words(scene, ended)
            if changes_the_world(point):
                goes_on(scene)


def test_P_04_a_second_signal_leaves_at_once_with_5(nursery: Nursery, tmp_path: Path, points: list[str]) -> None:
    for nth, point in enumerate(after_a_write(points)[::9]):
        with prepared(nursery, tmp_path / str(nth)) as scene:
            born = scene.bear_apply((point, signal.SIGINT), ("next", signal.SIGTERM))
            ended = born.wait()
            assert ended.code == NOT_KNOWN, f"{point}: {ended.err}"
            assert len(born.points()) <= points.index(point) + 2
            check_words(scene, ended)
            goes_on(scene)


def test_P_04_a_signal_after_the_last_proof_takes_nothing_away_from_it(
    nursery: Nursery, tmp_path: Path, points: list[str]
) -> None:
    for nth, point in enumerate(points[last_proof(points) + 1 : -1]):
        with prepared(nursery, tmp_path / str(nth)) as scene:
            ended = scene.bear_apply((point, signal.SIGTERM)).wait()
            assert ended.code == 0, f"{point}: {ended.err}"
            assert "Applied and confirmed: 4 of 4" in ended.out
            whole = r"Report in|was not kept whole: a signal came\..* exit code 0; its jobs: \d+, \d+"
            assert re.search(whole, ended.err)
            check_words(scene, ended)


def test_P_04_a_signal_after_the_start_of_an_earlier_runs_upload_is_not_known_either(
    nursery: Nursery, tmp_path: Path
) -> None:
    with prepared(nursery, tmp_path) as scene:
        assert scene.bear_apply(("before P#1", signal.SIGKILL)).wait().code == -signal.SIGKILL
        scene.pass_time()
        ended = scene.bear_apply(("after P#1", signal.SIGINT)).wait()
        assert [job["status"] for job in scene.simulator.jobs()] != ["valid_scheme"]
        assert ended.code == NOT_KNOWN
        assert re.search(r"job \d+ was started", ended.err)
        goes_on(scene)


def test_P_05_the_job_is_named_on_standard_error_before_anybody_waits_for_it(
    nursery: Nursery, tmp_path: Path, points: list[str]
) -> None:
    for nth, point in enumerate(points[points.index("before V#2") :: 9]):
        with prepared(nursery, tmp_path / str(nth)) as scene:
            ended = scene.bear_apply((point, signal.SIGKILL)).wait()
            first = min(job["id"] for job in scene.simulator.jobs())
            assert f"checking job {first}: " in ended.err, point


def test_P_05_a_build_that_is_cancelled_leaves_with_what_there_is_to_know(
    nursery: Nursery, tmp_path: Path
) -> None:
    """The engine sends INT, TERM after some seconds and then KILL; here each comes while the job is followed."""
    with prepared(nursery, tmp_path) as scene:
        ended = scene.bear_apply(("before V#6", signal.SIGINT), ("next", signal.SIGTERM)).wait()
        assert ended.code == NOT_KNOWN
        assert re.search(r"job \d+: \d of 3, in_progress", ended.err)
        goes_on(scene)


def after_a_write(points: list[str]) -> list[str]:
    """Return the points from which on the platform may hold something of this run, to the last proof.

    Most waits are left out: the run stands between two requests there, as before the second of them.
    """
    every = points[points.index("before U#1") + 1 : last_proof(points) + 1]
    return [point for number, point in enumerate(every) if number % 6 == 0 or not point.startswith("wait")]


def last_proof(points: list[str]) -> int:
    """Return where the last reading of people has arrived."""
    return max(number for number, point in enumerate(points) if point.startswith("after R#"))


def goes_on(scene: Machine) -> None:
    """Hold that the same command ends what the signal ended."""
    scene.pass_time()
    scene.simulator.new_run()
    again = scene.apply()
    assert again.code == 0, again.out + again.err
    check_desired(scene, by_email(dict(person) for person in TREES["same"]))
    check_requests(scene)
    check_words(scene, again)
