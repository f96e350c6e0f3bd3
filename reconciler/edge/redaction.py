"""What may be shown of the outside: no secret in any spelling, no raw control character (faults.md S-01, I-10)."""

import base64
import json
import logging
from typing import Final
from urllib.parse import quote, quote_plus

from reconciler.edge.connection import Connection

SHOWN: Final = 80
"""So many characters of an answer are quoted in a message."""


def safe_text(text: str, limit: int = SHOWN) -> str:
    """Return the beginning of a foreign text on one line; control, bidi and lone surrogates are escaped."""
    line = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text[:limit]
    )
    return line if len(text) <= limit else line + "..."


class Redaction(logging.Filter):
    """Takes the secrets of a connection out of texts, in every spelling that a log may hold (S-01, S-08).

    As a filter on a handler it is the second net; the first is that nobody writes the token.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        secrets = [connection.token, connection.proxy]
        spellings = {form for secret in secrets if secret for form in _spellings(secret.reveal())}
        spellings |= set(_spellings(basic_credential(connection)))
        self.spellings = sorted(spellings, key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return the text with `***` in place of every secret."""
        for spelling in self.spellings:
            text = text.replace(spelling, "***")
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the message of a log record and the text of its exception; every record passes."""
        message = record.getMessage()
        if (cleaned := self.clean(message)) != message:
            record.msg, record.args = cleaned, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self.clean(record.exc_text)
        return True


def basic_credential(connection: Connection) -> str:
    """Return base64 of `user:token`, the form in which HTTP Basic carries it."""
    return base64.b64encode(f"{connection.user}:{connection.token.reveal()}".encode("ascii")).decode("ascii")


def _spellings(secret: str) -> tuple[str, ...]:
    encoded = base64.b64encode(secret.encode()).decode("ascii")
    return (
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        encoded,
    )
