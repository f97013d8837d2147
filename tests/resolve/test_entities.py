from __future__ import annotations

from typing import Any

import pytest

from crosstie.model.tables import ENTITY
from crosstie.resolve.claims import gather
from crosstie.resolve.entities import caption, describe
from crosstie.resolve.resolver import resolve
from crosstie.settings import Settings
from crosstie.store.engine import Engine
from tests.resolve.conftest import World


def _entities(engine: Engine) -> dict[str, dict[str, Any]]:
    gather(engine)
    resolve(engine, [], Settings())
    describe(engine)
    table = engine.arrow("select * from entities order by entity_id")
    assert table.schema.names == ENTITY.names
    return {row["entity_id"]: row for row in table.to_pylist()}


def test_an_entity_is_what_its_records_say_together(world: World) -> None:
    found = _entities(
        world(
            one_20200101=[
                ("one-1", "LegalEntity", "name", "Боран Тарковар"),
                ("one-1", "Person", "alias", "Boran Tarkovar"),
                ("one-1", "Person", "weakAlias", "Weaver"),
                ("one-1", "Person", "birthDate", "1971-05-02"),
                ("one-1", "Person", "nationality", "me"),
                ("one-1", "Person", "topics", "sanction"),
            ],
            two_20210101=[
                ("two-1", "Person", "name", "TARKOVAR, Boran"),
                ("two-1", "Person", "birthDate", "1971-05-02"),
                ("two-1", "Person", "country", "rs"),
            ],
        )
    )
    assert list(found) == ["one-1"]
    entity = found["one-1"]
    assert entity["schema"] == "Person"
    assert entity["caption"] == "TARKOVAR, Boran"  # a name in Latin letters comes before one in another script
    assert entity["names"] == ["TARKOVAR, Boran", "Боран Тарковар", "Boran Tarkovar"]
    assert (entity["countries"], entity["datasets"], entity["members"]) == (["me", "rs"], ["one", "two"], ["one-1", "two-1"])
    assert (entity["topics"], entity["birth_dates"], entity["originators"]) == (
        ["sanction"],
        ["1971-05-02"],
        ["office of one", "office of two"],
    )
    assert (entity["first_seen"], entity["last_seen"], entity["delisted"], entity["victim"]) == ("2020-01-01", "2021-01-01", False, False)
    assert entity["marking"] == "TLP:CLEAR"


def test_delisted_is_who_stands_in_no_newest_version(world: World) -> None:
    found = _entities(
        world(
            one_20200101=[("one-1", "Person", "name", "Boran Tarkovar"), ("one-2", "Person", "name", "Zimbrak Ostrovane")],
            one_20210101=[("one-2", "Person", "name", "Zimbrak Ostrovane")],
        )
    )
    assert {entity: row["delisted"] for entity, row in found.items()} == {"one-1": True, "one-2": False}
    assert found["one-1"]["last_seen"] == "2020-01-01"


def test_victims_and_minors_are_marked(world: World) -> None:
    found = _entities(
        world(
            one_20300101=[
                ("one-1", "Person", "topics", "victim"),
                ("one-2", "Person", "birthDate", "2012-01-02"),
                ("one-3", "Person", "birthDate", "2011-12-31"),
                ("one-4", "Person", "birthDate", "2012"),
                ("one-5", "Person", "name", "Boran Tarkovar"),
                ("one-6", "Person", "birthDate", "2012-01-01"),
            ]
        )
    )
    # 18 on the day of the newest source; whoever may be younger is protected
    assert {entity for entity, row in found.items() if row["victim"]} == {"one-1", "one-2", "one-4"}


def test_relations_are_no_entities_and_the_nameless_are_called_by_their_id(world: World) -> None:
    found = _entities(
        world(one_20300101=[("one-9", "Ownership", "owner", "one-1"), ("one-1", "BankAccount", "accountNumber", "ME25505000012345")])
    )
    assert list(found) == ["one-1"]
    assert found["one-1"]["caption"] == "one-1"
    assert found["one-1"]["names"] == []


@pytest.mark.parametrize(
    ("names", "best"),
    [
        (["Боран", "Boran"], "Boran"),
        (["Боран"], "Боран"),
        ([], None),
        (["Boran Tarkovar", "Boran Tarkovar", "Xaver Unlike"], "Boran Tarkovar"),
    ],
)
def test_caption(names: list[str], best: str | None) -> None:
    assert caption(names) == best
