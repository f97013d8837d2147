"""What a mapping makes of cells: values with their place and original, grades and markings of rows, ledgers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.mapped import PERSON, TOP, one, said

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
