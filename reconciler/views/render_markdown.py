"""A plan as the comment of a pull request: totals and risks on top, who and what below, the many folded away.

It always answers, also when nothing changes. The first line is a hidden marker by which the comment is found
again; the plan number stands outside any cell of data (faults.md S-24, S-25, S-30, S-52).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from reconciler.views.cells import Cell, Tone
from reconciler.views.error_view import ErrorView
from reconciler.views.escape import clip, name_cell
from reconciler.views.gist import gist, names
from reconciler.views.markdown_blocks import Block, fitted
from reconciler.views.markdown_cells import Writer, code, html_code, prose, table_row
from reconciler.views.markdown_problems import note_item, placed_item, problem_item
from reconciler.views.outlook_view import Told, ToldPart
from reconciler.views.plan_view import ChangeView, ImpactView, LeftOutView, PlanView, SectionView
from reconciler.views.words import count_of, some_of

MARKER: Final = "<!-- reconciler:plan -->"
"""The first line of every comment; whoever updates one looks for it in comments of its own author only (S-52)."""


class Layout(NamedTuple):
    """How the rows of a section stand.

    Attributes:
        rank: Sections of a lower rank get room first.
        most_open: More rows than these are folded.
        said: The label that the heading says already.
        listed: One line a person instead of a table.
    """

    rank: int = 3
    most_open: int = 10
    said: str = ""
    listed: bool = False


ALWAYS: Final = 1_000_000
LAYOUTS: Final = {
    "privileged": Layout(rank=1, most_open=ALWAYS, said="privileged"),
    "deactivate": Layout(rank=1, most_open=ALWAYS),
    "create": Layout(said="invitation mail", listed=True),
    "update": Layout(most_open=0),
    "platform": Layout(rank=2, most_open=ALWAYS),
}
"""Layouts by the code of a section; one that is not named here has the plain `Layout()`."""

NEXT: Final = "After the merge an admin approves the live plan in `production`; the result is written below."
MOST_GROUPS: Final = 12
LONG: Final = 300
"""Characters of both sides of a value; longer lists of names are shown by what differs."""
LONGEST: Final = 600
"""Characters of a heading or a label."""
LASTING: Final = re.compile("invitation mail|does not bring|not come back")
"""Labels of what a later revert cannot undo."""


def render(view: PlanView, *, artifact: str = "", live: bool = False) -> str:
    """Render a plan as Markdown of at most 60,000 characters.

    Args:
        view: The plan.
        artifact: The name of the file that holds all of it.
        live: Made against the platform of now, as after a merge, and not for a pull request that may be merged.
    """
    return fitted([MARKER, *top(view, live)], list(blocks(view)), list(bottom(view, live)), artifact)


def render_error(view: ErrorView) -> str:
    """Render why there is no plan, so that the comment of an earlier plan does not stay."""
    hints = [f"- {prose(line)}" for line in view.hint]
    rows = tuple(map(placed_item, view.problems.problems))
    return fitted([MARKER, f"### {prose(view.headline)}"], [Block(0, (), rows)], ["", *hints] if hints else [])


def top(view: PlanView, live: bool) -> Iterator[str]:
    """Yield the headline, the totals, what must be known before anything else."""
    yield f"### {headline(view, live)}"
    totals = list(counts(view)) if view.later or not is_calm(view) else []
    yield " | ".join([*totals, f"plan `{view.number}`", f"platform {prose(view.state)}"])
    if any(LASTING.search(label) for change in view.changes for label in change.labels):
        yield from ("", "⚠ = a later revert cannot undo it")
    for problem in view.risks:
        yield from ("", f"**⚠ Risk:** {prose(problem.placed)}", *(f"- {prose(line)}" for line in problem.hint))
    if view.emptied:
        yield from ("", f"**Nobody active is left in** {some_groups(view.emptied)}")


def headline(view: PlanView, live: bool) -> str:
    """Return what happens, with the number of people."""
    if view.refusals:
        return "REFUSED, nothing was sent" if live else "REFUSED as it stands: merged like this, nothing is sent"
    if is_calm(view):
        if view.later:
            return prose(view.headline)
        verb = "is" if view.unchanged == 1 else "are"
        return f"Nothing changes: {count_of(view.unchanged, 'person')} {verb} as the files say."
    count = len(view.changes)
    people = count_of(count, "person") if count else "nobody"
    happens = f"{people} {'change' if count > 1 else 'changes'} on the platform"
    return happens.capitalize() if live else f"If merged, {happens}"


def is_calm(view: PlanView) -> bool:
    """Say whether there is nothing to decide."""
    return not view.changes and not view.left_out and not view.refusals


def counts(view: PlanView) -> Iterator[str]:
    """Yield the counts, those of people whom something happens to in bold."""
    if is_calm(view):
        yield f"{view.unchanged:,} unchanged"
        return
    parts = view.headline.split(", ")
    if loud := [part for part in parts if not part.endswith(" unchanged")]:
        yield f"**{' · '.join(loud)}**"
    yield from (part for part in parts if part not in loud)


def some_groups(groups: Sequence[str]) -> str:
    """Return groups of people, not endlessly many."""
    more = len(groups) - MOST_GROUPS
    return ", ".join(map(group_name, groups[:MOST_GROUPS])) + (f" and {more:,} more" if more > 0 else "")


def group_name(group: str) -> str:
    """Return a group with its name in code: ``team `Billing ES` ``."""
    noun, _, name = group.partition(" ")
    return f"{noun} {code(name)}"


def blocks(view: PlanView) -> Iterator[Block]:
    """Yield the parts of the comment in the order of the product (product section 5)."""
    if view.refusals:
        yield Block(0, (), tuple(problem_item("", problem.placed, problem.hint) for problem in view.refusals))
    if view.dropped:
        yield Block(
            1, (f"**{prose(view.dropped.warning)}**",), tuple(f"- {code(one)}" for one in view.dropped.people)
        )
    if view.left_out:
        head = (f"#### Left out ({len(view.left_out):,}), nothing is sent for them",)
        yield Block(2, head, tuple(map(left_out_row, view.left_out)), columns("Who", "Why", "What to do"))
    for section in view.sections:
        changes = [change for change in view.changes if change.section == section.code]
        yield section_block(section, changes)
    if view.impact:
        yield impact_block(view.impact)
    for part in view.told:
        yield from told_blocks(part)
    if view.notes:
        yield Block(4, ("#### To know",), tuple(map(note_item, view.notes)))


def section_block(section: SectionView, changes: Sequence[ChangeView]) -> Block:
    """Return one section, folded where its layout says so."""
    layout = LAYOUTS.get(section.code, Layout())
    rows = tuple((listed if layout.listed else change_row)(change, layout) for change in changes)
    above = () if layout.listed else columns("Who", "Before -> after", "Where")
    if len(rows) <= layout.most_open:
        return Block(layout.rank, (f"#### {heading(section.title, code)}",), rows, above)
    said = gist(changes, html_code)
    summary = heading(section.title, html_code) + (f": {said}" if said else "")
    return Block(layout.rank, folded(summary), rows, above, ("</details>",))


def heading(title: str, write: Writer) -> str:
    """Return the words of a heading, each part with a sign where it speaks of what lasts."""
    return ", ".join(warned(part, write) for part in clip(title, LONGEST).split(", "))


def folded(summary: str) -> tuple[str, ...]:
    """Return the opening of what is folded; the line holds HTML, no Markdown."""
    return (f"<details><summary>{summary}</summary>",)


def columns(*titles: str) -> tuple[str, ...]:
    """Return the head of a table."""
    return (table_row(titles), f"|{'---|' * len(titles)}")


def change_row(change: ChangeView, layout: Layout) -> str:
    """Return one person's change as a row: who, each value and what to know of it, where it is said."""
    new = change.action == "create"
    values = [value(field, new=new) for field in change.fields if field.tone is not Tone.QUIET]
    return table_row([who(change), "<br>".join([*values, *labels(change, layout)]), code(change.where)])


