"""Which characters the fonts of this machine can draw: what none of them has is written as its number, and the page says so."""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import typst

#: What the fonts that come with typst have, where the machine has none of its own: Latin, Greek, Cyrillic, punctuation.
_BUILT_IN = frozenset(
    chr(code) for first, last in ((0x20, 0x24F), (0x370, 0x3FF), (0x400, 0x4FF), (0x2010, 0x2027)) for code in range(first, last + 1)
)
#: Characters that are not seen but are needed: line ends, and what joins or parts letters of Arabic and Indian scripts.
_SILENT = frozenset("\n\t\u200b\u200c\u200d")
#: Families in the order in which they are asked, of those that are there.
PREFERRED = (
    "Noto Sans", "Noto Sans Arabic", "Noto Naskh Arabic", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei",
    "DejaVu Sans", "Liberation Sans", "Arial", "Segoe UI", "Microsoft YaHei", "PingFang SC", "Libertinus Serif",
)  # fmt: skip


def families() -> list[str]:
    """The families to draw with, best first."""
    known = set(_fonts().families())
    return [name for name in PREFERRED if name in known] or ["Libertinus Serif"]


def undrawn(text: Iterable[str]) -> set[str]:
    """The characters of a text that no font here can draw, and those that would turn the text around or hide it."""
    asked = {one for one in set(text) if one not in _SILENT and not " " <= one <= "~"}
    hidden = {one for one in asked if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co")}
    left = {one for one in asked - hidden if one not in _BUILT_IN and unicodedata.category(one) != "Zs"}
    for path in _paths():
        if not left:
            break
        left = {one for one in left if ord(one) not in _drawn(path)}
    return left | hidden


def by_number(text: str, missing: set[str]) -> str:
    """The text with each run of these characters as their numbers in braces: {4E2D 6587}."""
    if missing.isdisjoint(text):
        return text
    runs = re.compile(f"[{''.join(map(re.escape, sorted(missing)))}]+")
    return runs.sub(lambda run: "{" + " ".join(f"{ord(one):04X}" for one in run.group()) + "}", text)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts()


@cache
def _paths() -> tuple[tuple[str, int], ...]:
    found = {(str(one.path), one.index): None for one in _fonts().fonts() if one.path}
    return tuple(found)


@cache
def _drawn(font: tuple[str, int]) -> frozenset[int]:
    """The code points that a font has glyphs for; none where the file is not understood."""
    path, index = font
    try:
        return frozenset(_character_map(Path(path).read_bytes(), index))
    except (OSError, struct.error, IndexError):
        return frozenset()


def _character_map(data: bytes, index: int) -> set[int]:
    """The code points of the table `cmap` of a font (OpenType 1.9): its formats 4 and 12, which all fonts of today have."""
    start = struct.unpack_from(">I", data, 12 + 4 * index)[0] if data[:4] == b"ttcf" else 0
    count = struct.unpack_from(">H", data, start + 4)[0]
    tables = {data[at : at + 4]: struct.unpack_from(">I", data, at + 8)[0] for at in range(start + 12, start + 12 + 16 * count, 16)}
    at = tables.get(b"cmap")
    if at is None:
        return set()
    found: set[int] = set()
    for number in range(struct.unpack_from(">H", data, at + 2)[0]):
        table = at + struct.unpack_from(">I", data, at + 8 + 8 * number)[0]
        kind = struct.unpack_from(">H", data, table)[0]
        if kind == 4:
            found |= _segments(data, table)
        elif kind == 12:
            for group in range(struct.unpack_from(">I", data, table + 12)[0]):
                first, last, _ = struct.unpack_from(">III", data, table + 16 + 12 * group)
                found.update(range(first, min(last, 0x10FFFF) + 1))
    return found


def _segments(data: bytes, table: int) -> set[int]:
    count = struct.unpack_from(">H", data, table + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", data, table + 14)
    starts = struct.unpack_from(f">{count}H", data, table + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", data, table + 16 + 4 * count)
    offsets = struct.unpack_from(f">{count}H", data, table + 16 + 6 * count)
    found: set[int] = set()
    for number, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code + delta
            if offset:
                place = table + 16 + 6 * count + 2 * number + offset + 2 * (code - first)
                glyph = struct.unpack_from(">H", data, place)[0]
            if glyph & 0xFFFF:
                found.add(code)
    return found
