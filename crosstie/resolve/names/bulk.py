"""The forms of millions of names at once, the same as `analyze` makes one by one.

Names are cut into written words by a kernel over their bytes; each distinct word is read once; particles, titles and articles are joined or
left out by a kernel over the numbers of words; each distinct token is spelled once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute
from numpy.typing import NDArray

from crosstie.resolve.names import particles
from crosstie.resolve.names.assembly import JOINS, RAW, WordTable, assemble
from crosstie.resolve.names.cutting import cut, number_words, telling
from crosstie.resolve.names.forms import MAX_LETTERS, Kind, prepare, skeleton, written_words
from crosstie.resolve.names.legal import telling_words
from crosstie.resolve.names.letters import HAN, HANGUL, MAX_TEXT, scripts
from crosstie.resolve.names.readings import FOREIGN, PERSON, THING, Word, is_foreign, words_of
from crosstie.resolve.names.vocabulary import Vocabulary, vocabulary

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
    held = data.tobytes()
    written = [
        held[offset : offset + length].decode() for offset, length in zip(offsets[first].tolist(), lengths[first].tolist(), strict=True)
    ]
    table, words = _read(written, owner[first].tolist())
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


def _read(written: list[str], whose: list[int]) -> tuple[WordTable, list[Word]]:
    """Each distinct written word read once: its Latin words, and what they do."""
    numbers: dict[tuple[Word, int], int] = {}
    parts_start = np.zeros(len(written) + 1, np.int64)
    parts: list[int] = []
    case = np.zeros(len(written), np.uint8)
    eastern = np.zeros(len(written), np.bool_)
    for place, (word, owner) in enumerate(zip(written, whose, strict=True)):
        latin = words_of(word, owner)
        script = 0 if word.isascii() else max(scripts(word), default=0)
        for reading in latin:
            parts.append(numbers.setdefault((reading, script), len(numbers)))
        parts_start[place + 1] = len(parts)
        if len(word) > 1:
            case[place] = 1 if word.isupper() else 2 if word[:1].isupper() else 3
        eastern[place] = owner != THING and len(latin) == 2 and script in (HAN, HANGUL)
    listed = list(numbers)
    for reading, script in listed[:]:
        full = particles.written_out(reading[0])
        if full and ((full,), script) not in numbers:
            numbers[(full,), script] = len(numbers)
    listed = list(numbers)
    best = [word[0] for word, _script in listed]
    table = WordTable(
        parts_start,
        np.array(parts, np.int32),
        case,
        eastern,
        np.array([particles.roles(word) for word in best], np.int32),
        _pairs(best, lambda word: particles.assimilated(word)),
        _pairs(best, lambda word: word[:2]),
        np.array([script for _word, script in listed], np.uint8),
        np.array(
            [numbers[(full,), script] if (full := particles.written_out(word[0])) else own for own, (word, script) in enumerate(listed)],
            np.int32,
        ),
    )
    return table, [word for word, _script in listed]


def _pairs(words: list[str], choose: Callable[[str], str]) -> NDArray[np.uint8]:
    """Two letters of each word as codes, 0 where there is none."""
    found = np.zeros((len(words), 2), np.uint8)
    for place, word in enumerate(words):
        for at, letter in enumerate(choose(word)):
            found[place, at] = ord(letter)
    return found


def _spelled(
    token_start: NDArray[np.int64],
    symbols: NDArray[np.int64],
    parts: NDArray[np.uint8],
    legal_forms: Array,
    words: list[Word],
    script_of_word: NDArray[np.uint8],
) -> Analysed:
    """Each distinct token in letters, once, and its other readings."""
    mixed = (symbols.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    place, first = number_words(mixed ^ (mixed >> np.uint64(32)))
    distinct = symbols[first]
    numbers: dict[tuple[Word, int], int] = {}
    numbered = np.zeros(len(distinct), np.int32)
    for at, symbol in enumerate(distinct.tolist()):
        word, join = divmod(symbol, JOINS)
        prefix, suffix = divmod(join, len(_SUFFIXES))
        readings = words[word]
        if prefix != RAW:
            readings = tuple(particles.joined(_PREFIXES[prefix] + reading) for reading in readings)
        if suffix:
            readings = tuple(particles.joined(reading + _SUFFIXES[suffix]) for reading in readings)
        spelled = tuple(dict.fromkeys(reading[:MAX_LETTERS] for reading in readings))
        numbered[at] = numbers.setdefault((spelled, int(script_of_word[word])), len(numbers))
    main = list(numbers)
    plain: dict[str, int] = {}
    variants: list[int] = []
    variant_start = [0]
    for spelled, _script in main:
        variants += [len(main) + plain.setdefault(reading, len(plain)) for reading in spelled[1:]]
        variant_start.append(len(variants))
    return Analysed(
        token_start,
        numbered[place] if len(symbols) else np.zeros(0, np.int32),
        parts,
        legal_forms,
        [spelled[0] for spelled, _script in main] + list(plain),
        np.array([script for _spelled, script in main] + [0] * len(plain), np.uint8),
        np.array(variant_start + [len(variants)] * len(plain), np.int64),
        np.array(variants, np.int32),
    )
