"""The token stands nowhere but in the header of a request, and what a run leaves is for its owner alone.

Every output is scanned: standard output and error at the level of debugging, every file below the directory of
the run (report, journal, remembered plans), every address that was asked for (faults.md S-01 to S-09).
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import click
import pytest

from reconciler.cli.main import cli
from reconciler.model.clock import Clock
from tests.stage import SUBDOMAIN, TOKEN, Ended, Stage, VirtualClock, stage
from tests.truth import check_words, spellings

ROOT: Final = Path(__file__).parents[2]
PEOPLE: Final = (
    {"email": "ana@acme.example", "location": "Manila"},
    {"email": "li.wei@acme.example", "first_name": "Li", "last_name": "Wei", "roles": ["Agent"]},
)
STEPS: Final = ("J", "T", "R", "U", "V", "ES", "P", "W", "EU", "C")
LOUD: Final = ("--log-level", "debug")


def check_nowhere(scene: Stage, ended: Ended) -> None:
    """No spelling of the token in any output, file or address."""
    check_words(scene, ended)
    asked = json.dumps([[entry["path"], entry.get("query")] for entry in scene.simulator.log()])
    assert not [spelling for spelling in spellings(TOKEN) if spelling in asked]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "fault", [{"place": "before"}, {"place": "after"}, {"place": "reply", "status": 500}], ids=str
)
@pytest.mark.parametrize("step", STEPS)
def test_S_01_S_02_S_08_the_token_is_in_no_output_of_a_run_with_a_fault_at_any_step(
    tmp_path: Path, step: str, fault: dict[str, object], form: str
) -> None:
    with stage(tmp_path, faults=[{"at": step, **fault}]) as scene:
        scene.people(*PEOPLE)
        ended = scene.run(*LOUD, "--log-format", form, "apply", "--yes", "--report", str(tmp_path / "report"))
        assert "GET users" in ended.err, "the log says nothing, so nothing is proved"
        check_nowhere(scene, ended)


@pytest.mark.parametrize("form", ["", "{} ", "Basic {}", "{}\\n"])
def test_S_02_S_08_a_platform_that_sends_the_token_back_is_not_quoted(tmp_path: Path, form: str) -> None:
    body = form.format(TOKEN) + "".join(spellings(TOKEN))
    with stage(
        tmp_path, faults=[{"at": "*", "place": "reply", "status": 400, "body": json.dumps({"message": body})}]
    ) as scene:
        scene.people(*PEOPLE)
        ended = scene.run(*LOUD, "apply", "--yes")
        assert ended.code == 1
        check_nowhere(scene, ended)


@dataclass(slots=True)
class Breaking:
    """A clock that breaks after so many looks, with the token in its words."""

    clock: VirtualClock
    looks: int

    def monotonic(self) -> float:
        """Return seconds, or break."""
        self.looks -= 1
        if self.looks < 0:
            raise OverflowError(f"broken by {TOKEN} of {SUBDOMAIN}")
        return self.clock.monotonic()

    def now(self) -> datetime:
        """Return the time of day."""
        return self.clock.now()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.sleep(seconds)


@pytest.mark.parametrize("looks", range(0, 60, 4))
def test_S_03_a_crash_anywhere_shows_its_kind_and_no_values(tmp_path: Path, looks: int) -> None:
    with stage(tmp_path) as scene:
        scene.people(*PEOPLE)
        clock: Clock = Breaking(scene.clock, looks)
        scene.clock = clock  # type: ignore[assignment]
        ended = scene.run(*LOUD, "apply", "--yes")
        said = ended.out + ended.err
        assert "an error inside the tool: OverflowError" in said
        assert "Traceback" not in said
        assert not [spelling for spelling in spellings(TOKEN) if spelling in said]


def test_S_03_a_crash_of_the_interpreter_leaves_no_image_of_the_memory() -> None:
    program = (
        "import contextlib, resource, sys\n"
        "from reconciler.cli.main import main\n"
        "sys.argv = ['reconciler', '--version']\n"
        "with contextlib.suppress(SystemExit):\n    main()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE))\n"
    )
    said = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "(0, 0)"


def parameters(command: click.Command) -> Iterator[str]:
    """Yield every name of every option and argument of a command and those below it."""
    yield from (name for one in command.params for name in (*one.opts, *one.secondary_opts))
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from parameters(inner)


def test_S_04_no_command_takes_a_token() -> None:
    names = {name.lstrip("-").lower() for name in parameters(cli)}
    assert "expect" in names
    assert not [name for name in names if any(word in name for word in ("token", "pass", "secret", "key", "auth"))]


def test_S_04_no_file_of_the_tree_may_hold_a_token(tmp_path: Path) -> None:
    with stage(tmp_path) as scene:
        scene.people(*PEOPLE)
        for key in ("token", "api_token", "password"):
            scene.settings(f"{key}: {TOKEN}\n")
            refused = scene.run("validate")
            assert refused.code == 4
            assert f'"{key}"' in refused.out + refused.err
        scene.settings("")
        scene.write(
            "reconciler.yaml",
            (scene.tree / "reconciler.yaml").read_text().replace("https://", f"https://acme:{TOKEN}@"),
        )
        refused = scene.run("validate")
        assert refused.code == 4


def test_S_09_everything_that_a_run_writes_is_for_its_owner_alone_and_without_the_token(tmp_path: Path) -> None:
    with stage(tmp_path) as scene:
        scene.people(*PEOPLE)
        before = set(tmp_path.rglob("*"))
        mask = os.umask(0)
        try:
            assert scene.run("snapshot", "--out", str(tmp_path / "snapshot.json")).code == 0
            files = {name: str(tmp_path / name) for name in ("plan.json", "plan.html", "plan.md")}
            options = ("--out", files["plan.json"], "--html", files["plan.html"], "--markdown", files["plan.md"])
            assert scene.plan(*options, "--bulk", str(tmp_path / "bulk")).code == 0
            assert scene.run("drift", "--markdown", str(tmp_path / "drift.md")).code == 3
            ended = scene.apply()
        finally:
            os.umask(mask)
        assert ended.code == 0
        written = {path for path in set(tmp_path.rglob("*")) - before if path.is_file()}
        assert len(written) >= 12
        assert {path.name: oct(path.stat().st_mode & 0o777) for path in written} == {
            path.name: "0o600" for path in written
        }
        check_nowhere(scene, ended)


def test_S_09_the_records_before_hold_only_people_whom_the_run_touched(tmp_path: Path) -> None:
    with stage(tmp_path) as scene:
        scene.people(*PEOPLE)
        assert scene.apply().code == 0
        kept = json.loads((tmp_path / "report" / "before.json").read_text())
        assert [user["key"] for user in kept["users"]] == ["ana@acme.example"]
