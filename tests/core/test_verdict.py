"""The exit code of an apply."""

from dataclasses import replace

import pytest

from reconciler.core.verdict import verdict
from reconciler.model.batch import Outcome, Receipt
from reconciler.model.errors import (
    Busy,
    Denied,
    FateUnknown,
    NotUnderstood,
    ReconcilerError,
    RunRefused,
    Stopped,
    Unreachable,
)
from reconciler.model.plan import LeftOut, Plan
from reconciler.model.run import Applied
from reconciler.model.source import Problem, Severity
from tests.builders import NOW, desired, live, plan_of

DECLARED = [desired(f"{name}@acme.example", location="Lisbon") for name in "ab"]
PLAN = plan_of(DECLARED, [live(user.email.value) for user in DECLARED])


def applied(
    *outcomes: Outcome,
    error: ReconcilerError | None = None,
    problems: tuple[Problem, ...] = (),
    plan: Plan = PLAN,
) -> Applied:
    """A run with these outcomes of its two people."""
    receipts = tuple(Receipt(change, outcome) for change, outcome in zip(plan.changes, outcomes, strict=False))
    return Applied(plan, receipts, (), problems, error, "0123abcd", NOW, NOW)


SEEN, SENT, NOT_SENT = Outcome.CONFIRMED, Outcome.UNKNOWN, Outcome.NOT_SENT


def test_everybody_confirmed_is_0() -> None:
    assert verdict(applied(SEEN, SEEN)) == 0


def test_nothing_to_do_is_0() -> None:
    assert verdict(applied(plan=plan_of())) == 0


@pytest.mark.parametrize("outcome", [Outcome.NOT_CONFIRMED, Outcome.REJECTED, Outcome.NOT_SENT, Outcome.LEFT_OUT])
def test_one_person_not_confirmed_is_1(outcome: Outcome) -> None:
    assert verdict(applied(SEEN, outcome)) == 1


def test_a_planned_person_without_a_receipt_is_1() -> None:
    assert verdict(applied(SEEN)) == 1


def test_somebody_left_out_is_1() -> None:
    plan = replace(PLAN, left_out=(LeftOut("x@acme.example", "X", Problem("protected")),))
    assert verdict(applied(SEEN, SEEN, plan=plan)) == 1


def test_L_11_a_change_of_somebody_else_is_1() -> None:
    assert verdict(applied(SEEN, SEEN, problems=(Problem("Roles changed"),))) == 1


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.NOTE])
def test_L_09_warnings_and_notes_do_not_fail(severity: Severity) -> None:
    assert verdict(applied(SEEN, SEEN, problems=(Problem("edited meanwhile", severity=severity),))) == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ReconcilerError("x"), 1),
        (Unreachable("x"), 1),
        (NotUnderstood("x"), 1),
        (Denied("x", status=401), 1),
        (RunRefused("x"), 4),
        (Busy("x"), 6),
        (Stopped("x", signal_number=2), 130),
        (Stopped("x", signal_number=15), 143),
    ],
)
def test_an_error_before_anything_was_sent_keeps_its_code(error: ReconcilerError, code: int) -> None:
    assert verdict(applied(NOT_SENT, NOT_SENT, error=error)) == code
    assert verdict(applied(error=error)) == code


@pytest.mark.parametrize("error", [ReconcilerError("x"), RunRefused("x"), Busy("x"), Denied("x", status=401)])
def test_an_error_after_a_batch_whose_end_was_seen_is_1(error: ReconcilerError) -> None:
    assert verdict(applied(SEEN, NOT_SENT, error=error)) == 1


@pytest.mark.parametrize("error", [None, Unreachable("x"), RunRefused("x"), Denied("x", status=401)])
def test_N_09_N_29_a_row_of_unknown_fate_is_5(error: ReconcilerError | None) -> None:
    assert verdict(applied(SENT, NOT_SENT, error=error)) == 5


def test_a_job_of_unknown_fate_is_5_even_where_nobody_is_known_to_be_sent() -> None:
    assert verdict(applied(NOT_SENT, NOT_SENT, error=FateUnknown("x", job=7))) == 5


def test_not_known_beats_not_confirmed() -> None:
    assert verdict(applied(Outcome.NOT_CONFIRMED, SENT)) == 5


def test_P_04_a_signal_after_a_write_is_5() -> None:
    assert verdict(applied(SEEN, NOT_SENT, error=Stopped("x", signal_number=15))) == 5
