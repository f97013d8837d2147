"""Typologies beyond their fixtures: several ledgers at once, children kept apart, runs against density."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from crosstie.lens import events, registry
from crosstie.lens.manifest import Lens
from crosstie.lenses.travel.detectors.broken_travel import airports
from crosstie.lenses.travel.movements import is_child, same_person
from crosstie.model.tables import CLAIM, SOURCE
from crosstie.store.engine import Engine

LENSES = registry.load()
[TRAVEL] = [one for one in LENSES if one.name == "travel"]


def lens() -> Lens:
    return TRAVEL


def found(typology: str, ledgers: dict[str, list[dict[str, Any]]], claims: list[tuple[str, str, str]] = ()) -> list[dict[str, Any]]:  # type: ignore[assignment]
    with Engine() as engine:
        rows = [
            dict.fromkeys(CLAIM.names)
            | {"entity_id": who, "canonical_id": who, "schema": "Person", "prop": prop, "value": value, "current": True}
            for who, prop, value in claims
        ]
        engine.load("claims", pa.Table.from_pylist(rows, schema=CLAIM))
        engine.load("sources", SOURCE.empty_table())
        for name, own in ledgers.items():
            given = [
                dict.fromkeys(lens().ledgers[name].names)
                | {"event_id": f"{name}-{place}", "source_id": "s", "locator": f"row {place}", "grade": "A2", "marking": "TLP:AMBER"}
                | row
                for place, row in enumerate(own)
            ]
            engine.load(f"ledger_{name}", pa.Table.from_pylist(given, schema=lens().ledgers[name]))
        events.gather(engine)
        [one] = [each for each in lens().typologies if each.name == typology]
        return registry.run(engine, lens(), one).to_pylist()


def flight(who: str, day: str, origin: str, destination: str, number: str = "101", **more: Any) -> dict[str, Any]:
    return {
        "a_id": who, "date": day, "departs": f"{day}T10:00", "carrier": "XT", "flight": number, "origin": origin, "destination": destination,
        "role": "passenger", "state": "listed", "message": "paxlst", "name": who,
    } | more  # fmt: skip


def crossing(who: str, day: str, direction: str, country: str) -> dict[str, Any]:
    return {"a_id": who, "date": day, "moment": day, "direction": direction, "country": country, "post": "Gate"}


def test_a_crossing_that_no_leg_of_the_ticket_touches_is_told() -> None:
    seen = found(
        "broken-travel",
        {
            "crossings": [crossing("per-a", "2023-05-09", "entry", "qn"), crossing("per-b", "2023-05-09", "entry", "qp")],
            "journeys": [flight("per-a", "2023-05-01", "QRA", "QPA"), flight("per-b", "2023-05-01", "QRA", "QPA")],
        },
    )
    assert [row["subjects"] for row in seen] == [["per-a"]]
    assert "entered QN 8 days after a flight to QPA" in seen[0]["sentence"]


def test_a_place_that_nobody_knows_contradicts_no_ticket() -> None:
    assert not found(
        "broken-travel",
        {"crossings": [crossing("per-a", "2023-05-09", "entry", "qn")], "journeys": [flight("per-a", "2023-05-01", "QRA", "ZZZ")]},
    )


def test_one_booking_with_a_designated_person_is_enough() -> None:
    booking = {"record": "AB12CD", "date": "2023-04-01", "travellers": 2, "first": "2023-05-01"}
    seen = found(
        "co-travel",
        {
            "journeys": [flight("per-l", "2023-05-01", "QRA", "QPA")],
            "bookings": [booking | {"b_id": "per-l"}, booking | {"b_id": "per-m"}],
        },
        [("per-l", "topics", "sanction"), ("per-m", "name", "Ede Roon")],
    )
    assert [(row["subjects"], row["ties"]) for row in seen] == [(["per-l", "per-m"], [{"a": "per-l", "b": "per-m"}])]


@pytest.mark.parametrize("others,seen", [(1, True), (12, False)])
def test_a_contact_counts_as_long_as_few_give_it(others: int, seen: bool) -> None:
    booking = {"date": "2023-04-01", "travellers": 1, "first": "2023-05-01", "phone": "97150000001"}
    rows = [booking | {"b_id": f"per-{number}", "record": f"R{number}"} for number in range(others)]
    rows.append(booking | {"b_id": "per-l", "record": "RL"})
    assert bool(found("co-travel", {"journeys": [], "bookings": rows}, [("per-l", "topics", "wanted")])) == seen


def test_a_run_is_no_surprise_where_numbers_are_dense() -> None:
    rng = np.random.default_rng(3)

    def paper(number: int, place: int) -> dict[str, Any]:
        return {
            "a_id": f"per-{place}", "date": "2023-03-01", "document": f"B{number}", "issuer": "qs", "document_type": "P",
            "name": f"Given Fam{place}", "how": "scan",
        }  # fmt: skip

    sparse = [paper(int(number), place) for place, number in enumerate(rng.integers(1_000_000, 9_000_000, 200))]
    dense = [paper(int(number), place) for place, number in enumerate(rng.choice(np.arange(5_500_000, 5_500_800), 200, replace=False))]
    run = [paper(5_550_000 + place, 1_000 + place) for place in range(5)]
    assert len(found("serial-run", {"papers": sparse + run})) == 1
    assert not found("serial-run", {"papers": dense})


def test_a_child_is_named_nowhere() -> None:
    child = flight("per-child", "2023-05-01", "QRA", "QPA", name="Rim Solen", born="2012-02-03", record="R1")
    [row] = found("child-alone", {"journeys": [child]})
    assert row["subjects"] == ["journeys-0"]
    assert row["ties"] == []
    told = row["sentence"] + " ".join(one["sentence"] for one in row["evidence"])
    assert "Rim" not in told
    assert "Solen" not in told
    assert "per-child" not in told
    [typology] = [one for one in lens().typologies if one.name == "child-alone"]
    assert typology.protection


def test_no_rule_asks_for_nationality_religion_or_gender() -> None:
    for path in (lens().folder / "detectors").glob("*.py"):
        code = path.read_text(encoding="utf-8").split('"""', 2)[2]
        for word in ("religion", "ethnic", "gender", "belief"):
            assert word not in code, path.name
        # a nationality may stand in for the issuer of a document that does not tell it, and for nothing else
        assert code.count("nationality") == code.count("coalesce(issuer, nationality)"), path.name


