"""Legal forms that were misspelt ("compahy", "ltdd"): the names room sets aside those that are written as they should be, here the others follow.

A token of an organisation's name that no listed name has, and that is one slip from a word of a legal form, or two such words run together, tells as
little as the legal form would. Names of nothing else keep it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from crosstie.resolve.names.vocabulary import NameTable

#: What is taken for a misspelt word has at least so many letters: shorter ones are one slip from too much.
LEAST = 4
_FORMS = (
    "company companies limited liability corporation incorporated inc ltd llc llp plc pty co corp ltda limitada sociedad anonima societe anonyme "
    "gmbh gesellschaft haftung sarl ooo oao pao zao obshchestvo ogranichennoi otvetstvennostyu aktsionernoe"
)


def without_misspelt_forms(names: NameTable, kind: NDArray[np.uint8], labels: Sequence[str], known: NDArray[np.bool_]) -> NameTable:
    """The names of queries without misspelt legal forms. `kind` is how each form was read, `known` whether a listed name has a token."""
    of = np.repeat(np.arange(len(kind)), np.diff(names.token_start))
    asked = np.zeros(len(labels), np.bool_)
    asked[names.tokens[np.isin(kind, (1, 3))[of]]] = True
    places = np.flatnonzero(asked & ~known[: len(labels)]).tolist()
    found = [place for place in places if is_misspelt_form(labels[place])]
    if not found:
        return names
    dropped = np.isin(names.tokens, found) & np.isin(kind, (1, 3))[of]
    left = np.bincount(of, ~dropped, len(kind))
    dropped &= left[of] > 0
    kept = np.flatnonzero(~dropped)
    lengths = np.bincount(of[kept], minlength=len(kind))
    start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return names._replace(token_start=start, tokens=names.tokens[kept], parts=names.parts[kept])


def is_misspelt_form(token: str) -> bool:
    """Whether a token is one slip from a word of a legal form, or two such words run together."""
    words, shortened = _forms()
    if token in words:
        return False
    if len(token) >= LEAST:
        for short in (token, *_shortened(token)):
            if any(_one_slip(token, word) for word in shortened.get(short, ())):
                return True
    return any(token[:place] in words and token[place:] in words for place in range(2, len(token) - 1))


@cache
def _forms() -> tuple[frozenset[str], dict[str, list[str]]]:
    """The words, and which of them each word is that has one letter less."""
    words = frozenset(_FORMS.split())
    shortened: dict[str, list[str]] = {}
    for word in sorted(words):
        for short in (word, *_shortened(word)):
            shortened.setdefault(short, []).append(word)
    return words, shortened


def _shortened(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


def _one_slip(token: str, word: str) -> bool:
    """Whether two different words with a common shortening are one letter more, less, another, or two swapped neighbours apart."""
    if len(token) != len(word):
        return abs(len(token) - len(word)) == 1
    unlike = [place for place in range(len(word)) if token[place] != word[place]]
    swapped = (
        len(unlike) == 2 and unlike[1] == unlike[0] + 1 and token[unlike[0]] == word[unlike[1]] and token[unlike[1]] == word[unlike[0]]
    )
    return len(unlike) == 1 or swapped
