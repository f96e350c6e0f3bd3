"""The story of one kill: a run dies at a point, another run follows, and all that must be true is looked at.

The run that dies sends four people in two batches. The run that follows has the same files, newer ones, or those
from before the change; it has the journal of the first, or it is another machine and has none.
"""

import itertools
import json
import random
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.crash.nursery import Machine, Nursery, machine
from tests.stage import SEED, Ended
from tests.truth import by_email, check_desired, check_jobs, check_requests, check_untouched, check_words

ANA: Final = {"email": "ana@acme.example", "location": "Manila"}
BO: Final = {"email": "bo@acme.example", "teams": ["Retention ES", "VIP"]}
NEW: Final = {
    "email": "li.wei@acme.example",
    "first_name": "Li",
    "last_name": "Wei",
    "roles": ["Agent"],
    "teams": ["Billing ES"],
}
EVA: Final = {"email": "eva@acme.example", "status": "Inactive"}

Tree = Sequence[Mapping[str, Any]]
TREES: Final[Mapping[str, Tree]] = {
    "same": (ANA, BO, NEW, EVA),
    "newer": ({**ANA, "location": "Oslo"}, BO, {**NEW, "alias": "lw"}, EVA),
    "reverted": (
        {"email": "ana@acme.example", "location": "Madrid"},
        {"email": "bo@acme.example", "teams": ["Billing ES", "VIP"]},
        {
            "email": "eva@acme.example",
            "status": "Active",
            "roles": ["Agent", "Manager"],
            "teams": ["Retention ES"],
        },
    ),
}
"""What the files of the second run say. Eva is the only one in her team until Bo joins it."""

MORE_SETTINGS: Final = "batch_size: 3\nminimum_active: {roles: {Admin: 1}, teams: {Retention ES: 1}}\n"
"""Nobody may be left alone: the one who takes over must be there before the other one goes (P-22, I-12)."""

TIMES: Final[Mapping[str, float]] = {"validate_seconds": 0.1, "job_seconds": 0.5}
"""A job outlives the run that started it, and the moment after that, so the next one meets it at work."""


@dataclass(frozen=True, slots=True)
class Crash:
    """What happens in one story.

    Attributes:
        deaths: Where the first run dies; a further one is where the run after it dies, and so on.
        journal: Whether the run that follows has the memory of the one that died.
        commit: The key of its files in `TREES`.
        switches: Behaviours of the platform; see the simulator.
    """

    deaths: tuple[str, ...]
    journal: bool = True
    commit: str = "same"
    switches: Mapping[str, str] | None = None


@dataclass(slots=True)
class Count:
    """What came of many stories: runs killed, runs after them that did not end well, rows carried out twice."""

    kills: int = 0
    lost: int = 0
    doubled: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.kills + other.kills, self.lost + other.lost, self.doubled + other.doubled)


@contextmanager
def prepared(nursery: Nursery, folder: Path, switches: Mapping[str, str] | None = None) -> Iterator[Machine]:
    """Set up the machine of the story, with the files of the first run."""
    with machine(nursery, folder, SEED, switches=dict(switches or {}), **TIMES) as scene:
        scene.settings("")
        settings = (scene.tree / "reconciler.yaml").read_text().partition("minimum_active:")[0]
        scene.write("reconciler.yaml", settings + MORE_SETTINGS)
        scene.people(*TREES["same"])
        yield scene


def points_of(nursery: Nursery, folder: Path, switches: Mapping[str, str] | None = None) -> list[str]:
    """Return every point of a run that nobody kills; it must end well."""
    with prepared(nursery, folder, switches) as scene:
        born = scene.bear_apply()
        ended = born.wait()
        assert ended.code == 0, ended.err
        return born.points()


def changes_the_world(point: str) -> bool:
    """Say whether a run that dies here leaves something else behind than one that dies at the point before it.

    That is a file that took its place, bytes of a body that left, an answer to a write, and a job that had time to
    go on. Nothing else of a dead process outlives it, and nobody reads the report of another run.
    """
    word, _, where = point.partition("#")[0].partition(" ")
    if word == "after":
        return where in {"U", "P", "plan", "rows", "journal.json"}
    return word == "inside" or point.startswith("before V")


