"""A table of the field as batches of cleaned columns, whatever its layout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.errors import DamagedFile
from crosstie.ingest import tabular
from crosstie.ingest.columns import Texts
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original
from crosstie.ingest.sniff import sniff
from crosstie.lenses.resources.reading.cells import Cells
from crosstie.lenses.resources.reading.headings import Column, Layout
from crosstie.model.tables import LEDGER_BASE

pc: Any = pyarrow.compute
#: rejects of one reason in one file that are told one by one; then their number
SHOWN = 10_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows: cleaned columns by the name of their field, and the place of each row."""

    cells: dict[str, Texts]
    places: Texts

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.places)

    def get(self, name: str, kind: Any = None) -> Texts:
        """A column; nulls where the file has none of that meaning."""
        found = self.cells.get(name)
        return found if found is not None else pa.nulls(self.size, kind or pa.string())

    def filter(self, keep: Texts) -> Rows:
        """The rows for which `keep` is true."""
        if pc.all(keep, min_count=0).as_py():
            return self
        return Rows({name: column.filter(keep) for name, column in self.cells.items()}, self.places.filter(keep))


@dataclass
class Refusals:
    """Tells what cannot be used, with its place; of many alike, the first and how many more."""

    out: Emitter
    told: dict[str, int] = field(default_factory=dict)

    def tell(self, reason: str, which: Texts, places: Texts, excerpts: Texts, at: str = "") -> None:
        """Reject the cells that `which` is true for."""
        which = pc.fill_null(which, False)
        count = int(pc.sum(which).as_py() or 0)
        if not count:
            return
        before = self.told.get(reason, 0)
        self.told[reason] = before + count
        shown = max(0, min(count, SHOWN - before))
        rows = zip(places.filter(which)[:shown].to_pylist(), excerpts.filter(which)[:shown].to_pylist(), strict=True)
        self.out.place = ""
        for place, excerpt in rows:
            self.out.reject(reason, excerpt or "", at=f"{place}/{at}" if at else place)

    def close(self) -> None:
        """Say how many were not told."""
        self.out.place = ""
        for reason, count in self.told.items():
            if count > SHOWN:
                self.out.reject(f"note: {count - SHOWN} more: {reason}", at="file")


def fits(head: Head, layout: Layout) -> bool:
    """Whether the file is a table of this kind, by its headings."""
    return head.media in ("csv", "xlsx") and any(layout.fits(tabular.column_names(row)) for row in _headers(head))


def rows(original: Original, layout: Layout, out: Emitter, refused: Refusals) -> Iterator[Rows]:
    """The rows of a file, cleaned; cells that cannot be used are rejected and null. DamagedFile where no row has the headings."""
    columns = _columns(original, layout)
    cells = Cells()
    needed = tuple(dict.fromkeys(column.heading for column in columns.values()))
    for chunk in tabular.chunks(original, tabular.Layout(needed=needed), out):
        written = {name: chunk.cells.column(name) for name in needed}
        front = f"{chunk.member}!row" if chunk.member else "row"
        places = pc.binary_join_element_wise(front, pc.cast(chunk.rows, pa.string()), " ")
        some = np.zeros(len(places), np.bool_)
        for column in written.values():
            some |= pc.greater(pc.binary_length(pc.utf8_trim_whitespace(column)), 0).to_numpy(zero_copy_only=False)
        found: dict[str, Texts] = {}
        for name, known in columns.items():
            found[name], reasons = cells.clean(known, written[known.heading])
            for reason, which in reasons:
                refused.tell(reason, which, places, written[known.heading], known.heading)
        out.records += int(some.sum())
        yield Rows(found, places).filter(pa.array(some))


def _headers(head: Head) -> Iterator[Sequence[str]]:
    if head.columns:
        yield head.columns
    yield from head.rows[:3]


def _columns(original: Original, layout: Layout) -> dict[str, Column]:
    head = sniff(original.path, original.name)
    for row in _headers(head):
        names = tabular.column_names(row)
        if layout.fits(names):
            return layout.columns(names)
    asked = "; ".join(" or ".join(group) for group in layout.asks)
    raise DamagedFile(
        f"{original.name}: no row has the headings of such a table ({asked})", hint="Write a mapping for it: --mapping FILE.yaml."
    )


def ledger(name: str, schema: pa.Schema, columns: dict[str, Texts], out: Emitter) -> None:
    """Hand on rows of a ledger: what is missing is null."""
    size = len(columns["event_id"])
    if not size:
        return
    given = {"source_id": out.source_id, "grade": out.grade, "marking": out.marking}
    arrays = []
    for one in schema:
        column = columns.get(one.name)
        if column is None:
            column = pa.repeat(pa.scalar(given[one.name]), size) if one.name in given else pa.nulls(size, one.type)
        arrays.append(column if column.type == one.type else pc.cast(column, one.type))
    out.ledger(name, pa.RecordBatch.from_arrays(arrays, schema=schema))


def schema_of(**columns: pa.DataType) -> pa.Schema:
    """The columns of a ledger with those that every ledger has."""
    return pa.schema([*LEDGER_BASE, *(pa.field(name, kind) for name, kind in columns.items())])


def apart(original: Original, out: Emitter) -> None:
    """Make every file a series of its own: next month's manifest replaces nothing of this month's, a corrected file of the same name does."""
    stem = re.sub(r"[^a-z0-9]+", "-", original.name.rpartition(".")[0].casefold()).strip("-")
    out.series = f"{out.dataset}-{stem or 'file'}"


def keyed(dataset: str, key: Texts, rows_: Rows, source: str, extra: Texts = None) -> Texts:
    """The id of each event: from its key (and `extra`), or from the file and the row where it has none."""
    own = pc.binary_join_element_wise(f"{dataset}-", key, "")
    if extra is not None:
        own = pc.binary_join_element_wise(own, pc.coalesce(pc.binary_join_element_wise("/", extra, ""), ""), "")
    placed = pc.binary_join_element_wise(f"{dataset}-{source[:8]}-", rows_.places, "")
    return pc.coalesce(own, pc.replace_substring_regex(placed, r"[^\w.\-]+", "-"))
