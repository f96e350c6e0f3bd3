"""The program as a process of its own: behind pipes, or on a terminal at which somebody types."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from tests.stage import Ended, Stage

PROGRAM: Final = (sys.executable, "-P", "-m", "reconciler")
AT_ITS_TERMINAL: Final = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
"""Makes standard input the terminal whose keys send signals, then becomes the program."""

LONGEST_S: Final = 100.0
SIZE: Final = {"COLUMNS": "100", "LINES": "40", "TERM": "xterm"}
QUIET: Final = ("NO_COLOR", "PYTHONIOENCODING", "LC_ALL", "LANG", "PYTHONUTF8")


class Typed(NamedTuple):
    """What somebody types once a text has appeared."""

    after: str
    keys: str


CTRL_C: Final = b"\x03"


def environment(scene: Stage, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a child: that of the tests, without what the shell says of languages and colours."""
    kept = {name: value for name, value in os.environ.items() if name not in QUIET}
    return {**kept, **scene.environ, "LC_ALL": "C.UTF-8", **(more or {})}


def run_child(scene: Stage, *arguments: str, more: Mapping[str, str] | None = None) -> Ended:
    """Run one command line behind pipes."""
    done = subprocess.run(
        [*PROGRAM, "--users", str(scene.tree), *arguments],
        env=environment(scene, more),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=LONGEST_S,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    return Ended(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def run_at_terminal(
    scene: Stage, *arguments: str, typed: Iterable[Typed] = (), more: Mapping[str, str] | None = None
) -> Ended:
    """Run one command line on a terminal; `out` is everything that the terminal showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", AT_ITS_TERMINAL, *PROGRAM, "--users", str(scene.tree), *arguments],
        env=environment(scene, {**SIZE, **(more or {})}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        cwd=Path(__file__).parents[2],
    )
    os.close(theirs)
    try:
        shown = converse(ours, list(typed))
        return Ended(process.wait(LONGEST_S), shown, "")
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def converse(terminal: int, typed: list[Typed]) -> str:
    """Read until the program has closed the terminal, and type what is due.

    A Ctrl-C is typed again where nothing comes of it for a second: one that arrives just before the program waits
    for a key is only heard with the next one, which is the way of Python's `input`.
    """
    shown, until, again = b"", time.monotonic() + LONGEST_S, b""
    with suppress(OSError):  # Linux ends a terminal without a program with EIO
        while time.monotonic() < until:
            if not select.select([terminal], [], [], 1)[0]:
                os.write(terminal, again)
                continue
            if not (read := os.read(terminal, 1 << 16)):
                break
            shown += read
            if typed and typed[0].after.encode() in shown:
                keys = typed.pop(0).keys.encode()
                os.write(terminal, keys)
                again = keys if keys == CTRL_C else b""
    return shown.decode().replace("\r\n", "\n")
