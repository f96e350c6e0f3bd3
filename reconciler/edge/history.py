"""The tree as an earlier revision has it, read from git's own objects: nothing is checked out, nothing is written.

Only what may state something is read: settings and declaration files, in the strict way of the working tree. A
README beside them cannot say anything, so its name is not judged a second time.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from reconciler.edge.text_gate import MAX_FILE_BYTES, escape
from reconciler.edge.tree import MAX_FILES, MAX_TREE_BYTES, Tree
from reconciler.edge.tree_files import SETTINGS
from reconciler.edge.yaml_reader import read_document
from reconciler.model.errors import RunRefused
from reconciler.model.source import Document, Mark, Problem, Problems, Source, Sourced

Known = TypeVar("Known", bound=Sourced)

GIT_TIMEOUT_S: Final = 120.0
"""How long one question to git may take; it reads from the disk only."""

KEPT: Final = ("PATH", "HOME", "XDG_CONFIG_HOME", "SYSTEMROOT", "USERPROFILE")
"""What git is told of the environment: where it is, and whose configuration says which directories are safe.

Nothing that steers git (`GIT_DIR`, `GIT_CONFIG_*`, `GIT_REPLACE_REF_BASE`), and never the token (faults.md I-07).
"""

SILENT: Final = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
}
"""Git answers from what is here: it takes no lock, fetches nothing and asks nobody."""

REFUSED_MODES: Final = {
    "120000": ("symbolic links are not followed in a tree", "put the file itself in its place", "D-02"),
    "160000": ("this is a repository of its own", "keep the files in this repository", "D-08"),
}
"""What git may hold beside files: links and submodules."""

FETCH: Final = "fetch it first; in a workflow:  fetch-depth: 0  under the step that checks out"


class File(NamedTuple):
    """One file of a revision: its path below the root of the tree, its sort, its content's name and size."""

    path: str
    mode: str
    blob: str
    size: int


@dataclass(frozen=True, slots=True)
class Git:
    """Git, asked about the repository that a directory stands in."""

    folder: Path
    environ: Mapping[str, str]

    def ask(self, *question: str, feed: bytes = b"") -> tuple[bytes | None, str]:
        """Return git's answer, None where it has none, and the first line of its complaint.

        Raises `RunRefused` where git cannot be asked at all.
        """
        kept = {name: self.environ[name] for name in KEPT if name in self.environ}
        try:
            ended = subprocess.run(  # noqa: S603  a fixed program; no shell; what a person wrote is never an option
                ["git", "--no-replace-objects", "-C", str(self.folder), *question],  # noqa: S607  the git of PATH
                input=feed,
                capture_output=True,
                env=kept | SILENT,
                timeout=GIT_TIMEOUT_S,
                check=False,
            )
        except FileNotFoundError as error:
            raise RunRefused("git is not installed, so no earlier revision can be read", ANOTHER_WAY) from error
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise RunRefused(f"git did not answer: {type(error).__name__}", ANOTHER_WAY) from error
        complaint = ended.stderr.decode("utf-8", "backslashreplace").strip().partition("\n")[0]
        return (ended.stdout if ended.returncode == 0 else None), escape(complaint)


def read_revision(
    root: Path, revision: str, environ: Mapping[str, str], known: Iterable[Known] = ()
) -> tuple[Tree[Document | Known] | None, Problems]:
    """Read the tree that stands at `root` as a revision has it.

    Args:
        root: The directory of the tree; it must be there, in a git repository.
        revision: A branch, tag or commit, as people write it.
        environ: The environment of the process.
        known: What was made of the files of the working tree: a file with the same bytes is not read twice.

    Returns:
        The tree, to be used only where no problem is an error; None where the revision has no tree there, which
        is to say no settings. And what is wrong with its files, named `revision:path`.

    Raises:
        RunRefused: No git, no repository, or no such revision in it.
    """
    git = Git(root, environ)
    prefix, commit = find_prefix(git), find_commit(git, revision)
    name = f"{escape(revision[:8] if COMMIT.fullmatch(revision) else revision)}:{prefix}"
    files = list_files(git, commit, prefix)
    if problems := tuple(refusals(name, files)):
        return Tree(None, ()), problems
    wanted = [file for file in files if is_read(file)]
    if not any(file.path == SETTINGS for file in wanted):
        return None, ()
    return read_files(git, name, wanted, {blob_of(file.source): file for file in known})


def find_prefix(git: Git) -> str:
    """Return the path of the tree inside its repository, a slash at its end; `""` for the repository itself."""
    answer, complaint = git.ask("rev-parse", "--show-prefix")
    if answer is None:
        where = escape(str(git.folder))
        raise RunRefused(
            f"{where} is in no git repository that can be read", f"git says: {complaint}\n{ANOTHER_WAY}"
        )
    return os.fsdecode(answer.removesuffix(b"\n"))


