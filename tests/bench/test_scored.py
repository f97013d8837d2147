"""The bench of scored payments: an invented file of AMLworld's form is measured from end to end, and the measures are what they say."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from bench.finance import amlworld, scored
from bench.finance.laundering import region
from crosstie.lenses.finance.readers.amlworld import COLUMNS, LABEL


def written(folder: Path, size: int) -> Path:
    """Invented payments as AMLworld writes them."""
    file = folder / "Invented_Trans.csv"
    rng = np.random.default_rng(3)
    table = region(size, 5, 0.02)
    when = np.datetime64("2022-09-01T00:00", "s") + table.column("time").to_numpy()
    lines = [",".join([*COLUMNS, LABEL]).replace("Account 2", "Account")]
    for at, row in enumerate(table.to_pylist()):
        kind = ("US Dollar", "Euro")[int(rng.integers(2))]
        stamp = str(when[at]).replace("-", "/").replace("T", " ")[:16]
        sums = f"{row['amount']:.2f},{kind},{row['amount']:.2f},{kind}"
        lines.append(f"{stamp},0{row['payer'] % 7},8{row['payer']:08X},0{row['payee'] % 7},8{row['payee']:08X},{sums},ACH,{row['illicit']}")
    file.write_text("\n".join(lines) + "\n")
    return file


def test_the_table_of_the_paper_is_printed_for_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, 4_000)
    monkeypatch.setattr(scored, "ROUNDS", 20)
    monkeypatch.setattr(sys, "argv", ["amlworld", str(file)])
    amlworld.main()
    said = capsys.readouterr().out
    for expected in ("illicit", "LightGBM, no graph", "LightGBM + ours", "published, HI-Small", "published, LI-Small"):
        assert expected in said


def test_a_file_of_amlworld_becomes_payments_in_the_order_of_time(tmp_path: Path) -> None:
    table = amlworld.payments(written(tmp_path, 600))
    made = region(600, 5, 0.02)
    assert bool(np.all(np.diff(table.column("time").to_numpy()) >= 0))
    assert table.column("illicit").to_numpy().sum() == made.column("illicit").to_numpy().sum()
    ends = [np.unique(np.concatenate([one.column(end).to_numpy() for end in ("payer", "payee")])) for one in (table, made)]
    assert len(ends[0]) == len(ends[1])
    for currency in (0, 1):
        amounts = table.column("amount").to_numpy()[
            table.column("currency").to_numpy() == np.unique(table.column("currency").to_numpy())[currency]
        ]
        assert np.median(amounts) == pytest.approx(1)


def test_regions_are_the_same_for_a_seed_and_nothing_of_one_payment_tells_the_illicit() -> None:
    one, two, other = region(60_000, 5), region(60_000, 5), region(60_000, 6)
    assert one.equals(two)
    assert not one.equals(other)
    assert one.column("illicit").to_numpy().mean() == pytest.approx(0.001, rel=0.2)
    table = region(60_000, 5, 0.02)
    bad = table.column("illicit").to_numpy() > 0
    transfers = (table.column("channel").to_numpy() > 0) & ~bad
    amount, hour = table.column("amount").to_numpy(), table.column("time").to_numpy() // 3_600 % 24
    assert bad.sum() > 1_000
    larger = transfers & (amount >= np.median(amount[transfers]))
    assert abs(np.median(np.log(amount[bad])) - np.median(np.log(amount[larger]))) < 0.4
    assert abs(hour[bad].mean() - hour[transfers].mean()) < 1


def test_measures() -> None:
    score, label = np.array([0.9, 0.8, 0.7, 0.1, 0.9, 0.8, 0.7, 0.1]), np.array([1, 0, 1, 0, 1, 0, 1, 0])
    assert scored.average_precision(score[:4], label[:4]) == pytest.approx((1 + 2 / 3) / 2)
    assert 0.1 < scored.best_bar(score[:4], label[:4]) < 0.7
    found = scored.quality(score, label, (0, 4))
    assert found["recall"] == 100
    assert found["precision"] == pytest.approx(200 / 3)
    assert found["F1"] == pytest.approx(80)
