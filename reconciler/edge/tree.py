"""The whole tree of declaration files, read in order: settings, what every file states, and all that is wrong."""

import gc
import os
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from reconciler.edge.file_reader import File, FileRead, read_file
from reconciler.edge.text_gate import MAX_FILE_BYTES, escape
from reconciler.edge.tree_files import SETTINGS, list_files, name_of, refused
from reconciler.model.source import Document, Problem, Problems, Severity

Part = TypeVar("Part", covariant=True)

MAX_FILES: Final = 200_000
MAX_TREE_BYTES: Final = 256 << 20
MAX_SHOWN: Final = 100

MANY: Final = 4_000
"""From so many files on, several processes are worth the time of their start, some 20 ms."""

MOST_PROCESSES: Final = 4
"""More of them only wait for the one that goes on with what they read."""


@dataclass(frozen=True, slots=True)
class Tree(Generic[Part]):
    """What was read: the settings of the root, and what became of every declaration file, by name."""

    settings: Document | None
    files: tuple[Part, ...]


def read_tree(
    root: Path,
    turn: Callable[[Document], Part],
    *,
    shown_as: str | None = None,
    max_file_bytes: int = MAX_FILE_BYTES,
    max_files: int = MAX_FILES,
    max_tree_bytes: int = MAX_TREE_BYTES,
    processes: int | None = None,
) -> tuple[Tree[Part], Problems]:
    """Read every file of a tree, or say what keeps it from being read whole (faults.md D-01 to D-11).

    Args:
        root: The directory that holds `reconciler.yaml`.
        turn: What to make of each declaration file as soon as it is read, so that its nodes need not be kept.
        shown_as: How people name that directory; the names of files begin with it. Default: `root` as given.
        max_file_bytes: The largest file.
        max_files: How many files and directories there may be.
        max_tree_bytes: How large all files may be together.
        processes: How many processes read; the results are the same. Default: several for a large tree.

    Returns:
        The tree, to be used only where no problem is an error; and at most 100 problems, then a count.
    """
    shown = (root.as_posix() if shown_as is None else shown_as).rstrip("/")
    found: list[Problem] = []
    with _collector_off():
        paths = list_files(root, shown, max_files, found)
        if paths is None:
            return Tree(None, ()), _first(found)
        found += _missing(shown, paths)
        files = [(f"{root}/{path}", name_of(shown, path)) for path in paths]
        with closing(_outcomes(files, max_file_bytes, processes or _processes_for(len(files)))) as outcomes:
            tree = _gather(paths, _bounded(outcomes, shown, max_tree_bytes, found), turn)
    return tree, _first(found)


def _processes_for(files: int) -> int:
    """Return how many processes shall read so many files; 1 is this one alone.

    A process with several threads must not be forked, and only Linux forks without traps.
    """
    if files < MANY or sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(len(os.sched_getaffinity(0)), MOST_PROCESSES)


def _outcomes(files: list[File], max_bytes: int, processes: int) -> Generator[FileRead, None, None]:
    """Yield the outcome of each file, in order; who closes it ends the other processes."""
    if processes == 1:
        yield from (read_file(path, name, max_bytes) for path, name in files)
    else:
        from reconciler.edge.processes import read_in_processes  # 15 ms that a small tree does not pay

        yield from read_in_processes(files, max_bytes, processes)


def _gather(
    paths: list[str], documents: Iterable[Document | None], turn: Callable[[Document], Part]
) -> Tree[Part]:
    """Turn every declaration file, and keep the settings as they are."""
    settings, files = None, list[Part]()
    for path, document in zip(paths, documents, strict=False):
        if document is not None and path == SETTINGS:
            settings = document
        elif document is not None:
            files.append(turn(document))
    return Tree(settings, tuple(files))


def _bounded(
    outcomes: Iterable[FileRead], shown: str, max_bytes: int, found: list[Problem]
) -> Iterator[Document | None]:
    """Yield document after document, None where one was refused; stop where all files together are too large."""
    size = 0
    for document, problems, bytes_read in outcomes:
        found += problems
        size += bytes_read
        if size > max_bytes:
            summary = f"all files together have more than {max_bytes:,} bytes, the limit of a tree"
            found.append(refused(shown, summary, "Is this the right directory? Split the tree.", "D-11"))
            return
        yield document


@contextmanager
def _collector_off() -> Iterator[None]:
    """Keep the garbage collector from walking the growing tree again and again: it triples the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _missing(shown: str, paths: list[str]) -> Iterator[Problem]:
    """Refuse a tree without settings or without declarations: likely the wrong directory (faults.md D-01)."""
    where = escape(shown or ".")
    if not paths:
        hint = "Is this the right directory and branch? Name it with --users DIR."
        yield refused(shown, f"the directory {where} holds no declaration files", hint, "D-01")
    elif SETTINGS not in paths:
        settings = name_of(shown, SETTINGS)
        hint = f"Every tree has one at its root. Is this the right directory? If so, write {settings}."
        yield refused(shown, f"the settings {SETTINGS} are missing in {where}", hint, "D-01")
    elif len(paths) == 1:
        hint = "A tree without users is never meant: is this the right directory and branch?"
        yield refused(shown, f"the directory {where} holds settings and no declaration file", hint, "D-01")


def _first(found: list[Problem]) -> Problems:
    """Keep the first hundred, errors before the rest, and close with a count of the others."""
    if len(found) <= MAX_SHOWN:
        return tuple(found)
    weighty = sorted(found, key=lambda problem: problem.severity is not Severity.ERROR)
    kept = {id(problem) for problem in weighty[:MAX_SHOWN]}
    severity = weighty[MAX_SHOWN].severity
    summary = f"{len(found) - MAX_SHOWN:,} more problems are not shown"
    more = Problem(summary, "Settle these first, then run it again.", code="D-11", severity=severity)
    return (*(problem for problem in found if id(problem) in kept), more)
