"""Folders for work in progress that vanish with their process: at its end, or, if it was killed, when the next one comes by."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from crosstie.store.durable import make_folder, storing
from crosstie.store.lock import try_lock

_LOCK = ".lock"


class Scratch:
    """An empty folder of one's own inside `parent/.scratch`, as a context manager.

    A lock beside the folder tells the living from the dead: what a killed process left is swept when the next Scratch is made there.
    """

    def __init__(self, parent: Path) -> None:
        self._home = parent / ".scratch"
        with storing(self._home):
            make_folder(self._home)
            sweep(parent)
            self._lock, self._held = _claim(self._home)
            self.path = self._lock.with_suffix("")
            try:
                self.path.mkdir()
            except OSError:
                self.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder, if it is still here (a finished one was moved to its final place)."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._held.close()
        self._lock.unlink(missing_ok=True)


@contextmanager
def temporary(parent: Path | None) -> Iterator[Path]:
    """An empty folder that goes at the end: a Scratch of `parent`, or one in the system's place for temporary files."""
    if parent is not None:
        with Scratch(parent) as scratch:
            yield scratch.path
    else:
        with tempfile.TemporaryDirectory(prefix="crosstie-") as path:
            yield Path(path)


def sweep(parent: Path) -> int:
    """Remove what killed processes left in `parent/.scratch`; the number of folders removed."""
    swept = 0
    for lock in sorted((parent / ".scratch").glob(f"*{_LOCK}")):
        try:
            held = lock.open("r+b")
        except FileNotFoundError:  # its owner has just finished
            continue
        with held:
            if try_lock(held):
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                lock.unlink(missing_ok=True)
                swept += 1
    return swept


def _claim(home: Path) -> tuple[Path, BinaryIO]:
    while True:
        lock = home / f"{os.getpid()}-{secrets.token_hex(4)}{_LOCK}"
        held = lock.open("x+b")
        # a sweeper may have come between making the file and locking it, and taken it for a dead one
        if try_lock(held) and lock.exists():
            return lock, held
        held.close()
