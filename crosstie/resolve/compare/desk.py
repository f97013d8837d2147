"""Where two names lie while they are compared: one block of memory, so that kernels hand each other one thing and count no references."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosstie.resolve.compare.kernels import ASSIGNING, MAX, inner

#: How many comparisons of each token with others are remembered; a power of two.
KNOWN = 64

#: `token` and `count` are the cards of the two names (0 left, 1 right) and how many they are. After `align`: `taken[i]` is the token of the right
#: name that token i of the left one agrees with (or -1), `way` and `alike` say how; `done` has a bit for each token, of the left name and of the
#: right one, that agrees with something; of the `joined[0, 0]` joins, row k of `joined` from 1 on has the side of the whole token (0 left), its
#: place, and the first and last place of its pieces on the other side. `known` remembers how alike tokens are that were compared before: names
#: that are compared one after the other share many. `table` and `other` are masks of letters, `buffer` and `text` letters.
DESK = np.dtype(
    [
        ("token", np.int32, (2, MAX)),
        ("count", np.int64, 2),
        ("done", np.int64, 2),
        ("taken", np.int64, MAX),
        ("gain", np.float64, (MAX, MAX)),
        ("alike", np.float64, (MAX, MAX)),
        ("way", np.uint8, (MAX, MAX)),
        ("joined", np.int64, (2 * MAX + 1, 4)),
        ("table", np.uint64, 64),
        ("other", np.uint64, 64),
        ("buffer", np.uint8, 64),
        ("text", np.uint8, 64),
        *[(name, *ASSIGNING.fields[name][:1]) for name in ASSIGNING.names or () if ASSIGNING.fields],
        ("known", np.int64, (MAX, KNOWN)),
        ("known_alike", np.float64, (MAX, KNOWN)),
        ("known_way", np.uint8, (MAX, KNOWN)),
    ],
    align=True,
)


def new_desk() -> NDArray[Any]:
    """An empty desk (an array of one)."""
    desk = np.zeros(1, DESK)
    desk["known"] = -1
    return desk


@inner
def lay(side: int, tokens: Any, start: int, end: int, desk: Any) -> None:
    """Lays a name out: its cards are tokens[start:end], of which the first `MAX` count."""
    count = min(end - start, MAX)
    desk.count[side] = count
    for k in range(count):
        desk.token[side, k] = tokens[start + k]
