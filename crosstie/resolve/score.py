"""From features to a probability: each outcome has a weight in nats (natural log-odds); they are added up with what is expected beforehand.

The name brings its own amount (see `alignment.py`: the rarity of what agrees less what disagrees), and so do shared countries and places.

The weights here are those that the program comes with; they are set by hand, on half of the pairs of real lists that people judged. A workspace may
have its own, learned from its pairs (`weights.py`).

Nothing is certain: even where everything agrees, one pair in a thousand (ERROR) is two things after all, as twins are, or a record with the
particulars of another. From KNEE on the sum of the evidence is therefore bent towards the odds of that, and never reaches them: a probability of 1 is
not given, and more evidence still comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crosstie.resolve.features import FEATURES, PERSON, Outcome, Pairs
from crosstie.resolve.learn import Weights
from crosstie.resolve.profiles import Floats
from crosstie.resolve.rarity import BACKGROUND, STEP

#: Log-odds that two records met by chance are one thing, before anything is known of them: of about ten thousand records one is.
PRIOR = -9.0
#: Among more records than these the log-odds beforehand fall as their number grows: each meets more namesakes, but no more of itself. Set, as the
#: weights of dates are, on invented populations of a hundred thousand and of a million. Not so where something is shared that few have: whoever
#: else has it is kin, and of those there are not more.
FEW = 100_000
HAD_BY_FEW = ("identifier", "near_identifier", "contact")

#: Feature to the weight of each of its outcomes. Outcome 0 is "nothing to compare".
WEIGHTS: dict[str, tuple[float, ...]] = {
    # nothing, strong names, weak alias
    "name": (0.0, 1.0, 1.0),
    # nothing to compare, main names agree, each main name agrees with some name, one main name agrees with none, neither does
    "main_name": (0.0, 0.3, 0.0, -1.5, -2.5),
    # one name or none agrees, two agree, more agree
    "aliases": (0.0, 1.0, 1.8),
    # none, one, several in common; not so much that it decides against names that disagree: firms of one owner, and mistakes, share numbers
    "identifier": (0.0, 12.5, 13.5),
    # none, one slip apart, and check digits tell that one is wrong
    "near_identifier": (0.0, 2.5, 6.0),
    # none, some in common
    "contact": (0.0, 4.0),
    # none, in common
    "citation": (0.0, 5.0),
    # fits, differs
    "unique_number": (0.0, -8.0),
    # nothing, >3 years, 2-3 years, next year, other day same year, one figure off, day/month swapped, year or interval fits, same day
    "birth_date": (0.0, -7.0, -4.5, -2.0, -2.0, 2.5, 5.0, 2.2, 8.0),
    # nothing, shared (per nat of rarity), different
    "nationality": (0.0, 0.35, -1.0),
    "country": (0.0, 0.35, -1.2),
    # nothing, same, different
    "gender": (0.0, 0.2, -4.0),
    # nothing, shared (per nat of rarity), different
    "place": (0.0, 0.30, -0.4),
    # none, a house in common (as it is rare)
    "premises": (0.0, 2.0),
    # fits, differs
    "legal_form": (0.0, -0.8),
}
#: Where somebody is from speaks for no more than so many nats, nationality, country and place together: each implies the others.
GEOGRAPHY = ("nationality", "country", "place")
MOST_GEOGRAPHY = 2.5
#: What families share says only so much of two persons whose dates of birth differ: they are rather of one household than one person.
HOUSEHOLD = ("contact", "premises")
HOUSEHOLD_SHARE = 0.25
#: How often two things are one by all evidence, and are not: our convention.
ERROR = 0.001
_CEILING = float(np.log((1 - ERROR) / ERROR))
KNEE = 5.0

#: What the program comes with.
SHIPPED = Weights(PRIOR, WEIGHTS, {})


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs with their probability, and for each feature its outcome and contribution in nats."""

    pairs: Pairs
    probability: Floats
    outcomes: dict[str, Outcome]
    contributions: dict[str, Floats]


def score(pairs: Pairs, weights: Weights = SHIPPED) -> Scored:
    """Compare the pairs in bulk."""
    return combine(pairs, {feature.__name__: feature(pairs) for feature in FEATURES}, weights)


def combine(pairs: Pairs, outcomes: dict[str, Outcome], weights: Weights) -> Scored:
    """The outcomes of all features, weighed and put together."""
    contributions = {name: np.asarray(weights.levels[name])[outcome.level] * outcome.amount for name, outcome in outcomes.items()}
    family = (pairs.kinds == PERSON) & (outcomes["birth_date"].level > 0) & (contributions["birth_date"] < 0)
    contributions |= {name: np.where(family, HOUSEHOLD_SHARE, 1.0) * contributions[name] for name in HOUSEHOLD}
    geography = sum((contributions[name] for name in GEOGRAPHY), np.zeros(pairs.count))
    shrunk = MOST_GEOGRAPHY / np.maximum(geography, MOST_GEOGRAPHY)
    contributions |= {name: contributions[name] * shrunk for name in GEOGRAPHY}
    near = np.logical_or.reduce([outcomes[name].level > 0 for name in HAD_BY_FEW])
    prior = np.where(near, weights.prior, beforehand(weights.prior, pairs.profiles.count))
    return Scored(pairs, probability(contributions, prior), outcomes, contributions)


def beforehand(prior: float, records: int) -> float:
    """The log-odds beforehand among so many records; `prior` holds up to FEW. They fall in the steps of rarity, so that few more change no score."""
    few, many = np.round(np.log(np.array([FEW, max(FEW, records)]) + BACKGROUND) / STEP)
    return prior - STEP * float(many - few)


def probability(contributions: Mapping[str, Floats], prior: float | Floats = PRIOR) -> Floats:
    """The probability that evidence in nats amounts to; never 1 (see ERROR)."""
    total = np.clip(prior + sum(contributions.values(), np.zeros(1)), -30.0, None)
    above = _CEILING - KNEE
    bent = np.where(total > KNEE, KNEE + above * np.maximum(total - KNEE, 0.0) / (above + np.maximum(total - KNEE, 0.0)), total)
    return np.asarray(1.0 / (1.0 + np.exp(-bent)))
