from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.errors import IntegrityError, LensError, NotFound, StorageError, UsageError
from crosstie.ingest.emitter import Emitter
from crosstie.model.tables import LEDGER_BASE, REJECT, SOURCE, STATEMENT, ledger
from crosstie.store.parquet import ROW_GROUP
from crosstie.store.sources import RECORD, Source, SourceStore

Described = Callable[..., dict[str, Any]]
PAYMENTS = ledger(amount=pa.float64())


@pytest.fixture
def store(tmp_path: Path) -> SourceStore:
    return SourceStore(tmp_path / "sources")


def statements(rows: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([f"{name} {row}" for row in range(rows)]) for name in STATEMENT.names], schema=STATEMENT)


def add(store: SourceStore, row: dict[str, Any], rows: int = 2) -> Source:
    with store.begin(row["source_id"]) as sink:
        sink.statements(statements(rows))
        return sink.commit(row)


def test_what_a_reader_says_becomes_a_source(store: SourceStore, described: Described) -> None:
    with store.begin("aa11") as sink:
        out = Emitter(sink, source_id="aa11", dataset="xx", grade="A2", marking="TLP:CLEAR")
        out.record("row 1")
        person = out.entity("xx-1", "Person")
        person.say("name", "Ann of the Harbour")
        person.say("birthDate", "soon", at="born")
        out.flush()
        payment = pa.RecordBatch.from_pydict(
            {"amount": [5], "event_id": ["e1"], "a_id": ["a"], "b_id": ["b"], "date": ["2024"], "locator": ["row 2"]}
        )
        out.ledger("payments", payment)
        kept = sink.commit(described("aa11"))
    assert store.list() == [kept] == [store.get("aa11")]
    assert pq.read_table(store.statement_files()[0]).column("value").to_pylist() == ["Ann of the Harbour"]
    assert store.rejects("aa").schema == REJECT
    assert store.rejects("aa").column("locator").to_pylist() == ["row 1/born"]
    assert list(store.ledger_files()) == ["payments"]
    payments = pq.read_table(store.ledger_files()["payments"][0])
    assert payments.schema.names[: len(LEDGER_BASE)] == LEDGER_BASE.names
    assert payments.to_pylist()[0]["amount"] == 5
    assert not list(store.verify())


