"""What officers of a field ask on the command line: a lens declares its commands, the command line and other front ends put them to work.

A lens keeps them in its module `commands` as `COMMANDS`. A command is asked with the values of its options by name and answers with rows, text or
files; how that is shown is not its business.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from crosstie.lens import events
from crosstie.lens.manifest import Lens
from crosstie.model.tables import TABLES
from crosstie.resolve.screen.index import FILE as SCREENING_INDEX
from crosstie.resolve.screen.index import Index
from crosstie.settings import Settings
from crosstie.store.builds import Build
from crosstie.store.durable import storing
from crosstie.store.engine import Engine
from crosstie.store.sources import SourceStore

#: The kinds of values that an option takes: `file` has to be there, `out` is a file to write.
Kind = Literal["text", "number", "count", "flag", "date", "file", "out"]
#: Notes that something was read or written: action, subject, detail.
Note = Callable[[str, str, Mapping[str, Any] | None], None]
#: The tables of a build that commands may ask.
OPEN = ("claims", "clusters", "entities", "sources", "findings", "protections", "spheres", "edges", "links")


@dataclass(frozen=True, slots=True)
class Option:
    """One value that a command takes: `--name`, or in its place (`argument`); `many` gives a tuple, none given an empty one."""

    name: str
    about: str
    kind: Kind = "text"
    required: bool = False
    default: Any = None
    many: bool = False
    argument: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found: rows for a table, a text as it is, notes beside it, and the files that it wrote."""

    rows: Sequence[Mapping[str, Any]] | pa.Table = ()
    text: str = ""
    notes: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()

    def table(self) -> list[dict[str, Any]]:
        """The rows as plain data."""
        return self.rows.to_pylist() if isinstance(self.rows, pa.Table) else [dict(row) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Command:
    """A question of the field. `run(desk, **values)` answers it; values are those of the options by name, `-` written `_`.

    `needs` are the ledgers whose events (`lens.events`) are made ready before. A command with `workspace` off is asked with None for the desk.
    """

    name: str
    about: str
    options: tuple[Option, ...]
    run: Callable[..., Answer]
    needs: tuple[str, ...] = ()
    workspace: bool = True


@dataclass(frozen=True)
class Desk:
    """Where a command works: the current build and its ledgers, opened for one person and purpose.

    `engine` has the tables of OPEN and `ledger_<name>`; `cache` is a folder of this build for what costs time to make and may be lost; `build` is the
    folder of the build, whose name is its number. Nothing else of the workspace is in reach.
    """

    engine: Engine
    cache: Path
    build: Path
    user: str
    purpose: str | None
    _thresholds: Mapping[str, Mapping[str, float]] = field(repr=False)
    _note: Note = field(repr=False)

    def thresholds(self, typology: str) -> Mapping[str, float]:
        """The thresholds of a typology of the lens, the unit's own where it has set them."""
        return self._thresholds[typology]

    @cached_property
    def names(self) -> Index:
        """The index of all names of the build, to screen against (`resolve.screen`)."""
        return Index.open(self.build / SCREENING_INDEX)

    def read(self, subject: str, **detail: Any) -> None:
        """Note in the audit what was read, of whom and why: for whatever shows data of persons."""
        self._note("read", subject, detail or None)

    def wrote(self, subject: str, **detail: Any) -> None:
        """Note in the audit what leaves the workspace: a report, a request, a list."""
        self._note("export", subject, detail or None)


@contextmanager
def at_desk(
    lens: Lens,
    command: Command,
    build: Build,
    sources: SourceStore,
    settings: Settings,
    ledgers: Mapping[str, pa.Schema],
    folder: Path,
    who: tuple[str, str | None],
    note: Note,
    thresholds: Mapping[str, Mapping[str, float]],
) -> Iterator[Desk]:
    """The desk for one command: a session over the tables of a build and over the ledgers of the sources that it knows. `folder` is the workspace."""
    with Engine(settings, folder) as engine:
        for name in OPEN:
            path = build.path / f"{name}.parquet"  # an older build may lack one
            engine.read(name, [path] if path.is_file() else [], TABLES[name])
        known = set(engine.arrow("select source_id from sources").column("source_id").to_pylist())
        for name, files in sources.ledger_files().items():
            if name in ledgers:
                engine.read(f"ledger_{name}", [file for file in files if file.parent.name in known], ledgers[name])
        if command.needs:
            events.gather(engine, command.needs)
        yield Desk(engine, _cache(folder / "cache" / lens.name, build.path), build.path, *who, thresholds, note)


def _cache(root: Path, build: Path) -> Path:
    """The folder of a build among those of a lens; those of builds that are gone go too."""
    cache = root / build.name
    with storing(root):
        cache.mkdir(parents=True, exist_ok=True)
        for other in root.iterdir():
            if not (build.parent / other.name).exists():
                shutil.rmtree(other)
    return cache
