from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crosstie.resolve import keys, records, traits
from crosstie.resolve.batches import rows
from crosstie.resolve.claims import gather
from crosstie.resolve.keys import CAP, name_keys
from crosstie.resolve.names import analyze
from crosstie.resolve.resolver import _FIT, _fits
from tests.resolve.conftest import World


def _keys(name: str, births: tuple[str, ...] = ()) -> set[str]:
    form = analyze(name, "person")
    return set(name_keys(list(form.tokens), list(form.skeletons), births, {}))


def test_spellings_share_a_key() -> None:
    assert _keys("Muhammad Rida Naqdzi") & _keys("Naqdzy, Mohamed Reza")
    assert _keys("Islam Abadi") & _keys("Islamabadi")
    assert _keys("Ko Chol-chae") & _keys("CHOL CHAE KO")


def test_a_birth_date_makes_up_for_half_a_name() -> None:
    assert not _keys("Boran Tarkovar") & _keys("Boran Ostrovane")
    assert _keys("Boran Tarkovar", ("1971-05-02",)) & _keys("Boran Ostrovane", ("1971-05-02",))
    # the first of January stands for “some day of the year”
    assert not {key for key in _keys("Boran Tarkovar", ("1971-01-01",)) if key.startswith("d:")}


@given(st.lists(st.text("bdfgklmnrst", min_size=2, max_size=6), min_size=1, max_size=12))
def test_a_name_of_any_length_has_few_keys(parts: list[str]) -> None:
    found = name_keys(parts, parts, ["1971-05-02"], {})
    assert len(found) <= 10 + 2 + 5 + 2
    assert all(key[:2] in {f"{kind}:" for kind in CAP} for key in found)


def test_a_key_that_too_many_share_joins_nobody(world: World) -> None:
    crowd = [(f"one-{place:03}", "Person", "name", "Boran Tarkovar") for place in range(CAP["n"])]
    rare = [("one-900", "Person", "name", "Zimbrak Ostrovane"), ("two-900", "Person", "name", "Zimbrak Ostrovane")]
    engine = world(one_20300101=[*crowd, rare[0]], two_20300101=[("two-001", "Person", "name", "Boran Tarkovar"), rare[1]])
    gather(engine)
    records.select(engine)
    records.analyse_names(engine)
    traits.collect(engine)
    engine.map("schema_fits", 'select distinct "schema" from records', _fits, _FIT)
    keys.candidates(engine)
    found = engine.arrow(
        "select a.entity_id as a, b.entity_id as b from candidates join records a on a.idx = l join records b on b.idx = r"
    )
    assert rows(found) == [("one-900", "two-900")]
