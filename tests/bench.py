"""`make bench`: speed as ratios, measured in one run (product section 8). Nothing here is a test."""

import contextlib
import gc
import io
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import yaml

from reconciler.cli.main import Outer, run
from reconciler.edge.clock import SystemClock
from tests.stage import SETTINGS, stage

TEAMS: Final = [f"Team {n}" for n in range(40)]
ROLES: Final = ["Admin", "Manager", "Manager Admin", "Agent"]
LOOSE: Final = "limits: {create: {count: 99999}, team_removal: {count: 99999}}\n"


def main() -> None:
    """Measure and print every ratio with its bound; the collector is off, as in the program itself."""
    gc.disable()
    with tempfile.TemporaryDirectory() as folder:
        floor, small = offline(Path(folder) / "small", 20_000)
        report("offline plan of 20,000 users against the bare floor", small / floor, 1.5)
        _, large = offline(Path(folder) / "large", 100_000)
        report("100,000 against 20,000 users", large / small, 5.5)
        report("KiB of peak memory a user, 100,000 users", peak_kib() / 100_000, 10)
        report("share of the request limit used while reading 20,000 people (at least 0.9)", reading(), 1.0)
        report("apply against job time + least requests / 10 s", applying(Path(folder)), 1.2)
    report("reconciler --version against `import click`", starting(), 2.0)


def report(what: str, value: float, bound: float) -> None:
    """Print one line."""
    print(f"{value:7.2f}  (bound {bound:g})  {what}", flush=True)


def offline(folder: Path, people: int) -> tuple[float, float]:
    """Return the seconds of the bare floor and of an offline plan, of a tree with one file a person."""
    users, snapshot = folder / "users", folder / "snapshot.json"
    write_tree(users, snapshot, people)
    floor = min(timed(lambda: bare_floor(users, snapshot)) for _ in range(2))
    plan = min(timed(lambda: plan_offline(users, snapshot)) for _ in range(2))
    return floor, plan


def write_tree(users: Path, snapshot: Path, people: int) -> None:
    """Write one file a person, and a snapshot in which one in a hundred differs."""
    chance, live = random.Random(7), []
    (users / "people").mkdir(parents=True)
    (users / "reconciler.yaml").write_text(SETTINGS + LOOSE)
    for number in range(people):
        teams = sorted(chance.sample(TEAMS, 3))
        place = users / "people" / f"{number % 100:02}"
        place.mkdir(exist_ok=True)
        (place / f"agent{number}.yaml").write_text(
            f"email: agent{number}@acme.example\nfirst_name: Agent\nlast_name: Nr {number}\nlocation: Madrid\n"
            f"max_chat_limit: 3\nroles: [Agent]\nteams: [{', '.join(teams)}]\nalias: a{number}\n"
        )
        live.append(live_person(number, teams, "Oslo" if number % 100 == 0 else "Madrid"))
    live.append({**live_person(people, [], "Madrid"), "key": "root@acme.example", "email": "root@acme.example"})
    live[-1]["values"] = {**live[-1]["values"], "email": "root@acme.example", "roles": ["Admin", "Manager Admin"]}
    pairs = {
        "roles": [{"name": name, "value": 0} for name in ROLES],
        "teams": [{"name": n, "value": 0} for n in TEAMS],
    }
    sample = dict.fromkeys(live[0]["values"], "") | pairs
    form = {
        "format": 1,
        "taken_at": SystemClock().now().isoformat(),
        "address": "https://acme.uc1.ccaiplatform.com",
        "template": {"sample": sample, "roles": ROLES, "teams": TEAMS},
        "unfinished_jobs": [],
        "users": live,
        "doubled": [],
        "nameless": [],
    }
    snapshot.write_text(json.dumps(form))


def live_person(number: int, teams: list[str], location: str) -> dict[str, Any]:
    """One person of the snapshot."""
    email = f"agent{number}@acme.example"
    values = {
        "email": email,
        "first_name": "Agent",
        "last_name": f"Nr {number}",
        "status": "Active",
        "location": location,
        "max_chat_limit": 3,
        "alias": f"a{number}",
        "roles": ["Agent"],
        "teams": teams,
    }
    return {"key": email, "id": str(number), "email": email, "values": values}


def bare_floor(users: Path, snapshot: Path) -> None:
    """Do the least that any tool must: read every file, compose it, read the snapshot; collector off."""
    for file in users.rglob("*.yaml"):
        yaml.compose(file.read_bytes(), Loader=yaml.CSafeLoader)
    json.loads(snapshot.read_bytes())


def plan_offline(users: Path, snapshot: Path) -> None:
    """Run the command itself in this process."""
    code, out = command("--users", str(users), "plan", "--snapshot", str(snapshot))
    if code:
        sys.exit(f"the plan ended with {code}: {out[-500:]}")


def command(*arguments: str) -> tuple[int, str]:
    """Run one command line and return its code and everything it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run(list(arguments), Outer({}, SystemClock()))
    return code, said.getvalue()


def timed(work: Callable[[], None]) -> float:
    """Return the seconds that a piece of work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def peak_kib() -> int:
    """Return the peak memory of this process in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def reading() -> float:
    """Return the share of ten requests a second that reading 20,000 people uses, on the shared virtual clock."""
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder), crowd(20_000)) as scene:
        scene.people({"email": "agent1@acme.example", "alias": "x"})
        begin = scene.clock.monotonic()
        scene.plan()
        requests, seconds = len(scene.simulator.log()), scene.clock.monotonic() - begin
    return (requests - 1) / seconds / 10


def applying(folder: Path) -> float:
    """Return the wall time of an apply of 600 changes in two batches against the least that it could take."""
    with stage(folder / "apply", crowd(2_000), validate_seconds=1.0, job_seconds=30.0) as scene:
        scene.settings(LOOSE)
        scene.people(*({"email": f"agent{n}@acme.example", "alias": "x"} for n in range(600)))
        begin = scene.clock.monotonic()
        ended = scene.apply()
        seconds = scene.clock.monotonic() - begin
        jobs = len(scene.simulator.jobs())
    if ended.code:
        sys.exit(ended.out + ended.err)
    pages = 3
    least = 2 + pages + jobs * (1 + 1 + pages + 1 + 1 + 1 + pages)
    return seconds / (jobs * 31.0 + least / 10)


def crowd(people: int) -> dict[str, Any]:
    """A tenant of many plain agents."""
    users = [
        {
            "email": f"agent{n}@acme.example",
            "first_name": "A",
            "last_name": str(n),
            "roles": ["Agent"],
            "teams": [],
        }
        for n in range(people)
    ]
    users.append(
        {"email": "root@acme.example", "first_name": "R", "last_name": "R", "roles": ["Admin"], "teams": []}
    )
    return {"roles": ROLES, "teams": TEAMS, "locations": ["Madrid"], "max_chat_limit": 9, "users": users}


def starting() -> float:
    """Return the time of `reconciler --version` against importing click alone."""

    def best(*arguments: str) -> float:
        call = [sys.executable, *arguments]
        return min(timed(lambda: void(subprocess.run(call, capture_output=True, check=True))) for _ in range(9))

    return best("-m", "reconciler", "--version") / best("-c", "import click")


def void(_: object) -> None:
    """Take a result and drop it."""


if __name__ == "__main__":
    main()
