"""The page on matching: its prose, and the tables that come from the program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from crosstie.resolve.compare.likeness import THRESHOLD
from crosstie.resolve.features import FEATURES
from crosstie.resolve.score import ERROR, FEW, PRIOR, WEIGHTS
from crosstie.resolve.weights import BOUNDS_AGAINST, BOUNDS_FOR, LEAST, MEANING, STRENGTH
from crosstie.settings import Settings

#: The frozen run of `python -m bench.match.rates`.
_RATES = Path(__file__).parents[1] / "bench/match/rates.json"

_HOW = """# How records are matched

1. Records are gathered from all sources. Relations, addresses and documents are never matched; victims and minors take no part.
2. Names are cut into parts in a romanised form, with their other readings; titles and legal forms are set aside.
3. Two records are compared only if they share a key that few have: a number, two rare sounds of a name, a name with a date or a place.
4. Names are aligned part by part. What agrees counts as it is rare; what stands in place of another, or is missing, counts against.
5. Every other feature (below) adds its weight, or takes it away. What one side does not say counts nothing.
6. The sum is turned into a probability.
7. Pairs from {threshold} on tie records together, the strongest first. Two records that one list keeps apart are not joined without a number, and two
   groups are joined only if the pairs between them, taken together, speak for it or but little against it.
8. What people judged wins over all scores: see [the review](../guide/review.md).

## What a probability means

Evidence is measured in nats: 1 nat makes the odds that two records are one thing 2.7 times better, 2.3 nats ten times, 6.9 nats a thousand times.
Before anything is known the odds are {prior:g} nats: of about ten thousand records one is the same; among more than {few:,} records they are less, as
each meets more namesakes, unless the two share a number or a telephone. Of pairs with probability 0.9 about nine of ten
should be one thing; how well that holds depends on how far your records are like the lists on which the weights were set. Nothing is certain: no pair
gets more than {most:.1%}, because one in a thousand is a twin, or a record with the particulars of another. Among those at the top the one with more
evidence still comes first.

## What the features weigh

The weights that crosstie comes with were set by hand on one half of the pairs of real lists that people judged; those of dates on invented persons. A
weight “for each nat” is multiplied by how rare the shared value is. Where somebody is from (nationality, country, place) speaks for no more than 2.5
nats in all, as each implies the others. A telephone or a house in common says a quarter of two persons whose dates of birth differ: they are rather
one family.
"""

_LEARN = """
## Weights of your own

`crosstie learn` learns the weights from the records of a workspace, without labels; pairs judged in review count as judged. `crosstie learn --show` puts
them beside those above, `crosstie learn --reset` takes them back. They hold from the next build on, and its manifest notes their hash, so that a build
stays a function of sources, judgements, version and weights. Learning needs about {least} pairs that are one thing. The weights above count for as
much as {strength:g} such pairs, so little data hardly moves them; and what speaks for one thing stays between {low:g} and {high:g} times of what it was,
what speaks against between {low_against:g} and {high_against:g} times. What names weigh is not learned.
"""

_SERVED = """## Whom errors of screening fall on

Measured on real lists (OFAC of January 2022, the UN of February 2026; names in Latin letters) with queries that nothing was tuned on: invented slips,
many of them; the UN's names as others keep them and in original script; persons who are not listed. Of those answered rightly the right entity comes
first. “At 1 %” is the score that 1 in 100 of all who are not listed reach ({threshold:.2f}); “by default” is `--threshold` {default:g}. The names were
put into regions by the countries that the lists tie them to, so the regions are rough; groups of fewer than {least} are told together.

**Not all are served alike.** Of names with slips those of the group *{worst}* are found least ({low:.0%} at 1 %; *{best}*: {high:.0%}). Much of
that is length: on the half of the data that is tuned on, about two in three names of ten letters or fewer are found in every group looked at, and Afghan,
South Asian and Korean names there have 17 to 19 letters on average, Hispanic ones 23. Long names of the first two are found less often too (85 and 87 %
of those over 15 letters, Hispanic ones 96 %); why is not known. False alarms about persons of whom each part of the name is borne by listed people of
one region are most frequent in the group *{alarmed}* ({alarm:.0%} at 1 %): there a name alone says little, so ask with a date or place of birth. Scripts
in which only persons are asked for who are not listed tell of false alarms only: how many listed people are missed who are asked for in them is not
known from these data.
"""
_TABLES = {
    "clean": "Listed names as others keep them: recall",
    "typo": "Listed names with slips: recall",
    "original": "Names in original script, among names in Latin letters: recall",
    "negative": "Persons not listed, by the script that is asked, among names in Latin letters: false positives",
    "near": "Persons not listed whose names are put together from parts of listed names: false positives",
}


def _served() -> list[str]:
    record: dict[str, Any] = json.loads(_RATES.read_text(encoding="utf-8"))
    groups = record["groups"]
    typo = sorted((row for row in groups if row["queries"] == "typo"), key=lambda row: row["at_1_percent"])
    near = max((row for row in groups if row["queries"] == "near"), key=lambda row: row["at_1_percent"])
    told = {
        "worst": typo[0]["group"].title(),
        "low": typo[0]["at_1_percent"],
        "best": typo[-1]["group"].title(),
        "high": typo[-1]["at_1_percent"],
    }
    told |= {"alarmed": near["group"].title(), "alarm": near["at_1_percent"], "threshold": record["threshold"], "default": THRESHOLD}
    lines = [_SERVED.format(**told, least=record["least"])]
    for kind, title in _TABLES.items():
        lines += [f"### {title}", "", "| group | asked | at 1 % | by default |", "|---|---|---|---|"]
        for row in groups:
            if row["queries"] == kind:
                group = row["group"].title() if row["by"] == "region" else row["group"]
                lines.append(f"| {group} | {row['asked']:,} | {row['at_1_percent']:.1%} | {row['at_default']:.1%} |")
        lines.append("")
    return lines


def page() -> str:
    """docs/reference/matching.md."""
    lines = [
        _HOW.format(threshold=Settings().match_threshold, prior=PRIOR, few=FEW, most=1 - ERROR),
        "| feature | where | nats |",
        "|---|---|---|",
    ]
    for name, told in MEANING.items():
        lines += [f"| {name.replace('_', ' ')} | {where} | {weight:+g} |" for where, weight in zip(told, WEIGHTS[name][1:], strict=True)]
    lines += ["", "What each of them looks at:", ""]
    for feature in FEATURES:
        said = " ".join((feature.__doc__ or "").split())
        lines.append(f"- **{feature.__name__.replace('_', ' ')}**: {said}")
    learned = _LEARN.format(
        least=LEAST, strength=STRENGTH, low=BOUNDS_FOR[0], high=BOUNDS_FOR[1], low_against=BOUNDS_AGAINST[0], high_against=BOUNDS_AGAINST[1]
    )
    return "\n".join([*lines, learned, *_served()]).rstrip() + "\n"
