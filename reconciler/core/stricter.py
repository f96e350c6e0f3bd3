"""The guards in force while a change is judged: the stricter of what held before and what the files say now.

Whoever loosens a guard cannot use that in the same change; it counts from the next merge on (faults.md S-50). The
lines under `allow:` and all other settings are those of now.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from reconciler.core.counting import privileged_roles
from reconciler.core.guard import ADMINS, CLOSED, minimums_in_force
from reconciler.model.fields import FIELDS
from reconciler.model.settings import Limit, Minimum, Settings
from reconciler.model.source import Located, Mark, Problem, Problems, Severity
from reconciler.model.users import Snapshot

LOOSENED: Final = "settings.loosened"
"""Code of the note on a guard that is looser in the files than in force."""


def stricter(base: Settings, head: Settings, snapshot: Snapshot) -> tuple[Settings, Problems]:
    """Return the settings of `head` under the stricter guards, and a note on each guard that `head` loosens.

    `snapshot` tells which roles are privileged, and which minimum holds, where the settings do not name them.
    """
    in_force = replace(
        head,
        limits={kind: lower(base.limits.get(kind, CLOSED), limit) for kind, limit in head.limits.items()},
        minimum_active=higher_minimums(base, head, snapshot),
        protected=united(head.protected, base.protected),
        privileged_roles=privileged_in_either(base, head, snapshot),
    )
    return in_force, tuple(loosened(head, in_force, snapshot))


def lower(before: Limit, now: Limit) -> Limit:
    """Return the lower count and the lower share of two limits; no share is the highest one."""
    shares = [limit.share for limit in (now, before) if limit.share is not None]
    lowest = Limit(min(now.count, before.count), min(shares, default=None), now.mark)
    return lowest if lowest == now else replace(lowest, mark=before.mark)


def higher_minimums(base: Settings, head: Settings, snapshot: Snapshot) -> tuple[Minimum, ...]:
    """Return the higher minimum of each role, team and location.

    The default on Admin is among them only where the files of now state less: else it holds without a word.
    """
    highest: dict[Hashable, Minimum] = {}
    for least in (*minimums_in_force(head, snapshot), *minimums_in_force(base, snapshot)):
        other = highest.setdefault(guarded(least), least)
        highest[guarded(least)] = max(other, least, key=lambda minimum: minimum.count)
    silent = guarded(ADMINS) not in map(guarded, head.minimum_active)
    return tuple(least for least in highest.values() if not (silent and least == ADMINS))


def guarded(least: Minimum) -> Hashable:
    """Return what a minimum guards, in the form in which names compare."""
    return least.field, FIELDS[least.field].kind.fold(least.name)


def privileged_in_either(base: Settings, head: Settings, snapshot: Snapshot) -> tuple[Located[str], ...] | None:
    """Return the roles that are privileged before or now; None where both leave it to the names of the roles."""
    if base.privileged_roles is None and head.privileged_roles is None:
        return None
    return united(privileged_of(head, snapshot), privileged_of(base, snapshot))


def privileged_of(settings: Settings, snapshot: Snapshot) -> tuple[Located[str], ...]:
    """Return the privileged roles with their places; those by default stand at the top of the settings."""
    if settings.privileged_roles is not None:
        return settings.privileged_roles
    return tuple(Located(name, settings.mark) for name in sorted(privileged_roles(settings, snapshot.template)))


def united(now: Iterable[Located[str]], before: Iterable[Located[str]]) -> tuple[Located[str], ...]:
    """Return the names of both, each once, at its place of now where it has one."""
    names: dict[str, Located[str]] = {}
    for name in (*now, *before):
        names.setdefault(name.value, name)
    return tuple(names.values())


def loosened(head: Settings, in_force: Settings, snapshot: Snapshot) -> Iterator[Problem]:
    """Yield a note on each guard that is looser in the files of now than in force."""
    for kind, limit in in_force.limits.items():
        if limit != head.limits[kind]:
            mark = head.limits[kind].mark or head.mark
            yield not_yet(f"limits: {kind} is raised", mark, said(limit), "Needed now? Add a line under  allow:")
    stated = {guarded(least): least for least in minimums_in_force(head, snapshot)}
    for least in in_force.minimum_active:
        if least != (now := stated.get(guarded(least))):
            mark = now.mark if now and now.mark else head.mark
            yield not_yet(f'minimum_active: "{least.name}" is lowered', mark, f"{least.count:,}")
    yield from taken_out("protected", in_force.protected, {name.value for name in head.protected}, head)
    privileged = privileged_roles(head, snapshot.template)
    yield from taken_out("privileged_roles", in_force.privileged_roles or (), privileged, head)


def taken_out(
    setting: str, names: Iterable[Located[str]], kept: Collection[str], head: Settings
) -> Iterator[Problem]:
    """Yield a note on each name in force that is not kept."""
    for name in names:
        if name.value not in kept:
            yield not_yet(f'{setting}: "{name.value}" is taken out', head.mark)


def said(limit: Limit) -> str:
    """Return a limit in words: `25, or 5 % of the active people`."""
    share = "" if limit.share is None else f", or {100 * limit.share:.6g} % of the active people"
    return f"{limit.count:,}{share}"


def not_yet(what: str, mark: Mark, until: str = "", hint: str = "") -> Problem:
    """Say that a looser guard has no effect yet; `until` is what is in force instead."""
    still = f"; until then it is {until}" if until else ""
    summary = f"{what} here, which counts from the next merge on{still}"
    return Problem(summary, hint, mark, code=LOOSENED, severity=Severity.NOTE)
