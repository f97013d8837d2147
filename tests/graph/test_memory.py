"""What was searched is not searched again when the build begins anew, and what is taken over is what a search would find."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from crosstie.graph import loading, paths
from crosstie.graph.bounds import nearest as walked
from crosstie.graph.memory import Memory, Midway, Told
from crosstie.graph.nearest import nearest as searched
from crosstie.graph.paths import Paths
from crosstie.link.actors import Seeds
from crosstie.link.reach import reach
from crosstie.model.tables import EDGE, ENTITY
from crosstie.settings import Settings
from crosstie.store.engine import Engine

Edge = dict[str, Any]
SETTINGS = Settings(threads=2, links=25, hub=12)
SEEDS = Seeds((), tuple(f"p{one:04}" for one in range(0, 30, 3)), tuple(f"p{one:04}" for one in range(1, 30, 3)), ("p0005",))


def drawn(rng: np.random.Generator, many: int, low: int, high: int) -> list[Edge]:
    days = [None, "2003", "2011-04", "2012-01-31"]
    return [
        {
            "source": f"p{rng.integers(low, high):04}",
            "target": f"p{rng.integers(low, high):04}",
            "kind": ("Family", "Associate")[rng.integers(2)],
            "confidence": float(rng.choice([0.3, 0.8, 0.9])),
            "start": days[rng.integers(4)],
            "end": days[rng.integers(4)],
        }
        for _ in range(many)
    ]


def fill(engine: Engine, edges: list[Edge], extra: tuple[str, ...] = ()) -> None:
    engine.load("edges", pa.Table.from_pylist(edges, schema=EDGE))
    names = sorted({str(edge[end]) for edge in edges for end in ("source", "target")} | {f"p{one:04}" for one in range(100)} | set(extra))
    engine.load("entities", pa.Table.from_pylist([{"entity_id": one, "victim": False} for one in names], schema=ENTITY))


def told(engine: Engine, memory: Memory | None) -> list[tuple[object, ...]]:
    net, found = reach(engine, SEEDS, SETTINGS, memory)
    return [
        (*(net.ids[one].as_py() for one in found.nodes(row)), float(found.cost[row]), int(found.rank[row])) for row in range(len(found))
    ]


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One more entry for each search."""
    done: list[int] = []

    def nearest(*args: Any, **more: Any) -> Paths:
        done.append(1)
        return searched(*args, **more)

    monkeypatch.setattr("crosstie.link.reach.nearest", nearest)
    return done


def test_an_interrupted_build_goes_on_with_what_its_search_found(
    engine: Engine, tmp_path: Path, searches: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "searching" / "paths.parquet"
    memory = Memory(home, "these inputs")
    fill(engine, drawn(np.random.default_rng(1), 250, 0, 100))
    with monkeypatch.context() as patched:
        patched.setattr("crosstie.link.reach.nearest", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            told(engine, memory)
    assert not home.parent.exists()
    first = told(engine, memory)
    assert len(first) > 20
    assert {len(path) for path in first} >= {5, 6}  # two nodes and more between
    assert told(engine, Memory(home, "these inputs")) == first == told(engine, None)
    assert len(searches) == 2  # the first, and that without a memory
    whole = home.read_bytes()
    other = bytearray(whole)
    other[whole.index(b"PAR1", 4) // 8] ^= 1  # one bit within the first column
    for times, damaged in enumerate((b"damaged", whole[:-1], bytes(other)), 3):
        home.write_bytes(damaged)
        assert told(engine, memory) == first
        assert len(searches) == times


def test_other_inputs_are_searched(engine: Engine, tmp_path: Path, searches: list[int]) -> None:
    rng = np.random.default_rng(2)
    edges = drawn(rng, 250, 0, 100)
    for at in range(4):  # sources come in, elsewhere and near
        fill(engine, edges)
        assert told(engine, Memory(tmp_path / "paths", f"inputs {at}")) == told(engine, None)
        edges = [*drawn(rng, 40, 0, 100), *edges[::-1], *drawn(rng, 20, 200, 300)]
    assert len(searches) == 8


def test_no_paths_are_an_answer_too(engine: Engine, tmp_path: Path, searches: list[int]) -> None:
    fill(engine, [])
    assert told(engine, Memory(tmp_path / "paths", "none")) == told(engine, Memory(tmp_path / "paths", "none")) == []
    assert len(searches) == 1


def test_a_search_broken_off_in_its_midst_goes_on_from_there(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(engine, drawn(np.random.default_rng(5), 400, 0, 100))
    net = loading.load(engine, SETTINGS)
    ends = (net.numbers(pa.array(some, pa.string())) for some in (SEEDS.crime, SEEDS.terror))
    question = paths.asked(net, *ends, hub=30)
    whole = searched(question, 3, 25, labels=20)
    assert len(whole) > 25
    calls: list[int] = []

    def counted(*args: Any) -> int:
        calls.append(1)
        if len(calls) == stop:
            raise KeyboardInterrupt
        return int(walked(*args))

    monkeypatch.setattr("crosstie.graph.bounds.nearest", counted)
    stop = 0
    searched(question, 3, 25, labels=20)
    pieces = len(calls)
    assert pieces > 6
    for broken in (2, pieces // 2, pieces - 1, pieces):
        calls.clear()
        stop, home = broken, tmp_path / str(broken)
        with pytest.raises(KeyboardInterrupt):
            searched(question, 3, 25, labels=20, midway=Midway(home, "these inputs", every=0))
        stop = 0
        calls.clear()
        again = searched(question, 3, 25, labels=20, midway=Midway(home, "these inputs", every=0))
        assert len(calls) == pieces - (broken - 1)
        calls.clear()
        other = searched(question, 3, 25, labels=20, midway=Midway(home, "other inputs"))
        assert len(calls) == pieces
        for found in (again, other):
            assert all(
                getattr(found, name).tolist() == getattr(whole, name).tolist() for name in ("source", "target", "rank", "cost", "between")
            )
    Memory(home / "paths", "these inputs").keep(
        Told.of(whole, lambda numbers: net.ids.take(pa.array(numbers, pa.int32(), mask=numbers < 0)))
    )
    assert [one.name for one in home.iterdir()] == ["paths"]
