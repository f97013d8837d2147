"""The CSV of AMLworld: read into the ledger column by column, and measured by as the paper does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from crosstie.errors import DamagedFile
from crosstie.ingest.load import Choice, Loaded, load
from crosstie.lenses.finance.readers.amlworld import READER

HEAD = "Timestamp,From Bank,Account,To Bank,Account,Amount Received,Receiving Currency,Amount Paid,Payment Currency,Payment Format,Is Laundering\n"


class Kept:
    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self.refused: list[dict[str, Any]] = []
        self.rows: list[dict[str, Any]] = []

    def statements(self, batch: pa.RecordBatch) -> None:
        self.said += batch.to_pylist()

    def rejects(self, batch: pa.RecordBatch) -> None:
        self.refused += batch.to_pylist()

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        assert name == "payments"
        self.rows += batch.to_pylist()


def read(path: Path, text: str) -> tuple[Kept, Loaded]:
    file = path / "HI-Small_Trans.csv"
    file.write_text(text)
    kept = Kept()
    loaded = load(file, file.name, kept, source_id="0123456789abcdef", readers=[READER], choice=Choice(check_promise=False))
    return kept, loaded


def test_a_transaction_is_a_payment_in_the_currency_paid(tmp_path: Path) -> None:
    kept, loaded = read(tmp_path, HEAD + "2022/09/01 00:26,0150,8000C3D40,010,8000A1B20,912.55,Yen,6.30,US Dollar,ACH,1\n")
    assert loaded.reader == "amlworld"
    (row,) = kept.rows
    assert (row["amount"], row["currency"], row["date"], row["time"], row["channel"]) == (6.3, "USD", "2022-09-01", "00:26", "ach")
    assert (row["a_id"], row["b_id"]) == ("amlworld-account-0150-8000C3D40", "amlworld-account-010-8000A1B20")
    assert row["locator"] == "row 2"
    assert {(one["schema"], one["prop"], one["value"]) for one in kept.said} == {
        ("BankAccount", "accountNumber", "0150-8000C3D40"), ("BankAccount", "accountNumber", "010-8000A1B20"),
    }  # fmt: skip


def test_the_truth_of_the_simulation_is_not_evidence(tmp_path: Path) -> None:
    line = "2022/09/01 00:26,0150,8000C3D40,010,8000A1B20,5,Euro,5,Euro,ACH,"
    told, silent = (read(tmp_path, HEAD + line + mark + "\n")[0] for mark in "10")
    assert (told.rows, told.said) == (silent.rows, silent.said)


def test_an_account_is_said_once_and_a_row_has_its_own_event(tmp_path: Path) -> None:
    kept, _ = read(tmp_path, HEAD + "2022/09/01 00:26,1,A,2,B,5,Euro,5,Euro,ACH,0\n" * 3)
    assert len(kept.said) == 2
    assert len({row["event_id"] for row in kept.rows}) == 3


@pytest.mark.parametrize(
    "line, reason, kept_rows",
    [
        ("2022/09/01 00:26,1,A,2,B,5,Euro,-5,Euro,ACH,0", "not an amount of a payment", 0),
        ("2022/09/01 00:26,1,A,2,B,5,Euro,1e20,Euro,ACH,0", "not an amount of a payment", 0),
        ("2022/09/01 00:26,1,,2,B,5,Euro,5,Euro,ACH,0", "no account of a bank", 0),
        ("2022/02/31 00:26,1,A,2,B,5,Euro,5,Euro,ACH,0", "not a date; the payment is kept without one", 1),
        ("2022/09/01 00:26,1,A,2,B,5,Euro,5,Doubloon,ACH,0", "not a currency of the data sets; the payment is kept without one", 1),
        ("2022/09/01 00:26,1,A", "3 cells instead of 11", 0),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_with_its_place(tmp_path: Path, line: str, reason: str, kept_rows: int) -> None:
    kept, _ = read(tmp_path, HEAD + line + "\n" + "2022/09/01 00:27,1,A,2,B,5,Euro,5,Euro,ACH,0\n")
    assert reason in {one["reason"] for one in kept.refused}
    assert {one["locator"] for one in kept.refused} == {"row 2"}
    assert len(kept.rows) == kept_rows + 1


def test_a_file_cut_short_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile):
        read(tmp_path, HEAD + '2022/09/01 00:26,1,"A,2,B')
