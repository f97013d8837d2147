"""One writer at a time: locks that the system frees when their holder dies, however it dies."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from crosstie.errors import Busy
from crosstie.store.durable import storing

_STEP = 0.05

if sys.platform == "win32":
    import msvcrt

    _PLACE = 1 << 30  # a locked byte cannot be read on Windows: lock one that holds nothing

    def try_lock(stream: BinaryIO) -> bool:
        """Lock the open file for this handle; False where another holds it."""
        stream.seek(_PLACE)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            stream.seek(0)
        return True
else:
    import fcntl

    def try_lock(stream: BinaryIO) -> bool:
        """Lock the open file for this handle; False where another holds it."""
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class WriteLock:
    """The right to write in a workspace, as a context manager.

    Waits up to `wait` seconds for another writer, then raises Busy with the process that holds the lock and what it does.
    """

    def __init__(self, path: Path, wait: float = 10.0, doing: str = "writing") -> None:
        self.path = path
        self.wait = wait
        self.doing = doing
        self._stream: BinaryIO | None = None

    def __enter__(self) -> Self:
        with storing(self.path):
            stream = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644), "r+b", buffering=0)
        try:
            self._acquire(stream)
            with storing(self.path):
                stream.truncate(0)
                stream.write(json.dumps({"pid": os.getpid(), "doing": self.doing}).encode())
        except BaseException:
            stream.close()
            raise
        self._stream = stream
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _acquire(self, stream: BinaryIO) -> None:
        end = time.monotonic() + self.wait
        while not try_lock(stream):
            if time.monotonic() >= end:
                raise Busy(f"{self.path.parent}: {self._holder()}", hint="Wait until it is done, or set `wait` higher (seconds).")
            time.sleep(_STEP)

    def _holder(self) -> str:
        try:
            held = json.loads(self.path.read_bytes())
            return f"process {held['pid']} is writing here ({held['doing']}); waited {self.wait:g} s for it"
        except (OSError, ValueError, KeyError, TypeError):  # between taking the lock and saying so
            return f"another process is writing here; waited {self.wait:g} s for it"
