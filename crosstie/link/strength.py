"""The three figures that are shown of a link, kept apart: strength (is it true?), surprise (would chance do it?), support (how many say so?)."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

from crosstie.link.candidates import Candidate, Row

#: What an argument against a link leaves of its strength.
COUNTER = {
    "dates": 0.3,
    "birth_dates": 0.4,
    "alibi": 0.4,
    "one_village": 0.8,
    "same_counsel": 0.5,
    "common_name": 0.5,
    "family_name": 0.6,
    "hub": 0.8,
    "public_address": 0.7,
    "agent": 0.5,
    "bank": 0.7,
    "list_echo": 1.0,
    "common_counterpart": 0.4,
    "denial": 0.4,
}


def strength(candidate: Candidate, arguments: Sequence[Row]) -> float:
    """The probability that the tie is true: that both belong to their spheres and that at least one of the disjoint paths holds, less what speaks against."""
    tie = candidate.merged
    if candidate.paths:
        doubt = 1.0
        for path in candidate.disjoint:
            doubt *= 1 - path.confidence
        tie = 1 - doubt
    product = candidate.crime.confidence * candidate.terror.confidence * tie
    for argument in arguments:
        if argument["outcome"] == "against":
            product *= COUNTER.get(argument["name"], 0.8)
    return product


def surprise(candidate: Candidate) -> float:
    """How unlikely chance would make such a tie, in bits: -log2 of the expected number of such paths (or, for one actor, of being in both spheres)."""
    if candidate.paths:
        return max(0.0, max(-log2(max(path.expected, 1e-18)) for path in candidate.paths))
    return sum(max(0.0, log2(max(candidate.population, 1) / max(one.actors, 1))) for one in (candidate.crime, candidate.terror))


def support(candidate: Candidate) -> int:
    """How many independent originators say a part of it."""
    return len(candidate.originators)
