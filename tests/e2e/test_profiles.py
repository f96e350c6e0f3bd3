"""Profiles through the command line: one edit for many people, and what the plan tells of it."""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from tests.by_hand import people_by_hand
from tests.e2e.model_files import block
from tests.stage import SEED, Stage, stage

ANA: Final = "ana@acme.example"
BO: Final = "bo@acme.example"
EVA: Final = "eva@acme.example"


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        yield scene


def profiles(scene: Stage, **named: Mapping[str, Any]) -> None:
    """Write the file of profiles."""
    scene.write("profiles.yaml", json.dumps({"profiles": named}, indent=1))


def after(scene: Stage, *options: str) -> dict[str, dict[str, Any]]:
    """The values after a plan by person and field."""
    changes = scene.plan("--format", "json", *options).json["changes"]
    return {change["key"]: {part["field"]: part["after"] for part in change["fields"]} for change in changes}


def test_one_edit_of_a_profile_changes_everybody_who_has_it(scene: Stage) -> None:
    scene.people({"email": ANA, "profiles": ["agent"]}, {"email": BO, "profiles": ["agent"]}, {"email": EVA})
    profiles(scene, agent={"location": "Manila", "teams": {"at_least": ["VIP"]}})
    assert scene.apply().code == 0
    assert [scene.live(email)["location"] for email in (ANA, BO)] == ["Manila", "Manila"]
    assert set(scene.live(ANA)["teams"]) == {"Billing ES", "VIP"}
    assert scene.live(EVA) == {**scene.live(EVA), "location": None, "teams": ["Retention ES"]}


def test_a_changed_profile_shows_its_reach_also_to_those_whom_it_does_not_change(scene: Stage) -> None:
    scene.people({"email": ANA}, {"email": BO, "profiles": ["agent"]}, {"email": EVA, "location": "Oslo"})
    profiles(scene, agent={"location": "Madrid", "people": [ANA, EVA]})
    plan = scene.plan("--format", "json").json
    labels = {change["key"]: change["labels"] for change in plan["changes"]}
    assert labels.keys() == {BO, EVA}
    assert [label.partition(",")[0] for label in labels[BO]] == ["by profile agent (3 people)"]
    assert labels[EVA] == [], "the person's own value goes before the profile"
    (reach,) = plan["reach"]
    assert (reach["name"], len(reach["people"])) == ("agent", 3)
    assert reach["where"].endswith("profiles.yaml:3")


def test_who_is_taken_out_of_a_profile_keeps_its_teams_and_the_plan_says_how_to_take_them_out(
    scene: Stage,
) -> None:
    scene.people({"email": ANA}, {"email": BO})
    profiles(scene, peak={"teams": {"at_least": ["Billing ES"]}, "people": [ANA, BO]})
    shutil.copytree(scene.tree, scene.folder / "before")
    profiles(scene, peak={"teams": {"at_least": ["Billing ES"]}, "people": [BO]})
    plan = scene.plan("--format", "json", "--base", str(scene.folder / "before")).json
    assert plan["changes"] == []
    (kept,) = plan["kept"]
    assert "never" in json.dumps(kept)
    assert "Ana Reyes" in json.dumps(kept)


def test_admin_rights_by_a_profile_are_told_apart_and_refused(scene: Stage) -> None:
    scene.people({"email": ANA, "profiles": ["agent"]}, {"email": BO, "profiles": ["agent"]})
    profiles(scene, agent={"roles": {"at_least": ["Admin"]}})
    ended = scene.apply()
    assert ended.code == 4
    assert "2 people would get admin rights, the limit is 0" in ended.out + ended.err
    assert not scene.writes()


@pytest.mark.parametrize(
    ("person", "named", "words"),
    [
        (
            {"profiles": ["a", "b"]},
            {"a": {"location": "Oslo"}, "b": {"location": "Madrid"}},
            ('"a" says Oslo', "profiles.yaml:4", '"b" says Madrid', "profiles.yaml:7", "location: ..."),
        ),
        (
            {"profiles": ["a"], "teams": {"never": ["VIP"]}},
            {"a": {"teams": {"at_least": ["VIP"]}}},
            ('"VIP" is wanted', "never wanted", "remove one of the two"),
        ),
        (
            {"profiles": ["a", "b"]},
            {"a": {"teams": ["VIP"]}, "b": {"teams": {"at_least": ["Billing ES"]}}},
            ('an exact list and an "at_least"', "profiles.yaml:4", "profiles.yaml:9"),
        ),
        ({"profiles": ["suport"]}, {"support": {"location": "Oslo"}}, ('Did you mean "support"?',)),
        ({}, {"a": {"location": "Oslo", "people": ["anna@acme.example"]}}, ('Did you mean "ana@acme.example"?',)),
        ({}, {"a": {"first_name": "Ana", "people": [ANA]}}, ("belongs to one person",)),
        ({"profiles": ["a"]}, {"a": {"location": "Mardid"}}, ('Did you mean "Madrid"?', "profiles.yaml:4")),
    ],
    ids=["disagree", "wanted and never", "exact and at least", "unknown", "nobody", "personal", "location"],
)
def test_what_does_not_fit_together_is_refused_before_the_first_request(
    scene: Stage, person: dict[str, Any], named: dict[str, Any], words: tuple[str, ...]
) -> None:
    scene.people({"email": ANA, **person})
    profiles(scene, **named)
    for command in (("validate",), ("plan",), ("apply", "--yes")):
        ended = scene.run(*command)
        assert ended.code == 4
        for word in words:
            assert word in ended.err
    assert not scene.simulator.log()


