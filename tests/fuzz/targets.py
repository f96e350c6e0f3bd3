"""What is fuzzed: each target takes any bytes and asserts that they are taken, or refused in words with a place.

A target returns a sign of what happened; an input that brings a new sign is kept as the ground for others.
"""

import atexit
import contextlib
import json
import random
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from reconciler.core.decode import decode, decode_template
from reconciler.core.snapshots import snapshot_from_json
from reconciler.edge.job_reader import read_errors, read_ident, read_job
from reconciler.edge.json_reader import read_json
from reconciler.edge.listing import identity, rows_of
from reconciler.edge.retry_after import retry_after_s
from reconciler.edge.yaml_reader import read_document
from reconciler.flow.trees import load_tree
from reconciler.model.errors import NotUnderstood, ReconcilerError, RunRefused
from reconciler.model.source import Document, Entries, Items, Json, Node, Problems
from reconciler.views.portal_csv import is_formula
from tests.builders import EVERY_MANAGED, NOW, TEMPLATE, URL
from tests.fuzz.mutate import grow_json
from tests.fuzz.words import (
    ANSWERS,
    HEADER_PIECES,
    HEADERS,
    JSON_PIECES,
    NAME_PIECES,
    NAMES,
    PEOPLE,
    SETTINGS_PIECES,
    SETTINGS_SEEDS,
    YAML_PIECES,
)
from tests.safety.outputs import outputs
from tests.stage import SETTINGS
from tests.views.test_render_github import commands

Sign: TypeAlias = tuple[object, ...]

