"""The strict YAML funnel: the bytes of one file become a neutral tree of spellings and places, or problems."""

import unicodedata
from collections.abc import Callable
from itertools import islice
from typing import Any

import yaml

from reconciler.edge.text_gate import (
    MAX_FILE_BYTES,
    MAX_PROBLEMS,
    read_text,
    refuse_joiner,
    refuse_scalar,
    unseen_in_line,
)
from reconciler.edge.yaml_events import (
    TooDeepError,
    compose,
    mark_of,
    reads_as,
    refuse_events,
    second_document,
    too_deep,
)
from reconciler.edge.yaml_refusals import comment_traps, no_mapping, no_name, refuse_key, twice, two_lines
from reconciler.edge.yaml_slips import explain_stop
from reconciler.model.source import (
    LIST,
    MAPPING,
    PLAIN,
    Document,
    Entries,
    Problem,
    Problems,
    Raw,
    Source,
    errors_of,
    grow,
    grow_scalar,
)


def read_document(
    name: str, data: bytes, *, max_bytes: int = MAX_FILE_BYTES, pure: bool = False
) -> tuple[Document | None, Problems]:
    """Read one file: its tree of spellings and places, or every problem of the first gate that refuses it.

    Args:
        name: The name of the file as people type it.
        data: Its bytes.
        max_bytes: The size above which it is refused unread.
        pure: Use the parser written in Python even where the one in C is there; the results are the same.

    Returns:
        The document, or None where one of the problems is an error; and the problems.
    """
    source, refused, clean = read_text(name, data, max_bytes)
    if refused:
        return None, refused
    found: list[Problem] = []
    root = _root(source, found, clean=clean, pure=pure)
    document = Document(source, root) if root is not None else None
    if not found:
        return document, ()
    problems = tuple(sorted(found, key=_reading_order))
    return (None if errors_of(problems) else document), problems


def _reading_order(problem: Problem) -> tuple[int, int]:
    return (problem.mark.line, problem.mark.column) if problem.mark else (0, 0)


def _root(source: Source, found: list[Problem], *, clean: bool, pure: bool) -> Entries | None:
    """Events first where the text may hold what no file may hold, then the library's nodes, then ours."""
    text = source.text
    try:
        if not clean or "\n..." in text:
            found += islice(refuse_events(source, pure=pure), MAX_PROBLEMS)
        if found:
            return None
        root = _Builder(source, found, gated=not clean).root(compose(text, pure=pure))
        if root is not None and " #" in text:
            found += islice(comment_traps(source, root), MAX_PROBLEMS)
        return root
    except TooDeepError as error:
        found.append(too_deep(mark_of(source, error.mark)))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  faults.md D-31: the library raises far more than it says
        found += _stopped(source, error)
    return None


class _Builder:
    """Makes raw nodes of the library's; what it refuses it appends to `found`."""

    __slots__ = ("ascii", "found", "gated", "source")

    def __init__(self, source: Source, found: list[Problem], *, gated: bool) -> None:
        self.source = source
        self.found = found
        self.gated = gated
        self.ascii = source.text.isascii() and not gated

    def root(self, node: yaml.Node | None) -> Entries | None:
        if isinstance(node, yaml.MappingNode):
            return Entries(self.source, self._mapping(node))
        other = _Builder(self.source, [], gated=False).node(node) if node else None
        self.found.append(no_mapping(self.source, grow(self.source, other) if other else None))
        return None

    def node(self, node: Any) -> Raw:
        if node.__class__ is yaml.ScalarNode:
            return self._scalar(node)
        if node.__class__ is yaml.MappingNode:
            return self._mapping(node)
        mark = node.start_mark
        return tuple([self.node(item) for item in node.value]), LIST, mark.line + 1, mark.column + 1, 1

    def _mapping(self, node: yaml.MappingNode) -> Raw:
        pairs, names = [], set()
        for name, content in node.value:
            if name.__class__ is not yaml.ScalarNode:
                self._refuse(no_name, mark_of(self.source, name.start_mark))
                self.node(content)
                continue
            key = self._scalar(name)
            if name.style or reads_as(name.value):
                self._refuse(refuse_key, grow_scalar(self.source, key))
            names.add(name.value)
            pairs.append((key, self.node(content)))
        if len(names) < len(pairs) or not (self.ascii or "".join(names).isascii()):
            self._gate_keys([key for key, _ in pairs])
        mark = node.start_mark
        return tuple(pairs), MAPPING, mark.line + 1, mark.column + 1, 1

    def _scalar(self, node: yaml.ScalarNode) -> Raw:
        start, end = node.start_mark, node.end_mark
        line, column = start.line, start.column
        raw = node.value, node.style or PLAIN, line + 1, column + 1, end.column - column or 1
        if end.line != line:
            raw = (*raw[:4], 1)
            self._refuse(two_lines, grow_scalar(self.source, raw))
        elif self.gated:
            self._refuse(refuse_scalar, grow_scalar(self.source, raw))
        return raw

    def _gate_keys(self, keys: list[Raw]) -> None:
        """Refuse repeated keys, also where two spellings of one accent differ (D-28), and joiners in them."""
        first: dict[str, Raw] = {}
        for key in keys:
            earlier = first.setdefault(unicodedata.normalize("NFC", key[0]), key)
            if earlier is not key:
                self._refuse(twice, grow_scalar(self.source, earlier), grow_scalar(self.source, key))
            self._refuse(refuse_joiner, grow_scalar(self.source, key))

    def _refuse(self, judge: Callable[..., Problem | None], *places: object) -> None:
        """Ask a judge unless enough is wrong already: its words cost far more than the reading (D-90)."""
        if len(self.found) < MAX_PROBLEMS and (problem := judge(*places)):
            self.found.append(problem)


def _stopped(source: Source, error: Exception) -> Problems:
    """Turn what the library raised into a problem with a place (faults.md D-31)."""
    at = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None) or at
    words = f"{getattr(error, 'context', '')}: {getattr(error, 'problem', '')}"
    if "another document" in words:
        return (second_document(mark_of(source, at)),)
    problem = explain_stop(words, mark_of(source, opened), mark_of(source, at or opened))
    return (problem.mark and unseen_in_line(problem.mark)) or (problem,)
