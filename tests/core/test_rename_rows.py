"""Renames on their way: rows and batches, the last look, the proof, minimums and origins."""

import itertools
from collections.abc import Iterable
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from reconciler.core.impact import holders_after
from reconciler.core.origin import Base, tell_origins
from reconciler.core.pack import lowered, pack, would_break
from reconciler.core.verify import addresses, bystanders, lost_teams, moved, unpromised, verify
from reconciler.model.batch import Batch, Outcome, Receipt
from reconciler.model.plan import Change, Origin, Plan
from reconciler.model.settings import Minimum
from reconciler.model.users import DesiredUser, LiveUser
from tests.builders import SETTINGS, TEMPLATE, desired, live, minimum, plan_of, snapshot

A, B, C, D = (f"{letter}@acme.example" for letter in "abcd")
FREE: Final = "new@acme.example"


def person(email: str, ident: str = "", **values: Any) -> LiveUser:
    """Somebody live with a name of their own."""
    return live(email, ident=ident, **{"first_name": email[0].upper(), "last_name": email} | values)


def renamed(new: str, old: str, **values: Any) -> DesiredUser:
    """Somebody who moves from one address to another."""
    return desired(new, previous=[old], **values)


def changes(declared: Iterable[DesiredUser], people: Iterable[LiveUser]) -> tuple[Change, ...]:
    """The changes of a plan in which nobody is left out."""
    plan = plan_of(declared, people)
    assert plan.left_out == ()
    return plan.changes


def packed(
    declared: Iterable[DesiredUser], people: list[LiveUser], *minimums: Minimum, size: int = 500, canary: int = 20
) -> tuple[Batch, ...]:
    users = {user.key: user for user in people}
    return pack(changes(declared, people), TEMPLATE, minimums, users, size, canary)


def keys_of(batches: tuple[Batch, ...]) -> list[list[str]]:
    """Who is in each batch, by the new address."""
    return [[row.change.key for row in batch.rows] for batch in batches]


# Rows and batches


def test_a_row_finds_by_the_old_address_and_states_the_new_one() -> None:
    ((row,),) = (batch.rows for batch in packed([renamed("New@acme.example", A)], [person("A@acme.example")]))
    assert (row.body["email"], row.body["new_email"]) == ("A@acme.example", "New@acme.example")


def test_no_other_row_states_a_new_address() -> None:
    ((row,),) = (batch.rows for batch in packed([desired(A, location="Oslo")], [person(A)]))
    assert row.body["new_email"] == ""


def test_D_69_a_chain_goes_over_several_jobs_the_free_address_first() -> None:
    declared = [renamed(B, A), renamed(C, B), renamed(FREE, C)]
    assert keys_of(packed(declared, [person(A), person(B), person(C)])) == [[FREE], [C], [B]]


def test_independent_chains_share_their_batches() -> None:
    declared = [renamed(B, A), renamed(FREE, B), renamed(D, C), renamed("d2@acme.example", D)]
    people = [person(address) for address in (A, B, C, D)]
    assert keys_of(packed(declared, people)) == [["d2@acme.example", FREE], [B, D]]


def test_who_hands_nothing_on_goes_before_who_waits() -> None:
    declared = [renamed(B, A), renamed(FREE, B), renamed("z@acme.example", D)]
    assert keys_of(packed(declared, [person(A), person(B), person(D)])) == [[FREE, "z@acme.example"], [B]]


def test_a_careful_first_row_is_not_of_somebody_whose_address_is_freed_by_a_leaver() -> None:
    declared = [renamed(B, A), renamed(FREE, B, status="Inactive")]
    assert keys_of(packed(declared, [person(A), person(B)], canary=0)) == [[FREE], [B]]


def test_P_22_the_dangerous_rows_still_go_last() -> None:
    declared = [renamed(B, A), renamed(FREE, B), desired(D, status="Inactive")]
    assert keys_of(packed(declared, [person(A), person(B), person(D)])) == [[FREE], [B, D]]


def test_an_address_freed_by_somebody_who_leaves_is_freed_first() -> None:
    declared = [renamed(B, A), renamed(FREE, B, status="Inactive")]
    assert keys_of(packed(declared, [person(A), person(B)])) == [[FREE], [B]]


def test_a_careful_first_row_waits_for_nobody() -> None:
    declared = [renamed(B, A), renamed(FREE, B), desired(D, location="Oslo")]
    batches = packed(declared, [person(A), person(B), person(D)], canary=0)
    assert keys_of(batches)[0] in ([D], [FREE])


