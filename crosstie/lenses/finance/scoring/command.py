"""`crosstie finance score`: the payments that look most like laundering, for a person to look at."""

from __future__ import annotations

from pathlib import Path

from crosstie.errors import UsageError
from crosstie.lens.commands import Answer, Command, Desk, Option
from crosstie.lenses.finance.book import books
from crosstie.lenses.finance.scoring.alerts import alerts, highest
from crosstie.lenses.finance.scoring.model import load

#: in a ledger with fewer payments hardly anything is usual
_FEW = 2_000
_NOTES = (
    "A score is no finding and no probability: it says how much a payment looks like the laundering of invented regions. Look at the payments themselves.",
    "Nothing is kept of it: no finding, no tie, no sphere. What a person makes of it goes into a case.",
)


def score(desk: Desk, top: int, model: Path | None) -> Answer:
    """The payments with the highest scores of all books, with what spoke for each."""
    if top < 1:
        raise UsageError("at least one payment has to be asked for", hint="--top 50")
    trees = load(model)
    read = books(desk.engine)
    paid = sum(len(book.numbers) for book in read)
    rows = alerts([highest(book, trees, top) for book in read], trees, top)
    parties = sorted({row[end] for row in rows for end in ("payer_id", "payee_id")})
    desk.read("payments by score", model=trees.mark, payments=paid, shown=len(rows), parties=parties)
    few = (f"Of {paid:,} payments hardly anything is usual: the scores say little.",) if paid < _FEW else ()
    return Answer(rows, notes=(*_NOTES, *few))


SCORE = Command(
    "score",
    "List the payments that look most like laundering, with the reasons; a score for a person to look at, no finding.",
    (
        Option("top", "How many payments.", "count", default=50),
        Option("model", "A model of your own, as bench/finance/train_scored.py writes it; the one that is shipped, if left out.", "file"),
    ),
    score,
    needs=("payments",),
)
