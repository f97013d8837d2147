"""Documents of nearly consecutive numbers, shown within a short time by people of different families: a run of forged or stolen blanks.

Why it matters: blanks are stolen by the box and forged in series, and sold to one network; their numbers lie side by side. Families and groups that applied
together have neighbouring numbers as well, and where a State's numbers are dense in the data neighbours meet by chance. What is measured: runs of documents of
one issuer and type within a few numbers and days, with several family names, against what the density of that issuer's numbers makes likely.

Source: Security Council resolution 2396 (2017), paragraph 2; INTERPOL's category of stolen blanks (2002) as a typology; the figures are ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.lens.events import events
from crosstie.lens.findings import Seen, table
from crosstie.lens.windows import days
from crosstie.lenses.travel.movements import pieces
from crosstie.store.engine import Engine

pc: Any = pyarrow.compute
#: how far around a run its issuer's numbers tell how dense they are: the densest of these counts
_AROUND = (1_000, 10_000, 100_000)


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Runs of at least `documents` documents within `span` numbers and `days` days, of at least `families` family names, that chance makes less likely
    than ten to the minus `surprise`.
    """
    rows = engine.arrow(f"""
        select issuer, document_type, document, min(a) as a, min(date) as date, min(event_id) as event_id, min(name) as name from {events("papers")}
        where document is not null and issuer is not null and date is not null and a is not null and length(document) >= 5 and length(date) >= 10
            and document_type in ('P', 'I', 'A', 'C', 'IP')
        group by issuer, document_type, document order by issuer, document_type, document""")
    if not rows.num_rows:
        return table([])
    return table(_runs(engine, rows, thresholds))


def _runs(engine: Engine, rows: pa.Table, limits: Mapping[str, float]) -> Iterator[Seen]:
    documents = rows.column("document").combine_chunks()
    digits = pc.struct_field(pc.extract_regex(documents, r"(?P<head>.*?)(?P<serial>\d{1,15})$"), [1])
    head = pc.binary_join_element_wise(
        rows.column("issuer").combine_chunks(), rows.column("document_type").combine_chunks(),
        pc.coalesce(pc.struct_field(pc.extract_regex(documents, r"(?P<head>.*?)(?P<serial>\d{1,15})$"), [0]), pa.scalar("")),
        pc.cast(pc.utf8_length(documents), pa.string()), "\x1f",
    )  # fmt: skip
    known = pc.is_valid(digits)
    rows, head = rows.filter(known), head.filter(known)
    serial = pc.cast(digits.filter(known), pa.int64()).to_numpy(zero_copy_only=False)
    group = head.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    order = np.lexsort((serial, group))
    serial, group = serial[order], group[order]
    when = days(rows.column("date"))[order]
    # positions of the numbers on one line, groups far apart, so that one search does for all
    line = serial + group.astype(np.int64) * np.int64(4_000_000_000_000)
    span, least = int(limits["span"]), int(limits["documents"])
    ends = np.searchsorted(line, line + span, side="right")
    dense = [np.searchsorted(line, line + far, side="right") - np.searchsorted(line, line - far, side="left") for far in _AROUND]
    at, done = 0, np.flatnonzero(ends - np.arange(len(line)) >= least)
    for start in done.tolist():
        if start < at:
            continue
        own = np.arange(start, ends[start])
        first = int(np.argmax([np.sum((when[own] >= day) & (when[own] <= day + limits["days"])) for day in when[own]]))
        own = own[(when[own] >= when[own[first]]) & (when[own] <= when[own[first]] + limits["days"])]
        expected = max((max(0, int(near[start]) - len(own)) + 1) * span / (2 * far) for near, far in zip(dense, _AROUND, strict=True))
        if len(own) < least or _tail(len(own), expected) > 10.0 ** -limits["surprise"]:
            continue
        found = rows.take(pa.array(order[own])).to_pylist()
        families = {str(row["name"] or "").upper().split()[-1] for row in found if row["name"]}
        holders = sorted({row["a"] for row in found})
        if len(families) < limits["families"] or len(holders) < least:
            continue
        at = int(own[-1]) + 1
        yield _seen(engine, found, holders)


def _tail(count: int, expected: float) -> float:
    """The chance of at least so many beside the first, where so many are expected."""
    term, total = math.exp(-expected), 0.0
    for number in range(count - 1):
        total += term
        term *= expected / (number + 1)
    return max(0.0, 1.0 - total)


def _seen(engine: Engine, found: list[dict[str, Any]], holders: list[str]) -> Seen:
    ids = ", ".join(f"'{row['event_id']}'" for row in found)
    shown = engine.arrow(f"select * from {events('papers')} where event_id in ({ids}) order by document, date, event_id").to_pylist()
    dates = sorted(row["date"] for row in found)
    sentence = (
        f"{len(found)} documents of {found[0]['issuer'].upper()} with numbers from {found[0]['document']} to {found[-1]['document']} were shown by"
        f" {len(holders)} people of different families between {dates[0]} and {dates[-1]}."
    )
    return Seen(
        tuple(holders),
        dates[0],
        dates[-1],
        1 - 0.75 ** len(found),
        sentence,
        pieces(shown),
        ties=tuple((holders[0], other) for other in holders[1:]),
    )
