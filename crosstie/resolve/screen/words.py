"""Why two names are held to agree, in plain words: which parts agree and how, which differ, and how rare the agreement is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from crosstie.resolve.compare.likeness import align_candidates
from crosstie.resolve.compare.tokens import CALLED, INITIAL, JOINED, READING, SAME, SOUND, SPELLING
from crosstie.resolve.names.vocabulary import Vocabulary
from crosstie.resolve.screen.index import Index
from crosstie.resolve.screen.queries import Asked

_LETTERS = "?abcdefghijklmnopqrstuvwxyz0123456789"
_HOW = {
    SPELLING: "spelt differently",
    SOUND: "of the same sound",
    READING: "in another reading of the script",
    CALLED: "a usual other form",
    INITIAL: "an initial",
    JOINED: "written together or apart",
}
#: Nats from which on a part is called rare, and from which on it is not called common.
_RARE, _SOME = 6.9, 4.6


def sentences(asked: Asked, index: Index, pairs: Sequence[tuple[int, int]]) -> list[tuple[str, ...]]:
    """For each pair of a form that was asked and a form of the index what is to be said of the names."""
    if not pairs:
        return []
    ours, theirs = (np.array(side, np.int64) for side in zip(*pairs, strict=True))
    partner, way, _ = align_candidates(asked.side, index.side, ours, theirs)
    return [_told(asked, index, a, b, partner[place], way[place]) for place, (a, b) in enumerate(pairs)]


def _told(asked: Asked, index: Index, ours: int, theirs: int, partner: Any, way: Any) -> tuple[str, ...]:
    a = asked.side.names.tokens[asked.side.names.token_start[ours] : asked.side.names.token_start[ours + 1]][:12]
    b = index.side.names.tokens[index.side.names.token_start[theirs] : index.side.names.token_start[theirs + 1]][:12]
    mine = [asked.labels[token] for token in a]
    listed = [spelled(index.side.words, token) for token in b]
    same, like = [], []
    worth, rarest = 0.0, -1
    for i, name in enumerate(mine):
        if way[0, i] == SAME:
            same.append(name)
        elif partner[0, i] >= 0:
            like.append(f"“{name}” is “{listed[partner[0, i]]}” {_HOW.get(int(way[0, i]), 'nearly')}")
        if partner[0, i] >= 0:
            found = float(min(asked.side.worth.rarity[a[i]], index.side.worth.rarity[b[partner[0, i]]]))
            if found > worth or rarest < 0:
                worth, rarest = found, int(partner[0, i])
    told = []
    if same:
        told.append(f"The same: {', '.join(same)}.")
    if like:
        told.append(f"Alike: {', '.join(like)}.")
    if missing := [name for i, name in enumerate(mine) if partner[0, i] < 0]:
        told.append(f"Only asked for: {', '.join(missing)}.")
    if more := [name for j, name in enumerate(listed) if partner[1, j] < 0]:
        told.append(f"Only listed: {', '.join(more)}.")
    if same or like:
        bearers = int(np.diff(index.postings.start[b[rarest] : b[rarest] + 2])[0])
        how = "rare" if worth >= _RARE else "neither common nor rare" if worth >= _SOME else "common"
        told.append(f"The rarest part that agrees, “{listed[rarest]}”, is {how}: {bearers:,} of {index.names:,} listed names have it.")
    if index.side.names.weak[theirs]:
        told.append("The list itself calls this name weak.")
    return tuple(told)


def spelled(words: Vocabulary, token: int) -> str:
    """A token in letters."""
    return "".join(_LETTERS[code] for code in words.letters[words.start[token] : words.start[token + 1]])
