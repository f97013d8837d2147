"""The parts that the lenses play in a region: what they plant is consistent, seeded, and found again by their own detectors."""

from __future__ import annotations

from typing import Any

import pytest

from crosstie.learn.region.builder import Builder
from crosstie.learn.region.plan import Plan
from crosstie.learn.region.truth import check
from crosstie.learn.region.world import size_of
from crosstie.lens import registry
from crosstie.lens.manifest import Lens

LENSES = registry.load()


def planted(lens: Lens, seed: int) -> Plan:
    plan = Plan()
    lens.scenario().plant(Builder(seed, size_of("small"), lens.name, plan))
    return plan


def story(plan: Plan) -> list[Any]:
    return [plan.payments, plan.shipments, plan.links, plan.decoys, plan.listings]


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.name)
def test_the_part_plants_ties_and_look_alikes_that_hold(lens: Lens) -> None:
    plan = planted(lens, 7)
    check(plan)
    assert plan.links
    assert plan.decoys
    assert all(link.first <= link.last for link in plan.links)
    ends = {(link.crime.id, link.terror.id) for link in plan.links}
    assert not ends & {(decoy.a.id, decoy.b.id) for decoy in plan.decoys}, "a look-alike is no tie"


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.name)
def test_the_same_seed_tells_the_same_story(lens: Lens) -> None:
    assert story(planted(lens, 7)) == story(planted(lens, 7))
    assert story(planted(lens, 7)) != story(planted(lens, 8))
