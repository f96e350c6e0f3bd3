"""What a plan says beside its changes, put together; the plan number does not depend on it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from reconciler.core.later import Frame, later
from reconciler.core.leftovers import dropped, kept
from reconciler.core.origin import Base
from reconciler.core.reach import reach
from reconciler.core.rises import own_rises, ranking, rises
from reconciler.core.who import who_is_who
from reconciler.model.plan import Plan
from reconciler.model.settings import Settings
from reconciler.model.users import Declared, DesiredUser, Snapshot


@dataclass(frozen=True, slots=True)
class Files:
    """What the files say.

    Attributes:
        declared: The people with all dates.
        desired: The same people as of the day.
        day: The day of the plan.
        settings: The settings in force.
        base: The files as they were before; None where nobody asked.
        root: The name of the tree as the files' names begin with it.
    """

    declared: Declared
    desired: tuple[DesiredUser, ...]
    day: date
    settings: Settings
    base: Base | None
    root: str

    def only(self, keys: frozenset[str]) -> "Files":
        """Return what the files say of these people alone."""
        base = self.base
        if base:
            people = tuple(person for person in base.declared.people if person.key in keys)
            base = replace(base, declared=base.declared._replace(people=people))
        people = tuple(person for person in self.declared.people if person.key in keys)
        desired = tuple(user for user in self.desired if user.key in keys)
        return replace(self, declared=self.declared._replace(people=people), desired=desired, base=base)


def tell(
    plan: Plan, files: Files, snapshot: Snapshot, actors: Iterable[str] = (), only: frozenset[str] = frozenset()
) -> Plan:
    """Return a plan that also says whom it reaches, who rises, what comes later and what does not end.

    Args:
        plan: The plan of `files` against `snapshot`.
        files: What the files say.
        snapshot: The complete live state.
        actors: Logins of whoever wrote or approved the change.
        only: Canonical addresses to which the plan is restricted; empty for everybody.
    """
    who, base = who_is_who(plan.changes, snapshot), files.base
    before = base.settings if base else None
    rising = rises(plan.changes, ranking(files.settings, before, snapshot.template))
    logins = [settings.actors for settings in (files.settings, before) if settings]
    said = files.only(only) if only else files
    then = said.base
    frame = Frame(files.settings, plan.active, files.root)
    return replace(
        plan,
        reach=reach(plan, files.declared, who),
        rises=rising,
        later=later(said.declared, then.declared if then else None, files.day, who, frame),
        dropped=dropped(plan, files.desired, then.declared, who) if then else (),
        kept=kept(said.desired, files.declared, then.desired, who) if then else (),
        risks=tuple(own_rises(rising, plan.changes, actors, logins)),
    )
