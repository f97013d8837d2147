from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.errors import StorageError
from crosstie.model.tables import EDGE, LEDGER_BASE, LINK, SPHERE, STATEMENT, TABLES
from crosstie.settings import Settings, amount
from crosstie.store.engine import Engine
from crosstie.store.engines.duck import memory_of

PAIR = pa.schema([pa.field("id", pa.string()), pa.field("n", pa.int64())])  # type: ignore[arg-type]


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


def numbers(rows: int) -> str:
    return f"select 'x' || i::varchar as id, i::bigint as n from range({rows}) t(i)"


def test_tables_and_views_replace_each_other(engine: Engine) -> None:
    engine.create("thing", numbers(3))
    engine.read("thing", [], PAIR)
    assert engine.scalar("select count(*) from thing") == 0
    engine.create("thing", numbers(2))
    engine.create("thing", "select * from thing where n > 0")
    assert engine.arrow("select id from thing").to_pylist() == [{"id": "x1"}]
    assert engine.has("THING")
    assert not engine.has("nothing")
    assert engine.scalar("select n from thing where false") is None


def test_a_view_of_no_files_has_the_types_of_its_schema(engine: Engine) -> None:
    for schema in (STATEMENT, LINK, EDGE):
        engine.read("view", [], schema)
        assert engine.arrow("select * from view").schema == schema


