"""`reconciler revert`: the way back of one run over the simulator, under the same guards as every run."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.model.fields import FIELDS
from reconciler.simulator.simulator import Simulator
from tests.e2e.terminal import Typed, run_at_terminal, run_child
from tests.stage import SEED, SUBDOMAIN, TOKEN, Ended, Stage, VirtualClock, stage
from tests.truth import by_email, check_jobs, check_requests, check_words, same

ANA: Final = {"email": "ana@acme.example", "location": "Manila", "alias": "an", "teams": ["VIP"]}
BO: Final = {"email": "bob@acme.example", "previous_emails": ["bo@acme.example"], "alias": "bob"}
EVA: Final = {"email": "eva@acme.example", "status": "Inactive"}
NEW: Final = {
    "email": "li.wei@acme.example",
    "first_name": "Li",
    "last_name": "Wei",
    "roles": ["Agent"],
    "teams": ["VIP"],
}
BACK: Final = {"email": "off@acme.example", "status": "Active", "roles": ["Agent"], "teams": ["Billing ES"]}
EVERYTHING: Final = (ANA, BO, EVA, NEW, BACK)
Golden = Callable[[str, str], None]


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        yield scene


def revert(scene: Stage, *arguments: str, of: str = "report") -> Ended:
    """Run `revert` on a report of the stage."""
    return scene.run("revert", str(scene.folder / of), *arguments)


def applied(scene: Stage, *people: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Apply these people, and return who was there before, by the platform's id."""
    before = {user["id"]: user for user in scene.simulator.users()}
    scene.people(*people)
    ended = scene.apply()
    assert ended.code == 0, ended.out + ended.err
    return before


