"""The nursery: one process that has read the whole product and bears each run as a child of its own.

    python -P -m tests.crash.child

Standard input brings one JSON object a line, standard output answers each with one; its other side is `Nursery`.
A child is what `reconciler.cli.main.main` makes of a process, with two differences: time is virtual, and it knows
at which points to die (see `points`). It has nothing in common with its sisters but the files on the disk.
"""

import gc
import importlib
import json
import os
import resource
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

from tests.crash.points import Points
from tests.crash.shared_clock import SharedClock

LONGEST_S: Final = 60
"""So long a child may take, in real time, to its next stop or its end."""

WARM: Final = (
    "reconciler.cli.writing",
    "reconciler.cli.looking",
    "reconciler.cli.progress",
    "reconciler.cli.session",
    "reconciler.cli.signals",
    "reconciler.edge.connection",
    "reconciler.edge.platform",
    "reconciler.edge.state",
    "reconciler.flow.applying",
    "reconciler.views.error_view",
)
"""What a run imports on its way."""


def serve() -> None:
    """Answer until nobody asks any more."""
    for module in WARM:
        importlib.import_module(module)
    gc.freeze()
    signal.signal(signal.SIGALRM, too_late)
    for line in sys.stdin:
        asked = json.loads(line)
        answer = wait(asked["wait"]) if "wait" in asked else bear(asked)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def bear(asked: dict[str, Any]) -> dict[str, int]:
    """Start a run; returns its process id."""
    pid = os.fork()
    if pid == 0:
        live(asked)
    return {"pid": pid}


def wait(pid: int) -> dict[str, int]:
    """Wait for the next stop or the end of a child: its exit code, less than 0 for a signal."""
    signal.alarm(LONGEST_S)
    try:
        _, status = os.waitpid(pid, os.WUNTRACED)
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return {"late": LONGEST_S}
    finally:
        signal.alarm(0)
    if os.WIFSTOPPED(status):
        return {"stopped": os.WSTOPSIG(status)}
    return {"code": os.waitstatus_to_exitcode(status)}


def too_late(number: int, frame: FrameType | None) -> NoReturn:
    """End a wait."""
    raise TimeoutError


def live(asked: dict[str, Any]) -> NoReturn:
    """Be one run of the product, in the child."""
    code = 70
    try:
        settle(asked)
        code = run(asked)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except SystemExit as ending:
        code = int(ending.code or 0)
    except BaseException:  # noqa: BLE001  the harness's own mistake is told, never mistaken for the product's
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def settle(asked: dict[str, Any]) -> None:
    """Take on streams and directory."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    for handle, name in enumerate((os.devnull, asked["out"], asked["err"])):
        opened = os.open(name, os.O_RDONLY if handle == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, handle)
        os.close(opened)
    os.chdir(asked["folder"])
    for place in asked["broken"]:
        module, _, name = place.partition(":")
        setattr(importlib.import_module(module), name, broken)


def run(asked: dict[str, Any]) -> int:
    """Run the command line as `main` does, within its limits."""
    from reconciler.cli.main import Outer
    from reconciler.cli.main import run as run_command
    from reconciler.cli.signals import listen

    trace = Path(asked["trace"]) if asked["trace"] else None
    points = Points(trace, [(name, number) for name, number in asked["fate"]])
    clock = SharedClock(Path(asked["clock"]), lambda: points.reach("wait"))
    points.wrap()
    for name, amount in asked["limits"].items():
        resource.setrlimit(getattr(resource, name), (amount, amount))
    gc.disable()
    listen()
    points.reach("begin")
    code = run_command(asked["arguments"], Outer(asked["environ"], clock))
    points.reach("end")
    return code


def broken(*_: object, **__: object) -> NoReturn:
    """Stand in the place of something that is broken in this child."""
    raise RuntimeError("broken on purpose")


if __name__ == "__main__":
    serve()
