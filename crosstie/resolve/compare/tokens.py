"""How alike two parts of names are, and in what way: in letters, in consonants, in another reading, by convention, as an initial."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import uint64

from crosstie.resolve.compare.desk import KNOWN
from crosstie.resolve.compare.kernels import edits, inner, popcount, wipe_masks, write_masks

#: Signed, so that differences may be negative; numba knows it as the conversion.
_int: Any = np.int64

#: In what way two parts agree.
DIFFERENT, SAME, SPELLING, SOUND, READING, CALLED, INITIAL, JOINED = range(8)

SAME_SOUND = 0.90  # how alike tokens of the same consonants are
NEAR = 0.5  # tokens less alike than this are not paired at all
MOST_SOUNDS = 1.0 - NEAR / SAME_SOUND + 1e-9  # the share of consonants that may differ
SHORT = 4  # tokens of so few letters have to begin alike
SIMILAR = 0.72  # tokens less alike than this are different tokens
INITIALS = 0.5  # "J." beside "John"
BY_CONVENTION = 0.88  # William and Bill
JOINED_EDITS = 0.15  # the share of letters that may differ where a part is written apart on the other side
OTHER_READING = 0.04  # what it costs that not the likeliest reading of another script agrees


@inner
def letters_alike(a: Any, b: Any, table: Any, loaded: bool) -> float:
    """1 less the share of edits in the letters of two cards, 0 where more than half differs. `loaded`: the masks of `a` are in `table`."""
    la, lb = _int(a.length), _int(b.length)
    longest = max(la, lb)
    # Each edit changes at most two letters of the bag.
    if 2 * abs(la - lb) > longest or popcount(a.bag ^ b.bag) > 0.8 * longest:
        return 0.0
    if not loaded:
        write_masks(a.letters, 0, la, table)
    found = 1.0 - edits(table, la, b.letters, 0, lb) / longest
    if not loaded:
        wipe_masks(a.letters, 0, la, table)
    return found if found >= 0.5 else 0.0


@inner
def edits_between(a: Any, b: Any, table: Any) -> int:
    """Edits between the letters of two cards."""
    write_masks(a.letters, 0, _int(a.length), table)
    found = edits(table, _int(a.length), b.letters, 0, _int(b.length))
    wipe_masks(a.letters, 0, _int(a.length), table)
    return int(found)


@inner
def sounds_alike(a: Any, b: Any, table: Any) -> float:
    """How alike the consonants of two cards are."""
    ka, kb = _int(a.heard), _int(b.heard)
    if ka >= 2 and a.sound_hash == b.sound_hash:
        return SAME_SOUND - (0.15 if ka == 2 else 0.0)
    longest = max(ka, kb)
    # an edit changes at most two bits of the bag; what is less than NEAR alike is of no use
    if ka < 4 or kb < 4 or MOST_SOUNDS * longest < max(abs(ka - kb), _int(popcount(uint64(a.sound_bag ^ b.sound_bag)) + 1) >> 1):
        return 0.0
    write_masks(a.sounds, 0, ka, table)
    found = edits(table, ka, b.sounds, 0, kb)
    wipe_masks(a.sounds, 0, ka, table)
    return float(SAME_SOUND * (1.0 - found / longest))


@inner
def readings_alike(a: Any, x: Any, b: Any, y: Any, table: Any) -> float:
    """How alike the likeliest other readings of two written tokens are: one agrees with the other's first reading, or with another one of it."""
    best = 0.0
    for k in range(-1, _int(a.read)):
        one = a if k < 0 else x[a.readings[k]]
        for h in range(-1, _int(b.read)):
            if k < 0 and h < 0:
                continue
            other = b if h < 0 else y[b.readings[h]]
            price = OTHER_READING * ((k >= 0) + (h >= 0))
            if one.hash == other.hash:
                best = max(best, 1.0 - price)
            elif best < SAME_SOUND and one.length > 1 and other.length > 1:
                best = max(best, letters_alike(one, other, table, False) - price)
    return best


@inner
def hopeless(a: Any, b: Any) -> bool:
    """Whether two cards are seen to be unlike by their letters and consonants, without counting edits."""
    if a.length == 1 or b.length == 1 or a.read or b.read or (a.concept >= 0 and a.concept == b.concept):
        return False
    if popcount(a.bag ^ b.bag) <= 0.8 * max(a.length, b.length):
        return False
    ka, kb = _int(a.heard), _int(b.heard)
    if ka >= 2 and a.sound_hash == b.sound_hash:
        return False
    if ka < 4 or kb < 4:
        return True
    return bool(MOST_SOUNDS * max(ka, kb) < max(abs(ka - kb), _int(popcount(uint64(a.sound_bag ^ b.sound_bag)) + 1) >> 1))


