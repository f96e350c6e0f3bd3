"""What stands between a plan and the platform: limits, reviewed ways past them, minimums (product section 3)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from reconciler.core.impact import holders, holders_after
from reconciler.core.nearest import did_you_mean
from reconciler.model.fields import FIELDS
from reconciler.model.kinds import canonical_email
from reconciler.model.names import Names
from reconciler.model.plan import Change, Plan
from reconciler.model.settings import Allowance, Counted, Limit, Minimum, Settings
from reconciler.model.source import Located, Mark, Problem, Problems
from reconciler.model.spelling import quoted
from reconciler.model.users import Snapshot

ADMINS: Final = Minimum("roles", "Admin", 2)
"""The minimum that holds without a word in the settings, where the tenant has that many."""

CLOSED: Final = Limit(0)
"""The limit of a kind that the settings do not hold: nobody, never everybody (faults.md D-77)."""

PROPOSED: Final = timedelta(days=7)
"""So long the proposed way past a limit is valid; the settings allow at most 31 days."""

WHOLE_TREE: Final = "."
SIMPLE_PATH: Final = re.compile(r"[A-Za-z.][A-Za-z0-9_./-]*")

WOULD: Final = {
    Counted.CREATE: "be created and invited by mail",
    Counted.DEACTIVATE: "lose access",
    Counted.REACTIVATE: "get their access back",
    Counted.RENAME: "get another address",
    Counted.ROLE_CHANGE: "get other roles",
    Counted.TEAM_REMOVAL: "leave a team",
    Counted.PRIVILEGED_GRANT: "get admin rights",
    Counted.PUT_BACK: "be put back to what the files say",
}
"""What a change of each kind does to people."""


def check_settings(settings: Settings, snapshot: Snapshot) -> Problems:
    """Return an error for every name in a guard that the platform does not have: it would guard nothing."""
    roles, people = snapshot.template.roles, live_addresses(snapshot)
    problems = [
        guards_nothing("privileged_roles", "role", role, roles)
        for role in settings.privileged_roles or ()
        if role.value not in roles
    ]
    for minimum in settings.minimum_active:
        known = known_names(minimum.field, settings, snapshot)
        fold = FIELDS[minimum.field].kind.fold
        if minimum.mark and fold(minimum.name) not in {fold(name) for name in known}:
            noun = FIELDS[minimum.field].title.lower().removesuffix("s")
            problems.append(guards_nothing("minimum_active", noun, Located(minimum.name, minimum.mark), known))
    problems += [
        guards_nothing("protected", "account", address, people)
        for address in settings.protected
        if canonical_email(address.value) not in people
    ]
    return tuple(problems)


def guard(plan: Plan, settings: Settings, snapshot: Snapshot, today: date, root: str = "users") -> Problems:
    """Return every reason why nothing of a plan may be sent.

    Args:
        plan: The plan of the whole run.
        settings: The settings in force.
        snapshot: The live state that the plan was made against.
        today: The day in the tenant's time zone.
        root: The name of the tree as the files' names begin with it.
    """
    limits = [refuse_count(counted, plan, settings, today, root) for counted in Counted]
    minimums = [refuse_minimum(least, plan, snapshot) for least in minimums_in_force(settings, snapshot)]
    return tuple(problem for problem in (refuse_empty_read(plan, snapshot), *limits, *minimums) if problem)


def allowance_of(
    counted: Counted, changes: Iterable[Change], settings: Settings, today: date, root: str = "users"
) -> Allowance | None:
    """Return the reviewed line that covers all these changes of one kind, the one for most people; or None."""
    files = {within(root, change.mark) for change in changes}
    fitting = [
        line
        for line in settings.allow
        if line.counted is counted and today <= line.last_day and all(is_under(file, line.under) for file in files)
    ]
    return max(fitting, key=lambda line: line.count, default=None)


def minimums_in_force(settings: Settings, snapshot: Snapshot) -> tuple[Minimum, ...]:
    """Return the minimums of the settings, and two active Admins where the tenant has two."""
    stated = {(least.field, least.name) for least in settings.minimum_active}
    if (ADMINS.field, ADMINS.name) in stated:
        return settings.minimum_active
    enough = len(holders(snapshot.users, ADMINS.field, ADMINS.name)) >= ADMINS.count
    return (*settings.minimum_active, ADMINS) if enough else settings.minimum_active


def live_addresses(snapshot: Snapshot) -> frozenset[str]:
    """Return the canonical addresses of everybody on the platform."""
    return frozenset(snapshot.users) | {user.key for user in snapshot.doubled}


def known_names(field: str, settings: Settings, snapshot: Snapshot) -> tuple[str, ...]:
    """Return the names that a minimum may be set for; locations are those of the settings, else those in use."""
    if isinstance(FIELDS[field].kind, Names):
        return snapshot.template.names(field)
    if settings.locations is not None:
        return tuple(location.value for location in settings.locations)
    return tuple({str(user.values[field]) for user in snapshot.users.values() if user.values.get(field)})


def guards_nothing(setting: str, noun: str, name: Located[str], known: Iterable[str]) -> Problem:
    """Say that a setting names something that is not there."""
    return Problem(
        f'{setting}: the platform has no {noun} "{name.value}".{did_you_mean(name.value, known)}',
        "a guard that guards nothing is refused; correct the name or remove it",
        name.mark,
        code="settings.unknown",
    )


def refuse_empty_read(plan: Plan, snapshot: Snapshot) -> Problem | None:
    """Refuse to plan against nobody: a tenant has at least the account that runs this (faults.md L-01)."""
    declared = len(plan.changes) + len(plan.left_out) + plan.unchanged
    if snapshot.users or snapshot.doubled or snapshot.nameless or not declared:
        return None
    return Problem(
        f"0 of {declared:,} people read: the platform shows nobody at all",
        "this is not taken for the truth; look at the platform and at the rights of the credential",
        code="L-01",
    )


def refuse_count(counted: Counted, plan: Plan, settings: Settings, today: date, root: str) -> Problem | None:
    """Refuse a kind of change for more people than the limit or a fitting reviewed line allows (L-05)."""
    changes = plan.counted(counted)
    limit = settings.limits.get(counted, CLOSED)
    if len(changes) <= limit.allowed(plan.active):
        return None
    line = allowance_of(counted, changes, settings, today, root)
    if line and len(changes) <= line.count:
        return None
    return Problem(
        f"{people(len(changes))} would {would(counted, changes)}, the limit is {limit_text(limit, plan.active)}",
        "\n".join(
            (
                whence(changes),
                *unfit(changes, counted, settings, today, root),
                way_past(changes, counted, settings, today, root),
            )
        ),
        limit.mark,
        code=f"limit.{counted}",
    )


def would(counted: Counted, changes: Iterable[Change]) -> str:
    """Return what the changes of one kind do to people; an address may count as admin rights (faults.md D-70)."""
    renamed = {bool(change.previous) for change in changes} if counted is Counted.PRIVILEGED_GRANT else set()
    if True not in renamed:
        return WOULD[counted]
    address = "get another address, with admin rights or in another domain, which counts as admin rights"
    return address if False not in renamed else f"{WOULD[counted]}, or {address}"


def refuse_minimum(least: Minimum, plan: Plan, snapshot: Snapshot) -> Problem | None:
    """Refuse to go below a minimum, or lower still where it is broken already (faults.md L-06)."""
    before = holders(snapshot.users, least.field, least.name)
    after = holders_after(plan.changes, snapshot.users, least.field, least.name)
    if len(after) >= min(least.count, len(before)):
        return None
    losing = [change for change in plan.changes if change.live_key in before and change.key not in after]
    where = place(least.mark) if least.mark else "the default"
    return Problem(
        f'{FIELDS[least.field].title}: "{least.name}" would go from {len(before):,} to {len(after):,} active '
        f"people, the minimum is {least.count:,} ({where})",
        f"{whence(losing)}\n"
        "Give it to others first, or edit minimum_active: in the settings; an admin must approve it.",
        least.mark,
        field=least.field,
        code="minimum",
    )


def people(count: int) -> str:
    """Return a number of people in words."""
    return "1 person" if count == 1 else f"{count:,} people"


def place(mark: Mark) -> str:
    """Return `file:line`."""
    return f"{mark.file}:{mark.line}"


def limit_text(limit: Limit, active: int) -> str:
    """Return the limit in force, why it is so low, and where it stands."""
    allowed = limit.allowed(active)
    share = f"{limit.share:.3%}".rstrip("0%").rstrip(".") if limit.share is not None else ""
    why = f"{share} % of {people(active)} who are active, " if share and allowed < limit.count else ""
    return f"{allowed:,} ({why}{place(limit.mark) if limit.mark else 'the default'})"


def whence(changes: Sequence[Change]) -> str:
    """Return the files and lines that some changes come from, and the first three people by name."""
    files = sorted({change.mark.file for change in changes})
    lines = [change.mark.line for change in changes]
    first, last = min(lines), max(lines)
    spot = f"{files[0]}:{first}" + (f"-{last}" if last > first else "")
    where = spot if len(files) == 1 else f"{len(files):,} files"
    start = "It comes from" if len(changes) == 1 else f"All {len(changes):,} come from"
    more = f" and {len(changes) - 3:,} more (full list below)" if len(changes) > 3 else ""
    return f"{start} {where}: {', '.join(change.name for change in changes[:3])}{more}"


def unfit(
    changes: Sequence[Change], counted: Counted, settings: Settings, today: date, root: str
) -> Iterator[str]:
    """Say why the reviewed lines of this kind do not cover the changes."""
    for line in settings.allow:
        if line.counted is not counted:
            continue
        outside = [change for change in changes if not is_under(within(root, change.mark), line.under)]
        if line.last_day < today:
            yield f"{place(line.mark)} does not help: it ended on {line.last_day}"
        elif outside:
            stranger = f"{outside[0].name} comes from {place(outside[0].mark)}"
            yield f"{place(line.mark)} does not help: {stranger}, not from {line.under}"
        else:
            yield f"{place(line.mark)} does not help: it allows {line.count:,}"


def way_past(changes: Sequence[Change], counted: Counted, settings: Settings, today: date, root: str) -> str:
    """Return what to do, with the line that allows just these changes, ready to paste."""
    under = common_path([within(root, change.mark) for change in changes])
    written = under if SIMPLE_PATH.fullmatch(under) else quoted(under)
    return (
        'Not intended? Undo the edit. Intended? Add this under "allow:" in '
        f"{settings.mark.file}; an admin must approve it:\n"
        f'  - {{{counted}: {len(changes)}, in: {written}, last_day: {today + PROPOSED}, why: "..."}}'
    )


def within(root: str, mark: Mark) -> str:
    """Return the name of a file as seen from the root of the tree.

    A file outside it, such as the report of which a way back is made, counts as the whole tree: no reviewed line
    for one file or directory can mean it.
    """
    if root == WHOLE_TREE:
        return WHOLE_TREE if mark.file.startswith(("/", "../")) else mark.file
    front = f"{root.rstrip('/')}/"
    return mark.file.removeprefix(front) if mark.file.startswith(front) else WHOLE_TREE


def is_under(file: str, under: str) -> bool:
    """Say whether a file is the named one, or stands in the named directory."""
    return under == WHOLE_TREE or file == under or file.startswith(f"{under.rstrip('/')}/")


def common_path(files: Sequence[str]) -> str:
    """Return the one file, else the deepest directory that holds all the files."""
    if len(set(files)) == 1:
        return files[0]
    steps = []
    for step in zip(*(file.split("/")[:-1] for file in files), strict=False):
        if len(set(step)) > 1:
            break
        steps.append(step[0])
    return "/".join(steps) or WHOLE_TREE
