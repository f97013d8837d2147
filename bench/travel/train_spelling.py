"""Make the table of runs of four letters by which names in machine-readable zones are weighed: `python -m bench.travel.train_spelling [--data ../shared/data]`.

Sources, free to ship in derived form: matching/names_{arabic,russian,chinese}_16.tsv (Latin tokens with counts, CC0), and the names that crosstie knows to be
common (resolve/names/data/frequencies.txt). Of a run only how often its last letter follows the three before is kept, in steps of an eighth of a nat.
The same input gives the same bytes. A tenth of the tokens, by hash, is held out and printed as a figure; what is shipped is trained on all.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crosstie.lenses.travel.mrz.letters import zone_names
from crosstie.lenses.travel.mrz.spelling import RANK, SIGNS, STEP, TABLE
from crosstie.resolve.names.frequency import common_shares

SCRIPTS = ("arabic", "russian", "chinese")
#: how many times each sign that has been seen after a run counts for all that have not (Witten and Bell's way, made stronger)
UNSEEN = 4.0
Counts = NDArray[np.float64]


def words(data: Path) -> Counter[str]:
    """Words as zones write them; what is common counts by its root, since the sources know some peoples better than others."""
    found: Counter[str] = Counter()
    for script in SCRIPTS:
        for line in (data / "matching" / f"names_{script}_16.tsv").read_text(encoding="utf-8").splitlines():
            token, _, count = line.split("\t")
            for way in zone_names(token)[:1]:
                if way.isalpha() and len(way) > 1:
                    found[way] += float(count) ** 0.5  # type: ignore[assignment]
    for token, share in common_shares()[0].items():
        for way in zone_names(token)[:1]:
            if way.isalpha():
                found[way] += (share * 1e4) ** 0.5  # type: ignore[assignment]
    return found


def trained(corpus: dict[str, float]) -> Counts:
    """The chance of a sign after three others: each order is smoothed with the one below."""
    size = len(SIGNS)
    counts = np.zeros((size,) * 4)
    for word, weight in corpus.items():
        text = [0, 0, 0, *(RANK[letter] for letter in word), 0]
        for a, b, c, d in zip(text, text[1:], text[2:], text[3:], strict=False):
            counts[a, b, c, d] += weight
    chance = np.full(size, 1 / size)
    for order in range(1, 5):
        own = counts.sum(axis=tuple(range(4 - order)))
        kinds = UNSEEN * (own > 0).sum(axis=-1, keepdims=True)
        total = own.sum(axis=-1, keepdims=True)
        chance = np.where(total > 0, (own + kinds * chance) / np.maximum(total + kinds, 1e-9), np.broadcast_to(chance, own.shape))
    return chance


def per_letter(chance: Counts, corpus: dict[str, float]) -> float:
    """Nats for each letter of the words and their ends."""
    spent, letters = 0.0, 0
    for word in corpus:
        text = [0, 0, 0, *(RANK[letter] for letter in word), 0]
        spent -= sum(float(np.log(chance[run])) for run in zip(text, text[1:], text[2:], text[3:], strict=False))
        letters += len(word) + 1
    return spent / letters


def main() -> int:
    """The entry."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=Path("../shared/data"))
    given = options.parse_args()
    corpus = words(given.data)
    aside = {word for word in corpus if zlib.crc32(word.encode()) % 10 == 0}
    kept = {word: weight for word, weight in corpus.items() if word not in aside}
    print(f"{len(corpus)} words; held out: {per_letter(trained(kept), dict.fromkeys(aside, 1.0)):.3f} nats a letter")
    table = np.clip(np.rint(-np.log(trained(corpus)) / STEP), 0, 255).astype(np.uint8)
    with TABLE.open("wb") as stream:
        np.savez_compressed(stream, runs=table)
    print(f"{TABLE}: {TABLE.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
