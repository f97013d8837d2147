"""Trace requests and answers as JSON: one object, a list, or a line each; with the firearm, the recovery, who had it, the answer and the chain of owners.

Keys are known as heads of tables are; what stands below `firearm`, `recovery`, `possessor` or `result` is looked up with and without that word. Each item of
`ownership_chain` is one hand through which the firearm went. What a request holds follows paragraph 17 of the International Tracing Instrument.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crosstie.ingest.cells import Cells
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.pieces import json_records, piece_of, text_of
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.firearms import said
from crosstie.lenses.firearms.heads import fields

_BATCH = 5_000
_CHAINS = ("ownership_chain", "ownershipChain", "chain", "ownership")
_LISTS = ("traces", "requests", "records", "results", "firearms")
#: What a key means in the block in which it stands.
_IN_BLOCK = {
    ("recovery", "date"): "recovered_on",
    ("recovery", "country"): "state",
    ("recovery", "location"): "place",
    ("recovery", "legal_reason"): "reason",
    ("recovery", "case_no"): "case",
    ("possessor", "name"): "possessor",
    ("possessor", "nationality"): "possessor_state",
    ("possessor", "date_of_birth"): "to_born",
    ("possessor", "dob"): "to_born",
    ("possessor", "id_number"): "possessor_id",
    ("possessor", "id"): "possessor_id",
    ("result", "status"): "answer",
    ("result", "date"): "date",
    ("result", "reason"): "why_not",
    ("result", "reason_code"): "why_not",
    ("result", "first_buyer"): "sold_to",
    ("result", "last_lawful_holder"): "sold_to",
    ("result", "seller"): "sold_by",
    ("result", "sale_date"): "sold_on",
    ("result", "reported_lost"): "lost_on",
    ("result", "reported_lost_date"): "lost_on",
    ("firearm", "country"): "made_in",
    ("firearm", "status"): "",
}
_ANSWER = ("answer", "sold_to", "sold_by", "sold_on", "lost_on", "why_not")
_RECOVERY = ("recovered_on", "possessor", "mode", "place")


class Traces:
    """Trace requests and answers."""

    name = "firearm-traces"
    title = "Trace requests and answers, JSON"
    profile = Profile("firearms", "firearm-traces", "tracing office", "B2", "TLP:AMBER", Promise(min_records=1))

    def recognises(self, head: Head) -> bool:
        """By the fields of a trace."""
        if head.media not in ("json", "jsonl"):
            return False
        trace = '"serial' in head.text and ('"calibre"' in head.text or '"caliber"' in head.text or '"make"' in head.text)
        return trace and any(
            f'"{word}"' in head.text for word in ("request_id", "trace_id", "recovery", "result", "ownership_chain", "trace_request")
        )

    def read(self, original: Original, out: Emitter) -> None:
        """Say what each trace says."""
        out.series = f"{self.name}-{out.source_id}"
        gathered = _Gathered(out)
        for place, value in json_records(original, _LISTS, out):
            out.record(place)
            gathered.add(value, place)
        gathered.flush()


class _Gathered:
    """Rows of traces by what they tell, handed on in batches."""

    def __init__(self, out: Emitter) -> None:
        self._out = out
        self._rows: dict[str, list[dict[str, str]]] = {"recoveries": [], "answers": [], "movements": []}
        self._cells, self._count = Cells(), 0

    def add(self, value: dict[str, Any], place: str) -> None:
        flat = dict(_flat(value, "", place, self._out))
        flat["_place"] = place
        firearm = {name: cell for name, cell in flat.items() if name in _OF_FIREARM}
        if any(name in flat for name in _RECOVERY):
            self._rows["recoveries"].append({name: cell for name, cell in flat.items() if name not in _ANSWER})
        if any(name in flat for name in _ANSWER) or "recovered_on" not in flat:
            self._rows["answers"].append({name: cell for name, cell in flat.items() if name not in _RECOVERY})
        self._rows["movements"] += self._chain(value, firearm, place)
        self._count += 1
        if self._count % _BATCH == 0:
            self.flush()

    def flush(self) -> None:
        for kind, rows in self._rows.items():
            if rows:
                places = [row.pop("_place") for row in rows]
                getattr(said, kind)(piece_of(rows, places, {}, fields(), self._cells, self._out))
                rows.clear()

    def _chain(self, value: dict[str, Any], firearm: dict[str, str], place: str) -> Iterator[dict[str, str]]:
        """Each hand of the chain as a movement from the one before."""
        key = next((name for name in _CHAINS if isinstance(value.get(name), list)), "")
        before: dict[str, str] = {}
        for number, item in enumerate(value.get(key, []), 1):
            at = f"{place}/{key}[{number}]"
            if not isinstance(item, dict) or not (item.get("actor") or item.get("name")):
                self._out.place = ""
                self._out.reject("a hand without a name", str(item), at=at)
                continue
            hand = {
                name: text
                for name in ("actor", "name", "role", "date", "country", "licence", "euc", "document_ref")
                if (text := text_of(item.get(name)))
            }
            who = hand.get("actor") or hand["name"]
            row = firearm | {"_place": at, "date": hand.get("date", "")}
            row |= {"document": hand.get("licence") or hand.get("euc") or hand.get("document_ref", "")}
            if not before:
                first = {"event": "manufacture" if hand.get("role") == "manufacturer" else "stock", "from": who}
                row |= first | {"from_role": hand.get("role", ""), "from_state": hand.get("country", "")}
            else:
                row |= {"event": "sale" if hand.get("role") == "owner" else "transfer", "from": before["who"], "from_role": before["role"]}
                row |= {"from_state": before["country"], "to": who, "to_role": hand.get("role", ""), "to_state": hand.get("country", "")}
            yield row
            before = {"who": who, "role": hand.get("role", ""), "country": hand.get("country", "")}


_OF_FIREARM = ("serial", "make", "model", "calibre", "category", "condition", "part", "made_in", "year", "marks", "lot")


def _flat(value: dict[str, Any], block: str, place: str, out: Emitter) -> Iterator[tuple[str, str]]:
    """Fields with their texts; the first that names a field wins."""
    seen: set[str] = set()
    for key, one in value.items():
        if isinstance(one, dict):
            for name, inner in _flat(one, key, place, out):
                if name not in seen:
                    seen.add(name)
                    yield name, inner
            continue
        named = _IN_BLOCK.get((block, key), fields().field(f"{block} {key}") or fields().field(key))
        if isinstance(one, list) and key == "marks":
            one = "; ".join(
                " ".join(str(part) for part in (mark.get("type"), mark.get("text")) if part) for mark in one if isinstance(mark, dict)
            )
        text = text_of(one)
        if named and text is not None and named not in seen:
            seen.add(named)
            yield named, text
        elif named and text is None and one not in (None, "", [], {}):
            out.place = ""
            out.reject("not a text or a number", str(one), at=f"{place}/{block + '/' if block else ''}{key}")


READER = Traces()
