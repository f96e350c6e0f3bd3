"""The text gate of the YAML funnel: encodings and characters, each test a row of faults.md 3.1 and 3.2."""

import pytest

from reconciler.edge.yaml_reader import read_document
from reconciler.model.source import Problem, Scalar

CONTROLS = [chr(n) for n in range(0x20) if chr(n) not in "\t\n\r\x0b\x0c"]
BIDI = [*"\u061c\u200e\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))]
UNSEEN = [*"\u200b\u00ad\u2060\u2063\ufe0f\u180e\u115f\u3164\uffa0\u2800\u034f\ufff9", "\U000e0041", "\U000e0100"]
SPACES = [*"\u00a0\u1680\u2000\u2003\u2009\u202f\u205f\u3000"]


def name(character: str) -> str:
    return f"{ord(character):04X}"


def refused(data: bytes | str, code: str) -> Problem:
    """Return the one problem of some bytes, which has that code, a place and a hint."""
    document, problems = read_document("users/a.yaml", data.encode() if isinstance(data, str) else data)
    assert document is None
    assert [problem.code for problem in problems] == [code]
    assert problems[0].hint
    assert problems[0].mark is not None
    return problems[0]


def place(problem: Problem) -> tuple[int, int]:
    assert problem.mark is not None
    return problem.mark.line, problem.mark.column


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        ("name: Ren\u00e9\n".encode("utf-16"), 1, 1),
        ("name: Ren\u00e9\n".encode("utf-16-le"), 1, 1),
        ("name: Ren\u00e9\n".encode("utf-16-be"), 1, 1),
        ("name: Ren\u00e9\n".encode("utf-32"), 1, 1),
        ("a: b\nname: Ren\u00e9\n".encode("latin-1"), 2, 10),
        ("name: \u0418\u0432\u0430\u043d\n".encode("cp1251"), 1, 7),
        (b"a: \xc0\xaf\n", 1, 4),
        (b"a: x\xed\xa0\x80\n", 1, 5),
        (b"a: \xf5\x80\x80\x80\n", 1, 4),
        ("é: ".encode() + b"\xff\n", 1, 4),
    ],
    ids=["utf16", "utf16le", "utf16be", "utf32", "latin1", "cp1251", "overlong", "surrogate", "beyond", "after"],
)
def test_D_20_only_utf8(data: bytes, line: int, column: int) -> None:
    problem = refused(data, "D-20")
    assert place(problem) == (line, column)
    assert "UTF-8" in problem.summary + problem.hint


def test_D_20_shows_the_line_with_the_bytes_escaped() -> None:
    problem = refused("name: Ren\u00e9\n".encode("latin-1"), "D-20")
    assert problem.summary == "the byte E9 is not UTF-8: the file was saved with another encoding"
    assert problem.mark is not None
    assert problem.mark.text == "name: Ren\\xe9"


def test_D_21_one_byte_order_mark_at_the_start() -> None:
    document, problems = read_document("a.yaml", b"\xef\xbb\xbfemail: x\n")
    assert document is not None
    assert not problems
    assert document.root.entries[0][0] == Scalar("email", "", document.root.mark._replace(width=5))


@pytest.mark.parametrize(
    ("text", "column"), [("\ufeff\ufeffa: b", 1), ("a: b\ufeff", 5), ("a: 'b\ufeffc'", 6), ("a: b # \ufeff", 8)]
)
def test_D_21_byte_order_mark_elsewhere(text: str, column: int) -> None:
    assert place(refused(text, "D-21")) == (1, column)


@pytest.mark.parametrize("character", [*CONTROLS, "\x80", "\x9f", "\ufffe", "\uffff"], ids=name)
@pytest.mark.parametrize("text", ["a: b{}c\n", "a: 'b{}'\n", "a: b  # {}\n"], ids=["plain", "quoted", "comment"])
def test_D_22_raw_controls(character: str, text: str) -> None:
    assert f"U+{ord(character):04X}" in refused(text.format(character), "D-22").summary


@pytest.mark.parametrize(
    "escape",
    [r"\0", r"\x1b", r"\u202e", r"\u2028", r"\n", r"\t", r"\r", r"\N", r"\L", r"\P", r"\e", r"\x7f", r"\uFEFF"],
)
@pytest.mark.parametrize("text", ['a: "x{}y"\n', 'b: ok\n"a{}": x\n'], ids=["value", "key"])
@pytest.mark.parametrize("pure", [False, True], ids=["c", "python"])
def test_D_22_escaped_controls(escape: str, text: str, pure: bool) -> None:
    document, problems = read_document("a.yaml", text.format(escape).encode(), pure=pure)
    assert document is None
    assert [problem.code for problem in problems] == ["D-22"]
    assert "without its escape" in problems[0].hint


