"""From a directory of YAML to desired people and settings, or every problem at once."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from reconciler.core.declarations import read_declarations
from reconciler.core.resolve import resolve
from reconciler.core.settings import read_settings
from reconciler.edge.tree import read_tree
from reconciler.model.errors import RunRefused
from reconciler.model.settings import Settings
from reconciler.model.source import Problems, errors_of
from reconciler.model.users import DesiredUser


@dataclass(frozen=True, slots=True)
class LoadedTree:
    """A tree without errors: its settings, its people, and the warnings found on the way."""

    root: str
    settings: Settings
    desired: tuple[DesiredUser, ...]
    warnings: Problems

    @property
    def managed(self) -> frozenset[str]:
        """The names of the fields that some file states."""
        return frozenset(name for user in self.desired for name in user.values)

    def today(self, now: datetime) -> date:
        """Return the day that it is in the tenant's time zone."""
        return now.astimezone(self.settings.timezone).date()


def load_tree(root: Path, now: datetime) -> LoadedTree:
    """Read a whole tree; raises `RunRefused` with every problem where there is an error: never half a tree."""
    tree, unread = read_tree(root)
    settings, unset = read_settings(tree.settings, now)
    declarations, misplaced = read_declarations(tree.documents)
    if settings is None:
        raise refused(unread + unset + misplaced)
    desired, wrong = resolve(declarations, settings)
    problems = unread + unset + misplaced + wrong
    if errors_of(problems):
        raise refused(problems)
    return LoadedTree(root.as_posix(), settings, desired, problems)


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
