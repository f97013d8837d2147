"""Judgements among each other: where they contradict, which of them sleep, how two units exchange them.

What a build makes of a contradiction does not depend on who judged first. `different` holds always: the two are never one thing. Of the
judgements `same` that lead from one to the other, as many are followed as possible, in the order of their record ids; the rest are not. Both
stand in the notice of the build until a person takes one back. (Two verdicts on the *same* pair are no contradiction: the newer one counts.)
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from crosstie.errors import InputError
from crosstie.resolve.batches import values
from crosstie.store.casebook import VERDICTS, Decision, Judgement
from crosstie.store.engine import Engine
from crosstie.store.record import plain

#: The columns of the exchanged file, in order.
COLUMNS = ("left_id", "right_id", "verdict", "reason", "user", "at")
#: Longer fields are no reason but an accident.
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two records that were judged different, and the judgements `same` that lead from one to the other all the same."""

    different: Judgement
    same: tuple[Judgement, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The judgements that cannot all be right."""
        return (self.different.id, *(one.id for one in self.same))

    @property
    def records(self) -> tuple[str, ...]:
        """The records they speak of, from one end of the chain to the other."""
        found = [self.different.left]
        for one in self.same:
            found.append(_other(one, found[-1]))
        return tuple(found)

    @property
    def sentence(self) -> str:
        """The contradiction with who said what, and when."""
        chain = ", ".join(f"{one.left} and {one.right} the same{_signed(one)}" for one in self.same)
        return f"{self.different.left} and {self.different.right} were judged different{_signed(self.different)}, but {chain}"

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as `--json` prints it and a build records it."""
        return {
            "sentence": self.sentence,
            "records": list(self.records),
            "judgements": [asdict(one) for one in (self.different, *self.same)],
        }


def conflicts(judgements: Iterable[Judgement], present: Iterable[str] | None = None) -> list[Conflict]:
    """The contradictions among judgements in force, by the ids of the two that are `different`, each with its shortest chain.

    With `present`, only judgements on records that are there count: of a chain through a vanished record a build sees nothing.
    """
    there = None if present is None else set(present)
    pairs = [one for one in judgements if one.kind == "pair" and one.right and (there is None or {one.left, one.right} <= there)]
    near: dict[str, list[Judgement]] = defaultdict(list)
    for one in sorted(pairs, key=lambda one: (one.left, one.right or "")):
        if one.verdict == "same":
            near[one.left].append(one)
            near[one.right or ""].append(one)
    part = _parts(near)
    found = []
    for one in sorted(pairs, key=lambda one: (one.left, one.right or "")):
        if one.verdict == "different" and one.left in part and part[one.left] == part.get(one.right or ""):
            found.append(Conflict(one, _chain(near, one.left, one.right or "")))
    return found


def dormant(judgements: Iterable[Judgement], present: Iterable[str]) -> list[Judgement]:
    """The judgements on pairs of which a record is in no source now. They are kept, and hold again when the record returns."""
    there = set(present)
    return [one for one in judgements if one.kind == "pair" and not {one.left, one.right or one.left} <= there]


def standing(engine: Engine, judgements: Sequence[Judgement]) -> dict[str, Any]:
    """What a build records of the judgements that it was made with: `conflicts` as plain data, `dormant` as judgement ids. Needs `clusters`."""
    engine.load("judged_records", pa.table({"entity_id": pa.array(named(judgements), pa.string())}))
    there = set(values(engine.arrow("select c.entity_id from clusters c join judged_records j on j.entity_id = c.entity_id"), "entity_id"))
    return {
        "conflicts": [one.as_dict() for one in conflicts(judgements, there)],
        "dormant": [one.id for one in dormant(judgements, there)],
    }


def named(judgements: Iterable[Judgement]) -> list[str]:
    """The records that judgements on pairs name, sorted."""
    return sorted({side for one in judgements if one.kind == "pair" for side in (one.left, one.right) if side})


@dataclass(frozen=True, slots=True)
class Foreign:
    """A judgement that another unit made: what it decided, who there, and when."""

    line: int
    decision: Decision
    user: str
    at: str

    @property
    def signed(self) -> Decision:
        """The decision as it is entered here: under the name of who imports it, with the first judge in the reason."""
        day = f" on {self.at[:10]}" if self.at else ""
        before = f"judged by {self.user}{day}"
        own = self.decision
        return Decision(own.kind, own.left, own.right, own.verdict, f"{before}: {own.reason}" if own.reason else before)


@dataclass(frozen=True, slots=True)
class Refused:
    """A line of a file of judgements that was not taken, and why."""

    line: int
    reason: str
    excerpt: str


def to_csv(judgements: Iterable[Judgement]) -> str:
    """The judgements on pairs as CSV with the columns COLUMNS: what another unit imports."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((one.left, one.right, one.verdict, one.reason, one.user, one.at) for one in judgements if one.kind == "pair")
    return out.getvalue()


def from_csv(text: str) -> tuple[list[Foreign], list[Refused]]:
    """The judgements of such a file, and its lines that are none. InputError where it is no such file at all.

    The columns may stand in any order; left_id, right_id and verdict must be there. Two lines on one pair must agree: if not, neither is taken.
    """
    rows = _read(text.removeprefix("\ufeff"))
    number, header = next(rows, (1, []))
    place = {name.strip().casefold(): at for at, name in enumerate(header)}
    if missing := [name for name in COLUMNS[:3] if name not in place]:
        raise InputError(
            f"this is no file of judgements: line {number} lacks {', '.join(missing)}",
            hint=f"It begins with a line of names: {','.join(COLUMNS)}. “crosstie judgements export” writes one.",
        )
    taken: list[Foreign] = []
    refused: list[Refused] = []
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: plain(row[at].strip()) if at < len(row) else "" for name, at in place.items()}
        if why := _wrong(cells, len(row), len(header)):
            refused.append(Refused(number, why, ",".join(row)[:80]))
        else:
            left, right = sorted((cells["left_id"], cells["right_id"]))
            decision = Decision("pair", left, right, cells["verdict"].casefold(), cells.get("reason", ""))
            taken.append(Foreign(number, decision, cells.get("user", "") or "an unnamed person", cells.get("at", "")))
    return _agreeing(taken, refused)


def _agreeing(taken: list[Foreign], refused: list[Refused]) -> tuple[list[Foreign], list[Refused]]:
    said: dict[tuple[str, str | None], list[Foreign]] = defaultdict(list)
    for one in taken:
        said[one.decision.left, one.decision.right].append(one)
    kept = []
    for (left, right), ones in said.items():
        if len({one.decision.verdict for one in ones}) == 1:
            kept.append(ones[0])
            continue
        lines = ", ".join(str(one.line) for one in ones)
        refused += [Refused(one.line, f"lines {lines} do not agree on this pair", f"{left},{right},{one.decision.verdict}") for one in ones]
    return kept, sorted(refused, key=lambda one: one.line)


def _wrong(cells: Mapping[str, str], width: int, wanted: int) -> str | None:
    if width != wanted:
        return f"{width} columns instead of {wanted}"
    if not cells["left_id"] or not cells["right_id"]:
        return "a record is not named"
    if cells["left_id"] == cells["right_id"]:
        return "a record cannot be compared with itself"
    if cells["verdict"].casefold() not in VERDICTS["pair"]:
        return f"“{cells['verdict'][:40]}” is no verdict: known are {', '.join(VERDICTS['pair'])}"
    if any(len(cell) > _LONGEST for cell in cells.values()):
        return f"a field is longer than {_LONGEST:,} characters"
    if cells.get("at"):
        try:
            datetime.fromisoformat(cells["at"])
        except ValueError:
            return f"“{cells['at'][:40]}” is no time"
    return None


def _read(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise InputError(f"line {reader.line_num} is no CSV: {error}", hint="Save it as CSV with commas, in UTF-8.") from error


def _parts(near: Mapping[str, Sequence[Judgement]]) -> dict[str, str]:
    """For each record judged the same as another, the smallest record that it hangs together with."""
    part: dict[str, str] = {}
    for start in sorted(near):
        if start in part:
            continue
        part[start] = start
        queue = deque([start])
        while queue:
            record = queue.popleft()
            for one in near[record]:
                if (other := _other(one, record)) not in part:
                    part[other] = start
                    queue.append(other)
    return part


def _chain(near: Mapping[str, Sequence[Judgement]], start: str, end: str) -> tuple[Judgement, ...]:
    """The shortest chain of judgements `same` between two records that hang together; of several the first by ids."""
    came: dict[str, Judgement | None] = {start: None}
    queue = deque([start])
    while end not in came:
        record = queue.popleft()
        for one in near[record]:
            if (other := _other(one, record)) not in came:
                came[other] = one
                queue.append(other)
    chain: list[Judgement] = []
    record = end
    while (step := came[record]) is not None:
        chain.append(step)
        record = _other(step, record)
    return tuple(reversed(chain))


def _other(judgement: Judgement, record: str) -> str:
    return (judgement.right or "") if judgement.left == record else judgement.left


def _signed(judgement: Judgement) -> str:
    return f" ({judgement.user}, {judgement.at[:10]})"
