"""Fuzz until stopped: `python -m tests.fuzz`, or `make fuzz`; `--inputs N` stops after so many.

Slices of one target each run in processes of their own, so that an input that kills the interpreter is kept too.
Whatever fails is made small and written into the corpus, where every later `make test` finds it.
"""

# ruff: noqa: T201  it prints its figures
import argparse
import contextlib
import hashlib
import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Final

from tests.fuzz.driver import CORPUS, inputs
from tests.fuzz.targets import TARGETS, Target

ROOT: Final = Path(__file__).parents[2]
SLICE_S: Final = 20
LONGEST_S: Final = 5
"""An input that takes longer has failed; a second is promised, on a machine that does nothing else."""

MOST_BYTES: Final = 2 << 30
WAIT_S: Final = 300


class TooSlowError(Exception):
    """An input took too long."""


def main() -> int:
    """Run slices on every core until stopped or done; ends with 1 where an input failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, help="stop after so many inputs")
    parser.add_argument("--slice", nargs=2, metavar=("TARGET", "SEED"), help=argparse.SUPPRESS)
    parser.add_argument("--last", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.slice:
        print(json.dumps(one_slice(chosen.slice[0], int(chosen.slice[1]), chosen.last)))
        return 0
    tried, failed = fuzz(chosen.inputs)
    print(f"{sum(tried.values()):,} inputs, {failed} failed: {dict(tried)}")
    return 1 if failed else 0


def fuzz(most: int | None = None) -> tuple[Counter[str], int]:
    """Run slices until so many inputs were tried (None: until stopped); return them by target, and failures."""
    tried: Counter[str] = Counter()
    failed, seed = 0, int(time.time())
    workers = os.cpu_count() or 1
    with contextlib.suppress(KeyboardInterrupt), ThreadPoolExecutor(workers) as pool:
        while most is None or sum(tried.values()) < most:
            names = [name for name in TARGETS for _ in range(workers)]
            for name, (count, failures) in zip(
                names, pool.map(run_slice, names, itertools.count(seed)), strict=False
            ):
                tried[name] += count
                failed += failures
            seed += len(names)
            print(f"{sum(tried.values()):,} inputs so far, {failed} failed", file=sys.stderr)
    return tried, failed


def run_slice(name: str, seed: int) -> tuple[int, int]:
    """Run one slice in a process of its own; return inputs and failures, the death of the process being one."""
    with tempfile.TemporaryDirectory() as folder:
        last = Path(folder, "last")
        command = [sys.executable, "-m", "tests.fuzz", "--slice", name, str(seed), "--last", str(last)]
        ended = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            ended = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False, cwd=ROOT)
        if ended is not None and ended.returncode == 0:
            told = json.loads(ended.stdout.splitlines()[-1])
            for failure in told["failures"]:
                print(f"{name}: {failure}", file=sys.stderr)
            return told["inputs"], len(told["failures"])
        keep(name, last.read_bytes())
        print(f"{name}: the process died: {ended and ended.stderr[-2000:]}", file=sys.stderr)
        return 0, 1


def one_slice(name: str, seed: int, last: Path) -> dict[str, object]:
    """Try inputs for a while; each place of failure is kept once, with its smallest input."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    signal.signal(signal.SIGALRM, too_slow)
    target, found, tried = TARGETS[name], dict[str, str](), 0
    end = time.monotonic() + SLICE_S
    with last.open("wb", buffering=0) as note:
        for data, signs in inputs(name, seed):
            note.seek(0)
            note.truncate()
            note.write(data)
            tried += 1
            place = failure(target, data, signs)
            if place and place not in found:
                small = smallest(target, data, place)
                found[place] = f"{place}: {keep(name, small)}: {small!r}"
            if time.monotonic() > end:
                return {"inputs": tried, "failures": list(found.values())}
    return {}


def failure(target: Target, data: bytes, signs: list[tuple[object, ...]]) -> str:
    """Run one input; return where and how it failed, `""` where it did not."""
    signal.setitimer(signal.ITIMER_REAL, LONGEST_S)
    try:
        signs.append(target.run(data))
    except Exception as error:  # noqa: BLE001  whatever it is, it is what we look for
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return ""


def smallest(target: Target, data: bytes, place: str) -> bytes:
    """Return an input that fails at the same place and from which no part can be taken away."""
    for size in (64, 16, 4, 1, 4, 1):
        begin = 0
        while begin < len(data):
            shorter = data[:begin] + data[begin + size :]
            if failure(target, shorter, []) == place:
                data = shorter
            else:
                begin += size
    return data


def keep(name: str, data: bytes) -> str:
    """Write an input into the corpus; return its file's name."""
    file = CORPUS / name / f"{hashlib.sha256(data).hexdigest()[:12]}.txt"
    file.write_bytes(data)
    return file.name


def too_slow(number: int, frame: FrameType | None) -> None:
    """End an input that takes too long."""
    raise TooSlowError


if __name__ == "__main__":
    sys.exit(main())
