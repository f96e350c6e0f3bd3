"""Renames: what the tree refuses, who is found under which address, who is left out (product section 3)."""

from collections.abc import Iterable
from typing import Any, Final

import pytest

from reconciler.core.diff import diff
from reconciler.core.guard import guard
from reconciler.core.renames import check_renames
from reconciler.model.plan import Action, Change, Plan
from reconciler.model.settings import Counted, Limit
from reconciler.model.source import Problem, Severity, errors_of
from reconciler.model.users import Declaration, DesiredUser, LiveUser
from tests.builders import (
    ANA,
    TODAY,
    desired,
    live,
    mark,
    minimum,
    newcomer,
    plan_of,
    settings,
    snapshot,
    template,
)
from tests.builders import located as at

NEW: Final = "ana.reyes@acme.example"
A, B, C, D = (f"{letter}@acme.example" for letter in "abcd")


def moved(new: str = NEW, *old: str, **values: Any) -> DesiredUser:
    """Somebody who names earlier addresses: Ana's by default."""
    return desired(new, previous=old or (ANA,), **values)


def person(email: str, **values: Any) -> LiveUser:
    """Somebody live with a name of their own."""
    return live(email, **{"first_name": email[0].upper(), "last_name": "X"} | values)


def change_of(plan: Plan) -> Change:
    """The one change of a plan."""
    (change,) = plan.changes
    return change


def left_out(plan: Plan) -> dict[str, str]:
    """The codes of the problems of those who are left out, by address."""
    return {left.key: left.problem.code for left in plan.left_out}


def words_of(plan: Plan) -> str:
    """What is said of those who are left out."""
    return "\n".join(f"{left.problem.summary}\n{left.problem.hint}" for left in plan.left_out)


# The tree


def refusal(*people: DesiredUser | Declaration) -> Problem:
    """The one error of these people."""
    (problem,) = errors_of(check_renames(people))
    return problem


def test_a_tree_without_earlier_addresses_is_fine() -> None:
    assert check_renames([desired(A), desired(B)]) == ()


def test_a_chain_is_fine_in_the_tree() -> None:
    assert check_renames([moved(C, B), moved(B, A)]) == ()


@pytest.mark.parametrize("length", [2, 3, 5])
def test_D_69_a_circle_is_refused_with_every_place(length: int) -> None:
    addresses = [f"p{number}@acme.example" for number in range(length)]
    people = [
        desired(address, previous=[addresses[number - 1]], line=number + 3)
        for number, address in enumerate(addresses)
    ]
    problem = refusal(*people)
    assert problem.code == "D-69"
    assert problem.mark
    assert problem.mark.line == 3
    assert all(f"people.yaml:{number + 3}:" in problem.summary for number in range(1, length))
    assert "two pull requests" in problem.hint


def test_D_69_a_chain_that_leads_into_a_circle_is_one_refusal() -> None:
    assert refusal(moved(A, B), moved(B, A, C), moved(C, D)).code == "D-69"


def test_D_69_one_old_address_of_two_people_is_refused() -> None:
    problem = refusal(moved(A, C, line=4), moved(B, C, line=9))
    assert problem.mark
    assert problem.mark.line == 9
    assert f"{A} at users/people.yaml:4" in problem.summary


def test_D_69_an_old_address_that_stands_twice_is_refused() -> None:
    assert "twice in this list" in refusal(moved(A, C, C)).summary


def test_D_69_the_own_address_in_another_case_is_only_noted() -> None:
    (problem,) = check_renames([moved(A.upper(), A)])
    assert (problem.severity, problem.code) == (Severity.NOTE, "rename.own")


def test_declarations_are_checked_like_desired_people() -> None:
    one, other = (Declaration(key, at(key), {}, (at(old),)) for key, old in ((A, B), (B, A)))
    assert refusal(one, other).code == "D-69"


# Who is who


def test_an_old_address_that_is_live_is_a_rename() -> None:
    change = change_of(plan_of([moved()], [live()]))
    assert (change.action, change.key, change.previous, change.live_key) == (Action.UPDATE, NEW, ANA, ANA)
    assert [(part.field, part.before, part.after) for part in change.fields] == [("email", ANA, NEW)]


def test_a_row_finds_the_person_by_the_live_spelling_and_keeps_the_new_one_as_written() -> None:
    change = change_of(plan_of([moved("Ana.Reyes@acme.example")], [live("ANA@acme.example")]))
    assert (change.email, change.wanted["email"]) == ("ANA@acme.example", "Ana.Reyes@acme.example")


