"""The file for GitLab: valid, without a token in merge requests, and its scripts run once as they are written."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.stage import TOKEN
from tests.workflows.runner import ROOT, git
from tests.workflows.test_dates import LEAVER, day, status
from tests.workflows.test_rules import checker
from tests.workflows.world import PEOPLE, World, stub, world

needs_tools = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("bash", "git")), reason="needs bash and git"
)

FILE: Final = ROOT / "reconciler/starter/gitlab-ci.yml"
CI: Final[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
JOBS: Final = {name: job for name, job in CI.items() if isinstance(job, dict) and "script" in job}
MERGE_REQUEST: Final = '$CI_PIPELINE_SOURCE == "merge_request_event"'
ENVIRONMENTS: Final = {"reconciler-read", "production", "production-dates"}


def test_the_published_schema_of_gitlab_holds() -> None:
    done = subprocess.run(
        [checker("check-jsonschema"), "--builtin-schema", "vendor.gitlab-ci", str(FILE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_S_10_S_41_a_merge_request_has_no_environment_and_so_no_token() -> None:
    jobs = {name: job for name, job in JOBS.items() if job["rules"] == [{"if": MERGE_REQUEST}]}
    assert list(jobs) == ["plan"]
    assert "environment" not in jobs["plan"]
    others = [str(job["rules"]) for name, job in JOBS.items() if name != "plan"]
    assert all("merge_request_event" not in rule or "!=" in rule for rule in others)


def test_every_job_that_talks_to_the_platform_is_in_an_environment_of_its_own() -> None:
    named = {name: job["environment"]["name"] for name, job in JOBS.items() if "environment" in job}
    assert set(named.values()) == ENVIRONMENTS
    assert {name for name, place in named.items() if place.startswith("production")} == {"apply", "due"}


def test_S_48_jobs_that_write_take_turns_and_are_never_cut_off() -> None:
    for name in ("apply", "due"):
        assert JOBS[name]["resource_group"] == "apply"
        assert JOBS[name]["interruptible"] is False


def test_apply_waits_for_a_person() -> None:
    assert [rule["when"] for rule in JOBS["apply"]["rules"]] == ["manual"]


@dataclass(slots=True)
class Lab:
    """A project on a stand-in for GitLab: what the job `keep` kept, and the artifacts of the present pipeline."""

    scene: World
    folder: Path
    shown: list[str] = field(default_factory=list)

    def pipeline(self, sha: str, *jobs: str, source: str = "push", **extra: str) -> list[int]:
        """Run jobs of one pipeline, the artifacts of each at hand for the next; returns their exit codes."""
        self.start()
        return [self.job(name, sha, source, extra) for name in jobs]

    def start(self) -> None:
        """Begin a pipeline, which has no artifacts yet."""
        shutil.rmtree(self.folder / "artifacts", ignore_errors=True)
        (self.folder / "artifacts").mkdir()

    def job(self, name: str, sha: str, source: str, extra: dict[str, str]) -> int:
        """Run one job as it is written."""
        place = self.folder / f"job-{len(self.shown)}"
        git(self.folder, "clone", "--quiet", str(self.scene.origin), str(place))
        git(place, "fetch", "--quiet", "origin", "+refs/*:refs/remotes/all/*")
        git(place, "checkout", "--quiet", "--detach", sha)
        shutil.copytree(self.folder / "artifacts", place, dirs_exist_ok=True)
        script = place.with_suffix(".sh")
        script.write_text("\n".join([*CI["default"]["before_script"], *JOBS[name]["script"]]))
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=place,
            env=self.environ(name, place, sha, source) | extra,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=100,
            check=False,
        )
        self.shown.append(done.stdout.decode())
        self.keep(name, place, done.returncode)
        return done.returncode

    def keep(self, name: str, place: Path, code: int) -> None:
        """Keep the artifacts of a job."""
        artifacts = JOBS[name].get("artifacts", {})
        if code and artifacts.get("when") != "always":
            return
        for path in (place / path for path in artifacts.get("paths", [])):
            target = self.folder / "artifacts" / path.name
            if path.is_dir():
                shutil.copytree(path, target, dirs_exist_ok=True)
            elif path.exists():
                shutil.copy(path, target)
        if name == "keep":
            shutil.copytree(place / "kept", self.folder / "newest", dirs_exist_ok=True)

    def environ(self, name: str, place: Path, sha: str, source: str) -> dict[str, str]:
        """Return what GitLab puts into the environment of a job; only one with an environment has the token."""
        protected = {"RECONCILER_TOKEN": TOKEN, **self.scene.variables} if "environment" in JOBS[name] else {}
        return {
            **{key: str(value) for key, value in CI["variables"].items()},
            "PROGRAM": str(self.folder / "program.git"),
            "PROGRAM_COMMIT": git(self.folder / "program.git", "rev-parse", "main"),
            "PATH": f"{self.scene.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(place.with_suffix(".home")),
            "PYTHONPATH": str(ROOT),
            "REAL_PYTHON": sys.executable,
            "FAKE_GITHUB": str(self.scene.github),
            "NEWEST": str(self.folder / "newest"),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "CI_API_V4_URL": "https://gitlab.example/api/v4",
            "CI_PROJECT_ID": "7",
            "CI_PROJECT_VISIBILITY": "private",
            "CI_JOB_TOKEN": "job-token",
            "CI_DEFAULT_BRANCH": "main",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_PIPELINE_SOURCE": source,
            "CI_COMMIT_SHA": sha,
            **protected,
        }


CURL: Final = """\
for word; do if [ "$before" = --output ]; then file=$word; fi; before=$word; done
name=${word##*/}; name=${name%%\\?*}
case $word in
  */jobs/artifacts/main/raw/kept/*job=keep) cp "$NEWEST/$name" "$file" 2>/dev/null ;;
  *) exit 22 ;;
esac"""

PYTHON: Final = f"""\
if [ "$2" = -c ]; then exec "{sys.executable}" "$@"; fi
exec sh "{ROOT / "tests/workflows/python3.sh"}" "$@\""""


@pytest.fixture(name="lab")
def _lab(tmp_path: Path) -> Iterator[Lab]:
    with world(tmp_path / "world") as scene:
        folder = tmp_path / "lab"
        program = folder / "program"
        program.mkdir(parents=True)
        (folder / "newest").mkdir()
        stub(scene.folder / "bin/curl", CURL)
        stub(scene.folder / "bin/python3", PYTHON)
        git(program, "init", "--quiet", "--initial-branch=main")
        shutil.copytree(ROOT / "requirements", program / "requirements")
        git(program, "add", "--all")
        git(program, "commit", "--quiet", "--message", "Program")
        git(folder, "clone", "--quiet", "--bare", str(program), str(folder / "program.git"))
        yield Lab(scene, folder)


def ana(lab: Lab) -> str:
    """Where Ana is on the platform."""
    user = lab.scene.simulator.user("ana@acme.example")
    return str(user and user["location"])


@needs_tools
def test_from_merge_request_to_platform_and_on_to_a_day_that_comes(lab: Lab) -> None:
    scene = lab.scene
    assert lab.pipeline(scene.tip(), "due", "drift", "keep", source="schedule") == [0, 0, 0]
    assert "No merge was applied so far" in lab.shown[0]
    moved = ({**PEOPLE[0], "location": "Oslo"}, PEOPLE[1], LEAVER, PEOPLE[3])
    scene.branch("move", *moved)
    assert lab.pipeline(git(scene.origin, "rev-parse", "move"), "plan", source="merge_request_event") == [0]
    assert "ana@acme.example" in lab.shown[-1]
    assert (lab.folder / "artifacts/plan.html").exists()
    sha = scene.merge(1, "move")
    assert lab.pipeline(sha, "live-plan", "apply", "keep") == [0, 0, 0], lab.shown
    assert (ana(lab), status(scene, "eva")) == ("Oslo", "Active")
    assert (lab.folder / "newest/applied").read_text() == f"{sha} {day(0)} {day(0)}\n"
    scene.later(2)
    assert lab.pipeline(sha, "due", "drift", "keep", source="schedule") == [0, 0, 0], lab.shown
    assert status(scene, "eva") == "Inactive"
    assert (lab.folder / "newest/applied").read_text() == f"{sha} {day(2)} {day(2)}\n"
    scene.simulator.edit_user("ana@acme.example", location="Manila")
    assert lab.pipeline(sha, "drift", source="schedule") == [3]
    assert TOKEN not in "".join(lab.shown)


@needs_tools
def test_S_49_another_plan_than_the_approved_one_is_refused_and_explained(lab: Lab) -> None:
    lab.scene.branch("move", {**PEOPLE[0], "location": "Oslo"}, PEOPLE[3])
    sha = lab.scene.merge(1, "move")
    assert lab.pipeline(sha, "live-plan") == [0]
    lab.scene.simulator.edit_user("ana@acme.example", location="Manila")
    assert lab.job("apply", sha, "push", {}) == 4
    assert 'approved with "Madrid" before the change, now "Manila"' in lab.shown[-1]
    assert ana(lab) == "Manila"


@needs_tools
def test_S_48_a_run_that_a_newer_merge_overtakes_sends_nothing(lab: Lab) -> None:
    lab.scene.branch("move", {**PEOPLE[0], "location": "Oslo"}, PEOPLE[3])
    older = lab.scene.merge(1, "move")
    assert lab.pipeline(older, "live-plan") == [0]
    lab.scene.branch("on", {**PEOPLE[0], "location": "Manila"}, PEOPLE[3])
    newer = lab.scene.merge(2, "on")
    assert lab.job("apply", older, "push", {}) == 0
    assert f"Replaced by {newer}, nothing sent." in lab.shown[-1]
    assert ana(lab) == "Madrid"


@needs_tools
def test_a_project_that_is_not_private_is_refused_before_anything(lab: Lab) -> None:
    assert lab.pipeline(lab.scene.tip(), "live-plan", CI_PROJECT_VISIBILITY="internal") == [1]
    assert "Make this project private" in lab.shown[-1]
    assert list(lab.scene.simulator.log()) == []
