from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from followthemoney import model as ftm_model

from crosstie.errors import DamagedFile, HostileFile, MappingError
from crosstie.ingest import survey, tabular
from crosstie.ingest.mapping import mapping_reader, sidecar, skeleton
from crosstie.ingest.reader import Head
from crosstie.ingest.sniff import sniff
from tests.ingest.mapped import Kept, read

TOP = "dataset: reg\noriginator: Registry\n"
PERSON = (
    TOP
    + """
entities:
  person:
    schema: Person
    id: {column: Nr}
    properties:
      name: Name
      birthDate: {column: Born, date_format: "%d.%m.%Y"}
      country: Country
"""
)


def said(tmp_path: Path, mapping: str, table: str | bytes, name: str = "t.csv") -> Kept:
    (tmp_path / "m.yaml").write_text(mapping, encoding="utf-8")
    (tmp_path / name).write_bytes(table.encode() if isinstance(table, str) else table)
    return read(tmp_path / "m.yaml", tmp_path / name)


def one(properties: str, more: str = "") -> str:
    return f"{TOP}{more}\nentities:\n  it:\n    schema: Person\n    id: Nr\n    properties:\n      {properties}\n"


# ── values ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rows_become_statements_with_their_place(tmp_path: Path) -> None:
    kept = said(tmp_path, PERSON, "Nr,Name,Born,Country\n7,  Ada   Test ,01.02.1980,Marovia\n")
    assert {(r["entity_id"], r["prop"], r["value"], r["original_value"], r["locator"]) for r in kept.said} == {
        ("reg-7", "name", "Ada Test", "Ada   Test", "row 2/Name"),
        ("reg-7", "birthDate", "1980-02-01", "01.02.1980", "row 2/Born"),
        ("reg-7", "country", "qm", "Marovia", "row 2/Country"),
    }
    assert kept.records == 1
    assert {r["grade"] for r in kept.said} == {"F6"}
    assert {r["marking"] for r in kept.said} == {"TLP:AMBER"}


@pytest.mark.parametrize(
    ("properties", "cells", "values"),
    [
        ('name: {columns: [A, B], join: " "}', "x,y", ["x y"]),
        ('name: {columns: [A, B], join: " "}', ",y", ["y"]),
        ("name: {columns: [A, B]}", "x,y", ["x", "y"]),
        ("name: {literals: [p, q]}", "x,y", ["p", "q"]),
        ("name: {template: '{{A}} of {{ B }}'}", "x,y", ["x of y"]),
        ("name: {template: '{{A}} of {{B}}'}", ",", []),
        ("name: {column: A, split: ';'}", "x; y;;z,", ["x", "y", "z"]),
        ("name: {column: A, split: [';', '|']}", "x|y;z,", ["x", "y", "z"]),
        ("name: {column: A, lower: true}", "ÀB,", ["àb"]),
        ("name: {column: A, replace: {'-': '', X: Ex}}", "X,", ["Ex"]),
        ("name: {column: A, replace: {'-': ''}}", "-,", []),
        ("name: [A, {column: B, lang: fr}]", "x,y", ["x", "y"]),
        ("gender: {column: A, replace: {H: male}}", "H,", ["male"]),
        ("height: {column: A, decimal: ','}", '"1,82",', ["1.82"]),
    ],
)
def test_expressions(tmp_path: Path, properties: str, cells: str, values: list[str]) -> None:
    kept = said(tmp_path, one(properties), f"Nr,A,B\n1,{cells}\n")
    assert [row["value"] for row in kept.said] == values
    assert kept.rejected == []


def test_the_original_is_what_stands_in_the_cell(tmp_path: Path) -> None:
    kept = said(tmp_path, one("gender: {column: A, replace: {H: male}}"), "Nr,A\n1,H\n")
    assert [(row["value"], row["original_value"]) for row in kept.said] == [("male", "H")]


