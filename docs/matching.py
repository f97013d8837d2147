"""The page on matching: its prose, and the tables that come from the program."""

from __future__ import annotations

from crosstie.resolve.features import FEATURES
from crosstie.resolve.score import ERROR, PRIOR, WEIGHTS
from crosstie.resolve.weights import BOUNDS_AGAINST, BOUNDS_FOR, LEAST, MEANING, STRENGTH
from crosstie.settings import Settings

_HOW = """# How records are matched

1. Records are gathered from all sources. Relations, addresses and documents are never matched; victims and minors take no part.
2. Names are cut into parts in a romanised form, with their other readings; titles and legal forms are set aside.
3. Two records are compared only if they share a key that few have: a number, two rare sounds of a name, a name with a date or a place.
4. Names are aligned part by part. What agrees counts as it is rare; what stands in place of another, or is missing, counts against.
5. Every other feature (below) adds its weight, or takes it away. What one side does not say counts nothing.
6. The sum is turned into a probability.
7. Pairs from {threshold} on tie records together, the strongest first. Two records that one list keeps apart are not joined without a number, and two
   groups are joined only if all pairs between them, taken together, speak for it.
8. What people judged wins over all scores: see [the review](../guide/review.md).

## What a probability means

Evidence is measured in nats: 1 nat makes the odds that two records are one thing 2.7 times better, 2.3 nats ten times, 6.9 nats a thousand times.
Before anything is known the odds are {prior:g} nats: of about ten thousand records one is the same. Of pairs with probability 0.9 about nine of ten
should be one thing; how well that holds depends on how far your records are like the lists on which the weights were set. Nothing is certain: no pair
gets more than {most:.1%}, because one in a thousand is a twin, or a record with the particulars of another. Among those at the top the one with more
evidence still comes first.

## What the features weigh

The weights that crosstie comes with were set by hand on one half of the pairs of real lists that people judged. A weight “for each nat” is multiplied by
how rare the shared value is. Where somebody is from (nationality, country, place) speaks for no more than 2.5 nats in all, as each implies the others. A
telephone or a house in common says a quarter of two persons whose dates of birth differ: they are rather one family.
"""

_LEARN = """
## Weights of your own

`crosstie learn` learns the weights from the records of a workspace, without labels; pairs judged in review count as judged. `crosstie learn --show` puts
them beside those above, `crosstie learn --reset` takes them back. They hold from the next build on, and its manifest notes their hash, so that a build
stays a function of sources, judgements, version and weights. Learning needs about {least} pairs that are one thing. The weights above count for as
much as {strength:g} such pairs, so little data hardly moves them; and what speaks for one thing stays between {low:g} and {high:g} times of what it was,
what speaks against between {low_against:g} and {high_against:g} times. What names weigh is not learned.
"""


def page() -> str:
    """docs/reference/matching.md."""
    lines = [_HOW.format(threshold=Settings().match_threshold, prior=PRIOR, most=1 - ERROR), "| feature | where | nats |", "|---|---|---|"]
    for name, told in MEANING.items():
        lines += [f"| {name.replace('_', ' ')} | {where} | {weight:+g} |" for where, weight in zip(told, WEIGHTS[name][1:], strict=True)]
    lines += ["", "What each of them looks at:", ""]
    for feature in FEATURES:
        said = " ".join((feature.__doc__ or "").split())
        lines.append(f"- **{feature.__name__.replace('_', ' ')}**: {said}")
    learned = _LEARN.format(
        least=LEAST, strength=STRENGTH, low=BOUNDS_FOR[0], high=BOUNDS_FOR[1], low_against=BOUNDS_AGAINST[0], high_against=BOUNDS_AGAINST[1]
    )
    return "\n".join(lines) + "\n" + learned
