"""Whatever is wrong with the way to the platform: one clear line first, the right exit code, nothing written, and
the token nowhere in any output, at the level of debugging too (faults.md section 1, S-01 to S-06)."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest

from reconciler.model.clock import Clock
from tests.stage import TOKEN, Ended, Stage, VirtualClock, stage
from tests.truth import check_all, check_words, second_run_is_safe, spellings

ANA: Final = {"email": "ana@acme.example", "location": "Manila"}
PAGE: Final = "<html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
TENANT: Final = "https://acme.uc1.ccaiplatform.com"
COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "plan": ("plan",),
    "apply": ("apply", "--yes"),
    "snapshot": ("snapshot", "--out", "snapshot.json"),
    "jobs": ("jobs",),
}
LOGS: Final[Mapping[str, tuple[str, ...]]] = {
    "plain": (),
    "debug": ("--log-level", "debug"),
    "json": ("--log-format", "json"),
    "debug json": ("--log-level", "debug", "--log-format", "json"),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, and how every command ends and begins to speak.

    Attributes:
        id: The row of the fault catalogue.
        code: The exit code.
        says: How the first line begins after `FAILED: ` or `REFUSED, nothing was sent: `.
        environ: What the environment says in place of the right words.
        answer: What every request is answered with; see `simulator.faults`.
        switches: Behaviours of the platform.
        stopped: Nobody listens at the address.
    """

    id: str
    code: int
    says: str
    environ: Mapping[str, str] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)
    switches: Mapping[str, str] = field(default_factory=dict)
    stopped: bool = False


def answered(ident: str, says: str, **answer: Any) -> Trouble:
    """Every request is answered so."""
    return Trouble(ident, 1, says, answer={"place": "reply", **answer})


def environ(ident: str, says: str, code: int = 4, **values: str) -> Trouble:
    """The environment is wrong."""
    return Trouble(
        ident, code, says, environ={f"RECONCILER_{name.upper()}": text for name, text in values.items()}
    )


WRONG: Final = {"RECONCILER_TOKEN": "another-token-than-the-right-one"}
TRIES: Final = r".* \(6 tries, N seconds\)"
REFUSES: Final = "the platform does not accept the token (401 to "
TROUBLES: Final[Mapping[str, Trouble]] = {
    "wrong_token": Trouble("N-28", 1, re.escape(REFUSES), WRONG),
    "wrong_token_page": Trouble("N-28", 1, re.escape(REFUSES), WRONG, switches={"unauthorized": "401_html"}),
    "forbidden": Trouble(
        "N-28", 1, "the platform does not let this token do it", WRONG, {}, {"unauthorized": "403"}
    ),
    "wrong_tenant": answered(
        "N-30", "nothing is found at this address", status=404, body={"message": "Not Found"}
    ),
    "wrong_tenant_page": answered(
        "N-30", "nothing is found at this address", status=404, body=PAGE, content_type="text/html"
    ),
    "no_token": environ("S-02", "RECONCILER_TOKEN is not set", token=""),
    "token_and_line_break": environ(
        "S-02", r"RECONCILER_TOKEN \(26 characters\) holds a space", token=f"{TOKEN}\n"
    ),
    "token_and_space": environ("S-02", r"RECONCILER_TOKEN \(26 characters\) holds a space", token=f" {TOKEN}"),
    "token_in_cyrillic": environ("S-02", r"RECONCILER_TOKEN \(26 characters\) holds", token=f"{TOKEN}т"),
    "no_address": environ("S-06", "RECONCILER_URL is not set", url=""),
    "another_tenant": environ(
        "S-05", "RECONCILER_URL is https://beta.uc1.ccaiplatform.com", url="https://beta.uc1.ccaiplatform.com"
    ),
    "plain_http": environ("S-06", "RECONCILER_URL is not https", url="http://acme.uc1.ccaiplatform.com"),
    "token_in_the_address": environ(
        "S-06",
        "RECONCILER_URL holds a user name or password",
        url=f"https://acme:{TOKEN}@acme.uc1.ccaiplatform.com",
    ),
    "no_such_name": environ("N-01", "cannot reach acme.uc1.ccaiplatform.com" + TRIES, 1, url=TENANT),
    "stopped_server": Trouble("N-01", 1, r"cannot reach 127\.0\.0\.1" + TRIES, stopped=True),
    "cut_connections": Trouble("N-10", 1, "127.0.0.1 cut the connection" + TRIES, answer={"place": "before"}),
    "cut_answers": Trouble("N-10", 1, "127.0.0.1 cut the connection" + TRIES, answer={"place": "cut", "bytes": 1}),
    "only_500": answered(
        "N-39", "the platform has trouble of its own" + TRIES, status=500, body={"error": "Oops"}
    ),
    "only_502_pages": answered(
        "N-39", "the platform has trouble" + TRIES, status=502, body=PAGE, content_type="text/html"
    ),
    "only_429": answered("N-37", "the platform is asked too often" + TRIES, status=429),
    "only_429_with_a_time": answered(
        "N-36", "the platform is asked too often" + TRIES, status=429, headers={"Retry-After": "7"}
    ),
    "wait_for_years": answered(
        "N-36",
        r"the platform is asked too often.* \(one try\)",
        status=429,
        headers={"Retry-After": "99999999999"},
    ),
    "login_page": answered(
        "N-13", "another page answered: expected JSON, got text/html" + TRIES, body=PAGE, content_type="text/html"
    ),
    "empty_answers": answered("N-12", "an empty answer where JSON was expected" + TRIES, body=""),
    "redirect": answered(
        "N-25",
        r"redirect refused: to login\.example/sso",
        status=302,
        headers={"Location": f"https://login.example/sso?return={TOKEN}"},
    ),
    "our_token_comes_back": answered("I-07", "the platform refuses", status=409, body={"message": f"no {TOKEN}"}),
}
CASES: Final = [
    pytest.param(trouble, name, id=f"{trouble.id}-{name}") for name, trouble in TROUBLES.items()
]  # fmt: skip


