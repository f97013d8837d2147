"""A document on a list of lost, stolen, revoked or invalid documents is shown after the day of its loss.

Why it matters: passports that are stolen blank or bought from their holders carry foreign terrorist fighters and the members of networks across borders under
other names; the lists of lost and stolen documents exist to stop them. What is measured: number and issuing State of a document that was shown, in a
message, a scan, a crossing or a visa, against the documents and series of the list; documents that were found again count no longer. A hit is not proof:
the issuing State confirms it before anybody acts.

Source: Security Council resolution 2396 (2017), paragraphs 2 to 4, and INTERPOL's rules for its database of stolen and lost travel documents (2002).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import pyarrow as pa

from crosstie.lens.events import events
from crosstie.lens.findings import Seen, piece, table
from crosstie.lenses.travel.movements import pieces
from crosstie.store.engine import Engine

_LISTED = (
    "l.status, l.date as since, l.reference,"
    " l.source_id as list_source, l.locator as list_locator, l.grade as list_grade, l.marking as list_marking, l.originator as list_originator"
)


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Holders of listed documents; the score is that of the list's reason."""
    rows = _hits(engine)
    return table(
        seen
        for (_, _, _), own in groupby(rows, key=lambda row: (row["a"], row["issuer"], row["document"]))
        for seen in _seen(list(own), thresholds)
    )


def _hits(engine: Engine) -> list[dict[str, Any]]:
    engine.create(
        "travel_shown",
        f"""
        select a, date, document, coalesce(issuer, nationality) as issuer, name, source_id, locator, grade, marking, originator, event_id
        from {events("papers")} where document is not null and a is not null and how <> 'seizure'""",
    )
    engine.create(
        "travel_found",
        f"""
        select document, issuer, max(coalesce(date, entered, '')) as since from {events("lost_documents")} where status = 'recovered'
        group by document, issuer""",
    )
    listed = f"(select * from {events('lost_documents')} where status is null or status <> 'recovered') l"
    late = "(p.date is null or l.date is null or substr(p.date, 1, 10) >= substr(l.date, 1, 10))"
    engine.create(
        "travel_hits",
        f"""
        select p.*, {_LISTED} from travel_shown p join {listed} on l.document = p.document and l.issuer = p.issuer where l.last is null and {late}
        union all
        select p.*, {_LISTED} from travel_shown p join {listed} on l.issuer = p.issuer and length(l.document) = length(p.document)
        where l.last is not null and p.document >= l.document and p.document <= l.last and {late}""",
    )
    return engine.arrow("""
        select h.* from travel_hits h left join travel_found f on f.document = h.document and f.issuer = h.issuer
        where f.document is null or f.since > coalesce(h.date, '')
        order by h.a, h.issuer, h.document, h.date, h.event_id, h.list_source, h.list_locator""").to_pylist()


def _seen(rows: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    first, shown = rows[0], {row["event_id"]: row for row in rows}
    status = first["status"] or "listed"
    score = limits["lost"] if status == "lost" else limits["stolen"] if status.startswith("stolen") else limits["revoked"]
    days = sorted(row["date"] for row in rows if row["date"])
    since = f" since {first['since'][:10]}" if first["since"] else ""
    sentence = f"Document {first['issuer'].upper()} {first['document']}, {status}{since}, was shown {len(shown)} time{'s' if len(shown) > 1 else ''}."
    entry = {
        name: first[f"list_{name}" if name != "source_id" else "list_source"]
        for name in ("source_id", "locator", "originator", "grade", "marking")
    }
    proof = (piece(entry, f"the list: {status}{since}, reference {first['reference'] or 'none'}"), *pieces(shown.values()))
    yield Seen((first["a"],), days[0] if days else "", days[-1] if days else "", score, sentence, proof)
