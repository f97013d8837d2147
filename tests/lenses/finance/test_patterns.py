"""The patterns are exact: what the kernels find in small networks is what a plain search finds, and a stream finds what the whole does."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.lenses.finance.patterns import cycles, fans, scatters
from crosstie.lenses.finance.patterns.features import Stream, Windows
from crosstie.lenses.finance.patterns.network import Network, network

Rows = list[tuple[int, int, int, float]]
payments = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(0, 14), st.sampled_from([10.0, 50.0, 90.0, 100.0])), min_size=1, max_size=45
)
windows = st.integers(1, 16)


def made(rows: Rows) -> Network:
    rows = sorted(rows, key=lambda row: row[2])
    columns: list[Any] = [np.array(column) for column in zip(*rows, strict=True)]
    return network(*columns)


def plain_cycles(net: Network, window: int, longest: int, ties: bool, alike: float) -> set[tuple[int, ...]]:
    found = set()

    def walk(path: list[int], seen: set[int]) -> None:
        last = path[-1]
        if net.payee[last] == net.payer[path[0]] and len(path) > 1:
            amounts = net.amounts[path]
            if amounts.min() >= alike * amounts.max() and (net.times[path[0]] < net.times[last] or last == max(path)):
                found.add(tuple(path))
            return
        if len(path) == longest or net.payee[last] in seen:
            return
        for e in range(len(net.payer)):
            wait = net.times[e] - net.times[last]
            if net.payer[e] == net.payee[last] and wait >= (0 if ties else 1) and net.times[e] - net.times[path[0]] < window:
                walk([*path, e], seen | {int(net.payee[last])})

    for e in range(len(net.payer)):
        if net.payer[e] != net.payee[e]:
            walk([e], {int(net.payer[e])})
    return found


@settings(max_examples=300, deadline=None)
@given(payments, windows, st.booleans(), st.sampled_from([0.0, 0.6, 0.95]), st.integers(2, 6))
def test_cycles_are_those_of_a_plain_search(rows: Rows, window: int, ties: bool, alike: float, longest: int) -> None:
    net = made(rows)
    expected = plain_cycles(net, window, longest, ties, alike)
    found = cycles.find(net, window, longest=longest, ties=ties, alike=alike)
    listed = [tuple(places[:length].tolist()) for length, places in zip(found.lengths.tolist(), found.places, strict=True)]
    assert sorted(listed) == sorted(expected)
    counted = cycles.count(net, window, longest=longest, ties=ties, alike=alike, threads=2)
    closed = np.zeros_like(counted)
    for cycle in expected:
        closed[cycle[-1], len(cycle) - 2] += 1
    assert counted.tolist() == closed.tolist()


@settings(max_examples=200, deadline=None)
@given(payments, windows, st.booleans())
def test_scatters_and_gathers_are_those_of_a_plain_search(rows: Rows, window: int, ties: bool) -> None:
    net = made(rows)
    most, source = scatters.between(net, window, ties=ties)
    for e, (m, d, t) in enumerate(zip(net.payer.tolist(), net.payee.tolist(), net.times.tolist(), strict=True)):
        ways: dict[int, set[int]] = {}
        for first, second in product(range(len(net.payer)), range(e + 1)):
            s, between, end = int(net.payer[first]), int(net.payee[first]), int(net.payee[second])
            in_window = net.times[first] > t - window and net.times[first] + (0 if ties else 1) <= net.times[second]
            if between == net.payer[second] and end == d and in_window and len({s, between, end}) == 3:
                ways.setdefault(s, set()).add(between)
        here = {s: len(found) for s, found in ways.items() if m in found}
        assert most[e] == max(here.values(), default=0)
        assert source[e] == min((s for s, number in here.items() if number == most[e]), default=-1)
        if most[e] > 0:
            legs = scatters.legs(net, int(source[e]), e, window, ties=ties)
            assert {int(net.payer[second]) for _, second in legs.tolist()} == ways[int(source[e])]
            assert all(net.payer[first] == source[e] and net.payee[second] == d for first, second in legs.tolist())


@settings(max_examples=100, deadline=None)
@given(payments, windows)
def test_fans_are_those_of_a_plain_count(rows: Rows, window: int) -> None:
    net = made(rows)
    others, number, total = fans.fans(net, window)
    for e in range(len(net.payer)):
        u, v = net.payer[e], net.payee[e]
        for column, (mine, theirs, account) in enumerate(
            ((net.payer, net.payee, u), (net.payee, net.payer, u), (net.payee, net.payer, v), (net.payer, net.payee, v))
        ):
            seen = [i for i in range(e + 1) if mine[i] == account and net.times[i] > net.times[e] - window]
            assert number[e, column] == len(seen)
            assert others[e, column] == len({int(theirs[i]) for i in seen} - {int(account)})
            assert total[e, column] == pytest.approx(net.amounts[seen].sum())


@settings(max_examples=60, deadline=None)
@given(payments, windows, windows, windows, st.booleans(), st.integers(1, 4))
def test_a_stream_finds_what_the_whole_does(rows: Rows, one: int, two: int, three: int, ties: bool, days: int) -> None:
    net = made(rows)
    wanted = Windows(one, two, three, ties=ties)
    whole = Stream(wanted).add(net.payer, net.payee, net.times, net.amounts)
    stream = Stream(wanted)
    edges = np.flatnonzero(np.diff(net.times // days, prepend=-1))
    parts = [
        stream.add(*(column[a:b] for column in (net.payer, net.payee, net.times, net.amounts)))
        for a, b in zip(edges, [*edges[1:], len(net.times)], strict=True)
    ]
    assert np.concatenate(parts) == pytest.approx(whole)
    assert whole.shape[1] == len(wanted.columns())


def test_payments_that_are_not_in_order_are_refused() -> None:
    with pytest.raises(ValueError, match="order of time"):
        network(np.array([0, 1]), np.array([1, 0]), np.array([2, 1]), np.array([1.0, 1.0]))


def test_more_cycles_than_the_first_room_holds_are_all_found() -> None:
    there, back = [(0, 1, when, 10.0) for when in range(50)], [(1, 0, 50 + when, 10.0) for when in range(50)]
    found = cycles.find(made(there + back), 200)
    assert found.places[:, :2].tolist() == [[one, 50 + other] for other in range(50) for one in range(50)]


@settings(max_examples=30, deadline=None)
@given(payments, windows, st.booleans())
def test_times_that_need_wide_numbers_make_no_difference(rows: Rows, window: int, ties: bool) -> None:
    step = 2**33
    wide = made([(payer, payee, when * step - 2**40, amount) for payer, payee, when, amount in rows])
    near, far = cycles.find(made(rows), window, ties=ties), cycles.find(wide, window * step - step + 1, ties=ties)
    assert near.places.tolist() == far.places.tolist()
