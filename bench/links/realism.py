"""How like life the regions are: their organisations beside real covert networks, their names beside real lists, and what their economy looks like.

`python -m bench.links.realism [SEED]` makes a medium region in a temporary folder, prints the figures and draws docs/img/realism.svg. The real data
are read from ../shared/data; no name of them is kept.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.links.picture import Curve, Panel, draw
from bench.match.lists import DATA, OFAC, UN, statements, words
from crosstie.learn.region import Settings, generate
from crosstie.learn.region.generate import plan_of

Floats = NDArray[np.float64]
#: Real networks: a drug network whose telephones were watched, two states of a bombers' network, and kidnappers and smugglers of the Sahel.
NETWORKS = {"Caviar 1994–96": "covert_10__1", "Madrid 2004 (early)": "covert_30__15", "Madrid 2004": "covert_30__23", "Mali": "covert_31"}
#: Persons compared by name: a sample of this size of either population, as shares depend on it.
SAMPLE = 4_000
_PICTURE = Path(__file__).parents[2] / "docs" / "img" / "realism.svg"


@dataclass(frozen=True, slots=True)
class Shape:
    """A network in figures: of its largest connected part."""

    nodes: int
    mean_degree: float
    largest_degree: int
    #: inequality of degrees, 0 to 1
    gini: float
    clustering: float
    path_length: float


def shape(ties: Iterable[tuple[str, str]]) -> tuple[Shape, Floats]:
    """The figures of the largest connected part of a small network (some hundreds of nodes), and its degrees."""
    pairs = {(min(pair), max(pair)) for pair in ties if pair[0] != pair[1]}
    names = sorted({one for pair in pairs for one in pair})
    number = {name: place for place, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)))
    for one, other in pairs:
        matrix[number[one], number[other]] = matrix[number[other], number[one]] = 1
    far = _distances(matrix)
    part = max((np.isfinite(row) for row in far), key=lambda row: int(row.sum()))
    matrix, far = matrix[np.ix_(part, part)], far[np.ix_(part, part)]
    degree = matrix.sum(axis=1)
    corners = np.einsum("ij,jk,ki->i", matrix, matrix, matrix, optimize=True)
    local = np.divide(corners, degree * (degree - 1), out=np.zeros_like(degree), where=degree > 1)
    between = far[~np.eye(len(far), dtype=bool)]
    found = Shape(len(degree), float(degree.mean()), int(degree.max()), gini(degree), float(local.mean()), float(between.mean()))
    return found, degree


def _distances(matrix: Floats) -> Floats:
    far = np.where(np.eye(len(matrix), dtype=bool), 0.0, np.inf)
    reached, step = np.eye(len(matrix), dtype=bool), 0
    while True:
        step += 1
        wider = reached | (reached @ matrix > 0)
        if (wider == reached).all():
            return far
        far[wider & ~reached] = step
        reached = wider


def gini(values: Floats) -> float:
    """How unequal values are: 0 all alike, 1 one has all."""
    ordered = np.sort(values)
    place = np.arange(1, len(ordered) + 1)
    return float((2 * place - len(ordered) - 1) @ ordered / (len(ordered) * ordered.sum()))


def real_network(name: str) -> list[tuple[str, str]]:
    """The ties of a real network."""
    with (DATA / "networks" / f"{name}.edges.csv").open(encoding="utf-8", newline="") as stream:
        return [(row["source"], row["target"]) for row in csv.DictReader(stream)]


def organisations(seed: int) -> list[list[tuple[str, str]]]:
    """Who telephones or is known to go with whom, in each organisation of a medium region: the largest first."""
    plan = plan_of(Settings(seed, "medium"))
    ours = {one.actor.id for one in plan.people if one.actor.id.startswith("crowd-groups")}
    of_phone: dict[int, str] = {}
    for person in plan.people:
        if person.actor.id in ours:
            of_phone.setdefault(person.phone, person.actor.id)
    ties = [(of_phone[call.a], of_phone[call.b]) for call in plan.calls if call.a in of_phone and call.b in of_phone]
    ties += [(one.a.id, one.b.id) for one in plan.relations if one.a.id in ours and one.b.id in ours]
    root: dict[str, str] = {}

    def top(one: str) -> str:
        while root.setdefault(one, one) != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for one, other in ties:
        root[top(one)] = top(other)
    groups: dict[str, list[tuple[str, str]]] = {}
    for one, other in ties:
        groups.setdefault(top(one), []).append((one, other))
    return sorted(groups.values(), key=lambda group: -len({one for tie in group for one in tie}))


def names_of_lists() -> list[str]:
    """The main names of the persons of two real lists: some thousands."""
    found: dict[tuple[str, str], str] = {}
    for source, files in (("un", (UN[2026],)), ("ofac", OFAC)):
        table = statements(files).select(["entity_id", "schema", "prop", "value"])
        for row in table.to_pylist():
            if row["schema"] == "Person" and row["prop"] == "name":
                found.setdefault((source, row["entity_id"]), row["value"])
    return sorted(found.values())


def names_of_region(folder: Path) -> list[str]:
    """The names of all persons of a region."""
    with (folder / "truth" / "actors.csv").open(encoding="utf-8", newline="") as stream:
        return [row["name"] for row in csv.DictReader(stream) if row["kind"] == "person"]


def frequencies(names: list[str], seed: int = 1) -> tuple[dict[str, float], Floats]:
    """Figures of a sample of names, and how often each word of them is borne, the commonest first."""
    picks = np.random.default_rng(seed).choice(len(names), min(SAMPLE, len(names)), replace=False)
    sample = [words(names[place]) for place in picks.tolist()]
    whole, parts = Counter(sample), Counter(word for name in sample for word in set(name.split()))
    counts = np.array(sorted(parts.values(), reverse=True), dtype=np.float64)
    rank = np.arange(1, min(200, len(counts)) + 1)
    slope = -np.polyfit(np.log(rank[4:]), np.log(counts[4 : len(rank)]), 1)[0]
    shared = sum(times for times in whole.values() if times > 1)
    return {
        "persons": len(sample),
        "share_with_a_namesake": shared / len(sample),
        "commonest_word": float(counts[0] / len(sample)),
        "different_words_per_person": len(parts) / len(sample),
        "slope": float(slope),
    }, counts / len(sample)


def partners(folder: Path) -> Floats:
    """How many accounts each account of a region pays or is paid by."""
    pairs: set[tuple[str, str]] = set()
    for path in sorted((folder / "files").glob("payments_*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            delimiter = ";" if ";" in stream.readline() else ","
            pairs.update((row[2], row[3]) for row in csv.reader(stream, delimiter=delimiter))
    degree = Counter(one for pair in {(min(pair), max(pair)) for pair in pairs} for one in pair)
    return np.array(sorted(degree.values(), reverse=True), dtype=np.float64)


def hill(values: Floats, share: float = 0.02) -> float:
    """The exponent of the tail of a distribution, over its largest values (Hill's estimate)."""
    ordered = np.sort(values)[::-1][: max(10, int(share * len(values)))]
    return float(1 / np.mean(np.log(ordered[:-1] / ordered[-1])))


def main(seed: int = 21) -> dict[str, Any]:
    """All figures, and the picture."""
    real = {label: shape(real_network(name)) for label, name in NETWORKS.items()}
    ours = [shape(group) for group in organisations(seed)[:12]]
    with tempfile.TemporaryDirectory() as made:
        folder = generate(Settings(seed, "medium"), Path(made) / "region").folder
        region_names, region_curve = frequencies(names_of_region(folder))
        degree = partners(folder)
    list_names, list_curve = frequencies(names_of_lists())
    grey, dots = "#9aa5b1", [Curve(label, one.clustering, one.path_length, one.nodes) for label, (one, _) in real.items()]
    panels = [
        Panel.tails(
            "Neighbours of a member",
            "at least so many",
            {**{label: d for label, (_, d) in real.items()}, "region": np.concatenate([d for _, d in ours])},
        ),
        Panel.points_of(
            "Clustering and path length (grey: the region)",
            "clustering",
            "steps",
            [*dots, *(Curve("", one.clustering, one.path_length, one.nodes, grey) for one, _ in ours)],
        ),
        Panel.ranks("Words of names", "rank of the word", {"lists": list_curve, "region": region_curve}),
        Panel.tails("Partners of an account (region)", "at least so many", {"region": degree}),
    ]
    _PICTURE.write_text(draw(panels), encoding="utf-8")
    return {
        "seed": seed,
        "networks": {label: asdict(one) for label, (one, _) in real.items()},
        "organisations": [asdict(one) for one, _ in ours],
        "names": {"lists": list_names, "region": region_names},
        "accounts": {
            "mean": float(degree.mean()),
            "median": float(np.median(degree)),
            "largest": float(degree[0]),
            "gini": gini(degree),
            "tail": hill(degree[6:]),
        },
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*(int(one) for one in sys.argv[1:2])), indent=1) + "\n")
