"""Words of files in comparable form: heads of columns, labels, names of months and values, whatever their case, accents, signs and script."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_SIGNS = re.compile(r"[\W_]+")
#: letters that keyboards write in two ways, and signs that stand for a word
_SAME = str.maketrans({"№": "no", "º": "o", "°": "o", "ـ": None, "ی": "ي", "ى": "ي", "ې": "ي", "ک": "ك", "ۀ": "ه", "ة": "ه"})


@lru_cache(maxsize=100_000)
def plain(text: str) -> str:
    """Letters and figures alone, in small letters, without accents, space and signs; figures of every script as 0 to 9."""
    text = unicodedata.normalize("NFKD", text.translate(_SAME).casefold())
    return _SIGNS.sub("", figures("".join(sign for sign in text if not unicodedata.combining(sign))).translate(_SAME))


def figures(text: str) -> str:
    """A text with the figures of every script as 0 to 9."""
    return text if text.isascii() else "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


class Meanings:
    """Which of our own words a word of a file stands for, as a data file lists them: `stolen: [s, theft, vole, ...]`."""

    def __init__(self, listed: dict[str, Any]) -> None:
        self._own: dict[str, str] = {}
        for own, ways in listed.items():
            for way in (own, *(ways["words"] if isinstance(ways, dict) else ways)):
                self._own.setdefault(plain(str(way)), str(own))

    def __call__(self, written: str | None) -> str | None:
        """The word; None for one that is not in the data."""
        return self._own.get(plain(written)) if written else None


@lru_cache(maxsize=256)
def meanings(path: Path, *place: str) -> Meanings:
    """The meanings under a place of a data file."""
    listed: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    for key in place:
        listed = listed[key]
    return Meanings(listed)
