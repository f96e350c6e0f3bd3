"""Fast ways from a file to a value: the same answers as the kinds give, for many thousand people.

What stands in thousands of files, such as `Madrid` or `[Agent]`, is judged once and remembered by its spelling.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from reconciler.model.fields import Field
from reconciler.model.kinds import Kind
from reconciler.model.names import Names
from reconciler.model.source import LIST, Located, Mark, Raw, Source, grow
from reconciler.model.values import NameRule, Value

Reader: TypeAlias = Callable[[Source, Raw], Located[Value]]
"""Turns what stands after a key into a value with its place; raises `BadValue`, and never remembers one."""

_new: Final = tuple.__new__
"""Makes a named tuple without the detour through its own constructor: half the cost of a value."""


def reader_of(field: Field) -> Reader:
    """Return the reader of one field; what belongs to one person alone is not worth remembering."""
    if isinstance(field.kind, Names):
        return read_lists(field.kind)
    return read_each(field.kind) if field.personal else read_alike(field.kind)


def read_each(kind: Kind) -> Reader:
    """Return a reader that judges every value."""

    def read(source: Source, raw: Raw) -> Located[Value]:
        node = grow(source, raw)
        return _new(Located, (kind.parse(node), node.mark))

    return read


def read_alike(kind: Kind) -> Reader:
    """Return a reader that judges each spelling once."""
    known: dict[tuple[object, str], Value] = {}

    def read(source: Source, raw: Raw) -> Located[Value]:
        content, style, line, column, width = raw
        spelling = content, style
        if spelling not in known:
            known[spelling] = kind.parse(grow(source, raw))
        return _new(Located, (known[spelling], _new(Mark, (source, line, column, width))))

    return read


def read_lists(kind: Names) -> Reader:
    """Return a reader that judges each list of names once; every name keeps its own place."""
    known: dict[tuple[object, ...], tuple[str, ...]] = {}

    def read(source: Source, raw: Raw) -> Located[Value]:
        content, sort, line, column, width = raw
        mark = _new(Mark, (source, line, column, width))
        spelling = tuple([item[:2] for item in content]) if sort == LIST else ()
        if spelling in known:
            names = [
                _new(Located, (name, _new(Mark, (source, *item[2:]))))
                for name, item in zip(known[spelling], content, strict=True)
            ]
            return _new(Located, (_new(NameRule, (tuple(names), (), (), ())), mark))
        rule = kind.parse(grow(source, raw))
        if spelling and isinstance(rule, NameRule) and rule.exact and not rule.dated:
            known[spelling] = tuple(name.value for name in rule.exact)
        return _new(Located, (rule, mark))

    return read
