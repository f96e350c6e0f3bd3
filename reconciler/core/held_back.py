"""Put-backs that a person must decide: they open an account, or give an administrator's role (product section 5).

What somebody closed in the portal in an emergency is not opened again by somebody else's merge (promise 4).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, TypeAlias

from reconciler.model.names import names_of
from reconciler.model.plan import Action, Change, FieldChange, LeftOut, Origin
from reconciler.model.settings import Counted
from reconciler.model.source import Mark, Problem, Severity
from reconciler.model.users import DesiredUser
from reconciler.model.values import NameRule

Judged: TypeAlias = Change | LeftOut | Problem
"""What becomes of a change: it goes on, its person is left out, or a note is made."""

ACCOUNT: Final = "held_back.account"
"""Code of an account that stays closed."""

ROLES: Final = "held_back.roles"
"""Code of a privileged role that is not given back."""


def hold_back(change: Change, user: DesiredUser | None, privileged: frozenset[str]) -> Iterator[Judged]:
    """Yield a change whose origins are told, or why its person is left out.

    A deactivation goes on without the role: nobody keeps access because a role is in doubt.

    Args:
        change: The change.
        user: The declaration of now; None for somebody in no file.
        privileged: The privileged roles in force.
    """
    account, roles = reopened(change), given_back(change, privileged)
    problems = [closed_account(change, account)] if account else []
    problems += [privileged_role(change, role, user) for role in sorted(roles)]
    if not problems:
        yield change
    elif change.action is Action.DEACTIVATE:
        yield without_roles(change)
        yield from (replace(problem, severity=Severity.NOTE) for problem in problems)
    else:
        yield LeftOut(change.key, change.name, joined(problems))


def reopened(change: Change) -> FieldChange | None:
    """Return the account's value where a put-back would open an account that is closed."""
    part = change.change_of("status")
    put_back = part is not None and part.origin is Origin.PLATFORM
    return part if put_back and change.action is Action.REACTIVATE else None


def given_back(change: Change, privileged: frozenset[str]) -> frozenset[str]:
    """Return the privileged roles that a put-back would grant, also those hidden beside a new one."""
    part = change.change_of("roles")
    if part is None:
        return frozenset()
    gained = names_of(part.after) - names_of(part.before)
    return gained & privileged & (gained if part.origin is Origin.PLATFORM else part.put_back)


def closed_account(change: Change, part: FieldChange) -> Problem:
    """Say that an account stays closed, and how the files decide it."""
    return Problem(
        "the platform says Inactive, the files say Active as before this change: somebody may have closed it on "
        "purpose, so it stays closed",
        f"Keep {change.name} out: write  status: Inactive\n"
        f"Let {change.name} in again: write  status: Inactive  and merge that, then write  status: Active  in a "
        "second pull request",
        part.mark or change.mark,
        change.key,
        part.field,
        ACCOUNT,
    )


def privileged_role(change: Change, role: str, user: DesiredUser | None) -> Problem:
    """Say that a privileged role is not given back, and how the files decide it."""
    return Problem(
        f'the platform does not show the role "{role}", the files ask for it as before this change: somebody may '
        "have taken it away on purpose, so it is not given back",
        f'Keep it so: take "{role}" out of the roles of {change.name}\n'
        f'Give it back: take "{role}" out and merge that, then write it again in a second pull request',
        place_of(role, user) or change.mark,
        change.key,
        "roles",
        ROLES,
    )


def place_of(role: str, user: DesiredUser | None) -> Mark | None:
    """Return where a declaration names a role; the whole value where the platform spells the name another way."""
    located = user.values.get("roles") if user else None
    if located is None or not isinstance(located.value, NameRule):
        return None
    return next((name.mark for name in located.value.names() if name.value == role), located.mark)


def without_roles(change: Change) -> Change:
    """Return a change that leaves the roles as they are."""
    return replace(
        change,
        fields=tuple(part for part in change.fields if part.field != "roles"),
        wanted={**change.wanted, "roles": change.before.get("roles")},
        counted=change.counted - {Counted.ROLE_CHANGE},
    )


def joined(problems: list[Problem]) -> Problem:
    """Return several problems of one person as one, at the place of the first."""
    first = problems[0]
    return replace(
        first,
        summary="; also: ".join(problem.summary for problem in problems),
        hint="\n".join(problem.hint for problem in problems),
    )
