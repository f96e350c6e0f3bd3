"""What an apply is worth as an exit code (product section 4); computed before anything is drawn (P-21)."""

from typing import assert_never

from reconciler.model.batch import Outcome
from reconciler.model.errors import FateUnknown, ReconcilerError, Stopped
from reconciler.model.run import Applied
from reconciler.model.source import errors_of

DONE, FAILED, UNKNOWN = 0, 1, 5


def verdict(applied: Applied) -> int:
    """Return the exit code of an apply.

    Not known beats everything; the codes that say "no job was started" only hold where none of our rows was
    sent. 0 is left for a run that came to its end with every planned person seen as promised.
    """
    codes = {code_of(receipt.outcome) for receipt in applied.receipts}
    if UNKNOWN in codes or isinstance(applied.error, FateUnknown):
        return UNKNOWN
    if applied.error is not None:
        return code_of_ending(applied.error, applied)
    unseen = {change.key for change in applied.plan.changes} - {receipt.change.key for receipt in applied.receipts}
    if unseen or applied.plan.left_out or errors_of(applied.problems):
        return FAILED
    return max(codes, default=DONE)


def code_of(outcome: Outcome) -> int:
    """Return what one person's outcome means for the run."""
    match outcome:
        case Outcome.CONFIRMED:
            return DONE
        case Outcome.NOT_CONFIRMED | Outcome.REJECTED | Outcome.NOT_SENT | Outcome.LEFT_OUT:
            return FAILED
        case Outcome.UNKNOWN:
            return UNKNOWN
        case _:
            assert_never(outcome)


def code_of_ending(error: ReconcilerError, applied: Applied) -> int:
    """Return the code of a run that an error ended: its own, unless rows had been sent before."""
    if all(receipt.outcome in {Outcome.NOT_SENT, Outcome.LEFT_OUT} for receipt in applied.receipts):
        return error.exit_code
    return UNKNOWN if isinstance(error, Stopped) else FAILED
