"""What a new tree can find out about the place where it begins, and files written only where there is none."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.model.errors import ReconcilerError

LOCAL_TIME: Final = Path("/etc/localtime")
"""Where Linux and macOS link to the zone of the machine."""

OWNER: Final = re.compile(r"(.*://|[^/@]+@).*?[/:](?P<owner>[A-Za-z0-9](-?[A-Za-z0-9]){0,38})/[^/:]+/?")
BRANCH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was found out; `""` for what was not.

    Attributes:
        root: The repository's own directory; where there is none, the directory in which the program runs, or the
            one in which the tree begins if that is elsewhere.
        in_repository: Whether there is a repository.
        owner: Whose repository it is, by the remote `origin`.
        branch: The default branch of the remote, else the only branch.
        email: The address under which the person commits.
        timezone: The name of the machine's time zone.
    """

    root: Path
    in_repository: bool
    owner: str
    branch: str
    email: str
    timezone: str


def look_around(folder: Path, environ: Mapping[str, str], local_time: Path = LOCAL_TIME) -> Surroundings:
    """Ask git and the machine about a directory, which need not be there yet. Nothing found is no error."""
    stands = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.is_dir())
    top = ask_git(stands, environ, "rev-parse", "--show-toplevel")
    remote = OWNER.fullmatch(ask_git(stands, environ, "remote", "get-url", "origin"))
    branch = branch_of(stands, environ)
    return Surroundings(
        root=Path(top) if top else root_without_git(folder),
        in_repository=bool(top),
        owner=remote["owner"] if remote else "",
        branch=branch if BRANCH.fullmatch(branch) else "",
        email=ask_git(stands, environ, "config", "user.email"),
        timezone=zone_of(environ, local_time),
    )


def root_without_git(folder: Path) -> Path:
    """Return the working directory if the folder is below it, else the directory that holds the folder."""
    return Path.cwd() if folder.resolve().is_relative_to(Path.cwd()) else folder.resolve().parent


def branch_of(folder: Path, environ: Mapping[str, str]) -> str:
    """Return the default branch of the remote, or the only branch that there is; among several none is the one."""
    if head := ask_git(folder, environ, "symbolic-ref", "--short", "refs/remotes/origin/HEAD"):
        return head.removeprefix("origin/")
    current = ask_git(folder, environ, "branch", "--show-current")
    heads = ask_git(folder, environ, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()
    return current if set(heads) <= {current} else ""


def ask_git(folder: Path, environ: Mapping[str, str], *question: str) -> str:
    """Return git's answer in one line; `""` where there is no git, no repository or no answer."""
    try:
        ended = subprocess.run(  # noqa: S603  a fixed program with fixed words
            ["git", "-C", str(folder), *question],  # noqa: S607  the git that the person uses
            env=dict(environ),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout.strip() if ended.returncode == 0 else ""


def zone_of(environ: Mapping[str, str], local_time: Path) -> str:
    """Return the machine's time zone as the environment or its link names it; `""` where neither does."""
    stated = environ.get("TZ", "").removeprefix(":")
    if stated:
        return stated
    _, found, name = local_time.resolve().as_posix().partition("/zoneinfo/")
    return name if found else ""


def create_file(path: Path, text: str) -> bool:
    """Write a new file, and say whether it was written: one that is there is left as it is.

    Raises `ReconcilerError` where the place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        if path.parent.is_dir():
            return False
        raise ReconcilerError(f"cannot write {path}: {path.parent} is not a directory") from None
    except OSError as error:
        raise ReconcilerError(
            f"cannot write {path}: {error.strerror}", "run it again, nothing is overwritten"
        ) from error
    return True
