"""Runs a job of a workflow as GitHub does: every `run:` block in order, `if:` and `${{ }}` in few forms.

What a form is not known for raises, so that a workflow cannot grow past what these tests understand.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
TOKEN: Final = re.compile(r"\s*('(?:[^'])*'|==|!=|&&|\|\||!|\(|\)|[A-Za-z_][\w.-]*(?:\(\))?|\d+)")


@dataclass(slots=True)
class Step:
    """How one step ended."""

    name: str
    code: int
    log: str


@dataclass(slots=True)
class Job:
    """A job while it runs: its contexts, its folders, and what its steps did."""

    workspace: Path
    temp: Path
    environ: Mapping[str, str]
    contexts: dict[str, Any]
    artifacts: Path
    origin: Path
    failed: bool = False
    trace: bool = False
    ran: list[Step] = field(default_factory=list)

    @property
    def log(self) -> str:
        """Everything that was printed."""
        return "".join(step.log for step in self.ran)

    @property
    def summary(self) -> str:
        """The step summary."""
        path = self.temp / "summary"
        return path.read_text(encoding="utf-8") if path.exists() else ""


def run_job(job: Job, definition: Mapping[str, Any]) -> dict[str, str]:
    """Run the steps of a job and return its outputs."""
    steps: dict[str, Any] = {}
    for step in definition["steps"]:
        run_step(job, step, {**job.contexts, "steps": steps}, steps, None)
    return {
        name: fill(text, {**job.contexts, "steps": steps}) for name, text in definition.get("outputs", {}).items()
    }


def run_step(job: Job, step: Any, contexts: dict[str, Any], steps: dict[str, Any], action: Path | None) -> None:
    """Run one step where its condition holds."""
    condition = str(step.get("if", "success()"))
    if "always()" not in condition:
        condition = f"success() && ({condition})"
    if not evaluate(condition, {**contexts, "failed": job.failed}):
        steps[step.get("id", "")] = {"outputs": {}}
        return
    outputs: dict[str, str] = {}
    if "run" in step:
        outputs = run_block(job, step, contexts, action)
    elif step["uses"].startswith("actions/checkout@"):
        check_out(job, filled(step["with"], contexts))
    elif step["uses"].startswith("actions/upload-artifact@"):
        upload(job, filled(step["with"], contexts))
    elif step["uses"].startswith("./"):
        outputs = run_action(job, job.workspace / step["uses"], filled(step["with"], contexts), contexts)
    elif step["uses"].startswith("your-organisation/reconciler@"):
        outputs = run_action(job, ROOT, filled(step["with"], contexts), contexts)
    else:
        raise AssertionError(f"unknown action {step['uses']}")
    steps[step.get("id", "")] = {"outputs": outputs}


def run_action(job: Job, folder: Path, given: Mapping[str, str], contexts: Mapping[str, Any]) -> dict[str, str]:
    """Run a composite action and return its outputs."""
    action = yaml.safe_load((folder / "action.yml").read_text(encoding="utf-8"))
    inputs = {name: given.get(name, one.get("default", "")) for name, one in action["inputs"].items()}
    assert set(given) <= set(inputs)
    steps: dict[str, Any] = {}
    inner = {**contexts, "inputs": inputs, "steps": steps}
    for step in action["runs"]["steps"]:
        run_step(job, step, inner, steps, folder.resolve())
    return {name: fill(one["value"], inner) for name, one in action["outputs"].items()}


def run_block(job: Job, step: Any, contexts: Mapping[str, Any], action: Path | None) -> dict[str, str]:
    """Run a `run:` block in bash with GitHub's options and return its outputs."""
    assert "${{" not in step["run"], "S-44: texts reach a shell through env alone"
    output = job.temp / "output"
    output.write_text("")
    environ = {
        **job.environ,
        **filled(step.get("env", {}), contexts),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(job.temp / "summary"),
        "GITHUB_ACTION_PATH": str(action or ""),
        "RUNNER_TEMP": str(job.temp),
    }
    script = job.temp / "script.sh"
    script.write_text(step["run"], encoding="utf-8")
    ended = subprocess.run(
        ["bash", "--noprofile", "--norc", *(["-x"] if job.trace else []), "-eo", "pipefail", str(script)],
        cwd=job.workspace,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=100,
        check=False,
    )
    job.ran.append(Step(step.get("name", ""), ended.returncode, ended.stdout.decode()))
    job.failed = job.failed or ended.returncode != 0
    return dict(line.split("=", 1) for line in output.read_text().splitlines())


def check_out(job: Job, given: Mapping[str, str]) -> None:
    """Check out as the action does: the commit of the run, or a branch of the origin, without credentials."""
    assert given["persist-credentials"] == "False", "S-46: no credential stays on the disk"
    folder = job.workspace / given.get("path", ".")
    subprocess.run(["git", "clone", "--quiet", str(job.origin), str(folder)], check=True, env=job.environ)
    revision = f"origin/{given['ref']}" if "ref" in given else job.environ["GITHUB_SHA"]
    git(folder, "fetch", "--quiet", "origin", "+refs/*:refs/remotes/all/*")
    git(folder, "checkout", "--quiet", "--detach", revision)


def upload(job: Job, given: Mapping[str, str]) -> None:
    """Keep the files of an artifact under the number of the run."""
    target = job.artifacts / job.environ["GITHUB_RUN_ID"] / given["name"]
    for path in map(Path, given["path"].split()):
        if path.is_dir():
            shutil.copytree(path, target, dirs_exist_ok=True)
        elif path.exists():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


def filled(values: Mapping[str, Any], contexts: Mapping[str, Any]) -> dict[str, str]:
    """Fill every value of a mapping."""
    return {name: fill(str(value), contexts) for name, value in values.items()}


def fill(text: str, contexts: Mapping[str, Any]) -> str:
    """Put the values of `${{ }}` into a text."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: as_text(evaluate(found[1].strip(), contexts)), text)


def as_text(value: Any) -> str:
    """Return a value as GitHub writes it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def evaluate(expression: str, contexts: Mapping[str, Any]) -> Any:
    """Return the value of an expression of names, texts, `==`, `!=`, `&&`, `||` and brackets."""
    expression = expression.removeprefix("${{").removesuffix("}}").strip()
    tokens = [found[1] for found in TOKEN.finditer(expression)]
    assert "".join(tokens) == re.sub(r"\s(?=(?:[^']*'[^']*')*[^']*$)", "", expression), expression
    names = {"&&": " and ", "||": " or ", "==": "==", "!=": "!=", "(": "(", ")": ")", "!": " not "}
    python = "".join(
        names.get(token) or (token if token[0] in "'0123456789" else f"look({token!r})") for token in tokens
    )

    def look(name: str) -> Any:
        if name == "always()":
            return True
        if name == "success()":
            return not contexts.get("failed", False)
        if name == "cancelled()":
            return False
        value: Any = contexts
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return "" if value is None else value

    return eval(python, {"look": look})


def rows(definition: Mapping[str, Any], contexts: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the rows of the matrix of a job; one empty row for a job without."""
    if "strategy" not in definition:
        return [{}]
    found = re.fullmatch(r"\$\{\{ fromJSON\((.*)\) \}\}", definition["strategy"]["matrix"])
    assert found is not None
    return list(json.loads(evaluate(found[1], contexts))["include"])


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return what it prints."""
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    named = ("-c", "user.name=Kari", "-c", "user.email=kari@acme.example")
    done = subprocess.run(
        ["git", "-C", str(folder), *named, *arguments], env=environ, check=True, capture_output=True
    )
    return done.stdout.decode().strip()
