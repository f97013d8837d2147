from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crosstie.errors import IntegrityError, NotFound, StorageError
from crosstie.model.tables import LINK
from crosstie.store.builds import CURRENT, RECORD, Build, BuildStore


@pytest.fixture
def store(tmp_path: Path) -> BuildStore:
    return BuildStore(tmp_path / "builds")


def make(store: BuildStore, value: int) -> Build:
    with store.begin() as build:
        pq.write_table(pa.table({"n": [value]}), build.path("links"))
        return build.commit({"version": "0.1", "value": value})


def test_builds_are_numbered_and_the_latest_is_current(store: BuildStore) -> None:
    assert store.current() is None
    assert store.list() == []
    first, second = make(store, 1), make(store, 2)
    assert (first.number, second.number) == (1, 2)
    assert store.current() == second == store.get(2)
    assert store.list() == [first, second]
    assert first.path.name == "0001"
    assert second.table("links")["n"].to_pylist() == [2]
    assert dict(store.get(1).manifest) == {"version": "0.1", "value": 1}
    assert not list(store.verify())


def test_what_an_earlier_version_did_not_write_is_null(store: BuildStore) -> None:
    with store.begin() as build:
        pq.write_table(pa.table({"link_id": ["a"]}), build.path("links"))
        table = build.commit({}).table("links")
    assert set(LINK.names) <= set(table.schema.names)
    assert (table["link_id"].to_pylist(), table["crime_record"].to_pylist()) == (["a"], [None])


def test_what_is_not_committed_was_never_there(store: BuildStore) -> None:
    make(store, 1)
    with store.begin() as build:
        pq.write_table(pa.table({"n": [2]}), build.path("links"))
        with pytest.raises(TypeError):
            build.commit({"not JSON": object()})
    assert [build.number for build in store.list()] == [1]
    assert not list((store.root / ".scratch").iterdir())


def test_what_is_not_there_is_said(store: BuildStore) -> None:
    build = make(store, 1)
    with pytest.raises(NotFound, match="no table spheres"):
        build.file("spheres")
    with pytest.raises(NotFound, match="no build 7"):
        store.get(7)


def test_numbers_are_never_used_again_while_a_later_build_is_kept(store: BuildStore) -> None:
    make(store, 1)
    make(store, 2)
    store.get(1).path.rename(store.root.parent / "archived")
    assert make(store, 3).number == 3


def test_many_builds_sort_by_number(store: BuildStore) -> None:
    store.begin().abandon()
    (make(store, 1).path).rename(store.root / "9999")
    assert make(store, 2).number == 10_000
    assert [build.number for build in store.list()] == [9999, 10_000]


def test_verify_finds_what_was_changed(store: BuildStore) -> None:
    one, two = make(store, 1), make(store, 2)
    one.file("links").write_bytes(b"nonsense")
    (two.path / RECORD).write_text("{}")
    (store.root / CURRENT).write_text("0009\n")
    assert {Path(problem.where).name for problem in store.verify()} == {"links.parquet", RECORD, CURRENT}
    with pytest.raises(IntegrityError, match="cannot be read"):
        one.table("links")
    with pytest.raises(IntegrityError, match="no build"):
        store.current()


def test_a_full_disk_leaves_the_build_before_it(small_disk: Path) -> None:
    store = BuildStore(small_disk / "builds")
    make(store, 1)
    (small_disk / "filler").write_bytes(bytes(1_000_000 - 30_000))
    with pytest.raises(StorageError, match="no space left"):
        _ = [make(store, value) for value in range(2, 40)]
    current = store.current()
    assert current is not None
    assert current.table("links").num_rows == 1
    assert not list(store.verify())


def test_old_builds_go_and_the_one_that_is_shown_stays(store: BuildStore) -> None:
    for value in range(4):
        make(store, value)
    (store.root / CURRENT).write_text("0001\n", encoding="ascii")
    assert store.older(2) == [2]
    assert store.older(4) == store.older(9) == []
    store.remove(2)
    assert [build.number for build in store.list()] == [1, 3, 4]
    assert not list(store.verify())
    assert make(store, 5).number == 5
