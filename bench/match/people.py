"""An invented population of persons with truth: `people(count, seed, errors)`.

Persons have 1 to 8 records (58, 22, 10, 5, 3 and 2 of 100 have 1, 2, 3, 4, 5, 8), names as unevenly common as those they are drawn from, a date of birth,
gender, nationality, a city of that nationality, a number of a document and a phone. `errors` are

- "peer": the rates of the generator that BASELINES.md describes (transliteration 14, typos 8, both 1 of 100 name parts; swapped and dropped parts,
  initials; dates swapped, a year off, 1 January, another day; 70 of 100 documents, 60 of 100 phones and so on missing);
- "hard": none that a sound code undoes: neighbouring keys, scanning, hearing, nicknames, married names, parts merged, split and in the wrong field, other
  scripts, dates a day, a digit or ten years off, documents renewed; and decoys: families with one address and one phone, twins, fathers and sons of one name.

The pools of name parts are put together when it runs, from the lists and tables of ../shared/data; where they are absent, from invented syllables.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bench.match import peopleslips
from bench.match.lists import DATA

Ints = NDArray[np.int64]
#: Records made at a time.
CHUNK = 1_000_000
SIZES, SHARES = np.array([1, 2, 3, 4, 5, 8]), np.array([0.58, 0.22, 0.10, 0.05, 0.03, 0.02])
#: 1 January 1940 as days since 1970, and how many days after it persons are born.
BORN, DAYS = -10957, 24_000
#: Counts to this power are the shares: the commonest part of a name is then borne by 1 person in 80, as in a country of many cultures.
ZIPF = 0.85


class Pool(NamedTuple):
    """Values and how likely each or a lower one is."""

    values: pa.Array[Any]
    below: NDArray[np.float64]

    def draw(self, rng: np.random.Generator, count: int) -> Ints:
        return np.searchsorted(self.below, rng.random(count), side="right").clip(0, len(self.below) - 1).astype(np.int64)


class Pools(NamedTuple):
    """What persons are made of."""

    male: Pool
    female: Pool
    family: Pool
    nationality: Pool
    #: Of the nationality with the same number.
    cities: list[Pool]
    city_names: pa.Array[Any]
    city_start: Ints


def _pool(counts: Counter[str]) -> Pool:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    weight = np.array([count for _, count in ranked], np.float64) ** ZIPF
    return Pool(pa.array([value for value, _ in ranked], pa.string()), np.cumsum(weight / weight.sum()))


def _invented() -> tuple[Counter[str], Counter[str], Counter[str], dict[str, Counter[str]]]:
    rng = random.Random("syllables")
    syllables = [onset + vowel + coda for onset in "bdfghjklmnrstvz" for vowel in "aeiou" for coda in ("", "n", "r", "l", "m")]

    def names(count: int, ending: str) -> Counter[str]:
        drawn = ["".join(rng.choices(syllables, k=rng.choice((1, 2, 2, 3)))) + ending for _ in range(count)]
        return Counter({name: max(1, 3000 // (place + 1)) for place, name in enumerate(dict.fromkeys(drawn))})

    places = {f"Land {letter}": names(30, "burg") for letter in "ABCDEFGHIJ"}
    return names(6000, ""), names(4000, "a"), names(15000, "o"), places


@cache
def pools() -> Pools:
    """The pools, from ../shared/data, or invented ones."""
    real = (DATA / "matching/negatives_1k.csv").exists()
    male, female, family, places = _real() if real else _invented()
    nations = Counter({nation: sum(cities.values()) for nation, cities in places.items()})
    nation = _pool(nations)
    cities = [_pool(places[str(name)]) for name in nation.values.to_pylist()]
    start = np.cumsum([0, *(len(pool.below) for pool in cities)], dtype=np.int64)
    return Pools(_pool(male), _pool(female), _pool(family), nation, cities, pa.concat_arrays([pool.values for pool in cities]), start)


def _real() -> tuple[Counter[str], Counter[str], Counter[str], dict[str, Counter[str]]]:
    from bench.match.cases import learned_pairs, negatives_1k
    from bench.match.lists import OFAC, UN, listed

    male, female, family = Counter[str](), Counter[str](), Counter[str]()
    places: dict[str, Counter[str]] = defaultdict(Counter)
    latin = re.compile(r"[a-z]+")
    for row in negatives_1k():
        first, last = row["first_name"].lower(), row["last_name"].lower()
        places[row["nationality"] or "Unknown"][row["place_of_birth"] or "Unknown"] += 1
        if latin.fullmatch(first) and latin.fullmatch(last):
            (female if row["gender"] == "female" else male)[first] += 20
            family[last] += 20
    for entity in listed((*OFAC, UN[2026]), only=["latin"]):
        if entity.schema == "Person":
            for _, name in entity.names:
                parts = [part for part in re.split(r"[\s,]+", name.lower()) if len(part) > 2 and part.isascii() and part.isalpha()]
                if len(parts) >= 2:
                    male[parts[0]] += 1
                    family[parts[-1]] += 1
    for kind in ("arabic", "russian", "chinese"):
        for place, (token, _, count) in enumerate(learned_pairs(kind, "all")):
            if latin.fullmatch(token) and len(token) > 2:
                (family if place % 2 else female if token.endswith("a") else male)[token] += count
    return male, female, family, places


class Persons(NamedTuple):
    """Persons as numbers: one entry each."""

    male: NDArray[np.bool_]
    first: Ints
    #: -1 none; of the same gender's pool.
    middle: Ints
    family: Ints
    #: Days since 1970.
    born: Ints
    nation: Ints
    city: Ints
    doc: Ints
    phone: Ints


def _persons(rng: np.random.Generator, count: int, pool: Pools, *, decoys: bool) -> Persons:
    male = rng.random(count) < 2 / 3

    def given() -> Ints:
        return np.where(male, pool.male.draw(rng, count), pool.female.draw(rng, count))

    nation = pool.nationality.draw(rng, count)
    city = np.zeros(count, np.int64)
    for number, cities in enumerate(pool.cities):
        here = np.flatnonzero(nation == number)
        city[here] = pool.city_start[number] + cities.draw(rng, len(here))
    found = Persons(
        male,
        given(),
        np.where(rng.random(count) < 0.4, given(), -1),
        pool.family.draw(rng, count),
        BORN + rng.integers(0, DAYS, count),
        nation,
        city,
        rng.integers(0, 26, count) * 10**8 + rng.integers(10**7, 10**8, count),
        rng.integers(10**11, 10**12, count),
    )
    if decoys:
        _families(rng, found)
    return found


def _families(rng: np.random.Generator, persons: Persons) -> None:
    """One person in six gets the family name, place and phone of the one before; some of them are twins, some sons of one name."""
    count = len(persons.male)
    kin = np.flatnonzero(rng.random(count) < 0.16)
    kin = kin[kin > 0]
    for member in range(kin.size):  # in order, so that families of three and more come about
        at, before = kin[member], kin[member] - 1
        for shared in (persons.family, persons.nation, persons.city, persons.phone):
            shared[at] = shared[before]
    kind = rng.random(len(kin))
    twins, sons = kin[kind < 0.06], kin[(kind >= 0.06) & (kind < 0.10)]
    persons.born[twins] = persons.born[twins - 1]
    persons.male[sons] = persons.male[sons - 1]
    for name in (persons.first, persons.middle):
        name[sons] = name[sons - 1]
    persons.born[sons] = persons.born[sons - 1] + rng.integers(18 * 365, 40 * 365, len(sons))


def people(count: int, seed: int, errors: str = "peer") -> tuple[pa.Table, Ints]:
    """`count` records: (unique_id and nine text columns, true cluster of each row); rows in random order. The same seed gives the same table."""
    if errors not in ("peer", "hard"):
        raise ValueError('errors are "peer" or "hard"')
    pool, tables, truths, clusters = pools(), [], [], 0
    for start in range(0, count, CHUNK):
        size = min(CHUNK, count - start)
        rng = np.random.default_rng([seed, start])
        sizes = rng.choice(SIZES, size, p=SHARES)
        sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), size)) + 1]
        person = np.repeat(np.arange(len(sizes)), sizes)[:size]
        born = _persons(rng, len(sizes), pool, decoys=errors == "hard")
        told = peopleslips.tell(rng, pool, born, person, errors)
        tables.append(told)
        truths.append(person + clusters)
        clusters += len(sizes)
    order = np.random.default_rng([seed, 1]).permutation(count)
    table = pa.concat_tables(tables).combine_chunks().take(order)
    ids = pa.array(np.arange(count)).cast(pa.string())
    return table.add_column(0, "unique_id", ids), np.concatenate(truths)[order]


def write(path: Path, count: int, seed: int, errors: str = "peer") -> None:
    """The same as a Parquet file with the truth in `cluster`, as peers read it."""
    table, truth = people(count, seed, errors)
    pq.write_table(table.append_column("cluster", pa.array(truth)), path, compression="zstd")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write an invented population as Parquet.")
    parser.add_argument("count", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--errors", choices=["peer", "hard"], default="peer")
    options = parser.parse_args()
    write(options.path, options.count, options.seed, options.errors)
