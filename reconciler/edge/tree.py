"""The tree of declaration files: which files of a directory are read, which are refused, and all of them read."""

import errno
import gc
import os
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.edge.text_gate import MAX_FILE_BYTES, escape
from reconciler.edge.yaml_reader import read_document
from reconciler.model.source import Document, Mark, Problem, Problems, Severity, Source

SETTINGS: Final = "reconciler.yaml"
"""The settings file at the root of a tree."""

NEIGHBOURS: Final = frozenset(
    {"CODEOWNERS", ".gitkeep", ".gitignore", ".gitattributes", ".editorconfig", ".DS_Store"}
)
NEIGHBOUR_ENDINGS: Final = (".md", ".txt")
"""Files beside the declarations that are passed over in silence; every other surprise is an error (D-05)."""

MAX_FILES: Final = 200_000
MAX_TREE_BYTES: Final = 256 << 20
MAX_SHOWN: Final = 100

_READ: Final = (".yaml", ".yml")
_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Tree:
    """What was read: the settings of the root, and every declaration file by name."""

    settings: Document | None
    documents: tuple[Document, ...]


class FileRead(NamedTuple):
    """The outcome of one file: its document or None, its problems, and how many bytes it had."""

    document: Document | None
    problems: Problems
    size: int = 0


def read_tree(
    root: Path,
    *,
    shown_as: str | None = None,
    max_file_bytes: int = MAX_FILE_BYTES,
    max_files: int = MAX_FILES,
    max_tree_bytes: int = MAX_TREE_BYTES,
) -> tuple[Tree, Problems]:
    """Read every file of a tree, or say what keeps it from being read whole (faults.md D-01 to D-11).

    Args:
        root: The directory that holds `reconciler.yaml`.
        shown_as: How people name that directory; the names of files begin with it. Default: `root` as given.
        max_file_bytes: The largest file.
        max_files: How many files and directories there may be.
        max_tree_bytes: How large all files may be together.

    Returns:
        The tree, to be used only where no problem is an error; and at most 100 problems, then a count.
    """
    shown = (root.as_posix() if shown_as is None else shown_as).rstrip("/")
    found: list[Problem] = []
    with _collector_off():
        paths = _list(root, shown, max_files, found)
        if paths is None:
            return Tree(None, ()), _first(found)
        found += _missing(shown, paths)
        tree = _read_all(root, shown, paths, (max_file_bytes, max_tree_bytes), found)
    return tree, _first(found)


def read_file(path: str, name: str, max_bytes: int = MAX_FILE_BYTES) -> FileRead:
    """Read one regular file once, never through a link and never waiting for a pipe (D-02, D-03, D-09, D-10)."""
    try:
        handle = os.open(path, _OPEN)
    except OSError as error:
        return FileRead(None, (_not_opened(name, error),))
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return FileRead(None, (_not_a_file(name),))
        if status.st_size > max_bytes:
            return FileRead(None, (_file_limit(name, status.st_size, max_bytes),))
        data = _bytes_of(handle, max_bytes)
    except OSError as error:
        return FileRead(None, (_not_opened(name, error),))
    finally:
        os.close(handle)
    return FileRead(*read_document(name, data, max_bytes=max_bytes), len(data))


