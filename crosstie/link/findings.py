"""Findings of a build for people to read: which there are, and all that is known of one. What a reader is not cleared for is left out and counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from crosstie.errors import AccessError, NotFound
from crosstie.link.asking import Question, meant
from crosstie.model.marking import Marking, Tlp
from crosstie.resolve.batches import array, values
from crosstie.store.builds import Build
from crosstie.store.engine import damaged

Row = dict[str, Any]
#: Notes a read in the audit: action, subject, detail.
Record = Callable[[str, str, Mapping[str, Any]], None]
#: The columns of a list.
LISTED = ("finding_id", "lens", "typology", "title", "subjects", "start", "end", "score", "amount", "currency", "sentence", "status")
#: What decides whether a finding is listed.
_SIEVED = ("finding_id", "lens", "typology", "subjects", "start", "end", "status")
#: Ids of findings that an entry of the audit names.
_NAMED = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are asked for: of a lens, of a typology (`activity/detector`, or either), of a status (what people decided since the build counts),
    about somebody (an id, or a name in any script), with something between two ISO days; empty: all.
    """

    lens: str = ""
    typology: str = ""
    status: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""

    def __post_init__(self) -> None:
        Question(since=self.since or None, until=self.until or None)  # which says what is no day

    def as_dict(self) -> dict[str, str]:
        """The question as plain data, without what does not matter."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What decides whether each finding of a build is listed, and to whom. `level`: the strictest marking of its evidence and its subjects (`Tlp`);
    `guarded`: a victim or a minor is among its subjects.
    """

    rows: pa.Table
    level: NDArray[np.int8]
    guarded: NDArray[np.bool_]


