"""Legal forms of organisations (Ltd, GmbH, ООО), set aside in a generic spelling; rigour knows them, and is asked only where one can be."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

_WORDS = re.compile(r"[^\W_]+")
_DOTTED = re.compile(r"\w\.\s?\w\b")
_ARTICLES = ("the ", "la ", "le ")


@cache
def telling_words() -> frozenset[str]:
    """Words of which each legal form has one (data/legal_words.txt, made by bench/train_names.py from rigour's list)."""
    return frozenset((Path(__file__).parent / "data" / "legal_words.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=100_000)
def without_legal_form(plain: str) -> tuple[str, str]:
    """The name without "Ltd", "GmbH", "ООО", and that form in a generic spelling."""
    rest, form = plain, ""
    lower = plain.casefold()
    if not telling_words().isdisjoint(_WORDS.findall(lower)) or _DOTTED.search(lower):
        from rigour.names import extract_org_types, remove_org_types

        found = extract_org_types(lower, generic=True)
        if found:
            rest, form = remove_org_types(lower), found[0][1]
    while rest.lower().lstrip().startswith(_ARTICLES):
        rest = rest.lstrip().partition(" ")[2]
    if not any(letter.isalnum() for letter in rest):
        return plain, ""
    return rest, form
