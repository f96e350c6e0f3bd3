"""Files that the tool writes: whole or not at all, readable by their owner alone (faults.md S-09, P-09)."""

import json
import os
import tempfile
from pathlib import Path

from reconciler.model.errors import ReconcilerError, RunRefused
from reconciler.model.source import Json


def write_text(path: Path, text: str) -> None:
    """Write a file with mode 0600: a temporary file beside it, flushed to the disk, then renamed over it.

    Raises `ReconcilerError` where the place cannot be written.
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write bytes as `write_text` does."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data)
    except OSError as error:
        raise ReconcilerError(f"cannot write {path}: {error.strerror}", "name another place") from error


def read_bytes(path: Path) -> bytes:
    """Read a file that the command line names; raises `RunRefused` where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise RunRefused(f"cannot read {path}: {error.strerror}") from error


def read_json(path: Path) -> Json:
    """Read a JSON file that this tool wrote; raises `RunRefused` where it is missing or is not JSON."""
    try:
        value: Json = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise RunRefused(f"{path} is not a JSON file that this tool wrote") from error
    return value


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in the place of a file in one step; raises `OSError`."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
