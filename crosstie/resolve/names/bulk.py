"""The forms of millions of names at once, the same as `analyze` makes one by one.

Names are cut into written words by a kernel over their bytes; each distinct word is read once (`words`); particles, titles and articles are joined or
left out by a kernel over the numbers of words; each distinct token is spelled once.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute
from numpy.typing import NDArray

from crosstie.resolve.names import particles
from crosstie.resolve.names.assembly import JOINS, RAW, assemble
from crosstie.resolve.names.cutting import cut, number_words, telling
from crosstie.resolve.names.forms import MAX_LETTERS, Kind, prepare, skeleton, written_words
from crosstie.resolve.names.legal import telling_words
from crosstie.resolve.names.letters import MAX_TEXT
from crosstie.resolve.names.plain import may_be_joined
from crosstie.resolve.names.readings import FOREIGN, PERSON, THING, Word, is_foreign
from crosstie.resolve.names.vocabulary import Vocabulary, vocabulary
from crosstie.resolve.names.words import Numbering, Words, read

#: The codes of kinds.
KINDS: tuple[Kind, ...] = ("person", "organization", "thing", "any")
Array: TypeAlias = "pa.Array[Any]"
_pc: Any = compute

_PREFIXES = ("", "abd", "abu", "")
_SUFFIXES = ("", "lah", "din")


class Analysed(NamedTuple):
    """The forms of names: those of name i are tokens `token_start[i]:token_start[i + 1]`.

    `tokens` are numbers into `labels` (a token that was read from another script has an entry of its own, with its `variants`: the entries
    of other readings, those of label k at `variant_start[k]:variant_start[k + 1]`); `parts` as in `NameForm`; `scripts` of each label;
    `legal_forms` of each name ("" none).
    """

    token_start: NDArray[np.int64]
    tokens: NDArray[np.int32]
    parts: NDArray[np.uint8]
    legal_forms: Array
    labels: list[str]
    scripts: NDArray[np.uint8]
    variant_start: NDArray[np.int64]
    variants: NDArray[np.int32]

    def token_texts(self) -> Array:
        """The tokens of each name with spaces between."""
        return self._joined(self.labels)

    def skeleton_texts(self) -> Array:
        """The consonants of the tokens of each name with spaces between."""
        return self._joined([skeleton(label) for label in self.labels])

    def vocabulary(self) -> Vocabulary:
        """The labels as a vocabulary, with scripts, variants and concepts."""
        return vocabulary(self.labels, None, self.scripts, self.variant_start, self.variants)

    def _joined(self, words: list[str]) -> Array:
        spelled = pa.array(words, pa.string()).take(cast("pa.Array[pa.Int64Scalar]", pa.array(self.tokens)))
        return cast(Array, _pc.binary_join(pa.ListArray.from_arrays(pa.array(self.token_start, pa.int32()), spelled), " "))


def analyze_names(values: Array | pa.ChunkedArray[Any], kinds: NDArray[np.uint8]) -> Analysed:
    """The forms of names of the kinds that `kinds` gives as numbers into `KINDS`; a null is an empty name."""
    column: Array = _pc.fill_null((values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values).cast(pa.large_string()), "")
    kinds = np.ascontiguousarray(kinds, np.uint8)
    column, legal_forms, foreign = _prepared(column, kinds)
    data, start = _bytes(column)
    person = (kinds == 0) | (kinds == 3)
    whose = np.where(person, np.where(foreign, FOREIGN, PERSON), THING).astype(np.uint8)
    word_start, offsets, lengths, hashes = cut(data, start, whose)
    numbers, first = number_words(hashes)
    owner = np.repeat(whose, np.diff(word_start))
    table, words = read(data, offsets[first], lengths[first], owner[first])
    token_start, symbols, parts = assemble(word_start, numbers, person, table)
    return _spelled(token_start, symbols, parts, legal_forms, words, table.script)


def _bytes(column: Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    _, offsets, data = column.buffers()
    start = np.frombuffer(memoryview(offsets or bytes(8)), np.int64)[column.offset : column.offset + len(column) + 1]
    return np.frombuffer(memoryview(data or b""), np.uint8), (start if len(column) else np.zeros(1, np.int64))


def _prepared(column: Array, kinds: NDArray[np.uint8]) -> tuple[Array, Array, NDArray[np.bool_]]:
    """The names as `prepare` leaves them, their legal forms, and which are foreign names in Chinese; only names that need it are touched."""
    data, start = _bytes(column)
    told = np.sort(np.array([_fnv(word.encode()) for word in telling_words()], np.uint64))
    needs = np.flatnonzero(telling(data, start, (kinds == 1) | (kinds == 3), told, MAX_TEXT))
    foreign = np.zeros(len(column), np.bool_)
    forms = np.full(len(column), "", object)
    if not len(needs):
        return column, pa.array(forms, pa.string()), foreign
    chosen = column.take(cast("pa.Array[pa.Int64Scalar]", pa.array(needs)))
    fresh: list[str] = []
    for place, name, kind in zip(needs.tolist(), cast("list[str]", chosen.to_pylist()), kinds[needs].tolist(), strict=True):
        plain, forms[place] = prepare(name, KINDS[kind])
        foreign[place] = not plain.isascii() and is_foreign(plain)
        fresh.append(plain if plain.isascii() else " ".join(written_words(plain)))
    mask = np.zeros(len(column), np.bool_)
    mask[needs] = True
    changed = _pc.replace_with_mask(column, pa.array(mask), pa.array(fresh, pa.large_string()))
    return changed, pa.array(forms, pa.string()), foreign


def _fnv(word: bytes) -> int:
    state = 14695981039346656037
    for byte in word:
        state = (state ^ byte) * 1099511628211 & 0xFFFFFFFFFFFFFFFF
    return state


def _spelled(
    token_start: NDArray[np.int64],
    symbols: NDArray[np.int64],
    parts: NDArray[np.uint8],
    legal_forms: Array,
    words: Words,
    script_of_word: NDArray[np.uint8],
) -> Analysed:
    """Each distinct token in letters, once, and its other readings."""
    mixed = (symbols.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    place, first = number_words(mixed ^ (mixed >> np.uint64(32)))
    distinct = symbols[first]
    word, join = np.divmod(distinct, JOINS)
    by_rule = (word >= words.plain) | (join > 0)
    by_rule[~by_rule] = may_be_joined(*words.at(word[~by_rule]))
    numbering = Numbering(*words.at(word[~by_rule], MAX_LETTERS))
    places = np.zeros(len(distinct), np.int64)
    places[~by_rule] = np.arange(len(distinct) - by_rule.sum())
    for at in np.flatnonzero(by_rule).tolist():
        places[at] = numbering.add(_joined(words.readings(int(word[at])), int(join[at])), int(script_of_word[word[at]]))
    number, main = numbering.done()
    others: dict[str, int] = {}
    variants: list[int] = []
    variant_start = np.zeros(main.count + 1, np.int64)
    for at, spelled in enumerate(main.others):
        variants += [main.count + others.setdefault(reading, len(others)) for reading in spelled[1:]]
        variant_start[main.plain + at + 1] = len(variants)
    more = len(others)
    return Analysed(
        token_start,
        number[places].astype(np.int32)[place] if len(symbols) else np.zeros(0, np.int32),
        parts,
        legal_forms,
        [*main.texts(), *(spelled[0] for spelled in main.others), *others],
        np.concatenate([np.zeros(main.plain, np.uint8), np.array(main.scripts, np.uint8), np.zeros(more, np.uint8)]),
        np.concatenate([variant_start, np.full(more, len(variants))]),
        np.array(variants, np.int32),
    )


def _joined(readings: Word, join: int) -> Word:
    """A word with what it is joined to, in one spelling, and as long as tokens may be."""
    prefix, suffix = divmod(join, len(_SUFFIXES))
    if prefix != RAW:
        readings = tuple(particles.joined(_PREFIXES[prefix] + reading) for reading in readings)
    if suffix:
        readings = tuple(particles.joined(reading + _SUFFIXES[suffix]) for reading in readings)
    return tuple(dict.fromkeys(reading[:MAX_LETTERS] for reading in readings))
