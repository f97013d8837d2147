"""Cells of tables of the field: measures, codes, and what is refused; days and figures are those of crosstie.ingest."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from crosstie.ingest.columns import tidy
from crosstie.ingest.headings import Column
from crosstie.lenses.resources.reading import kinds
from crosstie.lenses.resources.reading.kinds import layout


def cleaned(field: str, cells: list[str]) -> tuple[list[Any], set[str]]:
    column = Column(field, layout("consignments").fields[field])
    found, reasons = kinds.cells().clean(column, tidy(pa.array(cells)))
    return found.to_pylist(), {reason for reason, which in reasons if pa.compute.any(pa.compute.fill_null(which, False)).as_py()}


def test_either_decimal_mark_is_told_from_the_column() -> None:
    assert cleaned("weight", ["1.234,5", "1.000", "7,25"])[0] == [1234.5, 1000.0, 7.25]
    assert cleaned("weight", ["1,234.5", "1,000", "7.25"])[0] == [1234.5, 1000.0, 7.25]
    assert cleaned("weight", ["١٢٣٤٫٥", "12,500.0 kgs", "3 t"])[0] == [1234.5, 12500.0, 3000.0]


def test_what_cannot_be_is_refused_and_said() -> None:
    found, reasons = cleaned("weight", ["-5", "1e40", "a lot", "", "12"])
    assert found == [None, None, None, None, 12.0]
    assert reasons == {"a negative weight", "an absurd weight", "not a number for weight"}
    assert cleaned("currency", ["usd", "$", "EURO"]) == (["USD", None, "EUR"], {"not a currency for currency"}), (
        "euro is one currency, $ are several"
    )
    assert cleaned("container", ["xtiu 123456-0; CSQU3054383"]) == (["XTIU1234560 CSQU3054383"], set())
    assert cleaned("origin", ["KM", "Comoros", "Nowhere"]) == (["km", "km", None], {"not a State for origin"})


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        (["Declaration No", "Exporter", "Importer", "HS Code", "Net Weight (kg)"], "consignments"),
        (["No de déclaration", "Expéditeur", "Destinataire", "Désignation des marchandises", "Poids net"], "consignments"),
        (["Номер декларации", "Отправитель", "Получатель", "Код ТН ВЭД", "Вес нетто"], "consignments"),
        (["رقم البيان", "المصدر", "المستورد", "البند الجمركي", "الوزن الصافي"], "consignments"),
        (["报关单号", "发货人", "收货人", "商品编码", "净重"], "consignments"),
        (["Declaración", "Exportador", "Importador", "Partida arancelaria", "Peso neto"], "consignments"),
    ],
)
def test_layouts_in_six_languages_are_recognised(headings: list[str], kind: str) -> None:
    assert layout(kind).fits(headings)


def test_other_tables_are_not_taken_for_consignments() -> None:
    for headings in (
        ["name", "birth date", "country"],
        ["payer", "payee", "amount", "currency", "date"],
        ["id", "name", "type", "programme"],
    ):
        assert not any(layout(kind).fits(headings) for kind in ("consignments", "permits", "seizures", "flows", "wildlife", "positions"))
