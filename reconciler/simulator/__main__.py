"""The simulator as a program: `python -m reconciler.simulator`.

The first line on standard output is the address, such as `http://127.0.0.1:43211`; SIGINT and SIGTERM
end it with exit code 0.
"""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reconciler.simulator.simulator import Simulator
from reconciler.simulator.switches import listing


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal comes; gives the exit code (2 for wrong arguments)."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.list_switches:
        sys.stdout.write(listing() + "\n")
        return 0
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: ended.set())
    try:
        simulator = _simulator(asked)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    with simulator:
        sys.stdout.write(simulator.url + "\n")
        sys.stdout.flush()
        ended.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reconciler.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--seed", type=Path, help="JSON file with the tenant's users and names")
    parser.add_argument("--db", type=Path, help="SQLite file that keeps the state; used instead of the seed")
    parser.add_argument("--subdomain", default="demo")
    parser.add_argument("--token", default="demo-token")
    parser.add_argument("--job-seconds", type=float, default=2.0, help="from proceed to the job's end")
    parser.add_argument("--validate-seconds", type=float, default=0.5, help="from upload to valid_scheme")
    parser.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--fault", action="append", default=[], metavar="JSON")
    parser.add_argument("--list-switches", action="store_true")
    return parser


def _simulator(asked: argparse.Namespace) -> Simulator:
    return Simulator(
        json.loads(asked.seed.read_text(encoding="utf-8")) if asked.seed else None,
        dict(_pair(text) for text in asked.switch),
        [_fault(text) for text in asked.fault],
        subdomain=asked.subdomain,
        token=asked.token,
        validate_seconds=asked.validate_seconds,
        job_seconds=asked.job_seconds,
        port=asked.port,
        database=asked.db,
    )


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        raise ValueError(f"--switch {text}: wanted NAME=VALUE")
    return name, value


def _fault(text: str) -> dict[str, Any]:
    fault = json.loads(text)
    if not isinstance(fault, dict):
        raise ValueError(f"--fault {text}: wanted a JSON object")
    return fault


if __name__ == "__main__":
    sys.exit(main())
