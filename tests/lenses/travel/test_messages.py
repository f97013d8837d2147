"""Passenger messages: every kind of separator, what is wrong told at its segment, and the rest kept."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from crosstie.errors import DamagedFile
from crosstie.lenses.travel.edifact.lexer import Lexer, Marks
from crosstie.lenses.travel.edifact.moments import day, moment, stamped
from crosstie.lenses.travel.readers.messages import READER
from tests.lenses.travel.said import Said, said

REAL = Path(__file__).parents[4] / "shared" / "data" / "travel"
FLIGHT = ["BGM+745", "NAD+MS+++OPS", "TDT+20+XT123+++XT", "LOC+125+QSA", "DTM+189:2503101400:201", "LOC+87+QRA", "DTM+232:2503101900:201"]


def person(name: str, number: str, *, born: str = "850214", more: tuple[str, ...] = ()) -> list[str]:
    return [
        f"NAD+FL+++{name}",
        f"DTM+329:{born}",
        "NAT+2+QS",
        "RFF+AVF:AB12CD",
        f"DOC+P:110:111+{number}",
        "DTM+36:310630",
        "LOC+91+QS",
        *more,
    ]


def message(number: int, *body: str, said_count: int | None = None) -> list[str]:
    return [f"UNH+{number}+PAXLST:D:05B:UN:IATA", *body, f"UNT+{said_count or len(body) + 2}+{number}"]


def interchange(*messages: list[str], una: str = "UNA:+.? '", end: str = "'\n") -> str:
    inner = ["UNB+UNOA:4+XT+PIU+250310:0905+77++APIS", *(one for own in messages for one in own), f"UNZ+{len(messages)}+77"]
    return una + end.join(inner) + end


def segments(text: str) -> list[str]:
    return [segment.text for segment in Lexer(io.BytesIO(text.encode())).segments()]


def read(folder: Path, text: str | bytes) -> Said:
    return said(folder, "dump.edi", text, READER)


@pytest.mark.parametrize(
    "text",
    [
        "UNA:+.? 'UNB+UNOA:4+A+B'UNH+1+X'",
        "UNB+UNOA:4+A+B'\r\nUNH+1+X'\r\n",
        "\x02UNB+UNOA:4+A+B'UNH+1+X'\x03",
        "UNA:+\\*'\nUNB+UNOA:4+A+B'UNH+1+X'",
        "unb+UNOA:4+A+B'unh+1+X'",
        "To: unit\n\nUNA:+.? 'UNB+UNOA:4+A+B'UNH+1+X'",
        "UNB+UNOA:4+A+B\nUNH+1+X\n",
    ],
)
def test_segments_are_found_whatever_parts_them(text: str) -> None:
    assert [one.upper() for one in segments(text)] == ["UNB+UNOA:4+A+B", "UNH+1+X"]


def test_another_interchange_may_have_other_marks() -> None:
    found = segments("UNA:+.? 'UNB+UNOA:4+A+B'UNZ+0+1'\nUNA:*.? $UNB*UNOA:4*A*B$UNH*1*PAXLST$UNZ*1*2$")
    assert found[-2] == "UNH*1*PAXLST"


def test_released_marks_are_text() -> None:
    marks = Marks()
    assert marks.components(marks.elements("NAD+FL+++O?'NEIL?+SON:TESS ?: T")[4]) == ["O'NEIL+SON", "TESS : T"]
    assert segments("UNB+UNOA:4+A+B'NAD+O?'NEIL'NAD+X??'")[1:] == ["NAD+O?'NEIL", "NAD+X??"]


def test_places_are_bytes_of_the_file_across_pieces() -> None:
    text = interchange(*(message(number, *FLIGHT, *person(f"VOLD{number}:CERA", f"P{number}")) for number in range(1, 9_000)))
    raw = text.encode()
    lexer = Lexer(io.BytesIO(raw))
    for segment in lexer.segments():
        assert raw[segment.offset : segment.offset + 3].decode() == segment.tag
    assert lexer.noise == []


def test_a_cut_line_is_put_together_and_a_broken_one_parted() -> None:
    long = "IFT+4:28::XT+" + "X" * 50
    assert segments(f"UNB+UNOA:4+A+B'{long}\nYY'ADD++702:45 HIGH\nSTREET'")[1:] == [long + "YY", "ADD++702:45 HIGH STREET"]


def test_a_message_becomes_rows_and_statements(tmp_path: Path) -> None:
    kept = read(tmp_path, interchange(message(1, *FLIGHT, *person("SHARIF:OMAR:HASSAN", "X12 TIE-345"), "CNT+42:1")))
    assert kept.refused == []
    [row] = kept.rows["journeys"]
    assert {
        name: row[name]
        for name in ("name", "born", "carrier", "flight", "origin", "destination", "departs", "document", "issuer", "record")
    } == {
        "name": "OMAR HASSAN SHARIF",
        "born": "1985-02-14",
        "carrier": "XT",
        "flight": "123",
        "origin": "QSA",
        "destination": "QRA",
        "departs": "2025-03-10T14:00",
        "document": "X12TIE345",
        "issuer": "qs",
        "record": "AB12CD",
    }
    assert kept.said_of("passportNumber") == {"X12TIE345"}
    assert row["locator"] == "message[1]/segment[9]"


def test_what_is_wrong_is_told_at_its_segment_and_the_rest_is_kept(tmp_path: Path) -> None:
    bad = message(1, *FLIGHT, *person("SHARIF:OMAR", "X1", born="851399"), "XYZ+1", *person("VOLD:CERA", "X2"), "CNT+42:3", said_count=99)
    good = message(2, *FLIGHT, *person("ORST:BEN", "X3"), "CNT+42:1")
    kept = read(tmp_path, interchange(bad, good))
    assert {row["name"] for row in kept.rows["journeys"]} == {"OMAR SHARIF", "CERA VOLD", "BEN ORST"}
    places = dict(kept.refused)
    assert "birth 851399 is no date" in places["message[1]/segment[10]"]
    assert "XYZ is no segment of PAXLST" in places["message[1]/segment[16]"]
    assert "CNT says 3 of passenger, 2 were read" in places["message[1]/segment[24]"]
    assert "UNT says 99 segments, 25 were read" in places["message[1]/segment[25]"]
    assert not any(place.startswith("message[2]") for place in places)


def test_a_message_without_end_does_not_cost_the_next(tmp_path: Path) -> None:
    lost = message(1, *FLIGHT, *person("SHARIF:OMAR", "X1"))[:-1]
    kept = read(tmp_path, interchange(lost, message(2, *FLIGHT, *person("VOLD:CERA", "X2"))))
    assert {row["name"] for row in kept.rows["journeys"]} == {"OMAR SHARIF", "CERA VOLD"}
    assert any("the next message begins before UNT" in reason for _, reason in kept.refused)


def test_a_file_that_is_cut_short_says_so(tmp_path: Path) -> None:
    kept = read(tmp_path, interchange(message(1, *FLIGHT, *person("SHARIF:OMAR", "X1")))[:300])
    told = " ".join(reason for _, reason in kept.refused)
    assert "the file ends before UNT" in told
    assert "has no end (UNZ)" in told


def test_another_type_of_message_is_told_and_passed_over(tmp_path: Path) -> None:
    other = ["UNH+1+IFTMIN:D:04A:UN", "BGM+340", "UNT+3+1"]
    kept = read(tmp_path, interchange(other, message(2, *FLIGHT, *person("VOLD:CERA", "X2"))))
    assert len(kept.rows["journeys"]) == 1
    assert kept.refused == [("message[1]", "a message of the type IFTMIN is not read here")]


def test_without_a_message_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile):
        read(tmp_path, "UNB+UNOA:4+A+B+250310:0905+1'UNZ+0+1'")


def test_letters_of_other_encodings_are_read(tmp_path: Path) -> None:
    text = interchange(message(1, *FLIGHT, *person("MÜLLER:JÜRGEN", "X1")))
    for encoding in ("utf-8", "cp1252"):
        assert read(tmp_path, text.encode(encoding)).rows["journeys"][0]["name"] == "JÜRGEN MÜLLER"


def test_only_the_legs_between_boarding_and_leaving_count(tmp_path: Path) -> None:
    legs = ["TDT+20+XT1+++XT", "LOC+92+QSA", "DTM+189:2503101000:201", "LOC+92+QPA", "DTM+232:2503101100:201"]
    legs += ["TDT+20+XT2+++XT", "LOC+92+QPA", "DTM+189:2503101200:201", "LOC+92+QRA", "DTM+232:2503101300:201"]
    body = ["BGM+745", *legs, *person("VOLD:CERA", "X1", more=("NAD+FL+++ORST:BEN", "LOC+178+QPA", "LOC+179+QRA"))]
    kept = read(tmp_path, interchange(message(1, *body)))
    assert [(row["name"], row["flight"]) for row in kept.rows["journeys"]] == [("CERA VOLD", "1"), ("CERA VOLD", "2"), ("BEN ORST", "2")]


def test_cancelled_passengers_stay_with_their_state(tmp_path: Path) -> None:
    body = ["BGM+745+XR", *FLIGHT[1:], *person("VOLD:CERA", "X1")]
    assert read(tmp_path, interchange(message(1, *body))).rows["journeys"][0]["state"] == "cancelled"


def test_children_are_marked_and_grown_people_are_not(tmp_path: Path) -> None:
    body = [*FLIGHT, *person("SOLEN:RIM", "X1", born="100505"), *person("TELL:AMA", "X2")]
    kept = read(tmp_path, interchange(message(1, *body)))
    minors = {row["entity_id"] for row in kept.facts if row["prop"] == "topics" and row["value"] == "minor"}
    assert minors == {row["a_id"] for row in kept.rows["journeys"] if row["name"] == "RIM SOLEN"}


def test_the_same_message_twice_says_the_same_of_the_same(tmp_path: Path) -> None:
    text = interchange(message(1, *FLIGHT, *person("VOLD:CERA", "X1")))
    first, second = read(tmp_path, text), read(tmp_path, text + text)
    assert {row["event_id"] for row in first.rows["journeys"]} == {row["event_id"] for row in second.rows["journeys"]}
    assert len(second.rows["journeys"]) == 2


PNR = [
    "MSG+:22", "TVL+100325:1400:100325:1900+QSA+QRA+XT+123", "EQN+1", "SRC", "RCI+XT:QX1ZZY::090325:1100", "IFT+4:28::XT+CTCE A..B//EXAMPLE.ORG",
    "ORG+XT:QSA+12345678:QRA+++T", "TIF+SHARIF+OMARMR:A:1", "SSR+DOCS:HK:1:XT:::::/P/QS/X12TIE345/QS/14FEB85/M/30JUN31/SHARIF/OMAR/HASSAN", "SSR+MOML:HK:1:XT",
    "MON+T:410.00:USD", "FOP+CA::410.00", "IFT+4:43+ADEM VOSS+2 QUAY LANE+0097150000001", "TIF+TELL+AMA:A:2", "TVL+100325:1400:100325:1900+QSA+QRA+XT+123:Y",
    "TRI++1:::1", "TIF+SHARIF+OMARMR:A:1", "SSD+12C", "TBD++2:31:700", "TVL+170325:1400:170325:1900+QRA+QSA+XT+124:Y", "MSG+8", "TVL+100325:1500+QRA:HOTEL",
    "ABI+1", "SAC+++X", "TVL+110325:1400+QSA+QNA+XT+999:Y",
]  # fmt: skip


def booking(*body: str) -> str:
    own = ["UNH+1+PNRGOV:13:1:IA+R", *body]
    return interchange([*own, f"UNT+{len(own) + 1}+1"])


def test_a_booking_tells_who_travels_and_who_pays(tmp_path: Path) -> None:
    kept = read(tmp_path, booking(*PNR))
    assert kept.refused == []
    assert {(row["name"], row["flight"], row["seat"], row["bags"]) for row in kept.rows["journeys"]} == {
        ("OMAR HASSAN SHARIF", "123", "12C", 2.0),
        ("OMAR HASSAN SHARIF", "124", None, None),
        ("AMA TELL", "123", None, None),
        ("AMA TELL", "124", None, None),
    }
    first = kept.rows["bookings"][0]
    assert (first["payer"], first["payment"], first["amount"], first["email"]) == ("ADEM VOSS", "CA", 410.0, "a_b@example.org")
    assert (first["origin"], first["destination"], first["oneway"], first["travellers"]) == ("QSA", "QRA", False, 2)
    assert first["a_id"].startswith("travel-payer-")


def test_neither_history_nor_meals_are_kept(tmp_path: Path) -> None:
    kept = read(tmp_path, booking(*PNR))
    everything = str(kept.facts) + str(dict(kept.rows))
    assert "999" not in everything
    assert "MOML" not in everything
    assert "HOTEL" not in everything


def test_who_pays_for_himself_is_himself(tmp_path: Path) -> None:
    kept = read(tmp_path, booking(*(one.replace("ADEM VOSS", "OMAR SHARIF") for one in PNR)))
    assert kept.rows["bookings"][0]["a_id"] == kept.rows["bookings"][0]["b_id"]


@pytest.mark.parametrize("text,year,past,order,found", [
    ("850214", 2025, True, "ymd", "1985-02-14"), ("310630", 2025, False, "ymd", "2031-06-30"),
    ("14FEB85", 2025, True, "dmy", "1985-02-14"), ("260101", 2025, True, "ymd", "1926-01-01"), ("100325", 2025, False, "dmy", "2025-03-10"),
    ("20250310", 2025, False, "dmy", "2025-03-10"), ("851399", 2025, True, "ymd", None)])  # fmt: skip
def test_days(text: str, year: int, past: bool, order: str, found: str | None) -> None:
    assert day(text, year, past=past, order=order) == found


def test_moments() -> None:
    assert moment("2503101400", "201", 2025) == "2025-03-10T14:00"
    assert moment("2503102561", "201", 2025) is None
    assert stamped("100325", "2400", 2025) == "2025-03-10T24:00"


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is absent")
@pytest.mark.parametrize("name,travellers", [
    ("apisMessage.txt", 2), ("multiple_flight_leg_apis.txt", 2), ("pnrgov/2_pnrs_basic.edi", 4), ("pnrgov/codeshare.edi", 2),
    ("pnrgov/danglingMetaCharacter.txt", 1), ("pnrgov/pnr1.txt", 2), ("pnrgov/pnrBadFormat.txt", 2), ("pnrgov/pnrMessageExample.txt", 5)])  # fmt: skip
def test_messages_of_others_are_read(tmp_path: Path, name: str, travellers: int) -> None:
    kept = read(tmp_path, (REAL / name).read_bytes())
    assert len({row["a_id"] for row in kept.rows["journeys"]}) == travellers
