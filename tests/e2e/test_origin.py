"""What somebody did in the portal is not undone by somebody else's merge (product promise 4, section 5)."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.stage import Ended, Stage, stage

EVA: Final = {"email": "eva@acme.example", "status": "Active", "roles": ["Agent", "Manager"]}
ANA: Final = {"email": "ana@acme.example", "location": "Madrid", "teams": ["Billing ES"]}
BO: Final = {"email": "bo@acme.example", "location": "Oslo"}
ROOT: Final = {"email": "root@acme.example", "roles": ["Admin"]}
FILES: Final = (EVA, ANA, BO, ROOT)
"""The files as they are merged: the platform is so."""


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        scene.environ |= {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        git(scene, "init", "-q", "-b", "main")
        scene.people(*FILES)
        commit(scene)
        yield scene


def git(scene: Stage, *words: str) -> str:
    identity = ("-c", "user.name=T", "-c", "user.email=t@acme.example", "-c", "commit.gpgsign=false")
    environ = {"PATH": os.environ["PATH"], "HOME": str(scene.folder), "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", *identity, *words]
    ended = subprocess.run(command, cwd=scene.folder, env=environ, check=True, capture_output=True, text=True)
    return ended.stdout.strip()


def commit(scene: Stage) -> str:
    """Keep the tree as it is, as a merge does."""
    git(scene, "add", "users")
    git(scene, "commit", "-qm", "merge", "--allow-empty")
    return git(scene, "rev-parse", "HEAD")


def planned(scene: Stage, base: str = "main") -> Any:
    return scene.plan("--base", base, "--format", "json").json


def applied(scene: Stage, base: str = "main") -> Ended:
    return scene.apply("--base", base)


def edited(*people: dict[str, Any]) -> list[dict[str, Any]]:
    """The files with some people as given instead."""
    given = {person["email"]: person for person in people}
    return [given.pop(person["email"], person) for person in FILES] + list(given.values())


def by_key(changes: Any) -> dict[str, Any]:
    return {change["key"]: change for change in changes}


def test_an_emergency_deactivation_in_the_portal_is_not_undone_by_an_unrelated_merge(scene: Stage) -> None:
    scene.simulator.edit_user("eva@acme.example", status="Inactive")
    scene.people(*edited({**ANA, "location": "Manila"}))
    ended = applied(scene)
    assert ended.code == 1
    assert scene.live("eva@acme.example")["status"] == "Inactive"
    assert scene.live("ana@acme.example")["location"] == "Manila"
    assert "left out: 1" in ended.out
    assert "Let Eva Lind in again: write  status: Inactive" in ended.out


def test_the_same_files_without_a_base_would_have_let_her_in(scene: Stage) -> None:
    """Why CI always names a base: nobody else can tell an old decision from a new one."""
    scene.simulator.edit_user("eva@acme.example", status="Inactive")
    assert scene.apply().code == 0
    assert scene.live("eva@acme.example")["status"] == "Active"


def test_she_comes_back_by_two_pull_requests(scene: Stage) -> None:
    scene.simulator.edit_user("eva@acme.example", status="Inactive")
    scene.people(*edited({**EVA, "status": "Inactive"}))
    assert applied(scene).code == 0
    commit(scene)
    scene.people(*FILES)
    assert applied(scene).code == 0
    assert scene.live("eva@acme.example")["status"] == "Active"


def test_a_privileged_role_taken_away_in_the_portal_is_not_given_back(scene: Stage) -> None:
    scene.simulator.edit_user("root@acme.example", roles=["Agent"])
    scene.settings("limits: {privileged_grant: 5}\n")
    commit(scene)
    ended = applied(scene)
    assert ended.code == 1
    assert scene.live("root@acme.example")["roles"] == ["Agent"]
    assert 'the role "Admin"' in ended.out


def test_a_location_is_put_back_apart_from_the_rest_and_counted(scene: Stage) -> None:
    scene.simulator.edit_user("bo@acme.example", location="Manila")
    scene.people(*edited({**ANA, "location": "Manila"}))
    plan = planned(scene)
    assert plan["headline"] == "1 edited, 1 put back, 2 unchanged"
    assert by_key(plan["changes"])["bo@acme.example"]["section"] == "platform"
    assert by_key(plan["changes"])["ana@acme.example"]["section"] == "update"
    assert plan["sections"][-1]["title"] == (
        "Not from this pull request (1): changed in the portal; merging puts the files' values back"
    )
    assert applied(scene).code == 0
    assert scene.live("bo@acme.example")["location"] == "Oslo"


def test_what_is_put_back_beside_an_edit_is_marked(scene: Stage) -> None:
    scene.simulator.edit_user("ana@acme.example", location="Oslo", teams=["VIP"])
    scene.people(*edited({**ANA, "alias": "ana", "teams": ["Billing ES", "Retention ES"]}))
    change = by_key(planned(scene)["changes"])["ana@acme.example"]
    assert change["section"] == "update"
    assert {field["field"]: field["origin"] for field in change["fields"]} == {
        "alias": "tree",
        "location": "platform",
        "teams": "tree",
    }
    told, advice = change["labels"]
    assert told == "put back, not from this pull request: Location, Teams with Billing ES, without VIP"
    assert advice.startswith("to keep VIP, say so at ")


def test_put_backs_have_a_limit_of_their_own(scene: Stage) -> None:
    scene.settings("limits: {put_back: 1}\n")
    commit(scene)
    for name in ("ana", "bo"):
        scene.simulator.edit_user(f"{name}@acme.example", location="Manila")
    refused = applied(scene)
    assert refused.code == 4
    assert "2 people would be put back to what the files say, the limit is 1" in refused.err
    assert "- {put_back: 2, in: people.yaml" in refused.err
    assert not scene.writes()


def test_S_50_a_loosened_limit_has_no_effect_in_the_change_that_loosens_it(scene: Stage) -> None:
    scene.settings("limits: {deactivate: 0}\n")
    commit(scene)
    scene.settings("limits: {deactivate: 9}\n")
    scene.people(*edited({**EVA, "status": "Inactive"}))
    refused = applied(scene)
    assert refused.code == 4
    assert "the limit is 0 (main:users/reconciler.yaml:7)" in refused.err
    assert "limits: deactivate is raised here, which counts from the next merge on" in refused.out
    assert not scene.writes()
    commit(scene)
    scene.people(*edited({**EVA, "status": "Inactive", "alias": "e"}))
    assert applied(scene, "main").code == 0


def test_S_50_a_line_under_allow_counts_at_once(scene: Stage) -> None:
    scene.settings("limits: {deactivate: 0}\n")
    commit(scene)
    line = '- {deactivate: 1, in: people.yaml, last_day: 2026-12-09, why: "leaves"}'
    scene.settings(f"limits: {{deactivate: 0}}\nallow:\n  {line}\n")
    scene.people(*edited({**EVA, "status": "Inactive"}))
    assert applied(scene).code == 0
    assert scene.live("eva@acme.example")["status"] == "Inactive"


def test_S_50_a_lowered_minimum_has_no_effect_in_the_change_that_lowers_it(scene: Stage) -> None:
    scene.write("reconciler.yaml", (scene.tree / "reconciler.yaml").read_text().replace("Admin: 1", "Admin: 0"))
    scene.people(*edited({**ROOT, "roles": ["Agent"]}))
    refused = applied(scene)
    assert refused.code == 4
    assert "the minimum is 1 (main:users/reconciler.yaml:6)" in refused.err
    assert not scene.writes()


def test_L_22_the_number_of_a_plan_with_a_base_is_the_one_that_apply_expects(scene: Stage) -> None:
    scene.simulator.edit_user("eva@acme.example", status="Inactive")
    scene.people(*edited({**ANA, "location": "Manila"}))
    digest = planned(scene)["digest"]
    assert scene.run("apply", "--expect", digest).code == 4
    assert scene.run("apply", "--expect", digest, "--base", "main").code == 1
    assert scene.live("ana@acme.example")["location"] == "Manila"


def test_a_directory_is_a_base_as_a_revision_is(scene: Stage) -> None:
    shutil.copytree(scene.tree, scene.folder / "before")
    scene.simulator.edit_user("bo@acme.example", location="Manila")
    scene.simulator.edit_user("eva@acme.example", status="Inactive")
    scene.people(*edited({**ANA, "location": "Manila"}))
    there, here = planned(scene, str(scene.folder / "before")), planned(scene)
    assert there | {"taken_at": ""} == here | {"taken_at": ""}
    assert here["left_out"]


def test_a_plan_offline_tells_whose_changes_it_holds_too(scene: Stage) -> None:
    scene.simulator.edit_user("bo@acme.example", location="Manila")
    file = scene.folder / "snapshot.json"
    scene.run("snapshot", "--out", str(file))
    offline = scene.plan("--base", "main", "--snapshot", str(file), "--format", "json").json
    assert offline["changes"] == planned(scene)["changes"]


def test_an_older_base_holds_back_what_it_declared_itself(scene: Stage) -> None:
    """Between the base and now other changes were merged: they count as made now, an old decision does not."""
    old = git(scene, "rev-parse", "HEAD")
    scene.people(*edited({**ANA, "location": "Manila"}))
    commit(scene)
    scene.simulator.edit_user("eva@acme.example", status="Inactive")
    plan = planned(scene, old)
    assert [left["key"] for left in plan["left_out"]] == ["eva@acme.example"]
    assert by_key(plan["changes"])["ana@acme.example"]["section"] == "update"


def test_a_base_before_the_tree_says_that_every_change_is_new(scene: Stage) -> None:
    git(scene, "checkout", "-q", "--orphan", "empty")
    git(scene, "rm", "-rqf", "--cached", "users")
    git(scene, "commit", "-qm", "x", "--allow-empty")
    scene.simulator.edit_user("bo@acme.example", location="Manila")
    plan = planned(scene, "empty")
    assert [change["section"] for change in plan["changes"]] == ["update"]
    assert plan["notes"][0]["severity"] == "warning"
    assert "every change counts as made by this pull request" in plan["notes"][0]["summary"]


def test_a_base_with_a_mistake_cannot_tell_whose_changes_these_are(scene: Stage) -> None:
    scene.write("people.yaml", "users: [{emial: a@acme.example}]\n")
    commit(scene)
    scene.people(*FILES)
    refused = applied(scene)
    assert refused.code == 4
    assert "the base has 2 problems in 1 file" in refused.err or "the base has 1 problem in 1 file" in refused.err
    assert "main:users/people.yaml:1" in refused.err
    assert not scene.writes()


@pytest.mark.parametrize("base", ["", "nope", "./nowhere", "-x", "users"])
@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_base_that_is_not_there_is_refused_and_never_passed_over(scene: Stage, command: str, base: str) -> None:
    scene.people(*edited({**ANA, "location": "Manila"}))
    yes = ["--yes"] if command == "apply" else []
    assert scene.run(command, *yes, f"--base={base}").code == 4
    assert not scene.writes()


def test_S_50_a_directory_named_like_the_base_does_not_take_its_place(
    scene: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(scene.tree, scene.folder / "main")
    (scene.folder / "main" / "people.yaml").write_text(json.dumps({"users": [{"email": "bo@acme.example"}]}))
    monkeypatch.chdir(scene.folder)
    scene.simulator.edit_user("bo@acme.example", location="Manila")
    assert by_key(planned(scene)["changes"])["bo@acme.example"]["section"] == "platform"


def test_a_put_back_that_ends_somebodys_access_is_told_in_the_headline(scene: Stage) -> None:
    scene.people(*edited({"email": "off@acme.example", "status": "Inactive"}))
    commit(scene)
    scene.simulator.edit_user("off@acme.example", status="Active")
    plan = planned(scene)
    assert plan["headline"] == "1 put back (1 of them loses access), 4 unchanged"
    assert plan["sections"][0]["title"].endswith("values back, 1 of them loses access")
    assert "signed out at once" in plan["changes"][0]["labels"]
