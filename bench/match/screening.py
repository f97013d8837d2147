"""The screening case: real lists, invented slips, persons that are not listed.

The index is OFAC of 2022-01-21 with the UN's list of 2026-02-27: 10,047 entities. Queries are of five kinds:

- *typo*: listed names of persons (3 in 4) and organisations with the slips of `slips.py`;
- *negative*: persons that are not listed: the 1,000 of negatives_1k.csv, and names put together from name parts of one culture, each part as common
  as it is there;
- *near*: persons that are not listed either, but each part of whose names is borne by listed persons of one region (3 in 100 of the negatives
  are such names too; these are reported apart: what a false alarm costs in a region whose people are listed most);
- *clean*: the UN's primary names as others keep them;
- *original*: the UN's names in original script.

"dev" and "test" queries are of disjoint entities (by the hash of their ids), with seeds 1 to 3 and 101 on. A query is answered rightly by its own
entity, by the same one on the other list (decisions of people) and by one that bears the very name that was spoilt.

How hard it is was set on dev so that brute force with rapidfuzz (`ratio` of sorted parts) finds what it is published to find in typo queries
(BASELINES.md: candidate R@50 .963, recall .715 at 1 % false positives).
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.match.cases import dev, negatives_1k, positives_un, twins
from bench.match.lists import OFAC, UN, Listed, listed, script, un_names, words
from bench.match.slips import slip

#: Countries of a region of names. What stands in none is "other".
REGIONS = {
    "arabic": "ae bh dj dz eg iq jo km kw lb ly ma mr om ps qa sa sd sy tn ye",
    "persian": "ir",
    "afghan": "af",
    "south asian": "bd bt in lk mv np pk",
    "slavic": "ba bg by cz hr me mk pl rs ru si sk ua xk",
    "turkic": "az kg kz tj tm tr uz",
    "chinese": "cn hk mo sg tw",
    "korean": "kp kr",
    "hispanic": "ar bo br cl co cr cu do ec es gt hn mx ni pa pe pr pt py sv uy ve",
    "african": "ao bf bi bw cd cf cg ci cm er et ga gh gm gn gw ke lr ls mg ml mw mz na ne ng rw sl sn so ss td tg tz ug za zm zw",
    "south-east asian": "id kh la mm my ph th vn",
    "western": "at au be ca ch de dk fi fr gb gr ie il it lu mt nl no nz se us",
}
_REGION = {code: region for region, codes in REGIONS.items() for code in codes.split()}
#: Share of negatives that are made of the parts of listed persons' names; number of such queries apart.
NEAR = 0.03
NAMESAKES = 1000


class Query(NamedTuple):
    """A name that is looked for."""

    name: str
    #: typo, negative, near, clean or original.
    kind: str
    schema: str
    #: Numbers of the entities that answer it; none for a negative.
    right: frozenset[int]
    #: Region of the entity, or of the negative.
    region: str
    script: str
    #: The slips of a typo.
    slips: tuple[str, ...] = ()


class Screening(NamedTuple):
    """The index and the queries."""

    entities: list[Listed]
    #: Every name, the number of its entity, and whether it decides alone.
    names: list[str]
    owner: NDArray[np.int32]
    weak: NDArray[np.bool_]
    queries: list[Query]


def region_of(codes: frozenset[str]) -> str:
    """The region of most of an entity's countries; alphabetical order decides between equals."""
    found = Counter(_REGION[code] for code in sorted(codes) if code in _REGION)
    return found.most_common(1)[0][0] if found else "other"


@cache
def _index(original: bool) -> list[Listed]:
    return listed((*OFAC, UN[2026]), only=None if original else ["latin", "none"])


def screening(
    split: str, seed: int, typos: int = 4000, negatives: int = 10_000, *, original: bool = False, amount: str = "many"
) -> Screening:
    """The case with queries of one split; `original` leaves names in original script in the index (by default they are only queries).

    `amount` of slips: "many" (what the figures in the module's text are of) or "few".
    """
    if (split == "dev") != (seed < 100):
        raise ValueError("seeds below 100 are for dev, the others for test")
    entities = _index(original)
    names = [name for entity in entities for _, name in entity.names]
    owner = np.repeat(np.arange(len(entities), dtype=np.int32), [len(entity.names) for entity in entities])
    weak = np.array([prop == "weakAlias" for entity in entities for prop, _ in entity.names])
    rng = random.Random(f"screening {split} {seed}")
    right = _Right(entities)
    queries = [
        *_typos(rng, entities, right, split, typos, amount),
        *_negatives(rng, entities, set(map(words, names)), negatives),
        *_known(right, split),
    ]
    return Screening(entities, names, owner, weak, queries)


