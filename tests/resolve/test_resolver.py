"""Who is who, on invented persons. Rules are tested by what they do to clusters, not by weights."""

from __future__ import annotations

import orjson
import pyarrow as pa
import pytest

from crosstie.model.tables import CLUSTER, PAIR
from crosstie.resolve.claims import gather
from crosstie.resolve.resolver import resolve
from crosstie.settings import Settings
from crosstie.store.engine import Engine
from tests.resolve.conftest import Joined, Said, World, judgement


def person(entity_id: str, name: str, *more: tuple[str, str]) -> list[Said]:
    return [(entity_id, "Person", prop, value) for prop, value in [("name", name), *more]]


def firm(entity_id: str, name: str, *more: tuple[str, str]) -> list[Said]:
    return [(entity_id, "Organization", prop, value) for prop, value in [("name", name), *more]]


BORN = ("birthDate", "1971-05-02")


@pytest.mark.parametrize(
    "name",
    [
        "Abdurrahman al-Qadirzai",
        "QADIRZAI, Abdul Rahman",
        "Abd al Rahman QADERZAI",
        "Abdelrahman Ghulam Qadirzay",
        "عبد الرحمن قادرزاي",
    ],
)
def test_one_person_in_many_spellings(joined: Joined, name: str) -> None:
    assert joined(person("one-1", "Abd al-Rahman Qadirzai", BORN), person("two-1", name, BORN)) == [["one-1", "two-1"]]


def test_another_birth_date_keeps_namesakes_apart(joined: Joined) -> None:
    assert joined(person("one-1", "Mohammed Ali Hassan", BORN), person("two-1", "Mohammed Ali Hassan", ("birthDate", "1988-11-20"))) == []


def test_a_common_name_alone_decides_nothing(joined: Joined) -> None:
    assert joined(person("one-1", "Mohammed Ali"), person("two-1", "Mohammed Ali")) == []
    assert joined(person("one-1", "Mohammed Ali", BORN), person("two-1", "Mohammed Ali", BORN)) == [["one-1", "two-1"]]


def test_missing_is_not_different(joined: Joined) -> None:
    assert joined(person("one-1", "Boran Tarkovar", BORN, ("nationality", "me")), person("two-1", "Tarkovar Boran")) == [["one-1", "two-1"]]


def test_brothers_are_two(joined: Joined) -> None:
    ours = person("one-1", "Saja Barzun Ibrahim Hasan Tikranti", ("nationality", "iq"), ("birthPlace", "Tikrant"))
    assert joined(ours, person("two-1", "Omar Barzun Ibrahim Hasan Tikranti", ("nationality", "iq"), ("birthPlace", "Tikrant"))) == []


def test_a_weak_alias_never_decides_alone(joined: Joined) -> None:
    ours = person("one-1", "Boran Tarkovar", ("weakAlias", "Zimbrak Ostrovane"), ("nationality", "me"))
    theirs = person("two-1", "Zimbrak Ostrovane", ("nationality", "me"))
    assert joined(ours, theirs) == []
    assert joined([*ours, ("one-1", "Person", *BORN)], [*theirs, ("two-1", "Person", *BORN)]) == [["one-1", "two-1"]]


def test_another_gender_keeps_apart(joined: Joined) -> None:
    assert joined(person("one-1", "Boran Tarkovar", ("gender", "male")), person("two-1", "Boran Tarkovar", ("gender", "female"))) == []


def test_an_identifier_joins_what_names_cannot(joined: Joined) -> None:
    passport = ("passportNumber", "QX 48-11923")
    assert joined(
        person("one-1", "Boran Tarkovar", passport, BORN), person("two-1", "Zimbrak Ostrovane", ("idNumber", "QX4811923"), BORN)
    ) == [["one-1", "two-1"]]


def test_an_identifier_does_not_outweigh_names_that_disagree(joined: Joined) -> None:
    number = ("registrationNumber", "8-441-2207")
    assert (
        joined(
            [*firm("one-1", "Zimbrak Sport", number), *firm("one-2", "Ostrovane Futuro", number)], firm("two-1", "Melanye Audio", number)
        )
        == []
    )
    assert joined(firm("one-1", "Zimbrak Sport", number), firm("two-1", "Zimbrak Ostrovane", number)) == [["one-1", "two-1"]]


def test_a_shared_telephone_does_not(joined: Joined) -> None:
    phone = ("phone", "+38220123456")
    assert joined(firm("one-1", "Tarkovar Shipping", phone), firm("two-1", "Ostrovane Lines", phone)) == []


