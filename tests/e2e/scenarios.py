"""Short runs that hold one promise each, for `test_broken_products`: each passes with the product as it is, and
fails with a product that breaks the promise (faults.md 6.8).

    python -P -m tests.e2e.scenarios NAME

runs one of them in a process of its own, with whatever `reconciler` the path finds. The first line on standard
output is the file of that package. The exit code is 0, or `CAUGHT` where an assertion failed; anything else means
that the scenario itself broke, which proves nothing.
"""

import json
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

import reconciler
from reconciler.simulator.simulator import Simulator
from tests.stage import SEED, SUBDOMAIN, TOKEN, Ended, Stage, VirtualClock, stage
from tests.truth import by_email, check_all, check_desired, check_untouched, check_words

CAUGHT: Final = 42
"""The exit code of a scenario whose promise was broken; no interpreter and no signal ends with it."""

ANA: Final = {"email": "ana@acme.example", "location": "Manila"}
BO: Final = {"email": "bo@acme.example", "location": "Manila"}
EVA: Final = {"email": "eva@acme.example", "status": "Inactive"}
NEW: Final = {
    "email": "li.wei@acme.example",
    "first_name": "Li",
    "last_name": "Wei",
    "roles": ["Agent"],
    "teams": ["VIP"],
}
BACK: Final = {"email": "off@acme.example", "status": "Active", "roles": ["Agent"], "teams": ["Billing ES"]}
EVERYTHING: Final = (ANA, NEW, EVA, BACK)

Scenario: TypeAlias = Callable[[Path], None]
SCENARIOS: Final[dict[str, Scenario]] = {}
"""Every scenario by its name."""


def scenario(hold: Scenario) -> Scenario:
    """Make a function a scenario: it gets an empty directory and asserts."""
    SCENARIOS[hold.__name__] = hold
    return hold


@scenario
def over_a_limit(folder: Path) -> None:
    """More people lose access than the limit allows."""
    with stage(folder) as scene:
        scene.settings("limits: {deactivate: {count: 0}}\n")
        scene.people(EVA)
        refused(scene, "the limit is 0")


@scenario
def another_plan_number(folder: Path) -> None:
    """The plan that was approved is not the plan of now."""
    with stage(folder) as scene:
        scene.people(ANA)
        number = scene.plan("--format", "json").json["digest"][:8]
        scene.people(ANA, EVA)
        refused(scene, "approved", "--expect", number)


@scenario
def half_a_tree(folder: Path) -> None:
    """One file is right, the other one has a mistake."""
    with stage(folder) as scene:
        scene.people(ANA)
        scene.write("second.yaml", "email: bo@acme.example\nlocation: NO\n")
        refused(scene, "second.yaml:2:11")
        assert not scene.simulator.log(), "asked the platform before the tree was clean"


@scenario
def nobody_said_yes(folder: Path) -> None:
    """No terminal, no `--yes`, no `--expect`."""
    with stage(folder) as scene:
        scene.people(ANA)
        ended = scene.run("apply")
        assert not scene.writes()
        assert ended.code == 4


@scenario
def reply_of_the_upload_lost(folder: Path) -> None:
    """The platform takes the file, its reply is lost."""
    with stage(folder, faults=[{"at": "U", "place": "after"}]) as scene:
        proven(scene, *EVERYTHING)
        assert len(scene.simulator.jobs()) == 1, "uploaded again without a look"


@scenario
def upload_seen_late(folder: Path) -> None:
    """The reply is lost, and the job can be seen only after a while."""
    with stage(folder, switches={"upload_visible_after": "20"}, faults=[{"at": "U", "place": "after"}]) as scene:
        proven(scene, ANA)
        assert len(scene.simulator.jobs()) == 1, "uploaded again while the first upload could not be seen yet"


@scenario
def reply_of_the_start_lost(folder: Path) -> None:
    """The platform starts the job, its reply is lost."""
    with stage(folder, switches={"proceed_twice": "200"}, faults=[{"at": "P", "place": "after"}]) as scene:
        proven(scene, *EVERYTHING)
        assert steps(scene).count("P") == 1, "started again without a look"


@scenario
def start_is_never_seen(folder: Path) -> None:
    """The platform says yes to the start, and nothing happens."""
    with stage(folder, switches={"stuck": "valid_scheme"}) as scene:
        scene.people(ANA)
        ended = scene.apply()
        assert steps(scene).count("P") <= 2, "started more than once again"
        assert ended.code == 5
        assert "NOT KNOWN YET" in ended.out


