"""How offices write things down: names with variants, other scripts and typing errors, dates with less than a day, addresses, numbers."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.learn.region.names import NONE, Ints, Texts, among, assemble, name_book, pc
from crosstie.learn.region.noise import Noise
from crosstie.learn.region.population import HOUSES, PUBLIC, Companies, People
from crosstie.learn.region.world import firms, places


def person_names(people: People, rows: Ints, rng: np.random.Generator, noise: Noise, script: str = "Latn") -> Texts:
    """The names of people as one office spells them."""
    family_first, middle_last = _orders()
    culture = people.culture[rows]
    first = pa.array(family_first[culture] != (rng.random(len(rows)) < noise.swapped))
    middle = np.where(rng.random(len(rows)) < noise.no_middle, NONE, people.middle[rows])
    words = [_words(tokens, rng, noise, script) for tokens in (people.given[rows], middle, people.family[rows])]
    names = assemble(words[0], words[1], words[2], first, pa.array(middle_last[culture]))
    return typed(names, rng, noise.typo)


def _words(tokens: Ints, rng: np.random.Generator, noise: Noise, script: str) -> Texts:
    book = name_book()
    places_ = pa.array(np.where(tokens == NONE, 0, tokens), mask=tokens == NONE)
    if script != "Latn":
        return book.column(script).take(places_)
    words = book.latin[0].take(places_)
    odd = rng.random(len(tokens)) < noise.variant
    choice = rng.integers(1, len(book.latin), len(tokens)) % np.maximum(book.count[np.maximum(tokens, 0)], 1)
    for number in range(1, len(book.latin)):
        wanted = odd & (choice == number)
        if wanted.any():
            words = pc.if_else(pa.array(wanted), book.latin[number].take(places_), words)
    return words


@cache
def _orders() -> tuple[Any, Any]:
    kinds = [name_book().cultures[name] for name in name_book().order]
    return np.array([kind.family_first for kind in kinds]), np.array([kind.middle == "family" for kind in kinds])


def typed(texts: Texts, rng: np.random.Generator, share: float) -> Texts:
    """The texts with a typing error in that share of them: a letter dropped, doubled or changed places with the next."""
    wrong = np.flatnonzero(rng.random(len(texts)) < share)
    if not len(wrong):
        return texts
    where, what = rng.random(len(wrong)), rng.integers(0, 3, len(wrong))
    slips = [
        slip(text or "", place, int(kind)) for text, place, kind in zip(texts.take(pa.array(wrong)).to_pylist(), where, what, strict=True)
    ]
    mask = np.zeros(len(texts), dtype=bool)
    mask[wrong] = True
    return pc.replace_with_mask(texts, pa.array(mask), pa.array(slips, pa.string()))


def slip(text: str, place: float, kind: int) -> str:
    """The text with one letter dropped, doubled or changed places with the next; the same where it is short. `place` runs from 0 to 1."""
    if len(text) < 5:
        return text
    at = 1 + int(place * (len(text) - 3))
    if " " in text[at : at + 2]:
        return text
    return (text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:], text[:at] + text[at + 1] + text[at] + text[at + 2 :])[kind]


def days(numbers: Ints, written: str = "%Y-%m-%d") -> Texts:
    """Days since 1970 as text; NONE is null."""
    return pc.strftime(pa.array(numbers.astype(np.int32), mask=numbers == NONE).cast(pa.date32()), format=written)


def birth_dates(born: Ints, rng: np.random.Generator, noise: Noise, written: str = "%Y-%m-%d") -> Texts:
    """Birth dates with the office's faults: missing, a year only, day and month changed places."""
    roll = rng.random(len(born))
    wrong = np.where(rng.random(len(born)) < noise.wrong_year, 365 * rng.choice([-2, -1, 1, 2], len(born)), 0)
    born = born + wrong
    plain = days(born, written)
    turned = days(born, written.replace("%d", "%#").replace("%m", "%d").replace("%#", "%m"))
    early = pc.less_equal(pc.day(pa.array(born.astype(np.int32)).cast(pa.date32())), 12)
    found = pc.if_else(pc.and_(pa.array(roll < noise.day_month), early), turned, plain)
    years = pc.utf8_slice_codeunits(days(born), 0, 4)
    found = pc.if_else(pa.array((roll > 0.5) & (roll < 0.5 + noise.year_only)), years, found)
    return pc.if_else(pa.array(roll > 1 - noise.no_date), pa.scalar(None, pa.string()), found)


def holes(texts: Texts, rng: np.random.Generator, share: float) -> Texts:
    """The texts, with that share of them missing."""
    return pc.if_else(pa.array(rng.random(len(texts)) < share), pa.scalar(None, pa.string()), texts)


