"""The comment that a team lead understands in a minute: twelve changes in a company of six hundred."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from reconciler.cli.main import Outer, run
from tests.builders import URL
from tests.e2e.test_origin import commit, git
from tests.stage import SEED, Stage, stage

Golden = Callable[[str, str], None]
READ_AT: Final = datetime(2026, 11, 24, 3, 12, tzinfo=UTC)
ASKED_AT: Final = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)

RULES: Final = """\
format: 1
tenant: {url: https://acme.uc1.ccaiplatform.com, timezone: Europe/Madrid}
email_domains: [acme.example]
privileged_roles: [Admin, Manager Admin]
minimum_active: {roles: {Admin: 2}, teams: {Billing ES: 30}}
"""
ALLOW: Final = """\
allow:
  - {privileged_grant: 1, in: leads.yaml, last_day: 2026-12-01, why: "leads the evening shift"}
  - {create: 118, in: madrid.yaml, last_day: 2026-12-08, why: "the new site in Madrid"}
"""
PROFILES: Final = """\
profiles:
  support-agent:
    max_chat_limit: 3
users:
"""


def person(name: str, *teams: str, roles: tuple[str, ...] = ("Agent",), **more: Any) -> dict[str, Any]:
    first, last = name.split(" ")
    email = f"{first}.{last}@acme.example".lower()
    return {"email": email, "first_name": first, "last_name": last, "roles": [*roles], "teams": [*teams], **more}


def crew(name: str, count: int, *teams: str, **more: Any) -> list[dict[str, Any]]:
    """People whom the change leaves alone."""
    return [person(f"{name}{number} Crew", *teams, **more) for number in range(1, count + 1)]


MOVERS: Final = [person(name, "Billing ES") for name in ("Ana Reyes", "Bea Soler", "Carl Dietz", "Dan Novak")]
JOINERS: Final = [person(name, "Retention ES") for name in ("Dora Nagy", "Emil Berg")]
EVA: Final = person("Eva Lind", "Billing ES")
JON: Final = person("Jon Sato")
LEA: Final = person("Lea Mora", "Billing ES")
TOM: Final = person("Tom Kerr", max_chat_limit=3)
NEW: Final = [person(name, "Manila Chat") for name in ("Li Wei", "Bo Dahl")]
BOSSES: Final = crew("Admin", 2, roles=("Admin",)) + crew("Lead", 3, roles=("Agent", "Manager Admin"))
OTHERS: Final = (
    crew("Bill", 36, "Billing ES")
    + crew("Keep", 16, "Retention ES")
    + crew("Chat", 30, "Manila Chat")
    + crew("Vip", 5, "VIP")
    + crew("Desk", 318)
)
WITH_PROFILE: Final = crew("Help", 56)
STARTERS: Final = crew("Start", 118)
LIVE: Final = [
    *MOVERS, *JOINERS, EVA, JON, *BOSSES, *OTHERS,
    *(one | {"max_chat_limit": 3} for one in WITH_PROFILE),
    LEA | {"teams": ["Billing ES", "VIP"]}, TOM | {"max_chat_limit": 5},
]  # fmt: skip


def entry(one: dict[str, Any], more: str = "") -> str:
    """One person as a block of lines."""
    lines = [f"email: {one['email']}", f"first_name: {one['first_name']}", f"last_name: {one['last_name']}"]
    lines += [f"roles: [{', '.join(one['roles'])}]"]
    lines += [f"teams: {{at_least: [{', '.join(one['teams'])}]}}"] if one["teams"] else []
    return "  - " + "\n    ".join([*lines, *filter(None, [more])]) + "\n"


def file(*entries: str) -> str:
    return "users:\n" + "".join(entries)


def exactly(one: dict[str, Any], *teams: str) -> str:
    return entry(one | {"teams": []}, f"teams: [{', '.join(teams)}]")


@pytest.fixture(name="scene", scope="module")
def _scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("wording")
    teams = ["Billing ES", "Holiday Peak", "Manila Chat", "Retention ES", "VIP"]
    seed = {**SEED, "roles": ["Admin", "Manager Admin", "Agent"], "teams": teams, "users": LIVE}
    with stage(folder, seed) as scene:
        scene.environ |= {"PATH": os.environ["PATH"], "HOME": str(folder)}
        git(scene, "init", "-q", "-b", "main")
        as_merged(scene)
        commit(scene)
        scene.clock.seconds = READ_AT.timestamp()
        assert scene.run("snapshot", "--out", str(folder / "snapshot.json")).code == 0
        snapshot = folder / "snapshot.json"
        snapshot.write_text(snapshot.read_text().replace(scene.simulator.url, URL))
        scene.clock.seconds = ASKED_AT.timestamp()
        as_proposed(scene)
        yield scene


def as_merged(scene: Stage) -> None:
    """The files before the pull request: the platform is so but for two edits in the portal."""
    scene.write("reconciler.yaml", RULES)
    scene.write("leads.yaml", file(*map(entry, (*BOSSES, JON))))
    scene.write("billing.yaml", file(exactly(LEA, "Billing ES"), *map(entry, (*MOVERS, EVA))))
    scene.write("peak.yaml", file(*map(entry, JOINERS)))
    helped = (entry(one, "profiles: [support-agent]") for one in (TOM, *WITH_PROFILE))
    scene.write("profiles.yaml", PROFILES + "".join(helped))
    scene.write("others.yaml", file(*map(entry, OTHERS)))


def as_proposed(scene: Stage) -> None:
    """The pull request."""
    scene.write("reconciler.yaml", RULES + ALLOW)
    raised = entry(JON | {"roles": ["Agent", "Manager Admin"]})
    scene.write("leads.yaml", file(*map(entry, BOSSES), raised))
    moved = (exactly(one, "Retention ES") for one in MOVERS)
    scene.write("billing.yaml", file(exactly(LEA, "Billing ES"), *moved, entry(EVA, "status: Inactive")))
    joined = "teams: {at_least: [Retention ES, {name: Holiday Peak, last_day: 2027-01-10}]}"
    scene.write("peak.yaml", file(*(entry(one | {"teams": []}, joined) for one in JOINERS)))
    scene.write("manila.yaml", file(*map(entry, NEW)))
    scene.write("madrid.yaml", file(*(entry(one, "first_day: 2026-12-01") for one in STARTERS)))


def asked(scene: Stage, monkeypatch: pytest.MonkeyPatch, form: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What `plan` answers, asked in the repository."""
    monkeypatch.chdir(scene.folder)
    words = ["plan", "--snapshot", "snapshot.json", "--base", "main", "--format", form]
    assert run(["--users", "users", *words], Outer(scene.environ, scene.clock)) == 0
    return capsys.readouterr().out


def test_the_comment_of_wording(
    scene: Stage, golden: Golden, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    golden("wording_comment.md", asked(scene, monkeypatch, "markdown", capsys))


def test_the_same_as_text(
    scene: Stage, golden: Golden, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    golden("wording.txt", asked(scene, monkeypatch, "text", capsys))