@scenario
def job_of_an_earlier_run_still_runs(folder: Path) -> None:
    """A run loses sight of its job; the next one begins while the job still runs."""
    with stage(folder, job_seconds=60) as scene:
        scene.people(ANA, NEW)
        before = scene.simulator.users()
        scene.simulator.add_fault({"at": "W", "from": 2, "place": "reply", "status": 403})
        assert scene.apply().code == 5
        scene.simulator.clear_faults()
        scene.clock.sleep(1)
        ended = scene.apply()
        assert len(scene.simulator.jobs()) == 1, "uploaded beside a job that still ran"
        assert ended.code == 0
        check_all(scene, before, [ANA, NEW], ended)


@scenario
def somebody_begins_meanwhile(folder: Path) -> None:
    """A job of somebody else begins between our upload and its start."""
    begins = {"add_job": {"filename": "portal.csv", "status": "in_progress", "portal_user": "Root"}}
    with stage(folder, faults=[{"at": "V", "run": begins}], validate_seconds=1) as scene:
        scene.people(ANA)
        ended = scene.apply()
        assert "P" not in steps(scene), "started beside a job of somebody else"
        assert ended.code == 6


@scenario
def foreign_job_with_a_name_like_ours(folder: Path) -> None:
    """Somebody keeps a copy of one of our files under a name that only begins otherwise."""
    with stage(folder) as scene:
        scene.people(ANA)
        scene.plan("--bulk", str(folder / "bulk"))
        (file,) = (folder / "bulk").iterdir()
        name = f"copy of reconciler-{file.stem.partition('-')[2]}-0badcafe.json"
        row = {"email": "bo@acme.example", "first_name": "Bo", "last_name": "Dahl", "location": "Madrid"}
        scene.simulator.add_job({"filename": name, "rows": [row], "starts": False})
        scene.clock.sleep(1)
        proven(scene, ANA)


@scenario
def upload_answers_with_a_foreign_job(folder: Path) -> None:
    """The reply to our upload names a job that somebody else uploaded."""
    with stage(folder) as scene:
        scene.people(ANA)
        row = {"email": "bo@acme.example", "first_name": "Bo", "last_name": "Dahl", "location": "Madrid"}
        foreign = scene.simulator.add_job({"filename": "portal.json", "rows": [row], "starts": False})
        scene.simulator.add_fault({"at": "U", "place": "patch", "set": {"id": foreign}})
        ended = scene.apply()
        assert "P" not in steps(scene), "started a job of somebody else"
        assert ended.code == 5
        check_words(scene, ended)


@scenario
def poll_says_valid_too_early(folder: Path) -> None:
    """One poll is answered out of a cache: valid, while the check still goes on."""
    early = {"at": "V", "nth": 2, "place": "patch", "set": {"status": "valid_scheme", "total_rows": 1}}
    with stage(folder, faults=[early], validate_seconds=600) as scene:
        scene.people(ANA)
        ended = scene.apply()
        assert "P" not in steps(scene), "started a job that was not checked"
        assert ended.code == 4


@scenario
def main_job(folder: Path) -> None:
    """A creation, an edit, a deactivation and a reactivation."""
    with stage(folder, validate_seconds=1, job_seconds=3) as scene:
        scene.people(*EVERYTHING)
        scene.plan("--bulk", str(folder / "bulk"))
        (file,) = (folder / "bulk").iterdir()
        scene.clock.sleep(1)
        proven(scene, *EVERYTHING)
        (job,) = scene.simulator.jobs()
        assert scene.simulator.uploaded(job["id"]) == file.read_bytes()


@scenario
def order_of_the_files(folder: Path) -> None:
    """The same people, declared in another file, another order and with a comment."""
    with stage(folder) as scene:
        scene.people(*EVERYTHING)
        one = shown(scene, "one")
        scene.write("people.yaml", "# moved\nusers: [{email: eva@acme.example, status: Inactive}]\n")
        scene.people(ANA, BACK, NEW, file="others.yaml")
        assert shown(scene, "two") == one


@scenario
def ignored_field(folder: Path) -> None:
    """The platform takes the row and silently leaves the location as it is."""
    with stage(folder, switches={"ignore_field": "location"}) as scene:
        ended = carried_out(scene, ANA, NEW)
        assert ended.code == 1
        assert "Manila" in ended.out


@scenario
def lying_deactivation(folder: Path) -> None:
    """The platform reports a deactivation that did not happen."""
    with stage(folder, switches={"deactivate": "silent"}) as scene:
        ended = carried_out(scene, EVA)
        assert ended.code == 1
        assert "CAN STILL SIGN IN" in ended.out


