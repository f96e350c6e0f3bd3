"""Reading the tree of an earlier revision from git's own objects."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from reconciler.edge.history import read_revision
from reconciler.edge.tree import Tree, read_tree
from reconciler.model.errors import RunRefused
from reconciler.model.source import Document, Problems
from tests.nodes import document, itself

SETTINGS: Final = b"format: 1\n"
EVA: Final = b"email: eva@acme.example\n"
ENVIRON: Final = {"PATH": os.environ["PATH"]}
AUTHOR: Final = ("-c", "user.name=T", "-c", "user.email=t@acme.example", "-c", "commit.gpgsign=false")


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of its own on the disk."""

    folder: Path

    @property
    def tree(self) -> Path:
        """The directory of the tree."""
        return self.folder / "users"

    def git(self, *words: str) -> str:
        """Run git as a person does, apart from this machine's configuration."""
        environ = ENVIRON | {"HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"}
        ended = subprocess.run(
            ["git", *AUTHOR, *words], cwd=self.folder, env=environ, check=True, capture_output=True, text=True
        )
        return ended.stdout.strip()

    def write(self, name: str, data: bytes) -> None:
        """Write one file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def commit(self, **files: bytes) -> str:
        """Write files (`__` for a slash, `_yaml` for the ending), commit everything and return the commit."""
        for name, data in files.items():
            self.write(name.replace("__", "/").replace("_yaml", ".yaml"), data)
        self.git("add", "-A")
        self.git("commit", "-qm", "x", "--allow-empty")
        return self.git("rev-parse", "HEAD")

    def read(self, revision: str = "HEAD") -> Tree[Document]:
        """Read the tree of a revision, which is there and without problems."""
        tree, problems = read_revision(self.tree, revision, ENVIRON)
        assert problems == ()
        assert tree is not None
        return tree

    def refused(self, revision: str = "HEAD") -> Problems:
        """The problems of a revision."""
        return read_revision(self.tree, revision, ENVIRON)[1]


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path)
    repository.git("init", "-q", "-b", "main")
    repository.commit(users__reconciler_yaml=SETTINGS, users__eva_yaml=EVA)
    return repository


def names(tree: Tree[Document]) -> list[str]:
    return [file.source.name for file in tree.files]


def test_the_files_are_those_of_the_revision_not_of_the_disk(repository: Repository) -> None:
    repository.write("users/eva.yaml", b"email: other@acme.example\n")
    repository.write("users/new.yaml", EVA)
    tree = repository.read()
    assert [file.source.text for file in tree.files] == [EVA.decode()]
    assert tree.settings is not None


def test_files_are_named_as_git_names_them(repository: Repository) -> None:
    tree = repository.read("main")
    assert names(tree) == ["main:users/eva.yaml"]
    assert tree.settings is not None
    assert tree.settings.source.name == "main:users/reconciler.yaml"


def test_a_full_commit_is_named_in_short(repository: Repository) -> None:
    commit = repository.git("rev-parse", "HEAD")
    assert names(repository.read(commit)) == [f"{commit[:8]}:users/eva.yaml"]


@pytest.mark.parametrize("revision", ["main", "HEAD", "HEAD~0", "v1", "refs/heads/main"])
def test_a_revision_is_written_as_people_write_it(repository: Repository, revision: str) -> None:
    repository.git("tag", "-a", "v1", "-m", "x")
    assert repository.read(revision).settings is not None


def test_a_revision_reads_as_the_directory_does(repository: Repository) -> None:
    repository.write("users/README.md", b"x")
    repository.commit(users__a__b_yaml=b"email: b@acme.example\n")
    here, problems = read_tree(repository.tree, itself, shown_as="HEAD:users")
    assert problems == ()
    assert repository.read() == here


def test_only_the_tree_is_read(repository: Repository) -> None:
    repository.commit(other__reconciler_yaml=SETTINGS, other__x_yaml=EVA, users2__x_yaml=EVA, x_yaml=b"[")
    assert names(repository.read()) == ["HEAD:users/eva.yaml"]


def test_a_repository_may_be_the_tree(repository: Repository) -> None:
    repository.commit(reconciler_yaml=SETTINGS, bo_yaml=b"email: bo@acme.example\n")
    repository.git("rm", "-rq", "users")
    repository.commit()
    tree, _ = read_revision(repository.folder, "HEAD", ENVIRON)
    assert tree is not None
    assert names(tree) == ["HEAD:bo.yaml"]


def test_files_that_no_run_reads_are_passed_over(repository: Repository) -> None:
    repository.write("users/notes.yaml.bak", b"[")
    repository.write("users/.draft.yaml", b"[")
    repository.write("users/.hidden/x.yaml", b"[")
    repository.commit()
    assert names(repository.read()) == ["HEAD:users/eva.yaml"]


def test_a_revision_without_settings_has_no_tree(repository: Repository) -> None:
    repository.git("rm", "-q", "users/reconciler.yaml")
    repository.commit()
    repository.write("users/reconciler.yaml", SETTINGS)
    assert read_revision(repository.tree, "HEAD", ENVIRON) == (None, ())


def test_a_revision_before_the_tree_has_none(repository: Repository) -> None:
    repository.write("new/reconciler.yaml", SETTINGS)
    assert read_revision(repository.folder / "new", "HEAD", ENVIRON) == (None, ())


def test_problems_stand_at_the_revision(repository: Repository) -> None:
    repository.commit(users__eva_yaml=b"email: [\n")
    (problem,) = repository.refused("main")
    assert problem.mark is not None
    assert problem.mark.file == "main:users/eva.yaml"


def test_D_02_a_link_of_the_revision_is_refused(repository: Repository) -> None:
    (repository.tree / "link.yaml").symlink_to("eva.yaml")
    repository.commit()
    assert [problem.code for problem in repository.refused()] == ["D-02"]


def test_D_08_a_submodule_of_the_revision_is_refused(repository: Repository) -> None:
    commit = repository.git("rev-parse", "HEAD")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},users/inner")
    repository.git("commit", "-qm", "x")
    assert [problem.code for problem in repository.refused()] == ["D-08"]


def test_D_11_a_file_that_is_too_large_is_refused_unread(repository: Repository) -> None:
    repository.commit(users__big_yaml=b"#" * ((1 << 20) + 1))
    assert [problem.code for problem in repository.refused()] == ["D-11"]


def test_D_07_a_name_with_a_line_break_is_shown_escaped(repository: Repository) -> None:
    repository.write("users/a\n::error::.yaml", b"[")
    repository.commit()
    (problem, *_) = repository.refused()
    assert problem.mark is not None
    assert problem.mark.file == "HEAD:users/a\\n::error::.yaml"


@pytest.mark.parametrize(
    "revision", ["", " ", "nope", "-h", "--all", "--output=x", "HEAD:users", "0" * 40, "main..main", "a\nb", ":/x"]
)
def test_what_is_no_commit_here_is_refused(repository: Repository, revision: str) -> None:
    with pytest.raises(RunRefused):
        read_revision(repository.tree, revision, ENVIRON)


def test_an_unknown_base_says_how_to_fetch_it(repository: Repository) -> None:
    with pytest.raises(RunRefused) as refusal:
        read_revision(repository.tree, "origin/main", ENVIRON)
    assert refusal.value.message == "git does not know the base origin/main here, so it cannot be compared with"
    assert "fetch-depth: 0" in refusal.value.hint
    assert "./" in refusal.value.hint


def test_a_shallow_clone_lacks_what_came_before(repository: Repository, tmp_path: Path) -> None:
    before = repository.git("rev-parse", "HEAD")
    repository.commit(users__bo_yaml=b"email: bo@acme.example\n")
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.folder}", "shallow")
    with pytest.raises(RunRefused, match="does not know the base"):
        read_revision(repository.folder / "shallow" / "users", before, ENVIRON)


def test_a_partial_clone_is_not_completed_in_secret(repository: Repository) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.commit(users__bo_yaml=b"email: bo@acme.example\n")
    repository.git("clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{repository.folder}", "partial")
    (repository.folder / "partial" / "users").mkdir()
    with pytest.raises(RunRefused, match=r"git (does not have all|cannot list the) files"):
        read_revision(repository.folder / "partial" / "users", "HEAD", ENVIRON)


def test_outside_a_repository_git_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(RunRefused, match="is in no git repository") as refusal:
        read_revision(tmp_path, "HEAD", ENVIRON)
    assert "git says: fatal: not a git repository" in refusal.value.hint


def test_without_git_another_way_is_named(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(RunRefused, match="git is not installed") as refusal:
        read_revision(repository.tree, "HEAD", {"PATH": str(tmp_path / "nothing")})
    assert "--base ./DIR" in refusal.value.hint


def test_the_environment_does_not_steer_git(repository: Repository, tmp_path: Path) -> None:
    steered = ENVIRON | {
        "GIT_DIR": "/nowhere",
        "GIT_TRACE": str(repository.folder / "trace"),
        "GIT_WORK_TREE": "/",
    }
    assert read_revision(repository.tree, "HEAD", steered)[0] is not None
    assert not (repository.folder / "trace").exists()


def test_I_07_git_is_not_told_the_token(repository: Repository) -> None:
    spy = repository.folder / "bin" / "git"
    spy.parent.mkdir()
    spy.write_text(f'#!/bin/sh\nenv > "{repository.folder}/seen"\nexit 1\n')
    spy.chmod(0o755)
    environ = {"PATH": f"{spy.parent}:{ENVIRON['PATH']}", "RECONCILER_TOKEN": "s3cret"}
    with pytest.raises(RunRefused):
        read_revision(repository.tree, "HEAD", environ)
    assert "s3cret" not in (repository.folder / "seen").read_text()


def test_replaced_objects_are_read_as_they_were_committed(repository: Repository) -> None:
    before = repository.git("rev-parse", "HEAD:users/eva.yaml")
    repository.commit(users__eva_yaml=b"email: other@acme.example\n")
    repository.git("replace", repository.git("rev-parse", "HEAD:users/eva.yaml"), before)
    assert repository.read().files[0].source.text == "email: other@acme.example\n"


def test_nothing_of_the_repository_is_written(repository: Repository) -> None:
    def state() -> list[tuple[str, int]]:
        return sorted((str(path), path.stat().st_mtime_ns) for path in repository.folder.rglob("*"))

    before = state()
    repository.read()
    assert state() == before


def test_a_hook_of_the_repository_does_not_run(repository: Repository) -> None:
    for name in ("post-checkout", "reference-transaction", "fsmonitor"):
        hook = repository.folder / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f'#!/bin/sh\ntouch "{repository.folder}/ran"\n')
        hook.chmod(0o755)
    repository.git("config", "core.fsmonitor", str(repository.folder / ".git" / "hooks" / "fsmonitor"))
    repository.read()
    assert not (repository.folder / "ran").exists()


# what is known already


def test_a_known_content_is_not_read_twice(repository: Repository) -> None:
    known = document(EVA.decode(), "users/moved.yaml")
    tree, _ = read_revision(repository.tree, "HEAD", ENVIRON, [known])
    assert tree is not None
    assert tree.files == (known,)
    assert tree.files[0] is known


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf" + EVA, EVA.replace(b"\n", b"\r\n")])
def test_another_spelling_of_the_bytes_is_read(repository: Repository, data: bytes) -> None:
    repository.commit(users__eva_yaml=data)
    tree, _ = read_revision(repository.tree, "HEAD", ENVIRON, [document(EVA.decode(), "users/eva.yaml")])
    assert tree is not None
    assert names(tree) == ["HEAD:users/eva.yaml"]


def test_settings_are_read_anew_so_that_their_places_are_those_of_the_revision(repository: Repository) -> None:
    tree, _ = read_revision(
        repository.tree, "main", ENVIRON, [document(SETTINGS.decode(), "users/reconciler.yaml")]
    )
    assert tree is not None
    assert tree.settings is not None
    assert tree.settings.source.name == "main:users/reconciler.yaml"
