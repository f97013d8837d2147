"""Real covert networks inside an invented country: a tie planted between them, most of their members known to nobody. Where does it rank?

    python -m bench.links.embedding BACKGROUND FOLDER [PLANTINGS [SEED [KNOWN [KINDS]]]]

The Caviar network (drug importers of Montreal, wiretaps) and that of the Madrid attacks of 2004 are read from ../shared/data/networks, under invented names,
beside the files of a region without ties (`crosstie region new --no-links`). Members are in touch with each other as they were, and with customers of the
region's banks. All of it is built once, in FOLDER, as any unit would. Each planting then hides all members of each network but a few (KNOWN: four; or the share
that is known, such as .25), draws one of the hidden of each, gives these two the calls and the payments of two pairs of strangers (or what KINDS says, such as
Call), and searches the links anew. Told is the rank of the first link whose path runs over the planted tie; “-” where none does: those who are known
may be more than four steps apart.
"""

from __future__ import annotations

import csv
import json
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from crosstie.app import Workspace
from crosstie.link.search import search
from crosstie.model.tables import TABLES
from crosstie.settings import Settings
from crosstie.store.builds import Build
from crosstie.store.engine import Engine

DATA = Path(os.environ.get("CROSSTIE_DATA", Path(__file__).parents[2] / "../shared/data")) / "networks"
#: network, file, sphere
NETWORKS = (("caviar", "covert_10__1", "crime"), ("madrid", "covert_30__25", "terror"))
#: When the first of them come into touch.
FIRST = date(2018, 1, 1)
#: Members of each network that somebody places in its sphere.
PLACED = 4.0
#: In which ways the two of the planted tie deal with each other.
KINDS = ("Call", "ledger.payments")
#: Strangers that a member is in touch with, on average, beyond one.
STRANGERS = 2.0
_READ = ("entities", "spheres", "edges", "claims", "clusters", "sources", "findings", "mentions")
_SYLLABLES = [first + last for first in "bdfghjklmnprstvz" for last in "aeiou"]
Row = dict[str, Any]


@dataclass(frozen=True)
class Planting:
    """Who stood at the two ends of a planted tie, how many links there were, and the rank of the first over it."""

    drawn: int
    ends: tuple[str, str]
    links: int
    rank: int | None


def members(file: str) -> tuple[list[str], list[tuple[str, str, float]]]:
    """The members of a network, and who is in touch with whom how much."""
    with (DATA / f"{file}.nodes.csv").open(encoding="utf-8") as nodes, (DATA / f"{file}.edges.csv").open(encoding="utf-8") as edges:
        found = {tuple(sorted((row["source"], row["target"]))): float(row["weight"]) for row in csv.DictReader(edges)}
        return [row["name"] for row in csv.DictReader(nodes)], [(a, b, weight) for (a, b), weight in sorted(found.items()) if a != b]


def invented(rng: random.Random) -> str:
    """A name that nobody bears."""
    return " ".join("".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(2, 4))).title() for _ in range(2))


def write(background: Path, out: Path, seed: int) -> list[Path]:
    """The files of the two networks: members, their contacts, and their contacts with people of whom the background's reports speak."""
    rng = random.Random(seed)
    strangers = customers(background)
    files = []
    for network, file, _ in NETWORKS:
        names, ties = members(file)
        records: list[Row] = [_person(f"{network}-{one}", {"name": [invented(rng)]}) for one in names]
        records += [
            _contact(f"{network}-{a}-{b}", f"{network}-{a}", f"{network}-{b}", f"{weight:.0f} contacts", rng) for a, b, weight in ties
        ]
        for one in names:
            for at in range(1 + int(np.random.default_rng(rng.getrandbits(32)).poisson(STRANGERS))):
                stranger = f"{network}-{one}-stranger{at}"
                records.append(_person(stranger, rng.choice(strangers)))
                records.append(_contact(f"{stranger}-call", f"{network}-{one}", stranger, f"{rng.randint(1, 9)} contacts", rng))
        path = out / f"{network}.ftm.json"
        path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
        (out / f"{network}.ftm.json.source.yaml").write_text(f"originator: Investigators of {network}\ngrade: B2\n", encoding="utf-8")
        files.append(path)
    return files


def customers(background: Path) -> list[dict[str, list[str]]]:
    """People who have a bank account, as the banks' files describe them: of nobody else is less to be said."""
    found = []
    for file in sorted((background / "files").glob("accounts_*.csv")):
        mapping = yaml.safe_load(file.with_suffix(".mapping.yaml").read_text(encoding="utf-8"))
        query = mapping["queries"][0]
        told = query["entities"]["holder"]["properties"]
        with file.open(encoding=mapping.get("encoding", "utf-8-sig"), newline="") as rows:
            for row in csv.DictReader(rows, delimiter=mapping.get("delimiter", ",")):
                if all(row[column] == value for column, value in query["filters"].items()) and row[told["idNumber"]]:
                    found.append({"name": [row[told["name"]]], "idNumber": [row[told["idNumber"]]]})
    return found


