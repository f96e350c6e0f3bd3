"""One file of a tree, read once: a regular file within its limit, never a link, a pipe or a device."""

import os
import stat
from typing import Final, NamedTuple, TypeAlias

from reconciler.edge.text_gate import MAX_FILE_BYTES
from reconciler.edge.tree_files import not_a_file, not_opened, refused
from reconciler.edge.yaml_reader import read_document
from reconciler.model.source import Document, Problem, Problems

_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC

File: TypeAlias = tuple[str, str]
"""Where a file is, and its name as people type it."""


class FileRead(NamedTuple):
    """The outcome of one file: its document or None, its problems, and how many bytes it had."""

    document: Document | None
    problems: Problems
    size: int = 0


def read_file(path: str, name: str, max_bytes: int = MAX_FILE_BYTES) -> FileRead:
    """Read one regular file once, never through a link and never waiting for a pipe (D-02, D-03, D-09, D-10).

    Args:
        path: Where the file is.
        name: Its name as people type it.
        max_bytes: The size above which it is refused.
    """
    try:
        handle = os.open(path, _OPEN)
    except OSError as error:
        return FileRead(None, (not_opened(name, error),))
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return FileRead(None, (not_a_file(name),))
        if status.st_size > max_bytes:
            return FileRead(None, (_too_large(name, status.st_size, max_bytes),))
        data = _bytes_of(handle, status.st_size, max_bytes)
    except OSError as error:
        return FileRead(None, (not_opened(name, error),))
    finally:
        os.close(handle)
    document, problems = read_document(name, data, max_bytes=max_bytes)
    return FileRead(document, problems, len(data))


def _bytes_of(handle: int, size: int, max_bytes: int) -> bytes:
    """Read to the end, at most one byte beyond the limit: the file may grow while it is read.

    One byte is asked for beyond the size, so that the first answer tells that there is no more, as nearly always.
    """
    data = os.read(handle, size + 1)
    if len(data) == size:
        return data
    while len(data) <= max_bytes and (part := os.read(handle, max_bytes + 1 - len(data))):
        data += part
    return data


def _too_large(name: str, size: int, limit: int) -> Problem:
    summary = f"the file has {size:,} bytes, the limit for one file is {limit:,}"
    return refused(name, summary, "Spread its people over several files.", "D-11")
