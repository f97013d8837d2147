from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from crosstie.graph.compile import compile_edges
from crosstie.graph.ledgers import LEAST
from crosstie.model.tables import EDGE, ledger
from crosstie.settings import Settings
from crosstie.store.engine import Engine

Fact = tuple[str, ...]
Load = Callable[..., None]


def named(*ids: str, schema: str = "Person") -> list[Fact]:
    return [(one, schema, "name", one.title()) for one in ids]


def edges(engine: Engine) -> list[dict[str, Any]]:
    compile_edges(engine, Settings())
    table = engine.arrow("select * from edges order by edge_id")
    assert table.schema.equals(EDGE), table.schema
    return table.to_pylist()


def test_a_stated_relation_is_an_edge_with_its_period_label_and_evidence(engine: Engine, load: Load) -> None:
    load(
        [
            *named("ana"),
            *named("acme", schema="Company"),
            ("r1", "Directorship", "director", "ana"),
            ("r1", "Directorship", "organization", "acme"),
            ("r1", "Directorship", "role", "chair"),
            ("r1", "Directorship", "startDate", "2011"),
            ("r1", "Directorship", "endDate", "2013-05"),
        ]
    )
    [edge] = edges(engine)
    assert (edge["source"], edge["target"], edge["kind"], edge["label"]) == ("ana", "acme", "Directorship", "chair")
    assert (edge["start"], edge["end"]) == ("2011", "2013-05")
    assert edge["confidence"] == pytest.approx(0.98 * 0.9)
    assert edge["originators"] == ["Ministry A"]
    assert [one["locator"] for one in edge["evidence"]] == ["row 3/organization"]
    assert edge["rarity"] is None


def test_two_originators_are_worth_more_than_one_and_a_copy_is_worth_nothing(engine: Engine, load: Load) -> None:
    def told(*sources: str) -> dict[str, Any]:
        facts = [*named("ana", "ben")]
        for source in sources:
            facts += [(f"r-{source}", "Associate", "person", "ana", source), (f"r-{source}", "Associate", "associate", "ben", source)]
        load(facts)
        [edge] = edges(engine)
        return edge

    alone, copied, confirmed = told("s1"), told("s1", "s3"), told("s1", "s2")
    assert copied["confidence"] == pytest.approx(alone["confidence"])
    assert confirmed["confidence"] > alone["confidence"]
    assert confirmed["originators"] == ["Ministry A", "Ministry B"]
    assert confirmed["marking"] == "TLP:GREEN"
    assert copied["marking"] == "TLP:AMBER"


def test_what_happens_inside_one_entity_and_what_touches_a_victim_is_no_edge(engine: Engine, load: Load) -> None:
    facts = [
        *named("ana", "ann", "vic"),
        ("r1", "Associate", "person", "ana"),
        ("r1", "Associate", "associate", "ann"),
        ("r2", "Associate", "person", "ana"),
        ("r2", "Associate", "associate", "vic"),
        ("ana", "Person", "phone", "+3812345678"),
        ("vic", "Person", "phone", "+3812345678"),
    ]
    load(facts, merged={"ann": "ana"}, victims=["vic"])
    assert edges(engine) == []


def test_a_property_that_names_an_owner_is_an_edge_and_a_bank_is_not(engine: Engine, load: Load) -> None:
    load(
        [
            *named("ana"),
            *named("ship", schema="Vessel"),
            ("ship", "Vessel", "owner", "ana"),
            *named("bank", schema="Company"),
            ("acc", "BankAccount", "name", "QM-1"),
            ("acc", "BankAccount", "bank", "bank"),
        ]
    )
    [edge] = edges(engine)
    assert (edge["source"], edge["target"], edge["kind"]) == ("ana", "ship", "Vehicle.owner")


PAYMENTS = ledger(amount=pa.float64(), currency=pa.string())


def paid(engine: Engine, *rows: tuple[str, str, str, str, float, str, str]) -> None:
    names = ("event_id", "a_id", "b_id", "date", "amount", "currency", "source_id")
    listed = [
        {**dict(zip(names, row, strict=True)), "locator": f"row {n}", "grade": "B2", "marking": "TLP:AMBER"} for n, row in enumerate(rows)
    ]
    engine.load("ledger_payments", pa.Table.from_pylist(listed, schema=PAYMENTS))


