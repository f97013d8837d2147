"""Passengers against names and documents: what is found, how it is told, and what may not be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from crosstie.errors import UnknownFormat
from crosstie.lens.commands import Desk
from crosstie.lenses.travel import commands
from crosstie.lenses.travel.screening import asked, handling, names, papers
from crosstie.model.tables import CLAIM, SOURCE, SPHERE
from crosstie.resolve.screen.index import Index, Listed
from crosstie.store.engine import Engine
from tests.lenses.travel.test_messages import FLIGHT, interchange, message, person

SAID = '{"originator": "the list", "marking": "TLP:GREEN"}'
LISTED = [
    ("un-1", "Omar Hassan Sharif", {"births": ["1985-02-14"]}),
    ("un-2", "Cera Vold", {"births": ["1930-01-01"]}),
    ("un-3", "Rim Solen", {"births": ["2010-05-05"]}),
    ("bank-4", "Ben Orst", {}),
]


def lost(number: str, **more: Any) -> dict[str, Any]:
    row = dict.fromkeys(("last", "entered", "valid_until", "place", "reference", "b_id"), None)
    return row | {
        "event_id": number, "a_id": number, "date": "2024-01-01", "source_id": "s1", "locator": f"row {number}", "grade": "A2", "marking": "TLP:AMBER",
        "document": number, "issuer": "qs", "document_type": "P", "status": "stolen",
    } | more  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    build = tmp_path / "0001"
    build.mkdir()
    cards = (
        Listed(one, "person", [(name, False, SAID)], (), {"id": one, "caption": name, "schema": "Person", "marking": "TLP:GREEN"} | more)
        for one, name, more in LISTED
    )  # fmt: skip
    index = Index.build(cards)
    noted: list[tuple[str, str]] = []
    with Engine(folder=tmp_path) as engine:
        rows = [
            lost("X12TIE345"),
            lost("Q100000", last="Q100099"),
            lost("S550O123"),
            lost("OLD00001", marking="TLP:AMBER; until=2020-01-01"),
        ]
        rows += [
            lost("OTHER001", marking="TLP:AMBER; purpose=customs"),
            lost("FOUND001"),
            lost("FOUND001", status="recovered", date="2024-05-01"),
        ]
        engine.load("ledger_lost_documents", pa.Table.from_pylist(rows))
        claim = dict.fromkeys(CLAIM.names)
        engine.load(
            "claims",
            pa.Table.from_pylist(
                [claim | {"canonical_id": f"un-{n}", "prop": "topics", "value": "sanction"} for n in (1, 2, 3)], schema=CLAIM
            ),
        )
        engine.load("sources", SOURCE.empty_table())
        engine.load("spheres", SPHERE.empty_table())
        here = Desk(engine, tmp_path, build, "officer", None, {}, lambda action, subject, detail: noted.append((action, subject)))
        here.__dict__["names"] = index
        here.__dict__["noted"] = noted
        yield here


def dump(folder: Path, *people: list[str]) -> Path:
    path = folder / "dump.edi"
    path.write_text(interchange(message(1, *FLIGHT, *(one for own in people for one in own))), encoding="utf-8")
    return path


def hits(desk: Desk, path: Path, **more: Any) -> list[dict[str, Any]]:
    out = path.with_suffix(".json")
    commands.screen(desk, (path,), report_=out, **more)
    found: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))["hits"]
    return found


def test_names_and_documents_are_found_with_reasons(desk: Desk, tmp_path: Path) -> None:
    path = dump(tmp_path, person("SHARIF:OMAR HASAN", "X12TIE345"), person("TELL:AMA", "A1111111"))
    found = hits(desk, path)
    assert {(row["hit"], row["traveller"], row["listed_id"]) for row in found} == {
        ("name", "OMAR HASAN SHARIF", "un-1"),
        ("document", "OMAR HASAN SHARIF", "travel-doc-qs-X12TIE345"),
    }
    for row in found:
        assert row["reasons"]
        assert row["marking"].startswith("TLP:AMBER")
        assert row["place"] == "message[1]/segment[9]"
    assert [action for action, _ in desk.__dict__["noted"]] == ["read", "export"]


def test_another_birth_makes_a_namesake_less_likely(desk: Desk, tmp_path: Path) -> None:
    [same] = [row for row in hits(desk, dump(tmp_path, person("SHARIF:OMAR HASSAN", "A1"))) if row["hit"] == "name"]
    other = [row for row in hits(desk, dump(tmp_path, person("SHARIF:OMAR HASSAN", "A1", born="500101"))) if row["hit"] == "name"]
    assert not other or other[0]["score"] < same["score"]


def test_who_is_in_a_register_only_is_a_hit_only_if_asked_for(desk: Desk, tmp_path: Path) -> None:
    path = dump(tmp_path, person("ORST:BEN", "A1"))
    assert hits(desk, path) == []
    assert [row["listed_id"] for row in hits(desk, path, everybody=True)] == ["bank-4"]


def test_a_child_is_no_hit_by_name(desk: Desk, tmp_path: Path) -> None:
    found = hits(desk, dump(tmp_path, person("SOLEN:RIM", "X12TIE345", born="100505")))
    assert [row["hit"] for row in found] == ["document"]


@pytest.mark.parametrize(
    "number,how",
    [
        ("X12TIE345", "same"),
        ("Q100042", "series"),
        ("S5500123", "near"),
        ("OLD00001", None),
        ("OTHER001", None),
        ("FOUND001", None),
        ("Q100100", None),
    ],
)
def test_documents_are_found_exactly_in_series_and_nearly(desk: Desk, tmp_path: Path, number: str, how: str | None) -> None:
    people, _ = asked.passengers([dump(tmp_path, person("TELL:AMA", number))])
    barred = handling.forbidden(["TLP:AMBER; until=2020-01-01", "TLP:AMBER; purpose=customs"], None, "2026-01-01")
    assert [row["how"] for row in papers.hits(desk.engine, people, barred, "2026-01-01")] == ([how] if how else [])


def test_what_is_left_out_is_said(desk: Desk, tmp_path: Path) -> None:
    answer = commands.screen(desk, (dump(tmp_path, person("TELL:AMA", "OTHER001")),))
    told = " ".join(answer.notes)
    assert "collected for customs" in told
    assert "retention ended on 2020-01-01" in told


@pytest.mark.parametrize(
    "marking,purpose,used",
    [
        ("TLP:AMBER", None, True),
        ("TLP:AMBER; purpose=exercise", None, True),
        ("TLP:AMBER; purpose=customs", None, False),
        ("TLP:AMBER; purpose=customs", "customs", True),
        ("TLP:AMBER; purpose=customs + counter-terrorism", "counter-terrorism", True),
        ("TLP:AMBER; until=2026-01-01", None, True),
        ("TLP:AMBER; until=2025-12-31", None, False),
        ("who knows", None, False),
    ],
)
def test_purpose_and_retention_decide(marking: str, purpose: str | None, used: bool) -> None:
    assert (handling.why_not(marking, purpose, "2026-01-01") is None) == used


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UnknownFormat):
        asked.passengers([path])


def test_a_cell_of_the_report_is_no_formula(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "hits.csv"
    commands.screen(desk, (dump(tmp_path, person("SHARIF:?+OMAR HASSAN", "X12TIE345")),), report_=path)
    assert ",'+OMAR HASSAN SHARIF," in path.read_text(encoding="utf-8")


def test_a_quick_look_finds_what_a_single_question_finds(desk: Desk) -> None:
    from crosstie.resolve.screen.hits import screen
    from crosstie.resolve.screen.queries import Query

    queries = [Query("Omar Hasan Sharif", "person", ("1985-02-14",)), Query("Sera Vold", "person"), Query("Nobody Atall", "person")]
    single = [[(hit.entity_id, hit.score) for hit in own] for own in screen(desk.names, queries, threshold=0.7)]
    found: list[list[tuple[str, float]]] = [[] for _ in queries]
    for place, hit in names.hits(desk.names, queries, 0.7, 10):
        found[place].append((hit.entity_id, hit.score))
    assert found == single


def test_documents_tell_their_story(desk: Desk) -> None:
    answer = commands.document(desk, "x12-tie 345")
    assert [row["what"] for row in answer.table()] == ["listed: stolen"]
    assert commands.document(desk, "NOTHING1").notes == ("nothing is known of document NOTHING1",)


def test_a_zone_is_checked_without_a_workspace() -> None:
    answer = commands.mrz(None, ("P<UTOSHARIF<<OMAR<HASSAN<<<<<<<<<<<<<<<<<<<<", "X12TIE3455UT08502142M3106305<<<<<<<<<<<<<<02"), None)
    rows = answer.table()
    assert rows[0]["what"] == "TD3, not sound"
    assert rows[1]["text"].endswith("X12TIE3455UTO8502142M3106305<<<<<<<<<<<<<<02")
    assert [row["zone"] for row in commands.spell(None, "Юрій", "ukr").table()] == ["YURII", "IURII"]
