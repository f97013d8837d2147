from __future__ import annotations

import numpy as np
import pytest

from crosstie.resolve.names.vocabulary import NameTable
from crosstie.resolve.screen.misspelt import is_misspelt_form, without_misspelt_forms


@pytest.mark.parametrize("token", ["compahy", "copmany", "conpany", "ltdd", "limitedliability", "coltd", "corporaton", "limmited"])
def test_one_slip_from_a_legal_form_is_one(token: str) -> None:
    assert is_misspelt_form(token)


@pytest.mark.parametrize("token", ["", "x", "ktd", "company", "comrade", "unlimited", "campanile", "incline", "velmark"])
def test_other_words_are_none(token: str) -> None:
    assert not is_misspelt_form(token)


def test_organisations_lose_them_persons_and_names_of_nothing_else_do_not() -> None:
    labels = ["velmark", "compahy", "listed"]
    tokens = np.array([0, 1, 0, 1, 1, 0, 1], np.int32)
    start = np.array([0, 2, 4, 5, 7])
    names = NameTable(np.arange(5), start, tokens, np.arange(7, dtype=np.uint8), np.zeros(4, np.bool_))
    kind = np.array([1, 0, 1, 3], np.uint8)
    kept = without_misspelt_forms(names, kind, labels, np.array([True, False, True]))
    assert [kept.tokens[a:b].tolist() for a, b in zip(kept.token_start, kept.token_start[1:], strict=False)] == [[0], [0, 1], [1], [0]]
    assert kept.parts.tolist() == [0, 2, 3, 4, 5]
    assert without_misspelt_forms(names, kind, labels, np.array([True, True, True])) is names
