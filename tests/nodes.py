"""A few lines of YAML as the nodes that the reading of files makes, with their places."""

from typing import Any, Final

from reconciler.edge.yaml_reader import read_document
from reconciler.model.source import Document, Entries, Node, Problem, Scalar

FILE: Final = "users/people.yaml"


def document(text: str, name: str = FILE) -> Document:
    """One file, which the strict reading must have taken without an error."""
    read, problems = read_document(name, text.encode())
    assert read is not None, problems
    return read


def itself(document: Document) -> Document:
    """Keep a file as it was read."""
    return document


def node(text: str) -> Node:
    """The value that is written so after a key."""
    return document(f"key: {text}\n").root.entries[0][1]


def scalar(text: str, style: str = "") -> Scalar:
    """A scalar of a style that the strict reading may refuse before it becomes a value."""
    return Scalar(text, style, document("key: value\n").root.entries[0][1].mark)


def entries(text: str) -> Entries:
    """A mapping in flow or block style."""
    return document(text).root


def spot(problem: Problem) -> str:
    """The place of a problem as `line:column`."""
    return f"{problem.mark.line}:{problem.mark.column}" if problem.mark else ""


def shown(problem: Problem) -> tuple[Any, ...]:
    """What a person reads of a problem: place, summary and hint."""
    return spot(problem), problem.summary, problem.hint
