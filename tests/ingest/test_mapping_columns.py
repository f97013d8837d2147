from __future__ import annotations

import resource
import time
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstie.ingest.columns import clean, dates, slug, squeeze, tidy
from crosstie.ingest.emitter import Emitter, cleaner
from crosstie.ingest.mapping import mapping_reader
from crosstie.ingest.reader import Original
from crosstie.ingest.rules import Value

cells = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(st.lists(cells, max_size=8))
def test_a_column_is_squeezed_as_the_emitter_squeezes_a_value(values: list[str]) -> None:
    column = tidy(pa.array(values, pa.string()))
    expected = [cleaner("Person", "name")(value) or None for value in values]
    assert squeeze(column).to_pylist() == expected


datelike = st.from_regex(r"[12][0-9]{3}(-[0-9]{2}){0,2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?", fullmatch=True)


@given(st.lists(st.one_of(cells, st.dates().map(date.isoformat), datelike), max_size=8))
def test_dates_without_a_format_are_the_emitters(values: list[str]) -> None:
    column = tidy(pa.array(values, pa.string()))
    expected = [None if text is None else cleaner("Person", "birthDate")(text) for text in column.to_pylist()]
    assert dates(column).to_pylist() == expected


@given(st.dates(min_value=date(1000, 1, 1)))
def test_formatted_dates_come_back(day: date) -> None:
    column = pa.array([f"{day.day}.{day.month:02d}.{day.year:04d}", f"{day.month:02d}/{day.year:04d}"])
    assert dates(column, ("%d.%m.%Y", "%m/%Y")).to_pylist() == [day.isoformat(), day.isoformat()[:7]]


@pytest.mark.parametrize(
    ("schema", "prop", "values"),
    [
        ("Person", "country", ["Germany", "Marovia", "xx-none", "fr"]),
        ("Person", "topics", ["sanction", "crime.arms", "nonsense"]),
        ("Person", "gender", ["M", "female", "?"]),
        ("Person", "email", ["a@example.org", "no mail"]),
        ("Person", "notes", ["  two\nlines ", "x"]),
    ],
)
def test_typed_values_are_cleaned_as_the_emitter_cleans_them(schema: str, prop: str, values: list[str]) -> None:
    assert clean(tidy(pa.array(values)), schema, prop, Value()).to_pylist() == [cleaner(schema, prop)(value) for value in values]


@given(cells)
def test_slugs_are_safe_in_ids(value: str) -> None:
    [found] = slug(pa.array([value])).to_pylist()
    assert not set(found) & set(" /!@#:\n\t,;\"'<>")
    assert slug(pa.array([found])).to_pylist() == [found]


class Counting:
    """A sink that keeps nothing."""

    def statements(self, batch: pa.RecordBatch) -> None:
        pass

    def rejects(self, batch: pa.RecordBatch) -> None:
        pass

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        pass


def test_a_large_table_is_read_fast_in_flat_memory(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(
        """
dataset: pay
originator: Bank
entities:
  a: {schema: BankAccount, id: From, properties: {accountNumber: From, country: {column: Land}}}
  b: {schema: BankAccount, id: To, properties: {accountNumber: To, createdAt: {column: Day, date_format: "%d.%m.%Y"}}}
ledger: {payments: {id: Ref, a: a, b: b, date: {column: Day, date_format: "%d.%m.%Y"}, columns: {amount: {column: Sum, decimal: ","}}}}
""",
        encoding="utf-8",
    )
    table, rows = tmp_path / "t.csv", 300_000
    with table.open("w", encoding="utf-8") as out:
        out.write("Ref;From;To;Day;Sum;Land\n")
        out.writelines(f"{n};A{n};B{n * 7};{n % 28 + 1}.{n % 12 + 1}.2020;{n % 900},50;Marovia\n" for n in range(rows))
    reader = mapping_reader(tmp_path / "m.yaml")
    out_ = Emitter(Counting(), source_id="0" * 16, dataset="pay", grade="B2", marking="TLP:AMBER")
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    reader.read(Original(table, "t.csv"), out_)
    spent = time.process_time() - start
    assert (out_.records, out_.ledger_rows, out_.statements, out_.rejects) == (rows, rows, 4 * rows, 0)
    assert (out_.statements + out_.ledger_rows) / spent > 100_000  # measured: over a million
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000  # KiB; the statements alone would be more
