"""Records that come in steps give the arrays, keys, blocks and pairs that they give when they come at once."""

from __future__ import annotations

import random
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.resolve.blocks import Blocks, blocks_of
from crosstie.resolve.candidates import LINE, Chosen, every_pair, pairs_of, ranges
from crosstie.resolve.increment.changes import AGAIN, marks_of, perhaps_rekeyed, settle
from crosstie.resolve.increment.reblock import reblock, rekey, wanted_of
from crosstie.resolve.increment.splice import merged, moved, splice
from crosstie.resolve.joining import opened
from crosstie.resolve.keys import keys_of
from crosstie.resolve.profiles import Births, Held, Names, Profiles, Values, assemble
from crosstie.resolve.rarity import steps
from crosstie.resolve.twins import firsts

FITS = np.ones((1, 1), np.bool_)
PARTS = ["boran", "tarkovar", "zimbrak~3~zymbrak~simbrak", "ostrovane", "melanye", "tarkofar", "li", "zimbrak"]
DAYS = ["1971-05-02", "1971-02-05", "1980", ""]

#: A person: parts of two names, birth, place, number.
PERSON = st.tuples(
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=3),
    st.lists(st.sampled_from(PARTS), max_size=2),
    st.sampled_from(DAYS),
    st.sampled_from(["", "b:grnk", "b:mlv"]),
    st.sampled_from(["", "A1234567", "B7654321"]),
)
Person = tuple[list[str], list[str], str, str, str]


def _profiles(people: dict[str, Person]) -> Profiles:
    ids = sorted(people)
    told = [people[one] for one in ids]
    forms = [(n, " ".join(parts), bool(k)) for n, person in enumerate(told) for k, parts in enumerate(person[:2]) if parts]
    births = [(n, person[2]) for n, person in enumerate(told) if person[2]]

    def held(place: int) -> Held:
        rows = [(n, str(person[place])) for n, person in enumerate(told) if person[place]]
        return Held(np.array([n for n, _ in rows], np.int64), pa.array([value for _, value in rows], pa.string()))

    return assemble(
        pa.array(ids, pa.string()),
        np.zeros(len(ids), np.int8),
        Names(
            np.array([n for n, _, _ in forms], np.int64),
            pa.array([tokens for _, tokens, _ in forms], pa.string()),
            np.array([weak for _, _, weak in forms], np.bool_),
            pa.array(["1" * len(tokens.split()) for _, tokens, _ in forms], pa.string()),
            np.array([not weak for _, _, weak in forms], np.bool_),
        ),
        births=Births(np.array([n for n, _ in births], np.int64), pa.array([day for _, day in births], pa.string())),
        values={"place": held(3), "identifier": held(4)},
    )


def _numbered(people: dict[str, Person], before: dict[str, Person]) -> tuple[np.ndarray[Any, Any], dict[str, Person]]:
    old = {one: number for number, one in enumerate(sorted(before))}
    fresh: dict[str, Person] = {}
    source = []
    for one in sorted(people):
        if one in old and before[one] == people[one]:
            source.append(old[one])
        else:
            source.append(~len(fresh))
            fresh[one] = people[one]
    return np.array(source, np.int64), fresh


def _said(profiles: Profiles) -> list[Any]:
    """All that the arrays say of each record, without the numbers of words and values."""
    names, words, worth = profiles.names
    found: list[Any] = []
    for i in range(profiles.count):
        for table in (names, profiles.mains):
            for form in range(table.form_start[i], table.form_start[i + 1]):
                run = slice(table.token_start[form], table.token_start[form + 1])
                tokens = table.tokens[run]
                found.append((i, table.weak[form], table.parts[run].tolist()))
                for token in tokens.tolist():
                    others = words.variants[words.variant_start[token] : words.variant_start[token + 1]]
                    spelled = words.letters[words.start[token] : words.start[token + 1]].tolist()
                    found.append((spelled, words.hash[token], worth.rarity[token], worth.sound_rarity[token], words.hash[others].tolist()))
        found.append(profiles.ids[i].as_py())
        run = slice(profiles.dates.start[i], profiles.dates.start[i + 1])
        found.append((profiles.dates.first[run].tolist(), profiles.dates.last[run].tolist(), profiles.dates.exact[run].tolist()))
        for values in profiles.values.values():
            found += [
                (values.hash[code], values.worth[code], _text(values, code)) for code in values.codes[values.start[i] : values.start[i + 1]]
            ]
    return found


def _text(values: Values, code: int) -> list[int]:
    told: list[int] = values.text[values.text_start[code] : values.text_start[code + 1]].tolist()
    return told


def _pairs(profiles: Profiles, blocks: Blocks, chosen: Chosen) -> dict[tuple[int, int], int]:
    """The pairs with the smallest key that brings each."""
    found = [pairs_of(blocks, profiles, FITS, chosen, cut) for cut in ranges(blocks, 50)]
    rows = sorted(row for one in found for row in zip(*(column.tolist() for column in one), strict=True))
    return {pair: min(under for *_, under in of) for pair, of in groupby(rows, key=lambda row: (row[0], row[1]))}


def _ruled(profiles: Profiles) -> np.ndarray[Any, Any]:
    return np.asarray(firsts(profiles, np.zeros(profiles.count, np.bool_)) == np.arange(profiles.count))


