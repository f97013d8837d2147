from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from crosstie.resolve.names.bulk import analyze_names
from crosstie.resolve.names.concepts import concepts


@pytest.mark.parametrize(
    "same",
    [
        ("bill", "william"),
        ("yusuf", "youssef"),
        ("sasha", "aleksandr", "alexander"),
        ("kim", "gim"),
        ("mohammed", "muhammad"),
        ("chan", "chen"),
    ],
)
def test_spellings_and_short_forms_are_one_name(same: tuple[str, ...]) -> None:
    assert len({concepts().get(token, token) for token in same}) == 1


@pytest.mark.parametrize("other", [("joseph", "yusuf"), ("peter", "petr"), ("mohammed", "mahmoud"), ("hamid", "hamad"), ("ivan", "john")])
def test_cultures_and_near_names_stay_apart(other: tuple[str, str]) -> None:
    assert concepts().get(other[0], -1) != concepts().get(other[1], -2)


def test_a_vocabulary_knows_scripts_variants_and_concepts() -> None:
    found = analyze_names(pa.array(["محمد Kelmis", "Bill Kelmis"]), np.zeros(2, np.uint8))
    words = found.vocabulary()
    first = found.tokens[0]
    assert words.script[first] == 1
    others = [found.labels[number] for number in words.variants[words.variant_start[first] : words.variant_start[first + 1]]]
    assert "muhammad" in others
    assert words.concept[first] == concepts()["muhammad"]
    assert words.concept[found.labels.index("kelmis")] == -1
