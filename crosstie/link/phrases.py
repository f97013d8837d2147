"""Finding phrases in text by words: thousands of patterns at once, in time that grows with the text only.

Patterns are those of `model.lexicon.Term`. A text is cut into words (a Chinese character is a word), words are folded (case, accents, Arabic
letter variants and the particles written together with a word), and the patterns are walked as a tree of words. No regular expression is
built from a pattern, so none can run away on a hostile text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

from crosstie.errors import LensError

T = TypeVar("T")

#: how many words `...` may stand for; Chinese counts characters
GAP, GAP_ZH = 4, 8
#: letters of the longest stem
LONGEST = 32
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_MARKS = "\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670"
WORD = re.compile(rf"[{_HAN}]|[^\W_{_HAN}][^\W_{_HAN}{_MARKS}]*(?:[{_MARKS}]+[^\W_{_HAN}{_MARKS}]*)*")
#: what may stand between two words of one phrase; anything else ends it
_JOINERS = re.compile(r"[\s\-‐‑–'’ʼ`´\"“”«»_/]*")
#: what ends a clause: no gap reaches over it
_ENDS = re.compile(r"[;:.!?。；：！？؛؟]")
_BRACKETS = re.compile(r"[()（）\[\]]")
_OPENING = "(（["
_ARABIC_FOLD = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ـ": None})
_PARTS = re.compile(r"([()|])")
_MOST_FORMS = 500_000


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text: where each stands, its folded forms, what parts it from the one before (0 joined, 1 comma or bracket, 2 end of
    clause), and which bracketed remark it stands in (0 none).
    """

    starts: list[int]
    ends: list[int]
    forms: list[tuple[str, ...]]
    parts: list[int]
    remarks: list[int]

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    """A phrase found: its first and last word (end exclusive), whether its pattern has a gap, and what the phrase stands for."""

    first: int
    last: int
    open: bool
    payload: T


@dataclass(slots=True)
class _Node(Generic[T]):
    words: dict[str, _Node[T]] = field(default_factory=dict)
    stems: dict[str, _Node[T]] = field(default_factory=dict)
    gap: _Node[T] | None = None
    payloads: list[T] = field(default_factory=list)


def words_of(text: str, start: int = 0, end: int | None = None) -> Words:
    """The words of a text, or of a part of it, with places in the whole text."""
    found = Words([], [], [], [], [])
    before, remark, remarks = start, 0, 0
    for match in WORD.finditer(text, start, len(text) if end is None else end):
        between = text[before : match.start()]
        for bracket in _BRACKETS.findall(between):
            remarks += bracket in _OPENING
            remark = remarks if bracket in _OPENING else 0
        found.remarks.append(remark)
        found.parts.append(0 if _JOINERS.fullmatch(between) else 2 if _ENDS.search(between) else 1)
        found.starts.append(match.start())
        found.ends.append(match.end())
        found.forms.append(forms(match.group()))
        before = match.end()
    return found


@lru_cache(maxsize=_MOST_FORMS)
def forms(word: str) -> tuple[str, ...]:
    """A word folded for comparison; an Arabic word also without the particles (and, with, for, the) that are written together with it."""
    folded = word.casefold()
    if not folded.isascii():
        plain = unicodedata.normalize("NFKD", folded).translate(_ARABIC_FOLD)
        folded = "".join(char for char in plain if not unicodedata.combining(char))
    if not ("\u0621" <= folded[:1] <= "\u064a"):
        return (folded,)
    found = [folded]
    for particles in (("و", "ف"), ("ب", "ل", "ك"), ("ال", "ل")):
        found += [rest for form in found for particle in particles if (rest := form.removeprefix(particle)) != form and len(rest) > 2]
    return tuple(dict.fromkeys(found))


