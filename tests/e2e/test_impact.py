"""What a plan says of its effect, through the command line: rises, leavers, days to come, minimums (section 5)."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.e2e.test_origin import commit, git
from tests.stage import SEED, Stage, stage

AGENTS: Final = tuple(
    {"email": f"p{number:02}@acme.example", "first_name": "P", "last_name": f"N{number:02}", "roles": ["Agent"]}
    for number in range(50)
)
COMPANY: Final = {**SEED, "users": [*SEED["users"], *(one | {"teams": ["Billing ES"]} for one in AGENTS)]}
FORMS: Final = ("text", "markdown", "json")


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path, COMPANY) as scene:
        scene.environ |= {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        git(scene, "init", "-q", "-b", "main")
        yield scene


def merged(scene: Stage, **files: str) -> None:
    """Keep files as the base."""
    for name, text in files.items():
        scene.write(f"{name}.yaml", text)
    commit(scene)


def asked(scene: Stage, *words: str, form: str = "text", code: int = 0) -> str:
    """What a plan against the base says."""
    ended = scene.plan("--base", "main", "--format", form, *words)
    assert ended.code == code, ended.err
    return ended.out


def told(scene: Stage, *words: str, code: int = 0) -> Any:
    return json.loads(asked(scene, *words, form="json", code=code))


def team_of(roles: str) -> str:
    users = "".join(f"  - {{email: {one['email']}, profiles: [lead]}}\n" for one in AGENTS[:3])
    return f"profiles:\n  lead: {{roles: [{roles}]}}\nusers:\n{users}"


# Rises


def test_a_profile_edit_that_hides_a_rise_names_who_rises_and_whom_it_reaches(scene: Stage) -> None:
    scene.settings("limits: {privileged_grant: 9}\n")
    merged(scene, team=team_of("Agent"))
    scene.write("team.yaml", team_of("Agent, Manager Admin"))
    text = asked(scene)
    assert "Highest role rises\n  3 people from Agent to Manager Admin\n      P N00 <p00@acme.example>, " in text
    assert "  profile lead: 3 people   " in text
    assert text.count("! privileged; by profile lead (3 people), ") == 3
    assert told(scene)["rises"][0]["people"][2] == "P N02 <p02@acme.example>"


ACTORS: Final = "actors: {p-one: p01@acme.example, boss: root@acme.example}\nlimits: {privileged_grant: 9}\n"
RISK: Final = "P N01 (p-one) takes part in this change and gets a higher role by it: Manager Admin"


@pytest.mark.parametrize("form", FORMS)
def test_an_actor_who_raises_their_own_role_is_flagged_on_top_in_every_form(scene: Stage, form: str) -> None:
    scene.settings(ACTORS)
    merged(scene, team=team_of("Agent"))
    scene.write("team.yaml", team_of("Agent, Manager Admin"))
    page = scene.folder / "plan.html"
    answer = asked(scene, "--actor", "boss", "--actor", "P-One", "--html", str(page), form=form)
    assert answer.replace("`", "").count(RISK) == 1
    assert RISK in page.read_text()
    if form != "json":
        assert answer.index("takes part in this change") < answer.index("Gets admin rights")


def test_an_actor_who_raises_others_is_not_flagged_and_nothing_is_refused(scene: Stage) -> None:
    scene.settings(ACTORS)
    merged(scene, team=team_of("Agent"))
    scene.write("team.yaml", team_of("Agent, Manager Admin"))
    assert told(scene, "--actor", "boss")["risks"] == []
    plans = [told(scene, *words)["digest"] for words in ((), ("--actor", "p-one"))]
    assert plans[0] == plans[1]


def test_taking_the_own_login_out_of_the_settings_hides_nothing(scene: Stage) -> None:
    scene.settings(ACTORS)
    merged(scene, team=team_of("Agent"))
    scene.settings("limits: {privileged_grant: 9}\n")
    scene.write("team.yaml", team_of("Agent, Manager Admin"))
    assert [risk["summary"] for risk in told(scene, "--actor", "p-one")["risks"]] == [RISK]


# Leavers


def one(number: int, more: str = "") -> str:
    return f"email: {AGENTS[number]['email']}\nroles: [Agent]\n{more}"


def test_D_68_a_deleted_file_is_answered_in_bold_and_ends_no_access(scene: Stage) -> None:
    merged(scene, eva="email: eva@acme.example\n", p1=one(1))
    (scene.tree / "eva.yaml").unlink()
    comment = asked(scene, form="markdown")
    assert "\n**This does NOT end Eva Lind's access. Write `status: Inactive` in the file instead.**\n" in comment
    assert "- `Eva Lind <eva@acme.example> was at main:users/eva.yaml:1`" in comment
    assert scene.apply("--base", "main").code == 0
    assert scene.live("eva@acme.example")["status"] == "Active"


def test_D_68_all_files_deleted_end_no_access_at_all(scene: Stage) -> None:
    merged(scene, **{f"p{number}": one(number) for number in range(50)})
    for file in scene.tree.glob("p*.yaml"):
        file.unlink()
    assert scene.apply("--base", "main").code == 4, "a tree without a single file is a slip"
    scene.write("nobody.yaml", "users: []\n")
    assert "This does NOT end the access of 50 people who are in no file any more." in asked(scene)
    assert scene.apply("--base", "main").code == 0
    assert not scene.writes()


@pytest.mark.parametrize(("count", "code"), [(1, 0), (50, 4)])
def test_D_68_where_the_settings_end_the_access_the_limit_holds(scene: Stage, count: int, code: int) -> None:
    everybody = "".join(f"  - {{email: {user['email']}}}\n" for user in SEED["users"])
    scene.settings("not_in_files: deactivate\n")
    merged(scene, rest=f"users:\n{everybody}", **{f"p{number}": one(number) for number in range(50)})
    for number in range(count):
        (scene.tree / f"p{number}.yaml").unlink()
    plan = told(scene, code=code)
    assert plan["dropped"] is None
    assert len([change for change in plan["changes"] if change["action"] == "deactivate"]) == count
    assert scene.apply("--base", "main").code == code
    assert (scene.live("p00@acme.example")["status"] == "Inactive") == (code == 0)


# What begins and ends


def test_nothing_today_is_answered_with_what_the_files_bring_later(scene: Stage) -> None:
    merged(scene, p0=one(0))
    scene.write(
        "new.yaml", "email: li@acme.example\nfirst_name: Li\nlast_name: W\nroles: [Agent]\nfirst_day: 2027-03-01\n"
    )
    assert asked(scene).splitlines()[0] == "Nothing today. 1 Mar: 1 person starts."
    comment = asked(scene, form="markdown").splitlines()
    assert comment[1] == "### Nothing today. 1 Mar: 1 person starts."
    assert comment[2].startswith("2 unchanged | plan ")
    assert "**Later, from these files** 1 Mar: 1 person starts" in comment


def test_what_the_base_says_too_is_told_in_its_last_two_weeks(scene: Stage) -> None:
    merged(scene, p0=one(0, "last_day: 2026-12-20\n"))
    assert told(scene)["later"] == []
    assert "21 Dec: 1 person loses access" in asked(scene, "--as-of", "2026-12-10")


def test_a_team_that_leaves_at_least_stays_and_the_plan_says_how_to_take_it_out(scene: Stage) -> None:
    merged(scene, p0=one(0, "teams: {at_least: [Billing ES]}\n"))
    scene.write("p0.yaml", one(0))
    said = '1 person keeps team Billing ES: to take it out, write  never: ["Billing ES"]'
    assert said in asked(scene)
    assert scene.apply("--base", "main").code == 0
    assert scene.live("p00@acme.example")["teams"] == ["Billing ES"]
    scene.write("p0.yaml", one(0, 'teams: {never: ["Billing ES"]}\n'))
    assert scene.apply("--base", "main").code == 0
    assert scene.live("p00@acme.example")["teams"] == []


# Guards


def test_validate_against_a_snapshot_says_which_minimum_would_break(scene: Stage) -> None:
    scene.settings("")
    text = (scene.tree / "reconciler.yaml").read_text()
    scene.write("reconciler.yaml", text.replace("{Admin: 1}}", "{Admin: 1}, teams: {Billing ES: 52}}"))
    scene.write("p0.yaml", one(0, "teams: {never: [Billing ES]}\n"))
    file = scene.folder / "snapshot.json"
    assert scene.run("snapshot", "--out", str(file)).code == 0
    assert scene.run("validate").code == 0
    refused = scene.run("validate", "--snapshot", str(file))
    assert refused.code == 4
    assert 'Teams: "Billing ES" would go from 52 to 51 active people, the minimum is 52' in refused.err
    scene.write("p0.yaml", one(0))
    assert scene.run("validate", "--snapshot", str(file)).code == 0


@pytest.mark.parametrize("count", [1, 2, 50])
def test_D_66_a_privileged_role_needs_a_reviewed_line_for_so_many(scene: Stage, count: int) -> None:
    people = [{"email": person["email"], "roles": ["Agent", "Manager Admin"]} for person in AGENTS[:count]]
    scene.people(*people)
    refused = scene.apply()
    assert refused.code == 4
    who = "1 person" if count == 1 else f"{count} people"
    assert f"{who} would get admin rights, the limit is 0" in refused.err
    assert not scene.writes()
    line = next(line for line in refused.out.splitlines() if "privileged_grant" in line).strip()
    assert line.startswith(f"- {{privileged_grant: {count}, in: people.yaml")
    scene.settings(f"allow:\n  {line.replace('...', 'agreed')}\n")
    plan = scene.plan("--format", "json").json
    assert [section["code"] for section in plan["sections"]] == ["privileged"]
    assert plan["sections"][0]["title"].startswith(f"Gets admin rights ({count})")
    assert scene.apply().code == 0
    assert sorted(scene.live(str(people[-1]["email"]))["roles"]) == ["Agent", "Manager Admin"]


@pytest.mark.parametrize("roles", ["[]", "null", "{}", "{at_least: []}", "{never: []}", '""'])
def test_D_67_a_role_list_that_is_empty_takes_nobodys_roles(scene: Stage, roles: str) -> None:
    scene.write("people.yaml", f"email: eva@acme.example\nroles: {roles}\n")
    scene.apply()
    assert sorted(scene.live("eva@acme.example")["roles"]) == ["Agent", "Manager"]
    assert not scene.writes()


def test_D_67_roles_that_are_not_stated_are_not_managed(scene: Stage) -> None:
    scene.write("people.yaml", "email: eva@acme.example\nalias: Eva\n")
    assert scene.apply().code == 0
    assert sorted(scene.live("eva@acme.example")["roles"]) == ["Agent", "Manager"]
