"""From a directory of YAML to desired people and settings, or every problem at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

from reconciler.core.on_day import desired_on
from reconciler.core.origin import NO_TREE, Base
from reconciler.core.resolve import Stated, document_reader, resolve
from reconciler.core.settings import read_settings
from reconciler.edge.history import read_revision
from reconciler.edge.tree import Tree, read_tree
from reconciler.model.days import ONE_DAY
from reconciler.model.errors import RunRefused
from reconciler.model.settings import Settings
from reconciler.model.source import Problems, errors_of
from reconciler.model.users import Declared, DesiredUser


@dataclass(frozen=True, slots=True)
class LoadedTree:
    """A tree without errors: its settings, its people as of a day, and the warnings found on the way.

    `declared` are the same people with all dates, and `day` is the day in the tenant's time zone. `base` is the
    tree as it was before, to tell whose changes a plan holds; None where nobody asked.
    """

    root: str
    settings: Settings
    declared: Declared
    day: date
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
    root: Path,
    now: datetime,
    base: str | None = None,
    environ: Mapping[str, str] = MappingProxyType({}),
    as_of: date | None = None,
    base_day: date | None = None,
    due: bool = False,
) -> LoadedTree:
    """Read a whole tree; raises `RunRefused` with every problem where there is an error: never half a tree.

    Args:
        root: The directory of the tree.
        now: The present time, aware.
        base: The tree as it was before: a revision of git, or a directory, which begins with `.` or `/`.
        environ: The environment in which git is asked.
        as_of: The day whose plan is wanted; None for the day that `now` is in the tenant's time zone.
        base_day: The day on which the base was last applied; None for the day before. What a date has changed
            since then is due; what it changed before is not (product section 5, "Origin").
        due: Without another base the tree is its own one, so that nothing but a date asks for a change.
    """
    tree, unread = read_tree(root, document_reader())
    loaded = understand(tree, unread, root.as_posix(), now, as_of)
    if base is None:
        return with_base(loaded, loaded, base_day) if due else loaded
    before = load_base(base, root, tree.files, now, loaded.day, environ)
    return with_base(loaded, before, base_day) if before else replace(loaded, base=NO_TREE)


def with_base(tree: LoadedTree, before: LoadedTree, base_day: date | None) -> LoadedTree:
    """Return a tree with its base, as of the same day and as of the day on which the base was last applied."""
    former = desired_on(before.declared, base_day or tree.day - ONE_DAY)
    base = Base(before.settings, by_key(before.desired), by_key(former), before.declared)
    return replace(tree, base=base)


def by_key(people: Iterable[DesiredUser]) -> dict[str, DesiredUser]:
    """Return people by canonical address."""
    return {user.key: user for user in people}


def understand(tree: Tree[Stated], unread: Problems, shown: str, now: datetime, as_of: date | None) -> LoadedTree:
    """Read settings and people of the files; raises `RunRefused` with every problem."""
    settings, unset = read_settings(tree.settings, now)
    day = as_of or now.astimezone(settings.timezone if settings else None).date()
    declared, wrong = resolve(tree.files, settings, day)
    problems = unread + unset + wrong
    if settings is None or errors_of(problems):
        raise refused(problems)
    return LoadedTree(shown, settings, declared, day, desired_on(declared, day), problems)


def load_base(
    base: str, root: Path, known: Iterable[Stated], now: datetime, day: date, environ: Mapping[str, str]
) -> LoadedTree | None:
    """Read the tree as it was before, as of a day; None where there was none.

    Raises `RunRefused` where it cannot be read whole.

    A revision is never taken for a directory of that name: a pull request could add one.
    """
    if base.startswith((".", "/")):
        if not Path(base).is_dir():
            raise RunRefused(f"there is no directory {base}", "name the tree as it was before this change")
        tree, unread = read_tree(Path(base), document_reader())
    else:
        found, unread = read_revision(root, base, environ, known)
        if found is None:
            return None
        read = document_reader()
        stated = tuple(file if isinstance(file, Stated) else read(file) for file in found.files)
        tree = Tree(found.settings, stated)
    try:
        return understand(tree, unread, base, now, day)
    except RunRefused as refusal:
        raise RunRefused(
            f"the base has {refusal.message}, so it cannot be told whose changes these are",
            "name another one with --base: the last commit that was applied, for instance",
            refusal.problems,
        ) from refusal


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
