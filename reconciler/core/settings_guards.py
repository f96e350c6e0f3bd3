"""The settings that guard a run: limits, minimums, and the dated exceptions from them (product section 3)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from reconciler.core.nearest import did_you_mean
from reconciler.core.refusal import refuse
from reconciler.core.settings_kinds import (
    read_count,
    read_ident,
    read_name_key,
    read_path,
    read_raised,
    read_reason,
    read_share,
)
from reconciler.core.settings_reading import EXAMPLES, Reading, entry
from reconciler.model.settings import Allowance, Counted, IgnoredJob, Limit, Minimum
from reconciler.model.source import Entries, Located, Node, Problem, Scalar
from reconciler.model.spelling import quoted, read_day
from reconciler.model.values import BadValue

DEFAULT_LIMITS: Final[Mapping[Counted, Limit]] = MappingProxyType(
    {
        Counted.CREATE: Limit(50),
        Counted.DEACTIVATE: Limit(25, 0.05),
        Counted.REACTIVATE: Limit(25, 0.05),
        Counted.RENAME: Limit(25),
        Counted.ROLE_CHANGE: Limit(50),
        Counted.TEAM_REMOVAL: Limit(100),
        Counted.PRIVILEGED_GRANT: Limit(0),
        Counted.PUT_BACK: Limit(10),
    }
)
"""The limits where the settings say nothing (product section 3)."""

FARTHEST: Final = timedelta(days=31)
"""An exception holds for at most so long from today."""


def read_limits(reading: Reading) -> Mapping[Counted, Limit]:
    """Return a limit for every kind; one that cannot be read is 0, never infinite (faults.md D-77).

    A limit is a mapping of `count` and `share`, or a number, which is the count. What it does not state keeps its
    default: whoever raises the count of deactivations has not said that the share no longer matters. `share: 100%`
    says so.
    """
    limits = dict(DEFAULT_LIMITS)
    if entry(reading.root, "limits"):
        block = reading.block("limits", tuple(Counted))
        if block is None:
            return MappingProxyType(dict.fromkeys(Counted, Limit(0)))
        for key, node in block.entries:
            if key.text in set(Counted):
                limits[Counted(key.text)] = read_limit(reading, key, node, block)
    return MappingProxyType(limits)


def read_limit(reading: Reading, key: Scalar, node: Node, block: Entries) -> Limit:
    """Return one limit, over its default."""
    default = replace(DEFAULT_LIMITS[Counted(key.text)], mark=key.mark)
    before = len(reading.problems)
    if isinstance(node, Entries):
        parts = reading.mapping(key, node, ("count", "share"))
        count, share = reading.value(parts, "count", read_count), reading.value(parts, "share", read_share)
    else:
        count, share = reading.value(block, key.text, read_count), None
    if len(reading.problems) > before:
        return Limit(0, None, key.mark)
    limit = default if count is None else replace(default, count=count.value)
    return limit if share is None else replace(limit, share=share.value)


def read_minimums(reading: Reading, locations: tuple[Located[str], ...] | None) -> tuple[Minimum, ...]:
    """Return how many active people each role, team and location must keep."""
    block = reading.block("minimum_active", tuple(MINIMUM_FIELDS))
    minimums: list[Minimum] = []
    for key, node in block.entries if block else ():
        if key.text in MINIMUM_FIELDS and (names := reading.mapping(key, node)) is not None:
            minimums.extend(read_minimums_of(reading, MINIMUM_FIELDS[key.text], names))
    check_locations(reading, minimums, locations)
    return tuple(minimums)


def read_minimums_of(reading: Reading, field: str, names: Entries) -> list[Minimum]:
    """Return the minimums of one field: a name and a number each."""
    minimums: dict[str, Minimum] = {}
    for key, _ in names.entries:
        try:
            name = read_name_key(key)
            if name.casefold() in minimums:
                raise BadValue(f"{quoted(name)} stands twice", "remove one of the two", "D-28")
        except BadValue as error:
            reading.report(refuse(key, key.mark, error))
            continue
        if count := reading.value(names, key.text, read_count):
            minimums[name.casefold()] = Minimum(field, name, count.value, key.mark)
    return list(minimums.values())


def check_locations(reading: Reading, minimums: list[Minimum], locations: tuple[Located[str], ...] | None) -> None:
    """Refuse the minimum of a location that the settings do not list: it would guard nothing."""
    known = {location.value.casefold(): location.value for location in locations or ()}
    for minimum in minimums:
        if locations is not None and minimum.field == "location" and minimum.name.casefold() not in known:
            near = did_you_mean(minimum.name, known.values())
            text = f'locations: no location {quoted(minimum.name)} stands under "locations:".{near}'
            hint = 'correct the name, or add it under "locations:" where the platform has it'
            reading.problems.append(Problem(text, hint, minimum.mark, code="D-71"))


def read_allowances(reading: Reading, today: date) -> tuple[Allowance, ...]:
    """Return the ways past a limit; those whose last day has passed too, since the guard names them."""
    allowances: list[Allowance] = []
    for block in reading.mappings("allow", (*Counted, "in", "last_day", "why")):
        raised = [key for key, _ in block.entries if key.text in set(Counted)]
        if len(raised) != 1:
            found = "none" if not raised else " and ".join(quoted(key.text) for key in raised)
            wrong = f"an entry of allow raises one limit, this one names {found}"
            reading.problems.append(Problem(wrong, f"write:  {EXAMPLES['allow']}", block.mark, code="D-77"))
        under = reading.required(block, "in", read_path)
        why = reading.required(block, "why", read_reason)
        last_day = read_last_day(reading, block, today)
        count = reading.value(block, raised[0].text, read_raised) if raised else None
        if under and why and last_day and count and len(raised) == 1:
            kind = Counted(raised[0].text)
            allowances.append(Allowance(kind, count.value, under.value, last_day, why.value, block.mark))
    return tuple(allowances)


def read_ignored_jobs(reading: Reading, today: date) -> tuple[IgnoredJob, ...]:
    """Return the foreign jobs that are to be ignored until a day, which may have passed."""
    jobs: list[IgnoredJob] = []
    for block in reading.mappings("ignore_jobs", ("id", "last_day")):
        ident = reading.required(block, "id", read_ident)
        last_day = read_last_day(reading, block, today)
        if ident and last_day:
            jobs.append(IgnoredJob(ident.value, last_day, block.mark))
    return tuple(jobs)


def read_last_day(reading: Reading, block: Entries, today: date) -> date | None:
    """Return the last day of an exception; one that is over is a warning, never an error."""
    day = reading.required(block, "last_day", read_day)
    if day is None:
        return None
    if day.value < today:
        text = f"last_day: this ended on {day.value} and has no effect any more"
        reading.warn(text, "remove it", day.mark, "settings.expired")
    if day.value > today + FARTHEST:
        text = (
            f"last_day: {day.value} is {(day.value - today).days} days ahead, at most {FARTHEST.days} are allowed"
        )
        hint = f"write:  last_day: {today + FARTHEST}    or an earlier day"
        reading.problems.append(Problem(text, hint, day.mark, code="D-77"))
        return None
    return day.value


MINIMUM_FIELDS: Final = MappingProxyType({"roles": "roles", "teams": "teams", "locations": "location"})
"""The parts of `minimum_active`, and the field of the table that each counts."""
