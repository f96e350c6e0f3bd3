"""The demo, as `make demo` runs it: the whole story in a process of its own, on the example tree."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, NamedTuple

from tests.truth import is_unsafe

ROOT: Final = Path(__file__).parents[2]
LONGEST_S: Final = 60.0


class Told(NamedTuple):
    """The demo as it ended."""

    folder: Path
    code: int
    text: str
    seconds: float


def test_the_demo_tells_the_whole_story_within_a_minute(tmp_path: Path) -> None:
    """One test, since the story takes its time and workers would each run it anew."""
    told = tell(tmp_path)
    for claim in (ends_well, shows_the_plan_first, writes_the_bulk_json, follows_and_confirms, ends_empty):
        claim(told)


def tell(folder: Path) -> Told:
    """Run the demo in a process of its own."""
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "reconciler", "demo", "--folder", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C.UTF-8", "RECONCILER_URL": "https://acme.uc1.ccaiplatform.com"},
        timeout=2 * LONGEST_S,
        check=False,
    )
    return Told(folder, done.returncode, done.stdout.decode(), time.monotonic() - begin)


def ends_well(told: Told) -> None:
    """The demo ends with 0, soon, and shows nothing raw."""
    assert told.code == 0, told.text
    assert told.seconds < LONGEST_S
    assert not [char for char in told.text if is_unsafe(char)]


def shows_the_plan_first(told: Told) -> None:
    """The plan stands before anything is sent, with every sort of change."""
    plan, _, rest = told.text.partition("$ reconciler apply")
    assert re.search(r"^What changes for \d+ people: ", plan, re.MULTILINE)
    for section in ("Gets admin rights", "Loses access", "New", "Gets access back", "Edited"):
        assert re.search(rf"^{section} \(\d+\)", plan, re.MULTILINE), section
    assert "Applied" not in plan
    assert rest


def writes_the_bulk_json(told: Told) -> None:
    """The bulk JSON holds one row for each confirmed person."""
    bulk = sorted((told.folder / "bulk").iterdir())
    rows = [row for file in bulk for row in json.loads(file.read_bytes())]
    confirmed = re.search(r"confirmed: (\d+) of (\d+)", told.text)
    assert confirmed
    assert str(len(rows)) == confirmed[1] == confirmed[2]
    assert f"{len(bulk)} bulk JSON files in {told.folder}/bulk" in told.text


def follows_and_confirms(told: Told) -> None:
    """The jobs are followed step by step and everybody is confirmed."""
    steps = re.findall(r"^(?:checking )?job \d+: [\d,]+ of [\d,]+, \w+$", told.text, re.MULTILINE)
    assert len(steps) >= 2
    assert re.search(r"^Applied and confirmed: (\d+) of \1, \d\d:\d\d\.$", told.text, re.MULTILINE)
    assert (told.folder / "report" / "receipt.json").is_file()


def ends_empty(told: Told) -> None:
    """The second plan is empty."""
    _, _, second = told.text.partition("$ reconciler plan --exit-code")
    assert "Nothing to change: " in second
    assert "What changes" not in second


def test_a_demo_without_a_tree_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "reconciler", "--users", str(tmp_path / "nowhere"), "demo"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=LONGEST_S,
        check=False,
    )
    assert done.returncode == 1
    assert "there is no tree" in done.stderr
