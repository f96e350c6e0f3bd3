"""With every debug switch on, the token stands nowhere but where GitHub is told to hide it (faults.md S-55)."""

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.stage import SUBDOMAIN
from tests.workflows.runner import Job, git
from tests.workflows.world import PEOPLE, World, world

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("bash", "git", "jq")), reason="needs bash, git and jq"
)

TOKEN = 'tok/en+"\\&=of-these-tests'
"""A token whose forms all differ from each other."""

FORMS = {
    "raw": TOKEN,
    "in base64": base64.b64encode(f"{SUBDOMAIN}:{TOKEN}".encode()).decode(),
    "in base64, alone": base64.b64encode(TOKEN.encode()).decode(),
    "in an address": quote(TOKEN, safe=""),
    "in JSON": json.dumps(TOKEN)[1:-1],
}


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world", token=TOKEN) as scene:
        scene.secrets = {"RECONCILER_TOKEN": TOKEN}
        scene.environment = {"ACTIONS_STEP_DEBUG": "true", "RUNNER_DEBUG": "1", "SHELLOPTS": "xtrace"}
        scene.trace = True
        yield scene


def shown(job: Job) -> str:
    """The log without the commands that tell GitHub what to hide; it never shows them."""
    return "\n".join(line for line in job.log.splitlines() if not line.startswith("::add-mask::"))


def everything(scene: World, jobs: list[Job]) -> Iterator[tuple[str, str]]:
    """Yield all that GitHub shows or keeps: logs, summaries, artifacts, comments, every commit of every branch."""
    for number, job in enumerate(jobs):
        yield f"log {number}", shown(job)
        yield f"summary {number}", job.summary
    for path in scene.github.rglob("*"):
        if path.is_file():
            yield str(path), path.read_text(encoding="utf-8", errors="replace")
    yield "branches", git(scene.origin, "log", "--all", "--patch", "--format=fuller")


def test_S_55_I_07_debug_switches_show_the_token_in_no_form(scene: World) -> None:
    jobs = [scene.drift()]
    scene.branch("move", {**PEOPLE[0], "location": "Oslo"}, *PEOPLE[1:])
    jobs.append(scene.answer(7, "move"))
    sha = scene.merge(7, "move")
    planning, planned = scene.plan(sha)
    jobs += [planning, scene.apply(sha, planned), scene.due()]
    assert not any(job.failed for job in jobs), "".join(job.log for job in jobs)
    assert all("+ " in step.log for job in jobs for step in job.ran[:2]), "the shell shows its commands"
    found = [
        (place, name) for place, text in everything(scene, jobs) for name, form in FORMS.items() if form in text
    ]
    assert found == []


def test_S_08_the_spelling_on_the_wire_is_hidden_before_it_is_used(scene: World) -> None:
    log = scene.drift().log
    assert f"::add-mask::{FORMS['in base64']}\n" in log
    assert log.index("::add-mask::") < log.index("reconciler --users")
