"""Arrays in one file that is mapped into memory, not read: opening costs the same for a hundred names and for a hundred million.

A line of JSON says where each array lies, then come the arrays, each at a multiple of 64 bytes. The same arrays give the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from crosstie.errors import IntegrityError
from crosstie.store.fingerprint import fingerprint

MAGIC = b"crosstie arrays 1\n"
_ALIGNED = 64
_PIECE = 1 << 24


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any]) -> None:
    """Write arrays of one dimension, and what is to be known of them, as plain data, to a file."""
    layout: dict[str, list[Any]] = {}
    at = 0
    for name, array in arrays.items():
        at += -at % _ALIGNED
        layout[name] = [array.dtype.newbyteorder("<").str, len(array), at]
        at += array.nbytes
    content = {"about": dict(about), "arrays": layout, "bytes": at}
    head = MAGIC + orjson.dumps({**content, "seal": fingerprint(content)}, option=orjson.OPT_SORT_KEYS) + b"\n"
    with path.open("wb") as out:
        out.write(head + b"\0" * (-len(head) % _ALIGNED))
        start = out.tell()
        for name, array in arrays.items():
            out.write(b"\0" * (start + layout[name][2] - out.tell()))
            flat = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
            for piece in range(0, len(flat), _PIECE):
                out.write(flat[piece : piece + _PIECE].data)
        out.flush()
        os.fsync(out.fileno())


def map_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The arrays of a file, read only, and what is to be known of them; IntegrityError where the file is none, or cut short."""
    hint = "`crosstie build --force` makes a new one."
    try:
        with path.open("rb") as stream:
            head = stream.readline() + stream.readline(1 << 20)
            size = os.fstat(stream.fileno()).st_size
        content = orjson.loads(head.removeprefix(MAGIC))
        seal = content.pop("seal")
        if not head.startswith(MAGIC) or seal != fingerprint(content):
            raise ValueError("its first lines were changed")
        start = len(head) + -len(head) % _ALIGNED
        if size != start + content["bytes"]:
            raise ValueError(f"it has {size:,} bytes instead of {start + content['bytes']:,}")
        whole = np.memmap(path, np.uint8, "r", offset=0) if size > start else np.zeros(size, np.uint8)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(f"{path} cannot be read: {error}", hint=hint) from error
    plain = np.asarray(whole)
    found = {
        name: plain[start + at : start + at + length * np.dtype(kind).itemsize].view(kind)
        for name, (kind, length, at) in content["arrays"].items()
    }
    return found, content["about"]


class Texts:
    """Many texts end to end: a list of strings that can be mapped."""

    def __init__(self, data: NDArray[np.uint8], start: NDArray[np.int64]) -> None:
        self.data, self.start = data, start

    @classmethod
    def of(cls, texts: list[str]) -> Texts:
        """The texts as arrays."""
        encoded = [text.encode("utf-8", "replace") for text in texts]
        start = np.zeros(len(encoded) + 1, np.int64)
        start[1:] = np.cumsum([len(one) for one in encoded])
        return cls(np.frombuffer(b"".join(encoded), np.uint8), start)

    def __len__(self) -> int:
        return len(self.start) - 1

    def __getitem__(self, number: int) -> str:
        return self.data[self.start[number] : self.start[number + 1]].tobytes().decode("utf-8", "replace")
