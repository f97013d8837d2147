"""Numbers that carry their own check: containers (ISO 6346), ships (IMO), air waybills; and codes of the Harmonized System.

Whole columns at once where millions pass. A check digit catches a slip of the pen or a number made up at random; a number copied from a real box
passes, which is why duplicates are looked for as well.

Source: ISO 6346:1995, annex A; IMO resolution A.1117(30) (2017); IATA Resolution 600a; WCO Harmonized System, 2022 edition.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

Texts = np.ndarray[Any, np.dtype[np.str_]]
_HS = Path(__file__).parent / "data" / "hs.txt"
_BARE = re.compile(r"[\s\-./]+")
#: letters stand for 10 to 38 without the multiples of 11
_LETTERS = np.array([value for value in range(10, 39) if value % 11], dtype=np.int64)
#: bits of what is wrong with a code
SHAPE, DIGIT = 1, 2


def container(text: str) -> str:
    """A container number as it is written: capitals, no signs between."""
    return _BARE.sub("", text).upper()


def container_faults(numbers: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """What is wrong with each container number: 0 nothing, SHAPE, or DIGIT."""
    signs = _signs(numbers, 11)
    letters, figures = signs[:, :4] - ord("A"), signs[:, 4:] - ord("0")
    shaped = (letters >= 0).all(1) & (letters < 26).all(1) & (figures >= 0).all(1) & (figures < 10).all(1)
    shaped &= np.isin(letters[:, 3], [ord(letter) - ord("A") for letter in "UJZ"]) & (_lengths(numbers) == 11)
    values = np.concatenate([_LETTERS[np.clip(letters, 0, 25)], figures[:, :6]], axis=1)
    digit = (values * (1 << np.arange(10))).sum(1) % 11 % 10
    return np.where(~shaped, SHAPE, np.where(digit != figures[:, 6], DIGIT, 0)).astype(np.int8)


def imo_faults(numbers: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """What is wrong with each IMO ship number of seven figures (`IMO` may stand before them): 0 nothing, SHAPE, or DIGIT."""
    bare = [number.upper().removeprefix("IMO").strip() for number in numbers]
    figures = _signs(bare, 7) - ord("0")
    shaped = (figures >= 0).all(1) & (figures < 10).all(1) & (_lengths(bare) == 7) & (figures[:, 0] > 0)
    digit = (figures[:, :6] * np.arange(7, 1, -1)).sum(1) % 10
    return np.where(~shaped, SHAPE, np.where(digit != figures[:, 6], DIGIT, 0)).astype(np.int8)


def waybill_fault(number: str) -> int:
    """What is wrong with an air waybill number: three figures of the airline, seven of a serial, one that is the serial modulo seven."""
    figures = _BARE.sub("", number)
    if not re.fullmatch(r"\d{11}", figures):
        return SHAPE
    return 0 if int(figures[3:10]) % 7 == int(figures[10]) else DIGIT


def hs(text: str) -> str | None:
    """A code of the Harmonized System in figures (2, 4, 6, 8 or 10); None for what cannot be one. A nought that a spreadsheet lost is put back."""
    figures = re.sub(r"[\s.\-]", "", text)
    if not figures.isascii() or not figures.isdigit() or not 1 <= len(figures) <= 12:
        return None
    figures = figures if len(figures) % 2 == 0 else f"0{figures}"
    chapter = int(figures[:2])
    return figures if 1 <= chapter <= 99 and chapter != 77 else None


def hs_known(code: str) -> bool:
    """Whether the heading or subheading stands in the edition that is shipped (2022); other editions have codes that it lacks."""
    return code[:6] in hs_codes()


@cache
def hs_codes() -> frozenset[str]:
    """Chapters, headings and subheadings of the 2022 edition."""
    found: set[str] = set()
    for line in _HS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            heading, *ends = line.split()
            found |= {heading[:2], heading, *(heading + end for end in ends)}
    return frozenset(found)


def _signs(texts: Sequence[str], width: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The first signs of each text as numbers; 0 beyond its end."""
    wide: Texts = np.asarray(list(texts), dtype=f"<U{width}")
    return wide.view(np.uint32).reshape(len(wide), width).astype(np.int64) if len(wide) else np.zeros((0, width), np.int64)


def _lengths(texts: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.fromiter((len(text) for text in texts), np.int64, len(texts))
