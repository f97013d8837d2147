"""Features beyond names, on records of invented persons and firms."""

from __future__ import annotations

import numpy as np
import pytest

from crosstie.resolve import records, traits
from crosstie.resolve.claims import gather
from crosstie.resolve.explain import explain, weigh
from crosstie.resolve.features import Pairs, main_name, near_identifier, premises, unique_number
from crosstie.resolve.loading import load_profiles
from crosstie.resolve.profiles import Profiles
from crosstie.resolve.rarity import STEP
from crosstie.resolve.score import ERROR, FEW, WEIGHTS, beforehand, probability, score
from crosstie.resolve.slips import one_slip
from tests.resolve.conftest import Joined, Said, World


def _firm(entity: str, name: str, *aliases: str, **more: str) -> list[Said]:
    said = [("name", name), *(("alias", alias) for alias in aliases), *more.items()]
    return [(entity, "Company", prop, value) for prop, value in said]


def _person(entity: str, name: str, **more: str) -> list[Said]:
    return [(entity, "Person", prop, value) for prop, value in [("name", name), *more.items()]]


def _profiles(world: World, *said: list[Said]) -> Profiles:
    engine = world(one_20300101=[one for some in said for one in some])
    gather(engine)
    records.select(engine)
    records.analyse_names(engine)
    traits.collect(engine)
    return load_profiles(engine)


def _pair(profiles: Profiles) -> Pairs:
    return Pairs(profiles, np.array([0]), np.array([1]))


@pytest.mark.parametrize(
    ("ours", "theirs", "level"),
    [
        (("Varkesh Trading", "Ostrolin Works"), ("Varkesh Trading", "Pellumbra Group"), 1),
        (("Varkesh Trading",), ("Varkesh Trading",), 0),  # nobody has an alias
        (("Varkesh Trading", "Ostrolin Works"), ("Ostrolin Works", "Varkesh Trading"), 2),
        (("Varkesh Trading", "Ostrolin Works"), ("Ostrolin Works",), 3),
        (("Varkesh Trading", "Ostrolin Works"), ("Pellumbra Group", "Ostrolin Works"), 4),
        (("Varkesh Trading", "Ostrolin Works"), ("Zimbrak Holding",), 0),  # nothing agrees, so nothing is asked
    ],
)
def test_what_both_are_called_first_tells_more_than_an_alias(
    world: World, ours: tuple[str, ...], theirs: tuple[str, ...], level: int
) -> None:
    profiles = _profiles(world, _firm("one-1", *ours), _firm("two-1", *theirs))
    assert main_name(_pair(profiles)).level.tolist() == [level]


def test_a_firm_is_joined_with_its_namesake_not_with_the_partner_that_is_its_alias(joined: Joined) -> None:
    ours = _firm("one-1", "Varkesh Finance", "Varkesh Financial", "Ostrolin Management", country="pa")
    theirs = [*_firm("two-1", "Varkesh Financial", "Varkesh Finance"), *_firm("two-2", "Ostrolin Management", country="pa")]
    assert joined(ours, theirs) == [["one-1", "two-1"]]


@pytest.mark.parametrize(
    ("a", "b", "slip"),
    [
        ("A4811923", "A4811923", 0),  # the same is told elsewhere
        ("A4811923", "A4871923", 1),
        ("A4811923", "A4811932", 1),
        ("A4811923", "A481192", 1),
        ("A4811923", "A4871932", 0),
        ("481192", "481193", 0),  # too short
    ],
)
def test_a_number_one_slip_off_says_a_little(world: World, a: str, b: str, slip: int) -> None:
    profiles = _profiles(world, _person("one-1", "Boran Tarkovar", passportNumber=a), _person("two-1", "Boran Tarkovar", passportNumber=b))
    assert near_identifier(_pair(profiles)).level.tolist() == [slip]
    assert WEIGHTS["near_identifier"][1] < WEIGHTS["identifier"][1] / 3


@pytest.mark.parametrize(
    ("schema", "prop", "a", "b", "level"),
    [
        ("Person", "idNumber", "QX550000123456789012", "QX550000123457689012", 2),  # an account, two figures exchanged
        ("Person", "idNumber", "QX550000123456789012", "QX55000012345678901", 2),  # and one missing
        ("Person", "idNumber", "QX560000123456789012", "QX560000123457689012", 1),  # neither can be an account
        ("Company", "leiCode", "5000ABCDEF1234567807", "5000ABCDEF1234576807", 2),
        ("Person", "idNumber", "4000000000000002", "4000000000000020", 2),  # a card
        ("Person", "idNumber", "4111111111091107", "4111111111901107", 0),  # what its sum does not see: two cards
        ("Person", "taxNumber", "12345678909", "12345678990", 2),
        ("Vessel", "imoNumber", "1234567", "1234576", 2),
        ("Vessel", "imoNumber", "1234568", "1234586", 1),
        ("Person", "idNumber", "1234567", "1234576", 1),  # nobody is a ship
    ],
)
def test_check_digits_tell_a_slip_from_another_number(world: World, schema: str, prop: str, a: str, b: str, level: int) -> None:
    ours, theirs = (
        [(entity, schema, "name", "Varkesh"), (entity, schema, prop, number)] for entity, number in (("one-1", a), ("two-1", b))
    )
    profiles = _profiles(world, ours, theirs)
    assert near_identifier(_pair(profiles)).level.tolist() == [level]


