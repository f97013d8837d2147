"""Payments between accounts, with the habits of people and the errands of the plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.learn.region.names import Ints, among, pc
from crosstie.learn.region.population import Population
from crosstie.learn.region.registers import ibans
from crosstie.learn.region.sheets import BATCH, offices, sheet, write_mapping
from crosstie.learn.region.spelling import days, padded
from crosstie.learn.region.world import BEGIN, END, Size, day_number, firms, places, scrambled, stream

_FIRST, _LAST = day_number(BEGIN), day_number(END)


def write_payments(population: Population, size: Size, out: Path) -> list[Path]:
    """The payments that left accounts of each State, in the order of their days."""
    shares = np.bincount(population.accounts.state, minlength=len(places())) / len(population.accounts)
    return [_payments(population, number, code, int(size.payments * shares[number]), out) for number, code in enumerate(places())]


def _payments(population: Population, number: int, code: str, total: int, out: Path) -> Path:
    rng, accounts, plan = stream(population.seed, f"payments_{code}"), population.accounts, population.plan
    here = np.flatnonzero(accounts.state == number)
    rows = {one.account.id: row for row, one in enumerate(plan.accounts)}
    ours = [one for one in plan.payments if accounts.state[rows[one.a.id]] == number]
    payer, payee = _pairs(rng, population, here, total)
    day = rng.integers(_FIRST, _LAST + 1, total)
    amount = np.round(np.exp(rng.normal(5.6, 1.3, total)), 2)
    purpose = rng.integers(0, len(firms()["purposes"]), total)
    payer = np.concatenate([payer, np.array([rows[one.a.id] for one in ours], dtype=np.int64)])
    payee = np.concatenate([payee, np.array([rows[one.b.id] for one in ours], dtype=np.int64)])
    day = np.concatenate([day, np.array([day_number(one.on) for one in ours], dtype=np.int64)])
    amount = np.concatenate([amount, np.array([round(one.amount, 2) for one in ours])])
    purpose = np.concatenate([purpose, len(firms()["purposes"]) + np.arange(len(ours))])
    purposes = [*firms()["purposes"], *(one.purpose or None for one in ours)]
    order = np.lexsort((rng.random(len(day)), day))
    office, path = offices()[code], out / f"payments_{code}.csv"
    local = places()[code].state.currency
    with sheet(path, office["payments"], office["delimiter"]) as table:
        for first in range(0, len(order), BATCH):
            take = order[first : first + BATCH]
            currency = [ours[row - total].currency if row >= total else local for row in take.tolist()] if ours else [local] * len(take)
            table.write(
                {
                    "payment_no": padded(np.arange(first, first + len(take)) + 1, 9, f"{code.upper()}T"),
                    "date": days(day[take], office["dates"]),
                    "payer": ibans(population, payer[take]),
                    "payee": ibans(population, payee[take]),
                    "amount": money(amount[take], office["decimal"]),
                    "currency": pa.array(currency, pa.string()),
                    "purpose": among(purposes, purpose[take]),
                }
            )
    write_mapping(path, _payments_mapping(f"payments_{code}", code, office))
    return path


def _pairs(rng: np.random.Generator, population: Population, here: Ints, total: int) -> tuple[Ints, Ints]:
    """Who pays whom: some accounts pay often, most pay the telephone company, the same few shops and neighbours, a few pay abroad."""
    accounts = population.accounts
    ring = mingled(rng, here, accounts.planted)
    weight = np.exp(rng.normal(0, 1.3, len(ring)))
    at = np.searchsorted(np.cumsum(weight / weight.sum()), rng.random(total), side="right").clip(max=len(ring) - 1)
    payer = ring[at]
    shops = ring[accounts.of_company[ring]]
    rank = np.floor(len(shops) * rng.random(total) ** 3).astype(np.int64)
    habit = scrambled(payer * 4 + rng.integers(0, 4, total), 21) % len(shops)
    shop = shops[np.where(rng.random(total) < 0.6, habit, rank)]
    friend = ring[(at + 1 + scrambled(payer * 5 + rng.integers(0, 5, total), 22) % 40) % len(ring)]
    abroad = rng.integers(0, len(accounts), total)
    hubs = {one.id for one in population.plan.hubs.values()}
    hub = next(
        row for row, one in enumerate(population.plan.accounts) if one.account.id in hubs and accounts.state[row] == accounts.state[here[0]]
    )
    roll = rng.random(total)
    payee = np.where(roll < 0.1, hub, np.where(roll < 0.62, shop, np.where(roll < 0.97, friend, abroad)))
    # two of the plan deal with each other only where a part says so: by chance they hardly ever would
    crowd = ring[ring >= accounts.planted]
    other = crowd[scrambled(payer + at, 24) % len(crowd)]
    chance = (payer < accounts.planted) & (payee < accounts.planted) & (payee != hub)
    return payer, np.where((payee == payer) | chance, other, payee)


def mingled(rng: np.random.Generator, rows: Ints, planted: int) -> Ints:
    """The rows in their order, but the planted ones spread at random among the crowd."""
    place = np.arange(len(rows), dtype=np.float64)
    ours = rows < planted
    place[ours] = rng.random(int(ours.sum())) * len(rows)
    return rows[np.argsort(place, kind="stable")]


def money(amounts: Any, decimal: str) -> Any:
    """Amounts with two decimals, as text."""
    cents = pa.array(np.round(amounts * 100).astype(np.int64))
    whole = pc.divide(cents, 100)
    rest = pc.utf8_lpad(pc.subtract(cents, pc.multiply(whole, 100)).cast(pa.string()), width=2, padding="0")
    return pc.binary_join_element_wise(whole.cast(pa.string()), rest, decimal)


def _payments_mapping(dataset: str, code: str, office: dict[str, Any]) -> dict[str, Any]:
    column, state = office["payments"], places()[code].state

    def account(side: str) -> dict[str, Any]:
        return {"schema": "BankAccount", "id_column": column[side], "properties": {"accountNumber": column[side]}}

    return {
        "dataset": dataset,
        "title": f"Payments of {state.name}",
        "originator": f"Financial intelligence unit of {state.name}",
        "grade": "A2",
        "marking": "TLP:AMBER; purpose=exercise",
        "delimiter": office["delimiter"],
        "version_date": "2025-01-01",
        "entities": {"payer": account("payer"), "payee": account("payee")},
        "ledger": {
            "payments": {
                "id": {"column": column["payment_no"]},
                "a": "payer",
                "b": "payee",
                "date": {"column": column["date"], "format": office["dates"]},
                "columns": {
                    "amount": {"column": column["amount"], "decimal": office["decimal"]},
                    "currency": column["currency"],
                    "purpose": column["purpose"],
                },
            },
        },
    }
