from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import networkx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from followthemoney import model as ftm_model
from followthemoney.statement.serialize import read_path_statements

from crosstie.errors import StorageError, UsageError
from crosstie.exchange.export import export, kinds, marking_file
from crosstie.exchange.ftm import stock_schema
from crosstie.model.tables import TABLES
from crosstie.store.builds import Build


def claim(entity: str, prop: str, value: str, schema: str = "Person", kind: str = "name", **more: Any) -> dict[str, Any]:
    return {
        "id": f"{entity}.{prop}.{value}",
        "canonical_id": entity,
        "entity_id": entity,
        "schema": schema,
        "prop": prop,
        "prop_type": kind,
        "value": value,
        "dataset": "reg",
        "series": "reg",
        "source_id": "s1",
        "locator": "row 2/Name",
        "originator": "Registry",
        "grade": "B2",
        "marking": "TLP:GREEN",
        "first_seen": "2024-01-01",
        "last_seen": "2024-06-01",
        "current": True,
        **more,
    }


MERGED = {"canonical_id": "reg-1"}
CLAIMS = [
    claim("reg-1", "name", "Ada Example"),
    claim("reg-1", "name", "=SUM(1)"),
    claim("reg-1", "topics", "crime.arms", kind="topic"),
    claim("reg-1", "nationality", "qm", kind="country"),
    claim("un-1", "name", "A. Example", **MERGED),
    claim("un-1", "name", "Old Name", current=False, **MERGED),
    claim("reg-2", "name", 'Quick\nBox, "Ltd"', schema="Company"),
    claim("reg-o", "owner", "un-1", schema="Ownership", kind="entity"),
    claim("reg-o", "asset", "reg-2", schema="Ownership", kind="entity"),
    claim("reg-9", "name", "Child Nobody"),
    claim("reg-8", "name", "Gone Long", current=False, marking="TLP:AMBER; purpose=tax; until=2030-01-01"),
]
ROWS: dict[str, list[dict[str, Any]]] = {
    "claims": CLAIMS,
    "clusters": [
        {"entity_id": c, "cluster_id": k, "dataset": c.split("-")[0], "score": s}
        for c, k, s in [("reg-1", "reg-1", 1.0), ("reg-2", "reg-2", 1.0), ("un-1", "reg-1", 0.875), ("reg-o", "reg-o", 1.0)]
    ],
    "entities": [
        {
            "entity_id": "reg-1",
            "schema": "Person",
            "caption": "Ada Example",
            "names": ["Ada Example", "=SUM(1)"],
            "marking": "TLP:GREEN",
            "victim": False,
            "delisted": False,
            "countries": ["qm"],
        },
        {
            "entity_id": "reg-2",
            "schema": "Company",
            "caption": "@box",
            "names": ["@box"],
            "marking": "TLP:GREEN",
            "victim": False,
            "delisted": False,
        },
        {"entity_id": "reg-8", "schema": "Person", "caption": "Gone Long", "marking": "TLP:AMBER", "victim": False, "delisted": True},
        {"entity_id": "reg-9", "schema": "Person", "caption": "Child Nobody", "marking": "TLP:GREEN", "victim": True, "delisted": False},
    ],
    "spheres": [{"entity_id": "reg-1", "sphere": sphere, "marking": "TLP:GREEN", "confidence": 0.5} for sphere in ("terror", "crime")],
    "links": [
        {
            "rank": 1,
            "link_id": "l1",
            "crime_id": "reg-2",
            "terror_id": "reg-1",
            "crime_record": "un-7",
            "terror_record": "reg-1",
            "fdr": 0.0625,
            "class": "N2",
            "strength": 0.5,
            "surprise": 7.25,
            "support": 2,
            "hops": 1,
            "first": "2020",
            "last": None,
            "path": ["reg-2", "reg-1"],
            "marking": "TLP:AMBER+STRICT",
            "sentence": "-x",
        },
        {
            "rank": 2,
            "link_id": "l2",
            "crime_id": "reg-1",
            "terror_id": "reg-1",
            "class": "N4",
            "strength": 0.25,
            "support": 1,
            "hops": 0,
            "path": ["reg-1"],
            "marking": "TLP:GREEN",
        },
    ],
    "steps": [
        {
            "link_id": "l1",
            "path_no": 1,
            "step_no": 1,
            "source": "reg-2",
            "target": "reg-1",
            "edge_id": "e1",
            "kind": "Ownership",
            "sentence": "Ada \x07owns Box",
            "confidence": 0.5,
            "rarity": 3.0,
            "evidence": [{"source_id": "s1", "locator": "row 2", "marking": "TLP:GREEN"}],
        }
    ],
    "findings": [
        {
            "finding_id": "f1",
            "subjects": ["reg-1"],
            "evidence": [{"source_id": "s1", "locator": "row 1", "marking": "TLP:RED"}],
            "score": 0.5,
        }
    ],
    "mentions": [{"mention_id": "m1", "entity_id": "reg-1", "sentence": "+1", "marking": "TLP:GREEN"}],
}


