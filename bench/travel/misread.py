"""Machine-readable zones with one misread character: how often the right correction is the first, and among the first three.

`python -m bench.travel.misread --seed 1 --documents 1000 [--names FILE] [--specimens FILE]`. Seeds below 100 are for development, from 1000 on for
testing. FILE of names: a CSV with a column `name`, given names first (OFAC's and the UN's lists after reading, say); without it the names are those of regions.

Misreadings come of four models:
alike    pairs of characters that look alike, with weights drawn at random for each seed (drawn up apart from the lens's own table, other pairs among them),
         and one in ten without any pattern. A character is the likelier to be misread the more it is like others, a filler a quarter as readily as that
         would say: some three in ten of the misread characters are fillers, of which zones mostly consist, four in ten stand among the names, which no
         check digit covers;
checked  the same, only where a check digit sees it;
even     every place alike, then read as what its character is taken for;
any      any character as any other, which no reader does.
The naive peer changes characters of fields whose check digit fails, in order, by the five best known confusions, until all check digits hold.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from rigour.territories import get_territories

from crosstie.learn.region.names import name_book
from crosstie.lenses.travel.mrz.checks import ALPHABET, FILLER, check_digit
from crosstie.lenses.travel.mrz.layout import LAYOUTS, Layout
from crosstie.lenses.travel.mrz.letters import zone_names
from crosstie.lenses.travel.mrz.reading import read, take_apart
from crosstie.lenses.travel.mrz.repair import corrections

TODAY = date(2026, 11, 23)
ALIKE = (  # noqa: SIM905 - as a list it would be a column
    "0O 0D 0Q 0C OQ OD OC DQ 1I 1L IL 1T 1J IT IJ 8B 8S 83 86 80 88 5S 56 S8 2Z 7Z 7T 17 6G 6C CG GO GQ UV UJ"
    " VY VW MN MW HN HM KX KR XY EF FP PR RB BE AR AH A4 49 69 39 35 59 <K <C <L <E <X <S <G <4 <6 <Z DB 0U 3Z TY 14"
).split()
NAIVE = {"0": "O", "O": "0", "1": "I", "I": "1", "8": "B", "B": "8", "5": "S", "S": "5", "2": "Z", "Z": "2"}


def documents(rng: np.random.Generator, count: int, names: list[tuple[str, str]]) -> Iterator[tuple[Layout, str]]:
    """Invented documents of all five formats, half of them passports."""
    states = [
        one.alpha3.upper() for one in get_territories() if one.alpha3 and one.is_country and not one.is_historical and one.alpha3 != "deu"
    ] + ["D"]
    order, weights = rng.permutation(len(states)), 1 / np.arange(1, len(states) + 1) ** 0.7
    for kind in rng.choice(5, count, p=[0.5, 0.2, 0.1, 0.1, 0.1]):
        state = states[order[rng.choice(len(states), p=weights / weights.sum())]].ljust(3, FILLER)
        other = states[rng.integers(len(states))].ljust(3, FILLER)
        yield LAYOUTS[kind], document(rng, LAYOUTS[kind], state, state if rng.random() < 0.93 else other, names[rng.integers(len(names))])


def document(rng: np.random.Generator, layout: Layout, issuer: str, nationality: str, name: tuple[str, str]) -> str:
    """One document."""
    cells = dict.fromkeys(layout.fields, "")
    cells["type"] = {"TD3": "P", "TD1": "I", "TD2": "I"}.get(layout.name, "V") + (FILLER if rng.random() < 0.8 else "DSOC"[rng.integers(4)])
    cells |= {"issuer": issuer, "nationality": nationality, "sex": "MF<"[rng.choice(3, p=[0.55, 0.43, 0.02])]}
    family, given = (rng.choice(ways) if rng.random() < 0.2 else ways[0] for ways in map(zone_names, name))
    cells["names"] = f"{family}<<{given}"
    shape = rng.random()
    letters = 0 if shape < 0.4 else 1 if shape < 0.65 else 2 if shape < 0.9 else 3
    number = "".join(ALPHABET[rng.integers(10, 36)] for _ in range(letters)) + "".join(
        str(rng.integers(10)) for _ in range(rng.integers(6, 10) - letters)
    )
    if shape > 0.97:
        number = "".join(ALPHABET[rng.integers(36)] for _ in range(9))
    cells["number"] = number
    cells["birth"] = (date(1945, 1, 1) + timedelta(days=int(rng.integers(0, 27_000)))).strftime("%y%m%d")
    cells["expiry"] = (TODAY + timedelta(days=int(rng.integers(-600, 3_600)))).strftime("%y%m%d")
    if rng.random() < 0.35:
        cells["optional"] = "".join(str(rng.integers(10)) for _ in range(rng.integers(6, 12)))
    text = [FILLER] * layout.size
    for field, (start, end) in layout.fields.items():
        text[start:end] = cells[field][: end - start].ljust(end - start, FILLER)
    for check in layout.checks:
        covered = "".join("".join(text[a:b]) for a, b in check.spans)
        text[check.at] = FILLER if check.optional and not covered.strip(FILLER) and rng.random() < 0.5 else str(check_digit(covered))
    return "".join(text)


def misreading(rng: np.random.Generator, model: str) -> np.ndarray:
    """For each character written (row) the weight with which each is read."""
    size = len(ALPHABET)
    if model == "any":
        found = np.ones((size, size))
    else:
        found = np.zeros((size, size))
        for a, b in ALIKE:
            if a != b:
                i, j = ALPHABET.index(a), ALPHABET.index(b)
                strength = rng.lognormal(0, 0.8) * (3 if a + b in ("0O", "1I", "8B", "5S", "2Z") else 1)
                found[i, j], found[j, i] = strength * rng.uniform(0.4, 1), strength * rng.uniform(0.4, 1)
        found += found.sum() * 0.1 / 0.9 / size / (size - 1)
    np.fill_diagonal(found, 0)
    return found


def misread(rng: np.random.Generator, layout: Layout, text: str, weights: np.ndarray, model: str) -> tuple[int, str]:
    """A place and what was read there: likelier where characters are easily taken for others."""
    places = np.array([ALPHABET.index(letter) for letter in text])
    proneness = weights[places].sum(axis=1)
    if model == "checked":
        seen = {at for check in layout.checks for start, end in check.spans for at in range(start, end)} | {
            check.at for check in layout.checks
        }
        proneness = proneness * np.isin(np.arange(layout.size), sorted(seen))
    body = proneness * np.where(places == 36, 0.25, 1.0)  # a filler is taken for something less often than there are fillers
    if model == "even":
        body = np.ones(layout.size)
    at = int(rng.choice(layout.size, p=body / body.sum()))
    return at, ALPHABET[rng.choice(len(ALPHABET), p=weights[places[at]] / weights[places[at]].sum())]


def naive(layout: Layout, text: str) -> str | None:
    """The peer: known confusions in order, until all check digits hold."""
    for at, letter in enumerate(text):
        if letter in NAIVE:
            other = text[:at] + NAIVE[letter] + text[at + 1 :]
            if all(held is not False for held in take_apart(layout, other, TODAY).checks.values()):
                return other
    return None


def names_of(path: Path | None, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Family and given names."""
    if path is None:
        book = name_book()
        found = []
        for culture in book.cultures.values():
            for _ in range(300):
                given = book.variants[int(culture.male[int(len(culture.male) * rng.random() ** 2)])]
                family = book.variants[int(culture.family[int(len(culture.family) * rng.random() ** 2)])]
                found.append((str(rng.choice(family)), str(rng.choice(given))))
        return found
    with path.open(encoding="utf-8", newline="") as stream:
        words = [row["name"].split() for row in csv.DictReader(stream)]
    return [(one[-1], " ".join(one[:-1])) for one in words if 2 <= len(one) <= 4 and zone_names(one[-1]) and zone_names(" ".join(one[:-1]))]


