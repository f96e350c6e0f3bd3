"""The outside of a run in one value, and the one way in which the live state is read."""

from dataclasses import dataclass

from reconciler.core.decode import decode, decode_template
from reconciler.edge.platform import Platform
from reconciler.edge.state import State
from reconciler.model.clock import Clock, Progress
from reconciler.model.errors import RunRefused
from reconciler.model.source import Problems, errors_of
from reconciler.model.users import Snapshot


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything of a run that touches the world, handed in by the caller.

    Attributes:
        address: The base address of the platform.
        run: The run id, 8 hexadecimal digits.
    """

    address: str
    platform: Platform
    state: State
    clock: Clock
    progress: Progress
    run: str


def read_live(outside: Outside, managed: frozenset[str]) -> tuple[Snapshot, Problems]:
    """Read template and users completely.

    Returns the snapshot and notes; raises `RunRefused` where the live state cannot be trusted (product promise 3),
    `NotUnderstood` and `Unreachable` as the client does.
    """
    template, strange_template = decode_template(outside.platform.template())
    if template is None:
        raise untrusted(strange_template)
    records = outside.platform.users(outside.progress)
    snapshot, strange = decode(records, template, managed, outside.clock.now(), outside.address)
    if errors_of(strange):
        raise untrusted(strange)
    return snapshot, strange_template + strange


def untrusted(problems: Problems) -> RunRefused:
    """Return the refusal of a live state that was not understood."""
    return RunRefused(
        "the platform's answer is not what is documented, so nothing is planned from it",
        "An incomplete or strange read is never taken for the state. Show this to whoever installed the tool.",
        problems,
    )
