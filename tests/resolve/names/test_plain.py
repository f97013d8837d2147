"""Kernels over many words say what the functions over one word say."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.resolve.names import particles, skeleton
from crosstie.resolve.names.concepts import concepts
from crosstie.resolve.names.plain import fold, may_be_joined, may_do
from crosstie.resolve.names.vocabulary import vocabulary
from crosstie.resolve.names.words import Texts

_TEXT = """abd abu al sch ch sh kh gh dh th ph zh ts tz ck dj ks ss mm ovich evna owicz
    ull ullah uddin udine eddeen dyn a o x q w y 1 11 7 din as ash"""
_SYLLABLES = _TEXT.split()
_TOKENS = st.one_of(
    st.text("abcdehiklnostuvwxyz017", max_size=12),
    st.lists(st.sampled_from(_SYLLABLES), max_size=5).map("".join),
    st.sampled_from(sorted(concepts())),
)


def _bytes(words: list[str]) -> Texts:
    start = np.concatenate([[0], np.cumsum([len(word.encode()) for word in words])]).astype(np.int64)
    return np.frombuffer("".join(words).encode(), np.uint8), start


@settings(deadline=None)
@given(st.lists(_TOKENS, max_size=8))
def test_a_vocabulary_says_of_each_token_what_is_said_of_one(tokens: list[str]) -> None:
    words = vocabulary(tokens)
    heard = vocabulary([skeleton(token) for token in tokens])
    assert words.sounds.tolist() == heard.letters.tolist()
    assert words.sound_start.tolist() == heard.start.tolist()
    assert words.sound_hash.tolist() == heard.hash.tolist()
    assert words.numeral.tolist() == [token.isdigit() for token in tokens]
    assert words.concept.tolist() == [concepts().get(token, -1) for token in tokens]
    alphabet = " abcdefghijklmnopqrstuvwxyz0123456789"
    assert words.bags.tolist() == [sum(1 << alphabet.index(letter) for letter in set(token)) for token in tokens]


@settings(deadline=None)
@given(st.lists(_TOKENS.filter(bool), max_size=8))
def test_words_that_no_rule_speaks_of_are_told_without_asking(tokens: list[str]) -> None:
    letters, start = _bytes(tokens)
    for token, joined, does in zip(tokens, may_be_joined(letters, start), may_do(letters, start), strict=True):
        assert joined or particles.joined(token) == token
        assert does or token in particles.known() or (particles.roles(token), particles.assimilated(token)) == (0, "")


@settings(deadline=None)
@given(st.lists(st.text("abZY09'`é", min_size=1, max_size=6), max_size=6))
def test_written_words_become_small_letters(written: list[str]) -> None:
    data, start = _bytes(written)
    letters, begin, case, beyond = fold(data, start[:-1], np.diff(start))
    for place, word in enumerate(written):
        assert beyond[place] == (not word.isascii())
        small = "".join(letter for letter in word.lower() if letter.isalnum()) if word.isascii() else ""
        assert letters[begin[place] : begin[place + 1]].tobytes().decode() == small
        if word.isascii() and len(word) > 1:
            assert case[place] == (1 if word.isupper() else 2 if word[:1].isupper() else 3)