@pytest.mark.parametrize(
    ("written", "format", "value"),
    [
        ("3.4.1971", "%d.%m.%Y", "1971-04-03"),
        ("1971", "%d.%m.%Y", "1971"),
        ("1971-04-03", "%d.%m.%Y", "1971-04-03"),
        ("04/1971", "%m/%Y", "1971-04"),
        ("29.02.1972", "%d.%m.%Y", "1972-02-29"),
        ("29.02.1971", "%d.%m.%Y", None),
        ("03.13.1971", "%d.%m.%Y", None),
        ("03.04.1971 7:05", "%d.%m.%Y %H:%M", "1971-04-03T07:05"),
        ("03.04.1971 25:05", "%d.%m.%Y %H:%M", None),
        ("3 Apr 1971", "%d %b %Y", "1971-04-03"),
        ("Apr 1971", "%b %Y", "1971-04"),
        ("030471", "%d%m%y", "1971-04-03"),
        ("1:05 PM 03.04.1971", "%I:%M %p %d.%m.%Y", "1971-04-03T13:05"),
        ("unknown", "%d.%m.%Y", None),
    ],
)
def test_dates_keep_their_precision(tmp_path: Path, written: str, format: str, value: str | None) -> None:
    kept = said(tmp_path, one(f'birthDate: {{column: A, date_format: "{format}"}}'), f"Nr,A\n1,{written}\n")
    assert [row["value"] for row in kept.said] == ([value] if value else [])
    assert kept.faults() == ([] if value else [("row 2/A", written)])


def test_several_formats_are_tried_in_turn(tmp_path: Path) -> None:
    kept = said(tmp_path, one('birthDate: {column: A, date_format: ["%d.%m.%Y", "%m/%Y"]}'), "Nr,A\n1,03.04.1971\n2,05/1972\n")
    assert kept.values("birthDate") == {"reg-1": ["1971-04-03"], "reg-2": ["1972-05"]}


def test_country_codes_that_yaml_takes_for_false(tmp_path: Path) -> None:
    assert said(tmp_path, one("country: {literal: NO}"), "Nr\n1\n").values("country") == {"reg-1": ["no"]}


def test_what_is_no_value_is_rejected_and_the_rest_is_used(tmp_path: Path) -> None:
    kept = said(tmp_path, PERSON, "Nr,Name,Born,Country\n1,Ada,never,Nowhereland\n")
    assert kept.values("name") == {"reg-1": ["Ada"]}
    assert kept.faults() == [("row 2/Born", "never"), ("row 2/Country", "Nowhereland")]


def test_narratives_keep_their_line_breaks(tmp_path: Path) -> None:
    kept = said(tmp_path, one("notes: A"), 'Nr,A\n1,"two\nlines  here"\n2,x\n')
    assert [(row["value"], row["locator"]) for row in kept.said] == [("two\nlines  here", "row 2/A"), ("x", "row 3/A")]


def test_rows_that_no_filter_wants_are_counted(tmp_path: Path) -> None:
    kept = said(
        tmp_path, one("name: A", "filters: {Use: [yes, '']}\nfilters_not: {A: Bad}"), "Nr,A,Use\n1,x,yes\n2,y,no\n3,z,\n4,Bad,yes\n"
    )
    assert set(kept.values("name")) == {"reg-1", "reg-3"}
    assert [(row["locator"], row["reason"]) for row in kept.rejected] == [
        ("file", "note: 2 rows are left out by the filters of the mapping")
    ]


# ── ids, references, relations ──────────────────────────────────────────────────────────────────────────────────────────────


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


# ── grades and markings ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rows_may_bear_their_own_grade_and_marking(tmp_path: Path) -> None:
    top = "grade: {column: G}\nmarking: {column: M}\npurpose: tax"
    kept = said(tmp_path, one("name: Nr", top), "Nr,G,M\n1,b2,TLP:RED\n2,,green\n3,Z9,loud\n")
    assert [(row["grade"], row["marking"]) for row in kept.said] == [
        ("B2", "TLP:RED; purpose=tax"),
        ("F6", "TLP:GREEN; purpose=tax"),
        ("F6", "TLP:AMBER; purpose=tax"),
    ]
    assert kept.faults() == [("row 4/G", "Z9"), ("row 4/M", "loud")]


# ── ledgers ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

PAYMENTS = (
    TOP
    + """
entities:
  a: {schema: BankAccount, id: From, properties: {accountNumber: From}}
  b: {schema: BankAccount, id: To, properties: {accountNumber: To}}
ledger:
  payments:
    a: a
    b: b
    date: {column: Day, format: "%d.%m.%Y"}
    columns: {amount: {column: Sum, decimal: ","}, currency: {literal: EUR}, quantity: N, memo: {columns: [T, U]}}
"""
)


