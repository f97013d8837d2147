"""From the tables of a build to the index: who is listed, under which names, said by whom; batches and what is known already change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pytest

from crosstie.model.tables import CLAIM, ENTITY
from crosstie.resolve import records
from crosstie.resolve.screen import gathering, listing
from crosstie.resolve.screen.columns import json_texts
from crosstie.resolve.screen.hits import screen
from crosstie.resolve.screen.index import Index, Listed
from crosstie.resolve.screen.listing import build_index
from crosstie.resolve.screen.queries import Query
from crosstie.resolve.screen.tokens import Tokens, first_forms
from crosstie.store.engine import Engine

Row = dict[str, Any]


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


def entity(entity_id: str, schema: str = "Person", **more: Any) -> Row:
    empty: Row = {field.name: [] for field in ENTITY if pa.types.is_list(field.type)}
    told = {"caption": entity_id, "marking": "TLP:CLEAR", "first_seen": None, "last_seen": None, "delisted": False, "victim": False}
    return {**empty, **told, "entity_id": entity_id, "schema": schema, "originators": ["office"], **more}


def claim(entity_id: str, prop: str, value: str, prop_type: str = "name", **more: Any) -> Row:
    row: Row = dict.fromkeys(CLAIM.names)
    place = {"locator": f"{entity_id}/{prop}", "grade": "B2", "originator": "office", "source_id": "s", "marking": "TLP:CLEAR"}
    return {**row, **place, "canonical_id": entity_id, "entity_id": entity_id, "prop": prop, "prop_type": prop_type, "value": value, **more}


ENTITIES = [
    entity("a", caption='Anna "Falke"\tVolk \\ Söhne', countries=["de", "at"], birth_dates=["1970"], originators=["one", "two"]),
    entity("b", "LegalEntity", topics=["crime"], delisted=True),
    entity("c", victim=True),
    entity("d", "Vehicle"),
    entity("e", "Address"),
    entity("f", "Organization"),
    *[entity(f"g{number:03}") for number in range(40)],
]
CLAIMS = [
    claim("a", "weakAlias", "Anna Volk", grade="A1"),
    claim("a", "name", "Anna Volk", grade="C3", locator="late"),
    claim("a", "alias", "Anna Volk", grade="A1", locator=None),
    claim("a", "name", "VOLK, Anna"),
    claim("a", "name", "Volk Annemarie", locator=""),
    claim("a", "name", "Анна Фольк"),
    claim("a", "name", "---"),
    claim("a", "gender", "male", "gender"),
    claim("a", "gender", "female", "gender"),
    claim("a", "gender", "female", "gender", source_id="t"),
    claim("a", "passportNumber", "AB 123456", "identifier"),
    claim("a", "idNumber", "AB-123456", "identifier"),
    claim("b", "name", "Silver River"),
    claim("b", "programId", "AB123456", "identifier"),
    claim("c", "name", "Nobody Sees"),
    claim("d", "name", "Grey Van"),
    claim("d", "registrationNumber", "XY 987 654", "identifier"),
    claim("e", "name", "Mill Lane"),
    claim("f", "name", "Golden Lantern Trading Ltd"),
    *[claim(f"g{number:03}", prop, f"Tarik Velbaz{'abcdefghij'[number % 10]}") for number in range(40) for prop in ("name", "alias")],
]


@pytest.fixture
def told(engine: Engine) -> Engine:
    engine.load("entities", pa.Table.from_pylist(ENTITIES, schema=ENTITY))
    engine.load("claims", pa.Table.from_pylist(CLAIMS, schema=CLAIM))
    return engine


def written(index: Index, folder: Path) -> bytes:
    index.write(folder / "index")
    return (folder / "index").read_bytes()


def analysed(engine: Engine, kinds: tuple[str, ...]) -> None:
    """The table that matching leaves: the names, analysed, of things of some kinds."""
    kept = ", ".join(f"'{kind}'" for kind in kinds)
    query = f"select distinct value, k.kind from claims join (select unnest([{kept}]) as kind) k on true where prop_type = 'name'"
    engine.map("name_forms", query, records._analyse, records.NAME_FORM)


def test_who_is_listed_and_what_a_hit_shows(told: Engine) -> None:
    index = build_index(told)
    cards = [index.card(number) for number in range(index.entities)]
    assert [card["id"] for card in cards][:4] == ["a", "b", "d", "f"]  # no victim, and nothing that is no party or thing
    assert cards[0] == {
        "id": "a",
        "caption": 'Anna "Falke"\tVolk \\ Söhne',
        "schema": "Person",
        "marking": "TLP:CLEAR",
        "countries": ["de", "at"],
        "births": ["1970"],
        "originators": ["one", "two"],
        "topics": [],
        "delisted": False,
        "genders": ["female", "male"],
    }
    assert list(cards[0])[-1] == "genders"
    assert "genders" not in cards[1]
    assert (cards[1]["topics"], cards[1]["delisted"]) == (["crime"], True)
    assert index.support.tolist()[:2] == [2, 1]


def test_a_name_is_said_by_the_strongest_claim_of_it(told: Engine) -> None:
    index = build_index(told)
    forms = range(*index.side.names.form_start[:2].tolist())
    # strong before weak, then by property, value and grade; names of the same parts count once, those of none not at all
    assert [index.written[form] for form in forms] == ["Anna Volk", "Volk Annemarie", "Анна Фольк"]
    office = {"originator": "office", "source_id": "s", "grade": "A1", "marking": "TLP:CLEAR"}
    assert index.said(forms[0]) == {**office, "locator": None}
    assert list(index.said(forms[0])) == ["originator", "source_id", "locator", "grade", "marking"]
    assert index.said(forms[1])["locator"] == ""
    assert index.said(forms[2])["locator"] == "a/name"
    assert not index.side.names.weak[forms[0]]


def test_whoever_bears_an_identifier_is_found_once(told: Engine) -> None:
    index = build_index(told)
    assert index.bearers("AB123456").tolist() == [0]  # written in two ways; the number of a programme is nobody's
    assert index.bearers("XY987654").tolist() == [2]
    assert index.side.names.form_start[2] == index.side.names.form_start[3]  # a car has a number and no name


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_batches_do_not_change_the_index(told: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rows: int) -> None:
    whole = written(build_index(told), tmp_path)
    monkeypatch.setattr(listing, "ROWS", rows)
    assert written(build_index(told), tmp_path) == whole


@pytest.mark.parametrize("kinds", [("person",), ("person", "organization", "thing", "any")])
def test_names_that_matching_has_analysed_give_the_same_index(told: Engine, tmp_path: Path, kinds: tuple[str, ...]) -> None:
    anew = written(build_index(told), tmp_path)
    analysed(told, kinds)
    assert written(build_index(told), tmp_path) == anew


def test_names_that_are_known_are_not_analysed_again(told: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    analysed(told, ("person", "organization", "thing", "any"))
    monkeypatch.setattr(gathering, "analyze_names", refuse)
    assert screen(build_index(told), [Query("Anna Volk")])[0][0].entity_id == "a"


def refuse(*_: Any) -> Any:
    raise AssertionError("a name was analysed again")


def test_entities_given_one_by_one_come_in_pieces_of_any_size(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = [
        Listed(
            f"e{number}", "person", [(f"Name{chr(97 + number)} Velbaz", number % 2 == 0, ""), ("Common", False, "x")], [f"N{number}23456"]
        )
        for number in range(9)
    ]
    whole = written(Index.build(given), tmp_path)
    for size in (1, 2, 9, 100):
        monkeypatch.setattr(gathering, "CHUNK", size)
        assert written(Index.build(given), tmp_path) == whole


def test_no_build_is_no_index_of_anything(engine: Engine) -> None:
    engine.load("entities", ENTITY.empty_table())
    engine.load("claims", CLAIM.empty_table())
    index = build_index(engine)
    assert (index.entities, index.names) == (0, 0)
    assert screen(index, [Query("Anna")]) == [[]]


def test_tokens_keep_their_numbers_however_many_come() -> None:
    tokens, many = Tokens(), 20_000  # more than the table has room for at first
    names = [f"name{number} common x{number % 7}~3~y{number % 7}" for number in range(many)]
    start, first = tokens.numbers(pa.array(names))
    assert start.tolist() == list(range(0, 3 * many + 1, 3))
    again = [tokens.numbers(pa.array(names[place : place + 999]))[1] for place in range(0, many, 999)]
    assert np.array_equal(np.concatenate(again), first)
    assert len(set(first.tolist())) == many + 1 + 7
    words = tokens.vocabulary()
    assert words.script[first[2]] == 3
    assert np.diff(words.variant_start)[first[:3]].tolist() == [0, 0, 1]


def test_of_the_names_of_an_entity_that_read_alike_the_first_is_kept() -> None:
    of = np.repeat(np.array([3, 4, 9], np.int32), [2, 3, 1000])
    hashes = np.concatenate([[5, 5], [5, 6, 5], np.arange(1000) % 10]).astype(np.uint64)
    start = np.arange(len(of) + 1) - (np.arange(len(of) + 1) > 2)  # the third has no tokens
    assert first_forms(of, start, hashes).tolist() == [0, 3, 4, *range(5, 15)]
    assert first_forms(of[:0], start[:1], hashes[:0]).tolist() == []


@pytest.mark.parametrize("text", ["plain", 'a "quote"', "back\\slash", "line\nand\ttab\x01", "زبير 王", ""])
def test_texts_are_written_as_any_other_program_writes_json(text: str) -> None:
    lists = [[text], [], None, [text, "b", text]]
    assert json_texts(pa.array([text, None, "b"])).to_pylist() == [orjson.dumps(one).decode() for one in (text, None, "b")]
    assert json_texts(pa.array(lists, pa.list_(pa.string()))).to_pylist() == [orjson.dumps(one).decode() for one in lists]
    assert json_texts(pa.array(lists, pa.list_(pa.string())).slice(1)).to_pylist() == [orjson.dumps(one).decode() for one in lists[1:]]
