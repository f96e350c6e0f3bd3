"""Jobs that hang, lie, go back or belong to nobody, from the command line to the exit code (faults.md 1.1).

What is proven elsewhere is not repeated: N-63, N-68, N-70 and N-71 have their tests in `tests/e2e`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.faults.company import RIGHT, TREES, company, rehearsal
from tests.faults.invariants import carried_out, starts, uploads
from tests.stage import Stage, stage
from tests.truth import by_email, check_all, check_words

ANA: Final = {"email": "ana@acme.example", "location": "Manila"}
BO: Final = {"email": "bo@acme.example", "location": "Manila"}
NEW: Final = {
    "email": "li.wei@acme.example",
    "first_name": "Li",
    "last_name": "Wei",
    "roles": ["Agent"],
    "teams": ["VIP"],
}
BACK: Final = {"email": "off@acme.example", "status": "Active", "teams": ["VIP"]}
PEOPLE: Final = (ANA, BO, NEW)
FIRST_JOB: Final = 12345
JOB_TIMEOUT_S: Final = 300.0


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path, validate_seconds=1, job_seconds=3) as scene:
        scene.settings("job_timeout: 5m\n")
        scene.people(*PEOPLE)
        yield scene


def test_N_60_a_job_that_is_never_checked_is_named_and_left_at_its_deadline(scene: Stage) -> None:
    before = scene.simulator.users()
    scene.simulator.set_switches(stuck="created")
    begun = scene.clock.seconds
    ended = scene.apply()
    assert ended.code == 5, ended.out
    assert f"job {FIRST_JOB} was uploaded and not validated within 300 s" in ended.out
    assert "run again" in ended.out
    assert scene.clock.seconds - begun < JOB_TIMEOUT_S + 30
    assert (len(uploads(scene)), len(starts(scene))) == (1, 0)
    check_all(scene, before, PEOPLE, ended)


def test_N_60_the_next_run_waits_for_the_stuck_job_and_uploads_nothing_beside_it(scene: Stage) -> None:
    scene.simulator.set_switches(stuck="created")
    assert scene.apply().code == 5
    again = scene.apply()
    assert again.code == 5, again.out
    assert f"job {FIRST_JOB} of an earlier run still runs" in again.err
    assert len(uploads(scene)) == 1
    done_without_the_fault(scene, *PEOPLE, stuck="none")


def test_N_61_a_start_without_effect_is_repeated_once_for_the_same_job_and_then_not_known(scene: Stage) -> None:
    before = scene.simulator.users()
    scene.simulator.set_switches(stuck="valid_scheme")
    ended = scene.apply()
    assert ended.code == 5, ended.out
    assert f"it is not known whether job {FIRST_JOB} was started" in ended.out
    assert len(uploads(scene)) == 1
    assert [entry["step"] for entry in scene.writes()] == ["U", "P", "P"]
    assert {job["id"] for job in scene.simulator.jobs()} == {FIRST_JOB}
    check_all(scene, before, PEOPLE, ended)
    done_without_the_fault(scene, *PEOPLE, stuck="none")


def test_N_62_a_job_that_freezes_is_not_called_failed_and_shows_how_far_it_is(scene: Stage) -> None:
    scene.simulator.set_switches(stuck="in_progress")
    scene.simulator.add_fault({"at": "W", "every": True, "place": "patch", "set": {"affected_rows": 2}})
    ended = scene.apply()
    assert ended.code == 5, ended.out
    assert f"the end of job {FIRST_JOB} was not seen: 2 of 3 rows done" in ended.out
    assert "FAILED" not in ended.out
    assert (len(uploads(scene)), len(starts(scene))) == (1, 1)
    scene.simulator.clear_faults()
    done_without_the_fault(scene, *PEOPLE, stuck="none")


def test_N_62_nobody_of_a_job_that_still_runs_is_told_not_confirmed(scene: Stage) -> None:
    scene.people(*PEOPLE, {"email": "eva@acme.example", "status": "Inactive"})
    scene.simulator.set_switches(stuck="in_progress")
    ended = scene.apply()
    assert ended.code == 5
    told = {receipt["key"]: receipt["outcome"] for receipt in scene.report()["receipts"]}
    assert told["eva@acme.example"] == "unknown"
    assert set(told.values()) == {"confirmed", "unknown"}
    assert "Eva Lind <eva@acme.example> MAY STILL BE ABLE TO SIGN IN" in ended.out


@pytest.mark.parametrize("word", ["halted", "", None, 7, "Completed "], ids=str)
def test_N_64_an_unknown_word_is_neither_done_nor_failed(scene: Stage, word: Any) -> None:
    before = scene.simulator.users()
    scene.simulator.add_fault({"at": "W", "from": 2, "place": "patch", "set": {"status": word}})
    ended = scene.apply()
    assert ended.code == 5, ended.out
    assert "which is not documented" in ended.out
    assert "Confirmed: 3 of 3" in ended.out, "what was done is told by the re-read"
    check_all(scene, before, PEOPLE, ended)
    scene.simulator.clear_faults()
    done_without_the_fault(scene, *PEOPLE)


WORDS: Final = ("completed", "finished", "done", "complete", "success", "processed")


@pytest.mark.parametrize("word", WORDS)
def test_N_65_each_word_of_an_end_is_confirmed_by_the_re_read(scene: Stage, word: str) -> None:
    before = scene.simulator.users()
    scene.simulator.set_switches(final_token=word)
    ended = scene.apply()
    assert ended.code == 0, ended.out
    check_all(scene, before, PEOPLE, ended)


@pytest.mark.parametrize("word", WORDS)
def test_N_65_no_word_of_an_end_makes_up_for_what_is_not_there(scene: Stage, word: str) -> None:
    scene.simulator.set_switches(final_token=word, ignore_field="location")
    ended = scene.apply()
    assert ended.code == 1, ended.out
    assert 'says "Madrid", wanted "Manila"' in ended.out


REPLAYED: Final[Mapping[str, Mapping[str, Any]]] = {
    "created": {"status": "created", "process_requested_at": None, "affected_rows": 0},
    "valid": {"status": "valid_scheme", "process_requested_at": None, "affected_rows": 0},
    "asked": {"status": "valid_scheme", "affected_rows": 0},
}


@pytest.mark.parametrize("old", REPLAYED)
@pytest.mark.parametrize("nth", [1, 2, 3, 5])
def test_N_66_an_old_answer_out_of_a_cache_starts_nothing_anew(scene: Stage, old: str, nth: int) -> None:
    before = scene.simulator.users()
    scene.simulator.add_fault({"at": "W", "nth": nth, "place": "patch", "set": REPLAYED[old]})
    ended = scene.apply()
    assert ended.code == 0, ended.out
    assert [entry["step"] for entry in scene.writes()] == ["U", "P"]
    check_all(scene, before, PEOPLE, ended)


@pytest.mark.parametrize("row", [1, 2, 3])
def test_N_67_after_a_failed_job_the_re_read_tells_who_is_done(scene: Stage, row: int) -> None:
    before = scene.simulator.users()
    scene.simulator.set_switches(fail_at_row=str(row))
    ended = scene.apply()
    assert ended.code == 1, ended.out
    assert f'job {FIRST_JOB} ended as "failed"' in ended.out
    asked = [entry["step"] for entry in scene.simulator.log()]
    assert asked.index("EU") < asked.index("C"), "its errors were not read, or nobody looked afterwards"
    live, was = by_email(scene.simulator.users()), by_email(before)
    for receipt in scene.report()["receipts"]:
        done = live.get(receipt["key"]) != was.get(receipt["key"])
        assert (receipt["outcome"] == "confirmed") is done
    check_all(scene, before, PEOPLE, ended)
    again = done_without_the_fault(scene, *PEOPLE, fail_at_row="0", runs=2)
    assert f"{4 - row} of {4 - row}" in again


LIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "nothing": {"affected_rows": 0, "failed_rows": 0},
    "all failed": {"affected_rows": 0, "failed_rows": 3},
    "too many": {"affected_rows": 99, "failed_rows": 99},
    "no numbers": {"affected_rows": None, "failed_rows": "many"},
    "below nothing": {"affected_rows": -1, "failed_rows": -1},
}


@pytest.mark.parametrize("lie", LIES)
def test_N_69_counts_that_do_not_add_up_decide_nothing(scene: Stage, lie: str) -> None:
    before = scene.simulator.users()
    scene.simulator.add_fault({"at": "W", "every": True, "place": "patch", "set": LIES[lie]})
    ended = scene.apply()
    assert ended.code == 0, ended.out
    check_all(scene, before, PEOPLE, ended)


def test_N_69_perfect_counts_do_not_make_up_for_what_is_not_there(scene: Stage) -> None:
    counts = {"affected_rows": 3, "failed_rows": 0}
    scene.simulator.set_switches(ignore_field="location")
    scene.simulator.add_fault({"at": "W", "every": True, "place": "patch", "set": counts})
    ended = scene.apply()
    assert ended.code == 1, ended.out
    assert "2 of 3 changes are not on the platform" in ended.out


def test_N_06_of_two_uploads_with_one_name_the_older_one_is_started(scene: Stage) -> None:
    before = scene.simulator.users()
    with_twins(scene)
    ended = scene.apply()
    assert ended.code == 0, ended.out + ended.err
    names = {job["filename"] for job in scene.simulator.jobs()}
    assert (len(scene.simulator.jobs()), len(names)) == (2, 1)
    assert [job["inside"]["runs"] for job in scene.simulator.jobs()] == [1, 0]
    check_all(scene, before, PEOPLE, ended)


def test_N_70_the_twin_that_was_left_is_named_by_every_later_run(scene: Stage) -> None:
    with_twins(scene)
    assert scene.apply().code == 0
    scene.simulator.clear_faults()
    scene.clock.sleep(1)
    for _ in range(2):
        ended = scene.apply()
        assert ended.code == 0
        assert f"job {FIRST_JOB + 1}" in ended.out + ended.err
        assert "was never started" in ended.out + ended.err
    assert carried_out(scene) == 1


def test_N_70_a_twin_is_adopted_where_its_bytes_are_wanted_again_and_only_one_is(scene: Stage) -> None:
    with_twins(scene)
    scene.simulator.add_fault({"at": "P", "every": True, "place": "reply", "status": 409})
    assert scene.apply().code == 1
    scene.simulator.clear_faults()
    scene.clock.sleep(1)
    ended = scene.apply()
    assert ended.code == 0, ended.out + ended.err
    assert [job["inside"]["runs"] for job in scene.simulator.jobs()] == [1, 0]
    assert f"job {FIRST_JOB + 1}" in ended.out + ended.err


def test_N_70_teams_that_an_adopted_job_lost_are_not_sent_by_its_twin(scene: Stage) -> None:
    scene.people(BACK)
    scene.simulator.set_switches(reactivate_teams="not_applied")
    with_twins(scene)
    scene.simulator.add_fault({"at": "P", "every": True, "place": "reply", "status": 409})
    assert scene.apply().code == 1
    scene.simulator.clear_faults()
    scene.clock.sleep(1)
    ended = scene.apply()
    assert ended.code == 0, ended.out + ended.err
    assert [job["inside"]["runs"] for job in scene.simulator.jobs()] == [1, 0, 1]
    assert scene.live("off@acme.example")["teams"] == ["VIP"]


def test_N_70_the_errors_of_an_adopted_job_are_placed_on_people_and_lines(scene: Stage, tmp_path: Path) -> None:
    scene.simulator.add_fault({"at": "P", "every": True, "place": "reply", "status": 409})
    assert scene.apply().code == 1
    scene.simulator.clear_faults()
    scene.simulator.set_switches(fail_emails="bo@acme.example")
    scene.environ["XDG_STATE_HOME"] = str(tmp_path / "another machine")
    assert scene.apply().code == 1
    shown = scene.run("jobs", str(FIRST_JOB))
    assert shown.code == 0
    assert "Bo@acme.example" in shown.out
    assert "people.yaml:" in shown.out
    check_words(scene, shown)


def test_N_08_an_answer_that_is_no_job_just_before_the_start_leaves_it_unstarted(tmp_path: Path) -> None:
    steps = rehearsal(RIGHT).steps
    last = steps[: steps.index("P")].count("V")
    with company(tmp_path, TREES[RIGHT]) as scene:
        before = scene.simulator.users()
        scene.simulator.add_fault({"at": "V", "nth": last, "place": "reply", "body": None})
        ended = scene.apply()
        assert ended.code == 1, ended.out
        assert f"Job {FIRST_JOB} was uploaded and not started" in ended.out
        assert {receipt["outcome"] for receipt in scene.report()["receipts"]} == {"not sent"}
        assert not starts(scene)
        assert scene.simulator.users() == before


def with_twins(scene: Stage) -> None:
    """Let the first upload come to light only after the second was sent, so that two jobs have one name."""
    scene.simulator.set_switches(upload_visible_after="70")
    scene.simulator.add_fault({"at": "U", "nth": 1, "place": "after"})
    scene.simulator.add_fault({"at": "U", "nth": 2, "run": {"switches": {"upload_visible_after": "0"}}})


def done_without_the_fault(scene: Stage, *people: Mapping[str, Any], runs: int = 1, **switches: str) -> str:
    """Hold that the same command ends the work once the platform works again; gives what it said."""
    scene.simulator.set_switches(**switches)
    scene.clock.sleep(60)
    again = scene.apply()
    assert again.code == 0, again.out + again.err
    assert carried_out(scene) == runs
    assert scene.plan("--exit-code").code == 0
    return again.out
