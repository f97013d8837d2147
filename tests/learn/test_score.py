"""Marks are those of the definition, however a tool names its links."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstie.errors import InputError, NotFound
from crosstie.learn.region import Region
from crosstie.learn.score import Score, Tie, _marked, score

LINKS = [
    "link_id",
    "crime_actor",
    "terror_actor",
    "class",
    "typology",
    "first",
    "last",
    "hops",
    "evidence",
    "path",
    "crime_side",
    "terror_side",
]


def write(path: Path, header: Sequence[str], table: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(table)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Two ties to be found, one with thin evidence, one decoy."""
    entities = [
        (actor, f"{actor}-{number}", "d", "f") for actor in ("boss", "gang", "leader", "army", "x", "y", "p", "q", "n") for number in (1, 2)
    ]
    write(tmp_path / "entities.csv", ("actor_id", "entity_id", "dataset", "file"), entities)
    write(
        tmp_path / "links.csv",
        LINKS,
        [
            ("true-0001", "boss", "leader", "N2", "t", "2020", "2021", 2, "enough", "boss;m;leader", "boss;gang", "leader;army"),
            ("true-0002", "x", "x", "N4", "t", "2020", "2021", 0, "enough", "x", "", ""),
            ("true-0003", "p", "q", "N1", "t", "2020", "2020", 1, "thin", "p;q", "", ""),
        ],
    )
    write(tmp_path / "decoys.csv", ("left_actor", "right_actor", "kind", "reason"), [("boss", "n", "family name", "r")])
    return tmp_path


def marks(truth: Path, *pairs: tuple[str, str, str]) -> Score:
    columns = {
        name: pa.array([pair[place] for pair in pairs], pa.string()) for place, name in enumerate(("crime_id", "terror_id", "class"))
    }
    return score(truth, pa.table(columns))


def test_a_perfect_list(small: Path) -> None:
    found = marks(small, ("boss-1", "leader-2", "N2"), ("x-1", "x-2", "N4"))
    assert (found.average_precision, found.precision_at_50, found.recall, found.macro_f1) == (1, 1, 1, 1)
    assert (found.planted, found.found, found.false, found.decoys_at_100) == (2, 2, 0, 0)


def test_false_links_cost_what_stands_below_them(small: Path) -> None:
    found = marks(small, ("boss-1", "leader-1", "N2"), ("boss-1", "y-1", "N2"), ("x-1", "x-1", "N4"))
    assert found.average_precision == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert found.precision_at_50 == pytest.approx(2 / 3)


def test_a_tie_reported_again_counts_once_and_costs_nothing(small: Path) -> None:
    found = marks(small, ("boss-1", "leader-1", "N2"), ("boss-2", "leader-2", "N1"), ("gang-1", "army-1", "N2"), ("x-1", "x-1", "N4"))
    assert (found.average_precision, found.repeated, found.false) == (1, 2, 0)
    assert found.macro_f1 == 1


def test_those_who_stand_for_an_end_count_for_it_in_either_direction(small: Path) -> None:
    assert marks(small, ("gang-2", "leader-1", "N2")).found == 1
    assert marks(small, ("army-1", "boss-1", "N2")).found == 1
    assert marks(small, ("gang-1", "boss-1", "N2")).found == 0


def test_thin_ties_neither_cost_nor_count(small: Path) -> None:
    found = marks(small, ("p-1", "q-1", "N1"), ("boss-1", "leader-1", "N2"))
    assert (found.average_precision, found.recall, found.precision_at_50, found.thin) == (0.5, 0.5, 1, 1)


def test_decoys_and_unknown_entities_are_counted(small: Path) -> None:
    found = marks(small, ("boss-2", "n-1", "N2"), ("boss-1", "nobody", "N2"))
    assert (found.decoys_at_100, found.unknown, found.false, found.recall) == (1, 1, 2, 0)


def test_classes_are_marked_over_the_ties_found(small: Path) -> None:
    found = marks(small, ("boss-1", "leader-1", "N4"), ("x-1", "x-2", "N4"))
    assert found.confusion == {"N2": {"N4": 1}, "N4": {"N4": 1}}
    assert found.macro_f1 == pytest.approx((0 + 2 / 3) / 2)


def listed(folder: Path, text: str) -> Path:
    (folder / "list.csv").write_text(text, encoding="utf-8")
    return folder / "list.csv"


def test_other_tools_name_their_columns_otherwise_and_need_give_no_class(small: Path, tmp_path: Path) -> None:
    found = score(small, listed(tmp_path, "source,target,score\nboss-1,y-1,0.2\nx-1,x-2,0.9\nboss-1,leader-1,0.8\n"))
    assert (found.average_precision, found.recall, found.false, found.macro_f1) == (1, 1, 1, None)
    assert found.fdr_realised is None
    ranks = score(small, listed(tmp_path, "left,right,rank\nboss-1,y-1,3\nx-1,x-2,2\nboss-1,leader-1,1\n"))
    assert ranks.average_precision == 1


def test_ends_may_be_named(small: Path, tmp_path: Path) -> None:
    people = [("boss", "Tavin Orel", "crime"), ("z", "tavin orel", ""), ("leader", "Mira Sul", "terror"), ("q", "Mira Zul", "terror")]
    write(small / "actors.csv", ("actor_id", "name", "spheres", "state", "kind"), [(*one, "qm", "person") for one in people])
    found = score(small, listed(tmp_path, "crime_name,terror_name,class\nTavin Orel, MIRA SUL ,N2\nNobody,Mira Zul,N2\n"))
    assert (found.found, found.false, found.unknown) == (1, 1, 1)


