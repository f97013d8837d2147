"""What an engine promises, asked of both."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crosstie.errors import EngineError, IntegrityError
from crosstie.model.tables import EDGE, EVIDENCE, LINK, STATEMENT
from crosstie.store.engine import Engine

cloudpickle = pytest.importorskip("pyspark.cloudpickle", reason="Spark is not installed: pip install 'crosstie[spark]'")
# workers know crosstie, not its tests
cloudpickle.register_pickle_by_value(sys.modules[__name__])

PAIR = pa.schema([("id", pa.string()), ("n", pa.int64())])  # type: ignore[arg-type]
ROWS = pa.schema([("k", pa.string()), ("v", pa.string()), ("n", pa.int64()), ("x", pa.float64())])  # type: ignore[arg-type]
WORDS = (
    "Ålesund",
    "",
    "it's",
    'say "so"',
    "back\\slash",
    "per%cent_",
    "Ж",
    "شارع",
    "𐌰",
    "Z",
    "a b",
    "1e3",
    "12.50",
    " 7 ",
    "1d",
    "0x1p3",
    None,
)


def some(rows: int) -> pa.Table:
    """Rows with nulls and with ties in every column."""
    return pa.Table.from_pylist(
        [
            {
                "k": f"k{at * 7919 % 13}" if at % 11 else None,
                "v": WORDS[at % len(WORDS)],
                "n": at * 31 % 17 if at % 5 else None,
                "x": (at % 23) / 8 if at % 7 else None,
            }
            for at in range(rows)
        ],
        schema=ROWS,
    )


QUERIES = {
    "nulls stand last": "select distinct k, n from many order by k, n desc",
    "nulls stand last in windows": "select k, n, row_number() over (partition by k order by n desc, v, x) as place from many order by k, place, n",
    "shares": "select distinct k, cume_dist() over (order by n desc) as share from many where n is not null order by 1, 2",
    "the first that is something": """
        select k, min_by(v, n * 1000 + x) as v, min_by(x, n * 1000 + x) as x
        from (select k, n, x, min(v) as v from many group by k, n, x) s group by k order by k""",
    "structs in order": "select k, min({'n': coalesce(n, 99), 'v': coalesce(v, '')}) as best from many group by k order by k",
    "one of a struct": """
        select k, best.v as v from (select k, min({'n': coalesce(n, 99), 'v': coalesce(v, '')}) as best from many group by k) s order by k""",
    "lists": "select k, list_sort(array_agg(distinct v) filter (where v <> '')) as vs from many group by k order by k",
    "lists of nothing": """
        select k, array_agg(v) filter (where v = 'nobody') as vs, coalesce(array_agg(v) filter (where false), array[]::varchar[]) as none
        from many group by k order by k""",
    "lists opened": """
        select k, unnest(vs) as v from (select k, array_agg(distinct v) filter (where v is not null) as vs from many group by k) s order by k, v""",
    "numbers in texts": "select distinct v, try_cast(v as double) as x from many order by v",
    "division": "select distinct n / 4 as quarter, x / 4 as x from many order by 1, 2",
    "exact sums": """
        select k, cast(sum(try_cast(x as decimal(38, 4))) as double) as total, count(*) as rows, count(distinct v) as vs
        from many group by k order by k""",
    "sureness": """
        select k, round(1 - exp(sum(ln(1 - least(x / 4, 0.999)))), 9) as sure from (select distinct k, x from many) s group by k order by k""",
    "truth": """
        select k, max(n > 8) as some, min(n > 8) as every, max(v is not null and starts_with(v, 'b')) as b from many group by k order by k""",
    "cuts of texts": """
        select distinct v, substr(v, 1, 3) as head, substr(v, -3) as tail, length(v) as long, lower(v) as low, lpad(v, 4, '0') as pad,
            replace(v, ' ', '') as bare, v || chr(10) as line from many order by v""",
    "fingerprints": "select distinct v, sha1(v || '.') as s, md5(v) as m from many order by v",
    "hashes of their own": """
        select count(distinct hash(coalesce(v, ''), coalesce(n, 0))) as found, count(distinct coalesce(v, '') || '.' || coalesce(n, 0)) as wanted,
            max(cast(hash(v, 'a') >> 1 as bigint) > 4294967295) as wide, min(hash(v) = hash(v || '')) as same from many where v is not null""",
    "not distinct": """
        select count(*) as n from many a join (select distinct k, n from many) b on a.k is not distinct from b.k and a.n is not distinct from b.n""",
    "not exists": "select count(*) as n from many a where not exists (select 1 from many b where b.k = a.k and (b.n = 3 or b.v = 'Z'))",
    "not in": "select count(*) as n from many where v not in (select v from many where v is not null and n = 3)",
    "all but": "select * exclude (x, n) from (select distinct * from many) s order by k, v, n, x",
    "outer": """
        select a.k, b.k as other from (select distinct k from many where n < 4) a
        full outer join (select distinct k from many where n > 12) b on a.k = b.k order by 1, 2""",
    "quoted names": 'select distinct v as "end", n as "Start" from many where n = 3 order by "end"',
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_a_query_means_the_same(duck: Engine, spark: Engine, query: str) -> None:
    for engine in (duck, spark):
        if not engine.has("many"):  # once for the whole session on Spark
            engine.load("many", some(700))
    ours, theirs = duck.arrow(query), spark.arrow(query)
    assert ours.num_rows > 0
    assert theirs.to_pylist() == ours.to_pylist()
    assert theirs.schema.names == ours.schema.names


def test_what_would_mean_something_else_is_refused() -> None:
    from crosstie.store.engines.dialect import Unportable, spark

    for query in (
        "select regexp_replace(v, 'a', 'b') as v from t",
        "select regexp_matches(v, 'a') as v from t",
        "select vs[1] as v from t",
    ):
        with pytest.raises(Unportable, match="not the same on every engine"):
            spark(query)


def test_tables_and_views_replace_each_other(engine: Engine, tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["a"], "n": [1]}), tmp_path / "one.parquet")
    engine.load("thing", pa.table({"id": ["x", "y"], "n": [1, 2]}))
    engine.read("thing", [tmp_path / "one.parquet"], PAIR)
    assert engine.scalar("select n from thing") == 1
    engine.load("thing", pa.table({"id": ["a", "b"], "n": [1, 2]}))
    engine.create("thing", "select * from thing where n > 1")
    assert engine.arrow("select id, n from thing").to_pylist() == [{"id": "b", "n": 2}]
    assert engine.has("THING")
    assert engine.scalar("select n from thing where false") is None
    with engine.stage(keep={"kept"}):
        engine.create("kept", "select 2 as n")
        engine.create("between", "select 3 as n")
        engine.read("ledger_b", [], PAIR)
    assert [engine.has(name) for name in ("thing", "kept", "between")] == [True, True, False]
    assert engine.tables("ledger_") == ["ledger_b"]
    for name in ("thing", "kept", "ledger_b"):
        engine.drop(name)
    assert not engine.has("thing")


def test_a_view_takes_just_its_columns_from_files_that_differ(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "with [odd] {it's} * ? names"
    folder.mkdir()
    pq.write_table(pa.table({"n": pa.array([1]), "extra": ["e"], "id": ["a"]}), folder / "one.parquet")
    pq.write_table(pa.table({"id": ["b"]}), folder / "two.parquet")
    pq.write_table(pa.table({"id": ["c", "d"], "n": ["12", "a dozen"]}), folder / "three.parquet")
    engine.read("merged", sorted(folder.iterdir()), PAIR)
    assert engine.arrow("select * from merged order by id").to_pylist() == [
        {"id": one, "n": n} for one, n in (("a", 1), ("b", None), ("c", 12), ("d", None))
    ]
    for schema in (STATEMENT, LINK, EDGE):
        engine.read("empty", [], schema)
        assert engine.arrow("select * from empty").schema == schema


def test_a_damaged_file_is_named(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 no more")

    def look() -> None:
        engine.read("broken", [tmp_path / "broken.parquet"], PAIR)
        engine.arrow("select * from broken")

    with pytest.raises(IntegrityError, match=r"broken\.parquet"):
        look()


def test_rows_of_a_group_come_one_after_another(engine: Engine) -> None:
    engine.load(
        "t",
        pa.table(
            {"id": [f"x{n * 7919 % 500}" if n % 500 else None for n in range(30_000)], "n": [n * 104_729 % 99_991 for n in range(30_000)]}
        ),
    )

    def runs(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """For each run of an id how many rows it has; -1 where they are out of order, or the batch is too large."""
        found: list[list[Any]] = []
        for batch in batches:
            for one, n in zip(batch.column("id").to_pylist(), batch.column("n").to_pylist(), strict=True):
                if not found or found[-1][0] != one:
                    found.append([one, 0, n])
                wrong = found[-1][1] < 0 or n < found[-1][2] or batch.num_rows > 700
                found[-1][1:] = [-1 if wrong else found[-1][1] + 1, n]
        yield pa.RecordBatch.from_pylist([{"id": one, "n": count} for one, count, _ in found], schema=PAIR)

    engine.map("runs", "select n, id from t", runs, PAIR, by=["id"], then=["n"], rows=700)
    found = engine.arrow("select id, n from runs order by id")
    assert len(found) == len(set(found["id"].to_pylist())) == 500
    assert set(found["n"].to_pylist()) == {60}


def test_map_casts_to_the_schema_and_makes_an_empty_table_of_nothing(engine: Engine) -> None:
    def small(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _ in batches:
            yield pa.RecordBatch.from_arrays([pa.array(["a"]), pa.array([1], pa.int8())], ["id", "n"])

    engine.load("one", pa.table({"a": [1]}))
    engine.map("t", "select * from one", small, PAIR)
    assert engine.arrow("select * from t").to_pylist() == [{"id": "a", "n": 1}]
    engine.map("none", "select * from one where false", small, PAIR)
    assert engine.arrow("select * from none").schema == PAIR
    assert engine.scalar("select count(*) from none") == 0


def test_what_a_mapped_function_raises_comes_out(engine: Engine) -> None:
    engine.load("t", pa.table({"id": ["a"], "n": [1]}))

    def damaged(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from batches
        raise IntegrityError("a street \udcff of no town", hint="Ask for the way.")

    def broken(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from batches
        raise LookupError("no such street")

    with pytest.raises(IntegrityError, match=r"a street . of no town") as raised:
        engine.map("t", "select * from t", damaged, PAIR)
    assert raised.value.hint == "Ask for the way."
    with pytest.raises((LookupError, EngineError), match="no such street") as other:
        engine.map("t", "select * from t", broken, PAIR)
    told = "".join(traceback.format_exception(other.value))
    assert "LookupError" in told
    assert "in broken" in told  # where it was raised
    assert engine.scalar("select count(*) from t") == 1


def test_batches_come_in_order_and_can_be_left_unread(engine: Engine) -> None:
    engine.load("t", pa.table({"n": [n * 104_729 % 50_021 for n in range(50_021)]}))
    first = next(iter(engine.batches("select * from t order by n", rows=1_000)))
    assert first.num_rows <= 1_000
    sizes, numbers = [], []
    for batch in engine.batches("select n from t order by n desc", rows=7_000):
        sizes.append(batch.num_rows)
        numbers += batch.column("n").to_pylist()
    assert max(sizes) <= 7_000
    assert numbers == list(range(50_020, -1, -1))


def test_the_same_rows_give_the_same_bytes(duck: Engine, spark: Engine, tmp_path: Path) -> None:
    evidence = {EVIDENCE.field(at).name: "e" for at in range(EVIDENCE.num_fields)}
    written = []
    for engine in (duck, spark):
        engine.load("t", some(30_000).append_column("place", pa.array([n * 104_729 % 30_000 for n in range(30_000)])))
        engine.load(
            "e", pa.Table.from_pylist([{"edge_id": "1", "evidence": [evidence], "originators": ["o", "p"], "confidence": 0.5}], schema=EDGE)
        )
        query = "select t.*, [t.k, 'z'] as parts, e.evidence, e.originators from t cross join e order by t.place, t.k, t.v, t.n, t.x"
        engine.create("u", query)
        engine.write("select * from u order by place, k, v, n, x", tmp_path / f"{type(engine).__name__}.parquet")
        written.append((tmp_path / f"{type(engine).__name__}.parquet").read_bytes())
    assert written[0] == written[1]