class Findings:
    """The findings of a build, for somebody who may see markings up to `clearance` (`Tlp`; None: all). `verdicts`: what people decided, by id."""

    def __init__(self, build: Build, record: Record, clearance: int | None = None, verdicts: Mapping[str, str] | None = None) -> None:
        self.build, self._record, self._clearance, self._verdicts = build, record, clearance, verdicts or {}

    def listed(self, wanted: Wanted, *, start: int = 0, count: int | None = None) -> Row:
        """Those that are meant, the strongest first: `findings` with the columns of LISTED, `names` of the subjects, `markings` of the evidence and the
        `verdict`; `total` of them, and how many more are `withheld`.
        """
        sheet = _sheet_of(self.build)
        chosen = self._meant(sheet.rows, wanted)
        seen = chosen & self._seen(sheet)
        at = np.flatnonzero(seen)
        shown = at[start:] if count is None else at[start : start + count]
        found = self._rows(sheet, shown)
        self._record(
            "read findings", f"{self.build.number:04}", {"findings": [one["finding_id"] for one in found][:_NAMED], **wanted.as_dict()}
        )
        return {"build": self.build.number, "findings": found, "start": start, "total": len(at), "withheld": int(chosen.sum()) - len(at)}

    def about(self, entities: Collection[str], typologies: Collection[str]) -> list[Row]:
        """The findings of these typologies about these entities, the strongest first; who shows them has noted what was read."""
        sheet = _sheet_of(self.build)
        of = np.isin(np.array(values(sheet.rows, "typology"), object).astype(str), list(typologies))
        return self._rows(sheet, np.flatnonzero(of & _about(sheet.rows, set(entities)) & self._seen(sheet)))

    def choices(self) -> tuple[list[str], list[str]]:
        """The lenses and the typologies that this reader has findings of."""
        sheet = _sheet_of(self.build)
        rows = sheet.rows.filter(pa.array(self._seen(sheet)))
        return sorted(set(values(rows, "lens"))), sorted(set(values(rows, "typology")))

    def counts(self) -> Counter[str]:
        """How many findings of each typology this reader may see."""
        sheet = _sheet_of(self.build)
        return Counter(values(sheet.rows.filter(pa.array(self._seen(sheet))), "typology"))

    def one(self, finding_id: str) -> Row:
        """All that is known of one finding; `thresholds` as names and values, `names` of subjects and ends of ties. NotFound where the build has none of
        that id; AccessError where it is marked too strictly for this reader, or is about a victim or a minor: then it was not read.
        """
        found = _read(self.build.file("findings"), "finding_id", [finding_id])
        if not found:
            raise NotFound(
                f"there is no finding “{finding_id[:100]}” in build {self.build.path.name}", hint="The list of findings has their ids."
            )
        row = found[0]
        sheet = _sheet_of(self.build)
        at = values(sheet.rows, "finding_id").index(finding_id)
        if self._clearance is not None and sheet.guarded[at]:
            raise AccessError("a victim or a minor is among those it names", hint="What is known of them is decided in a case.")
        if not self._seen(sheet)[at]:
            raise AccessError(
                "its marking is stricter than your clearance", hint="Ask an administrator, or somebody who is cleared for it."
            )
        self._record("read", finding_id, {})
        thresholds: dict[str, float] = json.loads(row.get("thresholds") or "{}")
        named = {*(row["subjects"] or ()), *(end for tie in row.get("ties") or () for end in tie.values())}
        known = _entities(self.build.file("entities"), named)
        names = {one["entity_id"]: one["caption"] or one["entity_id"] for one in known if self._may_name(one)}
        told = {"thresholds": thresholds, "names": names, "markings": _markings(row), "ties": row.get("ties") or []}
        return {**row, **told, "build": self.build.number}

    def _seen(self, sheet: _Sheet) -> NDArray[np.bool_]:
        if self._clearance is None:
            return np.ones(sheet.rows.num_rows, np.bool_)
        return (sheet.level <= self._clearance) & ~sheet.guarded

    def _may_name(self, entity: Row) -> bool:
        """Whether this reader may see who an end of a tie is, which need not be a subject."""
        if self._clearance is None:
            return True
        marking = Marking.parse(entity["marking"]) if entity["marking"] else Marking()
        return not entity["victim"] and int(marking.tlp) <= self._clearance

    def _meant(self, rows: pa.Table, wanted: Wanted) -> NDArray[np.bool_]:
        chosen = np.ones(rows.num_rows, np.bool_)
        if wanted.lens:
            chosen &= array(rows, "lens", object) == wanted.lens
        if wanted.typology:
            chosen &= np.array([wanted.typology in (one, *(one or "").split("/")) for one in values(rows, "typology")], np.bool_)
        if wanted.status:
            now = zip(values(rows, "finding_id"), values(rows, "status"), strict=True)
            chosen &= np.array([self._verdicts.get(one, status) == wanted.status for one, status in now], np.bool_)
        if wanted.since:
            chosen &= np.array([(day or "") >= wanted.since for day in values(rows, "end")], np.bool_)
        if wanted.until:
            chosen &= np.array([bool(day) and day <= wanted.until for day in values(rows, "start")], np.bool_)
        if wanted.subject:
            itself = _about(rows, {wanted.subject})
            chosen &= itself if itself.any() else _about(rows, meant(self.build, wanted.subject))
        return chosen

    def _rows(self, sheet: _Sheet, at: NDArray[np.int64]) -> list[Row]:
        """The rows at these places of the sheet, as a list shows them."""
        ids = values(sheet.rows.select(["finding_id"]).take(pa.array(at, pa.int64())), "finding_id")
        columns = [*LISTED, "evidence", *_known(self.build.file("findings"), ("marking",))]
        found = {row["finding_id"]: row for row in _read(self.build.file("findings"), "finding_id", ids, columns)}
        named = {subject for row in found.values() for subject in row["subjects"] or ()}
        names = {one["entity_id"]: one["caption"] or one["entity_id"] for one in _entities(self.build.file("entities"), named)}
        told = []
        for one in ids:
            row = found[one]
            more = {"names": [names.get(subject, subject) for subject in row["subjects"] or ()], "markings": _markings(row)}
            told.append({name: row[name] for name in LISTED} | more | {"verdict": self._verdicts.get(one)})
        return told


