"""Each command as a person or a machine meets it: results, forms, codes, streams, terminals."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from reconciler import __version__
from reconciler.model.fields import READ_FIELDS, TREE_FIELDS
from reconciler.simulator.simulator import Simulator
from tests.e2e.terminal import PROGRAM, Typed, environment, run_at_terminal, run_child
from tests.stage import SEED, SUBDOMAIN, TOKEN, Ended, Stage, VirtualClock, stage
from tests.truth import check_words

ANA: Final = {"email": "ana@acme.example", "location": "Manila"}
TOO_MANY: Final = {"email": "bo@acme.example", "max_chat_limit": 50}
"""The tenant of the tests allows 10."""


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path, validate_seconds=0.5, job_seconds=3.0) as scene:
        yield scene


@pytest.fixture(name="real")
def _real(tmp_path: Path) -> Iterator[Stage]:
    """A stage in real time, for programs in processes of their own."""
    with Simulator(SEED, subdomain=SUBDOMAIN, token=TOKEN, job_seconds=1.5) as simulator:
        scene = Stage(tmp_path, simulator, VirtualClock())
        scene.people(ANA)
        yield scene


def snapshot_of(scene: Stage) -> str:
    """Take a snapshot; gives the name of its file."""
    file = str(scene.folder / "snapshot.json")
    assert scene.run("snapshot", "--out", file).code == 0
    return file


# validate


def test_validate_counts_the_people_of_a_tree_without_a_mistake(scene: Stage) -> None:
    scene.people(ANA, TOO_MANY)
    assert scene.run("validate") == Ended(0, f"2 people in {scene.tree}: no error\n", "")
    assert scene.simulator.log() == []


def test_validate_as_json_holds_each_problem_with_its_place(scene: Stage) -> None:
    scene.write("people.yaml", "email: ana@acme.example\nlocation: NO\n")
    ended = scene.run("validate", "--format", "json")
    assert ended.code == 4
    assert ended.json["format"] == 1
    (problem,) = ended.json["problems"]
    assert problem | {"source": None} == {
        "file": f"{scene.tree}/people.yaml",
        "line": 2,
        "column": 11,
        "summary": 'location: NO without quotes means "false" to YAML, not the text NO',
        "source": None,
        "hint": ['write:  location: "NO"'],
        "severity": "error",
        "code": "D-50",
        "user": "ana@acme.example",
    }


def test_validate_as_json_is_json_too_where_all_is_well(scene: Stage) -> None:
    scene.people(ANA)
    assert scene.run("validate", "--format", "json").json["problems"] == []


@pytest.mark.parametrize(
    ("person", "settings", "says"),
    [
        (
            {"email": "ana@acme.example", "teams": ["Biling ES"]},
            "",
            'no team "Biling ES". Did you mean "Billing ES"?',
        ),
        ({"email": "root@acme.example", "status": "Inactive"}, "", "Admin"),
        (ANA, "protected: [nobody@acme.example]\n", "nobody@acme.example"),
        (ANA, "privileged_roles: [Admon]\n", "Admon"),
    ],
    ids=["team", "minimum", "protected", "privileged role"],
)
def test_validate_with_a_snapshot_checks_names_and_minimums(
    scene: Stage, person: dict[str, Any], settings: str, says: str
) -> None:
    scene.people()
    file = snapshot_of(scene)
    asked = len(scene.simulator.log())
    base = (scene.tree / "reconciler.yaml").read_text()
    if settings:
        base = "".join(
            line for line in base.splitlines(keepends=True) if line.split(":")[0] != settings.split(":")[0]
        )
    scene.write("reconciler.yaml", base + settings)
    scene.people(person)
    assert scene.run("validate").code == 0
    refused = scene.run("validate", "--snapshot", file)
    assert refused.code == 4
    assert says in refused.err
    told = scene.run("validate", "--snapshot", file, "--format", "json").json["problems"]
    assert any(says in problem["summary"] for problem in told)
    assert len(scene.simulator.log()) == asked


# snapshot


def test_a_snapshot_holds_people_names_jobs_time_and_address_for_its_owner_alone(scene: Stage) -> None:
    scene.people()
    scene.simulator.add_job({"filename": "done.csv", "status": "completed", "total_rows": 3})
    scene.simulator.add_job({"filename": "portal.csv", "status": "in_progress", "total_rows": 3})
    file = Path(snapshot_of(scene))
    assert file.stat().st_mode & 0o777 == 0o600
    kept = json.loads(file.read_text())
    assert [user["key"] for user in kept["users"]] == sorted(user["email"].lower() for user in SEED["users"])
    assert kept["users"][0]["values"].keys() == {field.name for field in READ_FIELDS}
    assert (kept["template"]["roles"], kept["template"]["teams"]) == (SEED["roles"], SEED["teams"])
    assert [job["file"] for job in kept["unfinished_jobs"]] == ["portal.csv"]
    assert kept["address"] == scene.simulator.url
    assert kept["taken_at"].startswith("2026-12-02T09:00:0")
    assert TOKEN not in file.read_text()
    assert not scene.writes()


def test_a_snapshot_that_cannot_be_written_is_said_in_one_line(scene: Stage) -> None:
    scene.people()
    ended = scene.run("snapshot", "--out", "/proc/nowhere/snapshot.json")
    assert ended.code == 1
    assert "cannot write /proc/nowhere/snapshot.json" in ended.err


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 2}', "not json", "[" * 100_000, "\x00"])
def test_what_is_no_snapshot_is_refused(scene: Stage, text: str) -> None:
    scene.people(ANA)
    file = scene.folder / "other.json"
    file.write_text(text)
    for command in ("plan", "validate"):
        ended = scene.run(command, "--snapshot", str(file))
        assert ended.code == 4
        assert "other.json" in ended.err
        assert "inside the tool" not in ended.err


# plan


def test_a_plan_as_json_has_what_machines_read(scene: Stage) -> None:
    scene.settings("protected: [off@acme.example]\nlimits: {deactivate: 0}\n")
    scene.people(
        ANA, {"email": "eva@acme.example", "status": "Inactive"}, {"email": "off@acme.example", "status": "Active"}
    )
    out = scene.folder / "plan.json"
    ended = scene.plan("--format", "json", "--out", str(out))
    assert ended.code == 4
    plan = ended.json
    assert plan == json.loads(out.read_text())
    assert out.stat().st_mode & 0o777 == 0o600
    kinds = {"format": int, "digest": str, "headline": str}
    lists = dict.fromkeys(("refusals", "left_out", "changes", "impact"), list)
    for key, kind in (kinds | lists).items():
        assert type(plan[key]) is kind, key
    assert re.fullmatch(r"[0-9a-f]{64}", plan["digest"])
    assert plan["format"] == 1
    assert plan["headline"] == "1 edited, 1 loses access, 0 unchanged, left out: 1"
    assert [refusal["code"] for refusal in plan["refusals"]] == ["limit.deactivate"]
    assert [person["key"] for person in plan["left_out"]] == ["off@acme.example"]
    change = next(change for change in plan["changes"] if change["key"] == "ana@acme.example")
    assert change["action"] == "update"
    assert [(cell["field"], cell["before"], cell["after"]) for cell in change["fields"]] == [
        ("location", "Madrid", "Manila")
    ]
    assert {"field", "group", "before", "after"} <= plan["impact"][0].keys()


def test_an_empty_plan_has_a_digest_too(scene: Stage) -> None:
    scene.people()
    assert re.fullmatch(r"[0-9a-f]{64}", scene.plan("--format", "json").json["digest"])


def test_the_plan_is_the_result_and_everything_else_is_told_beside_it(scene: Stage) -> None:
    scene.people(ANA)
    ended = scene.plan("--bulk", str(scene.folder / "bulk"))
    assert ended.out.startswith("What changes for 1 person: ")
    assert ended.err.splitlines() == ["reading people: 5 of 5", f"1 bulk JSON file in {scene.folder}/bulk"]


def test_only_for_somebody_whom_nobody_knows_is_refused(scene: Stage) -> None:
    scene.people(ANA)
    ended = scene.plan("--only", "nobody@acme.example")
    assert ended.code == 4
    assert "nobody@acme.example is neither in the files nor on the platform" in ended.err


# jobs


def test_jobs_lists_the_newest_first(scene: Stage) -> None:
    scene.people(ANA)
    scene.simulator.add_job({"filename": "portal.csv", "status": "completed", "total_rows": 3})
    assert scene.apply().code == 0
    lines = scene.run("jobs").out.splitlines()
    assert lines[0] == "2 jobs, the newest first"
    assert re.match(r" +\d+  completed +1 of 1 rows .* reconciler-[0-9a-f]{16}-[0-9a-f]{8}\.json$", lines[1])
    assert lines[2].endswith(" portal.csv")
    jobs = scene.run("jobs", "--format", "json").json["jobs"]
    assert [job["file"] for job in jobs][1:] == ["portal.csv"]
    assert jobs[0]["id"] > jobs[1]["id"]


def failed_job(scene: Stage) -> int:
    """Let the platform's check refuse a job of ours."""
    scene.people(ANA, TOO_MANY)
    assert scene.apply().code == 1
    (job,) = scene.simulator.jobs()
    assert job["status"] == "invalid_scheme"
    return int(job["id"])


