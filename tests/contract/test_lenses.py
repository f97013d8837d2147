"""Every lens at hand keeps the contract."""

from __future__ import annotations

import pytest

from crosstie.lens import registry
from crosstie.lens.contract import problems
from crosstie.lens.manifest import Lens

LENSES = registry.load()


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.name)
def test_the_lens_keeps_the_contract(lens: Lens) -> None:
    assert problems(lens, LENSES) == []


def test_the_first_three_lenses_are_there() -> None:
    assert {"extortion", "finance", "resources"} <= {lens.name for lens in LENSES}
