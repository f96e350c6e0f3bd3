"""Rows, batches and bytes: nobody lost or doubled, nothing taken before it is given."""

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.impact import holders
from reconciler.core.pack import encode_row, lowered, pack, would_break
from reconciler.model.batch import Batch
from reconciler.model.errors import RunRefused
from reconciler.model.fields import FIELDS
from reconciler.model.plan import Change
from reconciler.model.settings import Minimum
from reconciler.model.users import DesiredUser, LiveUser, Template
from tests.builders import ANA, TEMPLATE, desired, live, minimum, newcomer, plan_of, template


def change_of(user: DesiredUser, *people: LiveUser, template: Template | None = None) -> Change:
    """The one change of a plan."""
    (change,) = plan_of([user], people, template=template).changes
    return change


def body_of(user: DesiredUser, *people: LiveUser) -> Mapping[str, Any]:
    """The row of the one change of a plan."""
    return encode_row(change_of(user, *people), TEMPLATE).body


def values_of(names: list[dict[str, str]]) -> dict[str, str]:
    """Role or team values of a row by name."""
    return {item["name"]: item["value"] for item in names}


def people_of(batches: tuple[Batch, ...]) -> list[list[str]]:
    """Who is in each batch, without the domain."""
    return [[row.change.key.partition("@")[0] for row in batch.rows] for batch in batches]


def packed(
    declared: list[DesiredUser], people: list[LiveUser], *minimums: Minimum, size: int = 500
) -> tuple[Batch, ...]:
    """The batches of a plan."""
    users = {user.key: user for user in people}
    return pack(plan_of(declared, people).changes, TEMPLATE, minimums, users, size)


def after(change: Change) -> LiveUser:
    """The person as the platform shows it once the change is carried out."""
    return LiveUser(change.key, change.ident or "new", change.email, change.wanted)


# Rows


def test_a_row_has_every_key_of_the_template_in_its_order_and_no_other() -> None:
    keys = ["status", "roles", "email", "location"]
    small = Template({key: TEMPLATE.sample[key] for key in keys}, TEMPLATE.roles, ())
    assert list(encode_row(change_of(desired(location="Lisbon"), live()), small).body) == keys


def test_a_row_states_the_whole_record() -> None:
    body = body_of(desired(location="Lisbon"), live(alias="Annie", max_chat_limit=3, external_user=True))
    assert body["alias"] == "Annie"
    assert body["max_chat_limit"] == "3"
    assert body["external_user"] == "1"
    assert (body["first_name"], body["last_name"], body["status"]) == ("Ana", "Reyes", "Active")
    assert values_of(body["roles"]) == {"Admin": "0", "Manager": "0", "Manager Admin": "0", "Agent": "1"}


def test_what_the_read_does_not_show_is_empty() -> None:
    body = body_of(desired(location="Lisbon"), live())
    assert body["agent_number"] == body["alias"] == body["external_user"] == body["new_email"] == ""


def test_null_is_sent_for_a_declared_null() -> None:
    assert body_of(desired(location=None), live(location="Madrid"))["location"] is None


def test_null_is_not_sent_for_a_location_that_nobody_declared() -> None:
    assert body_of(desired(alias="Annie"), live(location=None))["location"] == ""


def test_a_row_carries_the_live_spelling_of_the_address() -> None:
    assert (
        body_of(desired("ana@acme.example", location="Lisbon"), live("Ana@Acme.Example"))["email"]
        == "Ana@Acme.Example"
    )


def test_somebody_new_gets_zero_for_what_is_not_given_and_empty_for_what_is_not_declared() -> None:
    body = body_of(newcomer(teams=["VIP"]))
    assert values_of(body["roles"])["Admin"] == "0"
    assert values_of(body["teams"]) == {"Billing ES": "0", "Retention ES": "0", "VIP": "1"}
    assert (body["location"], body["status"]) == ("", "Active")


def test_a_create_without_teams_says_so_for_each() -> None:
    assert set(values_of(body_of(newcomer())["teams"]).values()) == {"0"}