@pytest.mark.parametrize(
    "born,on,child",
    [
        ("2005-05-31", "2023-06-01", False),
        ("2005-06-02", "2023-06-01", True),
        ("2005", "2023-06-01", True),
        ("2004", "2023-06-01", False),
        (None, "2023-06-01", False),
    ],
)
def test_who_is_a_child(born: str | None, on: str, child: bool) -> None:
    assert is_child(born, on) == child


def test_lines_of_one_person() -> None:
    a = {"name": "Mohamed Karam", "born": "1981-03-04"}
    assert same_person(a, {"name": "Muhammad Karam Ali", "born": "1981-04-03"}, 0.5)
    assert same_person(a, {"name": "Somebody Else", "born": "1981-03-04"}, 0.5)
    assert not same_person(a, {"name": "Somebody Else", "born": "1990-03-04"}, 0.5)


def test_airports_are_known_once() -> None:
    assert airports()["QNA"] == "qn"
    assert all(len(code) == 3 and len(country) == 2 for code, country in airports().items())


def booking(payer: str, paid_by: str, who: str, day: int) -> dict[str, Any]:
    return {
        "a_id": payer, "payer": paid_by, "b_id": who, "date": f"2023-02-{day:02}", "first": f"2023-02-{day:02}", "destination": "QNA",
        "oneway": True, "record": f"R{day}",
    }  # fmt: skip


@pytest.mark.parametrize(
    "names,seen",
    [
        (("ABUUKAR ROBLE", "ABUKAR YUSUF ROOBLE"), {"payer-0", "payer-1"}),
        (("ABUUKAR ROBLE", "ABUKAR ELMI"), set()),
        (("MOHAMED ALI", "MOHAMED HUSSEIN ALI"), set()),  # of these there are too many
    ],
)
def test_a_payer_under_two_ways_of_writing_his_name_is_one_facilitator(names: tuple[str, str], seen: set[str]) -> None:
    rows = [booking(f"payer-{day % 2}", names[day % 2], f"traveller-{day}", day + 1) for day in range(6)]
    watched = [{"a_id": "place-QNA", "date": "2022-01-01", "place": "QNA", "country": "qn"}]
    told = found(
        "facilitator", {"bookings": rows, "watched_places": watched}, [(f"traveller-{day}", "lastName", f"Name{day}") for day in range(6)]
    )
    assert {subject for one in told for subject in one["subjects"]} == seen
    assert all("taken for one" in one["sentence"] for one in told)
