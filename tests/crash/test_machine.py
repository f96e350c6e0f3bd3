"""A machine that fails the run: disks, limits, clocks, leftovers, the interpreter (faults.md P-09 to P-21)."""

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from reconciler.simulator.simulator import Simulator
from tests.crash.nursery import Machine, Nursery, read
from tests.crash.story import TREES, Count, Crash, prepared, tell
from tests.stage import BEGIN, SEED, SUBDOMAIN, TOKEN, Stage, VirtualClock, stage
from tests.truth import by_email, check_all, check_desired, check_words

FULL: Final = Path("/dev/full")
ANA: Final = {"email": "ana@acme.example", "location": "Manila"}


@pytest.fixture(name="scene")
def _scene(nursery: Nursery, tmp_path: Path) -> Iterator[Machine]:
    with prepared(nursery, tmp_path) as scene:
        yield scene


def state_of(scene: Machine) -> Path:
    """Make and return the directory in which this machine remembers its runs on the platform of the tests."""
    assert scene.plan().code == 0
    (path,) = (scene.folder / "state" / "reconciler").iterdir()
    scene.pass_time()
    return path


def done(scene: Machine) -> None:
    """Hold that everybody is as the files say."""
    check_desired(scene, by_email(dict(person) for person in TREES["same"]))


# Disks


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_P_09_a_full_disk_under_the_plan_ends_before_anything_is_sent(scene: Machine, command: str) -> None:
    arguments = (command, "--yes") if command == "apply" else (command,)
    ended = scene.bear(*arguments, out=FULL).wait()
    assert ended.code == 1
    assert "FAILED: standard output cannot be written: No space left on device" in ended.err
    assert not scene.writes()
    check_words(scene, ended)


def test_P_09_a_disk_that_fills_up_after_the_plan_changes_neither_run_nor_code(
    nursery: Nursery, tmp_path: Path
) -> None:
    with prepared(nursery, tmp_path / "first") as scene:
        shown = len(scene.bear_apply().wait().out.encode())
    with prepared(nursery, tmp_path / "other") as scene:
        ended = scene.bear_apply(limits={"RLIMIT_FSIZE": shown - 20}).wait()
        assert ended.code == 0, ended.err
        done(scene)
        assert "was not shown whole: standard output cannot be written: File too large. The run ended" in ended.err
        assert re.search(r"its jobs: \d+, \d+\.", ended.err)
        assert "The report could not be written" in ended.err
        for file in (scene.folder / "report").glob("*.json"):
            json.loads(file.read_text())
        check_words(scene, ended)


def test_P_09_a_disk_that_takes_nothing_at_all_keeps_no_run_from_its_end(scene: Machine) -> None:
    ended = scene.bear("apply", "--yes", limits={"RLIMIT_FSIZE": 0}, out=Path("/dev/null"), err=FULL).wait()
    assert ended.code == 0
    done(scene)


def test_P_09_a_journal_that_cannot_be_written_is_missed_by_nobody(scene: Machine) -> None:
    (state_of(scene) / "journal.json" / "in the way").mkdir(parents=True)
    ended = scene.bear_apply().wait()
    assert ended.code == 0, ended.err
    done(scene)


@pytest.mark.parametrize("environ", [
    {"XDG_STATE_HOME": "", "HOME": ""},
    {"XDG_STATE_HOME": "", "HOME": "/proc"},
    {"XDG_STATE_HOME": "/proc/state"},
    {"XDG_STATE_HOME": "/dev/null/state"},
    {"XDG_STATE_HOME": "relative"},
], ids=str)  # fmt: skip
def test_P_10_without_a_place_to_remember_a_run_says_so_and_works(
    scene: Machine, environ: Mapping[str, str]
) -> None:
    ended = scene.bear_apply(environ=environ).wait()
    assert ended.code == 0, ended.err
    assert "this run keeps no lock and no journal" in ended.err
    done(scene)


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_P_10_a_directory_that_only_may_be_read_is_no_place_either(scene: Machine) -> None:
    state_of(scene).chmod(0o555)
    ended = scene.bear_apply().wait()
    assert ended.code == 0, ended.err
    assert "cannot be written: this run keeps no lock and no journal" in ended.err


# Limits of a process


def test_P_13_a_tree_that_does_not_fit_into_memory_ends_in_one_line(nursery: Nursery, scene: Machine) -> None:
    people = [{"email": f"agent{number}@acme.example", "alias": "a" * 40} for number in range(9_000)]
    scene.write("crowd.yaml", json.dumps({"users": people}, indent=1))
    held = int(read(Path(f"/proc/{nursery.process.pid}/statm")).split()[0]) * resource.getpagesize()
    ended = scene.bear("plan", limits={"RLIMIT_AS": held + (8 << 20)}).wait()
    assert ended.code == 1
    assert ended.err.startswith("FAILED: ")
    assert "memory" in ended.err
    assert not scene.simulator.log()
    check_words(scene, ended)


