"""Ties that are looked up, places that stay, and what steps show to whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lxml import etree

from crosstie.errors import AccessError, UsageError
from crosstie.graph.drawing import Drawing, Step, checked
from crosstie.graph.drawing import Path as LinkPath
from crosstie.graph.drawn import STROKES, drawn_svg, stroke_of
from crosstie.graph.placing import HIGH, WIDE, columns, placed
from crosstie.graph.ties import Ties, open_ties
from crosstie.model.marking import Marking, Tlp
from crosstie.model.tables import CLAIM, EDGE, ENTITY, FINDING, LINK, MENTION, SPHERE
from crosstie.store.builds import Build

HOSTILE = "<script>alert(1)</script>\u202e\x00" + "x" * 200
#: id, schema, caption, marking, victim
_ENTITIES = [
    ("a", "Person", "Amra Dolven", "TLP:AMBER", False),
    ("b", "Company", "Brisk Lantern Ltd", "TLP:AMBER", False),
    ("c", "Person", "أمير تلوان", "TLP:AMBER", False),
    ("d", "Vessel", HOSTILE, "TLP:AMBER", False),
    ("r", "Person", "Red One", "TLP:RED", False),
    ("v", "Person", "Victim One", "TLP:AMBER", True),
    ("lonely", "BankAccount", "XX0001", None, False),
]
#: id, source, target, kind, confidence, marking, start, end
_EDGES = [
    ("e1", "a", "b", "Ownership", 0.9, "TLP:AMBER", "2011", None),
    ("e2", "b", "c", "ledger.payments", 0.8, "TLP:AMBER", "2012-03-04", "2012-03-09"),
    ("e3", "a", "c", "Family", 0.4, "TLP:RED", None, None),
    ("e4", "b", "d", "shared.address", 0.7, "TLP:AMBER", None, None),
    ("e5", "b", "r", "Call", 0.95, "TLP:AMBER", None, "2013"),
    ("e6", "b", "v", "UnknownLink", 0.99, "TLP:AMBER", None, None),
]


def build_of(folder: Path, entities: Sequence[tuple[Any, ...]] = _ENTITIES, edges: Sequence[tuple[Any, ...]] = _EDGES) -> Build:
    """A build with these entities and edges, in the order of their ids."""
    folder.mkdir(parents=True)
    rows = [dict(zip(("entity_id", "schema", "caption", "marking", "victim"), row, strict=True)) for row in sorted(entities)]
    _write(folder / "entities.parquet", ENTITY, rows)
    names = ("edge_id", "source", "target", "kind", "confidence", "marking", "start", "end")
    _write(folder / "edges.parquet", EDGE, [dict(zip(names, row, strict=True)) | {"originators": ["one"]} for row in sorted(edges)])
    said = [
        ("d", "latitude", "33.5"),
        ("d", "longitude", "-7.6"),
        ("b", "latitude", "north"),
        ("b", "longitude", "500"),
        ("a", "latitude", "1"),
    ]
    claims = [
        {"canonical_id": one, "entity_id": one, "prop": prop, "value": value, "current": True, "source_id": "s"}
        for one, prop, value in said
    ]
    _write(folder / "claims.parquet", CLAIM, claims)
    placings = [("a", "crime", "TLP:AMBER"), ("c", "terror", "TLP:RED")]
    _write(folder / "spheres.parquet", SPHERE, [dict(zip(("entity_id", "sphere", "marking"), row, strict=True)) for row in placings])
    mentions = [{"mention_id": f"m{number}", "entity_id": one} for number, one in enumerate("bab")]
    findings = [
        {"finding_id": "f1", "score": 0.9, "subjects": ["b", "a", "b"]},
        {"finding_id": "f2", "score": 0.5, "subjects": ["b", "gone"]},
    ]
    for table, schema, found in (("mentions", MENTION, mentions), ("findings", FINDING, findings), ("links", LINK, [])):
        _write(folder / f"{table}.parquet", schema, found)
    return Build(1, folder, {"inputs": "0123456789abcdef"})


def _write(path: Path, schema: pa.Schema, rows: list[dict[str, Any]]) -> None:
    pq.write_table(pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema=schema), path)


@pytest.fixture
def ties(tmp_path: Path) -> Ties:
    return open_ties(build_of(tmp_path / "builds" / "0001"), tmp_path / "drawing")


def cleared(level: Tlp) -> Callable[[str | None], bool]:
    return lambda marking: (Marking.parse(marking) if marking else Marking()).tlp <= level


def test_what_is_on_an_entity_stands_as_in_the_tables(ties: Ties) -> None:
    a, b, d = (ties.find(one) for one in "abd")
    assert a is not None
    assert b is not None
    assert d is not None
    assert [(row["prop"], row["value"]) for row in ties.on(d, "claims")] == [("latitude", "33.5"), ("longitude", "-7.6")]
    assert [row["mention_id"] for row in ties.on(b, "mentions")] == ["m0", "m2"]
    assert [[row["finding_id"] for row in ties.on(one, "findings")] for one in (a, b, d)] == [["f1"], ["f1", "f2"], []]
    assert [row["entity_id"] for row in ties.on(b, "entities")] == ["b"]
    assert [row["sphere"] for row in ties.on(a, "spheres")] == ["crime"]
    assert ties.on(a, "links") == []


def drawing(ties: Ties, level: Tlp = Tlp.AMBER) -> Drawing:
    def path(link: str) -> LinkPath | None:
        if link == "strict":
            raise AccessError("no")
        return (["a", "b", "c"], [("a", "b"), ("b", "c")], ["a"], ["c"]) if link == "1" else None

    return Drawing(ties, cleared(level), int(level), path)


def steps(*told: dict[str, Any]) -> list[Step]:
    return [checked(one) for one in told]


def test_entities_and_ties_are_found_by_their_ids(ties: Ties) -> None:
    for number, row in enumerate(sorted(_ENTITIES)):
        assert ties.find(row[0]) == number
        known = ties.node(number)
        assert (known.id, known.schema, known.victim) == (row[0], row[1], row[4])
        assert known.caption == row[2]
    assert ties.find("nobody") is None
    assert ties.find("") is None
    assert ties.find("\udcff") is None
    for edge in _EDGES:
        found = ties.tie_of(edge[0])
        assert found is not None
        tie = ties.tie(found)
        assert (tie.id, ties.node(tie.source).id, ties.node(tie.target).id) == edge[:3]
        assert (tie.kind, tie.confidence, tie.marking, tie.start, tie.end) == edge[3:]
    assert ties.tie_of("e0") is None
    assert ties.tie_of("x" * 1_000) is None


def test_the_ties_of_an_entity_come_the_surest_first(ties: Ties) -> None:
    of = ties.of(ties.find("b") or 0)
    assert [ties.tie(int(one)).id for one in of] == ["e6", "e5", "e1", "e2", "e4"]
    assert ties.degree(ties.find("lonely") or 0) == 0


def test_only_places_on_earth_are_places(ties: Ties) -> None:
    allowed = ties.allowed(lambda marking: True)
    assert ties.places(ties.find("d") or 0, allowed) == [(33.5, -7.6)]
    assert [ties.places(ties.find(one) or 0, allowed) for one in ("a", "b", "c")] == [[], [], []]
    assert ties.places(ties.find("d") or 0, ties.allowed(lambda marking: False)) == []


def test_a_build_without_ties_or_entities_can_be_asked(tmp_path: Path) -> None:
    ties = open_ties(build_of(tmp_path / "builds" / "0001", [], []), tmp_path / "drawing")
    assert ties.find("a") is None
    assert drawing(ties).picture(steps({"do": "entity", "node": "a"}), {}).gone == 1


def test_the_files_of_builds_that_are_gone_are_removed(tmp_path: Path) -> None:
    first = build_of(tmp_path / "builds" / "0001")
    open_ties(first, tmp_path / "drawing")
    for file in first.path.iterdir():
        file.unlink()
    first.path.rmdir()
    build_of(tmp_path / "builds" / "0002")
    open_ties(Build(2, tmp_path / "builds" / "0002", {"inputs": "b"}), tmp_path / "drawing")
    assert [one.name.rpartition("-")[0] for one in (tmp_path / "drawing").iterdir() if one.name[0] != "."] == ["0002-b"]


def test_a_link_is_drawn_from_crime_on_the_left_to_terror_on_the_right(ties: Ties) -> None:
    picture = drawing(ties).picture(steps({"do": "link", "link": "1"}), {})
    at = {one.id: one.x for one in picture.nodes}
    assert at["a"] < at["b"] < at["c"]
    assert {tie.id for tie in picture.ties} == {"e1", "e2"}
    assert drawing(ties).picture(steps({"do": "link", "link": "other"}), {}).gone == 1
    assert drawing(ties).picture(steps({"do": "link", "link": "strict"}), {}).withheld == 1


def test_nobody_sees_more_than_they_are_cleared_for_and_victims_never(ties: Ties) -> None:
    asked = steps({"do": "entity", "node": "b"}, {"do": "expand", "node": "b", "most": 99})
    amber, red = (drawing(ties, level).picture(asked, {}) for level in (Tlp.AMBER, Tlp.RED))
    assert {one.id for one in amber.nodes} == {"a", "b", "c", "d"}
    assert {tie.id for tie in amber.ties} == {"e1", "e2", "e4"}
    assert {one.id for one in red.nodes} == {"a", "b", "c", "d", "r"}
    assert {tie.id for tie in red.ties} == {"e1", "e2", "e3", "e4", "e5"}
    assert {one.id: one.spheres for one in amber.nodes if one.spheres} == {"a": ("crime",)}
    assert {one.id: one.spheres for one in red.nodes if one.spheres} == {"a": ("crime",), "c": ("terror",)}
    assert drawing(ties).picture(steps({"do": "entity", "node": "r"}), {}).withheld == 1
    assert drawing(ties, Tlp.RED).picture(steps({"do": "entity", "node": "v"}), {}).nodes == ()
    kinds = drawing(ties).kinds_of(ties.find("b") or 0, set())
    assert sorted(kinds) == [("Ownership", 1, 1), ("ledger.payments", 1, 1), ("shared.address", 1, 1)]


def test_steps_are_taken_in_order_and_the_last_left_out_is_undone(ties: Ties) -> None:
    all_steps = steps(
        {"do": "entity", "node": "b"},
        {"do": "expand", "node": "b", "kind": "Ownership"},
        {"do": "expand", "node": "*", "most": 1},
        {"do": "pin", "node": "a", "x": "77", "y": -5},
        {"do": "note", "node": "a", "text": "seen twice", "marking": "TLP:AMBER"},
        {"do": "hide", "node": "b"},
        {"do": "expand", "node": "a"},
        {"do": "show", "node": "b"},
        {"do": "free", "node": "a"},
    )
    shown = [{one.id for one in drawing(ties).picture(all_steps[:count], {}).nodes} for count in range(1, 10)]
    assert shown == [{"b"}, {"a", "b"}, {"a", "b", "c"}, *[{"a", "b", "c"}] * 2, {"a", "c"}, {"a", "c"}, {"a", "b", "c"}, {"a", "b", "c"}]
    noted = next(one for one in drawing(ties).picture(all_steps[:6], {}).nodes if one.id == "a")
    assert (noted.x, noted.y, noted.pinned, noted.note) == (77, -5, True, "seen twice")
    assert [one.id for one in drawing(ties).picture(all_steps[:6], {}).hidden] == ["b"]
    assert drawing(ties).picture(all_steps, {}) == drawing(ties).picture(all_steps, {})


def test_a_note_is_read_by_who_is_cleared_for_what_its_writer_saw(ties: Ties) -> None:
    asked = steps({"do": "entity", "node": "a"}, {"do": "note", "node": "a", "text": "of a red source", "marking": "TLP:RED"})
    assert drawing(ties, Tlp.RED).picture(asked, {}).nodes[0].note == "of a red source"
    seen = drawing(ties, Tlp.AMBER).picture(asked, {})
    assert (seen.nodes[0].note, seen.withheld) == ("", 1)


def test_what_stands_stays_and_a_view_on_another_build_says_what_is_gone(ties: Ties) -> None:
    asked = steps({"do": "entity", "node": "b"}, {"do": "entity", "node": "was here"}, {"do": "expand", "node": "b"})
    first = drawing(ties).picture(asked[:1], {"b": (500, 400)})
    assert (first.nodes[0].x, first.nodes[0].y) == (500, 400)
    places = {"b": (500, 400), "c": (10, 10)}
    later = drawing(ties).picture(asked, places)
    assert {one.id: (one.x, one.y) for one in later.nodes if one.id in places} == places
    assert later.gone == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"do": "burn", "node": "a"},
        {},
        {"do": "hide"},
        {"do": "hide", "node": "x" * 1_001},
        {"do": "pin", "node": "a", "x": "nan", "y": 0},
        {"do": "pin", "node": "a", "x": 1e300, "y": 0},
        {"do": "pin", "node": "a", "x": "1; drop", "y": 0},
        {"do": "expand", "node": "a", "most": 0},
        {"do": "expand", "node": "a", "most": 10**9},
        {"do": "note", "node": "a", "text": "x" * 2_001},
        {"do": "link", "link": ""},
        {"do": ["hide"], "node": "a"},
    ],
)
def test_what_is_no_step_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        checked(wrong)


def test_new_nodes_take_no_others_place_and_the_same_ones_the_same_place() -> None:
    standing = columns(list("abcde"), [("a", "b"), ("b", "c"), ("c", "d"), ("b", "e"), ("e", "d")], ["a"], ["d"])
    for count in (1, 40, 20_000):
        new = [(f"n{number}", "abcde"[number % 5]) for number in range(count)]
        found = placed(standing, new, [(node, anchor or "") for node, anchor in new])
        assert found == placed(standing, new, [(node, anchor or "") for node, anchor in new])
        assert set(found) == {node for node, _ in new}
        at = np.array([*standing.values(), *found.values()])[:2_000]
        for place in range(len(at)):
            away = np.abs(at[place + 1 :] - at[place])
            assert not np.any((away[:, 0] < WIDE - 4) & (away[:, 1] < HIGH - 4))


def test_the_picture_is_sound_and_harmless(ties: Ties) -> None:
    asked = steps(
        {"do": "entity", "node": "b"}, {"do": "expand", "node": "b"}, {"do": "note", "node": "d", "text": HOSTILE, "marking": "TLP:AMBER"}
    )
    picture = drawing(ties, Tlp.RED).picture(asked, {})
    told = drawn_svg(picture, title=HOSTILE, above=[HOSTILE], below=["x"], at="d", to=lambda kind, one: f'/x?{kind}="{one}"')
    root = etree.fromstring(told.encode())
    assert not root.xpath("//*[local-name()='script']")
    assert "\u202e" not in told
    assert len(root.xpath("//*[local-name()='a'][@class='node']")) == len(picture.nodes)
    assert len(root.xpath("//*[local-name()='a'][@class='tie']")) == len(picture.ties)
    assert "style=" not in told
    plain = etree.fromstring(drawn_svg(picture, title="x").encode())
    assert not plain.xpath("//*[local-name()='a']")


def test_strokes_differ_without_colour() -> None:
    kinds = ["ledger.payments", "shared.phone", "Ownership", "Family", "Call", "UnknownLink"]
    assert [stroke_of(kind) for kind in kinds] == list(STROKES)
    assert len(set(STROKES.values())) == len(STROKES)
