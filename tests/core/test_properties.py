"""What holds of every plan, whatever is declared and whatever is live."""

import os
import random
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.decode import decode
from reconciler.core.turns import Turn, turn_of
from reconciler.model.fields import FIELDS, MANAGED_FIELDS, READ_FIELDS, Field
from reconciler.model.names import Names
from reconciler.model.plan import Plan
from reconciler.model.source import Json
from reconciler.model.users import DesiredUser, LiveUser
from reconciler.model.values import BadValue, Value
from tests.builders import EVERY_MANAGED, NOW, TEMPLATE, URL, live, mark, newcomer, plan_of, raw
from tests.strategies import JSONS, KEYS, declared_people, live_people

DECLARED, LIVE = declared_people(), live_people()
UNIQUE = tuple(field.name for field in MANAGED_FIELDS if field.unique)
quick = settings(max_examples=30, deadline=None)


def apply(plan: Plan, people: Iterable[LiveUser]) -> tuple[LiveUser, ...]:
    """A platform in three lines: every row states the whole record; inactive people have no teams."""
    after = {user.key: user for user in people}
    for change in plan.changes:
        stated = {name: names_or(value, name) for name, value in change.wanted.items()}
        ident = change.ident or f"id-{change.key}"
        after[change.key] = LiveUser(change.key, ident, change.email, {**change.before, **stated})
    return tuple(after.values())


def names_or(value: Value, field: str) -> Value:
    return frozenset() if value is None and isinstance(FIELDS[field].kind, Names) else value


@quick
@given(DECLARED, LIVE)
def test_applying_a_plan_empties_the_next_one(
    declared: tuple[DesiredUser, ...], people: tuple[LiveUser, ...]
) -> None:
    plan = plan_of(declared, people)
    second = plan_of(declared, apply(plan, people))
    assert second.changes == ()
    assert second.unchanged == plan.unchanged + len(plan.changes)


@quick
@given(DECLARED, LIVE)
def test_applying_twice_is_applying_once(declared: tuple[DesiredUser, ...], people: tuple[LiveUser, ...]) -> None:
    plan = plan_of(declared, people)
    once = apply(plan, people)
    assert apply(plan_of(declared, once), apply(plan, once)) == once


@quick
@given(DECLARED, LIVE, st.randoms(use_true_random=False))
def test_I_14_the_order_of_files_and_of_reading_changes_nothing(
    declared: tuple[DesiredUser, ...], people: tuple[LiveUser, ...], chance: random.Random
) -> None:
    one = plan_of(declared, people)
    other = plan_of(chance.sample(declared, len(declared)), chance.sample(people, len(people)))
    assert replace(other, notes=one.notes) == one
    assert set(other.notes) == set(one.notes)


@quick
@given(DECLARED, LIVE)
def test_I_06_unmanaged_fields_and_people_survive(
    declared: tuple[DesiredUser, ...], people: tuple[LiveUser, ...]
) -> None:
    stated = {user.key: user.values.keys() | {"teams"} for user in declared}
    after = {user.key: user for user in apply(plan_of(declared, people), people)}
    for user in people:
        unmanaged = user.values.keys() - stated.get(user.key, frozenset())
        assert {name: after[user.key].values[name] for name in unmanaged} == {
            name: user.values[name] for name in unmanaged
        }


@quick
@given(DECLARED, LIVE)
def test_a_change_promises_just_what_differs(
    declared: tuple[DesiredUser, ...], people: tuple[LiveUser, ...]
) -> None:
    for change in plan_of(declared, people).changes:
        assert change.fields
        for part in change.fields:
            assert not FIELDS[part.field].kind.same(part.before, part.after)
            assert change.wanted[part.field] == part.after
            assert change.before.get(part.field) == part.before


