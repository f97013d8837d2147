"""What a text file is, judged by all of it before a row is read: encoding, soundness, lines and quotes that end."""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from pathlib import Path

from crosstie.errors import DamagedFile, HostileFile
from crosstie.ingest.encoding import byte_order

#: a row longer than this is no row of a table
MAX_ROW = 8 << 20
_TAIL = 8 << 20
#: what no table holds, besides the old end mark of text files
_CONTROL = bytes(code for code in range(32) if code not in (9, 10, 13, 26))


@dataclass(frozen=True, slots=True)
class Text:
    """What a text file is: its encoding, the length of its byte order mark, whether it is sound UTF-8, and whether its quotes do not pair."""

    encoding: str
    mark: int
    sound: bool
    open_quotes: bool


def survey(path: Path, name: str) -> Text:
    """What a text file is, judged by all of it. HostileFile for a line without end, DamagedFile for an empty file."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    bad = good = run = quotes = control = 0
    with path.open("rb") as raw:
        found, mark = byte_order(raw.read(4096))
        raw.seek(0)
        while block := raw.read(1 << 20):
            run = _run(block, run, name)
            quotes += block.count(b'"')
            control += len(block) - len(block.translate(None, _CONTROL))
            if found in (None, "utf-8") and not (block.isascii() and not decoder.getstate()[0]):
                text = decoder.decode(block)
                wrong = text.count("\ufffd")
                bad += wrong
                good += len(text) - len(text.encode("ascii", "ignore")) - wrong
        if not raw.tell():
            raise DamagedFile(f"{name} is empty")
    if found not in (None, "utf-8"):
        return Text(str(found), mark, False, quotes % 2 == 1)
    return Text("cp1252" if bad and good <= bad else "utf-8", mark, not bad and not control, quotes % 2 == 1)


def ends_open(path: Path, encoding: str, delimiter: str) -> bool:
    """Whether a file whose quotes do not pair ends inside a quotation; a stray quote inside a cell leaves it unpaired too."""
    with path.open("rb") as raw:
        raw.seek(max(0, raw.seek(0, 2) - _TAIL))
        lines = raw.read().decode(encoding, "ignore").splitlines(keepends=True)
    last = next((number for number in range(len(lines) - 1, -1, -1) if lines[number].count('"') % 2), 0)
    try:
        list(csv.reader(lines[last:], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _run(block: bytes, run: int, name: str) -> int:
    """Bytes since the last end of a line."""
    ends = b"\n" if b"\n" in block else b"\r"
    first, last = block.find(ends), block.rfind(ends)
    if run + (first if first >= 0 else len(block)) > MAX_ROW:
        raise HostileFile(f"{name} has a line of more than {MAX_ROW >> 20} MiB: it is no table")
    return len(block) - last - 1 if last >= 0 else run + len(block)