class Phrases(Generic[T]):
    """A set of patterns, each standing for something; `find` says where they occur."""

    def __init__(self, patterns: Sequence[tuple[str, T]], *, gap: int = GAP) -> None:
        self._root: _Node[T] = _Node()
        self._heads: dict[tuple[str, ...], tuple[_Node[T], ...]] = {}
        self._gap = gap
        for pattern, payload in patterns:
            self._add(pattern, payload)

    def begins(self, forms: tuple[str, ...]) -> bool:
        """Whether any phrase begins with the word."""
        return bool(self._head(forms))

    def find(self, words: Words) -> Iterator[Hit[T]]:
        """Every occurrence of every phrase, overlaps included, by first word."""
        for first, forms in enumerate(words.forms):
            for node in self._head(forms):
                yield from _walk(node, words, first, first + 1, False, self._gap)

    def _head(self, forms: tuple[str, ...]) -> tuple[_Node[T], ...]:
        found = self._heads.get(forms)
        if found is None:
            if len(self._heads) >= _MOST_FORMS:
                self._heads.clear()
            found = self._heads[forms] = tuple(_children(self._root, forms))
        return found

    def _add(self, pattern: str, payload: T) -> None:
        for written in dict.fromkeys(_written_out(pattern)):
            node = self._root
            for number, segment in enumerate(written.split("...")):
                node = _grow(_gap_of(node) if number else node, _specs(segment, pattern))
            if payload not in node.payloads:
                node.payloads.append(payload)


def _written_out(pattern: str) -> list[str]:
    """The pattern without brackets and bars: `(arms|gun) dealer*|gunrunner*` is three. LensError where brackets do not match."""
    parts = [part for part in _PARTS.split(pattern) if part]
    found, rest = _choices(parts, 0)
    if rest != len(parts):
        raise LensError(f"“{pattern}” is no pattern: a bracket is closed that was never opened")
    return found


def _choices(parts: list[str], at: int, depth: int = 0) -> tuple[list[str], int]:
    """What the parts from `at` to the closing bracket may be, and where that is."""
    done: list[str] = []
    found = [""]
    while at < len(parts) and parts[at] != ")":
        if parts[at] == "|":
            done, found = done + found, [""]
        elif parts[at] == "(":
            inner, at = _choices(parts, at + 1, depth + 1)
            found = [left + right for left in found for right in inner]
        else:
            found = [left + parts[at] for left in found]
        at += 1
    if depth and at == len(parts):
        raise LensError(f"“{''.join(parts)}” is no pattern: a bracket is not closed")
    return done + found, at


def _specs(segment: str, pattern: str) -> list[tuple[str, bool]]:
    """The words of one segment, each with whether it is a stem."""
    found = [(forms(match.group())[0], segment[match.end() : match.end() + 1] == "*") for match in WORD.finditer(segment)]
    stars = segment.count("*")
    if not found or stars != sum(stem for _, stem in found):
        raise LensError(f"“{pattern}” is no pattern: every part needs a word, and * may only end one")
    if any(stem and not 2 <= len(word) <= LONGEST for word, stem in found):
        raise LensError(f"“{pattern}” is no pattern: a stem has 2 to {LONGEST} letters")
    return found


def _gap_of(node: _Node[T]) -> _Node[T]:
    if node.gap is None:
        node.gap = _Node()
    return node.gap


def _grow(node: _Node[T], specs: list[tuple[str, bool]]) -> _Node[T]:
    for word, stem in specs:
        node = (node.stems if stem else node.words).setdefault(word, _Node())
    return node


def _children(node: _Node[T], forms: tuple[str, ...]) -> Iterator[_Node[T]]:
    for form in forms:
        if (child := node.words.get(form)) is not None:
            yield child
    if node.stems:
        for form in forms:
            for size in range(2, min(len(form), LONGEST) + 1):
                if (child := node.stems.get(form[:size])) is not None:
                    yield child


def _walk(node: _Node[T], words: Words, first: int, at: int, open_: bool, gap: int) -> Iterator[Hit[T]]:
    for payload in node.payloads:
        yield Hit(first, at, open_, payload)
    if at < len(words) and (node.words or node.stems) and words.parts[at] == 0:
        for child in _children(node, words.forms[at]):
            yield from _walk(child, words, first, at + 1, open_, gap)
    if node.gap is not None:
        for skipped in range(gap + 1):
            there = at + skipped
            if there >= len(words) or words.parts[there] == 2:
                break
            for child in _children(node.gap, words.forms[there]):
                yield from _walk(child, words, first, there + 1, True, gap)
