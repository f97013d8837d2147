"""From features to a probability: each outcome has a weight in nats (natural log-odds); they are added up with what is expected beforehand.

The name brings its own amount (see `alignment.py`: the rarity of what agrees less what disagrees), and so do shared countries and places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crosstie.resolve.features import FEATURES, Outcome, Pairs
from crosstie.resolve.profiles import Floats

#: Log-odds that two records met by chance are one thing, before anything is known of them: of about ten thousand records one is.
PRIOR = -9.0

#: Feature to the weight of each of its outcomes. Outcome 0 is "nothing to compare".
WEIGHTS: dict[str, tuple[float, ...]] = {
    # nothing, strong names, weak alias
    "name": (0.0, 1.0, 1.0),
    # one name or none agrees, two agree, more agree
    "aliases": (0.0, 1.0, 1.8),
    # none, one, several in common; not so much that it decides against names that disagree: firms of one owner, and mistakes, share numbers
    "identifier": (0.0, 12.5, 13.5),
    # none, some in common
    "contact": (0.0, 4.0),
    # none, in common
    "citation": (0.0, 5.0),
    # fits, differs
    "unique_number": (0.0, -8.0),
    # nothing, >3 years, 2-3 years, next year, other day same year, one figure off, day/month swapped, year or interval fits, same day
    "birth_date": (0.0, -7.0, -4.5, -2.0, -2.0, 1.5, 4.0, 2.2, 6.0),
    # nothing, shared (per nat of rarity), different
    "nationality": (0.0, 0.35, -1.0),
    "country": (0.0, 0.35, -1.2),
    # nothing, same, different
    "gender": (0.0, 0.2, -4.0),
    # nothing, shared (per nat of rarity), different
    "place": (0.0, 0.30, -0.4),
    # fits, differs
    "legal_form": (0.0, -0.8),
}
#: Where somebody is from speaks for no more than so many nats, nationality, country and place together: each implies the others.
GEOGRAPHY = ("nationality", "country", "place")
MOST_GEOGRAPHY = 2.5


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs with their probability, and for each feature its outcome and contribution in nats."""

    pairs: Pairs
    probability: Floats
    outcomes: dict[str, Outcome]
    contributions: dict[str, Floats]


def score(pairs: Pairs) -> Scored:
    """Compare the pairs in bulk."""
    outcomes = {feature.__name__: feature(pairs) for feature in FEATURES}
    contributions = {name: np.asarray(WEIGHTS[name])[outcome.level] * outcome.amount for name, outcome in outcomes.items()}
    geography = sum((contributions[name] for name in GEOGRAPHY), np.zeros(pairs.count))
    shrunk = MOST_GEOGRAPHY / np.maximum(geography, MOST_GEOGRAPHY)
    contributions |= {name: contributions[name] * shrunk for name in GEOGRAPHY}
    total = PRIOR + sum(contributions.values(), np.zeros(pairs.count))
    return Scored(pairs, 1.0 / (1.0 + np.exp(-np.clip(total, -30.0, 30.0))), outcomes, contributions)
