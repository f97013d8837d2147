"""INTERPOL's notices, in the three shapes that they come in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crosstie.errors import DamagedFile, HostileFile
from crosstie.ingest import jsonl
from crosstie.ingest.reader import Head
from crosstie.ingest.readers.interpol import READER
from tests.ingest.readers.said import FIXTURES, Said, read, written


def notice(number: str, colour: str, **more: Any) -> dict[str, Any]:
    links = {"self": {"href": f"https://ws-public.example.org/notices/v1/{colour}/{number.replace('/', '-')}"}}
    return {"entity_id": number, "name": "TEM", "forename": "MARRA", "_links": links, **more}


@pytest.fixture(scope="module")
def said() -> Said:
    return read(READER, FIXTURES / "interpol_red.json")


def test_knows_its_own() -> None:
    text = (FIXTURES / "interpol_red.json").read_text(encoding="utf-8")
    assert READER.recognises(Head("x.json", "json", text))
    assert not READER.recognises(Head("x.json", "json", '{"id": "a", "schema": "Person", "properties": {}}'))
    assert not READER.recognises(Head("x.csv", "csv", text))


def test_person(said: Said) -> None:
    person = said.about("interpol-2031-901")
    assert person["name"] == ["ILVAR TEM OSKELLAN"]
    assert person["firstName"] == ["ILVAR TEM"]
    assert person["lastName"] == ["OSKELLAN"]
    assert said.one("interpol-2031-901", "birthDate")["original_value"] == "1971/05/06"
    assert person["birthDate"] == ["1971-05-06"]
    assert person["nationality"] == ["ke", "so"]
    assert person["gender"] == ["male"]
    assert person["spokenLanguage"] == ["eng", "swa"]
    assert person["height"] == ["1.75"]
    assert "weight" not in person
    assert person["topics"] == ["wanted"]
    assert said.values("interpol-2031-902", "birthDate") == ["1980"]


def test_charges_are_reasons_and_notes(said: Said) -> None:
    risk = said.about("interpol-2031-901-risk-1")
    assert risk["reason"] == ["Usafirishaji wa pembe", "Carrying of tusks"]
    assert risk["topics"] == ["wanted"]
    assert risk["country"] == ["ke"]
    assert said.about("interpol-2031-901-risk-2")["summary"] == ["court: Lamu"]
    assert said.values("interpol-2031-901", "notes") == [
        "Usafirishaji wa pembe",
        "Carrying of tusks",
        "Levying of tolls",
        "nickname: Porter",
    ]
    assert said.one("interpol-2031-901-risk-2", "reason")["locator"] == "notices[1]/arrest_warrants[2]/charge"


def test_a_notice_is_no_proof(said: Said) -> None:
    assert {one["grade"] for one in said.statements} == {"A3"}


def test_a_page_is_a_series_of_its_own(said: Said) -> None:
    assert said.series == "interpol-red-nationality-ke-page-1-resultperpage-160"


def test_rejects(said: Said) -> None:
    assert said.records == 2
    assert {(one["locator"], one["reason"]) for one in said.rejected} == {
        ("notices[3]", "a notice without entity_id"),
        ("notices[4]", "not a notice"),
    }


@pytest.mark.parametrize("colour", ["yellow", "black"])
def test_the_missing_and_the_dead_are_victims(tmp_path: Path, colour: str) -> None:
    said = read(READER, written(tmp_path, "one.json", json.dumps(notice("2031/5", colour, father_name="A"))))
    assert said.values("interpol-2031-5", "topics") == ["victim"]
    assert said.values("interpol-2031-5", "notes") == ["father_name: A"]
    assert said.series == f"interpol-{colour}-2031-5"
    assert not said.rejected


def test_lines_and_un_notices(tmp_path: Path) -> None:
    lines = [json.dumps(notice("2031/6", "un", un_reference="QDi.901")), "[1]", "{broken", json.dumps(notice("2031/7", "green"))]
    said = read(READER, written(tmp_path, "notices.jsonl", "\n".join(lines)))
    assert said.values("interpol-2031-6", "topics") == ["sanction"]
    assert said.values("interpol-2031-6-sanction-1", "unscId") == ["QDi.901"]
    assert said.values("interpol-2031-7", "topics") == ["poi"]
    assert [(one["locator"], one["reason"].partition(":")[0]) for one in said.rejected] == [
        ("line 2", "not a JSON object"),
        ("line 3", "not JSON"),
    ]
    assert said.one("interpol-2031-7", "name")["locator"] == "line 4/name"


def test_a_colour_that_nothing_tells_is_said(tmp_path: Path) -> None:
    plain = {"entity_id": "2031/8", "name": "TEM", "forename": None}
    said = read(READER, written(tmp_path, "x.json", json.dumps(plain)))
    assert "topics" not in said.about("interpol-2031-8")
    assert said.reasons() == {"note: the colour of the notice is not told": 1}
    assert read(READER, written(tmp_path, "yellow-notices.json", json.dumps(plain))).values("interpol-2031-8", "topics") == ["victim"]


def test_damaged_and_endless_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = (FIXTURES / "interpol_red.json").read_bytes()
    for content in (b"", whole[:500], b"\xff\xfe"):
        with pytest.raises(DamagedFile):
            read(READER, written(tmp_path, "x.json", content))
    line = json.dumps(notice("2031/9", "red")).encode()
    with pytest.raises(DamagedFile, match="in the middle of line 2"):
        read(READER, written(tmp_path, "x.jsonl", line + b"\n" + line[:50]))
    monkeypatch.setattr(jsonl, "MAX_LINE", 1 << 17)
    with pytest.raises(HostileFile, match="line 2 is longer"):
        read(READER, written(tmp_path, "x.jsonl", line + b"\n{" + b" " * (1 << 18)))
    monkeypatch.setattr(jsonl, "MAX_DOCUMENT", 1 << 10)
    with pytest.raises(HostileFile, match="one JSON value"):
        read(READER, FIXTURES / "interpol_red.json")
