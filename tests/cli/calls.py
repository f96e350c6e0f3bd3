"""One command line of the product in this process, away from the settings of whoever runs the tests."""

import contextlib
import io
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from reconciler.cli.main import Outer, run
from tests.stage import Ended, VirtualClock

ALONE: Final = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CEILING_DIRECTORIES": "/",
    "TZ": "Europe/Oslo",
}
"""An environment in which git knows nobody, and the machine stands in Oslo."""


def call(*arguments: str, environ: Mapping[str, str] = ALONE) -> Ended:
    """Run one command line in the working directory."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(list(arguments), Outer(environ, VirtualClock()))
    return Ended(code, out.getvalue(), err.getvalue())


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    subprocess.run(["git", "-C", str(folder), *arguments], env=dict(ALONE), check=True, capture_output=True)


def write(path: Path, text: str = "") -> Path:
    """Write a file with the directories above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
