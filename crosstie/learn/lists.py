"""Lists of links as tools write them: which columns name the ends, in which order they stand, and who is meant.

An end is named by a record (`crime_record` and `terror_record`), by an id (`crime_id` and `terror_id`, or what other tools call them: `source`/`target`,
`left`/`right`, `a`/`b`) or by a name (`crime_name` and `terror_name`). The best link has the lowest `rank`, else the highest `score`, else stands first.
`class` is N0 to N6; `fdr` or `q` is the expected share of false ones down to the link. All but the ends may be missing.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv as pacsv

from crosstie.errors import InputError

#: pyarrow.compute without its stubs, which know no arrays of unknown type
pc: Any = pyarrow.compute
#: What the two ends are called, the first that is there counts.
ENDS = (
    ("crime_record", "terror_record"),
    ("crime_id", "terror_id"),
    ("crime", "terror"),
    ("left_id", "right_id"),
    ("left", "right"),
    ("source", "target"),
    ("from", "to"),
    ("a_id", "b_id"),
    ("a", "b"),
    ("crime_name", "terror_name"),
    ("left_name", "right_name"),
)
_RATES = ("fdr", "q")


@dataclass(frozen=True, slots=True)
class Reported:
    """A list of links, best first: both ends, the class (empty where none is given) and the expected share of false ones."""

    rows: Sequence[tuple[str, str, str, float | None]]
    #: whether the list has a class, an expected share of false ones
    classed: bool
    rated: bool


def reported(links: pa.Table | Path) -> Reported:
    """The links of a table or CSV file; InputError where its columns or figures cannot be understood."""
    if isinstance(links, pa.Table):
        wanted = {name for pair in ENDS for name in pair} | {"class", "rank", "score", *_RATES}
        table = links.select([name for name in links.column_names if name in wanted])
        return _listed(table.column_names, table.to_pylist(), "the table of links")
    with links.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        try:
            return _listed([(name or "").strip() for name in reader.fieldnames or ()], reader, str(links))
        except (csv.Error, UnicodeDecodeError) as error:
            raise InputError(f"{links}, line {reader.line_num + 1}: {error}") from error


def _listed(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], what: str) -> Reported:
    ends = next((pair for pair in ENDS if set(pair) <= set(columns)), None)
    if ends is None:
        raise InputError(
            f"{what} lacks the columns crime_id and terror_id", hint="Write link_id,crime_id,terror_id,class,... with a header."
        )
    rate = next((name for name in _RATES if name in columns), None)
    order, sign = ("rank", 1.0) if "rank" in columns else ("score", -1.0) if "score" in columns else (None, 0.0)
    found = []
    for number, row in enumerate(rows, 1):
        place = _figure(row[order], what, number) if order else 0.0
        left, right = (str(row[name] or "").strip() for name in ends)
        share = _figure(row[rate], what, number) if rate else None
        found.append((math.inf if place is None else sign * place, (left, right, str(row.get("class") or ""), share)))
    found.sort(key=lambda one: one[0])
    return Reported([row for _, row in found], "class" in columns, rate is not None)


def _figure(value: object, what: str, number: int) -> float | None:
    try:
        found = None if value is None or value == "" else float(str(value))
    except ValueError as error:
        raise InputError(f"{what}, link {number}: “{value}” is no number") from error
    if found is not None and math.isnan(found):
        raise InputError(f"{what}, link {number}: “{value}” is no number")
    return found


def actors(truth_dir: Path, wanted: set[str]) -> dict[str, str]:
    """The actors behind these ids of records, ids of actors, or names. The files are streamed, as they may hold millions.

    A name that several bear stands for the one of them who belongs to a world; where several do, or none, nobody is meant.
    """
    found = dict(_matching(truth_dir / "entities.csv", "entity_id", wanted))
    missing = wanted - set(found)
    path = truth_dir / "actors.csv"
    if not missing or not path.is_file():
        return found
    bearers: dict[str, dict[str, bool]] = {}
    folded = {_folded(one): one for one in sorted(missing)}
    with pacsv.open_csv(str(path), convert_options=_texts("actor_id", "name", "spheres")) as reader:
        for batch in reader:
            lowered, keys = pc.utf8_lower(pc.utf8_trim_whitespace(batch.column("name"))), pa.array(sorted(folded), pa.string())
            ids = pc.is_in(batch.column("actor_id"), pa.array(sorted(missing), pa.string()))
            kept = batch.append_column("key", lowered).filter(pc.or_(pc.is_in(lowered, keys), ids))
            for row in kept.to_pylist():
                if row["actor_id"] in missing:
                    found[row["actor_id"]] = row["actor_id"]
                if row["key"] in folded:
                    bearers.setdefault(folded[row["key"]], {})[row["actor_id"]] = bool(row["spheres"])
    for name, those in bearers.items():
        placed = [one for one, world in those.items() if world] or list(those)
        if len(placed) == 1:
            found.setdefault(name, placed[0])
    return found


def _folded(name: str) -> str:
    return name.strip().lower()


def _texts(*columns: str) -> pacsv.ConvertOptions:
    return pacsv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string()), include_columns=list(columns), strings_can_be_null=False)


def _matching(path: Path, column: str, wanted: set[str]) -> Iterable[tuple[str, str]]:
    ids = pa.array(sorted(wanted), pa.string())
    with pacsv.open_csv(str(path), convert_options=_texts("actor_id", column)) as reader:
        for batch in reader:
            kept = batch.filter(pc.is_in(batch.column(column), ids))
            yield from zip(kept.column(column).to_pylist(), kept.column("actor_id").to_pylist(), strict=True)
