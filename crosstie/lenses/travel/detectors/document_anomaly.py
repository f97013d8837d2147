"""A document is wrong in itself: check digits of its zone do not hold, it ran out before it was used, or its number has no shape that its issuer gives.

Why it matters: who forges a document or alters its data seldom recomputes all check digits, uses numbers that look right but that the State never gives, and
goes on using documents that ran out. Readers of documents misread too: one wrong character upsets its own check digit and the composite one, so it
takes more than two, or the same in two scans. What is measured: faults of scanned zones, use after expiry, and shapes of numbers (letters, figures,
length) that are rare among documents of one issuer and type.

Source: ICAO Doc 9303-3, section 4.9 (2021), on check digits; the other two rules and all figures are ours and are set in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.lens.events import events
from crosstie.lens.findings import Seen, table
from crosstie.lens.windows import days
from crosstie.lenses.travel.movements import pieces
from crosstie.store.engine import Engine

pc: Any = pyarrow.compute
_SHAPED = pa.schema([pa.field(name, pa.string()) for name in ("document", "issuer", "document_type", "shape")])


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Holders of documents with at least `faults` faults in one scan or some in two, used more than `expired` days too late, or of a rare shape."""
    rows = _candidates(engine, thresholds)
    return table(
        seen
        for _, own in groupby(rows, key=lambda row: (row["a"], row["issuer"], row["document"]))
        for seen in _seen(list(own), thresholds)
    )


def _candidates(engine: Engine, limits: Mapping[str, float]) -> list[dict[str, Any]]:
    papers = f"(select * from {events('papers')} where document is not null and a is not null)"
    engine.map("travel_shapes", f"select distinct document, issuer, document_type from {papers} where issuer is not null", _shaped, _SHAPED)
    engine.create(
        "travel_rare",
        f"""
        select s.document, s.issuer, s.document_type from travel_shapes s
        join (select issuer, document_type, shape, count(*) as own from travel_shapes group by issuer, document_type, shape) n
            on n.issuer = s.issuer and n.document_type = s.document_type and n.shape = s.shape
        join (select issuer, document_type, count(*) as whole from travel_shapes group by issuer, document_type) w
            on w.issuer = s.issuer and w.document_type = s.document_type
        where w.whole >= {limits["documents"]} and n.own <= w.whole * {limits["rare"]}""",
    )
    return engine.arrow(f"""
        select p.*, case when r.document is null then 0 else 1 end as rare from {papers} p
        left join travel_rare r on r.document = p.document and r.issuer = p.issuer and r.document_type = p.document_type
        where p.faults is not null or r.document is not null or (p.expires is not null and substr(p.date, 1, 10) > substr(p.expires, 1, 10))
        order by p.a, p.issuer, p.document, p.date, p.event_id""").to_pylist()


def _shaped(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The shape of each number: A for a letter, 9 for a figure."""
    for batch in batches:
        shape = pc.replace_substring_regex(pc.replace_substring_regex(batch.column("document"), r"\d", "9"), r"[^9]", "A")
        yield pa.RecordBatch.from_arrays([*(batch.column(name) for name in _SHAPED.names[:3]), shape], schema=_SHAPED)


def _seen(rows: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    why: list[str] = []
    score = 0.0
    faulty = [row for row in rows if row["faults"]]
    most = max((row["faults"].count(";") + 1 for row in faulty), default=0)
    if most >= limits["faults"] or (len(faulty) > 1 and len({row["date"] for row in faulty}) > 1):
        why.append(f"{most} faults in its machine-readable zone ({faulty[0]['faults']})")
        score = 0.8
    late = [row for row in rows if _late(row) > limits["expired"]]
    if late:
        why.append(f"used {_late(late[-1])} days after it ran out")
        score = max(score, 0.5)
    if rows[0]["rare"]:
        why.append("its number has a shape that its issuer hardly ever gives")
        score = max(score, 0.6)
    if not why:
        return
    dates = sorted(row["date"] for row in rows if row["date"])
    sentence = f"Document {(rows[0]['issuer'] or '').upper()} {rows[0]['document']}: {'; '.join(why)}."
    yield Seen((rows[0]["a"],), dates[0] if dates else "", dates[-1] if dates else "", score, sentence, pieces(rows))


def _late(row: Mapping[str, Any]) -> int:
    """Days between the end of a document and its use; 0 where either is not a full date."""
    on, end = row["date"] or "", row["expires"] or ""
    if len(on) < 10 or len(end) < 10 or on[:10] <= end[:10]:
        return 0
    first, last = days(pa.chunked_array([pa.array([end[:10], on[:10]])])).tolist()
    return int(last - first)
