"""Another plan than the approved one: what differs, person by person (product section 5, faults.md L-02)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.model.fields import FIELDS
from reconciler.model.source import Json
from reconciler.model.values import Value
from reconciler.views.cells import Cell, Tone, text_of
from reconciler.views.escape import WIDEST_TEXT, cell, clip, escape
from reconciler.views.plan_view import SECTIONS, ChangeView, PlanView
from reconciler.views.words import count_of


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """One person whose change is not the approved one, and in what."""

    key: str
    who: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MismatchView:
    """The refusal of a plan that is not the approved one. `plan` is the plan of now."""

    headline: str
    differences: tuple[DifferenceView, ...]
    closing: tuple[str, ...]
    listed: bool
    plan: PlanView


def view_mismatch(expected: str, approved: Json, view: PlanView) -> MismatchView:
    """View what differs between the approved plan and the plan of now.

    Args:
        expected: What was approved: a plan number or digest, or any other text.
        approved: The saved plan (`plan --out`) that was approved, or None; one with another digest is not used.
        view: The plan of now.
    """
    changes = approved_changes(expected, approved)
    go_on = f"Start again and approve plan {view.number}."
    if changes is None:
        return MismatchView(
            f"REFUSED, nothing was sent: {approved_words(expected)}, the plan of now is {view.number}",
            (),
            (f"The approved plan is not at hand, so the plan of now is shown whole. {go_on}",),
            listed=True,
            plan=view,
        )
    present = {change.key: change for change in view.changes}
    found = tuple(filter(None, (compare(key, changes, present) for key in sorted(changes.keys() | present))))
    return MismatchView(
        f"REFUSED, nothing was sent: the platform or the files changed after plan {expected[:8]} was approved",
        found,
        (f"{the_same(found, present)} {go_on}",),
        listed=False,
        plan=view,
    )


def approved_words(expected: str) -> str:
    """Return what was approved: a plan, or a text that cannot be one."""
    if NUMBER.fullmatch(expected):
        return f"plan {expected[:8]} was approved"
    return f'"{cell(expected, 40)}" is not a plan number'


def the_same(found: tuple[DifferenceView, ...], present: Mapping[str, ChangeView]) -> str:
    """Return the sentence on the changes that are as approved."""
    if not found:
        return (
            "Every change of a person is as approved; the settings, or the names of roles and teams on the "
            "platform, are not."
        )
    same = len(present.keys() - {difference.key for difference in found})
    if not same:
        return "No other change was approved."
    return f"The other {count_of(same, 'change')} {'is' if same == 1 else 'are'} the same."


def approved_changes(expected: str, approved: Json) -> dict[str, dict[str, Json]] | None:
    """Return the changes of a saved plan by address; None where it is not the approved one or not understood."""
    if not isinstance(approved, dict) or not isinstance(approved.get("changes"), list):
        return None
    digest = approved.get("digest")
    if not isinstance(digest, str) or expected not in {digest, digest[:8]}:
        return None
    changes = [change for change in as_list(approved["changes"]) if isinstance(change, dict)]
    return {str(change.get("key")): change for change in changes}


def compare(
    key: str, approved: Mapping[str, dict[str, Json]], present: Mapping[str, ChangeView]
) -> DifferenceView | None:
    """Return what differs for one person; None where the change is as approved."""
    then, now = approved.get(key), present.get(key)
    if now is None:
        return DifferenceView(
            key, known_as(key, then), tuple(described("approved, now nothing is left to change:", fields_of(then)))
        )
    if then is None:
        fields = {one.field: (one.before, one.after) for one in now.fields if one.tone is not Tone.QUIET}
        return DifferenceView(key, now.who, tuple(described("not in the approved plan:", fields)))
    lines = tuple(differing_lines(then, now))
    return DifferenceView(key, now.who, lines) if lines else None


def known_as(key: str, change: dict[str, Json] | None) -> str:
    """Return name and address as a saved plan says them, else the address."""
    who = change.get("who") if change else None
    return clip(escape(who), WIDEST_TEXT) if isinstance(who, str) else cell(key)


def described(words: str, fields: Mapping[str, tuple[Json, Json]]) -> Iterator[str]:
    """Yield the values of a change that stands in one plan only."""
    yield words if fields else words.rstrip(":")
    for name, (before, after) in fields.items():
        yield f"  {title(name)}: {quoted(before)} -> {quoted(after)}"


def differing_lines(then: dict[str, Json], now: ChangeView) -> Iterator[str]:
    """Yield what differs, field by field."""
    if then.get("action") != now.action:
        yield f'approved as "{sort_of(then.get("action"))}", now "{sort_of(now.action)}"'
    before, after = fields_of(then), {field.field: field for field in now.fields}
    for name in [*before, *(name for name in after if name not in before)]:
        yield from differing_values(name, before.get(name), after.get(name))


def sort_of(action: Json) -> str:
    """Return the words for a sort of change: `loses access`."""
    words = {section.code: section.counted_as for section in SECTIONS}
    return words.get(str(action), cell(str(action)))


def differing_values(name: str, then: tuple[Json, Json] | None, now: Cell | None) -> Iterator[str]:
    """Yield how one value differs from what was approved."""
    if now is None and then:
        yield f"{title(name)}: approved {quoted(then[0])} -> {quoted(then[1])}, now no change is left"
    elif then is None and now:
        yield f"{title(name)}: not in the approved plan: {quoted(now.before)} -> {quoted(now.after)}"
    elif then and now:
        if then[0] != now.before:
            yield f"{title(name)}: approved with {quoted(then[0])} before the change, now {quoted(now.before)}"
        if then[1] != now.after:
            yield f"{title(name)}: approved to become {quoted(then[1])}, now to become {quoted(now.after)}"


def fields_of(change: dict[str, Json] | None) -> dict[str, tuple[Json, Json]]:
    """Return before and after of a saved change by field name."""
    fields = [field for field in as_list(change.get("fields") if change else None) if isinstance(field, dict)]
    return {str(field.get("field")): (field.get("before"), field.get("after")) for field in fields}


def title(name: str) -> str:
    """Return the title of a field; its name, escaped, for one that the table does not know."""
    return FIELDS[name].title if name in FIELDS else cell(name)


def quoted(value: Json) -> str:
    """Return a JSON value as people read it: `"Billing ES, VIP"`, `(none)`."""
    held: Value
    if isinstance(value, list):
        held = frozenset(map(str, value))
    else:
        held = value if isinstance(value, str | bool | int | None) else str(value)
    shown = text_of(held)
    return shown if held in (None, frozenset()) or shown.startswith('"') else f'"{shown}"'


def as_list(value: Json) -> list[Json]:
    """Return a JSON list; anything else is none."""
    return value if isinstance(value, list) else []


NUMBER: Final = re.compile(r"[0-9a-f]{8}([0-9a-f]{56})?")
