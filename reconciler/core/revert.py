"""The way back of one run: what its report holds against what is live now (product section 4, `revert`).

It becomes desired people like those of the files, so every rule and limit of a plan holds for it (faults.md L-24).
Only values that the run changed go back, and only where they are still as the run left them: what somebody edited
since is not overwritten.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.core.promises import account_of, is_names
from reconciler.core.renames import KEY
from reconciler.core.revert_record import RunRecord, TouchedPerson
from reconciler.core.revert_words import (
    address_taken,
    against_the_files,
    closed,
    edited,
    gone,
    joined,
    mails_are_out,
    never_there,
    queues_are_lost,
    stays_filled,
    which_run,
)
from reconciler.model.fields import FIELDS, Field
from reconciler.model.kinds import ACCOUNT
from reconciler.model.names import Names, names_of
from reconciler.model.plan import Action, LeftOut
from reconciler.model.source import Located, Mark, Problem, Problems
from reconciler.model.users import DesiredUser, LiveUser, Snapshot
from reconciler.model.values import NameRule, Value


@dataclass(frozen=True, slots=True)
class WayBack:
    """What is to be done to undo a run.

    Attributes:
        people: The touched people as they shall be; those with nothing to take back hold no values.
        left_out: People of whom something stays as it is, and why.
        notes: What this is, and what cannot come back.
    """

    people: tuple[DesiredUser, ...]
    left_out: tuple[LeftOut, ...]
    notes: Problems


def way_back(record: RunRecord, snapshot: Snapshot, declared: Iterable[DesiredUser]) -> WayBack:
    """Return the way back.

    Args:
        record: What the run replaced.
        snapshot: The complete live state of now.
        declared: The people of the files: where they still say what the run did, it would be done again.
    """
    live = {person.key: person_now(person, snapshot) for person in record.people}
    leaving = {user.key for user in live.values() if user}
    ways = [Way(person, live[person.key], snapshot, leaving) for person in record.people]
    people = tuple(way.desired() for way in ways if way.live)
    left_out = tuple(LeftOut(way.desired().key, way.name, joined(way.stays)) for way in ways if way.stays)
    return WayBack(people, left_out, tuple(notes(record, ways, declared)))


def as_before(record: RunRecord) -> tuple[DesiredUser, ...]:
    """Return the touched people with every value that could go back, whatever is live: what has to be read."""
    return tuple(
        DesiredUser(person.former_key, Located(person.email, person.mark), all_values(person))
        for person in record.people
    )


def all_values(person: TouchedPerson) -> Mapping[str, Located[Value]]:
    """Return the values before the run by field name, without the address."""
    return {name: Located(value, person.mark) for name, value in person.before.items() if name != KEY.name}


def person_now(person: TouchedPerson, snapshot: Snapshot) -> LiveUser | None:
    """Return the person of a record: under the address after the run, else under the one before; None for neither.

    Another account under the same address is somebody else.
    """
    for key in (person.key, person.former_key):
        user = snapshot.users.get(key)
        if user and (person.ident in {"", user.ident} or not user.ident):
            return user
    return None


class Way:
    """The way back of one person.

    Attributes:
        person: What the run did.
        live: The person now; None where nobody is there for sure.
        values: What goes back, by field name.
        stays: What does not go back though the run changed it, and why; for `left_out`.
        filled: The fields that were empty before and cannot be emptied.
        home: Whether the address goes back.
    """

    def __init__(
        self, person: TouchedPerson, live: LiveUser | None, snapshot: Snapshot, leaving: Iterable[str]
    ) -> None:
        self.person, self.live = person, live
        self.values: dict[str, Value] = {}
        self.stays: list[Problem] = []
        self.filled: list[str] = []
        self.home = False
        if live is None:
            self.stays += [gone(person, snapshot)] if person.action is not Action.CREATE else []
            return
        fields = sorted(map(FIELDS.__getitem__, person.before), key=lambda field: field.kind is not ACCOUNT)
        for field in fields:
            if field is KEY:
                self.judge_address(live, snapshot, set(leaving))
            else:
                self.judge(field, live)

    @property
    def name(self) -> str:
        """The person's name as it is now."""
        return self.live.name if self.live else self.person.name

    @property
    def closes(self) -> bool:
        """Whether the account is inactive in the end."""
        return self.values.get("status", account_of(self.live) if self.live else "Inactive") == "Inactive"

    @property
    def opens(self) -> bool:
        """Whether the account gets active again."""
        return self.live is not None and not self.live.active and not self.closes

    def judge(self, field: Field, live: LiveUser) -> None:
        """Decide on one value: the account comes first, for teams depend on it (faults.md D-76)."""
        before, after = self.person.before[field.name], self.person.after[field.name]
        now = account_of(live) if field.kind is ACCOUNT else live.values.get(field.name)
        if field.kind is ACCOUNT and before is None:
            before = "Inactive"  # somebody new: the account stays, and is closed
        if field.lost_on_deactivation and self.closes:
            if names_of(before) and self.person.before.get("status", "Active") == "Active" and not live.active:
                self.stays.append(closed(self.person, field, before))
        elif field.kind.same(now, before):
            return
        elif not field.kind.same(now, after) and not (field.lost_on_deactivation and self.opens):
            self.stays.append(edited(self.person, field, now, after, before))
        elif is_empty(field, before) and not can_be_empty(field):
            self.filled.append(field.name)
        else:
            self.values[field.name] = before

    def judge_address(self, live: LiveUser, snapshot: Snapshot, leaving: set[str]) -> None:
        """Decide on the address: it goes back where nobody else has it by now."""
        former = self.person.former_key
        if live.key == former:
            return
        taken = former in snapshot.users or any(user.key == former for user in snapshot.doubled)
        if taken and former not in leaving:
            self.stays.append(address_taken(self.person))
        else:
            self.home = True

    def desired(self) -> DesiredUser:
        """Return the person as the way back wants it."""
        mark, live = self.person.mark, self.live
        address = live.email if live else self.person.email
        previous: tuple[Located[str], ...] = ()
        if self.home and live:
            address, previous = str(self.person.before[KEY.name]), (Located(live.key, mark),)
        return DesiredUser(
            key=self.person.former_key if self.home else live.key if live else self.person.key,
            email=Located(address, mark),
            values={name: Located(declared(name, value, mark), mark) for name, value in self.values.items()},
            previous=previous,
        )


