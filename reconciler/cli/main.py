"""The command line: one short function a command. It calls the story, lets a view speak, and ends with a code."""

import gc
import logging
import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from reconciler import __version__
from reconciler.cli.session import Session, set_up_logging
from reconciler.model.clock import Clock
from reconciler.model.errors import ReconcilerError, StopSignal


class Outer(NamedTuple):
    """What the process hands to the command line: its environment and the time."""

    environ: Mapping[str, str]
    clock: Clock


FILE = click.Path(dir_okay=False, path_type=Path)
TREE = click.Path(path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
BASE = "The tree as it was before, to tell put-backs from edits. A DIR begins with . or /"
BASE_DAY = (
    "The day on which the base was last applied, 2027-01-31; else yesterday. What came due since then is due."
)
DAY = click.DateTime(["%Y-%m-%d"])
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=SETTINGS)
@click.option("--users", type=TREE, default=Path("users"), show_default=True, help="The directory of the tree.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="warning",
    show_default=True,
    help="How much to say on standard error.",
)
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", help="json: one object a line.")
@click.option("--no-color", is_flag=True, help="No colour; NO_COLOR in the environment does the same.")
@click.version_option(__version__, package_name="reconciler")
@click.pass_context
def cli(context: click.Context, users: Path, log_level: str, log_format: str, no_color: bool) -> None:
    """Declare the users of a contact centre as files, see what would change, apply it, and prove it."""
    outer: Outer = context.obj
    context.obj = Session(users, log_format == "json", no_color, outer.environ, outer.clock)
    set_up_logging(context.obj, log_level)


@cli.command()
@click.option("--url", metavar="URL", help="The address of the tenant.")
@click.option("--timezone", metavar="ZONE", help="The time zone of its days, like Europe/Madrid.")
@click.pass_obj
def init(session: Session, url: str | None, timezone: str | None) -> int:
    """Begin a tree: settings, a person to copy, schemas, code owners, workflows. Overwrites nothing."""
    from reconciler.cli.init import begin_tree

    return begin_tree(session, url, timezone)


@cli.command()
@click.option("--snapshot", type=FILE, help="Also check names and minimums against a snapshot.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="github: annotations, each on its line of a pull request.",
)
@click.pass_obj
def validate(session: Session, snapshot: Path | None, form: str) -> int:
    """Read the tree and show every problem at once. Offline."""
    from reconciler.cli.looking import validate_tree

    return validate_tree(session, snapshot, form)


@cli.command()
@click.option("--out", type=FILE, required=True, help="The file to write, readable by you alone.")
@click.pass_obj
def snapshot(session: Session, out: Path) -> int:
    """Keep all live users, the template's names and unfinished jobs in a file."""
    from reconciler.cli.looking import take_snapshot

    return take_snapshot(session, out)


@cli.command()
@click.option("--snapshot", type=FILE, help="Plan offline against a snapshot.")
@click.option("--base", metavar="REV|DIR", help=BASE)
@click.option("--base-day", type=DAY, metavar="DATE", help=BASE_DAY)
@click.option("--as-of", type=DAY, metavar="DATE", help="What would change on that day, 2027-01-31.")
@click.option("--out", type=FILE, help="Write the plan as JSON; also when a limit refuses it.")
@click.option("--html", type=FILE, help="Write the plan as one page for a browser; also when a limit refuses it.")
@click.option("--markdown", type=FILE, help="Write the comment of a pull request; also when there is no plan.")
@click.option("--bulk", type=FOLDER, help="Write the bulk JSON files, byte for byte what apply uploads.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True
)
@click.option("--only", multiple=True, metavar="EMAIL", help="Only this person; may be repeated.")
@click.option(
    "--actor",
    multiple=True,
    metavar="LOGIN",
    help="Who wrote or approved the change, to flag whoever raises their own role; may be repeated.",
)
@click.option("--exit-code", is_flag=True, help="End with 3 when there are changes.")
@click.pass_obj
def plan(session: Session, /, **options: Any) -> int:
    """Show what would change on the platform. Nothing is sent."""
    from reconciler.cli.looking import show_plan

    return show_plan(session, **options)


@cli.command()
@click.option(
    "--expect", metavar="DIGEST", help="The plan number or digest that was approved; another plan is refused."
)
@click.option("--approved", type=FILE, help="The saved plan that was approved; only to say what differs.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--base", metavar="REV|DIR", help=BASE)
@click.option("--base-day", type=DAY, metavar="DATE", help=BASE_DAY)
@click.option("--due", is_flag=True, help="Only what a date in the files asks for; for a daily run.")
@click.option("--only", multiple=True, metavar="EMAIL", help="Only this person; may be repeated.")
@click.option("--report", type=FOLDER, help="Where to write the report of the run.")
@click.pass_obj
def apply(session: Session, /, **options: Any) -> int:
    """Plan again, write the changes to the platform, and prove them by reading everybody anew."""
    from reconciler.cli.writing import apply_plan

    return apply_plan(session, **options)


