"""What a plan says beside its changes, as finished text: reach, rises, later days, and what does not end."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple, TypeAlias

from reconciler.model.days import ONE_DAY
from reconciler.model.fields import FIELDS, MANAGED_FIELDS
from reconciler.model.names import Names, names_of
from reconciler.model.outlook import Dropped, Kept, Later, Person, Reach, Rise, Turn
from reconciler.model.plan import Change
from reconciler.model.spelling import quoted
from reconciler.views.cells import text_of
from reconciler.views.escape import cell, name_cell
from reconciler.views.words import count_of, day, day_of_month, person, place


@dataclass(frozen=True, slots=True)
class Told:
    """One line about some people: our words, one name of the platform or the files, our words again.

    Attributes:
        words: What stands before the name.
        name: A role, team or profile, escaped; `""` for none.
        note: What stands after it, with the sign that joins both; `""` for nothing.
        people: Everybody it is about.
        where: `file:line`; `""` for no place.
        day: The day as ISO writes it, for machines; `""` for none.
    """

    words: str
    name: str
    note: str
    people: tuple[str, ...]
    where: str = ""
    day: str = ""

    @property
    def line(self) -> str:
        """The whole line."""
        return f"{self.words} {self.name}{self.note}" if self.name else f"{self.words}{self.note}"


class ToldPart(NamedTuple):
    """Lines of one sort under their heading."""

    code: str
    heading: str
    lines: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class DroppedView:
    """People who were taken out of the files: what that does not do, and who they are with their former places."""

    warning: str
    people: tuple[str, ...]


Ends: TypeAlias = Mapping[tuple[str, str, str], date]
"""The last day of what somebody has, by address, field and name."""

NAME_FIELDS: Final = {field.name for field in MANAGED_FIELDS if isinstance(field.kind, Names)}
GET: Final = ("gets", "get")
LOSE: Final = ("loses", "lose")
VERBS: Final[Mapping[tuple[str, Turn], tuple[str, str]]] = {
    ("status", Turn.BEGINS): ("starts", "start"),
    ("status", Turn.ENDS): ("loses access", "lose access"),
    ("teams", Turn.BEGINS): ("joins", "join"),
    ("teams", Turn.ENDS): ("leaves", "leave"),
}
"""What happens to one person, and to several; of what is not named here they get and lose it."""


def view_reach(reach: Iterable[Reach]) -> tuple[Told, ...]:
    """View whom each profile reaches: `profile support-agent: 57 people`."""
    return tuple(
        Told("profile", name_cell(one.profile), f": {count(one.people)}", people(one.people), place(one.mark))
        for one in reach
    )


def view_rises(rises: Iterable[Rise]) -> tuple[Told, ...]:
    """View whose highest role rises, one line for all who rise the same way."""
    groups: defaultdict[tuple[frozenset[str], str], list[Person]] = defaultdict(list)
    for rise in rises:
        groups[rise.before, rise.after].append(rise.person)
    return tuple(
        Told(f"{count(group)} from {text_of(before)} to", name_cell(after), "", people(group))
        for (before, after), group in groups.items()
    )


def view_later(later: Iterable[Later], today: date) -> tuple[Told, ...]:
    """View what begins and ends on days to come: `1 Dec: 118 people start`."""
    return tuple(
        Told(
            f"{day_of_month(one.day, today)}: {happens(one)}",
            name_cell(one.name) if one.name else "",
            limited(one),
            people(one.people),
            day=one.day.isoformat(),
        )
        for one in later
    )


def happens(one: Later) -> str:
    """Say what happens to how many people: `118 people start`, `2 people leave team`."""
    verbs = VERBS.get((one.field, one.turn), GET if one.turn is Turn.BEGINS else LOSE)
    return f"{count(one.people)} {verbs[len(one.people) != 1]} {noun_of(one.field)}".rstrip()


def noun_of(field: str) -> str:
    """Return the word for one name of a field; the account needs none, and what has no field is a profile."""
    kind = FIELDS[field].kind if field else None
    return kind.noun if isinstance(kind, Names) else "" if field else "profile"


def limited(one: Later) -> str:
    """Say that so many at once are over a limit, and what allows or would allow them; `""` where all is well."""
    if one.limit is None:
        return ""
    if one.allowed:
        return f" (allowed by {place(one.allowed)})"
    return f' (over the limit of {one.limit:,}; add a line under "allow:" in time)'


def view_dropped(dropped: Sequence[Dropped]) -> DroppedView | None:
    """View who was taken out of the files and keeps the access; None for nobody."""
    if not dropped:
        return None
    whose = f"{name_cell(dropped[0].person.name)}'s access" if len(dropped) == 1 else said_of_many(len(dropped))
    files = "the file" if len(dropped) == 1 else "their files"
    warning = f"This does NOT end {whose}. Write  status: Inactive  in {files} instead."
    return DroppedView(warning, tuple(f"{shown(one.person)} was at {place(one.mark)}" for one in dropped))


def said_of_many(number: int) -> str:
    """Say whose access does not end."""
    return f"the access of {number:,} people who are in no file any more"


def view_kept(kept: Iterable[Kept]) -> tuple[Told, ...]:
    """View which names stay with people although no file mentions them any more, and how to take them out."""
    return tuple(
        Told(
            f"{count(one.people)} {'keeps' if len(one.people) == 1 else 'keep'} {noun_of(one.field)}",
            name_cell(one.name),
            f": to take it out, write  never: [{cell(quoted(one.name))}]",
            people(one.people),
            place(one.mark),
        )
        for one in kept
    )


def profile_labels(change: Change, reach: Iterable[Reach]) -> Iterator[str]:
    """Yield which values come from a profile, and how many people have it."""
    sizes = {one.profile: len(one.people) for one in reach}
    for profile in dict.fromkeys(name for part in change.fields for name in part.profiles):
        parts = [part for part in change.fields if profile in part.profiles]
        titles = ", ".join(FIELDS[part.field].title for part in parts) if len(parts) < len(change.fields) else ""
        said = f"by profile {name_cell(profile)} ({count_of(sizes[profile], 'person')})"
        mark = parts[0].mark
        yield " ".join(filter(None, [titles, said])) + (f", {place(mark)}" if mark and mark != change.mark else "")


def ends_of(later: Iterable[Later]) -> Ends:
    """Return the last days that are told, by person, field and name."""
    return {
        (person.key, one.field, one.name): one.day - ONE_DAY
        for one in later
        if one.turn is Turn.ENDS
        for person in one.people
    }


def until_of(change: Change, ends: Ends) -> Mapping[str, Mapping[str, str]]:
    """Return what somebody gets only up to a day, by field and name; an account has no name."""
    until: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for part in change.fields:
        come = names_of(part.after) - names_of(part.before) if part.field in NAME_FIELDS else {""}
        for name in sorted(come):
            if last := ends.get((change.key, part.field, name)):
                until[part.field][name] = f"up to {day(last)}"
    return dict(until)


def until_labels(until: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield what comes only up to a day."""
    for names in until.values():
        yield from (f"{name_cell(name) if name else 'access'} {words}" for name, words in names.items())


def people(group: Iterable[Person]) -> tuple[str, ...]:
    """Return people by name and address."""
    return tuple(map(shown, group))


def shown(one: Person) -> str:
    """Return one person by name and address."""
    return person(one.name, one.email)


def count(group: Sequence[Person]) -> str:
    """Return a number of people."""
    return count_of(len(group), "person")