def random_kills(nursery: Nursery, folder: Path, kills: int, seed: int = 0) -> Count:
    """Tell random stories with one to three deaths each until there were so many; returns what came of all."""
    points = {lost: points_of(nursery, folder / lost, {"upload_reply": lost}) for lost in ("sent", "lost")}
    total = Count()
    for number in itertools.count():
        if total.kills >= kills:
            break
        chance = random.Random(f"{seed}-{number}")
        reply = chance.choice(("sent", "sent", "lost"))
        crash = Crash(
            tuple(chance.choice(points[reply]) for _ in range(chance.choice((1, 1, 1, 2, 3)))),
            journal=chance.random() < 0.5,
            commit=chance.choice(("same", "same", *TREES)),
            switches={"upload_reply": reply},
        )
        try:
            total += tell(nursery, folder / str(number), crash)
        except AssertionError as error:
            error.add_note(f"story {number} of seed {seed}: {crash}")
            raise
    return total


def tell(nursery: Nursery, folder: Path, crash: Crash) -> Count:
    """Let a run die and another one follow, hold every invariant, and count what came of it."""
    with prepared(nursery, folder, crash.switches) as scene:
        before, count = scene.simulator.users(), Count()
        for death in crash.deaths:
            died = scene.bear_apply((death, signal.SIGKILL))
            ended = died.wait()
            scene.pass_time()
            if ended.code != -signal.SIGKILL and count.kills:
                break  # a run after another one may have less to do, and come to its end
            assert (ended.code, died.points()[-1]) == (-signal.SIGKILL, death), "this point was not reached"
            check_words(scene, Ended(0, ended.out, ended.err))
            count.kills += 1
        if not crash.journal:
            shutil.rmtree(scene.folder / "state", ignore_errors=True)
        scene.people(*TREES[crash.commit])
        scene.simulator.new_run()
        followed = scene.apply()
        check_end(scene, before, crash.commit, followed)
        count.lost = int(followed.code != 0)
        count.doubled = carried_out_twice(scene) if crash.commit == "same" else 0
        shutil.rmtree(folder)
        return count


def check_end(scene: Machine, before: list[dict[str, Any]], commit: str, followed: Ended) -> None:
    """Hold I-02 to I-06, I-08, I-11 to I-13 after the run that followed."""
    check_words(scene, followed)
    check_requests(scene)
    check_jobs(scene)
    check_never_alone(scene)
    assert followed.code == 0, followed.out + followed.err
    live = by_email(scene.simulator.users())
    declared: dict[str, Mapping[str, Any]] = {str(person["email"]): person for person in TREES[commit]}
    if commit == "reverted" and NEW["email"] in live:
        declared[str(NEW["email"])] = {"email": NEW["email"]}  # in no file any more: left alone
    check_desired(scene, declared)
    check_untouched(scene, before, declared)
    third = scene.plan("--exit-code")
    assert third.code == 0, third.out


def carried_out_twice(scene: Machine) -> int:
    """Count the rows that two jobs carried out with the same bytes, whatever run they belong to (I-02)."""
    done = [job for job in scene.simulator.jobs() if job.get("proceed_api_user_name")]
    files = [json.loads(scene.simulator.uploaded(job["id"])) for job in done]
    rows = [json.dumps(row, sort_keys=True) for file in files for row in file]
    return len(rows) - len(set(rows))


def check_never_alone(scene: Machine) -> None:
    """Hold I-12: at no moment of the platform's history fewer than the minimum were active."""
    state = scene.simulator.state()
    people = by_email(state["users"])
    for event in (None, *reversed(state["history"])):
        if event is not None:
            people[event["email"].lower()] = event["before"]
        active = [user for user in people.values() if user and user["status"] == "Active"]
        assert any("Admin" in user["roles"] for user in active)
        assert any("Retention ES" in user["teams"] for user in active), event
