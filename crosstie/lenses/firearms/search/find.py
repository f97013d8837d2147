"""Looking a damaged serial up: exactly what fits, the likeliest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.lenses.firearms.marks import rules
from crosstie.lenses.firearms.search import kernels
from crosstie.lenses.firearms.search.alphabet import SIGNS, WORD, sign_code
from crosstie.lenses.firearms.search.index import SerialIndex
from crosstie.lenses.firearms.search.pattern import ANY, GAP, Pattern, allowed, costs, ends, masks, variants

pc: Any = pyarrow.compute
#: Layouts that are priced at once: two gaps in a long serial have more.
_WAYS = 400


@dataclass(frozen=True, slots=True)
class Found:
    """The likeliest serials that fit, what each costs (natural logarithm, nought is as read), and how many fit in all."""

    serials: tuple[str, ...]
    costs: tuple[float, ...]
    count: int


def find(index: SerialIndex, pattern: Pattern, *, limit: int = 20, misread: int = 0, slips: bool = False) -> Found:
    """The serials that fit a pattern. Signs that look alike always fit, at a cost; `misread` others may differ; `slips` allows one sign too many, too
    few, or two exchanged, whether by who read it or by who wrote the register.
    """
    rows, prices = _scan(index, pattern, misread)
    long = _long(index, pattern)
    if slips:
        more = [_scan(index, one, 0) for one in _slipped(pattern)]
        rows = np.concatenate([rows, *(found for found, _ in more)])
        prices = np.concatenate([prices, *(cost + rules()["costs"]["slip"] for _, cost in more)])
        order = np.lexsort((prices, rows))
        kept = order[np.flatnonzero(np.diff(rows[order], prepend=-1))]
        rows, prices = rows[kept], prices[kept]
    count = len(rows) + len(long)
    if len(rows) > limit * 4 + 1000:
        kept = np.flatnonzero(prices <= np.partition(prices, limit)[limit])
        rows, prices = rows[kept], prices[kept]
    order = np.lexsort((rows, prices))[:limit]
    texts = [*index.texts.take(pa.array(rows[order].astype(np.int64))).to_pylist(), *long]
    return Found(tuple(texts[:limit]), tuple([round(float(one), 4) for one in prices[order]] + [0.0] * len(long))[:limit], count)


def _scan(index: SerialIndex, pattern: Pattern, misread: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Rows that fit, in order, and what each costs."""
    rows: list[np.ndarray[Any, Any]] = [np.zeros(0, np.int64)]
    prices: list[np.ndarray[Any, Any]] = [np.zeros(0, np.float64)]
    for length in range(pattern.fewest, SIGNS + 1):
        begin, end = int(index.starts[length]), int(index.starts[length + 1])
        if begin == end or (length > pattern.fewest and GAP not in pattern.signs):
            continue
        laid = list(pattern.layouts(length))
        found = np.sort(_fitting(index, pattern, laid, length, misread))
        if not len(found):
            continue
        price = np.full(len(found), np.inf)
        for at in range(0, len(laid), _WAYS):
            part, ways = np.empty(len(found)), laid[at : at + _WAYS]
            kernels.priced(
                found,
                index.first,
                index.second,
                index.late,
                index.places,
                length,
                np.stack([costs(way) for way in ways]),
                np.stack([allowed(way) for way in ways]),
                misread,
                part,
            )
            price = np.minimum(price, part)
        good = np.isfinite(price)
        rows.append(found[good])
        prices.append(price[good])
    found, price = np.concatenate(rows), np.concatenate(prices)
    if pattern.foreign and not misread:
        kept = pc.match_substring_regex(index.texts.take(pa.array(found)), expression(pattern)).to_numpy(zero_copy_only=False).astype(bool)
        found, price = found[kept], price[kept]
    return found, price


def _fitting(index: SerialIndex, pattern: Pattern, laid: list[tuple[str, ...]], length: int, misread: int) -> np.ndarray[Any, Any]:
    """Rows of one length that may fit: those of the stretch that the known beginning, or the known end, leaves."""
    begin, end = int(index.starts[length]), int(index.starts[length + 1])
    ahead, behind = (
        ((begin, end), (begin, end))
        if misread
        else (
            _stretch(index.first, begin, end, laid[0], ends(pattern)[0], backwards=False),
            _stretch(index.turned_first, begin, end, laid[0], ends(pattern)[1], backwards=True),
        )
    )
    backwards = behind[1] - behind[0] < ahead[1] - ahead[0]
    first, last = behind if backwards else ahead
    asked = [masks(way, backwards=backwards) for way in laid]
    values, bits = np.stack([one for one, _ in asked]), np.stack([one for _, one in asked])
    words, more = (index.turned_first, index.turned_second) if backwards else (index.first, index.second)
    second = more[first - index.late : last - index.late] if length > WORD else more[:0]
    out = np.empty(last - first, np.int64)
    count = kernels.fitting(words[first:last], second, first, values, bits, misread, out)
    found: np.ndarray[Any, Any] = index.order[out[:count]].astype(np.int64) if backwards else out[:count]
    return found


def _stretch(words: np.ndarray[Any, Any], begin: int, end: int, laid: tuple[str, ...], known: int, *, backwards: bool) -> tuple[int, int]:
    """Which words of a length begin with the known signs."""
    known = min(known, WORD)
    if not known:
        return begin, end
    value, _ = masks(laid[-known:] if backwards else laid[:known], backwards=backwards)
    spare = np.uint64((1 << 5 * (WORD - known)) - 1)
    low, high = np.searchsorted(words[begin:end], np.array([value[0], value[0] | spare], np.uint64))
    beyond = np.searchsorted(words[begin:end], value[0] | spare, side="right")
    return begin + int(low), begin + int(max(high, beyond))


def expression(pattern: Pattern) -> str:
    """The pattern as a regular expression over the signs that look alike: what it means, said in another way."""
    parts = []
    for sign in pattern.signs:
        if sign in (ANY, GAP):
            parts.append("." if sign == ANY else ".*")
        else:
            parts.append("[" + "".join(sorted({re.escape(like) for one in sign for like in variants(one)})) + "]")
    return "^" + "".join(parts) + "$"


def _slipped(pattern: Pattern) -> list[Pattern]:
    """The pattern with one sign too many, one too few, or two neighbours exchanged."""
    signs = pattern.signs
    found: dict[tuple[str, ...], None] = {}
    for at in range(len(signs) + 1):
        found[(*signs[:at], ANY, *signs[at:])] = None
    for at, sign in enumerate(signs):
        if sign != GAP and pattern.known > 1:
            found[(*signs[:at], *signs[at + 1 :])] = None
    for at in range(len(signs) - 1):
        if GAP not in signs[at : at + 2] and signs[at] != signs[at + 1]:
            found[(*signs[:at], signs[at + 1], signs[at], *signs[at + 2 :])] = None
    return [Pattern(one) for one in found if len([sign for sign in one if sign != GAP]) <= SIGNS]


def _long(index: SerialIndex, pattern: Pattern) -> list[str]:
    """Serials that are too long to be packed and fit all the same."""
    if GAP not in pattern.signs:
        return []
    rest = index.texts.slice(int(index.starts[SIGNS + 1]))
    return [str(one) for one in rest.filter(pc.match_substring_regex(rest, expression(pattern))).to_pylist()]


__all__ = ["Found", "expression", "find", "sign_code"]
