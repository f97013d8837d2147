"""How long the search for links takes on tables of a given size, from the tables of a build to ranked links with their history, in one process.

`python -m bench.links.stage NODES EDGES FOLDER`: makes the tables once, of the power-law graph of `bench.links.netmaker` (2,000 actors of each world,
dated ties of six kinds, one piece of evidence each, a hundred sources), then searches as a build does. Prints seconds, processor seconds and peak memory.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import duckdb
import pyarrow as pa

from bench.links import netmaker
from crosstie.link.search import search
from crosstie.model.tables import EDGE, ENTITY, SOURCE, SPHERE
from crosstie.settings import Settings
from crosstie.store.engine import Engine

_KINDS = ("Ownership", "Directorship", "Associate", "ledger.payments", "Call", "shared.address")
_TABLES = {"entities": ENTITY, "edges": EDGE, "spheres": SPHERE, "sources": SOURCE}
_PIECE = """[{'source_id': 's' || (n % 100), 'locator': 'row ' || n, 'sentence': 'A tie as the register tells it.', 'originator': 'office ' || (n % 40),
    'grade': 'B2', 'marking': 'TLP:AMBER'}]"""


def make(nodes: int, edges: int, folder: Path) -> None:
    """Write the tables of a build, once."""
    if (folder / "tables").exists():
        return
    netmaker.make(nodes, edges, folder)
    _, (source, target, confidence) = netmaker.read(folder)
    with duckdb.connect() as db:
        db.execute("set preserve_insertion_order = false; set memory_limit = '4GB'")
        kinds = ", ".join(f"'{kind}'" for kind in _KINDS)
        parts = []
        for number, first in enumerate(range(0, edges, 5_000_000)):
            last = min(first + 5_000_000, edges)
            chunk = pa.table(
                {"n": pa.array(range(first, last)), "a": source[first:last], "b": target[first:last], "c": confidence[first:last]}
            )
            db.register("chunk", chunk)
            parts.append(folder / f"edges-{number}.parquet")
            columns = {
                "edge_id": "lpad(n::varchar, 16, '0')",
                "source": "'e' || a",
                "target": "'e' || b",
                "kind": f"[{kinds}][1 + (hash(n) % {len(_KINDS)})::int]",
                "start": "(date '2015-01-01' + (hash(n + 1) % 3000)::int)::varchar",
                "end": "(date '2015-01-01' + ((hash(n + 1) % 3000) + hash(n + 2) % 400)::int)::varchar",
                "events": "(1 + hash(n + 3) % 9)::bigint",
                "confidence": "round(c::double, 4)",
                "rarity": "(hash(n + 4) % 160) / 10.0",
                "originators": "['office ' || (n % 40)]",
                "evidence": _PIECE,
                "marking": "'TLP:AMBER'",
            }
            _write(db, "chunk", EDGE, columns, parts[-1])
            db.unregister("chunk")
        named = {
            "entity_id": "'e' || n",
            "schema": "'Person'",
            "caption": "'Person ' || n",
            "names": "['Person ' || n]",
            "countries": "['q' || chr(109 + (n % 6)::int)]",
            "originators": "['office ' || (n % 40)]",
            "marking": "'TLP:AMBER'",
            "first_seen": "'2020-01-01'",
            "last_seen": "'2024-01-01'",
            "delisted": "false",
            "victim": "false",
        }
        _write(db, f"(select range as n from range({nodes}))", ENTITY, named, folder / "entities.parquet")
        placed = {
            "entity_id": "'e' || id",
            "sphere": "world",
            "activity": "activity",
            "basis": "'listing'",
            "sentence": "'As the list says.'",
        }
        placed |= {
            "confidence": "0.9",
            "source_id": "'s1'",
            "locator": "'row ' || id",
            "originator": "'office 1'",
            "grade": "'B2'",
            "marking": "'TLP:CLEAR'",
        }
        both = " union all ".join(
            f"select id, '{world}' as world, '{activity}' as activity from '{folder / name}.parquet'"
            for name, world, activity in (("s", "crime", "drugs.trafficking"), ("t", "terror", "terrorism"))
        )
        _write(db, f"({both})", SPHERE, placed, folder / "spheres.parquet")
        said = {
            "source_id": "'s' || n",
            "series": "'s' || n",
            "dataset": "'d' || n",
            "originator": "'office ' || (n % 40)",
            "version_date": "'2024-01-01'",
        }
        _write(db, "(select range as n from range(100))", SOURCE, said, folder / "sources.parquet")
    (folder / "tables").touch()


def _write(db: duckdb.DuckDBPyConnection, rows: str, schema: pa.Schema, columns: dict[str, str], path: Path) -> None:
    kinds = {
        "string": "varchar",
        "double": "double",
        "int64": "bigint",
        "bool": "boolean",
        "list<item: string>": "varchar[]",
        "list<element: string>": "varchar[]",
    }
    listed = ", ".join(f'{columns.get(one.name, "null::" + kinds.get(str(one.type), "varchar"))} as "{one.name}"' for one in schema)
    db.execute(f"copy (select {listed} from {rows}) to '{path}' (format parquet)")


def main() -> None:
    nodes, edges, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    make(nodes, edges, folder)
    settings = Settings()
    wall, cpu = time.perf_counter(), time.process_time()
    with Engine(settings) as engine:
        for table, schema in _TABLES.items():
            engine.read(table, sorted(folder.glob(f"{table}*.parquet")), schema)
        search(engine, settings, [])
        links = engine.arrow("select rank, hops, class from links").to_pylist()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{nodes:,} entities, {edges:,} ties: {len(links):,} links in {time.perf_counter() - wall:.0f} s, {time.process_time() - cpu:.0f} cpu-s, {peak:.1f} GiB"
    )


if __name__ == "__main__":
    main()
