"""What payments are for, as far as their purpose or channel says so in one of six languages."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).parent / "data" / "purposes.yaml"
_NO_SPACES = "zh"


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    found = yaml.safe_load(_FILE.read_text(encoding="utf-8"))["purposes"]
    return {
        kind: re.compile("|".join(_word(word, lang) for lang, words in sorted(said.items()) for word in words))
        for kind, said in found.items()
    }


def _word(word: str, lang: str) -> str:
    if lang == _NO_SPACES:
        return re.escape(word)
    stem = re.escape(word.removesuffix("*").casefold())
    return rf"(?<!\w){stem}" if word.endswith("*") else rf"(?<!\w){stem}(?!\w)"


@cache
def kinds(text: str) -> frozenset[str]:
    """The kinds that a text speaks of: travel, equipment, loan, wages, gift, cash, ransom."""
    said = text.casefold()
    return frozenset(kind for kind, pattern in _patterns().items() if pattern.search(said))
