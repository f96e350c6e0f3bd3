"""The strict YAML funnel: the bytes of one file become a neutral tree of spellings and places, or problems."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, Final

import yaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import Resolver
from yaml.scanner import Scanner

from reconciler.edge.text_gate import (
    MAX_FILE_BYTES,
    MAX_KEY,
    MAX_PROBLEMS,
    escape,
    quote,
    read_text,
    refuse_joiner,
    refuse_scalar,
    unseen_in_line,
)
from reconciler.edge.yaml_slips import explain_stop, in_quotes
from reconciler.model.source import (
    PLAIN,
    Document,
    Entries,
    Items,
    Mark,
    Node,
    Problem,
    Problems,
    Scalar,
    Severity,
    Source,
    errors_of,
)

MAX_DEPTH: Final = 20
"""How many levels may stand inside each other (faults.md D-33); the C library crashes at some 30,000."""

_new: Final = tuple.__new__
"""Makes a named tuple without the detour through its own constructor: a third of the cost of our tree."""

_MARKED: Final = re.compile(r"[&*!][^\s,\[\]{}]*")
_NOTHING_BUT_COMMENT: Final = re.compile(r"\s*#")
_READS_AS: Final = {
    "bool": "a yes or no",
    "float": "a number",
    "int": "a number",
    "null": "nothing",
    "timestamp": "a date",
}


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
    root = _compose(source, _InPython if pure else _Fastest, found, clean=clean)
    document = Document(source, root) if root is not None else None
    if not found:
        return document, ()
    problems = tuple(sorted(found, key=_reading_order))
    return (None if errors_of(problems) else document), problems


def _reading_order(problem: Problem) -> tuple[int, int]:
    return (problem.mark.line, problem.mark.column) if problem.mark else (0, 0)


class _TooDeepError(Exception):
    """Raised inside the library to stop it at the first value beyond `MAX_DEPTH`."""

    def __init__(self, mark: Any) -> None:
        super().__init__("too deep")
        self.mark = mark


def _descend(self: Any, parent: Any, _index: object) -> None:
    self.depth = depth = self.depth + 1
    if depth > MAX_DEPTH:
        raise _TooDeepError(parent.start_mark)


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


def _compose(source: Source, parser: Any, found: list[Problem], *, clean: bool) -> Entries | None:
    """Events first where the text may hold what no file may hold, then nodes, then our own tree."""
    text = source.text
    try:
        if not clean or "\n..." in text or text.startswith("..."):
            found += islice(_refuse_events(source, parser(text)), MAX_PROBLEMS)
        if found:
            return None
        reader = parser(text)
        reader.depth = 0
        root = _Builder(source, found, gated=not clean).root(reader.get_single_node())
        if root is not None and " #" in text:
            found += islice(_comment_traps(source, root), MAX_PROBLEMS)
        return root
    except _TooDeepError as error:
        found.append(_too_deep(_mark(source, error.mark)))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  faults.md D-31: the library raises far more than it says
        found += _stopped(source, error)
    return None


def _refuse_events(source: Source, parser: Any) -> Iterator[Problem]:
    """Refuse anchors, aliases, tags, further documents and depth before anything is built (D-29, D-30, D-32)."""
    depth, documents = 0, 0
    while not isinstance(event := parser.get_event(), yaml.StreamEndEvent):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth + isinstance(event, yaml.ScalarEvent) > MAX_DEPTH:
            yield _too_deep(_mark(source, event.start_mark))
            return
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                yield _second_document(_mark(source, event.start_mark))
        elif isinstance(event, yaml.DocumentEndEvent) and event.explicit:
            mark = _mark(source, event.start_mark, 3)
            yield Problem('"..." ends the file for YAML', "Delete the line.", mark, code="D-32")
        elif isinstance(event, yaml.NodeEvent) and (event.anchor or getattr(event, "tag", None)):
            yield _refuse_marked(source, event)


def _refuse_marked(source: Source, event: Any) -> Problem:
    """Refuse a value that carries or repeats a YAML name (`&`, `*`), or carries a type (`!`)."""
    mark = _mark(source, event.start_mark)
    match = _MARKED.match(mark.text, mark.column - 1)
    word = match[0] if match else "!"
    mark = mark._replace(width=len(word))
    if word.startswith("!"):
        summary = f'"{quote(word)}" orders YAML to make a special value; only plain values are read here'
        return Problem(summary, f"Delete it. Meant as text? {in_quotes(mark)}", mark, code="D-30")
    what = "repeats a value from elsewhere" if word.startswith("*") else "marks a value for repeating"
    hint = f"Write the values out. Meant as text? {in_quotes(mark)}"
    return Problem(f'"{quote(word)}" {what}, which is not read here', hint, mark, code="D-29")


class _Builder:
    """Makes our tree of the library's nodes; what it refuses it appends to `found`."""

    __slots__ = ("ascii", "found", "gated", "source")

    def __init__(self, source: Source, found: list[Problem], *, gated: bool) -> None:
        self.source = source
        self.found = found
        self.gated = gated
        self.ascii = source.text.isascii() and not gated

    def root(self, node: yaml.Node | None) -> Entries | None:
        if isinstance(node, yaml.MappingNode):
            return self._entries(node)
        self.found.append(_no_mapping(self.source, node))
        return None

    def _node(self, node: Any) -> Node:
        kind = node.__class__
        if kind is yaml.ScalarNode:
            return self._scalar(node)
        if kind is yaml.MappingNode:
            return self._entries(node)
        return _new(Items, (tuple([self._node(item) for item in node.value]), _mark(self.source, node.start_mark)))

    def _entries(self, node: yaml.MappingNode) -> Entries:
        scalar = self._scalar
        entries, names = [], set()
        for name, content in node.value:
            if name.__class__ is not yaml.ScalarNode:
                self._refuse(_no_name, _mark(self.source, name.start_mark))
                self._node(content)
                continue
            key = scalar(name)
            if name.style or _reads_as(name.value):
                self._refuse(_refuse_key, key)
            names.add(name.value)
            entries.append((key, scalar(content) if content.__class__ is yaml.ScalarNode else self._node(content)))
        if len(names) < len(entries) or not (self.ascii or "".join(names).isascii()):
            self._gate_keys([key for key, _ in entries])
        return _new(Entries, (tuple(entries), _mark(self.source, node.start_mark)))

    def _scalar(self, node: yaml.ScalarNode) -> Scalar:
        start, end = node.start_mark, node.end_mark
        line, column = start.line, start.column
        mark = _new(Mark, (self.source, line + 1, column + 1, end.column - column or 1))
        scalar = _new(Scalar, (node.value, node.style or PLAIN, mark))
        if end.line != line:
            self._refuse(_two_lines, scalar)
        elif self.gated:
            self._refuse(refuse_scalar, scalar)
        return scalar

    def _gate_keys(self, keys: list[Scalar]) -> None:
        """Refuse repeated keys, also where two spellings of one accent differ (D-28), and joiners in them."""
        first: dict[str, Scalar] = {}
        for key in keys:
            earlier = first.setdefault(unicodedata.normalize("NFC", key.text), key)
            if earlier is not key:
                self._refuse(_twice, earlier, key)
            self._refuse(refuse_joiner, key)

    def _refuse(self, judge: Callable[..., Problem | None], *places: object) -> None:
        """Ask a judge unless enough is wrong already: its words cost far more than the reading (D-90)."""
        if len(self.found) < MAX_PROBLEMS and (problem := judge(*places)):
            self.found.append(problem)


