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
#: Words for bodies that are no companies.
BODIES = frozenset(
    [
        "foundation",
        "stiftung",
        "fondation",
        "fundacion",
        "fundacao",
        "fondazione",
        "trust",
        "charity",
        "association",
        "verein",
        "asociacion",
        "associazione",
        "society",
        "union",
        "federation",
        "syndicate",
        "committee",
        "council",
        "institute",
        "university",
        "academy",
        "ministry",
        "department",
        "brotherhood",
    ]
)


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
    found, evidence = (np.zeros(len(left), np.float32) for _ in range(2))
    compare_candidates(ours.side, theirs.side, one_by_one, one_by_one, number.astype(np.int64), found, evidence)
    return with_legal_forms(found.astype(np.float64), np.array([bool(one) for one, _ in other_forms(ours, theirs)], np.bool_))


def other_forms(ours: Written, theirs: Written) -> list[tuple[str, str]]:
    """For each pair of names the forms that they say, where both say one and not the same; else two empty strings.

    A form is a legal form, or a word for a body that is no company: "Foundation" beside "GmbH" is another form.
    """
    out = []
    for place, forms in enumerate(zip(ours.legal_forms, theirs.legal_forms, strict=True)):
        bodies = [[name.labels[token] for token in _tokens(name, place) if name.labels[token] in BODIES] for name in (ours, theirs)]
        if all(forms):
            found = forms
        elif any(forms) and sorted(bodies[0]) != sorted(bodies[1]):
            found = forms[0] or "".join(bodies[0][:1]), forms[1] or "".join(bodies[1][:1])
        else:
            found = "", ""
        out.append(found if all(found) and found[0] != found[1] else ("", ""))
    return out


def _tokens(name: Written, place: int) -> list[int]:
    start = name.side.names.token_start
    return [int(token) for token in name.side.names.tokens[start[place] : start[place + 1]]]


def with_legal_forms(found: NDArray[np.float64], differs: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Likeness, less where both names say a legal form and not the same one."""
    odds = found / np.maximum(1.0 - found, 1e-12) * np.where(differs, np.exp(model().legal_form), 1.0)
    return np.asarray(odds / (1.0 + odds))
