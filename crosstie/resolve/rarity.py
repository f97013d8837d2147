"""How rare a part of a name is: agreement on "Mohammed" says little, agreement on a name that two records bear says much."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from crosstie.resolve.names import skeleton

_FILE = Path(__file__).parent / "data" / "common_tokens.yaml"
#: The general knowledge weighs as much as so many records.
BACKGROUND = 4_000


@cache
def common_shares() -> tuple[dict[str, float], dict[str, float]]:
    """The share of records that bear a token, and a skeleton, by general knowledge (the higher of persons and organisations)."""
    listed: dict[str, dict[int, list[str]]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    tokens: dict[str, float] = {}
    sounds: dict[str, float] = {}
    for kind in listed.values():
        for per_thousand, words in kind.items():
            for word in words:
                tokens[word] = max(tokens.get(word, 0.0), per_thousand / 1000)
                sounds[skeleton(word)] = max(sounds.get(skeleton(word), 0.0), per_thousand / 1000)
    return tokens, sounds


def rarity(counts: NDArray[np.int64], shares: NDArray[np.float64], records: int) -> NDArray[np.float64]:
    """The nats that agreement on each value is worth: minus the logarithm of the chance that a record has it."""
    chance = (counts + 1 + shares * BACKGROUND) / (records + BACKGROUND)
    return -np.log(np.minimum(chance, 1.0))
