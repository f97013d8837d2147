"""How common names are, before anything is counted: the share of people, of all cultures that lists speak of, who bear a token."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from crosstie.resolve.names.forms import skeleton

_FILE = Path(__file__).parent / "data" / "frequencies.txt"


@cache
def common_shares() -> tuple[dict[str, float], dict[str, float]]:
    """The share of records that bear a token, and a skeleton (that of its commonest token), by general knowledge or as measured.

    Of each line of data/frequencies.txt: the token, how many of a million bear it, and whether that is general knowledge (k) or measured in
    lists of names that are in the public domain (m); see bench/train_names.py.
    """
    tokens: dict[str, float] = {}
    sounds: dict[str, float] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            token, share, _source = line.split()
            tokens[token] = int(share) / 1e6
            sounds[skeleton(token)] = max(sounds.get(skeleton(token), 0.0), tokens[token])
    return tokens, sounds
