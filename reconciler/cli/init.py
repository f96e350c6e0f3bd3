"""The command `init`: a new tree and what belongs around it. It asks nothing and overwrites nothing."""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from reconciler.cli.proposals import PEOPLE_SCHEMA, SETTINGS_SCHEMA, propose, wording
from reconciler.cli.schema import schema_text
from reconciler.cli.session import Session
from reconciler.edge.surroundings import create_file, look_around
from reconciler.edge.tree_files import SETTINGS
from reconciler.edge.trees import find_trees
from reconciler.model.errors import RunRefused

STARTER: Final = files("reconciler") / "starter"
"""The templates; `__TREE__` and the other words of `proposals.wording` stand in them."""

OWNERS: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks for code owners; the first one that is there counts."""

PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
WORD: Final = re.compile(r"__([A-Z_]+?)__")

NEXT: Final = """\
Editors find the schemas by the first line of each file. They stand outside the tree, which takes no other files.
What to do next:
1. The repository must be private: the files are staff data. Whether it is cannot be seen from here.
2. Correct the lines marked CHECK. See that CODEOWNERS names /__TREE__/reconciler.yaml and /.github/.
3. Let the rules of the branch __BRANCH__ ask for pull requests with a review from code owners.
4. Make the environments reconciler-read, production, production-dates for __BRANCH__ alone, with RECONCILER_TOKEN.
5. Write your people beside __TREE__/example.yaml, delete it, and run:  reconciler --users __TREE__ validate"""


def begin_tree(session: Session, url: str | None, timezone: str | None) -> int:
    """Write a new tree, schemas, code owners and workflows; raises `RunRefused` where there is a tree already."""
    around = look_around(session.root, session.environ)
    tree = place_of(session.root, around.root)
    words = wording(tree, around, propose(around, session.environ.get("RECONCILER_URL", ""), url, timezone))
    if not around.in_repository:
        session.say(f"There is no git repository here yet; {around.root} is taken for its place.")
    lines = [
        f"  {name}{'' if create_file(around.root / name, fill(text, words)) else '  (was there, left as it is)'}"
        for name, text in new_files(around.root, tree)
    ]
    session.show("\n".join((f"A new tree, {tree}:", *lines, fill(NEXT, words))))
    return 0


def place_of(folder: Path, root: Path) -> str:
    """Return the path of the tree in the repository; raises `RunRefused` where no tree can begin."""
    place, top = folder.resolve(), root.resolve()
    tree = place.relative_to(top).as_posix()
    if folder.is_symlink() or not PLAIN_PATH.fullmatch(tree):
        hint = "name a directory by plain letters, digits, dots and dashes, no link:  --users users"
        raise RunRefused(f"a tree needs a directory of its own below {root}, and {folder} is none", hint)
    outer = [
        above for above in (place, *place.parents) if above.is_relative_to(top) and (above / SETTINGS).exists()
    ]
    inner = [place / found.path for found in find_trees(place)[0]] if place.is_dir() else []
    if taken := [*outer, *inner]:
        there = (taken[0] / SETTINGS).relative_to(top).as_posix()
        hint = "look at that tree:  reconciler validate      begin another one:  reconciler --users DIRECTORY init"
        raise RunRefused(f"{there} is there already, and no tree stands inside another", hint)
    return tree


def new_files(root: Path, tree: str) -> Iterator[tuple[str, str]]:
    """Yield path and template of each file, the settings last: a run that broke off can then be repeated."""
    yield PEOPLE_SCHEMA, schema_text({}, of_settings=False)
    yield SETTINGS_SCHEMA, schema_text({}, of_settings=True)
    owners = next((name for name in OWNERS if (root / name).exists()), OWNERS[0])
    yield owners, (STARTER / "CODEOWNERS").read_text("utf-8")
    for name in workflows():
        yield f".github/workflows/{name}", (STARTER / "workflows" / name).read_text("utf-8")
    if not any((root / tree).rglob("*.y*ml")):
        yield f"{tree}/example.yaml", (STARTER / "example.yaml").read_text("utf-8")
    yield f"{tree}/{SETTINGS}", (STARTER / "settings.yaml").read_text("utf-8")


def workflows() -> tuple[str, ...]:
    """Return the names of the packaged workflows."""
    folder = STARTER / "workflows"
    return (
        tuple(sorted(file.name for file in folder.iterdir() if file.name.endswith(".yml")))
        if folder.is_dir()
        else ()
    )


def fill(text: str, words: Mapping[str, str]) -> str:
    """Put the words into a template; what is no word of ours stays."""
    return WORD.sub(lambda match: words.get(match[1], match[0]), text)
