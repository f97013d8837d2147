"""Cutting a narrative into sentences, and telling its language: by rules that hold for notes on lists, where grammar is scarce."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from crosstie.link.phrases import Words

DATA = Path(__file__).parent / "data"
#: characters of the longest sentence; a longer one is cut between words
LONGEST = 4_000
LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
_BREAK = re.compile(r"[.!?](?=[\s”\"’)]|[A-ZÀ-Þ][a-zà-ÿ])[”\"’)]*|[。！？؟]|;(?=\s)|\n\s*\n|\s\|\s")
#: a full stop after one of these, or after a single letter, ends no sentence
_SHORT = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|prof|gen|col|lt|capt|maj|st|no|nos|art|approx|ca|vs|inc|ltd|co|corp|a\.k\.a|f\.k\.a|e\.g|i\.e|etc|al|vol|para|paras"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|núm|sr|sra|mme|cf|т|г|им)|\b\w)$",
    re.IGNORECASE,
)
_CODES = {"eng": "en", "fra": "fr", "fre": "fr", "spa": "es", "ara": "ar", "rus": "ru", "zho": "zh", "chi": "zh"}
_SCRIPTS = (("zh", "\u3400", "\u9fff"), ("ar", "\u0600", "\u06ff"), ("ru", "\u0400", "\u04ff"))


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, without the space around it. Line breaks end no sentence: lists break lines anywhere."""
    start = 0
    for match in _BREAK.finditer(text):
        if match.group().startswith(".") and _SHORT.search(text, max(0, match.start() - 8), match.start()):
            continue
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:  # a list without full stops, or a hostile text
        cut = text.rfind(" ", start + 1, start + LONGEST)
        cut = start + LONGEST if cut < 0 else cut
        yield from _trimmed(text, start, cut)
        start = cut
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def language(words: Words, stated: str | None) -> str:
    """The language of a sentence: by its script, then as the source states it, then by its commonest words; English where nothing tells."""
    letters = "".join(forms[0][0] for forms in words.forms)
    for lang, low, high in _SCRIPTS:
        if 2 * sum(low <= letter <= high for letter in letters) > len(letters):
            return lang
    known = _CODES.get(stated or "", stated)
    if known in ("en", "fr", "es"):
        return known
    counts = {lang: sum(forms[0] in common for forms in words.forms) for lang, common in _common().items()}
    return max(counts, key=lambda lang: (counts[lang], lang == "en"))


@cache
def _common() -> dict[str, frozenset[str]]:
    found: dict[str, Any] = yaml.safe_load((DATA / "scopes.yaml").read_text(encoding="utf-8"))
    return {lang: frozenset(found[lang]["common"]) for lang in ("en", "fr", "es")}