def test_ledger_rows(tmp_path: Path) -> None:
    kept = said(tmp_path, PAYMENTS, 'From,To,Day,Sum,N,T,U\nx,y,1.2.2020,"1.234,50",3,,u\nx,,bad,1.5,,t,\n,,,9,,,\n')
    first, second = kept.ledgers["payments"]
    assert first == {
        "event_id": "reg-01234567-2",
        "a_id": "reg-x",
        "b_id": "reg-y",
        "date": "2020-02-01",
        "source_id": "0123456789abcdef",
        "locator": "row 2",
        "grade": "F6",
        "marking": "TLP:AMBER",
        "amount": 1234.5,
        "currency": "EUR",
        "quantity": 3.0,
        "memo": "u",
    }
    assert (second["b_id"], second["date"], second["amount"], second["memo"]) == (None, None, None, "t")
    assert kept.faults() == [("row 3/Day", "bad"), ("row 3/Sum", "1.5"), ("row 4", "row 4")]


@pytest.mark.parametrize(
    ("written", "decimal", "number"),
    [
        ("1,234.5", "", 1234.5),
        ("1,5", "", None),
        ("1.234", ",", 1234.0),
        ("1.5", ",", None),
        ("1 234,5", ",", 1234.5),
        ("-7", "", -7.0),
        ("1'000.25", "", 1000.25),
        ("+3", "", 3.0),
        (".5", "", 0.5),
        ("1e3", "", 1000.0),
        ("EUR 5", "", None),
        ("-", "", None),
        ("1,23,4", "", None),
    ],
)
def test_numbers_are_never_guessed(tmp_path: Path, written: str, decimal: str, number: float | None) -> None:
    column = f"{{column: N, decimal: '{decimal}'}}" if decimal else "N"
    mapping = f"{TOP}entities: {{a: {{schema: Person, id: A, properties: {{}}}}}}\nledger: {{l: {{a: a, columns: {{weight: {column}}}}}}}"
    kept = said(tmp_path, mapping, f'A,N\n1,"{written}"\n')
    assert [row["weight"] for row in kept.ledgers["l"]] == [number]
    assert len(kept.rejected) == (number is None)


# ── files as they come ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found_out(tmp_path: Path, encoding: str, delimiter: str) -> None:
    table = f'Nr{delimiter}A\r\n1{delimiter}"Façade ""é"", {delimiter} x"\r\n'
    kept = said(tmp_path, one("name: A"), table.encode(encoding))
    assert kept.values("name") == {"reg-1": [f'Façade "é", {" ".join(delimiter.split())} x'.replace("  ", " ")]}


def test_a_few_bad_bytes_are_mended_and_reported(tmp_path: Path) -> None:
    kept = said(tmp_path, one("name: A"), "Nr,A\n1,naïve Ünité\n2,".encode() + b"caf\xe9\n")
    assert kept.values("name") == {"reg-1": ["naïve Ünité"], "reg-2": ["café"]}
    assert [row["locator"].split()[0] for row in kept.rejected] == ["byte"]


def test_a_header_below_a_banner_is_found(tmp_path: Path) -> None:
    table = 'Export of the registry\n"of two\nlines"\n\nNr,A\n1,x\n'
    assert [row["locator"] for row in said(tmp_path, one("name: A"), table).said] == ["row 5/A"]


def test_a_header_that_is_named_wins(tmp_path: Path) -> None:
    kept = said(tmp_path, one("name: A", "header: 2"), "Nr,A\nA,Nr\nx,1\n")
    assert kept.values("name") == {"reg-1": ["x"]}


def test_a_table_without_a_header(tmp_path: Path) -> None:
    mapping = one("name: '2'", "header: none").replace("id: Nr", "id: '1'")
    assert [(row["entity_id"], row["value"], row["locator"]) for row in said(tmp_path, mapping, "7,x\n8,y\n").said] == [
        ("reg-7", "x", "row 1/2"),
        ("reg-8", "y", "row 2/2"),
    ]


def test_columns_of_one_name_are_numbered(tmp_path: Path) -> None:
    assert said(tmp_path, one("name: {columns: [A, A 2]}"), "Nr,A,A\n1,x,y\n").values("name") == {"reg-1": ["x", "y"]}


def test_ragged_rows(tmp_path: Path) -> None:
    table = "Nr,A,B\n1,x,p\n2,y\n\n3,z,q,,\n4,v,w,extra\n5,u,r\n\x1a"
    kept = said(tmp_path, one("name: A\n      notes: B"), table)
    assert kept.values("name") == {"reg-1": ["x"], "reg-2": ["y"], "reg-3": ["z"], "reg-5": ["u"]}
    assert {row["locator"] for row in kept.said if row["prop"] == "name"} == {"row 2/A", "row 3/A", "row 5/A", "row 7/A"}
    assert kept.faults() == [("row 3", "2,y"), ("row 6", "4,v,w,extra")]


