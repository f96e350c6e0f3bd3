"""The simulator as a program."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.simulator.switches import SWITCHES

from .client import API, basic, exchange

PROGRAM = (sys.executable, "-m", "reconciler.simulator")


@contextmanager
def running(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    with subprocess.Popen([*PROGRAM, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().rstrip("\n"), process
        finally:
            process.kill()


def ask(url: str, path: str, token: str = "demo-token", subdomain: str = "demo") -> tuple[int, bytes]:
    answer = exchange(url, "GET", path, None, {"Authorization": basic(subdomain, token)})
    return answer.status, answer.body


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_well(number: signal.Signals) -> None:
    with running() as (url, process):
        assert url.startswith("http://127.0.0.1:")
        assert ask(url, API + "users")[0] == 200
        process.send_signal(number)
        assert process.wait(20) == 0


def test_it_takes_its_settings_from_the_command_line(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"users": [{"email": "a@example.com"}]}), encoding="utf-8")
    fault = '{"at": "T", "place": "reply", "status": 418}'
    with running("--seed", str(seed), "--subdomain", "x", "--token", "y", "--switch", "envelope=data",
                 "--switch", "page_cap=1", "--fault", fault) as (url, _process):  # fmt: skip
        status, body = ask(url, API + "users", "y", "x")
        assert (status, json.loads(body)["data"][0]["email"]) == (200, "a@example.com")
        assert ask(url, API + "bulk/users/template", "y", "x")[0] == 418


def test_it_continues_a_database(tmp_path: Path) -> None:
    kept = str(tmp_path / "kept")
    for _ in range(2):
        with running("--db", kept) as (url, process):
            users = json.loads(exchange(url, "GET", "/_simulator/state", None, {}).body)["users"]
            body = json.dumps({"email": f"n{len(users)}@example.com"}).encode()
            exchange(url, "POST", "/_simulator/users", body, {})
            process.send_signal(signal.SIGTERM)
            process.wait(20)
    assert users[-1]["email"] == f"n{len(users) - 1}@example.com"


@pytest.mark.parametrize("wrong", [["--switch", "nothing=1"], ["--switch", "stuck"], ["--fault", "[]"],
                                   ["--fault", "{"], ["--seed", "/no/such/file"]])  # fmt: skip
def test_a_wrong_argument_is_2_and_no_traceback(wrong: list[str]) -> None:
    done = subprocess.run([*PROGRAM, *wrong], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False)


def test_the_switches_can_be_listed() -> None:
    done = subprocess.run([*PROGRAM, "--list-switches"], capture_output=True, text=True, timeout=60, check=True)
    assert len(done.stdout.splitlines()) == len(SWITCHES)
