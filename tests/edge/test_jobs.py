"""The life of a bulk job over the wire: every lost, strange and lying answer on the way."""

import json
from typing import Any

import httpx
import pytest

from reconciler.edge.platform import Platform
from reconciler.model.batch import Ending, Job, JobError, JobResult
from reconciler.model.errors import Denied, FateUnknown, NotUnderstood, RunRefused, Unreachable

from .wire import NAME, Script, VirtualClock, job, known, platform, reply

UPLOAD = "POST bulk/users/upload"
PROCEED = "POST bulk/users/proceed"
LIST = "GET bulk/users/jobs"
JOB = "GET bulk/users/jobs/7"
SCHEME = "GET bulk/users/errors/scheme/7"
UPDATE = "GET bulk/users/errors/update/7"
TAKEN = reply({"id": 7, "status": "created", "link": "http://ujet.co/apps/api/v1/bulk/users_jobs/7"}, 201)
LOST = httpx.ReadError
NONE = reply([], headers={"total": "0"})
OURS = reply([job(7, "created")], headers={"total": "1"})
RUNS = reply(job(status="in_progress", process_requested_at="2026-12-02T09:00:01.000Z"))
VALID = reply(job())


def opened(script: Script, clock: VirtualClock | None = None) -> Platform:
    return platform(script, clock)


def uploaded(script: Script) -> Job:
    return opened(script).upload(NAME, b"[]", newer_than=6)


def test_a_file_is_uploaded_and_its_job_read() -> None:
    script = Script().on(UPLOAD, TAKEN).on(JOB, reply(job(7, "created")))
    assert uploaded(script) == known(7, "created")
    assert script.asked == [UPLOAD, JOB]


@pytest.mark.parametrize(
    "answer",
    [
        LOST,
        reply({}, 500),
        reply({}, 504),
        reply({}, 429),
        reply({}, 400),
        reply("<html>", 200, {"content-type": "text/html"}),
        reply(b"", 201),
        reply({}, 200),
        reply({"id": None}, 200),
        reply({"id": "seven"}, 200),
        reply([], 202),
        reply({}, 302, {"location": "https://evil.example"}),
    ],
)
def test_N_06_N_12_N_40_unknown_8_a_job_that_was_made_is_adopted_whatever_was_answered(answer: Any) -> None:
    script = Script().on(UPLOAD, answer).on(LIST, OURS)
    assert uploaded(script).ident == 7
    assert script.count(UPLOAD) == 1


def test_N_05_an_upload_that_did_not_arrive_is_sent_once_more() -> None:
    script = Script().on(UPLOAD, LOST, TAKEN).on(LIST, NONE).on(JOB, VALID)
    assert uploaded(script).ident == 7
    assert script.count(UPLOAD) == 2


def test_N_06_an_upload_lost_twice_is_unknown_and_names_the_file() -> None:
    with pytest.raises(FateUnknown, match=NAME):
        uploaded(Script().on(UPLOAD, LOST).on(LIST, NONE))


def test_N_02_an_upload_that_never_left_is_no_riddle() -> None:
    with pytest.raises(Unreachable) as caught:
        uploaded(Script().on(UPLOAD, httpx.ConnectError))
    assert caught.value.exit_code == 1


def test_N_27_a_refused_file_is_the_platform_s_answer() -> None:
    script = Script().on(UPLOAD, reply({"message": "param is missing"}, 400)).on(LIST, NONE)
    with pytest.raises(Denied, match="param is missing"):
        uploaded(script)


def test_N_41_an_upload_with_a_yes_and_no_job_is_a_failure() -> None:
    script = Script().on(UPLOAD, TAKEN).on(JOB, reply({"message": "Not Found"}, 404)).on(LIST, NONE)
    with pytest.raises(NotUnderstood, match="said yes"):
        uploaded(script)
    assert script.count(UPLOAD) == 1


def test_N_41_a_job_that_shows_late_is_waited_for() -> None:
    gone = reply({"message": "Not Found"}, 404)
    assert uploaded(Script().on(UPLOAD, TAKEN).on(JOB, gone, gone, VALID).on(LIST, NONE)) == known()


def test_N_68_a_job_with_another_file_is_not_ours() -> None:
    script = Script().on(UPLOAD, TAKEN).on(JOB, reply(job(7, filename="other.json")))
    with pytest.raises(FateUnknown, match=r"holds other\.json"):
        uploaded(script)


def test_N_06_only_jobs_of_this_run_are_searched() -> None:
    older = reply([job(6), job(5)], headers={"total": "9"})
    with pytest.raises(FateUnknown):
        uploaded(Script().on(UPLOAD, LOST).on(LIST, older))


def test_of_two_jobs_with_our_file_the_lower_id_is_taken() -> None:
    two = reply([job(8), job(7)], headers={"total": "2"})
    assert uploaded(Script().on(UPLOAD, LOST).on(LIST, two)).ident == 7


