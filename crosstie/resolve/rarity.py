"""How rare a part of a name is: agreement on "Mohammed" says little, agreement on a name that two records bear says much."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from crosstie.resolve.names import skeleton
from crosstie.resolve.names.vocabulary import NameTable, Vocabulary, Worth, vocabulary

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


def worth(names: NameTable, words: Vocabulary, records: int) -> Worth:
    """What sharing each token, and each sound, says: by how many of the records bear it, and by general knowledge."""
    from crosstie.resolve.flat import bearers  # brings Arrow, which looking up one name can do without

    known, shares, known_sounds, sound_shares = _known()
    sounds, sound_of = np.unique(words.sound_hash, return_inverse=True)
    borne = bearers(names.form_start, names.token_start, names.tokens, len(words.hash))
    heard = bearers(names.form_start, names.token_start, sound_of[names.tokens].astype(np.int32), len(sounds))
    counted = rarity(borne, _looked_up(words.hash, known, shares), records)
    of_sound = rarity(heard, _looked_up(sounds, known_sounds, sound_shares), records)
    short = np.diff(words.start) == 1
    return Worth(np.where(short, np.minimum(counted, 1.0), counted), np.minimum(of_sound[sound_of], counted))


@cache
def _known() -> tuple[NDArray[np.uint64], NDArray[np.float64], NDArray[np.uint64], NDArray[np.float64]]:
    """General knowledge by hash: sorted hashes of tokens and the share of each, and the same of sounds."""
    tokens, sounds = common_shares()
    words = vocabulary(list(tokens))
    order = np.argsort(words.hash)
    heard = dict(zip(words.sound_hash.tolist(), (sounds[skeleton(token)] for token in tokens), strict=True))
    hashes = np.array(sorted(heard), np.uint64)
    listed = np.array(list(tokens.values()))[order]
    return words.hash[order], listed, hashes, np.array([heard[sound] for sound in hashes.tolist()])


def _looked_up(hashes: NDArray[np.uint64], known: NDArray[np.uint64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    place = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.where(known[place] == hashes, shares[place], 0.0)
