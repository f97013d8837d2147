"""Links over time: classes as of each day, and what became of a link."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from crosstie.link import history
from crosstie.link.alternatives import Facts
from crosstie.link.asking import as_of
from crosstie.link.candidates import Candidate, Placement
from crosstie.link.tongues import sentence
from crosstie.model.tables import LINK
from tests.link.test_rules import alone, placed, step, tied


def dated(one: Placement, **more: Any) -> Placement:
    return replace(one, rows=tuple({**row, "behind": row["originator"], **more} for row in one.rows))


def link(*steps: Any, crime: dict[str, Any] | None = None, terror: dict[str, Any] | None = None, **more: Any) -> Candidate:
    found = tied(*steps, **more)
    return replace(found, crime=dated(found.crime, **(crime or {})), terror=dated(found.terror, **(terror or {})))


def classes(candidate: Candidate) -> list[tuple[str | None, str]]:
    return [(one["at"], one["class"]) for one in history.history(candidate, Facts())]


def test_a_link_begins_with_the_last_thing_it_needs() -> None:
    found = link(step("a", "b", "Family", start="2005"), crime={"start": "2003"}, terror={"start": "2011-04-01"})
    assert classes(found) == [("2011-04-01", "N1")]
    assert history.as_of(found, "2010-12-31") is None


def test_what_has_no_date_counts_from_the_beginning() -> None:
    assert classes(link(step("a", "b", "Family"))) == [(None, "N1")]


def test_a_class_changes_with_the_evidence() -> None:
    paid = step("a", "b", "ledger.payments", start="2015-01-01", end="2015-12-31", events=5, by="bank").edges[0]
    related = step("a", "b", "Family", start="2005").edges[0]
    both = link(replace(step("a", "b"), edges=(related, paid)))
    assert [one for one, _ in classes(both)] == ["2005", "2015-01-01"]
    assert [name for _, name in classes(both)] == ["N1", "N2"]


def test_dealings_of_a_period_are_taken_as_even() -> None:
    paid = link(step("a", "b", "ledger.payments", start="2010-01-01", end="2020-01-01", events=11, amount=1100.0))
    then = history.as_of(paid, "2015-01-01")
    assert then is not None
    [edge] = then.paths[0].steps[0].edges
    assert (edge["events"], edge["amount"], edge["end"]) == (6, 600.0, "2015-01-01")


def test_the_last_class_is_that_of_all_evidence() -> None:
    found = link(step("a", "x", start="2010"), step("x", "b", "ledger.calls", start="2012-01-01", end="2013-01-01", events=4))
    assert history.as_of(found, "9999") == found
    assert history.history(found, Facts())[-1]["class"] == "N2"


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([step("a", "b", "ledger.payments", start="2024-06-01", end="2024-06-01")], "emerging"),
        ([step("a", "b", "ledger.payments", start="2014-06-01", end="2024-06-01")], "active"),
        ([step("a", "b", "ledger.payments", start="2014-06-01", end="2020-06-01")], "dormant"),
        ([step("a", "b", "Directorship", start="2014", end="2024-10")], "broken"),
        ([step("a", "b", "Directorship", start="2014")], "active"),
        # who is tied in two ways is tied as long as one of them holds
        ([step("a", "x", "Ownership", start="2014"), step("x", "b", "Employment", start="2015", end="2016")], "broken"),
        ([step("a", "b", "Family")], "undated"),
        # a ride of one day is no relation that ends
        ([step("a", "b", "UnknownLink", start="2019-05-05", end="2019-05-05")], "dormant"),
    ],
)
def test_what_became_of_it(steps: list[Any], state: str) -> None:
    found = link(*steps)
    assert history.state(found, history.history(found, Facts()), "2025-01-01") == state


def test_another_class_is_a_transformation() -> None:
    early = step("a", "b", "Family", start="2005").edges[0]
    late = step("a", "b", "ledger.payments", start="2024-01-01", end="2024-11-01", events=5, by="bank").edges[0]
    found = link(replace(step("a", "b"), edges=(early, late)))
    told = history.history(found, Facts())
    row = {"history": told, "state": history.state(found, told, "2025-01-01"), "first": "2005", "last": "2024-11-01"}
    assert [sentence(one) for one in history.told(row)] == [
        "Transformed: N1 Coexistence became N2 Cooperation in 2024-01-01.",
        "2005: N1 Coexistence",
        "2024-01-01: N2 Cooperation, until then N1 Coexistence",
    ]


def test_one_actor_is_over_when_a_list_takes_the_name_off() -> None:
    both = alone(dated(placed("crime", "ana"), start="2001"), dated(placed("terror", "ana"), start="2007", end="2010"))
    both = replace(both, crime=replace(both.crime, start="2001"), terror=replace(both.terror, start="2007", end="2010"))
    assert history.state(both, history.history(both, Facts()), "2025-01-01") == "broken"


def test_builds_are_compared_one_after_the_other() -> None:
    said = history.over_builds([(3, "N1"), (4, "N1"), (6, "N2")])
    assert [sentence(one) for one in said] == ["build 6: N2 Cooperation, until then N1 Coexistence"]


def test_links_as_of_a_day() -> None:
    then = [
        {"at": at, "class": name, "rule": f"{name}.x", "strength": 0.1 * n, "score": 1.0 * n}
        for n, (at, name) in enumerate((("2010", "N1"), ("2015-03-01", "N2")), 1)
    ]
    rows = [
        {
            "rank": 1,
            "link_id": "l1",
            "class": "N2",
            "score": 2.0,
            "history": then,
            "last": "2016",
            "fdr": 0.1,
            "sentence": "s",
            "status": "open",
        },
        {"rank": 2, "link_id": "l2", "class": "N2", "score": 1.5, "history": then[1:], "last": "2016", "status": "open"},
        {"rank": 3, "link_id": "l3", "class": "N4", "score": 1.2, "history": [{**then[0], "at": None, "score": 1.2}], "status": "open"},
    ]
    table = pa.Table.from_pylist(rows, schema=LINK)
    assert [(one["link_id"], one["class"], one["last"], one["fdr"]) for one in as_of(table, "2012-01-01").to_pylist()] == [
        ("l3", "N1", None, None),
        ("l1", "N1", "2012-01-01", None),
    ]
    assert [one["class"] for one in as_of(table, "2015-03-01").to_pylist()] == ["N2", "N2", "N1"]
    assert as_of(table, "2009-01-01")["link_id"].to_pylist() == ["l3"]
