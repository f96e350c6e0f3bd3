"""The errors that end a run, and the exit code of each (product section 4).

    ReconcilerError            1   failed; nothing of ours is still running
    |-- Unreachable            1   the address cannot be reached, or the time for a step ran out
    |-- NotUnderstood          1   an answer that is not what the platform promises
    |-- Denied                 1   the platform refused: credential, address, request
    |-- RunRefused             4   tree, guard, plan number or live state forbids it; no job was started
    |-- FateUnknown            5   a job was started, or may have been, and its end was not seen
    |-- Busy                   6   another run or an unfinished job holds the platform
    `-- Stopped          130, 143  a signal before any write

A *problem* (see `source.Problem`) is data about the input; an error may carry problems to show them.
"""

from reconciler.model.source import Problems


class ReconcilerError(Exception):
    """Something ended the run. The message says what happened; `hint` says what to do."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "", problems: Problems = ()) -> None:
        super().__init__(message)
        self.message, self.hint, self.problems = message, hint, problems


class Unreachable(ReconcilerError):
    """The platform cannot be reached, or a step ran out of time.

    `sent` tells whether the request may have reached the platform: False only where that is proven.
    """

    def __init__(self, message: str, hint: str = "", *, sent: bool = True) -> None:
        super().__init__(message, hint)
        self.sent = sent


class NotUnderstood(ReconcilerError):
    """The platform answered with something that cannot be understood."""


class Denied(ReconcilerError):
    """The platform refused a request. `status` is the HTTP status."""

    def __init__(self, message: str, hint: str = "", *, status: int) -> None:
        super().__init__(message, hint)
        self.status = status


class RunRefused(ReconcilerError):
    """The tree, a guard, the plan number or the live state forbids the run. No job was started."""

    exit_code = 4


class FateUnknown(ReconcilerError):
    """A write was sent and its fate is not known, or a job still runs."""

    exit_code = 5

    def __init__(self, message: str, hint: str = "", problems: Problems = (), *, job: int | None = None) -> None:
        super().__init__(message, hint, problems)
        self.job = job


class Busy(ReconcilerError):
    """Another run or an unfinished job holds the platform. No job was started."""

    exit_code = 6


class Stopped(ReconcilerError):
    """A signal ended the run before any write was sent: 130 for an interrupt, 143 for a termination."""

    def __init__(self, message: str, *, signal_number: int) -> None:
        super().__init__(message)
        self.exit_code = 128 + signal_number


class StopSignal(BaseException):
    """A signal has arrived, and is raised wherever the program stands.

    No `Exception`: whoever handles the failures of what he was doing there must not take it for one of them, and
    go on to the next write (faults.md P-04). `stopped` is what ends the run.
    """

    def __init__(self, stopped: Stopped) -> None:
        super().__init__(stopped.message)
        self.stopped = stopped
