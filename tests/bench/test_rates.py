from __future__ import annotations

import json

from bench.match.rates import FILE, TOLD, made_with


def test_the_rates_in_the_docs_are_of_the_score_and_the_search_that_are_shipped() -> None:
    record = json.loads(FILE.read_text(encoding="utf-8"))
    assert record["made_with"] == made_with(), "python -m bench.match.rates, then make docs"


def test_every_kind_of_query_is_told_and_no_small_group_alone() -> None:
    record = json.loads(FILE.read_text(encoding="utf-8"))
    assert {row["queries"] for row in record["groups"]} == {kind for kind, _, _ in TOLD}
    assert all(row["asked"] >= record["least"] for row in record["groups"] if row["group"] != "all others")
