"""Which files of a directory make up a tree: what is read, what is passed over, and what is refused."""

import errno
import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reconciler.edge.text_gate import escape
from reconciler.model.source import Mark, Problem, Source

SETTINGS: Final = "reconciler.yaml"
"""The settings file at the root of a tree."""

NEIGHBOURS: Final = frozenset(
    {"CODEOWNERS", ".gitkeep", ".gitignore", ".gitattributes", ".editorconfig", ".DS_Store"}
)
NEIGHBOUR_ENDINGS: Final = (".md", ".txt")
"""Files beside the declarations that are passed over in silence; every other surprise is an error (D-05)."""

_READ: Final = (".yaml", ".yml")


def list_files(root: Path, shown: str, max_files: int, found: list[Problem]) -> list[str] | None:
    """Return the paths below the root of the files to read, sorted; None where there is no tree to read.

    Args:
        root: The directory of the tree.
        shown: How people name it.
        max_files: How many files and directories there may be.
        found: What is refused is added here.
    """
    if problem := _refuse_root(root, shown):
        found.append(problem)
        return None
    paths: list[str] = []
    waiting, seen = [""], 0
    while waiting:
        folder = waiting.pop()
        entries = _entries(root, shown, folder, found)
        seen += len(entries)
        if seen > max_files:
            hint = "Is this the right directory? Split the tree, or keep several people in one file."
            found.append(refused(shown, f"more than {max_files:,} files, the limit of a tree", hint, "D-11"))
            return None
        for entry in entries:
            path = folder + entry.name
            if problem := _refuse_entry(entry, path, name_of(shown, path)):
                found.append(problem)
            elif entry.is_dir(follow_symlinks=False):
                waiting += [] if path == ".git" else [f"{path}/"]
            elif entry.name.endswith(_READ):
                paths.append(path)
    return sorted(paths)


def name_of(shown: str, path: str) -> str:
    """Return how people name a path below the root; an empty path is the root itself."""
    parts = [part for part in (shown if shown != "." else "", path) if part]
    return "/".join(parts) or "."


def refused(name: str, summary: str, hint: str, code: str) -> Problem:
    """Return a problem of a whole file or directory; no byte of its name is shown raw."""
    shown = escape(os.fsencode(name).decode("utf-8", "backslashreplace"))
    return Problem(summary, hint, Mark(Source(shown, ""), 1, 1), code=code)


def not_a_file(name: str) -> Problem:
    """Refuse what could wait for ever or never end (faults.md D-03)."""
    hint = "Delete it, or move it out of the tree."
    return refused(name, "this is not a regular file (a pipe, a socket, a device or a directory)", hint, "D-03")


def not_opened(name: str, error: OSError) -> Problem:
    """Say why the machine does not give a file or directory (faults.md D-02, D-03, D-09, D-10)."""
    if error.errno == errno.ELOOP:
        hint = "Put the file itself in its place."
        return refused(name, "symbolic links are not followed in a tree", hint, "D-02")
    if error.errno == errno.ENXIO:
        return not_a_file(name)
    if error.errno == errno.ENOENT:
        hint = "Run it again when nobody else changes the files."
        return refused(name, "the file vanished while the tree was read", hint, "D-09")
    reason = (error.strerror or "unknown reason").lower()
    hint = "Give the user that runs this the right to read it."
    return refused(name, f"it cannot be read: {reason}", hint, "D-10")


def _refuse_root(root: Path, shown: str) -> Problem | None:
    """Refuse a root that is a link or no directory (faults.md D-01, D-02)."""
    if root.is_symlink():
        hint = f"Give the directory itself: --users {escape(str(root.resolve()))}"
        return refused(shown, "the directory of the tree is a symbolic link", hint, "D-02")
    if root.is_dir():
        return None
    hint = "Run it where the directory is, or name it: --users DIR."
    what = "is not a directory" if root.exists() else "does not exist"
    return refused(shown, f"the directory {escape(shown or '.')} {what}", hint, "D-01")


def _entries(root: Path, shown: str, folder: str, found: list[Problem]) -> list[os.DirEntry[str]]:
    """Return what stands in a directory, sorted; refuse directories that stand for something else (D-08)."""
    name = name_of(shown, folder.rstrip("/"))
    try:
        with os.scandir(root / folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        found.append(not_opened(name, error))
        return []
    if not entries and folder:
        hint = "Delete it. A submodule? Keep the files in this repository."
        found.append(refused(name, "the directory is empty", hint, "D-08"))
    if folder and any(entry.name == ".git" for entry in entries):
        hint = "Keep the files in this repository instead of a submodule."
        found.append(refused(name, "the directory is a repository of its own", hint, "D-08"))
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
            yield refused(name_of(shown, folder + entry.name), summary, "Rename or join them.", "D-06")


def _refuse_entry(entry: os.DirEntry[str], path: str, name: str) -> Problem | None:
    """Say why an entry of a directory cannot be read or passed over; None where it can."""
    base, folded = entry.name, entry.name.casefold()
    if escape(base) != base or _bad_bytes(base):
        hint = "Rename it with plain letters, digits, dots and dashes."
        return refused(name, "the name holds a character that must not be shown", hint, "D-07")
    if entry.is_symlink():
        hint = "Put the file itself in its place."
        return refused(name, "symbolic links are not followed in a tree", hint, "D-02")
    if entry.is_dir(follow_symlinks=False):
        return _refuse_directory(path, name)
    if not entry.is_file(follow_symlinks=False):
        return not_a_file(name)
    if folded in (SETTINGS, "reconciler.yml") and path != SETTINGS:
        return _refuse_settings(path, name)
    if base.endswith(_READ) and not base.startswith("."):
        return None
    if base in NEIGHBOURS or (folded.endswith(NEIGHBOUR_ENDINGS) and not any(end in folded for end in _READ)):
        return None
    hint = "Rename it to end in .yaml (no dot in front), or move it out of the tree."
    return refused(name, "this file is not read: only names that end in .yaml or .yml are", hint, "D-05")


def _refuse_directory(path: str, name: str) -> Problem | None:
    if path == ".git":
        return None
    if path.casefold().endswith(_READ):
        return not_a_file(name)
    if path.rpartition("/")[2].startswith("."):
        hint = "Take the dot away, or move the directory out of the tree."
        return refused(name, "hidden directories are not read", hint, "D-05")
    return None


def _refuse_settings(path: str, name: str) -> Problem:
    if "/" not in path:
        return refused(name, "this is not the name of the settings", f"Rename it to {SETTINGS}.", "D-05")
    summary = "settings stand below the root: a tree in a tree"
    hint = "Move this directory beside the tree, or delete these settings."
    return refused(name, summary, hint, "D-05")


def _bad_bytes(name: str) -> bool:
    """Tell whether a file name is not UTF-8."""
    return any("\ud800" <= character <= "\udfff" for character in name)
