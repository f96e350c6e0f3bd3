"""Writes whose reply is lost, cut or strange, jobs that misbehave, and a platform that does not do what it says.

The cases of the two writes are generated from the places of faults.md 0.2, none is written by hand. Each case is
one run under the fault and one after it: the exit code tells the truth, no job is carried out twice, the way to go
on is the same command again, and after it nothing is left to do.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from reconciler.model.fields import MANAGED_FIELDS, Field
from reconciler.model.kinds import ACCOUNT, CHAT_LIMIT, DIGITS, FLAG, PHONE, PLACE, TEXT, Kind
from reconciler.model.names import ROLES, TEAMS
from tests.stage import Ended, Stage, stage
from tests.truth import by_email, check_all, check_desired, check_words

ANA: Final = {"email": "ana@acme.example", "location": "Manila"}
NEW: Final = {
    "email": "li.wei@acme.example",
    "first_name": "Li",
    "last_name": "Wei",
    "roles": ["Agent"],
    "teams": ["VIP"],
}
EVA: Final = {"email": "eva@acme.example", "status": "Inactive"}
PEOPLE: Final = (ANA, NEW)
FIRST_JOB: Final = 12345
NOT_KNOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Lost:
    """What happens to a write.

    Attributes:
        id: The row of the fault catalogue.
        step: `U` or `P`.
        place: See `simulator.faults`, and how many bytes or which status.
        fault: The fault, without where and when.
        acts: The platform does what it was asked.
        always: It happens to every such request, not to the first one alone.
    """

    id: str
    step: str
    place: str
    fault: Mapping[str, Any]
    acts: bool
    always: bool

    @property
    def name(self) -> str:
        """What the test is called by."""
        acts = "acted" if self.acts else "not-acted"
        return "-".join((self.id, self.step, self.place, acts, "always" if self.always else "once"))

    @property
    def refused(self) -> bool:
        """Whether the platform says, and means, that it did not accept the write."""
        return not self.acts and self.fault.get("status", 0) in {400, 409, 422, 429}

    @property
    def code(self) -> int:
        """The exit code of the run."""
        if self.acts:
            return 0
        if self.refused:
            return 1 if self.always or self.fault["status"] != 429 else 0
        return NOT_KNOWN if self.always else 0


SENDING: Final = (0, 1, 0.5, -1)
"""So many bytes; a fraction is a share of all, a negative number is counted from the end."""

LIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "empty": {"body": ""},
    "page": {"body": "<html>Please wait</html>", "content_type": "text/html"},
    "list": {"body": []},
    "no-id": {"body": {"id": None}},
}
"""Good statuses with nothing behind them."""


def places(step: str) -> Iterator[tuple[str, str, dict[str, Any], bool]]:
    """Yield id, place, fault and whether the platform acts, of every way in which a write can be lost."""
    lost = "N-06" if step == "U" else "N-07"
    yield "N-05", "before", {"place": "before"}, False
    for size in SENDING:
        yield "N-05", f"sending-{size}", {"place": "sending", "bytes": size}, False
    yield lost, "after", {"place": "after"}, True
    for size in SENDING:
        yield lost, f"cut-{size}", {"place": "cut", "bytes": size}, True
        yield "N-11", f"cut-without-length-{size}", {"place": "cut", "bytes": size, "length": False}, True
    for status in (500, 502, 503, 504, 429, 400, 409, 422):
        ident = {429: "N-38", 400: "N-34", 409: "N-34", 422: "N-34"}.get(status, "N-40")
        for acts in (True, False):
            yield ident, str(status), {"place": "reply", "status": status, "act": acts}, acts
    for name, lie in LIES.items():
        for acts in (True, False):
            yield "N-12" if name == "empty" else "N-13", name, {"place": "reply", "act": acts, **lie}, acts


CASES: Final = [
    Lost(ident, step, place, fault, acts, always)
    for step in ("U", "P")
    for ident, place, fault, acts in places(step)
    for always in (False, True)
]


@pytest.mark.parametrize("lost", [pytest.param(lost, id=lost.name) for lost in CASES])
def test_a_lost_write_is_looked_for_and_never_carried_out_twice(tmp_path: Path, lost: Lost) -> None:
    with stage(tmp_path, validate_seconds=1, job_seconds=3) as scene:
        scene.people(*PEOPLE)
        before = scene.simulator.users()
        scene.simulator.add_fault({"at": lost.step, "every": lost.always, **in_bytes(lost, scene)})
        ended = scene.apply()
        assert ended.code == lost.code, ended.out + ended.err
        check_all(scene, before, PEOPLE, ended)
        assert carried_out(scene) <= 1
        most = 5 if lost.fault.get("status") == 429 else 2
        assert len(uploads(scene)) <= (1 if lost.acts or lost.step == "P" else most)
        assert len(starts(scene)) <= most
        if ended.code == NOT_KNOWN:
            assert "NOT KNOWN YET: it is not known whether" in ended.out
            assert "run again" in ended.out
        recovers(scene, before, *PEOPLE)


DELAYS: Final = (0, 5, 59, 60, 61)
"""Seconds until what was done can be seen; the platform gets 60 to show it."""


@pytest.mark.parametrize("delay", DELAYS)
def test_N_06_an_upload_that_is_seen_late_is_carried_out_once(tmp_path: Path, delay: int) -> None:
    lost = {"at": "U", "place": "after"}
    with stage(tmp_path, switches={"upload_visible_after": str(delay)}, faults=[lost]) as scene:
        scene.people(*PEOPLE)
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == 0, ended.out + ended.err
        assert len(scene.simulator.jobs()) == (1 if delay <= 60 else 2)
        recovers(scene, before, *PEOPLE)


@pytest.mark.parametrize("delay", DELAYS)
@pytest.mark.parametrize("answer", ["400", "200"])
def test_N_07_a_start_that_is_seen_late_is_sent_once_more_at_most(tmp_path: Path, delay: int, answer: str) -> None:
    lost = {"at": "P", "place": "after"}
    switches = {"proceed_visible_after": str(delay), "proceed_twice": answer}
    with stage(tmp_path, switches=switches, faults=[lost]) as scene:
        scene.people(*PEOPLE)
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == 0, ended.out + ended.err
        assert len(starts(scene)) == (1 if delay <= 60 else 2)
        recovers(scene, before, *PEOPLE)


@pytest.mark.parametrize("step", ["U", "P"])
@pytest.mark.parametrize("place", ["after", "before"])
def test_N_06_N_07_a_write_that_cannot_be_looked_for_is_not_known(tmp_path: Path, step: str, place: str) -> None:
    faults = [{"at": step, "place": place}]
    with stage(tmp_path, faults=faults) as scene:
        scene.people(*PEOPLE)
        before = scene.simulator.users()
        unread = {"at": "GET bulk/users/jobs", "every": True, "place": "reply", "status": 500}
        scene.clock = Breaking(scene, step, unread)  # type: ignore[assignment]
        ended = scene.apply()
        assert ended.code == NOT_KNOWN, ended.out + ended.err
        assert "run again" in ended.out
        assert len(scene.writes()) == (1 if step == "U" else 2), "sent again without a look"
        recovers(scene, before, *PEOPLE)


@pytest.mark.parametrize("step", ["V", "W"])
@pytest.mark.parametrize("place", ["before", "after", "cut"])
@pytest.mark.parametrize("lost", [(1,), (2,), (1, 2, 3), tuple(range(2, 15)), tuple(range(1, 30, 2))], ids=str)
def test_N_08_lost_polls_of_a_job_change_nothing(
    tmp_path: Path, step: str, place: str, lost: tuple[int, ...]
) -> None:
    faults = [{"at": step, "nth": nth, "place": place} for nth in lost]
    with stage(tmp_path, faults=faults, validate_seconds=20, job_seconds=60) as scene:
        scene.people(*PEOPLE)
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == 0, ended.out + ended.err
        assert [entry["step"] for entry in scene.writes()] == ["U", "P"]
        recovers(scene, before, *PEOPLE)


@pytest.mark.parametrize("step", ["V", "W"])
def test_N_08_a_job_whose_polls_are_all_lost_is_not_known(tmp_path: Path, step: str) -> None:
    with stage(tmp_path, validate_seconds=5, job_seconds=5) as scene:
        scene.people(*PEOPLE)
        before = scene.simulator.users()
        scene.simulator.add_fault({"at": step, "from": 3, "place": "after"})
        ended = scene.apply()
        assert ended.code == NOT_KNOWN, ended.out + ended.err
        assert str(FIRST_JOB) in ended.out
        recovers(scene, before, *PEOPLE)


UNREADABLE: Final[Mapping[str, Mapping[str, Any]]] = {
    "before": {"place": "before"},
    "after": {"place": "after"},
    "cut": {"place": "cut", "bytes": 40},
    "500": {"place": "reply", "status": 500},
    "401": {"place": "reply", "status": 401},
    "404": {"place": "reply", "status": 404},
    "page": {"place": "reply", "body": "<html></html>", "content_type": "text/html"},
    "null": {"place": "reply", "body": None},
    "empty-list": {"place": "patch", "keep": 0},
    "short-list": {"place": "patch", "keep": 2},
    "no-roles": {"place": "patch", "drop": ["roles"]},
    "redirect": {"place": "reply", "status": 302, "headers": {"Location": "https://evil.example/"}},
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_N_09_a_job_that_ended_and_cannot_be_verified_is_not_known(tmp_path: Path, name: str) -> None:
    with stage(tmp_path, faults=[{"at": "C", "every": True, **UNREADABLE[name]}], job_seconds=2) as scene:
        scene.people(*PEOPLE)
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == NOT_KNOWN, ended.out + ended.err
        assert f'NOT KNOWN YET: job {FIRST_JOB} ended as "completed", and what it did could not be' in ended.out
        assert "Applied" not in ended.out
        recovers(scene, before, *PEOPLE)


VANISHED: Final = {
    "created": (0, "Applied and confirmed: 2 of 2"),
    "valid_scheme": (NOT_KNOWN, "was not started, and its check was not seen to end"),
    "in_progress": (NOT_KNOWN, f"it is not known whether job {FIRST_JOB} was started"),
    "final": (NOT_KNOWN, f"the end of job {FIRST_JOB} was not seen"),
    "yes": (1, "and there is no such job"),
}
"""In which state a job can no longer be found, and how the run ends; `created` passes by itself."""


@pytest.mark.parametrize("state", VANISHED)
def test_N_31_a_job_that_vanishes_is_neither_finished_nor_uploaded_again(tmp_path: Path, state: str) -> None:
    code, words = VANISHED[state]
    with stage(tmp_path, switches={"job_vanishes": state}, validate_seconds=2, job_seconds=90) as scene:
        scene.people(*PEOPLE)
        before = scene.simulator.users()
        ended = scene.apply()
        assert (ended.code, words in ended.out) == (code, True), ended.out + ended.err
        assert len(uploads(scene)) == 1
        assert len(starts(scene)) <= 1
        scene.simulator.set_switches(job_vanishes="no")
        recovers(scene, before, *PEOPLE)


LYING: Final = {
    "nothing_stored": (1, "and there is no such job"),
    "zero_rows": (1, f"the platform stored 0 of 2 rows in job {FIRST_JOB}"),
    "missing_rows": (1, f"the platform stored 1 of 2 rows in job {FIRST_JOB}"),
    "never_validates": (NOT_KNOWN, f"job {FIRST_JOB} was uploaded and not validated within 300 s"),
}


@pytest.mark.parametrize("lie", LYING)
def test_N_41_an_upload_that_the_platform_only_says_it_took_is_never_started(tmp_path: Path, lie: str) -> None:
    code, words = LYING[lie]
    with stage(tmp_path, switches={"lying_upload": lie}) as scene:
        scene.settings("job_timeout: 5m\n")
        scene.people(*PEOPLE)
        before = scene.simulator.users()
        ended = scene.apply()
        assert (ended.code, words in ended.out) == (code, True), ended.out + ended.err
        assert not starts(scene)
        assert by_email(scene.simulator.users()) == by_email(before)
        scene.simulator.set_switches(lying_upload="none")
        after = scene.apply()
        if lie == "nothing_stored":
            assert after.code == 0, after.out + after.err
        check_words(scene, after)
        assert carried_out(scene) <= 1


def test_N_63_a_file_that_the_platform_refuses_names_person_and_line_and_nothing_runs(tmp_path: Path) -> None:
    with stage(tmp_path, validate_seconds=1) as scene:
        scene.write(
            "people.yaml",
            "users:\n- {email: ana@acme.example, max_chat_limit: 50}\n- {email: eva@acme.example, alias: e}\n",
        )
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == 1, ended.out + ended.err
        assert f"the platform refused job {FIRST_JOB} before it ran" in ended.out
        assert "Must be between 1 and 10" in ended.out
        assert "ana@acme.example" in ended.out
        assert "people.yaml:2" in ended.out
        assert [entry["method"] for entry in scene.writes()] == ["POST"]
        assert not starts(scene)
        assert scene.simulator.users() == before


@pytest.mark.parametrize("nth", range(1, 9))
@pytest.mark.parametrize("patch", [{"id": 99}, {"filename": "other.json"}, {"filename": None}], ids=str)
def test_N_68_the_answer_of_another_job_stops_the_run(tmp_path: Path, nth: int, patch: dict[str, Any]) -> None:
    swap = {"at": "JOB", "nth": nth, "place": "patch", "set": patch}
    with stage(tmp_path, faults=[swap], validate_seconds=1, job_seconds=3) as scene:
        scene.people(*PEOPLE)
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == NOT_KNOWN, ended.out + ended.err
        asked = [entry["step"] for entry in scene.simulator.log()]
        swapped = [index for index, step in enumerate(asked) if step in {"V", "W"}][nth - 1]
        assert not {"U", "P"} & set(asked[swapped + 1 :]), "went on with a job of somebody else"
        recovers(scene, before, *PEOPLE)


def test_N_68_an_upload_that_is_answered_with_a_foreign_job_starts_nothing(tmp_path: Path) -> None:
    with stage(tmp_path) as scene:
        scene.people(*PEOPLE)
        before = scene.simulator.users()
        foreign = scene.simulator.add_job({"filename": "portal.csv", "status": "valid_scheme", "total_rows": 2})
        scene.simulator.add_fault({"at": "U", "place": "patch", "set": {"id": foreign}})
        ended = scene.apply()
        assert ended.code == NOT_KNOWN, ended.out + ended.err
        assert "portal.csv" in ended.out
        assert not starts(scene)
        recovers(scene, before, *PEOPLE)


def test_N_70_an_orphan_with_the_same_bytes_is_adopted(tmp_path: Path) -> None:
    with orphan(tmp_path) as scene:
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == 0, ended.out + ended.err
        assert len(uploads(scene)) == 1
        assert [entry["job"] for entry in starts(scene) if entry["status"] == 200] == [FIRST_JOB]
        recovers(scene, before, *PEOPLE)


def test_N_70_an_orphan_of_another_plan_is_named_and_left_alone(tmp_path: Path) -> None:
    with orphan(tmp_path) as scene:
        before = scene.simulator.users()
        scene.people(ANA)
        for _ in range(2):
            scene.clock.sleep(1.0)
            ended = scene.apply()
            assert ended.code == 0, ended.out + ended.err
            assert f"job {FIRST_JOB}" in ended.out + ended.err
            assert "was never started" in ended.out + ended.err
        check_all(scene, before, [ANA], ended)
        assert not next(job for job in scene.simulator.jobs() if job["id"] == FIRST_JOB)["process_requested_at"]


@pytest.mark.parametrize("days", [0, 9])
@pytest.mark.parametrize("status", ["created", "in_progress", "valid_scheme"])
def test_N_71_a_foreign_job_that_is_not_finished_is_named_and_holds_up_the_run(
    tmp_path: Path, status: str, days: int
) -> None:
    with stage(tmp_path) as scene:
        scene.people(*PEOPLE)
        before = scene.simulator.users()
        at = scene.clock.seconds - days * 86_400
        entry = {"filename": "sync.csv", "status": status, "portal_user": "Root", "created_at": at}
        ident = scene.simulator.add_job(entry | {"process_requested_at": at, "total_rows": 3})
        ended = scene.apply()
        assert ended.code == 6, ended.out + ended.err
        assert "sync.csv" in ended.err
        assert f"ignore_jobs: [{{id: {ident}, last_day: 2026-12-09}}]" in ended.err
        assert not scene.writes()
        scene.settings(f"ignore_jobs: [{{id: {ident}, last_day: 2026-12-09}}]\n")
        recovers(scene, before, *PEOPLE)


def test_N_71_a_foreign_job_that_nobody_started_is_a_warning(tmp_path: Path) -> None:
    with stage(tmp_path) as scene:
        scene.people(*PEOPLE)
        before = scene.simulator.users()
        scene.simulator.add_job({"filename": "portal.csv", "status": "valid_scheme", "portal_user": "Root"})
        ended = scene.apply()
        assert ended.code == 0, ended.out + ended.err
        assert "portal.csv" in ended.out + ended.err
        check_all(scene, before, PEOPLE, ended)


MOVES: Final[Mapping[str, Mapping[str, Any]]] = {
    "the-planned-value": {"edit": {"email": "ana@acme.example", "location": "Oslo"}},
    "another-value": {"edit": {"email": "ana@acme.example", "alias": "annie"}},
    "a-role": {"edit": {"email": "ana@acme.example", "roles": ["Agent", "Manager"]}},
    "a-team": {"edit": {"email": "ana@acme.example", "teams": []}},
    "the-account": {"edit": {"email": "ana@acme.example", "status": "Inactive"}},
    "the-address": {"edit": {"email": "ana@acme.example", "new_email": "ann@acme.example"}},
    "gone": {"remove_user": "ana@acme.example"},
    "somebody-new": {
        "add_user": {"email": "LI.wei@acme.example", "first_name": "L", "last_name": "W", "roles": ["Agent"]}
    },
}


@pytest.mark.parametrize("move", MOVES)
def test_L_03_an_edit_between_the_check_and_the_start_is_not_overwritten(tmp_path: Path, move: str) -> None:
    edit = {"at": "V", "nth": 2, "run": MOVES[move], "when": "after"}
    with stage(tmp_path, faults=[edit], validate_seconds=2) as scene:
        scene.people(*PEOPLE)
        ended = scene.apply()
        assert ended.code == 4, ended.out + ended.err
        assert "the platform changed after the plan was made" in ended.out + ended.err
        assert f"Job {FIRST_JOB} was uploaded and not started" in ended.out + ended.err
        assert not starts(scene)
        assert [event["by"] for event in scene.simulator.state()["history"]] == ["portal"]
        check_words(scene, ended)


def test_L_03_an_edit_of_somebody_who_is_not_planned_holds_nothing_up(tmp_path: Path) -> None:
    edit = {"at": "V", "nth": 2, "run": {"edit": {"email": "eva@acme.example", "alias": "e"}}}
    with stage(tmp_path, faults=[edit], validate_seconds=2) as scene:
        scene.people(*PEOPLE)
        assert scene.apply().code == 0
        assert scene.live("eva@acme.example")["alias"] == "e"


def test_L_04_an_edit_after_the_start_is_told_with_both_values(tmp_path: Path) -> None:
    edit = {"at": "EU", "run": {"edit": {"email": "ana@acme.example", "location": "Oslo"}}}
    with stage(tmp_path, faults=[edit], job_seconds=2) as scene:
        scene.people(*PEOPLE)
        ended = scene.apply()
        assert ended.code == 1, ended.out + ended.err
        assert 'says "Oslo", wanted "Manila"' in ended.out
        assert len(starts(scene)) == 1
        assert scene.live("ana@acme.example")["location"] == "Oslo"


@pytest.mark.parametrize("failing", [1, 2, 4])
def test_L_08_rejected_rows_are_named_and_the_others_are_done(tmp_path: Path, failing: int) -> None:
    people = [{"email": f"{who}@acme.example", "alias": f"{who}-2"} for who in ("ana", "bo", "eva", "root")]
    emails = [person["email"] for person in people[:failing]]
    with stage(tmp_path, switches={"fail_emails": ",".join(emails)}, job_seconds=2) as scene:
        scene.write(
            "people.yaml",
            "users:\n" + "".join(f"- {{email: {p['email']}, alias: {p['alias']}}}\n" for p in people),
        )
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == 1, ended.out + ended.err
        assert f"Confirmed: {4 - failing} of 4" in ended.out
        for line, email in enumerate(emails, 2):
            told = [text for text in ended.out.splitlines() if f"people.yaml:{line}" in text]
            assert any(email in text.lower() for text in told), email
        check_desired(scene, {person["email"]: person for person in people[failing:]})
        scene.simulator.set_switches(fail_emails="none")
        recovers(scene, before, *people, jobs=2)


SAMPLES: Final[Mapping[Kind, Any]] = {
    TEXT: "Sample",
    FLAG: True,
    CHAT_LIMIT: 7,
    DIGITS: "0123",
    PHONE: "+34915550123",
    PLACE: "Manila",
    ACCOUNT: "Inactive",
    ROLES: ["Agent", "Manager"],
    TEAMS: ["VIP"],
}


@pytest.mark.parametrize("field", MANAGED_FIELDS, ids=lambda field: field.name)
def test_L_10_a_field_that_is_silently_ignored_is_found(tmp_path: Path, field: Field) -> None:
    person = {"email": "ana@acme.example", field.tree_key: SAMPLES[field.kind]}
    with stage(tmp_path, switches={"ignore_field": field.name}, job_seconds=2) as scene:
        scene.people(person)
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == 1, ended.out + ended.err
        assert "FAILED: 1 of 1 change is not on the platform, though job 12345 ended without" in ended.out
        assert field.title in ended.out or "CAN STILL SIGN IN" in ended.out
        scene.simulator.set_switches(ignore_field="none")
        recovers(scene, before, person, jobs=2)


HARM: Final[Mapping[str, tuple[Mapping[str, Any], str]]] = {
    "a neighbour gets the row too": ({"switches": {"neighbour": "bo@acme.example"}}, "bo@acme.example"),
    "somebody else gets the row": ({"switches": {"wrong_user": "bo@acme.example"}}, "bo@acme.example"),
    "an account appears": (
        {"add_user": {"email": "x@acme.example", "first_name": "X", "last_name": "Y", "roles": ["Admin"]}},
        "x@acme.example",
    ),
    "an account disappears": ({"remove_user": "eva@acme.example"}, "eva@acme.example"),
    "somebody becomes an admin": (
        {"edit": {"email": "eva@acme.example", "roles": ["Agent", "Manager", "Admin"]}},
        "eva@acme.example",
    ),
    "somebody loses a team": ({"edit": {"email": "eva@acme.example", "teams": []}}, "eva@acme.example"),
    "a planned person gets a role": (
        {"edit": {"email": "ana@acme.example", "roles": ["Agent", "Admin"]}},
        "ana@acme.example",
    ),
}


@pytest.mark.parametrize("harm", HARM)
def test_L_11_what_happens_to_others_is_loud(tmp_path: Path, harm: str) -> None:
    happens, email = HARM[harm]
    person = {"email": "ana@acme.example", "teams": ["VIP"]}
    step = "P" if "switches" in happens else "EU"
    with stage(tmp_path, faults=[{"at": step, "run": happens}], job_seconds=2) as scene:
        scene.people(person)
        ended = scene.apply()
        assert ended.code == 1, ended.out + ended.err
        assert email in ended.out.lower().partition("plan number in full")[2]
        assert "nobody planned" in ended.out
        check_words(scene, ended)


def test_L_11_roles_that_are_added_instead_of_replaced_are_found(tmp_path: Path) -> None:
    person = {"email": "eva@acme.example", "roles": ["Manager"]}
    with stage(tmp_path, switches={"roles_merge": "yes"}) as scene:
        scene.people(person)
        ended = scene.apply()
        assert ended.code == 1
        assert 'says "Agent, Manager", wanted "Manager"' in ended.out


@pytest.mark.parametrize("pattern", ["steady", "flip_flop"])
@pytest.mark.parametrize("seconds", [0, 5, 59])
def test_L_13_stale_reads_are_waited_out(tmp_path: Path, seconds: int, pattern: str) -> None:
    with stage(tmp_path, switches={"stale_seconds": str(seconds), "stale_pattern": pattern}) as scene:
        scene.people(*PEOPLE)
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == 0, ended.out + ended.err
        check_all(scene, before, PEOPLE, ended)


@pytest.mark.parametrize("pattern", ["steady", "flip_flop"])
def test_L_13_reads_that_stay_stale_are_not_taken_for_confirmed(tmp_path: Path, pattern: str) -> None:
    with stage(tmp_path, switches={"stale_seconds": "600", "stale_pattern": "steady"}) as scene:
        scene.people(*PEOPLE)
        ended = scene.apply()
        assert ended.code == 1, ended.out + ended.err
        assert "2 of 2 changes are not on the platform" in ended.out


def test_L_14_somebody_who_can_still_sign_in_stands_on_top(tmp_path: Path) -> None:
    with stage(tmp_path, switches={"deactivate": "silent"}) as scene:
        scene.people(ANA, EVA)
        ended = scene.apply()
        assert ended.code == 1
        result = ended.out.partition("FAILED")[2]
        assert "If it stays, deactivate Eva Lind <eva@acme.example> in the portal now." in result
        assert result.index("CAN STILL SIGN IN") < result.index("Confirmed: 1 of 2")


class Breaking:
    """A clock that adds a fault as soon as a step was reached and somebody waits."""

    def __init__(self, scene: Stage, step: str, fault: Mapping[str, Any]) -> None:
        self.scene, self.clock, self.step, self.fault = scene, scene.clock, step, fault
        self.broken = False

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return self.clock.monotonic()

    def now(self) -> Any:
        """Return the time of day."""
        return self.clock.now()

    def sleep(self, seconds: float) -> None:
        """Wait, after a look at what was asked so far."""
        if not self.broken and any(entry["step"] == self.step for entry in self.scene.simulator.log()):
            self.broken = True
            self.scene.simulator.add_fault(self.fault)
        self.clock.sleep(seconds)


def in_bytes(lost: Lost, scene: Stage) -> dict[str, Any]:
    """Return the fault with its share of all bytes of the request, or of the answer, as a number of bytes."""
    fault = dict(lost.fault)
    if "bytes" not in fault:
        return fault
    size = fault["bytes"]
    whole = answer_bytes(lost, scene) if fault["place"] == "cut" else request_bytes(lost, scene)
    return fault | {"bytes": int(whole * size) if isinstance(size, float) else whole + size if size < 0 else size}


def request_bytes(lost: Lost, scene: Stage) -> int:
    """Return how many bytes the body of the write has."""
    if lost.step == "P":
        return len(httpx.Request("POST", scene.simulator.url, json={"id": FIRST_JOB}).read())
    folder = scene.folder / "bulk"
    scene.plan("--bulk", str(folder))
    scene.simulator.new_run()
    (file,) = folder.iterdir()
    name = f"reconciler-{'0' * 16}-{'0' * 8}.json"
    upload = {"file": (name, file.read_bytes(), "application/json")}
    return len(httpx.Request("POST", scene.simulator.url, files=upload).read())


def answer_bytes(lost: Lost, scene: Stage) -> int:
    """Return how many bytes the platform's answer has, at least: its id, its state and its link."""
    link = f"{scene.simulator.url}/apps/api/v1/bulk/users/jobs/{FIRST_JOB}"
    status = "created" if lost.step == "U" else "valid_scheme"
    return len(f'{{"id":{FIRST_JOB},"status":"{status}","link":"{link}"}}')


