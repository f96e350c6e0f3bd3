"""Reading a whole tree: each test is a row of faults.md 3.1."""

import gc
import os
import pickle
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.edge.file_reader import read_file
from reconciler.edge.tree import MAX_SHOWN, Tree, read_tree
from reconciler.model.source import Document, Problem, Problems, Severity
from tests.nodes import itself

USER = b"email: ana@acme.example\n"
Make = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> Make:
    """Make a tree of settings, one user and the given files; names are relative to its root."""

    def make(files: dict[str, bytes] | None = None, *, bare: bool = False) -> Path:
        root = tmp_path / "users"
        root.mkdir()
        for name, data in (
            {} if bare else {"reconciler.yaml": b"format: 1\n", "ana.yaml": USER} | (files or {})
        ).items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return root

    return make


def read(root: Path) -> tuple[Tree[Document], Problems]:
    return read_tree(root, itself, shown_as="users")


def refused(root: Path, code: str, name: str) -> Problem:
    """Return the one problem of a tree: an error of that row, at that file, that says what to do."""
    _, problems = read(root)
    assert [(problem.code, problem.mark and problem.mark.file) for problem in problems] == [(code, name)]
    assert problems[0].severity is Severity.ERROR
    assert problems[0].hint
    return problems[0]


def test_a_tree_is_read_in_the_order_of_names(tree: Make) -> None:
    root = tree({"b/z.yml": USER, "b/a.yaml": USER, "a.yaml": USER, "README.md": b"\xff", "b/.gitkeep": b""})
    found, problems = read(root)
    assert not problems
    assert found.settings is not None
    assert found.settings.source.name == "users/reconciler.yaml"
    names = [document.source.name for document in found.files]
    assert names == ["users/a.yaml", "users/ana.yaml", "users/b/a.yaml", "users/b/z.yml"]


@pytest.mark.parametrize(
    ("shown_as", "name"),
    [("users", "users/ana.yaml"), ("users/", "users/ana.yaml"), (".", "ana.yaml"), ("../u", "../u/ana.yaml")],
)
def test_names_are_as_people_type_them(tree: Make, shown_as: str, name: str) -> None:
    found, _ = read_tree(tree(), itself, shown_as=shown_as)
    assert found.files[0].source.name == name


def test_names_begin_with_the_root_as_given(tree: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree().parent)
    assert read_tree(Path("users"), itself)[0].files[0].source.name == "users/ana.yaml"


@pytest.mark.parametrize("was_on", [True, False])
def test_the_garbage_collector_is_left_as_it_was(tree: Make, was_on: bool) -> None:
    root, before = tree(), gc.isenabled()
    try:
        (gc.enable if was_on else gc.disable)()
        read(root)
        assert gc.isenabled() is was_on
    finally:
        (gc.enable if before else gc.disable)()


def test_D_01_missing_directory(tmp_path: Path) -> None:
    found, problems = read_tree(tmp_path / "user", itself, shown_as="user")
    assert found == Tree(None, ())
    assert problems[0].summary == "the directory user does not exist"
    assert problems[0].code == "D-01"
    assert "--users DIR" in problems[0].hint


def test_D_01_the_root_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "users").write_bytes(USER)
    assert refused(tmp_path / "users", "D-01", "users").summary == "the directory users is not a directory"


def test_D_01_empty_directory(tree: Make) -> None:
    refused(tree(bare=True), "D-01", "users")


def test_D_01_only_neighbours(tree: Make) -> None:
    root = tree(bare=True)
    (root / "README.md").write_text("hello")
    refused(root, "D-01", "users")


def test_D_01_settings_alone(tree: Make) -> None:
    root = tree()
    (root / "ana.yaml").unlink()
    assert "no declaration file" in refused(root, "D-01", "users").summary


def test_D_01_no_settings(tree: Make) -> None:
    root = tree()
    (root / "reconciler.yaml").unlink()
    problem = refused(root, "D-01", "users")
    assert problem.summary == "the settings reconciler.yaml are missing in users"
    assert "users/reconciler.yaml" in problem.hint


@pytest.mark.parametrize("target", ["ana.yaml", "/etc/passwd", "/dev/zero", "link.yaml", "nowhere.yaml", "."])
def test_D_02_symbolic_links(tree: Make, target: str) -> None:
    root = tree()
    (root / "link.yaml").symlink_to(target)
    refused(root, "D-02", "users/link.yaml")


def test_D_02_links_to_directories_and_of_neighbours(tree: Make) -> None:
    root = tree({"b/bo.yaml": USER})
    (root / "c").symlink_to("b")
    (root / "README.md").symlink_to("ana.yaml")
    _, problems = read(root)
    assert [problem.code for problem in problems] == ["D-02", "D-02"]


def test_D_02_the_root_is_a_link(tree: Make, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tree())
    _, problems = read_tree(tmp_path / "link", itself)
    assert [problem.code for problem in problems] == ["D-02"]


