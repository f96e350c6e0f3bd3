"""Runs the tests of a module once for each mistake in it, in a copy of the repository, one after the other.

Each mutant is a child of this process, forked after the libraries were loaded, so that it costs little more than
its tests. It has failed the tests, or the time, or it survived.
"""

import ast
import contextlib
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import deepdiff  # noqa: F401  loaded before the fork
import httpx  # noqa: F401
import hypothesis  # noqa: F401
import jinja2  # noqa: F401
import markdown_it  # noqa: F401
import pytest
import yaml  # noqa: F401

from tests.mutants.operators import Mutant, mutants_of

ROOT: Final = Path(__file__).parents[2]
NOT_COPIED: Final = shutil.ignore_patterns(
    ".git", ".venv*", ".cache", ".hypothesis", "report", "build", "*.egg-info"
)
LOADED: Final = "-Wignore::pytest.PytestAssertRewriteWarning"
OPTIONS: Final = ("-x", "-q", "-n0", "-p", "no:randomly", "--timeout=30", "--hypothesis-seed=0", LOADED)
MOST_BYTES: Final = 4 << 30
SAID: Final = "said.txt"
SPARE_S: Final = 30.0


class TestsFail(Exception):
    """The tests of a module fail although nothing was changed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the mutants of a module."""

    mutants: int
    survivors: tuple[Mutant, ...]

    @property
    def killed(self) -> int:
        """How many were noticed."""
        return self.mutants - len(self.survivors)


def try_all(module: str, tests: Sequence[str], told: Callable[[str], None]) -> Outcome:
    """Put every mistake into a module and run its tests; raises `TestsFail` where they fail without one."""
    source = (ROOT / f"reconciler/{module}.py").read_text(encoding="utf-8")
    survivors, number = [], 0
    with copied() as folder:
        file = folder / f"reconciler/{module}.py"
        file.write_text(ast.unparse(ast.parse(source)), encoding="utf-8")
        begin = time.monotonic()
        if not all(passes(folder, test, 600, writes=True) for test in tests):
            raise TestsFail(f"{module}: {(folder / SAID).read_text(errors='replace')[-3000:]}")
        limit = SPARE_S + 5 * (time.monotonic() - begin)
        shutil.rmtree(file.parent / "__pycache__", ignore_errors=True)
        for number, mutant in enumerate(mutants_of(source), 1):
            file.write_text(mutant.source, encoding="utf-8")
            if all(passes(folder, test, limit) for test in tests):
                survivors.append(mutant)
                told(f"{module}: survived in {mutant.function}: {mutant.before}  ->  {mutant.after}")
            if number % 25 == 0:
                told(f"{module}: {number} tried, {len(survivors)} survived")
    return Outcome(number, tuple(survivors))


@contextlib.contextmanager
def copied() -> Iterator[Path]:
    """Yield a copy of the repository, without what is not part of it."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder, "tree")
        shutil.copytree(ROOT, copy, ignore=NOT_COPIED, symlinks=True)
        yield copy


def passes(folder: Path, test: str, limit_s: float, *, writes: bool = False) -> bool:
    """Run one file of tests in a copy, in a child leading its own group; `writes`: compiled files may be kept."""
    child = os.fork()
    if not child:
        run_tests(folder, test, writes)
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status == 0
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def run_tests(folder: Path, test: str, writes: bool) -> None:
    """Be the child: forget this repository, run tests of the copy, and leave with their result."""
    code = 1
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
        os.chdir(folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        said = os.open(SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(said, stream)
        for name in [name for name in sys.modules if name.partition(".")[0] in {"tests", "reconciler"}]:
            del sys.modules[name]
        sys.path[:] = [str(folder), *(place for place in sys.path if Path(place).resolve() != ROOT)]
        sys.dont_write_bytecode = not writes
        os.environ |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "" if writes else "1"}
        code = int(pytest.main([*OPTIONS, test]))
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        os._exit(code)
