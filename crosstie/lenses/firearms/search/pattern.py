"""What is asked for: a serial number with open signs, laid out at every length that it may have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement, pairwise
from typing import Any

import numpy as np

from crosstie.errors import UsageError
from crosstie.lenses.firearms.marks import rules, serial
from crosstie.lenses.firearms.search.alphabet import CLASSES, OTHERS, SIGNS, WORD, sign_code, tables

#: A sign that may be anything, and a gap of any length.
ANY, GAP = "?", "*"
_GAPS = 2
_CODES = CLASSES * 4


@dataclass(frozen=True, slots=True)
class Pattern:
    """The signs of a serial as it can be read: each a text of what it may be, ANY or GAP."""

    signs: tuple[str, ...]

    @property
    def fewest(self) -> int:
        """The least number of signs."""
        return sum(sign != GAP for sign in self.signs)

    @property
    def known(self) -> int:
        """How many signs say anything."""
        return sum(sign not in (ANY, GAP) for sign in self.signs)

    @property
    def foreign(self) -> bool:
        """Whether it has signs that are kept only in the text."""
        return any(sign_code(one) >= OTHERS * 4 for sign in self.signs if sign not in (ANY, GAP) for one in sign)

    def __str__(self) -> str:
        return "".join(sign if len(sign) == 1 else f"[{sign}]" for sign in self.signs)

    def layouts(self, length: int) -> Iterator[tuple[str, ...]]:
        """Every way to lay the signs out over so many; the signs of a gap are GAP."""
        gaps = [at for at, sign in enumerate(self.signs) if sign == GAP]
        spare = length - self.fewest
        if spare < 0 or (spare and not gaps):
            return
        for cuts in combinations_with_replacement(range(spare + 1), max(0, len(gaps) - 1)):
            edges = [0, *cuts, spare]
            shares = iter([last - first for first, last in pairwise(edges)])
            laid: list[str] = []
            for sign in self.signs:
                laid += [GAP] * next(shares) if sign == GAP else [sign]
            yield tuple(laid)


def parse(written: str) -> Pattern:
    """The pattern in a serial number as it was read off. UsageError where nothing of it can be searched."""
    latin = serial(written).latin
    signs: list[str] = []
    at = 0
    while at < len(latin):
        if latin[at] == "[":
            end = latin.index("]", at)
            signs.append(latin[at + 1 : end])
            at = end
        elif latin[at] != GAP or not signs or signs[-1] != GAP:
            signs.append(latin[at])
        at += 1
    found = Pattern(tuple(signs))
    if not found.known:
        raise UsageError(
            f"“{written}”: not one sign can be read",
            hint="Write ? for each sign that is lost, * for several: AB?12*; [8B] for an 8 or a B.",
        )
    if sum(sign == GAP for sign in found.signs) > _GAPS:
        raise UsageError(f"“{written}” has more than {_GAPS} gaps", hint="Write ? for each lost sign where their number is known.")
    if found.fewest > SIGNS:
        raise UsageError(f"“{written}” is longer than {SIGNS} signs")
    return found


@cache
def _confusions() -> np.ndarray[Any, Any]:
    """What it costs to read one sign (row) where another (column) stands, by their codes."""
    cost = rules()["costs"]
    found = np.full((_CODES, _CODES), cost["other"], np.float32)
    for left, right in rules()["misread"]:
        a, b = sign_code(left), sign_code(right)
        found[a, b] = found[b, a] = cost["misread"]
    for group in range(1, OTHERS):
        found[group * 4 : group * 4 + 4, group * 4 : group * 4 + 4] = cost["look_alike"]
    np.fill_diagonal(found, 0.0)
    return found


def costs(laid: Sequence[str]) -> np.ndarray[Any, Any]:
    """What each sign costs at each place, (SIGNS, codes): nought where it is what was read, more the less likely it was misread."""
    found = np.zeros((SIGNS, _CODES), np.float32)
    for at, sign in enumerate(laid):
        if sign == GAP:
            found[at] = rules()["costs"]["gap"]
        elif sign != ANY:
            found[at] = _confusions()[[sign_code(one) for one in sign]].min(axis=0)
    return found


def masks(laid: Sequence[str], *, backwards: bool = False) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The words to look for and which of their bits count, (2,) each: of signs that can be but of one class. The others are for `allowed`."""
    value, mask = np.zeros(2, np.uint64), np.zeros(2, np.uint64)
    for at, sign in enumerate(reversed(laid) if backwards else laid):
        groups = {sign_code(one) // 4 for one in sign} if sign not in (ANY, GAP) else set()
        if len(groups) == 1:
            shift = np.uint64(5 * (WORD - 1 - at % WORD))
            value[at // WORD] |= np.uint64(groups.pop()) << shift
            mask[at // WORD] |= np.uint64(31) << shift
    return value, mask


def allowed(laid: Sequence[str]) -> np.ndarray[Any, Any]:
    """Which classes fit each place, as bits, (SIGNS,)."""
    found = np.full(SIGNS, 0xFFFFFFFF, np.uint32)
    for at, sign in enumerate(laid):
        if sign not in (ANY, GAP):
            found[at] = sum({1 << (sign_code(one) // 4) for one in sign})
    return found


def ends(pattern: Pattern) -> tuple[int, int]:
    """How many signs are known to be of one class at the beginning, and at the end."""
    return _run(pattern.signs), _run(pattern.signs[::-1])


def _run(signs: Sequence[str]) -> int:
    count = 0
    for sign in signs:
        if sign in (ANY, GAP) or len({sign_code(one) // 4 for one in sign}) > 1:
            break
        count += 1
    return count


def variants(sign: str) -> str:
    """Every sign that looks like this one, itself first."""
    group = next((group for group in rules()["look_alike"] if sign in group), sign)
    return sign + group.replace(sign, "")


__all__ = ["ANY", "GAP", "Pattern", "allowed", "costs", "ends", "masks", "parse", "tables", "variants"]