def test_rows_are_numbered_right_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "_BLOCK", 200)
    lines = [f"{number},name {number}" if number % 7 else f"{number}" for number in range(2, 500)]
    kept = said(tmp_path, one("name: A"), "Nr,A\n" + "\n".join(lines) + "\n")
    assert {int(row["entity_id"].removeprefix("reg-")) for row in kept.said} == {n for n in range(2, 500) if n % 7}
    assert all(row["locator"] == f"row {row['entity_id'].removeprefix('reg-')}/A" for row in kept.said)
    assert {place for place, _ in kept.faults()} == {f"row {n}" for n in range(2, 500) if n % 7 == 0}


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "MAX_ROW", 1 << 16)
    with pytest.raises(HostileFile, match="line of more than"):
        said(tmp_path, one("name: A"), b"Nr,A\n" + b"x" * (1 << 21))


def test_a_quote_that_never_closes_is_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "_BLOCK", 1 << 12)
    monkeypatch.setattr(survey, "_TAIL", 1 << 13)
    with pytest.raises(DamagedFile, match="a quote is never closed"):
        said(tmp_path, one("name: A"), "Nr,A\n" + "1,x\n" * 100 + '2,"y\n' + "1,x\n" * 100_000)


@pytest.mark.parametrize("table", ['Nr,A\n1,x\n2,"y\n', 'Nr,A\n1,"x\ny"\n2,"cut off\nin the middle', 'Nr,A\n1,"p ""q"" r\n'])
def test_a_file_that_was_cut_short_inside_a_quotation_is_damage(tmp_path: Path, table: str) -> None:
    with pytest.raises(DamagedFile, match="inside a quotation"):
        said(tmp_path, one("name: A"), table)


def test_a_stray_quote_in_a_cell_is_text(tmp_path: Path) -> None:
    assert said(tmp_path, one("name: A"), 'Nr,A\n1,pipe of 5" steel\n2,x\n').values("name") == {
        "reg-1": ['pipe of 5" steel'],
        "reg-2": ["x"],
    }


def test_control_characters_are_mended_and_reported(tmp_path: Path) -> None:
    kept = said(tmp_path, one("name: A"), "Nr,A\n1,x\0y\n2,z\n")
    assert kept.values("name") == {"reg-1": ["x\ufffdy"], "reg-2": ["z"]}
    assert [row["locator"].split()[0] for row in kept.rejected] == ["byte"]


@pytest.mark.parametrize("table", ["", "Nr,A\n"])
def test_empty_files(tmp_path: Path, table: str) -> None:
    if table:
        assert said(tmp_path, one("name: A"), table).records == 0
    else:
        with pytest.raises(DamagedFile, match="empty"):
            said(tmp_path, one("name: A"), table)


def test_wrong_columns_are_named_with_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"lacks the columns “Nr”, “Vorname”; it has “Number”, “Vornamen”") as caught:
        said(tmp_path, one("name: Vorname"), "Number,Vornamen\n1,x\n")
    assert "Vornamen" in (caught.value.hint or "")


# ── workbooks ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def workbook(path: Path, rows: list[list[Any]], sheets: tuple[str, ...] = ("Data",)) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_workbooks_are_read_by_value(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(one("name: A\n      birthDate: D\n      height: H"), encoding="utf-8")
    rows: list[list[Any]] = [
        ["a banner"],
        [],
        ["Nr", "A", "D", "H"],
        [12, "Ada", datetime.date(1971, 4, 3), 1.5],
        [13.0, "=1+1", datetime.datetime(1972, 1, 2, 3, 4), None],
    ]
    kept = read(tmp_path / "m.yaml", workbook(tmp_path / "t.xlsx", rows))
    assert kept.values("birthDate") == {"reg-12": ["1971-04-03"], "reg-13": ["1972-01-02T03:04:00"]}
    assert kept.values("name") == {"reg-12": ["Ada"]}
    assert kept.values("height") == {"reg-12": ["1.5"]}
    assert {row["locator"] for row in kept.said if row["prop"] == "name"} == {"row 4/A"}


