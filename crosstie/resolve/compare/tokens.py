"""How alike two parts of names are, and in what way: in letters, in consonants, in another reading, by convention, as an initial."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import uint64

from crosstie.resolve.compare.kernels import edits, inner, popcount, wipe_masks, write_masks

#: Signed, so that differences may be negative; numba knows it as the conversion.
_int: Any = np.int64

#: In what way two parts agree.
DIFFERENT, SAME, SPELLING, SOUND, READING, CALLED, INITIAL, JOINED = range(8)

#: How many comparisons of each token with others are remembered; a power of two.
KNOWN = 256

SAME_SOUND = 0.90  # how alike tokens of the same consonants are
SHORT = 4  # tokens of so few letters have to begin alike
SIMILAR = 0.72  # tokens less alike than this are different tokens
INITIALS = 0.5  # "J." beside "John"
BY_CONVENTION = 0.88  # William and Bill
OTHER_READING = 0.04  # what it costs that not the likeliest reading of another script agrees


@inner
def letters_alike(a: Any, a_letters: Any, b: Any, b_letters: Any, table: Any, loaded: bool) -> float:
    """1 less the share of edits in the letters of two cards, 0 where more than half differs. `loaded`: the masks of `a` are in `table`."""
    la, lb = _int(a.length), _int(b.length)
    longest = max(la, lb)
    # Each edit changes at most two letters of the bag.
    if 2 * abs(la - lb) > longest or popcount(a.bag ^ b.bag) > 0.8 * longest:
        return 0.0
    if not loaded:
        write_masks(a_letters, a.start, la, table)
    found = 1.0 - edits(table, la, b_letters, b.start, lb) / longest
    if not loaded:
        wipe_masks(a_letters, a.start, la, table)
    return found if found >= 0.5 else 0.0


@inner
def sounds_alike(a: Any, a_sounds: Any, b: Any, b_sounds: Any, table: Any) -> float:
    """How alike the consonants of two cards are."""
    ka, kb = _int(a.sounds), _int(b.sounds)
    if ka >= 2 and a.sound_hash == b.sound_hash:
        return SAME_SOUND - (0.15 if ka == 2 else 0.0)
    if ka < 4 or kb < 4 or 2 * abs(ka - kb) > max(ka, kb):
        return 0.0
    write_masks(a_sounds, a.sound_start, ka, table)
    found = edits(table, ka, b_sounds, b.sound_start, kb)
    wipe_masks(a_sounds, a.sound_start, ka, table)
    return float(0.9 * (1.0 - found / max(ka, kb)))


@inner
def readings_alike(a: Any, x: Any, b: Any, y: Any, table: Any) -> float:
    """How alike the likeliest other readings of two written tokens are: one agrees with the other's first reading, or with another one of it."""
    best = 0.0
    for k in range(-1, _int(a.variants)):
        one = a if k < 0 else x.cards[x.variants[a.variant_start + k]]
        for h in range(-1, _int(b.variants)):
            if k < 0 and h < 0:
                continue
            other = b if h < 0 else y.cards[y.variants[b.variant_start + h]]
            price = OTHER_READING * ((k >= 0) + (h >= 0))
            if one.hash == other.hash:
                best = max(best, 1.0 - price)
            elif best < SAME_SOUND and one.length > 1 and other.length > 1:
                best = max(best, letters_alike(one, x.letters, other, y.letters, table, False) - price)
    return best