def test_a_rename_may_change_other_values_too() -> None:
    change = change_of(plan_of([moved(location="Manila", teams=["VIP"])], [live()]))
    assert [part.field for part in change.fields] == ["email", "location", "teams"]


def test_a_rename_may_end_the_access() -> None:
    change = change_of(plan_of([moved(status="Inactive")], [live()]))
    assert (change.action, change.previous) == (Action.DEACTIVATE, ANA)


def test_the_second_of_two_earlier_addresses_is_found() -> None:
    assert change_of(plan_of([moved(NEW, "ana.l@acme.example", ANA)], [live()])).previous == ANA


def test_a_served_line_is_a_note_and_nothing_to_do() -> None:
    plan = plan_of([moved()], [live(NEW)])
    assert (plan.changes, plan.left_out, plan.unchanged) == ((), (), 1)
    assert [(note.code, note.severity) for note in plan.notes] == [("rename.served", Severity.NOTE)]


def test_D_69_case_alone_is_no_change() -> None:
    plan = plan_of([moved("Ana@acme.example", ANA)], [live()])
    assert (plan.changes, plan.left_out, plan.unchanged) == ((), (), 1)


def test_D_69_a_new_address_in_use_leaves_the_person_out() -> None:
    plan = plan_of([moved()], [live(), person(NEW)])
    assert (plan.changes, left_out(plan)) == ((), {NEW: "D-69"})
    assert "in use" in words_of(plan)


def test_the_old_address_may_be_somebody_else_by_now() -> None:
    plan = plan_of([moved(), desired(ANA)], [live(NEW), person(ANA)])
    assert (plan.changes, plan.left_out, plan.unchanged) == ((), (), 2)


def test_D_69_two_earlier_addresses_that_are_both_live_leave_the_person_out() -> None:
    plan = plan_of([moved(A, B, C)], [person(B), person(C)])
    assert (plan.changes, left_out(plan), plan.not_in_files) == ((), {A: "D-69"}, ())


def test_D_69_an_old_address_that_two_people_have_leaves_the_person_out() -> None:
    twins = (live(B, ident="1"), live(B.upper(), ident="2"))
    plan = diff([moved(A, B)], snapshot(doubled=twins), settings())
    assert left_out(plan) == {A: "D-69"}


def test_D_69_an_old_address_that_is_still_declared_leaves_both_out() -> None:
    plan = plan_of([moved(A, B), desired(B, location="Oslo")], [person(B)])
    assert (plan.changes, left_out(plan)) == ((), {A: "D-69", B: "D-69"})


def test_D_69_the_words_for_both_name_both_places() -> None:
    words = words_of(plan_of([moved(A, B, line=4), desired(B, line=9)], [person(B)]))
    assert "people.yaml:4" in words
    assert "people.yaml:9" in words


def test_D_69_who_is_in_doubt_holds_up_whoever_would_take_the_account_along() -> None:
    """The account A may be of the person now declared there; then it must not become B's."""
    plan = plan_of([moved(B, A), moved(A, C), newcomer(C)], [person(A), person(C)])
    assert (plan.changes, left_out(plan)) == ((), {A: "D-69", B: "D-69", C: "D-69"})


def test_D_69_a_doubt_goes_along_the_whole_chain() -> None:
    plan = plan_of([moved(D, B), moved(B, A), moved(A, C), newcomer(C)], [person(A), person(B), person(C)])
    assert (plan.changes, left_out(plan)) == ((), dict.fromkeys((A, B, C, D), "D-69"))


def test_an_earlier_address_that_nobody_has_is_not_taken_for_somebody_new() -> None:
    plan = plan_of([moved(first_name="A", last_name="B", roles=["Agent"])], [person(B)])
    assert (plan.changes, left_out(plan)) == ((), {NEW: "rename.unknown"})


def test_somebody_new_whose_only_earlier_address_is_the_own_one_is_somebody_new() -> None:
    plan = plan_of([moved(A, A, first_name="A", last_name="B", roles=["Agent"])], [person(B)])
    assert [change.action for change in plan.changes] == [Action.CREATE]


def test_somebody_new_gets_an_address_that_was_left_long_ago() -> None:
    plan = plan_of([moved(A, B), desired(B, first_name="B", last_name="Y", roles=["Agent"])], [person(A)])
    assert [(change.action, change.key) for change in plan.changes] == [(Action.CREATE, B)]
    assert left_out(plan) == {}


def test_an_inactive_person_whom_nobody_knows_needs_no_rename() -> None:
    plan = plan_of([moved(status="Inactive")], [person(B)])
    assert [note.code for note in plan.notes] == ["inactive.unknown"]


# What those are told who are left out


