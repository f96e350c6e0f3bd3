"""The four turns of a value, kind by kind."""

import contextlib
import string
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.fields import FIELDS, TREE_FIELDS
from reconciler.model.kinds import (
    ACCOUNT,
    CHAT_LIMIT,
    DIGITS,
    EMAIL,
    FLAG,
    MINUTES,
    PHONE,
    PLACE,
    TEXT,
    Kind,
)
from reconciler.model.source import Json
from reconciler.model.values import BadValue, Value
from tests.nodes import node, scalar

PLAIN_TEXTS: Final = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40)
FLAG_SAMPLES: Final[list[Json]] = [0, 1, "0", "1", True, False, "", None]
NUMBER_SAMPLES: Final[list[Json]] = [2, "2", "", None]


def refusal(kind: Kind, text: str, style: str = '"') -> BadValue:
    with pytest.raises(BadValue) as caught:
        kind.parse(scalar(text, style))
    return caught.value


@given(st.none() | PLAIN_TEXTS, st.sampled_from(["Mexico", "", None]))
def test_a_text_comes_back_from_the_wire_as_it_went(value: Value, like: Json) -> None:
    for kind in (TEXT, EMAIL, PLACE, DIGITS, PHONE):
        assert kind.from_wire(kind.to_wire(value, like)) == value


@given(st.none() | st.booleans(), st.sampled_from(FLAG_SAMPLES))
def test_a_flag_comes_back_from_the_wire_whatever_the_type_of_the_template(value: Value, like: Json) -> None:
    assert FLAG.from_wire(FLAG.to_wire(value, like)) is value


@given(st.none() | st.integers(0, 1_440), st.sampled_from(NUMBER_SAMPLES))
def test_a_number_comes_back_from_the_wire_whatever_the_type_of_the_template(value: Value, like: Json) -> None:
    for kind in (CHAT_LIMIT, MINUTES):
        assert kind.from_wire(kind.to_wire(value, like)) == value


@pytest.mark.parametrize(("like", "wire"), [(0, 1), ("0", "1"), (False, True), ("", 1)])
def test_a_flag_is_written_in_the_type_of_the_template(like: Json, wire: Json) -> None:
    written = FLAG.to_wire(value=True, like=like)
    assert (written, type(written)) == (wire, type(wire))


@pytest.mark.parametrize(("like", "wire"), [(2, 3), ("2", "3"), ("", 3), (None, 3)])
def test_a_number_is_written_in_the_type_of_the_template(like: Json, wire: Json) -> None:
    assert CHAT_LIMIT.to_wire(3, like) == wire


@pytest.mark.parametrize("kind", [TEXT, EMAIL, PLACE, FLAG, ACCOUNT, CHAT_LIMIT, DIGITS, PHONE])
def test_nothing_there_is_written_as_an_empty_text(kind: Kind) -> None:
    assert kind.to_wire(None, "1") == ""


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        *((0, False), (1, True), ("0", False), ("1", True), (False, False), (True, True)),
        *(("No", False), ("Yes", True), ("False", False), ("True", True), ("", None), (None, None)),
    ],
)
def test_a_flag_is_read_in_every_documented_shape(wire: Json, value: Value) -> None:
    assert FLAG.from_wire(wire) is value


@pytest.mark.parametrize("wire", [2, -1, "maybe", 1.0, [], {}])
def test_promise_3_a_flag_of_another_shape_is_not_understood(wire: Json) -> None:
    with pytest.raises(BadValue, match="yes or no was expected"):
        FLAG.from_wire(wire)


@pytest.mark.parametrize("wire", [True, 1.5, [], {}])
def test_promise_3_a_text_of_another_shape_is_not_understood(wire: Json) -> None:
    with pytest.raises(BadValue, match="a text was expected"):
        TEXT.from_wire(wire)


@pytest.mark.parametrize("wire", [True, 1.5, "three", "0x1F", "012", [], {}])
def test_promise_3_a_number_of_another_shape_is_not_understood(wire: Json) -> None:
    with pytest.raises(BadValue, match="a whole number was expected"):
        CHAT_LIMIT.from_wire(wire)


