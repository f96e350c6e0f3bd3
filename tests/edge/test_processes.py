"""Several processes read a tree as one alone does, and leave nothing behind."""

import os
import signal
from pathlib import Path

import pytest

from reconciler.edge.processes import read_in_processes
from reconciler.edge.tree import read_tree
from reconciler.model.errors import ReconcilerError
from tests.nodes import itself


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree of 900 files, a few of them with something to say about."""
    folder = tmp_path / "users"
    folder.mkdir()
    (folder / "reconciler.yaml").write_text("format: 1\n")
    for number in range(900):
        text = f"email: p{number}@acme.example\nroles: [Agent]\nteams: {{at_least: [T{number % 7}]}}\n"
        (folder / f"p{number:03}.yaml").write_text(text if number % 300 else f"{text}email: twice@acme.example\n")
    return folder


def children() -> set[int]:
    """Return the processes that this one has started and that have not been waited for."""
    return {int(number) for number in Path("/proc/thread-self/children").read_text().split()}


@pytest.mark.parametrize("count", [2, 3])
def test_several_processes_give_the_same_tree_and_problems(root: Path, count: int) -> None:
    alone = read_tree(root, itself, processes=1)
    together = read_tree(root, itself, processes=count)
    assert together == alone
    assert len(alone[0].files) == 897
    assert {problem.code for problem in alone[1]} == {"D-28"}


def test_a_file_that_only_warns_says_so_in_every_way_of_reading(root: Path) -> None:
    (root / "p001.yaml").write_text("email: p1@acme.example\nalias: C # sharp\n")
    assert read_tree(root, itself, processes=2) == read_tree(root, itself, processes=1)


def test_a_tree_is_not_read_in_half_when_a_process_dies(root: Path) -> None:
    files = [(f"{root}/p{number:03}.yaml", f"p{number:03}.yaml") for number in range(900)]
    reading = read_in_processes(files, 1 << 20, 2)
    before = children()
    next(reading)
    for child in children() - before:
        os.kill(child, signal.SIGKILL)
    with pytest.raises(ReconcilerError, match="ended before its work was done"):
        for _ in reading:
            pass


def test_no_process_is_left_when_the_reading_stops_early(root: Path) -> None:
    files = [(f"{root}/p{number:03}.yaml", f"p{number:03}.yaml") for number in range(900)]
    reading = read_in_processes(files, 1 << 20, 2)
    before = children()
    next(reading)
    assert len(children() - before) == 2
    reading.close()  # type: ignore[attr-defined]
    assert children() == before