def told(plan: Plan, address: str) -> Problem:
    """The problem of somebody who is left out."""
    (problem,) = (left.problem for left in plan.left_out if left.key == address)
    assert (problem.user, problem.field, problem.severity) == (address, "new_email", Severity.ERROR)
    return problem


def test_an_address_in_use_is_told_with_both_ways_out() -> None:
    problem = told(plan_of([moved(line=4)], [live(), person(NEW)]), NEW)
    assert problem.summary == (
        f"previous_emails: {NEW} is in use already, and {ANA} is an account of its own: Ana Reyes <{ANA}>"
    )
    assert problem.hint == (
        f"another person: remove {ANA} from the line\n"
        "the same person twice: keep one account, and declare the other one under its own address with  "
        "status: Inactive"
    )
    assert problem.mark == mark(4)


def test_an_old_account_that_two_people_share_is_told_with_both_names() -> None:
    twins = (live(ident="1"), live(ANA.upper(), ident="2", first_name="Anna"))
    problem = told(diff([moved()], snapshot(person(NEW), doubled=twins), settings()), NEW)
    assert problem.summary.endswith(f"an account of its own: Ana Reyes <{ANA}> and Anna Reyes <{ANA.upper()}>")


def test_two_earlier_addresses_that_are_live_are_told_with_both() -> None:
    entry = DesiredUser(A, at(A, 3), {}, (at(B, 4), at(C, 5)))
    problem = told(plan_of([entry], [person(B), person(C)]), A)
    assert problem.summary == (
        f"previous_emails: {B} and {C} are accounts on the platform, and only one of them can become {A}"
    )
    assert problem.hint == "leave only the address that the person has now in the line"
    assert problem.mark == mark(4)


def test_an_old_address_of_two_accounts_is_told_with_both() -> None:
    twins = (live(B, ident="1"), live(B.upper(), ident="2"))
    problem = told(diff([moved(A, B, line=4)], snapshot(doubled=twins), settings()), A)
    assert problem.summary == (
        f"previous_emails: 2 accounts on the platform have the address {B}: "
        f"Ana Reyes <{B}> and Ana Reyes <{B.upper()}>"
    )
    assert problem.hint == "nobody can tell which of them is meant; give one of them another address in the portal"
    assert problem.mark == mark(4)


@pytest.mark.parametrize(("address", "line"), [(A, 4), (B, 9)])
def test_one_account_meant_by_two_entries_is_told_to_both_at_their_own_place(address: str, line: int) -> None:
    problem = told(plan_of([moved(A, B, line=4), desired(B, line=9)], [person(B)]), address)
    assert problem.summary == (
        f"the account {B} may be meant by users/people.yaml:9:1 and, as the earlier address of {A}, "
        "by users/people.yaml:4:1; it cannot be told who is who"
    )
    assert problem.hint == (
        f"the account is the person of users/people.yaml:4: take out the entry of {B} until that rename is done, "
        "then declare it again in a second pull request\n"
        f"it is the person of users/people.yaml:9: remove {B} from previous_emails of {A}"
    )
    assert problem.mark == mark(line)


def test_addresses_that_nobody_has_are_told_all() -> None:
    problem = told(plan_of([moved(A, B, C, line=4)], [person(D)]), A)
    assert problem.summary == f"previous_emails: the platform knows nobody under {A}, nor under {B}, {C}"
    assert problem.hint == "correct the earlier address; for a new person remove the line"
    assert problem.mark == mark(4)


@pytest.mark.parametrize(("earlier", "said"), [([B], f"{B} is"), ([B, C], f"{B} and {C} are")])
def test_a_served_line_is_told_with_what_may_go(earlier: list[str], said: str) -> None:
    (note,) = plan_of([moved(A, *earlier, line=4)], [person(A)]).notes
    assert (note.summary, note.hint) == (
        f"previous_emails: the platform knows {A} already, {said} not needed any more",
        "the line can be removed",
    )
    assert (note.mark, note.user, note.field) == (mark(4), A, "new_email")


def test_only_the_own_address_as_an_earlier_one_has_done_no_service() -> None:
    plan = plan_of([moved(A, A), moved(B, A)], [person(A), person(B)])
    assert [note.user for note in plan.notes] == [B]


def test_an_address_that_does_not_become_free_is_told_with_whoever_has_it() -> None:
    people = [person(A), person(B)]
    plan = plan_of([moved(C, B), moved(B, A, line=4)], people, settings=settings(protected=[C]))
    problem = told(plan, B)
    assert problem.summary == (
        f"previous_emails: {B} is still the address of B X <{B}>, who is not moved away from it in this plan"
    )
    assert problem.hint == "see there what is in the way; with --only, name both"
    assert problem.mark == mark(4)


