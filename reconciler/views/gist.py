"""What most people of a section have in common, in one line: `4 move from team Billing ES to Retention ES`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from reconciler.model.fields import FIELDS
from reconciler.model.kinds import ACCOUNT
from reconciler.model.names import TEAMS, Names
from reconciler.model.source import Json
from reconciler.views.cells import Cell, Tone, text_of
from reconciler.views.escape import clip
from reconciler.views.markdown_cells import Writer
from reconciler.views.plan_view import ChangeView

MOST_SAID = 3
VERBS: Final = {TEAMS.noun: ("join", "leave")}
"""How names come and go, where one does not say that people get and lose them."""


def gist(changes: Iterable[ChangeView], write: Writer) -> str:
    """Return the most frequent sorts of change with the number of people; `write` puts names in code."""
    found = Counter(sort for change in changes for sort in dict.fromkeys(sorts(change, write)))
    said = [
        f"{count:,} {verb}{'s' if count == 1 else ''} {what}"
        for (verb, what), count in found.most_common(MOST_SAID)
    ]
    return ", ".join(said) + (" and more" if len(found) > MOST_SAID else "")


def sorts(change: ChangeView, write: Writer) -> Iterator[tuple[str, str]]:
    """Yield each thing that happens to one person: a verb and what; the account stands in the heading."""
    for cell in change.fields:
        if cell.tone is Tone.QUIET or FIELDS[cell.field].kind is ACCOUNT:
            continue
        kind, until = FIELDS[cell.field].kind, change.until.get(cell.field, {})
        yield sort_of_names(cell, kind.noun, until, write) if isinstance(kind, Names) else sort_of_value(cell)


def sort_of_value(cell: Cell) -> tuple[str, str]:
    """Return what happens to a single value."""
    return "get" if cell.before is None else "lose" if cell.after is None else "change", cell.title


def sort_of_names(cell: Cell, noun: str, until: Mapping[str, str], write: Writer) -> tuple[str, str]:
    """Return what happens to a set of names; `until` says of single names up to when they are held."""
    held, wanted = names(cell.before), names(cell.after)
    gone, come = (listed(part, noun, write) for part in (held - wanted, wanted - held))
    if gone and come:
        return "move", f"from {gone} to {come.removeprefix(f'{noun} ')}"
    comes, goes = VERBS.get(noun, ("get", "lose"))
    days = {until.get(name, "") for name in wanted - held}
    return (comes, f"{come} {days.pop() if len(days) == 1 else ''}".rstrip()) if come else (goes, gone)


def names(value: Json) -> frozenset[str]:
    """Return the names of a cell's JSON value."""
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()


def listed(held: frozenset[str], noun: str, write: Writer) -> str:
    """Return names with their noun: `team Billing ES`; `""` for none."""
    return f"{noun}{'s' if len(held) > 1 else ''} {write(clip(text_of(held), 100))}" if held else ""