def test_replace_is_only_for_a_job_whose_validation_failed() -> None:
    script = Script().on(JOB, VALID)
    with pytest.raises(RunRefused, match="valid_scheme"):
        opened(script).replace(7, "new.json", b"[]")
    assert script.asked == [JOB]


def test_unknown_11_replace_puts_the_new_file_of_the_same_job() -> None:
    script = Script().on(
        JOB, reply(job(status="invalid_scheme")), reply(job(status="created", filename="new.json"))
    )
    script.on("PUT bulk/users/upload", reply({"id": 7}))
    assert opened(script).replace(7, "new.json", b"[]").file_name == "new.json"


def validated(*answers: Any, rows: int = 2, script: Script | None = None) -> Job | JobResult:
    script = (script or Script()).on(JOB, *answers)
    return opened(script).await_validation(known(status="created"), rows, 300.0)


def test_a_validated_job_comes_back_as_it_is() -> None:
    assert validated(reply(job(7, "created")), VALID) == known()


@pytest.mark.parametrize("stored", [0, 1, 3, None, "x"])
def test_N_41_a_job_with_another_number_of_rows_is_never_started(stored: Any) -> None:
    with pytest.raises(NotUnderstood, match="of 2 rows"):
        validated(reply(job(total_rows=stored)))


def test_N_63_a_refused_file_comes_back_with_its_errors() -> None:
    script = Script().on(SCHEME, reply([{"message": "Non-empty string", "column": 10, "row": 10}]))
    result = validated(reply(job(status="invalid_scheme")), script=script)
    assert isinstance(result, JobResult)
    assert (result.ending, result.errors) == (Ending.INVALID, (JobError("Non-empty string", 10, 10, "error"),))


@pytest.mark.parametrize("status", ["created", "halted", "", None])
def test_N_60_a_job_that_is_never_validated_is_unknown_with_its_id(status: Any) -> None:
    with pytest.raises(FateUnknown, match="job 7 was uploaded and not validated within 300 s") as caught:
        validated(reply(job(status=status, requested_at=None)))
    assert caught.value.job == 7


def test_a_job_that_somebody_started_meanwhile_is_not_waited_for() -> None:
    assert validated(RUNS) == known(status="in_progress", requested_at="2026-12-02T09:00:01.000Z")


def proceeded(script: Script) -> Job:
    return opened(script).proceed(known())


def test_a_job_is_started_once_and_seen_to_move() -> None:
    script = Script().on(JOB, VALID, RUNS).on(PROCEED, reply({"id": 7, "status": "valid_scheme"}))
    assert proceeded(script).status == "in_progress"
    assert script.asked == [JOB, PROCEED, JOB]
    assert json.loads(script.requests[1].content) == {"id": 7}


@pytest.mark.parametrize("status", [400, 409, 422, 500, 502, 503, 504, 204, None])
def test_N_07_N_34_N_40_unknown_9_a_job_that_moves_was_started_whatever_was_answered(status: int | None) -> None:
    answer = LOST if status is None else reply(b"" if status == 204 else {"message": "x"}, status)
    script = Script().on(JOB, VALID, VALID, VALID, RUNS).on(PROCEED, answer)
    assert proceeded(script).status == "in_progress"
    assert script.count(PROCEED) == 1


def test_N_38_a_throttled_start_is_looked_at_and_sent_again() -> None:
    script = Script().on(JOB, VALID, VALID, RUNS).on(PROCEED, reply({}, 429), reply({}))
    assert proceeded(script).status == "in_progress"
    assert script.asked == [JOB, PROCEED, JOB, PROCEED, JOB]


@pytest.mark.parametrize("answer", [LOST, reply({}, 200), reply({}, 503)])
def test_N_07_N_61_a_start_without_effect_is_sent_once_more_for_the_same_id(answer: Any) -> None:
    script = Script().on(JOB, *[VALID] * 8, RUNS).on(PROCEED, answer)
    assert proceeded(script).status == "in_progress"
    assert script.count(PROCEED) == 2


def test_N_61_a_start_that_stays_without_effect_is_unknown() -> None:
    script = Script().on(JOB, VALID).on(PROCEED, reply({}))
    with pytest.raises(FateUnknown, match="it is not known whether job 7 was started"):
        proceeded(script)
    assert script.count(PROCEED) == 2


def test_N_34_a_refused_start_of_a_job_that_does_not_move_is_a_failure() -> None:
    script = Script().on(JOB, VALID).on(PROCEED, reply({"message": "wrong state"}, 422))
    with pytest.raises(Denied, match="wrong state"):
        proceeded(script)
    assert script.count(PROCEED) == 1


