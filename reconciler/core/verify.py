"""Receipts and a fresh read -> what really became of everybody; nothing counts but what is seen."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Final

from reconciler.core.promises import (
    STILL_IN,
    broken_promises,
    differing,
    is_access,
    is_names,
    person_after,
    promises,
    said,
)
from reconciler.core.renames import KEY
from reconciler.core.settle import ERROR, MAYBE, REFUSED, WARNING
from reconciler.model.batch import Batch, Outcome, Receipt
from reconciler.model.fields import FIELDS, READ_FIELDS, Field
from reconciler.model.names import names_of
from reconciler.model.plan import Action, Change, FieldChange
from reconciler.model.source import Problem, Problems, Severity
from reconciler.model.users import LiveUser, Snapshot
from reconciler.model.values import Value

MEANWHILE: Final = "edited.meanwhile"
"""Code of a harmless value that somebody else changed during the run."""


def verify(receipts: Iterable[Receipt], fresh: Snapshot) -> tuple[Receipt, ...]:
    """Return the receipts as a complete fresh read decides them; whoever can still sign in stands first (L-14).

    All promised values there: confirmed, even where the platform reported an error. One missing: rejected where
    an error was surely reported for the person, else not confirmed. It may be asked again with its own answer.
    Rows that were not sent, and rows of a file that was refused as a whole, stay as they are.
    """
    listed = tuple(receipts)
    planned = frozenset(receipt.change.key for receipt in listed if was_carried_out(receipt))
    checked = (check(receipt, fresh, planned) for receipt in listed)
    return tuple(sorted(checked, key=lambda seen: not is_still_in(seen)))


def unpromised(changes: Iterable[Change], fresh: Snapshot, *, whole: bool = False) -> Problems:
    """Say which values of planned people changed though nothing promised it (faults.md L-11).

    With `whole` every such value is an error: nobody may be sent after a first row that did more than it should.
    Else account, roles and teams are errors, other values were edited meanwhile.
    """
    found = []
    for change in changes:
        if user := person_after(change, fresh):
            for field in unpromised_fields(change, user):
                before, after = change.before.get(field.name), user.values.get(field.name)
                problem = strange(field, before, after, user, loud=whole or is_access(field))
                found.append(replace(problem, mark=change.mark))
    return loudest_first(found)


def bystanders(before: Snapshot, fresh: Snapshot, touched: frozenset[str]) -> Problems:
    """Say what changed for people who are not in the plan: `touched` are the `addresses` of those who are.

    Account, roles and teams, a new, a lost and a moved account are errors (promise 2); an unplanned account may
    be our own row (unknowns 26 to 28). Other values were edited meanwhile.
    """
    old, new = everyone(before), everyone(fresh)
    problems = [nobody_planned(user, "an account that was there is gone") for user in missing(old, new, touched)]
    problems += [
        nobody_planned(user, "a new account, though nobody planned it") for user in missing(new, old, touched)
    ]
    for ident, user in new.items():
        was = old.get(ident)
        if was is None or was == user or was.key in touched:
            continue
        if was.key != user.key:
            problems.append(nobody_planned(user, f"the account of {was.email} has this address now"))
        for field in differing(was.values, user.values):
            values = was.values.get(field.name), user.values.get(field.name)
            problems.append(strange(field, *values, user, loud=is_access(field)))
    return loudest_first(problems)


def addresses(changes: Iterable[Change]) -> frozenset[str]:
    """Return the canonical addresses of planned people, before and after."""
    return frozenset(key for change in changes for key in (change.live_key, change.key))


def lost_teams(receipts: Iterable[Receipt], fresh: Snapshot) -> tuple[Change, ...]:
    """Return the one second pass: teams that a creation or a reactivation did not set (unknowns 37 and 38).

    Promised teams that are missing, and teams from before that were to go (unknown 36: kept while inactive). Only
    people whose account is as promised; the row states the fresh record with the promised teams.
    """
    return tuple(
        second_pass(receipt.change, promise, user)
        for receipt in receipts
        if was_carried_out(receipt) and receipt.change.action in {Action.CREATE, Action.REACTIVATE}
        for promise in promises(receipt.change)
        if FIELDS[promise.field].lost_on_deactivation
        and (user := person_after(receipt.change, fresh))
        and user.active
        and user.key == receipt.change.key
        and not_set(promise, names_of(user.values.get(promise.field)))
    )


def not_set(promise: FieldChange, held: frozenset[str]) -> bool:
    """Say whether a promised set of names was not taken; names from nowhere are another matter (L-11)."""
    before, after = names_of(promise.before), names_of(promise.after)
    return bool((after - held) | (before - after) & held)


def moved(batch: Batch, fresh: Snapshot) -> Problems:
    """Say who of a batch is no longer as planned; nothing may be started then (faults.md L-03, P-08).

    The whole record counts: a row states it whole and would take back any edit.
    """
    return tuple(problem for row in batch.rows for problem in moved_person(row.change, fresh))


def check(receipt: Receipt, fresh: Snapshot, planned: frozenset[str]) -> Receipt:
    """Decide one receipt; `planned` as in `broken_promises`."""
    if not was_carried_out(receipt):
        return receipt
    hints = [problem for problem in receipt.problems if problem.code in {ERROR, WARNING, MAYBE}]
    broken = broken_promises(receipt.change, receipt.job, fresh, planned)
    if not broken:
        spoken = tuple(replace(hint, severity=Severity.WARNING) for hint in hints if hint.code != MAYBE)
        return replace(receipt, outcome=Outcome.CONFIRMED, problems=spoken)
    rejected = any(hint.code == ERROR for hint in hints)
    spoken = tuple(replace(hint, severity=Severity.ERROR) if hint.code == ERROR else hint for hint in hints)
    outcome = Outcome.REJECTED if rejected else Outcome.NOT_CONFIRMED
    return replace(receipt, outcome=outcome, problems=broken + spoken)


def was_carried_out(receipt: Receipt) -> bool:
    """Say whether the platform may have worked on the row."""
    refused = any(problem.code == REFUSED for problem in receipt.problems)
    return not refused and receipt.outcome not in {Outcome.NOT_SENT, Outcome.LEFT_OUT}


def is_still_in(receipt: Receipt) -> bool:
    """Say whether somebody can still sign in who should not."""
    return any(problem.code == STILL_IN for problem in receipt.problems)


def unpromised_fields(change: Change, user: LiveUser) -> list[Field]:
    """Return the fields that are neither as before nor promised; of somebody new only roles and teams."""
    promised = {promise.field: promise.after for promise in promises(change)}
    before = without_names(user) if change.action is Action.CREATE else change.before
    differ = differing({**before, **promised}, user.values)
    return [field for field in differ if field.name not in promised]


def without_names(user: LiveUser) -> Mapping[str, Value]:
    """Return a record as it is but without any role or team: what somebody new had before."""
    return {**user.values, **{field.name: frozenset() for field in READ_FIELDS if is_names(field)}}


def strange(field: Field, before: Value, after: Value, user: LiveUser, *, loud: bool) -> Problem:
    """Say that a value changed that nobody planned to change."""
    values = f"was {said(field, before)}, is {said(field, after)}"
    return Problem(
        f"{values}, though nobody planned it" if loud else f"edited meanwhile: {values}",
        user=user.key,
        field=field.name,
        code="L-11" if loud else MEANWHILE,
        severity=Severity.ERROR if loud else Severity.NOTE,
    )


def nobody_planned(user: LiveUser, summary: str) -> Problem:
    """Say that an account came, went or moved."""
    return Problem(f"{user.name}: {summary}", "look at it in the portal", user=user.key, code="L-11")


def loudest_first(problems: Iterable[Problem]) -> Problems:
    """Sort errors before notes, then by address."""
    return tuple(sorted(problems, key=lambda problem: (problem.severity is not Severity.ERROR, problem.user)))


def everyone(snapshot: Snapshot) -> dict[str, LiveUser]:
    """Return all people by the platform's own id, or by address where it shows none."""
    people = chain(snapshot.users.values(), snapshot.doubled, snapshot.nameless)
    return {user.ident or user.key: user for user in people}