def test_D_02_a_link_that_comes_after_the_listing(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("/etc/passwd")
    assert [problem.code for problem in read_file(str(tmp_path / "a.yaml"), "users/a.yaml").problems] == ["D-02"]


@pytest.mark.parametrize("kind", ["fifo", "socket", "directory"])
def test_D_03_not_a_regular_file(kind: str) -> None:
    with tempfile.TemporaryDirectory(prefix="t") as short:
        root = Path(short) / "users"
        root.mkdir()
        (root / "reconciler.yaml").write_bytes(b"format: 1\n")
        (root / "ana.yaml").write_bytes(USER)
        make(kind, root / "x.yaml")
        refused(root, "D-03", "users/x.yaml")
        assert [problem.code for problem in read_file(str(root / "x.yaml"), "x").problems] == ["D-03"]


def make(kind: str, path: Path) -> None:
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    else:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))


def test_D_03_a_device_is_never_read() -> None:
    assert [problem.code for problem in read_file("/dev/zero", "users/x.yaml").problems] == ["D-03"]


def test_D_04_nothing_in_a_file_makes_another_file_read(tree: Make, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_bytes(USER)
    found, problems = read(tree({"a.yaml": b"include: ../outside.yaml\n", "b.yaml": b"include: /etc/passwd\n"}))
    assert not problems
    assert len(found.files) == 3


@pytest.mark.parametrize(
    "name",
    [
        "bo.YAML",
        "bo.Yml",
        "bo.yaml.bak",
        "bo.yaml~",
        ".bo.yaml",
        ".bo.yaml.swp",
        "bo.json",
        "bo.yaml.txt",
        "bo.yml.orig",
        "bo",
        "bo.csv",
        "reconciler.yml",
        "Reconciler.yaml",
        "b/reconciler.yaml",
        "b/reconciler.yml",
    ],
)
def test_D_05_files_that_are_not_read(tree: Make, name: str) -> None:
    root = tree({name: USER})
    if name.casefold() == "reconciler.yaml":
        (root / "reconciler.yaml").rename(root / "hold")
        (root / "hold").rename(root / "reconciler.yaml")
    codes = {problem.code for problem in read(root)[1]}
    assert "D-05" in codes
    assert codes <= {"D-05", "D-06"}


def test_D_05_words(tree: Make) -> None:
    problem = refused(tree({"bo.json": USER}), "D-05", "users/bo.json")
    assert problem.summary == "this file is not read: only names that end in .yaml or .yml are"
    assert problem.hint == "Rename it to end in .yaml (no dot in front), or move it out of the tree."


def test_D_05_a_tree_in_a_tree(tree: Make) -> None:
    assert (
        "a tree in a tree"
        in refused(tree({"b/reconciler.yaml": b"a: b"}), "D-05", "users/b/reconciler.yaml").summary
    )


def test_D_05_hidden_directories(tree: Make) -> None:
    refused(tree({".old/bo.yaml": USER}), "D-05", "users/.old")


@pytest.mark.parametrize(
    "name", ["README.md", "b/notes.txt", "CODEOWNERS", ".gitkeep", ".gitignore", ".gitattributes", ".editorconfig"]
)
def test_D_05_neighbours_are_passed_over(tree: Make, name: str) -> None:
    assert read(tree({name: b"\0"}))[1] == ()


def test_D_05_the_repository_itself_is_passed_over(tree: Make) -> None:
    assert read(tree({".git/config.yaml": b"\0"}))[1] == ()


@pytest.mark.parametrize(("one", "two"), [("Ivan", "ivan"), ("Jos\u00e9", "Jose\u0301"), ("STRASSE", "straße")])
def test_D_06_twins(tree: Make, one: str, two: str) -> None:
    root = tree({f"{one}.yaml": USER, f"{two}.yaml": USER})
    _, problems = read(root)
    assert [problem.code for problem in problems] == ["D-06"]
    assert ascii(f"{one}.yaml") in problems[0].summary
    assert ascii(f"{two}.yaml") in problems[0].summary


def test_D_06_twin_directories(tree: Make) -> None:
    _, problems = read(tree({"B/bo.yaml": USER, "b/bo.yaml": USER}))
    assert [problem.code for problem in problems] == ["D-06"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"a\nb.yaml", r"users/a\nb.yaml"),
        (b"a\x1b[31m.yaml", r"users/a\x1b[31m.yaml"),
        ("a\u202eb.yaml".encode(), r"users/a\u202eb.yaml"),
        ("a\u00a0b.yaml".encode(), r"users/a\xa0b.yaml"),
        (b"a\xffb.yaml", r"users/a\xffb.yaml"),
    ],
)
def test_D_07_names_that_must_not_be_shown(tree: Make, name: bytes, shown: str) -> None:
    root = tree()
    Path(os.fsdecode(os.fsencode(root) + b"/" + name)).write_bytes(USER)
    refused(root, "D-07", shown)


@pytest.mark.parametrize("name", ["::error::x.yaml", "a|b.yaml", "a`b.yaml", "a b.yaml", "é" * 120 + ".yaml"])
def test_D_07_odd_names_are_read(tree: Make, name: str) -> None:
    found, problems = read(tree({name: USER}))
    assert not problems
    assert f"users/{name}" in [document.source.name for document in found.files]