@pytest.fixture
def build(tmp_path: Path) -> Build:
    for name, schema in TABLES.items():
        pq.write_table(pa.Table.from_pylist(ROWS.get(name, []), schema=schema), tmp_path / f"{name}.parquet")
    return Build(1, tmp_path, {})


@dataclass
class Out:
    folder: Path
    build: Build

    def text(self, kind: str, format: str | None = None) -> str:
        export(self.build, kind, format, self.folder / "out")
        return (self.folder / "out").read_text(encoding="utf-8")

    def rows(self, kind: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.text(kind, "csv"))))


@pytest.fixture
def out(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Out:
    return Out(tmp_path_factory.mktemp("out"), build)


def test_clusters_are_exactly_these_columns(out: Out) -> None:
    assert out.text("clusters").splitlines()[:4] == [
        "entity_id,cluster_id,dataset,score",
        "reg-1,reg-1,reg,1.0",
        "reg-2,reg-2,reg,1.0",
        "un-1,reg-1,un,0.875",
    ]


def test_links_are_exactly_these_columns_in_their_rank(out: Out) -> None:
    assert out.text("links").splitlines() == [
        "link_id,crime_id,terror_id,class,strength,surprise,support,hops,first,last,path,crime_record,terror_record,fdr",
        "l1,reg-2,reg-1,N2,0.5,7.25,2,1,2020,,reg-2 > reg-1,un-7,reg-1,0.0625",
        "l2,reg-1,reg-1,N4,0.25,,1,0,,,reg-1,,,",
    ]


def test_nested_cells_are_json(out: Out) -> None:
    header, *rows = out.rows("findings")
    row = dict(zip(header, rows[0], strict=True))
    assert json.loads(row["subjects"]) == ["reg-1"]
    assert json.loads(row["evidence"])[0]["locator"] == "row 1"


def test_exact_csv_is_never_altered_and_the_spreadsheet_is_harmless(out: Out) -> None:
    header, *rows = out.rows("entities")
    assert "@box" in {row[header.index("caption")] for row in rows}
    text = out.text("entities", "spreadsheet")
    assert text.startswith("\ufeff")
    assert {row["caption"] for row in csv.DictReader(io.StringIO(text))} >= {"'@box", "Ada Example"}
    assert next(csv.DictReader(io.StringIO(out.text("mentions", "spreadsheet").removeprefix("\ufeff"))))["sentence"] == "'+1"


def test_ftm_loads_with_relations_between_resolved_entities(out: Out) -> None:
    proxies = {}
    for line in out.text("ftm").splitlines():
        proxy = ftm_model.get_proxy(json.loads(line))
        proxies[proxy.id] = proxy
    assert set(proxies) == {"reg-1", "reg-2", "reg-o", "reg-8"}
    ada, share = proxies["reg-1"], proxies["reg-o"]
    assert (ada.schema.name, set(ada.get("name"))) == ("Person", {"A. Example", "Ada Example", "=SUM(1)"})
    assert ada.caption
    assert (share.get("owner"), share.get("asset")) == (["reg-1"], ["reg-2"])


def test_ftm_keeps_the_names_of_what_is_no_longer_listed(out: Out) -> None:
    lines = [json.loads(line) for line in out.text("ftm").splitlines()]
    [gone] = [line for line in lines if line["id"] == "reg-8"]
    assert gone["properties"] == {"name": ["Gone Long"]}
    [ada] = [line for line in lines if line["id"] == "reg-1"]
    assert (ada["referents"], ada["first_seen"]) == (["reg-1", "un-1"], "2024-01-01")


def test_statements_are_read_by_followthemoney(out: Out) -> None:
    out.text("statements")
    found = list(read_path_statements(out.folder / "out", "csv"))
    assert len(found) == len(CLAIMS) - 1  # without the victim
    company = next(one for one in found if one.schema == "Company")
    assert (company.value, company.origin, company.external) == ('Quick\nBox, "Ltd"', "s1:row 2/Name", False)
    assert {one.canonical_id for one in found if one.entity_id == "un-1"} == {"reg-1"}


def test_victims_leave_neither_as_entities_nor_as_statements(out: Out) -> None:
    assert "Child" not in out.text("ftm")
    assert "Child" not in out.text("statements")


def test_graphml_opens_as_a_graph(out: Out) -> None:
    out.text("graphml")
    graph = cast(Any, networkx.read_graphml(out.folder / "out"))
    assert set(graph.nodes) == {"reg-1", "reg-2"}
    assert graph.nodes["reg-1"]["spheres"] == "crime + terror"
    [(source, target, tie)] = graph.edges(data=True)
    assert (source, target, tie["links"], tie["sentence"], tie["confidence"]) == ("reg-2", "reg-1", "l1", "Ada \ufffdowns Box", 0.5)


@pytest.mark.parametrize("kind", sorted(TABLES))
def test_every_table_is_written_in_every_tabular_format(out: Out, kind: str) -> None:
    rows = ROWS.get(kind, [])
    assert len(out.text(kind, "json").splitlines()) == len(rows)
    assert len(list(csv.reader(io.StringIO(out.text(kind, "csv"))))) == len(rows) + 1
    export(out.build, kind, "parquet", out.folder / "p")
    assert pq.read_table(out.folder / "p").num_rows == len(rows)


def test_json_lines_keep_structure(out: Out) -> None:
    [first, _] = (json.loads(line) for line in out.text("links", "json").splitlines())
    assert (first["path"], first["last"], first["hops"]) == (["reg-2", "reg-1"], None, 1)


@pytest.mark.parametrize(
    ("kind", "marking"),
    [
        ("links", "TLP:AMBER+STRICT"),
        ("findings", "TLP:RED"),
        ("spheres", "TLP:GREEN"),
        ("clusters", "TLP:AMBER; purpose=tax; until=2030-01-01"),
    ],
)
def test_the_strictest_marking_lies_beside_each_file(out: Out, kind: str, marking: str) -> None:
    done = export(out.build, kind, None, out.folder / "out.x")
    assert done.marking == marking
    written = marking_file(out.folder / "out.x").read_text(encoding="utf-8")
    assert written.splitlines()[0] == marking
    assert "out.x" in written
    if "purpose" in marking:
        assert "tax" in written
        assert "2030-01-01" in written


def test_parquet_bears_its_marking_inside_too(out: Out) -> None:
    export(out.build, "links", "parquet", out.folder / "p")
    metadata = pq.read_schema(out.folder / "p").metadata
    assert metadata[b"crosstie.marking"] == b"TLP:AMBER+STRICT"


@pytest.mark.parametrize(
    ("kind", "format"), [("clusters", "csv"), ("ftm", None), ("links", "parquet"), ("graphml", None), ("links", "json")]
)
def test_a_stream_gets_the_same_bytes_as_a_file_and_stays_open(out: Out, kind: str, format: str | None) -> None:
    stream = io.BytesIO()
    done = export(out.build, kind, format, stream)
    export(out.build, kind, format, out.folder / "same")
    assert stream.getvalue() == (out.folder / "same").read_bytes()
    assert done.path is None
    assert done.marking


def test_unknown_kinds_and_formats_are_refused(out: Out) -> None:
    with pytest.raises(UsageError, match="no export “crimes”"):
        export(out.build, "crimes", None, io.BytesIO())
    with pytest.raises(UsageError, match="“pdf”"):
        export(out.build, "links", "pdf", io.BytesIO())


def test_a_file_that_cannot_be_written_leaves_nothing(out: Out) -> None:
    with pytest.raises(StorageError):
        export(out.build, "links", None, out.folder / "missing" / "links.csv")
    assert list(out.folder.iterdir()) == []


def test_every_kind_has_a_usual_format() -> None:
    assert {"ftm", "statements", "clusters", "links", "entities", "spheres", "mentions", "findings", "graphml"} <= set(kinds())
    assert all(kind.formats for kind in kinds().values())


def test_schemata_of_lenses_are_written_as_their_ancestor() -> None:
    assert stock_schema("Person") == "Person"
    assert stock_schema("Nonsense") is None


def test_a_table_of_an_earlier_version_is_exported_with_what_it_has(out: Out) -> None:
    path = out.build.file("findings")
    pq.write_table(pq.read_table(path).drop_columns(["marking", "supports"]), path)
    [first] = (json.loads(line) for line in out.text("findings", "json").splitlines()[:1])
    assert first["marking"] is None
    assert export(out.build, "findings", None, out.folder / "out.x").marking == "TLP:RED"
