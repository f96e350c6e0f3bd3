"""A plan as a person reads it: what changes, for whom, why it may not be sent, and what cannot be undone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from reconciler.model.fields import FIELDS, USER_FIELDS
from reconciler.model.kinds import PLACE
from reconciler.model.names import Names, names_of
from reconciler.model.plan import Action, Change, FieldChange, LeftOut, Origin, Plan, Planned, Tally
from reconciler.model.settings import Counted, Settings
from reconciler.views.cells import Cell, text_of, view_cells
from reconciler.views.escape import cell, name_cell
from reconciler.views.outlook_view import (
    DroppedView,
    Told,
    ToldPart,
    ends_of,
    profile_labels,
    until_labels,
    until_of,
    view_dropped,
    view_kept,
    view_later,
    view_reach,
    view_rises,
)
from reconciler.views.problem_view import ProblemView, view_problem
from reconciler.views.words import as_of, count_of, person, place, plural, some_of


@dataclass(frozen=True, slots=True)
class ChangeView:
    """What happens to one person, as finished text.

    Attributes:
        section: The code of the section that it stands in.
        action: The sort of change, for machines.
        key: The canonical address, for machines.
        name: First and last name, escaped.
        address: The address as the platform spells it, escaped.
        who: Both in one.
        where: `file:line` of what says so.
        labels: What to know before it happens.
        fields: The promised values.
        groups: By field, the names of the roles, teams and location that are held before or after, for whoever
            looks for the people of one team.
        until: By field, the names of roles and teams that come only up to a day, with these words.
    """

    section: str
    action: str
    key: str
    name: str
    address: str
    who: str
    where: str
    labels: tuple[str, ...]
    fields: tuple[Cell, ...]
    groups: Mapping[str, tuple[str, ...]]
    until: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class SectionView:
    """The heading of the changes of one sort: short, and in full with its count and notes."""

    code: str
    heading: str
    title: str


@dataclass(frozen=True, slots=True)
class LeftOutView:
    """One person who is left alone, and why."""

    key: str
    who: str
    problem: ProblemView


@dataclass(frozen=True, slots=True)
class ImpactView:
    """Active people of one role, team or location before and after, and what to know of it."""

    field: str
    name: str
    group: str
    before: int
    after: int
    note: str


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as finished text; see `view_plan`."""

    digest: str
    number: str
    headline: str
    state: str
    taken_at: str
    refusals: tuple[ProblemView, ...]
    left_out: tuple[LeftOutView, ...]
    sections: tuple[SectionView, ...]
    changes: tuple[ChangeView, ...]
    emptied: tuple[str, ...]
    impact: tuple[ImpactView, ...]
    unchanged: int
    not_in_files: tuple[str, ...]
    not_in_files_line: str
    notes: tuple[ProblemView, ...]
    risks: tuple[ProblemView, ...] = ()
    dropped: DroppedView | None = None
    reach: tuple[Told, ...] = ()
    rises: tuple[Told, ...] = ()
    later: tuple[Told, ...] = ()
    kept: tuple[Told, ...] = ()

    @property
    def told(self) -> Iterator[ToldPart]:
        """What is said beside the changes, in its order."""
        parts = (
            ToldPart("rises", "Highest role rises", self.rises),
            ToldPart("later", "Later, from these files", self.later),
            ToldPart("reach", "By profile", self.reach),
            ToldPart("kept", "Taken out of the files, but not out of the platform", self.kept),
        )
        return (part for part in parts if part.lines)


class Section(NamedTuple):
    """A section in the order of the product: its words in the headline, its heading, its note, its limit.

    `joint` stands between heading and notes.
    """

    code: str
    counted_as: str
    heading: str
    note: str
    limit: Counted | None
    joint: str = ", "


PUT_BACK: Final = "changed in the portal; merging puts the files' values back"
SECTIONS: Final = (
    Section("privileged", "gets admin rights", "Gets admin rights", "", Counted.PRIVILEGED_GRANT),
    Section("deactivate", "loses access", "Loses access", "", Counted.DEACTIVATE),
    Section("rename", "gets another address", "Gets another address", "", Counted.RENAME),
    Section("create", "new", "New", "each gets an invitation mail", Counted.CREATE),
    Section("reactivate", "gets access back", "Gets access back", "", Counted.REACTIVATE),
    Section("update", "edited", "Edited", "", None),
    Section("platform", "put back", "Not from this pull request", PUT_BACK, Counted.PUT_BACK, ": "),
)
HEADLINE_ORDER: Final = ("privileged", "create", "update", "deactivate", "rename", "reactivate", "platform")


