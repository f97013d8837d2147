"""Files of firearms offices: what they bring, in which words and calendars, and what cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from crosstie.errors import DamagedFile, InputError
from crosstie.ingest.load import Choice, Loaded, load
from crosstie.ingest.reader import Reader
from crosstie.ingest.words import plain
from crosstie.lenses.firearms.heads import fields, vocabulary
from crosstie.lenses.firearms.parties import identity
from crosstie.lenses.firearms.readers.firearm_tables import READERS
from crosstie.lenses.firearms.readers.firearm_traces import READER

FORMATS: list[Reader] = [*READERS, READER]


class Kept:
    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self.refused: list[dict[str, Any]] = []
        self.rows: list[dict[str, Any]] = []

    def statements(self, batch: pa.RecordBatch) -> None:
        self.said += batch.to_pylist()

    def rejects(self, batch: pa.RecordBatch) -> None:
        self.refused += batch.to_pylist()

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        assert name == "firearm_events"
        self.rows += batch.to_pylist()


def read(path: Path, text: str | bytes, name: str = "file.csv") -> tuple[Kept, Loaded]:
    file = path / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    kept = Kept()
    return kept, load(file, name, kept, source_id="0123456789abcdef", readers=FORMATS, choice=Choice(check_promise=False))


SALES = "event,date,serial number,make,calibre,seller,buyer,buyer type,date of birth\n"


def test_a_sale_brings_event_and_parties(tmp_path: Path) -> None:
    kept, loaded = read(tmp_path, SALES + "sale,2019-02-03,КА-1 2,Арсенал Кеш,9 мм Пара,Delta Guns,Ann Invented,owner,1980-01-02\n")
    (row,) = kept.rows
    assert loaded.reader == "firearm-movements"
    assert (row["serial"], row["serial_latin"], row["make"], row["calibre"]) == ("КА-1 2", "KA12", "Kesh Arsenal", "9x19mm")
    assert (row["a_id"], row["b_id"]) == (identity("firearms", "Delta Guns"), identity("firearms", "Ann Invented"))
    said = {(one["entity_id"], one["schema"], one["prop"]): one["value"] for one in kept.said}
    assert said[row["b_id"], "Person", "birthDate"] == "1980-01-02"
    assert said[row["a_id"], "Company", "name"] == "Delta Guns"
    assert row["locator"] == "row 2"


def test_the_same_event_of_two_files_has_one_id(tmp_path: Path) -> None:
    text = SALES + "sale,2019-02-03,KA12,Kesh Arsenal,9x19,Delta Guns,Ann Invented,owner,\n"
    again = text.replace("KA12", "KA-12").replace("Delta Guns", "delta guns")
    assert {row["event_id"] for kept, _ in (read(tmp_path, text), read(tmp_path, again, "b.csv")) for row in kept.rows} == {
        "sale|firearm-kesh-arsenal-KA12|2019-02-03|firearms-name-delta-guns-zz|firearms-name-ann-invented-zz"
    }


@pytest.mark.parametrize("encoding, heads", [("utf-16", "дата"), ("cp1252", "date"), ("utf-8-sig", "التاريخ")])
def test_encodings_and_heads_of_other_tongues(tmp_path: Path, encoding: str, heads: str) -> None:
    text = f"event;{heads};serial number;make;calibre;seller;buyer\nventa;03.02.2019;KA12;Kesh Arsenal;9x19;José;Ann Invented\n"
    kept, _ = read(tmp_path, text.encode(encoding))
    assert [(row["kind"], row["date"]) for row in kept.rows] == [("sale", "2019-02-03")]


def test_a_withdrawn_row_keeps_its_number(tmp_path: Path) -> None:
    text = "record id,event,date,serial number,make,seller,buyer,record status\n7,sale,2019-01-01,KA1,Kesh,A Shop,B Invented,\n"
    text += "7,sale,2019-01-01,KA1,Kesh,A Shop,B Invented,Cancelled\n"
    kept, _ = read(tmp_path, text)
    assert [(row["event_id"], row["status"]) for row in kept.rows] == [("firearms-7", None), ("firearms-7", "cancelled")]


def test_nobody_known_is_nobody(tmp_path: Path) -> None:
    kept, _ = read(tmp_path, SALES + "sale,2019-02-03,KA12,Kesh Arsenal,9x19,unknown,N/A,,\n")
    (row,) = kept.rows
    assert row["a_id"] is None
    assert row["b_id"] == row["firearm"], "an event needs somebody or something"
    assert kept.said == []


@pytest.mark.parametrize(
    "quantity, wanted",
    [("1", 1), ("1,000", 1000), ("1.000", 1000), ("12.0", 12), ("1,5", None), ("-3", None), ("99999999", None), ("a few", None), ("٣", 3)],
)
def test_quantities(tmp_path: Path, quantity: str, wanted: int | None) -> None:
    kept, _ = read(tmp_path, f'event,date,serial number,make,seller,quantity\nstock,2019-01-01,KA1,Kesh,A Shop,"{quantity}"\n')
    assert kept.rows[0]["quantity"] == wanted
    assert bool(kept.refused) == (wanted is None)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile):
        read(tmp_path, '{"traces": [{"request_id": "R-1", "firearm": {"serial": "KA1", "make": "Kesh"}, "recov', "t.json")
    with pytest.raises(InputError):
        read(tmp_path, SALES + 'sale,2019-02-03,KA12,Kesh,9x19,"Delta Gu')


def test_a_million_rejects_stay_a_stream(tmp_path: Path) -> None:
    rows = 60_000
    kept, loaded = read(tmp_path, SALES + "jump,2019-02-30,KA12,Kesh,9x19,A,B,,\n" * rows)
    assert (loaded.records, loaded.rejects, loaded.ledger_rows) == (rows, rows, 0)
    assert kept.refused[-1]["locator"] == f"row {rows + 1}/event"


def test_a_trace_without_a_recovery_is_a_request(tmp_path: Path) -> None:
    kept, _ = read(tmp_path, '[{"trace_id": "T-1", "serial": "KA 1?", "make": "Kesh", "calibre": "9x19"}]', "t.json")
    assert [(row["kind"], row["case_id"], row["serial_status"]) for row in kept.rows] == [("trace", "T-1", "partial")]


def test_no_head_names_two_fields() -> None:
    owner: dict[str, str] = {}
    for field in fields().fields.values():
        assert plain(field.name) in field.names
        for name in field.names:
            assert owner.setdefault(name, field.name) == field.name, name
    for of in ("events", "answers", "roles"):
        owner = {}
        for word, entry in vocabulary("events")[of].items():
            for name in (word, *entry["words"]):
                assert owner.setdefault(plain(str(name)), word) == word, name
