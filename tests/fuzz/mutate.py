"""Bytes made of other bytes: seeded, so that the same number gives the same input on every machine (D-90)."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

Change: TypeAlias = Callable[[random.Random, bytes, Sequence[bytes]], bytes]

MOST: Final = 4_096
"""An input does not grow beyond so many bytes."""


def mutate(chance: random.Random, data: bytes, pieces: Sequence[bytes], pool: Sequence[bytes]) -> bytes:
    """Return an input with a few changes: cut, doubled, exchanged, or with a piece of the language put in.

    Args:
        chance: Decides.
        data: What is changed.
        pieces: Words and signs of the language that the target reads.
        pool: Other inputs, of which a part may be taken over.
    """
    for _ in range(1 + min(int(chance.expovariate(0.5)), 12)):
        change = chance.choices(CHANGES, WEIGHTS)[0]
        data = change(chance, data, pool if change is _splice else pieces)
    return data[:MOST]


def grow_json(chance: random.Random, data: bytes) -> bytes:
    """Return a JSON text with one value exchanged, left out, doubled or under another key; no JSON as it is.

    So the readers behind the strict decoder are reached, which broken bytes never do.
    """
    try:
        body: Any = json.loads(data)
    except (ValueError, RecursionError):
        return data
    places = list(_containers(body))
    if not places:
        return json.dumps([body, chance.choice(VALUES)]).encode()
    place = chance.choice(places)
    keys: list[Any] = list(place) if isinstance(place, dict) else list(range(len(place)))
    if not keys:
        return json.dumps(chance.choice(VALUES)).encode()
    key, kind = chance.choice(keys), chance.randrange(5)
    if kind == 0:
        del place[key]
    elif kind == 1:
        place[key] = [place[key], place[key]]
    elif kind == 2 and isinstance(place, dict):
        place[chance.choice(KEYS)] = place.pop(key)
    elif kind == 3 and isinstance(place, list):
        place.append(place[key])
    else:
        place[key] = chance.choice(VALUES)
    return json.dumps(body).encode()


def _containers(body: Any) -> Iterator[Any]:
    if isinstance(body, dict | list):
        yield body
        for value in body.values() if isinstance(body, dict) else body:
            yield from _containers(value)


def _span(chance: random.Random, data: bytes, most: int = 16) -> tuple[int, int]:
    begin = chance.randint(0, len(data))
    return begin, min(len(data), begin + chance.randint(0, most))


def _insert(chance: random.Random, data: bytes, pieces: Sequence[bytes]) -> bytes:
    begin = chance.randint(0, len(data))
    return data[:begin] + chance.choice(pieces) + data[begin:]


def _replace(chance: random.Random, data: bytes, pieces: Sequence[bytes]) -> bytes:
    begin, end = _span(chance, data)
    return data[:begin] + chance.choice(pieces) + data[end:]


def _cut(chance: random.Random, data: bytes, pieces: Sequence[bytes]) -> bytes:
    begin, end = _span(chance, data)
    return data[:begin] + data[end:]


def _double(chance: random.Random, data: bytes, pieces: Sequence[bytes]) -> bytes:
    begin, end = _span(chance, data, 64)
    return data[:end] + data[begin:end] * chance.randint(1, 3) + data[end:]


def _byte(chance: random.Random, data: bytes, pieces: Sequence[bytes]) -> bytes:
    begin = chance.randint(0, len(data))
    return data[:begin] + bytes([chance.randrange(256)]) + data[begin + 1 :]


def _end(chance: random.Random, data: bytes, pieces: Sequence[bytes]) -> bytes:
    return data[: chance.randint(0, len(data))]


def _splice(chance: random.Random, data: bytes, pool: Sequence[bytes]) -> bytes:
    other = chance.choice(pool)
    begin, end = _span(chance, other, 200)
    place = chance.randint(0, len(data))
    return data[:place] + other[begin:end] + data[place:]


CHANGES: Final[Sequence[Change]] = (_insert, _replace, _cut, _double, _byte, _end, _splice)
WEIGHTS: Final = (8, 8, 4, 2, 2, 1, 2)
VALUES: Final[Sequence[Any]] = (
    None, True, False, 0, 1, -1, 7.5, 10**30, "", " ", "0", "1", "Yes", "x", "\ud800", "ana@acme.example",
    "\x1b[31m", "\u202e", [], {}, [None], [[]], {"name": "Agent"}, [{"name": "Agent", "value": 2}], {"Agent": "1"},
    [7], {"": ""}, "Agent, Admin",
)  # fmt: skip
"""What a value is exchanged for."""

KEYS: Final = (
    "id", "email", "roles", "Role: Agent", "users", "data", "errors", "status", "filename", "x", "", "\ud800",
    "format",
)  # fmt: skip
"""Under which other key a value is put."""
