"""People on both sides: declared in the tree (desired) and read from the platform (live)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, TypeAlias

from reconciler.model.days import ALWAYS, Window
from reconciler.model.source import Json, Located, Mark
from reconciler.model.values import Value


class Declaration(NamedTuple):
    """What the files say of one person beside profiles, with all dates in it.

    Attributes:
        key: The canonical address.
        email: The address as the file writes it.
        values: The person's own values by field name; absent = not managed, None = clear.
        previous: Earlier addresses, canonical.
        profiles: Names of profiles.
        window: From which day to which the person has access.
    """

    key: str
    email: Located[str]
    values: Mapping[str, Located[Value]]
    previous: tuple[Located[str], ...] = ()
    profiles: tuple[Located[str], ...] = ()
    window: Window = ALWAYS

    @property
    def mark(self) -> Mark:
        """Where the person is declared."""
        return self.email.mark


class Profile(NamedTuple):
    """Values under a name, for many people at once.

    Attributes:
        name: How people name it, at the place where it is defined.
        values: Values by field name.
        people: Canonical addresses of people who have it without naming it.
        window: From which day to which it gives its values.
    """

    name: Located[str]
    values: Mapping[str, Located[Value]]
    people: tuple[Located[str], ...] = ()
    window: Window = ALWAYS


Owner: TypeAlias = Declaration | Profile
"""Whoever states values in the files."""


class Declared(NamedTuple):
    """What all files of a tree declare, in their order."""

    people: tuple[Declaration, ...]
    profiles: tuple[Profile, ...] = ()


@dataclass(frozen=True, slots=True)
class DesiredUser:
    """One declared person as of one day, profiles and dates carried out.

    Attributes:
        key: The canonical address.
        email: The address as the file writes it.
        values: Declared values by field name; absent = not managed, None = clear.
        previous: Earlier addresses, canonical, under one of which the platform may still know the person.
        profiles: The profiles that take part in each value, by field name.
        starts: The first day of access, where that is still to come.
    """

    key: str
    email: Located[str]
    values: Mapping[str, Located[Value]]
    previous: tuple[Located[str], ...] = ()
    profiles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    starts: Located[date] | None = None

    @property
    def mark(self) -> Mark:
        """Where the person is declared."""
        return self.email.mark


@dataclass(frozen=True, slots=True)
class LiveUser:
    """One person on the platform.

    Attributes:
        key: The canonical address; `""` where the platform shows none.
        ident: The platform's own id as text; `""` where the read shows none.
        email: The address as the platform spells it.
        values: Canonical values by field name; absent = the read has no such key, None = nothing there.
    """

    key: str
    ident: str
    email: str
    values: Mapping[str, Value]

    @property
    def active(self) -> bool:
        """Whether the account is active."""
        return self.values.get("status") != "Inactive"

    @property
    def name(self) -> str:
        """First and last name, or the address where there is none."""
        parts = (self.values.get("first_name"), self.values.get("last_name"))
        return " ".join(str(part) for part in parts if part) or self.email


@dataclass(frozen=True, slots=True)
class Template:
    """The tenant's bulk template (platform-api section 2): the authority on keys, role and team names.

    Attributes:
        sample: The model record: every key of a row, in order, with a value of the wanted type.
        roles: Role names in the template's spelling and order; a name that stands there twice is left out.
        teams: Team names in the template's spelling and order; a name that stands there twice is left out.
    """

    sample: Mapping[str, Json]
    roles: tuple[str, ...]
    teams: tuple[str, ...]

    def names(self, field: str) -> tuple[str, ...]:
        """Return the names of the field `roles` or `teams`; none for another field."""
        return {"roles": self.roles, "teams": self.teams}.get(field, ())


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The live state of one moment, complete.

    Attributes:
        users: Everybody who can be told apart, by canonical address.
        doubled: People who share a canonical address with somebody else; nobody touches them.
        nameless: Records that carry no address; never touched (faults.md L-18).
        template: The tenant's bulk template.
        taken_at: When the read ended, UTC.
        address: The base address that was read.
    """

    users: Mapping[str, LiveUser]
    doubled: tuple[LiveUser, ...]
    nameless: tuple[LiveUser, ...]
    template: Template
    taken_at: datetime
    address: str