def test_teams_of_somebody_inactive_after_are_empty() -> None:
    body = body_of(desired(status="Inactive"), live(teams=["VIP"]))
    assert set(values_of(body["teams"]).values()) == {""}
    assert body["status"] == "Inactive"


def test_a_reactivation_states_all_teams() -> None:
    body = body_of(desired(status="Active", teams=["VIP"]), live(status="Inactive"))
    assert values_of(body["teams"]) == {"Billing ES": "0", "Retention ES": "0", "VIP": "1"}


@pytest.mark.parametrize(("flag", "yes"), [("0", "1"), (0, 1), (False, True)])
def test_flags_have_the_type_of_the_template(flag: Any, yes: Any) -> None:
    tenant = template(flag=flag)
    change = change_of(desired(external_user=True), live(), template=tenant)
    body = encode_row(change, tenant).body
    agent = [item for item in body["roles"] if item["name"] == "Agent"]  # type: ignore[union-attr,index,call-overload]
    assert body["external_user"] == yes
    assert agent == [{"name": "Agent", "value": yes}]


@pytest.mark.parametrize(
    ("sample", "sent"),
    [
        ("model", ""),
        (7, ""),
        (None, ""),
        ([], ""),
        (["a"], ""),
        ({"a": 1}, ""),
        ([{"name": "Spanish", "value": 1}], [{"name": "Spanish", "value": ""}]),
        ([{"name": "Spanish", "value": 1}, "French"], ""),
        ([{"name": "Spanish"}], ""),
        ([{"value": 1}], ""),
    ],
)
def test_a_key_that_the_table_does_not_know_is_left_alone(sample: Any, sent: Any) -> None:
    tenant = Template({**TEMPLATE.sample, "skills": sample}, TEMPLATE.roles, TEMPLATE.teams)
    assert encode_row(change_of(desired(location="Lisbon"), live()), tenant).body["skills"] == sent


def test_a_held_role_that_the_template_cannot_name_is_refused() -> None:
    change = change_of(desired(location="Lisbon"), live())
    with pytest.raises(RunRefused, match='no "Agent"'):
        encode_row(change, template(roles=["Admin"]))


def test_a_promised_value_without_a_key_in_the_template_is_refused() -> None:
    change = change_of(desired(location="Lisbon"), live())
    with pytest.raises(RunRefused, match='no "Location"'):
        encode_row(change, template(without=["location"]))


def test_everything_that_the_template_cannot_state_is_told_at_once() -> None:
    change = change_of(desired(location="Lisbon"), live(roles=["Agent", "Manager"]))
    with pytest.raises(RunRefused) as refused:
        encode_row(change, template(roles=["Admin"], without=["location"]))
    assert refused.value.message == (
        f"the row of {ANA} cannot state what the plan wants: the platform's template has no "
        '"Location", "Agent", "Manager"'
    )
    assert refused.value.hint == "the platform changed while the plan was made; run again"


@pytest.mark.parametrize("odd", [{"value": "0"}, "Manager", "a name", None])
def test_an_element_of_the_template_without_a_name_states_nothing(odd: Any) -> None:
    change = change_of(desired(location="Lisbon"), live())
    sample = {**TEMPLATE.sample, "roles": [odd]}
    with pytest.raises(RunRefused, match='no "Agent"'):
        encode_row(change, Template(sample, TEMPLATE.roles, TEMPLATE.teams))


def test_unknown_36_no_row_gives_teams_to_somebody_inactive_after() -> None:
    change = change_of(desired(status="Inactive"), live())
    given = replace(change, wanted={**change.wanted, "teams": frozenset({"VIP"})})
    assert set(values_of(encode_row(given, TEMPLATE).body["teams"]).values()) == {""}  # type: ignore[arg-type]


def test_somebody_new_of_whom_no_names_are_known_gets_zero_for_each() -> None:
    change = change_of(newcomer())
    bare = replace(change, wanted={**change.wanted, "teams": None})
    assert set(values_of(encode_row(bare, TEMPLATE).body["teams"]).values()) == {"0"}  # type: ignore[arg-type]