def padded(numbers: Ints, width: int, before: str = "") -> Texts:
    """Numbers as text of a fixed width behind a prefix."""
    texts = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width=width, padding="0")
    return pc.binary_join_element_wise(pa.scalar(before), texts, "") if before else texts


def id_numbers(people: People, rows: Ints) -> Texts:
    """National identity numbers: the code of the State and eight digits."""
    return _coded(people.state[rows], people.id_number[rows], "ID")


def registrations(companies: Companies, rows: Ints) -> Texts:
    """Numbers of the company register."""
    return _coded(companies.state[rows], companies.registration[rows], "R")


def _coded(state: Ints, numbers: Ints, kind: str) -> Texts:
    codes = among([f"{code.upper()}{kind}" for code in places()], state)
    return pc.binary_join_element_wise(codes, padded(numbers, 8), "")


def phones(numbers: Ints) -> Texts:
    """Phone numbers in international form."""
    return pc.binary_join_element_wise(pa.scalar("+"), pa.array(numbers).cast(pa.string()), "")


def addresses(crowd: People | Companies, rows: Ints, planted: list[str]) -> Texts:
    """Addresses in one line. `planted` are those of the first rows."""
    state, street, city = crowd.state[rows], crowd.street[rows], crowd.city[rows]
    texts: Texts = pa.nulls(len(rows), pa.string())
    for number, place in enumerate(places().values()):
        here = state == number
        if not here.any():
            continue
        streets = [*place.streets, *(place.public[kind] for kind in PUBLIC)]
        shared = street[here] < 0
        index = np.where(shared, len(place.streets) - 1 - street[here], street[here] // HOUSES)
        house = pa.array(street[here] % HOUSES + 1).cast(pa.string())
        line = among(streets, index)
        line = pc.if_else(pa.array(shared), line, pc.binary_join_element_wise(line, house, " "))
        town = among(place.state.cities, np.where(shared, 0, city[here]))
        texts = pc.replace_with_mask(texts, pa.array(here), pc.binary_join_element_wise(line, town, ", "))
    return _overridden(texts, rows, planted)


def company_names(companies: Companies, rows: Ints, planted: list[str]) -> Texts:
    """Names of companies as their register has them."""
    book = firms()
    first, second = (among(book["first"], words[rows]) for words in (companies.first, companies.second))
    business = among([word for kinds in book["business"].values() for word in kinds], companies.business[rows])
    family = among(_families(), companies.first[rows] * 31 + companies.second[rows])
    form: Texts = pa.nulls(len(rows), pa.string())
    city: Texts = pa.nulls(len(rows), pa.string())
    for number, place in enumerate(places().values()):
        here = companies.state[rows] == number
        form = pc.replace_with_mask(form, pa.array(here), among(place.forms, companies.form[rows][here]))
        city = pc.replace_with_mask(city, pa.array(here), among(place.state.cities, companies.city[rows][here]))
    pattern = companies.pattern[rows]
    names: Texts = pc.binary_join_element_wise(first, business, form, " ")
    for number, head in ((1, [first, second]), (2, [family]), (3, [city, first])):
        names = pc.if_else(pa.array(pattern == number), pc.binary_join_element_wise(*head, business, form, " "), names)
    return _overridden(names, rows, planted)


@cache
def _families() -> Texts:
    """Family names of all cultures mixed, for firms that bear their founder's: enough for every index that two words make."""
    book = name_book()
    tokens = np.concatenate([kind.family for kind in book.cultures.values()])
    needed = len(firms()["first"]) * 32
    return book.latin[0].take(pa.array(np.resize(np.random.Generator(np.random.PCG64(5)).permutation(tokens), needed)))


@cache
def _forms() -> str:
    forms = sorted({form for place in places().values() for form in place.forms}, key=len, reverse=True)
    return f" ({'|'.join(re.escape(form) for form in forms)})$"


def bare(name: str) -> str:
    """The name of a company without its legal form."""
    return re.sub(_forms(), "", name)


def loose(names: Texts, rng: np.random.Generator, noise: Noise) -> Texts:
    """Names of companies as others write them: in capitals, without the legal form, with a slip."""
    roll = rng.random(len(names))
    found = pc.if_else(pa.array(roll < noise.variant), pc.replace_substring_regex(names, _forms(), ""), names)
    found = pc.if_else(pa.array(roll > 0.85), pc.utf8_upper(found), found)
    return typed(found, rng, noise.typo)


def _overridden(texts: Texts, rows: Ints, planted: list[str]) -> Texts:
    ours = rows < len(planted)
    if not ours.any():
        return texts
    return pc.replace_with_mask(texts, pa.array(ours), pa.array([planted[row] for row in rows[ours].tolist()], pa.string()))
