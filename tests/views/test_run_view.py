import json
from collections.abc import Callable
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from reconciler.model.batch import Outcome, Receipt
from reconciler.model.errors import Busy, FateUnknown, ReconcilerError, RunRefused, Stopped
from reconciler.model.run import Applied
from reconciler.model.source import Problem, Severity
from reconciler.views.render_json import render_run as as_json
from reconciler.views.render_summary import render_summary
from reconciler.views.render_text import render_run
from reconciler.views.run_view import RunView, view_run
from tests.views.samples import CHANGES, EVA, FULL, applied, job, plan

Golden = Callable[[str, str], None]
MADRID = ZoneInfo("Europe/Madrid")
PEOPLE = {change.name: change for change in CHANGES}
EVA_IS_IN = Receipt(
    EVA,
    Outcome.NOT_CONFIRMED,
    12345,
    (
        Problem(
            "CAN STILL SIGN IN: wanted Inactive, is Active",
            "run again; if it stays, deactivate the person in the portal now",
            EVA.mark,
            EVA.key,
            "status",
            "L-14",
        ),
    ),
)
ANA_IS_REJECTED = Receipt(
    PEOPLE["Ana Reyes"],
    Outcome.REJECTED,
    12345,
    (Problem('job 12345 reported an error (row 3, column 7): "Must be 0, 1"', mark=PEOPLE["Ana Reyes"].mark),),
)
BEA_DID_NOT_MOVE = Receipt(
    PEOPLE["Bea Soler"],
    Outcome.NOT_CONFIRMED,
    12345,
    (
        Problem(
            'after job 12345 the platform says "Billing ES", wanted "Retention ES"',
            "somebody may have changed it meanwhile",
            PEOPLE["Bea Soler"].mark,
            PEOPLE["Bea Soler"].key,
            "teams",
        ),
    ),
)
MEANWHILE = Problem(
    "edited meanwhile: was Uma, is Umi", user="zoe@acme.example", field="alias", severity=Severity.NOTE
)
STRANGER = Problem(
    "was Agent, is Admin, though nobody planned it", user="zoe@acme.example", field="roles", code="L-11"
)
STUCK = FateUnknown(
    "job 12345 was started at 18:07, 52 of 120 rows done, no movement for 30 minutes",
    "Do not upload anything in the portal. Run the workflow again later: it looks for this job first and sends "
    'nothing twice.\nStill stuck tomorrow? README, "A job that never ends".',
    job=12345,
)
MOVED = RunRefused(
    "the platform changed after the plan was made",
    "Job 12346 was uploaded and not started. Nobody was changed by it.",
    (Problem("Teams: planned from Billing ES, now VIP", mark=EVA.mark, user=EVA.key),),
)
UNSENT = tuple(Receipt(change, Outcome.NOT_SENT) for change in CHANGES[:3])

ENDINGS: dict[str, tuple[Applied, int]] = {
    "confirmed": (applied(), 0),
    "confirmed_edited_meanwhile": (applied(problems=(MEANWHILE,)), 0),
    "left_out": (applied(of=FULL), 1),
    "can_still_sign_in": (applied(EVA_IS_IN), 1),
    "mixed": (applied(EVA_IS_IN, ANA_IS_REJECTED, BEA_DID_NOT_MOVE, problems=(MEANWHILE,)), 1),
    "bystander": (applied(problems=(STRANGER,)), 1),
    "unknown": (applied(error=STUCK, default=Outcome.UNKNOWN, jobs=(job("in_progress", 5),)), 5),
    "refused": (applied(error=MOVED, default=Outcome.NOT_SENT), 4),
    "half_way": (applied(*UNSENT, error=MOVED), 4),
    "busy": (applied(error=Busy("another run began meanwhile"), default=Outcome.NOT_SENT), 6),
    "nothing": (applied(of=plan((), unchanged=412), jobs=()), 0),
}


def told(name: str) -> RunView:
    """The view of one ending."""
    return view_run(*ENDINGS[name], MADRID)