def test_payments_between_accounts_tie_their_holders_and_name_the_accounts(engine: Engine, load: Load) -> None:
    load(
        [
            *named("ana", "ben"),
            ("acc1", "BankAccount", "name", "QM11"),
            ("acc2", "BankAccount", "name", "QM22"),
            ("o1", "Ownership", "owner", "ana"),
            ("o1", "Ownership", "asset", "acc1"),
            ("o2", "Ownership", "owner", "ben"),
            ("o2", "Ownership", "asset", "acc2"),
        ]
    )
    paid(
        engine,
        ("e1", "acc1", "acc2", "2014-01-02", 40000.0, "USD", "s2"),
        ("e2", "acc1", "acc2", "2014-03-01", 2000.5, "USD", "s2"),
        ("e2", "acc1", "acc2", "2014-03-01", 2000.5, "USD", "s3"),
        ("e3", "acc1", "nobody", "2014-03-01", 1.0, "USD", "s2"),
    )
    found = {(edge["source"], edge["target"], edge["kind"]): edge for edge in edges(engine)}
    edge = found.pop(("ana", "ben", "ledger.payments"))
    assert set(found) == {("ana", "acc1", "Ownership"), ("ben", "acc2", "Ownership")}
    assert (edge["events"], edge["amount"], edge["currency"]) == (2, 42000.5, "USD")
    assert (edge["start"], edge["end"]) == ("2014-01-02", "2014-03-01")
    assert edge["originators"] == ["Ministry B"]
    sentences = [one["sentence"] for one in edge["evidence"]]
    assert sentences[0] == "2014-01-02: payments of 40,000 USD from QM11 to QM22"
    assert "Ana holds QM11" in sentences
    # what it rests on: the payment, the only one of its kind here, and both registers of holders
    assert edge["confidence"] == pytest.approx(LEAST * 0.9 * 0.9 * (0.98 * 0.9) ** 2)
    assert edge["rarity"] == 0


def test_an_account_without_a_known_holder_stands_for_itself(engine: Engine, load: Load) -> None:
    load([("acc1", "BankAccount", "name", "QM11"), ("acc2", "BankAccount", "name", "QM22")])
    paid(engine, ("e1", "acc1", "acc2", "2014", 5.0, "USD", "s1"))
    [edge] = edges(engine)
    assert (edge["source"], edge["target"], edge["events"]) == ("acc1", "acc2", 1)


def test_a_rare_value_ties_its_holders_and_its_rarity_is_in_bits(engine: Engine, load: Load) -> None:
    load(
        [
            *named("ana", "ben", *[f"p{n}" for n in range(14)]),
            ("ana", "Person", "passportNumber", "QM-77 812"),
            ("ben", "Person", "idNumber", "qm77812", "s2"),
        ]
    )
    [edge] = edges(engine)
    assert (edge["source"], edge["target"], edge["kind"]) == ("ana", "ben", "shared.document")
    assert edge["rarity"] == pytest.approx(3.0)  # two holders among sixteen
    assert edge["originators"] == ["Ministry A", "Ministry B"]
    assert len(edge["evidence"]) == 2


@pytest.mark.parametrize(
    ("prop", "value"),
    [
        ("idNumber", "000000000"),
        ("idNumber", "unknown"),
        ("passportNumber", "123456789"),
        ("idNumber", "n/a"),
        ("phone", "12"),
        ("address", "Northport"),
        ("address", "Lower Valley Province, Qumaria"),
        ("passportNumber", "PASSPORT"),
    ],
)
def test_a_placeholder_or_a_whole_town_ties_nobody(engine: Engine, load: Load, prop: str, value: str) -> None:
    load([*named("ana", "ben"), ("ana", "Person", prop, value), ("ben", "Person", prop, value)])
    assert edges(engine) == []


def test_an_address_of_many_is_no_edge_and_is_remembered(engine: Engine, load: Load) -> None:
    many = [f"p{n:02}" for n in range(12)]
    load([*named(*many), *[(one, "Person", "address", "Grand Hotel, 1 Quay Street, Northport") for one in many]])
    assert edges(engine) == []
    assert engine.scalar("select count(distinct node) from graph_commons where holders = 12") == 12


def test_a_paper_described_on_its_own_belongs_to_its_holder(engine: Engine, load: Load) -> None:
    load(
        [
            *named("ana", "ben"),
            ("ana", "Person", "passportNumber", "QM778120"),
            ("pp", "Passport", "holder", "ben"),
            ("pp", "Passport", "number", "QM778120"),
        ]
    )
    [edge] = edges(engine)
    assert (edge["source"], edge["target"]) == ("ana", "ben")


def test_nothing_gives_an_empty_table(engine: Engine, load: Load) -> None:
    load([])
    assert edges(engine) == []