def test_D_08_submodules(tree: Make) -> None:
    root = tree({"b/.git": b"gitdir: ../.git/modules/b\n", "b/bo.yaml": USER})
    (root / "c").mkdir()
    _, problems = read(root)
    assert sorted((problem.code, str(problem.mark)) for problem in problems) == [
        ("D-08", "users/b:1:1"),
        ("D-08", "users/c:1:1"),
    ]


def test_D_09_a_file_that_vanished(tmp_path: Path) -> None:
    result = read_file(str(tmp_path / "a.yaml"), "users/a.yaml")
    assert result.document is None
    assert [problem.code for problem in result.problems] == ["D-09"]


def test_D_09_a_file_is_read_once(tree: Make) -> None:
    path = tree() / "ana.yaml"
    result = read_file(str(path), "users/ana.yaml")
    path.write_bytes(b"changed")
    assert result.document is not None
    assert result.document.source.text == USER.decode()


@pytest.mark.parametrize("data", [b"", b"# nobody\n", b"\n\n"])
def test_D_10_empty_files(tree: Make, data: bytes) -> None:
    assert refused(tree({"bo.yaml": data}), "D-10", "users/bo.yaml").summary == "the file is empty"


@pytest.fixture
def nobody() -> Iterator[None]:
    """Read as somebody without rights, where the tests run as root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


@pytest.fixture
def locked() -> Iterator[Path]:
    """Make a tree with one file and one directory that nobody may read."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "users"
        (root / "b").mkdir(parents=True)
        for path in (root / "reconciler.yaml", root / "ana.yaml", root / "bo.yaml"):
            path.write_bytes(b"a: b\n")
        Path(directory).chmod(0o755)
        (root / "bo.yaml").chmod(0)
        (root / "b").chmod(0)
        yield root
        (root / "b").chmod(0o755)


def test_D_10_unreadable(locked: Path, nobody: None) -> None:
    _, problems = read(locked)
    assert [(problem.code, str(problem.mark)) for problem in problems] == [
        ("D-10", "users/b:1:1"),
        ("D-10", "users/bo.yaml:1:1"),
    ]
    assert problems[0].summary == "it cannot be read: permission denied"


def test_D_11_one_file_too_large(tree: Make) -> None:
    root = tree({"bo.yaml": b"a: " + b"x" * 98})
    assert not read_tree(root, itself, shown_as="users", max_file_bytes=101)[1]
    _, problems = read_tree(root, itself, shown_as="users", max_file_bytes=100)
    assert [(problem.code, str(problem.mark)) for problem in problems] == [("D-11", "users/bo.yaml:1:1")]
    assert "the limit for one file is 100" in problems[0].summary


def test_D_11_too_many_files(tree: Make) -> None:
    root = tree({f"{number}.yaml": USER for number in range(8)})
    assert not read_tree(root, itself, max_files=10)[1]
    found, problems = read_tree(root, itself, max_files=9)
    assert found == Tree(None, ())
    assert [problem.code for problem in problems] == ["D-11"]


def test_D_11_too_much_in_all(tree: Make) -> None:
    root = tree({f"{number}.yaml": USER for number in range(3)})
    size = sum(path.stat().st_size for path in root.iterdir())
    assert not read_tree(root, itself, max_tree_bytes=size)[1]
    _, problems = read_tree(root, itself, max_tree_bytes=size - 1)
    assert [problem.code for problem in problems] == ["D-11"]


def test_problems_of_all_files_are_listed_at_once(tree: Make) -> None:
    _, problems = read(tree({"a.yaml": b"a: 1\na: 2\n", "b.json": b"", "c.yaml": b"NO: 1\n"}))
    assert {problem.code for problem in problems} == {"D-05", "D-28", "D-35"}


def test_a_hundred_problems_and_a_count(tree: Make) -> None:
    _, problems = read(tree({f"{number:03}.yaml": b"a: 1\na: 2\n" for number in range(MAX_SHOWN + 7)}))
    assert len(problems) == MAX_SHOWN + 1
    assert problems[-1].summary == "7 more problems are not shown"
    assert problems[-1].severity is Severity.ERROR


def test_errors_come_before_warnings_where_not_all_are_shown(tree: Make) -> None:
    warned = "".join(f"k{number}: v # x\n" for number in range(90)).encode()
    _, problems = read(tree({"a.yaml": warned, "b.yaml": warned, "c.yaml": b"a: 1\na: 2\n"}))
    assert len(problems) == MAX_SHOWN + 1
    assert [problem.code for problem in problems if problem.severity is Severity.ERROR] == ["D-28"]
    assert problems[-1].severity is Severity.WARNING


def test_one_file_can_be_read_in_another_process(tree: Make) -> None:
    result = read_file(str(tree() / "ana.yaml"), "users/ana.yaml")
    assert pickle.loads(pickle.dumps((read_file, result))) == (read_file, result)
