"""Whom a profile reaches: everybody who has it, whether the plan changes them or not (product section 5)."""

from collections import defaultdict

from reconciler.core.on_day import givers_of
from reconciler.core.who import Who
from reconciler.model.outlook import Reach
from reconciler.model.plan import Plan
from reconciler.model.users import Declaration, Declared


def reach(plan: Plan, declared: Declared, who: Who) -> tuple[Reach, ...]:
    """Return the people of each profile that takes part in a change, by the name of the profile."""
    parts = {name for change in plan.changes for part in change.fields for name in part.profiles}
    if not parts:
        return ()
    people: defaultdict[str, list[Declaration]] = defaultdict(list)
    givers = givers_of(declared)
    for person in declared.people:
        for giver in givers.get(person.key, ()):
            people[giver.name.value].append(person)
    marks = {profile.name.value: profile.name.mark for profile in declared.profiles}
    return tuple(Reach(name, marks[name], who.people(people[name])) for name in sorted(parts))
