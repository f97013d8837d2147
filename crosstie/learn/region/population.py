"""Everybody and everything in the region as columns: the planted ones first, then the crowd, drawn in bulk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from crosstie.learn.region.builder import ACCOUNT_SALT, ID_SALT, IMO_SALT, PHONE_SALT, REGISTER_SALT
from crosstie.learn.region.names import NONE, Ints, draw, name_book
from crosstie.learn.region.noise import Care
from crosstie.learn.region.plan import Plan
from crosstie.learn.region.world import BEGIN, END, Size, day_number, firms, places, scrambled, stream

Flags = np.ndarray[Any, np.dtype[np.bool_]]
#: Addresses are numbers: street of the State * HOUSES + house; the three public ones of a State are NEGATIVE, -1 to -3.
HOUSES = 400
PUBLIC = ("hotel", "law firm", "business centre")
_FIRST_DAY, _LAST_DAY = day_number(BEGIN), day_number(END)


@dataclass(slots=True)
class People:
    """One row per person. The first `planted` rows are the plan's, and have their addresses there."""

    planted: int
    state: Ints
    culture: Ints
    given: Ints
    middle: Ints
    family: Ints
    born: Ints
    id_number: Ints
    phone: Ints
    street: Ints
    city: Ints

    def __len__(self) -> int:
        return len(self.state)


@dataclass(slots=True)
class Companies:
    """One row per company. Names of the crowd are patterns of words: `pattern`, `first`, `second`, `business`, `form`."""

    planted: int
    state: Ints
    pattern: Ints
    first: Ints
    second: Ints
    business: Ints
    form: Ints
    registration: Ints
    founded: Ints
    dissolved: Ints
    phone: Ints
    street: Ints
    city: Ints

    def __len__(self) -> int:
        return len(self.state)


@dataclass(slots=True)
class Accounts:
    """One row per account; `holder` is a row of People, or of Companies where `of_company`."""

    planted: int
    state: Ints
    of_company: Flags
    holder: Ints
    bank: Ints
    serial: Ints
    opened: Ints
    phone: Ints
    currency: list[str]

    def __len__(self) -> int:
        return len(self.state)


@dataclass(slots=True)
class Vessels:
    """One row per ship; `owner` is a row of Companies or, for planted ships, anything the plan says."""

    planted: int
    flag: Ints
    name: list[str]
    imo: Ints
    owner: Ints
    since: Ints

    def __len__(self) -> int:
        return len(self.flag)


@dataclass(slots=True)
class Officers:
    """Who directs or owns which company: rows of People and Companies; days since 1970, NONE where it still lasts."""

    company: Ints
    person: Ints
    owner: Flags
    start: Ints
    end: Ints


@dataclass(slots=True)
class Population:
    """The whole region before it is written down."""

    people: People
    companies: Companies
    accounts: Accounts
    vessels: Vessels
    officers: Officers
    plan: Plan
    seed: int
    care: Care


def populate(seed: int, size: Size, plan: Plan, care: Care) -> Population:
    """The planted ones and a crowd around them; `care` is how the offices will write them down."""
    people = _people(seed, size, plan)
    companies = _companies(seed, size, plan)
    accounts = _accounts(seed, people, companies, plan)
    return Population(
        people, companies, accounts, _vessels(seed, size, companies, plan), _officers(seed, people, companies, plan), plan, seed, care
    )


def _with(first: list[int], rest: Ints) -> Ints:
    return np.concatenate([np.array(first, dtype=np.int64), rest.astype(np.int64)])


def _shares(size: int) -> list[int]:
    """How many of `size` live in each State."""
    weights = np.array([place.weight for place in places().values()])
    cuts = np.round(np.cumsum(weights / weights.sum()) * size).astype(int)
    return [int(one) for one in np.diff(cuts, prepend=0)]


