from __future__ import annotations

import gc
from typing import Any

import pyarrow as pa
import pytest
from followthemoney import registry

from crosstie.errors import MappingError
from crosstie.ingest import emitter
from crosstie.ingest.emitter import Emitter, cleaner
from crosstie.model.tables import REJECT, STATEMENT


class Kept:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self.rejected: list[dict[str, Any]] = []
        self.ledgers: dict[str, list[dict[str, Any]]] = {}

    def statements(self, batch: pa.RecordBatch) -> None:
        assert batch.schema == STATEMENT
        self.said += batch.to_pylist()

    def rejects(self, batch: pa.RecordBatch) -> None:
        assert batch.schema == REJECT
        self.rejected += batch.to_pylist()

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        self.ledgers.setdefault(name, []).extend(batch.to_pylist())


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def out(kept: Kept) -> Emitter:
    return Emitter(kept, source_id="0123456789abcdef", dataset="xx", grade="B2", marking="TLP:GREEN")


def test_a_claim_keeps_its_place_grade_and_original(out: Emitter, kept: Kept) -> None:
    out.record("ROW[3]")
    out.entity("xx-3", "Person").say("nationality", "France", at="NAT")
    out.flush()
    (claim,) = kept.said
    assert claim == {
        "entity_id": "xx-3",
        "schema": "Person",
        "prop": "nationality",
        "value": "fr",
        "original_value": "France",
        "lang": None,
        "dataset": "xx",
        "source_id": "0123456789abcdef",
        "locator": "ROW[3]/NAT",
        "grade": "B2",
        "marking": "TLP:GREEN",
    }


def test_a_value_of_the_wrong_type_is_rejected_with_its_place(out: Emitter, kept: Kept) -> None:
    out.record("ROW[4]")
    person = out.entity("xx-4", "Person")
    assert not person.say("birthDate", "a long time ago", at="DOB")
    assert not person.say("topics", "crime.nosuch", at="TOPIC")
    assert not person.say("name", "   ", at="NAME")
    assert not person.say("name", None)
    out.flush()
    assert [(one["locator"], one["reason"], one["excerpt"]) for one in kept.rejected] == [
        ("ROW[4]/DOB", "not a value for birthDate", "a long time ago"),
        ("ROW[4]/TOPIC", "not a value for topics", "crime.nosuch"),
    ]
    assert kept.said == []
    assert (out.statements, out.rejects) == (0, 2)


@pytest.mark.parametrize(
    ("prop", "value", "expected"),
    [
        ("birthDate", "1971", "1971"),
        ("birthDate", "1971-05", "1971-05"),
        ("birthDate", "1971-05-02T00:00:00", "1971-05-02T00:00:00"),
        ("name", "  Two \n words ", "Two words"),
        ("notes", "  kept\n\nas it stands ", "kept\n\nas it stands"),
        ("topics", "crime.arms", "crime.arms"),
        ("nationality", "Marovia", "qm"),
        ("gender", "Female", "female"),
    ],
)
def test_values_are_cleaned_by_their_type(prop: str, value: str, expected: str) -> None:
    assert cleaner("Person", prop)(value) == expected


def test_a_property_that_is_none_names_itself() -> None:
    with pytest.raises(MappingError, match="Vessel has no property birthDate"):
        cleaner("Vessel", "birthDate")


def test_batches_are_handed_on_and_nothing_is_lost(out: Emitter, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emitter, "BATCH", 10)
    for number in range(35):
        out.record(f"ROW[{number}]")
        out.entity(f"xx-{number}", "Person").say("name", f"Name {number}")
        out.reject("odd", str(number))
    out.flush()
    assert [one["value"] for one in kept.said] == [f"Name {number}" for number in range(35)]
    assert len(kept.rejected) == out.rejects == out.statements == out.records == 35


def test_columns_and_ledgers_get_what_the_file_has_in_common(out: Emitter, kept: Kept) -> None:
    out.batch(pa.record_batch({"entity_id": ["a"], "schema": ["Person"], "prop": ["name"], "value": ["N"], "locator": ["row 2"]}))
    out.ledger("payments", pa.record_batch({"event_id": ["p1"], "a_id": ["a"], "b_id": ["b"], "date": ["2020"], "locator": ["row 2"]}))
    assert kept.said[0]["dataset"] == "xx"
    assert kept.said[0]["grade"] == "B2"
    assert kept.ledgers["payments"][0]["marking"] == "TLP:GREEN"
    assert (out.statements, out.ledger_rows) == (1, 1)


@pytest.mark.parametrize(
    "written",
    [
        "+44 20 7946 0018",
        "tel:+44-20-7946-0018",
        "020 7946 0018",
        "+999 123",
        "+",
        "＋442079460018",
        "+1",
        "++",
        "n/a",
        " ",
        "+442079460018 ext. 5",
        "x" * 300,
    ],
)
def test_a_phone_is_cleaned_as_followthemoney_does(written: str) -> None:
    assert cleaner("Person", "phone")(written) == (registry.phone.clean(written) or (None if written.strip() else ""))


def test_a_phone_that_is_none_keeps_nothing_of_its_caller_in_memory() -> None:
    clean = cleaner("Person", "phone")
    clean("+999 000")
    gc.collect()
    gc.disable()
    try:
        for number in range(50):
            assert clean(f"+999{number:05}") is None
        assert gc.collect() == 0
    finally:
        gc.enable()
