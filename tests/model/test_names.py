"""Sets of names: in files a rule, on the platform a set, in every shape of a read."""

from datetime import date
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.names import ROLES, TEAMS, Names
from reconciler.model.source import Json
from reconciler.model.values import BadValue, NameRule, Value
from tests.nodes import entries, node, scalar

NAMES: Final = ("Admin", "Agent", "Billing ES", "VIP")
SAMPLES: Final[list[Json]] = [0, 1, "0", "1", True, False]


def rule(text: str, kind: Names = TEAMS) -> tuple[list[str] | None, list[str], list[str]]:
    """What a file says: exactly, at least, never."""
    value = kind.parse(node(text))
    assert isinstance(value, NameRule)
    exact = None if value.exact is None else [name.value for name in value.exact]
    return exact, [name.value for name in value.at_least], [name.value for name in value.never]


def refusal(text: str, kind: Names = TEAMS) -> BadValue:
    with pytest.raises(BadValue) as caught:
        kind.parse(node(text))
    return caught.value


@given(st.frozensets(st.sampled_from(NAMES)), st.sampled_from(SAMPLES))
def test_a_set_comes_back_from_the_wire_whatever_the_type_of_the_template(held: Value, like: Json) -> None:
    sample: Json = [{"name": name, "value": like} for name in NAMES]
    for kind in (ROLES, TEAMS):
        assert kind.from_wire(kind.to_wire(held, sample)) == held


@given(st.frozensets(st.sampled_from(NAMES)))
def test_unknown_20_every_name_of_the_template_is_stated(held: frozenset[str]) -> None:
    sample: Json = [{"name": name, "value": 0} for name in NAMES]
    assert TEAMS.to_wire(held, sample) == [{"name": name, "value": int(name in held)} for name in NAMES]


def test_unknown_36_no_set_at_all_is_an_empty_text_for_every_name() -> None:
    assert TEAMS.to_wire(None, [{"name": "VIP", "value": 0}]) == [{"name": "VIP", "value": ""}]


@pytest.mark.parametrize(
    "wire",
    [
        [{"name": "VIP", "value": 1}, {"name": "Agent", "value": 0}],
        [{"name": "VIP", "value": "1"}, {"name": "Agent", "value": "0"}],
        [{"name": "VIP", "value": True}, {"name": "Agent", "value": False}],
        [{"name": "VIP", "value": 1}, {"name": "Agent", "value": ""}],
        [{"name": "VIP", "value": 1}, {"name": "Agent", "value": None}],
        ["VIP"],
        [{"id": 3, "name": "VIP", "deleted": False}, {"id": 4, "name": "Agent", "deleted": True}],
        {"VIP": 1, "Agent": 0},
    ],
)
def test_unknown_17_every_documented_shape_is_read(wire: Json) -> None:
    assert TEAMS.from_wire(wire) == frozenset({"VIP"})


@pytest.mark.parametrize(
    "wire",
    [None, "", "VIP", 1, [1], [None], [{}], [{"name": ""}], [{"name": "VIP", "value": 2}], [[]], [{"name": 1}]],
)
def test_promise_3_another_shape_is_not_understood_as_no_names(wire: Json) -> None:
    with pytest.raises(BadValue):
        ROLES.from_wire(wire)


@pytest.mark.parametrize("text", ["Agent", '"Agent"', "[Agent]", '["Agent"]', "\n  - Agent"])
def test_one_name_and_a_list_mean_exactly_these(text: str) -> None:
    assert rule(text, ROLES) == (["Agent"], [], [])


@pytest.mark.parametrize(
    "text",
    [
        "{at_least: [VIP], never: [Gold]}",
        '{"at_least": "VIP", "never": ["Gold"]}',
        "\n  at_least: VIP\n  never: Gold",
    ],
)
def test_a_mapping_means_at_least_and_never(text: str) -> None:
    assert rule(text) == (None, ["VIP"], ["Gold"])


def test_an_empty_list_of_teams_means_no_team() -> None:
    assert rule("[]") == ([], [], [])


@pytest.mark.parametrize("text", ["[]", "{}"])
def test_D_67_nobody_is_left_without_a_role(text: str) -> None:
    assert refusal(text, ROLES).code == "D-67"


@pytest.mark.parametrize("text", ["", "null", "~", "[~]", "{at_least: }"])
def test_D_67_roles_are_never_null(text: str) -> None:
    assert refusal(text, ROLES).code == "D-55"


@pytest.mark.parametrize("form", ["[{}]", "{{at_least: [{}]}}"])
@pytest.mark.parametrize(("count", "fits"), [(10, True), (11, False)])
def test_D_75_at_most_ten_roles(form: str, count: int, fits: bool) -> None:
    text = form.format(", ".join(f"Role {number}" for number in range(count)))
    if fits:
        rule(text, ROLES)
    else:
        assert refusal(text, ROLES).code == "D-75"


def test_teams_have_no_greatest_number() -> None:
    assert len(rule(f"[{', '.join(f'Team {number}' for number in range(200))}]")[0] or ()) == 200