def _people(seed: int, size: Size, plan: Plan) -> People:
    rng, book, total = stream(seed, "people"), name_book(), size.people
    state = np.repeat(np.arange(len(places())), _shares(total))
    # households: two or three neighbours in the list share State, culture, family name, address and often the phone
    home = np.cumsum(rng.random(total) < 0.4)
    firsts = np.flatnonzero((np.diff(home, prepend=-1) != 0) | (np.diff(state, prepend=-1) != 0))
    of = np.searchsorted(firsts, np.arange(total), side="right") - 1
    culture = np.empty(len(firsts), dtype=np.int64)
    street, city = np.empty_like(culture), np.empty_like(culture)
    for row, place in enumerate(places().values()):
        here = np.flatnonzero(state[firsts] == row)
        numbers = np.array([book.order.index(name) for name in place.cultures])
        culture[here] = rng.choice(numbers, len(here), p=np.array(place.shares) / sum(place.shares))
        street[here] = rng.integers(0, len(place.streets) * HOUSES, len(here))
        city[here] = np.minimum(rng.geometric(0.45, len(here)) - 1, len(place.state.cities) - 1)
    culture = culture[of]
    female = rng.random(total) < 0.5
    given, middle, family = (np.full(total, NONE, dtype=np.int64) for _ in range(3))
    for row, kind in enumerate(book.cultures.values()):
        here = np.flatnonzero(culture == row)
        if not len(here):
            continue
        given[here] = np.where(female[here], draw(rng, kind.female, len(here)), draw(rng, kind.male, len(here)))
        if kind.middle != "none":
            middle[here] = draw(rng, kind.male if kind.middle == "father" else kind.family, len(here))
        place_in_list = draw(rng, np.arange(len(kind.family)), len(firsts))[of[here]]
        family[here] = np.where(female[here], kind.feminine[place_in_list], kind.family[place_in_list])
    phone_owner = np.where(rng.random(total) < 0.3, firsts[of], np.arange(total))
    dial = np.array([place.phone for place in places().values()])
    ours = plan.people
    codes = list(places())
    return People(
        planted=len(ours),
        state=_with([codes.index(one.actor.state) for one in ours], state),
        culture=_with([one.culture for one in ours], culture),
        given=_with([one.given for one in ours], given),
        middle=_with([one.middle for one in ours], middle),
        family=_with([one.family for one in ours], family),
        born=_with([one.born for one in ours], rng.integers(day_number(BEGIN) - 365 * 66, day_number(BEGIN) - 365 * 16, total)),
        id_number=_with([one.id_number for one in ours], scrambled(np.arange(total), ID_SALT)),
        phone=_with([one.phone for one in ours], _phones(dial[state], scrambled(phone_owner, PHONE_SALT))),
        street=_with([0] * len(ours), street[of]),
        city=_with([0] * len(ours), city[of]),
    )


def _phones(dial: Ints, number_: Ints) -> Ints:
    """+878 10, two digits of the State, eight of the line, as one number."""
    return (8_781_000 + dial) * 100_000_000 + number_


def _companies(seed: int, size: Size, plan: Plan) -> Companies:
    rng, total = stream(seed, "companies"), size.companies
    state = np.repeat(np.arange(len(places())), _shares(total))
    street, city, form = (np.zeros(total, dtype=np.int64) for _ in range(3))
    for row, place in enumerate(places().values()):
        here = np.flatnonzero(state == row)
        street[here] = rng.integers(0, len(place.streets) * HOUSES, len(here))
        city[here] = np.minimum(rng.geometric(0.45, len(here)) - 1, len(place.state.cities) - 1)
        form[here] = rng.integers(0, len(place.forms), len(here))
    # some sit with a law firm, in a business centre or at a hotel, as everywhere
    public = rng.random(total)
    street = np.where(public < 0.06, -3, np.where(public < 0.09, -2, np.where(public < 0.1, -1, street)))
    words = len(firms()["first"])
    businesses = sum(len(kinds) for kinds in firms()["business"].values())
    founded = rng.integers(day_number(BEGIN) - 365 * 20, _LAST_DAY - 200, total)
    ended = _open_ended(np.where(rng.random(total) < 0.15, founded + rng.integers(200, 4000, total), NONE))
    dial = np.array([place.phone for place in places().values()])
    ours, codes, none = plan.companies, list(places()), [0] * len(plan.companies)
    return Companies(
        planted=len(ours),
        state=_with([codes.index(one.actor.state) for one in ours], state),
        pattern=_with(none, rng.choice(4, total, p=[0.15, 0.45, 0.25, 0.15])),
        first=_with(none, rng.integers(0, words, total)),
        second=_with(none, rng.integers(0, words, total)),
        business=_with(none, rng.integers(0, businesses, total)),
        form=_with(none, form),
        registration=_with([one.registration for one in ours], scrambled(np.arange(total), REGISTER_SALT)),
        founded=_with([one.founded for one in ours], founded),
        dissolved=_with([NONE if one.dissolved is None else one.dissolved for one in ours], ended),
        phone=_with([one.phone for one in ours], _phones(dial[state], scrambled(np.arange(total) + size.people, PHONE_SALT))),
        street=_with(none, street),
        city=_with(none, city),
    )


