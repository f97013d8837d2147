"""How good a link is: strength (is it true?), surprise (would chance do it?), support (how many say so?), and the sum that ranks.

Each feature is a pure function of a candidate and the arguments on it; its docstring is what is shown. Weights are in nats of log-odds.
They are those of a logistic regression on three small generated regions of known truth, rounded, but
for the last two, which were set with sense; better ones replace only the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log, log2
from typing import Any

from crosstie.link.candidates import Candidate, Row

#: Kinds of edges that show contact: something was given, sent, said or done together.
DIRECT = ("ledger.", "Payment", "Call", "Message", "Email", "EconomicActivity", "Debt", "ContractAward", "Event")
#: What an argument against a link leaves of its strength.
COUNTER = {
    "dates": 0.3,
    "birth_dates": 0.4,
    "common_name": 0.5,
    "family_name": 0.6,
    "hub": 0.8,
    "public_address": 0.7,
    "agent": 0.5,
    "bank": 0.7,
    "list_echo": 1.0,
    "common_counterpart": 0.4,
}
#: Bits beyond this say no more than "not by chance".
_MOST_BITS = 24.0
#: A link that nobody decided on and that scores less is not kept: on the regions hardly any planted tie does, and half of the chance ones do.
FLOOR = -2.0
#: Rarity of everyday dealings, and from where on more rarity tells no more, in bits.
_EVERYDAY, _MOST_TELLING = 3.0, 12.0


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


def truth(candidate: Candidate, arguments: Sequence[Row]) -> float:
    """Log-odds of the strength."""
    likely = min(max(strength(candidate, arguments), 1e-4), 1 - 1e-4)
    return log(likely / (1 - likely))


def unlikely_by_chance(candidate: Candidate, _: Sequence[Row]) -> float:
    """Bits of surprise, up to 24."""
    return min(surprise(candidate), _MOST_BITS)


def independent_voices(candidate: Candidate, _: Sequence[Row]) -> float:
    """Doublings of the number of independent originators."""
    return log2(max(1, support(candidate)))


def short(candidate: Candidate, _: Sequence[Row]) -> float:
    """Each step beyond the first makes a tie weaker in meaning, however sure."""
    return -float(max(0, candidate.hops - 1))


def telling(candidate: Candidate, _: Sequence[Row]) -> float:
    """How far the most ordinary dealing on the best path is rarer (in bits) than everyday dealings are, up to 12; below 0 it is an everyday one."""
    steps = candidate.paths[0].steps if candidate.paths else ()
    rarities = [step.rarity or 0.0 for step in steps if any(kind.startswith("ledger.") for kind in step.kinds)]
    return min(*rarities, _MOST_TELLING) - _EVERYDAY if rarities else 0.0


def both_listed(candidate: Candidate, _: Sequence[Row]) -> float:
    """Whether both ends are listed for what they do, not only spoken of."""
    return float(candidate.crime.listed and candidate.terror.listed)


def corroborated(candidate: Candidate, _: Sequence[Row]) -> float:
    """Findings that name two or more of those on the path, or one between; up to two count."""
    nodes = set(candidate.nodes)
    between = nodes - {candidate.crime.entity_id, candidate.terror.entity_id}
    return float(
        min(
            2,
            sum(
                1
                for finding in candidate.findings
                if finding["status"] != "rejected" and (len(nodes & set(finding["subjects"])) > 1 or between & set(finding["subjects"]))
            ),
        )
    )


def same_side(candidate: Candidate, arguments: Sequence[Row]) -> float:
    """How often on the best path somebody stands on the same side of two dealings: two customers of one shop, two who are paid by one employer."""
    return -float(sum(1 for one in arguments if one["name"] == "common_counterpart" and one["outcome"] == "against"))


def for_a_living(candidate: Candidate, arguments: Sequence[Row]) -> float:
    """How often on the best path somebody stands between who acts for many strangers."""
    return -float(sum(1 for one in arguments if one["name"] == "agent" and one["outcome"] == "against"))


Feature = Callable[[Candidate, Sequence[Row]], float]
#: Feature and weight; the sum of all is the score.
FEATURES: tuple[tuple[Feature, float], ...] = (
    (truth, 1.0),
    (unlikely_by_chance, 0.4),
    (independent_voices, 0.45),
    (short, 0.6),
    (telling, 0.55),
    (both_listed, 0.4),
    (corroborated, 1.2),
    (same_side, 1.5),
    (for_a_living, 1.0),
)


def score(candidate: Candidate, arguments: Sequence[Row]) -> float:
    """The log-odds sum that ranks."""
    return sum(weight * feature(candidate, arguments) for feature, weight in FEATURES)


def parts(candidate: Candidate, arguments: Sequence[Row]) -> dict[str, float]:
    """What each feature contributes, for those who ask why."""
    return {feature.__name__: weight * feature(candidate, arguments) for feature, weight in FEATURES}


def direct(kind: str) -> bool:
    """Whether an edge of this kind shows contact."""
    return kind.startswith(DIRECT)


def order(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Best first: rejected links last; within half a nat of score more support comes first, then strength; then by id."""
    return sorted(
        rows,
        key=lambda row: (
            row["status"] == "rejected",
            -round(row["score"] * 2),
            -row["support"],
            -row["strength"],
            -row["surprise"],
            row["link_id"],
        ),
    )
