"""I-14: the same files and the same platform give the same plan and the same upload, on whichever machine."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.stage import SETTINGS, Stage, stage

MACHINES: Final[tuple[Mapping[str, str], ...]] = (
    {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
    {
        "PYTHONHASHSEED": "1",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "TZ": "Asia/Tokyo",
    },
    {"PYTHONHASHSEED": "4242", "LC_ALL": "tr_TR.UTF-8", "PYTHONIOENCODING": "latin-1", "TZ": "America/St_Johns"},
)
"""Three machines: another hash seed, language, encoding and time zone each."""

PEOPLE: Final[Mapping[str, list[dict[str, Any]]]] = {
    "a.yaml": [
        {"email": "ana@acme.example", "location": "manila", "alias": "I\u0307stanbul \u0131"},
        {"email": "Bo@acme.example", "teams": {"never": ["VIP"], "at_least": ["Retention ES", "Billing ES"]}},
    ],
    "z/B b.yaml": [{"email": "eva@acme.example", "status": "Inactive"}],
    "Madrid/a.yml": [
        {"email": "off@acme.example", "status": "Active", "roles": ["Manager", "Agent"], "teams": ["VIP"]},
        {"email": "li@acme.example", "first_name": "\u674e", "last_name": "\u00d6", "roles": "Agent"},
    ],
}


def test_I_14_hash_seed_language_time_zone_and_order_of_files_change_no_byte(tmp_path: Path) -> None:
    with stage(tmp_path / "stage") as scene:
        snapshot = take_snapshot(scene)
    plans = [plan_on(machine, number, snapshot, tmp_path) for number, machine in enumerate(MACHINES)]
    assert plans[1] == plans[0]
    assert plans[2] == plans[0]


def take_snapshot(scene: Stage) -> Path:
    """Keep the live state as of the day on which the other processes run."""
    scene.clock.seconds = time.time()
    scene.people(*(person for people in PEOPLE.values() for person in people))
    snapshot = scene.folder / "snapshot.json"
    assert scene.run("snapshot", "--out", str(snapshot)).code == 0
    return snapshot


def plan_on(machine: Mapping[str, str], number: int, snapshot: Path, folder: Path) -> tuple[Any, list[bytes]]:
    """Plan offline in a process of its own, over files that were made in another order; return plan and upload."""
    home = folder / f"machine{number}"
    names = list(PEOPLE)
    for name in names[number:] + names[:number]:
        (home / "users" / name).parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"users": PEOPLE[name]}, ensure_ascii=False)
        (home / "users" / name).write_bytes(text.encode())
    (home / "users" / "reconciler.yaml").write_text(SETTINGS)
    command = (sys.executable, "-P", "-m", "reconciler", "plan", "--format", "json", "--bulk", "bulk")
    ended = subprocess.run(
        (*command, "--snapshot", str(snapshot)), cwd=home, env=dict(machine), capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    plan = json.loads(ended.stdout)
    assert len(plan["changes"]) == 5
    del plan["state"]  # how long ago the snapshot was taken
    return plan, [file.read_bytes() for file in sorted((home / "bulk").iterdir())]
