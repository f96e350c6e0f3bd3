"""From pull request to platform: the steps of the workflows as they are written, one after the other."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import TOKEN
from tests.workflows.runner import ROOT, git
from tests.workflows.world import PEOPLE, STARTER, World, world

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("bash", "git", "jq")), reason="needs bash, git and jq"
)

MOVED = ({**PEOPLE[0], "location": "Oslo"}, *PEOPLE[1:])
BOTH = ({**PEOPLE[0], "location": "Oslo"}, {**PEOPLE[1], "location": "Madrid"}, *PEOPLE[2:])


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world") as scene:
        yield scene


def ana(scene: World) -> str:
    """Where Ana is on the platform."""
    user = scene.simulator.user("ana@acme.example")
    return str(user and user["location"])


def test_a_pull_request_gets_one_comment_that_is_updated(scene: World) -> None:
    scene.drift()
    scene.branch("move", *MOVED)
    first = scene.answer(7, "move")
    assert not first.failed, first.log
    assert [comment["on"] for comment in scene.kept("comments")] == ["7"]
    assert "If merged, 1 person changes" in scene.kept("comments")[0]["body"]
    assert "If merged, 1 person changes" in first.summary
    scene.branch("move", *BOTH)
    assert not scene.answer(7, "move").failed
    assert len(scene.kept("comments")) == 1
    assert "If merged, 2 people change" in scene.kept("comments")[0]["body"]
    assert sorted(path.name for path in scene.github.glob("artifacts/3/plan-users/*")) == [
        "plan.html",
        "plan.json",
    ]


def test_an_author_who_raises_the_own_role_is_flagged(scene: World) -> None:
    settings = (scene.desk / "users/reconciler.yaml").read_text()
    scene.write(
        "reconciler.yaml", f"{settings}actors: {{nora: ana@acme.example}}\nlimits: {{privileged_grant: 1}}\n"
    )
    scene.commit("Settings")
    git(scene.desk, "push", "--quiet", "origin", "main")
    scene.drift()
    scene.branch("rise", {**PEOPLE[0], "roles": ["Admin"]}, *PEOPLE[1:])
    job = scene.answer(7, "rise")
    assert not job.failed, job.log
    assert "nora" in scene.kept("comments")[0]["body"]


def test_the_plan_of_a_merge_does_not_speak_of_merging(scene: World) -> None:
    scene.branch("move", *MOVED)
    job, _ = scene.plan(scene.merge(7, "move"))
    assert "### 1 person changes on the platform" in job.summary
    assert "merge" not in job.summary


def test_a_merge_is_applied_confirmed_and_written_back(scene: World) -> None:
    scene.branch("move", *MOVED)
    job = scene.land(sha := scene.merge(7, "move"))
    assert not job.failed, job.log
    assert ana(scene) == "Oslo"
    [comment] = scene.kept("comments")
    assert comment["on"] == "7"
    assert "Applied and confirmed: 1 of 1" in comment["body"]
    [line] = scene.audit()
    assert (line["commit"], line["exit_code"], line["applied"]) == (sha, 0, True)
    assert line["approvers"] == ["nora"]
    assert line["author"] == "Kari <kari@acme.example>"
    assert len(line["jobs"]) == 1
    assert len(line["digest"]) == 64
    assert (scene.github / "artifacts/1/report-users/receipt.json").exists()
    assert (scene.github / "artifacts/1/snapshot-users/snapshot.json").exists()


def test_S_48_a_run_that_a_newer_merge_overtakes_ends_well_and_sends_nothing(scene: World) -> None:
    scene.branch("move", *MOVED)
    older = scene.merge(7, "move")
    _, planned = scene.plan(older)
    scene.branch("both", *BOTH)
    newer = scene.merge(8, "both")
    overtaken = scene.apply(older, planned)
    assert not overtaken.failed, overtaken.log
    assert f"Replaced by {newer}, nothing sent." in overtaken.summary
    assert ana(scene) == "Madrid"
    assert scene.plan(older)[1]["count"] == "0"
    assert not scene.land(newer).failed
    assert ana(scene) == "Oslo"


def test_a_newer_commit_that_leaves_the_tree_alone_overtakes_nobody(scene: World) -> None:
    scene.branch("move", *MOVED)
    sha = scene.merge(7, "move")
    (scene.desk / "NOTES.md").write_text("notes")
    assert scene.commit("Notes") != sha
    git(scene.desk, "push", "--quiet", "origin", "main")
    assert scene.plan(sha)[1]["count"] == "1"


def test_S_49_another_plan_than_the_approved_one_is_refused_and_written_down(scene: World) -> None:
    scene.branch("move", *MOVED)
    sha = scene.merge(7, "move")
    _, planned = scene.plan(sha)
    scene.simulator.edit_user("ana@acme.example", location="Manila")
    job = scene.apply(sha, planned)
    assert job.ran[-1].code == 4, job.log
    assert ana(scene) == "Manila"
    [line] = scene.audit()
    assert (line["exit_code"], line["applied"], line["jobs"]) == (4, False, [])
    [comment] = scene.kept("comments")
    assert "Ended with 4" in comment["body"]
    assert "REFUSED, nothing was sent: the platform or the files changed after plan" in comment["body"]
    assert 'Location: approved with "Madrid" before the change, now "Manila"' in comment["body"]


def test_S_49_without_the_approved_plan_the_plan_of_now_is_shown_whole(scene: World) -> None:
    scene.branch("move", *MOVED)
    sha = scene.merge(7, "move")
    _, planned = scene.plan(sha)
    shutil.rmtree(scene.github / "artifacts/1")
    scene.simulator.edit_user("ana@acme.example", location="Manila")
    job = scene.apply(sha, planned)
    assert job.ran[-1].code == 4, job.log
    assert "The approved plan is not at hand" in scene.kept("comments")[0]["body"]


def test_a_merge_that_a_limit_refuses_is_answered_before_anybody_is_asked(scene: World) -> None:
    scene.branch("grant", {**PEOPLE[0], "roles": ["Agent", "Admin"]}, *PEOPLE[1:])
    job, planned = scene.plan(scene.merge(7, "grant"))
    assert job.ran[-1].code == 4, job.log
    assert planned["count"] == "0"
    assert [comment["on"] for comment in scene.kept("comments")] == ["7"]
    assert "REFUSED" in scene.kept("comments")[0]["body"]


def test_the_next_apply_stands_on_the_last_applied_commit(scene: World) -> None:
    scene.branch("move", *MOVED)
    assert not scene.land(scene.merge(7, "move")).failed
    scene.simulator.edit_user("ana@acme.example", location="Manila")
    scene.branch("both", *BOTH)
    job, _ = scene.plan(scene.merge(8, "both"))
    assert "Not from this" in job.summary
    assert [line["applied"] for line in scene.audit()] == [True]


def test_drift_opens_one_issue_updates_it_and_closes_it(scene: World) -> None:
    assert not scene.drift().failed
    assert scene.kept("issues") == []
    scene.simulator.edit_user("ana@acme.example", location="Manila")
    job = scene.drift()
    assert not job.failed, job.log
    assert [issue["title"] for issue in scene.kept("issues")] == ["Changed in the portal, not in the files (1)"]
    scene.simulator.edit_user("bo@acme.example", location="Manila")
    scene.drift()
    assert [issue["title"] for issue in scene.kept("issues")] == ["Changed in the portal, not in the files (2)"]
    for name, place in (("ana", "Madrid"), ("bo", "Oslo")):
        scene.simulator.edit_user(f"{name}@acme.example", location=place)
    scene.drift()
    assert [issue["state"] for issue in scene.kept("issues")] == ["closed"]


def test_S_40_a_fork_is_validated_and_nothing_else(scene: World) -> None:
    scene.drift()
    scene.branch("move", *MOVED)
    job = scene.answer(7, "move", fork=True)
    assert not job.failed, job.log
    assert scene.kept("comments") == []
    assert not (scene.github / "artifacts/2/plan-users").exists()


def test_a_mistake_is_annotated_on_its_line_and_the_check_is_red(scene: World) -> None:
    scene.drift()
    scene.branch("move", {"email": "ana@acme.example", "locaton": "Oslo"})
    job = scene.answer(7, "move")
    assert "::error file=users/people.yaml,line=" in job.log
    assert job.ran[-1].code == 4
    assert len(scene.kept("comments")) == 1


def test_without_a_snapshot_a_pull_request_is_answered_too(scene: World) -> None:
    scene.branch("move", *MOVED)
    job = scene.answer(7, "move")
    assert not job.failed, job.log
    assert "nobody has looked at the platform" in scene.kept("comments")[0]["body"]


def test_S_52_a_comment_of_a_person_with_our_marker_is_left_alone(scene: World) -> None:
    scene.drift()
    fake = {"id": 1, "on": "7", "user": {"id": 5}, "body": "<!-- reconciler:plan users -->\nall is well"}
    (scene.github / "comments.json").write_text(json.dumps([fake]))
    scene.branch("move", *MOVED)
    scene.answer(7, "move")
    assert scene.kept("comments")[0] == fake
    assert len(scene.kept("comments")) == 2


def test_a_result_that_is_longer_than_a_comment_may_be_is_cut_between_two_lines(scene: World) -> None:
    report = scene.folder / "report.md"
    report.write_text("### Applied\n" + "- somebody\n" * 10_000)
    environ = scene.environ(scene.folder, "1", "0" * 40, "refs/heads/main")
    environ |= {"MARKER": "<!-- m -->", "RUNNER_TEMP": str(scene.folder)}
    script = ROOT / ".github/scripts/comment.sh"
    subprocess.run(["bash", str(script), "7", str(report)], env=environ, check=True, timeout=60)
    body = scene.kept("comments")[0]["body"]
    assert len(body) < 61_000
    assert body.endswith("- somebody\n\nThe rest stands in the artifacts of this run.\n")


def test_S_47_a_snapshot_of_a_pull_request_is_never_taken(scene: World) -> None:
    scene.drift()
    scene.runs[0]["event"] = "pull_request"
    scene.branch("move", *MOVED)
    scene.answer(7, "move")
    assert "nobody has looked at the platform" in scene.kept("comments")[0]["body"]


def test_a_public_repository_is_refused_before_anything(scene: World) -> None:
    (scene.github / "public").touch()
    job = scene.drift()
    assert [step.code for step in job.ran] == [1]
    assert "Make the repository private" in job.log
    assert list(scene.simulator.log()) == []


def test_only_locked_packages_are_installed(scene: World) -> None:
    scene.drift()
    locked, program = (scene.github / "pip.log").read_text().splitlines()
    assert "--require-hashes" in locked
    assert "--no-deps --no-build-isolation --no-index" in program


def test_I_07_the_token_stands_in_no_log_summary_or_comment(scene: World) -> None:
    scene.branch("move", *MOVED)
    sha = scene.merge(7, "move")
    planning, planned = scene.plan(sha)
    applying = scene.apply(sha, planned)
    shown = planning.log + applying.log + planning.summary + applying.summary + str(scene.kept("comments"))
    assert TOKEN not in shown


def test_S_60_runs_of_two_machines_both_leave_their_line(scene: World) -> None:
    scene.branch("move", *MOVED)
    assert not scene.land(scene.merge(7, "move")).failed
    scene.branch("both", *BOTH)
    assert not scene.land(scene.merge(8, "both")).failed
    assert [line["exit_code"] for line in scene.audit()] == [0, 0]
    assert git(scene.origin, "rev-list", "--count", "reconciler-audit") == "2"
    assert git(scene.origin, "ls-tree", "--name-only", "reconciler-audit") == "users.jsonl"


def test_S_43_modules_planted_in_a_pull_request_are_never_loaded(scene: World) -> None:
    scene.drift()
    scene.branch("move", *MOVED)
    git(scene.desk, "checkout", "--quiet", "move")
    for name in ("yaml.py", "httpx.py", "venv.py", "sitecustomize.py", "reconciler.py"):
        (scene.desk / name).write_text("raise SystemExit('planted')")
    scene.commit("Plant")
    job = scene.answer(7, "move")
    assert not job.failed, job.log
    assert "planted" not in job.log


def test_S_53_an_old_run_that_is_started_again_sends_nothing(scene: World) -> None:
    scene.branch("move", *MOVED)
    older = scene.merge(7, "move")
    _, planned = scene.plan(older)
    assert not scene.apply(older, planned).failed
    scene.branch("back", *PEOPLE)
    newer = scene.merge(8, "back")
    assert not scene.land(newer).failed
    again = scene.apply(older, planned)
    assert f"Replaced by {newer}, nothing sent." in again.summary
    assert ana(scene) == "Madrid"


@pytest.mark.parametrize("fault", ["no token", "no address"])
def test_a_platform_that_cannot_be_asked_makes_the_run_red_and_touches_no_issue(scene: World, fault: str) -> None:
    if fault == "no token":
        scene.secrets = {}
    else:
        scene.variables = {}
    job = scene.drift()
    assert job.failed
    assert scene.kept("issues") == []


def test_the_workflows_of_a_new_repository_tell_the_same_story_without_our_files(scene: World) -> None:
    scene.workflows = STARTER
    git(scene.desk, "rm", "--quiet", "-r", "action.yml", ".github", "requirements")
    scene.commit("Users only")
    git(scene.desk, "push", "--quiet", "origin", "main")
    assert not scene.drift().failed
    scene.branch("move", *MOVED)
    assert not scene.answer(7, "move").failed
    job = scene.land(scene.merge(7, "move"))
    assert not job.failed, job.log
    assert ana(scene) == "Oslo"
    planned, applied = (comment["body"] for comment in scene.kept("comments"))
    assert "If merged, 1 person changes" in planned
    assert "Applied and confirmed: 1 of 1" in applied
