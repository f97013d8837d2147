"""Who is tied to whom, by entity: a file that is looked into, not read. What a page costs depends on what it shows, not on the size of the workspace.

Of a build's `entities`, `spheres` and `edges` arrays are made once, in a folder beside the builds, and mapped into memory: entities in the order of their
ids, ties in the order of theirs, and for each entity its ties, the surest first. What is marked is told with its marking: who asks sees what they may.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from subprocess import Popen
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosstie.errors import CrosstieError
from crosstie.graph.indexing import NODE, NUMBERS, OWNED, SHORT, make
from crosstie.graph.packs import Numbers, Owned, Packed, Texts, mapped
from crosstie.store.builds import Build

#: Whether somebody may see what bears a marking.
Cleared = Callable[[str | None], bool]
#: Raised with every change of what stands in the files.
_VERSION = 5
#: The last file that is written.
_LAST = "lists.json"
#: Which are being made, or were, by this process.
_MAKING, _BEGUN = Lock(), dict[Path, "_Begun"]()
#: Seconds until another process is begun where one has failed, twice as long each time, and at most.
_RETRY, _RARELY = 60.0, 3_600.0
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """An entity: number, id, name, schema, marking, countries, and from which level of the Traffic Light Protocol on its spheres are known."""

    number: int
    id: str
    caption: str
    schema: str
    marking: str
    countries: tuple[str, ...]
    victim: bool
    crime: int
    terror: int

    def spheres(self, level: int) -> tuple[str, ...]:
        """The spheres that somebody cleared for this level knows it to belong to."""
        return tuple(name for name, least in (("crime", self.crime), ("terror", self.terror)) if least <= level)


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie between two entities, by their numbers; its evidence stands in the table `edges`. `voices`: how many originators say so."""

    number: int
    id: str
    source: int
    target: int
    kind: str
    marking: str
    start: str | None
    end: str | None
    confidence: float
    voices: int


