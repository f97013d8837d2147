"""Any table by a mapping: a YAML file says what its columns mean, and whole columns become statements and ledger rows.

The mapping language is in `ingest.language`; docs/guide/mapping.md teaches it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import reduce
from pathlib import Path

import pyarrow as pa

from crosstie.errors import UsageError
from crosstie.ingest.columns import Texts, by_unique, pc, tidy
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.encoding import note
from crosstie.ingest.frame import Frame
from crosstie.ingest.language import load
from crosstie.ingest.ledger_rows import ledger_rows
from crosstie.ingest.reader import Head, Original, Profile
from crosstie.ingest.rules import Mapping, Query
from crosstie.ingest.skeleton import skeleton
from crosstie.ingest.subjects import statements
from crosstie.ingest.tabular import Layout, chunks, column_names
from crosstie.model.marking import Marking, check_grade

__all__ = ["MappingReader", "TableReader", "mapping_reader", "sidecar", "skeleton", "table_reader"]

_SUFFIX = ".mapping.yaml"
#: a table with this share of a mapping's columns is meant for it, and told which are missing
_NEARLY = 0.6


def mapping_reader(path: Path) -> MappingReader:
    """The reader that a mapping file describes; MappingError, with line and key, where the mapping is wrong."""
    return MappingReader(load(path))


def table_reader(path: Path, name: str) -> TableReader:
    """The reader of a layout of tables that a lens knows: `path` is a mapping that the lens brings, `name` what the reader is called."""
    return TableReader(load(path), name)


def sidecar(path: Path) -> Path | None:
    """The mapping that lies beside a file: `table.csv.mapping.yaml` or `table.mapping.yaml`."""
    for name in (path.name, path.stem):
        beside = path.with_name(name + _SUFFIX)
        if beside.is_file():
            return beside
    return None


class MappingReader:
    """Reads the tables that one mapping is for."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.name = f"mapping:{mapping.dataset}"
        self.title = mapping.title
        self.profile = Profile(
            mapping.dataset, mapping.dataset, mapping.originator, mapping.grade, str(mapping.marking), curated=mapping.curated
        )

    def recognises(self, head: Head) -> bool:
        """Whether the mapping is for the file: by its name, or because the columns are there."""
        if head.media not in ("csv", "xlsx"):
            return False
        if any(fnmatchcase(head.name.casefold(), pattern.casefold()) for pattern in self.mapping.match):
            return True
        if self.mapping.path.name in (head.name + _SUFFIX, Path(head.name).stem + _SUFFIX):
            return True
        needed = set(self.mapping.columns)
        if self.mapping.match or not needed or self.mapping.header == 0:
            return False
        if self.mapping.sheet and head.media == "xlsx":  # the head knows no more than the first sheet
            return self.mapping.sheet in head.sheets
        return len(needed) - len(self._missing(head)) >= _NEARLY * len(needed)

    def misfit(self, head: Head) -> str | None:
        """Which columns, which sheet or which kind of name the file lacks."""
        mapping, file = self.mapping, self.mapping.path.name
        if head.media not in ("csv", "xlsx"):
            return f"the mapping {file} is for tables"
        if mapping.match:
            return f"the mapping {file} is for files named {' or '.join(mapping.match)}"
        if mapping.sheet and head.media == "xlsx":
            return f"the mapping {file} is for the sheet “{mapping.sheet}”"
        lacks = ", ".join(f"“{name}”" for name in sorted(self._missing(head)))
        return f"the mapping {file} needs the columns {lacks}, which none of the first rows has" if lacks else None

    def _missing(self, head: Head) -> set[str]:
        """The columns of the mapping that the best row of the head lacks."""
        needed = set(self.mapping.columns)
        return min((needed - set(column_names(row)) for row in (head.columns, *head.rows)), key=len, default=needed)

    def read(self, original: Original, out: Emitter) -> None:
        """Say what the rows say, a batch of whole columns at a time."""
        mapping = self.mapping
        if mapping.version_date:
            out.version(mapping.version_date)
        left_out = 0
        layout = Layout(mapping.columns, mapping.delimiter, mapping.encoding, mapping.sheet, mapping.header)
        for chunk in chunks(original, layout, out):
            cells = {name: tidy(column) for name, column in zip(chunk.cells.schema.names, chunk.cells.columns, strict=True)}
            frame = Frame(cells, chunk.rows, chunk.member).filter(_any([pc.is_valid(column) for column in cells.values()]))
            out.records += frame.size
            frame = frame.with_handling(*_handling(mapping, frame, out))
            wanted = [_wanted(query, frame) for query in mapping.queries]
            left_out += frame.size - (pc.sum(_any(wanted)).as_py() or 0)
            for query, which in zip(mapping.queries, wanted, strict=True):
                part = frame.filter(which)
                ids = statements(query.entities, part, out)
                for ledger in query.ledgers:
                    ledger_rows(ledger, part, ids, out)
        if left_out:
            note(out, "file", f"note: {left_out:,} rows are left out by the filters of the mapping")


class TableReader(MappingReader):
    """Reads tables of a known layout: those that have every column of its mapping, whatever they are called."""

    def __init__(self, mapping: Mapping, name: str) -> None:
        super().__init__(mapping)
        self.name = name

    def recognises(self, head: Head) -> bool:
        """Whether every column is there."""
        return head.media in ("csv", "xlsx") and bool(self.mapping.columns) and not self._missing(head)

    def misfit(self, head: Head) -> str | None:
        """Nothing: nobody said that the file is of this layout."""
        return None


def _any(masks: Sequence[Texts]) -> Texts:
    """Which rows are true in any of the masks."""
    return reduce(pc.or_, masks)


def _wanted(query: Query, frame: Frame) -> Texts:
    """Which rows pass the filters of a query."""

    def among(column: str, values: tuple[str, ...]) -> Texts:
        found = pc.is_in(frame.cells[column], pa.array([value for value in values if value], pa.string()))
        return pc.or_(found, pc.is_null(frame.cells[column])) if "" in values else found

    wanted = pc.is_valid(frame.rows)
    for column, values in query.filters:
        wanted = pc.and_(wanted, among(column, values))
    for column, values in query.filters_not:
        wanted = pc.and_(wanted, pc.invert(among(column, values)))
    return wanted


def _handling(mapping: Mapping, frame: Frame, out: Emitter) -> Iterator[Texts]:
    """Grade and marking of each row, where columns of the table give them; None where the mapping does."""
    default = mapping.marking

    def marking(written: str) -> str | None:
        try:
            found = Marking.parse(written if written.startswith("TLP:") else f"TLP:{written.upper()}")
        except UsageError:
            return None
        return str(Marking(found.tlp, found.purpose or default.purpose, found.until or default.until))

    for column, change, what, otherwise in (
        (mapping.grade_column, _grade, "grade", out.grade),
        (mapping.marking_column, marking, "marking", out.marking),
    ):
        if column is None:
            yield None
            continue
        given = frame.cells[column]
        found = by_unique(given, change)
        frame.reject(f"not a {what}; {otherwise} is used", given, pc.and_(pc.is_valid(given), pc.is_null(found)), column, out)
        yield pc.fill_null(found, otherwise)


def _grade(written: str) -> str | None:
    try:
        return check_grade(written)
    except UsageError:
        return None
