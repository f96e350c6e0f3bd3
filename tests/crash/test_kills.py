"""`kill -9` at every step of a run, and the run that comes after it (faults.md P-01, P-02, P-22)."""

from itertools import product
from pathlib import Path
from typing import Final

import pytest

from tests.crash.nursery import Nursery
from tests.crash.story import TREES, Count, Crash, changes_the_world, points_of, random_kills, tell

SLICES: Final = 6
"""Each list of points is walked by so many tests, every sixth point by one."""

KILLS: Final = 300
"""How many random kills; `python -m tests.crash 5000` is the long run."""

MUST_BE_REACHED: Final = {
    *(f"{when} {step}#{nth}" for when in ("before", "after") for step in "JTRVUP" for nth in (1, 2)),
    *("inside U#1", "inside U#2", "inside U#3", "inside P#1", "inside P#2"),
    *("before EU#2", "after EU#2", "before plan#1", "after plan#1"),
    *(f"{when} journal.json#{nth}" for when in ("before", "after") for nth in range(1, 12)),
    *(f"{when} rows#{nth}" for when in ("before", "after") for nth in (1, 2)),
    *(f"{when} {file}#1" for when in ("before", "after") for file in ("receipt.json", "revert.json")),
}
"""Two batches, so every point of the second one lies between batches or after."""


@pytest.fixture(scope="module", name="points")
def _points(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every point of a run but its waits, which leave nothing behind; a random kill may die in one."""
    every = points_of(nursery, tmp_path_factory.mktemp("points"))
    return [point for point in every if not point.startswith("wait")]


def test_P_01_a_run_comes_to_every_step_at_which_it_is_to_die(points: list[str]) -> None:
    assert MUST_BE_REACHED - set(points) == set()


@pytest.mark.parametrize("part", range(SLICES))
def test_P_01_killed_at_any_step_the_same_command_ends_it(
    nursery: Nursery, tmp_path: Path, points: list[str], part: int
) -> None:
    wanted = points[part::SLICES]
    assert kill_at(nursery, tmp_path, wanted) == Count(kills=len(wanted))


@pytest.mark.parametrize(
    ("journal", "commit"),
    [case for case in product((True, False), TREES) if case != (True, "same")],
    ids=lambda value: value if isinstance(value, str) else ("kept" if value else "deleted"),
)
def test_P_01_killed_at_any_step_another_machine_or_another_commit_goes_on(
    nursery: Nursery, tmp_path: Path, points: list[str], journal: bool, commit: str
) -> None:
    wanted = [point for point in points if changes_the_world(point)]
    assert kill_at(nursery, tmp_path, wanted, journal=journal, commit=commit) == Count(kills=len(wanted))


def test_P_22_between_two_batches_nobody_is_left_alone(
    nursery: Nursery, tmp_path: Path, points: list[str]
) -> None:
    end_of_first, begin_of_second = points.index("after EU#1"), points.index("after U#2")
    wanted = points[end_of_first:begin_of_second]
    assert kill_at(nursery, tmp_path, wanted, journal=False) == Count(kills=len(wanted))


@pytest.mark.parametrize("part", range(SLICES))
def test_P_02_killed_at_random_nothing_is_lost_and_nothing_done_twice(
    nursery: Nursery, tmp_path: Path, part: int
) -> None:
    count = random_kills(nursery, tmp_path, KILLS // SLICES, seed=part)
    assert count.kills >= KILLS // SLICES
    assert (count.lost, count.doubled) == (0, 0)


def kill_at(
    nursery: Nursery, folder: Path, points: list[str], journal: bool = True, commit: str = "same"
) -> Count:
    """Tell one story a point; a story that ends badly is told with its point."""
    total = Count()
    for number, point in enumerate(points):
        try:
            total += tell(nursery, folder / str(number), Crash((point,), journal, commit))
        except AssertionError as error:
            error.add_note(f"killed at: {point}")
            raise
    return total