class Ties:
    """The entities of a build and their ties. `open_ties` opens them."""

    def __init__(self, folder: Path) -> None:
        self._lists: dict[str, list[str]] = json.loads((folder / "lists.json").read_text(encoding="utf-8"))
        self._ids, self._captions, self._countries = (Texts(folder, name) for name in ("ids", "captions", "countries"))
        self._node = {name: mapped(folder / f"node.{name}.npy") for name in NODE}
        self._tie = {name: mapped(folder / f"tie.{name}.npy") for name in (*NUMBERS, *SHORT)}
        self._rows, self._of = mapped(folder / "rows.npy"), mapped(folder / "of.npy")
        self._place = {name: mapped(folder / f"place.{name}.npy") for name in ("number", "lat", "lon", "marking")}
        self.kinds = self._lists["kind"]
        self._said, self._owned = Packed(folder, "said"), {table: Owned(folder, table) for table in OWNED}

    def find(self, entity: str) -> int | None:
        """The number of an entity; None where there is none of that id."""
        return self._ids.find(entity)

    def node(self, number: int) -> Known:
        """An entity."""
        return Known(
            number,
            self._ids[number].decode(),
            self._captions[number].decode("utf-8", "replace"),
            self._lists["schema"][self._node["schema"][number]],
            self._lists["marking"][self._node["marking"][number]],
            tuple(self._countries[number].decode().split()),
            bool(self._node["victim"][number]),
            int(self._node["crime"][number]),
            int(self._node["terror"][number]),
        )

    def tie(self, number: int) -> Tie:
        """A tie."""
        return self.several(np.array([number], np.int64))[0]

    def several(self, ties: Numbers) -> list[Tie]:
        """Ties, in this order: each column is looked into once."""
        told: dict[str, list[Any]] = {name: column[ties].tolist() for name, column in self._tie.items()}
        rows = zip(ties.tolist(), *(told[name] for name in (*SHORT, *NUMBERS)), strict=True)
        markings = self._lists["marking"]
        return [
            Tie(
                number,
                edge.decode(),
                source,
                target,
                self.kinds[kind],
                markings[marking],
                start.decode() or None,
                end.decode() or None,
                round(confidence, 4),
                voices,
            )
            for number, edge, start, end, source, target, kind, marking, confidence, voices in rows
        ]

    def said(self, ties: Numbers) -> list[dict[str, Any]]:
        """All that the table `edges` says of these ties, in their order."""
        return self._said.rows(ties)

    def on(self, number: int, table: str) -> list[dict[str, Any]]:
        """All rows of a table on an entity, as they stand there: one of `OWNED`."""
        return self._owned[table].on(number)

    def tie_of(self, edge: str) -> int | None:
        """The number of a tie by the id of its edge."""
        ids, sought = self._tie["edge_id"], edge.encode("utf-8", "replace")
        at = int(np.searchsorted(ids, np.array(sought, ids.dtype))) if len(ids) and len(sought) <= ids.dtype.itemsize else len(ids)
        return at if at < len(ids) and ids[at] == sought else None

    def degree(self, number: int) -> int:
        """How many ties an entity has."""
        return int(self._rows[number + 1] - self._rows[number])

    def of(self, number: int) -> Numbers:
        """The ties of an entity, the surest first."""
        return np.asarray(self._of[self._rows[number] : self._rows[number + 1]], np.int64)

    def ends(self, ties: Numbers) -> tuple[Numbers, Numbers]:
        """The entities that ties join."""
        return np.asarray(self._tie["source"][ties], np.int64), np.asarray(self._tie["target"][ties], np.int64)

    def kind_of(self, ties: Numbers) -> Numbers:
        """The kinds of ties, as places in `kinds`."""
        return np.asarray(self._tie["kind"][ties], np.int64)

    def others(self, number: int, ties: Numbers) -> Numbers:
        """Who stands at the other end of an entity's ties."""
        source, target = self.ends(ties)
        return np.where(source == number, target, source)

    def allowed(self, cleared: Cleared) -> NDArray[np.bool_]:
        """For each marking that there is whether somebody may see what bears it: what `seen` and `open_to` are asked with."""
        return np.array([cleared(marking or None) for marking in self._lists["marking"]] or [False])

    def seen(self, numbers: Numbers, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which of these entities somebody may see: cleared for, and neither victims nor minors."""
        return np.asarray(allowed[self._node["marking"][numbers]] & (self._node["victim"][numbers] == 0), np.bool_)

    def open_to(self, ties: Numbers, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which of these ties somebody may see: cleared for, and for both ends."""
        source, target = self.ends(ties)
        return np.asarray(allowed[self._tie["marking"][ties]] & self.seen(source, allowed) & self.seen(target, allowed), np.bool_)

    def places(self, number: int, allowed: NDArray[np.bool_]) -> list[tuple[float, float]]:
        """Where an entity is said to be, latitude and longitude in degrees, as far as somebody may see it."""
        first, last = np.searchsorted(self._place["number"], [number, number + 1])
        rows = [row for row in range(first, last) if allowed[self._place["marking"][row]]]
        return sorted({(float(self._place["lat"][row]), float(self._place["lon"][row])) for row in rows})

    def between(self, numbers: Sequence[int]) -> Numbers:
        """The ties between these entities, in the order of their ids."""
        inside = np.zeros(len(self._ids), np.bool_)
        inside[np.asarray(numbers, np.int64)] = True
        ties = np.unique(np.concatenate([np.empty(0, np.int64), *(self.of(int(number)) for number in numbers)]))
        source, target = self.ends(ties)
        return ties[inside[source] & inside[target]]


def open_ties(build: Build, folder: Path) -> Ties:
    """The ties of a build, kept in `folder`; made there where they are missing, which takes some seconds for a million ties."""
    target = _target(build, folder)
    if not (target / _LAST).is_file():
        make(build, folder, target)
    return _opened(target)


def ready_ties(build: Build, folder: Path) -> Ties | None:
    """The ties of a build where they stand already; else None, and they are begun to be made by a process beside, with memory of its own. Where that one
    fails another is begun later.
    """
    target = _target(build, folder)
    if (target / _LAST).is_file():
        return _opened(target)
    with _MAKING:
        held = _BEGUN.get(target)
        if held is None or held.again():
            command = [sys.executable, "-m", "crosstie.graph.indexing", str(build.path), str(folder), str(target)]
            _BEGUN[target] = _Begun(Popen(command), held.tries + 1 if held else 0)
    return None


def renew_ties(build: Build, folder: Path) -> bool:
    """Make the ties of a new build where those of an earlier one stand: somebody looks at pages here, and the first of them need not wait. False where
    there is nothing to do, or they could not be made: the build stands without them, and pages ask for them again.
    """
    target = _target(build, folder)
    if not any(folder.glob(f"*/{_LAST}")) or (target / _LAST).is_file():
        return False
    try:
        make(build, folder, target)
    except CrosstieError as error:
        _LOG.warning("the index of ties was not made: %s", error.detail)
        return False
    return True


class _Begun:
    """A process that makes the files of a build; `tries`: how many have failed before."""

    def __init__(self, process: Popen[bytes], tries: int) -> None:
        self._process, self.tries = process, tries
        self._due: float | None = None

    def again(self) -> bool:
        """Whether it has ended without making them, and it is time to try once more. It is told once in the log."""
        code = self._process.poll()
        if code is None:
            return False
        if self._due is None:
            wait = min(_RETRY * 2**self.tries, _RARELY)
            self._due = time.monotonic() + wait
            if code:
                _LOG.warning("the index of ties was not made (the process ended with %s); tried again after %d s", code, wait)
        return time.monotonic() >= self._due


def _target(build: Build, folder: Path) -> Path:
    return folder / f"{build.path.name}-{str(build.manifest.get('inputs', ''))[:12]}-{_VERSION}"


@lru_cache(maxsize=4)
def _opened(folder: Path) -> Ties:
    return Ties(folder)
