"""Time that stands still until somebody sleeps, for several processes and the simulator at once."""

import mmap
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.stage import BEGIN, VirtualClock

SECONDS: Final = struct.Struct("d")


class SharedClock(VirtualClock):
    """A `VirtualClock` whose seconds stand in a file that every process maps.

    Args:
        path: The file; it begins at the time of the tests where it is new.
        waiting: Is called before each wait.
    """

    __slots__ = ("memory", "waiting")

    def __init__(self, path: Path, waiting: Callable[[], None] = lambda: None) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        new = os.fstat(handle).st_size == 0
        os.ftruncate(handle, SECONDS.size)
        self.memory, self.waiting = mmap.mmap(handle, SECONDS.size), waiting
        os.close(handle)
        if new:
            self.seconds = BEGIN.timestamp()

    @property
    def seconds(self) -> float:
        """Seconds since the epoch."""
        return float(SECONDS.unpack_from(self.memory)[0])

    @seconds.setter
    def seconds(self, seconds: float) -> None:
        SECONDS.pack_into(self.memory, 0, seconds)

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.waiting()
        self.seconds += max(0.0, seconds)
