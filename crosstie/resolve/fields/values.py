"""The values of a column as arrays: each distinct value once, in comparable form, with how common it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.flat import Array, hash_strings, pc
from crosstie.resolve.names.forms import romanize, skeleton
from crosstie.resolve.names.vocabulary import hashes

#: A property to how its values are compared (see features.py).
KINDS: Mapping[str, str] = {
    "firstName": "name",
    "middleName": "name",
    "lastName": "name",
    "name": "words",
    "birthDate": "date",
    "gender": "category",
    "nationality": "category",
    "country": "category",
    "state": "category",
    "birthPlace": "words",
    "city": "words",
    "street": "words",
    "street2": "words",
    "address": "words",
    "position": "words",
    "streetNumber": "number",
    "postalCode": "number",
    "email": "text",
    "phone": "number",
    "idNumber": "number",
    "passportNumber": "number",
    "taxNumber": "number",
}
#: What is known in general weighs as much as so many rows: of a short list nobody can tell how rare its values are. By kind, how many of all
#: people have a usual value.
_BACKGROUND = 100
GENERAL = {"name": 0.003, "date": 0.00005, "category": 0.3, "words": 0.005, "number": 0.0001, "text": 0.0001}
#: Letters of a value that are compared; longer ones are cut.
LETTERS = 60
_CODES = np.zeros(128, np.uint8)
for _place, _letter in enumerate("abcdefghijklmnopqrstuvwxyz0123456789"):
    _CODES[ord(_letter)] = _place + 1
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "sir", "prof", "sheikh", "haji", "hajji", "mme", "mlle", "sr", "sra", "herr", "frau"})
#: What stands in cells that say nothing.
_NOTHING = ("", "na", "n/a", "null", "none", "nan", "unknown", "-", "?", "inconnu", "desconocido", "unbekannt", "xxx", "not known")


class Field(NamedTuple):
    """A column. `codes[row]` is the number of its value, or -1; what is of value v is at v, or from start[v] to start[v + 1].

    `letters` are codes 1-36 of a-z0-9 without separators, `sound` tells values of the same consonants (names only), `bags` has a bit for each
    letter that occurs, `share` is the part of the rows with a value that have this one, `day` is yyyymmdd (0: not a date), and `words` are the
    distinct words of each value, sorted numbers, with the part of the rows that have each.
    """

    codes: NDArray[np.int32]
    letters: NDArray[np.uint8]
    start: NDArray[np.int64]
    sound: NDArray[np.uint64]
    bags: NDArray[np.uint64]
    share: NDArray[np.float64]
    day: NDArray[np.int64]
    word_start: NDArray[np.int64]
    words: NDArray[np.int32]
    word_share: NDArray[np.float64]
    word_hash: NDArray[np.uint64]


class Coded(NamedTuple):
    """A column of text: the number of the value of each row (-1: none), and the distinct values."""

    codes: NDArray[np.int32]
    values: Array


def normal(column: Coded) -> Coded:
    """The column with its values in small Latin letters, digits and single spaces (`@` and `.` stay); what says nothing is none."""
    codes, labels = column
    ascii_only = pc.string_is_ascii(labels).to_numpy(zero_copy_only=False)
    if not ascii_only.all():
        plain = labels.to_pylist()
        for place in np.flatnonzero(~ascii_only):
            plain[place] = romanize(str(plain[place]))
        labels = pa.array(plain, pa.string())
    labels = pc.utf8_trim_whitespace(pc.utf8_lower(labels))
    said = pc.invert(pc.is_in(labels, pa.array(_NOTHING)))
    labels = pc.utf8_trim_whitespace(pc.replace_substring_regex(pc.replace_substring_regex(labels, "['`]", ""), "[^a-z0-9@.]+", " "))
    said = pc.and_(said, pc.match_substring_regex(labels, "[a-z0-9]"))
    return _recoded(codes, pc.if_else(said, labels, pa.scalar(None, pa.string())))


def codes_of(column: Any) -> NDArray[np.int32]:
    """The codes of a dictionary-encoded array, -1 where there is none."""
    return np.asarray(pc.fill_null(column.indices, -1).to_numpy(zero_copy_only=False), np.int32)


def _encoded(column: Array) -> Coded:
    """Codes of the values of a text column (-1 where there is none), and the value of each code."""
    found = column.dictionary_encode()
    return Coded(codes_of(found), found.dictionary)


def _recoded(codes: NDArray[np.int32], labels: Array) -> Coded:
    """The same rows when their values become `labels`, some of them the same, some null."""
    merged, distinct = _encoded(labels)
    return Coded(np.append(merged, np.int32(-1))[codes], distinct)  # code -1 takes the last


def field(column: Coded, kind: str) -> Field:
    """A field of a column that `normal` made."""
    codes, values = column
    letters, start = _spelled(values)
    count = np.bincount(codes[codes >= 0], minlength=len(values)).astype(np.float64)
    present = float(count.sum())
    if kind == "name":
        compact = pc.replace_substring_regex(values, "[^a-z0-9]+", "").to_pylist()
        sound = hash_strings(pa.array([found if len(found := skeleton(one)) > 1 else one for one in compact], pa.string()))
    else:
        sound = hashes(letters, start)
    words = pc.split_pattern(values, " ") if kind == "words" else pa.array([], pa.list_(pa.string()))
    word_start, word_codes, word_share, word_hash = _words(words, len(values), count / max(present, 1.0))
    return Field(
        codes=codes,
        letters=letters,
        start=start,
        sound=sound,
        bags=_bags(letters, start),
        share=(np.maximum(count, 1.0) + _BACKGROUND * GENERAL.get(kind, 0.001)) / (present + _BACKGROUND),
        day=_days(values) if kind == "date" else np.zeros(len(values), np.int64),
        word_start=word_start,
        words=word_codes,
        word_share=word_share,
        word_hash=word_hash,
    )


def parts(column: Coded) -> tuple[Coded, Coded]:
    """First name and last name of full names in the order in which they are usually written."""
    first: list[str | None] = []
    last: list[str | None] = []
    for one in column.values.to_pylist():
        words = [word for word in (one or "").replace(".", " ").split(" ") if word and word not in _TITLES]
        first.append(words[0] if len(words) > 1 else None)
        last.append(words[-1] if words else None)
    return _recoded(column.codes, pa.array(first, pa.string())), _recoded(column.codes, pa.array(last, pa.string()))


def _spelled(values: Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    compact = pc.utf8_slice_codeunits(pc.replace_substring_regex(values, "[^a-z0-9]+", ""), 0, LETTERS).cast(pa.large_string())
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(pc.binary_length(compact).to_numpy(zero_copy_only=False))]).astype(np.int64)
    _, offsets, data = compact.buffers()
    first = int(np.frombuffer(memoryview(offsets), np.int64)[compact.offset]) if len(compact) else 0
    raw = np.frombuffer(memoryview(data or b""), np.uint8)[first : first + int(start[-1])]
    return _CODES[raw], start


def _bags(letters: NDArray[np.uint8], start: NDArray[np.int64]) -> NDArray[np.uint64]:
    found = np.zeros(len(start) - 1, np.uint64)
    filled = np.flatnonzero(np.diff(start) > 0)
    if len(filled):
        bits = np.left_shift(np.uint64(1), letters.astype(np.uint64))
        found[filled] = np.bitwise_or.reduceat(bits, start[:-1][filled])
    return found


def _words(
    lists: Any, count: int, share: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64], NDArray[np.uint64]]:
    if len(lists) == 0:
        return np.zeros(count + 1, np.int64), np.zeros(0, np.int32), np.zeros(0), np.zeros(0, np.uint64)
    owners = np.repeat(np.arange(count), np.diff(lists.offsets.to_numpy()))
    codes, labels = _encoded(lists.flatten())
    pairs = np.unique(owners * max(len(labels), 1) + codes)
    owners, codes = pairs // max(len(labels), 1), (pairs % max(len(labels), 1)).astype(np.int32)
    start = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))]).astype(np.int64)
    held = np.bincount(codes, weights=share[owners], minlength=len(labels))
    return start, codes, np.maximum(held, 1e-9), hash_strings(labels)


_DAY_FIRST = re.compile(r"^(\d{1,2})[ .](\d{1,2})[ .](\d{4})")
_YEAR_FIRST = re.compile(r"^(\d{4})[ .]?(\d{1,2})(?:[ .]?(\d{1,2}))?(?: |$)")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")


def _days(values: Array) -> NDArray[np.int64]:
    """Each value as yyyymmdd: 1970-01-31, 19700131, 31/01/1970 (01/31/1970 where the table shows that months come first); a year alone is its 1 January.

    What no calendar has (99999999, month 13) says nothing; 31 February stays, it is a slip that can be compared.
    """
    texts: list[str] = [str(text) for text in values.to_pylist()]
    found = np.zeros(len(texts), np.int64)
    turned = [told for text in texts if (told := _DAY_FIRST.match(text))]
    american = any(int(told[2]) > 12 for told in turned) and not any(int(told[1]) > 12 for told in turned)
    for place, text in enumerate(texts):
        if said := _COMPACT.match(text) or _YEAR_FIRST.match(text):
            year, month, day = int(said[1]), int(said[2]), int(said[3] or 1)
        elif said := _DAY_FIRST.match(text):
            year, month, day = int(said[3]), int(said[1 if american else 2]), int(said[2 if american else 1])
        elif said := _YEAR.search(text):
            year, month, day = int(said[1]), 1, 1
        else:
            continue
        if month > 12 >= day:
            month, day = day, month
        if month == 0 or day == 0:
            month = day = 1
        if year > 0 and month <= 12 and day <= 31:
            found[place] = year * 10000 + month * 100 + day
    return found
