"""Whose jobs stand on the platform, and what a run does about each."""

from datetime import date, timedelta
from typing import Any

import pytest

from reconciler.core.ownership import SplitJobs, fingerprint_of, finished, is_ours, name_foreign, split_jobs
from reconciler.model.batch import Job
from reconciler.model.settings import IgnoredJob
from reconciler.model.source import Severity
from tests.builders import TODAY, mark

FINGERPRINT = "0123456789abcdef"
OURS = f"reconciler-{FINGERPRINT}-89abcdef.json"
REQUESTED = "2026-12-02T04:00:00.000Z"


def job(ident: int = 7, status: str = "in_progress", file_name: str = "portal.csv", **changes: Any) -> Job:
    """A job of somebody else, uploaded yesterday."""
    given = {"total_rows": 3, "affected_rows": None, "failed_rows": None, "started_by": "kim"}
    times = {"created_at": "2026-12-01T04:00:00.000Z", "requested_at": ""}
    return Job(ident=ident, status=status, file_name=file_name, **(given | times | changes))


def split(*jobs: Job, ignored: tuple[IgnoredJob, ...] = (), fingerprints: tuple[str, ...] = ()) -> SplitJobs:
    """Split jobs as of today."""
    return split_jobs(jobs, ignored, TODAY, frozenset(fingerprints))


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        (OURS, True),
        ("reconciler-0123456789abcdef-89abcdef.json.json", False),
        ("reconciler-0123456789ABCDEF-89abcdef.json", False),
        ("reconciler-0123456789abcdef-89abcde.json", False),
        ("x-reconciler-0123456789abcdef-89abcdef.json", False),
        (OURS + "\n", False),
        ("", False),
    ],
)
def test_our_files_have_a_name_of_their_own(name: str, ours: bool) -> None:
    assert is_ours(job(file_name=name)) is ours


def test_the_fingerprint_stands_in_the_name() -> None:
    assert fingerprint_of(job(file_name=OURS)) == FINGERPRINT


@pytest.mark.parametrize(
    ("status", "requested_at", "running"),
    [
        ("created", "", True),
        ("in_progress", REQUESTED, True),
        ("valid_scheme", REQUESTED, True),
        ("valid_scheme", "", False),
        ("invalid_scheme", "", False),
        ("completed", REQUESTED, False),
        ("an unseen word", REQUESTED, False),
    ],
)
def test_unfinished_is_what_will_move_by_itself(status: str, requested_at: str, running: bool) -> None:
    ours = job(status=status, requested_at=requested_at, file_name=OURS)
    foreign = job(8, status=status, requested_at=requested_at)
    found = split(ours, foreign)
    assert (found.ours_running, found.foreign_running) == (((ours,), (foreign,)) if running else ((), ()))


def test_an_upload_that_was_never_started_is_not_finished() -> None:
    assert not finished(job(status="valid_scheme"))
    assert finished(job(status="invalid_scheme"))


def test_N_71_an_ignored_job_does_not_hold_up_a_run_until_its_last_day() -> None:
    line = IgnoredJob(7, TODAY, mark())
    assert split(job(7), ignored=(line,)).foreign_running == ()
    late = split_jobs((job(7),), (line,), TODAY + timedelta(days=1), frozenset())
    assert late.foreign_running == (job(7),)


def test_an_ignored_job_speaks_for_no_other() -> None:
    assert split(job(8), ignored=(IgnoredJob(7, TODAY, mark()),)).foreign_running == (job(8),)


def test_N_70_an_upload_with_the_bytes_of_this_run_is_adopted() -> None:
    ours = job(status="valid_scheme", file_name=OURS)
    found = split(ours, fingerprints=(FINGERPRINT,))
    assert (dict(found.adoptable), found.stale) == ({FINGERPRINT: ours}, ())


def test_N_70_an_upload_with_other_bytes_is_stale() -> None:
    ours = job(status="valid_scheme", file_name=OURS)
    found = split(ours, fingerprints=("f" * 16,))
    assert (dict(found.adoptable), found.stale) == ({}, (ours,))


def test_P_07_of_two_uploads_of_the_same_bytes_only_the_older_is_adopted() -> None:
    newer, older = job(9, "valid_scheme", OURS), job(4, "valid_scheme", OURS)
    found = split(newer, older, fingerprints=(FINGERPRINT,))
    assert (dict(found.adoptable), found.stale) == ({FINGERPRINT: older}, (newer,))


def test_a_started_job_with_the_bytes_of_this_run_is_waited_for_not_adopted() -> None:
    ours = job(status="valid_scheme", file_name=OURS, requested_at=REQUESTED)
    found = split(ours, fingerprints=(FINGERPRINT,))
    assert (found.ours_running, dict(found.adoptable)) == ((ours,), {})


def test_a_foreign_upload_is_never_adopted() -> None:
    foreign = job(status="valid_scheme")
    assert split(foreign, fingerprints=("",)).stale == (foreign,)


def test_jobs_come_from_the_oldest_on() -> None:
    assert [found.ident for found in split(job(9), job(3), job(5)).foreign_running] == [3, 5, 9]


def test_N_70_the_warning_names_the_job_its_age_and_the_danger() -> None:
    (problem,) = split(job(12345, "valid_scheme", OURS)).warnings
    assert problem.summary == (
        f'job 12345 ("{OURS}", uploaded 2026-12-01T04:00:00.000Z) was never started; '
        "somebody could start it in the portal and write what is out of date by then"
    )
    assert (problem.code, problem.severity) == ("N-70", Severity.WARNING)


def test_N_71_the_warning_of_a_foreign_upload_has_its_own_code() -> None:
    (problem,) = split(job(status="valid_scheme", created_at="")).warnings
    assert "uploaded at an unknown time" in problem.summary
    assert problem.code == "N-71"


def test_N_71_the_way_past_a_dead_job_is_ready_to_paste() -> None:
    problem = name_foreign(job(12345, started_by=""), date(2026, 12, 2))
    assert problem.summary.startswith('job 12345 ("portal.csv") of somebody else, uploaded 2026-12-01T')
    assert problem.hint.endswith("ignore_jobs: [{id: 12345, last_day: 2026-12-09}]")
