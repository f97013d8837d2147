"""How rare a part of a name is: agreement on "Mohammed" says little, agreement on a name that two records bear says much."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from crosstie.resolve.names import skeleton
from crosstie.resolve.names.frequency import common_shares
from crosstie.resolve.names.vocabulary import NameTable, Vocabulary, Worth, vocabulary

#: The general knowledge weighs as much as so many records.
BACKGROUND = 4_000
#: Rarity is known in steps of so many nats: a quarter of a factor of two.
STEP = 0.25 * float(np.log(2.0))


def rarity(counts: NDArray[np.int64], shares: NDArray[np.float64], records: int) -> NDArray[np.float64]:
    """The nats that agreement on each value is worth: minus the logarithm of the chance that a record has it, in steps of `STEP`.

    In steps, of the records and of the bearers each, because so a few records more change the worth of few values, and with it few scores.
    """
    return np.asarray(STEP * np.maximum(steps(records) - np.round(np.log(counts + 1 + shares * BACKGROUND) / STEP), 0.0))


def steps(records: int) -> float:
    """How rare a value of one record is among so many, in steps."""
    return float(np.round(np.log(records + BACKGROUND) / STEP))


def worth(names: NameTable, words: Vocabulary, records: int) -> Worth:
    """What sharing each token, and each sound, says: by how many of the records bear it, and by general knowledge."""
    known, shares, known_sounds, sound_shares = _known()
    counted = _counted(names, words.hash, known, shares, records)
    heard = _counted(names, words.sound_hash, known_sounds, sound_shares, records)
    short = np.diff(words.start) == 1
    return Worth(np.where(short, np.minimum(counted, 1.0), counted), np.minimum(heard, counted))


def _counted(
    names: NameTable, hashes: NDArray[np.uint64], known: NDArray[np.uint64], shares: NDArray[np.float64], records: int
) -> NDArray[np.float64]:
    """How rare each of the hashes is among the records, each record counted once; tokens of one hash count together."""
    from crosstie.resolve.flat import bearers  # brings Arrow, which looking up one name can do without

    distinct, place = np.unique(hashes, return_inverse=True)
    borne = bearers(names.form_start, names.token_start, place[names.tokens].astype(np.int32), len(distinct))
    return np.asarray(rarity(borne, _looked_up(distinct, known, shares), records)[place])


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