@scenario
def rejected_row(folder: Path) -> None:
    """The platform rejects one of two rows."""
    with stage(folder, switches={"fail_emails": "ana@acme.example"}) as scene:
        ended = carried_out(scene, ANA, NEW)
        assert ended.code == 1
        assert "ana@acme.example" in ended.out


@scenario
def stale_reads(folder: Path) -> None:
    """For twenty seconds the platform still shows what was before."""
    with stage(folder, switches={"stale_seconds": "20"}) as scene:
        proven(scene, *EVERYTHING)


@scenario
def somebody_left_out(folder: Path) -> None:
    """One of two people is protected."""
    with stage(folder) as scene:
        scene.settings("protected: [bo@acme.example]\n")
        scene.people(ANA, BO)
        ended = scene.apply()
        assert ended.code == 1
        assert scene.live("ana@acme.example")["location"] == "Manila"


@scenario
def empty_means_clear(folder: Path) -> None:
    """The platform takes an empty text as "remove it"."""
    with stage(folder, full_seed(), switches={"empty_value": "cleared"}) as scene:
        proven(scene, {"email": "ana@acme.example", "alias": "annie"})


@scenario
def left_out_means_clear(folder: Path) -> None:
    """The platform takes a key that a row leaves out as "remove it"."""
    with stage(folder, full_seed(), switches={"missing_key": "cleared"}) as scene:
        proven(scene, {"email": "ana@acme.example", "alias": "annie"})


@scenario
def left_out_name_is_removed(folder: Path) -> None:
    """The platform takes a team that a row does not name as "leave it"."""
    with stage(folder, switches={"missing_name": "removed"}) as scene:
        proven(scene, {"email": "bo@acme.example", "alias": "b"})


@scenario
def null_is_for_declared_locations(folder: Path) -> None:
    """One location is to be removed, one is to stay, one is not there."""
    people = ({"email": "ana@acme.example", "location": None}, {"email": "bo@acme.example", "alias": "b"})
    with stage(folder) as scene:
        proven(scene, *people, {"email": "eva@acme.example", "alias": "e"})
        (job,) = scene.simulator.jobs()
        rows = json.loads(scene.simulator.uploaded(job["id"]))
        nulls = [(row["email"], key) for row in rows for key, value in row.items() if value is None]
        assert nulls == [("ana@acme.example", "location")]


@scenario
def roles_missing_in_the_read(folder: Path) -> None:
    """The platform shows people without their roles."""
    unseen({"drop": ["roles"]}, folder)


@scenario
def roles_not_understood(folder: Path) -> None:
    """The platform shows the roles in a form that nobody documented."""
    unseen({"set": {"roles": 7}}, folder)


@scenario
def half_of_the_people(folder: Path) -> None:
    """The platform shows two people of five, and says that there are five."""
    unseen({"keep": 2}, folder)


@scenario
def a_neighbour_is_changed_too(folder: Path) -> None:
    """Each row is applied to somebody else as well."""
    with stage(folder, switches={"neighbour": "bo@acme.example"}) as scene:
        ended = carried_out(scene, {"email": "ana@acme.example", "roles": ["Agent", "Manager"]})
        assert ended.code == 1
        assert "Bo@acme.example" in ended.out or "bo@acme.example" in ended.out


@scenario
def a_planned_person_gets_a_role(folder: Path) -> None:
    """Somebody in the plan becomes an administrator during the run, which nobody planned."""
    granted = {"edit": {"email": "ana@acme.example", "roles": ["Agent", "Admin"]}}
    with stage(folder, faults=[{"at": "EU", "run": granted}]) as scene:
        ended = carried_out(scene, ANA)
        assert ended.code == 1
        assert "Admin" in ended.out.partition("in full")[2]


@scenario
def harm_stops_at_one_person(folder: Path) -> None:
    """The platform applies every row to somebody else; the run has more than twenty."""
    people = [{"email": f"agent{n}@acme.example", "alias": f"a{n}"} for n in range(24)]
    with stage(folder, crowd(24), switches={"wrong_user": "root@acme.example"}) as scene:
        scene.people(*people)
        ended = scene.apply()
        assert sum(job["inside"]["runs"] for job in scene.simulator.jobs()) == 1, "went on after the harm"
        assert scene.simulator.jobs()[0]["total_rows"] == 1
        assert ended.code == 1


