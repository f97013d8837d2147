"""Making the files that `graph.ties` looks into, of the tables of a build."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from crosstie.model.marking import Marking
from crosstie.store.builds import Build, BuildStore
from crosstie.store.durable import make_folder, publish, storing
from crosstie.store.engine import damaged
from crosstie.store.lock import try_lock
from crosstie.store.scratch import Scratch

_MEMORY, _ROWS = "700MB", 100_000
#: No row of `spheres` places the entity there.
NEVER = 255
_DAY = 10
#: The columns of ties that are numbers.
NUMBERS = {"source": np.int32, "target": np.int32, "kind": np.uint16, "marking": np.uint16, "confidence": np.float32, "voices": np.uint8}
#: Those that are texts of a few letters, and the columns of entities that are numbers.
SHORT = ("edge_id", "start", "end")
NODE = ("schema", "marking", "victim", "crime", "terror")

_SPHERES = """
select s.entity_id, min(case when s.sphere = 'crime' then l.level end) as crime, min(case when s.sphere = 'terror' then l.level end) as terror
from spheres s join levels l on l.marking is not distinct from s.marking group by s.entity_id"""
_NODES = f"""
select e.entity_id, coalesce(e.caption, e.entity_id) as caption, coalesce(e."schema", 'Thing') as "schema", coalesce(e.marking, '') as marking,
    array_to_string(coalesce(e.countries, []), ' ') as countries, cast(coalesce(e.victim, false) as utinyint) as victim,
    cast(coalesce(s.crime, {NEVER}) as utinyint) as crime, cast(coalesce(s.terror, {NEVER}) as utinyint) as terror
from entities e left join ({_SPHERES}) s on s.entity_id = e.entity_id order by e.entity_id"""
_PLACES = """
select n.number, max(case when c.prop = 'latitude' then try_cast(c.value as double) end) as lat,
    max(case when c.prop = 'longitude' then try_cast(c.value as double) end) as lon, coalesce(max(c.marking), '') as marking
from claims c join numbers n on n.entity_id = c.canonical_id
where c.prop in ('latitude', 'longitude') and c.current group by n.number, c.source_id, c.locator, c.entity_id order by n.number, lat, lon"""
_TIES = """
select t.edge_id, cast(a.number as integer) as source, cast(b.number as integer) as target, t.kind, coalesce(t.marking, '') as marking,
    coalesce(t."start", '') as "start", coalesce(t."end", '') as "end", cast(coalesce(t.confidence, 0) as float) as confidence,
    cast(least(len(coalesce(t.originators, [])), 255) as utinyint) as voices
from edges t join numbers a on a.entity_id = t.source join numbers b on b.entity_id = t.target order by t.edge_id"""


_SAID = """
select t.* from edges t join numbers a on a.entity_id = t.source join numbers b on b.entity_id = t.target order by t.edge_id"""
#: The tables of which an entity's page shows what is on it, and whom a row is on.
OWNED = {
    "entities": "[entity_id]",
    "claims": "[canonical_id]",
    "spheres": "[entity_id]",
    "mentions": "[entity_id]",
    "findings": "list_distinct(subjects)",
    "links": "list_distinct([crime_id, terror_id])",
}
_WHOSE = """
select n.number, c.at from (select unnest({owners}) as id, file_row_number as at from read_parquet('{file}', file_row_number = true)) c
join numbers n on n.entity_id = c.id order by c.at"""
#: Rows that are packed together, and read at a time: a whole number of packs.
_TOGETHER, _BATCH = 256, 65_536


def make(build: Build, folder: Path, target: Path) -> None:
    """Make the files of a build in a folder, whole or not at all, and let go of those of builds that are no more."""
    with storing(folder):
        make_folder(folder)
        with Scratch(folder) as scratch, contextlib.closing(_asking(build, scratch.path)) as connection:
            files = scratch.path / "made"
            files.mkdir()
            codes = {name: _Codes() for name in ("schema", "kind", "marking")}
            _write_nodes(connection, files, codes)
            _write_places(connection, files, codes)
            _write_ties(connection, files, codes)
            _write_said(connection, files)
            for table in OWNED:
                _write_owned(connection, build, files, table)
            lists = {name: list(code.known) for name, code in codes.items()}
            (files / "lists.json").write_text(json.dumps(lists), encoding="utf-8")
            connection.close()
            with contextlib.suppress(FileExistsError):  # somebody else has made the same meanwhile
                publish(files, target)
        for old in folder.iterdir():  # of builds that are let go
            if old.name[0] != "." and not (build.path.parent / old.name.split("-")[0]).is_dir():
                shutil.rmtree(old, ignore_errors=True)


def _asking(build: Build, scratch: Path) -> duckdb.DuckDBPyConnection:
    config: dict[str, Any] = {"memory_limit": _MEMORY, "temp_directory": str(scratch / "spill"), "autoinstall_known_extensions": False}
    connection = duckdb.connect(config=config)
    try:
        connection.execute("set enable_progress_bar = false")
        for table in ("entities", "spheres", "edges", "claims"):
            file = str(build.file(table)).replace("'", "''")
            connection.execute(f"create view {table} as select * from read_parquet('{file}')")
        markings = [row[0] for row in connection.execute("select distinct marking from spheres").fetchall()]
        levels = [int(Marking.parse(one).tlp) if one else int(Marking().tlp) for one in markings]
        columns: Any = {"marking": pa.array(markings, pa.string()), "level": pa.array(levels, pa.int32())}
        connection.register("levels", pa.table(columns))
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise damaged(str(error).splitlines()[0]) from error
    return connection


def _batches(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[pa.RecordBatch]:
    reader: Any = connection.sql(query).to_arrow_reader(_ROWS)
    yield from reader


class _Codes:
    """Texts as numbers, in the order in which they come."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def of(self, column: pa.Array[Any]) -> NDArray[np.uint16]:
        told: Any = column.cast(pa.string()).dictionary_encode()
        codes = np.array([self.known.setdefault(text, len(self.known)) for text in told.dictionary.to_pylist()] or [0], np.uint16)
        found: NDArray[np.uint16] = codes[told.indices.to_numpy(zero_copy_only=False)]
        return found


