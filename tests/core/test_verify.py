"""Nothing is confirmed but what a fresh read shows, and nobody else changes unseen."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.core.settle import ERROR, MAYBE, REFUSED, WARNING
from reconciler.core.verify import bystanders, lost_teams, moved, unpromised, verify
from reconciler.model.batch import Batch, Outcome, Receipt, Row
from reconciler.model.fields import MANAGED_FIELDS, Field
from reconciler.model.kinds import ACCOUNT, FLAG, PLACE, Count, Pattern
from reconciler.model.names import Names
from reconciler.model.plan import Action, Change, FieldChange
from reconciler.model.source import Problem, Problems, Severity, errors_of
from reconciler.model.users import DesiredUser, LiveUser
from reconciler.model.values import Value
from tests.builders import ANA, desired, live, newcomer, plan_of, snapshot

BO = "bo@acme.example"


def change_of(user: DesiredUser, *people: LiveUser) -> Change:
    """The one change of a plan."""
    (change,) = plan_of([user], people).changes
    return change


def after(change: Change, **values: Any) -> LiveUser:
    """The person as the platform shows it once the change is carried out, except for these values."""
    wanted = {
        name: frozenset() if name == "teams" and value is None else value for name, value in change.wanted.items()
    }
    shown = {name: frozenset(value) if isinstance(value, list) else value for name, value in values.items()}
    return LiveUser(change.key, change.ident or "id-new", change.email, {**wanted, **shown})


def sent(change: Change, *problems: Problem, outcome: Outcome = Outcome.UNKNOWN) -> Receipt:
    """The receipt of a change that job 12345 carried."""
    return Receipt(change, outcome, 12345, problems)


def seen(change: Change, *people: LiveUser, hints: Iterable[Problem] = ()) -> Receipt:
    """The receipt after a read of these people."""
    (receipt,) = verify([sent(change, *hints)], snapshot(*people))
    return receipt


def fields_of(problems: Problems) -> list[str]:
    """Which fields problems are about."""
    return [problem.field for problem in problems]


MOVE = change_of(desired(line=7, location="Lisbon"), live(location="Porto"))
LEAVE = change_of(desired(status="Inactive"), live(teams=["VIP"]))
RETURN = change_of(desired(status="Active", teams=["VIP"]), live(status="Inactive"))
START = change_of(newcomer(teams=["VIP"]))
EVERY_SORT = pytest.mark.parametrize(
    "change", [MOVE, LEAVE, RETURN, START], ids=lambda change: change.action.value
)


# Receipts


@EVERY_SORT
def test_a_promise_that_is_seen_is_confirmed(change: Change) -> None:
    receipt = seen(change, after(change))
    assert (receipt.outcome, receipt.problems, receipt.job) == (Outcome.CONFIRMED, (), 12345)


@EVERY_SORT
def test_somebody_who_is_not_there_is_not_confirmed(change: Change) -> None:
    receipt = seen(change)
    assert receipt.outcome is Outcome.NOT_CONFIRMED
    assert "shows nobody with this address" in receipt.problems[0].summary


def test_L_10_an_ignored_field_is_told_with_its_place_and_both_values() -> None:
    receipt = seen(MOVE, live(location="Porto"))
    (problem,) = receipt.problems
    assert receipt.outcome is Outcome.NOT_CONFIRMED
    assert problem.summary == 'after job 12345 the platform still says "Porto", wanted "Lisbon"'
    assert (str(problem.mark), problem.user, problem.field) == ("users/people.yaml:7:1", ANA, "location")


def test_L_04_a_third_value_is_not_called_the_old_one() -> None:
    (problem,) = seen(MOVE, live(location=None)).problems
    assert problem.summary == 'after job 12345 the platform says (none), wanted "Lisbon"'


def test_each_broken_promise_has_its_own_problem() -> None:
    change = change_of(desired(location="Lisbon", alias="Annie", max_chat_limit=3), live())
    assert fields_of(seen(change, live(max_chat_limit=3)).problems) == ["alias", "location"]


def test_L_14_an_account_that_should_be_closed_is_told_loudly() -> None:
    (problem,) = seen(LEAVE, live(teams=["VIP"])).problems
    assert problem.summary == "CAN STILL SIGN IN: wanted Inactive, is Active"
    assert problem.code == "L-14"


def test_L_14_whoever_can_still_sign_in_stands_first() -> None:
    others = [change_of(desired(f"{name}@acme.example", alias="x"), live(f"{name}@acme.example")) for name in "bc"]
    receipts = verify(map(sent, [*others, LEAVE]), snapshot(live(), *map(after, others)))
    assert [receipt.change for receipt in receipts] == [LEAVE, *others]


def test_L_14_the_open_account_stands_before_other_values_of_the_person() -> None:
    change = change_of(desired(status="Inactive", agent_number="A-1"), live())
    assert [problem.code for problem in seen(change, live()).problems] == ["L-14", "L-10"]


def test_L_14_the_account_is_looked_at_even_where_the_plan_does_not_list_it() -> None:
    assert seen(replace(LEAVE, fields=()), live()).problems[0].code == "L-14"
    assert fields_of(seen(replace(START, fields=()), after(START, status="Inactive")).problems) == ["status"]


def test_D_76_listed_teams_of_somebody_inactive_are_not_compared() -> None:
    teams = FieldChange("teams", frozenset(), frozenset({"VIP"}), None)
    change = replace(LEAVE, fields=(*LEAVE.fields, teams))
    assert seen(change, after(LEAVE, teams=[])).outcome is Outcome.CONFIRMED


def test_D_76_listed_teams_of_somebody_who_stays_inactive_are_not_compared() -> None:
    change = change_of(desired(alias="Annie"), live(status="Inactive"))
    teams = FieldChange("teams", frozenset(), frozenset({"VIP"}), None)
    stays = replace(change, fields=(*change.fields, teams))
    assert seen(stays, after(change, teams=[])).outcome is Outcome.CONFIRMED


@pytest.mark.parametrize("change", [LEAVE, RETURN, START], ids=lambda change: change.action.value)
def test_the_account_is_confirmed_even_where_the_plan_does_not_list_it(change: Change) -> None:
    assert seen(replace(change, fields=()), after(change)).outcome is Outcome.CONFIRMED


def test_D_76_teams_of_somebody_inactive_are_not_compared() -> None:
    assert seen(LEAVE, after(LEAVE, teams=["VIP"])).outcome is Outcome.CONFIRMED


def test_a_create_that_made_an_inactive_account_is_not_confirmed() -> None:
    assert fields_of(seen(START, after(START, status="Inactive")).problems) == ["status"]


def test_D_76_a_reactivation_promises_all_teams_that_its_row_states() -> None:
    change = change_of(desired(status="Active"), live(status="Inactive", teams=["VIP"]))
    assert fields_of(seen(change, after(change, teams=[])).problems) == ["teams"]


def test_L_16_a_location_in_another_case_is_the_same() -> None:
    assert seen(MOVE, after(MOVE, location="LISBON")).outcome is Outcome.CONFIRMED


def test_a_promised_value_that_was_not_read_is_not_confirmed() -> None:
    change = change_of(desired(location=None), live())
    user = after(change)
    values = {name: value for name, value in user.values.items() if name != "location"}
    assert seen(change, replace(user, values=values)).outcome is Outcome.NOT_CONFIRMED


def test_L_17_two_accounts_with_the_address_are_not_confirmed() -> None:
    (receipt,) = verify([sent(MOVE)], snapshot(doubled=[after(MOVE), replace(after(MOVE), ident="other")]))
    assert receipt.outcome is Outcome.NOT_CONFIRMED
    assert receipt.problems[0].code == "L-17"


def test_L_11_another_account_under_the_address_is_not_confirmed() -> None:
    (problem,) = seen(MOVE, replace(after(MOVE), ident="other")).problems
    assert "another account has this address now" in problem.summary


def test_an_error_placed_on_a_person_who_is_as_promised_becomes_a_warning() -> None:
    receipt = seen(MOVE, after(MOVE), hints=[Problem("Non-empty string", code=ERROR)])
    assert receipt.outcome is Outcome.CONFIRMED
    assert [problem.severity for problem in receipt.problems] == [Severity.WARNING]


def test_an_error_placed_on_a_person_who_is_not_as_promised_rejects() -> None:
    receipt = seen(MOVE, live(location="Porto"), hints=[Problem("Non-empty string", code=ERROR)])
    assert receipt.outcome is Outcome.REJECTED
    assert [problem.code for problem in receipt.problems] == ["L-10", ERROR]


@pytest.mark.parametrize("code", [WARNING, MAYBE])
def test_L_12_a_warning_or_a_hint_rejects_nobody(code: str) -> None:
    receipt = seen(MOVE, live(location="Porto"), hints=[Problem("Non-empty string", code=code)])
    assert receipt.outcome is Outcome.NOT_CONFIRMED
    assert code in [problem.code for problem in receipt.problems]


def test_a_hint_that_meant_somebody_else_is_dropped() -> None:
    assert seen(MOVE, after(MOVE), hints=[Problem("x", code=MAYBE, severity=Severity.NOTE)]).problems == ()


@EVERY_SORT
def test_somebody_who_is_not_there_is_told_with_the_place_and_what_to_do(change: Change) -> None:
    (problem,) = seen(change).problems
    assert (problem.summary, problem.hint) == (
        f"{change.email}: the platform shows nobody with this address",
        "look at it in the portal",
    )
    assert (problem.mark, problem.user, problem.code) == (change.mark, change.key, "L-10")


def test_L_10_an_ignored_field_is_told_with_what_to_do() -> None:
    (problem,) = seen(MOVE, live(location="Porto")).problems
    assert (problem.code, problem.hint) == (
        "L-10",
        "somebody may have changed it meanwhile; run `reconciler drift`",
    )


def test_L_10_without_a_known_job_none_is_named() -> None:
    (receipt,) = verify([Receipt(MOVE, Outcome.UNKNOWN)], snapshot(live(location="Porto")))
    assert receipt.problems[0].summary == 'the platform still says "Porto", wanted "Lisbon"'


def test_L_10_an_account_that_stayed_closed_is_told_as_one_of_its_two_words() -> None:
    change = change_of(desired(status="Active"), live(status="Inactive"))
    (problem,) = seen(change, live(status="Inactive")).problems
    assert problem.summary == 'after job 12345 the platform still says "Inactive", wanted "Active"'


def test_a_promise_without_a_place_of_its_own_is_told_at_the_place_of_the_person() -> None:
    bare = tuple(replace(part, mark=None) for part in MOVE.fields)
    (problem,) = seen(replace(MOVE, fields=bare), live(location="Porto")).problems
    assert problem.mark == MOVE.mark


def test_L_14_an_open_account_is_told_with_its_place_and_what_to_do() -> None:
    (problem,) = seen(LEAVE, live(teams=["VIP"])).problems
    assert problem.hint == "run again; if it stays, deactivate the person in the portal now"
    assert (problem.mark, problem.user, problem.field) == (LEAVE.mark, ANA, "status")


def test_L_14_an_open_account_is_told_at_the_place_of_the_person_where_it_has_none() -> None:
    bare = tuple(replace(part, mark=None) for part in LEAVE.fields)
    (problem,) = seen(replace(LEAVE, fields=bare), live(teams=["VIP"])).problems
    assert problem.mark == LEAVE.mark


def test_L_17_two_accounts_with_the_address_are_told() -> None:
    (receipt,) = verify([sent(MOVE)], snapshot(doubled=[after(MOVE), replace(after(MOVE), ident="other")]))
    (problem,) = receipt.problems
    assert problem.summary == f"{ANA}: two accounts have this address now, nobody can tell them apart"


def test_L_11_another_account_under_the_address_is_told() -> None:
    (problem,) = seen(MOVE, replace(after(MOVE), ident="other")).problems
    assert (problem.summary, problem.code) == (f"{ANA}: another account has this address now", "L-11")


def test_the_doubled_address_of_others_says_nothing_of_somebody_absent() -> None:
    (receipt,) = verify([sent(MOVE)], snapshot(doubled=[live(BO, ident="1"), live(BO, ident="2")]))
    assert [problem.code for problem in receipt.problems] == ["L-10"]


@pytest.mark.parametrize("outcome", [Outcome.NOT_SENT, Outcome.LEFT_OUT])
def test_who_was_not_sent_stays_so(outcome: Outcome) -> None:
    receipt = sent(MOVE, outcome=outcome)
    assert verify([receipt], snapshot(after(MOVE))) == (receipt,)


def test_N_63_a_row_of_a_refused_file_stays_rejected() -> None:
    receipt = sent(MOVE, Problem("not carried out", code=REFUSED), outcome=Outcome.REJECTED)
    assert verify([receipt], snapshot(live(location="Porto"))) == (receipt,)


@pytest.mark.parametrize("code", [ERROR, WARNING])
@pytest.mark.parametrize("user", [live(location="Porto"), after(MOVE)])
def test_asked_again_with_its_own_answer_it_says_the_same(user: LiveUser, code: str) -> None:
    once = verify([sent(MOVE, Problem("x", code=code))], snapshot(user))
    assert verify(once, snapshot(user)) == once


def test_L_13_a_value_that_goes_again_rejects_again() -> None:
    early = verify([sent(MOVE, Problem("x", code=ERROR))], snapshot(after(MOVE)))
    (late,) = verify(early, snapshot(live(location="Porto")))
    assert (late.outcome, late.problems[-1].severity) == (Outcome.REJECTED, Severity.ERROR)


def test_L_13_a_late_value_confirms_what_was_not_confirmed() -> None:
    early = verify([sent(MOVE)], snapshot(live(location="Porto")))
    assert verify(early, snapshot(after(MOVE)))[0].outcome is Outcome.CONFIRMED


names = st.frozensets(st.sampled_from(["Admin", "Agent", "Manager"]), min_size=1)
teams = st.frozensets(st.sampled_from(["VIP", "Billing ES"]))


def values_of(field: Field) -> st.SearchStrategy[Value]:
    """Values that a file may promise for a field."""
    if isinstance(field.kind, Names):
        return names if field.name == "roles" else teams
    if isinstance(field.kind, Count):
        return st.integers(field.kind.least, field.kind.most)
    if isinstance(field.kind, Pattern):
        return st.sampled_from(["+34915550123", "+34915550124", "1234", "5678"])
    if field.kind is ACCOUNT:
        return st.sampled_from(["Active", "Inactive"])
    if field.kind is FLAG:
        return st.booleans()
    texts = st.text("abcdeéß", min_size=1, max_size=3)
    return texts | st.none() if field.kind is PLACE else texts


records = st.fixed_dictionaries({field.name: values_of(field) for field in MANAGED_FIELDS})


@given(records, records, st.data())
def test_nobody_is_confirmed_while_any_promised_value_differs(
    before: dict[str, Any], wanted: dict[str, Any], data: st.DataObject
) -> None:
    plan = plan_of([desired(**wanted)], [live(**before)])
    assume(plan.changes)
    (change,) = plan.changes
    assert seen(change, after(change)).outcome is Outcome.CONFIRMED
    promise = data.draw(st.sampled_from(change.fields))
    kind = next(field.kind for field in MANAGED_FIELDS if field.name == promise.field)
    spoilt = data.draw(values_of(next(field for field in MANAGED_FIELDS if field.name == promise.field)))
    assume(not kind.same(spoilt, promise.after))
    receipt = seen(change, after(change, **{promise.field: spoilt}))
    assert receipt.outcome is Outcome.NOT_CONFIRMED
    assert promise.field in fields_of(receipt.problems)


@given(records, records)
def test_an_untouched_person_is_never_confirmed(before: dict[str, Any], wanted: dict[str, Any]) -> None:
    user = live(**before)
    for change in plan_of([desired(**wanted)], [user]).changes:
        assert seen(change, user).outcome is Outcome.NOT_CONFIRMED


# Unpromised values of planned people


@EVERY_SORT
def test_what_was_promised_is_not_unpromised(change: Change) -> None:
    assert unpromised([change], snapshot(after(change)), whole=True) == ()


def test_L_11_a_role_that_nobody_promised_is_an_error() -> None:
    (problem,) = unpromised([MOVE], snapshot(after(MOVE, roles=["Agent", "Admin"])))
    assert problem.summary == 'was "Agent", is "Admin, Agent", though nobody planned it'
    assert (problem.severity, problem.user, problem.mark) == (Severity.ERROR, ANA, MOVE.mark)


def test_another_value_was_edited_meanwhile() -> None:
    (problem,) = unpromised([MOVE], snapshot(after(MOVE, alias="Annie")))
    assert problem.summary == 'edited meanwhile: was (none), is "Annie"'
    assert problem.severity is Severity.NOTE


def test_of_a_first_row_every_unpromised_value_is_an_error() -> None:
    assert errors_of(unpromised([MOVE], snapshot(after(MOVE, alias="Annie")), whole=True))


def test_L_15_the_platform_may_empty_the_teams_of_whoever_is_deactivated() -> None:
    assert unpromised([LEAVE], snapshot(after(LEAVE, teams=[])), whole=True) == ()


def test_a_deactivation_that_takes_a_role_too_is_an_error() -> None:
    assert fields_of(errors_of(unpromised([LEAVE], snapshot(after(LEAVE, roles=[]))))) == ["roles"]


def test_a_reactivation_that_lost_its_teams_is_left_to_the_receipt() -> None:
    assert unpromised([RETURN], snapshot(after(RETURN, teams=[]))) == ()


def test_L_11_a_team_that_nobody_gave_to_somebody_new_is_an_error() -> None:
    change = change_of(newcomer())
    assert fields_of(errors_of(unpromised([change], snapshot(after(change, teams=["VIP"]))))) == ["teams"]


def test_what_the_platform_fills_in_for_somebody_new_is_its_own_affair() -> None:
    assert unpromised([START], snapshot(after(START, agent_number="A-1")), whole=True) == ()


# Bystanders


def test_nothing_changed_is_nothing_told() -> None:
    people = [live(), live(BO, teams=["VIP"])]
    assert bystanders(snapshot(*people), snapshot(*people), frozenset()) == ()


@pytest.mark.parametrize(
    ("field", "value"), [("status", "Inactive"), ("roles", ["Agent", "Admin"]), ("roles", []), ("teams", ["VIP"])]
)
def test_L_11_account_roles_and_teams_of_a_bystander_are_errors(field: str, value: Any) -> None:
    problems = bystanders(snapshot(live()), snapshot(live(**{field: value})), frozenset({BO}))
    assert fields_of(errors_of(problems)) == [field]


def test_L_11_another_value_of_a_bystander_is_a_note() -> None:
    (problem,) = bystanders(snapshot(live()), snapshot(live(alias="Annie")), frozenset())
    assert (problem.severity, problem.user, problem.field) == (Severity.NOTE, ANA, "alias")


def test_planned_people_are_no_bystanders() -> None:
    assert bystanders(snapshot(live()), snapshot(live(roles=["Admin"])), frozenset({ANA})) == ()


def test_a_planned_new_person_is_no_bystander() -> None:
    assert bystanders(snapshot(), snapshot(live()), frozenset({ANA})) == ()


def test_an_account_that_nobody_planned_is_an_error() -> None:
    (problem,) = errors_of(bystanders(snapshot(), snapshot(live()), frozenset({BO})))
    assert problem.summary == "Ana Reyes: a new account, though nobody planned it"


def test_an_account_that_is_gone_is_an_error() -> None:
    (problem,) = errors_of(bystanders(snapshot(live()), snapshot(), frozenset({BO})))
    assert problem.summary == "Ana Reyes: an account that was there is gone"


def test_an_account_that_moved_to_another_address_is_told_as_one() -> None:
    problems = errors_of(bystanders(snapshot(live(ident="7")), snapshot(live(BO, ident="7")), frozenset()))
    assert [problem.summary for problem in problems] == [f"Ana Reyes: the account of {ANA} has this address now"]


def test_L_11_a_row_that_took_the_account_of_a_bystander_is_an_error() -> None:
    problems = bystanders(snapshot(live(ident="7")), snapshot(live(BO, ident="7")), frozenset({BO}))
    assert errors_of(problems)


def test_L_17_a_bystander_whose_address_became_doubled_is_told_by_the_new_account() -> None:
    twins = [live(ident="7"), live(ident="8")]
    problems = errors_of(bystanders(snapshot(live(ident="7")), snapshot(doubled=twins), frozenset()))
    assert [problem.user for problem in problems] == [ANA]


def test_people_without_an_address_are_bystanders_too() -> None:
    before, fresh = (LiveUser("", "7", "", {"roles": frozenset(roles)}) for roles in ([], ["Admin"]))
    assert errors_of(bystanders(snapshot(nameless=[before]), snapshot(nameless=[fresh]), frozenset()))


def test_only_the_spelling_of_an_address_is_no_change() -> None:
    fresh = live("Ana@acme.example", ident="7")
    assert bystanders(snapshot(live(ident="7")), snapshot(fresh), frozenset()) == ()


def test_an_account_that_came_is_told_with_what_to_do() -> None:
    (problem,) = bystanders(snapshot(), snapshot(live()), frozenset())
    assert (problem.user, problem.code, problem.hint) == (ANA, "L-11", "look at it in the portal")


def test_a_value_that_nobody_planned_has_its_code_and_no_place() -> None:
    (problem,) = bystanders(snapshot(live()), snapshot(live(roles=["Admin"])), frozenset())
    assert (problem.code, problem.user, problem.field, problem.mark) == ("L-11", ANA, "roles", None)


def test_a_value_edited_meanwhile_has_its_code() -> None:
    (problem,) = bystanders(snapshot(live()), snapshot(live(alias="Annie")), frozenset())
    assert problem.code == "edited.meanwhile"


def test_every_bystander_after_an_unchanged_one_is_looked_at() -> None:
    before, fresh = snapshot(live(), live(BO)), snapshot(live(), live(BO, roles=["Admin"]))
    assert [problem.user for problem in bystanders(before, fresh, frozenset())] == [BO]


def test_problems_of_one_weight_stand_by_address() -> None:
    before, fresh = snapshot(live(BO), live()), snapshot(live(BO, alias="B"), live(alias="A"))
    assert [problem.user for problem in bystanders(before, fresh, frozenset())] == [ANA, BO]


def test_L_15_the_teams_of_a_bystander_whose_account_changed_are_not_told_beside_it() -> None:
    open_, closed = snapshot(live(teams=["VIP"])), snapshot(live(status="Inactive"))
    assert fields_of(bystanders(open_, closed, frozenset())) == ["status"]
    assert fields_of(bystanders(closed, open_, frozenset())) == ["status"]


def test_errors_stand_before_notes() -> None:
    before = snapshot(live(), live(BO))
    fresh = snapshot(live(alias="Annie"), live(BO, roles=["Admin"]))
    assert [problem.user for problem in bystanders(before, fresh, frozenset())] == [BO, ANA]


# The second pass


@pytest.mark.parametrize("change", [RETURN, START], ids=lambda change: change.action.value)
def test_lost_teams_are_given_once_more(change: Change) -> None:
    user = after(change, teams=[])
    (again,) = lost_teams(verify([sent(change)], snapshot(user)), snapshot(user))
    (promise,) = again.fields
    assert (again.action, again.key, again.ident) == (Action.UPDATE, change.key, user.ident)
    assert (promise.field, promise.before, promise.after) == ("teams", frozenset(), frozenset({"VIP"}))
    assert again.before == user.values
    assert again.wanted == {**user.values, "teams": frozenset({"VIP"})}


def test_the_second_pass_states_the_fresh_record() -> None:
    (again,) = lost_teams([sent(START)], snapshot(after(START, teams=[], agent_number="A-1")))
    assert again.wanted["agent_number"] == "A-1"


@EVERY_SORT
def test_teams_that_were_kept_need_no_second_pass(change: Change) -> None:
    assert lost_teams([sent(change)], snapshot(after(change))) == ()


@pytest.mark.parametrize("user", [None, after(RETURN, status="Inactive", teams=[])])
def test_an_account_that_is_not_as_promised_gets_no_second_pass(user: LiveUser | None) -> None:
    assert lost_teams([sent(RETURN)], snapshot(*([user] if user else []))) == ()


def test_an_edit_that_lost_teams_gets_no_second_pass() -> None:
    change = change_of(desired(teams=["VIP"]), live())
    assert lost_teams([sent(change)], snapshot(live())) == ()


def test_who_was_not_sent_gets_no_second_pass() -> None:
    assert lost_teams([sent(START, outcome=Outcome.NOT_SENT)], snapshot(after(START, teams=[]))) == ()


# Before a job is started


def batch_of(*changes: Change) -> Batch:
    """A batch of these changes."""
    return Batch(1, tuple(Row(change, {}) for change in changes), b"[]", "0" * 16)


def test_people_who_are_as_planned_have_not_moved() -> None:
    fresh = snapshot(live(location="Porto"), live(BO, roles=["Admin"]))
    assert moved(batch_of(MOVE, START), fresh) == ()


@pytest.mark.parametrize(
    ("field", "value"), [("location", "Lisbon"), ("roles", ["Admin"]), ("alias", "Annie"), ("status", "Inactive")]
)
def test_L_03_any_edit_of_a_planned_person_stops_the_batch(field: str, value: Any) -> None:
    (problem,) = moved(batch_of(MOVE), snapshot(live(**{"location": "Porto", field: value})))
    assert (problem.code, problem.user, problem.field) == ("L-03", ANA, field)


def test_L_03_both_values_are_told() -> None:
    (problem,) = moved(batch_of(MOVE), snapshot(live(location="Faro")))
    assert problem.summary == 'approved with "Porto" before the change, now "Faro"'


def test_L_03_a_moved_value_is_told_at_the_place_of_the_person() -> None:
    (problem,) = moved(batch_of(MOVE), snapshot(live(location="Faro")))
    assert (problem.mark, problem.hint) == (MOVE.mark, "run again and approve the new plan")


@pytest.mark.parametrize(
    ("change", "fresh", "said"),
    [
        (START, [after(START)], "approved as somebody new, now the platform has this address"),
        (MOVE, [], "approved as somebody known, now the platform has nobody or two with this address"),
        (MOVE, [live(location="Porto", ident="other")], "another account has this address now"),
    ],
    ids=["came", "went", "another"],
)
def test_L_03_what_became_of_a_planned_person_is_told(change: Change, fresh: list[LiveUser], said: str) -> None:
    (problem,) = moved(batch_of(change), snapshot(*fresh))
    assert (problem.summary, problem.user, problem.code, problem.field) == (said, change.key, "L-03", "")


def test_the_doubled_address_of_others_does_not_stop_somebody_new() -> None:
    assert moved(batch_of(START), snapshot(doubled=[live(BO, ident="1"), live(BO, ident="2")])) == ()


def test_L_03_somebody_new_who_is_there_already_stops_the_batch() -> None:
    assert moved(batch_of(START), snapshot(after(START)))
    assert moved(batch_of(START), snapshot(doubled=[after(START)] * 2))


def test_L_03_somebody_who_is_gone_or_another_stops_the_batch() -> None:
    assert moved(batch_of(MOVE), snapshot())
    assert moved(batch_of(MOVE), snapshot(live(location="Porto", ident="other")))


def test_teams_of_somebody_inactive_do_not_count_as_moved() -> None:
    assert moved(batch_of(RETURN), snapshot(live(status="Inactive", teams=["VIP"]))) == ()
