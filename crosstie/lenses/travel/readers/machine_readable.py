"""Scans of machine-readable zones: a text with one zone after another, as readers of documents put them out."""

from __future__ import annotations

import re

import pyarrow as pa

from crosstie.clock import now
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.travel.mrz.reading import Zone, read, zones
from crosstie.lenses.travel.passengers import PERSON, people_of, say, write_papers
from crosstie.lenses.travel.travellers import BATCH

_ZONE = re.compile(r"^\s*[PIACV][A-Z<][A-Z0-9<]{28,42}\s*$", re.MULTILINE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class MachineReadable:
    """Zones, with the day of the scan in a line before them where it is known (2025-03-10)."""

    name = "machine_readable_zones"
    title = "Machine-readable zones (text)"
    profile = Profile(
        "travel",
        "machine-readable-zones",
        "border control",
        "A3",
        marking="TLP:AMBER",
        promise=Promise(min_records=1, max_reject_share=100.0, max_drop=1.0),
    )

    def recognises(self, head: Head) -> bool:
        """By first lines of zones that stand alone in theirs."""
        return head.media not in ("xml", "json", "jsonl", "xlsx", "zip") and bool(_ZONE.search(head.text)) and "<" in head.text

    def read(self, original: Original, out: Emitter) -> None:
        """A row of `papers` for each zone; what is wrong with it stands beside it and is rejected with its line."""
        today = now().date()
        rows: list[list[str | None]] = []
        checks: list[str | None] = []
        with original.open() as stream:
            text = stream.read().decode("utf-8", "replace")
        lines = text.splitlines()
        for number, written in zones(text):
            out.record(f"line {number}")
            on = next((found[0] for line in reversed(lines[max(0, number - 3) : number - 1]) if (found := _DAY.search(line))), None)
            try:
                zone = read(written, today)
            except ValueError as error:
                out.reject(str(error), written)
                continue
            for fault in zone.faults:
                out.reject(f"note: {fault}", written)
            rows.append(_row(zone, out.place, on))
            checks.append("; ".join(zone.faults) or None)
            if len(rows) >= BATCH:
                _hand_on(rows, checks, out)
                rows, checks = [], []
        if rows:
            _hand_on(rows, checks, out)


def _row(zone: Zone, place: str, on: str | None) -> list[str | None]:
    known = {
        "place": place, "surname": zone.surname, "given": zone.given, "born": zone.birth, "gender": zone.sex[:1].upper(), "nationality": zone.nationality,
        "document": zone.number, "issuer": zone.issuer, "document_type": zone.type[:1], "expires": zone.expiry, "on": on,
    }  # fmt: skip
    return [known.get(name) or None for name in PERSON]


def _hand_on(rows: list[list[str | None]], checks: list[str | None], out: Emitter) -> None:
    who = people_of({name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(PERSON)})
    write_papers(out, who, "scan", {"faults": pa.array(checks, pa.string())})
    say(out, who)


READER = MachineReadable()
