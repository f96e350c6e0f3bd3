"""The way back of a run: what the report holds for it, and what cannot come back (product section 6.7)."""

from collections.abc import Iterable, Iterator, Sequence

from reconciler.model.batch import Outcome, Receipt
from reconciler.model.fields import FIELDS
from reconciler.model.plan import Action, Change
from reconciler.views.escape import name_cell
from reconciler.views.portal_csv import is_formula
from reconciler.views.words import count_of, some_of


def touched(receipts: Iterable[Receipt]) -> tuple[Change, ...]:
    """Return the changes that may be on the platform, even in part; not those of a file that never ran."""
    untouched = {Outcome.NOT_SENT, Outcome.LEFT_OUT}
    return tuple(
        receipt.change
        for receipt in receipts
        if receipt.outcome not in untouched and not any(problem.code == "N-63" for problem in receipt.problems)
    )


def undo_lines(changes: Sequence[Change]) -> tuple[str, ...]:
    """Return how to undo these changes, line by line."""
    if not changes:
        return ("Nothing was changed, so there is nothing to undo.",)
    return (
        "First undo the edit in the files: otherwise the next run makes these changes again.",
        *way_back(changes),
        *no_way_back(changes),
    )


def way_back(changes: Sequence[Change]) -> Iterator[str]:
    """Yield what the report holds for people who existed before."""
    former = [change for change in changes if change.action is not Action.CREATE]
    if not former:
        return
    yield (
        f"revert.json holds the values of {count_of(len(former), 'person')} as they were before. "
        "revert-portal.csv holds the same for the portal:"
    )
    yield "  Settings > Users & teams > Bulk user management > Upload users > Import users > Process"
    if any(is_formula(value) for change in former for value in change.before.values() if isinstance(value, str)):
        yield "Values that begin with = + - or @ have a ' in front there: take it away before the upload."
    if emptied := [line for change in former for line in filled(change)]:
        yield f"Empty before, and a CSV cannot empty them again: {some_of(emptied, 10)}."


def filled(change: Change) -> Iterator[str]:
    """Yield the values of a person that were empty before: `Ana Reyes (Location)`."""
    titles = [FIELDS[field.field].title for field in change.fields if field.before is None]
    if titles:
        yield f"{name_cell(change.name)} ({', '.join(titles)})"


def no_way_back(changes: Sequence[Change]) -> Iterator[str]:
    """Yield what cannot come back by itself (platform-api section 12)."""
    if gone := [name_cell(change.name) for change in changes if change.action is Action.DEACTIVATE]:
        yield f"Teams and own queues do not come back with the account: {some_of(gone, 10)}."
        yield "  The CSV states the teams: upload it again if they are missing. Queues are set by hand."
    if new := [name_cell(change.name) for change in changes if change.action is Action.CREATE]:
        yield (
            f"New people stay, and their invitation mails are out: {some_of(new, 10)}. "
            "To end the access, write  status: Inactive  in the files."
        )
