"""Who dealt with a designated party, directly or through money that others passed on: candidates for freezing, and what is to be asked of whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from crosstie.lenses.finance.book import DAY, Book
from crosstie.lenses.finance.patterns.network import Ints
from crosstie.lenses.finance.patterns.relays import relays
from crosstie.store.engine import Engine

_DUTIES = Path(__file__).parent / "data" / "duties.yaml"
_LISTED, _WANTED = "finance_listed", "finance_designated"


@dataclass(frozen=True, slots=True)
class Designation:
    """A party that a list names as it stands: since when, if the list says so, and under which programmes."""

    entity: str
    since: str | None
    programmes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exposure:
    """One party's dealings with one designated party: over how many steps (1 is direct), whether money went to the designated party, and the chains of
    payments, each in the order in which the money went.
    """

    party: int
    listed: int
    steps: int
    to_listed: bool
    chains: tuple[tuple[int, ...], ...]


def designations(engine: Engine) -> dict[str, Designation]:
    """The parties under sanctions, by id: what lists say as they stand now."""
    engine.create(
        _LISTED, "select distinct canonical_id as id from claims where prop = 'topics' and value = 'sanction' and current order by 1"
    )
    engine.create(
        _WANTED,
        "select distinct l.id, d.prop, d.value from claims s join (select distinct entity_id, canonical_id from claims) c on c.entity_id = s.value"
        f" join {_LISTED} l on l.id = c.canonical_id join claims d on d.entity_id = s.entity_id"
        " where s.schema = 'Sanction' and s.prop = 'entity' and d.current and d.prop in ('listingDate', 'startDate', 'program', 'authority')"
        f" union select distinct l.id, d.prop, d.value from {_LISTED} l join claims d on d.canonical_id = l.id"
        " where d.current and d.prop = 'programId'",
    )
    said: dict[str, list[tuple[str, str]]] = {row["id"]: [] for row in engine.arrow(f"select id from {_LISTED}").to_pylist()}
    for row in engine.arrow(f"select id, prop, value from {_WANTED} order by id, prop, value").to_pylist():
        said[row["id"]].append((row["prop"], row["value"]))
    return {party: _designation(party, values) for party, values in sorted(said.items())}


def _designation(party: str, values: list[tuple[str, str]]) -> Designation:
    days = [value for prop, value in values if prop in ("listingDate", "startDate")]
    return Designation(
        party, min(days, default=None), tuple(sorted({value for prop, value in values if prop not in ("listingDate", "startDate")}))
    )


@cache
def _duties() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(_DUTIES.read_text(encoding="utf-8"))["duties"]
    return found


def duty(programmes: tuple[str, ...]) -> dict[str, Any]:
    """What is to be done about the funds of a party listed under these programmes: `basis`, `duty`, `verified`; the general rule where none is known."""
    said = " ".join(programmes).casefold()
    return next((one for one in _duties() if any(word.casefold() in said for word in one["programmes"])), _duties()[-1])


def exposures(book: Book, listed: Ints, steps: int, delay: float, kept: float) -> Iterator[Exposure]:
    """Everybody who paid these parties or was paid by them, or whose money reached them, or who was reached by theirs, over at most so many steps: each step
    after the first carries the money on within `delay` days, less at most the share `kept`. Designated parties themselves are left out.
    """
    net = book.net
    marked = np.zeros(net.accounts, np.bool_)
    marked[listed] = True
    before = relays(net, int(delay * DAY) + 1, 1 - kept, ties=book.ties) if steps > 1 else np.full(len(net.payer), -1, np.int32)
    after = np.full(len(before), -1, np.int64)
    carried = np.flatnonzero(before >= 0)
    after[before[carried]] = carried
    found: dict[tuple[int, int, int, bool], list[tuple[int, ...]]] = {}
    for to_listed, ends, others, onward in ((True, net.payee, net.payer, before), (False, net.payer, net.payee, after)):
        for place in np.flatnonzero(marked[ends] & ~marked[others]).tolist():
            at = place
            chain: tuple[int, ...] = (place,)
            for step in range(1, steps + 1):
                party = int(others[at])
                if marked[party]:
                    break
                found.setdefault((party, int(ends[place]), step, to_listed), []).append(chain)
                at = int(onward[at])
                if at < 0:
                    break
                chain = (at, *chain) if to_listed else (*chain, at)
    for (party, one, step, to_listed), chains in sorted(found.items()):
        yield Exposure(party, one, step, to_listed, tuple(chains))


def partners(book: Book) -> Ints:
    """With how many others each party dealt."""
    net = book.net
    both = np.concatenate([net.payer.astype(np.int64) * net.accounts + net.payee, net.payee.astype(np.int64) * net.accounts + net.payer])
    return np.bincount(np.unique(both) // net.accounts, minlength=net.accounts)