def test_a_job_is_shown_with_its_errors_placed_on_people_and_lines(scene: Stage) -> None:
    ident = str(failed_job(scene))
    ended = scene.run("jobs", ident)
    assert ended.code == 0
    assert ended.out.startswith(f"Job {ident}: invalid_scheme, 0 of 2 rows\n")
    assert "Must be between 1 and 10" in ended.out
    assert f"Bo@acme.example ({scene.tree}/people.yaml:8:" in ended.out
    told = scene.run("jobs", ident, "--format", "json").json
    assert [job["id"] for job in told["jobs"]] == [int(ident)]
    assert any("Bo@acme.example" in person for person in told["errors"][0]["people"])


def test_errors_of_a_file_from_elsewhere_are_shown_without_people(scene: Stage) -> None:
    ident = str(failed_job(scene))
    scene.environ["XDG_STATE_HOME"] = str(scene.folder / "another machine")
    ended = scene.run("jobs", ident)
    assert ended.code == 0
    assert "Must be between 1 and 10" in ended.out
    assert "not uploaded from this machine" in ended.err


def test_a_failed_job_is_repaired_by_another_file_and_is_not_started(scene: Stage) -> None:
    ident = failed_job(scene)
    scene.people(ANA, TOO_MANY | {"max_chat_limit": 5})
    scene.plan("--bulk", str(scene.folder / "bulk"))
    (file,) = (scene.folder / "bulk").iterdir()
    ended = scene.run("jobs", str(ident), "--replace", str(file))
    assert ended.code == 0
    assert "it was not started" in ended.err
    scene.clock.sleep(10)
    assert scene.simulator.uploaded(ident) == file.read_bytes()
    assert [job["status"] for job in scene.simulator.jobs()] == ["valid_scheme"]
    assert scene.live("ana@acme.example")["location"] == "Madrid"


