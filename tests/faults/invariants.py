"""The fourteen invariants of faults.md 0.3, held by one function after every fault, by the simulator's state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.faults.company import Rehearsal
from tests.stage import Ended, Stage
from tests.truth import by_email, check_all, check_desired, check_untouched, check_words

LONGEST_S: Final = 3_600.0
"""No run of the matrix may take longer by its own clock, whatever the platform does; its jobs get five minutes."""

FLOOR: Final = 1
"""So many active people hold the protected role at every moment."""


@dataclass(frozen=True, slots=True)
class Story:
    """What happened on a stage: where it began, what was asked, and how the first run ended.

    `seconds` is how long that run took by the shared clock, `people` what the tree said.
    """

    before: list[dict[str, Any]]
    people: tuple[Mapping[str, Any], ...]
    plan: Rehearsal
    ended: Ended
    seconds: float


def hold_invariants(scene: Stage, story: Story) -> None:
    """Hold I-01 to I-10 and I-12 to I-14 after the run that was disturbed; `recovers` holds I-11."""
    check_all(scene, story.before, story.people, story.ended)  # I-02 to I-08, I-10, I-13
    check_looked_before_writing(scene)
    check_shown_bytes(scene, story.plan)
    check_untouched(scene, story.before, declared(story))
    check_told_truth(scene, story)
    check_floor(scene, story.before)
    assert story.seconds <= LONGEST_S  # I-09


def check_looked_before_writing(scene: Stage) -> None:
    """Hold I-01: nothing is sent before jobs, template and users were read, each with an answer."""
    log = scene.simulator.log()
    first = next((index for index, entry in enumerate(log) if entry["method"] != "GET"), None)
    if first is not None:
        assert {"J", "T", "R"} <= {entry["step"] for entry in log[:first] if entry["status"] == 200}


def check_shown_bytes(scene: Stage, plan: Rehearsal) -> None:
    """Hold I-04 and I-14: every upload is a file that a plan showed, on another stage, byte for byte."""
    uploads = [scene.simulator.uploaded(job["id"]) for job in scene.simulator.jobs()]
    assert tuple(dict.fromkeys(uploads)) == plan.files[: len(set(uploads))]


def check_told_truth(scene: Stage, story: Story) -> None:
    """Hold the other side of I-05: who is told confirmed is so, who is told not sent is as before."""
    if not (scene.folder / "report" / "receipt.json").exists():
        assert not scene.writes()
        return
    live, was, people = by_email(scene.simulator.users()), by_email(story.before), declared(story)
    for receipt in scene.report()["receipts"]:
        key = receipt["key"]
        if receipt["outcome"] == "confirmed":
            check_desired(scene, {key: people[key]})
        if receipt["outcome"] in {"not sent", "rejected"}:
            assert live.get(key) == was.get(key), f"{key} was changed and is told {receipt['outcome']}"


def check_floor(scene: Stage, before: list[dict[str, Any]]) -> None:
    """Hold I-12: the protected role keeps its active holders, also between two batches."""
    people = {user["id"]: user for user in before}
    for event in scene.simulator.state()["history"]:
        people[event["after"]["id"]] = event["after"]
        holders = [user for user in people.values() if user["status"] == "Active" and "Admin" in user["roles"]]
        assert len(holders) >= FLOOR, f"{len(holders)} active people hold Admin"


def recovers(scene: Stage, story: Story, people: tuple[Mapping[str, Any], ...], jobs: int) -> None:
    """Hold I-11 and I-02 over both runs: the same command again ends in 0, a third has an empty plan, nothing ran
    twice: `jobs` were carried out in all, each once.
    """
    again = scene.apply()
    assert again.code == 0, again.out + again.err
    check_all(scene, story.before, people, again)
    check_floor(scene, story.before)
    assert [job["inside"]["runs"] for job in scene.simulator.jobs() if job["inside"]["runs"]] == [1] * jobs
    empty = scene.plan("--exit-code")
    check_words(scene, empty)
    assert empty.code == 0, empty.out


def declared(story: Story) -> dict[str, Mapping[str, Any]]:
    """Return what the tree said of each person, by address."""
    return {str(person["email"]).lower(): person for person in story.people}


def uploads(scene: Stage) -> list[dict[str, Any]]:
    """Return the uploads that were asked for."""
    return [entry for entry in scene.writes() if entry["step"] == "U"]


def starts(scene: Stage) -> list[dict[str, Any]]:
    """Return the starts that were asked for."""
    return [entry for entry in scene.writes() if entry["step"] == "P"]


def carried_out(scene: Stage) -> int:
    """Return how often a job was carried out."""
    return sum(job["inside"]["runs"] for job in scene.simulator.jobs())
