"""Which records are matched, what tells that one has changed, and that a few of them are read as all are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from crosstie.resolve import records, traits
from crosstie.resolve.batches import values
from crosstie.resolve.claims import gather
from crosstie.resolve.flat import take
from crosstie.resolve.loading import load_profiles
from crosstie.resolve.profiles import Profiles
from crosstie.store.engine import Engine
from tests.resolve.conftest import Said, World

PERSON: list[Said] = [
    ("one-1", "Person", "name", "Boran Tarkovar"),
    ("one-1", "Person", "alias", "Абу Ломбрак"),
    ("one-1", "Person", "birthDate", "1971-05-02"),
    ("one-1", "Person", "nationality", "me"),
    ("one-1", "Person", "passportNumber", "QX 48-11923"),
    ("one-1", "Person", "address", "17 Ostrovane Street, Zimbrak 4410"),
    ("one-1", "Person", "notes", "Has a scar."),
    ("one-s", "Sanction", "entity", "one-1"),
    ("one-s", "Sanction", "unscId", "QXi.901"),
]
OTHERS: list[Said] = [
    ("two-1", "Company", "name", "Ostrolin Works Ltd"),
    ("two-1", "Company", "jurisdiction", "mt"),
    ("two-2", "Person", "name", "Tarkovar, Boran"),
    ("two-2", "Person", "gender", "male"),
    ("two-3", "Person", "name", "Zimbrak Ostrovane"),
    ("two-3", "Person", "phone", "+35699001122"),
]


def _fingerprints(engine: Engine) -> dict[str, int]:
    gather(engine)
    records.select(engine)
    found = engine.arrow("select entity_id, fingerprint from records order by entity_id")
    return dict(zip(values(found, 0), values(found, 1), strict=True))


def _changed(world: World, said: Sequence[Said], **more: Sequence[Said]) -> list[str]:
    before = _fingerprints(world(one_20300101=PERSON, two_20300101=OTHERS))
    after = _fingerprints(world(one_20300101=said, two_20300101=OTHERS, **more))
    assert list(before) == list(after) == ["one-1", "two-1", "two-2", "two-3"]
    return [record for record, fingerprint in before.items() if after[record] != fingerprint]


def test_a_record_keeps_its_fingerprint_while_nothing_that_is_read_of_it_changes(world: World) -> None:
    assert _changed(world, PERSON) == []
    assert _changed(world, PERSON[::-1]) == []  # the order of claims says nothing
    assert _changed(world, [said for said in PERSON if said[2] != "notes"]) == []


@pytest.mark.parametrize("place", [place for place, said in enumerate(PERSON) if said[2] not in ("notes", "entity")])
def test_every_value_that_is_read_changes_the_fingerprint(world: World, place: int) -> None:
    said = [*PERSON]
    entity_id, schema, prop, value = said[place]
    said[place] = (entity_id, schema, prop, value[:-1] + "7")
    assert _changed(world, said) == ["one-1"]
    assert _changed(world, [*PERSON, said[place]]) == ["one-1"]


def test_another_property_or_schema_is_another_fingerprint(world: World) -> None:
    assert _changed(world, [(*said[:2], "name", said[3]) if said[2] == "alias" else said for said in PERSON]) == ["one-1"]
    assert _changed(world, [(said[0], "LegalEntity", *said[2:]) if said[0] == "one-1" else said for said in PERSON]) == ["one-1"]
    assert _changed(world, [said for said in PERSON if said[2] != "entity"]) == ["one-1"]


def test_what_no_newest_version_says_has_another_fingerprint(world: World) -> None:
    assert _changed(world, PERSON, one_20310101=[("one-9s", "Sanction", "unscId", "QXi.902")]) == ["one-1"]


def test_how_a_date_was_written_is_read_too(engine: Engine, world: World) -> None:
    found = []
    for written in (None, "circa 1971", "1971"):
        world(one_20300101=PERSON, two_20300101=OTHERS)
        gather(engine)
        filled = f"case when prop = 'birthDate' then '{written}' else 'elsewhere {written}' end" if written else "original_value"
        engine.create("claims", f"select * replace ({filled} as original_value) from claims")
        records.select(engine)
        found.append([engine.scalar(f"select fingerprint from records where entity_id = '{record}'") for record in ("one-1", "two-1")])
    assert len({one for one, _ in found}) == 3
    assert len({other for _, other in found}) == 1


def _read(engine: Engine) -> Profiles:
    records.analyse_names(engine)
    traits.collect(engine)
    return load_profiles(engine)


def _plain(profiles: Profiles, place: int) -> dict[str, object]:
    """What the arrays say of one record, whatever the numbers of words and values are."""
    names, words, _ = profiles.names
    forms = []
    for form in range(names.form_start[place], names.form_start[place + 1]):
        run = slice(*names.token_start[form : form + 2])
        tokens = names.tokens[run]
        readings = [sorted(words.hash[words.variants[slice(*words.variant_start[token : token + 2])]].tolist()) for token in tokens]
        forms.append(
            (words.hash[tokens].tolist(), words.script[tokens].tolist(), readings, names.parts[run].tolist(), bool(names.weak[form]))
        )
    held = {}
    for name, found in profiles.values.items():
        codes = found.codes[slice(*found.start[place : place + 2])]
        held[name] = sorted(
            (int(found.hash[code]), bytes(found.text[slice(*found.text_start[code : code + 2])]).decode()) for code in codes.tolist()
        )
    born = slice(*profiles.dates.start[place : place + 2])
    return {
        "id": profiles.ids[place].as_py(),
        "schema": profiles.schemata[profiles.schema_codes[place]],
        "list": profiles.lists[profiles.datasets[place]],
        "kind": int(profiles.kinds[place]),
        "forms": sorted(forms, key=str),
        "dates": [column[born].tolist() for column in (profiles.dates.first, profiles.dates.last, profiles.dates.exact)],
        **held,
    }


@pytest.mark.parametrize("chosen", [["one-1"], ["two-2", "two-1"], ["one-1", "two-3"], []])
def test_a_few_records_are_read_as_all_are(engine: Engine, world: World, chosen: list[str]) -> None:
    world(one_20300101=PERSON, two_20300101=OTHERS)
    gather(engine)
    records.select(engine)
    whole = _read(engine)
    engine.load("wanted", pa.table({"entity_id": pa.array(chosen, pa.string())}))
    engine.create(
        "records",
        """
        select cast(row_number() over (order by r.entity_id) - 1 as integer) as idx, r.* exclude (idx)
        from records r join wanted w on w.entity_id = r.entity_id""",
    )
    few = _read(engine)
    assert few.ids.to_pylist() == sorted(chosen)
    places = {name: place for place, name in enumerate(whole.ids.to_pylist())}
    assert [_plain(few, place) for place in range(few.count)] == [_plain(whole, places[name]) for name in sorted(chosen)]


def test_the_order_of_claims_does_not_change_the_arrays(engine: Engine, world: World) -> None:
    found = []
    for said in (PERSON, PERSON[::-1]):
        world(one_20300101=said, two_20300101=OTHERS)
        gather(engine)
        records.select(engine)
        found.append(_read(engine))
    one, other = (profiles._arrays() for profiles in found)
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert take(found[0].ids, np.arange(4)).equals(found[1].ids)
