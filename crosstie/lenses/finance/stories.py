"""What the lens plants in a region beside its first storylines: for every typology on networks one case to be found and one that only looks so."""

from __future__ import annotations

from datetime import date, timedelta

from crosstie.learn.region.parts import Account, RegionBuilder
from crosstie.model.lexicon import Sphere

CRIME, TERROR = Sphere.CRIME, Sphere.TERROR


def plant(region: RegionBuilder) -> None:
    """One round of all of them."""
    _circle(region)
    _partners(region)
    _mules(region)
    _landlord(region)
    _pool(region)
    _traveller(region)
    _student(region)
    _shelf(region)
    _levy(region)
    _front(region)


def _begin(region: RegionBuilder, days: int) -> date:
    return region.day(last=region.end - timedelta(days=days))


def _sum(region: RegionBuilder, low: float, high: float) -> float:
    return float(round(region.rng.uniform(low, high), 2))


def _days(region: RegionBuilder, low: int, high: int) -> timedelta:
    return timedelta(days=int(region.rng.integers(low, high + 1)))


def _accounts(region: RegionBuilder, state: str, number: int) -> list[Account]:
    return [region.account(region.person(state)) for _ in range(number)]


def _circle(region: RegionBuilder) -> None:
    """The money of a smuggler goes round through three companies of straw men; the last of them belongs to a financier of terror."""
    home = region.state()
    smuggler, financier = region.person(home.code, spheres=[CRIME]), region.person(home.code, spheres=[TERROR])
    firms = [region.company(home.code, business="trading") for _ in range(3)]
    accounts = [region.account(smuggler), *(region.account(firm) for firm in firms)]
    first = _begin(region, 150)
    region.relation("Ownership", financier, firms[2], first - timedelta(days=300), None, "register")
    on = first
    for _ in range(2):
        amount = _sum(region, 12_000, 30_000)
        for number, account in enumerate(accounts):
            region.pay(account, accounts[(number + 1) % len(accounts)], on, round(amount, 2), purpose="consulting")
            amount *= float(region.rng.uniform(0.95, 0.99))
            on += _days(region, 1, 5)
        on += timedelta(days=20)
    region.list_as(smuggler, "ofac-like", "TCO", "Smuggles fuel and moves its proceeds through companies.", on=on)
    region.list_as(financier, "un-like", "Al-Qaida", "Raises and moves money for terrorist attacks.", on=on)
    region.true_link(smuggler, financier, "N2", "finance.cycle", first, on, [firms[2], accounts[3]])
    region.shows("cycle", [smuggler, *firms], first, on)


def _partners(region: RegionBuilder) -> None:
    """Three firms that buy from each other in a ring, each time for another sum."""
    home = region.state()
    firms = [region.company(home.code, business="trading") for _ in range(3)]
    accounts, on = [region.account(firm) for firm in firms], _begin(region, 150)
    for number in range(6):
        region.pay(accounts[number % 3], accounts[(number + 1) % 3], on, _sum(region, 1_500, 9_000) * (1 + number % 3), purpose="goods")
        on += _days(region, 2, 6)
    region.resembles("cycle", firms, "three firms buy from each other in a ring, for very different sums")


def _mules(region: RegionBuilder) -> None:
    """A fraudster's takings reach a recruiter over five accounts that keep a commission."""
    home = region.state()
    fraudster, recruiter = region.person(home.code, spheres=[CRIME]), region.person(spheres=[TERROR])
    source, target, first = region.account(fraudster), region.account(recruiter), _begin(region, 120)
    mules = [region.person(home.code) for _ in range(5)]
    on = first
    for mule in mules:
        account, amount = region.account(mule), _sum(region, 1_200, 3_500)
        region.pay(source, account, on, amount, purpose="services")
        region.pay(account, target, on + _days(region, 1, 4), round(amount * float(region.rng.uniform(0.91, 0.97)), 2), purpose="services")
        on += _days(region, 0, 3)
    last = on + timedelta(days=5)
    region.list_as(fraudster, "red-notice", home.code, "Fraud with credit cards as part of a gang", on=last)
    region.list_as(recruiter, "un-like", "Al-Qaida", "Recruits fighters and pays for their journeys.", on=first)
    region.true_link(fraudster, recruiter, "N2", "finance.scatter-gather", first, last, [source, target])
    region.shows("scatter-gather", [fraudster, recruiter, *mules], first, last)


def _landlord(region: RegionBuilder) -> None:
    """Workers of one firm pay rent to one landlord soon after payday."""
    home = region.state()
    firm, landlord = region.company(home.code, business="construction"), region.person(home.code)
    works, rent, payday = region.account(firm), region.account(landlord), _begin(region, 150)
    workers = _accounts(region, home.code, 6)
    for month in range(3):
        for worker in workers:
            on = payday + timedelta(days=30 * month)
            region.pay(works, worker, on, _sum(region, 1_400, 2_600), purpose="salary")
            region.pay(worker, rent, on + _days(region, 1, 4), 450.0, purpose="rent")
    region.resembles("scatter-gather", [firm, landlord], "workers pay rent to one landlord after payday")
    region.resembles("payroll-returned", [firm, landlord], "the rent is the same sum for all, not the same part of the wage")


