"""Plan -> batches: whole rows, in an order that never takes before it has given, and the bytes to upload."""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple, NoReturn

from reconciler.core.impact import holders
from reconciler.core.renames import KEY, row_key
from reconciler.core.row_order import in_order, together, without_waiting
from reconciler.model.batch import Batch, Row
from reconciler.model.errors import RunRefused
from reconciler.model.fields import FIELDS, Care, Field
from reconciler.model.kinds import ACCOUNT
from reconciler.model.names import Names, names_of
from reconciler.model.plan import Action, Change
from reconciler.model.settings import Minimum
from reconciler.model.source import Json, Problem, Problems
from reconciler.model.users import LiveUser, Template
from reconciler.model.values import Value

CANARY_ABOVE: Final = 20
"""A run of more rows than this begins with one row alone (product section 6.4)."""


class Balance(NamedTuple):
    """What some changes do to the active holders of one minimum, as sets of canonical addresses."""

    minimum: Minimum
    held: frozenset[str]
    gains: frozenset[str]
    losses: frozenset[str]


def pack(
    changes: Iterable[Change],
    template: Template,
    minimums: tuple[Minimum, ...],
    live: Mapping[str, LiveUser],
    batch_size: int,
    canary_above: int = CANARY_ABOVE,
) -> tuple[Batch, ...]:
    """Return the batches of a run, each person once, ready to upload one after the other.

    Rows stand from the harmless to the dangerous (faults.md P-22), at most `batch_size` a batch. A batch is cut
    early where its losses would break a minimum should all its gains be rejected, so that losses only follow
    confirmed gains (I-12), and before a row that takes an address which another row of it frees. The same
    arguments give the same bytes on every machine (I-14).

    Raises:
        RunRefused: No order of the changes keeps a minimum, or the template cannot state a row.
    """
    ordered, waits = in_order(changes)
    rows = {change.key: encode_row(change, template) for change in ordered}
    weighed = balances(ordered, lowered(minimums, live), live)
    parts = cut(ordered, weighed, waits, batch_size, canary_above)
    return tuple(make_batch(number, [rows[change.key] for change in part]) for number, part in enumerate(parts, 1))


def encode_row(change: Change, template: Template) -> Row:
    """Return the row of one person: every key of the template in its order and no other (product section 6.3).

    Raises `RunRefused` where the template has no key or no name for something that the row must state.
    """
    refuse_unstatable(change, template)
    return Row(change, {key: encode_value(key, sample, change) for key, sample in template.sample.items()})


def would_break(batch: Batch, minimums: tuple[Minimum, ...], live: Mapping[str, LiveUser]) -> Problems:
    """Say which minimums a batch would break, should its gains be rejected and its losses happen (I-12).

    Ask before each batch with users read just now, and with the minimums `lowered` to the state before the run.
    A minimum that is broken already counts as broken further by any loss.
    """
    weighed = balances([row.change for row in batch.rows], minimums, live)
    return tuple(broken(balance) for balance in weighed if spare_of(balance) < len(balance.losses))


def lowered(minimums: tuple[Minimum, ...], live: Mapping[str, LiveUser]) -> tuple[Minimum, ...]:
    """Return the minimums as they bind a run: one that is broken before it binds at the number that is there."""
    return tuple(
        Minimum(least.field, least.name, min(least.count, len(holders(live, least.field, least.name))), least.mark)
        for least in minimums
    )


def refuse_unstatable(change: Change, template: Template) -> None:
    """Raise where a value would silently get lost between the plan and the row (unknowns 20 and 24).

    The plan leaves such people out long before; a row that forgets a held role would take it away.
    """
    keys = [row_key(promised.field) for promised in change.fields]
    lost = [FIELDS[key].title for key in keys if key not in template.sample]
    for key, sample in template.sample.items():
        field = FIELDS.get(key)
        if field and isinstance(field.kind, Names):
            lost += sorted(names_of(stated(change, field)) - names_of_sample(sample))
    if lost:
        raise RunRefused(
            f"the row of {change.email} cannot state what the plan wants: the platform's template has no "
            + ", ".join(f'"{name}"' for name in lost),
            "the platform changed while the plan was made; run again",
        )


def names_of_sample(sample: Json) -> frozenset[str]:
    """Return the names that a template's own list can state."""
    items = sample if isinstance(sample, list) else []
    return frozenset(str(item["name"]) for item in items if isinstance(item, Mapping) and "name" in item)


def encode_value(key: str, sample: Json, change: Change) -> Json:
    """Return what a row says under one key of the template."""
    field = FIELDS.get(key)
    if field is None:
        return untouched(sample)
    if field.care is Care.KEY:
        return change.email
    if field.care is Care.RENAME:
        return str(change.wanted[KEY.name]) if change.previous else ""
    if field.clearable and (promised := change.change_of(key)) and promised.after is None:
        return None
    return field.kind.to_wire(stated(change, field), like=sample)


def untouched(sample: Json) -> Json:
    """Return what leaves a key alone that the table does not know.

    The template shows the values of a model person, which would be written to a real one; nothing is read that
    could be repeated; so it is `""`, the documented "no change". A list of names with values, the form of roles
    and teams, keeps its form with `""` for each name; an empty list could mean "remove all". Another shape is
    answered with `""` too: what the platform cannot take fails the whole file before a row runs (unknown 21).
    """
    if isinstance(sample, list) and sample and all(is_named_value(item) for item in sample):
        return [{**item, "value": ""} for item in sample if isinstance(item, dict)]
    return ""


def is_named_value(item: Json) -> bool:
    """Say whether an element of a template's list has the form of a role or a team."""
    return isinstance(item, dict) and "name" in item and "value" in item


