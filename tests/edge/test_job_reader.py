"""Jobs and their errors are read as far as they can be understood."""

from typing import Any

import pytest

from reconciler.edge.job_reader import moved, read_errors, read_job
from reconciler.model.batch import JobError
from reconciler.model.errors import NotUnderstood

from .wire import job, known


def test_a_documented_job_is_read() -> None:
    assert read_job(job(), "GET") == known()


@pytest.mark.parametrize(
    "raw", [None, [], "x", {}, {"id": None}, {"id": "x"}, {"id": True}, {"id": 1.5}, {"id": []}]
)
def test_N_16_an_answer_without_an_id_is_no_job(raw: Any) -> None:
    with pytest.raises(NotUnderstood):
        read_job(raw, "GET")


@pytest.mark.parametrize(
    ("raw", "status"),
    [("halted", "halted"), ("", ""), (None, "null"), (7, "7"), ("Completed ", "Completed "), (["x"], '["x"]')],
)
def test_N_64_a_strange_state_stays_the_word_that_it_is(raw: Any, status: str) -> None:
    assert read_job(job(status=raw), "GET").status == status


@pytest.mark.parametrize("count", [None, "x", [], 1.5, True, "9" * 5_000])
def test_N_69_counts_that_are_none_are_not_known(count: Any) -> None:
    assert read_job(job(total_rows=count), "GET").total_rows is None


def test_N_17_keys_that_nobody_knows_are_ignored_and_missing_ones_not_invented() -> None:
    read = read_job({"id": "12", "surprise": {}}, "GET")
    assert (read.ident, read.status, read.file_name, read.total_rows) == (12, "null", "", None)


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ({"proceed_user_name": "Eva"}, "Eva"),
        ({"proceed_api_user_name": "ci", "uploaded_user_name": "Eva"}, "ci"),
        ({}, "robot"),
    ],
)
def test_who_started_a_job_comes_before_who_uploaded_it(keys: dict[str, str], name: str) -> None:
    assert read_job(job() | keys, "GET").started_by == name


@pytest.mark.parametrize(
    ("status", "requested_at", "expected"),
    [
        ("created", "", False),
        ("valid_scheme", "", False),
        ("valid_scheme", "2026", True),
        ("in_progress", "", True),
        ("completed", "", True),
        ("halted", "", True),
    ],
)
def test_a_job_has_moved_when_it_was_requested_or_is_past_the_start(
    status: str, requested_at: str, expected: bool
) -> None:
    assert moved(known(status=status, requested_at=requested_at)) is expected


def test_documented_errors_are_read() -> None:
    raw: Any = [
        {"message": "Must be a valid email", "column": 1, "row": None, "error_type": "warning"},
        {"message": "Non-empty string", "column": 10, "row": 10},
    ]
    assert read_errors(raw) == (
        JobError("Must be a valid email", None, 1, "warning"),
        JobError("Non-empty string", 10, 10, "error"),
    )


@pytest.mark.parametrize("raw", [None, {}, "x", 1, [], {"errors": None}])
def test_L_12_what_is_no_list_of_errors_is_none(raw: Any) -> None:
    assert read_errors(raw) == ()


@pytest.mark.parametrize(
    "item", ["boom", None, 3, {"message": None, "row": "x"}, {"message": ["a"], "row": 1.5}, []]
)
def test_L_12_a_strange_error_is_kept_as_text(item: Any) -> None:
    (read,) = read_errors([item])
    assert isinstance(read.message, str)
    assert read.row is None


def test_L_12_errors_in_an_envelope_and_rows_as_texts_are_read() -> None:
    assert read_errors({"errors": [{"message": "x", "row": "3"}]}) == (JobError("x", 3, None, "error"),)
