"""Names that are one by convention: nicknames and full names of one culture (William, Bill), customary spellings of one name (Yusuf, Youssef).

Two tokens of one concept may be the same person's; they are not the same token, and names of different cultures (Joseph, Yusuf) are not one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from crosstie.resolve.names.particles import joined

_DATA = Path(__file__).parent / "data"


@cache
def concepts() -> dict[str, int]:
    """The number of the concept of each token that has one.

    A token that several names share (Sasha is Aleksandr and Aleksandra) belongs to the first that lists it; a full name to its own.
    """
    rows = [
        [joined(token) for token in line.split()]
        for file in ("concepts.txt", "spellings.txt")
        for line in (_DATA / file).read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    found: dict[str, int] = {}
    for row in rows:
        found.setdefault(row[0], len(found))
    for row in rows:
        for token in row[1:]:
            found.setdefault(token, found[row[0]])
    return found
