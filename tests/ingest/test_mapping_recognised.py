"""Which mapping a table is read by, and the skeleton of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosstie.ingest.mapping import mapping_reader, sidecar, skeleton
from crosstie.ingest.reader import Head
from crosstie.ingest.sniff import sniff
from tests.ingest.mapped import one


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