def _pool(region: RegionBuilder) -> None:
    """A treasurer gathers from cells and pays the families of fighters."""
    home = region.state()
    treasurer, first = region.person(home.code, spheres=[TERROR]), _begin(region, 90)
    box, on, total = region.account(treasurer), first, 0.0
    for giver in _accounts(region, home.code, 9):
        amount = _sum(region, 500, 1_500)
        total += amount
        region.pay(giver, box, on, amount, purpose="help")
        on += _days(region, 0, 1)
    for family in _accounts(region, home.code, 7):
        region.pay(box, family, on + _days(region, 1, 4), round(total * 0.9 / 7, 2), purpose="help")
    region.shows("gather-scatter", [treasurer], first, on + timedelta(days=4))


def _traveller(region: RegionBuilder) -> None:
    """Friends send small sums to a man who then buys tickets and boots."""
    home = region.state()
    traveller, first = region.person(home.code, spheres=[TERROR]), _begin(region, 90)
    purse, on, total = region.account(traveller), first, 0.0
    for friend in _accounts(region, home.code, 7):
        amount = _sum(region, 60, 350)
        total += amount
        region.pay(friend, purse, on, amount, purpose="help")
        on += _days(region, 1, 2)
    shop, airline = (region.account(region.company(home.code, business=business)) for business in ("retail", "shipping"))
    region.pay(purse, airline, on + timedelta(days=3), round(total * 0.6, 2), purpose="flight ticket")
    region.pay(purse, shop, on + timedelta(days=5), round(total * 0.25, 2), purpose="outdoor boots")
    region.shows("small-sums", [traveller], first, on + timedelta(days=5))


def _student(region: RegionBuilder) -> None:
    """A student gets money from aunts, pays the rent and one cheap ticket home."""
    home = region.state()
    student, on = region.person(home.code), _begin(region, 90)
    purse = region.account(student)
    for aunt in _accounts(region, home.code, 7):
        region.pay(aunt, purse, on, _sum(region, 60, 350), purpose="birthday")
        on += _days(region, 1, 2)
    region.pay(purse, region.account(region.person(home.code)), on, 700.0, purpose="rent")
    region.pay(purse, region.account(region.company(home.code, business="shipping")), on + timedelta(days=2), 80.0, purpose="bus ticket")
    region.resembles("small-sums", [student], "relatives pay for a student's rent, and one ticket is bought")


def _shelf(region: RegionBuilder) -> None:
    """A company that did nothing for a year takes in invoices of straw firms and passes everything on."""
    home = region.state()
    firm, first = region.company(home.code, business="trading"), _begin(region, 60)
    till, partner = region.account(firm), region.account(region.person(home.code))
    still = first - timedelta(days=300)
    if still > region.begin:
        region.pay(partner, till, still, 300.0, purpose="fee")
    on, payees = first, _accounts(region, home.code, 3)
    for number, payer in enumerate(_accounts(region, home.code, 4)):
        amount = _sum(region, 6_000, 9_000)
        region.pay(payer, till, on, amount, purpose="invoice")
        region.pay(till, payees[number % 3], on + _days(region, 1, 2), round(amount * 0.94, 2), purpose="invoice")
        on += _days(region, 2, 3)
    if still > region.begin:
        region.shows("dormant", [firm], first, on)
    region.shows("pass-through", [firm], first, on)


def _levy(region: RegionBuilder) -> None:
    """A foreman takes three tenths of every wage."""
    home = region.state()
    firm, foreman = region.company(home.code, business="construction"), region.person(home.code, spheres=[CRIME])
    works, purse, payday = region.account(firm), region.account(foreman), _begin(region, 150)
    workers = _accounts(region, home.code, 7)
    for month in range(3):
        for worker in workers:
            on, wage = payday + timedelta(days=30 * month), _sum(region, 1_200, 2_800)
            region.pay(works, worker, on, wage, purpose="salary")
            region.pay(worker, purse, on + _days(region, 1, 4), round(wage * 0.3, 2), purpose="thanks")
    region.shows("payroll-returned", [firm, foreman], payday, payday + timedelta(days=64))


def _front(region: RegionBuilder) -> None:
    """A listed leader is paid by a trader, and over a runner by another."""
    home = region.state()
    leader, trader, sponsor, runner = (region.person(home.code, spheres=[TERROR]), *(region.person(home.code) for _ in range(3)))
    purse, on = region.account(leader), _begin(region, 90)
    region.pay(region.account(trader), purse, on, _sum(region, 2_000, 6_000), purpose="goods")
    amount, through = _sum(region, 3_000, 8_000), region.account(runner)
    region.pay(region.account(sponsor), through, on + timedelta(days=10), amount, purpose="services")
    region.pay(through, purse, on + timedelta(days=12), round(amount * 0.95, 2), purpose="services")
    region.list_as(leader, "un-like", "Al-Qaida", "Leads a group that carries out terrorist attacks.", on=on - timedelta(days=30))
    region.shows("designated-exposure", [leader], on, on + timedelta(days=12))
