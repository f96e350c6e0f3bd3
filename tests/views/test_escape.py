import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.values import NOTHING
from reconciler.views.escape import WIDEST_TEXT, cell, clip, escape, name_cell, parted, tell_apart
from tests.views.hostile import HOSTILE

STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def is_calm(text: str) -> bool:
    """Say whether nothing in a text can steer, hide or break a line."""
    return not any(unicodedata.category(char) in STEERING for char in text)


@pytest.mark.parametrize("text", HOSTILE)
def test_S_20_nothing_that_steers_passes(text: str) -> None:
    assert is_calm(escape(text))
    assert is_calm(cell(text))


@given(st.text())
def test_S_20_no_text_at_all_passes_raw(text: str) -> None:
    assert is_calm(cell(text))


@given(st.text(alphabet=st.sampled_from("\\x1bu20e \x1b\u202e\n"), max_size=8), st.text(max_size=8))
def test_S_29_two_texts_never_look_the_same(one: str, other: str) -> None:
    assert (cell(one) == cell(other)) == (one == other)


@given(
    st.text(alphabet=st.sampled_from("\\x02 \u0020\x1b"), max_size=6), st.text(alphabet="\\x02 \x1b", max_size=6)
)
def test_S_29_not_even_texts_made_to_look_like_escapes(one: str, other: str) -> None:
    assert (cell(one) == cell(other)) == (one == other)


@pytest.mark.parametrize(
    "name", ["José Ñandú", "Łukasz", "Мария", "李伟", "محمد", "นภา", "ยิ่งลักษณ์", "Nguyễn", "O'Neil"]
)
def test_letters_of_every_script_stay(name: str) -> None:
    assert cell(name) == name


def test_escapes_are_visible() -> None:
    assert escape("\x1b[1m\u202e\U000e0041") == r"\x1b[1m\u202e\U000e0041"


def test_S_29_spaces_that_an_eye_misses_are_visible() -> None:
    assert cell(" a  b ") == r"\x20a \x20b\x20"


def test_S_29_a_long_text_is_cut_with_a_mark() -> None:
    assert clip("x" * 1_130, 130) == "x" * 130 + "...(and 1,000 more characters)"
    assert len(cell("x" * 100_000)) < WIDEST_TEXT + 40


def test_S_29_a_tower_of_marks_is_cut() -> None:
    assert cell("e" + "\u0301" * 6) == "e" + "\u0301" * 4 + r"\u0301\u0301"


def test_S_30_a_name_that_reads_like_our_words_stands_in_quotes() -> None:
    assert name_cell(NOTHING) == '"(none)"'
    assert name_cell("Madrid -> Lisbon") == '"Madrid -> Lisbon"'
    assert name_cell("Billing, VIP") == '"Billing, VIP"'
    assert name_cell("Billing ES") == "Billing ES"


def test_S_29_look_alikes_get_their_code_points() -> None:
    assert tell_apart("Ana", "Аna") == (
        " (U+0041 LATIN CAPITAL LETTER A)",
        " (U+0410 CYRILLIC CAPITAL LETTER A)",
    )


def test_different_texts_get_nothing() -> None:
    assert tell_apart("Ana", "Eva") == ("", "")
    assert tell_apart("ana", "ANA") == ("", "")


def test_S_29_a_difference_behind_the_cut_is_shown() -> None:
    before, after = parted("x" * 200 + "A", "x" * 200 + "B")
    assert before == "..." + "x" * 10 + "A"
    assert after == "..." + "x" * 10 + "B"


def test_S_22_the_older_form_of_a_workflow_command_is_broken_anywhere_in_a_line() -> None:
    assert "##[" not in escape("a ##[error]b")
