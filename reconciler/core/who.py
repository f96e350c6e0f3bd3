"""Who somebody is, for people: the name that the platform knows, else the one in the files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.core.counting import in_force
from reconciler.model.outlook import Person
from reconciler.model.plan import Change
from reconciler.model.users import Declaration, DesiredUser, LiveUser, Snapshot


@dataclass(frozen=True, slots=True)
class Who:
    """Names people by their declaration.

    Attributes:
        live: The live people by canonical address.
        changing: The changes of the plan by canonical address: with them an address may get another owner.
    """

    live: Mapping[str, LiveUser]
    changing: Mapping[str, Change]

    def person(self, user: DesiredUser | Declaration) -> Person:
        """Return who a declared person is."""
        if change := self.changing.get(user.key):
            return person_of(change)
        values = {name: located.value for name, located in user.values.items()}
        known = self.live.get(user.key) or LiveUser(user.key, "", user.email.value, values)
        return Person(user.key, known.name, user.email.value)

    def people(self, users: Iterable[DesiredUser | Declaration]) -> tuple[Person, ...]:
        """Return who declared people are, by address."""
        return tuple(sorted(map(self.person, users)))

    def held_after(self, key: str, field: str) -> frozenset[str]:
        """Return the roles or teams that an active person holds after the plan; none for an inactive one."""
        change, live = self.changing.get(key), self.live.get(key)
        return in_force(field, change.wanted if change else live.values if live else {})


def person_of(change: Change) -> Person:
    """Return whom a change is about."""
    return Person(change.key, change.name, change.email)


def who_is_who(changes: Iterable[Change], snapshot: Snapshot) -> Who:
    """Return what names people, as a plan against a live state knows them."""
    return Who(snapshot.users, {change.key: change for change in changes})
