"""Plans with what they say beside their changes, from the text of the files of now and before."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from reconciler.core.diff import diff
from reconciler.core.on_day import desired_on
from reconciler.core.origin import NO_TREE, Base, tell_origins
from reconciler.core.outlook import Files, tell
from reconciler.model.outlook import Later
from reconciler.model.plan import Plan
from reconciler.model.settings import Settings
from reconciler.model.users import LiveUser
from tests.builders import TODAY, live, settings, snapshot
from tests.core.declared import declared

DEFAULT: Final = settings()


def outlook(
    now: str,
    before: str | None = None,
    people: Iterable[LiveUser] = (),
    *,
    day: date = TODAY,
    rules: Settings = DEFAULT,
    base_rules: Settings | None = None,
    actors: Iterable[str] = (),
    only: Iterable[str] = (),
) -> Plan:
    """The plan of the files of now; `before` are those of the base, `""` a base without a tree."""
    stated, state = declared(now, today=day), snapshot(*(people or (live(),)))
    desired = desired_on(stated, day)
    plan, base = diff(desired, state, rules, frozenset(only)), None
    if before is not None:
        then = declared(before, today=day) if before else None
        known = {user.key: user for user in desired_on(then, day)} if then else {}
        base = Base(base_rules or rules, known, None, then) if then else NO_TREE
        plan = tell_origins(plan, desired, base, state, rules)
    return tell(plan, Files(stated, desired, day, rules, base, "users"), state, actors, frozenset(only))


def said(later: Iterable[Later]) -> list[str]:
    """What begins and ends, as one line each: `2026-12-09 teams VIP ends: ana@acme.example`."""
    return [
        " ".join(
            filter(None, [str(one.day), one.field, one.name, f"{one.turn}:", *(who.key for who in one.people)])
        )
        for one in later
    ]


def with_roles(**held: str) -> Mapping[str, LiveUser]:
    """People by first name, each with the roles of a comma list."""
    return {
        name: live(f"{name}@acme.example", first_name=name.title(), last_name="L", roles=roles.split(","))
        for name, roles in held.items()
    }