def test_names_of_somebody_known_that_were_not_read_are_left_alone() -> None:
    change = change_of(desired(location="Lisbon"), live())
    bare = replace(change, wanted={**change.wanted, "teams": None})
    assert set(values_of(encode_row(bare, TEMPLATE).body["teams"]).values()) == {""}  # type: ignore[arg-type]


def test_the_account_is_stated_even_where_the_read_does_not_show_it() -> None:
    change = change_of(desired(location="Lisbon"), live())
    wanted = {name: value for name, value in change.wanted.items() if name != "status"}
    assert encode_row(replace(change, wanted=wanted), TEMPLATE).body["status"] == "Active"


# Bytes


def test_the_bytes_are_a_json_array_of_the_rows() -> None:
    (batch,) = packed([desired(location="Lisbon"), newcomer()], [live()])
    assert json.loads(batch.data) == [dict(row.body) for row in batch.rows]


def test_S_28_the_bytes_are_ascii_whatever_the_names_hold() -> None:
    (batch,) = packed([desired(first_name="Жанна", location="Lisbon\u2028")], [live()])
    assert batch.data.isascii()
    assert b"\\u2028" in batch.data


def test_I_14_the_bytes_do_not_depend_on_the_order_of_the_input() -> None:
    people = [live(f"p{number}@acme.example", teams=["VIP", "Billing ES"]) for number in range(30)]
    changes = list(plan_of([desired(user.email, location="Lisbon") for user in people], people).changes)
    users = {user.key: user for user in people}
    first = pack(changes, TEMPLATE, (), users, 7)
    random.Random(7).shuffle(changes)
    assert pack(changes, TEMPLATE, (), users, 7) == first


def test_I_14_the_fingerprint_is_the_same_on_every_machine() -> None:
    (batch,) = packed([desired(location="Lisbon")], [live()])
    assert batch.fingerprint == "069de34bd99adddc"
    assert batch.file_name("0123abcd") == "reconciler-069de34bd99adddc-0123abcd.json"


# Order and batches


def test_P_22_gains_come_first_and_deactivations_last() -> None:
    people = [live(f"{name}@acme.example", teams=["VIP"]) for name in "abcd"]
    declared = [
        desired("a@acme.example", status="Inactive"),
        desired("b@acme.example", teams=[]),
        desired("c@acme.example", location="Lisbon"),
        desired("d@acme.example", teams=["Billing ES", "VIP"]),
        newcomer("e@acme.example"),
    ]
    assert people_of(packed(declared, people)) == [["e", "d", "c", "b", "a"]]


def test_a_batch_has_at_most_the_size_of_the_settings() -> None:
    people = [live(f"{name}@acme.example") for name in "abcde"]
    declared = [desired(user.email, location="Lisbon") for user in people]
    batches = packed(declared, people, size=2)
    assert people_of(batches) == [["a", "b"], ["c", "d"], ["e"]]
    assert [batch.number for batch in batches] == [1, 2, 3]


def test_an_empty_plan_has_no_batch() -> None:
    assert packed([], [live()]) == ()


def test_I_12_a_loss_waits_for_a_confirmed_gain() -> None:
    people = [live("a@acme.example", teams=["VIP"]), live("b@acme.example")]
    declared = [
        desired("a@acme.example", teams=[]),
        desired("b@acme.example", teams=["VIP"]),
    ]
    assert people_of(packed(declared, people, minimum("teams", "VIP", 1))) == [["b"], ["a"]]


def test_a_loss_that_the_minimum_can_bear_does_not_wait() -> None:
    people = [live(f"{name}@acme.example", teams=["VIP"]) for name in "ac"] + [live("b@acme.example")]
    declared = [
        desired("a@acme.example", teams=[]),
        desired("b@acme.example", teams=["VIP"]),
    ]
    assert people_of(packed(declared, people, minimum("teams", "VIP", 1))) == [["b", "a"]]


def test_I_12_somebody_who_leaves_a_location_waits_for_somebody_who_comes() -> None:
    people = [live("a@acme.example", location="Manila"), live("b@acme.example", location="Oslo")]
    declared = [desired("a@acme.example", location="Oslo"), desired("b@acme.example", location="Manila")]
    assert people_of(packed(declared, people, minimum("location", "Manila", 1))) == [["b"], ["a"]]


