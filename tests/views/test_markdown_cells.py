import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.views.escape import cell
from reconciler.views.markdown_cells import block, code, html_code, prose, table_row
from reconciler.views.problem_view import sentence
from tests.views.hostile import HOSTILE
from tests.views.markdown import read, text_of_html

PIECES = (
    *"`|\\<>*_[]()!@#&~+-=.:;/$%^'\"{} \n\t1aé李",
    "www.evil.example",
    "http://evil.example",
    "@org/team",
    "#123",
    "<!--",
    "-->",
    "<details>",
    "</td>",
    "&amp;",
    "![x](y)",
    "[a]: b",
    "[^1]",
    "GH-1",
    ":tada:",
    "1. ",
    "1) ",
    "> ",
    "- ",
    "  ",
    "---",
    "word ",
)
unhurried = settings(deadline=None)
SIGNS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
KINDS = {"table", "thead", "tbody", "tr", "th", "td", "bullet_list", "list_item", "paragraph"}
ALLOWED = {f"{kind}_{side}" for kind in KINDS for side in ("open", "close")} | {"inline", "text", "code_inline"}


def squeezed(text: str) -> str:
    """A text without the gaps that a page does not show."""
    return " ".join(text.split())


def in_table(*cells: str) -> str:
    """A table of one row, in front of a paragraph."""
    return "\n".join((table_row(["a"] * len(cells)), "|---" * len(cells) + "|", table_row(cells), "", "end"))


@unhurried
@given(SIGNS, SIGNS)
def test_S_24_a_row_stays_one_row_with_the_same_text(one: str, other: str) -> None:
    """Whatever data stands in its cells, as a cell of its own or quoted in a sentence of ours."""
    data, said = cell(one), sentence(f"found {other}, wanted {one}")
    found = read(in_table(code(data), prose(said), code("end")))
    assert found.kinds <= ALLOWED
    assert [[squeezed(text) for text in row] for row in found.rows] == [
        [squeezed(data) or "(none)", squeezed(said), "end"]
    ]
    assert not found.live


@unhurried
@given(SIGNS)
def test_S_24_an_item_stays_one_item_with_the_same_text(text: str) -> None:
    said = sentence(text)
    found = read(f"- {prose(said) or 'x'}\n- next")
    assert found.kinds <= ALLOWED
    assert [squeezed(item) for item in found.items] == [squeezed(said) or "x", "next"]
    assert not found.live


@unhurried
@given(SIGNS)
def test_S_24_data_in_a_line_of_html_is_text_in_code(text: str) -> None:
    tags: list[str] = []
    assert text_of_html(f"<b>{html_code(cell(text))}</b>", tags) == (cell(text) or "(none)")
    assert tags == ["b", "code"]


@unhurried
@given(st.lists(SIGNS.map(sentence).filter(bool), min_size=1, max_size=3))
def test_S_24_a_block_of_code_holds_its_lines_and_ends(lines: list[str]) -> None:
    found = read("\n".join((*block(lines), "", "- after")))
    assert found.fences == ["\n".join(lines)]
    assert found.items == ["after"]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_S_24_the_hostile_names(text: str) -> None:
    found = read(in_table(code(cell(text)), prose(sentence(text))))
    assert found.kinds <= ALLOWED
    assert len(found.rows) == 1
    assert squeezed(found.rows[0][0]) == squeezed(cell(text))
    assert not found.live


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("31 people would lose access, the limit is 25", "31 people would lose access, the limit is 25"),
        ('the platform has no team "Biling ES".', 'the platform has no team "Biling ES".'),
        ("over the limit (users/a.yaml:3)", "over the limit (`users/a.yaml:3`)"),
        ('write:  location: "NO"', 'write: `location: "NO"`'),
        ("add  previous_emails: [a@b.c]      Another: none", "add `previous_emails: [a@b.c]` Another: none"),
        ("Teams: wanted @org/team", "Teams: wanted `@org/team`"),
        ("1. not a list", "`1.` not a list"),
        ("1) not a list", "`1)` not a list"),
        ("> not a quotation", "`>` not a quotation"),
        ('row 3: "Must be 0, 1" (a.yaml:3).', 'row 3: "Must be 0, 1" (`a.yaml:3`).'),
        ("Settings > Users & teams, at 04:12.", "Settings > Users & teams, at 04:12."),
        ("", ""),
    ],
)  # fmt: skip
def test_a_sentence_stays_a_sentence(text: str, shown: str) -> None:
    assert prose(text) == shown


def test_nothing_is_said_to_be_nothing() -> None:
    assert (code(""), html_code("")) == ("`(none)`", "<code>(none)</code>")
