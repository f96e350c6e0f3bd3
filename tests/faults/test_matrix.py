"""The matrix of faults.md 0.2, generated: 50 cells of places and 160 of status codes, each once and for ever."""

from pathlib import Path

import pytest

from tests.faults.company import RIGHT, WRONG, rehearsal
from tests.faults.matrix import CELLS, STEPS, Cell, Often, how_many_cells
from tests.faults.playing import play

RUNS = [pytest.param(cell, often, id=f"{cell.name}-{often}") for cell in CELLS for often in Often]


@pytest.mark.parametrize(("cell", "often"), RUNS)
def test_I_01_to_I_14_hold_in_every_cell_and_the_next_run_ends_the_work(
    tmp_path: Path, cell: Cell, often: Often
) -> None:
    play(tmp_path, cell, often)


def test_the_matrix_is_as_large_as_the_catalogue_says() -> None:
    assert how_many_cells() == (50, 160)


def test_the_run_of_the_matrix_makes_every_request_in_two_batches() -> None:
    assert {*rehearsal(RIGHT).steps, *rehearsal(WRONG).steps} == set(STEPS)
    assert [rehearsal(RIGHT).steps.count(step) for step in ("U", "P", "EU")] == [2, 2, 2]
