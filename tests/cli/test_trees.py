"""The command `trees`: every tree of a repository once, or words."""

import os
import tempfile
from pathlib import Path
from typing import Final

import pytest

from reconciler.edge.trees import find_trees
from tests.cli.calls import call, write

SETTINGS: Final = (
    "format: 1\ntenant: {{url: https://{}.uc1.ccaiplatform.com, timezone: {}}}\nemail_domains: [acme.example]\n"
)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, which is the working directory."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tree(folder: Path, name: str, zone: str = "Europe/Madrid") -> None:
    """Write the settings of a tree."""
    write(folder / "reconciler.yaml", SETTINGS.format(name, zone))


def test_the_trees_of_the_repository_are_listed_by_path(repository: Path) -> None:
    tree(repository / "users" / "emea", "emea")
    tree(repository / "users" / "apac", "apac", "Asia/Manila")
    assert call("trees").out == (
        "Name  Tree        Tenant                             Time zone\n"
        "apac  users/apac  https://apac.uc1.ccaiplatform.com  Asia/Manila\n"
        "emea  users/emea  https://emea.uc1.ccaiplatform.com  Europe/Madrid\n"
    )


def test_json_is_a_job_matrix_on_one_line(repository: Path) -> None:
    tree(repository / "users" / "acme", "acme")
    ended = call("trees", "--json")
    assert ended.json == {
        "include": [
            {"tree": "users/acme", "name": "acme", "url": "https://acme.uc1.ccaiplatform.com", "suffix": ""}
        ]
    }
    assert ended.out.count("\n") == 1


def test_environments_of_several_trees_are_told_apart_and_the_only_tree_needs_none(repository: Path) -> None:
    tree(repository / "users" / "emea", "emea")
    tree(repository / "users" / "apac", "apac")
    assert [one["suffix"] for one in call("trees", "--json").json["include"]] == ["-apac", "-emea"]


def test_paths_are_those_of_the_repository_wherever_one_stands(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(repository / "users", "acme")
    monkeypatch.chdir(repository / "users")
    assert call("trees", "--json").json["include"][0]["tree"] == "users"


def test_only_the_trees_below_the_given_paths_each_once(repository: Path) -> None:
    for name in ("a", "b", "c"):
        tree(repository / "users" / name, name)
    listed = call("trees", "--json", "users/a", "./users/b/", "users/a").json["include"]
    assert [one["tree"] for one in listed] == ["users/a", "users/b"]


def test_trees_of_one_name_are_told_apart_by_their_paths(repository: Path) -> None:
    tree(repository / "eu" / "users", "eu")
    tree(repository / "us" / "Users", "us")
    tree(repository / "acme", "acme")
    names = [one["name"] for one in call("trees", "--json").json["include"]]
    assert names == ["acme", "eu-users", "us-Users"]


def test_a_repository_that_is_one_tree_has_the_name_of_its_directory(repository: Path) -> None:
    tree(repository, "acme")
    assert call("trees", "--json").json["include"][0] == {
        "tree": ".",
        "name": repository.name,
        "url": "https://acme.uc1.ccaiplatform.com",
        "suffix": "",
    }


def test_hidden_directories_and_other_repositories_are_passed_over(repository: Path) -> None:
    tree(repository / "users", "acme")
    tree(repository / ".venv" / "users", "hidden")
    tree(repository / "vendor", "foreign")
    write(repository / "vendor" / ".git")
    assert len(call("trees", "--json").json["include"]) == 1


@pytest.mark.parametrize("path", [(), ("users",)])
def test_no_tree_is_refused_with_words(repository: Path, path: tuple[str, ...]) -> None:
    (repository / "users").mkdir()
    ended = call("trees", "--json", *path)
    assert (ended.code, ended.out) == (4, "")
    assert "holds a reconciler.yaml" in ended.err


def test_D_01_a_path_that_is_not_there_is_refused(repository: Path) -> None:
    tree(repository / "users", "acme")
    ended = call("trees", "users", "uesrs")
    assert (ended.code, ended.out) == (4, "")
    assert "uesrs" in ended.err


def test_every_broken_settings_is_told_at_once_and_nothing_is_listed(repository: Path) -> None:
    tree(repository / "good", "good")
    write(repository / "one" / "reconciler.yaml", "format: 1\n")
    write(repository / "two" / "reconciler.yaml", "- a list\n")
    ended = call("trees", "--json")
    assert (ended.code, ended.out) == (4, "")
    assert "one/reconciler.yaml:1" in ended.err
    assert "two/reconciler.yaml:1" in ended.err


def test_a_warning_of_the_settings_holds_up_no_list(repository: Path) -> None:
    tree(repository / "users", "acme")
    with (repository / "users" / "reconciler.yaml").open("a") as file:
        file.write("ignore_jobs: [{id: 1, last_day: 2020-01-01}]\n")
    assert call("trees").code == 0


def test_D_05_a_tree_inside_a_tree_is_refused(repository: Path) -> None:
    tree(repository / "users", "acme")
    tree(repository / "users" / "emea", "emea")
    ended = call("trees")
    assert ended.code == 4
    assert "users/emea/reconciler.yaml" in ended.err
    assert "inside the tree users" in ended.err


@pytest.mark.parametrize("name", ["reconciler.yml", "Reconciler.yaml"])
def test_D_05_settings_of_nearly_the_right_name_are_no_silence(repository: Path, name: str) -> None:
    tree(repository / "users" / "acme", "acme")
    write(repository / "users" / "emea" / name)
    ended = call("trees")
    assert ended.code == 4
    assert f"users/emea/{name}" in ended.err


def test_D_02_a_tree_behind_a_link_is_no_silence(repository: Path) -> None:
    tree(repository / "users" / "acme", "acme")
    (repository / "users" / "emea").symlink_to(repository / "users" / "acme")
    (repository / "users" / "loop").symlink_to(repository)
    ended = call("trees")
    assert ended.code == 4
    assert "users/emea" in ended.err


@pytest.mark.parametrize("name", ["a\nb", "$(reboot)", "-x", "a`b", "::error::"])
def test_D_07_a_name_that_a_job_cannot_carry_is_refused_and_shown_on_its_line(repository: Path, name: str) -> None:
    tree(repository / name, "acme")
    ended = call("trees", "--json")
    assert (ended.code, ended.out) == (4, "")
    assert not any(line.startswith(("b", "::")) for line in ended.err.splitlines())


def test_D_10_a_directory_that_cannot_be_listed_is_no_silence() -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        root.chmod(0o755)
        (root / "closed").mkdir(mode=0)
        before = os.geteuid()
        if before == 0:  # root may list everything
            os.seteuid(65534)
        try:
            _, problems = find_trees(root)
        finally:
            os.seteuid(before)
    assert [problem.code for problem in problems] == ["D-10"]
    assert problems[0].mark
    assert problems[0].mark.file.endswith("closed")