@pytest.mark.parametrize(
    ("text", "column"),
    [("[VIP, VIP]", 12), ("[VIP, vip]", 12), ("{at_least: [VIP], never: [VIP]}", 32), ("{never: [VIP, Vip]}", 20)],
)
def test_a_name_stands_once(text: str, column: int) -> None:
    error = refusal(text)
    assert error.code == "D-28"
    assert error.mark is not None
    assert error.mark.column == column


def test_D_71_a_team_name_has_no_colon() -> None:
    assert refusal('["Role: Agent"]').code == "D-71"


def test_everything_wrong_in_a_list_is_said_at_once_at_its_own_place() -> None:
    error = refusal("[NO, VIP, 012, {name: YES, last_day: 2027-01-10}, {name: Gold, first_day: x, last_day: y}]")
    wrong = (error, *error.more)
    assert [one.code for one in wrong] == ["D-50", "D-51", "D-50", "D-54", "D-54"]
    assert [one.mark.column for one in wrong if one.mark] == [7, 16, 28, 80, 93]


def dated(text: str, kind: Names = TEAMS) -> list[tuple[str, date | None, date | None]]:
    """The names of a rule that hold on some days only, with their first and last day."""
    value = kind.parse(entries(f"key: {text}").entries[0][1])
    assert isinstance(value, NameRule)
    days = [[day.value if day else None for day in name.window] for name in value.dated]
    return [(name.value, first, last) for name, (first, last) in zip(value.dated, days, strict=True)]


def test_a_name_may_have_a_first_and_a_last_day() -> None:
    text = "{at_least: [Billing ES, {name: Holiday Peak, first_day: 2026-12-20, last_day: 2027-01-10}]}"
    assert dated(text) == [("Holiday Peak", date(2026, 12, 20), date(2027, 1, 10))]
    assert rule(text) == (None, ["Billing ES"], [])


def test_a_name_in_an_exact_list_may_have_days_too() -> None:
    assert dated("[VIP, {name: Gold, last_day: 2027-01-10}]") == [("Gold", None, date(2027, 1, 10))]
    assert rule("[VIP, {name: Gold, last_day: 2027-01-10}]")[0] == ["VIP"]


def test_a_name_without_days_in_a_mapping_is_a_name_as_any_other() -> None:
    assert dated("[{name: VIP}]") == []
    assert rule("[{name: VIP}]")[0] == ["VIP"]


def test_D_67_a_role_with_days_counts_as_one() -> None:
    assert dated("[{name: Agent, last_day: 2027-01-10}]", ROLES) == [("Agent", None, date(2027, 1, 10))]


def test_a_name_with_days_stands_once_too() -> None:
    assert refusal("[VIP, {name: vip, last_day: 2027-01-10}]").code == "D-28"


def test_D_54_days_under_never_are_refused_with_where_they_belong() -> None:
    error = refusal("{never: [{name: VIP, last_day: 2027-01-10}]}")
    assert (error.code, error.summary) == ("D-54", '"VIP" under never: has a day')
    assert error.hint == "to take it away on a day, write it under  at_least:  with its last_day; else only  VIP"


@pytest.mark.parametrize("day", ["2024-13-45", "2027-1-5", "tomorrow", "20270105", "", "2027-01-10 10:00", "[x]"])
def test_D_54_what_is_no_day_is_refused(day: str) -> None:
    error = refusal(f"[{{name: VIP, last_day: {day}}}]")
    assert (error.code, error.hint) == ("D-54", "write it like  2027-01-31")
    assert error.mark is not None
    assert error.mark.column >= 29


def test_D_54_a_last_day_before_the_first_one_is_refused() -> None:
    error = refusal("[{name: VIP, first_day: 2027-01-10, last_day: 2026-01-10}]")
    assert (error.code, error.summary) == ("D-54", "the last day, 2026-01-10, is before the first day, 2027-01-10")


@pytest.mark.parametrize("text", ["{name: VIP, until: 2027-01-10}", "{last_day: 2027-01-10}", "{}"])
def test_D_37_a_name_with_days_has_a_name_and_days(text: str) -> None:
    assert refusal(f"[{text}]").code == "D-37"


@pytest.mark.parametrize("text", ["{atleast: [VIP]}", "{at_least: [VIP], nevr: [Gold]}", "{name: VIP}"])
def test_D_37_a_strange_key_in_the_mapping_is_refused(text: str) -> None:
    assert refusal(text).code == "D-37"


def test_D_35_a_list_in_a_list_is_refused() -> None:
    assert refusal("[[VIP]]").code == "D-35"


@pytest.mark.parametrize("text", [" VIP", "VIP ", "", " "])
def test_D_65_spaces_around_a_name_are_refused(text: str) -> None:
    with pytest.raises(BadValue) as caught:
        TEAMS.parse(scalar(text, '"'))
    assert caught.value.code == "D-73"


def test_names_are_shown_in_alphabetical_order() -> None:
    assert TEAMS.show(frozenset({"vip", "Gold", "Azure"})) == "Azure, Gold, vip"


def test_no_names_are_shown_as_none() -> None:
    assert TEAMS.show(frozenset()) == "(none)"


def test_a_rule_leaves_other_names_alone() -> None:
    value = TEAMS.parse(entries("key: {at_least: [VIP], never: [Gold]}").entries[0][1])
    assert isinstance(value, NameRule)
    assert value.target(frozenset({"Gold", "Azure"})) == {"VIP", "Azure"}
