"""What a step hands on is a digest, a count, a code or the names of trees: one line, whatever the data (S-23)."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from reconciler.cli.trees import TreeLine, matrix
from tests.safety.outputs import outputs
from tests.views.hostile import HOSTILE
from tests.views.samples import DIGEST

ROOT: Final = Path(__file__).parents[2]
PLACES: Final = (ROOT / "action.yml", ROOT / ".github", ROOT / "reconciler/starter")
WRITTEN: Final = {
    'echo "code=$code" >>"$GITHUB_OUTPUT"',
    'echo "overtaken=true" >>"$GITHUB_OUTPUT"',
    'echo "overtaken=false" >>"$GITHUB_OUTPUT"',
    'echo "matrix=$matrix" >>"$GITHUB_OUTPUT"',
    '} >>"$GITHUB_OUTPUT"',
}
IN_A_GROUP: Final = {'echo "matrix={\\"include\\":$rows}"', 'echo "count=$(jq length <<<"$rows")"'}
"""What stands before the last of them. `$rows` and `$matrix` are JSON on one line, with names of directories."""

ASKED: Final = re.compile(r"""jq -r '"([^']*)"' "\$out/(plan|drift)\.json" >>"\$GITHUB_OUTPUT\"""")


def lines_that_write() -> list[str]:
    """Every line of the workflows that hands something on."""
    files = [
        file for place in PLACES for file in (place.rglob("*") if place.is_dir() else [place]) if file.is_file()
    ]
    return [line for file in files for line in written_in(file.read_text(encoding="utf-8"))]


def written_in(text: str) -> list[str]:
    """The lines of a file that hand something on, and those of a group in braces that does."""
    groups = re.findall(r"^\{\n(.*?)^\} >>", text, re.MULTILINE | re.DOTALL)
    lines = [line for line in text.splitlines() if re.search(r"GITHUB_(OUTPUT|ENV|PATH|STATE)\b", line)]
    return [line.strip() for line in (*lines, *(line for group in groups for line in group.splitlines()))]


def test_S_23_only_codes_counts_digests_and_names_of_trees_are_handed_on() -> None:
    assert len(lines_that_write()) >= 8
    strange = set(lines_that_write()) - WRITTEN - IN_A_GROUP
    assert [line for line in strange if not ASKED.fullmatch(line)] == []


@pytest.mark.parametrize("data", HOSTILE, ids=ascii)
def test_S_23_the_names_of_trees_stay_on_one_line(data: str) -> None:
    line = matrix((TreeLine(data, data, data, data),) * 2)
    assert line.isascii()
    assert line.isprintable()


@pytest.mark.parametrize("data", HOSTILE, ids=ascii)
def test_S_23_a_name_of_any_form_adds_no_line_to_what_is_handed_on(data: str) -> None:
    program = shutil.which("jq")
    if program is None:
        pytest.skip("needs jq")
    asked = {found[2]: f'"{found[1]}"' for line in lines_that_write() if (found := ASKED.fullmatch(line))}
    shown = outputs(data)
    said = {
        name: subprocess.run(
            [program, "-r", asked[name]], input=text, capture_output=True, text=True, check=False
        ).stdout
        for name, text in {"plan": shown["render_json.render_plan"], "drift": shown["render_json.render"]}.items()
    }
    count = json.loads(shown["render_json.render"])["count"]
    wanted = {"plan": f"digest={DIGEST}\nchanges=6\n", "drift": f"count={count}\n"}
    half = "\ud800" in data  # jq before 1.7 refuses half a character: the step is red, and nothing is handed on
    assert said == wanted or (half and said == dict.fromkeys(wanted, ""))
