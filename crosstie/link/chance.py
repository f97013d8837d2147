"""Would chance do as well? A p-value for each link, and the share of false ones to be expected down to it.

Two nulls work together. What chance does to a graph whose nodes keep what they have of every kind of tie is derived (`graph.null`): it is the surprise of a
path, and one feature of the score. The p-value of a pair is measured: the share of all pairs without a tie in generated regions of known truth, look-alikes
included, that score as high after the search has chosen the best of all paths of each. So the choice among paths is in it. Pairs that were searched and
found unconnected, or too far apart to be kept, count as lower than all others. Far out, where there are too few to count, the share falls off by a
constant factor for each nat (an exponential tail, fitted to the highest of them). What it cannot know is how far a country is like those regions: it is a
measured, not a proven, error rate.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_FILE = Path(__file__).parent / "data" / "weights.json"
#: The tail is fitted to so large a share of the untied pairs, and counted before it.
TAIL = 0.005
_POINTS = 40


@dataclass(frozen=True, slots=True)
class Null:
    """How high untied pairs score: the score that each share of them reaches (falling shares), and over how many nats the tail falls by a factor e.
    `searched` is how many pairs are searched in a region of those learned on.
    """

    scores: tuple[float, ...]
    shares: tuple[float, ...]
    scale: float
    searched: float

    @classmethod
    def of(cls, scores: Floats, searched: int, regions: int = 1) -> Null:
        """The null of so many untied pairs that were searched in some regions, of which those that were kept have these scores. ValueError where there are too
        few for a tail.
        """
        many = int(len(scores) * TAIL)
        if many < 10:
            raise ValueError(f"{len(scores)} untied pairs are too few: at least {int(10 / TAIL)} are needed")
        shares = np.geomspace(1.0, TAIL, _POINTS)
        points = np.quantile(scores, 1 - shares)
        scale = float(np.mean(scores[scores > points[-1]] - points[-1]))
        return cls(
            tuple(np.round(points, 4).tolist()),
            tuple(np.round(shares * len(scores) / searched, 10).tolist()),
            round(scale, 4),
            searched / regions,
        )

    def p_values(self, scores: Floats, searched: int) -> Floats:
        """The share of untied pairs, of all that are searched, that would score as high or higher; of so many searched those that are given were kept.

        Where a larger share is kept than in the regions learned on, as in small ones, the p-value of the lowest is that share, and falls from there.
        """
        least, most = self.shares[-1], self.shares[0]
        bend = np.log(max(len(scores) / max(searched, 1), most) / least) / np.log(most / least)
        shares = np.exp(np.log(least) + bend * (np.interp(scores, self.scores, np.log(self.shares)) - np.log(least)))
        beyond = np.maximum(0.0, scores - self.scores[-1])
        found: Floats = shares * np.exp(-beyond / self.scale)
        return found


@cache
def null() -> Null:
    """That which comes with the program; `link/data/weights.json` says where it was learned."""
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))["null"]
    return Null(tuple(found["scores"]), tuple(found["shares"]), found["scale"], found["searched"])


def p_values(scores: Sequence[float], searched: int) -> Floats:
    """The p-value of each score, of pairs that were kept of so many that were searched."""
    return null().p_values(np.asarray(scores, np.float64), searched)


def false_shares(values: Floats, scores: Floats, searched: int) -> Floats:
    """The expected share of false ones among the first, the first two, … of a list, given the p-values and scores in its order: the worse of two.

    One is that of Benjamini and Hochberg: `searched` is how many pairs were searched, connected or not, kept or not, each of which might have come out on
    top by chance. The other is the mean doubt of those down to it: a score is a log-odds, so it says itself how many like it were false; where
    fewer pairs are searched than in the regions learned on, each is likelier to be tied, as an actor has as many ties in a small country as in a large one.
    """
    if not len(values):
        return np.empty(0, np.float64)
    places = np.arange(1, len(values) + 1)
    by_chance = searched * np.maximum.accumulate(values) / places
    smaller = 0.5 * np.log(null().searched / max(searched, 1))
    doubt = np.cumsum(1 / (1 + np.exp(np.clip(scores + smaller, -30, 30)))) / places
    found: Floats = np.minimum(1.0, np.minimum.accumulate(np.maximum(by_chance, doubt)[::-1])[::-1])
    return found


def reached(shares: Sequence[float | None], most: float = 0.1) -> int:
    """How far down a list may be read with at most so large a share of false ones expected: a number of links."""
    return next((len(shares) - place for place, share in enumerate(reversed(shares)) if share is not None and share <= most), 0)