def listed(change: ChangeView, layout: Layout) -> str:
    """Return somebody new in one line."""
    values = [value(field, new=True) for field in change.fields if field.tone is not Tone.QUIET]
    said = ", ".join([*values, *labels(change, layout)])
    return f"- {who(change)} {code(change.where)}" + (f": {said}" if said else "")


def who(change: ChangeView) -> str:
    """Return name and address; the address alone for somebody without a name."""
    if change.name in {"", change.address}:
        return code(change.address)
    return f"{code(change.name)} {code(change.address)}"


def value(field: Cell, *, new: bool) -> str:
    """Return one value before and after; of somebody new only what will be."""
    before, after = sides(field)
    return f"{field.title} {after}" if new else f"{field.title} {before} -> {after}"


def sides(field: Cell) -> tuple[str, str]:
    """Return both sides of a value; of long lists of names only what differs, and how many are the same."""
    if len(field.before_text) + len(field.after_text) <= LONG or not isinstance(field.before or field.after, list):
        return code(field.before_text), code(field.after_text)
    held, wanted = names(field.before), names(field.after)
    same = len(held & wanted)
    return in_short(held - wanted, same), in_short(wanted - held, same)


def in_short(own: Iterable[str], same: int) -> str:
    """Return the first names of one side, then in words how many more there are and how many are the same."""
    shown = [name_cell(name) for name in sorted(own, key=str.casefold)]
    more = len(shown) - MOST_GROUPS
    parts = [code(", ".join(shown[:MOST_GROUPS]))] if shown or not same else []
    parts += [f"{more:,} more"] if more > 0 else []
    parts += [f"{same:,} the same"] if same else []
    return " and ".join(parts)


