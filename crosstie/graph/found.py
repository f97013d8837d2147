"""Ties that detectors saw and a person accepted: who, of those that a finding names, dealt with whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from crosstie.model.marking import grade_confidence
from crosstie.store.engine import Engine

#: How far a pattern ties two parties: a person has looked at it and holds it for what it seems, which proves no agreement between the two.
WEIGHT = 0.9
_SAID = pa.schema(
    [
        pa.field(name, kind)
        for name, kind in {
            **dict.fromkeys(("source", "target", "kind", "currency", "label", "start", "end"), pa.string()),
            "events": pa.int64(),
            "amount": pa.float64(),
            "confidence": pa.float64(),
            "rarity": pa.float64(),
            "item": pa.string(),
            "counts": pa.bool_(),
            **dict.fromkeys(("source_id", "locator", "sentence", "originator", "grade", "marking"), pa.string()),
        }.items()
    ]
)


def gather(engine: Engine) -> list[str]:
    """Make the evidence of accepted findings that tie some of their subjects; the name of the table that holds it."""
    if not engine.has("findings"):
        return []
    engine.map("graph_found", "select * from findings where status = 'accepted'", _rows, _SAID)
    return ["graph_found"]


def _rows(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """A row for each tie and each piece of evidence: who says so counts once for a tie, however many pieces there are."""
    for batch in batches:
        rows = [row for finding in batch.to_pylist() for row in _of(finding)]
        if rows:
            yield pa.RecordBatch.from_pylist(rows, schema=_SAID)


def _of(finding: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for tie in finding["ties"] or []:
        for number, piece in enumerate(finding["evidence"] or []):
            yield {
                "source": tie["a"],
                "target": tie["b"],
                "kind": f"finding.{finding['typology']}",
                "currency": finding["currency"] or "",
                "label": finding["title"],
                "start": finding["start"],
                "end": finding["end"],
                "events": 1 if number == 0 else 0,
                "amount": finding["amount"] if number == 0 else None,
                "confidence": WEIGHT * grade_confidence(piece["grade"] or "F6"),
                "rarity": None,
                "item": piece["originator"] or piece["source_id"],
                "counts": True,
                "source_id": piece["source_id"],
                "locator": piece["locator"],
                "sentence": finding["sentence"] if number == 0 else piece["sentence"],
                "originator": piece["originator"],
                "grade": piece["grade"],
                # the first says what the whole finding says, and bears its marking
                "marking": finding["marking"] or piece["marking"] if number == 0 else piece["marking"],
            }
