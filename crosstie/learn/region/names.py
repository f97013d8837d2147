"""Names of invented people: drawn with the skew of real ones, and spelt as different offices would spell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import icu
import numpy as np
import pyarrow as pa
import pyarrow.compute
import yaml

#: pyarrow.compute without its stubs, which know no arrays of unknown type
pc: Any = pyarrow.compute
#: an Arrow array of texts
Texts = Any
DATA = Path(__file__).parents[1] / "data"
Ints = np.ndarray[Any, np.dtype[np.int64]]
#: How steeply names thin out from the common to the rare: weight = rank ** -SKEW. Real first names lie near 0.9.
SKEW = 0.9
NONE = -1
#: Rare names of each culture, made of the common ones: on real lists every third word of a name is borne by one person only.
_RARE_GIVEN, _RARE_FAMILY = 600, 2_500
_VOWELS = frozenset("aeiouyáéíóúàâêèëïôöüū")


@dataclass(frozen=True, slots=True)
class Culture:
    """The words of one culture as numbers of tokens, and how a full name is put together of them."""

    name: str
    script: str
    male: Ints
    female: Ints
    family: Ints
    feminine: Ints
    middle: str
    family_first: bool


class NameBook:
    """Every word of every name: a token is a number, its spellings are in columns, one per script and variant."""

    def __init__(self) -> None:
        self.variants: list[tuple[str, ...]] = []
        self.native: list[str | None] = []
        self.scripts: list[str] = []
        entries = yaml.safe_load((DATA / "names.yaml").read_text(encoding="utf-8"))
        self.cultures = {name: self._culture(name, entry) for name, entry in entries.items()}
        self.order = list(self.cultures)
        widest = max(len(one) for one in self.variants)
        self.count = np.array([len(one) for one in self.variants])
        #: spelling k of every token, the first one where there is no k-th
        self.latin: list[Texts] = [pa.array([one[k] if k < len(one) else one[0] for one in self.variants]) for k in range(widest)]

    def _culture(self, name: str, entry: dict[str, Any]) -> Culture:
        script = entry["script"]
        if "syllables" in entry:
            male = self._tokens(_pairs(_words(entry["syllables"])), script)
        else:
            male = self._tokens(_with_rare(_words(entry["male"]), _RARE_GIVEN), script)
        female = self._tokens(_with_rare(_words(entry["female"]), _RARE_GIVEN), script) if "female" in entry else male
        words = _words(entry["family"]) if "family" in entry else _combine(_words(entry["stems"]), _words(entry["endings"]))
        words = words if "syllables" in entry else _with_rare(words, _RARE_FAMILY)
        family = self._tokens(words, script)
        endings = entry.get("feminine")
        feminine = self._tokens([_feminine(word, endings) for word in words], script) if endings else family
        return Culture(name, script, male, female, family, feminine, entry["middle"], entry["order"][0] == "family")

    def _tokens(self, words: Sequence[tuple[tuple[str, ...], str | None]], script: str) -> Ints:
        first = len(self.variants)
        for variants, native in words:
            self.variants.append(variants)
            self.native.append(native)
            self.scripts.append(script)
        return np.arange(first, len(self.variants))

    @cache  # noqa: B019 - one book per process
    def column(self, script: str) -> Texts:
        """Every token in a script: the original spelling where it is of that script, else transliterated by ICU."""
        rules = {"Cyrl": "Latin-Cyrillic", "Arab": "Latin-Arabic; NFD; [:Mn:] Remove; NFC"}.get(script)
        if rules is None:
            return self.latin[0]
        turn = icu.Transliterator.createInstance(rules)
        return pa.array(
            [
                native if native and own == script else turn.transliterate(variants[0])
                for variants, native, own in zip(self.variants, self.native, self.scripts, strict=True)
            ]
        )

    def original(self, token: int) -> str | None:
        """The token in its own script, where that is not Latin."""
        return self.native[token]


@cache
def name_book() -> NameBook:
    """The book, read once."""
    return NameBook()


@cache
def _cumulative(size: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    weights = np.arange(1, size + 1, dtype=np.float64) ** -SKEW
    return np.cumsum(weights / weights.sum())


def draw(rng: np.random.Generator, tokens: Ints, size: int) -> Ints:
    """That many tokens, the first ones of the list most often."""
    picks = np.searchsorted(_cumulative(len(tokens)), rng.random(size), side="right")
    return tokens[np.minimum(picks, len(tokens) - 1)]


def among(words: Sequence[str | None] | Texts, index: Ints) -> Texts:
    """The words at these places."""
    listed: Any = words if isinstance(words, pa.Array) else pa.array(words, pa.string())
    return listed.take(pa.array(index))


def assemble(given: Texts, middle: Texts, family: Texts, family_first: Texts, middle_last: Texts) -> Texts:
    """Full names from their words, in the order of each culture; a null word is left out."""
    head = pc.if_else(family_first, family, given)
    tail = pc.if_else(family_first, given, family)
    second = pc.if_else(middle_last, tail, middle)
    third = pc.if_else(middle_last, middle, tail)
    return pc.binary_join_element_wise(head, second, third, " ", null_handling="skip")


def _words(text: str) -> list[tuple[tuple[str, ...], str | None]]:
    words: list[tuple[tuple[str, ...], str | None]] = []
    for written in text.split():
        latin, _, native = written.replace("_", " ").partition("=")
        words.append((tuple(latin.split("/")), native or None))
    return words


def _with_rare(words: list[tuple[tuple[str, ...], str | None]], most: int) -> list[tuple[tuple[str, ...], str | None]]:
    """The words, and after them up to `most` rarer ones: the beginning of one with the end of another, each with its own script where both have it."""
    plain = [variants[0] for variants, _ in words]
    heads, ends = [_split(word)[0] for word in plain], [_split(word)[1] for word in plain]
    known, found = set(plain), list(words)
    for shift in range(1, len(words)):
        for place, head in enumerate(heads):
            made = head + ends[(place + shift) % len(ends)]
            if made not in known and 4 <= len(made) <= 14:
                known.add(made)
                found.append(((made,), None))
                if len(found) == len(words) + most:
                    return found
    return found


def _split(word: str) -> tuple[str, str]:
    """The word in two: the beginning ends with a vowel, the rest begins with a consonant; an article stays with the beginning."""
    first = max(word.rfind("-"), word.rfind(" ")) + 1
    for place in range(first + 1, len(word) - 1):
        if word[place].lower() in _VOWELS and word[place + 1].lower() not in _VOWELS:
            return word[: place + 1], word[place + 1 :]
    return word, ""


def _pairs(syllables: list[tuple[tuple[str, ...], str | None]]) -> list[tuple[tuple[str, ...], str | None]]:
    """Chinese first names: one or two syllables, written together, apart or with a hyphen."""
    names: list[tuple[tuple[str, ...], str | None]] = []
    for spread in range(len(syllables)):
        for start in range(len(syllables)):
            (one, *_), first = syllables[start]
            (two, *_), second = syllables[(start + spread) % len(syllables)]
            if spread == 0:
                names.append(((one.capitalize(),), first))
            else:
                names.append(((f"{one}{two}".capitalize(), f"{one} {two}".title(), f"{one}-{two}".title()), f"{first}{second}"))
    return names


def _combine(
    stems: list[tuple[tuple[str, ...], str | None]], endings: list[tuple[tuple[str, ...], str | None]]
) -> list[tuple[tuple[str, ...], str | None]]:
    """Family names of all stems with all endings, ordered so that every stem has common and rare forms."""
    names = []
    for shift in range(len(endings)):
        for place, (stem, native) in enumerate(stems):
            ending, native_ending = endings[(place + shift) % len(endings)]
            variants = [stem[0] + ending[0], stem[-1] + ending[-1], stem[0] + ending[-1]]
            names.append((tuple(dict.fromkeys(variants)), f"{native}{native_ending}" if native else None))
    return names


def _feminine(word: tuple[tuple[str, ...], str | None], endings: dict[str, str]) -> tuple[tuple[str, ...], str | None]:
    def turned(text: str) -> str:
        for ending in sorted(endings, key=len, reverse=True):
            if text.endswith(ending):
                return text[: -len(ending)] + endings[ending]
        return text

    variants, native = word
    return tuple(turned(one) for one in variants), turned(native) if native else None