def missing(
    here: Mapping[str, LiveUser], there: Mapping[str, LiveUser], touched: frozenset[str]
) -> Iterator[LiveUser]:
    """Yield the people of one side, not in the plan, whom the other side does not have."""
    return (user for ident, user in here.items() if ident not in there and user.key not in touched)


def second_pass(change: Change, promise: FieldChange, user: LiveUser) -> Change:
    """Return the update that gives back the teams, computed against the fresh record."""
    again = FieldChange(promise.field, user.values.get(promise.field), promise.after, promise.mark)
    return Change(
        action=Action.UPDATE,
        key=change.key,
        email=user.email,
        name=change.name,
        ident=user.ident,
        mark=change.mark,
        fields=(again,),
        before=user.values,
        wanted={**user.values, promise.field: promise.after},
        counted=frozenset(),
    )


def moved_person(change: Change, fresh: Snapshot) -> Iterator[Problem]:
    """Yield what is no longer as planned for one person."""
    user = fresh.users.get(change.live_key)
    if change.action is Action.CREATE:
        if user or any(other.key == change.key for other in fresh.doubled):
            yield no_longer(change, "approved as somebody new, now the platform has this address")
    elif user is None:
        yield no_longer(change, "approved as somebody known, now the platform has nobody or two with this address")
    elif user.ident != change.ident:
        yield no_longer(change, "another account has this address now")
    else:
        if change.previous and (holder := holder_of(change.key, fresh)):
            summary = f"approved to move to {change.key}, now the platform has this address: {holder}"
            yield no_longer(change, summary, KEY.name)
        for field in differing(change.before, user.values):
            before, after = change.before.get(field.name), user.values.get(field.name)
            yield no_longer(
                change,
                f"approved with {said(field, before)} before the change, now {said(field, after)}",
                field.name,
            )


def holder_of(key: str, fresh: Snapshot) -> str:
    """Name who has an address; `""` for nobody."""
    people = [user for user in (fresh.users.get(key), *fresh.doubled) if user and user.key == key]
    return " and ".join(f"{user.name} <{user.email}>" for user in people)


def no_longer(change: Change, summary: str, field: str = "") -> Problem:
    """Return the problem of a person who moved under the plan."""
    return Problem(summary, "run again and approve the new plan", change.mark, change.key, field, "L-03")
