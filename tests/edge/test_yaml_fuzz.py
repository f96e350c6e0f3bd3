"""Whatever stands in a file: a value, or a problem with a place, under both parsers (faults.md D-31, D-90)."""

import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.edge.yaml_reader import read_document
from reconciler.model.source import Document, Entries, Items, Node, Problems

PIECES = [
    *"abé[]{}:,-#&*!|>%@`'\"\\?~=<.\n\n   ",
    ": ",
    "- ",
    "\n  ",
    "\r\n",
    "\t",
    "---\n",
    "...\n",
    "NO",
    "0x1",
    "1:30",
]
PIECES += [
    "!!int ",
    "2024-13-45",
    "<<: ",
    "\\x1b",
    "\\ud800",
    "\ufeff",
    "\u2028",
    "\u200d",
    "email: ",
    "users:\n",
    "\0",
]
SEED = "email: a@x.example\nroles: [Agent, 'Lead']\nteams: {at_least: [A]}\nlast_day: 2027-01-10 # x\n"


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Draw an honest file with a few pieces cut out or put in."""
    text = SEED
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(text)))
        text = text[:begin] + draw(st.sampled_from(PIECES)) + text[begin + draw(st.integers(0, 3)) :]
    return text


TEXTS = st.one_of(mutated(), st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.text(max_size=40))


def shape(node: Node) -> object:
    """Return spellings, styles and places of a node; only where nothing is written the parsers place it apart."""
    if isinstance(node, Items):
        return [node.mark[1:], *map(shape, node.items)]
    if isinstance(node, Entries):
        return [node.mark[1:], *((shape(key), shape(value)) for key, value in node.entries)]
    return node.text, node.style, node.mark[1:] if node.text or node.style else "nothing"


def check(document: Document | None, problems: Problems) -> None:
    for problem in problems:
        assert problem.mark is not None
        assert problem.mark.line >= 1
        assert problem.mark.line <= problem.mark.source.text.count("\n") + 1
        assert problem.mark.column >= 1
        assert problem.mark.width >= 1
        words = problem.summary + problem.hint.replace("\n", " ")
        assert not {unicodedata.category(character) for character in words} & {"Cc", "Cs", "Zl", "Zp"}
        assert problem.code.startswith("D-")
    if document is None:
        assert problems
    else:
        assert document.root.entries or document.source.text.strip().startswith(("{", "-", "#"))


@settings(max_examples=200, deadline=None)
@given(TEXTS)
@example("a: 2024-13-45")
@example("a: !!int ''")
@example("a: =")
@example("? ? ?")
@example("'\\")
@example("a: b # x\n?")
def test_D_90_a_value_or_a_problem_with_a_place(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    in_c, in_python = (read_document("a.yaml", data, pure=pure) for pure in (False, True))
    check(*in_c)
    check(*in_python)
    if in_c[0] is not None and in_python[0] is not None:
        assert shape(in_c[0].root) == shape(in_python[0].root)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_D_90_any_bytes(data: bytes) -> None:
    check(*read_document("a.yaml", data))
