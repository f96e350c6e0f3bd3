"""The long run: every fault, crash, order of two runs and strange input that there is, counted for the README.

`make soak` takes an hour or two and writes the table of the section "Reliability"; `make soak SOAK=short` takes
some minutes and only prints it. It ends with 1 where any figure of the last column is not 0.
"""

# ruff: noqa: T201  it prints its figures
import argparse
import platform
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from tests.crash.nursery import Nursery
from tests.crash.story import Count, Crash, points_of, random_kills, tell
from tests.crash.test_two_runs import SCHEDULES, TREES, hold, run_in_order, two_machines
from tests.faults.matrix import CELLS, Cell, Often
from tests.faults.playing import play
from tests.fuzz.__main__ import fuzz
from tests.mutants.__main__ import scores, state, try_modules
from tests.mutants.modules import MODULES

README: Final = Path(__file__).parents[1] / "README.md"
MARKED: Final = re.compile(r"(?<=<!-- SOAK -->\n).*?(?=<!-- /SOAK -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Size:
    """How long the long run is.

    Attributes:
        kills: Runs that are killed at random times.
        inputs: Inputs of the fuzz.
        every: One of so many cells, crash points and orders is tried.
        mutants: Whether mistakes are tried in what has changed since its last score; else that is only said.
    """

    kills: int
    inputs: int
    every: int
    mutants: bool


SIZES: Final = {"long": Size(5_000, 2_000_000, 1, mutants=True), "short": Size(50, 100_000, 10, mutants=False)}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what, how many, and what must be 0."""

    what: str
    count: str
    bad: int
    badness: str = "lost or doubled changes"


def main() -> int:
    """Run everything, print the table, and write it where it is the long one and all is well."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("size", choices=SIZES)
    chosen = parser.parse_args().size
    rows = []
    for part in (faults, crash_points, kills, orders, inputs, mistakes):
        print(f"{part.__name__} ...", file=sys.stderr, flush=True)
        rows.append(part(SIZES[chosen]))
    text = "".join(f"{line}\n" for line in table(rows))
    print(text)
    bad = any(row.bad for row in rows)
    if chosen == "long" and not bad:
        page = README.read_text(encoding="utf-8")
        README.write_text(MARKED.sub(lambda _: text, page), encoding="utf-8")
    return int(bad)


def table(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of the table, with the day."""
    yield f"As of {datetime.now(UTC).date().isoformat()}, on Python {platform.python_version()}:"
    yield from ("", "| What was tried | How many | What went wrong |", "|---|---|---|")
    yield from (f"| {row.what} | {row.count} | {row.badness}: {row.bad} |" for row in rows)


def faults(size: Size) -> Row:
    """Every cell of the matrix, once and for ever: a run, what must hold, and the run after it."""
    cells = list(product(CELLS[:: size.every], Often))
    bad = sum(attempt(partial(one_cell, cell, often)) for cell, often in cells)
    return Row("Faults between program and platform, each with the run after it", f"{len(cells):,}", bad)


def one_cell(cell: Cell, often: Often, folder: Path) -> int:
    """Play one cell."""
    play(folder, cell, often)
    return 0


def crash_points(size: Size) -> Row:
    """A run killed at every one of its steps; the next one has its journal or none."""
    with Nursery() as nursery, TemporaryDirectory() as folder:
        points = points_of(nursery, Path(folder))[:: size.every]
        crashes = [Crash((point,), journal) for point, journal in product(points, (True, False))]
        bad = sum(attempt(partial(one_crash, nursery, crash)) for crash in crashes)
    return Row("Steps at which a run was killed, with and without its journal", f"{len(crashes):,}", bad)


def one_crash(nursery: Nursery, crash: Crash, folder: Path) -> int:
    """Tell the story of one crash."""
    return wrong(tell(nursery, folder / "crash", crash))


def kills(size: Size) -> Row:
    """Runs killed at random steps, up to three in a row, then a run of the same, an older or a newer commit."""
    with Nursery() as nursery:
        bad = attempt(lambda folder: wrong(random_kills(nursery, folder, size.kills)))
    return Row("Runs killed at random", f"{size.kills:,}", bad)


def orders(size: Size) -> Row:
    """Two runs at once in every order of their steps, of one commit and of two."""
    tried = list(product(TREES, SCHEDULES[:: size.every]))
    with Nursery() as nursery:
        bad = sum(attempt(partial(one_order, nursery, *order)) for order in tried)
    return Row("Orders in which two runs at once took their steps", f"{len(tried):,}", bad)


def one_order(nursery: Nursery, trees: str, schedule: str, folder: Path) -> int:
    """Let two runs take their steps in one order, and hold what must be true."""
    with two_machines(nursery, folder, trees, job_seconds=1.0) as (scene, runs):
        before = scene.simulator.users()
        hold(scene, before, trees, run_in_order(scene, runs, schedule))
    return 0


def inputs(size: Size) -> Row:
    """Files, answers, headers and names that nobody would write."""
    tried, failed = fuzz(size.inputs)
    return Row(
        "Fuzz inputs: files, answers, headers, names",
        f"{sum(tried.values()):,}",
        failed,
        "neither taken nor refused",
    )


def mistakes(size: Size) -> Row:
    """Mistakes put into the modules that guard, compare, read and send; a score of other code does not count."""
    old = [module for module in MODULES if scores().get(module, {}).get("source") != state(module)]
    complaints = try_modules(old) if size.mutants else [f"{module}: no score of this state" for module in old]
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    kept = [score for module, score in scores().items() if module in MODULES]
    made, noticed = (sum(score[what] for score in kept) for what in ("mutants", "killed"))
    count = f"{made:,}, of which tests notice {noticed / made:.0%}" if made else "0"
    return Row(f"Mistakes put into {len(kept)} modules", count, len(complaints), "unnoticed without a reason")


def attempt(work: Callable[[Path], int]) -> int:
    """Do some work in an empty directory; return what it counts as wrong, 1 where something did not hold."""
    with TemporaryDirectory() as folder:
        try:
            return work(Path(folder))
        except (Exception, pytest.fail.Exception):  # noqa: BLE001  counted as wrong, and the others go on
            traceback.print_exc()
            return 1


def wrong(count: Count) -> int:
    """Return how many changes were lost or done twice."""
    return count.lost + count.doubled


if __name__ == "__main__":
    sys.exit(main())
