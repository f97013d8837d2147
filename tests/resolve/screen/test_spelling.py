from __future__ import annotations

import random

import numpy as np
import pytest

from crosstie.resolve.names.vocabulary import NameTable, vocabulary
from crosstie.resolve.screen.spelling import LETTERS, compare_whole, write_query


def slow(one: str, other: str) -> list[int]:
    """Edits, swaps of neighbours included, between a word and every beginning of another."""
    rows = [list(range(len(one) + 1))]
    for j, letter in enumerate(other, 1):
        row = [j]
        for i, mine in enumerate(one, 1):
            found = min(rows[-1][i] + 1, row[-1] + 1, rows[-1][i - 1] + (mine != letter))
            if i > 1 and j > 1 and mine == other[j - 2] and one[i - 2] == letter:
                found = min(found, rows[-2][i - 2] + 1)
            row.append(found)
        rows.append(row)
    return [row[-1] for row in rows]


def compared(asked: list[str], listed: list[str]) -> tuple[float, float]:
    words = vocabulary([*asked, *listed])
    start = np.array([0, len(asked), len(asked) + len(listed)])
    tokens = np.arange(start[-1], dtype=np.int32)
    names = NameTable(np.arange(3), start, tokens, np.zeros(start[-1], np.uint8), np.zeros(2, np.bool_))
    straight, turned = np.zeros(64, np.uint64), np.zeros(64, np.uint64)
    length, bag = write_query(0, False, names, words, straight)
    assert write_query(0, True, names, words, turned) == (length, bag)
    found: tuple[float, float] = compare_whole(
        straight, turned, length, bag, tokens, start[1], start[2], words.start, words.letters, words.bags
    )
    return found


@pytest.mark.parametrize("seed", range(40))
def test_names_are_as_alike_as_counted_one_by_one(seed: int) -> None:
    rng = random.Random(seed)
    listed = ["".join(rng.choices("abcd", k=rng.randint(1, 8))) for _ in range(rng.randint(1, 4))]
    asked = [word[: rng.randint(1, len(word))] for word in rng.sample(listed, rng.randint(1, len(listed)))]
    whole = "".join(listed)
    orders = ["".join(asked), "".join([asked[-1], *asked[:-1]])]
    distances = [slow(order, whole) for order in orders]
    alike, begun = compared(asked, listed)
    assert alike == pytest.approx(1 - min(each[-1] for each in distances) / max(len(orders[0]), len(whole)))
    assert begun == pytest.approx(1 - min(min(each) for each in distances) / len(orders[0]))


def test_names_of_other_letters_are_not_counted() -> None:
    assert compared(["velmark"], ["ososo"]) == (0.0, 0.0)


def test_long_names_are_looked_at_as_far_as_there_is_room() -> None:
    word = "abcdefghijklmnop"
    alike, begun = compared([word] * 9, [word] * 9)
    assert (alike, begun) == (1.0, 1.0)
    assert LETTERS == 64