@pytest.mark.parametrize("handles", range(4, 17))
def test_P_14_without_file_handles_a_run_ends_in_one_line_or_well(scene: Machine, handles: int) -> None:
    ended = scene.bear_apply(limits={"RLIMIT_NOFILE": handles}).wait()
    assert ended.code in {0, 1, 4}, ended.err
    if ended.code:
        assert not scene.writes()
        assert len(re.findall(r"^(FAILED|REFUSED, nothing was sent): ", ended.err, re.MULTILINE)) == 1
    else:
        done(scene)
    check_words(scene, ended)


# Clocks


@pytest.mark.parametrize("begin", [
    "1970-01-01T00:00:05", "1999-12-31T23:59:58", "2026-03-29T00:59:58", "2026-10-25T00:59:58",
    "2038-01-19T03:14:05", "2106-02-07T06:28:14",
])  # fmt: skip
def test_P_15_a_run_works_at_any_time_also_where_the_hour_changes(tmp_path: Path, begin: str) -> None:
    with stage(tmp_path, validate_seconds=2.0, job_seconds=3.0) as scene:
        scene.clock.seconds = datetime.fromisoformat(begin).replace(tzinfo=UTC).timestamp()
        scene.people(ANA)
        before = scene.simulator.users()
        ended = scene.apply()
        check_all(scene, before, [ANA], ended)
        assert ended.code == 0, ended.err


class Jumping(VirtualClock):
    """A time of day that jumps at each look, to and fro; durations are not affected."""

    days = 1

    def now(self) -> datetime:
        """Return another day than before."""
        self.days = -self.days
        return BEGIN + timedelta(days=self.days)

    def sleep(self, seconds: float) -> None:
        """Wait; never less than nothing."""
        assert 0 <= seconds < 60
        super().sleep(seconds)


@pytest.mark.parametrize("days", [1, 4_000])
def test_P_15_a_time_of_day_that_jumps_changes_no_duration(tmp_path: Path, days: int) -> None:
    clock = Jumping()
    clock.days = days
    with Simulator(SEED, clock=clock.monotonic, subdomain=SUBDOMAIN, token=TOKEN, job_seconds=3.0) as simulator:
        scene = Stage(tmp_path, simulator, clock)
        scene.people(ANA)
        ended = scene.apply()
        assert ended.code == 0, ended.err
        assert scene.live("ana@acme.example")["location"] == "Manila"


# What stands in the state directory


def links_to_a_treasure(journal: Path) -> None:
    """Put a link in the journal's place."""
    treasure = journal.parent / "treasure"
    treasure.write_text('{"step": "uploaded", "job": 1}')
    journal.symlink_to(treasure)


JOURNALS: Final[Mapping[str, Any]] = {
    "another tenant's": b'{"run": "00000000", "step": "proceeding", "job": 99999, "file": "reconciler-x.json"}',
    "another version's": b'{"format": 7, "batches": [{"job": {"id": 3}}], "step": 4}',
    "damaged": b'{"run": "00000000", "step": "upl',
    "empty": b"",
    "10 MB": b'{"step": "' + b"x" * 10_000_000 + b'"}',
    "binary": bytes(range(256)),
    "a list": b"[1, 2, 3]",
    "a link": links_to_a_treasure,
}
SAYS_NOTHING: Final = ("damaged", "empty", "10 MB", "binary", "a list", "a link")


@pytest.mark.parametrize("name", JOURNALS)
def test_P_18_a_strange_journal_is_told_of_and_decides_nothing(scene: Machine, name: str) -> None:
    path = state_of(scene) / "journal.json"
    content = JOURNALS[name]
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)
    ended = scene.bear_apply().wait()
    assert ended.code == 0, ended.err
    done(scene)
    if name in SAYS_NOTHING:
        assert "the journal of this machine cannot be read" in ended.out
    if name == "a link":
        assert read(path.parent / "treasure") == '{"step": "uploaded", "job": 1}'
    check_words(scene, ended)


@pytest.mark.parametrize("kind", ["link", "link to nothing", "directory"])
def test_P_19_a_lock_that_is_no_file_of_ours_is_refused_and_nothing_behind_it_touched(
    scene: Machine, kind: str
) -> None:
    lock, treasure = state_of(scene) / "lock", scene.folder / "treasure"
    if kind == "directory":
        lock.mkdir()
    else:
        lock.symlink_to(treasure)
    if kind == "link":
        treasure.write_text("precious")
    ended = scene.bear_apply().wait()
    assert ended.code == 1
    assert re.match(r"FAILED: the lock .* cannot be opened: ", ended.err)
    assert read(treasure) == ("precious" if kind == "link" else "")
    assert not scene.writes()


