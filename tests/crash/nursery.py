"""Runs of the product as processes of their own, against the simulator in this one."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from reconciler.simulator.simulator import Simulator
from tests.crash.points import SENT
from tests.crash.shared_clock import SharedClock
from tests.stage import SEED, SUBDOMAIN, TOKEN, Ended, Stage

STOPPED: Final = 1_000
"""The "exit code" of a process that stands still until it is continued."""

LONGEST_S: Final = 30.0
"""So long, in real time, a request may be on its way."""

REPOSITORY: Final = Path(__file__).parents[2]


class Nursery:
    """The process that bears the runs; use it in a `with` block. See `child`."""

    def __init__(self, *options: str) -> None:
        """Start it; `options` are the interpreter's own, such as `-O`."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        self.process = subprocess.Popen(
            [sys.executable, *options, "-P", "-m", "tests.crash.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**kept, "PYTHONPATH": str(REPOSITORY)},
            cwd=REPOSITORY,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.communicate(timeout=60)

    def ask(self, **question: Any) -> dict[str, int]:
        """Ask one question and return the answer."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer: dict[str, int] = json.loads(self.process.stdout.readline())
        return answer


@dataclass(slots=True)
class Born:
    """One run.

    Attributes:
        trace: Holds the points that it reached.
    """

    nursery: Nursery
    pid: int
    out: Path
    err: Path
    trace: Path
    over: bool = False

    def wait(self) -> Ended:
        """Return how it ended: an exit code, `-9` and the like for a signal, `STOPPED` where it stands still."""
        answer = self.nursery.ask(wait=self.pid)
        assert "late" not in answer, f"no end in {answer['late']} s: {self.points()[-3:]}"
        self.over = "code" in answer
        return Ended(answer.get("code", STOPPED), read(self.out), read(self.err))

    def go_on(self) -> Ended:
        """Continue a run that stands still, to its next stop or its end."""
        os.kill(self.pid, signal.SIGCONT)
        return self.wait()

    def end(self) -> None:
        """Make an end of it, if it has not come to one."""
        if not self.over:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()

    def points(self) -> list[str]:
        """Return the points that it reached so far."""
        return [line for line in read(self.trace).splitlines() if line != SENT]

    def requests(self) -> int:
        """Return how many requests of it have at least begun to leave."""
        return read(self.trace).splitlines().count(SENT)


@dataclass(slots=True)
class Machine(Stage):
    """A stage on which commands run as processes of their own, in the time of the simulator and of this one."""

    nursery: Nursery | None = None
    runs: list[Born] = field(default_factory=list)

    def bear(
        self,
        *arguments: str,
        fate: Sequence[tuple[str, int]] = (),
        environ: Mapping[str, str] | None = None,
        limits: Mapping[str, int] | None = None,
        broken: Sequence[str] = (),
        tree: Path | None = None,
        out: Path | None = None,
        err: Path | None = None,
    ) -> Born:
        """Start one command line.

        Args:
            arguments: After `reconciler --users DIR`.
            fate: Points and signals, in their order; see `points`.
            environ: More of the environment.
            limits: Limits of the process, by the names of `resource`.
            broken: `module:name` of functions that raise.
            tree: Another tree than the stage's.
            out: Where standard output goes.
            err: Where standard error goes.
        """
        assert self.nursery
        streams = self.folder / "streams"
        streams.mkdir(exist_ok=True)
        place = streams / f"{len(self.runs)}"
        out, err = out or place.with_suffix(".out"), err or place.with_suffix(".err")
        answer = self.nursery.ask(
            arguments=["--users", str(tree or self.tree), *arguments],
            environ=self.environ | dict(environ or {}),
            clock=str(self.folder / "clock"),
            folder=str(self.folder),
            out=str(out),
            err=str(err),
            trace=str(place.with_suffix(".trace")),
            fate=list(fate),
            limits=dict(limits or {}),
            broken=list(broken),
        )
        self.runs.append(Born(self.nursery, answer["pid"], out, err, place.with_suffix(".trace")))
        return self.runs[-1]

    def pass_time(self, seconds: float = 0.2) -> None:
        """Let time pass, once everything has arrived that the runs have sent: it belongs to the time before.

        So much lies between two runs at least: no program starts faster, and the limit of requests is kept by each
        run for itself (I-08).
        """
        until, sent = time.monotonic() + LONGEST_S, sum(run.requests() for run in self.runs)
        while len(self.simulator.log()) < sent:
            assert time.monotonic() < until, "a request got lost on this machine"
            time.sleep(0.0005)
        self.clock.sleep(seconds)

    def bear_apply(self, *fate: tuple[str, int], **more: Any) -> Born:
        """Start `apply --yes` with a report."""
        return self.bear("apply", "--yes", "--report", str(self.folder / "report"), fate=fate, **more)


@contextmanager
def machine(nursery: Nursery, folder: Path, seed: Mapping[str, Any] = SEED, **options: Any) -> Iterator[Machine]:
    """Set up a machine in a directory that need not exist; `options` are the simulator's own."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = SharedClock(folder / "clock")
    with Simulator(
        seed, clock=clock.monotonic, sleep=clock.sleep, subdomain=SUBDOMAIN, token=TOKEN, **options
    ) as simulator:
        scene = Machine(folder, simulator, clock, nursery=nursery)
        try:
            yield scene
        finally:
            for run in scene.runs:
                run.end()


def read(path: Path) -> str:
    """Return a file's text, `""` where there is none."""
    return path.read_text(errors="replace") if path.is_file() else ""