@inner
def compare_tokens(s: int, x: Any, t: int, y: Any, desk: Any, loaded: int) -> tuple[float, int, int]:
    """How alike token s of deck x and token t of deck y are (0 to 1), in what way, and the token whose masks lie on the desk afterwards (or -1)."""
    a, b = x.cards[s], y.cards[t]
    if a.hash == b.hash:
        return 1.0, SAME, loaded
    if a.numeral or b.numeral:
        return 0.0, DIFFERENT, loaded
    if a.length == 1 or b.length == 1:
        same = x.letters[a.start] == y.letters[b.start]
        return (INITIALS, INITIAL, loaded) if same else (0.0, DIFFERENT, loaded)
    way = SPELLING
    best = 0.0
    if popcount(a.bag ^ b.bag) <= 0.8 * max(a.length, b.length):
        if loaded != s:
            if loaded >= 0:
                wipe_masks(x.letters, x.cards[loaded].start, x.cards[loaded].length, desk.table)
            write_masks(x.letters, a.start, a.length, desk.table)
            loaded = s
        best = letters_alike(a, x.letters, b, y.letters, desk.table, True)
    if best < SAME_SOUND:
        heard = sounds_alike(a, x.sounds, b, y.sounds, desk.other)
        if heard > 0.0 and heard >= best:
            best, way = heard, SOUND
    if a.concept >= 0 and a.concept == b.concept and best < BY_CONVENTION:
        best, way = BY_CONVENTION, CALLED
    if (a.variants or b.variants) and best < 1.0:
        read = readings_alike(a, x, b, y, desk.other)
        if read > best:
            best, way = read, READING
    return best, way, loaded


@inner
def joined_alike(whole: Any, x: Any, b: Any, first: int, last: int, y: Any, desk: Any) -> bool:
    """Whether a token of deck x is the tokens first to last of name b, of deck y, written together: Islamabad and Islam Abad."""
    la = _int(whole.length)
    length = 0
    bag = uint64(0)
    for j in range(first, last + 1):
        length += _int(y.cards[b[j]].length)
        bag |= y.cards[b[j]].bag
    longest = max(la, length)
    if length > 48 or abs(la - length) > 0.15 * longest or popcount(whole.bag ^ bag) > 0.3 * longest:
        return False
    place = 0
    for j in range(first, last + 1):
        card = y.cards[b[j]]
        for k in range(_int(card.length)):
            desk.buffer[place] = y.letters[card.start + k]
            place += 1
    write_masks(x.letters, whole.start, la, desk.other)
    found = edits(desk.other, la, desk.buffer, 0, length)
    wipe_masks(x.letters, whole.start, la, desk.other)
    return bool(found <= 0.15 * longest)


@inner
def _starts_otherwise(a: Any, x: Any, b: Any, y: Any) -> bool:
    """Song is not Tong."""
    return bool(x.letters[a.start] != y.letters[b.start])


@inner
def fill_desk(a: Any, x: Any, b: Any, y: Any, desk: Any) -> None:
    """How alike every token of name a (of deck x) and every token of name b (of deck y) are, in what way, and what that is worth in nats."""
    loaded = -1
    for i in range(len(a)):
        one = x.cards[a[i]]
        for j in range(len(b)):
            other = y.cards[b[j]]
            if one.hash == other.hash:
                desk.gain[i, j] = min(one.rarity, other.rarity)
                desk.alike[i, j] = 1.0
                desk.way[i, j] = SAME
                continue
            pair = (_int(a[i]) << 32) | _int(b[j])
            place = (b[j] ^ (b[j] >> 7)) & (KNOWN - 1)
            if desk.known[i, place] == pair:
                alike = float(desk.known_alike[i, place])
                way = _int(desk.known_way[i, place])
            else:
                alike, way, loaded = compare_tokens(a[i], x, b[j], y, desk, loaded)
                desk.known[i, place] = pair
                desk.known_alike[i, place] = alike
                desk.known_way[i, place] = way
            gain = 0.0
            if way == INITIAL:
                gain = 0.7
            elif alike >= SIMILAR and not (
                way == SPELLING and max(one.length, other.length) <= SHORT and _starts_otherwise(one, x, other, y)
            ):
                gain = min(one.sound_rarity, other.sound_rarity) * (alike - 0.4) / 0.6
            desk.gain[i, j] = gain
            desk.alike[i, j] = alike
            desk.way[i, j] = way if alike > 0.0 else DIFFERENT
    if loaded >= 0:
        wipe_masks(x.letters, x.cards[loaded].start, x.cards[loaded].length, desk.table)
