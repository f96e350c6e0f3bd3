"""The ground on which people are compared: the live state and the settings, prepared for many look-ups."""

import re
from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from types import MappingProxyType
from typing import Final

from reconciler.core.asked import Understood, composed
from reconciler.core.counting import privileged_roles
from reconciler.core.lookalikes import lookalikes
from reconciler.core.recognition import Identities, is_leaver, recognise
from reconciler.model.fields import FIELDS, MANAGED_FIELDS
from reconciler.model.kinds import canonical_email
from reconciler.model.names import Names
from reconciler.model.settings import Settings
from reconciler.model.source import Located
from reconciler.model.users import DesiredUser, LiveUser, Snapshot, Template
from reconciler.model.values import NameRule

NOBODY: Final[Mapping[str, DesiredUser]] = MappingProxyType({})
UNIQUE: Final = tuple(field for field in MANAGED_FIELDS if field.unique)
NAMES: Final = tuple(field for field in MANAGED_FIELDS if isinstance(field.kind, Names))


@dataclass(frozen=True, slots=True)
class Ground:
    """What every person is held against.

    Attributes:
        snapshot: The live state.
        settings: The settings of the tree.
        known: Names that can be managed, per field: the template's spelling by the form in which names compare.
        asked: What the rules of the files ask for.
        privileged: The privileged roles in force.
        protected: Where each protected address is named.
        doubled: People who share their address, by that address.
        owners: Who holds each value that only one person may hold: people by field and value.
        scope: Matches the canonical addresses that the tree answers for.
        in_scope: Canonical addresses of the active people that the tree answers for.
        identities: Who is who where the address alone does not tell.
        lookalikes: The live people in no file who look like somebody new, by the newcomer's address.
    """

    snapshot: Snapshot
    settings: Settings
    known: Mapping[str, Mapping[str, str]]
    asked: Understood
    privileged: frozenset[str]
    protected: Mapping[str, Located[str]]
    doubled: Mapping[str, tuple[LiveUser, ...]]
    owners: Mapping[str, Mapping[Hashable, tuple[LiveUser, ...]]]
    scope: re.Pattern[str]
    in_scope: frozenset[str]
    identities: Identities
    lookalikes: Mapping[str, tuple[LiveUser, ...]]

    def unknown_name(self, field: str, rule: NameRule) -> Located[str] | None:
        """Return the first name of a rule that the platform does not have (faults.md D-65, D-71)."""
        unknown = self.asked.of(field, rule).unknown
        return next((name for name in rule.names() if name.value in unknown), None)

    def target(self, field: str, rule: NameRule, held: frozenset[str]) -> frozenset[str]:
        """Return the names that a rule asks of somebody who holds `held` now, in the template's spelling."""
        exact, at_least, never, _ = self.asked.of(field, rule)
        return (held | at_least) - never if exact is None else exact


def survey(snapshot: Snapshot, settings: Settings, desired: Mapping[str, DesiredUser] = NOBODY) -> Ground:
    """Prepare the ground; reads everybody once. `desired` are the declared people by canonical address."""
    doubled: dict[str, tuple[LiveUser, ...]] = defaultdict(tuple)
    for user in snapshot.doubled:
        doubled[user.key] += (user,)
    inside = re.compile("|".join(translate(pattern.lower()) for pattern in settings.scope) or r"(?!)")
    known = {field.name: known_names(field.name, snapshot.template) for field in NAMES}
    in_scope = frozenset(key for key, user in snapshot.users.items() if user.active and inside.match(key))
    identities = recognise(desired, snapshot)
    new = newcomers(desired, snapshot, identities)
    unnamed = in_scope - desired.keys() - identities.earlier if new else frozenset[str]()
    return Ground(
        snapshot=snapshot,
        settings=settings,
        known=known,
        asked=Understood(known),
        privileged=privileged_roles(settings, snapshot.template),
        protected={canonical_email(address.value): address for address in settings.protected},
        doubled=doubled,
        owners={field.name: owners_of(field.name, snapshot) for field in UNIQUE},
        scope=inside,
        in_scope=in_scope,
        identities=identities,
        lookalikes=lookalikes(new, (snapshot.users[key] for key in sorted(unnamed))),
    )


def newcomers(
    desired: Mapping[str, DesiredUser], snapshot: Snapshot, identities: Identities
) -> tuple[DesiredUser, ...]:
    """Return the declared people whom the platform does not know, without those who are to be inactive."""
    absent = [user for key, user in desired.items() if key not in snapshot.users]
    known = identities.moved.keys() | identities.doubts.keys() | {live.key for live in snapshot.doubled}
    return tuple(user for user in absent if user.key not in known and not is_leaver(user))


def known_names(field: str, template: Template) -> Mapping[str, str]:
    """Return the names of a field that can be managed: those that the template has exactly once."""
    return {composed(name): name for name in template.names(field)}


def owners_of(field: str, snapshot: Snapshot) -> Mapping[Hashable, tuple[LiveUser, ...]]:
    """Return who holds each value of a field, people who cannot be told apart included."""
    owners: dict[Hashable, tuple[LiveUser, ...]] = defaultdict(tuple)
    fold = FIELDS[field].kind.fold
    for user in (*snapshot.users.values(), *snapshot.doubled, *snapshot.nameless):
        if (value := user.values.get(field)) is not None:
            owners[fold(value)] += (user,)
    return owners