def labels(change: ChangeView, layout: Layout) -> Iterator[str]:
    """Yield what to know of a change, unless the heading says it."""
    return (warned(clip(label, LONGEST)) for label in change.labels if label != layout.said)


def warned(label: str, write: Writer = code) -> str:
    """Return a label with a sign in front where a later revert cannot undo it."""
    return ("⚠ " if LASTING.search(label) else "") + prose(label, write)


def left_out_row(left_out: LeftOutView) -> str:
    """Return one person who is left alone, why, and what to do."""
    problem = left_out.problem
    return table_row([code(left_out.who), prose(problem.placed), "<br>".join(map(prose, problem.hint))])


def told_blocks(part: ToldPart) -> Iterator[Block]:
    """Yield what is said beside the changes: people of a profile folded, what stays as a list, else one line."""
    match part.code:
        case "reach":
            yield from map(reach_block, part.lines)
        case "kept":
            yield Block(3, (f"#### {part.heading}",), tuple(map(kept_item, part.lines)))
        case "rises":
            named = [f"{told_words(one)}: {code(some_of(one.people))}" for one in part.lines]
            yield Block(1, (f"**{part.heading}** {in_one_line(named)}",))
        case _:
            yield Block(3, (f"**{part.heading}** {in_one_line([told_words(one) for one in part.lines])}",))


def reach_block(reach: Told) -> Block:
    """Return everybody who has a profile, folded under its name and their number."""
    head = folded(f"Profile {html_code(reach.name)}{reach.note}, {html_code(reach.where)}")
    return Block(4, head, tuple(f"- {code(one)}" for one in reach.people), tail=("</details>",))


def in_one_line(parts: Sequence[str]) -> str:
    """Return several parts as one line, not endlessly many."""
    more = len(parts) - MOST_GROUPS
    return " · ".join(parts[:MOST_GROUPS]) + (f" and {more:,} more" if more > 0 else "")


def told_words(one: Told) -> str:
    """Return one line about people, the name in code."""
    name = f" {code(one.name)}" if one.name else ""
    note = f"{one.note[0].strip()} {prose(one.note[1:].strip())}" if one.note else ""
    return f"{prose(one.words)}{name}{note}"


def kept_item(one: Told) -> str:
    """Return what stays with whom, and how to take it out."""
    return f"- {told_words(one)} ({code(one.where)}): {code(some_of(one.people))}"


def impact_block(impact: Sequence[ImpactView]) -> Block:
    """Return active people by group: a few in one line; of many those that shrink in one line, all folded."""
    if len(impact) <= MOST_GROUPS:
        return Block(3, (impact_line("Active people", impact),))
    rows = tuple(
        table_row([group_name(one.group), f"{one.before:,} -> {one.after:,}", prose(one.note)]) for one in impact
    )
    fewer = [one for one in impact if one.after < one.before]
    line = (impact_line("Fewer active people", fewer), "") if fewer else ()
    head = folded(f"Active people in {len(impact):,} roles, teams and locations")
    return Block(3, (*line, *head), rows, columns("Group", "Before -> after", "To know"), ("</details>",))


def impact_line(title: str, impact: Sequence[ImpactView]) -> str:
    """Return groups in one line, not endlessly many."""
    return f"**{title}** {in_one_line([impact_words(one) for one in impact])}"


def impact_words(impact: ImpactView) -> str:
    """Return one group: ``team `Billing ES` 42 -> 37 (-12 %, minimum 30)``."""
    note = f" ({prose(impact.note)})" if impact.note else ""
    return f"{group_name(impact.group)} {impact.before:,} -> {impact.after:,}{note}"


def bottom(view: PlanView, live: bool) -> Iterator[str]:
    """Yield what concerns nobody in particular, and what comes next."""
    if view.not_in_files:
        yield from ("", f"In no file: {count_of(len(view.not_in_files), 'active person')}, left alone.")
    if view.changes and not view.refusals and not live:
        yield from ("", NEXT)
