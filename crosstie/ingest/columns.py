"""Cleaning whole columns at once: the same results as `ingest.emitter.cleaner`, without a Python object per row."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.emitter import CACHED, cleaner
from crosstie.ingest.rules import Value
from crosstie.model import schema as model

#: pyarrow.compute without its stubs, which know no arrays of unknown type
pc: Any = pyarrow.compute
#: a pyarrow array of texts
Texts = Any
_NULL: Any = pa.scalar(None, pa.string())

_SPACES = r"[\t-\r\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]+"
_UNEVEN = r"[\t-\r\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]|  "
_GROUPS = {
    ".": r"^[+-]?(\d{1,3}([,' \x{a0}\x{202f}]\d{3})+|\d+)?(\.\d+)?([eE][+-]?\d{1,3})?$",
    ",": r"^[+-]?(\d{1,3}([.' \x{a0}\x{202f}]\d{3})+|\d+)?(,\d+)?$",
}
_DIRECTIVES = {
    "%d": r"(?P<d>\d{1,2})",
    "%m": r"(?P<m>\d{1,2})",
    "%Y": r"(?P<Y>\d{4})",
    "%H": r"(?P<H>\d{1,2})",
    "%M": r"(?P<M>\d{2})",
    "%S": r"(?P<S>\d{2})",
    "%%": "%",
}
_PRECISION = (("Y", "%Y"), ("m", "-%m"), ("d", "-%d"), ("H", "T%H"), ("M", ":%M"), ("S", ":%S"))


def tidy(column: Texts) -> Texts:
    """Cells without the space around them; an empty cell is null."""
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(pc.binary_length(trimmed), 0), _NULL, trimmed)


def squeeze(column: Texts) -> Texts:
    """Every run of space, of any script, as one space."""
    if not pc.any(pc.match_substring_regex(column, _UNEVEN)).as_py():
        return column
    return tidy(pc.replace_substring_regex(column, _SPACES, " "))


def by_unique(column: Texts, change: Callable[[str], str | None]) -> Texts:
    """A change of texts, made once for each different text."""
    coded = column.dictionary_encode()
    changed = pa.array([change(one) for one in coded.dictionary.to_pylist()], pa.string())
    return changed.take(coded.indices)


def clean(column: Texts, schema: str, prop: str, value: Value) -> Texts:
    """The values of a property as its type wants them; null for one that is not of the type, "" for one that says nothing."""
    found = model.prop(schema, prop)
    kind = found.type.name if found is not None else "string"
    if value.lower:
        column = pc.utf8_lower(column)
    if kind == "date":
        return dates(column, value.formats)
    if kind == "number" and value.decimal:
        return plain_numbers(column, value.decimal)
    if kind in ("text", "entity"):
        return tidy(column)
    if kind in ("country", "topic", "gender", "language", "phone", "email", "url", "mimetype", "ip", "checksum"):
        return by_unique(column, cleaner(schema, prop))
    return squeeze(column)


def dates(column: Texts, formats: tuple[str, ...] = ()) -> Texts:
    """Dates with just the precision given, read by the formats and, where none fits, as ISO 8601; null for what is no date."""
    found = iso(column)
    for written in formats:
        found = pc.coalesce(found, _formatted(column, written))
    missing = pc.and_(pc.is_null(found), pc.is_valid(column))
    if not formats and pc.any(missing).as_py():
        odd = by_unique(pc.if_else(missing, column, _NULL), cleaner("Thing", "createdAt"))
        found = pc.coalesce(found, odd)
    return found


def numbers(column: Texts, decimal: str | None) -> Texts:
    """Numbers as float64; null for what is no number. Without `decimal` a comma may only part thousands, so that 1,5 is never read as 15."""
    return pc.cast(plain_numbers(column, decimal or "."), pa.float64())


def plain_numbers(column: Texts, decimal: str) -> Texts:
    """Numbers as text with a point and without groups; null for what is no number."""
    fits = pc.and_(pc.match_substring_regex(column, _GROUPS[decimal]), pc.match_substring_regex(column, r"\d"))
    digits = pc.replace_substring_regex(column, r"[' \x{a0}\x{202f}]|" + (r"\." if decimal == "," else ","), "")
    if decimal == ",":
        digits = pc.replace_substring(digits, ",", ".")
    return pc.if_else(fits, pc.utf8_ltrim(digits, "+"), _NULL)


def slug(column: Texts) -> Texts:
    """A key as part of an id: letters and figures of any script, dots and underscores stay, all else becomes a hyphen."""
    return pc.utf8_trim(pc.replace_substring_regex(column, r"[^\pL\pM\pN._]+", "-"), "-")


def iso(column: Texts) -> Texts:
    """Values that are ISO dates already, checked against the calendar; null for the others."""
    day = pc.match_substring_regex(column, r"^\d{4}-\d{2}-\d{2}$")
    found = _calendar(pc.if_else(day, column, _NULL), "%Y-%m-%d")
    short = pc.match_substring_regex(column, r"^[12]\d{3}(-(0[1-9]|1[0-2]))?$")
    stamp = pc.match_substring_regex(column, r"^\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")
    if not pc.any(stamp).as_py():
        return pc.if_else(short, column, found)
    day_of = pc.utf8_slice_codeunits(pc.if_else(stamp, column, _NULL), 0, 10)
    time_of = pc.utf8_slice_codeunits(column, 11)
    stamped = pc.binary_join_element_wise(_calendar(day_of, "%Y-%m-%d"), time_of, "T")
    return pc.if_else(short, column, pc.coalesce(found, stamped))


def _calendar(column: Texts, written: str) -> Texts:
    """The texts that name a day that exists: Arrow rolls 31 February over to March, so what comes back must be what went in."""
    moment = pc.strptime(column, format=written, unit="s", error_is_null=True)
    back = pc.cast(pc.cast(moment, pa.date32()), pa.string())
    return pc.if_else(pc.equal(back, column), column, _NULL)


def _formatted(column: Texts, written: str) -> Texts:
    pattern = _pattern(written)
    if pattern is None:
        return by_unique(column, lambda one: _strptime(one, written))
    parts = pc.extract_regex(column, pattern)
    named = {field.name for field in parts.type}
    if "Y" not in named or ("d" in named and "m" not in named):
        return by_unique(column, lambda one: _strptime(one, written))
    part = {name: pc.struct_field(parts, name) for name in named}
    padded = {name: values if name == "Y" else pc.utf8_lpad(values, 2, "0") for name, values in part.items()}
    if "d" in named:
        day = pc.binary_join_element_wise(padded["Y"], padded["m"], padded["d"], "-")
        day = _calendar(day, "%Y-%m-%d")
    elif "m" in named:
        month = pc.binary_join_element_wise(padded["Y"], padded["m"], "-")
        day = pc.if_else(pc.match_substring_regex(month, r"-(0[1-9]|1[0-2])$"), month, _NULL)
    else:
        return padded["Y"]
    clock = [padded[name] for name in ("H", "M", "S") if name in named]
    if not clock or "d" not in named:
        return day
    time = pc.binary_join_element_wise(*clock, ":")
    time = pc.if_else(pc.match_substring_regex(time, r"^([01]\d|2[0-3])(:[0-5]\d)*$"), time, _NULL)
    return pc.binary_join_element_wise(day, time, "T")


@lru_cache(maxsize=256)
def _pattern(written: str) -> str | None:
    """The format as a regular expression, if it holds nothing but figures; None for names of months, two-digit years and the like."""
    pieces = re.split(r"(%.)", written)
    if any(piece.startswith("%") and piece not in _DIRECTIVES for piece in pieces):
        return None
    if len({piece for piece in pieces if piece.startswith("%")}) < sum(piece.startswith("%") for piece in pieces):
        return None
    return "^" + "".join(_DIRECTIVES.get(piece) or re.escape(piece) for piece in pieces) + "$"


@lru_cache(maxsize=CACHED)
def _strptime(value: str, written: str) -> str | None:
    try:
        moment = datetime.strptime(value, written)
    except ValueError:
        return None
    out = ""
    for letter, directive in _PRECISION:
        given = {"Y": "%Y %y %G", "m": "%m %b %B", "d": "%d", "H": "%H %I", "M": "%M", "S": "%S"}[letter].split()
        if not any(one in written for one in given) and not any(one in written for one in ("%j", "%c", "%x")):
            break
        out += moment.strftime(directive) if letter != "Y" else f"{moment.year:04d}"
    return out or None