def _no_name(mark: Mark) -> Problem:
    summary = "a list or a group of lines stands where a name is wanted"
    return Problem(summary, "Write  name: value  with a plain word as the name.", mark, code="D-35")


def _no_mapping(source: Source, node: yaml.Node | None) -> Problem:
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value and not node.style):
        hint = "Write a person into it, or delete the file."
        return Problem("the file is empty", hint, Mark(source, 1, 1), code="D-10")
    mark = _mark(source, node.start_mark)
    if source.text.startswith("version https://git-lfs.github.com/spec/"):
        summary = "the file is a pointer of git LFS; its content was not downloaded"
        hint = "Run  git lfs pull  first, or keep the files of the tree out of LFS."
        return Problem(summary, hint, mark, code="D-08")
    if isinstance(node, yaml.SequenceNode):
        hint = 'Write  users:  as the first line above the list, or begin the file with "email:" for one person.'
        return Problem("the file is a list; wanted are lines of the form  name: value", hint, mark, code="D-35")
    hint = "Begin with  email: name@your.domain  for one person, or  users:  for a list."
    return Problem("the file is one text; wanted are lines of the form  name: value", hint, mark, code="D-35")


def _refuse_key(key: Scalar) -> Problem | None:
    """Refuse keys that YAML reads as something else than text, and endless ones (D-29, D-35, D-36)."""
    if len(key.text) > MAX_KEY:
        summary = f"a name of {len(key.text):,} characters stands before the colon, the limit is {MAX_KEY:,}"
        return Problem(summary, "Shorten it.", key.mark, code="D-36")
    if key.style != PLAIN:
        return None
    kind = _reads_as(key.text)
    if kind == "merge":
        hint = "Write the values out."
        return Problem('"<<" mixes other values in, which is not read here', hint, key.mark, code="D-29")
    if not kind:
        return None
    if not key.text:
        return Problem("the name before the colon is missing", "Write  name: value.", key.mark, code="D-35")
    words = _READS_AS.get(kind, "a special sign")
    text = quote(key.text)
    summary = f"{text} before the colon means {words} to YAML, not the text {text}"
    return Problem(summary, f'write:  "{text}":', key.mark, code="D-35")