def _write_nodes(connection: duckdb.DuckDBPyConnection, files: Path, codes: dict[str, _Codes]) -> None:
    texts = {"ids": "entity_id", "captions": "caption", "countries": "countries"}
    with contextlib.ExitStack() as open_files:
        written = {name: open_files.enter_context(_Written(files, name)) for name in texts}
        numbers: dict[str, list[NDArray[Any]]] = {f"node.{name}": [] for name in NODE}
        for batch in _batches(connection, _NODES):
            for name, column in texts.items():
                written[name].add(batch.column(column))
            for name in ("schema", "marking"):
                numbers[f"node.{name}"].append(codes[name].of(batch.column(name)))
            for name in ("victim", "crime", "terror"):
                numbers[f"node.{name}"].append(batch.column(name).to_numpy(zero_copy_only=False).astype(np.uint8))
    for name, parts in numbers.items():
        np.save(files / f"{name}.npy", np.concatenate(parts) if parts else np.empty(0, np.uint8))
    connection.execute("create table numbers as select entity_id, row_number() over (order by entity_id) - 1 as number from entities")


def _write_places(connection: duckdb.DuckDBPyConnection, files: Path, codes: dict[str, _Codes]) -> None:
    """Places that are said in degrees: which entity is where, and the marking of what says so."""
    parts: dict[str, list[NDArray[Any]]] = {"number": [np.empty(0, np.int32)], "lat": [np.empty(0)], "lon": [np.empty(0)]}
    parts["marking"] = [np.empty(0, np.uint16)]
    for batch in _batches(connection, f"select * from ({_PLACES}) p where lat between -90 and 90 and lon between -180 and 180"):
        parts["number"].append(batch.column("number").to_numpy(zero_copy_only=False).astype(np.int32))
        for name in ("lat", "lon"):
            parts[name].append(batch.column(name).to_numpy(zero_copy_only=False))
        parts["marking"].append(codes["marking"].of(batch.column("marking")))
    order = np.argsort(np.concatenate(parts["number"]), kind="stable")
    for name, columns in parts.items():
        np.save(files / f"place.{name}.npy", np.concatenate(columns)[order])


def _write_ties(connection: duckdb.DuckDBPyConnection, files: Path, codes: dict[str, _Codes]) -> None:
    node_markings = np.load(files / "node.marking.npy")
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in (*NUMBERS, *SHORT)}
    for batch in _batches(connection, _TIES):
        for name, kind in NUMBERS.items():
            column = batch.column(name)
            parts[name].append(codes[name].of(column) if name in codes else column.to_numpy(zero_copy_only=False).astype(kind))
        for name in SHORT:
            short = np.array(batch.column(name).cast(pa.string()).to_pylist(), "S")
            parts[name].append(short if name == "edge_id" else short.astype(f"S{_DAY}"))
    columns = {name: np.concatenate(found) if found else np.empty(0, "S1") for name, found in parts.items()}
    if not parts["source"]:
        columns |= {name: np.empty(0, kind) for name, kind in NUMBERS.items()}
    for name, told in columns.items():
        np.save(files / f"tie.{name}.npy", told)
    source, target = columns["source"], columns["target"]
    number: NDArray[Any] = np.concatenate([np.arange(len(source), dtype=np.int32)] * 2)
    at: NDArray[Any] = np.concatenate([source, target])
    order: NDArray[Any] = np.lexsort((number, -np.concatenate([columns["confidence"]] * 2), at))
    np.save(files / "of.npy", number[order])
    np.save(files / "rows.npy", np.concatenate([[0], np.cumsum(np.bincount(at, minlength=len(node_markings)))]).astype(np.int64))


