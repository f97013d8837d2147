"""How the parts of two names agree, as data and in plain words: one wording for names that are compared and for names that are looked up.

Light to import: it needs no more than labels and an alignment (`likeness.align_candidates`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from crosstie.resolve.compare.tokens import CALLED, INITIAL, JOINED, READING, SAME, SOUND, SPELLING

HOW = {
    SAME: "same",
    SPELLING: "spelling",
    SOUND: "sound",
    READING: "reading",
    CALLED: "convention",
    INITIAL: "initial",
    JOINED: "joined",
}
_SAID = {
    "spelling": "“{}” is “{}”, spelt differently",
    "sound": "“{}” sounds like “{}”",
    "reading": "“{}” is “{}” in another reading of the script",
    "convention": "“{}” is a usual other form of “{}”",
    "initial": "“{}” may be an initial of “{}”",
    "joined": "“{}” is “{}” written together or apart",
}
#: An agreement of fewer nats is common (one name in a hundred), one of so many is rare (one in a thousand).
COMMON, RARE = 4.6, 6.9


class Agreement(NamedTuple):
    """A part of either name that agree, how (see `HOW`), how alike they are (0 to 1), and what it is worth, in nats."""

    left: str
    right: str
    how: str
    alike: float
    nats: float


class Parts(NamedTuple):
    """What agrees, in the order of the left name, and what only one name has. `places`: of what agrees (of its first piece) in the right name."""

    agreeing: tuple[Agreement, ...]
    only_left: tuple[str, ...]
    only_right: tuple[str, ...]
    places: tuple[int, ...]

    @property
    def rarest(self) -> int:
        """Which agreement is worth most; -1 where nothing agrees."""
        return max(range(len(self.agreeing)), key=lambda one: self.agreeing[one].nats, default=-1)


def parts(left: Sequence[str], right: Sequence[str], left_nats: Any, right_nats: Any, partner: Any, way: Any, alike: Any) -> Parts:
    """The parts of two names by an alignment: labels of both, what each is worth, and their rows of `align_candidates`."""
    agreeing, places = [], []
    partners, ways = partner.tolist(), way.tolist()
    for i, label in enumerate(left):
        j, how = partners[0][i], ways[0][i]
        if j < 0 or (how == JOINED and i and partners[0][i - 1] == j and ways[0][i - 1] == JOINED):
            continue  # the second piece of what is written together is told with the first
        mine, other = label, right[j]
        if how == JOINED:
            mine = " ".join(left[k] for k in range(len(left)) if partners[0][k] == j and ways[0][k] == JOINED)
            other = " ".join(right[k] for k in range(len(right)) if partners[1][k] == i and ways[1][k] == JOINED) or other
        agreeing.append(Agreement(mine, other, HOW[how], float(alike[0, i]), min(float(left_nats[i]), float(right_nats[j]))))
        places.append(j)
    only = [tuple(label for i, label in enumerate(labels) if partners[side][i] < 0) for side, labels in enumerate((left, right))]
    return Parts(tuple(agreeing), only[0], only[1], tuple(places))


def agreeing_sentences(agreeing: Sequence[Agreement]) -> list[str]:
    """What agrees, in words."""
    said = []
    if same := [one.left for one in agreeing if one.how == "same"]:
        said.append(f"The same: {', '.join(same)}.")
    return said + [_SAID[one.how].format(one.left, one.right) + "." for one in agreeing if one.how != "same"]


def rarity_sentence(part: str, nats: float, bearers: str) -> str:
    """How rare the rarest part is that agrees; `bearers` says who has it."""
    how = "common" if nats < COMMON else "rare" if nats >= RARE else "neither common nor rare"
    return f"The rarest part that agrees, “{part}”, is {how}: {bearers}."