@lru_cache(maxsize=4096)
def _reads_as(text: str) -> str:
    """Return the short name of the type YAML 1.1 sees in a plain spelling; `""` for text of a fit length."""
    if len(text) > MAX_KEY:
        return "long"
    for tag, pattern in Resolver.yaml_implicit_resolvers.get(text[:1], ()):
        if pattern.match(text):
            return str(tag).rpartition(":")[2]
    return ""


def _twice(earlier: Scalar, later: Scalar) -> Problem:
    one, two = earlier.mark, later.mark
    name = quote(later.text)
    if one.line == two.line:
        summary = f'"{name}" is written twice in this line, in columns {one.column} and {two.column}'
        return Problem(summary, "Keep one of the two.", two, code="D-28")
    summary = f'"{name}" is written twice, in line {one.line} and in line {two.line}'
    lines = "".join(f"\n  line {mark.line}:  {quote(mark.text.strip())}" for mark in (one, two))
    return Problem(summary, f"Keep one of the two:{lines}", two, code="D-28")


def _two_lines(scalar: Scalar) -> Problem:
    mark = scalar.mark._replace(width=max(1, len(scalar.mark.text) - scalar.mark.column + 1))
    text = " ".join(scalar.text.split())
    if scalar.style in ("|", ">"):
        summary = f'"{scalar.style}" begins a text of several lines; wanted is one line for each value'
    else:
        summary = "this value goes on in the next line; wanted is one line for each value"
    hint = "Write it on one line. Is the next line meant as its own entry? Give it a colon or a dash."
    if len(text) <= 100:
        hint = f'{hint}\nAs one value:  "{escape(text)}"'
    return Problem(summary, hint, mark, code="D-40")


def _comment_traps(source: Source, root: Entries) -> Iterator[Problem]:
    """Speak where `#` cuts a plain value: an error where nothing is left, else a warning (faults.md D-39)."""
    lines = [*source.text.split("\n"), ""]
    for scalar in _plain_values(root):
        line, begin = lines[scalar.mark.line - 1], scalar.mark.column - 1
        if not scalar.text and (sign := _NOTHING_BUT_COMMENT.match(line, begin)):
            yield _all_comment(scalar.mark._replace(column=sign.end(), width=1))
        elif scalar.text and line.startswith(" #", begin + scalar.mark.width):
            yield _half_comment(scalar)


def _all_comment(sign: Mark) -> Problem:
    summary = 'everything from "#" on is a comment, so nothing is left of the value'
    hint = f"Meant as text? {in_quotes(sign)}\nMeant as a comment? Write the value, or null, before it."
    return Problem(summary, hint, sign, code="D-39")


def _half_comment(scalar: Scalar) -> Problem:
    mark = scalar.mark
    summary = f'everything from "#" on is a comment; the value is "{quote(scalar.text)}"'
    hint = f"Put two spaces before a comment. Meant as text? {in_quotes(mark)}"
    sign = mark._replace(column=mark.column + mark.width + 1, width=1)
    return Problem(summary, hint, sign, code="D-39", severity=Severity.WARNING)


def _plain_values(node: Node) -> Iterator[Scalar]:
    match node:
        case Scalar(style=style):
            if style == PLAIN:
                yield node
        case Items(items=items):
            for item in items:
                yield from _plain_values(item)
        case Entries(entries=entries):
            for _, value in entries:
                yield from _plain_values(value)


def _too_deep(mark: Mark) -> Problem:
    summary = f"more than {MAX_DEPTH} levels stand inside each other"
    return Problem(
        summary, "Nothing in these files needs more than six; remove brackets or dashes.", mark, code="D-33"
    )


def _second_document(mark: Mark) -> Problem:
    hint = "Delete the line, or move what follows into a file of its own."
    return Problem("a second document begins here; one file holds one", hint, mark, code="D-32")


def _stopped(source: Source, error: Exception) -> Problems:
    """Turn what the library raised into a problem with a place (faults.md D-31)."""
    at = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None) or at
    words = f"{getattr(error, 'context', '')}: {getattr(error, 'problem', '')}"
    if "another document" in words:
        return (_second_document(_mark(source, at)),)
    problem = explain_stop(words, _mark(source, opened), _mark(source, at or opened))
    return (problem.mark and unseen_in_line(problem.mark)) or (problem,)


def _mark(source: Source, mark: Any, width: int = 1) -> Mark:
    return _new(Mark, (source, mark.line + 1, mark.column + 1, width)) if mark else Mark(source, 1, 1)