@pytest.mark.parametrize("wire", [None, ""])
def test_unknown_18_no_time_of_deactivation_means_active(wire: Json) -> None:
    assert ACCOUNT.from_wire(wire) == "Active"


@pytest.mark.parametrize("wire", ["2026-01-01T00:00:00Z", 1, True, False, 0])
def test_unknown_18_any_other_time_of_deactivation_means_inactive(wire: Json) -> None:
    assert ACCOUNT.from_wire(wire) == "Inactive"


@pytest.mark.parametrize(("value", "words"), [(None, "(none)"), (True, "yes"), (False, "no")])
def test_a_flag_is_shown_in_words(value: Value, words: str) -> None:
    assert FLAG.show(value) == words


@pytest.mark.parametrize(
    "address",
    [
        "ana@acme.example",
        "Ana.Reyes+x@ACME.example",
        "__x@acme.example",
        "a@b.c.acme.example",
        "a@xn--bcher-kva.example",
    ],
)
def test_D_63_D_64_plain_addresses_are_taken_as_written(address: str) -> None:
    assert EMAIL.parse(scalar(address)) == address


@pytest.mark.parametrize(
    "address",
    [
        *("", "ana", "Ivan <ivan@acme.example>", "mailto:ivan@acme.example", '"ivan petrov"@acme.example'),
        *("a@b@acme.example", "a@acme.example, b@acme.example", ".ana@acme.example", "ana.@acme.example"),
        *("an..a@acme.example", "ana@acme.example.", "ana@acme.example ", " ana@acme.example"),
        *("ana reyes@acme.example", "ana@acme", "ana@-acme.example", "ana@[127.0.0.1]", "ana@127.0.0.1"),
        "a" * 250 + "@acme.example",
    ],
)
def test_D_63_what_is_not_a_plain_address_is_refused(address: str) -> None:
    assert refusal(EMAIL, address).code == "D-63"


@pytest.mark.parametrize(
    "address", ["Ivan <ivan@acme.example>", "mailto:ivan@acme.example", "ivan@acme.example ", "ivan@acme.example."]
)
def test_D_63_the_address_inside_is_proposed(address: str) -> None:
    assert refusal(EMAIL, address).hint == "write:  ivan@acme.example"


@pytest.mark.parametrize("address", ["ana reyes@acme.example", "an..a@acme.example", "a@b@acme.example"])
def test_D_63_somebody_else_is_never_proposed(address: str) -> None:
    assert refusal(EMAIL, address).hint == "write only the address, like  name@company.example"


@pytest.mark.parametrize(
    "address",
    [
        *("іvan@acme.example", "ivan@аcme.example", "ivan@ехample.example", "ﬁ@acme.example"),
        *("\u212aari@acme.example", "ſam@acme.example", "İvan@acme.example", "ivan@straße.example"),
        *("ivan@bücher.example", "ivan＠acme.example", "ivan@acme。example", "ivan\u0307@acme.example"),
        *("αna@acme.example", "ana@acme.examрle", "ana@ɑcme.example", "ana@acme．example"),
    ],
)
def test_D_60_D_61_letters_that_only_look_like_ascii_are_refused(address: str) -> None:
    assert refusal(EMAIL, address).code == "D-61"


def test_D_61_the_strange_letter_is_named() -> None:
    assert refusal(EMAIL, "іvan@acme.example").summary == (
        '"іvan@acme.example" holds "і" (U+0456 CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I); '
        "an address has plain ASCII letters only"
    )


@pytest.mark.parametrize(
    "text", ["Ł", "X Æ A-12", "👩 Ana", "Z̴̛a̷lgo", "أنا", "=cmd()", "<script>", "@team", "${{ }}", "::add-mask::x"]
)
def test_D_73_names_of_any_script_are_taken_letter_for_letter(text: str) -> None:
    assert TEXT.parse(scalar(text, '"')) == text


@pytest.mark.parametrize("text", ["", " ", "   "])
def test_D_73_a_name_of_spaces_is_refused(text: str) -> None:
    assert refusal(TEXT, text).code == "D-73"


