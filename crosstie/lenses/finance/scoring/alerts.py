"""The payments that score highest, as alerts that a person reads: what was paid, where it stands, and what spoke for the score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute

from crosstie.lenses.finance.book import Book
from crosstie.lenses.finance.patterns.network import Ints
from crosstie.lenses.finance.scoring.around import Numbers
from crosstie.lenses.finance.scoring.features import Ledger, names, pieces
from crosstie.lenses.finance.scoring.model import Model
from crosstie.lenses.finance.scoring.words import reasons

pc: Any = pyarrow.compute


@dataclass(frozen=True, slots=True)
class Scored:
    """The highest scores of a book: places of payments, their scores and their features, the highest first."""

    book: Book
    places: Ints
    scores: Numbers
    rows: Numbers


def highest(book: Book, model: Model, top: int) -> Scored:
    """The payments of a book with the highest scores; of equal scores the earlier first."""
    places, scores, rows = np.empty(0, np.int64), np.empty(0), np.empty((0, len(names())), np.float32)
    for first, last, block in pieces(ledger(book)):
        found = model.score(block)
        places = np.concatenate([places, np.arange(first, last)])
        scores, rows = np.concatenate([scores, found]), np.concatenate([rows, block])
        kept = np.lexsort((places, -scores))[:top]
        places, scores, rows = places[kept], scores[kept], rows[kept]
    return Scored(book, places, scores, rows)


def ledger(book: Book) -> Ledger:
    """A book as the features see it: with the channels of its payments, whatever they are called."""
    quoted = book.currency.replace("'", "''")
    numbers: list[Ints] = []
    codes: list[Ints] = []
    known: dict[str | None, int] = {}
    query = f"select n, channel from finance_payments where coalesce(currency, '') = '{quoted}' order by n"
    for batch in book.engine.batches(query, 500_000):
        said = batch.column(1).dictionary_encode()
        mapped = np.array([known.setdefault(name, len(known)) for name in (*said.dictionary.to_pylist(), None)])
        codes.append(mapped[pc.fill_null(said.indices, len(said.dictionary)).to_numpy(zero_copy_only=False)])
        numbers.append(batch.column(0).to_numpy())
    at = np.searchsorted(np.concatenate(numbers), book.numbers)
    return Ledger.of(book.net, np.concatenate(codes)[at], timed=not book.ties)


def alerts(found: list[Scored], model: Model, top: int) -> list[dict[str, Any]]:
    """The highest of all books as rows. Payments that share a party are one case."""
    order = sorted(
        ((-float(score), book, at) for book, one in enumerate(found) for at, score in enumerate(one.scores)), key=lambda entry: entry
    )[:top]
    told: dict[tuple[int, int], dict[str, Any]] = {}
    for number, one in enumerate(found):
        mine = [at for _, book, at in order if book == number]
        if mine:
            told |= {(number, at): row for at, row in zip(mine, _rows(one, np.array(mine), model), strict=True)}
    rows = [told[book, at] for _, book, at in order]
    cases = _cases([(row["payer_id"], row["payee_id"]) for row in rows])
    return [{"rank": rank, "case": case} | row for rank, (case, row) in enumerate(zip(cases, rows, strict=True), 1)]


def _rows(one: Scored, mine: Ints, model: Model) -> list[dict[str, Any]]:
    places = one.places[mine].tolist()
    paid, spoke, known = one.book.rows(places), model.spoke(one.rows[mine]), names()
    rows = []
    for at, place, contributions in zip(mine.tolist(), places, spoke, strict=True):
        said = paid[place]
        why, against = reasons(known, one.rows[at], contributions)
        rows.append(
            {
                "score": round(float(one.scores[at]), 4),
                "date": one.book.date(place),
                "payer": said["payer_name"],
                "payee": said["payee_name"],
                "amount": said["amount"],
                "currency": one.book.currency,
                "why": "; ".join(why),
                "against": "; ".join(against),
                "payer_id": said["a"],
                "payee_id": said["b"],
                "source_id": said["source_id"],
                "locator": said["locator"],
                "originator": said["originator"],
                "grade": said["grade"],
                "marking": said["marking"],
            }
        )
    return rows


def _cases(pairs: list[tuple[str, str]]) -> list[int]:
    """A number for each pair; pairs that hang together over parties have the same, and the first that comes is 1."""
    root: dict[str, str] = {}

    def find(party: str) -> str:
        while root.setdefault(party, party) != party:
            party = root[party]
        return party

    for a, b in pairs:
        root[find(a)] = find(b)
    numbers: dict[str, int] = {}
    return [numbers.setdefault(find(a), len(numbers) + 1) for a, _ in pairs]
