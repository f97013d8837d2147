"""FollowTheMoney statements as CSV: a claim per row, as `ftm` and OpenSanctions export them. Millions of rows, read in columns.

The columns are those of followthemoney.statement (entity_id, schema, prop, value and, where present, dataset, lang, original_value). Values of
types with few distinct values (dates, countries, topics, ...) are checked; names, texts, identifiers and contacts are taken as they stand,
since FollowTheMoney cleaned them when it made the statements. Canonical ids are left out: who is who is decided here. So are rows of the
property `id`, which are checksums, and external ones, which suggest and do not claim; how many is said.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Any, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv as csv

from crosstie.errors import DamagedFile, HostileFile
from crosstie.ingest.emitter import Emitter, cleaner
from crosstie.ingest.encoding import byte_order, clean
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.model import schema as model

pc: Any = pyarrow.compute  # the stubs know no nulls and no masks
DATASET = "ftm"
BLOCK = 4 << 20
_NEEDED = ("entity_id", "schema", "prop", "value")
_OPTIONAL = ("dataset", "lang", "original_value", "external")
CHECKED = frozenset({"date", "country", "topic", "gender", "language"})
_REJECTS = 10_000


class FtmStatements:
    """FollowTheMoney statement CSV."""

    name = "ftm-statements"
    title = "FollowTheMoney statements, CSV"
    profile = Profile(DATASET, "ftm-statements", "FollowTheMoney file", "F6", "TLP:AMBER", promise=Promise(min_records=1))

    def recognises(self, head: Head) -> bool:
        """By its columns."""
        return head.media == "csv" and bool(head.rows) and set(_NEEDED) <= set(head.rows[0])

    def read(self, original: Original, out: Emitter) -> None:
        """Say what each row says. With a dataset of the user's, its name comes before every id."""
        table = _Table(out)
        for first, batch, bad in _batches(original, out):
            table.batch(first, batch, bad)
        table.close(original)


