"""What holds for every workflow, whatever its steps do: who sees a secret, who may write, what is pinned."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.workflows.runner import ROOT
from tests.workflows.world import workflow

NAMES: Final = ("ci", "plan", "apply", "drift")
STARTERS: Final = ("plan", "apply", "drift")
FILES: Final = (
    *(ROOT / f".github/workflows/{name}.yml" for name in NAMES),
    *(ROOT / f"reconciler/starter/workflows/{name}.yml" for name in STARTERS),
    ROOT / "action.yml",
)
TRUSTED: Final = {
    "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1",
    "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
}


BESIDE: Final = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
"""Where the checkers are: installed with the tests, beside this Python."""


def checker(name: str) -> str:
    """Where a checker is; skips the test on a machine that has none."""
    found = shutil.which(name, path=BESIDE)
    if found is None:
        pytest.skip(f"needs {name}")
    return found


def read(path: Path) -> Any:
    """Read a file of GitHub's."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def jobs(path: Path) -> dict[str, Any]:
    """The jobs of a workflow; the action counts as one."""
    document = read(path)
    return dict(document.get("jobs") or {"action": document["runs"]})


def triggers(path: Path) -> set[str]:
    """What starts a workflow; YAML takes the key `on` for true."""
    return set(read(path).get(True, {}))


def steps(path: Path) -> list[Any]:
    """Every step of a file."""
    return [step for job in jobs(path).values() for step in job["steps"]]


every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
every_workflow = pytest.mark.parametrize("path", FILES[:-1], ids=lambda path: path.relative_to(ROOT).as_posix())


@every_workflow
def test_S_10_S_40_S_41_what_a_pull_request_starts_sees_no_secret_and_no_environment(path: Path) -> None:
    if "pull_request" in triggers(path):
        assert "secrets." not in path.read_text()
        assert not any("environment" in job for job in jobs(path).values())


@every_workflow
def test_S_42_no_trigger_runs_foreign_content_with_rights(path: Path) -> None:
    assert triggers(path) <= {"push", "pull_request", "schedule", "workflow_dispatch"}


@every_file
def test_S_44_no_expression_stands_in_a_script(path: Path) -> None:
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


@every_file
def test_S_45_only_two_actions_of_others_are_used_and_both_by_their_full_id(path: Path) -> None:
    foreign = {step["uses"] for step in steps(path) if "uses" in step and not step["uses"].startswith("./")}
    ours = {uses for uses in foreign if re.fullmatch(r"your-organisation/reconciler@0{40}", uses)}
    assert foreign - ours <= TRUSTED


@every_workflow
def test_S_46_nothing_is_permitted_but_what_a_job_names(path: Path) -> None:
    assert read(path)["permissions"] == {}
    assert all("permissions" in job for job in jobs(path).values())


@every_file
def test_S_46_no_checkout_leaves_a_credential_on_the_disk(path: Path) -> None:
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@every_workflow
def test_S_41_a_secret_needs_an_environment(path: Path) -> None:
    using = [job for job in jobs(path).values() if "secrets." in str(job)]
    named = {job.get("environment", "").removesuffix("${{ matrix.suffix }}") for job in using}
    assert named <= {"reconciler-read", "production", "production-dates"}


@every_workflow
def test_every_job_has_an_end(path: Path) -> None:
    assert all(job.get("timeout-minutes", 0) > 0 for job in jobs(path).values())


def test_S_48_only_the_writing_jobs_wait_for_each_other_and_none_is_cut_off_or_dropped() -> None:
    document = workflow("apply")
    assert "concurrency" not in document
    waiting = {name: job["concurrency"] for name, job in document["jobs"].items() if "concurrency" in job}
    turn = {"group": "apply-${{ matrix.name }}", "cancel-in-progress": False, "queue": "max"}
    assert waiting == {"apply": turn, "due": turn}


def test_a_schedule_writes_only_what_is_due_and_nothing_else_starts_that() -> None:
    jobs = workflow("apply")["jobs"]
    assert jobs["due"]["if"] == "github.event_name == 'schedule'"
    assert jobs["plan"]["if"] == "github.event_name != 'schedule'"
    assert jobs["apply"]["needs"] == "planned"
    assert "needs.plan.result != 'skipped'" in jobs["planned"]["if"]
    doing = {name: job["steps"][-1]["with"]["do"] for name, job in jobs.items()}
    assert doing == {"trees": "trees", "plan": "live-plan", "planned": "planned", "apply": "apply", "due": "due"}


def test_the_token_reaches_only_steps_that_talk_to_the_platform() -> None:
    seeing = {step["name"] for step in steps(ROOT / "action.yml") if "inputs.token" in str(step.get("env"))}
    assert seeing == {
        "Hide the other spelling of the token",
        "Plan against the platform",
        "Apply",
        "Look for drift",
        "Take a snapshot",
    }


def test_a_check_that_a_rule_may_require_runs_for_every_pull_request() -> None:
    assert read(ROOT / "reconciler/starter/workflows/plan.yml")[True] == {"pull_request": None}


@pytest.mark.parametrize("name", STARTERS)
def test_the_workflow_of_a_new_repository_does_the_same_as_our_own(name: str) -> None:
    own, starter = jobs(FILES[NAMES.index(name)]), jobs(ROOT / f"reconciler/starter/workflows/{name}.yml")
    assert own.keys() == starter.keys()
    for job, definition in own.items():
        other = starter[job]
        assert {key: definition.get(key) for key in ("permissions", "environment", "if", "needs")} == {
            key: other.get(key) for key in ("permissions", "environment", "if", "needs")
        }
        assert sorted(definition["steps"][-1]["with"]) == sorted(other["steps"][-1]["with"])


@pytest.mark.parametrize("starters", [False, True], ids=["our own", "of a new repository"])
def test_zizmor_finds_nothing(tmp_path: Path, starters: bool) -> None:
    folder = ROOT
    if starters:
        folder = tmp_path
        shutil.copytree(ROOT / "reconciler/starter/workflows", folder / ".github/workflows")
        shutil.copy(ROOT / "action.yml", folder)
    done = subprocess.run(
        [
            checker("zizmor"),
            "--persona",
            "auditor",
            "--offline",
            "--no-progress",
            "--quiet",
            "action.yml",
            ".github",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@every_file
def test_the_published_schemas_of_github_hold(path: Path) -> None:
    kind = "actions" if path.name == "action.yml" else "workflows"
    done = subprocess.run(
        [checker("check-jsonschema"), "--builtin-schema", f"vendor.github-{kind}", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