def declared(name: str, value: Value, mark: Mark) -> Value:
    """Return a value as a file would declare it: a set of names is exactly these."""
    if is_names(FIELDS[name]):
        return NameRule(exact=tuple(Located(text, mark) for text in sorted(names_of(value))))
    return value


def is_empty(field: Field, value: Value) -> bool:
    """Say whether nothing stands in a field."""
    return not names_of(value) if is_names(field) else value is None


def can_be_empty(field: Field) -> bool:
    """Say whether a row can empty a field: a location, and names of which nobody needs one (section 12)."""
    return not field.kind.least if isinstance(field.kind, Names) else field.clearable


def notes(record: RunRecord, ways: list[Way], files: Iterable[DesiredUser]) -> Iterator[Problem]:
    """Yield what this is, then what cannot come back, then that the files stand against it."""
    yield which_run(record)
    new = [way for way in ways if way.person.action is Action.CREATE]
    if closed_now := [way.name for way in new if "status" in way.values]:
        yield mails_are_out(closed_now)
    if opened := [way.name for way in ways if way.opens]:
        yield queues_are_lost(opened)
    yield from (never_there(way.person) for way in new if way.live is None)
    for way in ways:
        yield from (stays_filled(way.person, way.live, FIELDS[name]) for name in way.filled if way.live)
    by_address = {address: user for user in files for address in (*(o.value for o in user.previous), user.key)}
    against = [(way.name, mark) for way in ways if way.live and (mark := contradiction(way, by_address))]
    if against:
        yield against_the_files([name for name, _ in against], against[0][1])


def contradiction(way: Way, files: Mapping[str, DesiredUser]) -> Mark | None:
    """Return where the files say something else than the way back; None for nowhere."""
    back = way.desired()
    user = files.get(back.key) or files.get(way.person.key)
    if user is None:
        return None
    if way.home and user.key != back.key:
        return user.mark
    for name, value in way.values.items():
        stated = user.values.get(name)
        if (
            stated
            and not (way.closes and FIELDS[name].lost_on_deactivation)
            and not agrees(name, stated.value, value)
        ):
            return stated.mark
    return None


def agrees(name: str, stated: Value, value: Value) -> bool:
    """Say whether what a file states leaves a value as it is."""
    wanted = stated.target(names_of(value)) if isinstance(stated, NameRule) else stated
    return FIELDS[name].kind.same(wanted, value)
