"""Tables as offices hand them over: CSV in their language, with the mapping beside it, written a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import yaml

from crosstie.learn.region.names import DATA

BATCH = 50_000


class Sheet:
    """One CSV file that is being written. Columns are given by our names and written under the office's."""

    def __init__(self, writer: pacsv.CSVWriter, columns: Mapping[str, str]) -> None:
        self._writer, self._columns = writer, columns

    def write(self, cells: Mapping[str, Any]) -> None:
        """Some rows; every column of the sheet must be there."""
        self._writer.write_batch(pa.RecordBatch.from_arrays([cells[name] for name in self._columns], names=list(self._columns.values())))


@contextmanager
def sheet(path: Path, columns: Mapping[str, str], delimiter: str = ",") -> Iterator[Sheet]:
    """A new CSV file; all its columns are text."""
    schema = pa.schema([pa.field(name, pa.string()) for name in columns.values()])
    options = pacsv.WriteOptions(delimiter=delimiter, quoting_style="needed")
    with pacsv.CSVWriter(str(path), schema, write_options=options) as writer:
        yield Sheet(writer, columns)


@cache
def offices() -> dict[str, dict[str, Any]]:
    """How the offices of each State write."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((DATA / "offices.yaml").read_text(encoding="utf-8"))
    return found


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True  # a mapping is read by people: parts that are said twice are written twice


def write_mapping(table: Path, mapping: dict[str, Any]) -> None:
    """The mapping that tells crosstie how to read a table, beside it."""
    text = yaml.dump(mapping, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=120)
    table.with_name(f"{table.stem}.mapping.yaml").write_text(text, encoding="utf-8")
