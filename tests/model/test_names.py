"""Sets of names: in files a rule, on the platform a set, in every shape of a read."""

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
    error = refusal("[NO, VIP, 012, {name: Holiday Peak, last_day: 2027-01-10}]")
    wrong = (error, *error.more)
    assert [one.code for one in wrong] == ["D-50", "D-51", "later"]
    assert [one.mark.column for one in wrong if one.mark] == [7, 16, 21]


def test_a_dated_name_is_refused_by_name() -> None:
    error = refusal("{at_least: [{name: Holiday Peak, last_day: 2027-01-10}]}")
    assert error.summary == "a name with its own first_day or last_day is not supported by this version yet"
    assert error.hint == "write only the name:  Holiday Peak"


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
