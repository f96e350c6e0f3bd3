"""The matrix of faults.md 0.2 as data: ten requests, and at each of them five places or sixteen status codes.

Nothing here is written by hand but the lists and the rules: what a cell does to the platform follows from its
place, and the exit code of its run follows from what was known when the trouble came.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any, Final

STEPS: Final = ("T", "R", "J", "U", "V", "ES", "P", "W", "EU", "C")
"""The ten requests of a run; the letters are those of faults.md 0.2."""

PLACES: Final = ("a", "b", "c", "d", "e")
"""Where a request breaks: before its first byte, while sending, acted and reply lost, body cut, reply wrong."""

STATUSES: Final = (302, 400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 500, 501, 502, 503, 504)

PASSING: Final = frozenset({429, 500, 502, 503, 504})
"""Statuses after which a reading is tried again (N-37, N-39)."""

BEFORE: Final = frozenset({"T", "R", "J"})
"""Steps that come before any write."""

WRITES: Final = frozenset({"U", "P"})


class Often(StrEnum):
    """How often the fault strikes: the first such request alone, or from some request of the step on, for ever.

    For ever begins in the second batch where the step has one, so that there is something to lose.
    """

    ONCE = "once"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a step of the run, and the place or the status (as text) of its fault."""

    step: str
    fault: str

    @property
    def name(self) -> str:
        """What the cell is called by, such as `U-c` or `P-504`."""
        return f"{self.step}-{self.fault}"

    @property
    def status(self) -> int | None:
        """The status code; None where the cell is one of the five places."""
        return int(self.fault) if self.fault.isdigit() else None

    def acts(self, often: Often) -> bool:
        """Say whether the platform does what it was asked, though its reply is of no use."""
        if self.status is not None or self.fault == "e":
            return often is Often.ONCE
        return self.fault in {"c", "d"}

    def script(self, often: Often) -> dict[str, Any]:
        """Return the fault in the simulator's form, without its count; empty for a connection that is refused."""
        places: Mapping[str, dict[str, Any]] = {
            "a": {},
            "b": {"place": "sending", "bytes": 7},
            "c": {"place": "after"},
            "d": {"place": "cut", "bytes": 1, "length": often is Often.ONCE},
            "e": {"place": "reply", "act": self.acts(often), **(PAGE if often is Often.ONCE else NOTHING)},
        }
        if self.status is not None:
            return {"place": "reply", "status": self.status, "act": self.acts(often), "body": {"message": "No"}}
        return places[self.fault]

    def answered(self, often: Often) -> int | str:
        """Return what the simulator's log says of the request that was hit."""
        if self.status is not None:
            return self.status
        if self.fault in {"b", "c"}:
            return "closed"
        return 201 if self.step == "U" and self.fault == "d" else 200

    @property
    def passes(self) -> bool:
        """Say whether one such answer to a reading is nothing: it is asked for again.

        A page in the place of JSON is (N-13), and so is a job that is not found once (N-31).
        """
        return self.status is None or self.status in PASSING or (self.status == 404 and self.step in {"V", "W"})

    def code(self, often: Often) -> int:
        """Return the exit code of the run (faults.md 0.1)."""
        if self.step == "ES":
            return 1  # the file was refused, and that is known without its reasons
        if self.step == "EU":
            # The reasons of rows decide nothing, the re-read does; a network that is gone takes it along.
            return 5 if (self.fault, often) == ("a", Often.ALWAYS) else 0
        if often is Often.ONCE and (self.passes or self.step in WRITES):
            return 0  # a write that was done is found, one that was not is sent once more
        if self.step in WRITES:
            return self._code_of_write()
        return 1 if self.step in BEFORE else 5

    def _code_of_write(self) -> int:
        """A write that is found is done, one that surely did not arrive failed; anything else is not known."""
        if self.acts(Often.ALWAYS):
            return 0
        refused = self.status is not None and (self.status == 429 or self.status not in PASSING)
        return 1 if refused or self.fault == "a" else 5


PAGE: Final = {"body": "<html><b>Please wait</b></html>", "content_type": "text/html"}
NOTHING: Final = {"body": None}

CELLS: Final = tuple(
    Cell(step, fault) for step, fault in product(STEPS, (*PLACES, *(str(status) for status in STATUSES)))
)
"""All cells: ten requests by five places, and ten requests by sixteen statuses."""


def how_many_cells() -> tuple[int, int]:
    """Return the number of cells of the places and of the statuses; each is run `once` and `always`."""
    statuses = sum(cell.status is not None for cell in CELLS)
    return len(CELLS) - statuses, statuses
