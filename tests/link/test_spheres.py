from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from crosstie.link.programmes import programme, programmes
from crosstie.link.spheres import place, unknown_programmes
from crosstie.model.lexicon import Activity, Sphere
from crosstie.model.marking import grade_confidence
from crosstie.model.tables import CLAIM, ENTITY, FINDING, MENTION, SPHERE
from crosstie.store.engine import Engine

ACTIVITIES = [
    Activity("drugs.trafficking", "Drug trafficking", Sphere.CRIME, "core", ()),
    Activity("terrorism.financing", "Terrorist financing", Sphere.TERROR, "finance", ()),
]


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


def claim(entity: str, prop: str, value: str, **more: Any) -> dict[str, Any]:
    return {
        "canonical_id": entity,
        "entity_id": entity,
        "schema": "Person",
        "prop": prop,
        "value": value,
        "dataset": "un",
        "series": "un",
        "source_id": "s1",
        "locator": f"{entity}/{prop}",
        "originator": "UN",
        "grade": "A2",
        "marking": "TLP:CLEAR",
        "first_seen": "2020-01-01",
        "last_seen": "2024-01-01",
        "current": True,
        **more,
    }


def sanction(entity: str, code: str, listed: str, **more: Any) -> list[dict[str, Any]]:
    about = {"schema": "Sanction", **more}
    own = f"{entity}-sanction-1"
    said = [claim(own, prop, value, **about) for prop, value in (("entity", entity), ("programId", code), ("listingDate", listed))]
    return [claim(entity, "name", "Nobody Atall"), *said]


def mention(entity: str, activity: str, mode: str = "asserted", sphere: str = "crime", **more: Any) -> dict[str, Any]:
    return {
        "mention_id": f"{entity}-{activity}-{mode}",
        "entity_id": entity,
        "activity": activity,
        "sphere": sphere,
        "mode": mode,
        "sentence": f"He is {mode} of {activity}.",
        "source_id": "s1",
        "locator": f"{entity}/notes@3-9",
        "originator": "UN",
        "grade": "A2",
        "marking": "TLP:CLEAR",
        **more,
    }


def placed(
    engine: Engine, claims: list[dict[str, Any]], *, mentions: Any = (), findings: Any = (), victims: Any = ()
) -> list[dict[str, Any]]:
    ids = sorted({c["canonical_id"] for c in claims} | {m["entity_id"] for m in mentions} | {s for f in findings for s in f["subjects"]})
    engine.load("claims", pa.Table.from_pylist(claims, schema=CLAIM))
    engine.load("entities", pa.Table.from_pylist([{"entity_id": one, "victim": one in victims} for one in ids], schema=ENTITY))
    engine.load("mentions", pa.Table.from_pylist(list(mentions), schema=MENTION))
    engine.load("findings", pa.Table.from_pylist(list(findings), schema=FINDING))
    place(engine, ACTIVITIES)
    table = engine.arrow("select * from spheres")
    assert table.schema.names == SPHERE.names
    assert [field.type for field in table.schema] == [field.type for field in SPHERE]
    return table.to_pylist()


def test_a_listing_places_and_is_dated_by_its_sanction(engine: Engine) -> None:
    claims = [claim("un-1", "programId", "Taliban"), *sanction("un-1", "Taliban", "2001-01-25")]
    [row] = placed(engine, claims)
    assert (row["sphere"], row["activity"], row["basis"], row["start"], row["end"]) == (
        "terror",
        "terrorism",
        "listing",
        "2001-01-25",
        None,
    )
    assert row["locator"] == "un-1-sanction-1/programId"
    assert "Taliban" in row["sentence"]
    assert row["confidence"] == grade_confidence("A2")


def test_a_listing_without_a_sanction_places_too(engine: Engine) -> None:
    [row] = placed(engine, [claim("ofac-1", "programId", "SDNTK", dataset="ofac")])
    assert (row["sphere"], row["activity"], row["start"]) == ("crime", "drugs.trafficking", None)


def test_a_programme_that_says_nothing_of_either_places_nobody(engine: Engine) -> None:
    assert placed(engine, [claim("un-2", "programId", "DPRK"), claim("ofac-2", "programId", "GLOMAG", dataset="ofac")]) == []


def test_both_worlds_are_two_rows(engine: Engine) -> None:
    claims = [claim("ofac-3", "programId", code, dataset="ofac") for code in ("SDNTK", "SDGT")]
    assert [row["sphere"] for row in placed(engine, claims)] == ["crime", "terror"]


def test_what_was_delisted_has_an_end(engine: Engine) -> None:
    [row] = placed(engine, sanction("un-4", "Al-Qaida", "2003-01-01", current=False, last_seen="2018-10-29"))
    assert (row["entity_id"], row["start"], row["end"]) == ("un-4", "2003-01-01", "2018-10-29")


def test_a_sanction_that_states_its_end_ends_there(engine: Engine) -> None:
    claims = [*sanction("un-5", "Al-Qaida", "2003-01-01"), claim("un-5-sanction-1", "endDate", "2011-06-30", schema="Sanction")]
    [row] = placed(engine, claims)
    assert row["end"] == "2011-06-30"


