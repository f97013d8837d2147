"""Sheets of workbooks (XLSX, XLS, ODS) as rows of text. Formulas are what they were last computed to be."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from crosstie.errors import DamagedFile, MappingError
from crosstie.ingest.archive import check
from crosstie.ingest.located import near

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def is_workbook(path: Path) -> bool:
    """Whether the file is a workbook rather than text, by its first bytes."""
    with path.open("rb") as stream:
        return stream.read(4) in (_ZIP, _OLE)


def sheet_rows(path: Path, name: str, sheet: str | None) -> tuple[str | None, Iterator[list[str]]]:
    """The rows of a sheet (the first, unless named) as text, and the sheet's name where the workbook has several.

    DamagedFile where it cannot be opened, HostileFile where it unpacks without end, MappingError where there is no such sheet.
    """
    try:
        if zipfile.is_zipfile(path):
            check(path, name)
        book = CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise MappingError(f"{name} has no sheet “{sheet}”; it has {', '.join(f'“{one}”' for one in names)}", hint=near(sheet, names))
        chosen = sheet if sheet is not None else names[0]
        rows = book.get_sheet_by_name(chosen).iter_rows()
    except PasswordError as error:
        raise DamagedFile(f"{name}: the workbook is locked with a password", hint="Save it without the password and add it again.") from error
    except (CalamineError, zipfile.BadZipFile, IndexError, OSError) as error:
        raise DamagedFile(f"{name}: the workbook cannot be opened: {error}") from error
    return chosen if len(names) > 1 else None, ([_text(cell) for cell in row] for row in rows)


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
