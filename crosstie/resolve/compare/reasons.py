"""Why two names are held to be alike or not, as data and in plain words: which parts agree and how, which differ, how rare the agreement is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from crosstie.resolve.compare.likeness import THRESHOLD, align_candidates, compare_candidates
from crosstie.resolve.compare.plain import Written, codes, other_forms, with_legal_forms, written
from crosstie.resolve.compare.tokens import CALLED, INITIAL, JOINED, READING, SAME, SOUND, SPELLING
from crosstie.resolve.names.forms import Kind

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
#: An agreement of so many nats is common; one of this many more is rare.
COMMON, RARE = 5.0, 8.0


class Agreement(NamedTuple):
    """A part of either name that agree, how (see `HOW`), how alike they are (0 to 1), and what it is worth, in nats."""

    left: str
    right: str
    how: str
    alike: float
    nats: float


class Reasons(NamedTuple):
    """Why two names are alike or not. `bearers`: of the rarest agreeing part, about one name in so many has it (0: nothing agrees)."""

    likeness: float
    evidence: float
    same: bool
    agreeing: tuple[Agreement, ...]
    only_left: tuple[str, ...]
    only_right: tuple[str, ...]
    bearers: int
    sentences: tuple[str, ...]


def reasons(left: str, right: str, kind: Kind = "any") -> Reasons:
    """Why two names of a kind are alike or not."""
    return reasons_of([left], [right], kind)[0]


def reasons_of(left: Sequence[str], right: Sequence[str], kinds: Kind | Sequence[Kind] = "any") -> list[Reasons]:
    """The reasons of many pairs of names, one by one."""
    number = codes(kinds, len(left))
    ours, theirs = written(left, number), written(right, number)
    place = np.arange(len(left))
    found, evidence = (np.zeros(len(left), np.float32) for _ in range(2))
    compare_candidates(ours.side, theirs.side, place, place, number.astype(np.int64), found, evidence)
    forms = other_forms(ours, theirs)
    differs = np.array([bool(one) for one, _ in forms], np.bool_)
    likeness = with_legal_forms(found.astype(np.float64), differs)
    partner, way, alike = align_candidates(ours.side, theirs.side, place, place)
    return [
        _told(ours, theirs, p, float(likeness[p]), float(evidence[p]), (partner[p], way[p], alike[p]), forms[p]) for p in range(len(left))
    ]


def _tokens(name: Written, form: int, most: int) -> list[int]:
    start = name.side.names.token_start
    return [int(token) for token in name.side.names.tokens[start[form] : start[form + 1]][:most]]


def _told(
    ours: Written, theirs: Written, form: int, likeness: float, evidence: float, aligned: tuple[Any, Any, Any], forms: tuple[str, str]
) -> Reasons:
    partner, way, alike = aligned
    a, b = _tokens(ours, form, partner.shape[1]), _tokens(theirs, form, partner.shape[1])
    agreeing = []
    for i, token in enumerate(a):
        j = int(partner[0, i])
        if j < 0 or (way[0, i] == JOINED and i and partner[0, i - 1] == j and way[0, i - 1] == JOINED):
            continue  # the second piece of what is written together is told with the first
        mine, others = [i], [j]
        if way[0, i] == JOINED:
            mine = [k for k in range(len(a)) if partner[0, k] == j and way[0, k] == JOINED]
            others = [k for k in range(len(b)) if partner[1, k] == i and way[1, k] == JOINED] or [j]
        nats = min(float(ours.side.worth.rarity[token]), float(theirs.side.worth.rarity[b[j]]))
        words = " ".join(ours.labels[a[k]] for k in mine), " ".join(theirs.labels[b[k]] for k in others)
        agreeing.append(Agreement(*words, HOW[int(way[0, i])], float(alike[0, i]), nats))
    only_left = tuple(ours.labels[token] for i, token in enumerate(a) if partner[0, i] < 0)
    only_right = tuple(theirs.labels[token] for j, token in enumerate(b) if partner[1, j] < 0)
    best = max((one.nats for one in agreeing), default=0.0)
    same = likeness >= THRESHOLD
    bearers = round(float(np.exp(best))) if agreeing else 0
    said = _sentences(agreeing, only_left, only_right, best, forms)
    return Reasons(likeness, evidence, same, tuple(agreeing), only_left, only_right, bearers, said)


def _sentences(
    agreeing: Sequence[Agreement], only_left: Sequence[str], only_right: Sequence[str], best: float, forms: tuple[str, str]
) -> tuple[str, ...]:
    said = []
    if same := [one.left for one in agreeing if one.how == "same"]:
        said.append(f"The same: {', '.join(same)}.")
    said += [_SAID[one.how].format(one.left, one.right) + "." for one in agreeing if one.how != "same"]
    if only_left and only_right:
        said.append(f"Different: {', '.join(only_left)} in the first name, {', '.join(only_right)} in the second.")
    elif only_left or only_right:
        said.append(f"Only in the {'first' if only_left else 'second'} name: {', '.join(only_left or only_right)}.")
    if forms != ("", ""):
        said.append(f"Another legal form: {forms[0]} and {forms[1]}.")
    if not agreeing:
        said.append("No part agrees.")
    else:
        rarest = max(agreeing, key=lambda one: one.nats)
        how = "common" if best < COMMON else "rare" if best >= RARE else "neither common nor rare"
        bearers = float(np.exp(best))
        about = round(bearers, -int(np.log10(max(bearers, 1.0))))  # one figure: rarity is known in steps
        said.append(f"The rarest part that agrees, “{rarest.left}”, is {how}: about one name in {about:,.0f} has it.")
    return tuple(said)
