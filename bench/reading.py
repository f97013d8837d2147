"""Reading speed and memory: each reader on a real list, beside the bare parse of the file (the limit) and FollowTheMoney's own path (the peer).

The peer is handed the same values, puts them into entities with `add` and turns those into rows of statements. What it is handed is free of
charge, save that the file has to be parsed: so its time is the bare parse and the entities; what finds the values in the file is not counted.
CPU-seconds, each figure in a process of its own, the tables that cleaning needs loaded before (they cost the same on both sides). Memory is
the peak of the process on the file as it is and on one that holds its records twenty times.

Targets: 60,000 statements per cpu-second, twice the peer, memory flat.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

DATA = Path(os.environ.get("CROSSTIE_DATA", Path(__file__).parents[2] / "shared" / "data")) / "sanctions"
TIMES = 20
_ROOT = re.compile(rb"\A(.*?<[A-Za-z][^>]*>)(.*)(</[^>]+>\s*)\Z", re.DOTALL)


class Discard:
    """Counts and keeps nothing."""

    def statements(self, batch: pa.RecordBatch) -> None: ...

    def rejects(self, batch: pa.RecordBatch) -> None: ...

    def ledger(self, name: str, batch: pa.RecordBatch) -> None: ...


class Keep(Discard):
    """Keeps the statements for the peer."""

    def __init__(self) -> None:
        self.batches: list[pa.RecordBatch] = []

    def statements(self, batch: pa.RecordBatch) -> None:
        self.batches.append(batch)


def read(path: Path, sink: Any) -> Any:
    """Read a file as `crosstie add` does, without storing."""
    from crosstie.ingest.load import Choice, load
    from crosstie.ingest.readers import readers

    return load(path, path.name, sink, source_id="0" * 16, readers=readers(), choice=Choice(check_promise=False))


def warm() -> None:
    """Load the code, and the tables of countries, languages and phones that cleaning needs on either side."""
    from followthemoney import registry

    from crosstie.ingest.load import Choice
    from crosstie.ingest.readers import readers

    assert readers()
    assert Choice()

    for kind, value in (("country", "Republic of Nowhere"), ("language", "xyz"), ("phone", "+3212345678"), ("email", "a@b.com"), ("url", "http://a.b")):
        registry.get(kind).clean(value)


def ours(path: Path) -> dict[str, Any]:
    """Statements per CPU-second of the reader."""
    warm()
    started = time.process_time()
    loaded = read(path, Discard())
    spent = time.process_time() - started
    return {"reader": loaded.reader, "records": loaded.records, "rejects": loaded.rejects, "statements": loaded.statements, "cpu_s": spent, "peak_mb": _peak()}


def limit(path: Path) -> dict[str, Any]:
    """The bare parse."""
    started = time.process_time()
    if path.suffix == ".xml":
        from lxml import etree

        for _, element in etree.iterparse(path, events=("end",), recover=True):
            element.clear()
    else:
        with path.open(newline="", encoding="cp1252") as stream:
            for _ in csv.reader(stream):
                pass
    return {"cpu_s": time.process_time() - started}


def dump(path: Path, into: Path) -> dict[str, Any]:
    """The statements of a file, for the peer."""
    keep = Keep()
    read(path, keep)
    pq.write_table(pa.Table.from_batches(keep.batches), into)
    return {}


def peer(statements: Path) -> dict[str, Any]:
    """FollowTheMoney's entity by entity path over the same values, as its own crawlers go: `add` to an entity, statements as rows of a table."""
    from followthemoney import Dataset, StatementEntity

    warm()
    columns = ["entity_id", "schema", "prop", "value", "original_value", "lang"]
    entities: dict[tuple[str, str], list[tuple[str, str, str | None]]] = {}
    for row in pq.read_table(statements, columns=columns).to_pylist():
        entities.setdefault((row["entity_id"], row["schema"]), []).append((row["prop"], row["original_value"] or row["value"], row["lang"]))
    dataset = Dataset.make({"name": "bench", "title": "Bench"})
    made: list[dict[str, Any]] = []
    started = time.process_time()
    for (entity_id, schema), values in entities.items():
        entity = StatementEntity(dataset, {"id": entity_id, "schema": schema})
        for prop, value, lang in values:
            entity.add(prop, value, quiet=True, lang=lang)
        made += [dict(statement.to_dict()) for statement in entity.statements]
    pa.Table.from_pylist(made)
    return {"statements": sum(len(values) for values in entities.values()), "cpu_s": time.process_time() - started}


