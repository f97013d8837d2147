"""Which column of a table, or key of a JSON object, names which field of a firearm record."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

import yaml

from crosstie.lenses.firearms.marks import DATA

_SIGNS = re.compile(r"[^\w]+|_")


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """A data file of the lens."""
    found: dict[str, Any] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def plain(text: str) -> str:
    """Letters and figures in small letters, without accents: what heads and words are compared by."""
    text = unicodedata.normalize("NFKD", text.casefold())
    return _SIGNS.sub("", "".join(sign for sign in text if not unicodedata.combining(sign)))


@cache
def _fields() -> dict[str, str]:
    return {plain(str(name)): field for field, names in vocabulary("columns")["fields"].items() for name in (field, *names)}


def field(head: str) -> str | None:
    """The field that a head names."""
    return _fields().get(plain(head))


def heads(columns: Iterable[str]) -> dict[str, str]:
    """The column of each field; where two name one field, the first."""
    found: dict[str, str] = {}
    for column in columns:
        name = field(column)
        if name is not None:
            found.setdefault(name, column)
    return found


@cache
def words(of: str) -> dict[str, str]:
    """Words of files to our own, for `events`, `answers` or `roles`."""
    return {plain(str(word)): name for name, entry in vocabulary("events")[of].items() for word in (name, *entry["words"])}


def word(of: str, written: str | None) -> str | None:
    """What a word stands for; None for one that is not in the data."""
    return words(of).get(plain(written)) if written else None
