"""How a run ended: everybody's receipt against one last read, side effects, and errors that broke it off."""

from reconciler.core.verify import addresses, bystanders, unpromised, verify
from reconciler.flow.batches import Run, Sent
from reconciler.model.batch import Batch, Outcome, Receipt
from reconciler.model.errors import FateUnknown, ReconcilerError, Stopped
from reconciler.model.source import Problems
from reconciler.model.users import Snapshot


def gather(
    run: Run, batches: tuple[Batch, ...], sent: list[Sent], everything: list[Sent]
) -> tuple[tuple[Receipt, ...], Snapshot | None]:
    """Return one receipt a planned person, seen against one last complete read, and that read if there is one."""
    known = tuple(receipt for part in sent for receipt in part.receipts)
    unseen, unsent = without_receipt(run, batches[len(sent) :])
    live = everything[-1].live if everything else None
    if unseen or len(run.ledger.started) > len(everything):
        live = try_read(run)
    if live is None:
        return known + unseen + unsent, None
    return verify(known, live) + left_open(verify(unseen, live)) + unsent, live


def left_open(receipts: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
    """Return the receipts of a job whose end was not seen: who is as promised is confirmed, nobody else is judged.

    The job may still come to them, so what is not there yet is not known, rather than refused (faults.md N-62).
    """
    return tuple(
        receipt if receipt.outcome is Outcome.CONFIRMED else Receipt(receipt.change, Outcome.UNKNOWN, receipt.job)
        for receipt in receipts
    )


def without_receipt(run: Run, batches: tuple[Batch, ...]) -> tuple[tuple[Receipt, ...], tuple[Receipt, ...]]:
    """Return receipts for batches that did not come back: unknown where the job was started, else not sent."""
    started = {job.file_name: job for job in run.ledger.jobs.values() if job.ident in run.ledger.started}
    unseen: list[Receipt] = []
    unsent: list[Receipt] = []
    for batch in batches:
        job = started.get(batch.file_name(run.outside.run)) or run.adoptable.get(batch.fingerprint)
        fate = unseen if job is not None and job.ident in run.ledger.started else unsent
        for row in batch.rows:
            if fate is unseen and job is not None:
                unseen.append(Receipt(row.change, Outcome.UNKNOWN, job.ident))
            else:
                unsent.append(Receipt(row.change, Outcome.NOT_SENT))
    return tuple(unseen), tuple(unsent)


def try_read(run: Run) -> Snapshot | None:
    """Read the live state once more after an ending; None where even that is not to be had."""
    try:
        return run.read()
    except ReconcilerError:
        return None


def side_effects(before: Snapshot, receipts: tuple[Receipt, ...], live: Snapshot) -> Problems:
    """Return what changed without a promise: of people in the plan, and of everybody else (faults.md L-11)."""
    touched = tuple(receipt.change for receipt in receipts if receipt.outcome is not Outcome.NOT_SENT)
    strange = unpromised(touched, live, whole=False)
    return strange + bystanders(before, live, addresses(touched))


def as_ending(stopped: Stopped, run: Run) -> ReconcilerError:
    """Return how a run ended that a signal broke off: after a write the fate is unknown (faults.md P-04)."""
    if not run.ledger.wrote:
        return stopped
    job = max(run.ledger.jobs, default=None)
    fate = "was started" if job in run.ledger.started else "was not started"
    return FateUnknown(
        f"stopped by a signal; job {job} {fate}" if job else "stopped by a signal while a job was uploaded",
        "Run again: it looks for this job first and sends nothing twice.",
        job=job,
    )


def as_unforeseen(error: Exception, run: Run) -> ReconcilerError:
    """Return how a run ended that broke inside the tool: unknown once something was written (faults.md 0.1)."""
    words = f"an error inside the tool: {type(error).__name__}"
    advice = "This is ours to repair; report it. Run again: it looks for this run's jobs first."
    if run.ledger.wrote:
        return FateUnknown(words, advice, job=max(run.ledger.jobs, default=None))
    return ReconcilerError(words, advice)
