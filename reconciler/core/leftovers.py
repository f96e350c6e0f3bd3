"""What taking words out of the files does not do: nobody loses access or a team by that (faults.md D-68)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from reconciler.core.lookalikes import IN_PLACE, lookalikes
from reconciler.core.on_day import NAME_FIELDS, givers_of
from reconciler.core.who import Who
from reconciler.model.names import names_of
from reconciler.model.outlook import Dropped, Kept, Person
from reconciler.model.plan import Plan
from reconciler.model.source import Mark
from reconciler.model.users import Declared, DesiredUser, Owner
from reconciler.model.values import NameRule


def dropped(plan: Plan, desired: Iterable[DesiredUser], base: Declared, who: Who) -> tuple[Dropped, ...]:
    """Return the active people whom the base declares and the files do not, and whose access the plan leaves.

    Somebody who probably stands there under a new address is told so already, and is not one of them.
    """
    declared = {user.key: user for user in desired}
    told = declared.keys() | {old.value for user in declared.values() for old in user.previous}
    told |= {change.key for change in plan.changes} | {left.key for left in plan.left_out}
    gone = {person.key: person.mark for person in base.people if person.key not in told}
    active = [live for key in gone if (live := who.live.get(key)) and live.active]
    doubts = [
        declared[left.key] for left in plan.left_out if left.problem.code == IN_PLACE and left.key in declared
    ]
    moved = {live.key for people in lookalikes(doubts, active).values() for live in people}
    found = (Dropped(Person(live.key, live.name, live.email), gone[live.key]) for live in active)
    return tuple(sorted((one for one in found if one.person.key not in moved), key=lambda one: one.person))


def kept(
    desired: Iterable[DesiredUser], declared: Declared, base: Mapping[str, DesiredUser], who: Who
) -> tuple[Kept, ...]:
    """Return the roles and teams that the base asked for, that the files do not mention, and that people keep.

    Roles first, each by name. People who are inactive after the plan are passed over.

    Args:
        desired: The people of now as of the day of the plan.
        declared: The same people with all dates: what is mentioned for another day is mentioned.
        base: The people of the base as of the same day, by canonical address.
        who: Names the people, and knows what they hold after the plan.
    """
    found: defaultdict[tuple[int, str], list[DesiredUser]] = defaultdict(list)
    for user, before in changed(desired, base):
        for order, field in enumerate(NAME_FIELDS):
            gone = (asked(before, field) - asked(user, field)) & who.held_after(user.key, field)
            for name in gone:
                found[order, name].append(user)
    if not found:
        return ()
    said = mentions(declared)
    return tuple(
        Kept(NAME_FIELDS[order], name, who.people(people), place_of(people[0], NAME_FIELDS[order]))
        for (order, name), all_people in sorted(found.items())
        if (people := [user for user in all_people if name not in said(user.key, NAME_FIELDS[order])])
    )


def changed(
    desired: Iterable[DesiredUser], base: Mapping[str, DesiredUser]
) -> Iterator[tuple[DesiredUser, DesiredUser]]:
    """Yield the people whom the base declares otherwise, now and before, under this address or an earlier one."""
    for user in desired:
        keys = (user.key, *(old.value for old in user.previous))
        before = next((base[key] for key in keys if key in base), user)
        if before.values is not user.values:
            yield user, before


def asked(user: DesiredUser, field: str) -> frozenset[str]:
    """Return the names that somebody shall hold."""
    located = user.values.get(field)
    return names_of(located.value) if located else frozenset()


def mentions(declared: Declared) -> Callable[[str, str], frozenset[str]]:
    """Return what tells which names the files mention for somebody, for whatever day, by address and field."""
    people, givers = {person.key: person for person in declared.people}, givers_of(declared)

    def mentioned(key: str, field: str) -> frozenset[str]:
        owners: tuple[Owner, ...] = (people[key], *givers.get(key, ()))
        rules = [owner.values[field].value for owner in owners if field in owner.values]
        return frozenset(name.value for rule in rules if isinstance(rule, NameRule) for name in rule.names())

    return mentioned


def place_of(user: DesiredUser, field: str) -> Mark:
    """Return where the names of somebody are said, or the person."""
    return user.values[field].mark if field in user.values else user.mark