def test_D_65_a_role_of_a_profile_that_the_platform_does_not_have_leaves_its_people_out(scene: Stage) -> None:
    scene.people({"email": ANA, "profiles": ["agent"]}, {"email": BO, "location": "Manila"})
    profiles(scene, agent={"roles": ["agent"]})
    ended = scene.apply()
    assert (ended.code, 'Did you mean "Agent"?' in ended.out, "profiles.yaml:5" in ended.out) == (1, True, True)
    assert scene.live(BO)["location"] == "Manila"


def test_unused_profiles_and_repeated_values_are_warned_of_and_stop_nothing(scene: Stage) -> None:
    scene.people({"email": ANA, "profiles": ["agent"], "location": "Oslo"})
    profiles(scene, agent={"location": "Oslo"}, spare={"location": "Madrid"})
    ended = scene.run("validate", "--format", "json")
    assert ended.code == 0
    assert sorted(problem["code"] for problem in ended.json["problems"]) == ["profile.repeats", "profile.unused"]


# Many people


SITES: Final = ("Madrid", "Manila", "Oslo", "Lisbon")
QUEUES: Final = ("Billing ES", "Retention ES", "VIP", "Sales PT")
TWELVE: Final[dict[str, dict[str, Any]]] = {
    **{f"site-{site.lower()}": {"location": site, "external_user": False} for site in SITES},
    **{
        f"queue-{number}": {"teams": {"at_least": [queue], "never": [QUEUES[number - 1]]}}
        for number, queue in enumerate(QUEUES)
    },
    "agent": {"roles": ["Agent"], "max_chat_limit": 3, "max_chat_limit_enabled": True},
    "senior": {"roles": ["Agent", "Manager"], "max_chat_limit": 5, "max_chat_limit_enabled": True},
    "trainee": {"roles": ["Agent"], "max_chat_limit": 1, "max_chat_limit_enabled": True},
    "peak": {"teams": {"at_least": ["VIP"]}, "first_day": "2026-12-01", "last_day": "2027-01-10"},
}
GRADES: Final = ("agent", "senior", "trainee")


def many_people() -> list[dict[str, Any]]:
    """Six hundred people with three profiles each, some with one of the season."""
    return [
        {
            "email": f"agent{number}@acme.example",
            "first_name": "Agent",
            "last_name": f"Nr {number}",
            "profiles": [
                f"site-{SITES[number % 4].lower()}",
                f"queue-{number // 4 % 4}",
                GRADES[number % 3],
                *(["peak"] if number % 16 == 8 else []),
            ],
        }
        for number in range(600)
    ]


def lines(people: Iterable[Mapping[str, Any]]) -> str:
    """A file of people as one writes it by hand."""
    return "users:\n" + "".join("  -" + entries(person)[3:] for person in people)


def entries(values: Mapping[str, Any]) -> str:
    """The keys of a person or a profile, one below the other."""
    return "".join(f"    {key}: {block(value, '      ')}\n" for key, value in values.items()).replace("\n\n", "\n")


def tenant() -> dict[str, Any]:
    """The same people, active agents in Madrid without teams; every seventh is as the files say."""
    people = [
        {
            "email": f"agent{number}@acme.example",
            "first_name": "Agent",
            "last_name": f"Nr {number}",
            "roles": ["Agent"],
            "location": "Madrid",
            "max_chat_limit": 3,
        }
        for number in range(600)
    ]
    root = SEED["users"][-1]
    return {**SEED, "teams": QUEUES, "locations": SITES, "users": [*people, root]}


def test_600_people_with_12_profiles_take_half_the_lines_and_give_the_same_plan(tmp_path: Path) -> None:
    assert len(TWELVE) == 12
    people = many_people()
    plain = people_by_hand(people, TWELVE, date(2026, 12, 2))
    named = "profiles:\n" + "".join(f"  {name}:\n{entries(values)}" for name, values in TWELVE.items())
    with stage(tmp_path, tenant()) as scene:
        scene.write(
            "reconciler.yaml", (scene.tree / "reconciler.yaml").read_text().replace("Oslo]", "Oslo, Lisbon]")
        )
        scene.write("people.yaml", lines(plain))
        long = scene.plan("--format", "json").json
        scene.clock.sleep(1)
        scene.write("people.yaml", lines(people))
        scene.write("profiles.yaml", named)
        short = scene.plan("--format", "json").json
    with_profiles, without = lines(people).count("\n") + named.count("\n"), lines(plain).count("\n")
    assert 2 * with_profiles <= without, f"{with_profiles} lines with profiles, {without} without"
    assert len(long["changes"]) > 500
    assert short["digest"] == long["digest"]
    assert list(map(told, short["changes"])) == list(map(told, long["changes"]))


def told(change: Mapping[str, Any]) -> Any:
    """What a plan says of a change beside the places and the profiles."""
    return change["key"], change["action"], change["fields"]