def differences(scene: Stage, before: Mapping[str, Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Who differs from before in what, by the address before."""
    now = {user["id"]: user for user in scene.simulator.users()}
    return {
        (old["email"].lower(), field)
        for ident, old in before.items()
        for field in old.keys() - {"deactivated_at"}
        if not same(now[ident][field], old[field])
    }


def tampered(scene: Stage, edit: Callable[[dict[str, Any]], None]) -> None:
    """Edit the report by hand."""
    file = scene.folder / "report" / "revert.json"
    value = json.loads(file.read_text())
    edit(value)
    file.write_text(json.dumps(value, indent=2))


# What comes back


def test_L_15_every_sort_of_change_goes_back(scene: Stage) -> None:
    before = applied(scene, *EVERYTHING)
    scene.clock.sleep(1)
    ended = revert(scene, "--yes", "--report", str(scene.folder / "second"))
    assert ended.code == 0, ended.out + ended.err
    assert differences(scene, before) == {("ana@acme.example", "alias")}
    assert scene.live("li.wei@acme.example")["status"] == "Inactive"
    check_words(scene, ended)
    check_requests(scene)
    check_jobs(scene)


def test_a_way_back_has_a_way_back(scene: Stage) -> None:
    applied(scene, *EVERYTHING)
    wanted = {user["id"]: user for user in scene.simulator.users()}
    assert revert(scene, "--yes", "--report", str(scene.folder / "second")).code == 0
    ended = revert(scene, "--yes", of="second")
    assert ended.code == 0, ended.out + ended.err
    assert differences(scene, wanted) == set()


def test_the_second_time_there_is_nothing_to_take_back(scene: Stage) -> None:
    applied(scene, *EVERYTHING)
    revert(scene, "--yes")
    jobs = len(scene.simulator.jobs())
    ended = revert(scene, "--yes")
    assert (ended.code, len(scene.simulator.jobs())) == (0, jobs)
    assert ended.out.startswith("Nothing to take back")


def test_the_plan_of_the_way_back(scene: Stage, golden: Golden) -> None:
    applied(scene, *EVERYTHING)
    scene.simulator.edit_user("ana@acme.example", location="Oslo")
    ended = revert(scene, "--out", str(scene.folder / "plan.json"))
    assert ended.code == 1
    shown = ended.out.replace(scene.folder.as_posix() + "/", "").replace(
        scene.simulator.url.partition("//")[2], "127.0.0.1:8080"
    )
    run, digest = scene.report()["run"], json.loads((scene.folder / "plan.json").read_text())["digest"]
    applied_as = scene.report()["number"]
    for word, stand_in in {
        run: "3fa81c22",
        digest: "DIGEST",
        digest[:8]: "NUMBER",
        applied_as: "7f3a91c2",
    }.items():
        shown = shown.replace(word, stand_in)
    golden("plan_revert.txt", shown)


def test_nothing_is_sent_where_nobody_said_so(scene: Stage) -> None:
    applied(scene, ANA)
    writes = len(scene.writes())
    ended = revert(scene)
    assert (ended.code, len(scene.writes())) == (0, writes)
    assert "Nothing was sent. To carry it out, give  --expect " in ended.err


def test_at_a_terminal_a_person_is_asked(tmp_path: Path) -> None:
    with Simulator(SEED, subdomain=SUBDOMAIN, token=TOKEN, job_seconds=0.1) as simulator:
        scene, report = Stage(tmp_path, simulator, VirtualClock()), str(tmp_path / "report")
        scene.people(ANA)
        assert run_child(scene, "apply", "--yes", "--report", report).code == 0
        ended = run_at_terminal(scene, "revert", report, typed=[Typed("[y/N]:", "yes\n")])
        assert ended.code == 0, ended.out
        assert scene.live("ana@acme.example")["location"] == "Madrid"


def test_the_plan_number_that_was_shown_is_carried_out(scene: Stage) -> None:
    before = applied(scene, ANA)
    number = revert(scene).err.strip().rpartition(" ")[2]
    assert revert(scene, "--expect", number).code == 0
    assert differences(scene, before) == {("ana@acme.example", "alias")}


def test_another_plan_number_is_refused(scene: Stage) -> None:
    applied(scene, ANA)
    number = revert(scene).err.strip().rpartition(" ")[2]
    scene.simulator.edit_user("ana@acme.example", location="Oslo")
    writes = len(scene.writes())
    ended = revert(scene, "--expect", number)
    assert (ended.code, len(scene.writes())) == (4, writes)
    assert "approved" in ended.err


def test_out_only_shows(scene: Stage) -> None:
    applied(scene, ANA)
    assert revert(scene, "--out", str(scene.folder / "plan.json"), "--yes").code == 2


def test_the_summary_of_a_run_names_the_command(scene: Stage) -> None:
    applied(scene, ANA)
    end = (scene.folder / "report" / "summary.md").read_text().partition("#### To undo")[2]
    assert f"reconciler revert `{(scene.folder / 'report').as_posix()}`" in end


# What stays


def test_what_somebody_edited_since_is_not_overwritten(scene: Stage) -> None:
    applied(scene, ANA)
    scene.simulator.edit_user("ana@acme.example", location="Oslo")
    ended = revert(scene, "--yes")
    assert ended.code == 1
    assert scene.live("ana@acme.example")["location"] == "Oslo"
    assert set(scene.live("ana@acme.example")["teams"]) == {"Billing ES"}
    assert 'it stays "Oslo"; the run wrote "Manila", before it was "Madrid"' in ended.out


def test_nobody_else_is_touched_whatever_the_settings_say_of_people_in_no_file(scene: Stage) -> None:
    scene.settings("not_in_files: deactivate\nlimits: {deactivate: {count: 5, share: 100%}}\n")
    others = [{"email": user["email"].lower()} for user in SEED["users"][1:]]
    before = applied(scene, ANA, *others)
    scene.people(ANA)
    assert revert(scene, "--yes").code == 0
    assert differences(scene, before) == {("ana@acme.example", "alias")}


def test_nobody_else_is_touched_where_everybody_of_the_report_is_gone(scene: Stage) -> None:
    limits = "not_in_files: deactivate\nlimits: {deactivate: {count: 5, share: 100%}}\n"
    applied(scene, ANA)
    scene.simulator.remove_user("ana@acme.example")
    scene.settings(limits)
    writes = len(scene.writes())
    ended = revert(scene, "--yes")
    assert (ended.code, len(scene.writes())) == (1, writes)
    assert "the platform shows nobody with this address any more" in ended.out


def test_nothing_is_said_of_people_whom_the_report_does_not_name(scene: Stage) -> None:
    scene.settings("protected: [root@acme.example]\n")
    applied(scene, ANA)
    assert "in no file" not in revert(scene).out


def test_a_run_that_touched_nobody_has_nothing_to_take_back(scene: Stage) -> None:
    scene.settings("protected: [root@acme.example]\n")
    applied(scene, {"email": "ana@acme.example"})
    ended = revert(scene)
    assert ended.code == 0
    assert ended.out.startswith("Nothing to take back")
    assert "root@acme.example" not in ended.out


def test_only_people_whom_the_run_may_have_changed_stand_in_the_report(scene: Stage) -> None:
    scene.settings("batch_size: 1\n")
    scene.people(ANA, EVA)
    scene.simulator.add_fault({"at": "U", "from": 2, "place": "reply", "status": 403})
    assert scene.apply().code == 1
    (person,) = json.loads((scene.folder / "report" / "revert.json").read_text())["people"]
    cells = list(csv.DictReader((scene.folder / "report" / "revert-portal.csv").read_text().splitlines()))
    assert [person["email"]] == [row["Email"] for row in cells] == ["ana@acme.example"]


# The same guards


def company(count: int) -> dict[str, Any]:
    """A tenant with so many agents beside its administrators."""
    agents = [
        {
            "email": f"a{n}@acme.example",
            "first_name": "A",
            "last_name": f"N{n}",
            "roles": ["Agent"],
            "teams": ["VIP"],
        }
        for n in range(count)
    ]
    return {**SEED, "users": [*SEED["users"], *agents]}


CLOSED: Final = tuple({"email": f"a{n}@acme.example", "status": "Inactive"} for n in range(4))
ALLOWED: Final = "allow: [{deactivate: 4, in: people.yaml, last_day: 2026-12-09, why: the site closes}]\n"


def test_L_24_a_mass_revert_meets_the_same_limit_and_the_refusal_says_what_line_helps(tmp_path: Path) -> None:
    with stage(tmp_path, company(4)) as scene:
        scene.settings(ALLOWED)
        applied(scene, *CLOSED)
        scene.people({"email": "ana@acme.example"})
        writes = len(scene.writes())
        ended = revert(scene, "--yes")
        assert (ended.code, len(scene.writes())) == (4, writes)
        assert "4 people would get their access back, the limit is 3" in ended.err
        line = next(line for line in ended.out.splitlines() if "{reactivate: 4" in line)
        assert "in: .," in line


@pytest.mark.parametrize(
    ("under", "code"), [(".", 0), ("people.yaml", 4), ("report", 4), ("report/revert.json", 4)]
)
def test_L_24_only_a_line_for_the_whole_tree_covers_a_way_back(tmp_path: Path, under: str, code: int) -> None:
    with stage(tmp_path, company(4)) as scene:
        scene.settings(ALLOWED)
        applied(scene, *CLOSED)
        scene.settings(f"allow: [{{reactivate: 4, in: {under}, last_day: 2026-12-09, why: a mistake}}]\n")
        assert revert(scene, "--yes").code == code


def test_L_24_the_way_to_the_report_does_not_make_it_a_file_of_the_tree(tmp_path: Path) -> None:
    with stage(tmp_path, company(4)) as scene:
        scene.settings(ALLOWED)
        applied(scene, *CLOSED)
        scene.write("a/ana.yaml", "email: ana@acme.example\n")
        scene.people()
        scene.settings("allow: [{reactivate: 4, in: a, last_day: 2026-12-09, why: others}]\n")
        assert scene.run("revert", str(scene.tree / "a" / ".." / ".." / "report"), "--yes").code == 4


def test_L_24_a_revert_commit_of_a_mass_change_meets_the_same_limits(tmp_path: Path) -> None:
    with stage(tmp_path, company(4)) as scene:
        scene.settings(ALLOWED)
        applied(scene, *CLOSED)
        scene.people(*({**person, "status": "Active", "teams": ["VIP"]} for person in CLOSED))
        writes = len(scene.writes())
        ended = scene.apply()
        assert (ended.code, len(scene.writes())) == (4, writes)
        assert "4 people would get their access back" in ended.err


def test_L_24_the_order_of_a_way_back_keeps_the_minimum(scene: Stage) -> None:
    scene.settings("batch_size: 1\n")
    scene.write(
        "reconciler.yaml", (scene.tree / "reconciler.yaml").read_text().replace("{Admin: 1}", "{Manager: 1}")
    )
    applied(
        scene,
        {"email": "ana@acme.example", "roles": ["Manager"]},
        {"email": "eva@acme.example", "roles": ["Agent"]},
    )
    seen = len(scene.simulator.state()["history"])
    assert revert(scene, "--yes").code == 0
    state = scene.simulator.state()
    people = by_email(state["users"])
    for event in reversed(state["history"][seen:]):
        assert any("Manager" in user["roles"] for user in people.values() if user["status"] == "Active"), event
        people[event["email"].lower()] = event["before"]
    assert set(scene.live("eva@acme.example")["roles"]) == {"Agent", "Manager"}


def test_a_privileged_role_comes_back_only_with_a_reviewed_line(scene: Stage) -> None:
    scene.write(
        "reconciler.yaml", (scene.tree / "reconciler.yaml").read_text().replace("{Admin: 1}", "{Agent: 1}")
    )
    applied(scene, {"email": "root@acme.example", "roles": ["Agent"]})
    ended = revert(scene, "--yes")
    assert ended.code == 4
    assert "get admin rights, the limit is 0" in ended.err


def test_a_protected_account_stays_as_it_is(scene: Stage) -> None:
    applied(scene, ANA)
    scene.settings("protected: [ana@acme.example]\n")
    ended = revert(scene, "--yes")
    assert ended.code == 1
    assert "this account is protected" in ended.out
    assert scene.live("ana@acme.example")["location"] == "Manila"


# The report is untrusted


EDITS: Final[Mapping[str, Callable[[dict[str, Any]], None]]] = {
    "another value": lambda value: value["people"][0]["before"].update(location="Oslo"),
    "an administrator": lambda value: value["people"][0]["before"].update(roles=["Admin"]),
    "another tenant": lambda value: value.update(address="https://other.uc1.ccaiplatform.com"),
    "an earlier format": lambda value: value.update(format=1),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_an_edited_report_is_refused_before_any_request(
    scene: Stage, edit: Callable[[dict[str, Any]], None]
) -> None:
    applied(scene, ANA)
    tampered(scene, edit)
    requests = len(scene.simulator.log())
    ended = revert(scene, "--yes")
    assert (ended.code, len(scene.simulator.log())) == (4, requests)
    assert "report/revert.json is not what a run wrote" in ended.err


def test_a_report_of_another_platform_is_refused_before_any_request(scene: Stage, tmp_path: Path) -> None:
    applied(scene, ANA)
    with stage(tmp_path / "other") as other:
        other.people(ANA)
        ended = other.run("revert", str(scene.folder / "report"), "--yes")
        assert (ended.code, other.simulator.log()) == (4, [])
    assert f"the report is of {scene.simulator.url}" in ended.err


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b'{"a": 1, "a": 2}', b"[" * 100_000, b"NaN"])
def test_a_file_that_is_no_json_is_refused(scene: Stage, data: bytes) -> None:
    (scene.folder / "report").mkdir()
    (scene.folder / "report" / "revert.json").write_bytes(data)
    scene.people(ANA)
    ended = revert(scene, "--yes")
    assert ended.code == 4
    assert "report/revert.json is not" in ended.err


def test_a_directory_without_a_report_is_refused(scene: Stage) -> None:
    scene.people(ANA)
    ended = revert(scene)
    assert ended.code == 4
    assert "revert.json" in ended.err


def test_the_report_of_the_way_back_does_not_replace_the_first_one(scene: Stage) -> None:
    applied(scene, ANA)
    kept = (scene.folder / "report" / "revert.json").read_bytes()
    assert revert(scene, "--yes", "--report", str(scene.folder / "report")).code == 4
    assert (scene.folder / "report" / "revert.json").read_bytes() == kept


# Whatever was applied


PARTS: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "status": st.sampled_from(["Active", "Inactive"]),
    "location": st.sampled_from(["Madrid", "Oslo", None]),
    "alias": st.sampled_from(["x", "bo"]),
    "max_chat_limit": st.integers(1, 9),
    "external_user": st.booleans(),
    "roles": st.sets(st.sampled_from(["Agent", "Manager"]), min_size=1).map(sorted),
    "teams": st.sets(st.sampled_from(SEED["teams"])).map(sorted),
}


ADDRESS: Final = itemgetter("email")


@st.composite
def trees(draw: st.DrawFn) -> tuple[dict[str, Any], ...]:
    """A few people of the company with some values, some under a new address, and perhaps somebody new."""
    people = []
    for user in draw(
        st.lists(st.sampled_from(SEED["users"][:4]), unique_by=lambda user: user["email"], min_size=1)
    ):
        old = user["email"].lower()
        names = {"email": f"new-{old}", "previous_emails": [old]} if draw(st.booleans()) else {"email": old}
        fields = draw(st.sets(st.sampled_from([*PARTS])))
        people.append(names | {field: draw(PARTS[field]) for field in sorted(fields)})
    return (*people, *([NEW] if draw(st.booleans()) else []))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=trees())
def test_apply_then_revert_gives_the_former_state_but_for_what_the_list_names(
    tmp_path_factory: pytest.TempPathFactory, people: tuple[dict[str, Any], ...]
) -> None:
    with stage(tmp_path_factory.mktemp("revert")) as scene:
        scene.settings("limits: {reactivate: {count: 9, share: 100%}, deactivate: {count: 9, share: 100%}}\n")
        before = applied(scene, *people)
        plan = scene.folder / "plan.json"
        shown = revert(scene, "--out", str(plan))
        ended = revert(scene, "--yes")
        assert (shown.code, ended.code) == (0, 0), ended.out + ended.err
        notes = json.loads(plan.read_text())["notes"]
        named = {
            (note["user"].removeprefix("new-"), note["summary"].partition(" was empty before")[0])
            for note in notes
            if note["code"] == "revert.filled"
        }
        assert {(who, FIELDS[field].title) for who, field in differences(scene, before)} <= named
        new = [user for user in scene.simulator.users() if user["id"] not in before]
        assert all(user["status"] == "Inactive" for user in new)