@pytest.mark.parametrize("name", ENDINGS)
def test_every_ending_as_a_person_reads_it(name: str, golden: Golden) -> None:
    golden(f"run_{name}.txt", render_run(told(name)))


def test_a_run_as_json(golden: Golden) -> None:
    golden("run_mixed.json", as_json(told("mixed")))


def test_the_summary_of_the_report(golden: Golden) -> None:
    golden("summary_mixed.md", render_summary(told("mixed")))


@pytest.mark.parametrize("name", ENDINGS)
def test_the_summary_ends_with_the_way_back(name: str) -> None:
    assert "#### To undo" in render_summary(told(name)).split("\n\n")[-2]


def test_success_is_one_line() -> None:
    assert render_run(told("confirmed")) == "Applied and confirmed: 12 of 12, 10:42.\n"


def test_without_the_tenants_zone_the_time_says_so() -> None:
    assert view_run(applied(), 0, UTC).headline == "Applied and confirmed: 12 of 12, 09:42 UTC."


def test_L_14_whoever_can_still_sign_in_stands_on_top() -> None:
    first = told("mixed").receipts[0]
    assert (first.key, first.alarm) == (EVA.key, "CAN STILL SIGN IN")


def test_somebody_out_whose_location_did_not_hold_raises_no_alarm() -> None:
    half = Receipt(EVA, Outcome.NOT_CONFIRMED, 12345, (Problem("is Madrid, wanted Oslo", field="location"),))
    assert view_run(applied(half), 1).receipts[0].alarm == ""


@pytest.mark.parametrize("code", [1, 4, 5, 6])
def test_nothing_was_sent_is_never_said_where_something_was(code: int) -> None:
    error = ReconcilerError("the line went dead")
    assert "nothing was sent" not in view_run(applied(*UNSENT, error=error), code).headline


@pytest.mark.parametrize("number", [2, 15])
def test_a_signal_before_any_write(number: int) -> None:
    stopped = Stopped("by Ctrl-C", signal_number=number)
    run = applied(error=stopped, default=Outcome.NOT_SENT, jobs=())
    assert render_run(view_run(run, stopped.exit_code)) == "STOPPED, nothing was sent: by Ctrl-C\n"


def test_nothing_is_undone_before_the_job_has_ended() -> None:
    assert told("unknown").undo[0].startswith("Not before it is known how the job ended")


def test_all_unknown_without_an_error_is_not_called_failed() -> None:
    one = Receipt(EVA, Outcome.UNKNOWN, 12345)
    assert (
        view_run(applied(one), 5).headline
        == "NOT KNOWN YET: whether 1 of 12 changes is on the platform (1 unknown)"
    )


def test_L_12_words_of_the_platform_are_escaped() -> None:
    loud = Receipt(
        EVA, Outcome.REJECTED, 1, (Problem('job 1 reported: "<b>\x1b[31m\n::error::x"', mark=EVA.mark),)
    )
    text = render_run(view_run(applied(loud, jobs=(job("\x1b[1mdone"),)), 1))
    assert r"<b>\x1b[31m\x0a::error::x" in text
    assert "\x1b" not in text


def test_L_09_a_warning_of_a_confirmed_change_is_shown() -> None:
    said = Problem("job 1 reported a warning", mark=EVA.mark, user=EVA.key, severity=Severity.WARNING)
    text = render_run(view_run(applied(Receipt(EVA, Outcome.CONFIRMED, 1, (said,))), 0))
    assert "Warning: eva.lind@acme.example: job 1 reported a warning (users/billing.yaml:71)" in text


def test_a_long_list_is_cut_in_the_text_and_whole_in_json() -> None:
    run = applied(of=plan([EVA] * 250), default=Outcome.NOT_CONFIRMED)
    assert "  and 150 more, all of them in the report: receipt.json" in render_run(view_run(run, 1))
    assert len(json.loads(as_json(view_run(run, 1)))["receipts"]) == 250