@pytest.mark.parametrize("escape", [r"\u200b", r"\u00a0", r"\_", r"\u00ad", r"\U000e0041"])
def test_D_26_escaped_unseen_characters(escape: str) -> None:
    refused(f'a: "x{escape}y"\n', "D-26")


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\u0085", "\r"], ids=name)
@pytest.mark.parametrize(
    "text",
    ["role: agent # note{}role: admin\n", "role: agent{}role: admin\n", "role{}x: agent\n", "a: |\n  b{}c\n"],
    ids=["comment", "value", "key", "block"],
)
def test_D_23_hidden_line_breaks(character: str, text: str) -> None:
    problem = refused(text.format(character), "D-23")
    at = text.index("{}")
    assert place(problem) == (text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def test_D_23_words() -> None:
    problem = refused("role: agent # note\u2028role: admin\n", "D-23")
    assert problem.summary == (
        "U+2028 (line separator) stands here: YAML begins a new line at it, and a reviewer does not see one"
    )
    assert problem.hint == "write:  role: agent # note role: admin"


def test_D_23_windows_line_ends_are_fine() -> None:
    document, problems = read_document("a.yaml", b"a: b\r\nc: '\xc3\xa9'\r\n")
    assert document is not None
    assert not problems
    assert document.source.line(2) == "c: 'é'"


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x7f"], ids=name)
def test_D_24_vertical_tab_form_feed_delete(character: str) -> None:
    assert place(refused(f"a: b{character}\n", "D-24")) == (1, 5)


@pytest.mark.parametrize("character", BIDI, ids=name)
@pytest.mark.parametrize("text", ["a: b{}\n", "{}a: b\n", "a: b  # {}\n"], ids=["value", "key", "comment"])
def test_D_25_bidi_controls(character: str, text: str) -> None:
    assert place(refused(text.format(character), "D-25")) == (1, text.index("{}") + 1)


@pytest.mark.parametrize("character", [*UNSEEN, *SPACES], ids=name)
@pytest.mark.parametrize(
    "text", ["name: Ana{}Maria\n", "name: 'x{}'\n", "na{}me: x\n"], ids=["value", "quoted", "key"]
)
def test_D_26_unseen_characters_and_spaces(character: str, text: str) -> None:
    problem = refused(text.format(character), "D-26")
    assert place(problem) == (1, text.index("{}") + 1)
    assert f"U+{ord(character):04X}" in problem.summary


def test_D_26_the_hint_is_the_line_without_it() -> None:
    problem = refused("name: Ana\u00a0Ma\u200bria\n", "D-26")
    assert problem.summary.startswith("U+00A0 (no-break space)")
    assert problem.hint == "write:  name: Ana Maria"


def test_D_26_a_space_that_is_none_after_the_colon() -> None:
    assert place(refused("a: b\nname:\u00a0Ana\nc: d\n", "D-26")) == (2, 6)


def test_D_26_comments_may_hold_them() -> None:
    document, problems = read_document("a.yaml", "a: b  # ⚠\ufe0f 5\u00a0%\n".encode())
    assert document is not None
    assert not problems


@pytest.mark.parametrize("text", ["نامه\u200cای", "क्\u200dष", "ක්\u200dෂ"], ids=ascii)
def test_D_26_joiners_between_letters_that_need_them(text: str) -> None:
    document, problems = read_document("a.yaml", f"name: {text}\n".encode())
    assert document is not None
    assert not problems
    refused(f"{text}: x\n", "D-26")


@pytest.mark.parametrize("text", ["A\u200dna", "Ana\u200c", "\u200dAna", "نا\u200c x", "👩\u200d🚀"], ids=ascii)
def test_D_26_joiners_elsewhere(text: str) -> None:
    refused(f"name: {text}\n", "D-26")


@pytest.mark.parametrize(
    ("text", "place_of_tab"),
    [("a:\n\tb: c\n", (2, 1)), ("a:\tb\n", (1, 3)), ("a: b\t# c\n", (1, 5)), ("a: 'b\tc'\n", (1, 6))],
    ids=["indent", "colon", "comment", "value"],
)
def test_D_27_tabs(text: str, place_of_tab: tuple[int, int]) -> None:
    assert place(refused(text, "D-27")) == place_of_tab


def test_D_27_hints() -> None:
    assert refused("a:\tb\n", "D-27").hint == "write:  a: b"
    assert refused("a:\n\tb: c\n", "D-27").hint == "Write spaces in its place, two for each level."


@pytest.mark.parametrize(
    "text",
    [
        "a: b\n<<<<<<< HEAD\nrole: x\n=======\nrole: y\n>>>>>>> branch\n",
        "a: b\n||||||| base\n",
        "a: [x,\n>>>>>>> branch\n]\n",
        "a: b\n=======\n",
        "a: b\r\n<<<<<<< HEAD\r\n",
    ],
)
def test_D_08_merge_conflict(text: str) -> None:
    assert place(refused(text, "D-08")) == (2, 1)


def test_D_08_git_crypt() -> None:
    assert "git-crypt unlock" in refused(b"\0GITCRYPT\0\x01\x02\xff\xfe", "D-08").hint


def test_each_character_is_told_once_a_line() -> None:
    _, problems = read_document("a.yaml", "a: \u202e\u202e\x1b\nb: \u202e\n".encode())
    found = [(problem.code, problem.mark.line) for problem in problems if problem.mark]
    assert found == [("D-25", 1), ("D-22", 1), ("D-25", 2)]


def test_at_most_a_hundred_are_told() -> None:
    _, problems = read_document("a.yaml", b"\ta\n" * 5_000)
    assert len(problems) == 100
