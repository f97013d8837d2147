"""How good a link is: the sum of what its features are worth, which ranks.

The features are pure functions (`link.features`). Their weights, in nats of log-odds, were learned on generated regions of known truth by
`python -m bench.links.ranking`; they stand with their origin in `link/data/weights.json`, and better ones replace only that file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from crosstie.link.candidates import Candidate, Row
from crosstie.link.features import FEATURES
from crosstie.link.strength import COUNTER, strength, support, surprise

__all__ = ["COUNTER", "FLOOR", "direct", "kept", "order", "parts", "score", "strength", "support", "surprise", "weights"]

#: Kinds of edges that show contact: something was given, sent, said or done together.
DIRECT = ("ledger.", "Payment", "Call", "Message", "Email", "EconomicActivity", "Debt", "ContractAward", "Event")
#: A link that nobody decided on and that scores less is not kept, unless it is among the first so many: hardly any planted tie does.
FLOOR, ALWAYS = -6.0, 1_000
_WEIGHTS = Path(__file__).parent / "data" / "weights.json"


@cache
def weights() -> dict[str, float]:
    """What a unit of each feature is worth, and `start`: the log-odds of a link whose features are all 0."""
    found: dict[str, float] = json.loads(_WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return found


def score(candidate: Candidate, arguments: Sequence[Row]) -> float:
    """The log-odds sum that ranks."""
    return weights()["start"] + sum(parts(candidate, arguments).values())


def parts(candidate: Candidate, arguments: Sequence[Row]) -> dict[str, float]:
    """What each feature contributes, for those who ask why."""
    return {feature.__name__: weights()[feature.__name__] * feature(candidate, arguments) for feature in FEATURES}


def direct(kind: str) -> bool:
    """Whether an edge of this kind shows contact."""
    return kind.startswith(DIRECT)


def kept(rows: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """The links that stay, best first: at most so many, and of those that hardly anybody will read only what may be something."""
    first = order(rows)[:most]
    return first[:ALWAYS] + [row for row in first[ALWAYS:] if row["score"] >= FLOOR or row["status"] != "open"]


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
