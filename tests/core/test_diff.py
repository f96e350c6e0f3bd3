"""Declared people against live people: what becomes a change, a note, or a reason to leave somebody out."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from reconciler.core.diff import diff, require_agreement
from reconciler.core.draft import Draft
from reconciler.model.errors import ReconcilerError, RunRefused
from reconciler.model.plan import Action, Change, LeftOut, Plan
from reconciler.model.settings import Counted
from reconciler.model.source import Severity
from reconciler.model.users import DesiredUser, LiveUser
from tests.builders import (
    ANA,
    ROLES,
    SETTINGS,
    SETTINGS_FILE,
    TEAMS,
    desired,
    live,
    located,
    mark,
    newcomer,
    plan_of,
    rule,
    settings,
    snapshot,
    template,
)

BO = "bo@acme.example"
FULL = [f"Role {number}" for number in range(11)]


def change_of(plan: Plan) -> Change:
    assert plan.left_out == ()
    (change,) = plan.changes
    return change


def left_out(plan: Plan) -> LeftOut:
    assert plan.changes == ()
    (left,) = plan.left_out
    return left


def promised(plan: Plan) -> dict[str, tuple[Any, Any]]:
    return {part.field: (part.before, part.after) for part in change_of(plan).fields}


# what is compared


def test_a_value_that_differs_is_promised_with_its_place() -> None:
    change = change_of(plan_of([desired(location="Lisbon", line=7)], [live()]))
    (part,) = change.fields
    assert (part.field, part.before, part.after, part.mark) == ("location", "Madrid", "Lisbon", mark(7))
    assert (change.action, change.key, change.ident, change.name) == (
        Action.UPDATE,
        ANA,
        "id-ana@acme.example",
        "Ana Reyes",
    )


def test_somebody_as_declared_is_unchanged() -> None:
    plan = plan_of([desired(location="Madrid", roles=["Agent"])], [live()])
    assert (plan.changes, plan.unchanged) == ((), 1)


def test_what_is_not_declared_is_not_managed_and_stands_in_the_row_as_it_is() -> None:
    change = change_of(plan_of([desired(alias="Annie")], [live(agent_number="4711")]))
    assert change.wanted == {**change.before, "alias": "Annie"}


def test_a_location_can_be_cleared() -> None:
    assert promised(plan_of([desired(location=None)], [live()])) == {"location": ("Madrid", None)}


def test_clearing_what_is_not_there_is_no_change() -> None:
    assert plan_of([desired(location=None)], [live(location=None)]).unchanged == 1


@pytest.mark.parametrize("spelling", ["madrid", "MADRID", "Madrid"])
def test_the_case_of_a_location_alone_is_no_change(spelling: str) -> None:
    assert plan_of([desired(location=spelling)], [live()]).unchanged == 1


def test_a_value_that_means_the_same_is_sent_as_it_is_live() -> None:
    assert change_of(plan_of([desired(location="MADRID", alias="A")], [live()])).wanted["location"] == "Madrid"


def test_D_72_composed_and_decomposed_letters_are_no_change() -> None:
    assert plan_of([desired(last_name="Rey\u00e9")], [live(last_name="Reye\u0301")]).unchanged == 1


def test_D_72_a_composed_team_is_the_templates_decomposed_one() -> None:
    names = template(teams=["Cafe\u0301"])
    plan = plan_of([desired(teams=["Caf\u00e9"])], [live()], template=names)
    assert promised(plan) == {"teams": (frozenset(), {"Cafe\u0301"})}


def test_D_72_plain_names_beside_it_change_nothing() -> None:
    names = template(teams=["Cafe\u0301", "VIP"])
    plan = plan_of([desired(teams=["VIP", "Caf\u00e9"])], [live()], template=names)
    assert promised(plan) == {"teams": (frozenset(), {"Cafe\u0301", "VIP"})}


def test_D_60_the_case_of_an_address_alone_is_no_change_and_the_row_has_the_live_spelling() -> None:
    plan = plan_of([desired("ANA@acme.example", alias="Annie")], [live("Ana@Acme.example")])
    change = change_of(plan)
    assert (change.key, change.email) == (ANA, "Ana@Acme.example")
    assert [part.field for part in change.fields] == ["alias"]


def test_fields_stand_in_the_order_of_the_table() -> None:
    plan = plan_of([desired(teams=["VIP"], location="Lisbon", first_name="Anna")], [live()])
    assert list(promised(plan)) == ["first_name", "location", "teams"]


def test_changes_are_sorted_by_address() -> None:
    declared = [desired(f"{name}@acme.example", alias="x") for name in "cab"]
    plan = plan_of(declared, [live(f"{name}@acme.example") for name in "bca"])
    assert [change.key[0] for change in plan.changes] == ["a", "b", "c"]


def test_a_promise_names_the_profiles_that_take_part_in_it() -> None:
    declared = replace(desired(location="Lisbon", alias="A"), profiles={"location": ("office",)})
    fields = change_of(plan_of([declared], [live()])).fields
    assert {part.field: part.profiles for part in fields} == {"alias": (), "location": ("office",)}


# sets of names


def test_an_exact_list_is_the_whole_set() -> None:
    plan = plan_of([desired(teams=["VIP"])], [live(teams=["Billing ES"])])
    assert promised(plan) == {"teams": ({"Billing ES"}, {"VIP"})}


def test_at_least_and_never_leave_other_names_alone() -> None:
    plan = plan_of(
        [desired(teams=rule(at_least=["VIP"], never=["Retention ES"]))],
        [live(teams=["Billing ES", "Retention ES"])],
    )
    assert promised(plan) == {"teams": ({"Billing ES", "Retention ES"}, {"Billing ES", "VIP"})}


@pytest.mark.parametrize(("field", "code"), [("roles", "D-65"), ("teams", "D-71")])
def test_D_65_D_71_an_unknown_name_leaves_the_person_out_and_names_the_nearest(field: str, code: str) -> None:
    known = {"roles": "Agent", "teams": "VIP"}[field]
    values: dict[str, Any] = {field: [f"{known}s"]}
    plan = plan_of([desired(ANA, **values), desired(BO, alias="B")], [live(), live(BO)])
    (left,) = plan.left_out
    assert (left.key, left.name, left.problem.code, left.problem.mark) == (ANA, "Ana Reyes", code, mark(1))
    assert left.problem.summary.startswith(f'{field}: the platform has no {field[:-1]} "{known}s".')
    assert f'Did you mean "{known}"?' in left.problem.summary
    assert [change.key for change in plan.changes] == [BO]


@pytest.mark.parametrize("spelling", ["agent", "AGENT", "Agent ", "\u0410gent"])
def test_D_65_a_role_must_be_spelled_as_the_platform_does(spelling: str) -> None:
    assert left_out(plan_of([desired(roles=[spelling])], [live()])).problem.code == "D-65"


def test_a_name_that_must_never_be_held_has_to_exist_too() -> None:
    assert left_out(plan_of([desired(teams=rule(never=["VIPs"]))], [live()])).problem.code == "D-71"


def test_D_71_a_team_that_the_platform_has_twice_cannot_be_managed() -> None:
    sample = template(teams=["VIP", "VIP", "Billing ES"])
    twice = type(sample)(sample.sample, sample.roles, ("Billing ES",))
    problem = left_out(plan_of([desired(teams=["VIP"])], [live()], template=twice)).problem
    assert "several teams named" in problem.summary


@pytest.mark.parametrize("field", ["roles", "teams"])
def test_L_18_who_holds_a_name_that_no_row_can_state_is_left_alone(field: str) -> None:
    held: dict[str, Any] = {"roles": ["Agent", "Ghost"], "teams": ["Ghost"]}
    problem = left_out(plan_of([desired(alias="x")], [live(**{field: held[field]})])).problem
    assert problem.code == "L-18"
    assert "Ghost" in problem.summary


def test_L_18_who_holds_such_a_name_and_needs_no_row_is_unchanged() -> None:
    assert plan_of([desired(location="Madrid")], [live(teams=["Ghost"])]).unchanged == 1


def test_a_team_that_no_row_can_state_does_not_keep_anybody_from_losing_access() -> None:
    assert change_of(plan_of([desired(status="Inactive")], [live(teams=["Ghost"])])).action is Action.DEACTIVATE


@pytest.mark.parametrize(("count", "planned"), [(10, 1), (11, 0)])
def test_D_75_nobody_gets_more_than_ten_roles(count: int, planned: int) -> None:
    declared = desired(roles=rule(at_least=FULL[1:2]))
    plan = plan_of([declared], [live(roles=[FULL[0], *FULL[2:count]])], template=template(roles=FULL))
    assert len(plan.changes) == planned
    assert [left.problem.code for left in plan.left_out] == ["D-75"] * (1 - planned)


def test_unknown_22_nobody_is_written_without_a_role() -> None:
    problem = left_out(plan_of([desired(alias="x")], [live(roles=[])])).problem
    assert (problem.code, "roles: [...]" in problem.hint) == ("D-75", True)


def test_unknown_22_nobody_loses_the_last_role() -> None:
    assert left_out(plan_of([desired(roles=rule(never=["Agent"]))], [live()])).problem.code == "D-75"


# new people


def test_somebody_new_is_created_active_with_all_that_is_declared() -> None:
    change = change_of(plan_of([newcomer("New@acme.example", location="Lisbon", teams=["VIP"])]))
    assert (change.action, change.key, change.email, change.ident) == (
        Action.CREATE,
        "new@acme.example",
        "New@acme.example",
        "",
    )
    assert {part.field: part.after for part in change.fields} == {
        "first_name": "Nina",
        "last_name": "New",
        "status": "Active",
        "location": "Lisbon",
        "roles": {"Agent"},
        "teams": {"VIP"},
    }
    assert {part.before for part in change.fields} == {None}
    assert change.before == {}


def test_the_record_of_somebody_new_says_nothing_where_nothing_is_declared() -> None:
    wanted = change_of(plan_of([newcomer()])).wanted
    assert (wanted["location"], wanted["teams"], wanted["email"]) == (None, frozenset(), "new@acme.example")


def test_clearing_a_location_of_somebody_new_promises_nothing() -> None:
    assert "location" not in promised(plan_of([newcomer(location=None)]))


def test_an_empty_list_of_teams_of_somebody_new_promises_nothing() -> None:
    assert "teams" not in promised(plan_of([newcomer(teams=[])]))


@pytest.mark.parametrize("missing", ["first_name", "last_name", "roles"])
def test_D_75_somebody_new_needs_names_and_a_role(missing: str) -> None:
    complete = newcomer()
    values = {name: value for name, value in complete.values.items() if name != missing}
    problem = left_out(plan_of([DesiredUser(complete.key, complete.email, values)])).problem
    assert f"{missing}: " in problem.hint
    assert problem.summary.startswith("a new person needs: ")


def test_at_least_one_role_is_enough_for_somebody_new() -> None:
    plan = plan_of([newcomer(roles=rule(at_least=["Agent"]))])
    assert promised(plan)["roles"] == (None, {"Agent"})


def test_unknown_25_inactive_and_not_on_the_platform_is_a_note() -> None:
    plan = plan_of([desired(status="Inactive", teams=["Ghost"])])
    assert (plan.changes, plan.left_out, plan.unchanged) == ((), (), 0)
    assert [(note.code, note.severity) for note in plan.notes] == [("inactive.unknown", Severity.NOTE)]


def test_unknown_25_the_note_says_what_becomes_of_the_entry() -> None:
    (note,) = plan_of([desired(status="Inactive", line=4)]).notes
    assert (note.summary, note.hint) == (
        "declared Inactive and not on the platform; nothing is sent",
        "the entry can be removed",
    )
    assert (note.mark, note.user, note.field) == (mark(4), ANA, "status")


@pytest.mark.parametrize("email", ["__x@acme.example", "__@acme.example"])
def test_D_64_an_address_that_begins_with_two_underscores_appears(email: str) -> None:
    there = [live(email)]
    assert change_of(plan_of([newcomer(email, roles=["Admin"])])).key == email
    assert change_of(plan_of([desired(email, alias="x")], there)).key == email
    assert change_of(plan_of([desired(email, status="Inactive")], there)).key == email


# the account


def test_declared_inactive_deactivates_and_other_changes_ride_along() -> None:
    plan = plan_of([desired(status="Inactive", alias="gone")], [live(teams=["VIP"])])
    assert change_of(plan).action is Action.DEACTIVATE
    assert promised(plan) == {"alias": (None, "gone"), "status": ("Active", "Inactive")}
    assert change_of(plan).wanted["teams"] is None


def test_D_76_teams_of_people_who_are_inactive_after_the_plan_are_not_compared() -> None:
    assert plan_of([desired(status="Inactive", teams=["VIP"])], [live(status="Inactive")]).unchanged == 1
    assert plan_of([desired(teams=["VIP"])], [live(status="Inactive")]).unchanged == 1


def test_D_76_what_is_declared_behind_the_teams_of_a_leaver_is_still_compared() -> None:
    plan = plan_of([desired(teams=["VIP"], status="Inactive", alias="gone")], [live()])
    assert promised(plan) == {"alias": (None, "gone"), "status": ("Active", "Inactive")}


def test_D_76_a_leaver_is_not_kept_by_a_team_that_is_gone() -> None:
    plan = plan_of([desired(status="Inactive", teams=["Ghost"])], [live()])
    assert change_of(plan).action is Action.DEACTIVATE


def test_D_76_a_reactivation_states_all_teams() -> None:
    plan = plan_of([desired(status="Active", teams=rule(at_least=["VIP"]))], [live(status="Inactive")])
    assert change_of(plan).action is Action.REACTIVATE
    assert promised(plan) == {"status": ("Inactive", "Active"), "teams": (frozenset(), {"VIP"})}


def starting(**values: Any) -> DesiredUser:
    return replace(desired(**values), starts=located(date(2027, 1, 10), 8))


def test_nobody_is_signed_out_by_a_start_date() -> None:
    left = left_out(plan_of([starting(alias="x")], [live()]))
    assert (left.key, left.name, left.problem.code) == (ANA, "Ana Reyes", "starts.active")
    assert left.problem.summary == (
        "Ana Reyes is active now, and the files let the access begin on 2027-01-10; nobody is signed out by a "
        "start date"
    )
    assert left.problem.hint == (
        "remove the first_day line, or write  status: Inactive  to end the access until then"
    )
    assert (left.problem.mark, left.problem.user, left.problem.field) == (mark(8), ANA, "status")


def test_whoever_starts_later_and_is_not_there_yet_is_as_declared() -> None:
    plan = plan_of([starting(first_name="Ana", last_name="Reyes", roles=["Agent"])])
    assert (plan.changes, plan.left_out, plan.unchanged, plan.notes) == ((), (), 1, ())


def test_whoever_starts_later_and_is_inactive_is_kept_as_declared() -> None:
    assert promised(plan_of([starting(alias="x")], [live(status="Inactive")])) == {"alias": (None, "x")}


def test_an_account_that_is_not_declared_is_not_managed() -> None:
    plan = plan_of([desired(alias="x")], [live(status="Inactive")])
    assert (change_of(plan).action, change_of(plan).wanted["status"]) == (Action.UPDATE, "Inactive")
    assert change_of(plan).wanted["teams"] is None


# who is left out


def test_a_protected_account_is_left_out_with_the_place_that_protects_it() -> None:
    plan = plan_of([desired(alias="x")], [live()], settings=settings(protected=[ANA]))
    assert left_out(plan).problem.code == "protected"
    assert f"{SETTINGS_FILE}:6" in left_out(plan).problem.summary


def test_a_protected_account_as_declared_is_unchanged() -> None:
    assert plan_of([desired()], [live()], settings=settings(protected=[ANA])).unchanged == 1


def test_people_left_out_are_sorted_by_address() -> None:
    declared = [desired(f"{name}@acme.example", teams=["VIPs"]) for name in "cab"]
    plan = plan_of(declared, [live(f"{name}@acme.example") for name in "bca"])
    assert [left.key[0] for left in plan.left_out] == ["a", "b", "c"]


def test_somebody_new_who_is_left_out_is_named_as_declared() -> None:
    assert left_out(plan_of([newcomer(teams=["VIPs"])])).name == "Nina New"


def test_somebody_new_without_a_name_is_left_out_by_the_address_as_written() -> None:
    assert left_out(plan_of([desired("New@acme.example", teams=["VIPs"])])).name == "New@acme.example"


def test_L_17_two_live_accounts_with_the_declared_address_are_left_out() -> None:
    twins = [live(first_name="One"), live(first_name="Two")]
    problem = left_out(diff([desired()], snapshot(doubled=twins), SETTINGS)).problem
    assert problem.code == "L-17"
    assert "One Reyes" in problem.summary
    assert "Two Reyes" in problem.summary


def test_L_17_somebody_whose_address_two_accounts_have_is_named_as_declared() -> None:
    twins = [live(first_name="One"), live(first_name="Two")]
    assert left_out(diff([desired(first_name="Anna")], snapshot(doubled=twins), SETTINGS)).name == "Anna"


@pytest.mark.parametrize("field", ["agent_number", "extension_number"])
def test_L_17_who_shares_a_number_is_not_touched(field: str) -> None:
    people = [live(**{field: "4711"}), live(BO, **{field: "4711"})]
    assert left_out(plan_of([desired(alias="x"), desired(BO)], people)).problem.code == "L-17"


@pytest.mark.parametrize("field", ["agent_number", "extension_number"])
def test_a_number_that_somebody_live_holds_is_not_given_away(field: str) -> None:
    people = [live(BO, first_name="Bo", **{field: "4711"})]
    number: dict[str, Any] = {field: "4711"}
    for declared in (newcomer(**number), desired(**number)):
        problem = left_out(plan_of([declared, desired(BO)], [*people, live()])).problem
        assert problem.field == field
        assert "Bo Reyes" in problem.summary


def test_N_21_a_record_with_half_a_character_is_not_written() -> None:
    assert left_out(plan_of([desired(alias="x")], [live(last_name="R\ud800")])).problem.code == "N-21"


def test_N_21_replacing_the_broken_value_can_be_written() -> None:
    assert promised(plan_of([desired(last_name="Reyes")], [live(last_name="R\ud800")])).keys() == {"last_name"}


@pytest.mark.parametrize(("field", "value"), [("alias", "x"), ("teams", ["VIP"]), ("status", "Inactive")])
def test_a_field_that_the_template_does_not_have_leaves_the_person_out(field: str, value: object) -> None:
    values: dict[str, Any] = {field: value}
    plan = plan_of([desired(**values)], [live()], template=template(without=[field]))
    assert left_out(plan).problem.code == "template.field"


def test_D_75_a_live_person_without_a_name_needs_one_declared() -> None:
    assert "last_name: ..." in left_out(plan_of([desired(alias="x")], [live(last_name=None)])).problem.hint


# people in no file


def test_D_68_people_in_no_file_are_listed_and_nothing_happens_to_them() -> None:
    plan = plan_of([], [live(), live(BO, status="Inactive"), live("out@other.example")])
    assert (plan.changes, plan.not_in_files) == ((), (ANA,))


def test_D_68_people_in_no_file_lose_access_where_the_settings_say_so() -> None:
    plan = plan_of([], [live(), live("out@other.example")], settings=settings(not_in_files="deactivate"))
    change = change_of(plan)
    assert (change.action, change.key, change.mark) == (Action.DEACTIVATE, ANA, mark(7, file=SETTINGS_FILE))
    assert (promised(plan), plan.not_in_files) == ({"status": ("Active", "Inactive")}, ())


@pytest.mark.parametrize("mode", ["report", "deactivate"])
def test_a_protected_account_in_no_file_is_skipped_with_a_note(mode: str) -> None:
    plan = plan_of([], [live()], settings=settings(not_in_files=mode, protected=[ANA]))
    assert (plan.changes, plan.left_out, plan.not_in_files) == ((), (), ())
    assert [note.code for note in plan.notes] == ["protected"]


def test_the_note_on_a_protected_account_in_no_file_names_the_line_that_protects_it() -> None:
    (note,) = plan_of([], [live()], settings=settings(protected=[ANA])).notes
    assert note.summary == "Ana Reyes is in no file and protected, so nothing is done"
    assert (note.mark, note.user, note.severity) == (mark(6, file=SETTINGS_FILE), ANA, Severity.NOTE)


@pytest.mark.parametrize(
    ("pattern", "inside"), [("*@acme.example", True), ("A*", True), ("b*", False), ("*@acme", False)]
)
def test_scope_is_matched_on_the_whole_canonical_address(pattern: str, inside: bool) -> None:
    plan = plan_of([], [live()], settings=settings(scope=(pattern,)))
    assert plan.active == len(plan.not_in_files) == int(inside)


def test_active_counts_people_in_scope_before_the_plan() -> None:
    people = [live(), live(BO), live("c@acme.example", status="Inactive"), live("d@other.example")]
    assert plan_of([desired(status="Inactive")], people).active == 2


# only some people


def test_only_restricts_changes_and_reports_to_the_people_named() -> None:
    people: list[LiveUser] = [live(), live(BO), live("c@acme.example")]
    plan = plan_of([desired(alias="x"), desired(BO, alias="x")], people, only=[BO])
    assert ([change.key for change in plan.changes], plan.not_in_files) == ([BO], ())


def test_only_with_an_unknown_address_is_refused_with_the_nearest() -> None:
    with pytest.raises(RunRefused, match="Did you mean"):
        plan_of([desired()], [live()], only=["anna@acme.example"])


def test_only_with_an_unknown_address_says_what_to_write() -> None:
    with pytest.raises(RunRefused) as refused:
        plan_of([desired()], [live()], only=["zz@q.test", "xx@q.test", ANA])
    assert (refused.value.message, refused.value.hint) == (
        "xx@q.test is neither in the files nor on the platform.",
        "write the address as the file or the platform has it",
    )


def test_only_may_name_somebody_in_no_file() -> None:
    assert plan_of([], [live(), live(BO)], only=[BO]).not_in_files == (BO,)


def test_only_may_name_somebody_who_is_not_on_the_platform() -> None:
    plan = plan_of([newcomer(), newcomer(BO, agent_number="7")], [live()], only=[BO])
    assert [change.key for change in plan.changes] == [BO]


def test_only_may_name_an_address_that_two_accounts_share() -> None:
    twins = [live(ident="1"), live(ident="2")]
    assert diff([desired(BO)], snapshot(live(BO), doubled=twins), SETTINGS, frozenset({ANA})).unchanged == 0


def test_only_may_name_an_earlier_address_that_nobody_has() -> None:
    plan = plan_of([desired(BO, previous=[ANA])], only=[ANA])
    assert [left.key for left in plan.left_out] == [BO]


# around the plan


def test_a_plan_counts_what_its_changes_count_as() -> None:
    plan = plan_of([newcomer(roles=["Admin"])])
    assert change_of(plan).counted == {Counted.CREATE, Counted.PRIVILEGED_GRANT}


def test_a_plan_has_a_digest_and_a_number() -> None:
    plan = plan_of([newcomer()])
    assert len(plan.digest) == 64
    assert plan.number == plan.digest[:8]


def test_two_comparisons_that_disagree_end_the_run() -> None:
    draft = Draft(Action.UPDATE, ANA, ANA, live(), desired(), mark(), {"alias": "x"}, ("alias",), {})
    require_agreement([draft], frozenset({(ANA, "alias")}))
    for found in (frozenset[tuple[str, str]](), frozenset({(ANA, "alias"), (ANA, "location")})):
        with pytest.raises(ReconcilerError, match="internal disagreement"):
            require_agreement([draft], found)


def test_two_comparisons_that_disagree_name_the_first_difference_and_say_that_nothing_was_sent() -> None:
    with pytest.raises(ReconcilerError) as refused:
        require_agreement([], frozenset({(BO, "alias"), (ANA, "location")}))
    assert (refused.value.message, refused.value.hint) == (
        f"internal disagreement: two comparisons of the same people differ, first at {(ANA, 'location')}",
        "nothing was sent; this is a mistake of the tool, please report it with the line above",
    )


def test_no_plan_is_made_where_the_two_comparisons_disagree() -> None:
    number_for_flag = live(external_user=1)
    with pytest.raises(ReconcilerError, match="internal disagreement"):
        plan_of([desired(external_user=True, alias="x")], [number_for_flag])


def test_both_comparisons_agree_on_everything_at_once() -> None:
    keys = [f"p{number}@acme.example" for number in range(40)]
    declared = [desired(key, roles=[*ROLES], teams=[*TEAMS], location=None, alias="x") for key in keys]
    plan = plan_of(declared, map(live, keys[:30]))
    assert (len(plan.changes), len(plan.left_out)) == (30, 10)