def test_numbers_in_names_tell_things_apart(joined: Joined) -> None:
    assert joined(firm("one-1", "Zimbrak Tarkovar Brigade 5"), firm("two-1", "Zimbrak Tarkovar Brigade 7")) == []
    ship = [("one-1", "Vessel", "name", "Zimbrak Ostrovane"), ("one-1", "Vessel", "imoNumber", "9074729")]
    assert joined(ship, [("two-1", "Vessel", "name", "Zimbrak Ostrovane"), ("two-1", "Vessel", "imoNumber", "9187629")]) == []
    assert joined(ship, [("two-1", "Vessel", "name", "Zimbrak Ostrovane"), ("two-1", "Vessel", "imoNumber", "IMO 9074729")]) == [
        ["one-1", "two-1"]
    ]


def test_a_person_is_no_company(joined: Joined) -> None:
    assert joined(person("one-1", "Boran Tarkovar"), firm("two-1", "Boran Tarkovar")) == []
    assert joined(person("one-1", "Boran Tarkovar"), [("two-1", "LegalEntity", "name", "Boran Tarkovar")]) == [["one-1", "two-1"]]


def test_accounts_are_matched_by_number_only(joined: Joined) -> None:
    ours = [("one-1", "BankAccount", "accountNumber", "ME25 5050 0001 2345"), ("one-1", "BankAccount", "name", "Savings")]
    assert joined(ours, [("two-1", "BankAccount", "accountNumber", "me2550500001-2345")]) == [["one-1", "two-1"]]
    assert joined([("one-1", "BankAccount", "name", "Zimbrak Ostrovane")], [("two-1", "BankAccount", "name", "Zimbrak Ostrovane")]) == []


def test_relations_and_sanctions_are_never_matched(joined: Joined) -> None:
    assert joined([("one-1", "Sanction", "authorityId", "A-12345")], [("two-1", "Sanction", "authorityId", "A-12345")]) == []


def test_one_list_keeps_its_records_apart_without_an_identifier(joined: Joined) -> None:
    twins = [*person("one-1", "Boran Tarkovar", BORN), *person("one-2", "Boran Tarkovar", BORN)]
    assert joined(twins) == []
    assert joined([*twins, ("one-1", "Person", "taxNumber", "77120934"), ("one-2", "Person", "taxNumber", "7712 0934")]) == [
        ["one-1", "one-2"]
    ]
    # a third list that fits both goes to one of them, and does not pull both together
    assert len(joined(twins, person("two-1", "Boran Tarkovar", BORN))[0]) == 2


def test_a_delisted_record_may_be_listed_again_under_another_id(world: World) -> None:
    engine = world(one_20200101=person("one-1", "Boran Tarkovar", BORN), one_20240101=person("one-7", "TARKOVAR, Boran", BORN))
    gather(engine)
    resolve(engine, [], Settings())
    assert _cluster_of(engine, "one-7") == "one-1"


@pytest.mark.parametrize("protected", [("topics", "victim"), ("topics", "minor"), ("birthDate", "2014-06-01"), ("birthDate", "2012")])
def test_victims_and_minors_take_no_part(joined: Joined, protected: tuple[str, str]) -> None:
    said = person("one-1", "Boran Tarkovar", protected), person("two-1", "Boran Tarkovar", protected)
    assert joined(*said) == []


def test_judgements_win(joined: Joined) -> None:
    alike = person("one-1", "Boran Tarkovar", BORN), person("two-1", "Boran Tarkovar", BORN)
    assert joined(*alike, [judgement("one-1", "two-1", "different")]) == []
    assert joined(*alike, [judgement("one-1", "two-1", "unsure")]) == []
    unlike = person("one-1", "Boran Tarkovar", BORN), person("two-1", "Zimbrak Ostrovane", ("birthDate", "1950-01-30"))
    assert joined(*unlike) == []
    assert joined(*unlike, [judgement("one-1", "two-1", "same")]) == [["one-1", "two-1"]]


def test_the_newest_judgement_of_a_pair_counts(joined: Joined) -> None:
    alike = person("one-1", "Boran Tarkovar", BORN), person("two-1", "Boran Tarkovar", BORN)
    changed = [judgement("one-1", "two-1", "same", at="2030-02-01"), judgement("one-1", "two-1", "different", at="2030-03-01")]
    assert joined(*alike, changed) == []
    assert joined(*alike, changed[::-1]) == []


