"""Runs a target on inputs that grow out of its seeds and its corpus, and keeps what brought something new."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.fuzz.mutate import mutate
from tests.fuzz.targets import TARGETS, Sign

CORPUS: Final = Path(__file__).parent / "corpus"
GROWN: Final = 0.7
"""The share of inputs that are changed by their structure, where a target knows one."""

MOST_KEPT: Final = 2_000


def corpus(name: str) -> list[Path]:
    """The kept inputs of a target: each once failed, or leads where no seed does."""
    return sorted((CORPUS / name).glob("*.txt"))


def inputs(name: str, seed: int) -> Iterator[tuple[bytes, list[Sign]]]:
    """Yield inputs without end; who runs one puts its sign into the list, so that a new one is built upon."""
    target = TARGETS[name]
    chance = random.Random(f"{name} {seed}")
    pool = [*target.seeds, *(file.read_bytes() for file in corpus(name))]
    seen: set[Sign] = set()
    while True:
        data = chance.choice(pool)
        if target.grow and chance.random() < GROWN:
            data = target.grow(chance, data)
        else:
            data = mutate(chance, data, target.pieces, pool)
        signs: list[Sign] = []
        yield data, signs
        if signs and signs[0] not in seen and len(pool) < MOST_KEPT:
            seen.add(signs[0])
            pool.append(data)
