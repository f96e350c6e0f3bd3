"""The way back of a run: what the report holds for it, and what cannot come back (product section 6.7)."""

from collections.abc import Iterable, Iterator, Sequence
from shlex import quote
from typing import Final

from reconciler.model.batch import Outcome, Receipt
from reconciler.model.fields import FIELDS
from reconciler.model.plan import Action, Change
from reconciler.views.escape import cell, name_cell
from reconciler.views.portal_csv import is_formula, moved_before, movers_of
from reconciler.views.words import count_of, some_of


def touched(receipts: Iterable[Receipt]) -> tuple[Change, ...]:
    """Return the changes that may be on the platform, even in part; not those of a file that never ran."""
    untouched = {Outcome.NOT_SENT, Outcome.LEFT_OUT}
    return tuple(
        receipt.change
        for receipt in receipts
        if receipt.outcome not in untouched and not any(problem.code == "N-63" for problem in receipt.problems)
    )


def undo_lines(changes: Sequence[Change], report: str) -> tuple[str, ...]:
    """Return how to undo these changes, line by line; `report` is the directory of the report, `""` for none."""
    if not changes:
        return ("Nothing was changed, so there is nothing to undo.",)
    return (
        "First undo the edit in the files: otherwise the next run makes these changes again.",
        *(way_back(changes, report) if report else (NO_REPORT,)),
        *no_way_back(changes),
    )


NO_REPORT: Final = "No report is kept of this run, so the rest is by hand; the next time give  --report DIR"


def way_back(changes: Sequence[Change], report: str) -> Iterator[str]:
    """Yield the command, and what the report holds for people who existed before, for an upload by hand."""
    yield "Then look at the way back, under the same limits as every run; it says how to carry it out:"
    yield f"  reconciler revert {cell(quote(report))}"
    former = [change for change in changes if change.action is not Action.CREATE]
    if not former:
        return
    yield (
        f"In an emergency, by hand: revert-portal.csv holds the values of {count_of(len(former), 'person')} as "
        "they were before, for the portal:"
    )
    yield "  Settings > Users & teams > Bulk user management > Upload users > Import users > Process"
    if any(is_formula(value) for change in former for value in change.before.values() if isinstance(value, str)):
        yield "Values that begin with = + - or @ have a ' in front there: take it away before the upload."
    movers = movers_of(former)
    if handed_on := [name_cell(change.name) for change in former if moved_before(change, movers)]:
        yield f"Took an address that somebody else had: {some_of(handed_on, 10)}."
        yield "  Upload the rows with a new e-mail one by one, from the top of the file."
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
        yield f"Own queues do not come back with the account, they are set by hand: {some_of(gone, 10)}."
        yield "  The way back states the teams. The CSV does too: upload it again if they are missing."
    if renamed := [cell(change.key) for change in changes if change.previous]:
        yield (
            "To rename back in the files, write the old address and name the new one under "
            f"{FIELDS['new_email'].tree_key}: {some_of(renamed, 10)}."
        )
    if new := [name_cell(change.name) for change in changes if change.action is Action.CREATE]:
        yield (
            f"New people stay, and their invitation mails are out: {some_of(new, 10)}. "
            "The way back makes them Inactive."
        )
