"""Requests and replies as values, and the few encodings the API needs."""

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email.message import Message
from typing import Any

JSON = "application/json; charset=utf-8"

Query = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are lower-case; `path` has no query."""

    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `lost` closes the connection instead of sending it."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = JSON
    lost: bool = False

    def with_headers(self, **headers: str) -> "Reply":
        """The same answer with more headers; `_` in a name stands for `-`."""
        more = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return replace(self, headers=self.headers + more)


class Refusal(Exception):
    """An answer of 400 and above, with the platform's sentence."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


def digits(text: str) -> int | None:
    """A number written in plain digits, at most 18 of them; None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def json_reply(status: int, content: Any) -> Reply:
    """An answer with a JSON body."""
    return Reply(status, encoded(content))


def encoded(content: Any) -> bytes:
    """JSON as UTF-8; text that UTF-8 cannot hold (a lone surrogate) is escaped."""
    try:
        return json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(content).encode()


def error_reply(refusal: Refusal, form: str) -> Reply:
    """A refusal in the form of switch `error_body` (unknown 5)."""
    message = refusal.message
    match form:
        case "text":
            reply = Reply(refusal.status, message.encode(), content_type="text/plain; charset=utf-8")
        case "html":
            page = f"<!DOCTYPE html><html><body><h1>{html.escape(message)}</h1></body></html>"
            reply = Reply(refusal.status, page.encode(), content_type="text/html; charset=utf-8")
        case "empty":
            reply = Reply(refusal.status, content_type="")
        case "errors":
            reply = json_reply(refusal.status, {"errors": [message]})
        case _:
            reply = json_reply(refusal.status, {form: message})
    return reply.with_headers(**refusal.headers)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a `multipart/form-data` body."""

    name: str
    filename: str | None
    content_type: str
    data: bytes


def multipart(request: Request) -> dict[str, Part]:
    """The parts of an upload by name, their bytes untouched; empty when it is no multipart body."""
    message = Message()
    message["Content-Type"] = request.headers.get("content-type", "")
    boundary = message.get_boundary()
    if message.get_content_type() != "multipart/form-data" or boundary is None:
        return {}
    return {part.name: part for part in _parts(request.body, boundary.encode())}


def _parts(body: bytes, boundary: bytes) -> Iterator[Part]:
    # The first delimiter stands at the start of the body, every other one after a line end.
    for piece in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]:
        if piece.startswith(b"--"):
            return
        head, gap, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if gap:
            yield _part(head.decode("utf-8", "replace"), data)


def _part(head: str, data: bytes) -> Part:
    message = Message()
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        message[name.strip()] = value.strip()
    field = message.get_param("name", "", "content-disposition")
    return Part(str(field), message.get_filename(), message.get_content_type(), data)
