"""Candidate keys: two records are compared only where they share a key that few records have. Never all pairs.

| kind | of | finds |
|---|---|---|
| identifier, contact, citation | everything | other names altogether |
| sounds | two rare consonant skeletons of one name (a part of one consonant: its letters) | other spellings, scripts and orders of the parts |
| joined | all skeletons of a name written together; and all of them in any order | parts joined or split; names of one part |
| day | full birth date and one skeleton | names that share one part only |
| year | birth year and one rare skeleton | the same, where the day is not known |
| anniversary | month and day of birth and one rare skeleton | years that are off |
| initials | full birth date and the first consonants of two parts | slips in every part |
| place | a rare word of a place and one rare skeleton | slips in names and dates |

Day and month that could be exchanged are one date.

A key is a number of 64 bits: its kind in the highest four, then a hash of what it is made of. It depends on nothing but the record itself and on
how rare the sounds of its names are, in steps of a factor of two, so that more records change few keys. A name in another script that can be read
in several ways has the keys of each: parts are read otherwise one at a time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from crosstie.resolve.flat import mix, sort_run
from crosstie.resolve.names.vocabulary import Vocabulary, Worth
from crosstie.resolve.profiles import Profiles

IDENTIFIER, CONTACT, CITATION, SOUNDS, JOINED, DAY, YEAR, ANNIVERSARY, INITIALS, PLACE = range(10)
#: Of a long name only so many of the rarest parts make pairs.
RAREST = 5
#: Of places only so many rare words make keys.
_PLACES = 2
#: Rarity is known in steps of so many nats: a factor of two.
_STEP = 0.6931471805599453
#: A date is a year of birth where its interval is no longer.
_YEARS = 2
#: So many further readings of a name make keys.
_READINGS = 8
#: More keys than these a name has not, by itself with its places, and with one date.
_MOST = 32


class Keys(NamedTuple):
    """The keys of records: those of record i are `keys[start[i]:start[i + 1]]`, ascending, each once."""

    start: NDArray[np.int64]
    keys: NDArray[np.uint64]


def keys_of(profiles: Profiles, wanted: NDArray[np.bool_]) -> Keys:
    """The keys of the wanted records; the others have none."""
    names, words, worth = profiles.names
    values, dates = profiles.values, profiles.dates
    sets = [(values[name].start, values[name].codes, values[name].hash) for name in ("identifier", "contact", "citation")]
    place = values["place"]
    sounds, rarity = sounds_of(words, worth)
    start, keys = _keys(
        wanted,
        (names.form_start, names.token_start, names.tokens),
        (sounds, rarity, first_sounds(words), words.sounds, words.sound_start),
        _other_sounds(words, sounds),
        tuple(sets),
        (place.start, place.codes, place.hash, place.worth),
        (dates.start, dates.first, dates.last, dates.exact),
    )
    return Keys(start, keys)


def sounds_of(words: Vocabulary, worth: Worth) -> tuple[NDArray[np.uint64], NDArray[np.int16]]:
    """Of each token what stands for it in keys (0: nothing): its consonants, or its letters where it has but one; and how rare that is."""
    by_sound = np.diff(words.sound_start) > 1
    by_letters = (np.diff(words.start) > 1) | words.numeral
    sounds = np.where(by_sound, words.sound_hash, np.where(by_letters, words.hash, np.uint64(0)))
    return sounds, (np.where(by_sound, worth.sound_rarity, worth.rarity) / _STEP).astype(np.int16)


def _other_sounds(words: Vocabulary, sounds: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Of each token the other readings that sound otherwise, one of each sound, in their order; with where they begin."""
    owner = np.repeat(np.arange(len(words.hash)), np.diff(words.variant_start))
    told = np.stack([owner.astype(np.uint64), sounds[words.variants]], axis=1)
    first = np.sort(np.unique(told, axis=0, return_index=True)[1])
    first = first[sounds[words.variants[first]] != sounds[owner[first]]]
    return np.searchsorted(owner[first], np.arange(len(words.hash) + 1)), words.variants[first]


