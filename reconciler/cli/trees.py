"""The command `trees`: the trees of the repository, for people or as a job matrix."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from reconciler.cli.session import Session
from reconciler.core.settings import read_settings
from reconciler.edge.trees import FoundTree, find_trees, repository_root
from reconciler.flow.trees import refused
from reconciler.model.errors import RunRefused
from reconciler.model.source import Problem, errors_of


class TreeLine(NamedTuple):
    """One tree as it is listed."""

    name: str
    tree: str
    url: str
    timezone: str


def list_trees(session: Session, paths: Iterable[Path], as_json: bool) -> int:
    """List the trees below the paths, or all of the repository; raises `RunRefused` for a broken one, or none."""
    start = repository_root(Path())
    roots = [(path, path.as_posix()) for path in paths] or [(start, "")]
    lines = read_trees(roots, session.clock.now())
    if not lines:
        where = ", ".join(shown or start.as_posix() for _, shown in roots)
        raise RunRefused(f"no directory of {where} holds a reconciler.yaml", "begin a tree:  reconciler init")
    session.show(matrix(lines) if as_json else table(lines))
    return 0


def read_trees(roots: Iterable[tuple[Path, str]], now: datetime) -> tuple[TreeLine, ...]:
    """Read the settings of every tree, by path; raises `RunRefused` with every problem at once."""
    found: dict[str, FoundTree] = {}
    lines: list[TreeLine] = []
    problems: list[Problem] = []
    for root, shown in roots:
        trees, wrong = find_trees(root, shown)
        found |= {tree.path: tree for tree in trees}
        problems.extend(wrong)
    for path, tree in sorted(found.items()):
        settings, wrong = read_settings(tree.settings, now)
        problems.extend(errors_of(wrong))
        if settings is not None:
            lines.append(TreeLine(tree.name, path, settings.tenant_url.value, settings.timezone.key))
    if problems:
        raise refused(tuple(problems))
    return with_own_names(lines)


def with_own_names(lines: list[TreeLine]) -> tuple[TreeLine, ...]:
    """Name a tree by its whole path where another one has the same last directory."""
    often = Counter(line.name.casefold() for line in lines)
    return tuple(
        line if often[line.name.casefold()] == 1 else line._replace(name=line.tree.lstrip("./").replace("/", "-"))
        for line in lines
    )


def matrix(lines: tuple[TreeLine, ...]) -> str:
    """Return the trees as the matrix of a GitHub job, on one line: one job a tree.

    `suffix` tells the environments of several trees apart, `production-emea`; the only tree needs none.
    """
    several = len(lines) > 1
    rows = [
        {"tree": line.tree, "name": line.name, "url": line.url, "suffix": f"-{line.name}" if several else ""}
        for line in lines
    ]
    return json.dumps({"include": rows})


def table(lines: tuple[TreeLine, ...]) -> str:
    """Return the trees in columns."""
    rows = [TreeLine("Name", "Tree", "Tenant", "Time zone"), *lines]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
