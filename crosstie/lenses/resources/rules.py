"""The rules of the field as data: measures on goods, goods to watch, ports. Read once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_DATA = Path(__file__).parent / "data"


@cache
def embargoes() -> dict[str, Any]:
    """Measures on goods with their dates, ports and States (data/embargoes.yaml)."""
    return _read("embargoes")


@cache
def goods() -> dict[str, Any]:
    """Goods that are watched, and how much a cubic metre of goods weighs (data/goods.yaml)."""
    return _read("goods")


@cache
def ports() -> list[dict[str, Any]]:
    """Ports with State and place (data/ports.yaml)."""
    found: list[dict[str, Any]] = _read("ports")["ports"]
    return found


def quoted(values: Iterable[str]) -> str:
    """Texts as a list in SQL."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in sorted(set(values)))


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((_DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return found
