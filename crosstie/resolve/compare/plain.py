"""Names as they are written, compared pair by pair: for few names, for programs that have nothing but strings, and for learning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.compare.likeness import compare_candidates, model
from crosstie.resolve.names.bulk import KINDS, analyze_names
from crosstie.resolve.names.forms import Kind
from crosstie.resolve.names.vocabulary import NameTable, Side, vocabulary
from crosstie.resolve.rarity import worth

#: Longer names are cut: nobody has one.
LONGEST = 1_000


class Written(NamedTuple):
    """Names as one side of a comparison, one form each. `labels` are the tokens, `legal_forms` "" where there is none.

    What a part is worth is by general knowledge only: these names are no population.
    """

    side: Side
    labels: list[str]
    legal_forms: list[str]


def codes(kinds: Kind | Sequence[Kind], count: int) -> NDArray[np.uint8]:
    """Kinds as numbers: 0 person, 1 organisation, 2 thing, 3 unknown. One kind is that of all."""
    if isinstance(kinds, str):
        return np.full(count, KINDS.index(kinds), np.uint8)
    return np.array([KINDS.index(kind) for kind in kinds], np.uint8)


def written(names: Sequence[str], kinds: NDArray[np.uint8]) -> Written:
    """Names of some kinds (numbers, see `codes`) as a side."""
    found = analyze_names(pa.array([name[:LONGEST] for name in names], pa.string()), kinds)
    words = vocabulary(found.labels)._replace(script=found.scripts, variant_start=found.variant_start, variants=found.variants)
    count = len(names)
    table = NameTable(np.arange(count + 1), found.token_start, found.tokens, found.parts, np.zeros(count, np.bool_))
    nobody = NameTable(np.zeros(1, np.int64), np.zeros(1, np.int64), found.tokens[:0], found.parts[:0], np.zeros(0, np.bool_))
    return Written(Side(table, words, worth(nobody, words, 0)), found.labels, [form or "" for form in found.legal_forms.to_pylist()])


def likeness(left: Sequence[str], right: Sequence[str], kinds: Kind | Sequence[Kind] = "any") -> NDArray[np.float64]:
    """How likely left[p] and right[p] are names of one thing, 0 to 1, for a person who sees nothing but the names; 0.7 and more: taken for one.

    `kinds` is the kind of all pairs, or of each. Names may be in any script. An empty name is like nothing.
    """
    if len(left) != len(right):
        raise ValueError(f"{len(left)} names cannot be compared with {len(right)} one by one")
    number = codes(kinds, len(left))
    ours, theirs = written(left, number), written(right, number)
    one_by_one = np.arange(len(left))
    found, score, evidence = (np.zeros(len(left), np.float32) for _ in range(3))
    compare_candidates(ours.side, theirs.side, one_by_one, one_by_one, number.astype(np.int64), found, score, evidence)
    differs = np.array([bool(a and b and a != b) for a, b in zip(ours.legal_forms, theirs.legal_forms, strict=True)], np.bool_)
    return with_legal_forms(found.astype(np.float64), differs)


def with_legal_forms(found: NDArray[np.float64], differs: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Likeness, less where both names say a legal form and not the same one."""
    odds = found / np.maximum(1.0 - found, 1e-12) * np.where(differs, np.exp(model().legal_form), 1.0)
    return np.asarray(odds / (1.0 + odds))
