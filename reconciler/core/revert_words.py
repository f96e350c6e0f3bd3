"""What is said of a way back: what stays as it is and why, what cannot come back, what the files say of it."""

from typing import Final

from reconciler.core.promises import said
from reconciler.core.renames import KEY
from reconciler.core.revert_record import RunRecord, TouchedPerson
from reconciler.model.fields import Field
from reconciler.model.source import Mark, Problem, Severity
from reconciler.model.users import LiveUser, Snapshot
from reconciler.model.values import Value

EDITED: Final = "revert.edited"
"""Code of values that somebody changed since the run."""

GONE: Final = "revert.gone"
"""Code of people who are not there any more, or not for sure the same."""

FILLED: Final = "revert.filled"
"""Code of values that were empty before and cannot be emptied."""

ABSENT: Final = "revert.absent"
"""Code of somebody new who is not there, so that nothing has to be taken back."""

MAILS: Final = "revert.mails"
QUEUES: Final = "revert.queues"
FILES: Final = "revert.files"
RUN: Final = "revert.run"
MOST_NAMED: Final = 10


def edited(person: TouchedPerson, field: Field, now: Value, after: Value, before: Value) -> Problem:
    """Say that somebody changed a value since the run."""
    return Problem(
        f"{field.title}: somebody changed it since, so it stays {said(field, now)}; the run wrote "
        f"{said(field, after)}, before it was {said(field, before)}",
        "If the value before is wanted, set it in the portal or in the files.",
        person.mark,
        person.key,
        field.name,
        EDITED,
    )


def closed(person: TouchedPerson, field: Field, before: Value) -> Problem:
    """Say that what an inactive person cannot have does not come back: somebody closed the account since."""
    return Problem(
        f"{field.title}: {said(field, before)} cannot come back, somebody made the account Inactive since",
        "",
        person.mark,
        person.key,
        field.name,
        EDITED,
    )


def address_taken(person: TouchedPerson) -> Problem:
    """Say that the address before belongs to somebody else by now."""
    return Problem(
        f"{KEY.title}: {person.former_key} is the address of another account by now, so {person.key} stays",
        "look at it in the portal",
        person.mark,
        person.key,
        KEY.name,
        EDITED,
    )


def gone(person: TouchedPerson, snapshot: Snapshot) -> Problem:
    """Say why somebody cannot be found for sure."""
    keys = {person.key, person.former_key}
    moved = next((user for user in snapshot.users.values() if person.ident and user.ident == person.ident), None)
    if any(user.key in keys for user in snapshot.doubled):
        found = "two accounts have this address now, nobody can tell them apart"
    elif moved:
        found = f"somebody gave the account another address since: {moved.email}"
    elif keys & snapshot.users.keys():
        found = "another account has this address now"
    else:
        found = "the platform shows nobody with this address any more"
    return Problem(f"{person.email}: {found}", "look at it in the portal", person.mark, person.key, code=GONE)


def joined(problems: list[Problem]) -> Problem:
    """Return all that stays of one person as one problem."""
    first, *others = problems
    if not others:
        return first
    hints = dict.fromkeys(problem.hint for problem in problems if problem.hint)
    return Problem(
        "; ".join(problem.summary for problem in problems),
        "\n".join(hints),
        first.mark,
        first.user,
        code=first.code,
    )


def which_run(record: RunRecord) -> Problem:
    """Say which run is taken back."""
    return note(
        f"this is the way back of run {record.run} (plan {record.digest[:8]}), which ended "
        f"{record.ended_at:%Y-%m-%d %H:%M} UTC",
        RUN,
    )


def mails_are_out(names: list[str]) -> Problem:
    """Say that new people cannot be made never to have been."""
    return note(
        f"does not come back: the invitation mails are out, and the accounts stay, Inactive: {some(names)}", MAILS
    )


def queues_are_lost(names: list[str]) -> Problem:
    """Say that an account comes back without its own queues (faults.md L-15)."""
    return note(f"does not come back: own queues of {some(names)}", QUEUES, "They are set by hand in the portal.")


def never_there(person: TouchedPerson) -> Problem:
    """Note that somebody new is not there, so that nothing has to be taken back."""
    return Problem(
        f"{person.email}: not on the platform, so there is nothing to take back",
        "",
        person.mark,
        person.key,
        "",
        ABSENT,
        Severity.NOTE,
    )


def stays_filled(person: TouchedPerson, live: LiveUser, field: Field) -> Problem:
    """Say that a value was empty before and cannot be emptied (platform-api section 9)."""
    return Problem(
        f"{field.title} was empty before, and no upload can empty it, so it does not come back: it stays "
        f"{said(field, live.values.get(field.name))}",
        "",
        person.mark,
        person.key,
        field.name,
        FILLED,
        Severity.NOTE,
    )


def against_the_files(names: list[str], mark: Mark) -> Problem:
    """Warn that the files still say what the run did: the next one would do it again."""
    return Problem(
        f"the files still say otherwise for {some(names)}: the next run makes these changes again",
        "First undo the edit in the files.",
        mark,
        code=FILES,
        severity=Severity.WARNING,
    )


def note(summary: str, code: str, hint: str = "") -> Problem:
    """Return a note that belongs to the whole way back."""
    return Problem(summary, hint, code=code, severity=Severity.NOTE)


def some(names: list[str]) -> str:
    """Return the first names and how many more there are; the changes name all of them."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
