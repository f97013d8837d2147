"""Figures in words."""

from __future__ import annotations

import pytest

from crosstie.lens.words import chance


@pytest.mark.parametrize(
    "probability,told", [(0.0, "under 1%"), (0.01, "1%"), (0.5, "50%"), (0.99, "99%"), (0.996, "over 99%"), (1.0, "over 99%")]
)
def test_no_chance_is_all_or_nothing(probability: float, told: str) -> None:
    assert chance(probability) == told