@pytest.mark.parametrize("status", ["created", "valid_scheme", "in_progress", "completed", "failed"])
def test_a_job_in_another_state_gets_no_other_file(scene: Stage, status: str) -> None:
    scene.people(ANA)
    ident = scene.simulator.add_job({"filename": "portal.csv", "status": status, "total_rows": 3})
    file = scene.folder / "bulk.json"
    file.write_text("[]")
    ended = scene.run("jobs", str(ident), "--replace", str(file))
    assert ended.code == 4
    assert status in ended.err
    assert "invalid_scheme" in ended.err
    assert not scene.writes()


def test_a_job_that_is_not_there_is_said_in_one_line(scene: Stage) -> None:
    scene.people(ANA)
    ended = scene.run("jobs", "99")
    assert (ended.code, ended.out) == (1, "")
    assert "no job 99" in ended.err


# fields, version, wrong command lines


def test_fields_shows_every_key_of_a_person_without_a_tree_or_a_platform(tmp_path: Path, scene: Stage) -> None:
    for arguments in (("fields",), ("fields", "--markdown")):
        ended = scene.run(*arguments)
        assert (ended.code, ended.err) == (0, "")
        for key in TREE_FIELDS:
            assert re.search(rf"(?<!\w){key}(?!\w)", ended.out), key
    assert scene.simulator.log() == []


