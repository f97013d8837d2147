"""Documents of passengers against the lists of lost and stolen ones: exactly, within a series, or nearly (O for 0, I for 1), in one join."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from crosstie.store.engine import Engine

#: characters that are typed and read for one another in numbers, and what both become
_ALIKE = ("OQDISBZG", "00015826")
SCORES = {"same": 1.0, "series": 0.95, "near": 0.6, "unissued": 0.7}
_HIT = (
    "p.place, l.document as listed, l.last, l.issuer as listed_issuer, l.status, l.date as since, l.reference,"
    " l.source_id, l.locator, l.marking, l.grade"
)


def hits(engine: Engine, people: pa.Table, barred: Mapping[str, str], today: str) -> list[dict[str, Any]]:
    """A row for each passenger and listed document: `place` is the number of the passenger, `how` same, series, near or unissued (nobody knows the issuer)."""
    if not engine.has("ledger_lost_documents"):
        return []
    known = people.select(["document", "issuer", "nationality"]).append_column("place", pa.array(range(people.num_rows), pa.int64()))
    engine.load("travel_asked_raw", known)
    before, after = _ALIKE
    folded = f"translate({{}}, '{before}', '{after}')"
    engine.create(
        "travel_asked",
        f"""select place, document, coalesce(issuer, nationality) as issuer, {folded.format("document")} as folded from travel_asked_raw
        where document is not null and length(document) >= 4""",
    )
    out = ", ".join(f"'{one}'" for one in barred) or "''"
    engine.create(
        "travel_current",
        f"""
        select l.* from ledger_lost_documents l left join (
            select document, issuer, max(coalesce(date, entered, '')) as since from ledger_lost_documents where status = 'recovered' group by document, issuer
        ) f on f.document = l.document and f.issuer = l.issuer
        where (l.status is null or l.status <> 'recovered') and f.document is null and l.marking not in ({out})""",
    )
    near = folded.format("l.document")
    return engine.arrow(f"""
        select {_HIT}, 'same' as how from travel_asked p join travel_current l on l.document = p.document and l.issuer = p.issuer where l.last is null
        union all
        select {_HIT}, 'series' as how from travel_asked p join travel_current l on l.issuer = p.issuer and length(l.document) = length(p.document)
        where l.last is not null and p.document >= l.document and p.document <= l.last
        union all
        select {_HIT}, 'unissued' as how from travel_asked p join travel_current l on l.document = p.document where l.last is null and p.issuer is null
            and length(p.document) >= 7
        union all
        select {_HIT}, 'near' as how from travel_asked p join travel_current l on {near} = p.folded and l.issuer = p.issuer
        where l.last is null and l.document <> p.document and length(p.document) >= 7
        order by place, how, listed, source_id, locator""").to_pylist()
