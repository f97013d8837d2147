"""Names into the characters of the zone, and back into scripts.

ICAO Doc 9303-3, section 6. Into the zone a name may go in several ways (Ä as AE or A): all are given, the recommended one first. The way back is
sure only from Arabic, whose table is one to one; from Cyrillic several spellings may fit, and are given by how few letters they need.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice, product
from pathlib import Path
from typing import Any

import yaml

from crosstie.lenses.travel.mrz.checks import FILLER

_FILE = Path(__file__).parents[1] / "data" / "letters.yaml"
#: ways of writing one name that are given at most
MOST = 32
_ARABIC = re.compile(r"[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]")
#: vowel marks and the stretching of Arabic, which the zone leaves out
_UNWRITTEN = frozenset("\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0652\u0670")
_APOSTROPHES = frozenset("'’ʼ`´‘ʹʻʿʾ.")
_BREAKS = frozenset(" -–‐,/\u00a0\u200c")


@cache
def tables() -> dict[str, Any]:
    """The tables by script, as in data/letters.yaml."""
    found: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return found


@cache
def _letters(lang: str) -> dict[str, list[str]]:
    """Letter to zone, of all scripts, as the language has it."""
    found: dict[str, list[str]] = {}
    for table in tables().values():
        found |= table["letters"]
    other: dict[str, list[str]] = tables()["cyrillic"]["languages"].get(lang, {}).get("letters", {})
    return found | other


def zone_names(name: str, lang: str = "") -> list[str]:
    """The ways in which a name in any script may stand in a zone, words parted by one filler, the recommended way first; at most MOST.

    `lang` is the ISO 639-3 code of the language, where it is known: Ukrainian and Russian write one letter in two ways.
    """
    words = [list(islice(_word(word, lang), MOST)) for word in _words(name)]
    ways = (FILLER.join(parts) for parts in product(*(own for own in words if own)))
    return list(dict.fromkeys(islice((way for way in ways if way), MOST)))


def _words(name: str) -> list[str]:
    composed = unicodedata.normalize("NFKC", name).replace("ß", "ẞ").upper()
    return "".join(" " if letter in _BREAKS else "" if letter in _APOSTROPHES else letter for letter in composed).split()


def _word(word: str, lang: str) -> Iterator[str]:
    """The ways of one word: that of each letter first, then its alternatives."""
    arabic = bool(_ARABIC.search(word))
    first = tables()["cyrillic"]["languages"].get(lang, {}).get("first", {})
    ways: list[list[str]] = []
    letters = [letter for letter in word if letter not in _UNWRITTEN]
    pairs: Mapping[str, str] = tables()["greek"]["pairs"]
    at = 0
    while at < len(letters):
        letter, pair = letters[at], "".join(letters[at : at + 2])
        at += 1
        if pair in pairs:
            ways.append([pairs[pair]])
            at += 1
        elif arabic and letter == tables()["arabic"]["doubled"]:
            ways += ways[-1:]  # a doubled letter is written twice
        elif arabic and at == len(letters) and letter in tables()["arabic"]["last"]:
            ways.append([*tables()["arabic"]["last"][letter], *_letters(lang)[letter]])
        elif at == 1 and letter in first:
            ways.append([*first[letter], *_ways(letter, lang)])
        else:
            ways.append(_ways(letter, lang))
    for parts in product(*(own for own in ways if own)):
        yield "".join(parts)


def _ways(letter: str, lang: str) -> list[str]:
    if "A" <= letter <= "Z":
        return [letter]
    if known := _letters(lang).get(letter):
        return known
    bare = unicodedata.normalize("NFD", letter)[0].upper()
    if "A" <= bare <= "Z":
        return [bare]
    return _letters(lang).get(bare, [])


def scripts() -> tuple[str, ...]:
    """The scripts that a name may be turned back into."""
    return ("arabic", "cyrillic", "greek")


def from_zone(name: str, script: str, lang: str = "", most: int = 8) -> list[str]:
    """The likeliest spellings of a zone's name in a script, those of fewest letters first; [] where it cannot have come from that script."""
    table = tables()[script]["letters"]
    if script == "cyrillic":
        table = table | tables()[script]["languages"].get(lang, {}).get("letters", {})
    codes: dict[str, list[str]] = {}
    for letter, ways in table.items():
        for way in ways[:2]:
            if way:
                codes.setdefault(way, []).append(letter)
    for letter, ways in tables()[script].get("last", {}).items():
        codes.setdefault(ways[0], []).append(letter)
    words = [_back(word, codes, script, most) for word in name.replace(FILLER, " ").upper().split()]
    if not all(words):
        return []
    # the best spelling of every word first, then those that change one word
    ranked = sorted(islice(product(*(enumerate(word) for word in words)), 4_096), key=lambda parts: sum(rank for rank, _ in parts))
    return [" ".join(word.capitalize() for _, word in parts) for parts in ranked[:most]]


def _back(word: str, codes: Mapping[str, list[str]], script: str, most: int) -> list[str]:
    """Spellings of one word by the number of letters: a search that goes on from the shortest."""
    longest = max(map(len, codes))
    found: list[list[tuple[int, str]]] = [[] for _ in range(len(word) + 1)]
    found[0] = [(0, "")]
    for at in range(len(word)):
        for cost, text in sorted(found[at])[: most * 2]:
            for size in range(1, min(longest, len(word) - at) + 1):
                for rank, letter in enumerate(codes.get(word[at : at + size], ())):
                    found[at + size].append((cost + 10 + _oddness(letter, script, text[-1:]) + rank, text + letter))
    return [text for _, text in sorted(found[-1])[:most]]


def _oddness(letter: str, script: str, before: str) -> int:
    """Letters of few languages come after those of many; after a vowel Й is commoner than И."""
    if script == "cyrillic":
        if letter in "ИЙ":
            return 0 if (letter == "Й") == (before in set("АЕЁИОУЫЭЮЯІ")) else 6
        return 0 if letter in "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЯЮ" else 1 if letter in "ЫЭЩЙ" else 6
    return 0 if letter < "\u064b" else 4
