"""Kernels of `bulk`: names cut into words, words put together into tokens. The rules are those of `forms`, in numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

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
_COMMA = np.int32(-1)


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
def _in_word(byte: int) -> bool:
    return byte >= 128 or 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122 or byte == 39 or byte == 96


@njit(cache=True, nogil=True)
def _beyond(data: NDArray[np.uint8], low: int, high: int) -> bool:
    """Whether a text has letters other than ASCII and the composed letters of Latin alphabets that have one form only."""
    at = low
    while at < high:
        byte = data[at]
        if byte >= 128:
            if byte < 0xC3 or byte > 0xC8 or at + 1 >= high:
                return True
            point = (np.int64(byte & 31) << 6) | np.int64(data[at + 1] & 63)
            if point in (0xD7, 0xF7, 0x132, 0x133, 0x13F, 0x140, 0x149, 0x17F) or point >= 0x180:
                return True
            at += 1
        at += 1
    return False


@njit(cache=True, nogil=True)
def telling(
    data: NDArray[np.uint8], start: NDArray[np.int64], legal: NDArray[np.bool_], words: NDArray[np.uint64], most: int
) -> NDArray[np.bool_]:
    """Which names need preparing: letters of other scripts, quotes, brackets, great length; where `legal`, words of legal forms."""
    found = np.zeros(len(start) - 1, np.bool_)
    for i in range(len(found)):
        low, high = start[i], start[i + 1]
        wide = _beyond(data, low, high)
        needs = wide or high - low > most
        state, length, initials = uint64(14695981039346656037), 0, False
        for at in range(low, high + 1):
            if needs:
                break
            byte = int(data[at]) if at < high else 32
            if byte in (34, 40):
                needs = True
            if not legal[i]:
                continue
            if byte >= 128:
                needs = True
            elif _in_word(byte) and byte not in (39, 96):
                state = (state ^ uint64(byte + 32 if 65 <= byte <= 90 else byte)) * uint64(1099511628211)
                length += 1
            else:
                if length:
                    place = np.searchsorted(words, state)
                    needs = needs or (place < len(words) and words[place] == state)
                    needs = needs or (at - low == length and _is_article(data, low, length))
                initials = initials or (byte == 46 and length == 1)
                needs = needs or (byte == 46 and length > 0 and at + 1 < high and _dotted(data, at + 1, high))
                state, length = uint64(14695981039346656037), 0
        found[i] = needs
    return found


@njit(cache=True, nogil=True)
def _dotted(data: NDArray[np.uint8], at: int, high: int) -> bool:
    """Whether one letter follows a dot, or a blank and one letter: S.A., B. V."""
    if data[at] == 32 and at + 1 < high:
        at += 1
    return _in_word(data[at]) and (at + 1 == high or not _in_word(data[at + 1]))


@njit(cache=True, nogil=True)
def _is_article(data: NDArray[np.uint8], low: int, length: int) -> bool:
    first, second = data[low] | 32, data[low + 1] | 32 if length > 1 else 0
    return (length == 2 and first == 108 and (second == 97 or second == 101)) or (
        length == 3 and first == 116 and second == 104 and data[low + 2] | 32 == 101
    )


@njit(cache=True, nogil=True)
def cut(
    data: NDArray[np.uint8], start: NDArray[np.int64], whose: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64]]:
    """The written words of each name: where each begins, its length in bytes and a hash of it and of whose name it is; a comma has hash 0."""
    count = len(start) - 1
    size = 0
    for at in range(start[0], start[count]):
        size += data[at] == 44 or (_in_word(data[at]) and (at == start[0] or not _in_word(data[at - 1])))
    size += count
    word_start = np.zeros(count + 1, np.int64)
    offsets, lengths, hashes = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.uint64)
    k = 0
    for i in range(count):
        at, high = start[i], start[i + 1]
        while at < high:
            if data[at] == 44:
                offsets[k], lengths[k], hashes[k] = at, 1, 0
                k += 1
                at += 1
            elif _in_word(data[at]):
                begin = at
                state = uint64(14695981039346656037) + uint64(whose[i])
                while at < high and _in_word(data[at]):
                    state = (state ^ uint64(data[at])) * uint64(1099511628211)
                    at += 1
                state ^= state >> uint64(33)
                state *= uint64(0xFF51AFD7ED558CCD)
                state ^= state >> uint64(33)
                offsets[k], lengths[k], hashes[k] = begin, at - begin, max(state, uint64(1))
                k += 1
            else:
                at += 1
        word_start[i + 1] = k
    return word_start, offsets[:k], lengths[:k], hashes[:k]


@njit(cache=True, nogil=True)
def number_words(hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The number of each word among the distinct ones (-1: a comma), and where each distinct one comes first."""
    size = 16
    table, first = np.full(size, -1, np.int32), np.empty(16, np.int64)
    numbers = np.empty(len(hashes), np.int32)
    count = 0
    for i in range(len(hashes)):
        if hashes[i] == 0:
            numbers[i] = _COMMA
            continue
        if 2 * count >= size:
            size *= 2
            table = np.full(size, -1, np.int32)
            for held in range(count):
                place = hashes[first[held]] & uint64(size - 1)
                while table[place] >= 0:
                    place = (place + uint64(1)) & uint64(size - 1)
                table[place] = held
        place = hashes[i] & uint64(size - 1)
        while table[place] >= 0 and hashes[first[table[place]]] != hashes[i]:
            place = (place + uint64(1)) & uint64(size - 1)
        if table[place] < 0:
            if count == len(first):
                grown = np.empty(2 * len(first), np.int64)
                grown[:count] = first
                first = grown
            table[place], first[count] = count, i
            count += 1
        numbers[i] = table[place]
    return numbers, first[:count]


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
        if written[place] == _COMMA:
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
        if number == _COMMA:
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
