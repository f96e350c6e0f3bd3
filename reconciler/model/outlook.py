"""What a plan says beside its changes: whom a profile reaches, who rises, what comes later, what does not end."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from reconciler.model.source import Mark


class Person(NamedTuple):
    """Somebody as people know each other: the canonical address, first and last name, the address as written."""

    key: str
    name: str
    email: str


class Turn(StrEnum):
    """What a day to come does."""

    BEGINS = "begins"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Later:
    """What begins or ends for some people on a day to come, by what the files say now.

    Attributes:
        day: The first day on which it is so; of what ends, the day after its last day.
        turn: Whether it begins or ends.
        field: `status` for the account, `roles` or `teams` for one name; `""` for what else a profile gives.
        name: The role, team or profile; `""` for the account.
        people: Whom it concerns, by address.
        limit: The limit that so many people at once go over, as the settings are now; None where they do not.
        allowed: The reviewed line that allows them all the same.
    """

    day: date
    turn: Turn
    field: str
    name: str
    people: tuple[Person, ...]
    limit: int | None = None
    allowed: Mark | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """Everybody who has a profile that takes part in a change, whether it changes something for them or not."""

    profile: str
    mark: Mark
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Rise:
    """Somebody whose highest role rises; all roles that are not privileged are equally high.

    Attributes:
        person: Who.
        before: The highest roles held before; none for somebody new or inactive.
        after: The highest role held after the plan.
    """

    person: Person
    before: frozenset[str]
    after: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """Somebody active whom the base declares and the files do not any more, which ends no access."""

    person: Person
    mark: Mark


@dataclass(frozen=True, slots=True)
class Kept:
    """A role or team that the base asked for, that no file mentions any more, and that these people keep."""

    field: str
    name: str
    people: tuple[Person, ...]
    mark: Mark
