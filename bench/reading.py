"""Reading speed and memory: each reader on a real list, from the file to statements on the disk, beside what FollowTheMoney takes for the same.

The peer does the same job its own way: the same file through the same field logic, each value into a `StatementEntity` by `add`, which cleans
it, and the entity's statements out by FollowTheMoney's writer as soon as the record is done (JSON, the fastest of its three forms; ours write
Parquet). It shares the readers' code for finding the values, since a crawler on FollowTheMoney has to find them too: what makes that faster
helps both. It is not asked to recognise the format nor to keep promises, and pays for two things that it does not keep, rejects and places,
whose texts the readers put together: a few hundredths of its time.

Beside it stand two limits. `bare` is lxml or csv going through the file and nothing else. `free` is the bare parse, and then FollowTheMoney's
entities and writer over values that it is given: what finds them in the file is not counted, so no crawler can be as fast.

CPU-seconds, each figure the best of several rounds, in which all sides take turns, each in a process of its own with the tables that cleaning
needs loaded before. Memory is the peak of the process on the file as it is and on one that holds its records twenty times.

Targets: 60,000 statements per CPU-second, twice the peer, memory flat.
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
from followthemoney import registry
from lxml import etree

from bench import _peer
from crosstie.ingest.load import Choice, load
from crosstie.ingest.readers import readers
from crosstie.model import schema as model
from crosstie.model.tables import REJECT, STATEMENT
from crosstie.store.parquet import ParquetFile

DATA = Path(os.environ.get("CROSSTIE_DATA", Path(__file__).parents[2] / "shared" / "data")) / "sanctions"
TIMES = 20
ROUNDS = 3
_ROOT = re.compile(rb"\A(.*?<[A-Za-z][^>]*>)(.*)(</[^>]+>\s*)\Z", re.DOTALL)


class Disk:
    """Statements and rejects as Parquet, as a workspace keeps them."""

    def __init__(self, folder: Path) -> None:
        self._said, self._lost = ParquetFile(folder / "statements.parquet", STATEMENT), ParquetFile(folder / "rejects.parquet", REJECT)

    def statements(self, batch: pa.RecordBatch) -> None:
        self._said.add(batch)

    def rejects(self, batch: pa.RecordBatch) -> None:
        self._lost.add(batch)

    def ledger(self, name: str, batch: pa.RecordBatch) -> None: ...

    def close(self) -> None:
        self._said.close()
        self._lost.close()


def warm() -> None:
    """Load the code, and the tables of topics, countries, languages and phones that cleaning needs on either side."""
    assert readers()
    model.topics()
    model.exercise_states()
    for kind, value in (
        ("country", "Republic of Nowhere"),
        ("language", "xyz"),
        ("phone", "+3212345678"),
        ("email", "a@b.com"),
        ("url", "http://a.b"),
    ):
        registry.get(kind).clean(value)


def ours(path: Path, folder: Path) -> dict[str, Any]:
    """Read a file as `crosstie add` does, up to Parquet."""
    warm()
    started = time.process_time()
    sink = Disk(folder)
    loaded = load(path, path.name, sink, source_id="0" * 16, readers=readers(), choice=Choice(check_promise=False))
    sink.close()
    spent = time.process_time() - started
    return {
        "reader": loaded.reader,
        "records": loaded.records,
        "rejects": loaded.rejects,
        "statements": loaded.statements,
        "cpu_s": spent,
        "peak_mb": _peak(),
    }


def peer(path: Path, folder: Path) -> dict[str, Any]:
    """The same through FollowTheMoney's entities."""
    warm()
    started = time.process_time()
    _peer.read(path, folder / "statements.json", readers())
    return {"cpu_s": time.process_time() - started}


def free(path: Path, folder: Path) -> dict[str, Any]:
    """FollowTheMoney's entities alone, over the statements that `ours` left in the folder."""
    warm()
    values = pq.read_table(
        folder / "statements.parquet", columns=["entity_id", "schema", "prop", "value", "original_value", "lang"]
    ).to_pylist()
    started = time.process_time()
    _peer.replay(values, folder / "statements.json")
    return {"cpu_s": time.process_time() - started}


def bare(path: Path, folder: Path) -> dict[str, Any]:
    """The bare parse."""
    started = time.process_time()
    if path.suffix == ".xml":
        for _, element in etree.iterparse(path, events=("end",), recover=True):
            element.clear()
    else:
        with path.open(newline="", encoding="cp1252") as stream:
            for _ in csv.reader(stream):
                pass
    return {"cpu_s": time.process_time() - started}


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


def measure(path: Path, times: int, rounds: int) -> dict[str, Any]:
    """All figures of one file."""
    spent: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for _ in range(rounds):
            found = {what: _run(what, path, folder) for what in PARTS}
            spent = {what: min(one["cpu_s"], spent.get(what, one["cpu_s"])) for what, one in found.items()}
        many = _run("ours", repeat(path, folder, times), folder)
    said = found["ours"]["statements"]
    return {
        "file": path.name,
        **found["ours"],
        **{f"{what}_cpu_s": figure for what, figure in spent.items()},
        "per_s": said / spent["ours"],
        "per_s_many": many["statements"] / many["cpu_s"],
        "peer_per_s": said / spent["peer"],
        "x_peer": spent["peer"] / spent["ours"],
        "x_free": (spent["bare"] + spent["free"]) / spent["ours"],
        "of_bare": spent["bare"] / spent["ours"],
        "peak_mb_many": many["peak_mb"],
    }


PARTS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {"ours": ours, "peer": peer, "free": free, "bare": bare}


def main() -> None:
    """Print a table and the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=sorted(PARTS))
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", default="", help="files whose name holds this")
    given = parser.parse_args()
    if given.what:
        print(json.dumps(PARTS[given.what](*given.paths)))
        return
    if not DATA.is_dir():
        raise SystemExit(f"{DATA} is not here: set CROSSTIE_DATA")
    files = [
        path
        for path in sorted(DATA.rglob("*"))
        if path.suffix in (".xml", ".csv") and "crosswalk" not in path.name and given.only in path.name
    ]
    titles = (
        "file",
        "reader",
        "records",
        "rejects",
        "statements",
        "per cpu-s",
        "peer",
        "x peer",
        "x free",
        "% bare",
        "MB 1x",
        f"{given.times}x",
    )
    print("{:34} {:13} {:>8} {:>7} {:>10} {:>9} {:>8} {:>6} {:>6} {:>6} {:>6} {:>6}".format(*titles))
    rows = []
    for path in files:
        row = measure(path, given.times, given.rounds)
        rows.append(row)
        names = (
            "file",
            "reader",
            "records",
            "rejects",
            "statements",
            "per_s",
            "peer_per_s",
            "x_peer",
            "x_free",
            "of_bare",
            "peak_mb",
            "peak_mb_many",
        )
        form = "{:34} {:13} {:8,} {:7,} {:10,} {:9,.0f} {:8,.0f} {:6.1f} {:6.1f} {:6.0%} {:6.0f} {:6.0f}"
        print(form.format(*(row[name] for name in names)), flush=True)
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
