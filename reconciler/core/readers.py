"""Fast ways from a file to a value: the same answers as the kinds give, for many thousand people.

What stands in thousands of files, such as `Madrid` or `[Agent]`, is judged once and remembered by its spelling.
"""

from collections.abc import Callable
from typing import TypeAlias

from reconciler.model.fields import Field
from reconciler.model.kinds import Kind
from reconciler.model.names import Names
from reconciler.model.source import Items, Located, Node, Scalar
from reconciler.model.values import NameRule, Value

Reader: TypeAlias = Callable[[Node], Value]
"""Turns what stands after a key into a value; raises `BadValue`, and never remembers one."""


def reader_of(field: Field) -> Reader:
    """Return the reader of one field; what belongs to one person alone is not worth remembering."""
    if isinstance(field.kind, Names):
        return read_lists(field.kind)
    return field.kind.parse if field.personal else read_scalars(field.kind)


def read_scalars(kind: Kind) -> Reader:
    """Return a reader that judges each spelling once."""
    known: dict[tuple[str, str], Value] = {}

    def read(node: Node) -> Value:
        if not isinstance(node, Scalar):
            return kind.parse(node)
        spelling = node.text, node.style
        if spelling not in known:
            known[spelling] = kind.parse(node)
        return known[spelling]

    return read


def read_lists(kind: Names) -> Reader:
    """Return a reader that judges each list of names once; every name keeps its own place."""
    known: dict[tuple[object, ...], tuple[str, ...]] = {}

    def read(node: Node) -> Value:
        if not isinstance(node, Items):
            return kind.parse(node)
        spelling = tuple([item[:2] for item in node.items])
        if spelling in known:
            pairs = zip(known[spelling], node.items, strict=True)
            return NameRule(tuple([Located(name, item.mark) for name, item in pairs]))
        rule = kind.parse(node)
        if isinstance(rule, NameRule) and rule.exact:
            known[spelling] = tuple(name.value for name in rule.exact)
        return rule

    return read
