"""A change on its way into the plan: one person's whole record before and after, and what is compared."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.model.plan import Action
from reconciler.model.source import Mark
from reconciler.model.users import DesiredUser, LiveUser
from reconciler.model.values import Value


@dataclass(frozen=True, slots=True)
class Draft:
    """What would happen to one person, before anything is checked.

    Attributes:
        action: The sort of change.
        key: The canonical address, the new one in a rename.
        email: The address as a row must spell it.
        live: The person on the platform; None for somebody new.
        desired: The declaration; None for somebody in no file.
        mark: Where the change is asked for.
        targets: Every value that is compared, by field name.
        differing: The names of the fields whose value differs, in the order of the table.
        wanted: The whole record after the change.
    """

    action: Action
    key: str
    email: str
    live: LiveUser | None
    desired: DesiredUser | None
    mark: Mark
    targets: Mapping[str, Value]
    differing: tuple[str, ...]
    wanted: Mapping[str, Value]

    @property
    def before(self) -> Mapping[str, Value]:
        """The whole live record; empty for somebody new."""
        return self.live.values if self.live else {}

    @property
    def previous(self) -> str:
        """The canonical address under which the platform knows the person, where it is another one; else `""`."""
        return self.live.key if self.live and self.live.key != self.key else ""

    @property
    def name(self) -> str:
        """First and last name after the change."""
        return LiveUser(self.key, "", self.email, self.wanted).name

    def mark_of(self, field: str) -> Mark:
        """Return the place that asks for a value: its own, else that of the whole change."""
        located = self.desired.values.get(field) if self.desired else None
        return located.mark if located else self.mark