def test_I_12_only_who_comes_goes_before_who_leaves() -> None:
    people = [live(f"{name}@acme.example", location="Manila" if name == "a" else "Oslo") for name in "abcd"]
    declared = [desired("a@acme.example", location="Oslo"), desired("b@acme.example", alias="x")]
    declared += [desired(f"{name}@acme.example", location="Manila") for name in "cd"]
    guarded = minimum("location", "Manila", 1)
    assert people_of(packed(declared, people, guarded)) == [["c", "d"], ["a", "b"]]
    assert people_of(packed(declared, people, guarded, size=1)) == [["c"], ["a"], ["b"], ["d"]]


def test_I_12_all_that_is_safe_before_a_loss_goes_with_the_gain() -> None:
    people = [live("a@acme.example", teams=["VIP"]), live("b@acme.example"), live("c@acme.example")]
    declared = [
        desired("a@acme.example", teams=[]),
        desired("b@acme.example", location="Lisbon"),
        desired("c@acme.example", teams=["VIP"]),
    ]
    assert people_of(packed(declared, people, minimum("teams", "VIP", 1))) == [["c", "b"], ["a"]]


def test_I_12_who_comes_to_one_of_two_guarded_places_goes_first() -> None:
    people = [live("a@acme.example", location="Manila"), live("b@acme.example", location="Oslo")]
    declared = [desired("a@acme.example", location="Oslo"), desired("b@acme.example", location="Manila")]
    guards = (minimum("location", "Manila", 1), minimum("roles", "Agent", 1))
    assert people_of(packed(declared, people, *guards)) == [["b"], ["a"]]


def test_I_12_two_people_who_swap_two_guarded_places_are_refused() -> None:
    people = [live("a@acme.example", location="Manila"), live("b@acme.example", location="Oslo")]
    declared = [desired("a@acme.example", location="Oslo"), desired("b@acme.example", location="Manila")]
    with pytest.raises(RunRefused, match="no order") as refused:
        packed(declared, people, minimum("location", "Manila", 1), minimum("location", "Oslo", 1))
    assert [problem.code for problem in refused.value.problems] == ["L-06", "L-06"]
    assert refused.value.message == "no order of the changes keeps every minimum at every moment"
    assert refused.value.hint == "do it in two pull requests: first what is given, then what is taken"


def test_I_12_a_refusal_names_only_the_minimums_that_would_break() -> None:
    people = [live("a@acme.example", teams=["VIP"])]
    guards = (minimum("roles", "Agent", 1), minimum("teams", "VIP", 1))
    with pytest.raises(RunRefused) as refused:
        packed([desired("a@acme.example", teams=[])], people, *guards)
    assert [problem.field for problem in refused.value.problems] == ["teams"]


def test_I_12_what_an_earlier_batch_took_is_not_there_for_the_next_one() -> None:
    people = [live("a@acme.example", teams=["VIP"]), live("b@acme.example", teams=["VIP"])]
    declared = [desired(user.email, teams=[]) for user in people]
    with pytest.raises(RunRefused, match="no order"):
        packed(declared, people, minimum("teams", "VIP", 1), size=1)


def test_a_minimum_that_is_broken_before_binds_at_what_is_there() -> None:
    people = [live("a@acme.example", teams=["VIP"]), live("b@acme.example")]
    declared = [
        desired("a@acme.example", teams=[]),
        desired("b@acme.example", teams=["VIP"]),
    ]
    assert people_of(packed(declared, people, minimum("teams", "VIP", 8))) == [["b"], ["a"]]


def test_a_run_of_more_than_twenty_rows_begins_with_one_row() -> None:
    people = [live(f"p{number:02}@acme.example") for number in range(21)]
    declared = [desired(user.email, location="Lisbon") for user in people]
    assert [len(batch.rows) for batch in packed(declared, people)] == [1, 20]