@quick
@given(DECLARED, LIVE)
def test_everybody_declared_is_accounted_for_once(
    declared: tuple[DesiredUser, ...], people: tuple[LiveUser, ...]
) -> None:
    plan = plan_of(declared, people)
    named = [change.key for change in plan.changes] + [left.key for left in plan.left_out]
    assert len(named) == len(set(named))
    assert len(named) + plan.unchanged + len(plan.notes) == len(declared)


@quick
@given(DECLARED, LIVE, LIVE)
def test_the_digest_does_not_depend_on_people_whom_the_plan_leaves_alone(
    declared: tuple[DesiredUser, ...], people: tuple[LiveUser, ...], strangers: tuple[LiveUser, ...]
) -> None:
    unlike_anybody: dict[str, Value] = {**dict.fromkeys(UNIQUE), "last_name": "Somebody else"}
    others = tuple(
        replace(user, key=f"other-{user.key}", values={**user.values, **unlike_anybody}) for user in strangers
    )
    assert plan_of(declared, people + others).digest == plan_of(declared, people).digest


@quick
@given(DECLARED, LIVE)
def test_the_digest_does_not_depend_on_files_and_lines(
    declared: tuple[DesiredUser, ...], people: tuple[LiveUser, ...]
) -> None:
    moved = [replace(user, email=user.email._replace(mark=mark(99, file="users/moved.yaml"))) for user in declared]
    assert plan_of(moved, people).digest == plan_of(declared, people).digest


@quick
@given(st.sampled_from(KEYS))
def test_D_64_everybody_new_appears_whatever_the_address(key: str) -> None:
    assert [change.key for change in plan_of([newcomer(key)], [live()]).changes] == [key]


@quick
@given(st.sampled_from(READ_FIELDS), JSONS)
def test_N_18_a_record_is_read_or_refused_and_nothing_else(field: Field, wire: Json) -> None:
    key = field.live_keys[0]
    snapshot, problems = decode([raw() | {key: wire}], TEMPLATE, EVERY_MANAGED, NOW, URL)
    users = (*snapshot.users.values(), *snapshot.nameless)
    assert len(users) == 1
    due = field.name in EVERY_MANAGED | {"email"}
    assert (field.name in users[0].values) or problems or not due


@quick
@given(st.sampled_from(MANAGED_FIELDS), JSONS)
def test_the_fast_turns_answer_as_the_kinds_do(field: Field, wire: Json) -> None:
    assert answer(turn_of(field, TEMPLATE), wire) == answer(field.kind.from_wire, wire)


def answer(turn: Turn, wire: Json) -> Value | type[BadValue]:
    try:
        return turn(wire)
    except BadValue:
        return BadValue


@quick
@given(live_people())
def test_what_is_written_reads_back_the_same(people: tuple[LiveUser, ...]) -> None:
    for user in people:
        record = {
            field.live_keys[0]: field.kind.to_wire(user.values[field.name], TEMPLATE.sample.get(field.name))
            for field in MANAGED_FIELDS
        }
        record |= {"email": user.email, "deactivated_at": None if user.active else "2026-01-01T00:00:00.000Z"}
        snapshot, problems = decode([record], TEMPLATE, EVERY_MANAGED, NOW, URL)
        assert problems == ()
        read = snapshot.users[user.key].values
        assert {field.name: read[field.name] for field in MANAGED_FIELDS} == {
            field.name: user.values[field.name] for field in MANAGED_FIELDS
        }


SCRIPT = """
from tests.builders import *
people = [live(f"p{n}@acme.example", teams=TEAMS[:n % 3]) for n in range(9)]
declared = [desired(f"p{n}@acme.example", roles=["Agent", "Manager"], teams=["VIP"]) for n in range(11)]
print(plan_of(declared, people).digest)
"""


def test_I_14_the_digest_is_the_same_under_every_hash_seed() -> None:
    root = Path(__file__).parents[2]
    digests = set()
    for seed in ("0", "1", "4242"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
        digests.add(
            subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, check=True).stdout
        )
    assert len(digests) == 1
