"""The records as arrays, ready to be compared in bulk: one row of numbers per record, lists of values end to end with their offsets.

`assemble` makes them of plain columns, whatever these were read from. `Profiles.save` writes them to a folder of .npy files; opened from there
they are mapped into memory, and travel to other processes as the name of the folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.births import interval
from crosstie.resolve.flat import Array, distinct, encode, grouped, hash_strings, mapped, pc, take
from crosstie.resolve.names.vocabulary import NameTable, Side, Vocabulary, Worth, vocabulary
from crosstie.resolve.rarity import rarity, worth

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

KINDS = ("person", "organization", "thing", "any", "number")
#: Values that should be one record's own: their worth is 1, or less where many have them. All others are worth their rarity.
OWN = ("identifier", "contact")
#: An identifier that more records bear than lists speak of one thing is nobody's own.
_OWNERS = 6


class Names(NamedTuple):
    """Names of records, analysed: record, its tokens with a space between, whether it is weak; and the part that each token is, as figures
    (see NameTable), without spaces ("12": given, family). Without parts they are unknown. A token may have its script and other readings behind
    it ("qadirzai~3~kadirzai"). `main` are those that a source
    calls somebody first.
    """

    idx: Ints
    tokens: Array
    weak: NDArray[np.bool_]
    parts: Array | None = None
    main: NDArray[np.bool_] | None = None


class Births(NamedTuple):
    """Birth dates (or years of building): record, ISO date of any precision, and as it was written where that says more."""

    idx: Ints
    value: Array
    written: Array | None = None


class Held(NamedTuple):
    """Values of one set, in comparable form: record and value."""

    idx: Ints
    value: Array


@dataclass(frozen=True, slots=True)
class Values:
    """Sorted distinct coded values of each record: those of record i are `codes[start[i]:start[i + 1]]`.

    `worth[code]` says how much it means to share the value: its rarity in nats; for what should be one record's own, 1 or less where many have it.
    `hash[code]` tells the value itself, so that tables of other origin can be compared. Where slips are looked for (IN_LETTERS) its letters are
    `text[text_start[code]:text_start[code + 1]]`; elsewhere there are none.
    """

    start: Ints
    codes: NDArray[np.int32]
    worth: Floats
    hash: NDArray[np.uint64]
    text_start: Ints
    text: NDArray[np.uint8]

    def has(self, records: Ints) -> NDArray[np.bool_]:
        """Whether each of the records has a value."""
        return np.asarray(self.start[records + 1] > self.start[records])


@dataclass(frozen=True, slots=True)
class Dates:
    """Birth dates (or years of building) as intervals of yyyymmdd."""

    start: Ints
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    exact: NDArray[np.bool_]

    def has(self, records: NDArray[Any]) -> NDArray[np.bool_]:
        """Whether each of the records has a date."""
        return np.asarray(self.start[records + 1] > self.start[records])


@dataclass(frozen=True, slots=True)
class Profiles:
    """All records.

    `mains`: of records with several names those by which a source calls them first, before all aliases. `labels` tell the written words of the
    vocabulary, with their script and readings, ascending; words that are only read otherwise stand behind them. `lists` are the names of the
    datasets. `curated`: the publisher of the record's dataset keeps what is different apart (lists of sanctioned persons, not case files). `folder`
    is where the arrays are mapped from, if they are.
    """

    ids: Array
    datasets: NDArray[np.int32]
    schemata: list[str]
    schema_codes: NDArray[np.int32]
    kinds: NDArray[np.int8]
    current: NDArray[np.bool_]
    curated: NDArray[np.bool_]
    names: Side
    mains: NameTable
    labels: NDArray[np.uint64]
    lists: list[str]
    dates: Dates
    values: dict[str, Values]
    folder: Path | None = field(default=None, compare=False)

    @property
    def count(self) -> int:
        """How many records."""
        return len(self.kinds)

    def save(self, folder: Path) -> Profiles:
        """Write the arrays into a folder, and the same profiles mapped from there."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, found in self._arrays().items():
            np.save(folder / f"{name}.npy", found, allow_pickle=False)
        about = {"schemata": self.schemata, "lists": self.lists, "values": list(self.values)}
        (folder / "profiles.json").write_text(json.dumps(about), encoding="utf-8")
        with pa.OSFile(str(folder / "ids.arrow"), "wb") as sink, pa.ipc.new_file(sink, pa.schema([("id", self.ids.type)])) as file:
            file.write_batch(pa.record_batch([self.ids], names=["id"]))
        return open_profiles(folder)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.folder is not None:
            return open_profiles, (self.folder,)
        return Profiles, tuple(getattr(self, name) for name in self.__dataclass_fields__)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        found = {name: getattr(self, name) for name in _PLAIN}
        for part, held in zip(Side._fields, self.names, strict=True):
            found |= {f"{part}.{name}": array for name, array in zip(_FIELDS[part], held, strict=True)}
        found |= {f"mains.{name}": array for name, array in zip(NameTable._fields, self.mains, strict=True)}
        found |= {f"dates.{name}": getattr(self.dates, name) for name in Dates.__slots__}
        for key, values in self.values.items():
            found |= {f"value.{key}.{name}": getattr(values, name) for name in Values.__slots__}
        return found


