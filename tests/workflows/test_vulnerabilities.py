"""Known vulnerabilities: green only where every installed package was looked up (faults.md S-56, S-57)."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from tests.workflows.runner import ROOT
from tests.workflows.world import stub

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("bash", "jq")), reason="needs bash and jq"
)

SCRIPT: Final = ROOT / ".github/scripts/vulnerabilities.sh"
INSTALLED: Final = [{"name": "httpx", "version": "0.28.1"}, {"name": "typing_extensions", "version": "4.15.0"}]
FOUND: Final = [
    {"name": "httpx", "version": "0.28.1", "vulns": []},
    {"name": "typing-extensions", "version": "4.15.0", "vulns": []},
]
HOLE: Final = {"id": "PYSEC-1", "fix_versions": ["0.28.2"], "aliases": [], "description": "x"}


def look_up(folder: Path, found: Any, *, code: int = 0, installed: Any = INSTALLED) -> tuple[int, str]:
    """Run the script with stand-ins for pip-audit and pip; returns its exit code and all that it says."""
    (folder / "found.json").write_text("" if found is None else json.dumps({"dependencies": found, "fixes": []}))
    (folder / "installed.json").write_text(json.dumps(installed))
    stub(folder / "audit", f'echo "$*" >"{folder}/asked"; cat "{folder}/found.json"; exit {code}')
    stub(folder / "pip", f'cat "{folder}/installed.json"')
    done = subprocess.run(
        ["bash", str(SCRIPT), str(folder / "audit"), str(folder / "pip"), "run.txt", "dev.txt"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout


def test_S_57_every_installed_package_was_looked_up(tmp_path: Path) -> None:
    assert look_up(tmp_path, FOUND) == (0, "Looked up all 2 packages.\n")
    asked = (tmp_path / "asked").read_text()
    assert "--strict" in asked
    assert "--requirement run.txt --requirement dev.txt" in asked


@pytest.mark.parametrize(
    "found",
    [
        [],
        FOUND[:1],
        [FOUND[0], {"name": "typing-extensions", "skip_reason": "not on the index"}],
        [FOUND[0], {**FOUND[1], "version": "4.14.0"}],
        [*FOUND, {"name": "more", "version": "1", "vulns": []}],
        None,
    ],
    ids=["nothing", "one missing", "one skipped", "another version", "one too many", "no answer"],
)
def test_S_57_an_audit_that_ends_well_without_looking_up_everything_is_red(tmp_path: Path, found: Any) -> None:
    code, said = look_up(tmp_path, found)
    assert code == 1
    assert "::error::" in said


def test_S_57_nothing_installed_is_red_too(tmp_path: Path) -> None:
    assert look_up(tmp_path, [], installed=[])[0] == 1


def test_S_56_a_known_vulnerability_is_named_and_red(tmp_path: Path) -> None:
    code, said = look_up(tmp_path, [{**FOUND[0], "vulns": [HOLE]}, FOUND[1]], code=1)
    assert code == 1
    assert "::error::httpx 0.28.1: PYSEC-1, repaired in 0.28.2" in said


def test_S_56_every_lock_file_is_looked_up_and_every_package_in_it_has_a_hash() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    assert len(locks) == 4
    for lock in locks:
        assert f"requirements/{lock.name}" in workflow
        pinned = [
            line for line in lock.read_text().splitlines() if "==" in line and not line.startswith((" ", "#"))
        ]
        assert pinned
        assert all(line.endswith("\\") for line in pinned)
