"""Transactions of the AMLworld data sets (IBM Transactions for Anti Money Laundering): CSV from bank and account to bank and account, paid and received.

The data are simulated and serve to try the lens out and to compare methods (Altman and others, Realistic Synthetic Financial Transactions for
Anti-Money Laundering Models, 2023). The column “Is Laundering” is the truth of the simulation: no claim is made of it, whoever wants to be measured
by it reads it apart (bench/finance/amlworld.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.errors import DamagedFile
from crosstie.ingest.columns import dates, numbers, tidy
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.ingest.tabular import Chunk, Layout, chunks, column_names
from crosstie.lenses.finance.reading import own_series

pc: Any = pyarrow.compute
#: The columns of the file; the second of two that have the same name is called “Account 2” when it is read.
COLUMNS = (
    "Timestamp", "From Bank", "Account", "To Bank", "Account 2", "Amount Received", "Receiving Currency", "Amount Paid", "Payment Currency",
    "Payment Format",
)  # fmt: skip
LABEL = "Is Laundering"
#: What the data sets call currencies.
CURRENCIES = {
    "US Dollar": "USD", "Euro": "EUR", "Yuan": "CNY", "Yen": "JPY", "Rupee": "INR", "Ruble": "RUB", "UK Pound": "GBP", "Swiss Franc": "CHF",
    "Canadian Dollar": "CAD", "Australian Dollar": "AUD", "Mexican Peso": "MXN", "Brazil Real": "BRL", "Saudi Riyal": "SAR", "Shekel": "ILS",
    "Bitcoin": "BTC",
}  # fmt: skip
WRITTEN = ("%Y/%m/%d %H:%M",)
_ABSURD = 1e15
_ACCOUNT = r"^[0-9A-Za-z-]{1,40}$"
_NULL: Any = pa.scalar(None, pa.string())


class AmlWorld:
    """Reads simulated transactions."""

    name = "amlworld"
    title = "AMLworld transactions, CSV"
    profile = Profile("amlworld", "amlworld", "IBM AMLworld (simulated)", "F6", "TLP:CLEAR", promise=Promise(max_records=250_000_000))

    def recognises(self, head: Head) -> bool:
        """By its ten columns in their order."""
        return head.media == "csv" and column_names(head.columns)[: len(COLUMNS)] == COLUMNS

    def read(self, original: Original, out: Emitter) -> None:
        """A ledger row for each transaction, in the currency in which it was paid; an account for each that takes part. DamagedFile where columns lack."""
        with original.open() as stream:
            header = stream.readline(1 << 16).decode("utf-8-sig", "replace")
        missing = [name for name in COLUMNS if name not in column_names(tuple(cell.strip().strip('"') for cell in header.split(",")))]
        if missing:
            raise DamagedFile(f"{original.name}: no column for {', '.join(missing)}")
        out.series = own_series(out)
        known: set[str] = set()
        for chunk in chunks(original, Layout(COLUMNS, delimiter=",", header=1), out):
            out.records += chunk.cells.num_rows
            _transactions(chunk, known, out)


def _transactions(chunk: Chunk, known: set[str], out: Emitter) -> None:
    cells = {name: tidy(chunk.cells.column(name)) for name in COLUMNS}
    places = pc.binary_join_element_wise("row", chunk.rows.cast(pa.string()), " ")
    amount = numbers(cells["Amount Paid"], None)
    sound = pc.fill_null(pc.and_(pc.greater(amount, 0), pc.less(amount, _ABSURD)), False)
    ends = [pc.binary_join_element_wise(cells[bank], cells[account], "-") for bank, account in (COLUMNS[1:3], COLUMNS[3:5])]
    named = pc.and_(*(pc.fill_null(pc.match_substring_regex(end, _ACCOUNT), False) for end in ends))
    when = dates(cells["Timestamp"], WRITTEN)
    code = _codes(cells["Payment Currency"])
    for reason, fits, shown in (
        ("not an amount of a payment", sound, cells["Amount Paid"]),
        ("no account of a bank", named, pc.binary_join_element_wise(*(pc.fill_null(end, "") for end in ends), " ")),
        ("not a date; the payment is kept without one", pc.is_valid(when), cells["Timestamp"]),
        ("not a currency of the data sets; the payment is kept without one", pc.is_valid(code), cells["Payment Currency"]),
    ):
        for at in np.flatnonzero(~fits.to_numpy(zero_copy_only=False)).tolist():
            out.reject(reason, shown[at].as_py() or "", at=places[at].as_py())
    keep = pc.and_(sound, named)
    size = int(pc.sum(keep).as_py() or 0)
    if not size:
        return
    payer, payee = (pc.binary_join_element_wise(f"{out.dataset}-account", end.filter(keep), "-") for end in ends)
    _accounts([payer, payee], [end.filter(keep) for end in ends], places.filter(keep), known, out)
    nothing: Any = pa.nulls(size, pa.string())
    columns: dict[str, Any] = {
        "event_id": pc.binary_join_element_wise(f"{out.dataset}-{out.source_id[:12]}", chunk.rows.filter(keep).cast(pa.string()), "-"),
        "a_id": payer,
        "b_id": payee,
        "date": pc.utf8_slice_codeunits(when.filter(keep), 0, 10),
        "locator": places.filter(keep),
        "amount": amount.filter(keep),
        "currency": code.filter(keep),
        "purpose": nothing,
        "channel": pc.utf8_lower(cells["Payment Format"].filter(keep)),
        "time": _clock(when.filter(keep)),
        "reference": nothing,
        "via": nothing,
    }
    out.ledger("payments", pa.RecordBatch.from_arrays([_plain(column) for column in columns.values()], names=list(columns)))


def _codes(names: Any) -> Any:
    """Currencies as codes; null for what the data sets do not call one."""
    table = pa.array(CURRENCIES)
    return pa.array(CURRENCIES.values(), pa.string()).take(pc.index_in(names, value_set=table))


def _clock(when: Any) -> Any:
    clock = pc.utf8_slice_codeunits(when, 11, 16)
    return pc.if_else(pc.equal(pc.utf8_length(clock), 5), clock, _NULL)


def _accounts(ids: list[Any], numbers_: list[Any], places: Any, known: set[str], out: Emitter) -> None:
    """Each account, said when it first comes."""
    table = pa.table({"id": pa.concat_arrays([_plain(one) for one in ids]), "number": pa.concat_arrays([_plain(one) for one in numbers_])})
    table = table.append_column("place", pa.concat_arrays([_plain(places)] * 2)).append_column("at", pa.array(range(table.num_rows)))
    first = table.group_by("id", use_threads=False).aggregate([("at", "min")])
    new = sorted(at for name, at in zip(*(first.column(name).to_pylist() for name in ("id", "at_min")), strict=True) if name not in known)
    if not new:
        return
    rows = table.take(new)
    known.update(name for name in rows.column("id").to_pylist() if name)
    columns: dict[str, Any] = {
        "entity_id": rows.column("id"),
        "schema": pa.repeat(pa.scalar("BankAccount"), len(new)),
        "prop": pa.repeat(pa.scalar("accountNumber"), len(new)),
        "value": rows.column("number"),
        "locator": rows.column("place"),
    }
    out.batch(pa.RecordBatch.from_arrays([_plain(column) for column in columns.values()], names=list(columns)))


def _plain(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


READER = AmlWorld()
