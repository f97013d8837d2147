"""Transfers between crypto wallets, as analysis tools and exchanges export them: CSV with hash, from, to, amount, asset and time under the usual names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.errors import DamagedFile
from crosstie.ingest.columns import numbers
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.ingest.tabular import Chunk, Layout, chunks
from crosstie.lenses.finance.reading import own_series

pc: Any = pyarrow.compute
_NAMES = {
    "hash": ("tx_hash", "txid", "hash", "transaction_hash", "txhash", "transaction hash"),
    "from": ("from_address", "from", "sender", "input_address", "from address"),
    "to": ("to_address", "to", "recipient", "output_address", "to address"),
    "amount": ("amount", "value", "quantity"),
    "asset": ("asset", "currency", "token", "symbol", "coin"),
    "time": ("timestamp", "time", "block_time", "datetime", "date", "date_time"),
}
_ABSURD = 1e18
_ADDRESS = r"^[A-Za-z0-9:_]{20,120}$"
_ASSET = r"^[A-Z0-9.]{2,12}$"


class Crypto:
    """Reads transfers between wallets."""

    name = "crypto_transfers"
    title = "Crypto transfers, CSV"
    profile = Profile("crypto", "crypto", "Virtual asset service provider", "B3", "TLP:AMBER", promise=Promise(max_reject_share=0.2))

    def recognises(self, head: Head) -> bool:
        """By the hash of the transaction and both addresses among the columns."""
        found = _columns(head.columns)
        return head.media == "csv" and all(found.get(name) for name in ("hash", "from", "to", "amount"))

    def read(self, original: Original, out: Emitter) -> None:
        """A ledger row for each transfer, a wallet for each address. DamagedFile where the columns are not there."""
        with original.open() as stream:
            header = stream.readline(1 << 16).decode("utf-8-sig", "replace")
        delimiter = max(",;\t|", key=header.count)
        found = _columns(tuple(cell.strip().strip('"') for cell in header.split(delimiter)))
        missing = [name for name in ("hash", "from", "to", "amount") if name not in found]
        if missing:
            raise DamagedFile(f"{original.name}: no column for {', '.join(missing)}")
        known: set[str] = set()
        out.series = own_series(out)
        for chunk in chunks(original, Layout(tuple(dict.fromkeys(found.values())), delimiter=delimiter, header=1), out):
            out.records += chunk.cells.num_rows
            _transfers(chunk, found, known, out)


def _columns(header: tuple[str, ...]) -> dict[str, str]:
    named = {cell.strip().casefold(): cell.strip() for cell in header}
    return {what: named[name] for what, names in _NAMES.items() for name in reversed(names) if name in named}


def _transfers(chunk: Chunk, found: dict[str, str], known: set[str], out: Emitter) -> None:
    cells = {what: pc.utf8_trim_whitespace(chunk.cells.column(name)) for what, name in found.items()}
    places = pc.binary_join_element_wise("row", chunk.rows.cast(pa.string()), " ")
    amount = numbers(cells["amount"], None)
    sound = pc.fill_null(pc.and_(pc.greater(amount, 0), pc.less(amount, _ABSURD)), False)
    addressed = pc.and_(pc.match_substring_regex(cells["from"], _ADDRESS), pc.match_substring_regex(cells["to"], _ADDRESS))
    hashed = pc.greater(pc.utf8_length(cells["hash"]), 0)
    stamp = (
        pc.replace_substring_regex(cells["time"], r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?).*$", r"\1 \2") if "time" in cells else None
    )
    day: Any = None if stamp is None else pc.utf8_slice_codeunits(stamp, 0, 10)
    dated: Any = pc.fill_null(pc.is_valid(pc.strptime(day, "%Y-%m-%d", "s", error_is_null=True)), False) if day is not None else None
    for reason, fits, shown in (
        ("not an amount of a transfer", sound, cells["amount"]),
        ("not an address", addressed, pc.binary_join_element_wise(cells["from"], cells["to"], " ")),
        ("no hash of a transaction", hashed, cells["hash"]),
        *((("not a date; the transfer is kept without one", dated, cells["time"]),) if dated is not None else ()),
    ):
        for at in np.flatnonzero(~fits.to_numpy(zero_copy_only=False)).tolist():
            out.reject(reason, shown[at].as_py() or "", at=places[at].as_py())
    keep = pc.and_(pc.and_(sound, addressed), hashed)
    if not pc.any(keep).as_py():
        return
    kept = {what: column.filter(keep) for what, column in cells.items()}
    ends = {side: _wallets(kept[side], kept.get("asset"), places.filter(keep), known, out) for side in ("from", "to")}
    size = len(kept["hash"])
    asset = pc.utf8_upper(kept["asset"]) if "asset" in kept else pa.nulls(size, pa.string())
    columns: dict[str, Any] = {
        "event_id": pc.binary_join_element_wise(f"{out.dataset}-", pc.utf8_lower(kept["hash"]), ""),
        "a_id": ends["from"],
        "b_id": ends["to"],
        "date": pa.nulls(size, pa.string())
        if dated is None
        else pc.if_else(dated.filter(keep), day.filter(keep), pa.scalar(None, pa.string())),
        "locator": places.filter(keep),
        "amount": amount.filter(keep),
        "currency": pc.if_else(pc.fill_null(pc.match_substring_regex(asset, _ASSET), False), asset, pa.scalar(None, pa.string())),
        "purpose": pa.nulls(size, pa.string()),
        "channel": pa.repeat(pa.scalar("crypto"), size),
        "time": pa.nulls(size, pa.string()) if stamp is None else _clock(stamp.filter(keep)),
        "reference": kept["hash"],
        "via": pa.nulls(size, pa.string()),
    }
    out.ledger("payments", pa.RecordBatch.from_arrays([_plain(column) for column in columns.values()], names=list(columns)))


def _clock(stamp: Any) -> Any:
    clock = pc.utf8_slice_codeunits(stamp, 11)
    return pc.if_else(pc.match_substring_regex(clock, r"^\d\d:\d\d"), clock, pa.scalar(None, pa.string()))


def _plain(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _wallets(addresses: Any, assets: Any, places: Any, known: set[str], out: Emitter) -> Any:
    """The ids of wallets, each said when it first comes. Addresses of Ethereum's kind (0x...) do not tell capitals apart; others do."""
    hexed = pc.match_substring_regex(addresses, r"^0x[0-9A-Fa-f]{40}$")
    addresses = pc.if_else(hexed, pc.utf8_lower(addresses), addresses)
    ids = pc.binary_join_element_wise(f"{out.dataset}-wallet-", pc.replace_substring(addresses, ":", "-"), "")
    new = []
    for at, name in enumerate(ids.to_pylist()):
        if name not in known:
            known.add(name)
            new.append(at)
    if new:
        rows = pa.array(new)
        size = len(new)
        out.batch(
            pa.RecordBatch.from_arrays(
                [
                    _plain(ids.take(rows)),
                    pa.repeat(pa.scalar("CryptoWallet"), size),
                    pa.repeat(pa.scalar("publicKey"), size),
                    _plain(addresses.take(rows)),
                    _plain(places.take(rows)),
                ],
                names=["entity_id", "schema", "prop", "value", "locator"],
            )
        )
    return ids


READER = Crypto()