@scenario
def an_edit_before_the_start(folder: Path) -> None:
    """Somebody edits a planned person between our read and the start."""
    edit = {"edit": {"email": "ana@acme.example", "alias": "annie"}}
    with stage(folder, faults=[{"at": "V", "run": edit}], validate_seconds=1) as scene:
        scene.people(ANA)
        ended = scene.apply()
        assert scene.live("ana@acme.example")["alias"] == "annie", "overwrote somebody's edit"
        assert ended.code == 4


@scenario
def everything_is_logged(folder: Path) -> None:
    """A whole run at the level of debugging."""
    with stage(folder) as scene:
        scene.people(ANA)
        ended = scene.run("--log-level", "debug", "apply", "--yes", "--report", str(folder / "report"))
        check_words(scene, ended)
        assert ended.code == 0


@scenario
def token_with_a_line_break(folder: Path) -> None:
    """The token was copied with its line break."""
    with stage(folder) as scene:
        scene.people(ANA)
        scene.environ["RECONCILER_TOKEN"] = f"{TOKEN}\n"
        ended = scene.plan()
        check_words(scene, ended)
        assert ended.code == 4


@scenario
def platform_repeats_the_token(folder: Path) -> None:
    """An answer of the platform quotes the token."""
    with stage(
        folder, faults=[{"at": "*", "every": True, "place": "reply", "status": 400, "body": TOKEN}]
    ) as scene:
        scene.people(ANA)
        ended = scene.plan()
        check_words(scene, ended)
        assert "***" in ended.err


@scenario
def many_pages(folder: Path) -> None:
    """The people come on many small pages."""
    with stage(folder, crowd(40), switches={"page_cap": "2"}) as scene:
        proven(scene, {"email": "agent7@acme.example", "alias": "a7"})


@scenario
def job_never_ends(folder: Path) -> None:
    """A started job stays half done for ever."""
    with bounded(folder, 3600, switches={"stuck": "in_progress"}) as scene:
        scene.settings("job_timeout: 2m\n")
        scene.people(*EVERYTHING)
        ended = scene.apply()
        assert ended.code == 5
        assert "NOT KNOWN YET" in ended.out
        check_words(scene, ended)


@scenario
def job_of_an_earlier_run_never_ends(folder: Path) -> None:
    """A job of an earlier run of ours stays half done for ever."""
    with bounded(folder, 3600) as scene:
        scene.settings("job_timeout: 2m\n")
        scene.people(ANA)
        name = f"reconciler-{'0' * 16}-{'1' * 8}.json"
        scene.simulator.add_job({"filename": name, "status": "in_progress", "total_rows": 3})
        ended = scene.apply()
        assert not scene.writes()
        assert ended.code == 5


@scenario
def promise_is_never_seen(folder: Path) -> None:
    """The promised value never comes."""
    with bounded(folder, 120, switches={"ignore_field": "location"}) as scene:
        scene.settings("settle_timeout: 30s\n")
        scene.people(ANA)
        assert scene.apply().code == 1


@scenario
def platform_never_answers_well(folder: Path) -> None:
    """Every request is answered with 503."""
    with bounded(folder, 600, faults=[{"at": "*", "every": True, "place": "reply", "status": 503}]) as scene:
        scene.people(ANA)
        assert scene.apply().code == 1


HOSTILE: Final = "Eve\x1b[31m\u202e\u2028::error::\x07"


@scenario
def hostile_names(folder: Path) -> None:
    """People on the platform have names that would steer a terminal."""
    with stage(folder, with_ana(first_name=HOSTILE, alias="\x1b]8;;https://evil.example\x07x")) as scene:
        proven(scene, {**ANA, "alias": "annie"})


@scenario
def hostile_answers(folder: Path) -> None:
    """The platform answers with words that would steer a terminal, and they are logged."""
    fault = {"at": "T", "every": True, "place": "reply", "status": 503, "body": {"message": HOSTILE}}
    with stage(folder, faults=[fault]) as scene:
        scene.people(ANA)
        ended = scene.run("--log-level", "debug", "plan")
        check_words(scene, ended)
        assert "error::" in ended.err


@scenario
def location_in_another_case(folder: Path) -> None:
    """The file spells the location in small letters."""
    with stage(folder) as scene:
        scene.settings("")
        scene.write("reconciler.yaml", (scene.tree / "reconciler.yaml").read_text().replace("Madrid,", "madrid,"))
        scene.people({"email": "ana@acme.example", "location": "madrid"})
        assert scene.plan("--exit-code").code == 0


