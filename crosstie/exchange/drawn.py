"""A drawing as a file that others open: SVG, PNG, GraphML, FollowTheMoney. Each says inside how it is to be handled, and what it was made of."""

from __future__ import annotations

import io
import struct
import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import typst
from lxml import etree

from crosstie.errors import UsageError
from crosstie.exchange import ftm as follow
from crosstie.exchange import graphml as paths
from crosstie.graph.drawing import MOST_DRAWN, Picture, without_more
from crosstie.graph.drawn import drawn_svg
from crosstie.model.marking import strictest
from crosstie.store.builds import Build
from crosstie.store.engine import damaged

#: Formats: the ending of the file and what it is.
FORMATS = {"svg": "image/svg+xml", "png": "image/png", "graphml": "application/graphml+xml", "ftm": "application/json"}
_ENDINGS = {"ftm": "ftm.json"}
_MEMORY, _DOTS = "700MB", 144
_NODE = {
    "label": "string",
    "schema": "string",
    "spheres": "string",
    "countries": "string",
    "marking": "string",
    "note": "string",
    "x": "int",
    "y": "int",
}
_EDGE = {
    "label": "string",
    "start": "string",
    "end": "string",
    "confidence": "double",
    "originators": "int",
    "marking": "string",
    "sources": "string",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A file: its name, what it is, its bytes, and how what it holds is to be handled."""

    name: str
    kind: str
    content: bytes
    marking: str


def take(picture: Picture, build: Build, format: str, *, title: str, made: str, cleared: Callable[[str | None], bool]) -> Taken:
    """The drawing in a format; `made`: who took it out, when and what for. UsageError for a format that is none."""
    if format not in FORMATS:
        raise UsageError(f"a drawing cannot be written as “{format[:40]}”", hint=f"Possible are {', '.join(FORMATS)}.")
    shown = without_more(picture)
    marking = strictest(shown.markings)
    facts = [marking, title, f"build {build.path.name} · {made}"]
    writers: dict[str, Callable[[], bytes]] = {
        "svg": lambda: _svg(shown, facts).encode(),
        "png": lambda: _png(_svg(shown, facts), facts),
        "graphml": lambda: _graphml(shown, build, facts),
        "ftm": lambda: _ftm(shown, build, cleared),
    }
    return Taken(f"drawing.{_ENDINGS.get(format, format)}", FORMATS[format], writers[format](), marking)


def _svg(picture: Picture, facts: Sequence[str]) -> str:
    more = len(picture.nodes) - MOST_DRAWN
    below = [facts[2], *([f"{more} more entities are not in this picture"] if more > 0 else [])]
    return drawn_svg(picture, title=facts[1], above=[facts[0], facts[1]], below=below)


def _png(svg: str, facts: Sequence[str]) -> bytes:
    """The picture in dots, drawn by typst, with what it says of itself as text inside the file (PNG, ISO/IEC 15948: iTXt)."""
    with tempfile.TemporaryDirectory(prefix="crosstie-") as folder:
        (Path(folder) / "drawing.svg").write_text(svg, encoding="utf-8")
        page = Path(folder) / "page.typ"
        page.write_text('#set page(width: auto, height: auto, margin: 0pt)\n#image("drawing.svg")\n', encoding="utf-8")
        made: Any = typst.compile(str(page), format="png", ppi=_DOTS)
    told = b"".join(_chunk(name, text) for name, text in (("Copyright", facts[0]), ("Title", facts[1]), ("Source", facts[2])))
    head = 8 + 25  # the signature and the header chunk, which comes first
    return bytes(made[:head]) + told + bytes(made[head:])


def _chunk(name: str, text: str) -> bytes:
    data = b"iTXt" + name.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8", "replace")
    return struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))


def _graphml(picture: Picture, build: Build, facts: Sequence[str]) -> bytes:
    said = _sources(build, [tie.id for tie in picture.ties])
    ids = {one.known.number: one.id for one in picture.nodes}
    out = io.BytesIO()
    with etree.xmlfile(out, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("graphml", nsmap={None: paths.NAMESPACE}):
            for name in ("marking", "title", "provenance"):
                paths.empty(file, "key", {"id": f"g_{name}", "for": "graph", "attr.name": name, "attr.type": "string"})
            for kind, columns in (("node", _NODE), ("edge", _EDGE)):
                for name, typed in columns.items():
                    paths.empty(file, "key", {"id": f"{kind[0]}_{name}", "for": kind, "attr.name": name, "attr.type": typed})
            with file.element("graph", {"id": "drawing", "edgedefault": "directed"}):
                for name, value in zip(("marking", "title", "provenance"), facts, strict=True):
                    paths.data(file, f"g_{name}", value)
                for one in picture.nodes:
                    known = one.known
                    values = [
                        known.caption,
                        known.schema,
                        " + ".join(one.spheres),
                        " ".join(known.countries),
                        known.marking,
                        one.note,
                        one.x,
                        one.y,
                    ]
                    with file.element("node", {"id": paths.text(known.id)}):
                        paths.row(file, "n", _NODE, values)
                for tie in picture.ties:
                    told = [tie.kind, tie.start, tie.end, tie.confidence, tie.voices, tie.marking, " ".join(said.get(tie.id, ()))]
                    with file.element(
                        "edge", {"id": paths.text(tie.id), "source": paths.text(ids[tie.source]), "target": paths.text(ids[tie.target])}
                    ):
                        paths.row(file, "e", _EDGE, told)
    return out.getvalue()


def _opened(build: Build, tables: Sequence[str], folder: str) -> duckdb.DuckDBPyConnection:
    config: dict[str, Any] = {"memory_limit": _MEMORY, "temp_directory": folder, "autoinstall_known_extensions": False}
    connection = duckdb.connect(config=config)
    try:
        for table in tables:
            file = str(build.file(table)).replace("'", "''")
            connection.execute(f"create view all_{table} as select * from read_parquet('{file}')")
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        connection.close()
        raise damaged(str(error).splitlines()[0]) from error
    return connection


def _listed(name: str, values: Sequence[str]) -> pa.Table:
    columns: Any = {name: pa.array(list(values), pa.string())}
    return pa.table(columns)


def _sources(build: Build, ties: Sequence[str]) -> dict[str, list[str]]:
    """For each tie where it is said: source and place. Who may see a tie may see all that it rests on: it bears the strictest marking of that."""
    with tempfile.TemporaryDirectory(prefix="crosstie-") as folder, _opened(build, ("edges",), folder) as connection:
        connection.register("wanted", _listed("edge_id", ties))
        rows = connection.execute(
            "select edge_id, list_transform(evidence, lambda e: e.source_id || ':' || e.locator) from all_edges where edge_id in (select edge_id from wanted)"
        ).fetchall()
    return {edge: [one for one in said or () if one] for edge, said in rows}


def _ftm(picture: Picture, build: Build, cleared: Callable[[str | None], bool]) -> bytes:
    """The entities that are drawn, with what one is cleared for, and the relations that join two of them; a line each, with its marking and its sources."""
    tables = ("claims", "clusters", "entities")
    with tempfile.TemporaryDirectory(prefix="crosstie-") as folder, _opened(build, tables, folder) as connection:
        connection.register("drawn", _listed("id", [one.id for one in picture.nodes]))
        markings = [row[0] for row in connection.execute("select distinct marking from all_claims").fetchall()]
        allowed = [one or "" for one in markings if cleared(one)]
        connection.register("allowed", _listed("marking", allowed))
        connection.execute(_PART)
        follow.prepare(connection)
        lines = [orjson.loads(row[0]) for row in connection.execute(follow.ENTITIES).fetchall()]
        said = connection.execute(
            "select canonical_id, array_agg(distinct marking), array_agg(distinct source_id) from claims group by 1"
        ).fetchall()
    known = {canonical: (strictest([one for one in found if one]), sorted(sources)) for canonical, found, sources in said}
    told = [line | {"marking": known[line["id"]][0], "sources": known[line["id"]][1]} for line in lines]
    return b"".join(orjson.dumps(line) + b"\n" for line in told)


#: Of the build that part which is drawn. A relation is in it where all whom it names are, and all that is said of it may be seen.
_PART = """
create table clusters as select entity_id, cluster_id from all_clusters where cluster_id in (select id from drawn);
create table entities as select * from all_entities where entity_id in (select id from drawn) and not victim;
create table members as select entity_id from clusters union select id from drawn;
create table joining as
select c.canonical_id from all_claims c left join members m on m.entity_id = c.value left join allowed a on a.marking = coalesce(c.marking, '')
where c.prop_type = 'entity' group by c.canonical_id
having count(distinct c.prop) >= 2 and count(*) = count(m.entity_id) and count(*) = count(a.marking);
create table claims as
select c.* from all_claims c join allowed a on a.marking = coalesce(c.marking, '')
where (c.canonical_id in (select entity_id from entities) or c.canonical_id in (select canonical_id from joining))
    and (c.prop_type <> 'entity' or c.value in (select entity_id from members));
"""