def find_commit(git: Git, revision: str) -> str:
    """Return the full id of the commit that a person means; raises `RunRefused`."""
    if not revision.strip() or revision.startswith("-") or not revision.isprintable():
        raise RunRefused(f'"{escape(revision)}" is no revision of git', ANOTHER_WAY)
    answer, _ = git.ask("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    found = (answer or b"").decode("ascii", "replace").strip()
    if COMMIT.fullmatch(found):
        return found
    hint = f"is it spelled right? If so, {FETCH}\nmeant as a directory? write it with ./ in front"
    raise RunRefused(f"git does not know the base {escape(revision)} here, so it cannot be compared with", hint)


def list_files(git: Git, commit: str, prefix: str) -> list[File]:
    """Return everything below a path of a commit; raises `RunRefused` where git cannot list it."""
    only = ("--", prefix) if prefix else ()
    answer, complaint = git.ask("ls-tree", "-r", "-l", "-z", "--full-tree", commit, *only)
    if answer is None:
        raise RunRefused("git cannot list the files of the base", f"git says: {complaint}\n{FETCH}")
    return [file_of(entry, prefix) for entry in answer.split(b"\0") if entry]


def file_of(entry: bytes, prefix: str) -> File:
    """Read one entry of `ls-tree -l`: mode, kind, id, size or `-`, a tab, the path."""
    about, _, path = entry.partition(b"\t")
    mode, _, blob, size = about.decode("ascii").split()
    return File(os.fsdecode(path).removeprefix(prefix), mode, blob, int(size) if size.isdecimal() else 0)


def is_read(file: File) -> bool:
    """Say whether a file is settings or declarations by its name."""
    return file.path.endswith((".yaml", ".yml")) and not any(part[:1] == "." for part in file.path.split("/"))


def refusals(name: str, files: list[File]) -> Iterator[Problem]:
    """Yield what keeps the files from being read (faults.md D-02, D-08, D-11)."""
    if len(files) > MAX_FILES or sum(file.size for file in files if is_read(file)) > MAX_TREE_BYTES:
        yield refuse(name, "it is too large to be a tree", "is this the right directory?", "D-11")
        return
    for file in files:
        if file.mode in REFUSED_MODES:
            yield refuse(f"{name}{file.path}", *REFUSED_MODES[file.mode])
        elif is_read(file) and file.size > MAX_FILE_BYTES:
            summary = f"the file has {file.size:,} bytes, the limit for one file is {MAX_FILE_BYTES:,}"
            yield refuse(f"{name}{file.path}", summary, "spread its people over several files", "D-11")


def refuse(name: str, summary: str, hint: str, code: str) -> Problem:
    """Return a problem of a whole file."""
    return Problem(summary, hint, Mark(Source(escape(printable(name)), ""), 1, 1), code=code)


def read_files(
    git: Git, name: str, files: list[File], known: Mapping[str, Known]
) -> tuple[Tree[Document | Known], Problems]:
    """Read the listed files, each content once."""
    contents = read_blobs(git, {file.blob for file in files if file.blob not in known or file.path == SETTINGS})
    settings, read, problems = None, list[Document | Known](), list[Problem]()
    for file in files:
        if file.path != SETTINGS and file.blob in known:
            read.append(known[file.blob])
            continue
        document, found = read_document(escape(printable(f"{name}{file.path}")), contents[file.blob])
        problems += found
        if document is not None and file.path == SETTINGS:
            settings = document
        elif document is not None:
            read.append(document)
    return Tree(settings, tuple(read)), tuple(problems)


def read_blobs(git: Git, blobs: Iterable[str]) -> Mapping[str, bytes]:
    """Return contents by their ids; raises `RunRefused` where one of them is not here (a partial clone)."""
    wanted = sorted(blobs)
    answer, complaint = git.ask("cat-file", "--batch", feed="".join(f"{blob}\n" for blob in wanted).encode())
    contents: dict[str, bytes] = {}
    rest, place = answer or b"", 0
    for blob in wanted:
        head, _, _ = rest[place : place + 200].partition(b"\n")
        words = head.split()
        if len(words) != 3 or words[0] != blob.encode() or words[1] != b"blob":
            raise RunRefused("git does not have all files of the base here", f"git says: {complaint}\n{FETCH}")
        begin, size = place + len(head) + 1, int(words[2])
        contents[blob] = rest[begin : begin + size]
        place = begin + size + 1
    return contents


def blob_of(source: Source) -> str:
    """Return git's name of a file's content; a file that begins with a byte order mark has another one."""
    data = source.text.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def printable(name: str) -> str:
    """Return a name of a file of which some bytes may be no UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


ANOTHER_WAY: Final = "name a directory that holds the tree as it was before:  --base ./DIR"
COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