class _Right:
    """Which entities answer a query."""

    def __init__(self, entities: list[Listed]) -> None:
        self.number = {entity.id: number for number, entity in enumerate(entities)}
        self.bearers: dict[str, set[int]] = defaultdict(set)
        for number, entity in enumerate(entities):
            for _, name in entity.names:
                self.bearers[words(name)].add(number)
        self.twins = twins()
        self.entities = entities

    def __call__(self, entity_id: str, name: str) -> frozenset[int]:
        same = {self.number[other] for other in self.twins.get(entity_id, ()) if other in self.number}
        return frozenset(same | {self.number[entity_id]} | self.bearers.get(words(name), set()))


def _typos(rng: random.Random, entities: list[Listed], right: _Right, split: str, count: int, amount: str) -> list[Query]:
    of = {
        person: [
            (entity, name)
            for entity in entities
            if (entity.schema == "Person") == person and entity.schema not in ("Vessel", "Airplane") and dev(entity.id) == (split == "dev")
            for prop, name in entity.names
            if prop != "weakAlias" and script(name) == "latin" and len(words(name).split()) >= 2 and len(words(name)) >= 8
        ]
        for person in (True, False)
    }
    extra = sorted({part for _, name in of[True] for part in words(name).split() if len(part) > 3 and part.isalpha()})
    out = []
    for place in range(count):
        person = place % 4 != 3
        entity, name = rng.choice(of[person])
        spoilt, done = slip(rng, name, person=person, extra=extra, amount=amount)
        out.append(Query(spoilt, "typo", entity.schema, right(entity.id, name), region_of(entity.countries), "latin", tuple(done)))
    return out


Composer = Callable[[], Query]


def _of_cultures(rng: random.Random) -> Composer:
    """Persons of one culture and script each, put together from parts of negatives_1k.csv as common as they are there."""
    first: dict[tuple[str, str], list[str]] = defaultdict(list)
    last: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in negatives_1k():
        culture = script(row["full_name"]), row["nationality"]
        first[culture] += [part for part in (row["first_name"], row["middle_name"]) if part]
        last[culture].append(row["last_name"])
    cultures = [culture for culture in sorted(last) for _ in last[culture]]

    def compose() -> Query:
        culture = rng.choice(cultures)
        given = rng.sample(first[culture], min(len(first[culture]), rng.choice((1, 1, 2))))
        return Query(" ".join([*given, rng.choice(last[culture])]), "negative", "Person", frozenset(), culture[1], culture[0])

    return compose


def _of_listed(rng: random.Random, entities: list[Listed], kind: str) -> Composer:
    """Persons each part of whose names is borne by listed persons of one region."""
    borne: dict[str, tuple[list[str], list[str], list[int]]] = defaultdict(lambda: ([], [], []))
    for entity in entities:
        parts = entity.names[0][1].lower().split()
        if entity.schema == "Person" and entity.countries and len(parts) >= 2:
            given, family, size = borne[region_of(entity.countries)]
            given += parts[:-1]
            family.append(parts[-1])
            size.append(len(parts))
    regions = sorted(region for region in borne if len(borne[region][1]) >= 50)

    def compose() -> Query:
        region = rng.choice(regions)
        given, family, size = borne[region]
        parts = [*rng.sample(given, max(1, rng.choice(size) - 1)), rng.choice(family)]
        return Query(" ".join(parts).title(), kind, "Person", frozenset(), region, "latin")

    return compose


def _negatives(rng: random.Random, entities: list[Listed], taken: set[str], count: int) -> list[Query]:
    """Persons of whom no name is listed, no name twice: `count` negatives, and the near ones."""
    said = (
        Query(row["full_name"], "negative", "Person", frozenset(), row["nationality"], script(row["full_name"])) for row in negatives_1k()
    )
    out = [query for query in said if words(query.name) not in taken][:count]
    culture, listed_parts, near = _of_cultures(rng), _of_listed(rng, entities, "negative"), _of_listed(rng, entities, "near")
    while len(out) < count + NAMESAKES:
        query = near() if len(out) >= count else listed_parts() if rng.random() < NEAR else culture()
        if words(query.name) not in taken:
            taken.add(words(query.name))
            out.append(query)
    return out


def _known(right: _Right, split: str) -> list[Query]:
    """The UN's names as others write them, and in original script."""
    out = []
    rows = un_names(2026)
    by_name = {words(name): f"un-{reference}" for reference, _, name, _ in rows}
    for row in positives_un():
        entity_id = by_name.get(words(row["full_name"]))
        if entity_id in right.number and dev(str(entity_id)) == (split == "dev"):
            region = region_of(right.entities[right.number[str(entity_id)]].countries)
            out.append(Query(row["full_name"], "clean", "Person", right(str(entity_id), row["full_name"]), region, "latin"))
    for reference, schema, name, original in rows:
        entity_id = f"un-{reference}"
        if original and script(original) not in ("latin", "none") and entity_id in right.number and dev(entity_id) == (split == "dev"):
            region = region_of(right.entities[right.number[entity_id]].countries)
            out.append(Query(original, "original", schema, right(entity_id, name), region, script(original)))
    return out
