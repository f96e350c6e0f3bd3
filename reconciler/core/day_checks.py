"""What is wrong with dates and profiles on any day from today on, and what looks like a slip."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from reconciler.core.on_day import DATE_WINS, Givers, carried_out, givers_of, is_closed, is_plain
from reconciler.model.days import ALWAYS, Window
from reconciler.model.fields import FIELDS
from reconciler.model.source import Located, Mark, Problem, Severity
from reconciler.model.spelling import quoted
from reconciler.model.users import Declaration, Declared, Owner, Profile
from reconciler.model.values import NameRule, Value

LONG_OVER: Final = timedelta(days=30)
"""From so long after its last day on an entry is only in the way."""

FAR: Final = timedelta(days=5 * 366)
"""A day so far from today is more likely a slip of the year."""


def check_days(declared: Declared, today: date) -> tuple[Problem, ...]:
    """Return what does not fit together today or on a later day, once each; and warnings of what is odd."""
    givers = givers_of(declared)
    turning = [person for person in declared.people if not is_plain(person, givers)]
    found: dict[tuple[str, str, str], Problem] = {}
    for person in turning:
        for problem in wrong_days(person, givers.get(person.key, ()), today):
            found.setdefault((problem.code, problem.user, problem.field), problem)
    odd = odd_days(Declared(tuple(turning), declared.profiles), today)
    return (*found.values(), *odd, *repeated(turning, givers))


def wrong_days(person: Declaration, givers: tuple[Profile, ...], today: date) -> Iterator[Problem]:
    """Yield what does not fit together for one person, today and on every later day on which something turns."""
    windows = [person.window, *(giver.window for giver in givers)]
    owners: tuple[Owner, ...] = (person, *givers)
    windows += [window for owner in owners for _, _, window in dated_names(owner)]
    days = {day for window in windows for day in window.turns() if day > today}
    for day in (today, *sorted(days)):
        desired, problems = carried_out(person, givers, day)
        idle = is_closed(desired.values) or desired.starts is not None
        for problem in problems:
            # Nobody needs a role without access; and a last day to come is said when it is over.
            if not (idle and problem.code == "D-67") and (day == today or problem.code != DATE_WINS):
                yield problem


def dated_names(owner: Owner) -> Iterator[tuple[str, Mark, Window]]:
    """Yield the names that somebody holds on some days only, with place and window."""
    for located in owner.values.values():
        if isinstance(located.value, NameRule):
            yield from located.value.dated


def odd_days(declared: Declared, today: date) -> Iterator[Problem]:
    """Yield a warning of each entry that ended long ago, and of each year that looks mistyped."""
    for person in declared.people:
        if person.window != ALWAYS:
            yield from far_days(person.window, today)
    owners: tuple[Owner, ...] = (*declared.people, *declared.profiles)
    for owner in owners:
        for name, _, window in dated_names(owner):
            yield from far_days(window, today)
            yield from long_over(quoted(name), window, today)
    for profile in declared.profiles:
        yield from far_days(profile.window, today)
        yield from long_over(f"the profile {quoted(profile.name.value)}", profile.window, today)


def far_days(window: Window, today: date) -> Iterator[Problem]:
    """Yield a warning of each day that is years away."""
    for day in window:
        plausible = day is window.first_day and is_long_ago(day, today)
        if day and abs(day.value - today) > FAR and not plausible:
            summary = f"{day.value} is more than five years from today; is the year right?"
            yield warning(summary, "correct it, or leave it if it is meant", day.mark, "date.far")


def is_long_ago(first: Located[date] | None, today: date) -> bool:
    """Say whether a first day is a plausible one of somebody who has been there for years."""
    return first is not None and first.value < today and first.value.year >= 1990


def long_over(what: str, window: Window, today: date) -> Iterator[Problem]:
    """Yield a warning of an entry that has been over for long."""
    last = window.last_day
    if last and LONG_OVER < today - last.value <= FAR:
        yield warning(f"{what} ended on {last.value}", "the entry can be removed", last.mark, "date.over")


def repeated(people: Iterable[Declaration], givers: Givers) -> Iterator[Problem]:
    """Yield a warning of each value that people repeat though a profile gives it to them already."""
    places: defaultdict[tuple[str, str], list[Located[Value]]] = defaultdict(list)
    for person in people:
        given = givers.get(person.key, ())
        for name in {name for profile in given for name in person.values.keys() & profile.values.keys()}:
            giving = [profile for profile in given if name in profile.values]
            if all(always_gives(profile, name, person.values[name].value) for profile in giving):
                places[giving[0].name.value, name].append(person.values[name])
    for (profile_name, name), values in sorted(places.items()):
        who = "1 person repeats" if len(values) == 1 else f"{len(values):,} people repeat"
        summary = f"{FIELDS[name].tree_key}: {who} what the profile {quoted(profile_name)} says"
        yield warning(summary, "remove the line; the profile gives the value", values[0].mark, "profile.repeats")


def always_gives(profile: Profile, name: str, own: Value) -> bool:
    """Say whether a profile gives the very value on every day; else a person states it for a reason."""
    return profile.window == ALWAYS and says_the_same(own, profile.values[name].value, name)


def says_the_same(own: Value, given: Value, name: str) -> bool:
    """Say whether two values ask for the same, whatever their places."""
    if isinstance(own, NameRule) and isinstance(given, NameRule):
        if own.dated or given.dated:
            return False
        return all(
            None not in pair and {one.value for one in pair[0] or ()} == {one.value for one in pair[1] or ()}
            for pair in zip(own[:3], given[:3], strict=True)
            if pair != (None, None)
        )
    return FIELDS[name].kind.same(own, given)


def warning(summary: str, hint: str, mark: Mark, code: str) -> Problem:
    """Return a warning at a place."""
    return Problem(summary, hint, mark, code=code, severity=Severity.WARNING)
