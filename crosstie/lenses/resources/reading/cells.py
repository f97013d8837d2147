"""Cells of recognised columns, cleaned a column at a time; what cannot be used is told with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import yaml

from crosstie.ingest.columns import Texts, by_unique, dates, plain_numbers, squeeze, tidy
from crosstie.ingest.emitter import cleaner
from crosstie.lenses.resources import codes
from crosstie.lenses.resources.reading import calendars
from crosstie.lenses.resources.reading.headings import Column

pc: Any = pyarrow.compute
_AREAS = Path(__file__).parents[1] / "data" / "areas.yaml"
_NONE: Any = pa.scalar(None, pa.string())
#: figures that can be read one way only
_POINT = r"^[+-]?(\d+\.(\d{1,2}|\d{4,})|\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,})$|^[+-]?(\d{4,}|0)\.\d+$"
_COMMA = r"^[+-]?(\d+,(\d{1,2}|\d{4,})|\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,})$|^[+-]?(\d{4,}|0),\d+$"
_MEASURE = re.compile(
    r"([-+\d.,' \u00a0]+?)\s*(kgs?|kilos?|kilograms?|кг|t|mt|tons?|tonnes?|lbs?|m3|cbm|g|pkgs?|packages|pcs|ctns|bags)\.?", re.IGNORECASE
)
_TIMES = {
    "t": 1000.0,
    "mt": 1000.0,
    "ton": 1000.0,
    "tons": 1000.0,
    "tonne": 1000.0,
    "tonnes": 1000.0,
    "lb": 0.45359237,
    "lbs": 0.45359237,
    "g": 0.001,
}
_FLOWS = {
    "m": "import", "import": "import", "imports": "import", "1": "import", "x": "export", "export": "export", "exports": "export", "2": "export",
    "rx": "re-export", "re-export": "re-export", "re-exports": "re-export", "3": "re-export",
    "rm": "re-import", "re-import": "re-import", "re-imports": "re-import", "4": "re-import",
    "dx": "export", "fm": "import",
}  # fmt: skip


class Cells:
    """The cells of one file's recognised columns; what a column's first cells settle (decimal mark, order of day and month) holds to its end."""

    def __init__(self) -> None:
        self._decimal: dict[str, str] = {}
        self._month_first: dict[str, bool] = {}

    def clean(self, column: Column, cells: Texts) -> tuple[Texts, list[tuple[str, Texts]]]:
        """The values of a column, and for each reason of refusal which cells it met. Empty cells are null and refused by nobody."""
        cells = tidy(cells)
        kind = column.field.kind
        if kind in ("number", "count", "degrees"):
            return self._numbers(column, cells)
        if kind == "date":
            return self._dates(column, cells)
        change = _KINDS.get(kind)
        if change is None and kind != "time":
            return squeeze(cells), []
        found = by_unique(cells, change) if change is not None else _times(cells)
        wrong = pc.and_(pc.is_valid(cells), pc.is_null(found))
        return tidy(found), [(f"not a {_WORDS.get(kind, kind)} for {column.field.name}", wrong)]

    def _numbers(self, column: Column, cells: Texts) -> tuple[Texts, list[tuple[str, Texts]]]:
        field, cells = column.field, _western(cells)
        mark = self._mark(column.heading, cells) if field.kind != "degrees" else "."
        found = pc.cast(plain_numbers(cells, mark), pa.float64())
        missed = pc.and_(pc.is_valid(cells), pc.is_null(found))
        if pc.any(missed).as_py():
            slow = by_unique(pc.if_else(missed, cells, _NONE), lambda text: measure(text, mark))
            found = pc.coalesce(found, pc.cast(slow, pa.float64()))
        if column.times != 1.0:
            found = pc.multiply(found, column.times)
        reasons = [(f"not a number for {field.name}", pc.and_(pc.is_valid(cells), pc.is_null(found)))]
        if field.kind != "degrees":
            reasons.append((f"a negative {field.name}", pc.less(found, 0.0)))
        if field.most is not None:
            reasons.append((f"an absurd {field.name}", pc.greater(pc.abs(found), field.most)))
        for _, which in reasons[1:]:
            found = pc.if_else(pc.fill_null(which, False), pa.scalar(None, pa.float64()), found)
        if field.kind == "count":
            found = pc.cast(pc.round(found), pa.int64())
        return found, reasons

    def _mark(self, heading: str, cells: Texts) -> str:
        """The decimal mark of a column: what its figures that can be read one way only say; a point until one does."""
        if heading not in self._decimal:
            points, commas = (int(pc.sum(pc.match_substring_regex(cells, pattern)).as_py() or 0) for pattern in (_POINT, _COMMA))
            if not points and not commas:
                return "."
            self._decimal[heading] = "," if commas > points else "."
        return self._decimal[heading]

    def _dates(self, column: Column, cells: Texts) -> tuple[Texts, list[tuple[str, Texts]]]:
        cells = _western(cells)
        if column.heading not in self._month_first:
            self._month_first[column.heading] = calendars.month_first(pc.unique(cells).drop_null().to_pylist())
        first = self._month_first[column.heading]
        found = by_unique(cells, lambda text: calendars.day(text, first))
        return found, [(f"not a date for {column.field.name}", pc.and_(pc.is_valid(cells), pc.is_null(found)))]


@lru_cache(maxsize=100_000)
def measure(text: str, mark: str = ".") -> str | None:
    """A figure with its measure beside it (“12.500 kgs”, “3 t”) as a figure in kilograms, cubic metres or pieces; None for what is none."""
    match = _MEASURE.fullmatch(text.strip())
    if match is None:
        return None
    plain = plain_numbers(pa.array([match[1].strip()]), mark)[0].as_py()
    return None if plain is None else repr(float(plain) * _TIMES.get(match[2].casefold(), 1.0))


def area(text: str) -> str | None:
    """The letters of a State or customs area: from its number in trade statistics, its letters or its name; "" for sums such as the world."""
    if text.isdigit():
        return "" if text.zfill(3) in _table()["groups"] else _areas().get(text.zfill(3))
    if text.upper() in ("W00", "WLD", "WORLD", "XX", "XV", "ZZ", "_X"):
        return text.lower() if text.upper() in ("XX", "XV", "ZZ") else ""
    return country(text) or _table()["letters"].get(text.strip().casefold())


def country(text: str) -> str | None:
    """The letters of a State, from its letters, number or name."""
    return _areas().get(text.zfill(3)) if text.isdigit() else cleaner("Thing", "country")(text) or None


def imo(text: str) -> str | None:
    """A ship's number as `IMO` and seven figures; the check digit is not looked at here."""
    figures = re.sub(r"\D", "", text)
    return f"IMO{figures}" if len(figures) == 7 else None


