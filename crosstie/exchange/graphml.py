"""The paths of the links as GraphML, which Gephi, yEd, Cytoscape, NetworkX and i2's importer open."""

from __future__ import annotations

import re
from typing import Any, BinaryIO

import duckdb
from lxml import etree

NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
#: what XML 1.0 cannot hold
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NODE = {"label": "string", "schema": "string", "spheres": "string", "countries": "string", "marking": "string"}
_EDGE = {
    "label": "string",
    "sentence": "string",
    "start": "string",
    "end": "string",
    "confidence": "double",
    "rarity": "double",
    "links": "string",
}

_NODES = """
with used as (
    select distinct unnest(path) as id from links
    union select crime_id from links union select terror_id from links
    union select source from steps union select target from steps
),
placed as (select entity_id, array_to_string(array_agg(distinct sphere order by sphere), ' + ') as spheres from spheres group by entity_id)
select u.id, coalesce(e.caption, u.id), e."schema", p.spheres, array_to_string(e.countries, ' '), e.marking
from used u left join entities e on e.entity_id = u.id left join placed p on p.entity_id = u.id
where u.id is not null order by u.id
"""
_EDGES = """
select coalesce(edge_id, link_id || '/' || path_no || '/' || step_no) as id, min(source) as source, min(target) as target, min(kind), min(sentence),
    min(start), max("end"), max(confidence), max(rarity), array_to_string(array_agg(distinct link_id order by link_id), ' ')
from steps where source is not null and target is not null group by 1 order by id
"""


def write(connection: duckdb.DuckDBPyConnection, marking: str, out: BinaryIO) -> None:
    """Write the graph: a node per actor on a path, an edge per tie, with the ids of the links that it carries."""
    with etree.xmlfile(out, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("graphml", nsmap={None: NAMESPACE}):
            empty(file, "key", {"id": "g_marking", "for": "graph", "attr.name": "marking", "attr.type": "string"})
            for kind, columns in (("node", _NODE), ("edge", _EDGE)):
                for name, typed in columns.items():
                    empty(file, "key", {"id": f"{kind[0]}_{name}", "for": kind, "attr.name": name, "attr.type": typed})
            with file.element("graph", {"id": "links", "edgedefault": "directed"}):
                data(file, "g_marking", marking)
                for id_, *values in connection.execute(_NODES).fetchall():
                    with file.element("node", {"id": text(id_)}):
                        row(file, "n", _NODE, values)
                for id_, source, target, *values in connection.execute(_EDGES).fetchall():
                    with file.element("edge", {"id": text(id_), "source": text(source), "target": text(target)}):
                        row(file, "e", _EDGE, values)


def row(file: Any, front: str, columns: dict[str, str], values: list[Any]) -> None:
    """The values of a node or an edge, in the order of its columns; what is empty is left out."""
    for name, value in zip(columns, values, strict=True):
        if value not in (None, ""):
            data(file, f"{front}_{name}", value)


def data(file: Any, key: str, value: Any) -> None:
    """One value."""
    with file.element("data", {"key": key}):
        file.write(text(value))


def empty(file: Any, name: str, attributes: dict[str, str]) -> None:
    """An element with nothing in it."""
    with file.element(name, attributes):
        pass


def text(value: Any) -> str:
    """A value as XML can hold it."""
    return _FORBIDDEN.sub("\ufffd", str(value))