def _write_said(connection: duckdb.DuckDBPyConnection, files: Path) -> None:
    """All that the table says of each tie."""
    reader: Any = connection.sql(_SAID).to_arrow_reader(_ROWS)
    _pack(files, "said", reader.schema, reader)


def _write_owned(connection: duckdb.DuckDBPyConnection, build: Build, files: Path, table: str) -> None:
    """All rows of a table in their order, and which of them are on which entity."""
    file = build.file(table)
    told = str(file).replace("'", "''")
    pairs: list[NDArray[np.int64]] = [np.empty((0, 2), np.int64)]
    for batch in _batches(connection, _WHOSE.format(owners=OWNED[table], file=told)):
        pairs.append(np.stack([batch.column(name).to_numpy(zero_copy_only=False).astype(np.int64) for name in ("number", "at")], axis=1))
    number, at = np.concatenate(pairs).T
    rows: NDArray[np.int64] = at[np.argsort(number, kind="stable")]
    np.save(files / f"{table}.of.npy", rows.astype(np.int32 if len(rows) == 0 or rows.max() < 2**31 else np.int64))
    count = np.bincount(number, minlength=len(np.load(files / "node.marking.npy", mmap_mode="r")))
    np.save(files / f"{table}.rows.npy", np.concatenate([[0], np.cumsum(count)]).astype(np.int64))
    with pq.ParquetFile(file) as read:
        _pack(files, table, read.schema_arrow, read.iter_batches(_BATCH, use_threads=False))


def _pack(files: Path, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Write rows some at a time, so that one of them costs little to read."""
    begins = [0]
    packed = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.OSFile(str(files / f"{name}.arrow"), "wb") as sink, pa.ipc.new_file(sink, schema, options=packed) as written:
        for batch in batches:
            for at in range(0, len(batch), _TOGETHER):
                some = batch.slice(at, _TOGETHER)
                written.write_batch(some)
                begins.append(begins[-1] + len(some))
    np.save(files / f"{name}.at.npy", np.array(begins, np.int64))


class _Written:
    """A file of texts in the making."""

    def __init__(self, files: Path, name: str) -> None:
        self._files, self._name = files, name
        self._begins: list[NDArray[np.int64]] = [np.zeros(1, np.int64)]
        self._parts: list[NDArray[np.uint8]] = []
        self._at = 0

    def __enter__(self) -> _Written:
        return self

    def add(self, column: pa.Array[Any]) -> None:
        """Texts after those that are there."""
        plain: Any = column.cast(pa.large_string())
        _, offsets, data = plain.buffers()
        begins = (
            np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
            if offsets is not None
            else np.zeros(1, np.int64)
        )
        self._begins.append(begins[1:] - begins[0] + self._at)
        self._at += int(begins[-1] - begins[0])
        if data is not None:
            self._parts.append(np.frombuffer(data, np.uint8)[begins[0] : begins[-1]].copy())

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            np.save(self._files / f"{self._name}.at.npy", np.concatenate(self._begins))
            np.save(self._files / f"{self._name}.npy", np.concatenate(self._parts) if self._parts else np.empty(0, np.uint8))


def make_alone(build: Build, folder: Path, target: Path) -> None:
    """Make them unless another process is at it: each process that serves a workspace asks for them."""
    with storing(folder):
        make_folder(folder)
        lock = folder / f".{target.name}.lock"
        with lock.open("w+b") as held:
            if try_lock(held) and not target.exists():
                make(build, folder, target)
        lock.unlink(missing_ok=True)


if __name__ == "__main__":  # begun by `ties.ready_ties`
    _build, _folder, _target = (Path(one) for one in sys.argv[1:])
    _found = next((one for one in BuildStore(_build.parent).list() if one.path == _build), None)
    if _found is not None:
        make_alone(_found, _folder, _target)
