"""The command `init`: what it finds out, what it leaves alone, and that its tree is a good one."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from reconciler.cli.init import workflows
from reconciler.cli.main import cli
from reconciler.edge.surroundings import look_around
from tests.cli.calls import ALONE, call, git, write
from tests.stage import Stage, stage
from tests.typed import complaints

URL: Final = "https://acme.uc1.ccaiplatform.com"
ROOT: Final = Path(__file__).parents[2]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of somebody at Acme, which is the working directory."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=trunk")
    git(folder, "config", "user.email", "kari@acme-corp.com")
    git(folder, "remote", "add", "origin", "git@github.com:acme-corp/people.git")
    monkeypatch.chdir(folder)
    return folder


def texts(folder: Path) -> dict[str, str]:
    """Every file outside of `.git` by its path."""
    paths = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


def test_a_new_tree_is_valid_without_a_word(repository: Path) -> None:
    assert call("init").code == 0
    ended = call("validate")
    assert (ended.code, ended.err) == (0, "")


def test_what_it_writes_is_named_and_nothing_else_is_written(repository: Path) -> None:
    named = {line.strip() for line in call("init").out.splitlines() if line.startswith("  ")}
    assert named == set(texts(repository))
    assert {
        "users/reconciler.yaml",
        "users/example.yaml",
        ".github/CODEOWNERS",
        ".reconciler/schema.json",
        ".reconciler/settings.json",
    } <= named


def test_no_word_of_the_templates_is_left_over(repository: Path) -> None:
    call("init")
    assert [name for name, text in texts(repository).items() if re.search(r"__[A-Z]", text)] == []


def test_every_packaged_workflow_is_written_and_is_yaml(repository: Path) -> None:
    call("init")
    written = {path.name: yaml.safe_load(path.read_text()) for path in repository.glob(".github/workflows/*")}
    assert tuple(sorted(written)) == workflows()
    assert all(isinstance(workflow, dict) for workflow in written.values())


def test_what_git_and_the_machine_know_is_proposed_and_marked(repository: Path) -> None:
    call("init")
    settings = texts(repository)["users/reconciler.yaml"]
    assert "timezone: Europe/Oslo  # CHECK: the time zone of the machine" in settings
    assert "email_domains: [acme-corp.com]  # CHECK: the domain of the git address" in settings
    assert "url: https://change-me.example  # CHECK: a placeholder" in settings
    owners = texts(repository)[".github/CODEOWNERS"]
    assert "/users/reconciler.yaml @acme-corp/contact-centre-admins" in owners
    assert "/.github/ @acme-corp/contact-centre-admins" in owners
    assert "branch trunk" in owners


def test_what_is_given_needs_no_check(repository: Path) -> None:
    call("init", "--url", f"{URL.upper()}/", "--timezone", "Asia/Manila")
    settings = texts(repository)["users/reconciler.yaml"]
    assert f"  url: {URL}\n" in settings
    assert "  timezone: Asia/Manila\n" in settings


@pytest.mark.parametrize(
    ("told", "proposed"),
    [
        (URL, URL),
        ("http://127.0.0.1:8080", "https://change-me.example"),
        ("https://", "https://change-me.example"),
    ],
)
def test_the_address_of_the_environment_is_proposed_unless_it_is_a_rehearsal(
    repository: Path, told: str, proposed: str
) -> None:
    call("init", environ={**ALONE, "RECONCILER_URL": told})
    assert f"url: {proposed}  # CHECK" in texts(repository)["users/reconciler.yaml"]


@pytest.mark.parametrize(
    ("option", "value"),
    [("--url", "acme"), ("--url", "https://user:secret@acme.example"), ("--timezone", "Madrid")],
)
def test_a_given_value_that_cannot_be_is_a_wrong_command_line_and_nothing_is_written(
    repository: Path, option: str, value: str
) -> None:
    ended = call("init", option, value)
    assert ended.code == 2
    assert option in ended.err
    assert "secret" not in ended.err
    assert texts(repository) == {}


@pytest.mark.parametrize("email", ["1+kari@users.noreply.github.com", "kari", "kari@localhost"])
def test_an_address_that_tells_no_domain_is_not_proposed(repository: Path, email: str) -> None:
    git(repository, "config", "user.email", email)
    call("init")
    assert "email_domains: [acme.example]  # CHECK: a placeholder" in texts(repository)["users/reconciler.yaml"]
    assert call("validate").code == 0


def test_without_a_repository_or_git_it_says_so_and_uses_placeholders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = call("init", environ={"PATH": str(tmp_path / "nothing"), "TZ": "CET-1CEST"})
    assert ended.code == 0
    assert "no git repository" in ended.err
    assert "timezone: UTC  # CHECK: a placeholder" in texts(tmp_path)["users/reconciler.yaml"]
    assert "@your-organisation/" in texts(tmp_path)[".github/CODEOWNERS"]
    assert call("validate").code == 0


def test_the_next_steps_are_five_and_say_that_the_repository_must_be_private(repository: Path) -> None:
    steps = [line for line in call("init").out.splitlines() if re.match(r"[0-9]\. ", line)]
    assert len(steps) == 5
    assert "must be private" in steps[0]


def test_files_that_are_there_are_named_and_left(repository: Path) -> None:
    mine = {"CODEOWNERS": "* @kari\n", ".reconciler/schema.json": "{}\n", "users/people.yml": "users: []\n"}
    for name, text in mine.items():
        write(repository / name, text)
    ended = call("init")
    assert ended.code == 0
    assert {name: texts(repository)[name] for name in mine} == mine
    assert "  CODEOWNERS  (was there, left as it is)\n" in ended.out
    assert "  .reconciler/schema.json  (was there, left as it is)\n" in ended.out
    assert "users/example.yaml" not in texts(repository)
    assert call("validate").code == 0


@pytest.mark.parametrize("folder", ["users", "users/emea", "."])
def test_D_05_where_a_tree_is_or_would_be_inside_another_nothing_is_written(repository: Path, folder: str) -> None:
    call("init")
    before = texts(repository)
    ended = call("--users", folder, "init")
    assert (ended.code, ended.out) == (4, "")
    assert texts(repository) == before


def test_D_05_no_tree_begins_around_another(repository: Path) -> None:
    call("--users", "users/emea", "init")
    ended = call("--users", "users", "init")
    assert ended.code == 4
    assert "users/emea/reconciler.yaml is there already" in ended.err


def test_a_second_tenant_gets_a_tree_beside_the_first(repository: Path) -> None:
    call("--users", "users/acme", "init")
    assert call("--users", "users/emea", "init", "--url", URL).code == 0
    assert [tree["name"] for tree in call("trees", "--json").json["include"]] == ["acme", "emea"]


@pytest.mark.parametrize("folder", [".hidden", "with space", "a*b", "täam"])
def test_D_07_a_name_that_workflows_and_owners_could_not_carry_is_refused(repository: Path, folder: str) -> None:
    assert call("--users", folder, "init").code == 4
    assert texts(repository) == {}


def test_D_02_a_tree_does_not_begin_behind_a_link(repository: Path) -> None:
    (repository / "real").mkdir()
    (repository / "users").symlink_to("real")
    assert call("init").code == 4
    assert texts(repository) == {}


def test_a_file_in_the_way_of_a_directory_is_one_line_and_a_second_run_goes_on(repository: Path) -> None:
    blocked = write(repository / ".github")
    ended = call("init")
    assert ended.code == 1
    assert "CODEOWNERS" in ended.err
    blocked.unlink()
    assert call("init").code == 0
    assert call("validate").code == 0


@pytest.mark.parametrize("tree", ["users", "users/emea/people"])
def test_the_line_for_editors_points_at_a_schema_that_fits(repository: Path, tree: str) -> None:
    call("--users", tree, "init")
    for name in ("reconciler.yaml", "example.yaml"):
        file = repository / tree / name
        match = re.match(r"# yaml-language-server: \$schema=(\S+)\n", file.read_text())
        assert match
        schema: Any = yaml.safe_load((file.parent / match[1]).read_text())
        assert complaints(schema, file.read_text()) == []


def test_the_person_to_copy_is_never_sent(tmp_path: Path) -> None:
    with stage(tmp_path) as theatre:
        begin_on(theatre)
        assert theatre.plan("--exit-code").code == 0
        assert theatre.apply().code == 0
        assert theatre.writes() == []


def begin_on(theatre: Stage) -> None:
    """Put a new tree in the place of the stage's own."""
    (theatre.tree / "reconciler.yaml").unlink()
    theatre.tree.rmdir()
    theatre.environ.update({"TZ": "Europe/Oslo", "GIT_CEILING_DIRECTORIES": "/"})
    assert theatre.run("init", "--url", URL).code == 0


