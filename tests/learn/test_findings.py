"""Marks for detectors: found is what was planted, fooled is what only looked so."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from crosstie.errors import InputError, NotFound
from crosstie.learn.findings import Marks, Planted, marks, planted, score
from crosstie.model.tables import CLUSTER

RING = Planted("finance.cycle", frozenset({"a", "b", "c"}), True, "")
SHOP = Planted("finance.cycle", frozenset({"s"}), False, "a shop")


def finding(*subjects: str, typology: str = "money-laundering/cycle") -> dict[str, object]:
    return {"lens": "finance", "typology": typology, "subjects": list(subjects)}


@pytest.mark.parametrize(
    "subjects,found,true,fooled",
    [
        ([("a", "b", "c")], 1, 1, 0),
        ([("a", "x")], 1, 1, 0),
        ([("a", "x", "y")], 0, 0, 0),
        ([("s",)], 0, 0, 1),
        ([("x",), ("y",)], 0, 0, 0),
        ([("a",), ("b",)], 1, 2, 0),
        ([], 0, 0, 0),
    ],
)
def test_found_true_and_fooled(subjects: list[tuple[str, ...]], found: int, true: int, fooled: int) -> None:
    [one] = marks([RING, SHOP], [finding(*named) for named in subjects], {})
    assert one == Marks("finance.cycle", 1, found, len(subjects), true, fooled, 1)


def test_what_nobody_planted_is_false_and_shares_of_nothing_are_none() -> None:
    [one] = marks([], [finding("x", typology="money-laundering/fan")], {})
    assert (one.typology, one.precision, one.recall) == ("finance.fan", 0.0, None)
    [other] = marks([RING], [], {})
    assert (other.precision, other.recall) == (None, 0.0)


def test_subjects_are_known_by_their_records(tmp_path: Path) -> None:
    (tmp_path / "findings.csv").write_text(
        "lens,typology,subjects,first,last,holds,reason\nfinance,cycle,ana;ben,2020-01-01,2020-02-01,yes,\n", encoding="utf-8"
    )
    (tmp_path / "entities.csv").write_text(
        "actor_id,entity_id,dataset,file\nana,list-7,list,l.csv\nben,bank-2,bank,b.csv\n", encoding="utf-8"
    )
    clusters = pa.Table.from_pylist(
        [
            {"entity_id": "list-7", "cluster_id": "Q1", "dataset": "list", "score": 1.0},
            {"entity_id": "bank-9", "cluster_id": "Q1", "dataset": "bank", "score": 1.0},
        ],
        schema=CLUSTER,
    )
    [one] = score(tmp_path, clusters, [finding("Q1", "bank-2")])
    assert (one.recall, one.precision) == (1.0, 1.0)


def test_a_region_that_says_nothing_and_one_that_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"findings\.csv"):
        planted(tmp_path)
    (tmp_path / "findings.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="columns"):
        planted(tmp_path)
