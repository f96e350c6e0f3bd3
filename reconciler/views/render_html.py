"""A plan as one HTML file that needs no network: to be looked through in a browser, on a phone, on paper.

Every text of the view passes through Jinja's escaping; the style and the script are our own files, named to the
browser by their hashes, so nothing that a name holds could run even if it got through (faults.md S-26).
"""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple, TypeAlias

from jinja2 import Environment, StrictUndefined, Template

from reconciler.model.fields import FIELDS, USER_FIELDS
from reconciler.model.names import Names
from reconciler.model.source import Json
from reconciler.views.cells import Tone
from reconciler.views.escape import name_cell
from reconciler.views.plan_view import ChangeView, ImpactView, PlanView, SectionView
from reconciler.views.words import count_of, day

Held: TypeAlias = tuple[str, str]
"""A field, and the name of a role, team or location in it."""


class Block(NamedTuple):
    """A section with its changes."""

    section: SectionView
    changes: tuple[ChangeView, ...]


class Choice(NamedTuple):
    """What a filter offers: the title of the field, and each name with its number in this file."""

    field: str
    title: str
    names: tuple[tuple[int, str], ...]


class Bar(NamedTuple):
    """Active people of one group, and the widths of the two bars in percent."""

    impact: ImpactView
    before: str
    after: str


class Piece(NamedTuple):
    """A part of a value: a name of a set, and whether the other side lacks it; or a whole text."""

    text: str
    a_name: bool
    only_here: bool


class Chart(NamedTuple):
    """The bars of one field, on one scale."""

    field: str
    title: str
    bars: tuple[Bar, ...]


def render_plan(view: PlanView) -> str:
    """Render a plan as a whole HTML page."""
    style, script, numbers = asset("report.css"), asset("report.js"), number_groups(view)
    return page().render(
        view=view,
        lead=lead(view),
        calm=not view.changes and not view.left_out,
        read_at=absolute(view.taken_at),
        charts=tuple(charts(view)),
        choices=tuple(choices(numbers)),
        numbers=numbers,
        blocks=tuple(blocks(view)),
        quiet=Tone.QUIET,
        style=style,
        script=script,
        policy=policy(style, script),
    )


@cache
def asset(name: str) -> str:
    """Return one of our files beside this module."""
    return files("reconciler.views").joinpath(name).read_text("utf-8")


@cache
def page() -> Template:
    """Return the page; what it is not given is an error, and whatever it is given is escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["count"] = count_of
    environment.globals["pieces"] = pieces
    return environment.from_string(asset("report.html"))


def policy(style: str, script: str) -> str:
    """Return what the browser may do: this style, this script, nothing else."""
    return (
        f"default-src 'none'; style-src {source(style)}; script-src {source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def source(text: str) -> str:
    """Return a text as a source of a content security policy: its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def lead(view: PlanView) -> str:
    """Return what stands over the headline."""
    verb = "would change" if view.refusals else "changes"
    return f"What {verb} for {count_of(len(view.changes), 'person')}"


def absolute(taken_at: str) -> str:
    """Return a time that stays true when the file is opened another day: `2 Dec 2026, 03:12 UTC`."""
    time = datetime.fromisoformat(taken_at).astimezone(UTC)
    return f"{day(time)}, {time:%H:%M} UTC"


def blocks(view: PlanView) -> Iterator[Block]:
    """Yield the sections in their order, each with its changes."""
    changes: dict[str, list[ChangeView]] = defaultdict(list)
    for change in view.changes:
        changes[change.section].append(change)
    for section in view.sections:
        yield Block(section, tuple(changes[section.code]))


def number_groups(view: PlanView) -> Mapping[Held, int]:
    """Number every role, team and location of the people who change: fields in their order, names by letter.

    Spellings that the platform takes for one name have one number.
    """
    found = {(field, name) for change in view.changes for field, held in change.groups.items() for name in held}
    ordered = sorted(found, key=lambda held: (GROUP_ORDER[held[0]], held[1].casefold(), held[1]))
    forms: dict[Hashable, int] = {}
    return {
        (field, name): forms.setdefault((field, FIELDS[field].kind.fold(name)), len(forms))
        for field, name in ordered
    }


def choices(numbers: Mapping[Held, int]) -> Iterator[Choice]:
    """Yield the filters: one a field that somebody holds a name of."""
    for field in dict.fromkeys(field for field, _ in numbers):
        spelled: dict[int, str] = {}
        for (of, name), number in numbers.items():
            if of == field:
                spelled.setdefault(number, name_cell(name))
        yield Choice(field, singular(field), tuple(spelled.items()))


def singular(field: str) -> str:
    """Return what one name of a field is: `Team`, `Location`."""
    kind = FIELDS[field].kind
    return kind.noun.capitalize() if isinstance(kind, Names) else FIELDS[field].title


def pieces(text: str, held: Json, others: Json) -> tuple[Piece, ...]:
    """Take a text of names apart, so that those which the other side lacks can stand out; no letter is changed."""
    if isinstance(held, list) and isinstance(others, list):
        names = sorted(map(str, held), key=str.casefold)
        found = tuple(Piece(name_cell(name), a_name=True, only_here=name not in others) for name in names)
        if ", ".join(piece.text for piece in found) == text:
            return found
    return (Piece(text, a_name=False, only_here=False),)


def charts(view: PlanView) -> Iterator[Chart]:
    """Yield the active people by field; the longest bar of a field is the whole width."""
    for field in sorted({impact.field for impact in view.impact}, key=GROUP_ORDER.__getitem__):
        rows = [impact for impact in view.impact if impact.field == field]
        most = max(max(row.before, row.after) for row in rows) or 1
        bars = (Bar(row, percent(row.before, most), percent(row.after, most)) for row in rows)
        yield Chart(field, plural_title(field), tuple(bars))


def plural_title(field: str) -> str:
    """Return the heading of the bars of a field: `Teams`, `Locations`."""
    return f"{singular(field)}s"


def percent(count: int, most: int) -> str:
    """Return a width that can be seen unless nobody is there."""
    return f"{max(100 * count / most, 0.6) if count else 0:.4g}%"


GROUP_ORDER: Final = {field.name: number for number, field in enumerate(reversed(USER_FIELDS))}
"""Teams, roles, locations: people look for a team first, and the table of fields ends with it."""