def view_plan(
    planned: Planned, *, settings: Settings, taken_at: datetime, address: str, now: datetime
) -> PlanView:
    """View a plan with what the guard says of it.

    Args:
        planned: The plan and the refusals.
        settings: Minimums, allowances and the time zone are named beside the changes.
        taken_at: When the live state was read.
        address: The base address that was read.
        now: The present time, to say how old the live state is.
    """
    plan = planned.plan
    order = [section.code for section in SECTIONS]
    changes = sorted(view_changes(plan), key=lambda view: (order.index(view.section), view.key))
    later = view_later(plan.later, now.astimezone(settings.timezone).date())
    impact = tuple(view_tally(tally, settings) for tally in sorted(plan.impact, key=weight))
    counts = {code: sum(view.section == code for view in changes) for code in order}
    return PlanView(
        digest=plan.digest,
        number=plan.number,
        headline=headline(counts, plan, later),
        state=f"{cell(address.partition('//')[2] or address)} as of {as_of(taken_at, now, settings.timezone)}",
        taken_at=taken_at.isoformat(),
        refusals=tuple(map(view_problem, planned.refusals)),
        left_out=tuple(map(view_left_out, plan.left_out)),
        sections=tuple(
            view_section(section, counts[section.code], planned, settings)
            for section in SECTIONS
            if counts[section.code]
        ),
        changes=tuple(changes),
        emptied=tuple(tally.group for tally in impact if tally.before and not tally.after),
        impact=impact,
        unchanged=plan.unchanged,
        not_in_files=plan.not_in_files,
        not_in_files_line=not_in_files_line(plan),
        notes=tuple(map(view_problem, plan.notes)),
        risks=tuple(map(view_problem, plan.risks)),
        dropped=view_dropped(plan.dropped),
        reach=view_reach(plan.reach),
        rises=view_rises(plan.rises),
        later=later,
        kept=view_kept(plan.kept),
    )


def view_changes(plan: Plan) -> Iterator[ChangeView]:
    """View the changes, with the profiles and the last days that take part in them."""
    ends = ends_of(plan.later)
    for change in plan.changes:
        until = until_of(change, ends)
        yield view_change(change, (*until_labels(until), *profile_labels(change, plan.reach)), until)


def view_change(change: Change, more_labels: Iterable[str], until: Mapping[str, Mapping[str, str]]) -> ChangeView:
    """View one change in the highest section that it belongs to."""
    return ChangeView(
        section=section_of(change),
        action=change.action.value,
        key=change.key,
        name=name_cell(change.name),
        address=cell(change.email),
        who=person(change.name, change.email),
        where=place(change.mark),
        labels=(*labels(change), *more_labels),
        fields=view_cells(change),
        groups=groups_of(change),
        until=until,
    )


def section_of(change: Change) -> str:
    """Return the code of the highest section that a change belongs to; what is only put back stands apart."""
    if Counted.PRIVILEGED_GRANT in change.counted:
        return "privileged"
    if change.origin is Origin.PLATFORM:
        return "platform"
    return "rename" if change.previous and change.action is not Action.DEACTIVATE else change.action.value


def groups_of(change: Change) -> Mapping[str, tuple[str, ...]]:
    """Return the roles, teams and location that somebody holds before or after, by field, each sorted."""
    held: dict[str, tuple[str, ...]] = {}
    for field in USER_FIELDS:
        if isinstance(field.kind, Names) or field.kind is PLACE:
            values = change.before.get(field.name), change.wanted.get(field.name)
            names = {name for value in values for name in ([value] if isinstance(value, str) else names_of(value))}
            held[field.name] = tuple(sorted(names))
    return held


def labels(change: Change) -> Iterable[str]:
    """Yield what cannot be undone or must be known before it happens (product section 5)."""
    if Counted.PRIVILEGED_GRANT in change.counted:
        yield "privileged"
        yield from takeover_labels(change)
    if change.action is Action.CREATE:
        yield "invitation mail"
    if change.action is Action.DEACTIVATE:
        yield "signed out at once"
        yield f"leaves all teams{lost(change)} and own queues, a revert does not bring them back"
    if change.action is Action.REACTIVATE:
        yield "own queues do not come back"
    yield from put_back_labels(change)


def takeover_labels(change: Change) -> Iterable[str]:
    """Yield why an address counts as admin rights: its owner takes over the account (faults.md D-70)."""
    if address := change.change_of("email"):
        before, after = (str(value).rpartition("@")[2].lower() for value in (address.before, address.after))
        yield "an address in another domain" if before != after else "another address for admin rights"


def put_back_labels(change: Change) -> Iterable[str]:
    """Yield which values are put back, beside values of this change; and how to keep what would be taken away."""
    back = [part for part in change.fields if part.origin is Origin.PLATFORM or part.put_back]
    if back and change.origin is not Origin.PLATFORM:
        yield f"put back, not from this pull request: {', '.join(map(said_put_back, back))}"
    for part in back:
        gone = names_of(part.before) - names_of(part.after)
        if kept := gone if part.origin is Origin.PLATFORM else gone & part.put_back:
            yield f"to keep {text_of(kept)}, say so at {place(part.mark or change.mark)}"