def test_a_ship_is_not_another_one_for_a_slip_in_its_number(world: World) -> None:
    found = []
    for number in ("1234576", "1234586", "7654329"):
        ours = [("one-1", "Vessel", "name", "Varkesh"), ("one-1", "Vessel", "imoNumber", "1234567")]
        profiles = _profiles(world, ours, [("two-1", "Vessel", "name", "Varkesh"), ("two-1", "Vessel", "imoNumber", number)])
        found.append(unique_number(_pair(profiles)).level.tolist())
    assert found == [[0], [1], [1]]


def test_among_more_records_a_namesake_is_met_more_easily() -> None:
    assert beforehand(-9.0, 2) == beforehand(-9.0, FEW) == -9.0
    assert beforehand(-9.0, 10 * FEW) == pytest.approx(-9.0 - np.log(10), abs=STEP)
    assert beforehand(-9.0, 1_000_000) == beforehand(-9.0, 1_010_000)  # in steps: a few more records change nothing


def test_one_slip_is_one_edit_or_exchange_of_neighbours() -> None:
    def apart(a: str, b: str) -> bool:
        return bool(one_slip(np.frombuffer(a.encode(), np.uint8), np.frombuffer(b.encode(), np.uint8)))

    assert [apart("1234", b) for b in ("1234", "1243", "124", "12345", "0234", "4231", "2134", "12", "")] == [
        False, True, True, True, True, False, True, False, False,
    ]  # fmt: skip


def test_a_house_in_common_is_told_by_its_number(world: World) -> None:
    house = "14 Selvona Street, Korvat 20417"
    profiles = _profiles(
        world, _firm("one-1", "Varkesh Trading", address=house), _firm("two-1", "Ostrolin", address="Selvona Str. 14, Korvat")
    )
    assert premises(_pair(profiles)).level.tolist() == [1]


def test_a_street_in_common_is_no_house(world: World) -> None:
    profiles = _profiles(
        world, _firm("one-1", "Varkesh", address="14 Selvona Street"), _firm("two-1", "Ostrolin", address="15 Selvona Street")
    )
    assert premises(_pair(profiles)).level.tolist() == [0]


def test_what_a_family_shares_says_little_of_two_birth_dates(world: World) -> None:
    shared = {"address": "14 Selvona Street, Korvat 20417", "phone": "+38220123456"}
    one = _profiles(
        world,
        _person("one-1", "Boran Tarkovar", birthDate="1971-05-02", **shared),
        _person("two-1", "Mirel Tarkovar", birthDate="1999-08-20", **shared),
    )
    other = _profiles(world, _person("one-1", "Boran Tarkovar", **shared), _person("two-1", "Mirel Tarkovar", **shared))
    family, unknown = score(_pair(one)).contributions, score(_pair(other)).contributions
    assert family["contact"] == pytest.approx(unknown["contact"] / 4)
    assert 0 < family["premises"] < unknown["premises"]


def test_no_probability_is_one_and_more_evidence_comes_first() -> None:
    found = [float(probability({"name": np.array([nats])})[0]) for nats in (9.0, 13.0, 15.0, 20.0, 40.0, 1e6)]
    assert found == sorted(found)
    assert len(set(found)) == len(found)
    assert found[0] == pytest.approx(0.5)
    assert found[-1] < 1 - ERROR


def test_new_features_have_sentences(world: World) -> None:
    engine = world(
        one_20300101=_person("one-1", "Boran Tarkovar", alias="Kerem Oslan", passportNumber="QX4811923", address="14 Selvona Street"),
        two_20300101=_person("two-1", "Mirel Tarkovar", alias="Boran Tarkovar", passportNumber="QX4811932", address="Selvona Street 14"),
    )
    gather(engine)
    left, right = (engine.arrow(f"select * from claims where entity_id = '{record}'") for record in ("one-1", "two-1"))
    told = {name: sentence for name, _, sentence in explain(left, right, weigh(left, right))}
    assert told["near_identifier"] == "Identifiers that are one slip apart: QX4811923; QX4811932."
    assert told["main_name"].startswith("It is an alias that agrees: what they are called first, Boran Tarkovar and Mirel Tarkovar, ")
    assert told["premises"] == "The same house, in part: 14 Selvona Street; Selvona Street 14."