def _accounts(seed: int, people: People, companies: Companies, plan: Plan) -> Accounts:
    rng, ours = stream(seed, "accounts"), plan.accounts
    private = np.arange(people.planted, len(people))
    private = np.sort(np.concatenate([private[rng.random(len(private)) < 0.7], private[rng.random(len(private)) < 0.2]]))
    business = np.arange(companies.planted, len(companies))
    business = np.sort(np.concatenate([business[rng.random(len(business)) < 0.9], business[rng.random(len(business)) < 0.4]]))
    holder = np.concatenate([private, business])
    of_company = np.arange(len(holder)) >= len(private)
    state = np.concatenate([people.state[private], companies.state[business]])
    banks = np.array([len(place.state.banks) for place in places().values()])
    phone = np.concatenate([people.phone[private], companies.phone[business]])
    rows = {one.actor.id: row for row, one in enumerate(plan.people)} | {one.actor.id: row for row, one in enumerate(plan.companies)}
    codes = list(places())
    own_phone = {one.actor.id: one.phone for one in plan.people} | {one.actor.id: one.phone for one in plan.companies}
    currencies = [place.state.currency for place in places().values()]
    return Accounts(
        planted=len(ours),
        state=_with([codes.index(one.account.holder.state) for one in ours], state),
        of_company=np.concatenate([np.array([one.account.holder.kind == "company" for one in ours], dtype=bool), of_company]),
        holder=_with([rows[one.account.holder.id] for one in ours], holder),
        bank=_with([one.bank for one in ours], rng.integers(0, 1_000, len(holder)) % banks[state]),
        serial=_with([one.serial for one in ours], scrambled(np.arange(len(holder)), ACCOUNT_SALT)),
        opened=_with([one.opened for one in ours], rng.integers(_FIRST_DAY - 3000, _FIRST_DAY + 1000, len(holder))),
        phone=_with([one.phone or own_phone[one.account.holder.id] for one in ours], phone),
        currency=[*(one.account.currency for one in ours), *(currencies[row] for row in state.tolist())],
    )


def _vessels(seed: int, size: Size, companies: Companies, plan: Plan) -> Vessels:
    rng, ours, codes, total = stream(seed, "vessels"), plan.vessels, list(places()), size.vessels
    words = firms()["ships"]
    names = [f"{words[one]} {other}" for one, other in zip(rng.integers(0, len(words), total), rng.integers(2, 60, total), strict=True)]
    serial = np.concatenate([np.array([one.imo for one in ours], dtype=np.int64), np.arange(total)])
    owners = rng.integers(companies.planted, len(companies), total)
    return Vessels(
        planted=len(ours),
        flag=_with([codes.index(one.actor.state) for one in ours], rng.integers(0, len(codes), total)),
        name=[*(one.actor.name for one in ours), *names],
        imo=_imo(serial),
        owner=_with([NONE] * len(ours), owners),
        since=_with([one.since for one in ours], rng.integers(_FIRST_DAY - 2000, _FIRST_DAY, total)),
    )


def _imo(serial: Ints) -> Ints:
    """Ship numbers of seven digits that check, from a range that no real ship has been given."""
    body = 200_000 + scrambled(serial, IMO_SALT) % 299_993
    while len(np.unique(body)) < len(body):  # the range is small enough that numbers may meet; the later one moves on
        _, first = np.unique(body, return_index=True)
        again = np.setdiff1d(np.arange(len(body)), first)
        body[again] = 200_000 + (body[again] - 200_000 + 1) % 299_993
    digits = body[:, None] // 10 ** np.arange(5, -1, -1) % 10
    check: Ints = (digits * np.arange(7, 1, -1)).sum(axis=1) % 10
    return body * 10 + check


def _officers(seed: int, people: People, companies: Companies, plan: Plan) -> Officers:
    """One to four officers per company of the crowd, neighbours rather than strangers, and a few who sit everywhere."""
    rng = stream(seed, "officers")
    firms_ = np.arange(companies.planted, len(companies))
    company = np.repeat(firms_, np.minimum(rng.geometric(0.55, len(firms_)), 4))
    crowd = np.bincount(people.state[people.planted :], minlength=len(places()))
    start = people.planted + np.concatenate([[0], np.cumsum(crowd)[:-1]])
    here = companies.state[company]
    # a seat's place in the State depends on the company, so that officers of one company are neighbours, often kin
    centre = scrambled(company - companies.planted, 77) % crowd[here]
    picks = (centre + rng.geometric(0.3, len(company)) - 1) % crowd[here]
    nominee = rng.random(len(company)) < 0.04
    rows = {one.actor.id: row for row, one in enumerate(plan.people)}
    nominees = np.array([rows[plan.nominees[code].id] for code in places()])
    person = np.where(nominee, nominees[here], start[here] + picks)
    first = companies.founded[company]
    end = np.where(rng.random(len(company)) < 0.2, first + rng.integers(200, 3000, len(company)), NONE)
    return Officers(company, person, rng.random(len(company)) < 0.45, first, _open_ended(end))


def _open_ended(last: Ints) -> Ints:
    """What would end after the region's years has not ended."""
    return np.where(last > _LAST_DAY, NONE, last)
