"""The first rows of a workbook."""

from __future__ import annotations

from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from crosstie.errors import DamagedFile


def first_rows(path: Path, name: str, count: int) -> tuple[tuple[str, ...], ...]:
    """The first rows of the first sheet, as text; DamagedFile where the workbook cannot be opened."""
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            if not book.sheet_names:
                return ()
            found = book.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=count)
    except (CalamineError, OSError) as error:
        raise DamagedFile(f"{name}: the workbook cannot be opened: {error}") from error
    return tuple(tuple("" if cell is None else str(cell).strip() for cell in row) for row in found)
