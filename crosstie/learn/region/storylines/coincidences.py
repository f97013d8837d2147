"""More pairs that look tied and are not: everyday dealings, and places where strangers meet. Few people stand between, so that no hub betrays them."""

from __future__ import annotations

from datetime import date, timedelta

from crosstie.learn.region.parts import Account, Actor, Decoy, RegionBuilder
from crosstie.learn.region.storylines.cast import Cell, Plots, among_strangers, payments, period
from crosstie.model.lexicon import Sphere

#: Cells of each world per round; a cell plays one look-alike or two, so that those who are not tied have no more dealings than those who are.
_CELLS = 30


def hawaladar(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """Both are customers of one money changer, with a dozen others: the one sends, the other is sent to, never the same sums or days."""
    broker = region.person(crime.leader.state)
    till = region.account(broker)
    first, last = period(region)
    senders = [region.account(crime.leader), *(region.account(region.person(broker.state)) for _ in range(_few(region, 0, 3)))]
    takers = [region.account(terror.leader), *(region.account(region.person(broker.state)) for _ in range(_few(region, 0, 3)))]
    for one in senders:
        payments(region, one, till, first, last, _few(region, 1, 4), (150, 1_500), "family support")
    for one in takers:
        payments(region, till, one, first, last, _few(region, 1, 4), (150, 1_500), "family support")
    _decoy(region, crime, terror, "shared hawaladar", "the one sends money home by the changer from whom the other gets money from home")


def prison_wing(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """Both were in one wing: in different cells, and half of the time in different years."""
    prison, wing, cell = _few(region, 0, 2), _few(region, 0, 6), _few(region, 0, 12)
    begun = region.day(region.begin, date(2019, 6, 30))
    after = timedelta(days=500 if region.rng.random() < 0.5 else 30)
    for one, first, number in ((crime.leader, begun, cell), (terror.leader, begun + after, cell + 1 + _few(region, 0, 10))):
        days = timedelta(days=_few(region, 120, 450))
        region.custody(one, first, first + days, prison=prison, wing=wing, cell=number, state=crime.leader.state)
    _decoy(region, crime, terror, "same prison wing", "both were in the same wing of a large prison, in different cells")


def clan(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """Both pay their dues to the association of a clan, as a dozen others of the name do."""
    society = region.actor(f"Clan Association of {crime.leader.name.split()[-1]}", (), crime.leader.state)
    others = [region.person(crime.leader.state, family=crime.leader) for _ in range(_few(region, 0, 3))]
    for one in (crime.leader, terror.leader, *others):
        report = region.report("", [one, society], kind="police" if region.rng.random() < 0.5 else "press")
        region.relation("Membership", one, society, None, None, report, role="member by birth")
    _decoy(region, crime, terror, "clan name", "both belong by birth to a clan of thousands")


def mosque(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """Both give to the fund of the mosque of their quarter."""
    fund = region.account(region.company(crime.leader.state, business="charity"))
    for account in _both(region, crime, terror, _few(region, 0, 6)):
        payments(region, account, fund, region.begin + timedelta(days=400), region.end, _few(region, 1, 5), (20, 200), "gift")
    _decoy(region, crime, terror, "mosque or market", "both give to the mosque of their quarter, as its neighbours do")


def market(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """Firms of both rent stalls from one market hall."""
    hall, since = region.company(crime.leader.state, business="services"), _some_day(region)
    till = region.account(hall)
    for cell in (crime, terror):
        firm = region.company(crime.leader.state, business="retail", founded=since)
        region.relation("Ownership", cell.leader, firm, since, None, "register")
        _monthly(region, region.account(firm), till, 300, "rent")
    for _ in range(_few(region, 0, 3)):
        _monthly(region, region.account(region.company(crime.leader.state, business="retail")), till, 300, "rent")
    _decoy(region, crime, terror, "mosque or market", "both have stalls in the same market hall")


def lawyer(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """One counsel defended both, and a few others."""
    counsel = region.person(crime.leader.state)
    for one in (crime.leader, terror.leader, *(region.person(crime.leader.state) for _ in range(_few(region, 0, 3)))):
        day = region.day()
        report = region.report("", [counsel, one], kind="court", on=day)
        region.relation("Representation", counsel, one, day, day + timedelta(days=200), report, role="counsel for the defence")
    _decoy(region, crime, terror, "lawyer", "the same counsel defended both, in different cases")


def landlord(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """Both pay their rent to one landlord."""
    till = region.account(region.person(crime.leader.state))
    for account in _both(region, crime, terror, _few(region, 0, 3)):
        _monthly(region, account, till, float(region.rng.integers(150, 700)), "rent")
    _decoy(region, crime, terror, "everyday dealing", "both rent from the same landlord")


def employer(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """A cousin of each works for the same honest firm."""
    firm = region.company(crime.leader.state)
    till = region.account(firm)
    for cell in (crime, terror):
        cousin = region.person(crime.leader.state, family=cell.leader)
        region.relation("Family", cousin, cell.leader, None, None, role="cousin")
        if region.rng.random() < 0.5:
            region.relation("Employment", cousin, firm, _some_day(region), None, role="clerk")
        else:
            _monthly(region, till, region.account(cousin), 420, "salary")
    for _ in range(_few(region, 0, 3)):
        _monthly(region, till, region.account(region.person(crime.leader.state)), 420, "salary")
    _decoy(region, crime, terror, "everyday dealing", "a cousin of each works for the same firm, as others do")


def supplier(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """Shops of both buy from one wholesaler."""
    till = region.account(region.company(crime.leader.state, business="trading"))
    for cell in (crime, terror):
        since = _some_day(region)
        shop = region.company(crime.leader.state, business="retail", founded=since)
        region.relation("Ownership", cell.leader, shop, since, None, "register")
        payments(region, region.account(shop), till, since, region.end, _few(region, 4, 10), (500, 5_000), "goods")
    for _ in range(_few(region, 0, 3)):
        shop = region.company(crime.leader.state, business="retail")
        payments(region, region.account(shop), till, region.begin + timedelta(days=900), region.end, 5, (500, 5_000), "goods")
    _decoy(region, crime, terror, "everyday dealing", "shops of both buy from the same wholesaler")


def used_car(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """A dealer bought a car of the one, and sold another to the other, months apart."""
    dealer = region.company(crime.leader.state, business="retail")
    till, sold = region.account(dealer), region.day(date(2018, 1, 1), date(2022, 1, 1))
    region.pay(till, region.account(crime.leader), sold, float(region.rng.uniform(2_000, 6_000)), purpose="goods")
    region.pay(
        region.account(terror.leader),
        till,
        sold + timedelta(days=_few(region, 60, 500)),
        float(region.rng.uniform(2_000, 6_000)),
        purpose="goods",
    )
    region.car(terror.leader, since=sold + timedelta(days=500))
    for _ in range(_few(region, 0, 3)):
        region.pay(
            region.account(region.person(dealer.state)), till, region.day(), float(region.rng.uniform(2_000, 6_000)), purpose="goods"
        )
    _decoy(region, crime, terror, "everyday dealing", "a dealer bought a car of the one and sold one to the other")


def same_bus(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """Both crossed a border in the same bus on one day."""
    bus, day = region.car(None, crime.leader.state), region.day()
    for one in (crime.leader, terror.leader, *(region.person(crime.leader.state) for _ in range(_few(region, 2, 9)))):
        region.cross(one, bus, day, crime.leader.state)
    _decoy(region, crime, terror, "same journey", "both were on the same bus across the border, with the other passengers")


def small_ads(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """The one sold something used to the other, once, as strangers do by small ads."""
    ends = [region.account(crime.leader), region.account(terror.leader)]
    first, second = ends if region.rng.random() < 0.5 else ends[::-1]
    things = ("motorcycle", "furniture", "telephone", "sheep", "tools")
    region.pay(first, second, region.day(), float(region.rng.uniform(60, 2_500)), purpose=str(region.rng.choice(things)))
    _decoy(region, crime, terror, "everyday dealing", "the one sold something used to the other, once, by a small ad")


def customer(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """The one buys in the other's shop, as others of the quarter do."""
    ends, since = [crime.leader, terror.leader], _some_day(region)
    keeper, buyer = ends if region.rng.random() < 0.5 else ends[::-1]
    shop = region.company(keeper.state, business="retail", founded=since)
    region.relation("Ownership", keeper, shop, since, None, "register")
    till = region.account(shop)
    for one in (buyer, *(region.person(keeper.state) for _ in range(_few(region, 1, 6)))):
        payments(region, region.account(one), till, since, region.end, _few(region, 1, 5), (10, 250), "goods")
    _decoy(region, crime, terror, "everyday dealing", "the one is a customer of the other's shop, as others of the quarter are")


def remittance(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """The one sends money home through the other's exchange office, as others do; it is paid out to his family."""
    ends, since = [crime.leader, terror.leader], _some_day(region)
    keeper, sender = ends if region.rng.random() < 0.5 else ends[::-1]
    office = region.company(keeper.state, business="exchange", founded=since)
    region.relation("Ownership" if region.rng.random() < 0.6 else "Directorship", keeper, office, since, None, "register")
    till = region.account(office)
    for one in (sender, *(region.person(keeper.state) for _ in range(_few(region, 1, 6)))):
        own, home = region.account(one), region.account(region.person(family=one))
        for _ in range(_few(region, 1, 4)):
            day, amount = region.day(since, region.end - timedelta(days=5)), float(region.rng.uniform(80, 900))
            region.pay(own, till, day, amount, purpose="family support")
            region.pay(till, home, day + timedelta(days=_few(region, 1, 4)), amount * 0.97, purpose="family support")
    _decoy(region, crime, terror, "everyday dealing", "the one sends money home through the other's exchange office")


def wrong_number(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """The one dialled a wrong number, once, for some seconds."""
    region.call(crime.leader, terror.leader, region.day(), _few(region, 3, 12))
    _decoy(region, crime, terror, "other", "a wrong number: one call of some seconds")


def hearsay(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """A newspaper puts both into one line."""
    report = region.report("", [crime.leader, terror.leader], kind="press")
    roles = (
        "seen at the same wedding",
        "named in the same article",
        "neighbours once",
        "went to the same school",
        "guests of the same hotel",
    )
    kind = "Associate" if region.rng.random() < 0.5 else "UnknownLink"
    region.relation(kind, crime.leader, terror.leader, None, None, report, role=str(region.rng.choice(roles)))  # type: ignore[arg-type]
    _decoy(region, crime, terror, "other", "a newspaper names both in one breath; nothing ever came of it")


def listed_namesakes(region: RegionBuilder, crime: Cell) -> None:
    """The namesake of a listed trafficker is listed as a terrorist: another man, born on another day."""
    first, *_ = crime.side
    other = region.namesake(first, spheres=[Sphere.TERROR])
    region.list_as(other, "un-like", "Al-Qaida", "{0} recruits fighters for a terrorist group.")
    region.decoy(first, other, "name collision", "two men of one name on two lists")


def _few(region: RegionBuilder, least: int, below: int) -> int:
    return int(region.rng.integers(least, below))


def _both(region: RegionBuilder, crime: Cell, terror: Cell, others: int) -> list[Account]:
    people: list[Actor] = [crime.leader, terror.leader, *(region.person(crime.leader.state) for _ in range(others))]
    return [region.account(one) for one in people]


def _monthly(region: RegionBuilder, a: Account, b: Account, amount: float, purpose: str) -> None:
    day = region.day(region.begin + timedelta(days=300), region.end - timedelta(days=400))
    for _ in range(_few(region, 4, 11)):
        region.pay(a, b, day, amount, purpose=purpose)
        day += timedelta(days=30)


def _some_day(region: RegionBuilder) -> date:
    return region.day(last=date(2019, 12, 31))


def _decoy(region: RegionBuilder, crime: Cell, terror: Cell, kind: Decoy, reason: str) -> None:
    region.decoy(crime.leader, terror.leader, kind, reason)


_PLOTS: Plots = (
    (hawaladar, 3),
    (prison_wing, 3),
    (clan, 2),
    (mosque, 2),
    (market, 2),
    (lawyer, 3),
    (landlord, 2),
    (employer, 2),
    (supplier, 3),
    (used_car, 2),
    (same_bus, 2),
    (small_ads, 4),
    (customer, 4),
    (remittance, 3),
    (wrong_number, 3),
    (hearsay, 6),
)


class Coincidences:
    """Cells of one State that have nothing to do with each other, and what everyday life puts between them."""

    name = "core-coincidences"

    def plant(self, region: RegionBuilder) -> None:
        """Each round has a State, some cells of each world, and a look-alike for many of their pairs."""
        for _ in range(region.rounds):
            for one in among_strangers(region, _PLOTS, _CELLS)[:2]:
                listed_namesakes(region, one)


PARTS = (Coincidences(),)
