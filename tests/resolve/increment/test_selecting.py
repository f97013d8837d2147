"""What is new since the last build: found among all records, and, where sources were only added, among those that these speak of; and sums of files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.resolve import records, traits
from crosstie.resolve.batches import array, values
from crosstie.resolve.claims import gather
from crosstie.resolve.increment import selecting
from crosstie.resolve.increment.sums import sums_of
from crosstie.resolve.loading import load_profiles
from crosstie.store.engine import Engine
from tests.resolve.conftest import Said, World

OLD: list[Said] = [
    ("one-1", "Person", "name", "Boran Tarkovar"),
    ("one-1", "Person", "birthDate", "1971-05-02"),
    ("one-2", "Person", "name", "Zimbrak Ostrovane"),
    ("one-2", "Person", "birthDate", "2012-01-01"),
    ("one-3", "Company", "name", "Ostrolin Works Ltd"),
    ("one-4", "Person", "name", "Ilvar Dromek"),
]
NEW: list[Said] = [
    ("two-1", "Person", "name", "Tarkovar, Boran"),
    ("two-2", "Person", "name", "Melika Ostrovane"),
]
#: What another source says of the same things; and by which number it cites one.
OF_OTHERS: list[Said] = [("one-3", "Company", "jurisdiction", "mt"), ("one-4", "Person", "topics", "victim")]
CITING: list[Said] = [("two-s", "Sanction", "entity", "one-1"), ("two-s", "Sanction", "unscId", "QXi.901")]


@pytest.mark.parametrize(
    ("after", "quick"),
    [
        ({"one_20300101": OLD, "two_20300101": NEW}, True),
        ({"one_20300101": OLD, "two_20300101": NEW + CITING}, True),
        ({"one_20300101": OLD, "two_20300101": NEW + OF_OTHERS}, False),  # says something in the other's dataset
        ({"one_20300101": OLD, "two_20320101": NEW}, True),  # who was a minor in 2030 is none in 2032
        ({"one_20300101": OLD}, True),
        ({"one_20300101": OLD, "one_20310101": [*OLD[:4], ("one-5", "Person", "name", "Sorvi Malbak")]}, False),
        ({"one_20310101": OLD[2:], "two_20300101": NEW}, False),
        ({"one_20300101": OLD[:-1], "two_20300101": NEW}, False),  # the same source says less
    ],
)
def test_what_is_new_is_what_a_look_at_everything_finds(world: World, after: dict[str, Sequence[Said]], quick: bool) -> None:
    engine, said = _survey(world(one_20300101=OLD))
    records.choose(engine)
    records.analyse_names(engine)
    traits.collect(engine)
    old = load_profiles(engine)
    before = _fingerprints(engine)
    engine, now = _survey(world(**after))
    records.choose(engine)
    every = _fingerprints(engine)
    engine.drop("touched")
    found = selecting.select_again(engine, old, np.array(list(before.values())), said, now)
    assert engine.has("touched") == quick
    fresh = values(engine.arrow("select entity_id from records order by idx"), "entity_id")
    names = list(before)
    assert [names[place] if place >= 0 else fresh[~place] for place in found.source.tolist()] == list(every)
    assert fresh == [one for one, told in every.items() if before.get(one) != told]
    assert found.fingerprints.tolist() == [every[one] for one in fresh]
    assert found.gone == len(set(before) - set(every))


@pytest.mark.parametrize(("series", "added"), [("two", True), ("one", False)])
def test_a_source_of_a_series_that_is_there_says_what_is_current_of_it(series: str, added: bool) -> None:
    def said(*rows: tuple[str, str, str]) -> selecting.Said:
        sources = pa.table({name: [row[place] for row in rows] for place, name in enumerate(("source_id", "dataset", "series"))})
        claimed = pa.table({"source_id": sources["source_id"], "dataset": sources["dataset"], "claims": [7] * len(rows)})
        return selecting.Said(sources, claimed, pa.table({"prop": ["name"], "prop_type": ["name"]}), pa.table({}), pa.table({}))

    assert selecting.only_added(said(("a", "one", "one")), said(("a", "one", "one"), ("b", "two", series))) == added


def _survey(engine: Engine) -> tuple[Engine, selecting.Said]:
    gather(engine)
    records.survey(engine)
    return engine, selecting.said_now(engine)


def _fingerprints(engine: Engine) -> dict[str, int]:
    told = engine.arrow("select entity_id, fingerprint from records order by idx")
    return dict(zip(values(told, "entity_id"), array(told, "fingerprint", np.int64).tolist(), strict=True))


def test_what_was_known_is_the_same_when_it_is_opened(world: World, tmp_path: Path) -> None:
    _, said = _survey(world(one_20300101=OLD, two_20300101=[*NEW, *CITING]))
    said.save(tmp_path)
    opened = selecting.open_said(tmp_path)
    assert all(one.equals(other) for one, other in zip(said, opened, strict=True))
    assert said.citations.num_rows == 1


_TEXTS = st.lists(st.text("abż\x7f", max_size=4), max_size=12)


@settings(deadline=None)  # the first call compiles
@given(_TEXTS, _TEXTS)
def test_places_among_ascending_texts(among: list[str], texts: list[str]) -> None:
    known = sorted({text.encode() for text in among})
    asked = [text.encode() for text in texts]
    place, there = selecting.places(*(pa.array([one.decode() for one in some], pa.string()) for some in (known, asked)))
    assert place.tolist() == [sum(one < text for one in known) for text in asked]
    assert there.tolist() == [text in known for text in asked]


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=200), st.data())
def test_another_byte_or_length_is_another_sum(tmp_path_factory: pytest.TempPathFactory, content: bytes, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("sums")
    place = data.draw(st.integers(0, len(content) - 1))
    bit = data.draw(st.integers(0, 7))
    spoilt = bytearray(content)
    spoilt[place] ^= 1 << bit
    files = []
    for number, held in enumerate((content, bytes(spoilt), content[:-1], content + b"\0", content)):
        files.append(folder / str(number))
        files[-1].write_bytes(held)
    sums = sums_of(files)
    assert sums[0] == sums[4]
    assert len(set(sums)) == 4
