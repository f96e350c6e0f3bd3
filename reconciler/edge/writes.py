"""Writes whose reply may be lost: send, look, and only then decide (faults.md N-05 to N-07, N-34, N-38, N-40).

A reply is never the proof. After each sending, whatever came back, the platform is looked at until the write can
be seen or the settle time is over. What may be sent again is decided here and nowhere else, at most once.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from reconciler.edge.deadline import Deadline
from reconciler.edge.failures import Passing
from reconciler.model.batch import Job
from reconciler.model.clock import Clock
from reconciler.model.errors import Denied, FateUnknown, NotUnderstood, ReconcilerError, Unreachable

log = logging.getLogger("reconciler.edge.writes")

THROTTLED_TRIES: Final = 5
THROTTLED_LIMIT_S: Final = 240.0
"""A longer wait that the platform asks for ends the write (N-36)."""
FORBIDDEN: Final = frozenset({401, 403})
"""Statuses after which neither sending nor waiting helps: the credential is not accepted (N-28, N-29)."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write.

    Attributes:
        send: Sends it once; what it returns proves nothing.
        look: Returns the job where the write can be seen, else None.
        fate: The error to raise where it stays unknown; its cause is added.
        unseen: The error for a write that was accepted and cannot be seen; None: it may be sent once more.
    """

    send: Callable[[], None]
    look: Callable[[], Job | None]
    fate: FateUnknown
    unseen: ReconcilerError | None = None


def settle_write(write: Write, clock: Clock, settle_s: float) -> Job:
    """Send a write and return the job as it was seen afterwards.

    Raises:
        Unreachable: Proven not sent, or refused with 429 to the end; nothing can be seen.
        Denied: The platform refused; nothing can be seen.
        NotUnderstood: It was accepted, and cannot be seen, and must not be repeated.
        FateUnknown: It may have been taken, twice over, and cannot be seen; or looking failed.
    """
    doubt: ReconcilerError | None = None
    for _ in range(2):
        error = _send(write, clock)
        if _never_left(error):
            raise _verdict(write, error, doubt) from error
        if _forbidden(error):
            if job := _glance(write):
                return job
            raise _verdict(write, error, doubt) from error
        if job := look_until(write, clock, settle_s):
            return job
        if error is None and write.unseen:
            raise _verdict(write, write.unseen, doubt)
        if isinstance(error, Denied) or _throttled(error):
            raise _verdict(write, error, doubt) from error
        doubt = doubt or error or NotUnderstood("it was accepted, and nothing happened")
        log.warning("a write cannot be seen after %.0f s: %s", settle_s, error)
    raise _verdict(write, None, doubt) from doubt


def look_until(write: Write, clock: Clock, settle_s: float) -> Job | None:
    """Look at once, then with growing pauses until the settle time is over; None where nothing was seen.

    Raises:
        FateUnknown: Looking failed.
    """
    window, pause = Deadline(clock, settle_s), 1.0
    while True:
        last = window.over
        if (job := _look(write)) or last:
            return job
        clock.sleep(min(pause, max(window.left(), 0.1)))
        pause *= 2


def _send(write: Write, clock: Clock) -> ReconcilerError | None:
    """Send, and after a 429 look and send again; return what went wrong, None for nothing."""
    for tries in range(1, THROTTLED_TRIES + 1):
        try:
            write.send()
        except (Unreachable, Denied, NotUnderstood) as error:
            if not isinstance(error, Passing) or not error.throttled or tries == THROTTLED_TRIES:
                return error
            pause = error.after_s or float(2**tries)
            if pause > THROTTLED_LIMIT_S:
                return error
            log.warning("%s; looking and sending again in %.0f s", error, pause)
            clock.sleep(pause)
            if _look(write):
                return None
        else:
            return None
    return None


def _look(write: Write) -> Job | None:
    try:
        return write.look()
    except (Unreachable, Denied, NotUnderstood) as error:
        raise _because(write.fate, error) from error


def _glance(write: Write) -> Job | None:
    """Look once after a refused credential: a reply is never the proof, and waiting would not help (N-29)."""
    try:
        return write.look()
    except (Unreachable, Denied, NotUnderstood):
        return None


def _never_left(error: ReconcilerError | None) -> bool:
    return isinstance(error, Unreachable) and not error.sent


def _forbidden(error: ReconcilerError | None) -> bool:
    return isinstance(error, Denied) and error.status in FORBIDDEN


def _throttled(error: ReconcilerError | None) -> bool:
    return isinstance(error, Passing) and error.throttled


def _verdict(write: Write, error: ReconcilerError | None, doubt: ReconcilerError | None) -> ReconcilerError:
    """Return the error itself where it is the whole truth; after an earlier doubt the fate stays unknown."""
    if error is None or doubt is not None:
        return _because(write.fate, doubt)
    return error


def _because(fate: FateUnknown, error: ReconcilerError | None) -> FateUnknown:
    if error is None:
        return fate
    hint = f"{error.hint}\n{fate.hint}" if _forbidden(error) else fate.hint
    return FateUnknown(f"{fate.message}: {error.message}", hint, job=fate.job)