def test_the_version_is_the_package_s(scene: Stage) -> None:
    assert scene.run("--version").out == f"reconciler, version {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nope",),
        ("--nope",),
        ("plan", "extra"),
        ("plan", "--format", "xml"),
        ("snapshot",),
        ("apply", "--force"),
        ("jobs", "twelve"),
        ("jobs", "--replace", "x.json"),
        ("--log-level", "loud", "plan"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_ends_with_2_and_a_way_to_the_help(scene: Stage, arguments: tuple[str, ...]) -> None:
    ended = scene.run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "Usage: reconciler" in ended.err
    assert "--help" in ended.err or "COMMAND" in ended.err
    assert scene.simulator.log() == []


@pytest.mark.parametrize("command", ["validate", "snapshot", "plan", "apply", "jobs", "fields", "demo"])
def test_the_help_of_a_command_is_a_result(scene: Stage, command: str) -> None:
    for flag in ("--help", "-h"):
        ended = scene.run(command, flag)
        assert (ended.code, ended.err) == (0, "")
        assert ended.out.startswith(f"Usage: reconciler {command} ")


# Logs as JSON


@pytest.mark.parametrize("level", ["debug", "warning"])
@pytest.mark.parametrize("arguments", [
    ("validate",), ("plan",), ("apply", "--yes"), ("apply",), ("apply", "--expect", "7f3a91c2"), ("jobs",),
    ("jobs", "99"), ("plan", "--snapshot", "nowhere"),
], ids=" ".join)  # fmt: skip
def test_with_json_logs_every_line_beside_the_result_is_an_object(
    scene: Stage, level: str, arguments: tuple[str, ...]
) -> None:
    scene.people(ANA, TOO_MANY)
    scene.write("warned.yaml", 'email: eva@acme.example\nalias: "a \\"b\\""  # c\nfirst_name: C # sharp\n')
    ended = scene.run("--log-format", "json", "--log-level", level, *arguments)
    for line in ended.err.splitlines():
        assert json.loads(line)["message"].strip(), line
    assert ended.code == 0 or ended.err
    check_words(scene, ended)


def test_json_logs_of_a_bad_tree_are_objects_too(scene: Stage) -> None:
    scene.write("people.yaml", 'email: ana@acme.example\nlocation: NO\nalias: "\n')
    ended = scene.run("--log-format", "json", "plan")
    assert ended.code == 4
    assert "people.yaml:3:" in json.loads(ended.err)["message"]


# A process of its own


def test_the_program_runs_as_a_module_and_keeps_its_streams_apart(real: Stage) -> None:
    ended = run_child(real, "plan", "--exit-code")
    assert ended.code == 3, ended.err
    assert ended.out.startswith("What changes for 1 person: ")
    assert ended.err.splitlines() == ["reading people: 5 of 5"]


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes")], ids=" ".join)
def test_P_11_a_reader_that_went_away_changes_nothing(real: Stage, command: tuple[str, ...]) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "--users", str(real.tree), *command],
        env=environment(real),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(60) == 0, said
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
    assert real.live("ana@acme.example")["location"] == ("Manila" if command[0] == "apply" else "Madrid")


def test_P_11_head_takes_one_line(real: Stage) -> None:
    line = f"{' '.join(PROGRAM)} --users {real.tree} fields | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {line}"], capture_output=True, check=False, timeout=60,
                          cwd=Path(__file__).parents[2])  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b"\n") == 1


