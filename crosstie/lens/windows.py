"""Money flows of one party over time, as arrays, for detectors that look at windows of days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.store.engine import Engine

pc: Any = pyarrow.compute
Days = np.ndarray[tuple[int], np.dtype[np.int64]]
Amounts = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Flow:
    """The events of one party in one currency by day: days since 1970, amounts, and the rows behind them."""

    party: str
    currency: str
    days: Days
    amounts: Amounts
    rows: pa.Table

    def event(self, at: int) -> dict[str, Any]:
        """One event, as the query gave it."""
        found: dict[str, Any] = self.rows.slice(at, 1).to_pylist()[0]
        return found

    def date(self, at: int) -> str:
        """The day of one event."""
        return str(np.datetime64(int(self.days[at]), "D"))


def days(dates: pa.ChunkedArray[Any]) -> Days:
    """Days since 1970 of dates that are days (YYYY-MM-DD...)."""
    found: Days = pc.strptime(pc.utf8_slice_codeunits(dates, 0, 10), "%Y-%m-%d", "s").to_numpy().astype("datetime64[D]").astype(np.int64)
    return found


def flows(engine: Engine, parties: str, query: str) -> Iterator[Flow]:
    """The events of `query` (party, currency, date, amount, ...) for the pairs of party and currency that the query `parties` names, one pair
    after the other. Events without a full date are left out. Memory holds the events of the named parties.
    """
    rows = engine.arrow(
        f"select q.* from ({query}) q join ({parties}) p on p.party = q.party and coalesce(p.currency, '') = coalesce(q.currency, '')"
        " where q.date is not null order by q.party, q.currency, q.date, q.event_id"
    )
    rows = rows.filter(pc.match_substring_regex(rows.column("date"), r"^\d{4}-\d{2}-\d{2}")).combine_chunks()
    if not rows.num_rows:
        return
    when = days(rows.column("date"))
    amounts: Amounts = rows.column("amount").to_numpy().astype(np.float64)
    keys = (
        pc.binary_join_element_wise(rows.column("party"), pc.fill_null(rows.column("currency"), ""), "\x1f")
        .combine_chunks()
        .dictionary_encode()
    )
    codes = keys.indices.to_numpy()
    edges = np.flatnonzero(np.diff(codes, prepend=-1, append=-1))
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        party, currency = keys.dictionary[int(codes[first])].as_py().split("\x1f")
        yield Flow(party, currency, when[first:last], amounts[first:last], rows.slice(first, last - first))
