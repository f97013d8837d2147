"""Lists that copy each other: two entries, one source."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from crosstie.learn.region.parts import ListName
from crosstie.learn.region.plan import ListingPlan, Plan
from crosstie.learn.region.world import END
from crosstie.model.lexicon import Sphere

_INTO: tuple[tuple[ListName, str], ...] = (("gb-like", "Terrorism and Terrorist Financing"), ("ofac-like", "SDGT"))


def copy_lists(plan: Plan, rng: np.random.Generator, share: float) -> None:
    """Put that share of those whom the consolidated list calls terrorists on another list too, with the same words, errors and all."""
    there = {(one.actor.id, one.list) for one in plan.listings}
    for listing in [one for one in plan.listings if one.list == "un-like" and Sphere.TERROR in one.actor.spheres]:
        roll, later, pick = rng.random(), int(rng.integers(20, 300)), int(rng.integers(len(_INTO)))
        into, programme = _INTO[pick]
        if roll < share and (listing.actor.id, into) not in there:
            on = min(listing.on + timedelta(days=later), END)
            plan.listings.append(ListingPlan(listing.actor, into, programme, listing.narrative, on, (), copied=True))