def test_a_narrative_of_narcotics_places_a_listed_terrorist_in_crime(engine: Engine) -> None:
    claims = sanction("un-6", "Taliban", "2001-01-25")
    said = [
        mention("un-6", "drugs.trafficking"),
        mention("un-6", "terrorism", sphere="terror"),
        mention("un-6", "terrorism.financing", sphere="terror"),
    ]
    crime, terror = placed(engine, claims, mentions=said)
    assert (crime["sphere"], crime["basis"], crime["activity"], crime["sentence"]) == (
        "crime",
        "narrative",
        "drugs.trafficking",
        "He is asserted of drugs.trafficking.",
    )
    assert (terror["sphere"], terror["basis"]) == ("terror", "listing")


def test_an_allegation_is_believed_less_than_an_assertion(engine: Engine) -> None:
    said = [mention("un-7", "drugs.trafficking", "alleged"), mention("un-8", "drugs.trafficking")]
    alleged, asserted = placed(engine, [], mentions=said)
    assert 0 < alleged["confidence"] < asserted["confidence"] < grade_confidence("A2")


@pytest.mark.parametrize("mode", ["negated", "victim"])
def test_denials_and_victims_in_texts_place_nobody(engine: Engine, mode: str) -> None:
    assert placed(engine, [], mentions=[mention("un-9", "drugs.trafficking", mode)]) == []


def test_of_one_originator_the_best_sentence_is_kept_and_each_originator_counts(engine: Engine) -> None:
    said = [
        mention("un-10", "drugs.trafficking", "alleged"),
        mention("un-10", "drugs.trafficking"),
        mention("un-10", "drugs.trafficking", mention_id="other", originator="Elsewhere", grade="C3"),
    ]
    first, second = sorted(placed(engine, [], mentions=said), key=lambda row: row["originator"])
    assert first["originator"] == "Elsewhere"
    assert second["sentence"] == "He is asserted of drugs.trafficking."


def test_a_topic_places(engine: Engine) -> None:
    [row] = placed(engine, [claim("x-1", "topics", "crime.arms", dataset="x"), claim("x-1", "topics", "sanction", dataset="x")])
    assert (row["sphere"], row["activity"], row["basis"]) == ("crime", "arms.trafficking", "topic")


def test_victims_are_never_placed(engine: Engine) -> None:
    claims = [claim("x-2", "topics", "crime.arms", dataset="x"), *sanction("x-2", "Al-Qaida", "2001-01-01")]
    assert placed(engine, claims, mentions=[mention("x-2", "drugs.trafficking")], victims=["x-2"]) == []


def finding(status: str, typology: str = "terrorism.financing/fan-in-out") -> dict[str, Any]:
    evidence = {"source_id": "s9", "locator": "row 4", "sentence": "", "originator": "Bank", "marking": "TLP:AMBER"}
    return {
        "finding_id": f"f-{status}",
        "lens": "finance",
        "typology": typology,
        "subjects": ["a", "b"],
        "start": "2024-01",
        "end": "2024-03",
        "score": 0.9,
        "sentence": "Many small sums.",
        "status": status,
        "evidence": [{**evidence, "grade": "C3"}, {**evidence, "grade": "B2", "locator": "row 9", "marking": "TLP:RED"}],
    }


def test_only_accepted_findings_place_and_bear_the_strictest_marking(engine: Engine) -> None:
    rows = placed(engine, [], findings=[finding("accepted"), finding("proposed"), finding("rejected")])
    assert [row["entity_id"] for row in rows] == ["a", "b"]
    assert {(row["sphere"], row["activity"], row["basis"], row["grade"], row["locator"], row["marking"]) for row in rows} == {
        ("terror", "terrorism.financing", "finding", "B2", "row 9", "TLP:RED")
    }


def test_a_finding_of_no_known_activity_is_of_crime(engine: Engine) -> None:
    assert {row["sphere"] for row in placed(engine, [], findings=[finding("accepted", "fan-in")])} == {"crime"}


def test_unknown_programmes_are_counted(engine: Engine) -> None:
    claims = [
        claim("un-1", "programId", "Atlantis"),
        claim("un-2", "programId", "Atlantis"),
        claim("un-3", "programId", "Taliban"),
        claim("un-4", "programId", "DPRK"),
    ]
    placed(engine, claims)
    assert unknown_programmes(engine).to_pylist() == [{"dataset": "un", "programme": "Atlantis", "entities": 2}]


@pytest.mark.parametrize(
    ("dataset", "written", "sphere"),
    [
        ("gb", "The ISIL (Da'esh) and Al-Qaida organisations", "terror"),
        ("gb", "The Counter-Terrorism (International Sanctions) (EU Exit) Regulations 2019", "terror"),
        ("gb", "The Global Anti-Corruption Sanctions Regulations 2021", "crime"),
        ("gb", "Syria", None),
        ("ofac", "ILLICIT-DRUGS-EO14059", "crime"),
        ("au", "1988 (Taliban)", "terror"),
        ("au", "Autonomous (Russia)", None),
        ("eu", "taqa", "terror"),
    ],
)
def test_programmes_as_the_lists_write_them(dataset: str, written: str, sphere: str | None) -> None:
    found = programme(dataset, written)
    assert found is not None
    assert found.sphere == sphere
    assert (found.reason is None) == (sphere is not None)


def test_no_list_and_no_programme_is_taken_for_another() -> None:
    assert programme("un", "SDGT") is None
    assert programme("nowhere", "SDGT") is None
    assert programme("ofac", "IRANIAN CARPETS") is None


def test_every_entry_names_its_source_and_a_known_activity() -> None:
    for entries in programmes().values():
        for entry in entries:
            assert entry.source
            assert (entry.sphere is None) == (entry.activity is None)