def test_what_is_not_committed_was_never_there(store: SourceStore, described: Described) -> None:
    with store.begin("aa11") as sink:
        sink.statements(statements(3))
        assert store.list() == []
    with pytest.raises(ZeroDivisionError), store.begin("aa11") as sink:
        sink.statements(statements(1 // 0))
    assert store.list() == [] == store.statement_files()
    assert not list((store.root / ".scratch").iterdir())
    add(store, described("aa11"))
    assert len(store.list()) == 1


def test_versions_are_ordered_by_their_date_then_by_when_they_came(store: SourceStore, described: Described) -> None:
    for source_id, series, dated, received in (
        ("c1", "un", "2024-05-01", "2024-06-03"),
        ("b1", "un", "2024-05-01", "2024-06-04"),
        ("a1", "un", "2023-01-01", "2024-06-05"),
        ("d1", "gb", None, "2024-06-01"),
    ):
        add(store, described(source_id, series=series, version_date=dated, received_at=received))
    assert [source.source_id for source in store.list()] == ["d1", "a1", "c1", "b1"]
    newest = store.newest("un")
    assert newest is not None
    assert newest.source_id == "b1"
    assert store.newest("eu") is None
    assert store.table().schema == SOURCE
    assert store.table().column("source_id").to_pylist() == ["d1", "a1", "c1", "b1"]


def test_a_beginning_that_is_unique_is_enough(store: SourceStore, described: Described) -> None:
    for source_id in ("abc", "abd", "ab"):
        add(store, described(source_id))
    assert store.get("abc").source_id == "abc"
    assert store.get("ab").source_id == "ab"
    with pytest.raises(NotFound, match="3 sources"):
        store.get("a")
    with pytest.raises(NotFound, match="no source"):
        store.get("x")


def test_a_source_is_added_once(store: SourceStore, described: Described) -> None:
    add(store, described("aa"))
    with pytest.raises(UsageError, match="already"):
        store.begin("aa")
    for bad in ("", "../aa", ".hidden", "a/b"):
        with pytest.raises(UsageError, match="no id"):
            store.begin(bad)


def test_a_name_of_a_file_that_is_no_text_is_kept_readable(store: SourceStore, described: Described) -> None:
    assert add(store, described("aa", file_name="list\udcff.csv")).file_name == r"list\udcff.csv"
    assert store.get("aa").file_name == r"list\udcff.csv"


def test_small_batches_become_whole_row_groups(store: SourceStore, described: Described) -> None:
    with store.begin("aa") as sink:
        for _ in range(250):
            sink.statements(statements(1_000))
        sink.commit(described("aa"))
    file = pq.ParquetFile(store.statement_files()[0])
    assert file.metadata.num_rows == 250_000
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [ROW_GROUP, ROW_GROUP, 50_000]


def test_the_same_words_give_the_same_bytes(tmp_path: Path, described: Described) -> None:
    kept = []
    for name in ("one", "two"):
        store = SourceStore(tmp_path / name)
        add(store, described("aa"), rows=5_000)
        kept.append({file.name: file.read_bytes() for file in (store.root / "aa").iterdir()})
    assert kept[0] == kept[1]


def test_a_ledger_keeps_to_the_rules(store: SourceStore) -> None:
    whole = pa.RecordBatch.from_pylist([dict.fromkeys(PAYMENTS.names)], schema=PAYMENTS)
    with store.begin("aa") as sink:
        with pytest.raises(LensError, match="no name"):
            sink.ledger("../payments", whole)
        with pytest.raises(LensError, match="lacks date"):
            sink.ledger("payments", whole.drop_columns(["date"]))
        sink.ledger("payments", whole)
        with pytest.raises(LensError, match="do not fit"):
            sink.ledger("payments", whole.drop_columns(["amount"]))


def test_a_row_that_is_no_source_is_refused(store: SourceStore, described: Described) -> None:
    row = described("aa")
    del row["grade"]
    with store.begin("aa") as sink, pytest.raises(ValueError, match="grade"):
        sink.commit(row)
    assert store.list() == []


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_changed_byte_of_any_file_is_found(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = SourceStore(Path(folder))
        row = dict.fromkeys(SOURCE.names, "x") | {
            "source_id": "aa",
            "bytes": 1,
            "records": 1,
            "rejects": 0,
            "statements": 2,
            "ledger_rows": 0,
            "curated": False,
        }
        add(store, row)
        file = data.draw(st.sampled_from(sorted((store.root / "aa").iterdir())))
        content = bytearray(file.read_bytes())
        place = data.draw(st.integers(0, len(content) - 2))  # the last byte of the record is the end of its last line
        content[place] ^= data.draw(st.integers(1, 255))
        if file.name == RECORD and content[place : place + 1].isspace() and file.read_bytes()[place : place + 1].isspace():
            return  # another kind of space between two words of JSON says the same
        file.write_bytes(bytes(content))
        assert [problem.where for problem in store.verify()] == [str(file)]


def test_missing_and_foreign_files_are_found(store: SourceStore, described: Described) -> None:
    add(store, described("aa"))
    (store.root / "aa" / "rejects.parquet").unlink()
    (store.root / "aa" / "ledger-planted.parquet").write_bytes(b"")
    assert {Path(problem.where).name: problem.detail for problem in store.verify()} == {
        "rejects.parquet": "is missing",
        "ledger-planted.parquet": "does not belong here",
    }
    with pytest.raises(IntegrityError, match="cannot be read"):
        store.rejects("aa")
    (store.root / "aa" / RECORD).unlink()
    with pytest.raises(IntegrityError, match="cannot be read"):
        store.list()
    assert len(list(store.verify())) == 1


def test_a_full_disk_leaves_no_half_source(small_disk: Path, described: Described) -> None:
    store = SourceStore(small_disk / "sources")
    add(store, described("aa"))
    noise = pa.array([f"{hash((7, row)):x}" for row in range(300_000)])
    with store.begin("bb") as sink, pytest.raises(StorageError, match="no space left"):
        sink.statements(statements(300_000).set_column(3, "value", noise))
    assert [source.source_id for source in store.list()] == ["aa"]
    assert not list(store.verify())
    add(store, described("cc"))