def test_an_address_that_two_accounts_keep_is_told_without_their_names() -> None:
    twins = (live(B, ident="1"), live(B.upper(), ident="2"))
    problem = told(diff([moved(C, B), moved(B, A)], snapshot(person(A), doubled=twins), settings()), B)
    assert problem.summary == (
        f"previous_emails: {B} is still the address of people who are not moved away from it in this plan"
    )


# Chains


def test_who_waits_is_left_out_by_name_and_whoever_does_not_goes_on() -> None:
    declared = [moved(C, B), moved(B, A), desired(D, alias="x")]
    plan = plan_of(declared, [person(A), person(B), person(D)], settings=settings(protected=[C]))
    assert [change.key for change in plan.changes] == [D]
    assert [(left.key, left.name) for left in plan.left_out] == [(B, "A X"), (C, "B X")]


def test_D_69_a_chain_is_planned_whole() -> None:
    plan = plan_of([moved(C, B), moved(B, A)], [person(A), person(B)])
    assert {change.key: change.previous for change in plan.changes} == {C: B, B: A}


def test_a_chain_that_broke_off_in_the_middle_goes_on() -> None:
    plan = plan_of([moved(C, B), moved(B, A)], [person(A), person(C)])
    assert {change.key: change.previous for change in plan.changes} == {B: A}


def test_a_chain_that_is_done_is_done() -> None:
    plan = plan_of([moved(C, B), moved(B, A)], [person(B), person(C)])
    assert (plan.changes, plan.left_out, plan.unchanged) == ((), (), 2)


def test_whoever_waits_for_somebody_left_out_is_left_out_too() -> None:
    people = [person(A), person(B), person(C)]
    plan = plan_of([moved(D, C), moved(C, B), moved(B, A)], people, settings=settings(protected=[D]))
    assert plan.changes == ()
    assert left_out(plan) == {D: "protected", C: "D-69", B: "D-69"}


def test_only_one_of_a_chain_waits_for_the_other() -> None:
    plan = plan_of([moved(C, B), moved(B, A)], [person(A), person(B)], only=[B])
    assert left_out(plan).get(B) == "D-69"
    plan = plan_of([moved(C, B), moved(B, A)], [person(A), person(B)], only=[C])
    assert [change.key for change in plan.changes] == [C]


@pytest.mark.parametrize("address", [NEW, ANA])
def test_only_takes_either_address(address: str) -> None:
    plan = plan_of([moved(), desired(B, location="Oslo")], [live(), person(B)], only=[address])
    assert [change.key for change in plan.changes] == [NEW]


def test_D_69_nobody_swaps_addresses_even_where_a_circle_reaches_the_plan() -> None:
    plan = plan_of([moved(A, B), moved(B, A)], [person(A), person(B)])
    assert (plan.changes, plan.left_out, plan.unchanged) == ((), (), 2)


# Who may not be renamed


@pytest.mark.parametrize("address", [NEW, ANA])
def test_neither_address_may_be_protected(address: str) -> None:
    assert left_out(plan_of([moved()], [live()], settings=settings(protected=[address]))) == {NEW: "protected"}


@pytest.mark.parametrize("pattern", [NEW, ANA])
def test_both_addresses_must_be_in_scope(pattern: str) -> None:
    assert left_out(plan_of([moved()], [live()], settings=settings(scope=(pattern,)))) == {NEW: "rename.scope"}


def test_a_template_without_a_new_address_leaves_the_person_out() -> None:
    plan = plan_of([moved()], [live()], template=template(without=["new_email"]))
    assert left_out(plan) == {NEW: "template.field"}


@pytest.mark.parametrize("declared", [[moved()], [moved(B, ANA, A)]])
def test_the_old_account_of_a_rename_stands_in_a_file(declared: list[DesiredUser]) -> None:
    plan = plan_of(declared, [live()], settings=settings(not_in_files="deactivate"))
    assert plan.not_in_files == ()
    assert [change.action for change in plan.changes] == [Action.UPDATE]


# Counting


def counted(declared: DesiredUser, *people: LiveUser, **more: Any) -> frozenset[Counted]:
    return change_of(plan_of([declared], people, **more)).counted


def test_a_rename_counts_as_one() -> None:
    assert counted(moved(), live()) == {Counted.RENAME}


def test_D_70_renaming_somebody_privileged_is_a_privileged_grant() -> None:
    assert counted(moved(), live(roles=["Admin"])) == {Counted.RENAME, Counted.PRIVILEGED_GRANT}


