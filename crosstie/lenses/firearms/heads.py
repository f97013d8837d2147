"""The words of the field: which column of a table, or key of a JSON object, names which field of a record, and what the words in its cells stand for."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from crosstie.ingest.headings import Headings
from crosstie.ingest.headings import vocabulary as headings_of
from crosstie.ingest.words import meanings
from crosstie.lenses.firearms.marks import DATA


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """A data file of the lens."""
    found: dict[str, Any] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def fields() -> Headings:
    """The heads of all tables of the field."""
    return headings_of(DATA / "columns.yaml")


@cache
def asking(*asks: tuple[str, ...]) -> Headings:
    """The same, for a kind of table that must have a column of each group."""
    return fields().only(*fields().fields, asks=asks)


def word(of: str, written: str | None) -> str | None:
    """What a word of a file stands for, of `events`, `answers` or `roles`; None for one that is not in the data."""
    return meanings(DATA / "events.yaml", of)(written)
