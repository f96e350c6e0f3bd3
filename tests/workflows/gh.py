"""A small stand-in for `gh`: comments, issues, runs and artifacts are files below $FAKE_GITHUB."""

import json
import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HOME = Path(os.environ["FAKE_GITHUB"])
BOT = {"id": 41898282, "login": "github-actions[bot]"}


def main(arguments: list[str]) -> int:
    if arguments[:2] == ["run", "list"]:
        runs = json.loads((HOME / "runs.json").read_text())
        branch = value(arguments, "--branch")
        return show([run for run in reversed(runs) if run["headBranch"] == branch], arguments)
    if arguments[:2] == ["run", "download"]:
        return download(HOME / "artifacts" / arguments[2], arguments)
    if arguments[:1] == ["api"]:
        return api(arguments)
    raise SystemExit(f"unknown: {arguments}")


def download(run: Path, arguments: list[str]) -> int:
    target = Path(value(arguments, "--dir"))
    if name := value(arguments, "--name"):
        found = {run / name: target} if (run / name).is_dir() else {}
    else:
        found = {source: target / source.name for source in run.glob(value(arguments, "--pattern"))}
    for source, folder in found.items():
        shutil.copytree(source, folder, dirs_exist_ok=True)
    return 0 if found else 1


def api(arguments: list[str]) -> int:
    place = next(word for word in arguments[1:] if word.startswith("repos/"))
    parts = urlsplit(place).path.split("/")[3:]
    method = value(arguments, "--method") or "GET"
    if not parts:
        return show({"private": not (HOME / "public").exists()}, arguments)
    if parts[0] == "commits":
        return show(json.loads((HOME / "pulls.json").read_text()).get(parts[1], []), arguments)
    if parts[-1] == "approvals":
        return show([{"state": "approved", "user": {"login": "nora"}}], arguments)
    if parts[:2] == ["issues", "comments"]:
        return change("comments", int(parts[2]), arguments)
    kind = "comments" if parts[-1] == "comments" else "issues"
    if method == "POST":
        return add(kind, {"user": BOT, "state": "open", "on": parts[1] if kind == "comments" else ""}, arguments)
    if method == "PATCH":
        return change(kind, int(parts[1]), arguments)
    rows = load(kind)
    if kind == "comments":
        return show([row for row in rows if row["on"] == parts[1]], arguments)
    return show([row for row in rows if row["state"] == "open"], arguments)


def load(kind: str) -> list[dict[str, Any]]:
    path = HOME / f"{kind}.json"
    return json.loads(path.read_text()) if path.exists() else []


def save(kind: str, rows: list[dict[str, Any]]) -> int:
    (HOME / f"{kind}.json").write_text(json.dumps(rows))
    return 0


def add(kind: str, row: dict[str, Any], arguments: list[str]) -> int:
    rows = load(kind)
    number = len(rows) + 1
    return save(kind, [*rows, {"id": number, "number": number, **row, **fields(arguments)}])


def change(kind: str, ident: int, arguments: list[str]) -> int:
    return save(kind, [row | fields(arguments) if row["id"] == ident else row for row in load(kind)])


def fields(arguments: list[str]) -> dict[str, str]:
    found = {}
    for option, text in pairwise(arguments):
        if option in {"--field", "--raw-field"}:
            name, _, content = text.partition("=")
            file = option == "--field" and content.startswith("@")
            found[name] = Path(content[1:]).read_text() if file else content
    return found


def value(arguments: list[str], option: str) -> str:
    return arguments[arguments.index(option) + 1] if option in arguments else ""


def show(answer: object, arguments: list[str]) -> int:
    query = value(arguments, "--jq")
    return subprocess.run(["jq", "-r", query], input=json.dumps(answer).encode(), check=False).returncode


sys.exit(main(sys.argv[1:]))
