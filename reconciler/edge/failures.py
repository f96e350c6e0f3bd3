"""Failed answers as our errors: which may pass, what the platform said, and what to do about it."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from reconciler.edge.json_reader import read_json
from reconciler.edge.redaction import safe_text
from reconciler.model.errors import Denied, NotUnderstood, ReconcilerError, Unreachable
from reconciler.model.source import Json

PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses after which the same reading may succeed (faults.md N-37, N-39)."""

TROUBLE: Final = ("the platform has trouble of its own", "nothing can be done from here; run again later")

WORDS: Final = {
    401: (
        "the platform does not accept the token",
        "check RECONCILER_TOKEN: the credential may be disabled or its token made anew; and the user name",
    ),
    403: (
        "the platform does not let this token do it",
        "check RECONCILER_TOKEN: only the token of an API credential may do this",
    ),
    404: ("nothing is found at this address", "check the tenant name in RECONCILER_URL"),
    413: ("the upload is too large", "make batch_size in the settings smaller and plan again"),
    429: (
        "the platform is asked too often",
        "all tools of a tenant share its 10 requests a second; run again when less is going on",
    ),
    500: TROUBLE,
    502: TROUBLE,
    503: TROUBLE,
    504: TROUBLE,
}
"""What some statuses mean, and what to do about them."""

OTHER: Final = ("the platform refuses", "run again; if it stays so, show this to whoever installed the tool")


class Passing(Unreachable):
    """A failure that may pass by itself.

    Attributes:
        after_s: How long the platform asks to wait; None: it does not say.
        throttled: Whether the platform said 429, "not accepted".
    """

    def __init__(
        self, message: str, hint: str = "", *, sent: bool, after_s: float | None = None, throttled: bool = False
    ) -> None:
        super().__init__(message, hint, sent=sent)
        self.after_s, self.throttled = after_s, throttled


def status_error(
    request: str, status: int, headers: Mapping[str, str], said: str, after_s: float | None
) -> ReconcilerError:
    """Return the error for an answer outside 200 to 299.

    Args:
        request: What was asked, such as `GET users`.
        status: The HTTP status.
        headers: Of the answer, names in lower case.
        said: What the body says, ready to be shown; see `spoken`.
        after_s: How long the platform asks to wait.
    """
    if 300 <= status < 400:
        return Denied(
            f"redirect refused: to {_target(headers.get('location', ''))} ({status} to {request})",
            "check RECONCILER_URL; a redirect would carry the token to another address",
            status=status,
        )
    words, hint = WORDS.get(status, OTHER)
    text = f"{words} ({status} to {request}{f': {said}' if said else ''})"
    if status in PASSING:
        return Passing(text, hint, sent=True, after_s=after_s, throttled=status == 429)
    return Denied(text, hint, status=status)


def spoken(data: bytes, content_type: str) -> str:
    """Return what the body of a failed answer says, in any of the forms of platform-api unknown 5."""
    try:
        words = _words(read_json(data))
    except NotUnderstood:
        text = data.decode("utf-8", "backslashreplace").strip()
        if text and "html" in content_type.lower():
            return f"{safe_text(content_type, 40)} ({safe_text(text)})"
        return safe_text(text, 200)
    return safe_text(words, 200)


def _words(body: Json, depth: int = 4) -> str:
    """Find the sentence in a body: a text, a list of them, or the usual keys of an object."""
    if isinstance(body, str):
        return body
    if depth and isinstance(body, list):
        return "; ".join(filter(None, (_words(item, depth - 1) for item in body)))
    if depth and isinstance(body, dict):
        found = (_words(body.get(key), depth - 1) for key in ("message", "error", "errors", "detail"))
        return next(filter(None, found), "")
    return ""


def _target(location: str) -> str:
    """Name where a redirect leads, without user-info and query (N-25)."""
    try:
        parts = urlsplit(location)
        host = parts.hostname or "this host"
    except ValueError:
        return "an address that cannot be read"
    return safe_text(f"{host}{parts.path}")