def _bytes_of(handle: int, max_bytes: int) -> bytes:
    """Read to the end, at most one byte beyond the limit: the file may grow while it is read."""
    parts, left = [], max_bytes + 1
    while left > 0 and (part := os.read(handle, min(left, 1 << 16))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


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


def _list(root: Path, shown: str, max_files: int, found: list[Problem]) -> list[str] | None:
    """Return the paths under the root of the files to read, by name; None where there is no tree to read."""
    if root.is_symlink():
        hint = f"Give the directory itself: --users {escape(str(root.resolve()))}"
        found.append(_refused(shown, "the directory of the tree is a symbolic link", hint, "D-02"))
        return None
    if not root.is_dir():
        hint = "Run it where the directory is, or name it: --users DIR."
        what = "is not a directory" if root.exists() else "does not exist"
        found.append(_refused(shown, f"the directory {escape(shown or '.')} {what}", hint, "D-01"))
        return None
    names: list[str] = []
    waiting, seen = [""], 0
    while waiting:
        folder = waiting.pop()
        entries = _entries(root, shown, folder, found)
        seen += len(entries)
        if seen > max_files:
            hint = "Is this the right directory? Split the tree, or keep several people in one file."
            found.append(_refused(shown, f"more than {max_files:,} files, the limit of a tree", hint, "D-11"))
            return None
        for entry in entries:
            path = folder + entry.name
            if problem := _refuse_entry(entry, path, _name(shown, path)):
                found.append(problem)
            elif entry.is_dir(follow_symlinks=False):
                waiting += [] if path == ".git" else [f"{path}/"]
            elif entry.name.endswith(_READ):
                names.append(path)
    return sorted(names)


def _entries(root: Path, shown: str, folder: str, found: list[Problem]) -> list[os.DirEntry[str]]:
    name = _name(shown, folder.rstrip("/"))
    try:
        with os.scandir(root / folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        found.append(_not_opened(name, error))
        return []
    if not entries and folder:
        hint = "Delete it. A submodule? Keep the files in this repository."
        found.append(_refused(name, "the directory is empty", hint, "D-08"))
    if folder and any(entry.name == ".git" for entry in entries):
        hint = "Keep the files in this repository instead of a submodule."
        found.append(_refused(name, "the directory is a repository of its own", hint, "D-08"))
        return []
    found += _twins(shown, folder, entries)
    return entries


def _twins(shown: str, folder: str, entries: list[os.DirEntry[str]]) -> Iterator[Problem]:
    """Refuse names that are one file on another machine: by case, or by how accents are stored (D-06)."""
    first: dict[str, str] = {}
    for entry in entries:
        key = unicodedata.normalize("NFC", unicodedata.normalize("NFC", entry.name).casefold())
        earlier = first.setdefault(key, entry.name)
        if earlier != entry.name:
            one, two = ascii(earlier), ascii(entry.name)
            summary = f"the names {one} and {two} are one and the same on other machines"
            yield _refused(_name(shown, folder + entry.name), summary, "Rename or join them.", "D-06")


def _refuse_entry(entry: os.DirEntry[str], path: str, name: str) -> Problem | None:
    """Say why an entry of a directory cannot be read or passed over; None where it can."""
    base, folded = entry.name, entry.name.casefold()
    if escape(base) != base or _bad_bytes(base):
        hint = "Rename it with plain letters, digits, dots and dashes."
        return _refused(name, "the name holds a character that must not be shown", hint, "D-07")
    if entry.is_symlink():
        hint = "Put the file itself in its place."
        return _refused(name, "symbolic links are not followed in a tree", hint, "D-02")
    if entry.is_dir(follow_symlinks=False):
        return _refuse_directory(path, name)
    if not entry.is_file(follow_symlinks=False):
        return _not_a_file(name)
    if folded in (SETTINGS, "reconciler.yml") and path != SETTINGS:
        return _refuse_settings(path, name)
    if base.endswith(_READ) and not base.startswith("."):
        return None
    if base in NEIGHBOURS or (folded.endswith(NEIGHBOUR_ENDINGS) and not any(end in folded for end in _READ)):
        return None
    hint = "Rename it to end in .yaml (no dot in front), or move it out of the tree."
    return _refused(name, "this file is not read: only names that end in .yaml or .yml are", hint, "D-05")


def _refuse_directory(path: str, name: str) -> Problem | None:
    if path == ".git":
        return None
    if path.casefold().endswith(_READ):
        return _not_a_file(name)
    if path.rpartition("/")[2].startswith("."):
        hint = "Take the dot away, or move the directory out of the tree."
        return _refused(name, "hidden directories are not read", hint, "D-05")
    return None


def _refuse_settings(path: str, name: str) -> Problem:
    if "/" not in path:
        return _refused(name, "this is not the name of the settings", f"Rename it to {SETTINGS}.", "D-05")
    summary = "settings stand below the root: a tree in a tree"
    hint = "Move this directory beside the tree, or delete these settings."
    return _refused(name, summary, hint, "D-05")


def _read_all(root: Path, shown: str, paths: list[str], limits: tuple[int, int], found: list[Problem]) -> Tree:
    """Read the listed files one after the other; stop where all of them together are too large."""
    max_file_bytes, max_tree_bytes = limits
    settings, documents, size = None, list[Document](), 0
    for path in paths:
        document, problems, bytes_read = read_file(f"{root}/{path}", _name(shown, path), max_file_bytes)
        found += problems
        size += bytes_read
        if size > max_tree_bytes:
            summary = f"all files together have more than {max_tree_bytes:,} bytes, the limit of a tree"
            found.append(_refused(shown, summary, "Is this the right directory? Split the tree.", "D-11"))
            break
        if document is not None and path == SETTINGS:
            settings = document
        elif document is not None:
            documents.append(document)
    return Tree(settings, tuple(documents))


def _missing(shown: str, paths: list[str]) -> Iterator[Problem]:
    """Refuse a tree without settings or without declarations: likely the wrong directory (faults.md D-01)."""
    where = escape(shown or ".")
    if not paths:
        hint = "Is this the right directory and branch? Name it with --users DIR."
        yield _refused(shown, f"the directory {where} holds no declaration files", hint, "D-01")
    elif SETTINGS not in paths:
        hint = (
            f"Every tree has one at its root. Is this the right directory? If so, write {_name(shown, SETTINGS)}."
        )
        yield _refused(shown, f"the settings {SETTINGS} are missing in {where}", hint, "D-01")
    elif len(paths) == 1:
        hint = "A tree without users is never meant: is this the right directory and branch?"
        yield _refused(shown, f"the directory {where} holds settings and no declaration file", hint, "D-01")


def _first(found: list[Problem]) -> Problems:
    """Keep the first hundred, errors before the rest, and close with a count of the others."""
    if len(found) <= MAX_SHOWN:
        return tuple(found)
    weighty = sorted(found, key=lambda problem: problem.severity is not Severity.ERROR)
    kept = {id(problem) for problem in weighty[:MAX_SHOWN]}
    severity = weighty[MAX_SHOWN].severity
    summary = f"{len(found) - MAX_SHOWN:,} more problems are not shown"
    closing = Problem(summary, "Settle these first, then run it again.", code="D-11", severity=severity)
    return (*(problem for problem in found if id(problem) in kept), closing)


def _name(shown: str, path: str) -> str:
    parts = [part for part in (shown if shown != "." else "", path) if part]
    return "/".join(parts) or "."


def _refused(name: str, summary: str, hint: str, code: str) -> Problem:
    shown = escape(os.fsencode(name).decode("utf-8", "backslashreplace"))
    return Problem(summary, hint, Mark(Source(shown, ""), 1, 1), code=code)


def _bad_bytes(name: str) -> bool:
    """Tell whether a file name is not UTF-8."""
    return any("\ud800" <= character <= "\udfff" for character in name)


def _not_a_file(name: str) -> Problem:
    hint = "Delete it, or move it out of the tree."
    return _refused(name, "this is not a regular file (a pipe, a socket, a device or a directory)", hint, "D-03")


def _file_limit(name: str, size: int, limit: int) -> Problem:
    summary = f"the file has {size:,} bytes, the limit for one file is {limit:,}"
    return _refused(name, summary, "Spread its people over several files.", "D-11")


def _not_opened(name: str, error: OSError) -> Problem:
    if error.errno == errno.ELOOP:
        hint = "Put the file itself in its place."
        return _refused(name, "symbolic links are not followed in a tree", hint, "D-02")
    if error.errno == errno.ENXIO:
        return _not_a_file(name)
    if error.errno == errno.ENOENT:
        hint = "Run it again when nobody else changes the files."
        return _refused(name, "the file vanished while the tree was read", hint, "D-09")
    reason = (error.strerror or "unknown reason").lower()
    hint = "Give the user that runs this the right to read it."
    return _refused(name, f"it cannot be read: {reason}", hint, "D-10")
