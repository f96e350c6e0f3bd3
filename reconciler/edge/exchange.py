"""What goes out to the platform and comes back, and how long it may take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.model.source import Json


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long things may take, in seconds.

    Attributes:
        connect_s: To open a connection, all addresses of the host together.
        silence_s: Without a byte while an answer is awaited.
        request_s: One request from its first byte to its last.
        step_s: One step: a request with its repetitions.
        reading_s: Reading all pages of a list.
        settle_s: How long a write may take to become visible.
    """

    connect_s: float = 10.0
    silence_s: float = 30.0
    request_s: float = 120.0
    step_s: float = 240.0
    reading_s: float = 1_800.0
    settle_s: float = 60.0


USUAL: Final = Timeouts()


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send as multipart form data, with the form's other fields."""

    file_name: str
    data: bytes
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer: its JSON, and what the `Total` header of a list says (None: nothing or nonsense)."""

    status: int
    body: Json
    total: int | None
