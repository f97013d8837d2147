from __future__ import annotations

from typing import get_args

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.resolve.names import Kind, analyze
from crosstie.resolve.names.bulk import KINDS, analyze_names

_TEXT = """abd al abdul Abu ABU bin ibn ould oglu Dr. Sheikh sayyid Amir the le van Ben as an ul din allah Allah Rahman Sudani Nasr KHALIL Smith O'Neil
    Ivanovich Petrovna , - ( ) " . Ltd Co Company limited S.A. B. V. GmbH (RVMG) Trading intl II vii de la Müller Đorđe Şahin محمد عبدالخالق
    الدين نور سيف الله أبو بن الشامي Иванов Сергеевич ООО 习近平 奥巴马 · 김정은 김 כהן Γιώργος गांधी P\u0430ul a\u200bb ℡ ʿUmar x1 1234 _ ' ` ß ﷲ"""
_WORDS = st.sampled_from(_TEXT.split())
_NAMES = st.one_of(st.lists(_WORDS, max_size=9).map(" ".join), st.lists(_WORDS, max_size=5).map("".join), st.text(max_size=40))


def assert_alike(names: list[str], kind: Kind) -> None:
    found = analyze_names(pa.array(names, pa.string()), np.full(len(names), KINDS.index(kind), np.uint8))
    tokens, sounds, forms = found.token_texts().to_pylist(), found.skeleton_texts().to_pylist(), found.legal_forms.to_pylist()
    for place, name in enumerate(names):
        one = analyze(name, kind)
        held = range(found.token_start[place], found.token_start[place + 1])
        assert tokens[place] == " ".join(one.tokens), name
        assert sounds[place] == " ".join(one.skeletons), name
        assert forms[place] == one.legal_form, name
        assert tuple(found.parts[at] for at in held) == one.parts, name
        for at, variants, script in zip(held, one.variants, one.scripts, strict=True):
            label = found.tokens[at]
            others = found.variants[found.variant_start[label] : found.variant_start[label + 1]]
            assert tuple(found.labels[other] for other in others) == variants, name
            assert found.scripts[label] == script, name


@settings(max_examples=200, deadline=None)
@given(st.lists(_NAMES, max_size=6), st.sampled_from(KINDS))
def test_many_at_once_as_one_by_one(names: list[str], kind: Kind) -> None:
    assert_alike(names, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_extremes(kind: Kind) -> None:
    assert_alike(
        ["", " ", "x" * 100_000, "a b " * 50_000, "محمد " * 20_000, "é" * 399 + " abd al Rahman", "\u200b", ",", ",,", "a,", ",a"], kind
    )
    assert_alike([], kind)


def test_kinds_are_all_known() -> None:
    assert set(KINDS) == set(get_args(Kind))


def test_parts_of_an_array_and_nulls() -> None:
    column = pa.chunked_array([pa.array(["zz", "Abd al-Rahman Kelmis", None]).slice(1), pa.array(["Kelmis, Omar"])])
    found = analyze_names(column, np.zeros(3, np.uint8))
    assert found.token_texts().to_pylist() == ["abdrahman kelmis", "", "omar kelmis"]
    assert found.parts.tolist() == [0, 0, 1, 2]
