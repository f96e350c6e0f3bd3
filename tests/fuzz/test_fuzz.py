"""Fuzz for about a minute in all, the same inputs every time; `make fuzz` goes on for hours (faults.md D-90).

What once failed stands in `corpus/` and is tried first, for ever.
"""

from itertools import islice
from pathlib import Path
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.edge.yaml_reader import read_document
from tests.fuzz.driver import CORPUS, corpus, inputs
from tests.fuzz.targets import TARGETS, check_document, read_yaml
from tests.fuzz.words import PEOPLE, YAML_PIECES

PARTS: Final = 4
"""Each target's inputs are cut into so many tests, for machines with several cores."""

KEPT: Final = [(name, file) for name in TARGETS for file in corpus(name)]
"""Every kept input with its target."""


def test_the_corpus_holds_inputs_of_every_target_and_of_no_other() -> None:
    assert {folder.name for folder in CORPUS.iterdir() if folder.is_dir()} == TARGETS.keys()
    assert {name for name, _ in KEPT} == TARGETS.keys()


@pytest.mark.parametrize(("name", "file"), KEPT, ids=lambda part: part.stem if isinstance(part, Path) else part)
def test_D_90_a_kept_input_is_taken_or_refused(name: str, file: Path) -> None:
    TARGETS[name].run(file.read_bytes())


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", TARGETS)
def test_D_90_whatever_comes_from_outside_is_taken_or_refused(name: str, part: int) -> None:
    target = TARGETS[name]
    for data, signs in islice(inputs(name, part), target.count // PARTS):
        try:
            signs.append(target.run(data))
        except BaseException as error:
            error.add_note(f"{name} {data!r}")
            raise


WORDS: Final = [piece.decode("utf-8", "surrogatepass") for piece in YAML_PIECES]
SEED: Final = PEOPLE[0].decode()


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Draw an honest file with a few pieces cut out or put in."""
    text = SEED
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(text)))
        text = text[:begin] + draw(st.sampled_from(WORDS)) + text[begin + draw(st.integers(0, 3)) :]
    return text


TEXTS: Final = st.one_of(
    mutated(), st.lists(st.sampled_from(WORDS), max_size=40).map("".join), st.text(max_size=40)
)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
@example("a: 2024-13-45")
@example("a: !!int ''")
@example("a: =")
@example("? ? ?")
@example("'\\")
@example("a: b # x\n?")
def test_D_90_a_value_or_a_problem_with_a_place(text: str) -> None:
    read_yaml(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_D_90_any_bytes(data: bytes) -> None:
    check_document(*read_document("a.yaml", data))
