from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from crosstie.resolve.blocks import CAPS, WINDOW, Blocks, blocks_of
from crosstie.resolve.candidates import every_pair, pairs_of, ranges
from crosstie.resolve.keys import SOUNDS, YEAR, keys_of
from crosstie.resolve.profiles import Births, Names, Profiles, assemble
from crosstie.resolve.twins import firsts
from tests.resolve.test_keys import profiles

FITS = np.ones((1, 1), np.bool_)
CAP = int(CAPS[0, SOUNDS])


def _made(records: Profiles, most: int = 1000) -> tuple[Blocks, list[tuple[int, int]]]:
    blocks = blocks_of(records, keys_of(records, np.ones(records.count, np.bool_)))
    found = [pairs_of(blocks, records, FITS, every_pair(blocks, records.count), cut) for cut in ranges(blocks, most)]
    return blocks, [(int(one), int(other)) for left, right, _ in found for one, other in zip(left, right, strict=True)]


def test_a_pair_is_made_once_however_many_keys_it_shares() -> None:
    _, pairs = _made(profiles(*[("Zimbrak Ostrovane Tarkovar", "1971-05-02")] * 3, ("Zimbrak Melanye", "1971-05-02")))
    assert sorted(pairs) == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]


def test_a_block_over_its_cap_is_divided_by_what_else_is_known() -> None:
    years = [f"{1940 + place // 2}-0{place % 2 + 1}-15" for place in range(6 * CAP)]
    _, pairs = _made(profiles(*[("Boran Tarkovar", day) for day in years]))
    found = set(pairs)
    assert all((place, place + 1) in found for place in range(0, len(years), 2))  # those of one year still meet
    assert len(pairs) < len(years) * len(years) / 4


@pytest.mark.parametrize("count", [2_000, 20_000])
def test_what_is_too_large_in_every_way_costs_a_little_for_each_record(count: int) -> None:
    _, pairs = _made(profiles(*[("Boran Tarkovar", "1971-05-02")] * count), 100_000)
    assert count - 1 <= len(set(pairs)) <= len(pairs) <= count * WINDOW * 12


@pytest.mark.parametrize("born", [False, True])
def test_a_block_of_a_million_members(born: bool) -> None:
    """One common name, on days of forty years or none said: every record is compared with a few, and what is held for it is small."""
    count, bite = 1_000_000, 200_000
    records = np.arange(count)
    names = Names(records, pa.array(["boran tarkovar"]).take(np.zeros(count, np.int32)), np.zeros(count, np.bool_))
    days = (np.datetime64("1950-01-01") + records * 7_919 % 14_600).astype(str)
    births = Births(records, pa.array(days), pa.nulls(count, pa.string())) if born else None
    made = assemble(pa.array(records).cast(pa.string()), np.zeros(count, np.int8), names, births=births)
    blocks = blocks_of(made, keys_of(made, np.ones(count, np.bool_)))
    assert sum(array.nbytes for array in blocks) < 400 * count
    cuts = ranges(blocks, bite)
    assert len(cuts) < count * WINDOW * 12 / bite
    chosen = every_pair(blocks, count)
    sizes, met = [], np.zeros(count, np.bool_)
    for cut in cuts:
        left, right, _ = pairs_of(blocks, made, FITS, chosen, cut)
        sizes.append(len(left))
        met[left] = met[right] = True
    assert met.all()
    assert count - 1 <= sum(sizes) <= count * WINDOW * 12
    assert max(sizes) <= count * WINDOW  # one line is never cut


def test_the_order_of_ranges_makes_no_difference() -> None:
    records = profiles(*[(f"Boran {name}", "1971-05-02") for name in ("Tarkovar", "Tarkofar", "Ostrovane", "Melanye") * 5])
    assert sorted(_made(records, 3)[1]) == sorted(_made(records, 10_000)[1])


def test_twins_are_what_says_the_same_to_the_letter() -> None:
    records = profiles(
        ("Boran Tarkovar", "1971-05-02"), ("Boran Tarkovar", ""), ("Boran Tarkovar", "1971-05-02"), ("Tarkovar Boran", "1971-05-02")
    )
    assert firsts(records, np.zeros(4, np.bool_)).tolist() == [0, 1, 0, 3]
    assert firsts(records, np.array([True, False, False, False])).tolist() == [0, 1, 2, 3]


def test_people_who_share_one_part_and_a_year_are_compared_only_where_more_may_agree() -> None:
    made = profiles(("Zimbrak Tarkovar", "1971-05-02"), ("Melisund Tarkovar", "1971-09-14"), ("Zimtrak Tarkovar", "1971-11-21"))
    blocks, pairs = _made(made)
    assert set((blocks.keys >> np.uint64(60)).tolist()) == {YEAR}
    assert pairs == [(0, 2)]
