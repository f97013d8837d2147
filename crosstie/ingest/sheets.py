"""Sheets of workbooks (XLSX, XLS, ODS) as rows of text. Formulas are what they were last computed to be."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import reduce
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from crosstie.errors import DamagedFile, HostileFile, MappingError
from crosstie.ingest.archive import check
from crosstie.ingest.located import near

#: a sheet is held whole, with room for every cell up to the last, of 32 bytes each
MAX_CELLS = 32_000_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_CELL = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")


def is_workbook(path: Path) -> bool:
    """Whether the file is a workbook rather than text, by its first bytes."""
    with path.open("rb") as stream:
        return stream.read(4) in (_ZIP, _OLE)


def sheet_names(path: Path, name: str) -> tuple[str, ...]:
    """The names of the sheets of a workbook, in their order; DamagedFile where it cannot be opened."""
    with _opening(name):
        return tuple(CalamineWorkbook.from_path(str(path)).sheet_names)


def sheet_rows(path: Path, name: str, sheet: str | None) -> tuple[str | None, Iterator[list[str]]]:
    """The rows of a sheet (the first, unless named) as text, and the sheet's name where the workbook has several.

    DamagedFile where it cannot be opened, HostileFile where it unpacks without end, MappingError where there is no such sheet.
    """
    with _opening(name):
        if zipfile.is_zipfile(path):
            _check_extent(path, name, check(path, name))
        book = CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise MappingError(f"{name} has no sheet “{sheet}”; it has {', '.join(f'“{one}”' for one in names)}", hint=near(sheet, names))
        chosen = sheet if sheet is not None else names[0]
        rows = book.get_sheet_by_name(chosen).iter_rows()
    return chosen if len(names) > 1 else None, ([_text(cell) for cell in row] for row in rows)


@contextmanager
def _opening(name: str) -> Iterator[None]:
    """What goes wrong with a workbook, in plain words."""
    try:
        yield
    except PasswordError as error:
        raise DamagedFile(
            f"{name}: the workbook is locked with a password", hint="Save it without the password and add it again."
        ) from error
    except (CalamineError, zipfile.BadZipFile, zlib.error, EOFError, IndexError, OSError) as error:
        raise DamagedFile(f"{name}: the workbook cannot be opened: {error}", hint="Fetch the file again.") from error
    except BaseException as error:
        # calamine ends in a panic on some damaged workbooks, and its exception is none of Exception's
        if type(error).__name__ != "PanicException":
            raise
        raise DamagedFile(f"{name}: the workbook is damaged: {error}", hint="Fetch the file again.") from error


def _check_extent(path: Path, name: str, members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse a sheet of which one cell lies so far out that room for all cells before it would exhaust the memory."""
    with zipfile.ZipFile(path) as archive:
        for member in members:
            if not _SHEET.fullmatch(member.filename):
                continue
            last_row, rest = 0, b""
            columns: set[bytes] = {b""}
            with archive.open(member) as stream:
                while block := stream.read(1 << 20):
                    found = _CELL.findall(rest + block)
                    columns |= {column for column, _ in found}
                    last_row = max(last_row, *map(int, {row for _, row in found}), 0)
                    rest = block[-16:]
            widest: bytes = max(columns, key=lambda one: (len(one), one))
            width = reduce(lambda total, letter: total * 26 + letter - 64, widest, 0)
            if last_row * width > MAX_CELLS:
                raise HostileFile(
                    f"{name}: {member.filename} reaches to row {last_row:,} and column {width:,}, more than {MAX_CELLS:,} cells",
                    hint="Delete what stands far below or far right of the table, or save the table as CSV.",
                )


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(timespec="seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell) if isinstance(cell, (int, timedelta)) else ""