@cli.command()
@click.argument("of", metavar="REPORT", type=FOLDER)
@click.option(
    "--expect", metavar="DIGEST", help="The plan number or digest that was approved; another plan is refused."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--out", type=FILE, help="Only show the way back, and write the plan as JSON.")
@click.option("--report", type=FOLDER, help="Where to write the report of the run.")
@click.pass_obj
def revert(
    session: Session, of: Path, expect: str | None, yes: bool, out: Path | None, report: Path | None
) -> int:
    """Show the way back of one run by its report, and what cannot come back; carry it out on a yes."""
    from reconciler.cli.revert import revert_run

    if out is not None and (yes or expect):
        raise click.UsageError("--out only shows the way back, so it does not go with --yes or --expect")
    return revert_run(session, of, expect, yes, out, report)


@cli.command()
@click.option("--snapshot", type=FILE, help="Look at a snapshot instead of the platform.")
@click.option("--markdown", type=FILE, help="Also write the text of an issue to this file.")
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True
)
@click.pass_obj
def drift(session: Session, snapshot: Path | None, markdown: Path | None, form: str) -> int:
    """Show what the platform has that the files do not say; ends with 3 when there is any."""
    from reconciler.cli.drift import show_drift

    return show_drift(session, snapshot, markdown, form)


@cli.command()
@click.argument("ident", metavar="[ID]", type=int, required=False)
@click.option("--replace", type=FILE, help="Repair a job that failed the check: upload this file in its place.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def jobs(session: Session, ident: int | None, replace: Path | None, form: str) -> int:
    """List the platform's bulk jobs, or show one with its errors placed on people and lines."""
    from reconciler.cli.jobs import show_jobs

    if replace is not None and ident is None:
        raise click.UsageError("--replace needs the ID of the job")
    return show_jobs(session, ident, replace, form)


@cli.command()
@click.option("--markdown", is_flag=True, help="As a Markdown table.")
@click.pass_obj
def fields(session: Session, markdown: bool) -> int:
    """Show every field that a file may state."""
    from reconciler.cli.fields import show_fields

    return show_fields(session, markdown)


@cli.command()
@click.option("--settings", is_flag=True, help="Of reconciler.yaml instead of the files of people.")
@click.option("--snapshot", type=FILE, help="With the names of this tenant, to complete and to check.")
@click.option("--out", type=FILE, help="Write it to a file.")
@click.pass_obj
def schema(session: Session, settings: bool, snapshot: Path | None, out: Path | None) -> int:
    """Show the JSON Schema by which an editor completes and checks the files. Offline."""
    from reconciler.cli.schema import show_schema

    return show_schema(session, settings, snapshot, out)


@cli.command()
@click.argument("paths", metavar="[PATH]...", type=TREE, nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="As the matrix of a GitHub job, one job a tree.")
@click.pass_obj
def trees(session: Session, paths: tuple[Path, ...], as_json: bool) -> int:
    """List the trees of the repository, or those below the paths. Offline."""
    from reconciler.cli.trees import list_trees

    return list_trees(session, paths, as_json)


@cli.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def simulator(arguments: tuple[str, ...]) -> int:
    """Run the simulator in the foreground; --help shows its options."""
    os.execv(sys.executable, [sys.executable, "-P", "-m", "reconciler.simulator", *arguments])  # noqa: S606


@cli.command()
@click.option(
    "--folder", type=FOLDER, default=Path("report/demo"), show_default=True, help="Where to keep the files."
)
@click.pass_obj
def demo(session: Session, folder: Path) -> int:
    """Walk the whole story on the example tree, against a simulator on this machine."""
    from reconciler.cli.demo import tell_story

    tell_story(session.root, folder, session.environ)
    return 0


def main() -> None:
    """Run one command and end the process with its exit code (product section 4).

    The collector stays off: what one command reads lives to its end, and looking through a large tree again and
    again triples the time of reading it (product section 8). A crash of the interpreter leaves no image of the
    memory, which holds the token (faults.md S-03).
    """
    from reconciler.cli.signals import listen
    from reconciler.edge.clock import SystemClock

    gc.disable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    listen()
    sys.exit(run(sys.argv[1:], Outer(dict(os.environ), SystemClock())))


def run(arguments: list[str], outer: Outer) -> int:
    """Run one command line and return its exit code. No foreseen failure shows a traceback."""
    try:
        code = cli.main(arguments, "reconciler", standalone_mode=False, obj=outer)
    except click.UsageError as error:
        error.show()
        return error.exit_code
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.Abort:
        click.echo("stopped before anything was sent", err=True)
        return 130
    except StopSignal as signal:
        return show_error(signal.stopped)
    except ReconcilerError as error:
        return show_error(error)
    except MemoryError:
        return show_error(ReconcilerError("out of memory", "read a smaller tree, or use a larger machine"))
    except OSError as error:
        words = f"this machine does not let the run go on: {error.strerror or type(error).__name__}"
        return show_error(
            ReconcilerError(words, "nothing was sent; give it files, handles or space and run again")
        )
    except Exception as error:  # noqa: BLE001  the last line of defence: one line, never a traceback
        return show_error(internal(error))
    return int(code or 0)


def show_error(error: ReconcilerError) -> int:
    """Say what ended the run on standard error, in the form of the log, and return its exit code."""
    from reconciler.views.error_view import view_error
    from reconciler.views.render_text import render_error

    try:
        text = render_error(view_error(error), colour=False).rstrip("\n")
    except Exception:  # noqa: BLE001  what cannot be drawn is said as it is (faults.md P-21)
        text = ascii(f"{error.message} ({error.hint})")
    logging.getLogger("reconciler").error("%s", text)
    return error.exit_code


def internal(error: Exception) -> ReconcilerError:
    """Turn an unforeseen exception into words: its type and place, never its text, which may hold anything."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else "nowhere"
    return ReconcilerError(
        f"an error inside the tool: {type(error).__name__} at {where}",
        "This is ours to repair. Report this line; nothing is sent by a run that ends so before its first job.",
    )
