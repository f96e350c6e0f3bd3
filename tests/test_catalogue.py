"""Every fault of the catalogue that concerns the network, the machine, the platform and the output has a test."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parent
CATALOGUE: Final = TESTS / "catalogue.txt"
PROMISED: Final = ("1", "1.1", "2", "4", "5.1", "5.2")
"""The sections of which every row is a test or stands in the table below."""

WITHOUT_A_TEST: Final[dict[str, str]] = {}
"""Why a row of these sections has no test that carries its id."""


def catalogue() -> dict[str, str]:
    """The section of each id."""
    sections: dict[str, str] = {}
    section = ""
    for line in CATALOGUE.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"# ([\d.]+) ", line):
            section = heading[1]
        elif row := re.match(r"([INPDLS]-\d\d)  \S", line):
            assert row[1] not in sections, f"{row[1]} stands twice"
            sections[row[1]] = section
    return sections


def carried() -> Iterator[str]:
    """Yield the ids in the names of all tests; `test_N_05_...` carries N-05."""
    for file in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield from (
                    f"{family}-{number}" for family, number in re.findall(r"_([INPDLS])_(\d\d)(?=_|$)", node.name)
                )


def test_every_promised_fault_has_a_test_or_a_reason() -> None:
    promised = {ident for ident, section in catalogue().items() if section in PROMISED}
    assert len(promised) >= 130
    assert sorted(promised - set(carried()) - WITHOUT_A_TEST.keys()) == []


def test_a_reason_stands_only_where_there_is_no_test() -> None:
    assert sorted(WITHOUT_A_TEST.keys() & set(carried())) == []
    assert sorted(WITHOUT_A_TEST.keys() - catalogue().keys()) == []


def test_no_test_carries_an_id_that_is_not_in_the_catalogue() -> None:
    assert sorted(set(carried()) - catalogue().keys()) == []
