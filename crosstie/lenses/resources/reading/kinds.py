"""What cells of the field hold beside days and figures: areas, codes of goods, containers, ships, flows and periods; and the layouts of tables."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from crosstie.ingest.cells import Cells
from crosstie.ingest.emitter import cleaner
from crosstie.ingest.headings import Headings, vocabulary
from crosstie.ingest.words import figures
from crosstie.lenses.resources import codes

_DATA = Path(__file__).parents[1] / "data"
#: what weights, volumes and numbers of pieces are multiplied with to be kilograms, cubic metres and pieces
_MEASURES = {
    **dict.fromkeys(
        ("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "кг", "m3", "cbm", "pkg", "pkgs", "packages", "pcs", "ctns", "bags"), 1.0
    ),
    **dict.fromkeys(("t", "mt", "ton", "tons", "tonne", "tonnes"), 1000.0),
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


def layout(name: str) -> Headings:
    """The layout of that name, of data/layouts.yaml."""
    return vocabulary(_DATA / "layouts.yaml", name)


def cells() -> Cells:
    """How cells of the field are read."""
    kinds = {"container": _containers, "country": country, "area": area, "hs": codes.hs, "imo": imo, "period": _period, "flow": _flow}
    return Cells(kinds, {"hs": "code of the Harmonized System", "area": "State or area", "imo": "ship's number"}, _MEASURES)


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
    found: dict[str, Any] = yaml.safe_load((_DATA / "areas.yaml").read_text(encoding="utf-8"))
    return found


def _containers(text: str) -> str | None:
    """The container numbers of a cell, each once, a space between them."""
    parts = [codes.container(part) for part in re.split(r"[,;/|\n]+", text) if part.strip()]
    if len(parts) == 1 and len(parts[0]) > 11:
        parts = re.findall(r"[A-Z]{4}\d{7}", parts[0]) or parts
    return " ".join(dict.fromkeys(parts)) or None


def _period(text: str) -> str | None:
    """A year, month or quarter of statistics as ISO 8601: 2015, 201503, 2015-03."""
    match = re.fullmatch(r"((?:19|20)\d\d)[-/]?(0[1-9]|1[0-2]|52)?", figures(text))
    if match is None:
        return None
    return match[1] if match[2] in (None, "52") else f"{match[1]}-{match[2]}"


def _flow(text: str) -> str | None:
    return _FLOWS.get(text.strip().casefold())
