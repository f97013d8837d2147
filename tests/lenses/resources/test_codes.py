"""Numbers that carry their own check, against the standards' own examples and an implementation that is not ours."""

from __future__ import annotations

import numpy as np
import pytest

from crosstie.lenses.resources import codes

iso6346 = pytest.importorskip("stdnum.iso6346")
imo = pytest.importorskip("stdnum.imo")


def test_containers_are_judged_as_another_implementation_does() -> None:
    rng = np.random.default_rng(5)
    letters = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    numbers = ["".join(rng.choice(letters, 3)) + rng.choice(list("UJZ")) + f"{rng.integers(10_000_000):07d}" for _ in range(2000)]
    assert [fault == 0 for fault in codes.container_faults(numbers)] == [iso6346.is_valid(number) for number in numbers]


def test_ships_are_judged_as_another_implementation_does() -> None:
    numbers = [f"{number:07d}" for number in np.random.default_rng(6).integers(1_000_000, 9_999_999, 2000)]
    assert [fault == 0 for fault in codes.imo_faults(numbers)] == [imo.is_valid(number) for number in numbers]


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("XTIU1234560", 0),
        ("XTIU1234561", codes.DIGIT),
        ("XTIX1234560", codes.SHAPE),
        ("XTIU12345601", codes.SHAPE),
        ("", codes.SHAPE),
        ("ЖTIU1234560", codes.SHAPE),
    ],
)
def test_a_container_is_right_wrong_or_none(number: str, fault: int) -> None:
    assert codes.container_faults([number]).tolist() == [fault]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("4402.90", "440290"),
        ("4402 90 10 00", "4402901000"),
        ("102.29", "010229"),
        ("7700", None),
        ("0001", None),
        ("charcoal", None),
        ("", None),
        ("٤٤٠٢", None),
    ],
)
def test_codes_of_goods(written: str, code: str | None) -> None:
    assert codes.hs(written) == code


def test_the_edition_that_is_shipped_has_charcoal_and_drones() -> None:
    assert codes.hs_known("440220")
    assert codes.hs_known("8806")
    assert not codes.hs_known("271011"), "of an older edition"
