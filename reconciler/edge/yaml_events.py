"""The YAML library held to our rules: parsers that guess nothing, and the events that no file may hold."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import yaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import Resolver
from yaml.scanner import Scanner

from reconciler.edge.text_gate import MAX_KEY, quote
from reconciler.edge.yaml_slips import in_quotes
from reconciler.model.source import Mark, Problem, Source

MAX_DEPTH: Final = 20
"""How many levels may stand inside each other (faults.md D-33); the C library crashes at some 30,000."""

_MARKED: Final = re.compile(r"[&*!][^\s,\[\]{}]*")


def compose(text: str, *, pure: bool) -> yaml.Node | None:
    """Return the library's node of the one document of a text, None where there is none.

    Args:
        text: The text of a file.
        pure: Use the parser written in Python even where the one in C is there.

    Raises:
        TooDeepError: More than `MAX_DEPTH` levels.
        Exception: Whatever else the library raises, which is far more than it says (faults.md D-31).
    """
    parser = (_InPython if pure else _Fastest)(text)
    parser.depth = 0
    node: yaml.Node | None = parser.get_single_node()
    return node


def refuse_events(source: Source, *, pure: bool) -> Iterator[Problem]:
    """Refuse anchors, aliases, tags, further documents and depth before anything is built (D-29, D-30, D-32)."""
    parser = (_InPython if pure else _Fastest)(source.text)
    depth, documents = 0, 0
    while not isinstance(event := parser.get_event(), yaml.StreamEndEvent):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth + isinstance(event, yaml.ScalarEvent) > MAX_DEPTH:
            yield too_deep(mark_of(source, event.start_mark))
            return
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                yield second_document(mark_of(source, event.start_mark))
        elif isinstance(event, yaml.DocumentEndEvent) and event.explicit:
            mark = mark_of(source, event.start_mark)._replace(width=3)
            yield Problem('"..." ends the file for YAML', "Delete the line.", mark, code="D-32")
        elif isinstance(event, yaml.NodeEvent) and (event.anchor or getattr(event, "tag", None)):
            yield _refuse_marked(mark_of(source, event.start_mark))


@lru_cache(maxsize=4096)
def reads_as(text: str) -> str:
    """Return the short name of the type YAML 1.1 sees in a plain spelling; `""` for text of a fit length."""
    if len(text) > MAX_KEY:
        return "long"
    for tag, pattern in Resolver.yaml_implicit_resolvers.get(text[:1], ()):
        if pattern.match(text):
            return str(tag).rpartition(":")[2]
    return ""


def mark_of(source: Source, mark: Any) -> Mark:
    """Return our mark of the library's, which counts from 0; the start of the file where there is none."""
    return Mark(source, mark.line + 1, mark.column + 1) if mark else Mark(source, 1, 1)


def too_deep(mark: Mark) -> Problem:
    """Refuse what stands deeper than any file needs."""
    summary = f"more than {MAX_DEPTH} levels stand inside each other"
    hint = "Nothing in these files needs more than six; remove brackets or dashes."
    return Problem(summary, hint, mark, code="D-33")


def second_document(mark: Mark) -> Problem:
    """Refuse a second document in a file."""
    hint = "Delete the line, or move what follows into a file of its own."
    return Problem("a second document begins here; one file holds one", hint, mark, code="D-32")


def _refuse_marked(mark: Mark) -> Problem:
    """Refuse a value that carries or repeats a YAML name (`&`, `*`), or carries a type (`!`)."""
    match = _MARKED.match(mark.text, mark.column - 1)
    word = match[0] if match else "!"
    mark = mark._replace(width=len(word))
    if word.startswith("!"):
        summary = f'"{quote(word)}" orders YAML to make a special value; only plain values are read here'
        return Problem(summary, f"Delete it. Meant as text? {in_quotes(mark)}", mark, code="D-30")
    what = "repeats a value from elsewhere" if word.startswith("*") else "marks a value for repeating"
    hint = f"Write the values out. Meant as text? {in_quotes(mark)}"
    return Problem(f'"{quote(word)}" {what}, which is not read here', hint, mark, code="D-29")


class TooDeepError(Exception):
    """Stops the library at the first value beyond `MAX_DEPTH`; `mark` is its own of the collection."""

    def __init__(self, mark: Any) -> None:
        super().__init__("too deep")
        self.mark = mark


def _descend(self: Any, parent: Any, _index: object) -> None:
    self.depth = depth = self.depth + 1
    if depth > MAX_DEPTH:
        raise TooDeepError(parent.start_mark)


def _ascend(self: Any) -> None:
    self.depth -= 1


def _start_in_python(self: Any, text: str) -> None:
    Reader.__init__(self, text)
    for base in (Scanner, Parser, Composer):
        base.__init__(self)


_HOOKS: Final = {
    "__slots__": ("depth",),
    "descend_resolver": _descend,
    "ascend_resolver": _ascend,
    "resolve": staticmethod(lambda _kind, _value, _implicit: ""),
}
"""What the library asks of a resolver: no type is guessed, and the levels are counted on the way down."""

_InPython: Final[Any] = type(
    "_InPython", (Reader, Scanner, Parser, Composer), {**_HOOKS, "__init__": _start_in_python}
)
_Fastest: Final[Any] = (
    type("_InC", (yaml.cyaml.CParser,), _HOOKS)  # type: ignore[attr-defined]
    if yaml.__with_libyaml__
    else _InPython
)
