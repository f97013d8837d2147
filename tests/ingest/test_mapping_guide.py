from __future__ import annotations

import re
from pathlib import Path

import pytest

from crosstie.ingest.mapping import mapping_reader, sidecar
from tests.ingest.mapped import read

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "mapping.md"


@pytest.fixture(scope="module")
def blocks() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for language, text in re.findall(r"```(\w+)\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL):
        found.setdefault(language, []).append(text)
    return found


def test_the_guides_example_says_what_the_guide_says(blocks: dict[str, list[str]], tmp_path: Path) -> None:
    table, mapping = tmp_path / "cars.csv", tmp_path / "cars.mapping.yaml"
    table.write_text(blocks["csv"][0], encoding="utf-8")
    mapping.write_text(blocks["yaml"][0], encoding="utf-8")
    assert sidecar(table) == mapping
    kept = read(mapping, table)
    by_schema = {
        schema: {row["entity_id"] for row in kept.said if row["schema"] == schema} for schema in ("Person", "Company", "Employment")
    }
    assert by_schema == {
        "Person": {"cars-17", "cars-18", "cars-19"},
        "Company": {"cars-firm-Beispiel-Spedition"},
        "Employment": {"cars-work-17-Beispiel-Spedition", "cars-work-19-Beispiel-Spedition"},
    }
    assert {row["locator"] for row in kept.said if row["prop"] == "birthDate"} == {"row 2/Geboren", "row 3/Geboren"}
    assert sorted((row["locator"], row["excerpt"]) for row in kept.rejected) == [("row 4/Geboren", "31.02.1990"), ("row 5/Nr", "Ohne")]
    assert {row["marking"] for row in kept.said} == {"TLP:AMBER; purpose=counter-terrorism; until=2031-12-31"}
    assert {row["grade"] for row in kept.said} == {"B2"}
    assert {row["lang"] for row in kept.said if row["prop"] == "notes"} == {"deu"}


def test_the_guides_ledger_is_read(blocks: dict[str, list[str]], tmp_path: Path) -> None:
    mapping, table = tmp_path / "m.yaml", tmp_path / "payments.csv"
    mapping.write_text("dataset: pay\noriginator: Bank\n" + blocks["yaml"][1], encoding="utf-8")
    table.write_text('Ref;From;To;Booked;Amount;Text\nR1;A 1;B/2;02.03.2024 14:05;"1.234,50";Rent\n', encoding="utf-8")
    [row] = read(mapping, table).ledgers["payments"]
    assert (row["event_id"], row["a_id"], row["b_id"], row["date"]) == ("pay-R1", "pay-A-1", "pay-B-2", "2024-03-02T14:05")
    assert (row["amount"], row["currency"], row["purpose"], row["locator"]) == (1234.5, "EUR", "Rent", "row 2")
    assert mapping_reader(mapping).profile.grade == "F6"
