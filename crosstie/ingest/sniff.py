"""What a file is, told from its beginning, and which reader knows it."""

from __future__ import annotations

import csv
import re
import zipfile
import zlib
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import orjson

from crosstie.errors import DamagedFile, UnknownFormat, UsageError
from crosstie.ingest.archive import is_workbook
from crosstie.ingest.encoding import byte_order, declared
from crosstie.ingest.reader import Head, Particular, Reader
from crosstie.ingest.rows import delimiter_of
from crosstie.ingest.sheets import sheet_names, sheet_rows

HEAD = 1 << 16
ROWS = 20
#: one NUL in so many characters is a slip of some export, more are binary data
_NULS = 100
_ROOT = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>\s*)*<(?:([\w.-]+):)?([\w.-]+)([^>]*)", re.DOTALL)
_NUMBER_OR_DATE = re.compile(r"[\d\s.,:/+%-]+")


def sniff(path: Path, name: str) -> Head:
    """The beginning of a file, and what it looks like. Reads at most 64 KiB, of a workbook its first rows."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head.removeprefix(b"\xef\xbb\xbf").strip(b"\0 \t\r\n"):
        return Head(name, "empty", "")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(path, name)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _workbook(path, name)
    if head.startswith(b"\x1f\x8b"):
        return Head(name, "zip", "")
    return _text(name, decode(head))


def decode(head: bytes) -> str:
    """The beginning of a text as far as it can be decoded, without a byte order mark."""
    found, mark = byte_order(head)
    encoding = found or declared(head) or "utf-8"
    return head[mark:].decode(encoding, "replace")


def choose(head: Head, readers: Sequence[Reader], forced: str | None = None) -> Reader:
    """The reader of the file: the forced one, else the one that recognises it; UnknownFormat says what the file looks like."""
    if forced is not None:
        for reader in readers:
            if reader.name == forced:
                return reader
        known = ", ".join(sorted(reader.name for reader in readers))
        raise UsageError(f"no reader is called “{forced}”", hint=f"Known are {known}.")
    for reader in readers:
        if reader.recognises(head):
            return reader
    if head.media == "empty":
        raise DamagedFile(f"{head.name}: the file is empty")
    why = [said for reader in readers if isinstance(reader, Particular) and (said := reader.misfit(head))]
    detail = f"{head.name}: no reader knows it; it looks like {looks_like(head)}"
    raise UnknownFormat("; ".join((detail, *why)), hint="Correct the mapping, or the choice of file." if why else _hint(head))


def looks_like(head: Head) -> str:
    """What the file looks like, in words."""
    if head.media in ("csv", "xlsx"):
        kind = "a CSV table" if head.media == "csv" else "a workbook whose first sheet"
        width = len(head.columns) or max((len(row) for row in head.rows), default=0)
        first = head.columns or (head.rows[0] if head.rows else ())
        what = "" if head.columns else " without a header, first row"
        if len(head.sheets) > 1:
            kind = f"a workbook of the sheets {', '.join(head.sheets)}, whose first"
        return f"{kind}{' has' if head.media == 'xlsx' else ' with'} {width} columns{what}: {_some(first)}"
    if head.media == "xml":
        space = f" in the namespace {head.namespace}" if head.namespace else ""
        return f"XML with the document element <{head.root}>{space}" if head.root else f"XML beginning {_short(head.text)}"
    if head.media in ("json", "jsonl"):
        return f"{'JSON' if head.media == 'json' else 'JSON lines'}, beginning {_short(head.text)}"
    if head.media == "zip":
        return "an archive"
    return f"text beginning {_short(head.text)}" if head.text.isprintable() or "\n" in head.text[:2000] else "binary data"


def _hint(head: Head) -> str:
    if head.media in ("csv", "xlsx") and head.columns:
        from crosstie.ingest.skeleton import skeleton  # mappings stand on this module

        return f"Write a mapping and name it with --mapping FILE.yaml; to begin with:\n\n{skeleton(head, 'mine')}"
    if head.media == "zip":
        return "Unpack it, or add it as it is: the files inside are then added one by one."
    return "`crosstie sources --readers` lists the formats; --reader NAME forces one."


def _some(cells: Sequence[str]) -> str:
    shown = ", ".join(cell for cell in cells[:12] if cell)
    return shown + (", …" if len(cells) > 12 else "")


def _short(text: str) -> str:
    return "“" + " ".join(text[:80].split()) + "…”"


def _zip(path: Path, name: str) -> Head:
    try:
        if not is_workbook(path):
            return Head(name, "zip", "")
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError) as error:
        raise DamagedFile(f"{name}: the archive cannot be opened: {error}", hint="Fetch the file again.") from error
    return _workbook(path, name)


def _workbook(path: Path, name: str) -> Head:
    rows = tuple(tuple(cell.strip() for cell in row) for row in islice(sheet_rows(path, name, None)[1], ROWS))
    return Head(name, "xlsx", "", columns=header(rows), rows=rows, sheets=sheet_names(path, name))


def _text(name: str, text: str) -> Head:
    start = text.lstrip()
    if start.startswith("<"):
        match = _ROOT.match(text)
        if match:
            prefix, root, attributes = match.groups()
            space = re.search(rf"""\bxmlns{":" + re.escape(prefix) if prefix else ""}\s*=\s*["']([^"']*)["']""", attributes)
            return Head(name, "xml", text, root=root, namespace=space[1] if space else None)
        return Head(name, "xml", text)
    if start.startswith(("{", "[")):
        return Head(name, "jsonl" if _is_lines(start, name) else "json", text)
    rows = first_rows_of(text)
    if (
        rows
        and (max(len(row) for row in rows) > 1 or name.casefold().endswith((".csv", ".tsv")))
        and "\ufffd" * 20 not in text
        and text.count("\0") * _NULS < len(text)
    ):
        if re.match(r"\s*(---|[\w.-]+:\s)", text) and max(len(row) for row in rows) < 4:
            return Head(name, "yaml", text)
        return Head(name, "csv", text, columns=header(rows), rows=rows)
    if re.match(r"\s*(---|[\w.-]+:(\s|$))", text):
        return Head(name, "yaml", text)
    return Head(name, "unknown", text)


def first_rows_of(text: str) -> tuple[tuple[str, ...], ...]:
    """The first rows of a table in text."""
    lines = text.splitlines(keepends=True)
    whole = lines if len(text) < HEAD // 4 or len(lines) < 2 else lines[:-1]
    found: list[tuple[str, ...]] = []
    try:
        for row in csv.reader(whole, delimiter=delimiter_of(text)):
            if row:
                found.append(tuple(cell.strip() for cell in row))
            if len(found) >= ROWS:
                break
    except csv.Error:
        return ()
    return tuple(found)


def header(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The first row that looks like a header: as wide as any, no figures and no dates in it, no cell twice; () where none does."""
    widest = max((sum(1 for cell in row if cell) for row in rows), default=0)
    for row in rows[:10]:
        cells = [cell.strip() for cell in row]
        named = [cell for cell in cells if cell]
        if len(named) < 2 or len(named) * 2 < widest or len(set(named)) * 10 < len(named) * 9:
            continue
        if not any(_NUMBER_OR_DATE.fullmatch(cell) for cell in named):
            return tuple(cells)
    return ()


def _is_lines(text: str, name: str) -> bool:
    """Whether each line is a value of its own."""
    lines = text.splitlines()
    try:
        orjson.loads(lines[0])
    except orjson.JSONDecodeError:
        return name.casefold().endswith((".jsonl", ".ndjson"))
    return len(lines) > 1 or "jsonl" in name.casefold() or ".ftm." in name.casefold()