def test_L_06_a_rename_neither_gives_to_a_minimum_nor_takes_from_it() -> None:
    people = [person(A, roles=["Admin"]), person(B, roles=["Admin"])]
    admins = minimum("roles", "Admin", 2)
    batches = packed([renamed(FREE, A)], people, admins)
    users = {user.key: user for user in people}
    assert keys_of(batches) == [[FREE]]
    assert would_break(batches[0], lowered((admins,), users), users) == ()


def test_L_06_a_renamed_person_who_loses_the_role_counts_as_lost() -> None:
    people = [person(A, roles=["Admin"]), person(B, roles=["Admin"])]
    users = {user.key: user for user in people}
    (batch,) = packed([renamed(FREE, A, roles=["Agent"])], people)
    assert [problem.code for problem in would_break(batch, (minimum("roles", "Admin", 2),), users)] == ["L-06"]


def test_L_06_holders_after_a_chain_are_as_many_as_before() -> None:
    people = [person(A), person(B)]
    found = holders_after(
        changes([renamed(B, A), renamed(FREE, B)], people), {user.key: user for user in people}, "roles", "Agent"
    )
    assert found == {B, FREE}


# The last look


def batch_of(declared: list[DesiredUser], *people: LiveUser) -> Batch:
    return packed(declared, list(people))[-1]


def test_a_person_who_is_to_move_is_looked_for_under_the_old_address() -> None:
    batch = batch_of([renamed(FREE, A)], person(A))
    assert moved(batch, snapshot(person(A))) == ()


def test_L_03_a_new_address_that_was_taken_meanwhile_stops_the_batch() -> None:
    batch = batch_of([renamed(FREE, A)], person(A))
    (problem,) = moved(batch, snapshot(person(A), person(FREE)))
    assert (problem.code, problem.field) == ("L-03", "email")
    assert FREE in problem.summary


def test_L_03_an_address_that_did_not_become_free_stops_the_next_batch() -> None:
    batch = batch_of([renamed(B, A), renamed(FREE, B)], person(A), person(B))
    assert [row.change.key for row in batch.rows] == [B]
    assert [problem.code for problem in moved(batch, snapshot(person(A), person(B)))] == ["L-03"]
    assert moved(batch, snapshot(person(A), live(FREE, ident="id-b@acme.example"))) == ()


# The proof


def seen(change: Change, *fresh: LiveUser, doubled: Iterable[LiveUser] = ()) -> Receipt:
    (receipt,) = verify([Receipt(change, Outcome.UNKNOWN, 7)], snapshot(*fresh, doubled=doubled))
    return receipt


def rename(*more: str) -> Change:
    (change,) = changes([renamed(FREE, A)], [person(A, "1"), *(person(key) for key in more)])
    return change


def after(key: str = FREE, ident: str = "1") -> LiveUser:
    """The person of `rename`, under another address."""
    return person(A, ident).__class__(key, ident, key, {**person(A).values, "email": key})


def test_a_rename_is_confirmed_by_the_new_address_with_the_same_id() -> None:
    assert seen(rename(), after()).outcome is Outcome.CONFIRMED


def test_a_rename_that_did_not_happen_is_told_with_both_addresses() -> None:
    receipt = seen(rename(), person(A, "1"))
    assert receipt.outcome is Outcome.NOT_CONFIRMED
    assert [problem.summary for problem in receipt.problems] == [
        f'after job 7 the platform still says "{A}", wanted "{FREE}"'
    ]


def test_L_14_somebody_who_was_to_leave_and_stayed_under_the_old_address_can_still_sign_in() -> None:
    (change,) = changes([renamed(FREE, A, status="Inactive")], [person(A, "1")])
    assert "CAN STILL SIGN IN" in seen(change, person(A, "1")).problems[0].summary


@pytest.mark.parametrize(
    ("fresh", "doubled"),
    [
        ([after(ident="2")], []),
        ([after(ident="2"), person(A, "1")], []),
        ([after(), person(A, "2")], []),
        ([person(A, "1")], [after(ident="2"), after(ident="3")]),
    ],
    ids=["another id", "a second user", "the old address anew", "two at the new address"],
)
def test_D_69_a_second_user_is_never_confirmed(fresh: list[LiveUser], doubled: list[LiveUser]) -> None:
    receipt = seen(rename(), *fresh, doubled=doubled)
    assert receipt.outcome is Outcome.NOT_CONFIRMED
    assert "L-11" in {problem.code for problem in receipt.problems} or "L-17" in {
        problem.code for problem in receipt.problems
    }