@contextmanager
def trouble_on(folder: Path, trouble: Trouble) -> Iterator[Stage]:
    """A tree with one change, and something wrong on the way to the platform."""
    faults = [{"at": "*", "every": True, **trouble.answer}] if trouble.answer else []
    with stage(folder, switches=trouble.switches, faults=faults) as scene:
        scene.people(ANA)
        scene.environ.update(trouble.environ)
        if trouble.stopped:
            scene.simulator.stop()
        yield scene


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("trouble", "name"), CASES)
def test_every_command_that_reads_says_it_in_one_line_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Trouble, name: str, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with trouble_on(tmp_path, trouble) as scene:
        for log, options in LOGS.items():
            began = scene.clock.seconds
            ended = scene.run(*options, *COMMANDS[command])
            assert ended.code == trouble.code, ended.err
            assert ended.out == ""
            check_words(scene, ended)
            assert not secrets_in(scene, ended)
            lines = steady(spoken(ended, as_json="json" in log))
            headlines = [line for line in lines if line.startswith(("FAILED", "REFUSED"))]
            assert len(headlines) == 1, lines
            assert re.match(rf"(FAILED|REFUSED, nothing was sent): {trouble.says}", headlines[0])
            after = lines[lines.index(headlines[0]) + 1 :]
            assert after, "nobody says what to do"
            assert all(line.startswith("    ") for line in after)
            assert "debug" in log or lines[0] == headlines[0]
            assert scene.clock.seconds - began < 300
        assert not scene.writes()


@pytest.mark.parametrize(
    ("trouble", "name"), [case for case in CASES if case.values[1] not in {"cut_answers", "no_such_name"}]
)
def test_the_whole_answer_reads_as_it_was_approved(
    tmp_path: Path, golden: Callable[[str, str], None], trouble: Trouble, name: str
) -> None:
    with trouble_on(tmp_path, trouble) as scene:
        ended = scene.plan()
        golden(f"connection_{name}.txt", "".join(f"{line}\n" for line in steady(ended.err.splitlines())))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("command", COMMANDS)
def test_N_39_two_bad_answers_are_forgotten_when_the_third_is_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, status: int
) -> None:
    monkeypatch.chdir(tmp_path)
    bad = [{"at": step, "nth": nth, "place": "reply", "status": status} for step in "TRJ" for nth in (1, 2)]
    with stage(tmp_path, faults=bad) as scene:
        scene.people(ANA)
        before = scene.simulator.users()
        ended = scene.run(*COMMANDS[command])
        assert ended.code == 0, ended.err
        assert "FAILED" not in ended.err
        check_all(scene, before, [ANA] if command == "apply" else [], ended)


def test_N_36_the_time_that_the_platform_asks_for_is_waited_and_told(tmp_path: Path) -> None:
    fault = {"at": "T", "place": "reply", "status": 429, "headers": {"Retry-After": "27"}}
    with stage(tmp_path, faults=[fault]) as scene:
        scene.people(ANA)
        began = scene.clock.seconds
        ended = scene.plan()
        assert scene.clock.seconds - began == pytest.approx(27, abs=1.5)
        assert ended.err.splitlines()[0].endswith("; trying again in 27.0 s")


@pytest.mark.parametrize("step", ["T", "R", "J", "C", "V", "W", "ES", "EU"])
def test_N_39_one_bad_answer_at_any_reading_changes_nothing(tmp_path: Path, step: str) -> None:
    with stage(
        tmp_path, faults=[{"at": step, "place": "reply", "status": 503}], validate_seconds=1, job_seconds=3
    ) as scene:
        scene.people(ANA)
        before = scene.simulator.users()
        check_all(scene, before, [ANA], ended := scene.apply())
        assert ended.code == 0, ended.err


