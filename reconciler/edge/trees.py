"""Where the trees of a repository are: every directory with settings, and none inside another."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.edge.file_reader import read_file
from reconciler.edge.text_gate import escape
from reconciler.edge.tree_files import SETTINGS
from reconciler.model.source import Document, Mark, Problem, Problems, Source

SAFE: Final = re.compile(r"\w[\w .+@-]*")
"""Names of directories that a job matrix may carry."""

GIVE_RIGHT: Final = "give the user that runs this the right to read it"


class FoundTree(NamedTuple):
    """One tree: the path and the name of its directory, and its settings; None where they cannot be read."""

    path: str
    name: str
    settings: Document | None


def find_trees(root: Path, shown: str = "") -> tuple[tuple[FoundTree, ...], Problems]:
    """Find every tree at or below a directory.

    Hidden directories and repositories inside the repository are passed over.

    Args:
        root: The directory to look into.
        shown: How people name it; `""` where paths begin below it.

    Returns:
        The trees, the outer before the inner; and what is wrong: settings that cannot be read or bear nearly the
        right name, a tree inside a tree or behind a link, a directory that cannot be listed or named.
    """
    if not root.is_dir():
        return (), (refuse(shown or ".", "there is no such directory", "name another one", "D-01"),)
    found: list[FoundTree] = []
    problems: list[Problem] = []
    for folder, path, names in folders(root, shown, problems):
        problems.extend(misnamed(path, names))
        if SETTINGS in names:
            problems.extend(misplaced(path, found))
            document, unread, _ = read_file(str(folder / SETTINGS), below(path, SETTINGS))
            problems.extend(unread)
            found.append(FoundTree(path, folder.resolve().name, document))
    return tuple(found), tuple(problems)


def folders(root: Path, shown: str, problems: list[Problem]) -> Iterator[tuple[Path, str, list[str]]]:
    """Yield each directory, how it is named, and the names of its files, from the outside in; through no link."""

    def unlisted(error: OSError) -> None:
        reason = (error.strerror or "unknown reason").lower()
        problems.append(refuse(str(error.filename), f"it cannot be listed: {reason}", GIVE_RIGHT, "D-10"))

    for place, inner, names in os.walk(root, onerror=unlisted):
        folder = Path(place)
        if folder != root and ".git" in {*inner, *names}:
            inner.clear()
            continue
        path = below(shown, folder.relative_to(root).as_posix())
        linked = {name for name in inner if (folder / name).is_symlink()}
        problems.extend(behind_links(folder, path, linked))
        inner[:] = sorted(name for name in inner if name not in linked and not name.startswith("."))
        yield folder, path, names


def below(shown: str, inner: str) -> str:
    """Join the name of a directory and a path below it, `.` for the directory itself."""
    return "/".join(part for part in (shown, inner) if part not in {"", "."}) or "."


def behind_links(folder: Path, path: str, linked: Iterable[str]) -> Iterator[Problem]:
    """Refuse a tree that stands behind a symbolic link: no run would read it (faults.md D-02)."""
    for name in linked:
        if os.access(folder / name / SETTINGS, os.F_OK):
            hint = "put the directory itself in its place"
            yield refuse(below(path, name), "the directory of the tree is a symbolic link", hint, "D-02")


def misnamed(path: str, names: Iterable[str]) -> Iterator[Problem]:
    """Refuse what is meant as the settings and is not named so: a tree would be missed in silence (D-05)."""
    for name in names:
        if name != SETTINGS and name.casefold() in {SETTINGS, "reconciler.yml"}:
            hint = f"rename it to {SETTINGS}"
            yield refuse(below(path, name), "this is not the name of the settings of a tree", hint, "D-05")


def misplaced(path: str, found: Iterable[FoundTree]) -> Iterator[Problem]:
    """Refuse a tree inside a tree, and one whose name a job could not carry (faults.md D-05, D-07)."""
    outer = next((tree.path for tree in found if tree.path == "." or path.startswith(f"{tree.path}/")), "")
    if outer:
        hint = "move this directory beside the tree, or delete these settings"
        yield refuse(below(path, SETTINGS), f"a tree stands inside the tree {outer}", hint, "D-05")
    if path != "." and not all(SAFE.fullmatch(part) for part in path.split("/") if part not in {"", ".."}):
        hint = "rename it with plain letters, digits, dots and dashes"
        yield refuse(path, "the name of the directory holds a character that a job cannot carry", hint, "D-07")


def refuse(name: str, summary: str, hint: str, code: str) -> Problem:
    """Return a problem of a file or directory; its name may hold anything (faults.md D-07)."""
    shown = escape(os.fsencode(name).decode("utf-8", "backslashreplace"))
    return Problem(summary, hint, Mark(Source(shown, ""), 1, 1), code=code)


def repository_root(start: Path) -> Path:
    """Return the nearest directory at or above `start` that is a repository, or `start` where there is none."""
    absolute = start.resolve()
    return next((folder for folder in (absolute, *absolute.parents) if (folder / ".git").exists()), absolute)
