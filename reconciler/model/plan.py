"""The plan as plain data: it can be printed, saved, hashed and compared; it holds no functions and no clients."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.outlook import Dropped, Kept, Later, Reach, Rise
from reconciler.model.settings import Counted
from reconciler.model.source import Mark, Problem, Problems
from reconciler.model.values import Value


class Action(StrEnum):
    """What happens to a person."""

    CREATE = "create"
    UPDATE = "update"
    DEACTIVATE = "deactivate"
    REACTIVATE = "reactivate"


class Origin(StrEnum):
    """Why a value changes just now (product section 5, "Origin"); the strongest reason first."""

    TREE = "tree"
    """What the files declare differs from the base, or there is no base."""
    DATE = "date"
    """A day has come that the files name."""
    PLATFORM = "platform"
    """The files say the same as before and the platform differs: a put-back."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One promised value: what the platform shows before, what it shall show after, and who says so.

    It carries the field's *name*; `before` of somebody new is None. Sets are whole sets on both sides.

    Attributes:
        origin: Why the value changes just now.
        put_back: The names of a set that the base asked for as well, in a set that changes for another reason too.
        profiles: The profiles that take part in the value; none where the person's own declaration gives it.
    """

    field: str
    before: Value
    after: Value
    mark: Mark | None
    origin: Origin = Origin.TREE
    put_back: frozenset[str] = frozenset()
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one person.

    Attributes:
        action: The sort of change.
        key: The canonical address.
        email: The address as a row must spell it: the live spelling, or the file's for somebody new.
        name: First and last name after the change.
        ident: The platform's id; `""` for somebody new.
        mark: Where the person is declared; for somebody in no file, the setting that says so.
        fields: The promised values, in the order of the table.
        before: The whole live record by field name; empty for somebody new.
        wanted: The whole record after the change by field name; what a row states.
        counted: The limits that this change counts under.
        previous: The canonical address under which the platform knows the person before the change, where that is
            another one; `""` where the address stays (product section 3, "Renames").
    """

    action: Action
    key: str
    email: str
    name: str
    ident: str
    mark: Mark
    fields: tuple[FieldChange, ...]
    before: Mapping[str, Value]
    wanted: Mapping[str, Value]
    counted: frozenset[Counted]
    previous: str = ""

    @property
    def live_key(self) -> str:
        """The canonical address under which the platform knows the person before the change."""
        return self.previous or self.key

    @property
    def origin(self) -> Origin:
        """The strongest reason among the values: a put-back is only what no edit and no date asks for."""
        origins = {change.origin for change in self.fields}
        return next((origin for origin in Origin if origin in origins), Origin.TREE)

    def change_of(self, field: str) -> FieldChange | None:
        """Return the promised change of one field, or None."""
        return next((change for change in self.fields if change.field == field), None)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One person whom the plan leaves alone although something is declared, and why."""

    key: str
    name: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Tally:
    """Active people who hold one role, team or location, before and after the plan."""

    field: str
    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes of a run.

    Attributes:
        changes: One change a person, sorted by address.
        left_out: People who are left alone, and why.
        unchanged: How many declared people are as declared.
        not_in_files: Canonical addresses of people who are live, active, in scope, in no file, and left so.
        notes: Warnings and notes that belong to no change.
        impact: Active people per role, team and location, where the number or the set of holders changes.
        active: How many active people in scope there are before the plan.
        digest: 64 lower-case hexadecimal digits; see `core.digest`.
        reach: Everybody who has a profile that takes part in a change.
        rises: People whose highest role rises.
        later: What begins and ends on days to come.
        dropped: Active people who were taken out of the files and keep their access.
        kept: Roles and teams that were taken out of the files and stay.
        risks: Warnings that stand above everything else.
    """

    changes: tuple[Change, ...]
    left_out: tuple[LeftOut, ...]
    unchanged: int
    not_in_files: tuple[str, ...]
    notes: Problems
    impact: tuple[Tally, ...]
    active: int
    digest: str
    reach: tuple[Reach, ...] = ()
    rises: tuple[Rise, ...] = ()
    later: tuple[Later, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    kept: tuple[Kept, ...] = ()
    risks: Problems = ()

    @property
    def number(self) -> str:
        """The plan number that people read: the first eight digits of the digest."""
        return self.digest[:8]

    def counted(self, counted: Counted) -> tuple[Change, ...]:
        """Return the changes that count under one limit."""
        return tuple(change for change in self.changes if counted in change.counted)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what the guard says of it; `refusals` are the reasons why nothing may be sent."""

    plan: Plan
    refusals: Problems
