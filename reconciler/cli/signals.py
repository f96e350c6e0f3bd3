"""Ctrl-C, TERM and HUP: the first ends the run in words, the second at once (faults.md P-03, P-04, P-16)."""

import os
import signal
from types import FrameType

from reconciler.model.errors import FateUnknown, Stopped, StopSignal

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def listen() -> None:
    """Turn the first signal into `StopSignal`, raised wherever the program stands; the second leaves with 5."""
    for number in SIGNALS:
        signal.signal(number, stop)


def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the form of a signal handler
    """Raise `StopSignal`, and leave at once when it is asked a second time."""
    for each in SIGNALS:
        signal.signal(each, leave)
    counted_as = signal.SIGTERM if number == signal.SIGHUP else number
    raise StopSignal(Stopped("stopped before anything was sent", signal_number=counted_as))


def leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the form of a signal handler
    """Leave at once: the next run looks first, so nothing is sent twice."""
    os._exit(FateUnknown.exit_code)
