"""The way back by hand: a CSV file for the portal's bulk upload with the values before (product section 6.7)."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from reconciler.model.fields import FIELDS, USER_FIELDS, Care
from reconciler.model.kinds import Kind
from reconciler.model.names import ROLES, TEAMS, names_of
from reconciler.model.plan import Action, Change, Plan
from reconciler.model.users import Template
from reconciler.model.values import Value
from reconciler.views.escape import visible


def revert_portal_csv(plan: Plan, template: Template) -> str:
    """Return a CSV text with one row for each changed person who existed before, holding the values before.

    The columns are those of the portal's own template in its order (platform-api section 9); an empty cell means
    "no change" there, so what was empty before cannot be emptied this way. Renames go back; of people who handed
    addresses on, the last one who moved stands first. Lines end with CR LF.
    """
    columns = tuple(columns_of(template))
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([safe(header) for header, _, _ in columns])
    movers = movers_of(plan.changes)
    for change in sorted(plan.changes, key=lambda change: -moved_before(change, movers)):
        if change.action is not Action.CREATE:
            writer.writerow([safe(written(change, field, name)) for _, field, name in columns])
    return text.getvalue()


def movers_of(changes: Iterable[Change]) -> Mapping[str, str]:
    """Return the new address of everybody who moved, by the old one."""
    return {change.previous: change.key for change in changes if change.previous}


def moved_before(change: Change, movers: Mapping[str, str]) -> int:
    """Count the people who had to move before somebody could take the address; 0 for whoever took a free one."""
    key, count = change.key, 0
    while (key := movers.get(key, "")) and count < len(movers):
        count += 1
    return count


def columns_of(template: Template) -> Iterator[tuple[str, str, str]]:
    """Yield header, field name, and the role or team name (`""` for the others) of every column."""
    names: Mapping[Kind, tuple[str, ...]] = {ROLES: template.roles, TEAMS: template.teams}
    for field in USER_FIELDS:
        if field.kind in names:
            yield from ((f"{field.csv}: {name}", field.name, name) for name in names[field.kind])
        elif field.csv and field.name in template.sample:
            yield field.csv, field.name, ""


def written(change: Change, field: str, name: str) -> str:
    """Return the cell of one value before."""
    if FIELDS[field].care is Care.KEY:
        return str(change.wanted[field]) if change.previous else change.email
    if FIELDS[field].care is Care.RENAME:
        return change.email if change.previous else ""
    value: Value = change.before.get(field)
    if name:
        return str(int(name in names_of(value)))
    return str(int(value)) if isinstance(value, bool) else "" if value is None else str(value)


def is_formula(text: str) -> bool:
    """Say whether a table program could take a text for a formula; a telephone number is none (faults.md S-27)."""
    return text.startswith(("=", "+", "-", "@", "\t", "\r")) and not NUMBER.fullmatch(text)


def safe(text: str) -> str:
    """Return a cell that no table program takes for a formula, and that every encoding can hold."""
    shown = "".join(visible(char) if UNWRITABLE.match(char) else char for char in text)
    return f"'{shown}" if is_formula(text) else shown


NUMBER: Final = re.compile(r"\+[0-9]+")
UNWRITABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
