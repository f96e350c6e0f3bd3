"""Files read by several processes beside this one, which live and end with it."""

import marshal
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, Pipe
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

from reconciler.edge.file_reader import File, FileRead, read_file
from reconciler.model.errors import ReconcilerError
from reconciler.model.source import Document, Entries, Raw, Source

Chunks: TypeAlias = Sequence[Sequence[File]]
End: TypeAlias = "Connection[Any, Any]"
"""One end of a pipe."""

CHUNK: Final = 200
"""How many files are handed over at a time."""

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What a person or a machine ends a run with."""

Parcel: TypeAlias = tuple[str, Raw, int]
"""A file on its way between two processes, as plain values: its text, its raw root, and its size in bytes."""


class Reader(NamedTuple):
    """A process that reads every so many chunks, by its number, and the end of the pipe where they come out."""

    process: int
    results: End


def read_in_processes(files: Sequence[File], max_bytes: int, count: int) -> Iterator[FileRead]:
    """Yield the outcome of each file, in order, as `read_file` gives it.

    Args:
        files: Path and name of each file.
        max_bytes: The size above which a file is refused.
        count: How many processes read. This one waits for them, and reads only what there is something to say
            about, because problems point into its source.

    Raises:
        ReconcilerError: A reading process ended before its work.
    """
    chunks = [files[begin : begin + CHUNK] for begin in range(0, len(files), CHUNK)]
    with readers_of(chunks, max_bytes, count) as readers:
        for number, chunk in enumerate(chunks):
            for (path, name), parcel in zip(chunk, receive(readers[number % count]), strict=True):
                yield unpack(name, parcel) if parcel else read_file(path, name, max_bytes)


@contextmanager
def readers_of(chunks: Chunks, max_bytes: int, count: int) -> Iterator[list[Reader]]:
    """Start the reading processes, and end them whatever becomes of this one."""
    readers: list[Reader] = []
    # They are born deaf to these signals: a Ctrl-C reaches all processes at once, and only this one answers it.
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        readers.extend(start(chunks[number::count], max_bytes) for number in range(count))
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)
        yield readers
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)
        for process, results in readers:
            results.close()
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def start(chunks: Chunks, max_bytes: int) -> Reader:
    """Start one process; it inherits the list of files instead of being sent it.

    A bare fork: what the library makes of one is waited for at the end of the program, deaf as it is.
    """
    results, sender = Pipe(duplex=False)
    process = os.fork()
    if not process:
        work(chunks, max_bytes, results, sender)
    sender.close()
    return Reader(process, results)


def work(chunks: Chunks, max_bytes: int, results: End, sender: End) -> NoReturn:
    """Read and send chunk by chunk, then leave, without a word in any case: the other end sees what is missing."""
    code = 1
    try:
        results.close()  # else this end would stay open, and the process would outlive the one that reads from it
        with suppress(BrokenPipeError):
            for chunk in chunks:
                sender.send_bytes(marshal.dumps([pack(read_file(path, name, max_bytes)) for path, name in chunk]))
            code = 0
    finally:
        os._exit(code)


def receive(reader: Reader) -> list[Parcel | None]:
    """Return the next chunk of a reader; raises `ReconcilerError` where it is gone."""
    try:
        parcels: list[Parcel | None] = marshal.loads(reader.results.recv_bytes())  # noqa: S302  sent by ourselves
    except (EOFError, OSError) as error:
        raise ReconcilerError(
            "a process that reads the files ended before its work was done",
            "the tree is not known whole, so nothing was done; is there enough memory? then run it again",
        ) from error
    return parcels


def pack(read: FileRead) -> Parcel | None:
    """Return a file as plain values; None where there is something to say about it."""
    document, problems, size = read
    return (document.source.text, document.root.raw, size) if document and not problems else None


def unpack(name: str, parcel: Parcel) -> FileRead:
    """Return the file of that name, equal to what was packed."""
    text, raw, size = parcel
    source = Source(name, text)
    return FileRead(Document(source, Entries(source, raw)), (), size)
