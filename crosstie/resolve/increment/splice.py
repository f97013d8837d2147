"""Arrays of records that stay and of records that are new, put together as if all had come at once.

Records are numbered in the order of their ids, words and values in that of their hashes: so what was there keeps its order, what is new stands in
between, and nothing tells afterwards in how many steps the records came.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from crosstie.resolve.flat import Array, take
from crosstie.resolve.names.vocabulary import NameTable, Side, Vocabulary
from crosstie.resolve.profiles import OWN, Dates, Profiles, Values, worth_of
from crosstie.resolve.rarity import worth
from crosstie.resolve.threads import in_order

Ints = NDArray[np.int64]


class Spliced(NamedTuple):
    """Where everything has gone: of each record now the number of the old one it was, or `~n` where it is the n-th of the new ones; and of each old
    word and value its number now.
    """

    source: Ints
    words: Ints
    values: dict[str, Ints]


def moved(source: Ints, count: int) -> Ints:
    """Of each of `count` old things its number now, or -1 where it is gone."""
    now = np.full(count, -1, np.int64)
    kept = np.flatnonzero(source >= 0)
    now[source[kept]] = kept
    return now


def splice(old: Profiles, fresh: Profiles, source: Ints, threads: int = 1) -> tuple[Profiles, Spliced]:
    """The profiles of all records: those that stay and those that are new or changed, in the order that `source` says (as in `Spliced`)."""
    words, labels, now, fresh_now = _words(old, fresh)
    both_names = ((old.names.names, fresh.names.names), (old.mains, fresh.mains))
    names, mains = in_order(lambda both: _names(source, *both, now, fresh_now), both_names, threads)
    lists, list_codes = _labels(old.lists, fresh.lists)
    schemata, schema_codes = _labels(old.schemata, fresh.schemata)
    values, value_now = {}, {}
    spliced = in_order(lambda name: _values(source, old.values[name], fresh.values[name], own=name in OWN), list(old.values), threads)
    for name, (held, held_now) in zip(old.values, spliced, strict=True):
        values[name], value_now[name] = held, held_now
    start, place = items(source, old.dates.start, fresh.dates.start)
    found = replace(
        old,
        ids=_texts(source, old.ids, fresh.ids),
        datasets=rows(source, old.datasets, list_codes[fresh.datasets]),
        lists=lists,
        schemata=schemata,
        schema_codes=rows(source, old.schema_codes, schema_codes[fresh.schema_codes]),
        kinds=rows(source, old.kinds, fresh.kinds),
        current=rows(source, old.current, fresh.current),
        curated=rows(source, old.curated, fresh.curated),
        names=Side(names, words, worth(names, words, len(source))),
        mains=mains,
        labels=labels,
        dates=Dates(start, *(rows(place, getattr(old.dates, name), getattr(fresh.dates, name)) for name in ("first", "last", "exact"))),
        values=values,
        folder=None,
    )
    return found, Spliced(source, now, value_now)


def merged(old: NDArray[np.uint64], fresh: NDArray[np.uint64]) -> tuple[Ints, Ints, Ints]:
    """Two ascending lists without repetitions as one: where each thing comes from (an old one, or `~n` a new one), and where each of either is now."""
    place = np.searchsorted(old, fresh)
    there = np.append(old, np.uint64(0))[np.minimum(place, len(old))] == fresh
    there &= place < len(old)
    new = np.flatnonzero(~there)
    now = np.arange(len(old)) + np.cumsum(np.bincount(place[new], minlength=len(old) + 1))[: len(old)]
    fresh_now = np.empty(len(fresh), np.int64)
    fresh_now[new] = place[new] + np.arange(len(new))
    fresh_now[there] = now[place[there]]
    source = np.empty(len(old) + len(new), np.int64)
    source[now] = np.arange(len(old))
    source[fresh_now[new]] = ~new
    return source, now, fresh_now


def _words(old: Profiles, fresh: Profiles) -> tuple[Vocabulary, NDArray[np.uint64], Ints, Ints]:
    """All words, the labels of those that are written, and where the old and the new ones are now."""
    mine, theirs = old.names.words, fresh.names.words
    before, beside = len(old.labels), len(fresh.labels)
    written, now, fresh_now = merged(old.labels, fresh.labels)
    read, read_now, fresh_read_now = merged(mine.hash[before:], theirs.hash[beside:])
    source = np.concatenate([written, np.where(read >= 0, read + before, read - beside)])
    now = np.concatenate([now, len(written) + read_now])
    fresh_now = np.concatenate([fresh_now, len(written) + fresh_read_now])
    start, letters = runs(source, mine.start, mine.letters, theirs.start, theirs.letters)
    sound_start, sounds = runs(source, mine.sound_start, mine.sounds, theirs.sound_start, theirs.sounds)
    readings = now[mine.variants].astype(np.int32), fresh_now[theirs.variants].astype(np.int32)
    variant_start, variants = runs(source, mine.variant_start, readings[0], theirs.variant_start, readings[1])
    made = Vocabulary(
        letters=letters,
        start=start,
        sounds=sounds,
        sound_start=sound_start,
        variant_start=variant_start,
        variants=variants,
        bags=rows(source, mine.bags, theirs.bags),
        numeral=rows(source, mine.numeral, theirs.numeral),
        hash=rows(source, mine.hash, theirs.hash),
        sound_hash=rows(source, mine.sound_hash, theirs.sound_hash),
        script=rows(source, mine.script, theirs.script),
        concept=rows(source, mine.concept, theirs.concept),
    )
    return made, rows(written, old.labels, fresh.labels), now, fresh_now


def _names(source: Ints, old: NameTable, fresh: NameTable, now: Ints, fresh_now: Ints) -> NameTable:
    form_start, forms = items(source, old.form_start, fresh.form_start)
    tokens = now.astype(np.int32)[old.tokens], fresh_now.astype(np.int32)[fresh.tokens]
    token_start, token_of = runs(forms, old.token_start, tokens[0], fresh.token_start, tokens[1])
    _, parts = runs(forms, old.token_start, old.parts, fresh.token_start, fresh.parts)
    return NameTable(form_start, token_start, token_of, parts, rows(forms, old.weak, fresh.weak))


def _values(source: Ints, old: Values, fresh: Values, *, own: bool) -> tuple[Values, Ints]:
    """The values of one set, and where the old ones are now."""
    place, now, fresh_now = merged(old.hash, fresh.hash)
    codes = now.astype(np.int32)[old.codes], fresh_now.astype(np.int32)[fresh.codes]
    start, code_of = runs(source, old.start, codes[0], fresh.start, codes[1])
    text_start, text = runs(place, old.text_start, old.text, fresh.text_start, fresh.text)
    told = worth_of(code_of, len(place), len(source), own=own)
    return replace(
        old, start=start, codes=code_of, worth=told, hash=rows(place, old.hash, fresh.hash), text_start=text_start, text=text
    ), now


def _labels(old: list[str], fresh: list[str]) -> tuple[list[str], NDArray[np.int32]]:
    """All names of a short list, and the number of each of the new ones in it."""
    every = [*old, *(one for one in fresh if one not in set(old))]
    return every, np.array([every.index(one) for one in fresh], np.int32)


def _texts(source: Ints, old: Array, fresh: Array) -> Array:
    both: Array = pa.concat_arrays([old, fresh.cast(old.type)])
    return take(both, np.where(source >= 0, source, len(old) + ~source))


def rows(source: Ints, old: NDArray[Any], fresh: NDArray[Any]) -> NDArray[Any]:
    """Of each thing what is said of it, in the order of `source`."""
    found: NDArray[Any] = _rows(source, old, fresh.astype(old.dtype))
    return found


def runs(source: Ints, old_start: Ints, old: NDArray[Any], fresh_start: Ints, fresh: NDArray[Any]) -> tuple[Ints, NDArray[Any]]:
    """Lists of values end to end, with where each begins, in the order of `source`."""
    start = _starts(source, old_start, fresh_start)
    return start, _runs(source, start, old_start, old, fresh_start, fresh.astype(old.dtype))


def items(source: Ints, old_start: Ints, fresh_start: Ints) -> tuple[Ints, Ints]:
    """Where the list of each thing begins, and of each entry of the lists where it comes from, as in `source`."""
    start = _starts(source, old_start, fresh_start)
    return start, _items(source, start, old_start, fresh_start)


@njit(cache=True, nogil=True)
def _rows(source: Any, old: Any, fresh: Any) -> Any:
    found = np.empty(len(source), old.dtype)
    for i in range(len(source)):
        found[i] = old[source[i]] if source[i] >= 0 else fresh[~source[i]]
    return found


@njit(cache=True, nogil=True)
def _starts(source: Any, old_start: Any, fresh_start: Any) -> Any:
    start = np.zeros(len(source) + 1, np.int64)
    for i in range(len(source)):
        held, place = (old_start, source[i]) if source[i] >= 0 else (fresh_start, ~source[i])
        start[i + 1] = start[i] + held[place + 1] - held[place]
    return start


@njit(cache=True, nogil=True)
def _runs(source: Any, start: Any, old_start: Any, old: Any, fresh_start: Any, fresh: Any) -> Any:
    found = np.empty(start[-1], old.dtype)
    for i in range(len(source)):
        at = start[i]
        if source[i] >= 0:
            for k in range(old_start[source[i]], old_start[source[i] + 1]):
                found[at] = old[k]
                at += 1
        else:
            for k in range(fresh_start[~source[i]], fresh_start[~source[i] + 1]):
                found[at] = fresh[k]
                at += 1
    return found


@njit(cache=True, nogil=True)
def _items(source: Any, start: Any, old_start: Any, fresh_start: Any) -> Any:
    found = np.empty(start[-1], np.int64)
    for i in range(len(source)):
        at = start[i]
        if source[i] >= 0:
            for k in range(old_start[source[i]], old_start[source[i] + 1]):
                found[at] = k
                at += 1
        else:
            for k in range(fresh_start[~source[i]], fresh_start[~source[i] + 1]):
                found[at] = ~k
                at += 1
    return found
