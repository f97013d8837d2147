"""The graph of a build in its tables, and whether it fits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from crosstie.errors import EngineError, IntegrityError
from crosstie.graph import csr, fitting, ids, loading
from crosstie.model.tables import EDGE, ENTITY
from crosstie.settings import Settings, amount
from crosstie.store.engine import Engine


def fill(engine: Engine, edges: list[dict[str, Any]], entities: list[str], victims: tuple[str, ...] = ()) -> pa.Table:
    table = pa.Table.from_pylist([{"edge_id": f"e{at}", **edge} for at, edge in enumerate(edges)], schema=EDGE)
    engine.load("edges", table)
    engine.load("entities", pa.Table.from_pylist([{"entity_id": one, "victim": one in victims} for one in entities], schema=ENTITY))
    return table


def some(many: int) -> tuple[list[dict[str, Any]], list[str]]:
    rng = np.random.default_rng(5)
    names = [f"n-{int(one):x}-ö" for one in rng.permutation(60)]
    days = [None, "2001", "2002-05", "2003-01-31", "9999-12-31", "1850"]
    return [
        {
            "source": names[rng.integers(60)],
            "target": names[rng.integers(60)],
            "kind": ("Family", "Associate", "shared.phone")[rng.integers(3)],
            "start": days[rng.integers(6)],
            "end": days[rng.integers(6)],
            "confidence": float(rng.choice([0.2, 0.5, 0.95])),
        }
        for _ in range(many)
    ], names


@pytest.mark.parametrize("threads", [1, 2])
def test_the_graph_in_the_tables_is_the_graph_of_the_edges(engine: Engine, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    edges, names = some(700)
    table = fill(engine, edges, [*names, "a victim"], ("a victim",))
    monkeypatch.setattr(loading, "_ROWS", 97)
    monkeypatch.setattr(csr, "HELD", 50)
    read = loading.load(engine, Settings(threads=threads))
    in_order: list[str] = sorted(names, key=str.encode)
    same = csr.from_edges(table, pa.array(in_order))
    assert read.ids.to_pylist() == same.ids.to_pylist()
    assert read.kinds == same.kinds
    assert read.kind_totals().tolist() == np.bincount(same.kind).tolist()
    for column in ("rows", "share"):
        assert getattr(read, column).tolist() == getattr(same, column).tolist()
    places = [np.lexsort((one.near, np.repeat(np.arange(one.nodes), one.degrees()))) for one in (read, same)]
    for column in ("near", "kind", "outward", "cost", "start", "end"):
        assert getattr(read, column)[places[0]].tolist() == getattr(same, column)[places[1]].tolist()
    assert not list(Path(engine.folder).glob("graph.*"))


def test_an_edge_to_nobody_is_told(engine: Engine) -> None:
    fill(engine, [{"source": "a", "target": "c", "kind": "Family", "confidence": 0.5}], ["a", "b"])
    with pytest.raises(IntegrityError, match="does not exist"):
        loading.load(engine, Settings())


def test_no_entities_no_graph(engine: Engine) -> None:
    fill(engine, [], [])
    assert loading.load(engine, Settings()).nodes == 0


def test_a_graph_that_does_not_fit_is_told_before_it_is_read(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    edges, names = some(10)
    fill(engine, edges, names)
    monkeypatch.setattr(engine, "batches", lambda *_: pytest.fail("it has begun"))
    with pytest.raises(
        EngineError, match=r"would need \d\.\d GB of memory for 60 entities and 10 ties; the setting search_memory"
    ) as raised:
        loading.load(engine, replace(Settings(), search_memory="300MB"))
    assert "search_memory =" in (raised.value.hint or "")
    assert "crosstie build --engine spark://" in (raised.value.hint or "")
    monkeypatch.setattr(fitting, "available", lambda: 400_000_000)
    with pytest.raises(EngineError, match=r"0\.4 GB are free") as raised:
        loading.load(engine, Settings())
    assert "more memory" in (raised.value.hint or "")
    monkeypatch.setattr(engine, "local", False, raising=False)
    assert not loading.fits(engine, Settings())
    with pytest.raises(EngineError) as raised:  # who is on a cluster need not be told of it
        loading.load(engine, Settings())
    assert "spark" not in (raised.value.hint or "")


def test_ten_million_entities_and_fifty_million_undated_ties_are_held_to_fit_in_two_gigabytes() -> None:
    assert fitting.need(10_000_000, 50_000_000, 0, dated=False, threads=2) < 2_000_000_000
    small = fitting.need(1_000, 5_000, 20_000, dated=True, threads=1)
    assert small < fitting.need(1_000, 50_000_000, 20_000, dated=True, threads=1) - 2 * 49_000_000 * 12


def test_free_memory_is_that_of_the_machine_or_of_the_container(tmp_path: Path) -> None:
    table = tmp_path / "meminfo"
    table.write_text("MemTotal: 10 kB\nMemAvailable:       7 kB\n", encoding="ascii")
    assert fitting._machine(table) == 7 * 1024
    assert fitting._machine(tmp_path / "none") is None
    assert fitting._group(tmp_path) is None
    for name, text in (("max", "1000\n"), ("current", "600\n"), ("stat", "anon 100\ninactive_file 50\n")):
        (tmp_path / f"memory.{name}").write_text(text, encoding="ascii")
    assert fitting._group(tmp_path) == 450
    (tmp_path / "memory.max").write_text("max\n", encoding="ascii")
    assert fitting._group(tmp_path) is None
    assert [amount(text) for text in ("2GB", "1.5 MiB", "800kb")] == [2_000_000_000, 1_572_864, 800_000]


def test_ids_are_found_by_their_bytes() -> None:
    known = sorted(["", "a", "ab", "b", "ä", "中", "z" * 300], key=str.encode)
    wanted = ["b", "", "zz", "ä", "a", "中", "z" * 300, "z" * 299, "abc"]
    expected = [known.index(one) if one in known else -1 for one in wanted]
    assert ids.places(pa.array(wanted), pa.array(known)).tolist() == expected
    assert ids.places(pa.array(["x", *wanted]).slice(1), pa.array([" ", *known]).slice(1)).tolist() == expected
    assert ids.places(pa.array([], pa.string()), pa.array(known)).tolist() == []
    assert ids.places(pa.array(wanted), pa.array([], pa.string())).tolist() == [-1] * len(wanted)


def test_days_that_are_too_many_are_rounded_outward() -> None:
    days = np.arange(200_000, dtype=np.int32) - 70_000
    known = csr.known_days([days, days])
    assert len(known) <= 1 << 16
    code = csr.whens(days, days + 1, known)
    assert np.all(known[code & 0xFFFF] <= days)
    assert np.all(known[code >> 16] >= days + 1)
    assert np.all((days - known[code & 0xFFFF])[8:] < 8)
