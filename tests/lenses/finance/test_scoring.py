"""Scores of payments: what is seen around them is exact, every feature can be told, and a model that is none is refused."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.errors import DamagedFile, InputError, UsageError
from crosstie.lens import events, registry
from crosstie.lens.commands import Desk
from crosstie.lenses.finance.patterns.network import Network, network
from crosstie.lenses.finance.scoring import around, features, habits, model, paths, words
from crosstie.lenses.finance.scoring.command import SCORE
from crosstie.model.tables import CLAIM, ENTITY, SOURCE
from crosstie.store.engine import Engine

DAY = features.DAY
LEDGER = next(one for one in registry.load() if one.name == "finance").ledgers["payments"]
Rows = list[tuple[int, int, int, float, bool]]
payments = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 14), st.sampled_from([10.0, 50.0, 90.0, 100.0]), st.booleans()),
    min_size=1,
    max_size=30,
)


def made(rows: Rows) -> tuple[Network, Any]:
    rows = sorted(rows, key=lambda row: row[2])
    columns: list[Any] = [np.array(column) for column in zip(*rows, strict=True)]
    return network(columns[0], columns[1], columns[2], columns[3], 7), columns[4].astype(np.uint8)


def near(net: Network, side: int, e: int, before: int, after: int) -> list[int]:
    """The payments on a side of a payment in its window, by plain search."""
    key, whose = ((net.payer, net.payer), (net.payee, net.payer), (net.payee, net.payee), (net.payer, net.payee))[side]
    return [o for o in range(len(key)) if key[o] == whose[e] and -before <= net.times[o] - net.times[e] <= after]


@settings(max_examples=40, deadline=None)
@given(payments, st.integers(0, 3), st.integers(0, 6), st.integers(0, 6))
def test_what_lies_around_is_what_a_plain_search_counts(rows: Rows, side: int, before: int, after: int) -> None:
    net, first = made(rows)
    others, number, total = around.counted(net, side, before, after, first)
    values = net.amounts[None, :].copy()
    mean, most = around.told(net, side, before, after, first, values)
    like = around.alike(net, side, before, after, first, 2.0)
    ends = net.payee if side in (0, 3) else net.payer
    for e in range(len(first)):
        found = near(net, side, e, before, after)
        new = [o for o in found if first[o]]
        for kind, mine in enumerate((found, new)):
            own = [net.payer, net.payee][side > 1][e]
            assert others[kind, e] == len({int(ends[o]) for o in mine} - {int(own)})
            assert number[kind, e] == len(mine)
            assert total[kind, e] == pytest.approx(net.amounts[mine].sum())
        besides = [net.amounts[o] for o in new if o != e]
        assert mean[0, e] == pytest.approx(np.mean(besides) if besides else 0)
        assert most[0, e] == (max(besides) if besides else 0)
        assert like[e] == sum(net.amounts[e] / 2 <= amount <= net.amounts[e] * 2 for amount in besides)


@settings(max_examples=40, deadline=None)
@given(payments, st.integers(1, 9))
def test_habits_are_what_came_before(rows: Rows, history: int) -> None:
    net, _ = made(rows)
    same, back, since, _, only = habits.pairs(net, history, 3, 2, 1)
    often, _, _, gap = habits.usual(net, 1, history, 1)
    for e in range(len(same)):
        earlier = [o for o in range(e) if net.times[e] - net.times[o] <= history]
        mine = [o for o in earlier if (net.payer[o], net.payee[o]) == (net.payer[e], net.payee[e])]
        other = [o for o in earlier if (net.payee[o], net.payer[o]) == (net.payer[e], net.payee[e]) and net.payer[e] != net.payee[e]]
        assert (same[e], back[e]) == (len(mine), len(other))
        assert since[e] == (net.times[e] - net.times[mine[-1]] if mine else habits.NEVER)
        came = [o for o in earlier if net.payee[o] == net.payer[e]]
        assert (often[e], gap[e]) == (len(came), net.times[e] - net.times[came[-1]] if came else habits.NEVER)
        pair = {int(net.payer[e]), int(net.payee[e])}
        close = [
            o for o in range(len(same))
            if o != e and {int(net.payer[o]), int(net.payee[o])} == pair and -3 <= net.times[o] - net.times[e] <= 2
        ]  # fmt: skip
        assert only[e] == (not close and len(pair) == 2)


@settings(max_examples=40, deadline=None)
@given(payments, st.integers(1, 9), st.booleans())
def test_where_money_went_on_and_layers_are_those_of_a_plain_search(rows: Rows, window: int, ties: bool) -> None:
    net, first = made(rows)
    number, best = paths.onward(net, window, first, 0.75, ties=ties)
    payers, links = paths.layers(net, window, first)
    size = range(len(first))
    for e in size:
        a, b = net.payer[e], net.payee[e]
        shares = [
            net.amounts[o] / net.amounts[e] for o in size
            if first[o] and o != e and a != b and net.payer[o] == b and net.payee[o] not in (a, b)
            and (0 if ties else 1) <= net.times[o] - net.times[e] <= window and 0.75 <= net.amounts[o] / net.amounts[e] <= 1.02
        ]  # fmt: skip
        assert number[e] == len(shares)
        assert best[e] == pytest.approx(max(shares, default=0))
        close = [o for o in size if first[o] and abs(net.times[o] - net.times[e]) <= window]
        besides = {int(net.payee[o]) for o in close if net.payer[o] == a and net.payee[o] != b}
        rivals = {int(net.payer[o]) for o in close if net.payee[o] == b and net.payer[o] != a}
        common = [sum(net.payer[o] == c and int(net.payee[o]) in besides for o in close) for c in rivals] if first[e] else []
        assert (payers[e], links[e]) == (sum(one > 0 for one in common), sum(common))


def test_a_chain_is_followed_both_ways_and_comes_back() -> None:
    rows: Rows = [(0, 1, 1, 100.0, True), (1, 2, 2, 95.0, True), (2, 3, 3, 92.0, True), (3, 0, 4, 90.0, True), (5, 6, 4, 90.0, True)]
    before, after, back = paths.chains(made(rows)[0], 5, np.ones(5, np.uint8), 0.75, ties=False)
    assert before.tolist() == [0, 1, 2, 3, 0]
    assert after.tolist() == [3, 2, 1, 0, 0]
    assert back.tolist() == [1, 1, 1, 1, 0]


def large() -> features.Ledger:
    rng = np.random.default_rng(4)
    times = np.sort(rng.integers(0, 150 * DAY, 1_500))
    payer, payee = rng.integers(0, 60, (2, 1_500))
    net = network(payer, payee, times, np.exp(rng.normal(5, 1, 1_500)).round(2))
    return features.Ledger.of(net, rng.integers(0, 3, 1_500), timed=True)


def test_a_ledger_in_pieces_has_the_features_of_the_whole() -> None:
    ledger = large()
    whole, names = features.table(ledger), features.names()
    cut = np.concatenate([rows for _, _, rows in features.pieces(ledger, 400)])
    exact = np.array(["chain" not in name for name in names])  # a chain is followed as far as the piece goes
    assert np.allclose(whole[:, exact], cut[:, exact], rtol=1e-3, atol=1e-3, equal_nan=True)
    assert np.isclose(whole, cut, rtol=1e-3, atol=1e-3).mean() > 0.995


def test_every_feature_can_be_told_and_belongs_to_a_reason() -> None:
    for name in features.names():
        for value in (0.0, 1.0, 3.5, 99.0):
            said = words.told(name, value)
            assert said[0] == said[0].lower()
            assert "{" not in said
        assert words.reason(name).split()[0] in {
            "sum", "time", "relation", "channel", "flow", "chain", "cycle", "layer", "scatter", "near", "habit", "fan",
        }  # fmt: skip


def test_a_feature_that_is_none_is_not_told() -> None:
    with pytest.raises(ValueError, match="no feature"):
        words.told("near_payer_out_mean_height", 1.0)


def test_a_model_that_is_none_is_refused(tmp_path: Path) -> None:
    text = model.SHIPPED.read_text()
    for content, error in (
        (b"\xff\xfe\x00", InputError),
        (b"id,name\n", InputError),
        (text[: len(text) // 2].encode(), DamagedFile),
        (text.replace("amount", "height", 1).encode(), InputError),
    ):
        file = tmp_path / "model.txt"
        file.write_bytes(content)
        with pytest.raises(error):
            model.load(file)


def test_without_lightgbm_a_hint_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(UsageError) as caught:
        model.load()
    assert "crosstie[scored]" in (caught.value.hint or "")


def test_the_shipped_model_is_small_enough_to_be_read() -> None:
    assert model.SHIPPED.stat().st_size < 600_000


def paid(number: int, a: str, b: str, day: int, amount: float) -> dict[str, Any]:
    date = str(np.datetime64("2024-03-01") + day)
    said = {"event_id": f"e{number}", "a_id": a, "b_id": b, "date": date, "time": f"{8 + number % 12:02}:15", "amount": amount}
    return said | {
        "currency": "EUR",
        "channel": "transfer",
        "source_id": "s1",
        "locator": f"row {number}",
        "grade": "B2",
        "marking": "TLP:AMBER",
    }


def everyday_and_a_layer() -> list[dict[str, Any]]:
    """Forty people who pay the same shops over and over, and money that is scattered over six new accounts and gathered again in two days."""
    rng = np.random.default_rng(2)
    rows = [
        paid(at, f"p{rng.integers(40)}", f"shop{rng.integers(4)}", int(rng.integers(40)), float(rng.integers(5, 90))) for at in range(900)
    ]
    for at in range(6):
        rows.append(paid(1000 + at, "p1", f"m{at}", 20, 900.0 + at))
        rows.append(paid(1010 + at, f"m{at}", "p2", 21, 880.0 + at))
    return rows


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


def asked(engine: Engine, rows: Sequence[Mapping[str, Any]], tmp_path: Path, top: int) -> tuple[Any, list[Any]]:
    for name, schema in (("claims", CLAIM), ("entities", ENTITY), ("sources", SOURCE)):
        engine.load(name, schema.empty_table())
    table = pa.table({name: pa.array([row.get(name) for row in rows], LEDGER.field(name).type) for name in LEDGER.names})
    engine.load("ledger_payments", table)
    events.gather(engine)
    noted: list[Any] = []
    desk = Desk(engine, tmp_path / "cache", tmp_path / "0001", "ann", "test", {}, lambda *one: noted.append(one))
    return SCORE.run(desk, top=top, model=None), noted


def test_what_is_scattered_and_gathered_comes_first_with_reasons_and_places(engine: Engine, tmp_path: Path) -> None:
    answer, noted = asked(engine, everyday_and_a_layer(), tmp_path, 12)
    rows = answer.table()
    assert [row["rank"] for row in rows] == list(range(1, 13))
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    assert sum(row["locator"] >= "row 1000" and len(row["locator"]) == 8 for row in rows) >= 10
    assert all(row["why"] and row["source_id"] == "s1" and row["marking"] == "TLP:AMBER" for row in rows)
    assert len({row["case"] for row in rows if len(row["locator"]) == 8}) == 1
    assert any("no finding" in note for note in answer.notes)
    assert [one[:2] for one in noted] == [("read", "payments by score")]
    with Engine() as other:
        assert asked(other, everyday_and_a_layer()[::-1], tmp_path, 12)[0].table() == rows


def test_nothing_is_asked_for_is_refused_and_an_empty_ledger_has_no_scores(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        asked(engine, everyday_and_a_layer(), tmp_path, 0)
    with Engine() as other:
        assert asked(other, [], tmp_path, 5)[0].table() == []
