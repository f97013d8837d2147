from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from crosstie.errors import InputError
from crosstie.resolve.batches import array, columns
from crosstie.settings import Settings
from crosstie.store.engine import Engine, Verb
from crosstie.store.engines.spread import HELD, bites, spread

ROWS = columns(g=pa.string(), n=pa.int64())


def batches(*groups: str | None, rows: int) -> Iterator[pa.RecordBatch]:
    """Rows numbered in order, of these groups, in batches."""
    whole = pa.Table.from_pydict({"g": list(groups), "n": list(range(len(groups)))}, schema=ROWS)
    return iter(whole.to_batches(max_chunksize=rows))


def numbers(made: Iterator[pa.RecordBatch]) -> list[int]:
    return [int(n) for batch in made for n in array(batch, "n", np.int64)]


def same(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield from given


def counted(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """A row for each run of a group: its first number and how many rows it has."""
    found = list(chain.from_iterable(batch.to_pylist() for batch in given))
    runs = [list(run) for _, run in groupby(found, key=lambda row: row["g"])]
    yield pa.RecordBatch.from_pylist([{"g": f"{run[0]['g']}:{len(run)}", "n": run[0]["n"]} for run in runs], schema=ROWS)


def test_what_is_made_stands_in_the_order_of_the_batches() -> None:
    done = [threading.Event() for _ in range(20)]

    def later_first(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Even batches wait until the odd one after them is done."""
        for batch in given:
            number = numbers(iter([batch]))[0] // 10
            assert number % 2 or done[number + 1].wait(timeout=10)
            done[number].set()
            yield batch

    assert numbers(spread(later_first, batches(*"a" * 200, rows=10), (), 2)) == list(range(200))


def test_as_many_bites_at_a_time_as_threads() -> None:
    together = threading.Barrier(3)

    def meet(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        together.wait(timeout=10)  # passes only where three are here at once
        yield from given

    assert numbers(spread(meet, batches(*"a" * 9, rows=1), (), 3)) == list(range(9))


def test_no_more_is_read_ahead_than_threads_need() -> None:
    read: list[int] = []

    def noted() -> Iterator[pa.RecordBatch]:
        for number, batch in enumerate(batches(*"a" * 100, rows=1)):
            read.append(number)
            yield batch

    with closing(spread(same, noted(), (), 2)) as made:
        next(made)
        assert len(read) <= 4
    assert len(read) <= 4


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("threads", [1, 2, 4])
def test_a_group_is_in_one_bite(rows: int, threads: int) -> None:
    groups = ["a"] * 4 + ["b"] + [None] * 3 + ["c"] * 7 + ["d"] * 2
    made = pa.Table.from_batches(spread(counted, batches(*groups, rows=rows), ["g"], threads), ROWS)
    assert made.to_pydict() == {"g": ["a:4", "b:1", "None:3", "c:7", "d:2"], "n": [0, 4, 5, 8, 15]}


def test_groups_of_two_columns() -> None:
    rows = [("a", 1), ("a", 1), ("a", 2), ("b", 2), ("b", 2), ("b", 3)]
    given = pa.RecordBatch.from_pylist([{"g": g, "n": n} for g, n in rows], schema=ROWS)
    found = [
        [row for batch in bite for row in batch.to_pylist()] for bite in bites(iter([given.slice(n, 1) for n in range(6)]), ["g", "n"])
    ]
    assert [[(row["g"], row["n"]) for row in bite] for bite in found] == [rows[:2], rows[2:3], rows[3:5], rows[5:]]


def test_a_group_too_large_to_hold_goes_through_in_a_stream_and_in_its_place() -> None:
    size = 3 * HELD
    groups = ["a"] * 3 + ["b"] * size + ["c"] * 3 + ["d"] * size
    made = pa.Table.from_batches(spread(counted, batches(*groups, rows=1), ["g"], 2), ROWS)
    assert made["g"].to_pylist() == ["a:3", f"b:{size}", "c:3", f"d:{size}"]
    streams = [bite for bite in bites(batches(*groups, rows=1), ["g"]) if not isinstance(bite, list)]  # left unread: passed over
    assert len(streams) == 2


def test_an_error_comes_out_as_it_is_and_nothing_more_is_begun() -> None:
    begun: list[int] = []

    def third(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in given:
            begun.append(batch.column("n")[0].as_py())
            if begun[-1] == 2:
                raise InputError("the third is wrong", hint="Leave it out.")
            yield batch

    made = spread(third, batches(*"a" * 1_000, rows=1), (), 2)
    found: list[int] = []
    with pytest.raises(InputError, match="the third is wrong") as raised:
        found.extend(numbers(iter([batch]))[0] for batch in made)
    assert raised.value.hint == "Leave it out."
    assert found == [0, 1]
    assert len(begun) < 10
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("crosstie-map")]


def test_the_engine_gives_an_error_of_a_thread_as_it_is_and_leaves_the_table() -> None:
    def broken(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in given:
            if 77_777 in batch.column("n").to_pylist():
                raise InputError("no such street", hint="Look again.")
            yield batch

    with Engine(Settings(threads=3)) as engine:
        engine.create("t", "select 'a' as g, i as n from range(100_000) t(i)")
        with pytest.raises(InputError, match="no such street") as raised:
            engine.map("t", "select g, n from t", broken, ROWS, rows=1_000)
        assert raised.value.hint == "Look again."
        assert engine.scalar("select count(*) from t") == 100_000


@pytest.mark.parametrize("by", [(), ("g",)])
def test_the_engine_makes_the_same_rows_with_any_number_of_threads(by: tuple[str, ...]) -> None:
    made: list[Any] = []
    verb: Verb = counted if by else same
    for threads in (1, 2, 5):
        with Engine(Settings(threads=threads)) as engine:
            engine.create("t", "select 'g' || i % 777 as g, i as n from range(50_000) t(i)")
            engine.map("u", "select g, n from t", verb, ROWS, by=by, then=["n"], rows=1_000)
            made.append(engine.arrow("select g, n from u order by g, n"))
    assert made[0].num_rows == (777 if by else 50_000)
    assert made[0] == made[1]
    assert made[0] == made[2]