# The interpreter


NO_LIBYAML: Final = "import sys; sys.modules['yaml._yaml'] = None; from reconciler.cli.main import main; main()"
INTERPRETERS: Final[Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]]] = {
    "optimised": (("-O", "-P", "-m", "reconciler"), {}),
    "optimised twice": (("-OO", "-P", "-m", "reconciler"), {}),
    "hash seed 1": (("-P", "-m", "reconciler"), {"PYTHONHASHSEED": "1"}),
    "hash seed 2": (("-P", "-m", "reconciler"), {"PYTHONHASHSEED": "2"}),
    "no libyaml": (("-P", "-c", NO_LIBYAML), {}),
    "as here": (("-P", "-m", "reconciler"), {}),
}


def program(scene: Stage, name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run one command line with an interpreter of that kind."""
    options, environ = INTERPRETERS[name]
    return subprocess.run(
        [sys.executable, *options, "--users", str(scene.tree), *arguments],
        env={**os.environ, **scene.environ, **environ},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=Path(__file__).parents[2],
    )


def test_P_20_every_interpreter_makes_the_same_plan_and_the_same_bytes(tmp_path: Path) -> None:
    with stage(tmp_path) as scene:
        scene.people(*TREES["same"])
        scene.write("more.yaml", "users:\n- email: root@acme.example\n  alias: 'r\u00e9'  # not plain\n")
        assert scene.run("snapshot", "--out", str(tmp_path / "snapshot.json")).code == 0
        seen = set()
        for number, name in enumerate(INTERPRETERS):
            bulk = tmp_path / f"bulk{number}"
            offline = ("--snapshot", str(tmp_path / "snapshot.json"), "--format", "json", "--bulk", str(bulk))
            ended = program(scene, name, "plan", *offline)
            assert ended.returncode == 0, f"{name}: {ended.stderr}"
            files = [(file.name, file.read_bytes()) for file in sorted(bulk.iterdir())]
            seen.add((json.loads(ended.stdout)["digest"], str(files)))
        assert len(seen) == 1


def test_P_20_no_guard_disappears_where_asserts_do(tmp_path: Path) -> None:
    with stage(tmp_path) as scene:
        scene.settings("limits: {deactivate: {count: 0}}\n")
        scene.people({"email": "eva@acme.example", "status": "Inactive"})
        assert scene.run("snapshot", "--out", str(tmp_path / "snapshot.json")).code == 0
        ended = program(scene, "optimised", "plan", "--snapshot", str(tmp_path / "snapshot.json"))
        assert ended.returncode == 4, ended.stderr


def test_P_20_without_asserts_a_killed_run_is_ended_by_the_next_one(tmp_path: Path) -> None:
    with Nursery("-O") as optimised:
        for number, point in enumerate(("inside U#2", "after U#1", "before P#1", "after P#1", "before U#2")):
            assert tell(optimised, tmp_path / str(number), Crash((point,))) == Count(kills=1)


# Drawing


@pytest.mark.parametrize("broken", [
    "reconciler.cli.writing:view_run", "reconciler.cli.writing:render_run", "reconciler.cli.writing:write_report",
    "reconciler.views.run_view:undo", "reconciler.cli.report:render_summary",
])  # fmt: skip
@pytest.mark.parametrize("code", [0, 5])
def test_P_21_a_verdict_outlives_whatever_draws_it(
    nursery: Nursery, tmp_path: Path, broken: str, code: int
) -> None:
    with prepared(nursery, tmp_path, {"stuck": "in_progress"} if code else {}) as scene:
        ended = scene.bear_apply(broken=(broken,)).wait()
        assert ended.code == code, ended.err
        job = scene.simulator.jobs()[-1]["id"]
        assert re.search(
            rf"The result was not (shown|shown whole|kept whole): an error inside the tool: RuntimeError\. "
            rf"The run ended with exit code {code}; its jobs: .*\b{job}\.",
            ended.err,
        )
        assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    "broken", ["reconciler.views.error_view:view_error", "reconciler.views.render_text:render_error"]
)
def test_P_21_an_error_that_cannot_be_drawn_is_still_told(scene: Machine, broken: str) -> None:
    scene.write("bad.yaml", "email: nobody\n")
    ended = scene.bear_apply(broken=(broken,)).wait()
    assert ended.code == 4
    assert "1 problem in 1 file" in ended.err
    check_words(scene, ended)


def test_P_21_an_error_of_our_own_after_a_write_leaves_the_fate_unknown(scene: Machine) -> None:
    ended = scene.bear_apply(broken=("reconciler.flow.batches:settle",)).wait()
    assert ended.code == 5
    assert "an error inside the tool" in ended.err
    assert "Traceback" not in ended.err
    scene.pass_time()
    assert scene.apply().code == 0
    done(scene)