@dataclass(frozen=True, slots=True)
class Stopping:
    """A clock that stops the server as soon as a step was reached and somebody waits."""

    scene: Stage
    clock: VirtualClock
    step: str

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return self.clock.monotonic()

    def now(self) -> datetime:
        """Return the time of day."""
        return self.clock.now()

    def sleep(self, seconds: float) -> None:
        """Wait, after a look at what was asked so far."""
        if any(entry["step"] == self.step for entry in self.scene.simulator.log()):
            self.scene.simulator.stop()
        self.clock.sleep(seconds)


MID_RUN: Final = {
    "J": (1, "FAILED: cannot reach 127.0.0.1 (GET bulk/users/template: Connection refused)"),
    "R": (1, "FAILED: cannot reach 127.0.0.1 (POST bulk/users/upload: Connection refused)"),
    "U": (5, "NOT KNOWN YET: it is not known whether the platform took reconciler-"),
    "V": (5, "NOT KNOWN YET: job 12345 was not started, and its check was not seen to end: cannot reach"),
    "P": (5, "NOT KNOWN YET: it is not known whether job 12345 was started: cannot reach 127.0.0.1"),
    "W": (5, "NOT KNOWN YET: the end of job 12345 was not seen: cannot reach 127.0.0.1"),
    "EU": (5, 'NOT KNOWN YET: job 12345 ended as "completed", and what it did could not be seen: cannot reach'),
}
"""After which step nobody listens any more: the exit code and the first line."""


@pytest.mark.parametrize("step", MID_RUN)
def test_N_01_a_server_that_stops_in_the_middle_of_a_run(tmp_path: Path, step: str) -> None:
    code, words = MID_RUN[step]
    with stage(tmp_path, validate_seconds=2, job_seconds=5) as scene:
        scene.people(ANA)
        clock: Clock = Stopping(scene, scene.clock, step)
        scene.clock = clock  # type: ignore[assignment]
        ended = scene.apply()
        assert (ended.code, words in ended.err) == (code, True), ended.out + ended.err
        assert words in ended.out or not scene.writes()
        check_words(scene, ended)
        assert len(ended.err.splitlines()) < 30, "the same line again and again"
        assert [entry["step"] for entry in scene.writes()] == {"J": [], "R": [], "U": ["U"], "V": ["U"]}.get(
            step, ["U", "P"]
        )


REVOKED: Final = {
    "before": {"J": 1, "T": 1, "R": 1, "U": 1, "V": 5, "P": 1, "W": 5, "EU": 5, "C": 5},
    "after": {"J": 1, "T": 1, "R": 1, "U": 5, "V": 1, "P": 5, "W": 5, "EU": 5},
}
"""The exit code of a run whose token is revoked before or after a step: 5 where the last write was not seen."""


@pytest.mark.parametrize(("when", "step"), [(when, step) for when, steps in REVOKED.items() for step in steps])
@pytest.mark.parametrize("status", ["401", "403"])
def test_N_29_a_token_revoked_at_any_step_stops_the_run(tmp_path: Path, when: str, step: str, status: str) -> None:
    revoke = {"at": step, "run": {"token": "a-new-one"}, "when": when}
    with stage(
        tmp_path, switches={"unauthorized": status}, faults=[revoke], validate_seconds=2, job_seconds=5
    ) as scene:
        scene.people(ANA)
        ended = scene.apply()
        assert ended.code == REVOKED[when][step], ended.out + ended.err
        assert "RECONCILER_TOKEN" in ended.out + ended.err
        check_words(scene, ended)
        sent = [entry["step"] for entry in scene.writes()]
        assert sent in ([], ["U"], ["U", "P"])
        scene.simulator.set_token(TOKEN)
        scene.simulator.clear_faults()
        second_run_is_safe(scene)


def test_an_address_of_a_tenant_is_never_asked_from_a_rehearsal(tmp_path: Path) -> None:
    with stage(tmp_path) as scene:
        scene.people(ANA)
        scene.environ["RECONCILER_PROXY"] = "http://proxy.acme.example:3128"
        scene.environ |= {"HTTPS_PROXY": "http://evil.example:1", "ALL_PROXY": "http://evil.example:1"}
        assert scene.plan().code == 0


def spoken(ended: Ended, *, as_json: bool) -> list[str]:
    """Return what was said on standard error, line by line; each line of the JSON form is one object."""
    lines = ended.err.splitlines()
    if not as_json:
        return lines
    return [text for line in lines for text in str(json.loads(line)["message"]).splitlines()]


def steady(lines: list[str]) -> list[str]:
    """Return what is the same in every run: without progress and repetitions, numbers of seconds as N."""
    kept = [line for line in lines if "; trying again in " not in line and not line.startswith("reading ")]
    return [re.sub(r"\d+ seconds\)", "N seconds)", line) for line in kept]


def secrets_in(scene: Stage, ended: Ended) -> list[str]:
    """Return the spellings of the run's own token that stand in an output or a file; none should."""
    token = scene.environ["RECONCILER_TOKEN"].strip() or TOKEN
    said = ended.out + ended.err + "".join(file.read_text() for file in scene.folder.rglob("*") if file.is_file())
    return [spelling for spelling in spellings(token) if spelling in said]