def test_a_run_of_twenty_rows_is_one_batch() -> None:
    people = [live(f"p{number:02}@acme.example") for number in range(20)]
    declared = [desired(user.email, location="Lisbon") for user in people]
    assert [len(batch.rows) for batch in packed(declared, people)] == [20]


def test_the_row_that_runs_alone_is_of_somebody_who_had_values_before() -> None:
    people = [live("z@acme.example"), live("y@acme.example")]
    declared = [newcomer(f"n{number:02}@acme.example") for number in range(20)]
    declared += [desired("y@acme.example", status="Inactive"), desired("z@acme.example", location="Lisbon")]
    assert people_of(packed(declared, people))[0] == ["z"]


@pytest.mark.parametrize("status", ["Active", "Inactive"])
def test_the_row_that_runs_alone_is_of_somebody_active_whose_teams_can_be_seen(status: str) -> None:
    people = [live("a@acme.example", status="Inactive")] + [
        live(f"p{number:02}@acme.example") for number in range(20)
    ]
    declared = [desired("a@acme.example", status=status, alias="x")]
    declared += [desired(user.email, alias="x") for user in people[1:]]
    assert people_of(packed(declared, people))[0] == ["p00"]


def test_the_row_that_runs_alone_is_the_first_where_everybody_is_new() -> None:
    declared = [newcomer(f"n{number:02}@acme.example") for number in range(21)]
    assert people_of(packed(declared, []))[0] == ["n00"]


def test_the_row_that_runs_alone_deactivates_nobody_where_somebody_new_can_go_first() -> None:
    declared = [newcomer(f"n{number:02}@acme.example") for number in range(20)] + [desired(status="Inactive")]
    assert people_of(packed(declared, [live()]))[0] == ["n00"]


def test_I_12_the_row_that_runs_alone_breaks_no_minimum() -> None:
    people = [live("a@acme.example", teams=["VIP"]), live("b@acme.example", status="Inactive", location="Oslo")]
    declared = [newcomer(f"n{number:02}@acme.example", teams=["VIP"]) for number in range(20)]
    declared += [desired("a@acme.example", teams=[])]
    assert people_of(packed(declared, people, minimum("teams", "VIP", 1)))[0] == ["n00"]


# Between two batches


def test_a_batch_that_is_safe_breaks_nothing() -> None:
    people = [live("a@acme.example", teams=["VIP"]), live("b@acme.example", teams=["VIP"])]
    (batch,) = packed([desired("a@acme.example", status="Inactive")], people)
    assert would_break(batch, (minimum("teams", "VIP", 1),), {user.key: user for user in people}) == ()


def test_L_06_a_rejected_gain_stops_the_loss_that_follows() -> None:
    people = [live("a@acme.example", teams=["VIP"]), live("b@acme.example")]
    declared = [
        desired("a@acme.example", status="Inactive"),
        desired("b@acme.example", teams=["VIP"]),
    ]
    guarded = minimum("teams", "VIP", 1)
    _, losing = packed(declared, people, guarded)
    (problem,) = would_break(losing, (guarded,), {user.key: user for user in people})
    assert problem.summary == 'Teams: "VIP" would be left with 0 active people, at least 1 are wanted'
    assert problem.hint == "give it to others first, in a pull request of its own, or edit minimum_active"
    assert (problem.code, problem.mark, problem.field) == ("L-06", guarded.mark, "teams")


def test_a_batch_without_losses_may_run_under_a_broken_minimum() -> None:
    people = [live()]
    (batch,) = packed([desired(location="Lisbon")], people)
    assert would_break(batch, (minimum("teams", "VIP", 8),), {ANA: people[0]}) == ()


# Properties

names = st.sampled_from([f"{name}@acme.example" for name in "abcdefgh"])
held: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["Active", "Active", "Inactive"]),
        "location": st.sampled_from(["Oslo", "Manila"]),
        "roles": st.frozensets(st.sampled_from(["Admin", "Agent"]), min_size=1),
        "teams": st.frozensets(st.sampled_from(["VIP", "Billing ES"])),
    }
)
minimums = st.lists(
    st.builds(
        lambda holding, count: minimum(holding[0], holding[1], count),
        st.sampled_from([("roles", "Admin"), ("teams", "VIP"), ("location", "Oslo")]),
        st.integers(0, 4),
    ),
    max_size=3,
).map(tuple)