def test_a_sheet_is_named_in_the_place(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(one("name: A", "sheet: Two"), encoding="utf-8")
    book = workbook(tmp_path / "t.xlsx", [["Nr", "A"], [1, "x"]], ("One", "Two"))
    assert [row["locator"] for row in read(tmp_path / "m.yaml", book).said] == ["Two!row 2/A"]
    (tmp_path / "m.yaml").write_text(one("name: A", "sheet: Tow"), encoding="utf-8")
    with pytest.raises(MappingError, match="has no sheet “Tow”; it has “One”, “Two”"):
        read(tmp_path / "m.yaml", book)


def test_a_broken_workbook_is_damage(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(one("name: A"), encoding="utf-8")
    book = workbook(tmp_path / "t.xlsx", [["Nr", "A"], [1, "x"]])
    book.write_bytes(book.read_bytes()[:-200])
    with pytest.raises(DamagedFile):
        read(tmp_path / "m.yaml", book)


# ── recognising, sidecars, skeletons ────────────────────────────────────────────────────────────────────────────────────────


def head(tmp_path: Path, text: str, name: str = "t.csv") -> Head:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return sniff(tmp_path / name, name)


@pytest.mark.parametrize(
    ("match", "name", "header", "known"),
    [
        ("", "x.csv", "Nr,A,C", True),
        ("", "x.csv", "Nr,B,C", False),
        ("match: 'reg*.csv'", "Reg-1.csv", "Q,R", True),
        ("match: 'reg*.csv'", "x.csv", "Nr,A", False),
    ],
)
def test_tables_are_recognised_by_name_or_columns(tmp_path: Path, match: str, name: str, header: str, known: bool) -> None:
    (tmp_path / "m.yaml").write_text(one("name: A", match), encoding="utf-8")
    assert mapping_reader(tmp_path / "m.yaml").recognises(head(tmp_path, f"{header}\n1,2,3\n", name)) is known


def test_a_sidecar_is_for_its_file_whatever_the_columns(tmp_path: Path) -> None:
    assert sidecar(tmp_path / "t.csv") is None
    for name in ("t.mapping.yaml", "t.csv.mapping.yaml"):
        (tmp_path / name).write_text(one("name: A"), encoding="utf-8")
        assert sidecar(tmp_path / "t.csv") == tmp_path / name
        assert mapping_reader(tmp_path / name).recognises(head(tmp_path, "Q,R\n1,2\n"))


def test_what_is_no_table_is_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(one("name: A"), encoding="utf-8")
    assert not mapping_reader(tmp_path / "m.yaml").recognises(Head("x.xml", "xml", "<Nr><A/></Nr>"))


@pytest.mark.parametrize(
    ("columns", "properties"),
    [
        (("Nr", "Vorname", "Nachname", "Geburtsdatum", "Land"), {"name", "birthDate", "country"}),
        (("ID", "Nom", "Date de naissance", "Nationalité"), {"name", "birthDate", "nationality"}),
        (("Nombre", "Fecha de nacimiento", "País"), {"name", "birthDate", "country"}),
        (("Имя", "Дата рождения", "Страна"), {"birthDate", "country"}),
        (("الاسم", "تاريخ الميلاد", "البلد"), {"name", "birthDate", "country"}),
        (("姓名", "出生日期", "国家"), {"name", "birthDate", "country"}),
        (("full_name", "dateOfBirth", "passportNo", "remarks"), {"name", "birthDate", "passportNumber", "notes"}),
    ],
)
def test_a_skeleton_is_a_mapping_that_reads_the_table(tmp_path: Path, columns: tuple[str, ...], properties: set[str]) -> None:
    (tmp_path / "m.yaml").write_text(skeleton(Head("t.csv", "csv", "", columns=columns), "mine"), encoding="utf-8")
    mapping = mapping_reader(tmp_path / "m.yaml").mapping
    [entity] = mapping.queries[0].entities
    assert {prop.name for prop in entity.properties} >= properties
    assert set(mapping.columns) <= set(columns)


def test_a_skeleton_for_payments_has_a_ledger(tmp_path: Path) -> None:
    columns = ("Txn ID", "Booking date", "Sender IBAN", "Beneficiary IBAN", "Amount", "Currency", 'Odd: "one"')
    text = skeleton(Head("pay.csv", "csv", "", columns=columns), "bank")
    (tmp_path / "m.yaml").write_text(text, encoding="utf-8")
    [ledger] = mapping_reader(tmp_path / "m.yaml").mapping.queries[0].ledgers
    assert (ledger.name, ledger.a, ledger.b, [column.name for column in ledger.columns]) == (
        "payments",
        "payer",
        "payee",
        ["amount", "currency"],
    )
    assert 'Odd: "one"' in text
