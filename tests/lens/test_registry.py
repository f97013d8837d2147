"""The registry: lenses found and put to work; findings with stable ids, statuses from judgements, and never about victims."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.errors import LensError
from crosstie.lens import places, registry
from crosstie.lens.findings import Seen, finding_id, table
from crosstie.lens.manifest import Lens
from crosstie.model.tables import CLAIM, FINDING, SOURCE
from crosstie.store.casebook import Judgement
from crosstie.store.engine import Engine

LENSES = registry.load()
PAYMENTS = registry.ledgers(LENSES)["payments"]


def lens(name: str) -> Lens:
    return next(one for one in LENSES if one.name == name)


def claims(*rows: tuple[str, str, str, str, str]) -> pa.Table:
    made = [
        dict.fromkeys(CLAIM.names)
        | {
            "id": f"c{number}",
            "entity_id": entity,
            "canonical_id": canonical,
            "schema": schema,
            "prop": prop,
            "value": value,
            "prop_type": "entity" if prop in ("owner", "asset") else "topic" if prop == "topics" else "name",
            "source_id": "s",
            "current": True,
        }
        for number, (entity, canonical, schema, prop, value) in enumerate(rows)
    ]
    return pa.Table.from_pylist(made, schema=CLAIM)


def payment(number: int, a: str, b: str, date: str, amount: float, source: str = "s") -> dict[str, Any]:
    return dict.fromkeys(PAYMENTS.names) | {
        "event_id": f"e{number}",
        "a_id": a,
        "b_id": b,
        "date": date,
        "amount": amount,
        "currency": "QMD",
        "source_id": source,
        "locator": f"row {number}",
        "grade": "A2",
        "marking": "TLP:AMBER",
    }


SPLIT = [payment(number, "acc-1", f"acc-x{number}", f"2020-03-{number + 1:02}", 9_100 + 90 * number) for number in range(8)]
OWNED = claims(
    ("acc-1", "acc-1", "BankAccount", "name", "account 1"),
    ("own-1", "own-1", "Ownership", "owner", "p-1"),
    ("own-1", "own-1", "Ownership", "asset", "acc-1"),
    ("p-1", "Q1", "Person", "name", "Aro Velmi"),
)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        engine.load(
            "sources", pa.Table.from_pylist([dict.fromkeys(SOURCE.names) | {"source_id": "s", "originator": "Bank of Salt"}], schema=SOURCE)
        )
        engine.load("claims", OWNED)
        engine.load("ledger_payments", pa.Table.from_pylist(SPLIT, schema=PAYMENTS))
        yield engine


def found(engine: Engine, judgements: tuple[Judgement, ...] = ()) -> list[dict[str, Any]]:
    registry.detect(engine, LENSES, judgements)
    seen = engine.arrow("select * from findings")
    assert seen.schema == FINDING
    return [row for row in seen.to_pylist() if row["typology"] == "money-laundering/structuring"]


def judged(finding: str, verdict: Any, revoked: str | None = None) -> Judgement:
    return Judgement("j1", "finding", finding, None, verdict, "seen", "ana", "2024-01-01T00:00:00Z", revoked)


def test_a_finding_names_the_holder_and_leads_to_its_evidence(engine: Engine) -> None:
    (finding,) = found(engine)
    assert (finding["lens"], finding["typology"], finding["subjects"]) == ("finance", "money-laundering/structuring", ["Q1"])
    assert (finding["start"], finding["end"], finding["status"]) == ("2020-03-01", "2020-03-08", "proposed")
    assert finding["amount"] == pytest.approx(sum(row["amount"] for row in SPLIT))
    assert len(finding["evidence"]) == 8
    assert finding["evidence"][0]["locator"] == "row 0"
    assert finding["evidence"][0]["originator"] == "Bank of Salt"
    [typology] = [one for one in lens("finance").typologies if one.name == "structuring"]
    assert finding["innocent"] == list(typology.innocent)
    assert json.loads(finding["thresholds"]) == {name: one.value for name, one in typology.thresholds.items()}
    assert finding["finding_id"] == finding_id("finance", "structuring", ["Q1"], "2020-03-01", "2020-03-08")


def test_judgements_give_the_status(engine: Engine) -> None:
    (finding,) = found(engine)
    assert found(engine, (judged(finding["finding_id"], "rejected"),))[0]["status"] == "rejected"
    assert found(engine, (judged(finding["finding_id"], "accepted"),))[0]["status"] == "accepted"
    assert found(engine, (judged(finding["finding_id"], "rejected", "2024-01-02T00:00:00Z"),))[0]["status"] == "proposed"
    assert found(engine, (judged("finding-other", "rejected"),))[0]["status"] == "proposed"


@pytest.mark.parametrize("topic", ["victim", "minor"])
def test_nothing_is_found_about_victims_and_minors(engine: Engine, topic: str) -> None:
    engine.load("claims", pa.concat_tables([OWNED, claims(("p-1", "Q1", "Person", "topics", topic))]))
    assert found(engine) == []


def test_a_detector_without_its_ledger_sees_nothing() -> None:
    with Engine() as engine:
        engine.load("claims", CLAIM.empty_table())
        engine.load("sources", SOURCE.empty_table())
        assert found(engine) == []


def test_a_units_own_thresholds_count(engine: Engine) -> None:
    registry.detect(engine, LENSES, (), {"finance.structuring.count": 9.0, "finance.elsewhere.count": 1.0})
    assert "money-laundering/structuring" not in engine.arrow("select typology from findings").column("typology").to_pylist()
    registry.detect(engine, LENSES, (), {"finance.structuring.count": 8.0})
    rows = engine.arrow("select thresholds from findings where typology = 'money-laundering/structuring'").to_pylist()
    assert [json.loads(row["thresholds"])["count"] for row in rows] == [8.0]


class Guarding:
    """A detector that sees what it is told to see."""

    def __init__(self, *seen: Seen) -> None:
        self.seen = seen

    def detect(self, engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
        return table(self.seen)


def protecting(monkeypatch: pytest.MonkeyPatch, *seen: Seen) -> Lens:
    """The lens of finance, with a detector whose findings protect somebody."""
    typology = replace(lens("finance").typologies[0], name="guardian", protection=True)
    monkeypatch.setattr(Lens, "detector", lambda self, name: Guarding(*seen))
    return replace(lens("finance"), typologies=(typology,))


def test_what_protects_somebody_is_kept_apart(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    one = protecting(monkeypatch, Seen(("event-7",), "2020-01-01", "2020-01-01", 0.5, "A child travelled alone.", ()))
    registry.detect(engine, [one], ())
    assert engine.scalar("select count(*) from findings") == 0
    assert engine.arrow("select subjects from protections").to_pylist() == [{"subjects": ["event-7"]}]


def tying(engine: Engine, monkeypatch: pytest.MonkeyPatch, *ties: tuple[str, str]) -> list[dict[str, str]]:
    """The ties of a finding about Q1 that the registry keeps of these."""
    one = protecting(monkeypatch, Seen(("Q1",), "2020-01-01", "2020-01-01", 0.5, "Dealt with somebody.", (), ties=ties))
    registry.detect(engine, [replace(one, typologies=(replace(one.typologies[0], protection=False),))], ())
    [row] = engine.arrow("select ties from findings").to_pylist()
    return list(row["ties"])


def test_two_whom_a_finding_does_not_name_it_does_not_tie(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tying(engine, monkeypatch, ("Q1", "Q2"), ("Q3", "Q1")) == [{"a": "Q1", "b": "Q2"}, {"a": "Q3", "b": "Q1"}]
    with pytest.raises(LensError, match="ties Q2 and Q3, neither of whom its finding names"):
        tying(engine, monkeypatch, ("Q2", "Q3"))


def test_nobody_is_tied_to_a_victim(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.load("claims", pa.concat_tables([OWNED, claims(("p-2", "Q2", "Person", "topics", "minor"))]))
    assert tying(engine, monkeypatch, ("Q1", "Q2"), ("Q1", "Q3")) == [{"a": "Q1", "b": "Q3"}]


@pytest.mark.parametrize("subjects,ties", [(("Q1",), ()), (("p-1",), ()), (("event-7", "event-8"), (("event-7", "event-8"),))])
def test_what_protects_somebody_names_nobody(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, subjects: tuple[str, ...], ties: tuple[tuple[str, str], ...]
) -> None:
    one = protecting(monkeypatch, Seen(subjects, "2020-01-01", "2020-01-01", 0.5, "A child travelled alone.", (), ties=ties))
    with pytest.raises(LensError, match="protection"):
        registry.detect(engine, [one], ())


def test_empty_ledgers_give_no_findings(engine: Engine) -> None:
    for name, schema in registry.ledgers(LENSES).items():
        engine.load(f"ledger_{name}", schema.empty_table())
    assert found(engine) == []


def test_an_account_with_two_holders_stands_for_itself(engine: Engine) -> None:
    more = claims(
        ("own-2", "own-2", "Ownership", "owner", "p-2"),
        ("own-2", "own-2", "Ownership", "asset", "acc-1"),
        ("p-2", "Q2", "Person", "name", "Odo"),
    )
    engine.load("claims", pa.concat_tables([OWNED, more]))
    assert found(engine)[0]["subjects"] == ["acc-1"]


def test_an_event_that_two_sources_report_counts_once(engine: Engine) -> None:
    copies = [row | {"source_id": "t"} for row in SPLIT]
    engine.load("ledger_payments", pa.Table.from_pylist([*copies, *SPLIT], schema=PAYMENTS))
    (finding,) = found(engine)
    assert finding["amount"] == pytest.approx(sum(row["amount"] for row in SPLIT))


@settings(max_examples=5, deadline=None)
@given(st.permutations(range(len(SPLIT))))
def test_the_order_of_rows_changes_nothing(order: list[int]) -> None:
    tables = []
    for rows in (SPLIT, [SPLIT[place] for place in order]):
        with Engine() as engine:
            engine.load("sources", SOURCE.empty_table())
            engine.load("claims", OWNED)
            engine.load("ledger_payments", pa.Table.from_pylist(rows, schema=PAYMENTS))
            tables.append(found(engine))
    assert tables[0] == tables[1]


def test_lenses_agree_on_ledgers_and_activities() -> None:
    finance = lens("finance")
    other = replace(finance, name="other", ledgers={"payments": pa.schema([("event_id", pa.string())])})
    with pytest.raises(LensError, match="declare the ledger payments with different columns"):
        registry._agree([finance, other])
    with pytest.raises(LensError, match="is in the lexicons of finance and other"):
        registry.activities([finance, replace(finance, name="other")])


def test_activities_are_sorted_and_owned() -> None:
    activities = registry.activities(LENSES)
    names = [activity.name for activity in activities]
    assert names == sorted(set(names))
    assert {"drugs.trafficking", "money-laundering", "kidnapping", "terrorism.attack"} <= set(names)
    assert {activity.lens for activity in activities} == {"core", *(one.name for one in LENSES)}


def test_an_entry_point_that_leads_nowhere_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Point:
        name, value = "ghost", "no_such_package.ghost"

    monkeypatch.setattr(places, "entry_points", lambda group: [Point()])
    with pytest.raises(LensError, match="entry point ghost: no lens at no_such_package"):
        list(registry._discovered())


def test_two_lenses_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "others" / "finance").mkdir(parents=True)
    (tmp_path / "others" / "finance" / "lens.yaml").touch()
    monkeypatch.syspath_prepend(str(tmp_path))

    class Point:
        name, value = "finance", "others.finance"

    monkeypatch.setattr(places, "entry_points", lambda group: [Point()])
    with pytest.raises(LensError, match="two lenses are called finance"):
        list(registry._discovered())