SWAP: Final = (
    {"email": "root@acme.example", "roles": ["Agent"]},
    {"email": "ana@acme.example", "roles": ["Admin", "Agent"]},
)


@scenario
def the_only_two_administrators_swap(folder: Path) -> None:
    """One becomes an administrator, the other one no longer is; the first row is rejected."""
    with stage(folder, switches={"fail_emails": "ana@acme.example"}) as scene:
        scene.settings("limits: {privileged_grant: {count: 1}}\n")
        scene.people(*SWAP)
        ended = scene.apply()
        assert fewest_admins(scene) == 1, "nobody is an administrator any more"
        assert ended.code == 1


@scenario
def they_swap_in_two_batches(folder: Path) -> None:
    """The same in two batches, so that only a check between the two can see it."""
    with stage(folder, switches={"fail_emails": "ana@acme.example"}) as scene:
        scene.settings("limits: {privileged_grant: {count: 1}}\nbatch_size: 2\n")
        scene.people(*SWAP, {"email": "bo@acme.example", "alias": "b"})
        ended = scene.apply()
        assert fewest_admins(scene) == 1, "nobody is an administrator any more"
        assert ended.code == 1


@scenario
def the_harmless_first(folder: Path) -> None:
    """Rows that open and give stand before rows that take and close (P-22)."""
    with stage(folder) as scene:
        proven(scene, *EVERYTHING)
        (job,) = scene.simulator.jobs()
        emails = [row["email"] for row in json.loads(scene.simulator.uploaded(job["id"]))]
        assert emails[-1] == "eva@acme.example"
        assert set(emails[:2]) == {"li.wei@acme.example", "off@acme.example"}


@scenario
def undocumented_word(folder: Path) -> None:
    """The job ends with a word that nobody documented."""
    with stage(folder, switches={"final_token": "halted"}) as scene:
        scene.settings("job_timeout: 2m\n")
        scene.people(ANA)
        ended = scene.apply()
        assert ended.code == 5
        assert "halted" in ended.out


@scenario
def token_revoked_after_the_start(folder: Path) -> None:
    """The token is revoked as soon as the job was started."""
    revoked = {"at": "P", "run": {"token": "another"}, "when": "after"}
    with stage(folder, faults=[revoked], job_seconds=5) as scene:
        scene.people(ANA)
        ended = scene.apply()
        assert ended.code == 5
        assert "NOT KNOWN YET" in ended.out


@scenario
def reading_is_redirected(folder: Path) -> None:
    """A reading is answered with another address."""
    redirected(folder, "R", 302)


@scenario
def upload_is_redirected(folder: Path) -> None:
    """An upload is answered with another address; 307 would carry the whole file there."""
    redirected(folder, "U", 307)


@scenario
def links_lead_elsewhere(folder: Path) -> None:
    """Every `link` of the platform leads to another host."""
    with somewhere_else() as elsewhere:
        switches = {"link_header": "wrong_host", "foreign_host": elsewhere.url}
        with stage(folder, crowd(12), switches={**switches, "page_cap": "5"}) as scene:
            proven(scene, {"email": "agent7@acme.example", "alias": "a7"})
        assert not elsewhere.log(), "asked another host"


