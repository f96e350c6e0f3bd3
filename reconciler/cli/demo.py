"""`reconciler demo`: the whole story against the simulator, by the very commands that a person would type."""

import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from reconciler.model.errors import ReconcilerError

SUBDOMAIN: Final = "demo"
TOKEN: Final = "demo-token"  # noqa: S105  the simulator's own, worth nothing elsewhere
STORY: Final = (
    ("What would change? Nothing is sent by this.", ("plan", "--bulk", "{folder}/bulk")),
    (
        "Do it, follow the job, and prove it by reading everybody again.",
        ("apply", "--yes", "--report", "{folder}/report"),
    ),
    ("And now? The same files again.", ("plan", "--exit-code")),
)


def tell_story(root: Path, folder: Path, environ: Mapping[str, str]) -> None:
    """Start the simulator as a process of its own and walk the story; raises `ReconcilerError` where it breaks."""
    if not root.is_dir():
        raise ReconcilerError(f"there is no tree {root.as_posix()} here", "run the demo in a clone of the project")
    with simulator(environ) as address, tempfile.TemporaryDirectory() as state:
        click.secho(f"A contact centre that exists only here: {address}", bold=True)
        theirs = {
            **environ,
            "RECONCILER_URL": address,
            "RECONCILER_TOKEN": TOKEN,
            "RECONCILER_SUBDOMAIN": SUBDOMAIN,
            "XDG_STATE_HOME": state,
        }
        for words, command in STORY:
            tell(words, [part.format(folder=folder.as_posix()) for part in command], root, theirs)
    kept = folder.as_posix()
    click.secho(f"\nThe bulk JSON is in {kept}/bulk, the report in {kept}/report.", bold=True)


def tell(words: str, command: list[str], root: Path, environ: Mapping[str, str]) -> None:
    """Say what comes, show the command, run it; raises `ReconcilerError` where it does not end with 0."""
    click.secho(f"\n{words}", bold=True)
    click.secho(f"$ reconciler {shlex.join(command)}", fg="cyan")
    arguments = [sys.executable, "-P", "-m", "reconciler", "--users", str(root), *command]
    ended = subprocess.run(arguments, env=dict(environ), check=False)  # noqa: S603  our own program
    if ended.returncode != 0:
        raise ReconcilerError(f"the demo stopped: `reconciler {command[0]}` ended with {ended.returncode}")


@contextmanager
def simulator(environ: Mapping[str, str]) -> Iterator[str]:
    """Run the simulator in a process of its own; gives its base address."""
    arguments = [sys.executable, "-P", "-m", "reconciler.simulator", "--subdomain", SUBDOMAIN, "--token", TOKEN]
    process = subprocess.Popen(  # noqa: S603  our own program
        [*arguments, "--port", "0"], stdout=subprocess.PIPE, text=True, env=dict(environ)
    )
    try:
        address = process.stdout.readline().strip() if process.stdout else ""
        if not address:
            raise ReconcilerError("the simulator did not start")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)
        if process.stdout:
            process.stdout.close()