def _areas() -> dict[str, str]:
    found: dict[str, str] = _table()["codes"]
    return found


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_AREAS.read_text(encoding="utf-8"))
    return found


def _code(text: str) -> str | None:
    return " ".join(text.upper().split())


def _containers(text: str) -> str | None:
    """The container numbers of a cell, each once, a space between them."""
    parts = [codes.container(part) for part in re.split(r"[,;/|\n]+", text) if part.strip()]
    if len(parts) == 1 and len(parts[0]) > 11:
        parts = re.findall(r"[A-Z]{4}\d{7}", parts[0]) or parts
    return " ".join(dict.fromkeys(parts)) or None


def _currency(text: str) -> str | None:
    found = text.strip().upper()
    return found if re.fullmatch(r"[A-Z]{3}", found) else None


def _period(text: str) -> str | None:
    """A year, month or quarter of statistics as ISO 8601: 2015, 201503, 2015-03."""
    match = re.fullmatch(r"((?:19|20)\d\d)[-/]?(0[1-9]|1[0-2]|52)?", text.translate(calendars.FIGURES))
    if match is None:
        return None
    return match[1] if match[2] in (None, "52") else f"{match[1]}-{match[2]}"


def _western(cells: Texts) -> Texts:
    """Figures of other scripts as 0 to 9."""
    return cells if _ascii(cells) else by_unique(cells, lambda text: text.translate(calendars.FIGURES))


def _ascii(cells: Texts) -> bool:
    return bool(pc.all(pc.string_is_ascii(cells), min_count=0).as_py())


def _times(cells: Texts) -> Texts:
    """Moments to the second, the letter of Greenwich and fractions left off; null for what is none."""
    return dates(pc.replace_substring_regex(pc.replace_substring(cells, "/", "-"), r"(\.\d+)?(Z|\+00:?00)?$", ""))


_KINDS: dict[str, Callable[[str], str | None]] = {
    "code": _code, "container": _containers, "country": country, "area": area, "hs": codes.hs, "imo": imo, "currency": _currency, "period": _period,
    "flow": lambda text: _FLOWS.get(text.strip().casefold()),
}  # fmt: skip
_WORDS = {
    "hs": "code of the Harmonized System",
    "country": "State",
    "area": "State or area",
    "imo": "ship's number",
    "code": "code",
    "time": "moment",
}