def _agree(before: dict[str, Person], now: dict[str, Person]) -> Blocks:
    """Assert that both ways lead to the same; the blocks."""
    old, whole = _profiles(before), _profiles(now)
    source, fresh = _numbered(now, before)
    found, spliced = splice(old, _profiles(fresh), source)
    assert _said(found) == _said(whole)

    keys, every = keys_of(old, _ruled(old)), keys_of(whole, _ruled(whole))
    blocks, all_blocks = blocks_of(old, keys), blocks_of(whole, every)
    remade, families, same = rekey(old, found, keys, source, perhaps_rekeyed(old, found, spliced), _ruled(old), _ruled(found))
    assert np.array_equal(remade.start, every.start)
    assert np.array_equal(remade.keys, every.keys)
    place = moved(source, old.count)
    reblocked, of_blocks, of_lines, stood, calm = reblock(found, remade, families, blocks, source, same)
    for name in Blocks._fields:
        assert np.array_equal(getattr(reblocked, name), getattr(all_blocks, name)), name

    met = _pairs(old, blocks, every_pair(blocks, old.count))
    left, right = (np.array([pair[side] for pair in met], np.int64) for side in (0, 1))
    marks = marks_of(old, found, spliced)
    settled = settle((left, right, np.array(list(met.values()), np.int64)), place, marks, families, reblocked, found, FITS)
    marks[settled.again] |= np.uint8(AGAIN)
    kept = {(int(place[a]), int(place[b])) for a, b in zip(left[settled.stays], right[settled.stays], strict=True)}
    chosen = Chosen(of_blocks, of_lines, calm, marks, stood, same, np.maximum(source, -1).astype(np.int32), blocks.own_start, blocks.own)
    compared = _pairs(found, *wanted_of(reblocked, chosen))
    assert compared == _pairs(found, reblocked, chosen)
    expected = _pairs(whole, all_blocks, every_pair(all_blocks, whole.count))
    assert kept | compared.keys() == expected.keys()
    # what is neither compared again nor marked says what it said
    assert not {pair for pair in kept if (marks[pair[0]] | marks[pair[1]]) & 1}
    for (a, b), key in zip(
        zip(place[left[settled.stays]], place[right[settled.stays]], strict=True), settled.under[settled.stays], strict=True
    ):
        if key < LINE >> 1:
            both = [set((reblocked.own[slice(*reblocked.own_start[record : record + 2])] >> np.uint64(1)).tolist()) for record in (a, b)]
            assert int(key) in both[0] & both[1]
    return all_blocks


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.from_regex(r"[a-f]{1,3}", fullmatch=True), PERSON, max_size=60),
    st.dictionaries(st.from_regex(r"[a-f]{1,3}", fullmatch=True), PERSON, max_size=12),
    st.sets(st.integers(0, 59), max_size=6),
)
def test_what_comes_in_two_steps_is_as_if_it_came_in_one(before: dict[str, Person], more: dict[str, Person], gone: set[int]) -> None:
    _agree(before, {one: person for number, (one, person) in enumerate(sorted(before.items())) if number not in gone} | more)


@pytest.mark.parametrize("seed", range(6))
def test_so_it_is_where_blocks_are_divided_and_put_in_line(seed: int) -> None:
    rng = random.Random(seed)

    def some(count: int) -> dict[str, Person]:
        common = PARTS[: 3 + seed % 3]
        return {
            f"{rng.randrange(100_000):05}": (
                [f"x{rng.randrange(3000)}" if rng.random() < 0.1 else rng.choice(common) for _ in range(rng.choice((2, 2, 3)))],
                [],
                rng.choice(DAYS) if rng.random() < 0.7 else f"19{rng.randrange(40, 99)}-0{rng.randrange(1, 9)}-1{rng.randrange(9)}",
                rng.choice(("", "b:grnk", "b:mlv", f"b:{rng.randrange(50)}")),
                f"N{rng.randrange(2000):07}" if rng.random() < 0.2 else "",
            )
            for _ in range(count)
        }

    before = some(1500)
    gone = rng.sample(sorted(before), 40)
    blocks = _agree(before, {one: person for one, person in before.items() if one not in gone} | some(60))
    assert len(blocks.line_keys)
    assert (np.diff(blocks.start) > 1).all()


@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_two_ascending_lists_become_one(old: set[int], fresh: set[int]) -> None:
    one, other = np.array(sorted(old), np.uint64), np.array(sorted(fresh), np.uint64)
    source, now, fresh_now = merged(one, other)
    both = [int(one[place]) if place >= 0 else int(other[~place]) for place in source.tolist()]
    assert both == sorted(old | fresh)
    assert [both[place] for place in now] == sorted(old)
    assert [both[place] for place in fresh_now] == sorted(fresh)
    assert all(place >= 0 for place in source[now])


def test_a_few_records_more_do_not_change_how_many_there_are() -> None:
    assert steps(10_000_000) == steps(10_010_000)
    assert steps(1_000) < steps(1_000_000)


def test_groups_are_joined_anew_where_two_inside_may_be_compared_anew() -> None:
    root = np.array([0, 0, 0, 3, 3, 5, 6, 6])
    marks = np.array(
        [32, 0, 32, 32, 64, 0, 0, 0], np.uint8
    )  # two of the first group have the same mark, two of the second one each their own
    assert np.flatnonzero(opened(root, marks, np.array([7]))).tolist() == [0, 6]
