"""One row on its way into the directory, with everything the rules look at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.simulator.directory import Directory, User
from reconciler.simulator.problems import Problem
from reconciler.simulator.record import BY_BULK_KEY
from reconciler.simulator.switches import Settings

# What makes a row somebody's own.
IDENTITY = frozenset({"email", "new_email", "first_name", "last_name", "agent_number", "extension_number"})

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """A row, the directory it changes, and the time and job by which it does.

    Attributes:
        warn: Takes a problem that does not keep the row from being applied.
        untouched: Bulk keys that the row does not change, whatever it says.
    """

    row: Row
    directory: Directory
    settings: Settings
    now: float
    by: int
    warn: Callable[[Problem], None]
    untouched: frozenset[str]

    def states(self, key: str) -> bool:
        """Tell whether the row says something about a key that the tenant has."""
        return key in self.row and key in self.directory.template_keys and key not in self.untouched

    def text(self, key: str) -> str:
        """The row's text for a key; empty when it says nothing."""
        return str(self.row[key] or "") if self.states(key) else ""

    def clears(self, key: str) -> bool:
        """Tell whether a missing, null or empty value takes away what is there (unknowns 19, 21)."""
        kind = BY_BULK_KEY[key].kind
        if kind == "name" or key in self.untouched:
            return False
        if key not in self.row:
            return self.settings["missing_key"] == "cleared"
        value = self.row[key]
        if value is None:
            return kind == "location" or self.settings["null_value"] == "cleared"
        return value == "" and kind != "location" and self.settings["empty_value"] == "cleared"

    def put(self, user: User) -> None:
        """Store the user."""
        self.directory.put(user, self.now, self.by)

    def for_somebody_else(self) -> "Step":
        """The same step without what makes the row its own user's."""
        return replace(self, untouched=self.untouched | IDENTITY)
