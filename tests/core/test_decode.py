"""Raw records to a snapshot: the documented equivalents are accepted, everything else stops the run."""

from typing import Any

import pytest

from reconciler.core.decode import decode, decode_template
from reconciler.model.fields import FIELDS, READ_FIELDS
from reconciler.model.source import Json, Problems, Severity, errors_of
from reconciler.model.users import Snapshot, Template
from tests.builders import ANA, EVERY_MANAGED, NOW, ROLES, TEMPLATE, URL, raw, template

DUE = sorted(EVERY_MANAGED - {"status"})
"""Fields whose key must be there; a missing `deactivated_at` means active (unknown 18)."""


def read(
    *records: dict[str, Json], template: Template = TEMPLATE, managed: frozenset[str] = EVERY_MANAGED
) -> tuple[Snapshot, Problems]:
    return decode(records, template, managed, NOW, URL)


def without(key: str, record: dict[str, Json] | None = None) -> dict[str, Json]:
    return {name: value for name, value in (record or raw()).items() if name != key}


def value_of(field: str, record: dict[str, Json], **more: Any) -> object:
    snapshot, problems = read(record, **more)
    assert problems == ()
    return snapshot.users[ANA].values[field]


def test_a_record_becomes_a_person_with_every_field_read() -> None:
    snapshot, problems = read(raw("Ana@Acme.example"))
    user = snapshot.users[ANA]
    assert problems == ()
    assert (user.key, user.email, user.ident, user.active) == (ANA, "Ana@Acme.example", "17", True)
    assert user.values.keys() == {field.name for field in READ_FIELDS}


def test_the_snapshot_carries_its_template_time_and_address() -> None:
    snapshot, _ = read()
    assert (snapshot.template, snapshot.taken_at, snapshot.address) == (TEMPLATE, NOW, URL)


@pytest.mark.parametrize(
    "shape",
    [
        [{"name": "Agent", "value": 1}, {"name": "Admin", "value": 0}],
        [{"name": "Agent", "value": "1"}, {"name": "Admin", "value": "0"}],
        [{"name": "Agent", "value": True}, {"name": "Admin", "value": ""}],
        [{"name": "agent", "value": 1}],
        ["Agent"],
        ["agent"],
        [{"name": "Agent"}],
        {"Agent": 1, "Admin": 0},
        {"Agent": "1", "Admin": ""},
    ],
)
def test_unknown_17_every_documented_shape_of_names_reads_the_same(shape: Json) -> None:
    assert value_of("roles", raw(roles=shape)) == {"Agent"}


def test_unknown_17_flat_keys_hold_names_too() -> None:
    record = without("teams", without("roles"))
    record |= {"Role: Agent": "1", "Role: Admin": 0, "Team: VIP": 1, "Team: Billing ES": ""}
    assert value_of("roles", record) == {"Agent"}
    assert value_of("teams", record) == {"VIP"}


@pytest.mark.parametrize("token", ["manager_admin", "manager-admin", "Manager admin", "MANAGER ADMIN"])
def test_names_are_put_into_the_templates_spelling(token: str) -> None:
    assert value_of("roles", raw(roles=[token])) == {"Manager Admin"}


def test_D_72_a_decomposed_name_is_the_templates_composed_one() -> None:
    assert value_of("teams", raw(teams=["Cafe\u0301"]), template=template(teams=["Café"])) == {"Café"}


def test_L_18_a_name_that_the_template_does_not_have_is_kept_as_read() -> None:
    assert value_of("roles", raw(roles=["Agent", "Ghost"])) == {"Agent", "Ghost"}


def test_only_lower_case_tokens_are_read_with_their_separators_as_spaces() -> None:
    assert value_of("roles", raw(roles=["Agent", "Manager-Admin"])) == {"Agent", "Manager-Admin"}


def test_a_name_between_two_names_of_the_template_is_kept_as_read() -> None:
    assert value_of("teams", raw(teams=["ViP"]), template=template(teams=["VIP", "vip"])) == {"ViP"}


