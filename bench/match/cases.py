"""Names and records with known truth, real ones, from ../shared/data. Nothing of them is kept in the house.

*Splits.* Where something may be tuned the loader takes `split`: "dev" is for tuning, "test" only for reporting. Halves are made by the SHA-256 of the
id of what is described, so that one entity is never on both sides, and none moves when data is added.
"""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from bench.match.lists import DATA, OFAC, UN, records, script, un_names, words
from bench.match.measures import clusters_of


class NameCase(NamedTuple):
    """A pair of names that people judged."""

    schema: str
    left: str
    right: str
    match: bool
    group: str
    category: str
    fold: int


class Originals(NamedTuple):
    """Names in original script, and the names in Latin letters among which each must be found."""

    #: (name in original script, number of its entity in `listed`).
    queries: list[tuple[str, int]]
    #: (reference, primary name in Latin letters).
    listed: list[tuple[str, str]]
    #: Of each query.
    scripts: list[str]
    schemata: list[str]
    #: "Person" or "Organization", of each of `listed`.
    listed_schemata: list[str]


class Decisions(NamedTuple):
    """Records of two lists and which of them people judged the same."""

    #: FollowTheMoney's dicts: id, schema, properties.
    left: list[dict[str, Any]]
    right: list[dict[str, Any]]
    #: (place in left, place in right): the decisions that count; every other pair of `known` records is a negative.
    true: list[tuple[int, int]]
    #: Decisions of the same split whose primary names are alike: neither counted as found nor as wrong.
    easy: list[tuple[int, int]]


def dev(entity_id: str) -> bool:
    """Whether an entity may be tuned on."""
    return hashlib.sha256(entity_id.encode()).digest()[0] & 1 == 0


def name_cases(split: str = "all", fold: int | None = None, folds: int = 5) -> list[NameCase]:
    """name_cases.csv: 826 pairs. `split="train", fold=k` leaves fold k out, `split="test", fold=k` is fold k, "all" is all.

    Folds are of whole families of pairs: two pairs with a name in common, or with names alike to 85 of 100, are in one fold.
    """
    with (DATA / "matching/name_cases.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = [words(row["name1"]) for row in rows] + [words(row["name2"]) for row in rows]
    alike = process.cdist(names, names, scorer=fuzz.ratio, score_cutoff=85, dtype=np.uint8)
    near = np.argwhere(alike >= 85) % len(rows)
    family = clusters_of(near.astype(np.int64), len(rows))
    found = []
    for place, row in enumerate(rows):
        digest = hashlib.sha256(names[family[place]].encode()).digest()
        match = row["is_match"].strip().lower() == "true"
        found.append(
            NameCase(
                row["schema"],
                row["name1"],
                row["name2"],
                match,
                row["case_group"],
                row["category"],
                int.from_bytes(digest[:4], "big") % folds,
            )
        )
    if split == "train":
        return [case for case in found if case.fold != fold]
    return [case for case in found if case.fold == fold] if split == "test" else found


def original_script(split: str, year: int | None = None) -> Originals:
    """The UN's names in original script (97 in 100 Arabic) against its primary names in Latin letters.

    The index is the whole list of the year (2018: 1,093, 2020: 1,018, 2026: 1,003 names). The lists overlap: 80 of the 1,003 entities of 2026 and 11 of their
    378 original names are new since 2020. So the split is by the hash of the reference, not by year: "dev" entities of the lists of 2018 and 2020,
    "test" entities of the list of 2026. Without a year: 2020 for dev, 2026 for test.
    """
    rows = un_names(year or (2020 if split == "dev" else 2026))
    kept = [
        (place, row)
        for place, row in enumerate(rows)
        if row[3] and script(row[3]) not in ("latin", "none") and dev(row[0]) == (split == "dev")
    ]
    return Originals(
        [(row[3], place) for place, row in kept],
        [(row[0], row[2]) for row in rows],
        [script(row[3]) for _, row in kept],
        [row[1] for _, row in kept],
        [row[1] for row in rows],
    )


def crosswalk(split: str) -> Decisions:
    """The decisions of people that a record of OFAC's (2022-01-21) and one of the UN's (2020-11-30) are the same, whose primary names differ.

    Names differ if their words, sorted, without case and marks, are not the same: 52 of 166 decisions at hand (BASELINES.md: 108 of 323, with the half
    kept aside). Negatives: every other pair of a record that the decisions know. Halves by the hash of the cluster's id, as in bench/crosswalk.py.
    """
    left, right = records(OFAC), records((UN[2020],))
    place = [{record["id"]: number for number, record in enumerate(side)} for side in (left, right)]
    true: list[tuple[int, int]] = []
    easy: list[tuple[int, int]] = []
    with (DATA / "matching/crosswalk_2021-10_dev.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if split != "all" and dev(row["cluster"]) != (split == "dev"):
                continue
            for one in filter(None, row["ofac"].split("|")):
                for ref in (part.strip() for part in row["un_ref"].split("|")):
                    if one in place[0] and f"un-{ref}" in place[1]:
                        pair = place[0][one], place[1][f"un-{ref}"]
                        names = [words(side[at]["properties"]["name"][0]) for side, at in zip((left, right), pair, strict=True)]
                        (easy if names[0] == names[1] else true).append(pair)
    return Decisions(left, right, true, easy)


def learned_pairs(kind: str, split: str) -> list[tuple[str, str, int]]:
    """names_{arabic,russian,chinese}_16.tsv: (Latin token, token in script, count); one token in script is wholly "dev" or wholly "test" (1 in 5)."""
    out = []
    for line in (DATA / f"matching/names_{kind}_16.tsv").read_text(encoding="utf-8").splitlines():
        latin, other, count = line.split("\t")
        written = other.replace(" ", "")
        test = hashlib.sha256(written.encode()).digest()[0] % 5 == 0
        if split == "all" or test == (split == "test"):
            out.append((latin, written, int(count)))
    return out


def negatives_1k() -> list[dict[str, str]]:
    """1,000 invented persons of many cultures, none of them listed: full_name, first_name, middle_name, last_name, gender, date_of_birth, …"""
    return _persons("negatives_1k")


def positives_un() -> list[dict[str, str]]:
    """683 persons of the UN's list under their primary names."""
    return _persons("positives_un_clean")


def _persons(name: str) -> list[dict[str, str]]:
    with (DATA / f"matching/{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def cross_script() -> list[tuple[str, str]]:
    """20 pairs of one name in two scripts: (name, the same name)."""
    lines = (DATA / "matching/cross_script_pairs.csv").read_text(encoding="utf-8").splitlines()
    kept = (line.split(",") for line in lines if line and not line.startswith("#"))
    return [(row[0], row[1]) for row in kept]


def twins() -> dict[str, set[str]]:
    """Records that describe one entity in OFAC 2022 and UN 2026 although their ids differ: {id: ids}, from the decisions of people."""
    found: dict[str, set[str]] = defaultdict(set)
    with (DATA / "matching/crosswalk_2021-10_dev.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            ids = {part for part in row["ofac"].split("|") if part}
            ids |= {f"un-{ref.strip()}" for ref in row["un_ref"].split("|") if ref.strip()}
            for one in ids:
                found[one] |= ids
    return found
