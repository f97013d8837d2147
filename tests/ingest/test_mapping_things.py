"""What a mapping makes of rows: things with ids, references and relations."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from followthemoney import model as ftm_model

from crosstie.errors import MappingError
from tests.ingest.mapped import PERSON, TOP, one, read, said


@pytest.mark.parametrize(
    ("key", "cells", "entity_id"),
    [
        ("id: A", "12,", "reg-12"),
        ("id: {columns: [A, B]}", "2020,7", "reg-2020-7"),
        ("id: {column: A, literal: co}", "12,", "reg-co-12"),
        ("id: A", "QDi.001,", "reg-QDi.001"),
        ("id: A", " A/1 (x) ,", "reg-A-1-x"),
        ("id: A", "Жук 1,", "reg-Жук-1"),
        ("id_column: A", "un-QDi.001,", "un-QDi.001"),
    ],
)
def test_ids_come_from_the_key_of_the_source(tmp_path: Path, key: str, cells: str, entity_id: str) -> None:
    mapping = f"{TOP}entities: {{it: {{schema: Person, {key}, properties: {{name: {{literal: x}}}}}}}}"
    assert [row["entity_id"] for row in said(tmp_path, mapping, f"A,B\n{cells}\n").said] == [entity_id]


def test_the_user_may_name_another_dataset(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(one("name: Nr"), encoding="utf-8")
    (tmp_path / "t.csv").write_text("Nr\n5\n", encoding="utf-8")
    assert {row["entity_id"] for row in read(tmp_path / "m.yaml", tmp_path / "t.csv", dataset="other").said} == {"other-5"}


def test_a_row_without_its_key_is_rejected_where_it_says_something(tmp_path: Path) -> None:
    kept = said(tmp_path, PERSON, "Nr,Name,Born,Country\n,Ada,,\n,,,\n2,Bo,,\n///,Cy,,\n")
    assert kept.faults() == [("row 2/Nr", "Ada"), ("row 5/Nr", "Cy")]
    assert kept.records == 3


def test_a_key_of_two_columns_needs_both(tmp_path: Path) -> None:
    mapping = f"{TOP}entities: {{it: {{schema: Person, id: {{columns: [A, B]}}, properties: {{name: C}}}}}}"
    kept = said(tmp_path, mapping, "A,B,C\n1,,x\n1,2,y\n")
    assert kept.values("name") == {"reg-1-2": ["y"]}
    assert kept.faults() == [("row 2/B", "x")]


FIRMS = (
    TOP
    + """
entities:
  person: {schema: Person, id: P, properties: {name: P}}
  firm: {schema: Company, id: {column: F, literal: f}, properties: {name: F}}
  work:
    schema: Employment
    id: {columns: [P, F]}
    properties: {employee: {entity: person}, employer: {entity: firm}, role: R}
"""
)


def test_relations_need_both_ends(tmp_path: Path) -> None:
    kept = said(tmp_path, FIRMS, "P,F,R\nada,Acme,boss\nbo,,\ncy,,clerk\n")
    work = {(row["prop"], row["value"]) for row in kept.said if row["schema"] == "Employment"}
    assert work == {("employee", "reg-ada"), ("employer", "reg-f-Acme"), ("role", "boss")}
    assert kept.faults() == [("row 4/R", "clerk")]


def test_a_repeated_claim_is_made_once(tmp_path: Path) -> None:
    kept = said(tmp_path, FIRMS, "P,F,R\nada,Acme,boss\nbo,Acme,clerk\n")
    assert kept.values("name")["reg-f-Acme"] == ["Acme"]
    assert [row["locator"] for row in kept.said if row["value"] == "Acme"] == ["row 2/F"]


def test_a_person_and_a_firm_of_one_number_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="both get the id reg-1") as caught:
        said(tmp_path, FIRMS.replace(", literal: f", ""), "P,F,R\n1,2,\n2,1,\n")
    assert "literal" in (caught.value.hint or "")


def test_required_values_make_the_entity(tmp_path: Path) -> None:
    kept = said(tmp_path, one("name: {column: A, required: true}\n      notes: B"), "Nr,A,B\n1,x,n\n2,,n\n")
    assert {row["entity_id"] for row in kept.said} == {"reg-1"}


def test_followthemoneys_own_mapping_gives_the_same_entities(tmp_path: Path) -> None:
    query: dict[str, Any] = {
        "entities": {
            "person": {
                "schema": "Person",
                "keys": ["Nr", "Name"],
                "key_literal": "p",
                "properties": {
                    "name": {"column": "Name"},
                    "birthDate": {"column": "Born", "format": "%d/%m/%Y"},
                    "alias": {"column": "Also", "split": ";"},
                },
            },
            "firm": {"schema": "Company", "key": "Firm", "properties": {"name": {"column": "Firm"}, "country": {"literal": "de"}}},
            "own": {
                "schema": "Ownership",
                "keys": ["Nr", "Firm"],
                "properties": {"owner": {"entity": "person"}, "asset": {"entity": "firm"}},
            },
        },
        "filters": {"Use": "yes"},
        "filters_not": {"Firm": ["Bad"]},
    }
    table = "Nr,Name,Born,Also,Firm,Use\n1,Ada B,03/04/1971,X Y;Z,Acme,yes\n2,Bo,,,,yes\n3,No,,,Acme,no\n4,Cy,,,Bad,yes\n"
    kept = said(tmp_path, yaml.safe_dump({"reg": {"originator": "R", "queries": [{"csv_url": "x.csv", **query}]}}), table)
    ours: dict[str, set[tuple[str, str]]] = {}
    for row in kept.said:
        ours.setdefault(row["entity_id"], set()).add((row["prop"], row["value"]))
    mapper = ftm_model.make_mapping({"csv_url": "x.csv", **query}, key_prefix="reg")
    theirs: dict[str, set[tuple[str, str]]] = {}
    for record in csv.DictReader(io.StringIO(table)):
        cells = {key: value for key, value in record.items() if value}
        if cells["Use"] == "yes" and cells.get("Firm") != "Bad":
            for name, entity in mapper.map(cells).items():
                if name != "own" or (entity.get("owner") and entity.get("asset")):
                    theirs.setdefault(str(entity.id), set()).update(
                        (prop.name, value) for prop, value in entity.itervalues() if prop.name != "namesMentioned"
                    )
    assert ours == theirs