def test_without_ids_an_old_address_that_is_still_there_is_not_confirmed() -> None:
    (change,) = changes([renamed(FREE, A)], [LiveUser(A, "", A, person(A).values)])
    still = LiveUser(A, "", A, person(A).values)
    assert seen(change, after(ident=""), still).outcome is Outcome.NOT_CONFIRMED
    assert seen(change, after(ident="")).outcome is Outcome.CONFIRMED


def test_the_old_address_may_be_held_by_another_planned_person() -> None:
    chain = changes([renamed(B, A), renamed(FREE, B)], [person(A, "1"), person(B, "2")])
    fresh = snapshot(
        LiveUser(B, "1", B, {**person(A).values, "email": B}),
        LiveUser(FREE, "2", FREE, {**person(B).values, "email": FREE}),
    )
    receipts = verify([Receipt(change, Outcome.UNKNOWN, 7) for change in chain], fresh)
    assert {receipt.outcome for receipt in receipts} == {Outcome.CONFIRMED}


def test_the_old_address_is_not_left_to_whoever_was_not_sent() -> None:
    chain = changes([renamed(FREE, A), renamed(A, C)], [person(A, "1"), person(C, "3")])
    outcomes = {FREE: Outcome.UNKNOWN, A: Outcome.NOT_SENT}
    fresh = snapshot(after(), person(A, "2"), person(C, "3"))
    receipts = verify([Receipt(change, outcomes[change.key], 7) for change in chain], fresh)
    assert {receipt.change.key: receipt.outcome for receipt in receipts}[FREE] is Outcome.NOT_CONFIRMED


@pytest.mark.parametrize(
    ("fresh", "words"),
    [
        ((person(A, "2"),), f"the old address {A} belongs to an account that nobody planned"),
        ((), ""),
    ],
)
def test_an_account_left_beside_a_renamed_person_is_told(fresh: tuple[LiveUser, ...], words: str) -> None:
    problems = seen(rename(), after(), *fresh).problems
    assert [problem.summary for problem in problems] == [words] * len(fresh)


def test_a_doubled_new_address_is_told_beside_the_address_that_did_not_change() -> None:
    change = rename()
    receipt = seen(change, person(A, "1"), doubled=[after(ident="2"), after(ident="3")])
    *_, problem = receipt.problems
    assert problem.summary == f"the new address {FREE} belongs to an account that nobody planned"
    assert (problem.hint, problem.code, problem.field) == ("look at it in the portal", "L-11", "email")
    assert (problem.mark, problem.user) == (change.mark, FREE)


def test_L_03_a_taken_new_address_is_told_with_everybody_who_has_it() -> None:
    batch = batch_of([renamed(FREE, A)], person(A))
    twins = [person(FREE, "2"), person(FREE.upper(), "3")]
    (problem,) = moved(batch, snapshot(person(A), doubled=[*twins, person(D, "4"), person(D, "5")]))
    assert problem.summary == (
        f"approved to move to {FREE}, now the platform has this address: "
        f"N {FREE} <{FREE}> and N {FREE.upper()} <{FREE.upper()}>"
    )


def test_L_11_a_role_that_came_with_a_rename_is_seen() -> None:
    fresh = LiveUser(FREE, "1", FREE, {**after().values, "roles": frozenset({"Agent", "Admin"})})
    assert [problem.field for problem in unpromised([rename()], snapshot(fresh))] == ["roles"]


def test_L_11_a_renamed_person_is_no_bystander() -> None:
    before, fresh = snapshot(person(A, "1"), person(B)), snapshot(after(), person(B))
    assert bystanders(before, fresh, addresses([rename()])) == ()
    assert bystanders(before, fresh, frozenset()) != ()


def test_the_second_pass_finds_a_renamed_person_and_nobody_else() -> None:
    (change,) = changes([renamed(FREE, A, status="Active", teams=["VIP"])], [person(A, "1", status="Inactive")])
    receipt = Receipt(change, Outcome.UNKNOWN, 7)
    (again,) = lost_teams([receipt], snapshot(after()))
    assert (again.email, again.previous) == (FREE, "")
    assert lost_teams([receipt], snapshot(after(ident="2"))) == ()
    assert lost_teams([receipt], snapshot(person(A, "1"))) == ()


# Origins