def test_tables_are_as_declared_and_filled(world: World) -> None:
    engine = world(
        one_20300101=person("one-1", "Boran Tarkovar", BORN),
        two_20300101=[
            *person("two-1", "Tarkovar, Boran", BORN),
            ("two-9", "UnknownLink", "subject", "two-1"),
            ("two-9", "UnknownLink", "object", "two-5"),
        ],
    )
    gather(engine)
    resolve(engine, [judgement("one-1", "two-1", "same")], Settings())
    [pair] = engine.arrow("select * from pairs").to_pylist()
    assert list(pair) == PAIR.names
    assert (pair["left_id"], pair["right_id"], pair["judgement"]) == ("one-1", "two-1", "same")
    contributions = orjson.loads(pair["features"])
    assert contributions["name"] > 5 < contributions["birth_date"] + contributions["name"]
    clusters = engine.arrow("select * from clusters order by entity_id")
    assert clusters.schema.names == CLUSTER.names
    assert [(row["entity_id"], row["cluster_id"]) for row in clusters.to_pylist()] == [("one-1", "one-1"), ("two-1", "one-1")]
    edge = {row["prop"]: row for row in engine.arrow("select * from claims where entity_id = 'two-9'").to_pylist()}
    assert (edge["subject"]["value"], edge["subject"]["original_value"]) == ("one-1", "two-1")
    assert (edge["object"]["value"], edge["object"]["original_value"]) == ("two-5", None)
    assert {row["canonical_id"] for row in engine.arrow("select canonical_id from claims where entity_id = 'two-1'").to_pylist()} == {
        "one-1"
    }


def test_a_lone_record_is_its_own_cluster(world: World) -> None:
    engine = world(one_20300101=person("one-1", "Boran Tarkovar"))
    gather(engine)
    resolve(engine, [], Settings())
    assert engine.arrow("select * from clusters").to_pylist() == [
        {"entity_id": "one-1", "cluster_id": "one-1", "dataset": "one", "score": 1.0}
    ]


def test_nothing_at_all_can_be_resolved(world: World) -> None:
    engine = world()
    gather(engine)
    resolve(engine, [], Settings())
    assert engine.scalar("select count(*) from clusters") == 0


def test_the_order_of_statements_makes_no_difference(world: World) -> None:
    said = [*person("one-1", "Boran Tarkovar", BORN), *person("one-2", "Zimbrak Ostrovane", BORN)]
    other = [*person("two-1", "Tarkovar, Boran"), *person("two-2", "Zimbrak Ostrovan", BORN)]
    found: list[list[pa.Table]] = []
    for turned in (False, True):
        engine = world(one_20300101=said[::-1] if turned else said, two_20300101=other[::-1] if turned else other)
        gather(engine)
        resolve(engine, [], Settings())
        found.append(
            [engine.arrow("select * from pairs order by left_id, right_id"), engine.arrow("select * from clusters order by entity_id")]
        )
    assert found[0] == found[1]
    assert found[0][1].num_rows == 4


def _cluster_of(engine: Engine, entity_id: str) -> object:
    return engine.scalar(f"select cluster_id from clusters where entity_id = '{entity_id}'")


def test_in_a_chain_too_long_to_compare_one_list_is_still_kept_apart(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crosstie.resolve.joining._FULLY_COMPARED", 2)
    engine = world(
        one_20300101=[*person("one-1", "Boran Tarkovar", BORN), *person("one-2", "Tarkovar Boran", BORN)],
        two_20300101=person("two-1", "Boran Tarkovar", BORN),
        six_20300101=person("six-1", "Boran Tarkovar", BORN),
    )
    gather(engine)
    resolve(engine, [], Settings())
    assert _cluster_of(engine, "one-1") != _cluster_of(engine, "one-2")
    assert _cluster_of(engine, "two-1") == _cluster_of(engine, "six-1")


def test_a_register_that_nobody_keeps_in_order_is_compared_within_itself(world: World) -> None:
    engine = world(
        one_20300101=[
            *person("one-1", "Boran Tarkovar", BORN),
            *person("one-2", "Tarkovar Boran", BORN),
            *person("one-3", "Boran Tarkovar"),
        ]
    )
    sources = engine.arrow("select * from sources")
    place = sources.schema.get_field_index("curated")
    engine.load("sources", sources.set_column(place, "curated", pa.array([False])))
    gather(engine)
    resolve(engine, [], Settings())
    assert {_cluster_of(engine, record) for record in ("one-1", "one-2", "one-3")} == {"one-1"}


@pytest.mark.parametrize(("more", "clusters"), [((), 100_000), ((BORN,), 100_000), ((BORN, ("passportNumber", "QX4811923")), 1)])
def test_a_hundred_thousand_records_that_say_the_same(world: World, more: tuple[tuple[str, str], ...], clusters: int) -> None:
    """They cost no more than a little each. A name and a day that everybody has tell nothing of two of them; copies with a number are one thing."""
    count = 100_000
    engine = world(one_20300101=[said for place in range(count) for said in person(f"one-{place:06}", "Zimbrak Ostrovane", *more)])
    sources = engine.arrow("select * from sources")
    engine.load("sources", sources.set_column(sources.schema.get_field_index("curated"), "curated", pa.array([False])))
    gather(engine)
    resolve(engine, [], Settings())
    assert engine.scalar("select count(distinct cluster_id) from clusters") == clusters
    assert engine.scalar("select count(*) from pairs") <= count