def stated(change: Change, field: Field) -> Value:
    """Return the value that a row states for a field of the table; None is `""` on the wire."""
    value = change.wanted.get(field.name)
    if field.kind is ACCOUNT:
        return value or "Active"
    if field.lost_on_deactivation and change.wanted.get("status") == "Inactive":
        return None  # the platform empties it by itself (unknown 36)
    if value is None and change.action is Action.CREATE and isinstance(field.kind, Names):
        return frozenset()
    return value


def balances(
    changes: Iterable[Change], minimums: Iterable[Minimum], live: Mapping[str, LiveUser]
) -> tuple[Balance, ...]:
    """Weigh the changes against each minimum, people as they are in `live` and as the changes want them.

    Whoever is renamed counts under the new address on both sides: one person, not one lost and one gained.
    """
    listed = tuple(changes)
    after = {change.key: LiveUser(change.key, change.ident, change.email, change.wanted) for change in listed}
    renamed = {change.previous: change.key for change in listed if change.previous}
    weighed = []
    for minimum in minimums:
        held = holders(live, minimum.field, minimum.name)
        if renamed:
            held = frozenset(renamed.get(key, key) for key in held)
        then = holders(after, minimum.field, minimum.name)
        weighed.append(Balance(minimum, held, then - held, (held & after.keys()) - then))
    return tuple(weighed)


def spare_of(balance: Balance) -> int:
    """Return how many holders may be lost before the minimum breaks; none where it is broken already."""
    return max(0, len(balance.held) - balance.minimum.count)


def broken(balance: Balance) -> Problem:
    """Say that a batch would break a minimum."""
    minimum, left = balance.minimum, len(balance.held) - len(balance.losses)
    return Problem(
        f'{FIELDS[minimum.field].title}: "{minimum.name}" would be left with {left} active people, '
        f"at least {minimum.count} are wanted",
        "give it to others first, in a pull request of its own, or edit minimum_active",
        minimum.mark,
        field=minimum.field,
        code="L-06",
    )


def cut(
    ordered: Sequence[Change],
    weighed: tuple[Balance, ...],
    waits: Mapping[str, str],
    batch_size: int,
    canary_above: int,
) -> list[Sequence[Change]]:
    """Cut the changes into batches that are safe one after the other; raises `RunRefused` where none is."""
    parts: list[Sequence[Change]] = []
    waiting, spare = ordered, [spare_of(balance) for balance in weighed]
    while waiting:
        canary = not parts and len(ordered) > canary_above
        ready = without_waiting(waiting, waits)
        if canary:
            part: Sequence[Change] = [first_row(ready, weighed, spare)]
        else:
            part = next_part(together(waiting[:batch_size], waits), ready, weighed, spare, batch_size)
        taken = {change.key for change in part}
        prefix = waiting[: len(part)] == part
        waiting = waiting[len(part) :] if prefix else [left for left in waiting if left.key not in taken]
        spare = [
            room + len(balance.gains & taken) - len(balance.losses & taken)
            for room, balance in zip(spare, weighed, strict=True)
        ]
        parts.append(part)
    return parts


def first_row(waiting: Sequence[Change], weighed: tuple[Balance, ...], spare: Sequence[int]) -> Change:
    """Choose the row that runs alone: only somebody active before and after can show every unpromised change."""
    safe = [change for change in waiting if safe_prefix([change], weighed, spare)]
    stays = (
        change for change in safe if change.action is Action.UPDATE and change.wanted.get("status") != "Inactive"
    )
    return next(stays, safe[0] if safe else refuse_order(weighed))


def next_part(
    first: Sequence[Change],
    ready: Sequence[Change],
    weighed: tuple[Balance, ...],
    spare: Sequence[int],
    batch_size: int,
) -> Sequence[Change]:
    """Return the rows of the next batch: of the first ones, as many as are safe together.

    Where already the first one would break a minimum (two people who swap places), rows that give to a minimum
    go before it, of those that are `ready`.
    """
    if count := safe_prefix(first, weighed, spare):
        return first[:count]
    givers = [change for change in ready if any(change.key in balance.gains for balance in weighed)]
    safe = [change for change in givers if safe_prefix([change], weighed, spare)][:batch_size]
    return safe[: safe_prefix(safe, weighed, spare)] if safe else refuse_order(weighed)


def safe_prefix(changes: Sequence[Change], weighed: tuple[Balance, ...], spare: Sequence[int]) -> int:
    """Count how many of the first changes may be lost from together, their gains not counted."""
    room = list(spare)
    for count, change in enumerate(changes):
        for index, balance in enumerate(weighed):
            room[index] -= change.key in balance.losses
        if min(room, default=0) < 0:
            return count
    return len(changes)


def refuse_order(weighed: tuple[Balance, ...]) -> NoReturn:
    """Raise for changes that no order makes safe."""
    problems = tuple(broken(balance) for balance in weighed if spare_of(balance) < len(balance.losses))
    raise RunRefused(
        "no order of the changes keeps every minimum at every moment",
        "do it in two pull requests: first what is given, then what is taken",
        problems,
    )


def make_batch(number: int, rows: Sequence[Row]) -> Batch:
    """Write the rows as a JSON array, one row a line, in ASCII: the same bytes everywhere (S-28)."""
    lines = ",\n".join(json.dumps(row.body, ensure_ascii=True, allow_nan=False) for row in rows)
    data = f"[\n{lines}\n]\n".encode("ascii")
    return Batch(number, tuple(rows), data, sha256(data).hexdigest()[:16])