def _batches(original: Original, out: Emitter) -> Iterator[tuple[int, pa.RecordBatch, list[int]]]:
    """Batches of the columns that matter, each with the number of its first row; rejected rows are numbers in between."""
    bad: list[int] = []

    def invalid(row: csv.InvalidRow) -> Literal["skip"]:
        if len(bad) < _REJECTS:
            out.place = ""
            out.reject(f"{row.actual_columns} cells instead of {row.expected_columns}", row.text, at=f"row {row.number}")
        bad.append(row.number or 0)
        return "skip"

    stream = _Stream(original, out)
    try:
        reader = csv.open_csv(
            cast("IO[bytes]", stream),
            read_options=csv.ReadOptions(use_threads=False, block_size=BLOCK),
            parse_options=csv.ParseOptions(newlines_in_values=True, invalid_row_handler=invalid, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys((*_NEEDED, *_OPTIONAL), pa.string()),
                include_columns=[*_NEEDED, *_OPTIONAL],
                include_missing_columns=True,
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
        first = 2
        for batch in reader:
            yield first, batch, bad
            first += batch.num_rows
            while bad and bad[0] < first:
                first += 1
                bad.pop(0)
    except pa.ArrowInvalid as error:
        raise _plain(original, error) from error
    if stream.quotes % 2:
        raise DamagedFile(f"{original.name}: the file ends inside a quotation", hint="The file is cut short: fetch it again.")
    if bad and not stream.ended:
        raise DamagedFile(f"{original.name}: the file ends in the middle of row {bad[-1]}", hint="The file is cut short: fetch it again.")


def _plain(original: Original, error: pa.ArrowInvalid) -> DamagedFile | HostileFile:
    said = str(error)
    if "straddl" in said or "too large" in said:
        return HostileFile(f"{original.name}: a row of more than {BLOCK >> 20} MiB")
    if "Empty CSV" in said:
        return DamagedFile(f"{original.name}: the file is empty")
    return DamagedFile(f"{original.name}: {said}", hint="Fetch the file again.")


class _Stream(io.RawIOBase):
    """The file as clean UTF-8, for Arrow to read; counts quotation marks and knows how it ended."""

    def __init__(self, original: Original, out: Emitter) -> None:
        with original.open() as stream:
            found, mark = byte_order(stream.read(4096))
        self.quotes = 0
        self.ended = True
        self._chunks = clean(original, out, encoding=found or "utf-8", skip=mark)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """As `io.RawIOBase.readinto`; fills the buffer as far as the file goes, since Arrow makes a batch of each reading."""
        at = 0
        while at < len(buffer):
            if not self._rest:
                chunk = next(self._chunks, None)
                if chunk is None:
                    break
                self.quotes += chunk.count(b'"')
                if chunk:
                    self.ended = chunk.endswith(b"\n")
                self._rest = chunk
            part = self._rest[: len(buffer) - at]
            buffer[at : at + len(part)] = part
            self._rest = self._rest[len(part) :]
            at += len(part)
        return at


class _Table:
    """What is known over all batches: which properties there are, and how many rows were left out."""

    def __init__(self, out: Emitter) -> None:
        self.out = out
        self.prefix = "" if out.dataset == DATASET else f"{out.dataset}-"
        self.kinds: dict[str, str | None] = {}
        self.external = self.rejected = 0
        self.datasets: set[str] = set()

    def batch(self, first: int, batch: pa.RecordBatch, bad: list[int]) -> None:
        columns = {name: batch.column(name) for name in (*_NEEDED, *_OPTIONAL)}
        columns["locator"] = _places(first, batch.num_rows, bad)
        rows = pa.RecordBatch.from_pydict(columns)
        named = pc.is_valid(rows.column("entity_id"))
        nameless = rows.filter(pc.and_(pc.invert(named), pc.or_(pc.is_valid(rows.column("prop")), pc.is_valid(rows.column("value")))))
        self._reject(nameless, np.ones(nameless.num_rows, np.bool_), "no entity_id", nameless.column("value"))
        rows = rows.filter(named)
        self.out.records += rows.num_rows + nameless.num_rows
        external = pc.is_in(rows.column("external"), pa.array(["t", "true", "True", "1"]))
        self.external += int(pc.sum(external).as_py() or 0)
        rows = rows.filter(pc.and_(pc.invert(external), pc.not_equal(pc.fill_null(rows.column("prop"), ""), "id")))
        if not rows.num_rows:
            return
        rows = self._typed(rows)
        if rows.num_rows:
            self._say(rows)

    def _typed(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """The rows whose property exists and whose value is of its type; the others are rejected."""
        pair = pc.dictionary_encode(
            pc.binary_join_element_wise(pc.fill_null(rows.column("schema"), ""), pc.fill_null(rows.column("prop"), ""), ":")
        )
        names = pair.dictionary.to_pylist()
        kinds = [self._kind(name) for name in names]
        codes = pair.indices.to_numpy(zero_copy_only=False)
        keep = np.array([kind is not None for kind in kinds])[codes]
        self._reject(rows, ~keep, "no such property", pair.cast(pa.string()))
        empty = pc.equal(pc.fill_null(rows.column("value"), ""), "").to_numpy(zero_copy_only=False)
        self._reject(rows, keep & empty, "no value", pair.cast(pa.string()))
        keep &= ~empty
        for index, kind in enumerate(kinds):
            if kind in CHECKED:
                schema, _, prop = names[index].partition(":")
                here = keep & (codes == index)
                wrong = here & ~_valid(rows.column("value"), here, schema, prop)
                self._reject(rows, wrong, f"not a value for {prop}", rows.column("value"))
                keep &= ~wrong
        entity = np.array([kind == "entity" for kind in kinds])[codes]
        return self._prefixed(rows, entity).filter(pa.array(keep))

    def _kind(self, name: str) -> str | None:
        if name not in self.kinds:
            schema, _, prop = name.partition(":")
            found = model.prop(schema, prop)
            self.kinds[name] = found.type.name if found is not None and not found.stub else None
        return self.kinds[name]

    def _prefixed(self, rows: pa.RecordBatch, entity: np.ndarray[Any, np.dtype[np.bool_]]) -> pa.RecordBatch:
        if not self.prefix:
            return rows
        ids = pc.binary_join_element_wise(self.prefix, rows.column("entity_id"), "")
        values = pc.if_else(pa.array(entity), pc.binary_join_element_wise(self.prefix, rows.column("value"), ""), rows.column("value"))
        columns = {name: rows.column(name) for name in rows.schema.names} | {"entity_id": ids, "value": values}
        return pa.RecordBatch.from_pydict(columns)

    def _say(self, rows: pa.RecordBatch) -> None:
        if len(self.datasets) < 2:
            self.datasets |= set(pc.unique(rows.column("dataset")).to_pylist())
        columns = {name: rows.column(name) for name in ("entity_id", "schema", "prop", "value", "original_value", "lang", "locator")}
        if not self.prefix:
            columns["dataset"] = pc.fill_null(rows.column("dataset"), self.out.dataset)
        self.out.batch(pa.RecordBatch.from_pydict(columns))

    def _reject(self, rows: pa.RecordBatch, wrong: np.ndarray[Any, np.dtype[np.bool_]], reason: str, excerpts: pa.Array[Any]) -> None:
        """Reject rows one by one, as far as anyone would read them; then their number."""
        count = int(wrong.sum())
        if not count:
            return
        shown: Any = pa.array(np.flatnonzero(wrong)[: max(0, _REJECTS - self.rejected)])
        self.out.place = ""
        for place, excerpt in zip(rows.column("locator").take(shown).to_pylist(), excerpts.take(shown).to_pylist(), strict=True):
            self.out.reject(reason, excerpt or "", at=f"{place}/value")
        self.rejected += count

    def close(self, original: Original) -> None:
        """Say what was left out, and which series the file belongs to."""
        out, out.place = self.out, ""
        if self.rejected > _REJECTS:
            out.reject(f"note: {self.rejected - _REJECTS} more rows cannot be used", at="file")
        if self.external:
            out.reject(f"note: {self.external} external statements left out", at="file")
        out.series = series_of(original.name, out.dataset, self.datasets)


def series_of(name: str, dataset: str, datasets: set[Any]) -> str:
    """The series of a file of FollowTheMoney data: of the dataset that it is of, or else of its name without a date."""
    named = {one for one in datasets if one}
    if dataset != DATASET:
        return f"ftm-{dataset}"
    if len(named) == 1:
        return f"ftm-{named.pop()}"
    stem = "".join(letter for letter in name.partition(".")[0].casefold() if not letter.isdigit())
    return f"ftm-{stem.strip('-_ ') or 'file'}"


def _valid(values: pa.Array[Any], here: np.ndarray[Any, np.dtype[np.bool_]], schema: str, prop: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where the values are of the type of the property; each distinct one is looked at once."""
    check = cleaner(schema, prop)
    distinct = pc.unique(values.filter(pa.array(here)))
    wrong = [value for value in distinct.to_pylist() if not check(value)]
    if not wrong:
        return np.ones(len(values), dtype=bool)
    among: np.ndarray[Any, np.dtype[np.bool_]] = pc.is_in(values, pa.array(wrong, pa.string())).to_numpy(zero_copy_only=False)
    return ~among


def _places(first: int, count: int, bad: list[int]) -> pa.Array[Any]:
    """`row N` for each row of a batch, rejected rows counted."""
    numbers = np.arange(first, first + count)
    for row in bad:
        if not count or row > numbers[-1]:
            break
        numbers[numbers >= row] += 1
    found: pa.Array[Any] = pc.binary_join_element_wise("row", pa.array(numbers).cast(pa.string()), " ")
    return found


READER = FtmStatements()