def test_two_of_one_name_and_one_world_are_nobody(small: Path, tmp_path: Path) -> None:
    people = [("boss", "Tavin Orel", "crime"), ("y", "Tavin Orel", "terror"), ("leader", "Mira Sul", "terror")]
    write(small / "actors.csv", ("actor_id", "name", "spheres", "state", "kind"), [(*one, "qm", "person") for one in people])
    assert score(small, listed(tmp_path, "crime_name,terror_name\nTavin Orel,Mira Sul\n")).unknown == 1


@pytest.mark.parametrize("column", ["fdr", "q"])
def test_a_list_is_held_to_the_share_of_false_ones_that_it_says(small: Path, tmp_path: Path, column: str) -> None:
    text = f"crime_id,terror_id,{column}\nboss-1,leader-1,0.01\np-1,q-1,0.02\nboss-1,y-1,0.05\nboss-2,y-2,0.05\ngang-1,y-1,0.2\nx-1,x-1,\n"
    found = score(small, listed(tmp_path, text))
    assert (found.fdr_nominal, found.fdr_claimed) == (0.1, 3)
    assert found.fdr_realised == pytest.approx(1 / 3)
    wider = score(small, tmp_path / "list.csv", 0.5)
    assert (wider.fdr_nominal, wider.fdr_claimed, wider.fdr_realised) == (0.5, 4, 0.5)
    assert score(small, listed(tmp_path, f"crime_id,terror_id,{column}\n")).fdr_realised == 0


@pytest.mark.parametrize("cell", ["much", "nan"])
def test_a_figure_that_is_none_is_told_with_its_line(small: Path, tmp_path: Path, cell: str) -> None:
    with pytest.raises(InputError, match=f"link 2: “{cell}” is no number"):
        score(small, listed(tmp_path, f"crime_id,terror_id,q\nboss-1,leader-1,0.1\nboss-1,y-1,{cell}\n"))


def test_an_empty_list_scores_nothing(small: Path) -> None:
    found = marks(small)
    assert (found.average_precision, found.precision_at_50, found.recall, found.macro_f1, found.listed) == (0, 0, 0, 0, 0)


def test_a_csv_is_read_in_its_order(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("link_id,crime_id,terror_id,class,strength\n1,boss-1,y-1,N2,0.9\n2,boss-1,leader-1,N2,0.8\n", encoding="utf-8-sig")
    assert score(small, path).average_precision == pytest.approx(0.25)
    assert set(score(small, path).as_dict()) >= {
        "average_precision",
        "precision_at_50",
        "recall",
        "macro_f1",
        "decoys_at_100",
        "found",
        "planted",
    }


def test_a_list_without_the_columns_is_refused(small: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("one,other\n1,2\n")
    with pytest.raises(InputError, match="crime_id"):
        score(small, tmp_path / "bad.csv")
    with pytest.raises(InputError, match="crime_id"):
        score(small, pa.table({"only": ["1"]}))


def test_a_folder_without_truth_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="entities"):
        score(tmp_path, pa.table({"crime_id": [], "terror_id": [], "class": []}))


def test_the_truth_of_a_region_scores_full_marks_against_itself(region: Region, truth: Path) -> None:
    with (truth / "links.csv").open(encoding="utf-8", newline="") as stream:
        pairs = [(row["crime_actor"], row["terror_actor"], row["class"]) for row in csv.DictReader(stream)]
    found = marks(truth, *pairs)
    assert (found.average_precision, found.recall, found.macro_f1, found.false) == (1, 1, 1, 0)
    assert found.planted + found.thin == region.planted


TIES = [
    Tie(f"t{number}", f"N{number % 4 + 1}", True, f"c{number}", f"t{number}", frozenset([f"c{number}"]), frozenset([f"t{number}"]))
    for number in range(5)
]
pairs_ = st.lists(
    st.tuples(
        st.sampled_from([f"c{number}" for number in range(6)]),
        st.sampled_from([f"t{number}" for number in range(6)]),
        st.sampled_from(["N1", "N2", "N3", "N4"]),
    ),
    max_size=40,
)


@given(pairs_)
def test_marks_are_shares_and_more_falsehood_never_helps(pairs: list[tuple[str | None, str | None, str]]) -> None:
    found = _marked(pairs, TIES, set())
    assert found.macro_f1 is not None
    assert all(0 <= one <= 1 for one in (found.average_precision, found.precision_at_50, found.recall, found.macro_f1))
    assert found.average_precision <= found.recall
    assert found.found + found.false + found.repeated == found.listed
    worse = _marked([("c9", "t9", "N1"), *pairs], TIES, set())
    assert worse.average_precision <= found.average_precision
    assert worse.recall == found.recall


@given(pairs_, st.randoms(use_true_random=False))
def test_recall_does_not_depend_on_the_order(pairs: list[tuple[str | None, str | None, str]], random: object) -> None:
    shuffled = sorted(pairs, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert _marked(shuffled, TIES, set()).recall == _marked(pairs, TIES, set()).recall
