"""Marks a list of links, crosstie's or any other tool's, against the truth of a region."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv as pacsv

from crosstie.errors import InputError, NotFound

#: pyarrow.compute without its stubs, which know no arrays of unknown type
pc: Any = pyarrow.compute
NEEDED = ("crime_id", "terror_id", "class")
FIRST_FOR_PRECISION, FIRST_FOR_DECOYS = 50, 100


@dataclass(frozen=True, slots=True)
class Tie:
    """A planted tie as the truth tells it; the sides hold the ends and everybody who stands for them."""

    link_id: str
    cls: str
    enough: bool
    crime: str
    terror: str
    crime_side: frozenset[str]
    terror_side: frozenset[str]

    def is_between(self, left: str, right: str) -> bool:
        """Whether a reported pair is this tie, in either direction."""
        return (left in self.crime_side and right in self.terror_side) or (right in self.crime_side and left in self.terror_side)


@dataclass(frozen=True, slots=True)
class Score:
    """How good a list of links is. All shares run from 0 to 1.

    A tie that is reported again (between other records, or other actors of the same two sides) is neither punished nor rewarded: only its first
    report is marked. Ties with too little evidence to be found are left out in the same way. Everything else that is no planted tie is false.

    average_precision: mean, over the ties with enough evidence, of the share of true ones among the links down to it; a tie not listed adds 0.
    precision_at_50: share of true ones among the first 50 marked links, or among all where there are fewer.
    recall: share of the planted ties with enough evidence that are listed.
    macro_f1: mean over the planted classes of the F1 of the class given to ties that were found; a class never found adds 0.
    decoys_at_100: planted decoys among the first 100 marked links.
    """

    average_precision: float
    precision_at_50: float
    recall: float
    macro_f1: float
    decoys_at_100: int
    planted: int
    found: int
    listed: int
    false: int
    repeated: int
    thin: int
    unknown: int
    #: class planted -> class reported -> how often, over the ties found
    confusion: dict[str, dict[str, int]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        return {name: getattr(self, name) for name in self.__slots__}


def score(truth_dir: Path, links: pa.Table | Path) -> Score:
    """Mark links, best first as they stand, against a truth folder. Entity ids may be those of any record of an actor, or actor ids.

    NotFound where the folder holds no truth; InputError where the links lack `crime_id`, `terror_id` or `class`.
    """
    for name in ("entities.csv", "links.csv", "decoys.csv"):
        if not (truth_dir / name).is_file():
            raise NotFound(f"{truth_dir} holds no {name}", hint="Name the truth folder of a region.")
    reported = _reported(links)
    try:
        return _score(truth_dir, reported)
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        raise InputError(f"{truth_dir} is not the truth of a region: {error}", hint="Make the region anew with the same seed.") from error


def _score(truth_dir: Path, reported: list[tuple[str, str, str]]) -> Score:
    actor_of = _actors(truth_dir / "entities.csv", {one for left, right, _ in reported for one in (left, right)})
    ties = list(_ties(truth_dir / "links.csv"))
    known = {actor for tie in ties for actor in (*tie.crime_side, *tie.terror_side)}
    pairs = [
        (actor_of.get(left, left if left in known else None), actor_of.get(right, right if right in known else None), cls)
        for left, right, cls in reported
    ]
    return _marked(pairs, ties, _decoys(truth_dir / "decoys.csv"))


def _marked(pairs: list[tuple[str | None, str | None, str]], ties: list[Tie], decoys: set[frozenset[str]]) -> Score:
    found: dict[str, str] = {}
    marks: list[bool] = []
    repeated = thin = decoys_early = 0
    planted = [tie for tie in ties if tie.enough]
    index = _index(ties)
    false_seen: set[tuple[str | None, str | None]] = set()
    for left, right, cls in pairs:
        matching = [tie for tie in index.get(left or "", ()) if left and right and tie.is_between(left, right)]
        fresh = [tie for tie in matching if tie.link_id not in found]
        if matching and not fresh:
            repeated += 1
        elif fresh:
            tie = min(fresh, key=lambda one: ({one.crime, one.terror} != {left, right}, not one.enough, one.link_id))
            found[tie.link_id] = cls
            thin += not tie.enough
            if tie.enough:
                marks.append(True)
        elif left and right and (left, right) in false_seen:
            repeated += 1
        else:
            false_seen.add((left, right))
            marks.append(False)
            decoys_early += len(marks) <= FIRST_FOR_DECOYS and left is not None and right is not None and frozenset((left, right)) in decoys
    hits = [rank for rank, true in enumerate(marks, 1) if true]
    early = marks[:FIRST_FOR_PRECISION]
    confusion = _confusion(planted, found)
    return Score(
        average_precision=sum(number / rank for number, rank in enumerate(hits, 1)) / max(len(planted), 1),
        precision_at_50=sum(early) / max(len(early), 1),
        recall=len(hits) / max(len(planted), 1),
        macro_f1=_macro_f1({tie.cls for tie in planted}, confusion),
        decoys_at_100=decoys_early,
        planted=len(planted),
        found=len(hits),
        listed=len(pairs),
        false=len(marks) - len(hits),
        repeated=repeated,
        thin=thin,
        unknown=sum(left is None or right is None for left, right, _ in pairs),
        confusion=confusion,
    )


def _index(ties: list[Tie]) -> dict[str, list[Tie]]:
    index: dict[str, list[Tie]] = {}
    for tie in ties:
        for actor in sorted(tie.crime_side | tie.terror_side):
            index.setdefault(actor, []).append(tie)
    return index


def _confusion(planted: list[Tie], found: dict[str, str]) -> dict[str, dict[str, int]]:
    counts = Counter((tie.cls, found[tie.link_id]) for tie in planted if tie.link_id in found)
    table: dict[str, dict[str, int]] = {}
    for (true, said), times in sorted(counts.items()):
        table.setdefault(true, {})[said] = times
    return table


def _macro_f1(classes: set[str], confusion: dict[str, dict[str, int]]) -> float:
    scores = []
    for cls in sorted(classes):
        right = confusion.get(cls, {}).get(cls, 0)
        true, said = sum(confusion.get(cls, {}).values()), sum(row.get(cls, 0) for row in confusion.values())
        scores.append(2 * right / (true + said) if true + said else 0.0)
    return sum(scores) / len(scores) if scores else 0.0


def _reported(links: pa.Table | Path) -> list[tuple[str, str, str]]:
    if isinstance(links, Path):
        with links.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            _check_columns(reader.fieldnames or (), str(links))
            try:
                return [(row["crime_id"] or "", row["terror_id"] or "", row["class"] or "") for row in reader]
            except (csv.Error, UnicodeDecodeError) as error:
                raise InputError(f"{links}, line {reader.line_num + 1}: {error}") from error
    _check_columns(links.column_names, "the table of links")
    return [(str(row["crime_id"]), str(row["terror_id"]), str(row["class"])) for row in links.select(list(NEEDED)).to_pylist()]


def _check_columns(names: Any, what: str) -> None:
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise InputError(f"{what} lacks the column {', '.join(missing)}", hint="Write link_id,crime_id,terror_id,class,... with a header.")


def _actors(entities: Path, wanted: set[str]) -> dict[str, str]:
    """The actors behind these entity ids; the file is streamed, as it may hold millions."""
    ids = pa.array(sorted(wanted), pa.string())
    text = pacsv.ConvertOptions(column_types={"actor_id": pa.string(), "entity_id": pa.string()}, include_columns=["actor_id", "entity_id"])
    found: dict[str, str] = {}
    with pacsv.open_csv(str(entities), convert_options=text) as reader:
        for batch in reader:
            kept = batch.filter(pc.is_in(batch.column("entity_id"), ids))
            found.update((str(row["entity_id"]), str(row["actor_id"])) for row in kept.to_pylist())
    return found


def _ties(path: Path) -> Iterator[Tie]:
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            crime, terror = row["crime_actor"], row["terror_actor"]
            yield Tie(
                row["link_id"],
                row["class"],
                row["evidence"] == "enough",
                crime,
                terror,
                frozenset([crime, *row["crime_side"].split(";")]) - {""},
                frozenset([terror, *row["terror_side"].split(";")]) - {""},
            )


def _decoys(path: Path) -> set[frozenset[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return {frozenset((row["left_actor"], row["right_actor"])) for row in csv.DictReader(stream)}
