"""JSON of unknown honesty: one object per line, or one document that fits in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from crosstie.errors import DamagedFile, HostileFile
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.encoding import byte_order, clean
from crosstie.ingest.reader import Original

#: no entity of any list comes near
MAX_LINE = 32 << 20
#: a document that is one value must be held whole; what is bigger is published as lines
MAX_DOCUMENT = 256 << 20


def objects(original: Original, out: Emitter) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each object with the number of its line, from 1; empty lines are left out. A line that is no object becomes a reject.

    `out.place` is set to the line, without counting a record. HostileFile for a line without end, DamagedFile for a last line that is cut short.
    """
    line = b""
    number = 0
    for chunk in _text(original, out):
        pieces = (line + chunk).split(b"\n") if b"\n" in chunk else [line + chunk]
        line = pieces.pop()
        for piece in pieces:
            number += 1
            if (found := _object(piece, number, out)) is not None:
                yield number, found
        if len(line) > MAX_LINE:
            raise HostileFile(f"{original.name}: line {number + 1} is longer than {MAX_LINE >> 20} MiB")
    if line.strip():
        number += 1
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise DamagedFile(
                f"{original.name}: the file ends in the middle of line {number}; nothing of it was kept", hint="Fetch it again."
            ) from error
        out.place = f"line {number}"
        if isinstance(value, dict):
            yield number, value
        else:
            out.reject("not a JSON object", line[:300].decode("utf-8", "replace"))
    if not number:
        raise DamagedFile(f"{original.name}: the file is empty")


def is_lines(original: Original) -> bool:
    """Whether the first line is an object of its own and another follows."""
    with original.open() as stream:
        head = stream.read(1 << 20)
    first, found, rest = head.partition(b"\n")
    return bool(found) and first.strip(b"\xef\xbb\xbf \t\r").startswith(b"{") and first.rstrip().endswith(b"}") and bool(rest.strip())


def document(original: Original, out: Emitter) -> Any:
    """The value that the whole file is. HostileFile where it is too big to hold, DamagedFile where it is no JSON."""
    parts: list[bytes] = []
    size = 0
    for chunk in _text(original, out):
        parts.append(chunk)
        size += len(chunk)
        if size > MAX_DOCUMENT:
            raise HostileFile(
                f"{original.name}: one JSON value of more than {MAX_DOCUMENT >> 20} MiB", hint="Publish or convert it as JSON lines."
            )
    text = b"".join(parts)
    if not text.strip():
        raise DamagedFile(f"{original.name}: the file is empty")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise DamagedFile(f"{original.name}: not JSON: {error}", hint="Fetch the file again.") from error


def _text(original: Original, out: Emitter) -> Iterator[bytes]:
    with original.open() as stream:
        found, mark = byte_order(stream.read(4096))
    return clean(original, out, encoding=found or "utf-8", skip=mark)


def _object(line: bytes, number: int, out: Emitter) -> dict[str, Any] | None:
    if not line.strip():
        return None
    out.place = f"line {number}"
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        out.reject(f"not JSON: {error}", line[:300].decode("utf-8", "replace"))
        return None
    if not isinstance(value, dict):
        out.reject("not a JSON object", line[:300].decode("utf-8", "replace"))
        return None
    return value
