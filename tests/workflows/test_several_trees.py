"""A repository of two trees, each with its tenant: one job a tree, and none holds up the other."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.simulator.simulator import Simulator
from tests.stage import SEED, SETTINGS, SUBDOMAIN, TOKEN
from tests.workflows.product import FastClock
from tests.workflows.runner import git
from tests.workflows.world import PEOPLE, World, world

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("bash", "git", "jq")), reason="needs bash, git and jq"
)

ENVIRONMENTS = ("reconciler-read", "production", "production-dates")


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world") as scene:
        yield scene


@pytest.fixture(name="other")
def _other(scene: World) -> Iterator[Simulator]:
    """A second tenant, whose environments end in `-two`; the tree of the first one is `users`."""
    clock = FastClock()
    with Simulator(SEED, clock=clock.monotonic, sleep=clock.sleep, subdomain=SUBDOMAIN, token=TOKEN) as other:
        scene.addresses = {f"{name}-two": other.url for name in ENVIRONMENTS}
        folder = scene.desk / "two"
        folder.mkdir()
        (folder / "reconciler.yaml").write_text(SETTINGS)
        place(scene, "two", "Madrid")
        scene.commit("A second tree")
        git(scene.desk, "push", "--quiet", "origin", "main")
        yield other


def place(scene: World, tree: str, location: str) -> None:
    """Declare where Ana is in a tree."""
    people = [{**PEOPLE[0], "location": location}, *PEOPLE[1:]]
    (scene.desk / tree / "people.yaml").write_text(json.dumps({"users": people}, indent=1))


def ana(tenant: Simulator) -> str:
    """Where Ana is at a tenant."""
    user = tenant.user("ana@acme.example")
    return str(user and user["location"])


def moved(scene: World, **locations: str) -> None:
    """Push a branch that moves Ana in some trees."""
    git(scene.desk, "checkout", "--quiet", "-B", "move", "main")
    for tree, location in locations.items():
        place(scene, tree, location)
    scene.commit("Move")
    git(scene.desk, "push", "--quiet", "--force", "origin", "move")


def started(ran: dict[str, Any]) -> dict[str, list[str]]:
    """The names of the trees for which each job ran."""
    return {job: [row.get("name", "") for row, _ in ended] for job, ended in ran.items()}


def test_a_merge_is_applied_by_one_job_a_tree_each_with_its_own_tenant(scene: World, other: Simulator) -> None:
    moved(scene, users="Oslo", two="Manila")
    ran = scene.whole("apply", scene.merge(7, "move"), "push")
    both = ["two", "users"]
    assert started(ran) == {"trees": [""], "plan": both, "planned": [""], "apply": both, "due": []}
    assert (ana(scene.simulator), ana(other)) == ("Oslo", "Manila")
    assert [line["applied"] for line in (*scene.audit("users"), *scene.audit("two"))] == [True, True]
    assert len(scene.kept("comments")) == 2


def test_a_tree_whose_plan_is_refused_holds_up_no_other_and_is_not_asked_about(
    scene: World, other: Simulator
) -> None:
    moved(scene, users="Oslo")
    git(scene.desk, "checkout", "--quiet", "move")
    (scene.desk / "two/people.yaml").write_text(json.dumps({"users": [{**PEOPLE[0], "roles": ["Admin"]}]}))
    scene.commit("Grant")
    ran = scene.whole("apply", scene.merge(7, "move"), "push")
    assert started(ran)["apply"] == ["users"]
    assert [running.failed for _, running in ran["plan"]] == [True, False]
    assert (ana(scene.simulator), ana(other)) == ("Oslo", "Madrid")


def test_a_pull_request_gets_one_comment_a_tree(scene: World, other: Simulator) -> None:
    for _, running in scene.whole("drift", scene.tip(), "schedule")["drift"]:
        assert not running.failed, running.log
    moved(scene, two="Manila")
    sha, event = scene.pull(7, "move")
    ran = scene.whole("plan", sha, "pull_request", event)
    assert started(ran) == {"trees": [""], "plan": ["two", "users"]}
    second, first = (comment["body"].splitlines() for comment in scene.kept("comments"))
    assert "plan two" in second[0]
    assert "If merged, 1 person changes" in "".join(second)
    assert "plan users" in first[0]
    assert "Nothing changes" in "".join(first)


def test_settings_that_a_pull_request_breaks_are_answered_in_their_tree(scene: World, other: Simulator) -> None:
    git(scene.desk, "checkout", "--quiet", "-B", "move", "main")
    (scene.desk / "two/reconciler.yaml").write_text("format: 1\n")
    scene.commit("Break")
    git(scene.desk, "push", "--quiet", "origin", "move")
    sha, event = scene.pull(7, "move")
    ran = scene.whole("plan", sha, "pull_request", event)
    assert started(ran)["plan"] == ["two", "users"]
    assert [running.failed for _, running in ran["plan"]] == [True, False]
    assert "::error file=two/reconciler.yaml" in ran["plan"][0][1].log


def test_the_daily_run_looks_at_every_tree(scene: World, other: Simulator) -> None:
    ran = scene.whole("apply", scene.tip(), "schedule")
    assert started(ran) == {"trees": [""], "plan": [], "planned": [], "apply": [], "due": ["two", "users"]}


def test_one_tree_needs_no_other_names_of_environments(scene: World) -> None:
    git(scene.desk, "checkout", "--quiet", "main")
    ran = scene.whole("apply", scene.tip(), "push")
    assert started(ran) == {"trees": [""], "plan": ["users"], "planned": [""], "apply": ["users"], "due": []}
    assert [row["suffix"] for row, _ in ran["apply"]] == [""]