@pytest.mark.parametrize("more", [
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "utf-8"},
], ids=["C", "ascii", "latin-1", "utf-8"])  # fmt: skip
def test_P_12_what_a_stream_cannot_say_is_escaped(real: Stage, more: dict[str, str]) -> None:
    real.people(ANA | {"alias": "Жанна é"})
    planned = run_child(real, "plan", more=more)
    assert planned.code == 0, planned.err
    assert (
        "Жанна" if more.get("PYTHONIOENCODING") == "utf-8" else r"\u0416\u0430\u043d\u043d\u0430"
    ) in planned.out


def test_P_12_a_problem_is_told_where_a_stream_cannot_say_its_line(real: Stage) -> None:
    real.write("bad.yaml", "email: bo@acme.example\nstatsю: x\n")
    refused = run_child(real, "validate", more={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    assert refused.code == 4
    assert r'bad.yaml:2:1: "stats\u044e" is not a known key.' in refused.err


def test_P_12_an_apply_goes_on_where_a_stream_cannot_say_a_name(real: Stage) -> None:
    real.people(ANA | {"alias": "Жанна é"})
    ended = run_child(real, "apply", "--yes", more={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"})
    assert ended.code == 0, ended.err
    assert real.live("ana@acme.example")["alias"] == "Жанна é"


# A terminal


def test_at_a_terminal_yes_sends_the_plan_under_a_bar(real: Stage) -> None:
    ended = run_at_terminal(real, "apply", typed=[Typed("[y/N]:", "yes\n")])
    assert ended.code == 0, ended.out
    assert re.search(r"Send plan [0-9a-f]{8} to http://127\.0\.0\.1:\d+\?", ended.out)
    assert real.live("ana@acme.example")["location"] == "Manila"
    assert re.search(r"reading people +\[#+\] +5/5", ended.out)
    assert re.search(r"job \d+ +\[[#-]+\] +[01]/1", ended.out)
    assert "Applied and confirmed: 1 of 1" in ended.out


@pytest.mark.parametrize("answer", ["\n", "what?\nno\n"])
def test_at_a_terminal_anything_but_yes_sends_nothing(real: Stage, answer: str) -> None:
    ended = run_at_terminal(real, "apply", typed=[Typed("[y/N]:", answer)])
    assert ended.code == 4
    assert "Nothing was sent." in ended.out
    assert not real.writes()


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_at_a_terminal_leaving_the_question_sends_nothing(real: Stage, key: str) -> None:
    ended = run_at_terminal(real, "apply", typed=[Typed("[y/N]:", key)])
    assert ended.code == 130
    assert "stopped before anything was sent" in ended.out
    assert "Aborted" not in ended.out
    assert not real.writes()


@pytest.mark.parametrize(
    ("flags", "more", "coloured"),
    [((), {}, True), (("--no-color",), {}, False), ((), {"NO_COLOR": "1"}, False), ((), {"NO_COLOR": ""}, True)],
    ids=["colours", "--no-color", "NO_COLOR=1", "NO_COLOR empty"],
)
def test_colours_are_for_a_terminal_that_wants_them(
    real: Stage, flags: tuple[str, ...], more: dict[str, str], coloured: bool
) -> None:
    ended = run_at_terminal(real, *flags, "plan", more=more)
    assert ended.code == 0
    assert "Manila" in ended.out
    assert ("\x1b[3" in ended.out) is coloured


def test_at_a_terminal_no_question_is_asked_about_an_empty_plan(real: Stage) -> None:
    real.people({"email": "ana@acme.example", "location": "Madrid"})
    ended = run_at_terminal(real, "apply")
    assert ended.code == 0
    assert "[y/N]" not in ended.out


def test_at_a_terminal_json_logs_take_the_place_of_the_bar(real: Stage) -> None:
    ended = run_at_terminal(real, "--log-format", "json", "plan")
    assert '{"message": "reading people: 5 of 5"}' in ended.out
    assert "[####" not in ended.out
