"""What officers ask on the command line, and what they get."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest

from crosstie.errors import NotFound, UsageError
from crosstie.ingest.load import Choice, load
from crosstie.ingest.sniff import sniff
from crosstie.lens.commands import Answer, Desk
from crosstie.lenses.firearms.commands import COMMANDS
from crosstie.lenses.firearms.readers.firearm_traces import READER
from tests.lenses.firearms.conftest import event, life

RUN = {one.name: one.run for one in COMMANDS}


def recovery(serial: str, date: str, holder: str, **more: Any) -> dict[str, Any]:
    return event("recovery", date, None, holder, serial, mode="seized", state_to="qo", **more)


def test_search_lists_what_fits_and_notes_who_asked(desk: Callable[..., Desk]) -> None:
    found: Answer = RUN["search"](desk([*life(), *life("KA12399"), *life("ZZ12345")]), ("КА-123*",), calibre="9 mm Para")
    assert [row["serial"] for row in found.table()] == ["KA12345", "KA12399"]
    assert found.table()[0]["records"] == 5
    assert [one[:2] for one in desk.noted] == [("read", "firearms by number")]  # type: ignore[attr-defined]
    assert RUN["search"](desk(life()), ("KA123*",), make="UTO").table() == []


def test_search_lets_signs_differ_only_when_asked(desk: Callable[..., Desk]) -> None:
    at = desk(life())
    assert RUN["search"](at, ("KA72345",)).table() == []
    assert [row["cost"] for row in RUN["search"](at, ("KA72345",), misread=1).table()] == [4.0]
    assert [row["serial"] for row in RUN["search"](at, ("KA1234",), slips=True).table()] == ["KA12345"]
    with pytest.raises(UsageError):
        RUN["search"](at, ("KA1",), misread=9)


def test_trace_tells_firearm_hands_and_place(desk: Callable[..., Desk]) -> None:
    found = RUN["trace"](desk(life()), ("KA1?3?5",), make="Kesh Arsenal", date="1396/11/12", state="qo")
    parts = [row["part"] for row in found.table()]
    assert parts.count("hand") == 4
    place = next(row for row in found.table() if row["part"] == "place")
    assert "in the hands of buyer" in place["what"]
    assert [row["records"] for row in found.table() if row["part"] == "hand"] == ["s1 row 2", "s1 row 3; s1 row 4", "s1 row 5", "s1 row 6"]
    assert "566 days" in found.text  # 12 Bahman 1396 is 1 February 2018


def test_trace_of_a_case_takes_the_description_from_its_record(desk: Callable[..., Desk]) -> None:
    seized = recovery("KA1?3?5", "2018-02-01", "gangster", case_id="C-1", firearm="r1") | {"serial_status": "partial"}
    found = RUN["trace"](desk([*life(), seized]), case="C-1")
    assert "KA12345" in found.text
    assert "566 days" in found.text
    with pytest.raises(NotFound):
        RUN["trace"](desk(life()), case="C-9")


@pytest.mark.parametrize("values", [{"state": "Atlantis"}, {"date": "yesterday"}, {"category": "spoon"}])
def test_words_that_are_none_are_refused(desk: Callable[..., Desk], values: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        RUN["trace"](desk(life()), ("KA12345",), **values)


def test_no_number_is_refused(desk: Callable[..., Desk]) -> None:
    with pytest.raises(UsageError):
        RUN["trace"](desk(life()))


def test_a_request_says_what_it_lacks_and_is_read_again(desk: Callable[..., Desk], tmp_path: Path) -> None:
    out = tmp_path / "request.json"
    given: dict[str, Any] = {"make": "Kesh Arsenal", "calibre": "9x19", "date": "2018-02-01", "state": "qm"}
    found = RUN["request"](desk(life()), out, ("KA1?345",), agency="NCB", reason="illicit possession", **given)
    made = orjson.loads(out.read_bytes())["traces"][0]
    assert [one["country"] for one in made["addressees"]] == ["qr", "qo"]
    assert made["firearm"]["calibre"] == "9x19mm"
    assert made["known"]["likeliest_serial"] == "KA12345"
    said = " ".join(found.notes)
    assert "intended" not in said
    for lacking in ("the number of the request", "what the answer will be used for", "the model", "how it was found"):
        assert lacking in said
    assert "the maker" not in said
    assert READER.recognises(sniff(out, out.name))
    ledger: list[dict[str, Any]] = []

    class Kept:
        def statements(self, batch: pa.RecordBatch) -> None: ...

        def rejects(self, batch: pa.RecordBatch) -> None:
            raise AssertionError(batch.to_pylist())

        def ledger(self, name: str, batch: pa.RecordBatch) -> None:
            ledger.extend(batch.to_pylist())

    load(out, out.name, Kept(), source_id="0" * 16, readers=[READER], choice=Choice())
    assert [(row["kind"], row["date"], row["state_to"]) for row in ledger] == [("recovery", "2018-02-01", "qm")]


def test_a_request_is_noted_as_leaving(desk: Callable[..., Desk], tmp_path: Path) -> None:
    RUN["request"](desk(life()), tmp_path / "r.json", ("KA12345",))
    assert [one[0] for one in desk.noted] == ["export"]  # type: ignore[attr-defined]


def year() -> list[dict[str, Any]]:
    """Three arms of 2020: one traced by answer, one explained by its report of theft, one with a number ground off; and a barrel, and one of 2019."""
    return [
        *life("KA1"),
        *life("KA2", "robbed"),
        event("theft", "2019-01-01", "robbed", None, "KA2", role_a="owner"),
        recovery("KA1", "2020-02-01", "one", case_id="C-1", category="pistol", reason="drug trafficking"),
        recovery("KA1", "2020-02-01", "one", case_id="C-1", category="pistol", reason="drug trafficking"),
        recovery("KA2", "2020-03-01", "two", case_id="C-2", category="rifle", reason="терроризм"),
        recovery("", "2020-04-01", "three", case_id="C-3", firearm="r3", condition="converted", quantity=2)
        | {"serial_status": "obliterated", "serial_latin": None},
        recovery("KA3", "2020-05-01", "four", case_id="C-4", part="barrel"),
        recovery("KA4", "2019-05-01", "five", case_id="C-5"),
        event("trace", "2020-06-01", None, "firearm-kesh-arsenal-KA1", "KA1", case_id="C-1", status="answered_full"),
    ]


def test_counts_are_those_of_the_questionnaire(desk: Callable[..., Desk]) -> None:
    found = {(row["table"], row["row"], row["column"]): row["count"] for row in RUN["counts"](desk(year()), 2020).table()}
    assert found["arms by type", "handgun", "seized"] == 1, "one recovery that two records tell is one"
    assert found["arms by type", "unknown", "seized"] == 2
    assert found["identification", "mark obliterated", "arms"] == 2
    assert found["criminal context", "terrorism-related", "arms"] == 1
    assert found["tracing", "answered_full", "arms"] == 1
    assert found["parts, components and ammunition", "barrel", "seized"] == 1
    assert found["route", "QO → QO", "arms"] == 2
    assert sum(count for (table, _, _), count in found.items() if table == "arms by kind") == 4


def test_the_indicator_has_its_parts(desk: Callable[..., Desk]) -> None:
    row = RUN["sdg"](desk(year()), 2020).table()[0]
    assert row == {"year": 2020, "arms": 4, "uniquely_marked": 2, "traced": 1, "established": 1, "indicator": 0.5}
    assert RUN["sdg"](desk(year()), 1999).table()[0]["indicator"] is None
