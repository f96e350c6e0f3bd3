"""From declarations to the people who are wanted on one day: profiles and dates carried out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

from reconciler.core.united_names import merge_names
from reconciler.model.days import ALWAYS, Phase
from reconciler.model.fields import FIELDS, MANAGED_FIELDS
from reconciler.model.names import Names
from reconciler.model.source import Located, Problem, Severity
from reconciler.model.spelling import quoted
from reconciler.model.users import Declaration, Declared, DesiredUser, Profile
from reconciler.model.values import Value

Givers: TypeAlias = Mapping[str, tuple[Profile, ...]]
"""The profiles of each person who has any, by canonical address, in the order in which they are named."""

NAME_FIELDS: Final = tuple(field.name for field in MANAGED_FIELDS if isinstance(field.kind, Names))
ACCOUNT: Final = "status"

DATE_WINS: Final = "date.wins"
"""Code of a word for an open account that is overruled by a last day."""


def desired_on(declared: Declared, day: date) -> tuple[DesiredUser, ...]:
    """Return everybody as the files want them on a day, in the order of the files; what is wrong is not said."""
    givers = givers_of(declared)
    return tuple([desired_one(person, givers, day) for person in declared.people])


def desired_one(person: Declaration, givers: Givers, day: date) -> DesiredUser:
    """Return one person as of a day; nearly everybody is the same on every day."""
    if is_plain(person, givers):
        return DesiredUser(person.key, person.email, person.values, person.previous)
    return carried_out(person, givers.get(person.key, ()), day)[0]


def is_plain(person: Declaration, givers: Givers) -> bool:
    """Say whether no profile and no date has a say in what a person shall have."""
    if person.window != ALWAYS or person.key in givers:
        return False
    values = person.values
    return not any(name in values and values[name].value.dated for name in NAME_FIELDS)  # type: ignore[union-attr]


def givers_of(declared: Declared) -> Givers:
    """Return the profiles of each person, those that the person names first; unknown names are passed over."""
    known = {profile.name.value: profile for profile in declared.profiles}
    if not known:
        return {}
    givers: defaultdict[str, dict[str, Profile]] = defaultdict(dict)
    for person in declared.people:
        for name in person.profiles:
            if name.value in known:
                givers[person.key][name.value] = known[name.value]
    for profile in declared.profiles:
        for address in profile.people:
            givers[address.value].setdefault(profile.name.value, profile)
    return {key: tuple(profiles.values()) for key, profiles in givers.items()}


def carried_out(person: Declaration, givers: Sequence[Profile], day: date) -> tuple[DesiredUser, list[Problem]]:
    """Return one person as of a day, and what does not fit together on that day."""
    values: dict[str, Located[Value]] = {}
    shares: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for name in dict.fromkeys((*person.values, *(name for giver in givers for name in giver.values))):
        merge = merge_names if name in NAME_FIELDS else merge_value
        value, shares[name] = merge(person, name, givers, day, problems)
        if value is not None:
            values[name] = value
    starts = None
    if person.window != ALWAYS and not is_closed(values):
        starts = turn_account(person, values, day, problems)
        shares.pop(ACCOUNT, None)
    by_profile = {name: share for name, share in shares.items() if share and name in values}
    return DesiredUser(person.key, person.email, values, person.previous, by_profile, starts), problems


def is_closed(values: Mapping[str, Located[Value]]) -> bool:
    """Say whether the files end the access by a word, whatever the days."""
    return ACCOUNT in values and values[ACCOUNT].value == "Inactive"


def turn_account(
    person: Declaration, values: dict[str, Located[Value]], day: date, problems: list[Problem]
) -> Located[date] | None:
    """Set the account by the days of access; returns the first day where it is still to come."""
    first, last = person.window
    match person.window.phase(day):
        case Phase.BEFORE:
            values.pop(ACCOUNT, None)
            return first
        case Phase.AFTER if last:
            if ACCOUNT in values:
                problems.append(date_wins(person, values[ACCOUNT], last))
            values[ACCOUNT] = Located("Inactive", last.mark)
        case _:
            values[ACCOUNT] = Located("Active", (first or last or person.email).mark)
    return None


def date_wins(person: Declaration, stated: Located[Value], last: Located[date]) -> Problem:
    """Warn that the last day is over although the file says Active."""
    return Problem(
        f"status: Active, but the last day of access was {last.value} (line {last.mark.line}); the date wins",
        "remove one of the two lines",
        stated.mark,
        person.key,
        ACCOUNT,
        DATE_WINS,
        Severity.WARNING,
    )


def merge_value(
    person: Declaration, name: str, givers: Sequence[Profile], day: date, problems: list[Problem]
) -> tuple[Located[Value] | None, tuple[str, ...]]:
    """Return a single value, and the profiles that give it: the person's own one goes before all others."""
    if name in person.values:
        return person.values[name], ()
    giving = [giver for giver in givers if name in giver.values and giver.window.phase(day) is Phase.DURING]
    if not giving:
        return None, ()
    first, same = giving[0].values[name], FIELDS[name].kind.same
    for other in giving[1:]:
        if not same(first.value, other.values[name].value):
            problems.append(disagree(person, name, giving[0], other))
            break
    return first, tuple(giver.name.value for giver in giving)


def disagree(person: Declaration, name: str, one: Profile, other: Profile) -> Problem:
    """Say that two profiles of a person give different values."""
    field = FIELDS[name]
    said = " and ".join(
        f"{quoted(profile.name.value)} says {field.kind.show(profile.values[name].value)} "
        f"({profile.values[name].mark.file}:{profile.values[name].mark.line})"
        for profile in (one, other)
    )
    return Problem(
        f"{field.tree_key}: two profiles of {person.email.value} disagree: {said}",
        f"write the value at the person, which goes before profiles:  {field.tree_key}: ...",
        person.mark,
        person.key,
        name,
        "profile.disagree",
    )
