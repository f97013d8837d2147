"""Findings as detectors make them, and as the registry completes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pyarrow as pa

from crosstie.model.tables import FINDING

#: pieces of evidence kept with one finding: enough to show it, the rest is in the ledger
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Seen:
    """What a detector saw: who, when, how strong (0 to 1), how much, in one sentence, and the events that show it.

    `ties` are pairs that the events connect, one of them at least a subject: once a person accepts the finding they are edges, on which links may
    be found. Only the subjects belong to the world that the finding speaks of.
    """

    subjects: tuple[str, ...]
    start: str
    end: str
    score: float
    sentence: str
    evidence: tuple[Mapping[str, Any], ...]
    amount: float | None = None
    currency: str | None = None
    ties: tuple[tuple[str, str], ...] = ()


def piece(event: Mapping[str, Any], sentence: str) -> dict[str, Any]:
    """An event of a ledger as a piece of evidence (tables.EVIDENCE)."""
    return {name: event.get(name) for name in ("source_id", "locator", "originator", "grade", "marking")} | {"sentence": sentence}


def table(seen: Iterable[Seen]) -> pa.Table:
    """The findings of one detector, by subject and period; what the manifest knows of it is still empty."""
    rows = [
        {
            "subjects": sorted(set(one.subjects)),
            "start": one.start,
            "end": one.end,
            "score": round(min(1.0, max(0.0, one.score)), 4),
            "amount": None if one.amount is None else round(one.amount, 2),
            "currency": one.currency,
            "sentence": one.sentence,
            "evidence": list(one.evidence[:SHOWN]),
            "ties": [{"a": a, "b": b} for a, b in sorted(set(one.ties))],
        }
        for one in seen
    ]
    rows.sort(key=lambda row: (row["subjects"], row["start"], row["end"], row["sentence"]))
    return pa.Table.from_pylist(rows, schema=FINDING)


def finding_id(lens: str, typology: str, subjects: Sequence[str], start: str, end: str) -> str:
    """The id of a finding: the same for the same lens, typology, subjects and period, so that judgements hold over builds."""
    return "finding-" + sha256("\x1f".join([lens, typology, *sorted(subjects), start, end]).encode()).hexdigest()[:16]
