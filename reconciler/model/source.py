"""Where a value stands: sources, marks, the neutral syntax tree of a file, and problems that point at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

Value = TypeVar("Value", covariant=True)

PLAIN: Final = ""
"""Style of a scalar written without quotes; the others are `'`, `"`, `|` and `>`."""


_new: Final = tuple.__new__
"""Makes a named tuple without the detour through its own constructor, for what is made by the hundred thousand."""

LIST: Final = "["
MAPPING: Final = "{"

Raw: TypeAlias = tuple[Any, str, int, int, int]
"""A node as plain values: content, sort, line, column, width.

The content of a scalar is its spelling, and its sort the style. The content of a list (sort `LIST`) are raw nodes,
that of a mapping (sort `MAPPING`) pairs of them. A large tree has a million nodes, and hardly any of them is ever
shown: plain values cost a third of what nodes with marks cost, and can be handed from one process to another.
"""


class Source(NamedTuple):
    """One file as it was read: its name for people (posix, relative) and its whole text."""

    name: str
    text: str

    def line(self, number: int) -> str:
        """Return the text of one line, counted from 1, without its line break; `""` past the end."""
        lines = self.text.split("\n", number)
        return lines[number - 1].rstrip("\r") if number <= len(lines) else ""


class Mark(NamedTuple):
    """A place in a source: line and column counted from 1, and how many columns it covers."""

    source: Source
    line: int
    column: int
    width: int = 1

    @property
    def file(self) -> str:
        """The name of the file."""
        return self.source.name

    @property
    def text(self) -> str:
        """The whole line that the mark stands in."""
        return self.source.line(self.line)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Scalar(NamedTuple):
    """A scalar by its spelling and style (`PLAIN`, `'`, `"`, `|`, `>`), never by YAML's guess of a type."""

    text: str
    style: str
    mark: Mark


class Items(NamedTuple):
    """A YAML sequence; its nodes are made when somebody looks."""

    source: Source
    raw: Raw

    @property
    def mark(self) -> Mark:
        """Where it begins."""
        return Mark(self.source, *self.raw[2:])

    @property
    def items(self) -> "tuple[Node, ...]":
        """The nodes in it."""
        return tuple(grow(self.source, raw) for raw in self.raw[0])


class Entries(NamedTuple):
    """A YAML mapping in the order of the file; its nodes are made when somebody looks.

    The reader has refused repeated keys already.
    """

    source: Source
    raw: Raw

    @property
    def mark(self) -> Mark:
        """Where it begins."""
        return Mark(self.source, *self.raw[2:])

    @property
    def entries(self) -> "tuple[tuple[Scalar, Node], ...]":
        """The keys and their values."""
        return tuple((grow_scalar(self.source, key), grow(self.source, value)) for key, value in self.raw[0])

    def get(self, key: str) -> "Node | None":
        """Return the value of a key, or None where the key is absent."""
        return next((grow(self.source, value) for name, value in self.raw[0] if name[0] == key), None)


Node: TypeAlias = Scalar | Items | Entries


def grow(source: Source, raw: Raw) -> Node:
    """Make the node of a source that a raw one stands for."""
    if raw[1] == LIST:
        return Items(source, raw)
    return Entries(source, raw) if raw[1] == MAPPING else grow_scalar(source, raw)


def grow_scalar(source: Source, raw: Raw) -> Scalar:
    """Make the scalar that a raw one stands for."""
    text, style, line, column, width = raw
    return _new(Scalar, (text, style, _new(Mark, (source, line, column, width))))


class Document(NamedTuple):
    """One file of the tree after the strict reading: exactly one mapping."""

    source: Source
    root: Entries


class Sourced(Protocol):
    """Whatever was made of one file."""

    @property
    def source(self) -> Source:
        """The file."""


class Located(NamedTuple, Generic[Value]):
    """A value and the place that states it."""

    value: Value
    mark: Mark


class Severity(StrEnum):
    """How much a problem weighs: an error stops or leaves out, a warning and a note only speak."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to tell a person: what was found and wanted, what to write or do, and where.

    Attributes:
        summary: What was found and what was wanted, without the place.
        hint: What to write or do, ready to paste; may have several lines. `""` where nothing helps.
        mark: The place in a file of the tree; None where there is none.
        user: The canonical address of the person it is about; `""` for nobody in particular.
        field: The name of the field in the table; `""` for none.
        code: A stable word for machines and tests, such as `D-28` or `limit.deactivate`.
        severity: See `Severity`.
    """

    summary: str
    hint: str = ""
    mark: Mark | None = None
    user: str = ""
    field: str = ""
    code: str = ""
    severity: Severity = Severity.ERROR


Problems: TypeAlias = tuple[Problem, ...]


def errors_of(problems: Problems) -> Problems:
    """Return only the problems that weigh as errors."""
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)


Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
RawRecord: TypeAlias = Mapping[str, Json]
