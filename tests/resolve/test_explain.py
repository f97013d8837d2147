from __future__ import annotations

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from crosstie.resolve.claims import gather
from crosstie.resolve.explain import explain, weigh
from crosstie.resolve.features import FEATURES
from crosstie.resolve.resolver import resolve
from crosstie.resolve.score import WEIGHTS
from crosstie.settings import Settings
from tests.resolve.conftest import Said, World

OURS: list[Said] = [
    ("one-1", "Person", "name", "Boran Tarkovar"),
    ("one-1", "Person", "birthDate", "1971-05-02"),
    ("one-1", "Person", "nationality", "me"),
    ("one-1", "Person", "passportNumber", "QX 4811923"),
    ("one-1", "Person", "gender", "male"),
    ("one-1", "Person", "phone", "+38220123456"),
]
THEIRS: list[Said] = [
    ("two-1", "Person", "name", "TARKOVAR, Boran"),
    ("two-1", "Person", "birthDate", "1971-02-05"),
    ("two-1", "Person", "nationality", "rs"),
    ("two-1", "Person", "idNumber", "QX-4811923"),
    ("two-1", "Person", "gender", "female"),
    ("two-1", "Person", "phone", "+38220123456"),
]


def _claims(world: World) -> tuple[pa.Table, pa.Table, dict[str, float]]:
    engine = world(one_20300101=OURS, two_20300101=THEIRS)
    gather(engine)
    resolve(engine, [], Settings())
    left, right = (engine.arrow(f"select * from claims where entity_id = '{record}'") for record in ("one-1", "two-1"))
    return left, right, orjson.loads(engine.scalar("select features from pairs"))


def test_every_feature_that_spoke_has_its_sentence(world: World) -> None:
    left, right, stored = _claims(world)
    told = {name: (value, sentence) for name, value, sentence in explain(left, right, stored)}
    assert {name: value for name, (value, _) in told.items()} == stored
    assert told["name"][1].startswith("The names “Boran Tarkovar” and “TARKOVAR, Boran” agree. The same: boran, tarkovar. The rarest part")
    assert told["name"][1].endswith("”, is rare: about one name in 4,000 has it.")
    assert told["birth_date"][1] == "Dates of birth or building: 1971-05-02; 1971-02-05: the same with day and month swapped."
    assert told["nationality"] == (-1.0, "Different nationality: me; rs.")
    assert told["gender"][1] == "Different gender: male; female."
    assert told["identifier"][1] == "The same identifier: QX 4811923."
    assert told["contact"][1] == "The same telephone number or address of e-mail: +38220123456."


def test_the_strongest_comes_first(world: World) -> None:
    values = [abs(value) for _, value, _ in explain(*_claims(world))]
    assert values == sorted(values, reverse=True)


def test_a_pair_that_was_never_compared_is_weighed_by_itself(world: World) -> None:
    left, right, stored = _claims(world)
    assert weigh(left, right) == stored  # there were no other records
    assert weigh(left, left.slice(0, 0)) == {}
    assert explain(left, right) == explain(left, right, stored)


def test_names_that_disagree_are_said_to(world: World) -> None:
    left, right, _ = _claims(world)
    other = right.set_column(right.schema.get_field_index("value"), "value", pa.array(["Zimbrak Ostrovane"] * right.num_rows))
    [(_, value, sentence)] = [one for one in explain(left, other.filter(pc.field("prop") == "name")) if one[0] == "name"]
    assert value < 0
    assert sentence.startswith("No names agree; the nearest are “Boran Tarkovar” and “Zimbrak Ostrovane”. Different: ")


def test_every_feature_has_an_explanation_and_weights() -> None:
    assert [feature.__name__ for feature in FEATURES] == list(WEIGHTS)
    for feature in FEATURES:
        assert feature.__doc__
        assert WEIGHTS[feature.__name__][0] == 0.0  # missing is not different
