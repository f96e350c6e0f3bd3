"""One cell of the matrix, played: a run under the fault, the invariants, a run after it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.company import PEOPLE, RIGHT, TREES, WRONG, Rehearsal, company, rehearsal
from tests.faults.invariants import Story, hold_invariants, recovers
from tests.faults.matrix import Cell, Often
from tests.faults.refusing import gate
from tests.stage import Stage


def play(folder: Path, cell: Cell, often: Often) -> None:
    """Run one cell in an empty directory; raises `AssertionError` where a promise is broken."""
    tree = WRONG if cell.step == "ES" else RIGHT  # only the reasons of a refused file are read at ES
    plan, people = rehearsal(tree), TREES[tree]
    with company(folder, people) as scene:
        before, begun = scene.simulator.users(), scene.clock.seconds
        with disturbed(scene, cell, often, plan) as struck:
            ended = scene.apply("--expect", plan.digest)
            assert struck(), f"{cell.name} was not hit"
        assert ended.code == cell.code(often), ended.out + ended.err
        story = Story(before, people, plan, ended, scene.clock.seconds - begun)
        hold_invariants(scene, story)
        scene.people(*PEOPLE)
        scene.clock.sleep(1.0)  # a new process does not begin in the same second
        recovers(scene, story, PEOPLE, jobs=2)


@contextmanager
def disturbed(scene: Stage, cell: Cell, often: Often, plan: Rehearsal) -> Iterator[Callable[[], bool]]:
    """Disturb the stage as the cell says; gives a function that says whether it happened."""
    nth = 1 if often is Often.ONCE else plan.of_second_batch(cell.step)
    if cell.fault == "a":
        with refused(scene, connection_of(plan, cell.step, nth), often) as was_refused:
            yield was_refused
        return
    count = {"nth": nth} if often is Often.ONCE else {"from": nth}
    scene.simulator.add_fault({"at": cell.step, **count, **cell.script(often)})

    def struck() -> bool:
        hit = [entry for entry in scene.simulator.log() if entry["step"] == cell.step][nth - 1 :]
        hit = hit[:1] if often is Often.ONCE else hit
        return bool(hit) and all(entry["status"] == cell.answered(often) for entry in hit)

    yield struck
    scene.simulator.clear_faults()


@contextmanager
def refused(scene: Stage, connection: int, often: Often) -> Iterator[Callable[[], bool]]:
    """Refuse one connection, or it and all that follow, as a network that is gone does."""
    one_each = {"at": "*", "every": True, "place": "patch", "headers": {"Connection": "close"}}
    scene.simulator.add_fault(one_each)
    last = connection if often is Often.ONCE else None
    with gate(scene.simulator.url, connection, last) as closed:
        yield lambda: closed.refused == 1 if often is Often.ONCE else closed.refused > 0
    scene.simulator.clear_faults()


def connection_of(plan: Rehearsal, step: str, nth: int) -> int:
    """Return the number of the connection that carries the nth request of a step."""
    return [number for number, letter in enumerate(plan.steps, 1) if letter == step][nth - 1]