_FIELDS: dict[str, tuple[str, ...]] = {"names": NameTable._fields, "words": Vocabulary._fields, "worth": Worth._fields}
_PLAIN = ("datasets", "schema_codes", "kinds", "current", "curated", "labels")


def open_profiles(folder: Path) -> Profiles:
    """The profiles of a folder that `save` wrote, mapped into memory."""
    about = json.loads((folder / "profiles.json").read_text(encoding="utf-8"))

    def stored(name: str) -> NDArray[Any]:
        return mapped(folder / f"{name}.npy")

    def side(part: str, kind: Any) -> Any:
        return kind(*(stored(f"{part}.{name}") for name in kind._fields))

    with pa.memory_map(str(folder / "ids.arrow")) as source:
        ids = pa.ipc.open_file(source).read_all().column(0).combine_chunks()
    return Profiles(
        ids=ids,
        **{name: stored(name) for name in _PLAIN},
        schemata=about["schemata"],
        lists=about["lists"],
        names=Side(side("names", NameTable), side("words", Vocabulary), side("worth", Worth)),
        mains=side("mains", NameTable),
        dates=Dates(*(stored(f"dates.{name}") for name in Dates.__slots__)),
        values={key: Values(*(stored(f"value.{key}.{name}") for name in Values.__slots__)) for key in about["values"]},
        folder=folder,
    )


def assemble(
    ids: Array,
    kinds: NDArray[np.int8],
    names: Names,
    *,
    births: Births | None = None,
    values: Mapping[str, Held] | None = None,
    datasets: NDArray[np.int32] | None = None,
    lists: list[str] | None = None,
    schemata: tuple[NDArray[np.int32], list[str]] | None = None,
    current: NDArray[np.bool_] | None = None,
    curated: NDArray[np.bool_] | None = None,
) -> Profiles:
    """Profiles of plain columns: the records' ids and kinds (places in KINDS), and rows of (record number, value) in any order.

    `values` may have any sets; those that features know and nobody gives are empty. `datasets` are numbers of the lists that records come from, and
    `lists` their names; `schemata` codes and their names. Left out: one list, LegalEntity, all current, none curated.
    """
    count = len(ids)
    given = dict(values or {})
    nothing = Held(np.zeros(0, np.int64), pa.array([], pa.string()))
    held = {
        name: _values(given.get(name, nothing), count, own=name in OWN, letters=name in IN_LETTERS)
        for name in [*given, *(set(SETS) - set(given))]
    }
    side, mains, labels = _names(names, count)
    return Profiles(
        ids=ids.cast(pa.large_string()),
        datasets=np.zeros(count, np.int32) if datasets is None else datasets.astype(np.int32),
        schemata=["LegalEntity"] if schemata is None else schemata[1],
        schema_codes=np.zeros(count, np.int32) if schemata is None else schemata[0].astype(np.int32),
        kinds=kinds.astype(np.int8),
        current=np.ones(count, np.bool_) if current is None else current,
        curated=np.zeros(count, np.bool_) if curated is None else curated,
        names=side,
        mains=mains,
        labels=labels,
        lists=[""] if lists is None else lists,
        dates=_dates(births, count),
        values={name: held[name] for name in sorted(held)},
    )


#: The sets of values that features compare.
SETS = ("identifier", "contact", "citation", "place", "premises", "number", "form", "nationality", "country", "gender")
#: Those of which the letters are kept, to see slips.
IN_LETTERS = ("identifier",)


