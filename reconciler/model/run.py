"""What an apply did, from the first write to the last re-read, as plain data."""

from dataclasses import dataclass
from datetime import datetime

from reconciler.model.batch import Job, Receipt
from reconciler.model.errors import ReconcilerError
from reconciler.model.plan import Plan
from reconciler.model.source import Problems


@dataclass(frozen=True, slots=True)
class Applied:
    """The result of one apply, also of one that ended early.

    Attributes:
        plan: What was planned and shown.
        receipts: One a change, in the order of sending.
        jobs: The bulk jobs that were started, with their last known state.
        problems: What did not hold beside the receipts: unpromised changes of people in the plan, changes of
            people who are not in it (errors), values edited meanwhile (notes), warnings of the platform.
        error: What ended the run early; None where it came to its end.
        run: The run id, 8 hexadecimal digits, part of every file name that was uploaded.
        started_at: When the run began, UTC.
        ended_at: When the last re-read ended, UTC.
    """

    plan: Plan
    receipts: tuple[Receipt, ...]
    jobs: tuple[Job, ...]
    problems: Problems
    error: ReconcilerError | None
    run: str
    started_at: datetime
    ended_at: datetime
