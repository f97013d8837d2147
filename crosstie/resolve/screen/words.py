"""Why two names are held to agree, in plain words: which parts agree and how, which differ, and how rare the agreement is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from crosstie.resolve.compare.kernels import MAX
from crosstie.resolve.compare.likeness import align_candidates
from crosstie.resolve.compare.phrases import agreeing_sentences, parts, rarity_sentence
from crosstie.resolve.names.vocabulary import Side, Vocabulary
from crosstie.resolve.screen.index import Index
from crosstie.resolve.screen.queries import Asked

_LETTERS = b"?abcdefghijklmnopqrstuvwxyz0123456789".ljust(256, b"?")


def sentences(asked: Asked, index: Index, pairs: Sequence[tuple[int, int]]) -> list[tuple[str, ...]]:
    """For each pair of a form that was asked and a form of the index what is to be said of the names."""
    if not pairs:
        return []
    ours, theirs = (np.array(side, np.int64) for side in zip(*pairs, strict=True))
    aligned = align_candidates(asked.side, index.side, ours, theirs)
    return [_told(asked, index, a, b, *(one[place] for one in aligned)) for place, (a, b) in enumerate(pairs)]


def _told(asked: Asked, index: Index, ours: int, theirs: int, partner: Any, way: Any, alike: Any) -> tuple[str, ...]:
    a, b = _tokens(asked.side, ours), _tokens(index.side, theirs)
    mine, listed = [asked.labels[token] for token in a], [spelled(index.side.words, token) for token in b]
    found = parts(mine, listed, asked.side.worth.rarity[a], index.side.worth.rarity[b], partner, way, alike)
    told = agreeing_sentences(found.agreeing)
    if found.only_left:
        told.append(f"Only asked for: {', '.join(found.only_left)}.")
    if found.only_right:
        told.append(f"Only listed: {', '.join(found.only_right)}.")
    if found.agreeing:
        place = found.places[found.rarest]
        token = b[place]
        bearers = int(index.postings.start[token + 1] - index.postings.start[token])
        told.append(
            rarity_sentence(listed[place], found.agreeing[found.rarest].nats, f"{bearers:,} of {index.names:,} listed names have it")
        )
    if index.side.names.weak[theirs]:
        told.append("The list itself calls this name weak.")
    return tuple(told)


def _tokens(side: Side, form: int) -> list[int]:
    found: list[int] = side.names.tokens[side.names.token_start[form] : side.names.token_start[form + 1]][:MAX].tolist()
    return found


def spelled(words: Vocabulary, token: int) -> str:
    """A token in letters."""
    return words.letters[words.start[token] : words.start[token + 1]].tobytes().translate(_LETTERS).decode("ascii")
