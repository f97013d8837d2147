"""The records as arrays, ready to be compared in bulk: one row of numbers per record, lists of values end to end with their offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from crosstie.resolve.batches import array, rows, values
from crosstie.resolve.names.vocabulary import NameTable, Side, Worth, vocabulary
from crosstie.resolve.rarity import common_shares, rarity
from crosstie.store.engine import Engine

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

KINDS = ("person", "organization", "thing", "any", "number")


@dataclass(frozen=True, slots=True)
class Values:
    """Sorted distinct coded values of each record: those of record i are `codes[start[i]:start[i + 1]]`.

    `worth[code]` says how much it means to share the value: its rarity in nats; for what should be one record's own, 1 or less where many have it.
    """

    start: Ints
    codes: Ints
    worth: Floats
    labels: list[str]

    def has(self, records: Ints) -> NDArray[np.bool_]:
        """Whether each of the records has a value."""
        return np.asarray(self.start[records + 1] > self.start[records])


@dataclass(frozen=True, slots=True)
class Dates:
    """Birth dates (or years of building) as intervals of yyyymmdd."""

    start: Ints
    first: Ints
    last: Ints
    exact: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Profiles:
    """All records."""

    ids: list[str]
    datasets: Ints
    schemata: list[str]
    schema_codes: Ints
    kinds: Ints
    current: NDArray[np.bool_]
    names: Side
    labels: list[str]
    dates: Dates
    values: dict[str, Values]

    @property
    def count(self) -> int:
        """How many records."""
        return len(self.ids)

    def form(self, number: int) -> str:
        """A form in letters."""
        names = self.names.names
        return " ".join(self.labels[token] for token in names.tokens[names.token_start[number] : names.token_start[number + 1]])


#: Which values of a record are compared as sets: name of the set to the properties that fill it.
VALUE_SETS: dict[str, tuple[str, ...]] = {
    "nationality": ("nationality", "citizenship"),
    "country": ("country", "nationality", "citizenship", "birthCountry", "jurisdiction", "mainCountry", "flag", "pastFlags"),
    "gender": ("gender",),
}

#: An identifier that more records bear than lists speak of one thing is nobody's own.
_OWN = 6
_VALUE_TABLES = {
    "identifier": "record_identifiers",
    "contact": "record_contacts",
    "citation": "record_citations",
    "place": "record_places",
    "number": "record_numbers",
    "form": "record_legal_forms",
}


def load_profiles(engine: Engine) -> Profiles:
    """The arrays of `records`, `record_names`, `record_identifiers`, `record_births`, `record_places` and the claims of the matched records."""
    records = engine.arrow('select entity_id, dataset, "schema", kind, current from records order by idx')
    count = records.num_rows
    datasets, schemata = _encoded(records.column("dataset")), _encoded(records.column("schema"))
    sets = {
        name: _values(
            engine.arrow(f"""
            select distinct r.idx, c.value from claims c join records r on r.entity_id = c.entity_id
            where c.prop in ({", ".join(f"'{prop}'" for prop in props)})"""),
            count,
        )
        for name, props in VALUE_SETS.items()
    }
    for name, table in _VALUE_TABLES.items():
        sets[name] = _values(engine.arrow(f"select distinct idx, value from {table}"), count, own=name in ("identifier", "contact"))
    names, labels = _names(engine, count)
    return Profiles(
        ids=values(records, "entity_id"),
        datasets=datasets[0],
        schemata=schemata[1],
        schema_codes=schemata[0],
        kinds=np.array([KINDS.index(kind) for kind in values(records, "kind")], np.int64),
        current=array(records, "current", np.bool_),
        names=names,
        labels=labels,
        dates=_dates(engine.arrow("select idx, value, written from record_births"), count),
        values=sets,
    )


def _encoded(column: Any) -> tuple[Ints, list[str]]:
    """Codes of the values of a text column, and the value of each code."""
    joined = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = joined.dictionary_encode()
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), np.int64), list(encoded.dictionary.to_pylist())


def _starts(owners: Ints, count: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))]).astype(np.int64)


def _values(table: pa.Table, count: int, *, own: bool = False) -> Values:
    owners = array(table, "idx", np.int64)
    codes, labels = _encoded(table.column("value"))
    order = np.lexsort((codes, owners))
    owners, codes = owners[order], codes[order]
    counts = np.bincount(codes, minlength=len(labels))
    worth = np.minimum(1.0, _OWN / np.maximum(counts, 1)) if own else rarity(counts, np.zeros(len(counts)), count)
    return Values(_starts(owners, count), codes, worth, labels)


def _names(engine: Engine, count: int) -> tuple[Side, list[str]]:
    table = engine.arrow("select idx, tokens, skeletons, weak from record_names order by idx, tokens")
    owners = array(table, "idx", np.int64)
    split = pc.split_pattern(table.column("tokens").combine_chunks(), " ")
    sounds = pc.split_pattern(table.column("skeletons").combine_chunks(), " ")
    token_start = np.asarray(split.offsets.to_numpy(), np.int64)
    tokens, labels = _encoded(split.flatten())
    of_record = np.repeat(owners, np.diff(token_start))
    sound_of_use, sound_labels = _encoded(sounds.flatten())
    sound_of = np.zeros(len(labels), np.int64)
    sound_of[tokens] = sound_of_use
    words = vocabulary(labels, [sound_labels[sound] for sound in sound_of])
    shares, sound_shares = common_shares()
    counted = rarity(_bearers(tokens, of_record, len(labels)), np.array([shares.get(label, 0.0) for label in labels]), count)
    heard = rarity(
        _bearers(sound_of_use, of_record, len(sound_labels)), np.array([sound_shares.get(label, 0.0) for label in sound_labels]), count
    )
    short = np.diff(words.start) == 1
    worth = Worth(np.where(short, np.minimum(counted, 1.0), counted), np.minimum(heard[sound_of] if len(labels) else heard, counted))
    names = NameTable(
        _starts(owners, count), token_start, tokens.astype(np.int32), np.zeros(len(tokens), np.uint8), array(table, "weak", np.bool_)
    )
    return Side(names, words, worth), labels


def _bearers(codes: Ints, of_record: Ints, size: int) -> Ints:
    """How many records bear each value."""
    distinct = np.unique(codes + of_record * max(size, 1))
    return np.asarray(np.bincount(distinct % max(size, 1), minlength=size), np.int64)


_INTERVAL = re.compile(r"\b(\d{4})\b\D+\b(\d{4})\b")
_CIRCA = re.compile(r"\b(circa|ca|c|approx\w*|about|around|environ|vers)\b", re.IGNORECASE)


def interval(value: str, written: str | None) -> tuple[int, int, bool]:
    """First and last day as yyyymmdd, and whether the day is known: of a date with any precision, of "1962-1965", of "circa 1960" (a year either side)."""
    if written and (years := _INTERVAL.search(written)) and value[:4] in years.groups() and years[1] <= years[2]:
        return int(years[1]) * 10000 + 101, int(years[2]) * 10000 + 1231, False
    loose = 1 if written and _CIRCA.search(written) else 0
    year = int(value[:4])
    if len(value) >= 10 and not loose and value[5:10] != "01-01":
        day = year * 10000 + int(value[5:7]) * 100 + int(value[8:10])
        return day, day, True
    if len(value) == 7 and not loose:
        return year * 10000 + int(value[5:7]) * 100 + 1, year * 10000 + int(value[5:7]) * 100 + 31, False
    return (year - loose) * 10000 + 101, (year + loose) * 10000 + 1231, False


def _dates(table: pa.Table, count: int) -> Dates:
    found = sorted((idx, *interval(value, written)) for idx, value, written in rows(table, "idx", "value", "written"))
    owners, first, last, exact = (np.array([row[place] for row in found], np.int64) for place in range(4))
    return Dates(_starts(owners, count), first, last, exact.astype(bool))