def measure(seed: int, count: int, names: Path | None, known: list[tuple[Layout, str]]) -> None:
    """Print the table."""
    for model in ("alike", "checked", "even", "any"):
        rng = np.random.default_rng(seed)
        weights = misreading(rng, model)
        drawn = known * max(1, count // max(1, len(known))) if known else list(documents(rng, count, names_of(names, rng)))
        ranks, peer, fields, spent, spent_naive = [], 0, {}, 0.0, 0.0
        for layout, text in drawn:
            at, letter = misread(rng, layout, text, weights, model)
            wrong = text[:at] + letter + text[at + 1 :]
            begun = time.process_time()
            found = corrections(take_apart(layout, wrong, TODAY), TODAY, 10)
            spent += time.process_time() - begun
            rank = next((place for place, one in enumerate(found) if one.zone.text == text), 99)
            ranks.append(rank)
            begun = time.process_time()
            peer += naive(layout, wrong) == text
            spent_naive += time.process_time() - begun
            fields.setdefault(layout.field_of(at).replace("check digit of ", "cd "), []).append(rank < 3)
        shares = [np.mean(np.array(ranks) < most) for most in (1, 3, 10)]
        print(
            f"{model:8} n={len(ranks)} first {shares[0]:.3f} in three {shares[1]:.3f} in ten {shares[2]:.3f}  {spent / len(ranks) * 1e3:.2f} ms"
            f" | naive {peer / len(ranks):.3f} {spent_naive / len(ranks) * 1e3:.2f} ms"
        )
        print("   ", ", ".join(f"{name} {np.mean(own):.2f} ({len(own)})" for name, own in sorted(fields.items())))


def main() -> int:
    """The entry."""
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--documents", type=int, default=1000)
    options.add_argument("--names", type=Path)
    options.add_argument("--specimens", type=Path)
    given = options.parse_args()
    known = []
    if given.specimens:
        for one in json.loads(given.specimens.read_text(encoding="utf-8")):
            zone = read("\n".join(one["lines"][-2:] if len(one["lines"]) == 4 else one["lines"]), TODAY)
            if all(held is not False for held in zone.checks.values()):
                known.append((zone.layout, zone.text))
    measure(given.seed, given.documents, given.names, known)
    return 0


if __name__ == "__main__":
    sys.exit(main())