def said_put_back(part: FieldChange) -> str:
    """Return the title of a value that is put back; of a set that is so in part, which names come and go."""
    title = FIELDS[part.field].title
    if part.origin is Origin.PLATFORM:
        return title
    come, go = part.put_back - names_of(part.before), part.put_back & names_of(part.before)
    words = [f"with {text_of(come)}" if come else "", f"without {text_of(go)}" if go else ""]
    return f"{title} {', '.join(filter(None, words))}"


def lost(change: Change) -> str:
    """Return the teams that a deactivation loses: ` (Billing ES, VIP)`; `""` for none."""
    held = [change.before.get(field.name) for field in USER_FIELDS if field.lost_on_deactivation]
    names = frozenset().union(*map(names_of, held))
    return f" ({text_of(names)})" if names else ""


def view_section(section: Section, count: int, planned: Planned, settings: Settings) -> SectionView:
    """View the heading of a section, with the `allow` lines without which it would be over its limit."""
    notes = [section.note.replace("each gets", "gets") if count == 1 else section.note]
    limit = settings.limits.get(section.limit) if section.limit else None
    if limit and not planned.refusals and count > limit.allowed(planned.plan.active):
        lines = [place(line.mark) for line in settings.allow if line.counted is section.limit]
        notes.append(f"allowed by {', '.join(lines)}" if lines else "")
    if section.code == "platform":
        notes.append(closed(planned.plan))
    title = f"{section.heading} ({count:,})"
    said = ", ".join(filter(None, notes))
    return SectionView(section.code, section.heading, f"{title}{section.joint}{said}" if said else title)


def closed(plan: Plan) -> str:
    """Return how many of those who are only put back lose their access by it; `""` for none."""
    count = sum(change.action is Action.DEACTIVATE and change.origin is Origin.PLATFORM for change in plan.changes)
    return f"{count:,} of them {agree('loses access', count)}" if count else ""


def headline(counts: Mapping[str, int], plan: Plan, later: Sequence[Told]) -> str:
    """Return the headline: `3 new, 12 edited, 1 loses access, 412 unchanged, left out: 3`."""
    words = {section.code: section.counted_as for section in SECTIONS}
    parts = [f"{counts[code]:,} {agree(words[code], counts[code])}" for code in HEADLINE_ORDER if counts[code]]
    if counts["platform"] and (also := closed(plan)):
        parts[-1] += f" ({also})"
    left_out = [f"left out: {len(plan.left_out):,}"] if plan.left_out else []
    if parts or left_out:
        return ", ".join([*parts, f"{plan.unchanged:,} unchanged", *left_out])
    if later:
        return f"Nothing today. {some_of([told.line for told in later])}."
    verb = "is" if plan.unchanged == 1 else "are"
    return f"Nothing to change: {count_of(plan.unchanged, 'person')} {verb} as the files say."


def agree(words: str, count: int) -> str:
    """Return the words with their verb in the number of the people: `gets access back`, `get access back`."""
    verb, gap, rest = words.partition(" ")
    return words if count == 1 or not gap else f"{plural(verb)} {rest}"


def view_left_out(left_out: LeftOut) -> LeftOutView:
    """View one person who is left alone."""
    return LeftOutView(left_out.key, person(left_out.name, left_out.key), view_problem(left_out.problem))


def weight(tally: Tally) -> tuple[bool, int, str]:
    """Return the sorting key of a tally: groups that lose everybody first (faults.md L-07)."""
    return tally.after > 0, list(FIELDS).index(tally.field), tally.name.casefold()


def view_tally(tally: Tally, settings: Settings) -> ImpactView:
    """View one group of active people."""
    field = FIELDS[tally.field]
    noun = field.kind.noun if isinstance(field.kind, Names) else field.title.lower()
    name = name_cell(tally.name)
    return ImpactView(tally.field, name, f"{noun} {name}", tally.before, tally.after, remark(tally, settings))


def remark(tally: Tally, settings: Settings) -> str:
    """Return what to know of a group: `-12 %, minimum 30`; `""` for nothing."""
    fallen = round(100 * (tally.before - tally.after) / tally.before) if tally.before else 0
    minimum = next(
        (rule for rule in settings.minimum_active if (rule.field, rule.name) == (tally.field, tally.name)), None
    )
    remarks = [
        "nobody is left" if tally.before and not tally.after else "",
        f"-{fallen} %" if 0 < fallen < 100 else "",
        "other people than before" if tally.before == tally.after else "",
        f"minimum {minimum.count}" if minimum else "",
    ]
    return ", ".join(filter(None, remarks))


def not_in_files_line(plan: Plan) -> str:
    """Return the line on people in no file whom the plan leaves alone; `""` for none."""
    count = len(plan.not_in_files)
    if not count:
        return ""
    return (
        f"In no file: {count_of(count, 'active person')}, left alone. "
        'Who they are: reconciler plan --format json, under "not_in_files".'
    )