def first_sounds(words: Vocabulary) -> NDArray[np.uint8]:
    """The first consonant of each token, or its first letter where it has none."""
    if not len(words.hash):
        return np.zeros(0, np.uint8)
    has = np.diff(words.sound_start) > 0
    consonants = np.append(words.sounds, np.uint8(0))[np.minimum(words.sound_start[:-1], len(words.sounds))]
    letters = np.append(words.letters, np.uint8(0))[np.minimum(words.start[:-1], len(words.letters))]
    return np.where(has, consonants, letters).astype(np.uint8)


@njit(cache=True, nogil=True)
def canonical_day(day: int) -> int:
    """A date as yyyymmdd with the smaller of month and day first, where they could have been exchanged."""
    year, month, of_month = day // 10000, day // 100 % 100, day % 100
    if of_month <= 12 and of_month < month:
        return year * 10000 + of_month * 100 + month
    return day


@njit(cache=True, nogil=True)
def key_of(kind: Any, one: Any, other: Any) -> Any:
    """The key of a kind, made of two hashes in this order."""
    mixed = mix(uint64(one) * uint64(0x9E3779B97F4A7C15) + mix(uint64(other) + uint64(kind)))
    return (uint64(kind) << uint64(60)) | (mixed >> uint64(4))


@njit(cache=True, nogil=True)
def rarest(tokens: Any, sounds: Any, rarity: Any, parts: Any, order: Any) -> int:
    """Fill `parts` with the distinct sounds of a name, rarest first; how many there are."""
    count = 0
    for token in tokens:
        sound = sounds[token]
        known = sound == 0
        for k in range(count):
            known = known or parts[k] == sound
        if known or count == len(parts):
            continue
        place = count
        while place > 0 and (order[place - 1] < rarity[token] or (order[place - 1] == rarity[token] and parts[place - 1] > sound)):
            parts[place] = parts[place - 1]
            order[place] = order[place - 1]
            place -= 1
        parts[place] = sound
        order[place] = rarity[token]
        count += 1
    return count


@njit(cache=True, nogil=True)
def _name_keys(found: Any, at: int, tokens: Any, parts: Any, count: int, words: Any) -> int:
    """The keys of a name by itself, into `found` from `at` on."""
    sounds, _, _, consonants, sound_start = words
    for i in range(min(count, RAREST)):
        for j in range(i):
            low, high = min(parts[i], parts[j]), max(parts[i], parts[j])
            found[at] = key_of(SOUNDS, low, high)
            at += 1
    joined, length = uint64(14695981039346656037), 0
    together = uint64(0)
    for token in tokens:
        together += mix(sounds[token])
        for k in range(sound_start[token], sound_start[token + 1]):
            joined = (joined ^ uint64(consonants[k])) * uint64(1099511628211)
            length += 1
    if length > 2:
        found[at] = key_of(JOINED, joined, uint64(1))
        at += 1
    if count > 0 and count != 2:  # two in any order are `SOUNDS`
        found[at] = key_of(JOINED, together, uint64(2))
        at += 1
    return at


