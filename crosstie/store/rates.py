"""How often somebody asks, counted for all processes that serve a workspace: a small file that they share, so that no count costs a write to the database.

The file is a table of slots. A slot holds who (as a hash), the minute, and how many times in it. Two who fall into the same slot in the same minute push
each other out, which forgets a count and never invents one.
"""

from __future__ import annotations

import os
import struct
import threading
import time
from hashlib import blake2b
from pathlib import Path

from crosstie.errors import TooMany
from crosstie.store.durable import storing
from crosstie.store.lock import try_lock

_SLOT = struct.Struct("<QII")
_SLOTS = 4096
_WAIT, _STEP = 0.5, 0.0005


class Rates:
    """Counts by the minute, in a file of a workspace."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = threading.Lock()

    def count(self, who: str, most: int) -> int:
        """Note that somebody asks; how many times they still may in this minute. TooMany where they may not."""
        times = self._add(who, 1, most)
        if times > most:
            left = 60 - int(time.time() % 60)
            raise TooMany(f"more than {most} times in a minute", hint=f"Ask again in {left} seconds.")
        return most - times

    def forget(self, who: str) -> None:
        """Take back one count of this minute: it was none of those that are to be few."""
        self._add(who, -1, 0)

    def _add(self, who: str, more: int, most: int) -> int:
        """How many times in this minute, with this one; more than `most` are not written down."""
        minute = int(time.time() // 60)
        mark = int.from_bytes(blake2b(who.encode("utf-8", "replace"), digest_size=8).digest(), "little")
        # opened anew: who removes the file under a running server loses a minute's counts, and nothing else
        opened = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        with self._guard, storing(self.path), os.fdopen(os.open(self.path, opened, 0o600), "r+b", buffering=0) as stream:
            end = time.monotonic() + _WAIT
            while not try_lock(stream):
                if time.monotonic() > end:
                    return most  # whoever holds the file is stuck: better to answer than to be shut by it
                time.sleep(_STEP)
            stream.seek(mark % _SLOTS * _SLOT.size)
            held = stream.read(_SLOT.size)
            known, at, times = _SLOT.unpack(held) if len(held) == _SLOT.size else (0, 0, 0)
            times = max(0, times + more) if (known, at) == (mark, minute) else max(0, more)
            if more < 0 or times <= most:
                stream.seek(mark % _SLOTS * _SLOT.size)
                stream.write(_SLOT.pack(mark, minute, times))
        return times
