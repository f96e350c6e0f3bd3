"""Whatever a name holds, no output steers a terminal, a machine or a reader (faults.md S-20 to S-30).

Every renderer of the views stands in the table of `outputs`; a new one that does not is found here.
"""

import ast
import importlib.metadata
import json
import re
import unicodedata
from pathlib import Path
from typing import Final

import pytest

import reconciler.views
from tests.safety.outputs import WITHOUT_DATA, outputs
from tests.views.hostile import HOSTILE
from tests.views.samples import DIGEST
from tests.views.test_render_github import commands

STEERING: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
CONTROLS: Final = {"Cc", "Cs"}
"""What not even the portal's own file may hold; it brings every other letter of a name back as it was."""

ANNOTATIONS: Final = "render_github.render"
CSV: Final = "portal_csv.revert_portal_csv"
HEADED: Final = (
    "render_text.render_plan",
    "render_text.render_run",
    "render_markdown.render",
    "render_html.render_plan",
    "render_summary.render_summary",
    "render_drift.render_text",
    "render_drift.render_markdown",
)
"""What a person reads first of a plan, a run or a drift."""

every_name = pytest.mark.parametrize("data", HOSTILE, ids=ascii)


def test_every_renderer_stands_in_the_table() -> None:
    found = set()
    for file in Path(reconciler.views.__path__[0]).glob("*.py"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and re.match("render|revert_", node.name):
                found.add(f"{file.stem}.{node.name}")
    assert found == outputs("Plain").keys() | WITHOUT_DATA


def test_the_text_stands_in_every_output() -> None:
    assert [name for name, text in outputs("Pl41n").items() if "Pl41n" not in text] == []


@every_name
def test_S_20_I_10_no_raw_control_in_any_output(data: str) -> None:
    for name, text in outputs(data).items():
        ends, steering = ("\r\n", CONTROLS) if name == CSV else ("\n", STEERING)
        raw = {char for char in text if unicodedata.category(char) in steering and char not in ends}
        assert not raw, f"{name}: {raw!r}"


@pytest.mark.parametrize("markup", ["[red]", "[/]", "[link=http://evil.example]x[/link]", "[bold]x[/bold]", "[b"])
def test_S_21_square_brackets_are_letters_in_every_output(markup: str) -> None:
    assert [name for name, text in outputs(markup).items() if markup not in text] == []


def test_S_21_no_engine_for_markup_in_square_brackets_is_installed_with_the_program() -> None:
    needed = importlib.metadata.requires("reconciler") or []
    assert not [line for line in needed if line.startswith("rich")]


@every_name
def test_S_22_no_line_is_a_command_to_the_runner(data: str) -> None:
    for name, text in outputs(data).items():
        if name == ANNOTATIONS:
            assert [command.name for command in commands(text)] == ["error", "warning", "notice"]
        elif name != CSV:  # goes to the portal as it is, and into no log
            assert not commands(text), name
            assert not [line for line in text.splitlines() if line.lstrip().startswith("::") or "##[" in line], (
                name
            )


@every_name
def test_S_24_S_30_no_name_adds_or_hides_a_line(data: str) -> None:
    plain = outputs("=Plain" if data.startswith("=") else "Plain")
    for name, text in outputs(data).items():
        if (
            name != "render_html.render_plan"
        ):  # laid out for a reader of its source; its rows are counted elsewhere
            assert len(text.split("\n")) == len(plain[name].split("\n")), name


@every_name
def test_S_28_every_JSON_is_ascii_and_is_read_strictly(data: str) -> None:
    for name, text in outputs(data).items():
        if "json" in name:
            assert text.isascii()
            assert json.loads(text, parse_constant=pytest.fail)["format"] == 1


@every_name
def test_S_30_the_first_line_is_ours(data: str) -> None:
    plain, shown = outputs("Plain"), outputs(data)
    for name in HEADED:
        first, wanted = shown[name].split("\n")[0], plain[name].split("\n")[0]
        assert first.startswith(wanted.partition('"Plain"')[0]), name


@every_name
def test_S_30_the_plan_number_stands_on_its_lines_alone(data: str) -> None:
    text = outputs(data)["render_text.render_plan"]
    told = [line for line in text.splitlines() if line.startswith("Plan number")]
    assert [line.split(",")[0] for line in told] == ["Plan number 7f3a91c2", f"Plan number in full: {DIGEST}"]
