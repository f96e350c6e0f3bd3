"""From a directory of YAML to desired people and settings, or every problem at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

from reconciler.core.origin import NO_TREE, Base
from reconciler.core.resolve import Stated, document_reader, resolve
from reconciler.core.settings import read_settings
from reconciler.edge.history import read_revision
from reconciler.edge.tree import Tree, read_tree
from reconciler.model.errors import RunRefused
from reconciler.model.settings import Settings
from reconciler.model.source import Problems, errors_of
from reconciler.model.users import DesiredUser


@dataclass(frozen=True, slots=True)
class LoadedTree:
    """A tree without errors: its settings, its people, and the warnings found on the way.

    `base` is the tree as it was before, to tell whose changes a plan holds; None where nobody asked.
    """

    root: str
    settings: Settings
    desired: tuple[DesiredUser, ...]
    warnings: Problems
    base: Base | None = None

    @property
    def managed(self) -> frozenset[str]:
        """The names of the fields that some file states."""
        return frozenset[str]().union(*(user.values for user in self.desired))

    def today(self, now: datetime) -> date:
        """Return the day that it is in the tenant's time zone."""
        return now.astimezone(self.settings.timezone).date()


def load_tree(
    root: Path, now: datetime, base: str | None = None, environ: Mapping[str, str] = MappingProxyType({})
) -> LoadedTree:
    """Read a whole tree; raises `RunRefused` with every problem where there is an error: never half a tree.

    Args:
        root: The directory of the tree.
        now: The present time, aware.
        base: The tree as it was before: a revision of git, or a directory, which begins with `.` or `/`.
        environ: The environment in which git is asked.
    """
    tree, unread = read_tree(root, document_reader())
    loaded = understand(tree, unread, root.as_posix(), now)
    return loaded if base is None else replace(loaded, base=load_base(base, root, tree.files, now, environ))


def understand(tree: Tree[Stated], unread: Problems, shown: str, now: datetime) -> LoadedTree:
    """Read settings and people of the files; raises `RunRefused` with every problem."""
    settings, unset = read_settings(tree.settings, now)
    desired, wrong = resolve(tree.files, settings)
    problems = unread + unset + wrong
    if settings is None or errors_of(problems):
        raise refused(problems)
    return LoadedTree(shown, settings, desired, problems)


def load_base(base: str, root: Path, known: Iterable[Stated], now: datetime, environ: Mapping[str, str]) -> Base:
    """Read the tree as it was before; raises `RunRefused` where it cannot be read whole.

    A revision is never taken for a directory of that name: a pull request could add one.
    """
    if base.startswith((".", "/")):
        if not Path(base).is_dir():
            raise RunRefused(f"there is no directory {base}", "name the tree as it was before this change")
        tree, unread = read_tree(Path(base), document_reader())
    else:
        found, unread = read_revision(root, base, environ, known)
        if found is None:
            return NO_TREE
        read = document_reader()
        stated = tuple(file if isinstance(file, Stated) else read(file) for file in found.files)
        tree = Tree(found.settings, stated)
    try:
        before = understand(tree, unread, base, now)
    except RunRefused as refusal:
        raise RunRefused(
            f"the base has {refusal.message}, so it cannot be told whose changes these are",
            "name another one with --base: the last commit that was applied, for instance",
            refusal.problems,
        ) from refusal
    return Base(before.settings, {user.key: user for user in before.desired})


def refused(problems: Problems) -> RunRefused:
    """Return the refusal that carries the problems of a tree, those of one file together."""
    count = len(errors_of(problems))
    files = len({problem.mark.file for problem in problems if problem.mark})
    return RunRefused(
        f"{count:,} {'problem' if count == 1 else 'problems'} in {files:,} {'file' if files == 1 else 'files'}",
        "No file is used until then: a plan is never made from half the files.",
        tuple(sorted(problems, key=place)),
    )


def place(problem: object) -> tuple[str, int, int]:
    """Return where a problem stands, for sorting; problems without a place come first."""
    mark = getattr(problem, "mark", None)
    return (mark.file, mark.line, mark.column) if mark else ("", 0, 0)
