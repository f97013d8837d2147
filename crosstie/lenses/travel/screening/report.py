"""The report of hits on watch lists: who, where, why, on whose word, and how it is to be handled. Hits are leads; a person confirms each."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from crosstie.errors import StorageError
from crosstie.lenses.travel.movements import is_child
from crosstie.lenses.travel.screening.papers import SCORES
from crosstie.model.marking import strictest
from crosstie.resolve.screen.hits import Hit

#: what a question itself is marked with: travellers are asked about, and most of them are nobody's business
ASKED = "TLP:AMBER"
COLUMNS = (
    "score", "hit", "traveller", "born", "nationality", "document", "issuer", "flight", "date", "record", "file", "place", "listed", "listed_id", "reasons",
    "said_by", "source_id", "source_place", "grade", "marking",
)  # fmt: skip


def rows(people: pa.Table, named: Sequence[tuple[int, Hit]], papers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The hits of names and documents as rows of COLUMNS, the strongest first. Of a child nothing is said but that a document is listed."""
    wanted = sorted({place for place, _ in named} | {row["place"] for row in papers})
    known = dict(zip(wanted, people.take(pa.array(wanted, pa.int64())).to_pylist(), strict=True))
    found = []
    for place, hit in named:
        one = known[place]
        if is_child(one["born"], one["date"]):
            continue
        said = hit.said_by
        found.append(
            _of(one)
            | {
                "score": round(hit.score, 3), "hit": "name", "listed": hit.caption if hit.caption == hit.name else f"{hit.name} ({hit.caption})",
                "listed_id": hit.entity_id, "reasons": " ".join(hit.reasons) or "The names are alike.", "said_by": said.get("originator", ""),
                "source_id": said.get("source_id", ""), "source_place": said.get("locator", ""), "grade": said.get("grade", ""),
                "marking": strictest([ASKED, hit.marking or said.get("marking", "")]),
            }
        )  # fmt: skip
    for row in papers:
        found.append(_of(known[row["place"]]) | _paper(row))
    found.sort(key=lambda row: (-row["score"], row["file"], row["place"], row["listed"]))
    return [{name: row.get(name, "") for name in COLUMNS} for row in found]


def _of(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "traveller": one["name"] or "", "born": one["born"] or "", "nationality": one["nationality"] or "", "document": one["document"] or "",
        "issuer": one["issuer"] or "", "flight": f"{one['carrier'] or ''}{one['flight'] or ''}", "date": one["date"] or "", "record": one["record"] or "",
        "file": one["file"], "place": one["locator"],
    }  # fmt: skip


def _paper(row: dict[str, Any]) -> dict[str, Any]:
    told = {
        "same": "The document is on the list",
        "series": f"The number lies in a listed series ({row['listed']} to {row['last']})",
        "near": f"The number is nearly that of a listed document ({row['listed']}): a character may have been misread",
        "unissued": "A document of this number is on the list; the passenger's data do not say who issued it",
    }[row["how"]]
    since, status = f" since {row['since'][:10]}" if row["since"] else "", row["status"] or "listed"
    return {
        "score": SCORES[row["how"]], "hit": "document", "listed": f"{str(row['listed_issuer']).upper()} {row['listed']}",
        "listed_id": f"travel-doc-{row['listed_issuer']}-{row['listed']}", "reasons": f"{told}: {status}{since}. The issuing State has to confirm it.",
        "said_by": row["reference"] or "", "source_id": row["source_id"], "source_place": row["locator"], "grade": row["grade"],
        "marking": strictest([ASKED, row["marking"]]),
    }  # fmt: skip


def write(path: Path, found: Sequence[dict[str, Any]], marking: str) -> None:
    """The report as a file: JSON where the name ends so, else CSV. The marking of the whole stands in it."""
    if path.suffix.casefold() == ".json":
        text = json.dumps({"marking": marking, "hits": list(found)}, ensure_ascii=False, indent=1)
    else:
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(cell) for name, cell in row.items()} for row in found)
        text = out.getvalue()
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error


def _cell(cell: Any) -> Any:
    """No cell of a table is a formula to a spreadsheet."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@") else cell