def test_a_view_takes_just_its_columns_from_files_that_differ(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "with [odd] it's * names"
    folder.mkdir()
    pq.write_table(pa.table({"n": pa.array([1]), "extra": ["e"], "id": ["a"]}), folder / "one.parquet")
    pq.write_table(pa.table({"id": ["b"]}), folder / "two.parquet")
    engine.read("merged", [folder / "one.parquet", folder / "two.parquet"], PAIR)
    assert engine.arrow("select * from merged order by id").to_pylist() == [{"id": "a", "n": 1}, {"id": "b", "n": None}]


def test_map_streams_and_may_replace_what_it_reads(engine: Engine) -> None:
    engine.create("t", numbers(100_000))
    held: list[int] = []

    def double(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            held.append(batch.num_rows)
            assert engine.scalar("select count(*) from t") == 100_000  # the engine answers while it streams
            yield pa.RecordBatch.from_arrays(
                [batch.column("id"), pa.array([2 * (n or 0) for n in batch.column("n").to_pylist()])], schema=PAIR
            )

    engine.map("t", "select * from t", double, PAIR)
    assert engine.scalar("select sum(n) from t") == 99_999 * 100_000
    assert len(held) > 3
    assert max(held) <= 20_000


def test_map_casts_to_the_schema_and_makes_an_empty_table_of_nothing(engine: Engine) -> None:
    def small(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _ in batches:
            yield pa.RecordBatch.from_arrays([pa.array(["a"]), pa.array([1], pa.int8())], ["id", "n"])

    engine.map("t", numbers(1), small, PAIR)
    assert engine.arrow("select * from t").schema == PAIR
    engine.map("none", "select 1 as a where false", small, PAIR)
    assert engine.arrow("select * from none").schema == PAIR


def test_what_a_mapped_function_raises_comes_out_as_it_is(engine: Engine) -> None:
    engine.create("t", numbers(10))

    def broken(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from batches
        raise LookupError("no such street")

    with pytest.raises(LookupError, match="no such street"):
        engine.map("t", "select * from t", broken, PAIR)
    assert engine.scalar("select count(*) from t") == 10


def test_rows_of_a_group_come_one_after_another(engine: Engine) -> None:
    engine.create("t", f"select 'x' || (n * 7919 % 1000) as id, (n * 104729 % 99991) as n from ({numbers(60_000)})")
    sizes: list[int] = []

    def ends(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The first row of each run of an id, with the number of its rows; -1 where the rows of a run are out of order."""
        rows: list[list[Any]] = []
        for batch in batches:
            sizes.append(batch.num_rows)
            for one, n in zip(batch.column("id").to_pylist(), batch.column("n").to_pylist(), strict=True):
                if not rows or rows[-1][0] != one:
                    rows.append([one, 0, n])
                rows[-1][1:] = [-1 if rows[-1][1] < 0 or n < rows[-1][2] else rows[-1][1] + 1, n]
        yield pa.RecordBatch.from_pylist([{"id": one, "n": count} for one, count, _ in rows], schema=PAIR)

    for rows in (700, 50_000):
        engine.map("runs", "select n, id from t", ends, PAIR, by=["id"], then=["n"], rows=rows)
        found = engine.arrow("select id, n from runs order by id")
        assert found["id"].to_pylist() == sorted({f"x{n}" for n in range(1_000)})
        assert set(found["n"].to_pylist()) == {60}
        assert 0.5 * rows < max(sizes) <= rows
        sizes.clear()


def test_batches_can_be_left_unread(engine: Engine) -> None:
    engine.create("t", numbers(50_000))
    first = next(iter(engine.batches("select * from t order by n", rows=1_000)))
    assert first.num_rows == 1_000
    engine.create("u", "select * from t")
    assert sum(batch.num_rows for batch in engine.batches("select * from u", rows=7_000)) == 50_000


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for threads, order in ((1, "n"), (2, "-n"), (2, "hash(n)")):
        with Engine(Settings(threads=threads), tmp_path) as engine:
            engine.create("t", f"select *, [id, 'z'] as parts from ({numbers(300_000)}) order by {order}")
            engine.write("select * from t order by id", tmp_path / "out.parquet")
        written.append((tmp_path / "out.parquet").read_bytes())
    assert written[0] == written[1] == written[2]
    assert pq.ParquetFile(tmp_path / "out.parquet").metadata.row_group(0).column(0).compression == "ZSTD"
    ids = pq.read_table(tmp_path / "out.parquet").column("id").to_pylist()
    assert ids == sorted(ids, key=str)


ROWS = st.lists(
    st.fixed_dictionaries({name: st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8) for name in LEDGER_BASE.names})
)


def test_what_is_written_has_the_types_of_the_query_whatever_the_rows_are(engine: Engine, tmp_path: Path) -> None:
    for schema in (*TABLES.values(), STATEMENT):
        engine.read("none", [], schema)
        engine.write("select * from none", tmp_path / "none.parquet")
        assert pq.read_table(tmp_path / "none.parquet").schema == schema
    engine.load("spheres", pa.Table.from_pylist([dict.fromkeys(SPHERE.names, "x") | {"confidence": 0.5}], schema=SPHERE))
    engine.write("select * from spheres", tmp_path / "some.parquet")
    assert pq.read_table(tmp_path / "some.parquet").schema == SPHERE


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_any_text_survives_load_map_write_and_read(rows: list[dict[str, Any]]) -> None:
    with Engine() as engine:
        engine.load("a", pa.Table.from_pylist(rows, schema=LEDGER_BASE))
        engine.map("b", "select * from a", lambda batches: batches, LEDGER_BASE)
        path = engine.folder / "b.parquet"
        engine.write("select * from b", path)
        engine.read("c", [path], LEDGER_BASE)
        found = engine.arrow("select * from c").to_pylist()

    def plainly(row: dict[str, Any]) -> str:
        return repr([row[name] for name in LEDGER_BASE.names])

    assert sorted(map(plainly, found)) == sorted(map(plainly, rows))


def test_left_to_itself_it_takes_a_part_of_what_the_machine_has() -> None:
    held = amount(memory_of(Settings()))
    assert held >= 2_000_000_000
    assert held <= max(2_000_000_000, psutil.virtual_memory().total * 0.26)
    assert memory_of(Settings(memory="3GB")) == "3GB"


def test_too_little_memory_is_said_plainly(tmp_path: Path) -> None:
    with Engine(Settings(memory="30MB"), tmp_path) as engine, pytest.raises(StorageError, match="30MB of memory") as raised:
        engine.create("t", "select list(i::varchar || repeat('x', 500)) as all_of_them from range(3_000_000) t(i)")
    assert "CROSSTIE_MEMORY" in (raised.value.hint or "")


def test_a_mapped_function_may_make_tables(engine: Engine) -> None:
    def busy(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for number, batch in enumerate(batches):
            engine.create(f"side_{number}", "select 1 as a")
            yield batch

    engine.map("t", numbers(10), busy, PAIR)
    assert engine.scalar("select a from side_0") == 1


def test_too_little_memory_within_map_is_said_plainly(tmp_path: Path) -> None:
    texts = pa.schema([pa.field("v", pa.list_(pa.string()))])

    def grow(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _ in batches:
            yield pa.RecordBatch.from_pylist([{"v": ["x" * 1_000] * 20_000}], schema=texts)

    with Engine(Settings(memory="15MB"), tmp_path) as engine, pytest.raises(StorageError, match="15MB of memory"):
        engine.map("t", numbers(1_000_000), grow, texts)
    assert not list((tmp_path / ".scratch").iterdir())


def test_names_of_folders_are_no_columns(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "n=5"
    folder.mkdir()
    pq.write_table(pa.table({"id": ["a"]}), folder / "one.parquet")
    engine.read("t", [folder / "one.parquet"], PAIR)
    assert engine.arrow("select * from t").to_pylist() == [{"id": "a", "n": None}]


def test_an_error_after_the_first_rows_is_no_error_of_the_disk(engine: Engine, tmp_path: Path) -> None:
    query = "select case when i = 900_000 then error('a row of lead') else i end as n from range(1_000_000) t(i)"
    with pytest.raises(duckdb.Error, match="a row of lead"):
        list(engine.batches(query))
    with pytest.raises(duckdb.Error, match="a row of lead"):
        engine.write(query, tmp_path / "out.parquet")


def test_the_folder_goes_with_the_session(tmp_path: Path) -> None:
    with Engine(folder=tmp_path) as engine:
        engine.read("t", [], PAIR)
        assert list((tmp_path / ".scratch").iterdir())
    assert not list((tmp_path / ".scratch").iterdir())


def test_a_full_disk_is_said_plainly(small_disk: Path) -> None:
    with Engine() as engine, pytest.raises(StorageError, match="no space left") as raised:
        engine.write("select hash(i)::varchar as h from range(500_000) t(i)", small_disk / "out.parquet")
    assert raised.value.hint


def test_a_full_disk_for_spilling_is_said_plainly(small_disk: Path) -> None:
    with Engine(Settings(memory="60MB"), small_disk) as engine, pytest.raises(StorageError, match=r"no space left|memory"):
        engine.create("t", "select hash(i)::varchar || i::varchar as h from range(6_000_000) t(i) order by h")


def test_a_stage_leaves_only_what_is_to_be_kept() -> None:
    with Engine() as engine:
        engine.create("before", "select 1 as n")
        with engine.stage(keep={"kept"}):
            engine.create("kept", "select 2 as n")
            engine.create("between", "select 3 as n")
        assert [engine.has(name) for name in ("before", "kept", "between")] == [True, True, False]


def test_rows_that_meet_others_are_changed_where_they_are(engine: Engine) -> None:
    engine.create(
        "kept",
        "select * from (values ('a', 1), ('b', 2), ('c', 3)) v(name, number)",
        few={"name": "select 'z' union select 'a' union select 'b' union select 'c'"},
    )
    engine.create("other", "select 'b' as name, 'z' as named union all select 'q', 'a'")
    engine.amend("kept", {"name": "o.named", "number": "t.number + 10"}, "other o where o.name = t.name")
    assert engine.arrow("select * from kept order by number").to_pylist() == [
        {"name": "a", "number": 1},
        {"name": "c", "number": 3},
        {"name": "z", "number": 12},
    ]


def test_columns_of_few_texts_are_texts_for_whoever_asks(engine: Engine) -> None:
    engine.create("said", "select * from (values (1, 'b'), (2, 'a'), (3, null), (4, 'a')) t(n, v)")
    engine.create("few", "select n, v from said", few={"v": "select v from said"})
    engine.create("few", "select f.* from few f")  # a copy is no larger
    assert engine.arrow("select v from few order by v, n").column("v").to_pylist() == ["a", "a", "b", None]
    assert engine.arrow("select array_agg(distinct v) as vs from few where v = 'a' or v = 'no such'").to_pylist() == [{"vs": ["a"]}]
    assert engine.scalar("select max(v || '!') from few") == "b!"
    assert {str(batch.schema.field("v").type) for batch in engine.batches("select v from few")} == {"string"}

    def louder(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            assert batch.schema.field("v").type == pa.string()
            yield pa.record_batch({"v": batch.column("v")})

    engine.map("mapped", "select v from few", louder, pa.schema([pa.field("v", pa.string())]))
    assert engine.scalar("select count(v) from mapped") == 3