def _sheet_of(build: Build) -> _Sheet:
    path = build.file("findings")
    return _sheet(path, build.file("entities"), path.stat().st_mtime_ns)


@lru_cache(2)
def _sheet(path: Path, entities: Path, written: int) -> _Sheet:
    """What decides, read once for a build: it never changes (`written` tells one that was restored in its place)."""
    try:
        file = pq.ParquetFile(path)
        paths = [file.schema.column(number).path for number in range(len(file.schema))]
        [marking] = [one for one in paths if one.startswith("evidence.") and one.endswith(".marking")]
        own = ["marking"] if "marking" in paths else []  # a build of an earlier version has none
        rows = file.read(columns=[*_SIEVED, marking, *own]).combine_chunks()
    except (OSError, ValueError) as error:  # of Arrow, too
        raise damaged(str(error)) from error
    level = np.zeros(rows.num_rows, np.int8)
    of, pieces = _flat(rows, "evidence")
    _raise(level, of, [one["marking"] if one else None for one in pieces])
    for whole in own:
        _raise(level, np.arange(rows.num_rows), values(rows, whole))
    of, subjects = _flat(rows, "subjects")
    known = {one["entity_id"]: one for one in _entities(entities, set(subjects))}
    _raise(level, of, [known[one]["marking"] if one in known else Tlp.CLEAR.label for one in subjects])
    guarded = np.zeros(rows.num_rows, np.bool_)
    guarded[of[np.array([one in known and bool(known[one]["victim"]) for one in subjects], np.bool_)]] = True
    return _Sheet(rows.select(list(_SIEVED)), level, guarded)


def _raise(level: NDArray[np.int8], of: NDArray[np.int64], markings: Sequence[str | None]) -> None:
    """Lift each finding to the strictest of these markings; what bears none is of the middle, as everywhere."""
    known = {one: int((Marking.parse(one) if one else Marking()).tlp) for one in set(markings)}
    np.maximum.at(level, of, np.array([known[one] for one in markings], np.int8))


def _flat(rows: pa.Table, column: str) -> tuple[NDArray[np.int64], list[Any]]:
    """What stands in the lists of a column: the place of each one's finding, and itself."""
    lists = rows.column(column)
    flat = pa.table({"at": pc.list_parent_indices(lists), "one": pc.list_flatten(lists)})
    return array(flat, "at", np.int64), values(flat, "one")


def _about(rows: pa.Table, entities: set[str]) -> NDArray[np.bool_]:
    of, subjects = _flat(rows, "subjects")
    found = np.zeros(rows.num_rows, np.bool_)
    found[of[np.array([one in entities for one in subjects], np.bool_)]] = True
    return found


def _markings(row: Row) -> list[str]:
    """Those of the evidence that is shown, and the strictest of what it rests on besides."""
    return sorted({one for one in (*(piece["marking"] for piece in row["evidence"] or ()), row.get("marking")) if one})


def _entities(path: Path, ids: set[str]) -> list[Row]:
    columns = ("entity_id", "caption", "marking", "victim")
    found = _read(path, "entity_id", sorted(ids), _known(path, columns))
    return [dict.fromkeys(columns) | row for row in found]


def _known(path: Path, columns: Sequence[str]) -> list[str]:
    """Those of the columns that the table has: a build of an earlier version may lack some."""
    there = set(pq.read_schema(path).names)
    return [name for name in columns if name in there]


def _read(path: Path, column: str, ids: Sequence[str], columns: Sequence[str] | None = None) -> list[Row]:
    """The rows of these ids."""
    if not ids:
        return []
    try:
        found = pq.read_table(path, columns=None if columns is None else list(columns), filters=pc.field(column).isin(list(ids)))
    except (OSError, pa.ArrowInvalid) as error:
        raise damaged(str(error)) from error
    rows: list[Row] = found.to_pylist()
    return rows