def test_D_70_also_where_the_role_goes_with_it() -> None:
    assert Counted.PRIVILEGED_GRANT in counted(moved(roles=["Agent"]), live(roles=["Admin"]))


def test_D_70_another_domain_is_a_privileged_grant() -> None:
    both = settings(scope=("*@acme.example", "*@acme.test"))
    assert counted(moved("ana@acme.test"), live(), settings=both) == {Counted.RENAME, Counted.PRIVILEGED_GRANT}


def test_D_70_the_domain_in_another_case_is_the_same() -> None:
    assert counted(moved("ana.reyes@ACME.example"), live()) == {Counted.RENAME}


def test_nobody_is_counted_twice_before_and_after() -> None:
    assert plan_of([moved()], [live()]).impact == ()


def test_L_06_only_who_loses_the_role_is_named_not_who_is_renamed() -> None:
    people = [person(A, roles=["Admin"]), person(B, roles=["Admin", "Agent"])]
    declared = [moved(C, A), desired(B, roles=["Agent"])]
    limits = settings(minimum_active=(minimum("roles", "Admin", 2),), limits={Counted.PRIVILEGED_GRANT: Limit(1)})
    (refused,) = guard(plan_of(declared, people, settings=limits), limits, snapshot(*people), TODAY)
    assert "from 2 to 1" in refused.summary
    assert "It comes from users/people.yaml:1: B X" in refused.hint


def test_L_06_somebody_renamed_who_loses_the_role_is_named() -> None:
    people = [person(A, roles=["Admin"]), person(B, roles=["Admin"])]
    limits = settings(minimum_active=(minimum("roles", "Admin", 2),), limits={Counted.PRIVILEGED_GRANT: Limit(1)})
    plan = plan_of([moved(C, A, roles=["Agent"])], people, settings=limits)
    (refused,) = guard(plan, limits, snapshot(*people), TODAY)
    assert "It comes from users/people.yaml:1: A X" in refused.hint


def test_the_digest_knows_a_rename() -> None:
    here, there = (plan_of([moved()], [live(email)]).digest for email in (ANA, "Ana@acme.example"))
    assert here != there


# Edited in place


def in_place(**values: Any) -> Iterable[DesiredUser]:
    return [newcomer(NEW, **{"first_name": "Ana", "last_name": "Reyes"} | values)]


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({}, "the same first and last name"),
        ({"first_name": "ANA"}, "the same first and last name"),
        ({"last_name": "Lopez", "agent_number": "4711"}, "agent number 4711"),
    ],
)
def test_an_address_edited_in_place_is_answered_with_the_line(declared: dict[str, Any], said: str) -> None:
    plan = plan_of(in_place(**declared), [live(agent_number="4711")])
    assert (plan.changes, left_out(plan)) == ((), {NEW: "rename.in_place"})
    assert said in words_of(plan)
    assert f"add  previous_emails: [{ANA}]" in words_of(plan)


@pytest.mark.parametrize(
    "people",
    [
        [live(status="Inactive")],
        [live(ANA.replace("acme", "other"))],
        [live(last_name="Other", agent_number="1")],
    ],
)
def test_somebody_inactive_out_of_scope_or_unlike_is_no_reason(people: list[LiveUser]) -> None:
    assert [change.action for change in plan_of(in_place(agent_number="2"), people).changes] == [Action.CREATE]


def test_a_namesake_who_stands_in_a_file_is_no_reason() -> None:
    assert [change.key for change in plan_of([*in_place(), desired()], [live()]).changes] == [NEW]


def test_whoever_is_probably_renamed_is_not_deactivated() -> None:
    deactivate = settings(not_in_files="deactivate")
    plan = plan_of(in_place(), [live(), person(B)], settings=deactivate)
    assert [change.key for change in plan.changes] == [B]
    assert left_out(plan) == {NEW: "rename.in_place", ANA: "rename.in_place"}


def test_somebody_whose_address_two_accounts_have_is_not_new_and_protects_nobody() -> None:
    twins = (live(NEW, ident="1"), live(NEW.upper(), ident="2"))
    there = snapshot(live(), doubled=twins)
    plan = diff(tuple(in_place()), there, settings(not_in_files="deactivate"))
    assert ([change.key for change in plan.changes], left_out(plan)) == ([ANA], {NEW: "L-17"})


def test_only_the_old_account_is_not_deactivated_either() -> None:
    plan = plan_of(in_place(), [live()], settings=settings(not_in_files="deactivate"), only=[ANA])
    assert (plan.changes, left_out(plan)) == ((), {ANA: "rename.in_place"})
