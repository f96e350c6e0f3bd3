"""Two and more runs at once: on one machine the lock decides, on two the platform (faults.md P-06, P-07)."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import pytest

from tests.crash.nursery import STOPPED, Born, Machine, Nursery, machine
from tests.stage import SEED, Ended
from tests.truth import by_email, check_desired, check_jobs, check_requests, check_untouched, check_words

BUSY: Final = 6
STEPS: Final = ("U", "V", "J", "P")
"""Where a run is held: before its upload, before its check is followed, before its last look, before its start."""

GATES: Final = tuple((f"before {step}", signal.SIGSTOP) for step in ("U#1", "V#1", "J#2", "P#1"))
SCHEDULES: Final = [
    "".join("A" if number in mine else "B" for number in range(2 * len(STEPS)))
    for mine in combinations(range(2 * len(STEPS)), len(STEPS))
]
"""Every order in which two runs can go through four steps: 70, and among them the 20 orders of U, V and P."""

ANA: Final = {"email": "ana@acme.example", "location": "Manila"}
NEW: Final = {
    "email": "li.wei@acme.example",
    "first_name": "Li",
    "last_name": "Wei",
    "roles": ["Agent"],
    "teams": ["VIP"],
}
TREES: Final[Mapping[str, tuple[tuple[Mapping[str, Any], ...], ...]]] = {
    "one-commit": ((ANA, NEW), (ANA, NEW)),
    "two-commits": ((ANA, NEW), ({**ANA, "location": "Oslo"}, {**NEW, "alias": "lw"})),
}
PARTS: Final = 2


@contextmanager
def two_machines(
    nursery: Nursery, folder: Path, trees: str, **times: float
) -> Iterator[tuple[Machine, list[Born]]]:
    """Set up a platform and one run on each of two machines, both held before their upload."""
    with machine(nursery, folder, SEED, **times) as scene:
        runs = []
        for name, people in zip("AB", TREES[trees], strict=True):
            scene.people(*people)
            environ = {"XDG_STATE_HOME": str(folder / name)}
            runs.append(scene.bear("apply", "--yes", fate=GATES, environ=environ))
            assert runs[-1].wait().code == STOPPED
            scene.pass_time()
        yield scene, runs


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("trees", TREES)
def test_P_07_in_every_order_of_their_steps_two_runs_never_start_the_same_twice(
    nursery: Nursery, tmp_path: Path, trees: str, part: int
) -> None:
    every = SCHEDULES if trees == "one-commit" else SCHEDULES[::2]
    for schedule in every[part::PARTS]:
        with two_machines(nursery, tmp_path / schedule, trees, job_seconds=1.0) as (scene, runs):
            before = scene.simulator.users()
            ended = run_in_order(scene, runs, schedule)
            try:
                hold(scene, before, trees, ended)
            except AssertionError as error:
                error.add_note(f"{schedule}: {[(one.code, one.err[-300:]) for one in ended]}")
                raise


@pytest.mark.parametrize("schedule", SCHEDULES[::7])
def test_P_07_a_check_that_takes_its_time_changes_nothing(nursery: Nursery, tmp_path: Path, schedule: str) -> None:
    with two_machines(nursery, tmp_path, "one-commit", validate_seconds=3.0, job_seconds=3.0) as (scene, runs):
        before = scene.simulator.users()
        hold(scene, before, "one-commit", run_in_order(scene, runs, schedule))


def run_in_order(scene: Machine, runs: list[Born], schedule: str) -> list[Ended]:
    """Let the runs go on step by step in this order, and return how each ended."""
    ended: dict[str, Ended] = {}
    for name in schedule:
        if name not in ended:
            came = runs["AB".index(name)].go_on()
            if came.code != STOPPED:
                ended[name] = came
        scene.pass_time()
    assert set(ended) == {"A", "B"}
    return [ended["A"], ended["B"]]


def hold(scene: Machine, before: list[dict[str, Any]], trees: str, ended: list[Ended]) -> None:
    """Hold what is true in every order: one run won, the other one stood back, and nobody was changed twice."""
    done = [number for number, one in enumerate(ended) if one.code == 0]
    started = [job for job in scene.simulator.jobs() if job.get("proceed_api_user_name")]
    assert len(started) == 1
    assert len(done) == 1, "one run wins"
    loser = ended[1 - done[0]]
    assert loser.code in {4, BUSY}
    assert "was uploaded and not started" in loser.out + loser.err
    for one in ended:
        check_words(scene, one)
    check_jobs(scene)
    check_requests(scene)
    people = TREES[trees][done[0]]
    declared = by_email(dict(person) for person in people)
    check_desired(scene, declared)
    check_untouched(scene, before, declared)


@pytest.mark.parametrize("count", range(2, 9))
def test_P_06_on_one_machine_every_other_run_is_busy_at_once_until_the_first_has_ended(
    nursery: Nursery, tmp_path: Path, count: int
) -> None:
    with machine(nursery, tmp_path, SEED) as scene:
        scene.people(ANA)
        first = scene.bear_apply((("before J#1", "before U#1", "after P#1")[count % 3], signal.SIGSTOP))
        assert first.wait().code == STOPPED
        asked = len(scene.simulator.log())
        others = [scene.bear_apply() for _ in range(count - 1)]
        for other in others:
            ended = other.wait()
            assert ended.code == BUSY
            assert "another run on this machine is at work on this tenant" in ended.err
        assert len(scene.simulator.log()) == asked
        assert first.go_on().code == 0
        scene.pass_time()
        assert scene.bear_apply().wait().code == 0


def test_P_06_the_lock_of_a_killed_run_is_free_at_once(nursery: Nursery, tmp_path: Path) -> None:
    with machine(nursery, tmp_path, SEED) as scene:
        scene.people(ANA)
        assert scene.bear_apply(("before U#1", signal.SIGKILL)).wait().code == -signal.SIGKILL
        scene.pass_time()
        assert scene.bear_apply().wait().code == 0