@njit(cache=True, nogil=True)
def _dated_keys(found: Any, at: int, i: int, tokens: Any, parts: Any, count: int, firsts: Any, dates: Any) -> int:
    """The keys of a name with each birth date of its record."""
    date_start, first, last, exact = dates
    for k in range(date_start[i], date_start[i + 1]):
        if exact[k]:
            day = canonical_day(first[k])
            for part in range(min(count, RAREST)):
                found[at] = key_of(DAY, parts[part], uint64(day))
                at += 1
            for part in range(min(count, 2)):
                found[at] = key_of(ANNIVERSARY, parts[part], uint64(day % 10000))
                at += 1
            for a in range(min(len(tokens), RAREST)):
                for b in range(a):
                    low, high = min(firsts[tokens[a]], firsts[tokens[b]]), max(firsts[tokens[a]], firsts[tokens[b]])
                    found[at] = key_of(INITIALS, uint64(low) * uint64(64) + uint64(high), uint64(day))
                    at += 1
        years = last[k] // 10000 - first[k] // 10000
        for year in range(first[k] // 10000, last[k] // 10000 + 1):
            for part in range(min(count, 2) if years <= _YEARS else 0):
                found[at] = key_of(YEAR, parts[part], uint64(year))
                at += 1
    return at


@njit(cache=True, nogil=True)
def _rare_places(i: int, places: Any, chosen: Any) -> int:
    """The rarest words of a record's places, into `chosen`; how many."""
    start, codes, _, worth = places
    count = 0
    for k in range(start[i], start[i + 1]):
        place = min(count, len(chosen) - 1)
        if count == len(chosen) and worth[codes[chosen[place]]] >= worth[codes[k]]:
            continue
        while place > 0 and worth[codes[chosen[place - 1]]] < worth[codes[k]]:
            chosen[place] = chosen[place - 1]
            place -= 1
        chosen[place] = k
        count = min(count + 1, len(chosen))
    return count


@njit(cache=True, nogil=True)
def _form_keys(found: Any, at: int, i: int, tokens: Any, words: Any, place_hashes: Any, dates: Any, desk: Any) -> int:
    """The keys of one reading of a name of record i, into `found` from `at` on."""
    sounds, rarity, firsts, _, _ = words
    parts, order = desk
    known = rarest(tokens, sounds, rarity, parts, order)
    at = _name_keys(found, at, tokens, parts, known, words)
    at = _dated_keys(found, at, i, tokens, parts, known, firsts, dates)
    for place in place_hashes:
        for part in range(min(known, 2)):
            found[at] = key_of(PLACE, parts[part], place)
            at += 1
    return at


@njit(cache=True, nogil=True)
def _keys(wanted: Any, names: Any, words: Any, others: Any, sets: Any, places: Any, dates: Any) -> Any:
    form_start, token_start, token_of = names
    other_start, other = others
    count = len(wanted)
    start = np.zeros(count + 1, np.int64)
    found = np.empty(16 * count + 1024, np.uint64)
    desk, chosen, near = (np.zeros(12, np.uint64), np.zeros(12, np.int16)), np.zeros(_PLACES, np.int64), np.zeros(_PLACES, np.uint64)
    at = 0
    for i in range(count):
        begin = at
        start[i + 1] = at
        if not wanted[i]:
            continue
        forms = form_start[i + 1] - form_start[i]
        for k in range(token_start[form_start[i]], token_start[form_start[i + 1]]):
            forms += other_start[token_of[k] + 1] - other_start[token_of[k]]
        numbered = 0
        for held_start, _, _ in sets:
            numbered += held_start[i + 1] - held_start[i]
        most = begin + numbered + forms * (_MOST + (dates[0][i + 1] - dates[0][i]) * _MOST)
        if most > len(found):
            wider = np.empty(max(most, 2 * len(found)), np.uint64)
            wider[:at] = found[:at]
            found = wider
        for kind, (held_start, codes, hashes) in enumerate(sets):
            for k in range(held_start[i], held_start[i + 1]):
                found[at] = key_of(kind, hashes[codes[k]], uint64(0))
                at += 1
        placed = _rare_places(i, places, chosen)
        for k in range(placed):
            near[k] = places[2][places[1][chosen[k]]]
        for form in range(form_start[i], form_start[i + 1]):
            tokens = token_of[token_start[form] : token_start[form + 1]].copy()
            at = _form_keys(found, at, i, tokens, words, near[:placed], dates, desk)
            readings = 0
            for k in range(len(tokens)):
                written = tokens[k]
                for reading in range(other_start[written], other_start[written + 1]):
                    if readings < _READINGS:
                        tokens[k] = other[reading]
                        at = _form_keys(found, at, i, tokens, words, near[:placed], dates, desk)
                        readings += 1
                tokens[k] = written
        at = sort_run(found, begin, at, begin, True)
        start[i + 1] = at
    return start, found[:at].copy()
