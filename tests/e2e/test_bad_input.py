"""Every row of the catalogue on data from git (faults.md 3.1 to 3.4), through the command line.

Each of them ends with 4, names the place and what to write, and nothing at all is asked of the platform. D-12 (the
working tree is not at the reviewed commit) is a matter of the CI set-up and comes with it, in a later release.
"""

import csv
import json
import os
import re
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from tests.e2e.bad_files import ANA, CASES, SURPRISES, Case
from tests.e2e.bad_trees import FINE, TREES, BadTree, many_bytes, many_files
from tests.stage import SEED, SETTINGS, Ended, Stage, VirtualClock, stage
from tests.truth import check_words, is_unsafe

ROWS: Final = {f"D-{number:02}" for number in (*range(1, 12), *range(20, 41), *range(50, 66), 71, *range(73, 78))}
"""The rows that this release promises."""

# The stage: one for all refusals, since nothing is ever asked of its platform


@pytest.fixture(name="scene", scope="module")
def _scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("bad")) as scene:
        yield scene


@pytest.fixture(name="snapshot", scope="module")
def _snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the platform of the stage holds, read once from another one."""
    with stage(tmp_path_factory.mktemp("good")) as scene:
        scene.people()
        file = scene.folder / "snapshot.json"
        assert scene.run("snapshot", "--out", str(file)).code == 0
        return file


@pytest.fixture(name="live")
def _live(tmp_path: Path) -> Iterator[Stage]:
    """A stage of its own, for what is no mistake."""
    with stage(tmp_path) as scene:
        yield scene


def fresh(scene: Stage) -> None:
    """Put a tree without a mistake in the place of the last one."""
    shutil.rmtree(scene.tree)
    scene.write("reconciler.yaml", SETTINGS)
    scene.write("people.yaml", FINE)


def problems(ended: Ended) -> list[Any]:
    """The errors of `validate --format json`."""
    return [problem for problem in ended.json["problems"] if problem["severity"] == "error"]


def hold_refusal(scene: Stage, wheres: list[str], *options: str) -> None:
    """Hold what is true of every refusal, of each command, whatever the mistake."""
    commands = [("validate", *options)]
    if not options:
        commands += [("plan",), ("apply", "--yes"), ("apply", "--expect", "7f3a91c2"), ("snapshot", "--out", "x")]
    for command in commands:
        ended = scene.run(*command)
        assert ended.code == 4, command
        assert ended.err.startswith("REFUSED, nothing was sent: ")
        assert not ended.out
        for where in wheres:
            assert where in ended.err
        for word in ("Traceback", "inside the tool", "Error:", "Exception"):
            assert word not in ended.err
        assert not [char for char in ended.err if is_unsafe(char)]
    assert scene.simulator.log() == []


# What a file holds


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_bad_file_is_refused_with_its_place_and_what_to_write(scene: Stage, case: Case) -> None:
    fresh(scene)
    scene.write(case.file, case.data)
    told = problems(scene.run("validate", "--format", "json"))
    assert [(problem["line"], problem["column"]) for problem in told] == list(case.places)
    assert {problem["file"] for problem in told} == {f"{scene.tree}/{case.file}"}
    assert {problem["code"] for problem in told} == case.codes
    assert all(problem["hint"] for problem in told)
    assert case.says in scene.run("validate").err
    hold_refusal(scene, [f"{scene.tree}/{case.file}:{line}:{column}: " for line, column in case.places])


@pytest.mark.parametrize("key", ["alias", "first_name", "agent_number", "location", "status", "max_chat_limit",
                                 "max_chat_limit_enabled", "extension_number", "direct_inbound_number1", "email",
                                 "roles", "teams"])  # fmt: skip
def test_D_50_to_D_58_no_field_takes_a_spelling_that_means_something_else(scene: Stage, key: str) -> None:
    read_as_written = {"location": {"null", "Null", "NULL", "~"}, "max_chat_limit_enabled": {"true"}}.get(
        key, set()
    )
    fresh(scene)
    front = "- email: " if key == "email" else "- email: p{}@acme.example\n  " + key + ": "
    scene.write(
        "many.yaml", "users:\n" + "".join(f"{front.format(n)}{text}\n" for n, (text, _) in enumerate(SURPRISES))
    )
    step, column = (1, 10) if key == "email" else (2, len(key) + 5)
    wanted = [
        (1 + step * (number + 1), column)
        for number, (text, _) in enumerate(SURPRISES)
        if text not in read_as_written
    ]
    told = problems(scene.run("validate", "--format", "json"))
    assert [(problem["line"], problem["column"]) for problem in told] == wanted
    assert all(problem["hint"] for problem in told)


@pytest.mark.parametrize("style", ["'", '"'])
def test_D_59_in_quotes_every_spelling_arrives_letter_for_letter(tmp_path: Path, style: str) -> None:
    spellings = [text for text, _ in SURPRISES]
    places = list({text.casefold(): text for text in spellings}.values())
    with stage(tmp_path, {**SEED, "locations": places}) as scene:
        quoted = [f"{style}{text}{style}" for text in spellings]
        listed = ", ".join(f"{style}{text}{style}" for text in places)
        scene.write("reconciler.yaml", SETTINGS.replace("Madrid, Manila, Oslo", listed))
        scene.write("people.yaml", "users:\n" + "".join(
            f"- email: p{n}@acme.example\n  first_name: {text}\n  last_name: {text}\n  alias: {text}\n"
            f"  agent_number: {text}\n  location: {text}\n  roles: [Agent]\n"
            for n, text in enumerate(quoted)
        ))  # fmt: skip
        ended = scene.apply()
        assert ended.code == 0, ended.err
        for number, text in enumerate(spellings):
            user = scene.live(f"p{number}@acme.example")
            assert {user[key] for key in ("first_name", "last_name", "alias", "agent_number")} == {text}
            assert user["location"].casefold() == text.casefold()


# What a directory holds


@pytest.mark.parametrize("bad", TREES, ids=[ascii(f"{bad.row} {bad.variant}")[1:-1] for bad in TREES])
def test_a_bad_tree_is_refused_with_the_name_of_the_file(tmp_path: Path, scene: Stage, bad: BadTree) -> None:
    here = Stage(tmp_path, scene.simulator, scene.clock)
    fresh(here)
    bad.make(here.tree)
    where = here.tree.as_posix() if bad.where == ".." else f"{here.tree}/{bad.where}"
    told = problems(here.run("validate", "--format", "json"))
    assert (bad.row, f"{where}:1:1") in [
        (problem["code"] if bad.row != "D-07" or problem["code"] != "D-37" else "D-07",
         f"{problem['file']}:{problem['line']}:{problem['column']}")
        for problem in told
    ]  # fmt: skip
    assert all(problem["hint"] for problem in told)
    assert bad.says in here.run("validate").err
    hold_refusal(here, [f"{where}:1:1: ".encode("ascii", "backslashreplace").decode()])


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("make", "limit"), [(many_files, "200,000 files"), (many_bytes, "268,435,456 bytes")])
def test_D_11_a_tree_beyond_its_limits_is_refused(
    scene: Stage, make: Callable[[Path], object], limit: str
) -> None:
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        here = Stage(Path(folder), scene.simulator, scene.clock)
        fresh(here)
        make(here.tree)
        ended = here.apply()
    assert ended.code == 4
    assert f"{here.tree}:1:1: " in ended.err
    assert limit in ended.err
    assert scene.simulator.log() == []


def test_D_10_a_file_that_cannot_be_read_is_named(scene: Stage) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Stage(Path(folder), scene.simulator, scene.clock)
        fresh(here)
        here.folder.chmod(0o755)
        (here.tree / "people.yaml").chmod(0)
        with without_rights():
            told = problems(here.run("validate", "--format", "json"))
            assert [(problem["code"], problem["file"]) for problem in told] == [
                ("D-10", f"{here.tree}/people.yaml")
            ]
            hold_refusal(here, [f"{here.tree}/people.yaml:1:1: "])


@contextmanager
def without_rights() -> Iterator[None]:
    """Be nobody for a while where the tests are run by root, who may read everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65_534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_D_07_a_file_name_gives_no_command_to_the_machine_that_runs_it(
    scene: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(scene)
    scene.write("::error::x.yaml", "statsu: x\n")
    monkeypatch.chdir(scene.tree)
    ended = scene.run("--users", ".", "validate")
    assert ended.code == 4
    assert "::error::x.yaml" in ended.err.replace("\\x3a", ":")
    assert not [line for line in ended.err.splitlines() if line.lstrip().startswith("::")]


def test_D_05_files_beside_the_declarations_that_everybody_has_are_passed_over(scene: Stage) -> None:
    fresh(scene)
    for name in ("README.md", "CODEOWNERS", ".gitkeep", "oslo/.gitkeep", "notes.txt"):
        scene.write(name, "anything")
    assert scene.run("validate").code == 0


# A tree that moves while it is read

AT_OPEN: Final = list[tuple[str, Callable[[], object]]]()
"""Names of files and what to do when the first of them is opened."""


def meddle(event: str, arguments: tuple[object, ...]) -> None:
    """Do what is due when a file is opened: the moment between the listing and the reading of the next one."""
    if event == "open" and AT_OPEN and str(arguments[0]).endswith(AT_OPEN[0][0]):
        AT_OPEN.pop()[1]()


sys.addaudithook(meddle)


def test_D_09_a_file_that_vanishes_between_listing_and_reading_is_named(scene: Stage) -> None:
    fresh(scene)
    scene.write("a.yaml", FINE)
    scene.write("b.yaml", FINE)
    AT_OPEN.append(("/a.yaml", (scene.tree / "b.yaml").unlink))
    told = problems(scene.run("validate", "--format", "json"))
    assert [(problem["code"], problem["file"]) for problem in told] == [("D-09", f"{scene.tree}/b.yaml")]
    assert scene.simulator.log() == []


def test_D_09_a_file_that_becomes_a_link_is_not_followed(scene: Stage) -> None:
    fresh(scene)
    scene.write("a.yaml", FINE)
    scene.write("b.yaml", FINE)
    target = scene.tree / "b.yaml"

    def swap() -> None:
        target.unlink()
        target.symlink_to("/etc/passwd")

    AT_OPEN.append(("/a.yaml", swap))
    told = problems(scene.run("validate", "--format", "json"))
    assert [(problem["code"], problem["file"]) for problem in told] == [("D-02", f"{scene.tree}/b.yaml")]


def test_D_09_under_an_editing_hand_a_tree_is_read_or_refused(scene: Stage) -> None:
    fresh(scene)
    busy = threading.Event()

    def edit() -> None:
        while not busy.is_set():
            for text in (f"users:\n- {ANA}  location: Oslo\n", f"{ANA}location: NO\n", "users: [", ""):
                scene.write("moving.yaml", text)

    hand = threading.Thread(target=edit)
    hand.start()
    try:
        for _ in range(40):
            ended = scene.run("validate")
            assert ended.code in {0, 4}
            assert "inside the tool" not in ended.err
            assert ended.code == 0 or f"{scene.tree}/moving.yaml:" in ended.err
    finally:
        busy.set()
        hand.join()


@dataclass(slots=True)
class Meddling(VirtualClock):
    """A clock at whose first rest somebody does something."""

    deed: Callable[[], object] = lambda: None
    other: VirtualClock = field(default_factory=VirtualClock)
    done: bool = False

    def monotonic(self) -> float:
        """Return the other clock's time."""
        return self.other.monotonic()

    def sleep(self, seconds: float) -> None:
        """Do it once, then rest."""
        if not self.done:
            self.done = True
            self.deed()
        self.other.sleep(seconds)


def test_D_09_an_edit_during_the_run_belongs_to_the_next_one(tmp_path: Path) -> None:
    with stage(tmp_path, validate_seconds=2.0, job_seconds=2.0) as scene:
        scene.people({"email": "ana@acme.example", "location": "Oslo"})
        again = {"email": "ana@acme.example", "location": "Manila"}
        scene.clock = Meddling(deed=lambda: scene.people(again), other=scene.clock)
        assert scene.apply().code == 0
        assert scene.live("ana@acme.example")["location"] == "Oslo"
        assert scene.plan("--exit-code").code == 3


# What only the platform can tell: named by validate with a snapshot, left out by apply

BY_SNAPSHOT: Final = (
    *(
        ("D-65", variant, f"{ANA}roles: [{role}]\n", (2, 9))
        for variant, role in (
            ("unknown", "Wizard"),
            ("other case", "agent"),
            ("inner space", "Manager  Admin"),
            ("homoglyph", "Аgent"),
            ("plural", "Agents"),
            ("renamed", "Manager Admins"),
        )
    ),
    ("D-65", "in at_least", f"{ANA}roles: {{at_least: [Wizard]}}\n", (2, 20)),
    ("D-65", "in never", f"{ANA}roles: {{never: [Wizard]}}\n", (2, 17)),
    ("D-71", "team", f"{ANA}teams: [Biling ES]\n", (2, 9)),
    ("D-71", "team by case", f"{ANA}teams: [vip]\n", (2, 9)),
    ("D-71", "team in never", f"{ANA}teams: {{never: [VIPs]}}\n", (2, 17)),
    ("D-75", "no role at create", "email: new@acme.example\nfirst_name: N\nlast_name: W\n", (1, 8)),
)


@pytest.mark.parametrize(
    ("row", "text", "place"),
    [line[:1] + line[2:] for line in BY_SNAPSHOT],
    ids=[f"{a} {b}" for a, b, *_ in BY_SNAPSHOT],
)
def test_what_the_platform_does_not_have_is_refused_before_anything_is_sent(
    scene: Stage, snapshot: Path, live: Stage, row: str, text: str, place: tuple[int, int]
) -> None:
    fresh(scene)
    scene.write("bad.yaml", text)
    told = problems(scene.run("validate", "--snapshot", str(snapshot), "--format", "json"))
    assert [(problem["code"], (problem["line"], problem["column"])) for problem in told] == [(row, place)]
    assert told[0]["hint"]
    hold_refusal(scene, [f"{scene.tree}/bad.yaml:{place[0]}:{place[1]}: "], "--snapshot", str(snapshot))
    live.write("bad.yaml", text)
    ended = live.apply()
    assert ended.code == 1
    assert f"bad.yaml:{place[0]}" in ended.out
    assert not live.writes()


# What is no mistake


@pytest.mark.parametrize(
    "text",
    [
        "email: ana@acme.example\r\nlocation: Oslo\r\nroles: [Manager]\r\nmax_chat_limit: 5\r\n",
        'email: ana@acme.example\nlocation: Oslo\nroles: [Manager]\nmax_chat_limit: "5"\n',
        '{"email": "ana@acme.example", "location": "Oslo", "roles": ["Manager"], "max_chat_limit": 5}',
        '{"email":"ana@acme.example","location":"Oslo","roles":["Manager"],"max_chat_limit":"5"}\n',
        "email: ana@acme.example\nlocation: Oslo\nroles: Manager\nmax_chat_limit: 5\n",
        "\ufeffemail: ana@acme.example\nlocation: Oslo\nroles: [Manager]\nmax_chat_limit: 5\n",
        "---\nusers:\n- email: 'ANA@acme.example'\n  location: oslo\n  roles:\n  - Manager\n  max_chat_limit: 5",
    ],
    ids=["CRLF", "quoted number", "JSON", "tight JSON", "one name for a list", "one BOM", "list with dashes"],
)
@pytest.mark.parametrize("name", ["kind.yaml", "kind.yml", "deep/er/kind.yml"])
def test_where_it_is_safe_the_reading_is_kind(scene: Stage, snapshot: Path, text: str, name: str) -> None:
    fresh(scene)
    scene.write(name, text)
    assert scene.run("validate") == Ended(0, f"1 person in {scene.tree}: no error\n", "")
    plan = scene.plan("--snapshot", str(snapshot), "--format", "json").json
    assert {cell["field"]: cell["after"] for change in plan["changes"] for cell in change["fields"]} == {
        "location": "oslo" if "oslo" in text else "Oslo",
        "max_chat_limit": 5,
        "roles": ["Manager"],
    }


def test_D_39_a_comment_right_behind_a_value_is_told_and_is_no_error(scene: Stage) -> None:
    fresh(scene)
    scene.write("a.yaml", f"{ANA}first_name: C # sharp\n")
    ended = scene.run("validate")
    assert ended.code == 0
    assert f"{scene.tree}/a.yaml:2:15: warning:" in ended.err


def test_D_26_joiners_between_letters_that_need_them_are_part_of_a_name(scene: Stage) -> None:
    fresh(scene)
    scene.write("a.yaml", f"{ANA}first_name: نرم\u200cافزار\nlast_name: ක්\u200dෂ\n")
    assert scene.run("validate").code == 0


def test_D_21_the_settings_may_begin_with_a_BOM_too(scene: Stage) -> None:
    fresh(scene)
    scene.write("reconciler.yaml", f"\ufeff{SETTINGS}")
    assert scene.run("validate").code == 0


@pytest.mark.parametrize("declared", [
    {"email": "__x@acme.example", "first_name": "X", "last_name": "Y", "roles": ["Agent"]},
    {"email": "__old@acme.example", "location": "Oslo"},
    {"email": "__old@acme.example", "status": "Inactive"},
], ids=["create", "change", "deactivate"])  # fmt: skip
def test_D_64_an_address_that_begins_with_underscores_stands_in_the_plan(
    live: Stage, declared: dict[str, Any]
) -> None:
    old = {
        "email": "__old@acme.example",
        "first_name": "O",
        "last_name": "L",
        "roles": ["Agent"],
        "location": "Madrid",
    }
    live.simulator.add_user(old)
    live.people(declared)
    assert [change["key"] for change in live.plan("--format", "json").json["changes"]] == [declared["email"]]
    assert declared["email"] in live.plan().out
    assert live.apply().code == 0
    assert live.plan("--exit-code").code == 0


NAMES: Final = (
    "Z",
    "😀",
    "Z̸̢͎͇͎a̷͓͓l̶̗g̵o̴",
    "محمد",
    "שרה",
    "=cmd()",
    "+1",
    "-1+2",
    "<script>alert(1)</script>",
    "@team",
    "${{ github.token }}",
    "::add-mask::x",
    "##[error]x",
    "[link](https://evil.example)",
    "`code`",
    "a|b",
    "O'Brien",
    'The "Rock"',
    "a\\nb",
    "%0A",
    "null",
    "é" * 200,
)


def test_D_73_any_name_arrives_as_written_and_is_shown_safely(live: Stage) -> None:
    people = [
        {"email": f"n{number}@acme.example", "first_name": name, "last_name": name, "roles": ["Agent"]}
        for number, name in enumerate(NAMES)
    ]
    live.write("people.yaml", json.dumps({"users": people}, ensure_ascii=False))
    shown = live.plan()
    check_words(live, shown)
    ended = live.apply()
    assert ended.code == 0, ended.err
    check_words(live, ended)
    for number, name in enumerate(NAMES):
        assert live.live(f"n{number}@acme.example")["first_name"] == name
    for report in (live.folder / "report").iterdir():
        assert not [char for char in report.read_text() if is_unsafe(char)], report
        assert "\n::" not in report.read_text()
    summary = re.sub(r"(`+).+?\1", "", (live.folder / "report" / "summary.md").read_text())
    assert not {sign for sign in ("<", "@", "|", "${{", "](") if sign in summary}
    cells = csv.reader((live.folder / "report" / "revert-portal.csv").read_text().splitlines())
    assert not [cell for row in cells for cell in row if cell[:1] in {"=", "+", "-", "@"}]


@pytest.mark.parametrize(
    ("person", "after"),
    [
        ({"email": "off@acme.example", "status": "Inactive", "teams": ["VIP"]}, []),
        ({"email": "eva@acme.example", "status": "Inactive", "teams": ["Retention ES", "VIP"]}, []),
        ({"email": "off@acme.example", "status": "Active", "teams": ["VIP"]}, ["VIP"]),
        ({"email": "off@acme.example", "status": "Active"}, []),
    ],
    ids=["inactive with teams", "leaves with teams", "comes back with teams", "comes back without"],
)
def test_D_76_teams_of_the_inactive_are_not_compared_and_those_who_come_back_get_theirs(
    live: Stage, person: dict[str, Any], after: list[str]
) -> None:
    live.people(person)
    assert live.run("validate").code == 0
    assert live.apply().code == 0
    assert live.live(person["email"])["teams"] == after
    assert live.plan("--exit-code").code == 0


# All of it


def test_every_problem_of_a_tree_is_shown_at_once(scene: Stage, golden: Callable[[str, str], None]) -> None:
    fresh(scene)
    for name, text in MISTAKES.items():
        scene.write(name, text)
    ended = scene.run("validate")
    assert ended.code == 4
    golden("bad_input_tree.txt", ended.err.replace(str(scene.tree), "users"))


def test_the_people_are_read_too_where_the_settings_are_wrong(scene: Stage) -> None:
    fresh(scene)
    scene.write("reconciler.yaml", "format: 1\ntenant: {url: nowhere, timezone: Europe/Madrid}\n")
    scene.write("a.yaml", f"{ANA}location: NO\n")
    told = problems(scene.run("validate", "--format", "json"))
    assert {problem["code"] for problem in told} == {"S-05", "settings.missing", "D-50"}


def test_a_file_of_one_long_line_with_thousands_of_mistakes_is_told_soon(scene: Stage) -> None:
    fresh(scene)
    people = [{"email": f"p{number}@acme.example", "first_name": "P", "statsu": "x"} for number in range(6_000)]
    scene.write("made.yaml", json.dumps({"users": people}))
    begin = time.process_time()
    ended = scene.run("validate")
    assert time.process_time() - begin < 10.0
    assert ended.err.startswith("REFUSED, nothing was sent: 6,000 problems in 1 file\n")
    assert ended.err.count(f"{scene.tree}/made.yaml:1:") == 100
    assert "The first 100 of 6,000 are shown." in ended.err


MISTAKES: Final = {
    "reconciler.yaml": SETTINGS.replace("{Admin: 1}", "{Admin: 1}, locations: {Mardid: 1}")
    + "limits: {deactivate: {share: 30}}\nbatchsize: 100\n",
    "billing.yaml": (
        "users:\n"
        "  - email: ana@acme.example\n"
        "    location: NO\n"
        "    agent_number: 0417\n"
        "    last_name: Null\n"
        "    statsu: Inactive\n"
        "    teams:\n"
        "      at_least: Billing ES\n"
        "      location: Madrid\n"
        "  - email: Ana@acme.example\n"
        "    max_chat_limit: 0\n"
        "    max_chat_limit_enabled: yes\n"
        "    status: inactive\n"
        "  - email: bo@acrne.example\n"
        "    location: Mardid\n"
        "location: Oslo\n"
    ),
    "oslo/kari.yaml": "email: kari@acme.example\nfirst_name: Kari\nfirst_name: Karin\nalias: #1\n",
    "oslo/per.yaml": 'email: per@acme.example\nfirst_name: "Per\nlast_name: Holm\n',
    "oslo/liv.yaml": "email: liv@acme.example\nroles: Agent\n  Manager\n",
    "manila/tess.yaml": "email: tess@acme.example\nteams: [VIP]  # now\u2028status: Inactive\n",
    "manila/rosa.yaml": "email: rosa@acme.example\nroles: &lead [Agent]\n",
    "manila/old.yaml.bak": "email: old@acme.example\n",
    "manila/empty.yaml": "# nobody yet\n",
}
"""One mistake of each common sort."""


def test_every_row_of_the_catalogue_has_a_case() -> None:
    named = {row for name in globals() if name.startswith("test_D_") for row in rows_of(name)}
    held = {case.row for case in CASES} | {bad.row for bad in TREES} | {line[0] for line in BY_SNAPSHOT} | named
    assert held == ROWS


def rows_of(name: str) -> set[str]:
    """Return the rows in the name of a test, such as `test_D_50_to_D_58_no_field`."""
    words = name.split("_")
    numbers = [int(after) for before, after in pairwise(words) if before == "D"]
    span = range(numbers[0], numbers[-1] + 1) if "to" in words[:5] else numbers
    return {f"D-{number:02}" for number in span}
