"""People on both sides: declared in the tree (desired) and read from the platform (live)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reconciler.model.source import Json, Located, Mark
from reconciler.model.values import Value


@dataclass(frozen=True, slots=True)
class DesiredUser:
    """One declared person.

    Attributes:
        key: The canonical address.
        email: The address as the file writes it.
        values: Declared values by field name; absent = not managed, None = clear.
    """

    key: str
    email: Located[str]
    values: Mapping[str, Located[Value]]

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
