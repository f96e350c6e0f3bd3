"""The long run of random kills: `python -m tests.crash 5000` kills so many runs and prints what came of it.

A second number is the seed. It ends with 1 where a change was lost or done twice, and with an assertion that names
the story where an invariant did not hold.
"""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.crash.nursery import Nursery
from tests.crash.story import random_kills


def main(kills: int, seed: int = 0) -> int:
    """Kill so many runs at random; returns the exit code."""
    with Nursery() as nursery, tempfile.TemporaryDirectory() as folder:
        count = random_kills(nursery, Path(folder), kills, seed)
    sys.stdout.write(json.dumps(asdict(count)) + "\n")
    return int(bool(count.lost or count.doubled))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
