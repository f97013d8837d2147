"""Sums of what files hold, so that a damaged one is told from a whole one at the speed at which memory is read."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit, uint64

_CHUNK = 1 << 23
#: Files are read by so many at a time.
_READERS = 2


def sums_of(files: Sequence[Path]) -> list[str]:
    """The sum of each file, in hex: another one where any of its 8-byte words is another, or it is longer or shorter (after FNV-1a, in four lanes of words)."""
    with ThreadPoolExecutor(_READERS) as readers:
        return list(readers.map(_sum, files))


def _sum(file: Path) -> str:
    state = np.full(4, 14695981039346656037, np.uint64)
    words = np.zeros(_CHUNK // 8, np.uint64)
    read = words.view(np.uint8)
    size = 0
    with file.open("rb", buffering=0) as stream:
        while True:
            count = 0
            while count < _CHUNK and (more := stream.readinto(read[count:].data)):
                count += more
            if not count:
                return "".join(f"{lane:016x}" for lane in (*state.tolist(), size))
            size += count
            read[count : -(-count // 32) * 32] = 0
            _add(state, words[: -(-count // 32) * 4])


@njit(cache=True, nogil=True)
def _add(state: Any, words: Any) -> None:
    """Four words at a time; each step can be undone where the word is known, so two that differ in one word differ for good."""
    a, b, c, d = state[0], state[1], state[2], state[3]
    prime, half = uint64(1099511628211), uint64(32)
    for k in range(0, len(words), 4):
        a = (a ^ words[k]) * prime
        a ^= a >> half
        b = (b ^ words[k + 1]) * prime
        b ^= b >> half
        c = (c ^ words[k + 2]) * prime
        c ^= c >> half
        d = (d ^ words[k + 3]) * prime
        d ^= d >> half
    state[0], state[1], state[2], state[3] = a, b, c, d
