"""A repository of users on a stand-in for GitHub, with the simulator as the platform."""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from reconciler.simulator.simulator import Simulator
from tests.stage import SEED, SETTINGS, SUBDOMAIN, TOKEN
from tests.workflows.product import FastClock
from tests.workflows.runner import ROOT, Job, evaluate, fill, git, rows, run_job

TREE: Final = {"tree": "users", "name": "users", "suffix": ""}
"""The row of the only tree in the matrix of trees."""

HERE: Final = Path(__file__).parent
PROGRAM: Final = ("action.yml", ".github", "requirements")
"""What the workflows use of the repository that they stand in."""

PEOPLE: Final = (
    {"email": "ana@acme.example", "location": "Madrid"},
    {"email": "bo@acme.example", "location": "Oslo"},
    {"email": "eva@acme.example"},
    {"email": "root@acme.example", "roles": ["Admin"]},
)


OURS: Final = ROOT / ".github/workflows"
STARTER: Final = ROOT / "reconciler/starter/workflows"


def workflow(name: str, folder: Path = OURS) -> Any:
    """Read a workflow, also one that `init` has still to fill; YAML takes the key `on` for true."""
    text = (folder / f"{name}.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text.replace("__TREE__", "users").replace("__BRANCH__", "main"))


@dataclass(slots=True)
class World:
    """The origin, somebody's desk, GitHub's own files, the platform, and every run so far.

    `addresses` hold the platform of environments that are not at the first one. `environment` is added to that of
    every step. With `trace` the shell shows every command.
    """

    folder: Path
    simulator: Simulator
    runs: list[dict[str, Any]] = field(default_factory=list)
    pulls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    workflows: Path = OURS

    secrets: dict[str, str] = field(default_factory=lambda: {"RECONCILER_TOKEN": TOKEN})
    variables: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    trace: bool = False
    jobs: int = 0

    def __post_init__(self) -> None:
        self.variables = {"RECONCILER_URL": self.simulator.url, "RECONCILER_SUBDOMAIN": SUBDOMAIN}
        for path in (self.github, self.folder / "bin"):
            path.mkdir(parents=True)
        git(self.folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        git(self.folder, "clone", "--quiet", str(self.origin), str(self.desk))
        for name in PROGRAM:
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, self.desk / name)
        self.write("reconciler.yaml", SETTINGS)
        self.people(*PEOPLE)
        git(self.desk, "checkout", "--quiet", "-B", "main")
        self.commit("Begin")
        git(self.desk, "push", "--quiet", "origin", "main")
        stub(self.folder / "bin/gh", f'exec "{sys.executable}" -I "{HERE / "gh.py"}" "$@"')
        stub(self.folder / "bin/python3", f'exec sh "{HERE / "python3.sh"}" "$@"')

    @property
    def origin(self) -> Path:
        """The repository on GitHub."""
        return self.folder / "origin.git"

    @property
    def desk(self) -> Path:
        """Somebody's clone of it."""
        return self.folder / "desk"

    @property
    def github(self) -> Path:
        """What GitHub keeps beside the repository."""
        return self.folder / "github"

    def write(self, name: str, text: str) -> None:
        """Write a file of the tree on the desk."""
        path = self.desk / "users" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def people(self, *people: Mapping[str, Any]) -> None:
        """Declare people on the desk."""
        self.write("people.yaml", json.dumps({"users": list(people)}, indent=1))

    def commit(self, message: str) -> str:
        """Commit everything on the desk and return the commit."""
        git(self.desk, "add", "--all")
        git(self.desk, "commit", "--quiet", "--allow-empty", "--message", message)
        return git(self.desk, "rev-parse", "HEAD")

    def branch(self, name: str, *people: Mapping[str, Any]) -> None:
        """Push a branch from the tip of main with other people in it."""
        git(self.desk, "checkout", "--quiet", "-B", name, "main")
        self.people(*people)
        self.commit(name)
        git(self.desk, "push", "--quiet", "--force", "origin", name)

    def answer(self, number: int, name: str, *, fork: bool = False, row: Mapping[str, str] = TREE) -> Job:
        """Run the job of one tree in plan.yml for a pull request, on the commit that would be merged."""
        sha, event = self.pull(number, name, fork=fork)
        return self.run("plan", "plan", sha, "pull_request", event, row=row)[0]

    def pull(self, number: int, name: str, *, fork: bool = False) -> tuple[str, dict[str, Any]]:
        """Return the commit that a pull request would become, and its event."""
        git(self.desk, "checkout", "--quiet", "--detach", "main")
        git(self.desk, "merge", "--quiet", "--no-ff", "--message", "would be", name)
        sha = git(self.desk, "rev-parse", "HEAD")
        git(self.desk, "push", "--quiet", "--force", "origin", f"HEAD:refs/pull/{number}/merge")
        head = {"repo": {"full_name": "mallory/people" if fork else "acme/people"}}
        return sha, {"pull_request": {"number": number, "head": head, "user": {"login": "nora"}}}

    def merge(self, number: int, name: str) -> str:
        """Merge a pull request and return the commit of main."""
        git(self.desk, "checkout", "--quiet", "main")
        git(self.desk, "merge", "--quiet", "--no-ff", "--message", f"Merge {number}", name)
        git(self.desk, "push", "--quiet", "origin", "main")
        sha = git(self.desk, "rev-parse", "HEAD")
        self.pulls[sha] = [{"number": number, "merged_at": "2026-12-02T09:00:00Z"}]
        return sha

    def plan(self, sha: str, event: str = "push") -> tuple[Job, dict[str, str]]:
        """Run the first jobs of apply.yml; returns what may be approved, and the number of the run."""
        job, _ = self.run("apply", "plan", sha, event, {})
        needs = {
            "trees": {"result": "success", "outputs": {"matrix": json.dumps({"include": [TREE]})}},
            "plan": {"result": "failure" if job.failed else "success"},
        }
        number = str(len(self.runs))
        listing, planned = self.run("apply", "planned", sha, event, {}, needs, number=number)
        assert not listing.failed, listing.log
        return job, {**planned, "run": number}

    def apply(self, sha: str, planned: Mapping[str, str], event: str = "push") -> Job:
        """Run the writing job of apply.yml for the only tree."""
        [row] = json.loads(planned["matrix"])["include"]
        needs = {"planned": {"result": "success", "outputs": planned}}
        return self.run("apply", "apply", sha, event, {}, needs, row=row, number=planned["run"])[0]

    def land(self, sha: str, event: str = "push") -> Job:
        """Run all jobs of apply.yml, with an approval."""
        job, planned = self.plan(sha, event)
        assert not job.failed, job.log
        return self.apply(sha, planned, event)

    def tip(self) -> str:
        """Return the commit of main."""
        return git(self.origin, "rev-parse", "main")

    def forge_audit(self, text: str) -> None:
        """Write the file of the audit branch by hand."""
        git(self.desk, "fetch", "--quiet", "origin")
        git(self.desk, "checkout", "--quiet", "--detach", "origin/reconciler-audit")
        (self.desk / "users.jsonl").write_text(text)
        self.commit("By hand")
        git(self.desk, "push", "--quiet", "origin", "HEAD:reconciler-audit")

    def drift(self) -> Job:
        """Run drift.yml on main."""
        return self.run("drift", "drift", self.tip(), "schedule", {})[0]

    def due(self, sha: str = "") -> Job:
        """Run the daily job of apply.yml on main, or on what was main when it was queued."""
        return self.run("apply", "due", sha or self.tip(), "schedule", {})[0]

    def later(self, days: int) -> None:
        """Let the day of the program be some days from now."""
        (self.github / "days").write_text(str(days))

    def whole(
        self, name: str, sha: str, event: str, payload: Mapping[str, Any] = {}
    ) -> dict[str, list[tuple[dict[str, str], Job]]]:
        """Run every job of a workflow that would run, in order and once for each row of its matrix, as one run."""
        needs: dict[str, Any] = {}
        ran: dict[str, list[tuple[dict[str, str], Job]]] = {}
        number = ""
        for job, definition in workflow(name, self.workflows)["jobs"].items():
            ran[job] = []
            contexts = self.contexts(sha, event, payload, needs)
            bad = any(needs[before]["result"] != "success" for before in as_list(definition.get("needs", [])))
            condition = str(definition.get("if", "success()"))
            if (bad and "cancelled()" not in condition) or not evaluate(condition, contexts):
                needs[job] = {"result": "skipped", "outputs": {}}
                continue
            outputs: dict[str, str] = {}
            for row in rows(definition, contexts):
                running, outputs = self.run(name, job, sha, event, payload, needs, row=row, number=number)
                number = str(len(self.runs))
                ran[job].append((row, running))
            failed = any(running.failed for _, running in ran[job])
            needs[job] = {"result": "failure" if failed else "success", "outputs": outputs}
        return ran

    def run(
        self,
        name: str,
        job: str,
        sha: str,
        event: str,
        payload: Mapping[str, Any],
        needs: Mapping[str, Any] = {},
        *,
        row: Mapping[str, str] = TREE,
        number: str = "",
    ) -> tuple[Job, dict[str, str]]:
        """Run one job of a workflow for one row of its matrix; only a job with an environment has its secret.

        A `number` is that of an earlier job of the same run.
        """
        definition = workflow(name, self.workflows)["jobs"][job]
        reference = "refs/heads/main" if event != "pull_request" else "refs/pull/1/merge"
        if not number:
            number = str(len(self.runs) + 1)
            branch = "main" if event != "pull_request" else "a-branch"
            self.runs.append({"databaseId": number, "event": event, "headBranch": branch})
        (self.github / "runs.json").write_text(json.dumps(self.runs))
        (self.github / "pulls.json").write_text(json.dumps(self.pulls))
        self.jobs += 1
        place = self.folder / f"run-{number}-{self.jobs}"
        (place / "work").mkdir(parents=True)
        (place / "temp").mkdir()
        environ = self.environ(place, number, sha, reference) | {"GITHUB_EVENT_NAME": event, **self.environment}
        contexts = self.contexts(sha, event, payload, needs) | {
            "runner": {"temp": str(place / "temp")},
            "matrix": row,
        }
        if "environment" in definition:
            address = self.addresses.get(fill(definition["environment"], contexts))
            there = {"RECONCILER_URL": address} if address else {}
            contexts |= {"secrets": self.secrets, "vars": self.variables | there}
        assert evaluate(str(definition.get("if", "success()")), contexts), "the job would not run"
        running = Job(
            place / "work",
            place / "temp",
            environ,
            contexts,
            self.github / "artifacts",
            self.origin,
            trace=self.trace,
        )
        return running, run_job(running, definition)

    def contexts(
        self, sha: str, event: str, payload: Mapping[str, Any], needs: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what a job knows before it runs."""
        reference = "main" if event != "pull_request" else "merge"
        known = {} if event == "schedule" else {"repository": {"default_branch": "main"}}  # as GitHub does
        github = {"event": {**known, **payload}, "event_name": event, "repository": "acme/people", "sha": sha}
        github |= {"token": "gh-token", "ref_name": reference}
        return {"github": github, "needs": needs}

    def environ(self, place: Path, number: str, sha: str, reference: str) -> dict[str, str]:
        """Return what GitHub puts into the environment of every step, and where the stand-ins are."""
        return {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(place),
            "PYTHONPATH": str(ROOT),
            "REAL_PYTHON": sys.executable,
            "FAKE_GITHUB": str(self.github),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GITHUB_SHA": sha,
            "GITHUB_REF": reference,
            "GITHUB_REPOSITORY": "acme/people",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_ACTOR": "kari",
            "GITHUB_RUN_ID": number,
        }

    def kept(self, kind: str) -> list[dict[str, Any]]:
        """Return the comments or issues on GitHub."""
        path = self.github / f"{kind}.json"
        return list(json.loads(path.read_text())) if path.exists() else []

    def audit(self, name: str = "users") -> list[dict[str, Any]]:
        """Return the lines of a tree on the audit branch."""
        lines = git(self.origin, "show", f"reconciler-audit:{name}.jsonl").splitlines()
        return [json.loads(line) for line in lines]


def as_list(value: str | list[str]) -> list[str]:
    """Return one name or several as a list."""
    return [value] if isinstance(value, str) else value


def stub(path: Path, line: str) -> None:
    """Write a program of one line."""
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


@contextmanager
def world(folder: Path, token: str = TOKEN) -> Iterator[World]:
    """Set up a world in a directory."""
    clock = FastClock()
    with Simulator(SEED, clock=clock.monotonic, sleep=clock.sleep, subdomain=SUBDOMAIN, token=token) as simulator:
        yield World(folder, simulator)
