"""What every command shares: where the tree is, how to speak, and the outside handed down to the lower floors."""

import contextlib
import json
import logging
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from reconciler.model.clock import Clock, Progress
from reconciler.model.errors import ReconcilerError
from reconciler.model.settings import Settings

if TYPE_CHECKING:
    from reconciler.flow.outside import Outside


@dataclass(frozen=True, slots=True)
class Session:
    """The command line's own settings.

    Attributes:
        root: The directory of the tree.
        json_logs: One JSON object a line on standard error instead of sentences.
        plain: No colour, whatever the terminal can do.
        environ: The environment of the process.
        clock: The time of the run.
    """

    root: Path
    json_logs: bool
    plain: bool
    environ: Mapping[str, str]
    clock: Clock

    @property
    def colour(self) -> bool:
        """Whether results on standard output may be coloured."""
        return not self.plain and not self.environ.get("NO_COLOR") and sys.stdout.isatty()

    @property
    def at_terminal(self) -> bool:
        """Whether a person can be asked, and bars can be drawn."""
        return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()

    def show(self, text: str) -> None:
        """Write a result to standard output; a reader that went away changes nothing (faults.md P-11).

        Raises `ReconcilerError` where the output takes nothing any more, such as a full disk (faults.md P-09).
        """
        try:
            write(sys.stdout, text)
        except OSError as error:
            raise ReconcilerError(
                f"standard output cannot be written: {error.strerror}", "send it to another place and run again"
            ) from error

    def say(self, text: str) -> None:
        """Write everything that is not the result to standard error; no run ends because that is full (P-09)."""
        with contextlib.suppress(OSError):
            write(sys.stderr, json.dumps({"message": text}) if self.json_logs else text)

    def progress(self) -> Progress:
        """Return what draws progress: bars on a terminal, lines elsewhere."""
        from reconciler.cli.progress import Bars, Lines

        return Bars() if sys.stderr.isatty() and not self.json_logs else Lines(self.say)

    @contextlib.contextmanager
    def outside(self, settings: Settings) -> Iterator["Outside"]:
        """Open the platform, this machine's state and the clock for one run, and close them after it.

        Raises `RunRefused` before any request where the environment does not fit the settings.
        """
        from reconciler.edge.connection import read_connection
        from reconciler.edge.exchange import Timeouts
        from reconciler.edge.platform import Platform
        from reconciler.edge.redaction import Redaction
        from reconciler.edge.state import open_state
        from reconciler.flow.outside import Outside

        connection = read_connection(self.environ, settings.tenant_url.value)
        logging.getLogger("reconciler").handlers[0].addFilter(Redaction(connection))
        state, note = open_state(self.environ, connection.base_url)
        if note:
            self.say(note)
        run, timeouts = secrets.token_hex(4), Timeouts(settle_s=settings.settle_timeout)
        with Platform(connection, self.clock, timeouts) as platform:
            yield Outside(connection.base_url, platform, state, self.clock, self.progress(), run)


def write(stream: TextIO, text: str) -> None:
    """Write a line, with escapes where the stream cannot say a letter (faults.md P-11, P-12).

    Raises `OSError` where the stream takes nothing; it is closed then, so that the end of the process is quiet.
    """
    encoding = stream.encoding or "ascii"
    safe = text.rstrip("\n").encode(encoding, "backslashreplace").decode(encoding)
    try:
        click.echo(safe, file=stream, color=True)
        stream.flush()
    except OSError as error:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):
            raise


def set_up_logging(session: Session, level: str) -> None:
    """Send our own log lines to standard error; the HTTP libraries are kept silent below a warning (S-01)."""
    handler = LogLines()
    handler.setFormatter(JsonForm() if session.json_logs else logging.Formatter("%(message)s"))
    logger = logging.getLogger("reconciler")
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False


class LogLines(logging.Handler):
    """Writes log records to standard error as everything else is written there."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        with contextlib.suppress(OSError):
            write(sys.stderr, self.format(record))


class JsonForm(logging.Formatter):
    """One JSON object a line, whatever the message holds."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's level and message."""
        return json.dumps({"level": record.levelname.lower(), "message": record.getMessage()})
