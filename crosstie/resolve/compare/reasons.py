"""Why two names are held to be alike or not, as data and in plain words: which parts agree and how, which differ, how rare the agreement is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from crosstie.resolve.compare.likeness import THRESHOLD, align_candidates, compare_candidates
from crosstie.resolve.compare.phrases import Agreement, Parts, agreeing_sentences, parts, rarity_sentence
from crosstie.resolve.compare.plain import Written, codes, other_forms, with_legal_forms, written
from crosstie.resolve.names.forms import Kind


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
    partner = aligned[0]
    a, b = _tokens(ours, form, partner.shape[1]), _tokens(theirs, form, partner.shape[1])
    labels = [ours.labels[token] for token in a], [theirs.labels[token] for token in b]
    found = parts(*labels, ours.side.worth.rarity[a], theirs.side.worth.rarity[b], *aligned)
    bearers = round(float(np.exp(found.agreeing[found.rarest].nats))) if found.agreeing else 0
    return Reasons(likeness, evidence, likeness >= THRESHOLD, *found[:3], bearers, _sentences(found, forms))


def _sentences(found: Parts, forms: tuple[str, str]) -> tuple[str, ...]:
    said = agreeing_sentences(found.agreeing)
    if found.only_left and found.only_right:
        said.append(f"Different: {', '.join(found.only_left)} in the first name, {', '.join(found.only_right)} in the second.")
    elif found.only_left or found.only_right:
        said.append(f"Only in the {'first' if found.only_left else 'second'} name: {', '.join(found.only_left or found.only_right)}.")
    if forms != ("", ""):
        said.append(f"Another legal form: {forms[0]} and {forms[1]}.")
    if not found.agreeing:
        said.append("No part agrees.")
    else:
        rarest = found.agreeing[found.rarest]
        bearers = float(np.exp(rarest.nats))
        about = round(bearers, -int(np.log10(max(bearers, 1.0))))  # one figure: rarity is known in steps
        said.append(rarity_sentence(rarest.left, rarest.nats, f"about one name in {about:,.0f} has it"))
    return tuple(said)