def plan_from(
    before: Mapping[str, dict[str, Any]], wanted: Mapping[str, dict[str, Any]]
) -> tuple[list[LiveUser], tuple[Change, ...]]:
    """People and the changes that bring them, and new ones, to what is wanted."""
    people = [live(email, **values) for email, values in before.items()]
    declared = [newcomer(email, **values) for email, values in wanted.items()]
    return people, plan_of(declared, people).changes


@given(
    st.dictionaries(names, held),
    st.dictionaries(names, held),
    minimums,
    st.integers(1, 4),
    st.integers(0, 8),
    st.randoms(use_true_random=False),
)
def test_I_12_no_minimum_breaks_whatever_rows_are_rejected(
    before: dict[str, dict[str, Any]],
    wanted: dict[str, dict[str, Any]],
    guards: tuple[Minimum, ...],
    size: int,
    canary_above: int,
    chance: random.Random,
) -> None:
    people, changes = plan_from(before, wanted)
    users = {user.key: user for user in people}
    floors = lowered(guards, users)
    try:
        batches = pack(changes, TEMPLATE, guards, users, size, canary_above)
    except RunRefused:
        return
    for batch in batches:
        if would_break(batch, floors, users):
            break
        for row in chance.sample(batch.rows, chance.randint(0, len(batch.rows))):
            users[row.change.key] = after(row.change)
            assert all(len(holders(users, floor.field, floor.name)) >= floor.count for floor in floors)


@given(st.dictionaries(names, held), st.dictionaries(names, held), minimums, st.integers(1, 4), st.integers(0, 8))
def test_nobody_is_lost_or_doubled(
    before: dict[str, dict[str, Any]],
    wanted: dict[str, dict[str, Any]],
    guards: tuple[Minimum, ...],
    size: int,
    canary_above: int,
) -> None:
    people, changes = plan_from(before, wanted)
    try:
        batches = pack(changes, TEMPLATE, guards, {user.key: user for user in people}, size, canary_above)
    except RunRefused:
        return
    sent = [row.change.key for batch in batches for row in batch.rows]
    assert sorted(sent) == [change.key for change in changes]
    assert all(0 < len(batch.rows) <= size for batch in batches)
    if len(changes) > canary_above:
        assert len(batches[0].rows) == 1


@given(st.dictionaries(names, held, min_size=1), st.dictionaries(names, held, min_size=1), minimums)
def test_a_plan_that_only_the_guard_could_refuse_is_sent_whole_when_all_rows_take(
    before: dict[str, dict[str, Any]], wanted: dict[str, dict[str, Any]], guards: tuple[Minimum, ...]
) -> None:
    people, changes = plan_from(before, wanted)
    users = {user.key: user for user in people}
    floors = lowered(guards, users)
    try:
        batches = pack(changes, TEMPLATE, guards, users, 3, 5)
    except RunRefused:
        return
    for batch in batches:
        assert would_break(batch, floors, users) == ()
        users |= {row.change.key: after(row.change) for row in batch.rows}


@given(
    st.frozensets(st.sampled_from(sorted(FIELDS)), min_size=1),
    st.dictionaries(st.sampled_from(["skills", "mood", "__x"]), st.none() | st.text() | st.integers(), max_size=3),
)
def test_null_stands_nowhere_but_at_a_declared_null(
    without: frozenset[str], unknown: dict[str, str | int | None]
) -> None:
    whole = template(without=without - {"location", "email", "status", "roles", "teams"})
    tenant = Template({**whole.sample, **unknown}, whole.roles, whole.teams)
    plan = plan_of([desired(location=None), newcomer(location=None)], [live()], template=tenant)
    for change in plan.changes:
        body = encode_row(change, tenant).body
        assert list(body) == list(tenant.sample)
        assert [key for key, value in body.items() if value is None] == (["location"] if change.key == ANA else [])
