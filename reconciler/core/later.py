"""What begins and ends on days to come: said while it can still be changed (product section 5).

Everything within the next two weeks is told in every plan. What the base does not say is told whatever its day, so
that whoever writes a date is answered.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple, TypeAlias

from reconciler.core.guard import CLOSED, is_under, within
from reconciler.core.on_day import ACCOUNT, NAME_FIELDS, carried_out, givers_of, is_plain
from reconciler.core.who import Who
from reconciler.model.days import ALWAYS, ONE_DAY, Phase
from reconciler.model.names import names_of
from reconciler.model.outlook import Later, Turn
from reconciler.model.settings import Counted, Settings
from reconciler.model.source import Mark
from reconciler.model.users import Declaration, Declared, DesiredUser, Owner, Profile
from reconciler.model.values import NameRule, Value

SOON: Final = timedelta(days=14)
"""So far ahead every plan looks."""

BY_PROFILE: Final = ""
"""Stands for the single values of a profile where else a field is named."""


class Event(NamedTuple):
    """What happens to one person on a day, in the order in which it is told."""

    day: date
    order: int
    turn: Turn
    field: str
    name: str


Stated: TypeAlias = tuple[Declaration, Sequence[Profile]]
"""A person with the profiles that the person has."""


class Frame(NamedTuple):
    """What a number of people on a day is held against: settings in force, active people, the root of the tree."""

    settings: Settings
    active: int
    root: str


def later(declared: Declared, base: Declared | None, day: date, who: Who, frame: Frame) -> tuple[Later, ...]:
    """Return what begins and ends after a day, sorted by day.

    Args:
        declared: The people of now with all dates.
        base: The people of before; None where nobody asked, and then only the next two weeks are told.
        day: The day of the plan.
        who: Names the people.
        frame: What their number is held against.
    """
    before = None if base is None else by_key(base)
    found: defaultdict[Event, list[Declaration]] = defaultdict(list)
    for stated in dated(declared):
        for event in events_of(stated, before, day):
            found[event].append(stated[0])
    return tuple(told(event, found[event], who, frame) for event in sorted(found))


def told(event: Event, people: Sequence[Declaration], who: Who, frame: Frame) -> Later:
    """Return what happens to some people on a day, and the limit that so many go over."""
    limit, line = exceeded(event, people, who, frame) if event.field == ACCOUNT else (None, None)
    return Later(event.day, event.turn, event.field, event.name, who.people(people), limit, line)


def exceeded(
    event: Event, people: Sequence[Declaration], who: Who, frame: Frame
) -> tuple[int | None, Mark | None]:
    """Return the limit that the new people or the leavers of a day go over, and the line that allows them then."""
    begins = event.turn is Turn.BEGINS
    counted = Counted.CREATE if begins else Counted.DEACTIVATE
    touched = [person for person in people if (person.key in who.live) != begins]
    allowed = frame.settings.limits.get(counted, CLOSED).allowed(frame.active)
    if len(touched) <= allowed:
        return None, None
    files = {within(frame.root, person.mark) for person in touched}
    fitting = (
        line.mark
        for line in frame.settings.allow
        if line.counted is counted and line.count >= len(touched) and line.last_day >= event.day
        if all(is_under(file, line.under) for file in files)
    )
    return allowed, next(fitting, None)


def dated(declared: Declared) -> Iterator[Stated]:
    """Yield the people whom a date or a profile has a say in, each with the profiles."""
    givers = givers_of(declared)
    for person in declared.people:
        if not is_plain(person, givers):
            yield person, givers.get(person.key, ())


def by_key(declared: Declared) -> Mapping[str, Stated]:
    """Return the people of a base whom a date or a profile has a say in, by canonical address."""
    return {stated[0].key: stated for stated in dated(declared)}


def events_of(stated: Stated, before: Mapping[str, Stated] | None, day: date) -> Iterator[Event]:
    """Yield what is to be told of one person: all of the next two weeks, then what the base does not say."""
    turns = {turn for turn in turns_of(stated) if turn > day}
    if not turns:
        return
    yield from turned(stated, (turn for turn in turns if turn <= day + SOON))
    far = {turn for turn in turns if turn > day + SOON}
    then = earlier(stated[0], before) if before is not None else stated
    if not far or (then and calendar(then) == calendar(stated)):
        return
    known = set(turned(then, far & turns_of(then))) if then else set()
    yield from (event for event in turned(stated, far) if event not in known)


def earlier(person: Declaration, before: Mapping[str, Stated]) -> Stated | None:
    """Return a person as the base states them, under this address or an earlier one; None for somebody new."""
    keys = (person.key, *(old.value for old in person.previous))
    return next((before[key] for key in keys if key in before), None)


def turns_of(stated: Stated) -> frozenset[date]:
    """Return the days on which anything turns for one person."""
    owners: tuple[Owner, ...] = (stated[0], *stated[1])
    windows = [owner.window for owner in owners if owner.window is not ALWAYS]
    for owner in owners:
        for field in NAME_FIELDS:
            if field in owner.values and isinstance(rule := owner.values[field].value, NameRule):
                windows += [name.window for name in rule.dated]
    return frozenset(day for window in windows for day in window.turns())


def calendar(stated: Stated) -> tuple[object, ...]:
    """Return all that has a say in what turns for one person; places do not, and comparing them takes long."""
    owners: tuple[Owner, ...] = (stated[0], *stated[1])
    return tuple(
        (
            [day and day.value for day in owner.window],
            {
                name: without_places(owner.values[name].value)
                for name in (*NAME_FIELDS, ACCOUNT)
                if name in owner.values
            },
            owner.values.keys() - set(NAME_FIELDS),
        )
        for owner in owners
    ) + tuple(giver.name.value for giver in stated[1])


def without_places(value: Value) -> object:
    """Return a value, of a rule only its names and days."""
    if not isinstance(value, NameRule):
        return value
    dated = [(name.value, *(day and day.value for day in name.window)) for name in value.dated]
    return [[name.value for name in names or ()] for names in value[:3]], value.exact is None, dated


def turned(stated: Stated, days: Iterable[date]) -> Iterator[Event]:
    """Yield what is otherwise on some days than on the day before."""
    person, givers = stated
    for day in days:
        before, after = (carried_out(person, givers, each)[0] for each in (day - ONE_DAY, day))
        if turn := account_turn(before, after):
            yield Event(day, 0, turn, ACCOUNT, "")
        elif not is_off(before) and not is_off(after):
            yield from name_turns(before, after, day)
            yield from profile_turns(givers, day)


def account_turn(before: DesiredUser, after: DesiredUser) -> Turn | None:
    """Return whether the access begins or ends."""
    if before.starts and not after.starts:
        return Turn.BEGINS
    return Turn.ENDS if is_closed(after) and not is_closed(before) else None


def is_off(user: DesiredUser) -> bool:
    """Say whether the access has not begun, or is over: then nothing else is of interest."""
    return user.starts is not None or is_closed(user)


def is_closed(user: DesiredUser) -> bool:
    """Say whether somebody is declared inactive."""
    return ACCOUNT in user.values and user.values[ACCOUNT].value == "Inactive"


def name_turns(before: DesiredUser, after: DesiredUser, day: date) -> Iterator[Event]:
    """Yield the roles and teams that begin or end."""
    for order, field in enumerate(NAME_FIELDS, 1):
        then, now = rule_of(before, field), rule_of(after, field)
        begins = wanted(now) - wanted(then)
        ends = never(now) - never(then)
        if now.exact is not None:
            ends |= wanted(then) - wanted(now)
        yield from (Event(day, order, Turn.BEGINS, field, name) for name in begins)
        yield from (Event(day, order, Turn.ENDS, field, name) for name in ends)


def rule_of(user: DesiredUser, field: str) -> NameRule:
    """Return what is asked for of a set of names; an empty rule for nothing."""
    located = user.values.get(field)
    return located.value if located and isinstance(located.value, NameRule) else NameRule()


def wanted(rule: NameRule) -> frozenset[str]:
    """Return the names that a rule asks for."""
    return names_of(rule)


def never(rule: NameRule) -> frozenset[str]:
    """Return the names that a rule forbids."""
    return frozenset(name.value for name in rule.never)


def profile_turns(givers: Sequence[Profile], day: date) -> Iterator[Event]:
    """Yield the profiles that begin or end to give single values; their names are told one by one."""
    for giver in givers:
        gives = [giver.window.phase(each) is Phase.DURING for each in (day - ONE_DAY, day)]
        if gives[0] != gives[1] and giver.values.keys() - set(NAME_FIELDS):
            yield Event(day, 9, Turn.BEGINS if gives[1] else Turn.ENDS, BY_PROFILE, giver.name.value)