@pytest.mark.parametrize("field", DUE)
def test_N_18_a_managed_field_must_be_in_every_record(field: str) -> None:
    _, problems = read(raw(), without(field, raw("bo@acme.example")))
    assert [(problem.code, problem.field) for problem in errors_of(problems)] == [("N-18", field)]
    assert f"{FIELDS[field].title}: missing for 1 of 2 people" in problems[0].summary


@pytest.mark.parametrize("field", ["roles", "teams"])
def test_N_18_roles_and_teams_must_be_there_though_no_file_manages_them(field: str) -> None:
    assert errors_of(read(without(field), managed=frozenset())[1])


@pytest.mark.parametrize("field", sorted(set(DUE) - {"roles", "teams"}))
def test_N_18_a_field_that_no_file_manages_may_be_absent(field: str) -> None:
    snapshot, problems = read(without(field), managed=frozenset())
    assert problems == ()
    assert field not in snapshot.users[ANA].values


@pytest.mark.parametrize("field", ["roles", "teams"])
@pytest.mark.parametrize("wire", [None, "", "Agent", 1, True, [1], [None], [["Agent"]], [{"value": 1}]])
def test_N_18_names_in_a_strange_shape_stop_the_run(field: str, wire: Json) -> None:
    snapshot, problems = read(raw() | {field: wire})
    assert [problem.field for problem in errors_of(problems)] == [field]
    assert field not in snapshot.users[ANA].values


@pytest.mark.parametrize("value", ["2", "maybe", 2, -1, [], {}, 1.5])
def test_N_18_a_strange_value_of_a_name_stops_the_run(value: Json) -> None:
    assert errors_of(read(raw(roles=[{"name": "Agent", "value": value}]))[1])


@pytest.mark.parametrize("field", sorted(set(DUE) - {"roles", "teams"}))
@pytest.mark.parametrize("wire", [["x"], {"name": "x"}, 1.5])
def test_N_18_a_managed_field_of_a_strange_shape_stops_the_run(field: str, wire: Json) -> None:
    assert [problem.code for problem in errors_of(read(raw() | {field: wire})[1])] == ["N-18"]


def test_a_strange_shape_stops_also_where_a_row_would_have_to_restate_it() -> None:
    assert errors_of(read(raw(alias=["x"]), managed=frozenset())[1])


def test_a_strange_shape_of_what_no_row_states_is_only_absent() -> None:
    snapshot, problems = read(raw(alias=["x"]), managed=frozenset(), template=template(without=["alias"]))
    assert problems == ()
    assert "alias" not in snapshot.users[ANA].values


def test_one_problem_a_field_says_how_many_people() -> None:
    _, problems = read(*(raw(f"p{number}@acme.example", location=["x"]) for number in range(30)))
    assert len(problems) == 1
    assert "30 of 30 people" in problems[0].summary


@pytest.mark.parametrize("wire", [None, ""])
def test_unknown_18_nothing_under_deactivated_at_is_active(wire: Json) -> None:
    assert value_of("status", raw(deactivated_at=wire)) == "Active"


def test_unknown_18_a_missing_deactivated_at_is_active() -> None:
    assert value_of("status", without("deactivated_at")) == "Active"


@pytest.mark.parametrize("wire", ["2026-01-01T00:00:00.000Z", 1, True, False, 0, {}])
def test_unknown_18_anything_else_is_inactive(wire: Json) -> None:
    assert value_of("status", raw(deactivated_at=wire)) == "Inactive"


@pytest.mark.parametrize(("wire", "value"), [("Yes", True), ("0", False), (1, True), (False, False), ("", None)])
def test_unknown_40_flags_come_in_many_types(wire: Json, value: bool | None) -> None:
    assert value_of("external_user", raw(external_user=wire)) == value


@pytest.mark.parametrize("wire", [None, 1, True, ["a@b.example"], {"value": "a@b.example"}])
def test_an_address_of_another_type_stops_the_run(wire: Json) -> None:
    assert [problem.field for problem in errors_of(read(raw() | {"email": wire})[1])] == ["email"]