def _person(identity: str, properties: dict[str, list[str]]) -> Row:
    return {"id": identity, "schema": "Person", "properties": properties}


def _contact(identity: str, a: str, b: str, summary: str, rng: random.Random) -> Row:
    """Two in touch, for one to eighteen months."""
    first = FIRST + timedelta(rng.randrange(600))
    last = first + timedelta(rng.randrange(30, 540))
    told = {"caller": [a], "receiver": [b], "startDate": [first.isoformat()], "endDate": [last.isoformat()], "summary": [summary]}
    return {"id": identity, "schema": "Call", "properties": told}


def built(background: Path, folder: Path, seed: int) -> Build:
    """The build of the background with both networks in it; a folder that holds one already is not built again."""
    if not (folder / "unit").exists():
        folder.mkdir(parents=True, exist_ok=True)
        workspace = Workspace.init(folder / "unit", exercise=True)
        workspace.add([background / "files", *write(background, folder, seed)])
        workspace.build()
    return Workspace(folder / "unit").built()


def plantings(build: Build, seeds: Sequence[int], known: float = PLACED, kinds: Sequence[str] = KINDS) -> Iterator[Planting]:
    """One planting for each seed; `known` is a number of members, or below 1 a share of them."""
    settings = Settings()
    with Engine(settings) as engine:
        for table in _READ:
            engine.read(f"whole_{table}", [build.file(table)], TABLES[table])
            engine.create(table, f"select * from whole_{table}")
        resolved = dict(engine.arrow("select entity_id, cluster_id from clusters").to_pandas().itertuples(index=False))
        yield from (_planting(engine, settings, resolved, seed, known, kinds) for seed in seeds)


def _planting(engine: Engine, settings: Settings, resolved: dict[str, str], seed: int, known: float, kinds: Sequence[str]) -> Planting:
    rng = random.Random(seed)
    ends, spheres = [], []
    for network, file, sphere in NETWORKS:
        names = members(file)[0]
        drawn = rng.sample(names, 1 + round(known * len(names) if known < 1 else known))
        ends.append(resolved[f"{network}-{drawn[0]}"])
        spheres += [_placed(resolved[f"{network}-{one}"], sphere) for one in drawn[1:]]
    edges = [_tie(engine, rng, kind, *ends) for kind in kinds]
    for table, more in (("spheres", spheres), ("edges", edges)):
        engine.load("planted", pa.Table.from_pylist(more, schema=TABLES[table]))
        engine.create(table, f"select * from whole_{table} union all select * from planted")
    search(engine, settings, [])
    over = engine.scalar(f"""
        select min(l.rank) from links l join steps s on s.link_id = l.link_id
        where least(s.source, s.target) = '{min(ends)}' and greatest(s.source, s.target) = '{max(ends)}'""")
    return Planting(seed, (ends[0], ends[1]), int(engine.scalar("select count(*) from links")), over)


def _placed(entity: str, sphere: str) -> Row:
    return {
        "entity_id": entity,
        "sphere": sphere,
        "activity": "drugs.trafficking" if sphere == "crime" else "terrorism",
        "basis": "topic",
        "sentence": f"Marked by the source as {sphere}",
        "confidence": 0.81,
        "source_id": f"office-{sphere}",
        "locator": entity,
        "originator": f"Office against {sphere}",
        "grade": "B2",
        "marking": "TLP:GREEN",
    }


def _tie(engine: Engine, rng: random.Random, kind: str, a: str, b: str) -> Row:
    """What two strangers do, done by the two: calls over a time, or payments of which one in twenty is so rare."""
    lasting = '"start" < "end"'
    if kind.startswith("ledger."):
        lasting = f"events >= 3 and rarity >= (select quantile_cont(rarity, 0.95) from whole_edges where kind = '{kind}')"
    found = engine.arrow(f"""select * from whole_edges where kind = '{kind}' and "start" >= '2018' and {lasting} order by edge_id""")
    row: Row = found.slice(rng.randrange(found.num_rows), 1).to_pylist()[0]
    return {**row, "edge_id": f"planted-{kind}", "source": a, "target": b}


def main(background: Path, folder: Path, count: int = 20, first: int = 101, known: float = PLACED, kinds: Sequence[str] = KINDS) -> None:
    """Print the rank of each planting, and how the ranks are distributed."""
    build = built(background, folder, seed=1)
    found = []
    for one in plantings(build, range(first, first + count), known, kinds):
        found.append(one)
        print(f"seed {one.drawn}: {one.ends[0]} to {one.ends[1]}, {one.links} links, rank {one.rank or '-'}", flush=True)
    ranks = sorted(one.rank for one in found if one.rank)
    print(f"{len(found)} plantings: on a path in {len(ranks)}; first 10 in {sum(rank <= 10 for rank in ranks)}; ranks {ranks}")


_READS: tuple[Callable[[str], Any], ...] = (Path, Path, int, int, float, lambda told: told.split(","))

if __name__ == "__main__":
    main(*(read(told) for read, told in zip(_READS, sys.argv[1:], strict=False)))
