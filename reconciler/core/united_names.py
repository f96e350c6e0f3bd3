"""What the files want of one set of names on one day: a person's own rule and those of the profiles, united."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from reconciler.model.days import Phase
from reconciler.model.fields import FIELDS
from reconciler.model.names import Names
from reconciler.model.source import Located, Mark, Problem
from reconciler.model.spelling import quoted
from reconciler.model.users import Declaration, Profile
from reconciler.model.values import NameRule, Value


class Parts(NamedTuple):
    """What one rule asks for on one day.

    Attributes:
        mark: The place that stands for the rule.
        ended: Names whose last day is over.
        lapsed: Whether an exact list as a whole is over.
    """

    mark: Mark
    exact: tuple[Located[str], ...] | None = None
    at_least: tuple[Located[str], ...] = ()
    never: tuple[Located[str], ...] = ()
    ended: tuple[Located[str], ...] = ()
    lapsed: bool = False


def merge_names(
    person: Declaration, name: str, givers: Sequence[Profile], day: date, problems: list[Problem]
) -> tuple[Located[Value] | None, tuple[str, ...]]:
    """Return the rule of a set of names, and the profiles that take part.

    An own exact list goes before all profiles; otherwise what the person and the profiles ask for is united.
    """
    own = parts_of(person.values[name], Phase.DURING, day) if name in person.values else None
    if own and own.exact is not None:
        return named(person, name, NameRule(exact=own.exact), own, day, problems), ()
    given = [
        (giver.name.value, parts_of(giver.values[name], giver.window.phase(day), day))
        for giver in givers
        if name in giver.values and giver.window.phase(day) is not Phase.BEFORE
    ]
    parts = [part for _, part in given]
    problems += contradictions(person, name, parts)
    everything = ([own] if own else []) + parts
    if not everything:
        return None, ()
    rule = united(person, name, everything, problems)
    lapsed = next((part for part in everything if part.lapsed), everything[0])
    return named(person, name, rule, lapsed, day, problems), tuple(giver for giver, _ in given)


def named(
    person: Declaration, name: str, rule: NameRule, part: Parts, day: date, problems: list[Problem]
) -> Located[Value] | None:
    """Return a rule at its place; None with a problem where a date leaves fewer names than everybody needs."""
    kind = FIELDS[name].kind
    wanted = rule.exact if rule.exact is not None else rule.at_least
    if isinstance(kind, Names) and len(wanted) < kind.least and (part.lapsed or rule.exact is not None):
        problems.append(left_without(person, name, kind, part.mark, day))
        return None
    return Located(rule, part.mark)


def parts_of(located: Located[Value], phase: Phase, day: date) -> Parts:
    """Take a rule apart on a day that stands so to the window of whoever states it."""
    rule, mark = located
    if not isinstance(rule, NameRule):
        return Parts(mark)
    if phase is Phase.AFTER:
        held = NameRule(rule.exact, rule.at_least, (), rule.dated)
        return Parts(mark, ended=held.names(), lapsed=rule.exact is not None)
    during, after = rule.dated_in(Phase.DURING, day), rule.dated_in(Phase.AFTER, day)
    if rule.exact is not None:
        return Parts(mark, exact=rule.exact + during, ended=after)
    return Parts(mark, at_least=rule.at_least + during, never=rule.never, ended=after)


def contradictions(person: Declaration, name: str, parts: Sequence[Parts]) -> Iterator[Problem]:
    """Yield that two profiles give different exact lists, or one an exact list and the other at_least."""
    exact = [part for part in parts if part.exact is not None]
    other = next((part for part in exact[1:] if words(part.exact) != words(exact[0].exact)), None)
    other = other or next((part for part in parts if exact and part.at_least), None)
    if exact and other:
        key = FIELDS[name].tree_key
        sort = "two different exact lists" if other.exact is not None else 'an exact list and an "at_least"'
        yield Problem(
            f"{key}: the profiles of {person.email.value} give {sort}: {spot(exact[0].mark)}, {spot(other.mark)}",
            f"write the whole list at the person, which goes before profiles:  {key}: [...]",
            person.mark,
            person.key,
            name,
            "profile.disagree",
        )


def united(person: Declaration, name: str, parts: Sequence[Parts], problems: list[Problem]) -> NameRule:
    """Return the rule that holds all parts; names that are wanted go before names whose last day is over."""
    at_least = once(located for part in parts for located in part.at_least)
    never = once(located for part in parts for located in part.never)
    exact = next((part.exact for part in parts if part.exact is not None), None)
    wanted = once((*(exact or ()), *at_least))
    problems += [wanted_and_not(person, name, one, wanted) for one in never if one.value in words(wanted)]
    if exact is not None:
        return NameRule(exact=wanted)
    ended = tuple(one for part in parts for one in part.ended if one.value not in words(wanted))
    return NameRule(at_least=at_least, never=once((*never, *ended)))


def wanted_and_not(
    person: Declaration, name: str, located: Located[str], wanted: Iterable[Located[str]]
) -> Problem:
    """Say that a name is asked for and forbidden at the same time."""
    key = FIELDS[name].tree_key
    other = next(one for one in wanted if one.value == located.value)
    return Problem(
        f"{key}: {quoted(located.value)} is wanted ({spot(other.mark)}) and never wanted ({spot(located.mark)}) "
        f"for {person.email.value}",
        "remove one of the two",
        located.mark,
        person.key,
        name,
        "names.both",
    )


def left_without(person: Declaration, name: str, kind: Names, mark: Mark, day: date) -> Problem:
    """Say that a date leaves somebody without the least number of names (faults.md D-67)."""
    return Problem(
        f"{FIELDS[name].tree_key}: from {day} on {person.email.value} has no {kind.noun}; everybody needs one",
        f"name another {kind.noun}, or end the access on that day too:  last_day: ...",
        mark,
        person.key,
        name,
        "D-67",
    )


def once(names: Iterable[Located[str]]) -> tuple[Located[str], ...]:
    """Return each name once, at its first place."""
    first: dict[str, Located[str]] = {}
    for name in names:
        first.setdefault(name.value, name)
    return tuple(first.values())


def words(names: Iterable[Located[str]] | None) -> frozenset[str]:
    """Return the names without their places."""
    return frozenset(name.value for name in names or ())


def spot(mark: Mark) -> str:
    """Return `file:line`."""
    return f"{mark.file}:{mark.line}"
