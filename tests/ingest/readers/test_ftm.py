"""FollowTheMoney data: entities as JSON lines, statements as CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosstie.errors import DamagedFile, HostileFile
from crosstie.ingest import jsonl
from crosstie.ingest.reader import Head
from crosstie.ingest.readers import ftm_json, ftm_statements
from tests.ingest.readers.said import read, written

JSON, CSV = ftm_json.READER, ftm_statements.READER
COLUMNS = (
    "canonical_id",
    "entity_id",
    "prop",
    "prop_type",
    "schema",
    "value",
    "dataset",
    "origin",
    "lang",
    "original_value",
    "external",
    "first_seen",
    "last_seen",
    "id",
)


def person(number: int = 1, **properties: Any) -> dict[str, Any]:
    return {
        "id": f"p-{number}",
        "schema": "Person",
        "caption": "x",
        "datasets": ["inv"],
        "properties": {"name": ["Ilvar Tem"], **properties},
    }


def lines(*entities: Any) -> str:
    return "\n".join(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in entities) + "\n"


def row(**cells: str) -> dict[str, str]:
    return {
        "canonical_id": "NK-1",
        "entity_id": "p-1",
        "prop": "name",
        "schema": "Person",
        "value": "Ilvar Tem",
        "dataset": "inv",
        "external": "f",
        **cells,
    }


def table(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, dialect="unix", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_each_knows_its_own() -> None:
    assert JSON.recognises(Head("x.json", "jsonl", lines(person())))
    assert not JSON.recognises(Head("x.json", "json", '{"entity_id": "2031/1"}'))
    assert CSV.recognises(Head("x.csv", "csv", "", rows=(COLUMNS,)))
    assert not CSV.recognises(Head("x.csv", "csv", "", rows=(("id", "name"),)))


def test_entities(tmp_path: Path) -> None:
    owned = {"id": "o-1", "schema": "Ownership", "properties": {"owner": ["p-1"], "asset": ["c-1"], "role": ["on paper"]}}
    said = read(
        JSON, written(tmp_path, "inv-2031-01-02.ftm.json", lines(person(birthDate=["1971"], country=["ke", "so"], height=1.8), "", owned))
    )
    assert said.values("p-1", "country") == ["ke", "so"]
    assert said.values("p-1", "height") == ["1.8"]
    assert said.one("p-1", "birthDate")["locator"] == "line 1/birthDate"
    assert said.one("p-1", "birthDate")["dataset"] == "inv"
    assert said.one("o-1", "role")["dataset"] == "ftm"
    assert (said.records, said.series) == (2, "ftm-inv")


def test_the_users_dataset_comes_before_every_id(tmp_path: Path) -> None:
    owned = {"id": "o-1", "schema": "Ownership", "properties": {"owner": ["p-1"], "asset": ["c-1"]}}
    said = read(JSON, written(tmp_path, "x.json", lines(person(), owned)), dataset="mine")
    assert {one["entity_id"] for one in said.statements} == {"mine-p-1", "mine-o-1"}
    assert said.values("mine-o-1", "owner") == ["mine-p-1"]
    assert {one["dataset"] for one in said.statements} == {"mine"}
    assert said.series == "ftm-mine"
    rows = table(
        row(),
        row(entity_id="o-1", schema="Ownership", prop="owner", value="p-1"),
        row(entity_id="o-1", schema="Ownership", prop="asset", value="c"),
    )
    flat = read(CSV, written(tmp_path, "x.csv", rows), dataset="mine")
    assert flat.values("mine-o-1", "owner") == ["mine-p-1"]
    assert {one["dataset"] for one in flat.statements} == {"mine"}


def test_nested_entities_and_whole_documents(tmp_path: Path) -> None:
    sanction = {"id": "s-1", "schema": "Sanction", "properties": {"entity": ["p-1"], "program": ["INV"]}}
    text = json.dumps([person(sanctions=[sanction]), person(2, parent=[sanction])], indent=1)
    said = read(JSON, written(tmp_path, "all.json", text))
    assert said.values("s-1", "program") == ["INV", "INV"]
    assert said.values("p-2", "parent") == ["s-1"]
    assert said.one("p-2", "name")["locator"] == "[2]/name"


def test_entities_that_are_none_become_rejects(tmp_path: Path) -> None:
    said = read(
        JSON,
        written(
            tmp_path,
            "x.json",
            lines(
                person(birthDate=["some day"], country=["Atlantis"], shoeSize=["44"], alias=[True]),
                "[1, 2]",
                "{broken",
                {"id": 5, "schema": "Person"},
                {"id": "r", "schema": "Rocket", "properties": {}},
            ),
        ),
    )
    assert [(one["locator"], one["reason"].partition(":")[0]) for one in said.rejected] == [
        ("line 1/birthDate", "not a value for birthDate"),
        ("line 1/country", "not a value for country"),
        ("line 1/shoeSize", "no such property"),
        ("line 1/alias", "not a value for alias"),
        ("line 2", "not a JSON object"),
        ("line 3", "not JSON"),
        ("line 4", "not an entity"),
        ("line 5/schema", "no such schema"),
    ]
    assert said.about("p-1") == {"name": ["Ilvar Tem"]}


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "MAX_LINE", 1 << 16)
    with pytest.raises(HostileFile, match="line 2"):
        read(JSON, written(tmp_path, "x.json", lines(person(), person())[:-1] + "x" * (1 << 18)))


@pytest.mark.parametrize("cut", [1, 40, 90])
def test_a_file_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    with pytest.raises(DamagedFile):
        read(JSON, written(tmp_path, "x.json", lines(person(), person(2))[: -1 - cut]))


def test_statements(tmp_path: Path) -> None:
    said = read(
        CSV,
        written(
            tmp_path,
            "x.csv",
            table(
                row(),
                row(prop="id", value="checksum"),
                row(prop="alias", value="Илвар", lang="rus", original_value="ИЛВАР"),
                row(prop="birthDate", value="1971"),
                row(prop="notes", value="two\nlines, and “quotes”"),
                row(prop="name", value="A Guess", external="t"),
            ),
        ),
    )
    assert said.about("p-1") == {"name": ["Ilvar Tem"], "alias": ["Илвар"], "birthDate": ["1971"], "notes": ["two\nlines, and “quotes”"]}
    alias = said.one("p-1", "alias")
    assert (alias["lang"], alias["original_value"], alias["dataset"], alias["locator"]) == ("rus", "ИЛВАР", "inv", "row 4")
    assert said.reasons() == {"note: 1 external statements left out": 1}
    assert (said.records, said.series) == (6, "ftm-inv")
    assert {one["grade"] for one in said.statements} == {"F6"}


def test_statements_that_are_none_become_rejects_in_their_place(tmp_path: Path) -> None:
    text = table(
        row(),
        row(prop="shoeSize"),
        row(schema="Rocket"),
        row(value=""),
        row(prop="birthDate", value="some day"),
        row(prop="topics", value="x"),
    )
    text = text.replace('"NK-1"', '"too","many"', 1) + "short\n" + table(row(prop="alias", value="Last")).partition("\n")[2]
    said = read(CSV, written(tmp_path, "x.csv", text))
    assert {(one["locator"], one["reason"]) for one in said.rejected} == {
        ("row 2", "15 cells instead of 14"),
        ("row 3/value", "no such property"),
        ("row 4/value", "no such property"),
        ("row 5/value", "no value"),
        ("row 6/value", "not a value for birthDate"),
        ("row 7/value", "not a value for topics"),
        ("row 8", "1 cells instead of 14"),
    }
    assert said.one("p-1", "alias")["locator"] == "row 9", "rejected rows count"


def test_few_columns_are_enough(tmp_path: Path) -> None:
    said = read(CSV, written(tmp_path, "x.csv", table(row(), columns=("entity_id", "schema", "prop", "value"))))
    assert said.one("p-1", "name")["dataset"] == "ftm"


def test_damaged_and_endless_statements_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = table(row(), row(prop="alias"))
    for content in ("", whole[:-20], whole[:-2]):
        with pytest.raises(DamagedFile):
            read(CSV, written(tmp_path, "x.csv", content))
    monkeypatch.setattr(ftm_statements, "BLOCK", 1 << 14)
    with pytest.raises(HostileFile):
        read(CSV, written(tmp_path, "x.csv", table(row(value="x" * (1 << 18)))))


def test_bytes_that_are_no_text_are_mended_and_said(tmp_path: Path) -> None:
    said = read(CSV, written(tmp_path, "x.csv", table(row(value="Jos@ Tem")).encode().replace(b"@", b"\xe9")))
    assert said.values("p-1", "name") == ["José Tem"]
    assert [reason.partition(" at")[0] for reason in said.reasons()] == ["invalid byte 0xe9"]


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")), min_size=1).filter(lambda text: text.strip() == text)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["name", "alias", "notes", "address"]), _TEXT), min_size=1, max_size=8))
def test_both_formats_give_back_what_was_put_in(tmp_path: Path, claims: list[tuple[str, str]]) -> None:
    properties: dict[str, list[str]] = {}
    for prop, value in claims:
        properties.setdefault(prop, []).append(value)
    entity = {"id": "p-1", "schema": "Person", "properties": properties}
    assert read(JSON, written(tmp_path, "x.json", lines(entity))).about("p-1") == properties
    assert read(CSV, written(tmp_path, "x.csv", table(*(row(prop=prop, value=value) for prop, value in claims)))).about("p-1") == properties
