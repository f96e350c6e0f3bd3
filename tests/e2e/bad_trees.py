"""Directories that are no tree, by the row of the catalogue (faults.md 3.1), as data for the tests."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from tests.e2e.bad_files import ANA

FINE: Final = "users: []\n"
"""A file without a mistake."""


class BadTree(NamedTuple):
    """A tree that is refused for its files; `make` builds it in the directory of a tree without a mistake.

    `where` is what is named, below the root or, with `..`, the root itself.
    """

    row: str
    variant: str
    make: Callable[[Path], object]
    where: str
    says: str = ""


def link(name: str, target: str) -> Callable[[Path], object]:
    """Return what makes a symbolic link."""
    return lambda tree: (tree / name).symlink_to(target)


def file(name: str, text: str = ANA) -> Callable[[Path], object]:
    """Return what writes a file, and the directories above it."""

    def make(tree: Path) -> None:
        path = tree / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    return make


def only_settings(tree: Path) -> None:
    """Leave nothing but the settings."""
    (tree / "people.yaml").unlink()


def nothing(tree: Path) -> None:
    """Leave an empty directory."""
    shutil.rmtree(tree)
    tree.mkdir()


def no_settings(tree: Path) -> None:
    """Leave only people."""
    (tree / "reconciler.yaml").unlink()


def a_file_instead(tree: Path) -> None:
    """Put a file in the place of the directory."""
    shutil.rmtree(tree)
    tree.write_text(ANA)


def a_link_instead(tree: Path) -> None:
    """Put a link in the place of the directory."""
    other = tree.with_name("elsewhere")
    shutil.rmtree(other, ignore_errors=True)
    tree.rename(other)
    tree.symlink_to(other)


def a_socket(tree: Path) -> None:
    """Make a socket that looks like a declaration."""
    here = Path.cwd()
    os.chdir(tree)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind("x.yaml")
    os.chdir(here)


def twins(one: str, other: str) -> Callable[[Path], object]:
    """Return what writes two files."""
    return lambda tree: [(tree / name).write_text(FINE) for name in (one, other)]


def many_files(tree: Path) -> None:
    """Make one file more than a tree may have: links of few files, since a file system counts them too."""
    for number in range(10):
        (tree / f"d{number}").mkdir()
        first = tree / f"d{number}" / "first.yaml"
        first.write_text(FINE)
        for other in range(20_000):
            os.link(first, f"{tree}/d{number}/{other}.yaml")


def many_bytes(tree: Path) -> None:
    """Make a little more than 256 MiB of files without a mistake, one file under many names."""
    first = tree / "first.yaml"
    first.write_text(FINE + "#" * ((1 << 20) - len(FINE)))
    for number in range(256):
        os.link(first, tree / f"f{number}.yaml")


TREES: Final = (
    BadTree("D-01", "typo in the path", shutil.rmtree, "..", "does not exist"),
    BadTree("D-01", "empty directory", nothing, "..", "--users DIR"),
    BadTree("D-01", "no people", only_settings, "..", "right directory"),
    BadTree("D-01", "no settings", no_settings, "..", "reconciler.yaml"),
    BadTree("D-01", "a file instead", a_file_instead, "..", "not a directory"),
    BadTree("D-02", "the root", a_link_instead, "..", "elsewhere"),
    BadTree("D-02", "to a file", link("a.yaml", "people.yaml"), "a.yaml"),
    BadTree("D-02", "to a directory", link("a", "."), "a"),
    BadTree("D-02", "to /etc/passwd", link("a.yaml", "/etc/passwd"), "a.yaml"),
    BadTree("D-02", "to /dev/zero", link("a.yaml", "/dev/zero"), "a.yaml"),
    BadTree("D-02", "loop", link("a.yaml", "a.yaml"), "a.yaml"),
    BadTree("D-02", "to nothing", link("a.yaml", "nowhere"), "a.yaml"),
    BadTree("D-02", "not a declaration", link("README.md", "/etc/passwd"), "README.md"),
    BadTree("D-03", "pipe", lambda tree: os.mkfifo(tree / "x.yaml"), "x.yaml"),
    BadTree("D-03", "socket", a_socket, "x.yaml"),
    BadTree("D-03", "directory", lambda tree: (tree / "x.yaml").mkdir(), "x.yaml"),
    *(
        BadTree("D-05", name, file(name), name.rstrip("/x"))
        for name in (
            "ana.yaml.bak",
            "ana.YAML",
            "ana.Yml",
            "ana.yaml~",
            ".ana.yaml",
            "ana.json",
            "ana.yaml.txt",
            "ana",
            "ana.yaml ",
            "ana.yaml.orig",
            "reconciler.yml",
            "Reconciler.yaml",
            "emea/reconciler.yaml",
            ".hidden/x",
        )
    ),
    BadTree("D-06", "by case", twins("Ivan.yaml", "ivan.yaml"), "ivan.yaml"),
    BadTree("D-06", "by accent", twins("\u00e9.yaml", "e\u0301.yaml"), "\u00e9.yaml"),
    BadTree("D-06", "directories", lambda tree: [file("Oslo/a.yaml")(tree), file("oslo/b.yaml")(tree)], "oslo"),
    BadTree("D-07", "line break", file("a\nb.yaml"), "a\\nb.yaml"),
    BadTree("D-07", "escape", file("a\x1b[31mb.yaml"), "a\\x1b[31mb.yaml"),
    BadTree("D-07", "bidi", file("a\u202elmay.yaml"), "a\\u202elmay.yaml"),
    BadTree("D-07", "bad UTF-8", file("a\udcffb.yaml"), "a\\xffb.yaml"),
    BadTree("D-07", "command", file("::error::x.yaml", "statsu: x\n"), "::error::x.yaml"),
    BadTree("D-07", "bar", file("a|b.yaml", "statsu: x\n"), "a|b.yaml"),
    BadTree("D-07", "backtick", file("a`b`.yaml", "statsu: x\n"), "a`b`.yaml"),
    BadTree("D-07", "255 bytes", file(f"{'x' * 250}.yaml", "statsu: x\n"), f"{'x' * 250}.yaml"),
    BadTree("D-08", "submodule", file("oslo/.git", "gitdir: ../x\n"), "oslo"),
    BadTree("D-08", "submodule that is not there", lambda tree: (tree / "oslo").mkdir(), "oslo"),
    BadTree("D-11", "1 MiB and a byte", file("a.yaml", FINE + "#" * (1 << 20)), "a.yaml", "1,048,576"),
)