STEERING: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
BROKEN: Final = {"Cc", "Cs", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Target:
    """A way for bytes from outside.

    Attributes:
        run: Takes an input; asserts, and returns a sign of what happened.
        seeds: Honest inputs.
        pieces: Words and signs of the language.
        count: How many inputs `make test` tries.
        grow: Changes an input by its structure, where bytes alone would only break it.
    """

    run: Callable[[bytes], Sign]
    seeds: Sequence[bytes]
    pieces: Sequence[bytes]
    count: int
    grow: Callable[[random.Random, bytes], bytes] | None = None


def read_yaml(data: bytes) -> Sign:
    """A file: the parsers in C and in Python agree, and every problem has a place (D-31, D-90)."""
    in_c, in_python = (read_document("a.yaml", data, pure=pure) for pure in (False, True))
    check_document(*in_c)
    check_document(*in_python)
    if in_c[0] is not None and in_python[0] is not None:
        assert shape(in_c[0].root) == shape(in_python[0].root)
    return in_c[0] is None, codes(in_c[1])


def check_document(document: Document | None, problems: Problems) -> None:
    """Hold that there is a document, or problems, each with a place inside the file and in plain words."""
    check_problems(problems)
    if document is None:
        assert problems
    else:
        assert document.root.entries or document.source.text.strip().startswith(("{", "-", "#"))


def check_problems(problems: Problems) -> None:
    """Hold that every problem has a place inside its file, a code, and words that can be shown."""
    for problem in problems:
        assert problem.mark is not None
        assert 1 <= problem.mark.line <= problem.mark.source.text.count("\n") + 1
        assert problem.mark.column >= 1
        assert problem.mark.width >= 1
        words = problem.summary + problem.hint.replace("\n", " ")
        assert not {unicodedata.category(character) for character in words} & BROKEN, ascii(words)
        assert problem.code


def shape(node: Node) -> object:
    """Return spellings, styles and places of a node; only where nothing is written the parsers place it apart."""
    if isinstance(node, Items):
        return [node.mark[1:], *map(shape, node.items)]
    if isinstance(node, Entries):
        return [node.mark[1:], *((shape(key), shape(value)) for key, value in node.entries)]
    return node.text, node.style, node.mark[1:] if node.text or node.style else "nothing"


def codes(problems: Problems) -> tuple[str, ...]:
    """The different codes of problems."""
    return tuple(sorted({problem.code for problem in problems}))


@cache
def folder() -> Path:
    """A directory of this process for trees, taken away when it ends."""
    made = tempfile.mkdtemp(prefix="fuzz-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


def tree_of_people(data: bytes) -> Sign:
    """A file of people in a tree with settings: people, or every problem with its place."""
    return read_tree_with("people.yaml", data)


def tree_of_settings(data: bytes) -> Sign:
    """The settings of a tree: settings, or every problem with its place."""
    return read_tree_with("reconciler.yaml", data)


def read_tree_with(name: str, data: bytes) -> Sign:
    """Read a tree in which one file has these bytes."""
    root = folder() / "users"
    root.mkdir(exist_ok=True)
    honest = {"reconciler.yaml": SETTINGS.encode(), "people.yaml": b"email: a@acme.example\nroles: [Agent]\n"}
    for file, content in {**honest, name: data}.items():
        (root / file).write_bytes(content)
    try:
        tree = load_tree(root, NOW)
    except RunRefused as refused:
        return refusal(refused)
    check_problems(tree.warnings)
    assert all(person.key.isascii() for person in tree.desired)
    return len(tree.desired) > 1, codes(tree.warnings)


def refusal(refused: RunRefused) -> Sign:
    """Hold that a refusal names its problems, and return its sign."""
    check_problems(refused.problems)
    assert refused.problems
    return codes(refused.problems)


def answer(data: bytes) -> Sign:
    """An answer of the platform: read strictly, and each reader of answers takes it or refuses it in words."""
    try:
        body = read_json(data)
    except NotUnderstood as error:
        return (check_words(error)[:12],)
    json.dumps(body, allow_nan=False)
    return tuple(read(body) for read in (people, template, a_job, errors, snapshot))


def check_words(error: ReconcilerError) -> str:
    """Hold that an error can be shown, and return its words."""
    words = f"{error.message} {error.hint}"
    assert words.isprintable() or error.hint, ascii(words)
    assert words.encode()
    return words


def people(body: Json) -> object:
    """The list of users."""
    try:
        rows = rows_of(body, "GET users")
    except NotUnderstood as error:
        return check_words(error)[:12]
    assert all(identity(row) for row in rows)
    read, problems = decode(rows, TEMPLATE, EVERY_MANAGED, NOW, URL)
    assert len(read.users) + len(read.doubled) + len(read.nameless) == len(rows), "somebody was lost"
    if not problems:
        assert all(user.values.keys() >= EVERY_MANAGED for user in read.users.values())
    return codes(problems)


def template(body: Json) -> object:
    """The bulk template."""
    if not isinstance(body, dict):
        return None
    read, problems = decode_template(body)
    assert read is not None or problems
    return read is None, codes(problems)


def a_job(body: Json) -> object:
    """A job, and the id of one."""
    found = []
    for read in (read_job, read_ident):
        try:
            found.append(type(read(body, "GET job")).__name__)
        except NotUnderstood as error:
            found.append(check_words(error)[:20])
    return tuple(found)


def errors(body: Json) -> object:
    """The errors of a job."""
    return bool(read_errors(body))


def snapshot(body: Json) -> object:
    """A snapshot from a file."""
    with contextlib.suppress(ReconcilerError):
        return len(snapshot_from_json(body, "snapshot.json").users)
    return None


def retry_after(data: bytes) -> Sign:
    """The header `Retry-After` with the answer's own `Date` behind a line break (N-36)."""
    text, _, date = data.decode("latin-1").partition("\n")
    seconds = retry_after_s({"retry-after": text, "date": date}, datetime(2026, 12, 2, 9, tzinfo=UTC))
    assert seconds is None or 1 <= seconds <= 1e12
    return (None if seconds is None else len(str(int(seconds))),)


def renderers(data: bytes) -> Sign:
    """A name in every output: no raw control, no command to the runner, no line more or less (S-20 to S-30)."""
    text = (
        data.decode("utf-8", "surrogatepass" if b"\xed" in data else "replace") if decodes(data) else ascii(data)
    )
    text = text[:200]
    plain = outputs("=Plain" if is_formula(text) else "Plain")
    for name, shown in outputs.__wrapped__(text).items():
        if name == "portal_csv.revert_portal_csv":
            assert not {char for char in shown if unicodedata.category(char) in {"Cc", "Cs"}} - {"\r", "\n"}
            continue
        assert not {char for char in shown if unicodedata.category(char) in STEERING} - {"\n"}, name
        if name != "render_github.render":
            assert not commands(shown), name
        if name != "render_html.render_plan":
            assert len(shown.split("\n")) == len(plain[name].split("\n")), name
        if "json" in name:
            assert shown.isascii()
            json.loads(shown, parse_constant=lambda word: [][0])
    return tuple(sorted({unicodedata.category(char) for char in text}))


def decodes(data: bytes) -> bool:
    """Say whether bytes are UTF-8, lone surrogates included."""
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


TARGETS: Final = {
    "yaml": Target(read_yaml, PEOPLE, YAML_PIECES, 80_000),
    "people": Target(tree_of_people, PEOPLE, YAML_PIECES, 16_000),
    "settings": Target(tree_of_settings, SETTINGS_SEEDS, SETTINGS_PIECES, 14_000),
    "answer": Target(answer, ANSWERS, JSON_PIECES, 80_000, grow_json),
    "retry_after": Target(retry_after, HEADERS, HEADER_PIECES, 100_000),
    "renderers": Target(renderers, NAMES, NAME_PIECES, 700),
}
"""Every target by its name, which is also that of its directory in the corpus."""