@inner
def compare_tokens(s: int, x: Any, t: int, y: Any, desk: Any, loaded: int) -> tuple[float, int, int]:
    """How alike card s of x and card t of y are (0 to 1), in what way, and the card whose masks lie on the desk afterwards (or -1)."""
    a, b = x[s], y[t]
    if a.hash == b.hash:
        return 1.0, SAME, loaded
    if a.numeral or b.numeral:
        return 0.0, DIFFERENT, loaded
    if a.length == 1 or b.length == 1:
        same = a.letters[0] == b.letters[0]
        return (INITIALS, INITIAL, loaded) if same else (0.0, DIFFERENT, loaded)
    way = SPELLING
    best = 0.0
    if popcount(a.bag ^ b.bag) <= 0.8 * max(a.length, b.length):
        if loaded != s:
            if loaded >= 0:
                wipe_masks(x[loaded].letters, 0, _int(x[loaded].length), desk.table)
            write_masks(a.letters, 0, _int(a.length), desk.table)
            loaded = s
        best = letters_alike(a, b, desk.table, True)
    if best < SAME_SOUND:
        heard = sounds_alike(a, b, desk.other)
        if heard > 0.0 and heard >= best:
            best, way = heard, SOUND
    if a.concept >= 0 and a.concept == b.concept and best < BY_CONVENTION:
        best, way = BY_CONVENTION, CALLED
    if (a.read or b.read) and best < 1.0:
        read = readings_alike(a, x, b, y, desk.other)
        if read > best:
            best, way = read, READING
    return best, way, loaded


@inner
def joined_alike(whole: Any, first: int, last: int, side: int, y: Any, desk: Any) -> bool:
    """Whether a card is the tokens first to last of the other name (of cards y) written together: Islamabad and Islam Abad. `side` of the card."""
    la = _int(whole.length)
    length = 0
    for j in range(first, last + 1):
        card = y[desk.token[1 - side, j]]
        for k in range(_int(card.length)):
            desk.buffer[length] = card.letters[k]
            length += 1
    write_masks(whole.letters, 0, la, desk.other)
    found = edits(desk.other, la, desk.buffer, 0, length)
    wipe_masks(whole.letters, 0, la, desk.other)
    return bool(found <= JOINED_EDITS * max(la, length))


@inner
def fill_desk(x: Any, y: Any, desk: Any) -> None:
    """How alike every token of the left name and every token of the right one are, in what way, and what that is worth in nats."""
    loaded = -1
    for i in range(desk.count[0]):
        s = desk.token[0, i]
        one = x[s]
        for j in range(desk.count[1]):
            t = desk.token[1, j]
            other = y[t]
            if one.hash == other.hash:
                desk.gain[i, j] = min(one.rarity, other.rarity)
                desk.alike[i, j] = 1.0
                desk.way[i, j] = SAME
                continue
            if hopeless(one, other):
                desk.gain[i, j] = desk.alike[i, j] = 0.0
                desk.way[i, j] = DIFFERENT
                continue
            pair = (_int(s) << 32) | _int(t)
            place = (t ^ (t >> 7)) & (KNOWN - 1)
            if desk.known[i, place] == pair:
                alike = float(desk.known_alike[i, place])
                way = _int(desk.known_way[i, place])
            else:
                alike, way, loaded = compare_tokens(s, x, t, y, desk, loaded)
                desk.known[i, place] = pair
                desk.known_alike[i, place] = alike
                desk.known_way[i, place] = way
            gain = 0.0
            if way == INITIAL:
                gain = 0.7
            elif alike >= SIMILAR and not (
                way == SPELLING and max(one.length, other.length) <= SHORT and one.letters[0] != other.letters[0]  # Song is not Tong
            ):
                gain = min(one.sound_rarity, other.sound_rarity) * (alike - 0.4) / 0.6
            desk.gain[i, j] = gain
            desk.alike[i, j] = alike
            desk.way[i, j] = way if alike > 0.0 else DIFFERENT
    if loaded >= 0:
        wipe_masks(x[loaded].letters, 0, _int(x[loaded].length), desk.table)