@pytest.mark.parametrize(
    ("remote", "owner"),
    [
        ("git@github.com:acme/people.git", "acme"),
        ("https://github.com/acme-corp/people", "acme-corp"),
        ("ssh://git@github.com:22/acme/people.git", "acme"),
        ("https://token@github.com/acme/people.git/", "acme"),
        ("/srv/git/people.git", ""),
        ("people", ""),
    ],
)
def test_the_owner_is_read_of_the_remote(repository: Path, remote: str, owner: str) -> None:
    git(repository, "remote", "set-url", "origin", remote)
    assert look_around(repository / "users", ALONE).owner == owner


def test_the_default_branch_of_the_remote_counts_more_than_the_one_that_is_checked_out(repository: Path) -> None:
    git(repository, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    assert look_around(repository, ALONE).branch == "main"


def test_without_it_the_only_branch_counts_and_none_of_several(repository: Path) -> None:
    assert look_around(repository, ALONE).branch == "trunk"
    git(repository, "-c", "user.name=Kari", "commit", "--allow-empty", "--message", "first")
    assert look_around(repository, ALONE).branch == "trunk"
    git(repository, "checkout", "-b", "add-people")
    assert look_around(repository, ALONE).branch == ""


def test_the_time_zone_is_read_of_the_link_of_the_machine(repository: Path, tmp_path: Path) -> None:
    zone = write(tmp_path / "usr/share/zoneinfo/Europe/Madrid")
    link = tmp_path / "localtime"
    link.symlink_to(zone)
    without = {name: value for name, value in ALONE.items() if name != "TZ"}
    assert look_around(repository, without, link).timezone == "Europe/Madrid"
    assert look_around(repository, without, tmp_path / "none").timezone == ""


def test_the_hook_of_pre_commit_runs_a_command_that_there_is() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    program, command = hook["entry"].split()
    assert f'{program} = "reconciler.cli.main:main"' in (ROOT / "pyproject.toml").read_text()
    assert command == hook["id"]
    assert command in cli.commands
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    assert re.search(hook["files"], "users/oslo/kari.yaml")