def told(plan: Plan, head: list[DesiredUser], base: list[DesiredUser], *people: LiveUser) -> dict[str, Origin]:
    """The origin of each value of the one change, by field."""
    found = tell_origins(
        plan, head, Base(SETTINGS, {user.key: user for user in base}), snapshot(*people), SETTINGS
    )
    (change,) = found.changes
    return {part.field: part.origin for part in change.fields}


def origins(head: list[DesiredUser], base: list[DesiredUser], *people: LiveUser) -> dict[str, Origin]:
    return told(plan_of(head, people), head, base, *people)


def test_a_rename_of_this_pull_request_leaves_the_other_values_put_back() -> None:
    found = origins([renamed(FREE, A, location="Oslo")], [desired(A, location="Oslo")], person(A))
    assert found == {"email": Origin.TREE, "location": Origin.PLATFORM}


def test_a_rename_that_the_base_asked_for_is_put_back() -> None:
    assert origins([renamed(FREE, A)], [renamed(FREE, A)], person(A)) == {"email": Origin.PLATFORM}


def test_a_rename_beside_a_pending_one_knows_the_person() -> None:
    head = [desired(FREE, previous=[A, B], location="Oslo")]
    found = origins(head, [renamed(B, A, location="Oslo")], person(A))
    assert found == {"email": Origin.TREE, "location": Origin.PLATFORM}


def test_whoever_takes_an_address_is_not_taken_for_whoever_had_it() -> None:
    base = [desired(A), desired(B, location="Oslo")]
    head = [renamed(B, A, location="Oslo"), renamed(FREE, B, location="Oslo")]
    people = [person(A), person(B, location="Oslo")]
    plan = tell_origins(
        plan_of(head, people), head, Base(SETTINGS, {user.key: user for user in base}), snapshot(*people), SETTINGS
    )
    (taker,) = (change for change in plan.changes if change.key == B)
    assert {part.field: part.origin for part in taker.fields} == {"email": Origin.TREE, "location": Origin.TREE}


def test_whoever_waits_for_a_person_held_back_is_left_out_too() -> None:
    head = [renamed(B, A), renamed(FREE, B, status="Active")]
    base = [desired(A), desired(B, status="Active")]
    people = [person(A), person(B, status="Inactive")]
    plan = tell_origins(
        plan_of(head, people), head, Base(SETTINGS, {user.key: user for user in base}), snapshot(*people), SETTINGS
    )
    assert plan.changes == ()
    assert [left.key for left in plan.left_out] == [B, FREE]


# Any renames


POOL: Final = tuple(f"p{number}@acme.example" for number in range(8))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[DesiredUser], list[LiveUser]]:
    """People who hand their addresses on in chains: everybody wants the next address, the last one is free."""
    order = draw(st.permutations(POOL))
    declared, people = [], []
    while order:
        chain, order = order[: (size := draw(st.integers(1, 4)))], order[size:]
        place = draw(st.sampled_from(("Madrid", "Oslo")))
        for old, new in itertools.pairwise(chain):
            people.append(person(old, location="Madrid"))
            declared.append(renamed(new, old, location=place))
    return declared, people


@hypothesis_settings(max_examples=60, deadline=None)
@given(worlds(), st.integers(1, 3))
def test_D_69_any_chains_are_carried_out_batch_by_batch_and_the_next_plan_is_empty(
    world: tuple[list[DesiredUser], list[LiveUser]], size: int
) -> None:
    declared, people = world
    plan = plan_of(declared, people)
    assert (len(plan.changes), plan.left_out) == (len(people), ())
    users = {user.key: user for user in people}
    for batch in pack(plan.changes, TEMPLATE, (), users, size):
        assert moved(batch, snapshot(*users.values())) == ()
        users = carried_out(batch, users)
    second = plan_of(declared, users.values())
    assert (second.changes, second.left_out, second.unchanged) == ((), (), len(people))
    assert sorted(user.ident for user in users.values()) == sorted(user.ident for user in people)


def carried_out(batch: Batch, users: dict[str, LiveUser]) -> dict[str, LiveUser]:
    """The platform after a batch, as its rows say it: no address twice in a file, none that is in use."""
    named = [str(row.body[key]).lower() for row in batch.rows for key in ("email", "new_email") if row.body[key]]
    assert len(named) == len(set(named)), "one file frees an address and takes it"
    left = dict(users)
    for row in batch.rows:
        user, address = left.pop(str(row.body["email"]).lower()), str(row.body["new_email"])
        assert address.lower() not in left
        left[address.lower()] = LiveUser(address.lower(), user.ident, address, row.change.wanted)
    return left
