from __future__ import annotations

from typing import Any

import pytest

from crosstie.link import features
from crosstie.link.alternatives import Facts, arguments
from crosstie.link.candidates import Candidate, Step
from tests.link.test_rules import alone, placed, step, tied

PAID = "ledger.payments"


def paid(a: str, b: str, start: str, end: str, amount: float, *, turned: bool = False) -> Step:
    return step(a, b, PAID, turned=turned, start=start, end=end, amount=amount, currency="USD", events=5)


def value(name: str, candidate: Candidate, facts: Facts | None = None) -> float:
    found: float = getattr(features, name)(candidate, arguments(candidate, facts or Facts()))
    return found


HANDED_ON = tied(paid("a", "x", "2020-01-03", "2021-05-01", 40_000.0), paid("x", "b", "2020-01-04", "2021-05-02", 38_500.0))
BESIDE = tied(paid("a", "x", "2018-01-03", "2019-05-01", 40_000.0), paid("x", "b", "2020-06-04", "2023-02-02", 900.0))
SAME_SHOP = tied(paid("a", "x", "2020-01-03", "2021-05-01", 40_000.0), paid("x", "b", "2020-01-04", "2021-05-02", 38_500.0, turned=True))
MEMBER = step("x", "b", "Membership", turned=True)
WEDDING = tied(step("a", "b"))
DATED = tied(step("a", "b", start="2020-01-03", end="2020-09-03"))


@pytest.mark.parametrize(
    ("name", "better", "worse"),
    [
        ("in_step", HANDED_ON, BESIDE),
        ("in_step", HANDED_ON, SAME_SHOP),
        ("at_every_turn", HANDED_ON, BESIDE),
        ("loose", DATED, WEDDING),
        ("vague_and_direct", DATED, WEDDING),
        ("undated", DATED, WEDDING),
        ("once", DATED, tied(step("a", "b", start="2020-01-03", end="2020-01-03"))),
        ("lasting", HANDED_ON, tied(paid("a", "b", "2012-01-03", "2021-05-01", 40_000.0))),
        ("address_alone", WEDDING, tied(step("a", "b", "shared.address"))),
        (
            "same_club",
            tied(step("a", "x", "Membership"), step("x", "b", "Family")),
            tied(step("a", "x", "Membership"), step("x", "b", "Membership", turned=True)),
        ),
        ("same_side", HANDED_ON, SAME_SHOP),
        ("for_hire", WEDDING, tied(step("a", "b", "Representation"))),
        ("doubly_said", tied(Step("a", "b", (*WEDDING.paths[0].steps[0].edges, *step("a", "b", "Family", by="court").edges))), WEDDING),
        ("noticed", tied(step("a", "b", PAID), findings=({"subjects": ["a"], "status": "proposed"},)), tied(step("a", "b", PAID))),
        ("one_actor", alone(placed("crime", "ana"), placed("terror", "ana")), WEDDING),
        ("short", WEDDING, HANDED_ON),
    ],
)
def test_what_speaks_for_a_tie_is_worth_more(name: str, better: Candidate, worse: Candidate) -> None:
    assert value(name, better) > value(name, worse)


def test_a_chain_holds_only_if_it_holds_at_every_turn() -> None:
    broken = tied(
        paid("a", "x", "2020-01-03", "2021-05-01", 40_000.0),
        paid("x", "y", "2020-01-04", "2021-05-02", 38_500.0),
        paid("y", "b", "2016-01-04", "2017-05-02", 10.0),
    )
    assert value("in_step", broken) > 0
    assert value("at_every_turn", broken) == 0


def test_strange_dates_and_sums_are_borne() -> None:
    for start, end, amount in (("2020", "2021", 5.0), ("2020-13-45", "9999-12-31", 5.0), ("2020-01-01", "2020-01-01", -3.0)):
        odd = tied(paid("a", "x", start, end, amount), paid("x", "b", start, end, amount))
        assert 0 <= value("in_step", odd) <= 12


def test_a_denial_counts_against_what_is_only_said_and_is_told_of_what_is_listed() -> None:
    facts = Facts(denials={("ana", "crime"): [("Courts", "The court found nothing in it.")]})
    said: dict[str, Any] = {"said": placed("crime", "ana", basis="narrative"), "listed": placed("crime", "ana")}
    spoken, listed = (alone(said[name], placed("terror", "ana")) for name in ("said", "listed"))
    assert value("denied", spoken, facts) == -1
    assert value("denied", listed, facts) == 0
    assert [(one["name"], one["outcome"]) for one in arguments(listed, facts) if one["name"] == "denial"] == [("denial", "open")]
