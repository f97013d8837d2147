"""What the lens plants in a region of money that many hands pass on: stacks of accounts and a market, brokers who net their books and a corridor."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from crosstie.learn.region.parts import Account, Actor, RegionBuilder
from crosstie.lenses.finance.reading import short
from crosstie.model.lexicon import Sphere

if TYPE_CHECKING:
    from crosstie.learn.region.papers import Clerk

CRIME, TERROR = Sphere.CRIME, Sphere.TERROR
BOOK, OFFICE = "hawala_books.csv", "hawala"


def plant(region: RegionBuilder) -> None:
    """One round of all of them."""
    _stack(region)
    _market(region)
    _netting(region)
    _corridor(region)


def _begin(region: RegionBuilder, days: int) -> date:
    return region.day(last=region.end - timedelta(days=days))


def _accounts(region: RegionBuilder, state: str, number: int) -> list[Account]:
    return [region.account(region.person(state)) for _ in range(number)]


def _stack(region: RegionBuilder) -> None:
    """A robber's takings go through two layers of hired accounts to a man who buys arms for a terror group."""
    home = region.state()
    robber, buyer = region.person(home.code, spheres=[CRIME]), region.person(spheres=[TERROR])
    first = _begin(region, 60)
    layers = [
        [region.account(robber), *_accounts(region, home.code, 2)],
        _accounts(region, home.code, 3),
        _accounts(region, home.code, 3),
        [region.account(buyer), *_accounts(region, home.code, 1)],
    ]
    held = {account.id: region.rng.uniform(9_000, 15_000) for account in layers[0]}
    on = first
    for layer, following in pairwise(layers):
        came: dict[str, float] = {}
        for account in layer:
            cuts = region.rng.uniform(0.7, 1.3, len(following))
            for other, cut in zip(following, cuts / cuts.sum(), strict=True):
                amount = round(held[account.id] * float(cut), 2)
                region.pay(account, other, on + timedelta(days=int(region.rng.integers(2))), amount, home.currency, purpose="services")
                came[other.id] = came.get(other.id, 0.0) + amount
        held = {account: amount * float(region.rng.uniform(0.94, 0.99)) for account, amount in came.items()}
        on += timedelta(days=3)
    region.list_as(robber, "red-notice", home.code, "Armed robbery of banks as part of a gang", on=on)
    region.list_as(buyer, "un-like", "Al-Qaida", "Buys weapons for terrorist attacks.", on=on)
    middle = [account.holder for layer in layers[1:3] for account in layer]
    region.true_link(robber, buyer, "N2", "finance.stacked-layers", first, on, [*layers[1], *layers[2]])
    region.shows("stacked-layers", middle, first, on)


def _market(region: RegionBuilder) -> None:
    """Wholesalers of one market take from the same shops and pay the same makers, the one and the other all the time."""
    home = region.state()
    firms = [region.company(home.code, business="trading") for _ in range(3)]
    sellers = [region.account(firm) for firm in firms]
    shops, makers = _accounts(region, home.code, 4), _accounts(region, home.code, 3)
    on = _begin(region, 90)
    for day in range(15):
        for seller in sellers:
            for _ in range(2):
                shop, amount = shops[int(region.rng.integers(4))], float(round(region.rng.uniform(500, 1_200), 2))
                region.pay(shop, seller, on + timedelta(days=2 * day), amount, purpose="goods")
            maker, amount = makers[int(region.rng.integers(3))], float(round(region.rng.uniform(1_300, 1_700), 2))
            region.pay(seller, maker, on + timedelta(days=2 * day), amount, purpose="goods")
    region.resembles("stacked-layers", firms, "wholesalers of one market who take and pay every other day")


def _netting(region: RegionBuilder) -> None:
    """Two brokers pay out for each other until their books are even; the one serves smugglers, the other a terror group."""
    one, other = region.person(spheres=[CRIME]), region.person(spheres=[TERROR])
    first, currency, left = _begin(region, 80), region.state(one.state).currency, 0.0
    for number in range(10):
        there, amount = number % 2 == 0, float(round(region.rng.uniform(900, 3_000), -1))
        left += amount if there else -amount
        _entry(region, one if there else other, other if there else one, first + timedelta(days=4 * number), amount, currency)
    last = first + timedelta(days=41)
    rest = round(abs(left) * float(region.rng.uniform(0.93, 1.0)), 2)
    if rest:
        _entry(region, *((other, one) if left > 0 else (one, other)), last, rest, currency)
    region.list_as(one, "ofac-like", "TCO", "Moves the money of smugglers without banks.", on=last)
    region.list_as(other, "un-like", "Al-Qaida", "Pays fighters on behalf of the organisation.", on=last)
    region.shows("hawala-netting", [one, other], first, last)


def _corridor(region: RegionBuilder) -> None:
    """Workers send money home over two brokers, always the same way."""
    here, home = region.person(), region.person()
    first, currency = _begin(region, 80), region.state(here.state).currency
    for number in range(12):
        amount = float(round(region.rng.uniform(100, 1_900), -1))
        _entry(region, here, home, first + timedelta(days=4 * number), amount, currency)
    region.resembles("hawala-netting", [here, home], "wages go home, always the same way")


def _entry(region: RegionBuilder, broker: Actor, partner: Actor, on: date, amount: float, currency: str) -> None:
    entry = (broker, partner, on, amount, currency)
    region.paper(BOOK, write_book, entry, originator="Search of a money changer", dataset=OFFICE, grade="C3")


def write_book(clerk: Clerk, entries: list[Any]) -> str:
    """The books of brokers as one table, as an office copied them; senders and receivers are strangers."""
    names = {actor: clerk.face(actor).name for actor in dict.fromkeys(actor for entry in entries for actor in entry[:2])}
    for actor, name in names.items():
        clerk.saw(actor, f"{OFFICE}-broker-{short(name.casefold())}")
    people = [face.name for face in clerk.strangers(2 * len(entries))]
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(("date", "sender", "receiver", "broker", "partner", "amount", "currency", "code"))
    for number, (broker, partner, on, amount, currency) in enumerate(entries):
        row = (on.isoformat(), people[2 * number], people[2 * number + 1], names[broker], names[partner], f"{amount:.2f}", currency)
        lines.writerow((*row, f"H{number:05d}"))
    return written.getvalue()