def _values(held: Held, count: int, *, own: bool, letters: bool) -> Values:
    codes, labels = encode(held.value)
    hashes = hash_strings(labels)
    # numbered by what they are, not as they come: blocks take the first of a record's values, and sums are summed in their order
    order = np.argsort(hashes)
    number = np.empty(len(order), np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    start, codes = grouped(held.idx, number[codes], count, unique=True)
    told = worth_of(codes, len(order), count, own=own)
    return Values(start, codes, told, hashes[order], *_letters(take(labels, order if letters else order[:0]), len(labels)))


def worth_of(codes: NDArray[np.int32], distinct: int, records: int, *, own: bool) -> Floats:
    """What it means to share each of so many distinct values, by how many of the records have it."""
    counts = np.bincount(codes, minlength=distinct)
    return np.minimum(1.0, _OWNERS / np.maximum(counts, 1)) if own else rarity(counts, np.zeros(distinct), records)


def counted_once(profiles: Profiles, first: NDArray[np.bool_]) -> Profiles:
    """The same, but what should be one record's own is worth what it is among the records that are `first`: a copy that says the same to the letter
    makes a number no less its bearer's own.
    """
    told = dict(profiles.values)
    for name in OWN:
        held = told[name]
        once = held.codes[np.repeat(first, np.diff(held.start))]
        told[name] = replace(held, worth=worth_of(once, len(held.worth), profiles.count, own=True))
    return replace(profiles, values=told)


def _letters(labels: Array, count: int) -> tuple[Ints, NDArray[np.uint8]]:
    """Strings end to end, as bytes, with where each begins; the first of `count`, the others are empty."""
    held = labels.cast(pa.large_string())
    lengths = np.zeros(count, np.int64)
    lengths[: len(held)] = pc.binary_length(held).to_numpy(zero_copy_only=False)
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return start, np.frombuffer(memoryview(held.buffers()[2] or b""), np.uint8)[: start[-1]].copy()


def _names(names: Names, count: int) -> tuple[Side, NameTable, NDArray[np.uint64]]:
    order = distinct(names.idx, hash_strings(names.tokens), names.weak)
    tokens, weak = take(names.tokens, order), names.weak[order]
    split = pc.split_pattern(tokens, " ")
    token_start = np.asarray(split.offsets.to_numpy(), np.int64)
    codes, labels = encode(split.flatten())
    hashes = hash_strings(labels)
    # numbered by what they are, not as they come: so that records more or less change no more than they have to
    rank = np.argsort(hashes)
    number = np.empty(len(rank), np.int32)
    number[rank] = np.arange(len(rank), dtype=np.int32)
    codes, labels = number[codes], take(labels, rank)
    owners = names.idx[order]
    form_start = np.searchsorted(owners, np.arange(count + 1)).astype(np.int64)
    parts = np.zeros(len(codes), np.uint8)
    if names.parts is not None:
        letters = take(names.parts, order).cast(pa.large_string())
        spelled = np.frombuffer(memoryview(letters.buffers()[2] or b""), np.uint8)
        parts = spelled[: len(codes)] - ord("0")
    words = _words([str(label) for label in labels.to_pylist()])
    table = NameTable(form_start, token_start, codes, parts, weak)
    main = np.zeros(len(order), np.bool_) if names.main is None else names.main[order]
    return Side(table, words, worth(table, words, count)), _of_several(table, owners, main), hashes[rank]


def _of_several(names: NameTable, owners: Ints, main: NDArray[np.bool_]) -> NameTable:
    """The forms that are `main`, of the records that have more than one form; `owners` are the records of the forms."""
    count = len(names.form_start) - 1
    chosen = np.flatnonzero(main & (np.diff(names.form_start) > 1)[owners])
    length = np.diff(names.token_start)[chosen]
    token_start = np.concatenate([np.zeros(1, np.int64), np.cumsum(length)])
    place = np.repeat(names.token_start[chosen] - token_start[:-1], length) + np.arange(token_start[-1])
    form_start = np.searchsorted(owners[chosen], np.arange(count + 1)).astype(np.int64)
    return NameTable(form_start, token_start, names.tokens[place], names.parts[place], names.weak[chosen])


def _words(written: list[str]) -> Vocabulary:
    """The vocabulary of tokens as they stand in `Names`; behind them their other readings, each once, in the order of their hashes."""
    labels, count = list(written), len(written)
    scripts = np.zeros(count, np.uint8)
    told: dict[int, list[str]] = {}
    for place, label in enumerate(written):
        if "~" in label:
            labels[place], script, *told[place] = label.split("~")
            scripts[place] = int(script)
    read = sorted({other for others in told.values() for other in others})
    rank = np.argsort(vocabulary(read).hash)
    read = [read[place] for place in rank.tolist()]
    number = {other: count + place for place, other in enumerate(read)}
    held = np.zeros(count + len(read), np.int64)
    held[list(told)] = [len(others) for others in told.values()]
    variants = np.array([number[other] for others in told.values() for other in others], np.int32)
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(held)])
    return vocabulary(labels + read, None, np.concatenate([scripts, np.zeros(len(read), np.uint8)]), start, variants)


def _dates(births: Births | None, count: int) -> Dates:
    """The intervals of each record, earliest first. Each date is read once, however many records bear it."""
    if births is None:
        births = Births(np.zeros(0, np.int64), pa.array([], pa.string()))
    written = births.written if births.written is not None else pa.nulls(len(births.value), pa.string())
    codes, told = encode(pc.binary_join_element_wise(births.value, written.fill_null(""), "\n"))
    read = np.array([interval(*str(text).split("\n", 1)) for text in told.to_pylist()], np.int64).reshape(-1, 3)
    found = read[codes]
    order = np.lexsort((found[:, 2], found[:, 1], found[:, 0], births.idx))
    found = found[order]
    start = np.searchsorted(births.idx[order], np.arange(count + 1)).astype(np.int64)
    return Dates(start, found[:, 0].astype(np.int32), found[:, 1].astype(np.int32), found[:, 2].astype(np.bool_))