def test_D_73_spaces_around_a_name_are_refused_with_the_line() -> None:
    assert refusal(TEXT, " Ana").hint == 'write:  "Ana"'


@pytest.mark.parametrize(("length", "fits"), [(255, True), (256, False), (10_000, False)])
def test_D_73_the_length_is_bounded(length: int, fits: bool) -> None:
    if fits:
        assert TEXT.parse(scalar("a" * length)) == "a" * length
    else:
        assert refusal(TEXT, "a" * length).code == "D-36"


@pytest.mark.parametrize("text", ["0", "-1", "1000000000", "1001", "1.0", "three", "", "3 ", "٣", "1" * 5_000])
@pytest.mark.parametrize("style", ["", '"'])
def test_D_74_chat_limits_outside_the_table_are_refused(text: str, style: str) -> None:
    assert refusal(CHAT_LIMIT, text, style).code in {"D-51", "D-74"}


@pytest.mark.parametrize("style", ["", "'", '"'])
def test_D_74_a_number_may_stand_in_quotes(style: str) -> None:
    assert CHAT_LIMIT.parse(scalar("5", style)) == 5


@pytest.mark.parametrize(
    ("text", "hint"), [("Yes", "write:  true"), ("off", "write:  false"), ("1", "write:  true")]
)
def test_D_50_a_flag_in_other_words_gets_the_word_that_is_meant(text: str, hint: str) -> None:
    assert refusal(FLAG, text, "").hint == hint


def test_D_50_a_flag_that_says_nothing_gets_both_words() -> None:
    assert refusal(FLAG, "maybe", "").hint == "write true or false"


@pytest.mark.parametrize(
    ("text", "hint"), [("active", "write:  Active"), ("Gone", "write one of:  Active, Inactive")]
)
def test_D_37_another_word_for_the_account_gets_the_right_ones(text: str, hint: str) -> None:
    assert refusal(ACCOUNT, text, "").hint == hint


@pytest.mark.parametrize("text", ["+34915550123", "+491234567"])
def test_D_56_a_telephone_number_in_quotes_is_taken(text: str) -> None:
    assert PHONE.parse(scalar(text, '"')) == text


@pytest.mark.parametrize(
    "text", ["34915550123", "+0123456789", "+34 915 550 123", "+12", "+٣٤٩١٥٥٥٠١٢٣", "tel:+34915550123"]
)
def test_a_telephone_number_of_another_form_is_refused(text: str) -> None:
    assert refusal(PHONE, text).code == "D-74"


@pytest.mark.parametrize("text", ["12a", "12 34", "٣٣", "1" * 21])
def test_an_extension_has_digits_only(text: str) -> None:
    assert refusal(DIGITS, text).code == "D-74"


@pytest.mark.parametrize("value", ["[a]", "{a: b}"])
def test_D_35_a_list_or_mapping_where_one_value_is_wanted_is_refused(value: str) -> None:
    for field in TREE_FIELDS.values():
        if field.name not in {"roles", "teams"}:
            with pytest.raises(BadValue) as caught:
                field.kind.parse(node(value))
            assert caught.value.code == "D-35"


def test_D_72_composed_and_decomposed_letters_are_the_same() -> None:
    assert TEXT.same("Renée", "Rene\u0301e")


def test_texts_differ_by_case() -> None:
    assert not TEXT.same("Ana", "ana")


@pytest.mark.parametrize(
    ("one", "other"), [("Madrid", "MADRID"), ("Straße", "STRASSE"), ("Málaga", "Ma\u0301laga")]
)
def test_locations_compare_without_regard_to_case(one: str, other: str) -> None:
    assert PLACE.same(one, other)


def test_unknown_28_addresses_compare_trimmed_and_without_regard_to_case() -> None:
    assert EMAIL.same(" Ana@ACME.example", "ana@acme.example")


@given(st.text(string.printable, max_size=30))
def test_D_90_any_text_is_taken_or_refused(text: str) -> None:
    for field in FIELDS.values():
        for style in ("", '"'):
            with contextlib.suppress(BadValue):
                field.kind.parse(scalar(text, style))
