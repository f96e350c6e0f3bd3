"""What a plan says beside its changes, for the small story: a rise, days to come, a reach, words taken out."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from reconciler.model.outlook import Dropped, Kept, Later, Person, Reach, Rise, Turn
from reconciler.model.plan import Change, Plan
from reconciler.model.source import Problem, Severity
from tests.builders import SETTINGS_FILE, mark
from tests.views.samples import CHANGES, FULL, plan

IDENT: Final = "7700142"
"""The platform's id of everybody in the story; people never see it."""


def somebody(name: str) -> Person:
    """Somebody of the story."""
    address = f"{name.lower().replace(' ', '.')}@acme.example"
    return Person(address, name, address)


def told(
    people: tuple[Person, ...],
    role: str = "Manager Admin",
    profile: str = "support-agent",
    team: str = "Holiday Peak",
    file: str = "users/a.yaml",
) -> dict[str, Any]:
    """Something of every sort about these people."""
    there = mark(9, file=file)
    return {
        "risks": (
            Problem(
                f"{people[0].name} (jon-s) takes part in this change and gets a higher role by it: {role}",
                "somebody else must decide this; ask for another author or another approval",
                there,
                people[0].key,
                severity=Severity.WARNING,
            ),
        ),
        "dropped": tuple(Dropped(one, there) for one in people[:2]),
        "reach": (Reach(profile, there, people),),
        "rises": tuple(Rise(one, frozenset({"Agent"}), role) for one in people[:2]),
        "later": (
            Later(date(2026, 12, 9), Turn.BEGINS, "status", "", people, 2, mark(33, file=SETTINGS_FILE)),
            Later(date(2026, 12, 9), Turn.ENDS, "status", "", people[:1], 0),
            Later(date(2026, 12, 10), Turn.BEGINS, "roles", role, people),
            Later(date(2026, 12, 10), Turn.ENDS, "", profile, people),
            Later(date(2028, 1, 11), Turn.ENDS, "teams", team, people[:2]),
        ),
        "kept": (Kept("teams", team, people[:2], there),),
    }


def by_profile(change: Change) -> Change:
    """The change with its single values given by a profile."""
    there = mark(9, file="users/profiles.yaml")
    parts = (
        replace(part, profiles=("support-agent",), mark=there) if isinstance(part.after, int) else part
        for part in change.fields
    )
    return replace(change, fields=tuple(parts), ident=IDENT)


STORY: Final = ("Dora Nagy", "Emil Berg", "Tom Kerr", "Uma Rao", "Zoe Ott")
EVERYTHING: Final[Plan] = replace(
    plan(tuple(map(by_profile, CHANGES)), impact=FULL.impact, notes=FULL.notes),
    **told(tuple(map(somebody, STORY)), file="users/profiles.yaml"),
)
"""The plan of the story with something of every sort."""
