"""The table of faults.md section 3.3: every surprising spelling, in every kind of field, plain and quoted."""

from typing import Final

import pytest

from reconciler.model.fields import TREE_FIELDS, USER_FIELDS
from reconciler.model.kinds import Count, Flag, Kind, Place
from reconciler.model.names import Names
from reconciler.model.source import Node
from reconciler.model.spelling import read_text
from reconciler.model.values import BadValue, NameRule, Value
from tests.nodes import scalar

SURPRISES: Final = {
    "D-50": [
        "NO",
        "no",
        "No",
        "on",
        "On",
        "ON",
        "off",
        "OFF",
        "Off",
        "yes",
        "Yes",
        "YES",
        "true",
        "True",
        "TRUE",
        "false",
        "False",
        "FALSE",
        "nO",
    ],
    "D-51": [
        "0123",
        "012",
        "08",
        "00",
        "0x1F",
        "0X1f",
        "0b101",
        "0o17",
        "1_000",
        "1__0",
        "-0123",
        "+0x1F",
        "-0b1",
    ],
    "D-52": ["1:30", "12:30:45", "-1:30", "190:20:30", "1:30.5"],
    "D-53": [
        "1e3",
        "1.e+3",
        "1E-3",
        "1.5",
        "1.50",
        ".5",
        "-.5",
        "1.",
        "+1.5e3",
        ".inf",
        ".Inf",
        "-.INF",
        ".nan",
        ".NaN",
    ],
    "D-54": ["2024-01-01", "2024-13-45", "2024-1-1", "2024-01-01T10:00:00Z"],
    "D-55": ["Null", "null", "NULL", "~", ""],
    "D-56": ["+79991234567", "-1", "+0", "-12"],
    "D-58": ["=", "<<"],
}
TABLE: Final = [(code, text) for code, texts in SURPRISES.items() for text in texts]
KINDS: Final = {field.name: field.kind for field in USER_FIELDS if field.tree_key in TREE_FIELDS}
TEXT_KINDS: Final = {name: kind for name, kind in KINDS.items() if not isinstance(kind, Count | Flag)}
FREE_KINDS: Final = {name: kind for name, kind in TEXT_KINDS.items() if type(kind) in {Kind, Place, Names}}
QUOTES: Final = ["'", '"']


def refusal(kind: Kind, node: Node) -> BadValue:
    with pytest.raises(BadValue) as caught:
        kind.parse(node)
    return caught.value


def text_of(value: Value) -> object:
    """The text that a kind took, also where it is the one name of a set."""
    return value.exact[0].value if isinstance(value, NameRule) and value.exact else value


@pytest.mark.parametrize(("code", "text"), TABLE)
def test_D_50_to_D_58_plain_is_refused_by_every_kind_of_text(code: str, text: str) -> None:
    for name, kind in TEXT_KINDS.items():
        if not (isinstance(kind, Place) and code == "D-55" and text):
            assert (name, refusal(kind, scalar(text)).code) == (name, code)


@pytest.mark.parametrize(("code", "text"), [row for row in TABLE if row[1]])
def test_D_50_to_D_58_the_hint_puts_the_text_in_quotes(code: str, text: str) -> None:
    with pytest.raises(BadValue) as caught:
        read_text(scalar(text), "a text")
    assert caught.value.hint.startswith(f'write:  "{text}"')


@pytest.mark.parametrize("style", QUOTES)
@pytest.mark.parametrize(("code", "text"), [row for row in TABLE if row[1]])
def test_D_59_quoted_comes_through_letter_for_letter(code: str, text: str, style: str) -> None:
    for name, kind in FREE_KINDS.items():
        if not (name == "teams" and ":" in text):
            assert (name, text_of(kind.parse(scalar(text, style)))) == (name, text)


@pytest.mark.parametrize("style", QUOTES)
@pytest.mark.parametrize(("code", "text"), TABLE)
def test_D_59_a_quoted_text_of_the_wrong_form_is_refused_for_its_form_not_for_its_spelling(
    code: str, text: str, style: str
) -> None:
    for name in TEXT_KINDS.keys() - FREE_KINDS.keys():
        assert outcome(TEXT_KINDS[name], scalar(text, style)) in {text, "D-37", "D-63", "D-73", "D-74"}


def outcome(kind: Kind, node: Node) -> object:
    """The value that a kind took, or the code of its refusal."""
    try:
        return kind.parse(node)
    except BadValue as error:
        return error.code


@pytest.mark.parametrize("style", ["", *QUOTES])
@pytest.mark.parametrize(("code", "text"), TABLE)
def test_D_50_a_flag_takes_only_true_and_false_without_quotes(code: str, text: str, style: str) -> None:
    kind = KINDS["external_user"]
    if (text, style) in {("true", ""), ("false", "")}:
        assert kind.parse(scalar(text, style)) is (text == "true")
    else:
        assert refusal(kind, scalar(text, style)).code == "D-50"


@pytest.mark.parametrize("style", ["", *QUOTES])
@pytest.mark.parametrize(("code", "text"), TABLE)
def test_D_51_a_number_field_takes_none_of_the_surprising_spellings(code: str, text: str, style: str) -> None:
    assert refusal(KINDS["max_chat_limit"], scalar(text, style)).code == "D-51"


@pytest.mark.parametrize("text", ["null", "Null", "NULL", "~"])
def test_D_55_only_a_location_can_be_cleared(text: str) -> None:
    takes_null = [name for name, kind in KINDS.items() if outcome(kind, scalar(text)) is None]
    assert takes_null == [field.name for field in USER_FIELDS if field.clearable]


def test_D_55_an_empty_location_is_not_taken_for_null() -> None:
    error = refusal(KINDS["location"], scalar(""))
    assert error.code == "D-55"
    assert error.hint == "write:  null    to take the location away, or remove the line to leave it as it is"


def test_D_55_a_surname_that_reads_as_null_is_asked_for_in_quotes() -> None:
    error = refusal(KINDS["last_name"], scalar("Null"))
    assert error.summary == "Null without quotes means null to YAML, not a text; only a location can be cleared"
    assert error.hint == 'write:  "Null"    if the text is meant'


@pytest.mark.parametrize(
    "text", ["y", "n", "Y", "4711", "0", "Norway", "nothing", "yes sir", "1.2.3", "A-001", "nUll"]
)
def test_what_no_parser_misreads_stays_text_without_quotes(text: str) -> None:
    assert read_text(scalar(text), "a text") == text


@pytest.mark.parametrize("text", ["9" * 5_000, "0x" + "f" * 5_000, "0" * 5_000])
def test_D_57_endless_digits_are_refused_and_never_become_a_number(text: str) -> None:
    for kind in KINDS.values():
        error = refusal(kind, scalar(text))
        assert len(error.summary) < 200
        assert len(error.hint) < 200
