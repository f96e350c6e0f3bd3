"""The run that every cell of the matrix disturbs: two batches, a protected role that changes hands between them.

The first batch creates, reactivates and grants; the second edits, takes the role from who had it and deactivates.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.stage import Stage, stage

SETTINGS: Final = """\
batch_size: 3
job_timeout: 5m
limits: {privileged_grant: {count: 1}}
"""

MOVED: Final = {"email": "ana@acme.example", "location": "Manila", "max_chat_limit": 5}
PEOPLE: Final[tuple[Mapping[str, Any], ...]] = (
    MOVED,
    {"email": "bo@acme.example", "status": "Inactive"},
    {"email": "eva@acme.example", "roles": ["Agent", "Manager", "Admin"]},
    {
        "email": "li.wei@acme.example",
        "first_name": "Li",
        "last_name": "Wei",
        "roles": ["Agent"],
        "teams": ["VIP"],
    },
    {"email": "off@acme.example", "status": "Active", "roles": ["Agent"], "teams": ["Billing ES"]},
    {"email": "root@acme.example", "roles": ["Manager"]},
)
"""What the tree says."""

SPOILT: Final = tuple({**person, "max_chat_limit": 50} if person is MOVED else person for person in PEOPLE)
"""The same with a mistake that only the platform's check finds, in the second batch."""

RIGHT: Final = "right"
WRONG: Final = "wrong"
TREES: Final = {RIGHT: PEOPLE, WRONG: SPOILT}
"""What the tree says, by the name of a rehearsal."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How the run goes when nothing disturbs it.

    Attributes:
        steps: The letter of each request, in their order.
        digest: The plan's.
        files: The bytes of each upload that the plan shows, batch by batch.
    """

    steps: tuple[str, ...]
    digest: str
    files: tuple[bytes, ...]

    def of_second_batch(self, step: str) -> int:
        """Return which request of its step is the first of the second batch; 1 where the step has only one.

        Steps before the first write are taken from the start: they are the same for both batches.
        """
        if step in {"T", "R", "J", "ES"}:
            return 1
        begins = [index for index, letter in enumerate(self.steps) if letter == ("P" if step == "C" else "U")]
        return Counter(self.steps[: begins[1]])[step] + 1


@contextmanager
def company(folder: Path, people: tuple[Mapping[str, Any], ...]) -> Iterator[Stage]:
    """Set up the stage of the matrix."""
    with stage(folder, switches={"warnings": "every_row"}, validate_seconds=0.5, job_seconds=1.0) as scene:
        scene.settings(SETTINGS)
        scene.people(*people)
        yield scene


@cache
def rehearsal(tree: str) -> Rehearsal:
    """Play the run of that tree once without a fault, in a directory of its own."""
    with tempfile.TemporaryDirectory() as folder, company(Path(folder), TREES[tree]) as scene:
        digest = scene.plan("--format", "json", "--bulk", str(scene.folder / "bulk")).json["digest"]
        files = tuple(file.read_bytes() for file in sorted((scene.folder / "bulk").iterdir()))
        known = len(scene.simulator.log())
        scene.simulator.new_run()
        ended = scene.apply("--expect", digest)
        if ended.code != (0 if tree == RIGHT else 1):
            raise RuntimeError(f"the rehearsal ended with {ended.code}: {ended.err}")
        return Rehearsal(tuple(entry["step"] for entry in scene.simulator.log()[known:]), digest, files)