def repeat(path: Path, into: Path, times: int) -> Path:
    """A file with the records of another, several times."""
    target = into / path.name
    data = path.read_bytes()
    with target.open("wb") as out:
        if path.suffix == ".xml" and (match := _ROOT.match(data)):
            out.write(match[1])
            for _ in range(times):
                out.write(match[2])
            out.write(match[3])
        else:
            lines = data.rstrip(b"\x1a").splitlines(keepends=True)
            head = next((number for number, line in enumerate(lines[:5], 1) if b"Group ID" in line), 0)
            out.writelines(lines[:head])
            for number in range(times):
                # each time other groups, since a group's repeated claims are made once
                out.writelines(line.rstrip() + b"%d\n" % number if head else line for line in lines[head:])
    return target


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _run(what: str, *paths: Path) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", "bench.reading", what, *map(str, paths)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{what} {paths[0].name}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(path: Path, times: int) -> dict[str, Any]:
    """All figures of one file."""
    found = _run("ours", path)
    with tempfile.TemporaryDirectory() as scratch:
        many = _run("ours", repeat(path, Path(scratch), times))
        said = Path(scratch) / "statements.parquet"
        _run("dump", path, said)
        bare, other = _run("limit", path), _run("peer", said)
    speed = found["statements"] / found["cpu_s"]
    theirs = other["statements"] / (bare["cpu_s"] + other["cpu_s"])
    return {
        "file": path.name, **found, "per_s": speed, "per_s_many": many["statements"] / many["cpu_s"], "limit_cpu_s": bare["cpu_s"],
        "peer_per_s": theirs, "peer_without_parsing_per_s": other["statements"] / other["cpu_s"], "times_peer": speed / theirs, "peak_mb_many": many["peak_mb"],
    }


def main() -> None:
    """Print a table and the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=["ours", "limit", "dump", "peer"])
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--only", default="", help="files whose name holds this")
    given = parser.parse_args()
    if given.what:
        parts: dict[str, Callable[..., dict[str, Any]]] = {"ours": ours, "limit": limit, "dump": dump, "peer": peer}
        print(json.dumps(parts[given.what](*given.paths)))
        return
    if not DATA.is_dir():
        raise SystemExit(f"{DATA} is not here: set CROSSTIE_DATA")
    files = [path for path in sorted(DATA.rglob("*")) if path.suffix in (".xml", ".csv") and "crosswalk" not in path.name and given.only in path.name]
    titles = ("file", "reader", "records", "rejects", "statements", "per cpu-s", "x peer", "% of bare", "MB 1x", f"{given.times}x")
    print("{:36} {:14} {:>8} {:>7} {:>10} {:>9} {:>6} {:>9} {:>6} {:>6}".format(*titles))
    rows = []
    for path in files:
        row = measure(path, given.times)
        rows.append(row)
        shown = (
            row["file"], row["reader"], row["records"], row["rejects"], row["statements"], row["per_s"], row["times_peer"],
            row["limit_cpu_s"] / row["cpu_s"], row["peak_mb"], row["peak_mb_many"],
        )
        print("{:36} {:14} {:8,} {:7,} {:10,} {:9,.0f} {:6.1f} {:9.0%} {:6.0f} {:6.0f}".format(*shown), flush=True)
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
