from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from followthemoney.statement import Statement

from crosstie.model.tables import CLAIM, STATEMENT
from crosstie.resolve.claims import WRITTEN, common_schema, gather
from crosstie.store.engine import Engine
from tests.resolve.conftest import World


def _claims(engine: Engine, where: str = "true") -> list[dict[str, Any]]:
    return engine.arrow(f"select * from claims where {where} order by entity_id, prop, value, schema").to_pylist()


def test_the_table_is_as_declared(world: World) -> None:
    engine = world(un_20200101=[("un-1", "Person", "name", "Ana Balic")])
    gather(engine)
    assert engine.arrow("select * from claims").schema.names == CLAIM.names


def test_ids_are_those_of_followthemoney(world: World) -> None:
    engine = world(
        un_20200101=[("un-1", "Person", "name", "Ана Балић"), ("un-1", "Person", "name", "Ana Balic"), ("un-1", "Person", "notes", "a.b@c")]
    )
    rows = engine.arrow("select * from statements").to_pylist()
    rows[0]["lang"] = "srp"
    engine.load("statements", pa.Table.from_pylist(rows, schema=STATEMENT))
    gather(engine)
    written = ", ".join(f"{WRITTEN.get(name, name)} as {name}" for name in CLAIM.names)
    claims = engine.arrow(f"select {written} from claims s").to_pylist()
    assert len(claims) == 3
    for claim in claims:
        assert claim["id"] == Statement.make_key(
            claim["dataset"], claim["entity_id"], claim["prop"], claim["value"], None, lang=claim["lang"]
        )


def test_a_claim_remembers_its_first_and_last_version_and_shows_the_newest_place(world: World) -> None:
    engine = world(
        un_20180101=[
            ("un-1", "Person", "name", "Ana Balic"),
            ("un-1", "Person", "alias", "The Weaver"),
            ("un-2", "Person", "name", "Gone Already"),
        ],
        un_20200101=[("un-9", "Person", "name", "In Between"), ("un-1", "Person", "name", "Ana Balic")],
        gb_20150101=[("gb-1", "Person", "name", "Ana Balic")],
    )
    gather(engine)
    [name] = _claims(engine, "entity_id = 'un-1' and prop = 'name'")
    assert (name["first_seen"], name["last_seen"], name["current"], name["source_id"], name["locator"]) == (
        "2018-01-01",
        "2020-01-01",
        True,
        "un_20200101",
        "row 2",
    )
    [alias] = _claims(engine, "prop = 'alias'")
    assert (alias["last_seen"], alias["current"]) == ("2018-01-01", False)
    assert not _claims(engine, "entity_id = 'un-2'")[0]["current"]
    assert _claims(engine, "entity_id = 'gb-1'")[0]["current"]  # an old list is the newest of its own series
    assert name["originator"] == "office of un"


def test_what_was_written_and_its_place_are_of_one_source(world: World) -> None:
    born_then = ("un-1", "Person", "birthDate", "1962")
    engine = world(un_20180101=[born_then], un_20200101=[("un-2", "Person", "name", "A"), born_then])
    rows = engine.arrow("select * from statements").to_pylist()
    for row in rows:
        if row["source_id"] == "un_20180101":
            row["original_value"] = "circa 1962"
    engine.load("statements", pa.Table.from_pylist(rows, schema=STATEMENT))
    gather(engine)
    [born] = _claims(engine, "prop = 'birthDate'")
    assert (born["source_id"], born["locator"], born["original_value"]) == ("un_20200101", "row 2", None)


def test_parts_of_a_list_are_current_side_by_side(world: World) -> None:
    engine = world(
        part1_20200101=[("us-1", "Person", "name", "Ana Balic")], part2_20220101=[("us-1", "LegalEntity", "alias", "The Weaver")]
    )
    gather(engine)
    assert {(claim["prop"], claim["schema"], claim["current"]) for claim in _claims(engine)} == {
        ("name", "Person", True),
        ("alias", "Person", True),
    }


def test_conflicting_schemata_are_kept_and_reported(world: World) -> None:
    engine = world(
        a_20200101=[("us-1", "Person", "name", "Morning Star"), ("us-2", "Person", "name", "Ana Balic")],
        b_20200101=[("us-1", "Vessel", "name", "Morning Sun")],
    )
    gather(engine)
    assert {claim["schema"] for claim in _claims(engine, "entity_id = 'us-1'")} == {"Person", "Vessel"}
    assert engine.arrow("select * from schema_conflicts").to_pylist() == [{"entity_id": "us-1", "schemata": ["Person", "Vessel"]}]


def test_property_types_come_from_the_model(world: World) -> None:
    engine = world(
        a_20200101=[
            ("us-1", "Person", "birthDate", "1970"),
            ("us-5", "Ownership", "owner", "us-1"),
            ("us-1", "Person", "passportNumber", "X123"),
        ]
    )
    gather(engine)
    assert {claim["prop"]: claim["prop_type"] for claim in _claims(engine)} == {
        "birthDate": "date",
        "owner": "entity",
        "passportNumber": "identifier",
    }


@pytest.mark.parametrize(
    ("schemata", "common"),
    [
        (["LegalEntity", "Person"], "Person"),
        (["Organization", "LegalEntity", "Company"], "Company"),
        (["LegalEntity", "Vessel"], "Vessel"),  # a party of unknown kind turned out to be a ship
        (["Person", "Vessel"], None),
        (["Person"], "Person"),
    ],
)
def test_common_schema(schemata: list[str], common: str | None) -> None:
    assert common_schema(schemata) == common
    assert common_schema(schemata[::-1]) == common


def test_ids_that_a_stage_asks_for_are_there_before_the_claims_are_written(world: World) -> None:
    engine = world(
        un_20200101=[("un-1", "Person", "notes", "Spoken of"), ("un-1", "Person", "name", "Ana"), ("s", "Sanction", "entity", "un-1")]
    )
    gather(engine)
    assert [(claim["prop"], claim["id"] is None) for claim in _claims(engine)] == [("entity", False), ("name", True), ("notes", False)]