@pytest.mark.parametrize("status", ["created", "invalid_scheme"])
def test_I_03_only_a_validated_job_is_started(status: str) -> None:
    script = Script().on(JOB, reply(job(status=status)))
    with pytest.raises(RunRefused, match=f"its state is {status}"):
        proceeded(script)
    assert script.asked == [JOB]


@pytest.mark.parametrize("now", [RUNS, reply(job(status="completed")), reply(job(process_requested_at="2026"))])
def test_unknown_10_a_job_that_was_started_already_is_not_started_again(now: Any) -> None:
    script = Script().on(JOB, now)
    proceeded(script)
    assert script.asked == [JOB]


def test_I_03_a_job_of_another_file_is_not_started() -> None:
    script = Script().on(JOB, reply(job(filename="other.json")))
    with pytest.raises(FateUnknown):
        proceeded(script)
    assert script.asked == [JOB]


def test_I_03_the_second_start_needs_a_validated_job_too() -> None:
    script = Script().on(JOB, VALID, reply(job(status="created"))).on(PROCEED, LOST)
    with pytest.raises(FateUnknown):
        proceeded(script)
    assert script.count(PROCEED) == 1


def ended(*answers: Any, script: Script | None = None) -> JobResult:
    script = script or Script().on(UPDATE, reply([]))
    return opened(script.on(JOB, *answers)).await_end(known(), 600.0)


@pytest.mark.parametrize("word", ["completed", "finished", "done", "complete", "success", "processed"])
def test_unknown_1_N_65_every_word_of_an_end_is_one(word: str) -> None:
    assert ended(RUNS, reply(job(status=word))).ending is Ending.DONE


@pytest.mark.parametrize("word", ["failed", "error", "cancelled", "canceled", "aborted"])
def test_unknown_1_N_67_every_word_of_a_failure_is_one_and_its_errors_are_read(word: str) -> None:
    script = Script().on(UPDATE, reply([{"message": "boom"}]))
    result = ended(reply(job(status=word)), script=script)
    assert (result.ending, result.errors[0].message) == (Ending.FAILED, "boom")


@pytest.mark.parametrize("word", ["halted", "", None, 7, "Completed ", "COMPLETED", "failed!"])
def test_N_64_an_unknown_word_is_polled_to_the_deadline_and_left_open(word: Any) -> None:
    assert ended(reply(job(status=word))).ending is Ending.UNKNOWN


def test_N_64_an_unknown_word_on_the_way_is_no_end() -> None:
    assert ended(reply(job(status="halted")), reply(job(status="completed"))).ending is Ending.DONE


def test_N_62_a_job_that_hangs_is_unknown_with_its_counts() -> None:
    with pytest.raises(FateUnknown, match=r"52 of 100 rows done after 600 s; its state is in_progress"):
        ended(reply(job(status="in_progress", affected_rows=52, total_rows=100)))


def test_N_66_a_state_that_goes_back_starts_nothing_anew() -> None:
    script = Script().on(UPDATE, reply([]))
    assert ended(RUNS, VALID, RUNS, reply(job(status="completed")), script=script).ending is Ending.DONE
    assert PROCEED not in script.asked


def test_N_09_errors_that_cannot_be_read_do_not_hide_the_end() -> None:
    script = Script().on(UPDATE, reply({}, 500))
    final = reply(job(status="completed", update_errors=[{"message": "x"}]))
    assert ended(final, script=script) == JobResult(
        known(status="completed"), Ending.DONE, (JobError("x", None, None, "error"),)
    )


@pytest.mark.parametrize("answer", [reply([]), reply({"message": "Not Found"}, 404), reply(None)])
def test_unknown_31_N_32_the_errors_in_the_job_are_read_where_the_call_has_none(answer: Any) -> None:
    script = Script().on(UPDATE, answer)
    final = reply(job(status="completed", update_errors=[None, {"message": "x", "row": None}]))
    assert [error.message for error in ended(final, script=script).errors] == ["null", "x"]


def test_N_32_no_errors_anywhere_are_none() -> None:
    missing = reply({"message": "Not Found"}, 404)
    script = Script().on(UPDATE, missing).on(SCHEME, missing).on(JOB, VALID)
    made = opened(script)
    assert (made.update_errors(7), made.scheme_errors(7)) == ((), ())


def test_N_28_errors_asked_for_on_their_own_are_never_empty_for_want_of_a_credential() -> None:
    with pytest.raises(Denied):
        opened(Script().on(UPDATE, reply({}, 401))).update_errors(7)


def test_N_68_a_job_asked_for_on_its_own_must_be_that_one() -> None:
    with pytest.raises(NotUnderstood, match="answered with job 8"):
        opened(Script().on(JOB, reply(job(8)))).job(7)


def test_jobs_are_listed_over_the_wire() -> None:
    script = Script().on(LIST, reply({"jobs": [job(7)]}, headers={"total": "1"}))
    assert opened(script).jobs() == (known(),)
