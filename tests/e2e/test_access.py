"""Who can sign in, and with which rights: the guards against a mass change, on every sort of platform.

Where a promise touches teams of people who come or go, it is held in each position of the switches of unknowns 36
(deactivation and teams), 37 (reactivation and teams) and 38 (new people and teams).
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.e2e.scenarios import crowd
from tests.stage import SEED, Ended, Stage, stage
from tests.truth import by_email, check_all, check_words, second_run_is_safe

ANA: Final = "ana@acme.example"
BO: Final = "bo@acme.example"
EVA: Final = "eva@acme.example"
OFF: Final = "off@acme.example"
ROOT: Final = "root@acme.example"

TEAMS: Final = {"deactivate_teams": "kept", "reactivate_teams": "not_applied", "create_teams": "no_teams"}
"""What the platform may do with teams otherwise than by default."""

PLATFORMS: Final[tuple[dict[str, str], ...]] = ({}, *({name: value} for name, value in TEAMS.items()), TEAMS)
every_platform = pytest.mark.parametrize(
    "switches", PLATFORMS, ids=lambda switches: "+".join(switches) or "default"
)


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        yield scene


def new(email: str, **values: Any) -> dict[str, Any]:
    """Somebody new, all that is needed declared; each under a name of their own."""
    return {"email": email, "first_name": "New", "last_name": email, "roles": ["Agent"], **values}


def nothing_sent(scene: Stage, ended: Ended, *words: str) -> None:
    """Hold that a run was refused with these words, and that nobody was changed."""
    assert ended.code == 4, ended.out + ended.err
    assert not scene.writes()
    for word in words:
        assert word in ended.err
    check_words(scene, ended)


# L-05: one limit for each kind


ONE_OF_EACH: Final[Mapping[str, dict[str, Any]]] = {
    "create": new("li.wei@acme.example"),
    "deactivate": {"email": EVA, "status": "Inactive"},
    "reactivate": {"email": OFF, "status": "Active"},
    "rename": {"email": "ana.reyes@acme.example", "previous_emails": [ANA]},
    "role_change": {"email": ANA, "roles": ["Manager"]},
    "team_removal": {"email": BO, "teams": ["VIP"]},
    "privileged_grant": {"email": ANA, "roles": ["Agent", "Admin"]},
}
OTHERS: Final[Mapping[str, dict[str, Any]]] = {
    "create": new("bea@acme.example"),
    "deactivate": {"email": BO, "last_day": "2026-12-01"},
    "rename": {"email": "bo.dahl@acme.example", "previous_emails": [BO]},
    "role_change": {"email": BO, "roles": ["Manager"]},
    "team_removal": {"email": ANA, "teams": []},
    "privileged_grant": {"email": BO, "roles": {"at_least": ["Manager Admin"]}},
}
"""A second person of the same kind, by another way where there is one."""

WIDE: Final = dict.fromkeys(ONE_OF_EACH, 9)


def limited(scene: Stage, kind: str, count: int, more: str = "") -> None:
    """Set one limit; the others are out of the way."""
    scene.settings(f"limits: {json.dumps(WIDE | {kind: count})}\n{more}")


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_L_05_one_over_the_limit_of_a_kind_is_refused_with_the_line_to_paste(scene: Stage, kind: str) -> None:
    limited(scene, kind, 0)
    scene.people(ONE_OF_EACH[kind])
    nothing_sent(
        scene, scene.apply(), "the limit is 0", f"- {{{kind}: 1, in: people.yaml, last_day: 2026-12-09, why:"
    )


@pytest.mark.parametrize("kind", OTHERS)
def test_L_05_a_limit_counts_over_all_batches_of_a_run(scene: Stage, kind: str) -> None:
    limited(scene, kind, 1, "batch_size: 1\n")
    scene.people(ONE_OF_EACH[kind], OTHERS[kind])
    nothing_sent(scene, scene.apply(), "the limit is 1")


@pytest.mark.parametrize("kind", OTHERS)
def test_L_05_as_many_as_the_limit_go_through(scene: Stage, kind: str) -> None:
    limited(scene, kind, 2)
    scene.people(ONE_OF_EACH[kind], OTHERS[kind])
    assert scene.apply().code == 0


def test_L_05_a_reviewed_line_lifts_one_limit_and_no_other(scene: Stage) -> None:
    line = "allow:\n  - {deactivate: 1, in: people.yaml, last_day: 2026-12-09, why: leaves}\n"
    scene.settings("limits: {deactivate: 0, create: 0}\n" + line)
    scene.people(ONE_OF_EACH["deactivate"], ONE_OF_EACH["create"])
    nothing_sent(scene, scene.apply(), "the limit is 0", "- {create: 1, in: people.yaml")
    assert "- {deactivate: 1" not in scene.apply().err
    scene.people(ONE_OF_EACH["deactivate"])
    assert scene.apply().code == 0


# L-06 and L-07: minimums


@pytest.mark.parametrize(
    "loss",
    [
        {"email": ROOT, "roles": ["Agent"]},
        {"email": ROOT, "roles": {"at_least": ["Agent"], "never": ["Admin"]}},
        {"email": ROOT, "status": "Inactive"},
        {"email": ROOT, "last_day": "2026-12-01"},
        {"email": ROOT, "roles": ["Agent", {"name": "Admin", "last_day": "2026-12-01"}]},
    ],
    ids=["demoted", "never", "deactivated", "last day", "last day of the role"],
)
def test_L_06_no_loss_of_any_sort_goes_below_a_minimum(scene: Stage, loss: dict[str, Any]) -> None:
    scene.settings(f"limits: {json.dumps(WIDE)}\n")
    scene.people(loss)
    nothing_sent(scene, scene.apply(), "the minimum is 1")


def test_L_06_a_minimum_counts_losses_by_the_end_of_a_profile(scene: Stage) -> None:
    scene.write(
        "reconciler.yaml",
        (scene.tree / "reconciler.yaml").read_text().replace("{Admin: 1}}", "{Admin: 1}, teams: {Billing ES: 2}}"),
    )
    scene.people({"email": ANA}, {"email": BO})
    profile = {"teams": {"at_least": ["Billing ES"]}, "last_day": "2026-12-01", "people": [ANA, BO]}
    scene.write("profiles.yaml", json.dumps({"profiles": {"peak": profile}}))
    nothing_sent(scene, scene.apply(), "the minimum is 2")


def test_L_06_somebody_in_no_file_counts_as_a_loss_too(scene: Stage) -> None:
    scene.settings("not_in_files: deactivate\nlimits: {deactivate: 9}\n")
    scene.people({"email": ANA})
    nothing_sent(scene, scene.apply(), "the minimum is 1")


@every_platform
def test_L_07_a_team_that_loses_everybody_stands_on_top_and_is_refused_only_under_a_minimum(
    tmp_path: Path, switches: dict[str, str]
) -> None:
    with stage(tmp_path, switches=switches) as scene:
        scene.people({"email": ANA, "status": "Inactive"}, {"email": BO, "teams": ["VIP"]})
        top = scene.plan().out.partition("\n\n")[0]
        assert "Nobody active is left in: team Billing ES" in top
        minimum = (scene.tree / "reconciler.yaml").read_text()
        scene.write("reconciler.yaml", minimum.replace("{Admin: 1}}", "{Admin: 1}, teams: {Billing ES: 1}}"))
        nothing_sent(scene, scene.apply(), "the minimum is 1")
        scene.write("reconciler.yaml", minimum)
        assert scene.apply().code == 0


# L-15: what an end of access takes along


@every_platform
@pytest.mark.parametrize("word", [{"status": "Inactive"}, {"last_day": "2026-12-01"}], ids=["word", "day"])
def test_L_15_an_end_of_access_says_what_a_revert_does_not_bring_back(
    tmp_path: Path, switches: dict[str, str], word: dict[str, str]
) -> None:
    with stage(tmp_path, switches=switches) as scene:
        people = [{"email": BO, **word}]
        scene.people(*people)
        said = "leaves all teams (Billing ES, VIP) and own queues, a revert does not bring them back"
        assert said in scene.plan().out
        scene.clock.sleep(1)  # to start another process takes a while
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == 0
        check_all(scene, before, [{"email": BO, "status": "Inactive"}], ended)
        kept = scene.folder / "report" / "before.json"
        assert kept.stat().st_mode & 0o777 == 0o600
        (record,) = json.loads(kept.read_text())["users"]
        assert set(record["values"]["teams"]) == {"Billing ES", "VIP"}
        second_run_is_safe(scene)


@every_platform
@pytest.mark.parametrize("word", [{"status": "Active"}, {"first_day": "2026-12-02"}], ids=["word", "day"])
def test_L_15_who_comes_back_gets_all_teams_that_the_files_state(
    tmp_path: Path, switches: dict[str, str], word: dict[str, str]
) -> None:
    with stage(tmp_path, switches=switches) as scene:
        scene.people({"email": BO, "status": "Inactive"})
        assert scene.apply().code == 0
        scene.people({"email": BO, **word, "teams": ["Billing ES"]})
        ended = scene.apply()
        assert ended.code == 0, ended.out + ended.err
        assert (scene.live(BO)["status"], scene.live(BO)["teams"]) == ("Active", ["Billing ES"])
        second_run_is_safe(scene)


@every_platform
def test_who_begins_and_ends_on_one_day_keeps_what_the_files_say(tmp_path: Path, switches: dict[str, str]) -> None:
    with stage(tmp_path, switches=switches) as scene:
        people = [
            new("li.wei@acme.example", teams=["VIP"], first_day="2026-12-02"),
            {"email": OFF, "first_day": "2026-12-02", "teams": {"at_least": ["Billing ES"]}},
            {"email": BO, "last_day": "2026-12-01", "teams": ["VIP"]},
            {"email": ANA, "teams": ["Billing ES", {"name": "VIP", "first_day": "2026-12-02"}]},
        ]
        scene.people(*people)
        before = scene.simulator.users()
        ended = scene.apply("--due")
        assert ended.code == 0, ended.out + ended.err
        plain = [
            new("li.wei@acme.example", teams=["VIP"], status="Active"),
            {"email": OFF, "status": "Active", "teams": {"at_least": ["Billing ES"]}},
            {"email": BO, "status": "Inactive"},
            {"email": ANA, "teams": ["Billing ES", "VIP"]},
        ]
        check_all(scene, before, plain, ended)
        second_run_is_safe(scene)


def test_somebody_new_whose_row_fails_for_the_teams_is_told_and_tried_again(tmp_path: Path) -> None:
    with stage(tmp_path, switches={"create_teams": "rows_fail"}) as scene:
        scene.people(new("li.wei@acme.example", teams=["VIP"], first_day="2026-12-02"))
        ended = scene.apply("--due")
        assert ended.code == 1
        assert "li.wei@acme.example" in ended.out
        scene.simulator.set_switches(create_teams="applied")
        assert scene.apply("--due").code == 0
        assert scene.live("li.wei@acme.example")["teams"] == ["VIP"]


# L-17 and L-18: people who cannot be told apart, or stated


def test_L_17_two_accounts_with_one_address_are_both_left_alone(scene: Stage) -> None:
    scene.simulator.add_user(
        {"email": "ANA@acme.example", "first_name": "Ana", "last_name": "Two", "roles": ["Agent"]}
    )
    before = scene.simulator.users()
    scene.people({"email": ANA, "last_day": "2026-12-01"}, {"email": BO, "location": "Manila"})
    ended = scene.apply()
    assert ended.code == 1
    assert "2 accounts on the platform have this address" in ended.out
    assert [user for user in scene.simulator.users() if "ana" in user["email"].lower()] == [
        user for user in before if "ana" in user["email"].lower()
    ]
    assert scene.live(BO)["location"] == "Manila"


def test_L_17_who_shares_an_agent_number_with_somebody_else_is_left_alone(scene: Stage) -> None:
    scene.simulator.edit_user(EVA, agent_number="A-1")
    scene.people({"email": ANA, "location": "Oslo"}, {"email": EVA, "alias": "e"})
    ended = scene.apply()
    assert (ended.code, "left out: 2" in ended.out) == (1, True)
    assert not scene.writes()


def test_L_18_a_user_without_an_address_is_told_and_not_touched(tmp_path: Path) -> None:
    with stage(tmp_path, switches={"empty_read": "empty"}) as scene:
        scene.simulator.edit_user(EVA, new_email="")
        scene.people({"email": ANA, "location": "Oslo"}, {"email": BO, "last_day": "2026-12-01"})
        ended = scene.apply()
        assert ended.code == 0
        assert "1 account on the platform without an address, never touched: Eva Lind" in ended.out
        assert scene.live("")["status"] == "Active"


def test_L_18_an_address_that_is_null_is_no_read_to_plan_from(scene: Stage) -> None:
    scene.simulator.edit_user(EVA, new_email="")
    scene.people({"email": ANA, "location": "Oslo"})
    nothing_sent(scene, scene.apply(), "an address was expected, the platform answered null", "Eva Lind")


def test_L_18_who_holds_a_role_that_no_row_can_state_is_left_alone(scene: Stage) -> None:
    scene.simulator.set_roles(["Admin", "Manager Admin", "Agent"])
    scene.people({"email": EVA, "alias": "e"}, {"email": BO, "location": "Manila"})
    ended = scene.apply()
    assert (ended.code, "left out: 1" in ended.out) == (1, True)
    assert set(scene.live(EVA)["roles"]) == {"Agent", "Manager"}
    assert scene.live(BO)["location"] == "Manila"


# L-24: a revert is a change as any other


@every_platform
def test_L_24_the_revert_of_a_mass_change_meets_the_same_guards(tmp_path: Path, switches: dict[str, str]) -> None:
    with stage(tmp_path, crowd(8), switches=switches) as scene:
        agents = [{"email": f"agent{n}@acme.example", "status": "Active"} for n in range(8)]
        gone = [{**agent, "status": "Inactive"} for agent in agents[:6]] + agents[6:]
        scene.settings("limits: {deactivate: {count: 9, share: 100%}, reactivate: {count: 5, share: 100%}}\n")
        scene.people(*agents)
        shutil.copytree(scene.tree, scene.folder / "before")
        scene.people(*gone)
        assert scene.apply("--base", str(scene.folder / "before")).code == 0
        shutil.copytree(scene.tree, scene.folder / "after")
        sent = len(scene.writes())
        scene.people(*agents)
        ended = scene.apply("--base", str(scene.folder / "after"))
        assert ended.code == 4
        assert "the limit is" in ended.err
        assert len(scene.writes()) == sent
        line = "{reactivate: 6, in: people.yaml, last_day: 2026-12-09, why: taken back}"
        scene.settings(f"limits: {{reactivate: 5}}\nallow: [{line}]\n")
        assert scene.apply("--base", str(scene.folder / "after")).code == 0
        assert {user["status"] for user in scene.simulator.users()} == {"Active"}


# D-66 to D-68


@pytest.mark.parametrize("count", [1, 2, 50])
def test_D_66_admin_rights_are_counted_apart_and_need_a_reviewed_line(tmp_path: Path, count: int) -> None:
    with stage(tmp_path, crowd(50)) as scene:
        scene.write("all.yaml", json.dumps({"profiles": {"lead": {"roles": {"at_least": ["Manager Admin"]}}}}))
        scene.people(
            *({"email": f"agent{n}@acme.example", "profiles": ["lead"] if n < count else []} for n in range(50))
        )
        plan = scene.plan("--format", "json")
        assert plan.code == 4
        assert plan.json["sections"][0]["title"] == f"Gets admin rights ({count})"
        nothing_sent(scene, scene.apply(), "the limit is 0", f"- {{privileged_grant: {count}, in: ")
        line = f"{{privileged_grant: {count}, in: people.yaml, last_day: 2026-12-09, why: leads}}"
        scene.settings(f"limits: {{role_change: 50}}\nallow: [{line}]\n")
        ended = scene.apply()
        assert ended.code == 0, ended.out + ended.err
        assert sum("Manager Admin" in user["roles"] for user in scene.simulator.users()) == count


@pytest.mark.parametrize("roles", [[], {}, {"at_least": []}, {"at_least": [], "never": []}])
def test_D_67_no_roles_are_never_sent(scene: Stage, roles: Any) -> None:
    scene.people({"email": ANA, "roles": roles, "alias": "a"})
    scene.apply()
    assert scene.live(ANA)["roles"] == ["Agent"]


def test_D_67_roles_that_no_file_mentions_are_left_alone(scene: Stage) -> None:
    scene.people({"email": EVA, "alias": "e"})
    assert scene.apply().code == 0
    assert set(scene.live(EVA)["roles"]) == {"Agent", "Manager"}


def test_D_67_who_would_have_no_role_left_is_left_out(scene: Stage) -> None:
    scene.people({"email": ANA, "roles": {"never": ["Agent"]}}, {"email": BO, "location": "Manila"})
    ended = scene.apply()
    assert (ended.code, "left out: 1" in ended.out) == (1, True)
    assert scene.live(ANA)["roles"] == ["Agent"]


@pytest.mark.parametrize("left", [4, 0], ids=["one", "all"])
def test_D_68_whoever_is_taken_out_of_the_files_keeps_the_access_and_the_plan_says_so(
    scene: Stage, left: int
) -> None:
    people = [{"email": user["email"]} for user in SEED["users"]]
    scene.people(*people)
    shutil.copytree(scene.tree, scene.folder / "before")
    scene.people(*people[5 - left :])
    base = ("--base", str(scene.folder / "before"))
    plan = scene.plan("--format", "json", *base).json
    assert plan["changes"] == []
    assert plan["dropped"]
    assert "access" in json.dumps(plan["dropped"])
    assert scene.apply(*base).code == 0
    assert not scene.writes()


def test_D_68_where_the_settings_say_so_they_lose_it_under_the_limit(scene: Stage) -> None:
    scene.settings("not_in_files: deactivate\nlimits: {deactivate: 1}\n")
    scene.people({"email": ANA}, {"email": ROOT})
    nothing_sent(scene, scene.apply(), "2 people would lose access, the limit is 1")
    scene.people({"email": ANA}, {"email": ROOT}, {"email": BO})
    assert scene.apply().code == 0
    live = by_email(scene.simulator.users())
    assert (live[EVA]["status"], live[BO]["status"]) == ("Inactive", "Active")