def test_a_record_without_the_key_of_the_address_stops_the_run() -> None:
    assert [problem.field for problem in errors_of(read(without("email"))[1])] == ["email"]


@pytest.mark.parametrize("wire", ["", "  "])
def test_L_18_somebody_without_an_address_is_set_apart_and_named(wire: Json) -> None:
    snapshot, problems = read(raw() | {"email": wire}, raw("bo@acme.example"))
    assert list(snapshot.users) == ["bo@acme.example"]
    assert [user.key for user in snapshot.nameless] == [""]
    assert [(problem.code, problem.severity) for problem in problems] == [("L-18", Severity.NOTE)]
    assert "Ana Reyes" in problems[0].summary


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 account on the platform without an address, never touched: Ana Reyes"),
        (3, "3 accounts on the platform without an address, never touched: Ana Reyes, Ana Reyes, Ana Reyes"),
        (5, "Ana Reyes, Ana Reyes, Ana Reyes and 2 more"),
    ],
)
def test_L_18_the_first_three_without_an_address_are_named(count: int, words: str) -> None:
    (problem,) = read(*[raw("")] * count)[1]
    assert problem.summary.endswith(words)


def test_L_17_people_who_share_an_address_are_all_set_apart() -> None:
    snapshot, problems = read(raw(), raw(" ANA@acme.example"), raw("bo@acme.example"))
    assert list(snapshot.users) == ["bo@acme.example"]
    assert [user.email for user in snapshot.doubled] == [ANA, " ANA@acme.example"]
    assert [(problem.code, problem.severity) for problem in problems] == [("L-17", Severity.WARNING)]


def test_D_60_an_address_that_only_folds_to_another_one_is_somebody_else() -> None:
    snapshot, _ = read(raw("k@acme.example"), raw("\u212a@acme.example"))
    assert len(snapshot.users) == 2


def test_N_21_half_a_character_is_kept_as_data() -> None:
    assert value_of("first_name", raw(first_name="A\ud800")) == "A\ud800"


def test_N_17_unknown_keys_are_ignored() -> None:
    assert read(raw(brand_new={"deep": [1]}))[1] == ()


def test_an_id_of_any_type_is_text_and_may_be_missing() -> None:
    assert read(raw(id="x-9"))[0].users[ANA].ident == "x-9"
    assert read(without("id"))[0].users[ANA].ident == ""


def raw_template(**changes: Json) -> dict[str, Json]:
    return {**TEMPLATE.sample, **changes}


def test_the_template_gives_keys_and_names_in_its_order() -> None:
    read_template, problems = decode_template(raw_template())
    assert problems == ()
    assert read_template == TEMPLATE
    assert read_template.roles == ROLES


@pytest.mark.parametrize("field", ["roles", "teams"])
def test_a_template_without_names_has_none(field: str) -> None:
    for sample in (raw_template(**{field: None}), without(field, raw_template())):
        found, problems = decode_template(sample)
        assert problems == ()
        assert found is not None
        assert found.names(field) == ()


@pytest.mark.parametrize("listed", ["Agent", 1, {"Agent": 1}, ["Agent"], [{"value": 1}], [{"name": ""}], [None]])
def test_a_template_of_another_shape_is_not_worked_with(listed: Json) -> None:
    found, problems = decode_template(raw_template(roles=listed))
    assert found is None
    assert [problem.code for problem in errors_of(problems)] == ["N-18"]


@pytest.mark.parametrize("key", ["email", "first_name", "last_name"])
def test_a_template_without_what_every_row_needs_is_not_worked_with(key: str) -> None:
    found, problems = decode_template(without(key, raw_template()))
    assert found is None
    assert FIELDS[key].title in problems[0].summary


def test_D_71_a_name_that_stands_twice_is_not_among_the_names_and_said() -> None:
    teams: Json = [{"name": name, "value": 0} for name in ("VIP", "Billing ES", "VIP")]
    found, problems = decode_template(raw_template(teams=teams))
    assert found is not None
    assert found.teams == ("Billing ES",)
    assert [(problem.code, problem.severity) for problem in problems] == [("D-71", Severity.WARNING)]
