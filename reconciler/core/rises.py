"""Whose highest role rises, and whether somebody gives it to themselves (product section 5).

Privileged roles rank as they are listed, the highest first; all other roles are below them and equal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from reconciler.core.counting import in_force, privileged_roles
from reconciler.core.who import person_of
from reconciler.model.outlook import Rise
from reconciler.model.plan import Change
from reconciler.model.settings import Settings
from reconciler.model.source import Mark, Problem, Severity
from reconciler.model.users import Template

RISK: Final = "risk.own_role"
"""Code of somebody who gives themselves a higher role."""


def ranking(settings: Settings, base: Settings | None, template: Template) -> tuple[str, ...]:
    """Return the privileged roles from the highest to the lowest.

    The order of the base goes before that of now: a change that also turns it round hides nothing by that. Where
    the settings name none, the order is that of the template.
    """
    stated = [located for one in (base, settings) if one for located in one.privileged_roles or ()]
    privileged = privileged_roles(settings, template)
    listed = dict.fromkeys((*(located.value for located in stated), *template.roles))
    return tuple(name for name in listed if name in privileged)


def rises(changes: Iterable[Change], ranked: Sequence[str]) -> tuple[Rise, ...]:
    """Return the people whose highest role is higher after the plan, by address."""
    found = []
    for change in changes:
        before, after = (highest(in_force("roles", values), ranked) for values in (change.before, change.wanted))
        if rank(after, ranked) < rank(before, ranked):
            found += [Rise(person_of(change), before, name) for name in after]
    return tuple(found)


def highest(held: frozenset[str], ranked: Sequence[str]) -> frozenset[str]:
    """Return the highest role of those that are held; all of them where none is privileged."""
    return next((frozenset({name}) for name in ranked if name in held), held)


def rank(highest: frozenset[str], ranked: Sequence[str]) -> int:
    """Return the rank of the highest roles of somebody; 0 is the highest."""
    return next((place for place, name in enumerate(ranked) if name in highest), len(ranked))


def own_rises(
    found: Iterable[Rise], changes: Iterable[Change], actors: Iterable[str], known: Sequence[Mapping[str, str]]
) -> Iterator[Problem]:
    """Yield a warning of each author or approver whose own highest role rises, or of whom that is not known.

    Args:
        found: The people whose highest role rises.
        changes: The changes of the plan.
        actors: Logins of whoever wrote or approved the change.
        known: Addresses by login, of now and of the base: nobody hides by taking out their own line.
    """
    rising = {rise.person.key: rise for rise in found}
    changing = {change.key: change for change in changes}
    earlier = {change.live_key: change.key for change in changes}
    for login in dict.fromkeys(login.casefold() for login in actors):
        addresses = {settings[login] for settings in known if login in settings}
        keys = sorted(addresses | {earlier[address] for address in addresses if address in earlier})
        for rise in [rising[key] for key in keys if key in rising]:
            yield own_rise(login, rise, place_of(changing[rise.person.key]))
        if rising and not addresses:
            yield unknown_actor(login)


def place_of(change: Change) -> Mark:
    """Return where the roles of somebody are said."""
    roles = change.change_of("roles")
    return roles.mark if roles and roles.mark else change.mark


def own_rise(login: str, rise: Rise, mark: Mark) -> Problem:
    """Say that somebody gives themselves a higher role."""
    return Problem(
        f"{rise.person.name} ({login}) takes part in this change and gets a higher role by it: {rise.after}",
        "somebody else must decide this; ask for another author or another approval",
        mark,
        rise.person.key,
        code=RISK,
        severity=Severity.WARNING,
    )


def unknown_actor(login: str) -> Problem:
    """Say that it is not known whether somebody gives themselves a higher role."""
    return Problem(
        f"somebody's highest role rises, and whose account the login {login} is, is not known",
        f'an admin writes it under "actors:" of the settings:  {login}: ...',
        code=RISK,
        severity=Severity.WARNING,
    )
