"""The mistakes are mistakes, and the sentences on survivors belong to something."""

import ast
import tomllib
from pathlib import Path

import pytest

from tests.mutants.__main__ import SENTENCES
from tests.mutants.modules import MODULES
from tests.mutants.operators import mutants_of

ROOT = Path(__file__).parents[2]


def changes(code: str) -> list[str]:
    """The code of each mutant of a piece of code, without line breaks."""
    return [" / ".join(mutant.source.split("\n")) for mutant in mutants_of(code)]


@pytest.mark.parametrize(
    ("code", "others"),
    [
        ("a < b", ["a <= b", "a >= b"]),
        ("a and b", ["a or b"]),
        ("not a", ["a"]),
        ("a + 1", ["a - 1", "a + 2"]),
        ("x = 'D-01'", ["x = 'XXD-01'"]),
        ("x = True", ["x = False"]),
        ("f(x)", ["pass"]),
        ("raise e", ["pass"]),
        ("x = min(a, b)", ["x = max(a, b)"]),
        ("x = [a for a in b if c]", ["x = [a for a in b]"]),
        ("x -= y", ["x += y"]),
    ],
)  # fmt: skip
def test_each_sort_of_mistake(code: str, others: list[str]) -> None:
    assert changes(code) == others


def test_docstrings_types_imports_and_the_words_of_f_strings_are_left_alone() -> None:
    code = (
        '"""Words."""\nimport a\nfrom b import c\nx: dict[str, int]\n\ndef f(a: int) -> str:\n    """Words."""\n'
    )
    assert changes(code + "    y = f'{a} words'\n") == []


def test_a_mistake_is_known_by_its_function_and_its_code_and_equal_ones_by_their_number() -> None:
    code = "class A:\n\n    def f(self):\n        g(1)\n        g(1)\n"
    known = [(mutant.function, mutant.before, mutant.after) for mutant in mutants_of(code)]
    assert known == [
        ("A.f", "g(1)", "pass"),
        ("A.f", "g(1)", "g(2)"),
        ("A.f", "g(1)", "pass #2"),
        ("A.f", "g(1)", "g(2) #2"),
    ]


@pytest.mark.parametrize("module", MODULES)
def test_every_mistake_in_a_module_is_code_and_another_one(module: str) -> None:
    source = (ROOT / f"reconciler/{module}.py").read_text()
    mutants = list(mutants_of(source))
    assert len({(mutant.function, mutant.before, mutant.after) for mutant in mutants}) == len(mutants)
    plain = ast.unparse(ast.parse(source))
    for mutant in mutants[::9]:
        assert mutant.source != plain
        ast.parse(mutant.source)


def test_every_sentence_names_a_module_a_place_a_mistake_and_a_reason() -> None:
    entries = tomllib.loads(SENTENCES.read_text()).get("survivor", [])
    assert all(one.keys() == {"module", "function", "before", "after", "why"} for one in entries)
    assert all(one["module"] in MODULES and one["why"].endswith(".") for one in entries)
