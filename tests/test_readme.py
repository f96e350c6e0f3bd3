"""The README is run: its commands, its help texts, its tables and its screen are the program's own.

`--update-golden` rewrites what stands between markers (`<!-- help:plan -->` and the like).
"""

import re
import shlex
import signal
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import click
import pytest

from reconciler.cli import looking, main
from reconciler.core.settings_guards import DEFAULT_LIMITS
from reconciler.core.settings_reading import TOP_KEYS
from reconciler.flow.trees import load_tree
from reconciler.model.errors import ReconcilerError, Stopped
from reconciler.simulator.simulator import Simulator
from tests.simulator.client import Client, Clock
from tests.stage import BEGIN, SETTINGS, SUBDOMAIN, TOKEN, Stage, VirtualClock, stage

ROOT: Final = Path(__file__).parents[1]
README: Final = ROOT / "README.md"
MARKED: Final = re.compile(
    r"^<!-- (?P<name>[a-z]\S*) -->\n(?P<body>.*?)^<!-- /(?P=name) -->$", re.MULTILINE | re.DOTALL
)
SHELL: Final = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TREE_FILE: Final = re.compile(r"^```yaml\n# users/(?P<name>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN: Final = re.compile(r"`([^`\n]+)`")
SAMPLE_NUMBER: Final = "7f3a91c2"
SAMPLE_JOB: Final = "12345"

TENANT: Final[dict[str, Any]] = {
    "roles": ["Admin", "Manager Admin", "Agent"],
    "teams": ["Billing ES", "VIP", "Manila Chat"],
    "locations": ["Madrid", "Manila"],
    "max_chat_limit": 10,
    "users": [
        *(
            {"email": f"{name}@acme.example", "first_name": name, "last_name": "X", "roles": ["Admin"]}
            for name in ("break-glass", "one", "two")
        ),
        *(
            {
                "email": f"{name}@acme.example",
                "first_name": name,
                "last_name": "X",
                "location": "Madrid",
                "roles": ["Agent"],
                "teams": ["Billing ES"],
            }
            for name in (
                "ana.reyes",
                "eva.lind",
                "jon.sato",
                "li.wei",
                "lea.lopez",
                *(f"agent{number}" for number in range(8)),
            )
        ),
    ],
}
"""A tenant that fits the tree of the README."""


def text() -> str:
    """The README as it is now."""
    return README.read_text()


def blocks() -> dict[str, str]:
    """What stands between markers, by its name."""
    return {found["name"]: found["body"] for found in MARKED.finditer(text())}


# The marked blocks


@pytest.fixture(name="example")
def _example(tmp_path: Path) -> Iterator[Stage]:
    """The example tree beside the company of the demo."""
    clock = VirtualClock()
    with Simulator(clock=clock.monotonic, sleep=clock.sleep, subdomain=SUBDOMAIN, token=TOKEN) as simulator:
        scene = Stage(tmp_path, simulator, clock)
        for path in (ROOT / "users").rglob("*.y*ml"):
            scene.write(path.relative_to(ROOT / "users").as_posix(), path.read_bytes())
        yield scene


@pytest.mark.parametrize("name", sorted(blocks()))
def test_what_stands_between_markers_is_what_the_program_says(
    name: str, example: Stage, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = MAKERS[name.partition(":")[0]](name.partition(":")[2], example)
    if request.config.getoption("--update-golden"):
        fresh = f"<!-- {name} -->\n{said}<!-- /{name} -->"
        README.write_text(MARKED.sub(lambda found: fresh if found["name"] == name else found[0], text()))
    assert blocks()[name] == said, "see --update-golden"


def help_text(command: str, example: Stage) -> str:
    """What `reconciler COMMAND --help` says in a terminal of 80 columns."""
    return f"```text\n{example.run(command, '--help').out}```\n"


def field_table(_: str, example: Stage) -> str:
    """What `reconciler fields --markdown` says."""
    return example.run("fields", "--markdown").out


def screen(name: str, example: Stage) -> str:
    """The screen of the command that the block shows, with a port that does not change."""
    lines = blocks()[f"screen:{name}"].splitlines()[1:]
    end = next(number for number, line in enumerate(lines) if not line.endswith("\\"))
    command = "\n".join(lines[: end + 1])
    said = example.run(*words(command.removeprefix("$ "))).out
    said = said.replace(example.tree.as_posix(), "users").replace(
        example.simulator.url.partition("//")[2], "127.0.0.1:8080"
    )
    return f"```text\n{command}\n{said}```\n"


MAKERS: Final[dict[str, Callable[[str, Stage], str]]] = {
    "help": help_text,
    "fields": field_table,
    "screen": screen,
}


def test_every_command_has_its_help_there() -> None:
    """But for the simulator, which explains itself."""
    shown = {name.partition(":")[2] for name in blocks() if name.startswith("help:")}
    assert shown == main.cli.commands.keys() - {"simulator"}


# The commands


def words(line: str) -> list[str]:
    """A command line as arguments, without the name of the program."""
    return shlex.split(line.replace("\\\n", " "), comments=True)[1:]


def shell_lines() -> list[str]:
    """Every command of the shell blocks, in order."""
    joined = "".join(SHELL.findall(text())).replace("\\\n", " ")
    return [line.partition(" #")[0].strip() for line in joined.splitlines()]


@pytest.fixture(name="tenant")
def _tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The tree that the README writes, on a tenant that it fits."""
    with stage(tmp_path, TENANT) as scene:
        for found in TREE_FILE.finditer(text()):
            scene.write(found["name"], found["text"])
        monkeypatch.chdir(tmp_path)
        yield scene


def test_the_commands_of_the_shell_blocks_run_one_after_the_other(tenant: Stage) -> None:
    number = SAMPLE_NUMBER
    ran = [line for line in shell_lines() if line.startswith("reconciler ")]
    assert len(ran) == 7
    for line in ran:
        ended = tenant.run(*words(line.replace(SAMPLE_NUMBER, number)))
        assert ended.code == 0, f"{line}: {ended.err}{ended.out}"
        found = re.search(r"Plan number ([0-9a-f]{8})", ended.out)
        number = found[1] if found else number
    assert (tenant.folder / "before.json").is_file()
    assert (tenant.folder / "report" / "receipt.json").is_file()


def test_every_other_line_of_the_shell_blocks_is_a_target_of_make() -> None:
    others = [line for line in shell_lines() if line and not line.startswith("reconciler ")]
    assert others
    assert {line.split()[0] for line in others} == {"make"}


def test_every_target_of_make_that_is_named_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    spans = [*SPAN.findall(text()), *shell_lines()]
    assert {span.split()[1] for span in spans if span.startswith("make ")} <= targets
    assert set(re.findall(r'@echo "make ([a-z-]+)', makefile)) == targets - {"help", "clean"}


def test_the_commands_in_the_text_run_too(tenant: Stage) -> None:
    ident = Client(tenant.simulator, Clock()).upload(b"not what the platform wants").json["id"]
    tenant.clock.sleep(60)
    tenant.run("plan", "--bulk", "bulk")
    (file,) = (tenant.folder / "bulk").iterdir()
    for span in sorted({span for span in SPAN.findall(text()) if span.startswith("reconciler ")}):
        line = span.replace(SAMPLE_JOB, str(ident)).replace("FILE", str(file))
        ended = tenant.run(*words(line))
        assert ended.code == 0, f"{line}: {ended.err}{ended.out}"


def test_every_option_that_is_named_is_one_of_the_program() -> None:
    commands = [main.cli, *main.cli.commands.values()]
    known = {name for command in commands for option in command.params for name in option.opts} | {"--help"}
    known |= {"--force"}  # named to say that there is none
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text())) <= known


# The tables


def rows_of(heading: str) -> dict[str, list[str]]:
    """The cells of a table by the first of each row."""
    body = text().partition(f"\n| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in body]
    return {row[0]: row for row in cells}


def test_the_exit_codes_are_those_of_the_errors() -> None:
    codes = {kind.exit_code for kind in family(ReconcilerError)} | {0, click.UsageError.exit_code, looking.CHANGES}
    signals = {Stopped("", signal_number=number).exit_code for number in (signal.SIGINT, signal.SIGTERM)}
    assert {int(code) for cell in rows_of("Code") for code in cell.split(",")} == codes | signals


def family(kind: type[ReconcilerError]) -> Iterator[type[ReconcilerError]]:
    """Yield a class and all that come of it."""
    yield kind
    for child in kind.__subclasses__():
        yield from family(child)


def test_the_settings_are_those_that_the_reader_knows() -> None:
    assert set(rows_of("Key | What it says")) == set(TOP_KEYS)


def test_the_defaults_of_the_settings_are_true(tmp_path: Path) -> None:
    stated = {
        key: row[-1]
        for key, row in rows_of("Key | What it says").items()
        if re.fullmatch(r"\d+[smhd]?|report", row[-1])
    }
    assert stated.keys() >= {"batch_size", "job_timeout", "settle_timeout", "snapshot_max_age", "not_in_files"}
    least = "".join(SETTINGS.splitlines(keepends=True)[:3])
    trees = []
    for name, lines in (("bare", []), ("stated", [f"{key}: {value}\n" for key, value in stated.items()])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "people.yaml").write_text("users: []\n")
        (tmp_path / name / "reconciler.yaml").write_text(least + "".join(lines))
        trees.append(load_tree(tmp_path / name, BEGIN).settings)
    for key in stated:
        one, other = (getattr(settings, key) for settings in trees)
        assert getattr(one, "value", one) == getattr(other, "value", other), key


def test_the_limits_are_the_defaults() -> None:
    for kind, limit in DEFAULT_LIMITS.items():
        row = rows_of("Limit").get(kind.value)
        if kind == "rename":  # nothing counts under it before there are renames
            assert row is None
        else:
            share = "" if limit.share is None else f", or {limit.share:.0%}".replace("%", " %")
            assert row is not None
            assert row[-1] == f"{limit.count}{share}"


def test_the_commands_and_their_common_options_are_all_there() -> None:
    assert set(rows_of("Command")) == set(main.cli.commands)
    options = {option.opts[0] for option in main.cli.params} - {"--version"}
    assert {option.split()[0] for option in rows_of("Option")} == options


def test_the_variables_are_those_that_the_program_reads() -> None:
    read = {
        name
        for path in (ROOT / "reconciler" / "edge").glob("*.py")
        for name in re.findall(r'"(RECONCILER_[A-Z_]+)"', path.read_text())
    }
    assert set(rows_of("Variable")) == read


def test_each_dependency_has_its_sentence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.split(r"[<>=]", line)[0] for line in project["dependencies"]}
    assert (
        set(re.findall(r"^\* \*\*([\w-]+)\*\*", text().partition("## What it stands on")[2], re.MULTILINE))
        == names
    )


def test_every_file_that_is_named_is_there() -> None:
    named = {span for span in SPAN.findall(text()) if re.fullmatch(r"(tests|reconciler)/[\w./]+", span)}
    assert named
    assert not [name for name in named if not (ROOT / name).exists()]
    assert not [link for link in re.findall(r"\]\(([\w./]+)\)", text()) if not (ROOT / link).exists()]


def test_every_place_in_the_page_that_is_linked_is_there() -> None:
    places = {
        re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-")
        for line in re.findall(r"^#+ (.*)$", text(), re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([\w-]+)\)", text())) <= places