class Endless(BaseException):
    """More time has passed than any run may take."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """A clock that ends the run when too much virtual time has passed."""

    clock: VirtualClock
    until: float

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return self.clock.monotonic()

    def now(self) -> datetime:
        """Return the time of day."""
        return self.clock.now()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.clock.sleep(seconds)
        if self.clock.seconds > self.until:
            raise Endless


@contextmanager
def bounded(folder: Path, seconds: float, **options: Any) -> Iterator[Stage]:
    """Set up a stage on which everything must have ended within so many virtual seconds (I-09)."""
    with stage(folder, **options) as scene:
        scene.clock = Bounded(scene.clock, scene.clock.seconds + seconds)  # type: ignore[assignment]
        try:
            yield scene
        except Endless:
            raise AssertionError(f"no end within {seconds} seconds") from None


@contextmanager
def somewhere_else() -> Iterator[Simulator]:
    """Run another platform, which nobody may ask."""
    with Simulator(SEED, subdomain=SUBDOMAIN, token=TOKEN) as elsewhere:
        yield elsewhere


def redirected(folder: Path, step: str, status: int) -> None:
    """Hold that a step that is answered with another address asks nobody there."""
    with somewhere_else() as elsewhere:
        headers = {"Location": f"{elsewhere.url}/apps/api/v1/{'users' if step == 'R' else 'bulk/users/upload'}"}
        fault = {"at": step, "every": True, "place": "reply", "status": status, "headers": headers}
        with stage(folder, faults=[fault]) as scene:
            scene.people(ANA)
            ended = scene.apply()
            assert not elsewhere.log(), "followed to another host"
            assert ended.code == 1
            assert "redirect refused" in ended.out + ended.err


def unseen(patch: Mapping[str, Any], folder: Path) -> None:
    """Hold that nothing is planned from a read that is not whole; it would take a role and make somebody anew."""
    people = (
        {"email": "ana@acme.example", "roles": {"at_least": ["Manager"]}},
        {"email": "eva@acme.example", "first_name": "Eva", "last_name": "Lind", "roles": ["Agent"], "alias": "e"},
    )
    with stage(folder, faults=[{"at": "R|C", "every": True, "place": "patch", **patch}]) as scene:
        scene.people(*people)
        ended = scene.apply()
        assert not scene.writes(), "wrote after a read that was not whole"
        assert ended.code == 4
        check_words(scene, ended)


def refused(scene: Stage, words: str, *options: str) -> None:
    """Hold that nothing leaves, neither with `--yes` nor with what was approved."""
    ended = scene.run("apply", *(options or ("--yes",)))
    assert not scene.writes(), "wrote what was refused"
    assert ended.code == 4
    assert words in ended.out + ended.err
    check_words(scene, ended)


def proven(scene: Stage, *people: Mapping[str, Any]) -> None:
    """Hold that a run ends confirmed, and that it is true."""
    scene.people(*people)
    before = scene.simulator.users()
    declared = {str(person["email"]).lower(): person for person in people}
    ended = scene.apply()
    check_untouched(scene, before, declared)
    check_all(scene, before, people, ended)
    assert ended.code == 0, ended.out + ended.err
    check_desired(scene, declared)


def carried_out(scene: Stage, *people: Mapping[str, Any]) -> Ended:
    """Apply, and hold every invariant, whatever the exit code."""
    scene.people(*people)
    before = scene.simulator.users()
    ended = scene.apply()
    check_all(scene, before, people, ended)
    return ended


def shown(scene: Stage, name: str) -> tuple[str, bytes]:
    """Return plan number and bytes of a plan."""
    plan = scene.plan("--format", "json", "--bulk", str(scene.folder / name))
    (file,) = (scene.folder / name).iterdir()
    return plan.json["digest"], file.read_bytes()


def steps(scene: Stage) -> list[str]:
    """Return the writes in the letters of faults.md 0.2."""
    return [entry["step"] for entry in scene.writes()]


def fewest_admins(scene: Stage) -> int:
    """Return the fewest active administrators that there ever were, from the platform's own history."""
    state = scene.simulator.state()
    people = by_email(state["users"])
    counts = [admins(people)]
    for event in reversed(state["history"]):
        people[event["email"].lower()] = event["before"]
        counts.append(admins(people))
    return min(counts)


def admins(people: Mapping[str, Any]) -> int:
    """Count the active administrators."""
    return sum(1 for user in people.values() if user["status"] == "Active" and "Admin" in user["roles"])


def with_ana(**values: Any) -> dict[str, Any]:
    """The small company with other values of its first person."""
    first, *others = SEED["users"]
    return {**SEED, "users": [{**first, **values}, *others]}


def full_seed() -> dict[str, Any]:
    """The small company whose first person has a value in many fields."""
    return with_ana(
        max_chat_limit_enabled=True,
        unrestricted_international_calling=True,
        external_user=True,
        ucaas_sip_uri="ana@sip.acme.example",
        extension_number="17",
        direct_inbound_number1="+34915550123",
        teams=["Billing ES", "VIP"],
    )


def crowd(count: int) -> dict[str, Any]:
    """A company of so many agents and its administrator."""
    agents = [
        {
            "email": f"agent{n}@acme.example",
            "first_name": "A",
            "last_name": f"Nr {n}",
            "roles": ["Agent"],
            "teams": [],
        }
        for n in range(count)
    ]
    return {**SEED, "users": [*agents, SEED["users"][-1]]}


def main(name: str) -> int:
    """Run one scenario; return 0, or `CAUGHT` with the assertion on standard error."""
    sys.stdout.write(f"{reconciler.__file__}\n")
    with tempfile.TemporaryDirectory() as folder:
        try:
            SCENARIOS[name](Path(folder))
        except AssertionError:
            traceback.print_exc(limit=-3)
            return CAUGHT
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
