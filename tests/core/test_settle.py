"""What a job reported, placed on people only where nobody else can be meant."""

import pytest

from reconciler.core.settle import settle
from reconciler.model.batch import Batch, Ending, Job, JobError, JobResult, Outcome, Row
from reconciler.model.source import Severity
from tests.builders import desired, live, plan_of


def batch_of(*names: str) -> Batch:
    """A batch that moves these people to Lisbon, each on the line of the file that counts them."""
    people = [live(f"{name}@acme.example") for name in names]
    declared = [desired(user.email, line=line, location="Lisbon") for line, user in enumerate(people, 1)]
    return Batch(1, tuple(Row(change, {}) for change in plan_of(declared, people).changes), b"[]", "0" * 16)


def result(*errors: JobError, ending: Ending = Ending.DONE) -> JobResult:
    """Job 12345, ended."""
    job = Job(12345, "completed", "reconciler.json", 3, 3, 0, "", "", "")
    return JobResult(job, ending, errors)


def error(row: int | None, message: str = "Non-empty string", sort: str = "error") -> JobError:
    """An entry of column 10."""
    return JobError(message, row, 10, sort)


@pytest.mark.parametrize("ending", [Ending.DONE, Ending.FAILED, Ending.UNKNOWN])
def test_a_sent_row_is_not_known_before_the_re_read(ending: Ending) -> None:
    receipts, problems = settle(batch_of("a", "b"), result(ending=ending))
    assert [(each.outcome, each.job, each.problems) for each in receipts] == [(Outcome.UNKNOWN, 12345, ())] * 2
    assert problems == ()


def test_receipts_stand_in_the_order_of_the_rows() -> None:
    batch = batch_of("a", "b", "c")
    receipts, _ = settle(batch, result())
    assert [each.change for each in receipts] == [row.change for row in batch.rows]


@pytest.mark.parametrize("row", [None, 0, 1, 2])
def test_an_error_of_a_batch_with_one_row_is_placed_whatever_the_base(row: int | None) -> None:
    (receipt,), problems = settle(batch_of("a"), result(error(row)))
    (problem,) = receipt.problems
    assert (problem.severity, problem.user, problem.mark) == (
        Severity.ERROR,
        "a@acme.example",
        receipt.change.mark,
    )
    assert '"Non-empty string"' in problem.summary
    assert problems == ()


def test_an_error_far_outside_a_batch_of_one_row_is_not_placed() -> None:
    (receipt,), (problem,) = settle(batch_of("a"), result(error(7)))
    assert receipt.problems == ()
    assert problem.summary == 'job 12345 reported an error (row 7, column 10): "Non-empty string"'


def test_L_12_an_error_of_a_larger_batch_is_listed_with_everybody_whom_it_may_mean() -> None:
    _, (problem,) = settle(batch_of("a", "b", "c", "d"), result(error(2)))
    assert problem.hint.endswith(
        "it may mean a@acme.example (users/people.yaml:1) or b@acme.example (users/people.yaml:2) "
        "or c@acme.example (users/people.yaml:3)"
    )
    assert (problem.user, problem.mark) == ("", None)


def test_L_12_whom_an_error_may_mean_gets_a_note_and_no_blame() -> None:
    receipts, _ = settle(batch_of("a", "b", "c", "d"), result(error(2)))
    assert [[hint.severity for hint in each.problems] for each in receipts] == [[Severity.NOTE]] * 3 + [[]]


@pytest.mark.parametrize(
    ("row", "meant"), [(0, ["a"]), (1, ["a", "b"]), (3, ["b", "c"]), (4, ["c"]), (5, []), (-1, [])]
)
def test_the_three_bases_give_the_candidates(row: int, meant: list[str]) -> None:
    receipts, _ = settle(batch_of("a", "b", "c"), result(error(row)))
    assert [each.change.key[0] for each in receipts if each.problems] == meant


def test_L_12_a_row_0_blames_nobody_it_may_mean_no_row() -> None:
    receipts, problems = settle(batch_of("a", "b"), result(error(0)))
    assert [hint.severity for hint in receipts[0].problems] == [Severity.NOTE]
    assert len(problems) == 1


def test_L_12_an_error_without_a_row_is_listed_raw() -> None:
    receipts, (problem,) = settle(batch_of("a", "b"), result(JobError("<b>x</b>", None, None, "error")))
    assert problem.summary == 'job 12345 reported an error (no row): "<b>x</b>"'
    assert not any(each.problems for each in receipts)


def test_unplaced_entries_of_a_job_that_ran_are_left_to_the_re_read() -> None:
    _, (problem,) = settle(batch_of("a", "b"), result(error(None)))
    assert problem.severity is Severity.WARNING


def test_L_09_a_warning_is_a_warning() -> None:
    (receipt,), _ = settle(batch_of("a"), result(error(1, sort="warning")))
    assert receipt.problems[0].severity is Severity.WARNING
    assert "reported a warning" in receipt.problems[0].summary


def test_an_unknown_sort_of_entry_is_an_error() -> None:
    (receipt,), _ = settle(batch_of("a"), result(error(1, sort="fatal")))
    assert receipt.problems[0].severity is Severity.ERROR


def test_N_63_after_a_refused_file_every_row_is_rejected() -> None:
    receipts, problems = settle(batch_of("a", "b"), result(error(1), ending=Ending.INVALID))
    assert [each.outcome for each in receipts] == [Outcome.REJECTED] * 2
    assert all(each.problems[-1].summary.startswith("not carried out") for each in receipts)
    assert problems[0].summary.startswith("job 12345: the platform refused the whole file")
    assert {problem.severity for problem in problems} == {Severity.ERROR}
