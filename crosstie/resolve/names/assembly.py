"""Kernels of `bulk`: words put together into tokens. The rules are those of `forms`, in numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crosstie.resolve.names.cutting import COMMA
from crosstie.resolve.names.particles import (
    ALLAH,
    ARTICLE,
    DIN,
    FATHER,
    FILIATION,
    INCORPORATED,
    MAYBE_NAME,
    MAYBE_TITLE,
    PATRONYMIC,
    PREFIX,
    SERVANT,
    SMALL,
    SON_AFTER,
    SON_OF,
    TITLE,
)

#: A token is a word's number times JOINS, plus how it is joined: prefix (none, abd, abu, RAW: left as it is) times 3 plus suffix (none, lah, din).
JOINS = 12
RAW = 3
_ABD, _ABU = 3, 6
_LAH, _DIN = 1, 2
_GIVEN, _FAMILY, _FATHERS, _OTHER = 1, 2, 3, 4
_MAX_TOKENS = 12
_ROOM = 1024


class WordTable(NamedTuple):
    """Distinct written words (their Latin words are `words[start[i]:start[i + 1]]`, `case` 1 capitals, 2 a capital first, 3 small, 0 one
    letter, `eastern` family name and given name) and distinct Latin words (`roles`, the article's `sound` and the `first` two letters,
    `script`, and the number of the word `written_out`).
    """

    start: NDArray[np.int64]
    words: NDArray[np.int32]
    case: NDArray[np.uint8]
    eastern: NDArray[np.bool_]
    roles: NDArray[np.int32]
    sound: NDArray[np.uint8]
    first: NDArray[np.uint8]
    script: NDArray[np.uint8]
    written_out: NDArray[np.int32]


@njit(cache=True, nogil=True)
def assemble(
    word_start: NDArray[np.int64], numbers: NDArray[np.int32], person: NDArray[np.bool_], table: WordTable
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """The tokens of each name (see JOINS) and their parts."""
    count = len(word_start) - 1
    token_start = np.zeros(count + 1, np.int64)
    symbols, parts = np.empty(len(numbers) * 2 + 64, np.int64), np.empty(len(numbers) * 2 + 64, np.uint8)
    word, part = np.empty(_ROOM, np.int64), np.empty(_ROOM, np.uint8)
    symbol, role, told, kept = np.empty(_ROOM, np.int64), np.empty(_ROOM, np.int32), np.empty(_ROOM, np.uint8), np.empty(_ROOM, np.int64)
    k = 0
    for i in range(count):
        size = _pieces(numbers[word_start[i] : word_start[i + 1]], person[i], table, word, part)
        head = 0
        while person[i] and head < size - 1 and table.roles[word[head]] & PREFIX:
            head += 1
        joined = _join(word[head:size], part[head:size], table, symbol, role, told)
        left = _person(joined, role, told, kept) if person[i] else _organization(joined, symbol, role, table, kept)
        if left == 0:
            for q in range(size):
                symbol[q], told[q], kept[q] = word[q] * JOINS + RAW * 3, part[q], q
            left = size
        left = min(left, _MAX_TOKENS)
        while k + left > len(symbols):
            symbols, parts = np.append(symbols, np.empty_like(symbols)), np.append(parts, np.empty_like(parts))
        for q in range(left):
            symbols[k], parts[k] = symbol[kept[q]], told[kept[q]]
            k += 1
        token_start[i + 1] = k
    return token_start, symbols[:k], parts[:k]


@njit(cache=True, nogil=True)
def _pieces(written: NDArray[np.int32], person: bool, table: WordTable, word: NDArray[np.int64], part: NDArray[np.uint8]) -> int:
    """The Latin words of a name, first names first, with the parts that a comma or capitals tell; how many."""
    commas, comma = 0, -1
    large = small = False
    for place in range(len(written)):
        if written[place] == COMMA:
            commas, comma = commas + 1, place
        else:
            large |= table.case[written[place]] == 1
            small |= table.case[written[place]] == 2
    inverted = person and commas == 1 and 0 < comma < len(written) - 1
    told = person and not inverted and large and small
    size = 0
    for turn in range(len(written)):
        place = (turn + comma + 1) % len(written) if inverted else turn
        number = written[place]
        if number == COMMA:
            continue
        here = 0
        if inverted:
            here = _GIVEN if place > comma else _FAMILY
        elif told and table.case[number] > 0:
            here = _FAMILY if table.case[number] == 1 else _GIVEN
        for k in range(table.start[number], table.start[number + 1]):
            if size < _ROOM:
                word[size] = table.words[k]
                part[size] = here
                if table.eastern[number]:
                    part[size] = _FAMILY if k == table.start[number] else _GIVEN
                size += 1
    return size


@njit(cache=True, nogil=True)
def _join(
    word: NDArray[np.int64],
    part: NDArray[np.uint8],
    table: WordTable,
    symbol: NDArray[np.int64],
    role: NDArray[np.int32],
    told: NDArray[np.uint8],
) -> int:
    """Articles out, Abd al-Rahman, Abu Bakr, X Allah and X al-Din one token each; how many tokens are left."""
    size, pending = 0, 0
    article = False
    for place in range(len(word)):
        this, last = word[place], place + 1 == len(word)
        does = table.roles[this]
        if not last and (does & ARTICLE or _assimilated(table, this, word[place + 1])):
            article = True
            continue
        if not last and pending == 0 and does & SERVANT:
            pending = _ABD
        elif not last and pending == 0 and does & FATHER:
            pending = _ABU
        elif pending:
            symbol[size], role[size], told[size] = this * JOINS + pending, 0, (_OTHER if pending == _ABU else part[place])
            size += 1
            pending = 0
        elif (
            size
            and not role[size - 1] & (FILIATION | TITLE)
            and symbol[size - 1] % 3 == 0
            and (does & ALLAH or (does & DIN and (article or table.script[this])))
        ):
            symbol[size - 1] += _LAH if does & ALLAH else _DIN
            role[size - 1] = 0
        else:
            symbol[size], role[size] = this * JOINS, does
            told[size] = _FAMILY if article and last and size and part[place] == 0 else part[place]
            size += 1
        article = False
    return size


@njit(cache=True, nogil=True)
def _assimilated(table: WordTable, article: int, following: int) -> bool:
    sound, first = table.sound[article], table.first[following]
    return bool(sound[0] != 0 and sound[0] == first[0] and (sound[1] == 0 or sound[1] == first[1]))


@njit(cache=True, nogil=True)
def _person(size: int, role: NDArray[np.int32], told: NDArray[np.uint8], kept: NDArray[np.int64]) -> int:
    """Which tokens of a person's name are left without sons of and titles; how many."""
    count, after = 0, 0
    for q in range(size):
        if role[q] & FILIATION and not (q == 0 and role[q] & MAYBE_NAME and size > 1):
            if role[q] & SON_AFTER and count:
                told[kept[count - 1]] = _FATHERS
            after = role[q] & SON_OF
            continue
        if after or role[q] & PATRONYMIC:
            told[q] = _FATHERS
        after = 0
        kept[count] = q
        count += 1
    bare = sure = 0
    for q in range(count):
        bare += (role[kept[q]] & TITLE) == 0
        sure += (role[kept[q]] & (TITLE | MAYBE_TITLE)) == 0
    if bare == 0:
        return count
    out = (TITLE | MAYBE_TITLE) if sure > 1 else TITLE
    left = 0
    for q in range(count):
        if not role[kept[q]] & out:
            kept[left] = kept[q]
            left += 1
    return left


@njit(cache=True, nogil=True)
def _organization(size: int, symbol: NDArray[np.int64], role: NDArray[np.int32], table: WordTable, kept: NDArray[np.int64]) -> int:
    """Which tokens of an organisation's name are left without small words, written out; how many."""
    count = 0
    for q in range(size):
        if role[q] & SMALL:
            continue
        if symbol[q] % JOINS == 0:
            word = table.written_out[symbol[q] // JOINS]
            symbol[q], role[q] = np.int64(word) * JOINS, table.roles[word]
        kept[count] = q
        count += 1
    left = 0
    for q in range(count):
        left += (role[kept[q]] & INCORPORATED) == 0
    if left == 0:
        return count
    left = 0
    for q in range(count):
        if not role[kept[q]] & INCORPORATED:
            kept[left] = kept[q]
            left += 1
    return left