@contextmanager
def orphan(folder: Path) -> Iterator[Stage]:
    """A platform with an upload of ours for these people that was never started."""
    with stage(folder) as scene:
        scene.people(*PEOPLE)
        scene.simulator.add_fault({"at": "P", "place": "reply", "status": 409})
        assert scene.apply().code == 1
        scene.simulator.clear_faults()
        scene.clock.sleep(1.0)
        yield scene


def uploads(scene: Stage) -> list[dict[str, Any]]:
    """Return the uploads that were asked for."""
    return [entry for entry in scene.writes() if entry["step"] == "U"]


def starts(scene: Stage) -> list[dict[str, Any]]:
    """Return the starts that were asked for."""
    return [entry for entry in scene.writes() if entry["step"] == "P"]


def carried_out(scene: Stage) -> int:
    """Return how often a job was carried out."""
    return sum(job["inside"]["runs"] for job in scene.simulator.jobs())


def recovers(scene: Stage, before: list[dict[str, Any]], *people: Mapping[str, Any], jobs: int = 1) -> None:
    """Hold that the same command again finishes the work without doing any twice, and that a third has none."""
    scene.simulator.clear_faults()
    scene.clock.sleep(1.0)  # a new process does not begin in the same second
    again = scene.apply()
    assert again.code == 0, again.out + again.err
    check_all(scene, before, people, again)
    assert carried_out(scene) <= jobs
    empty: Ended = scene.plan("--exit-code")
    assert empty.code == 0, empty.out
