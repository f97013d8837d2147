"""The manifest of a lens, `lens.yaml`: what a lens brings, read without running any of it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import yaml

from crosstie.errors import LensError
from crosstie.ingest.reader import Reader
from crosstie.learn.region.parts import ScenarioPart
from crosstie.lens.places import FILE
from crosstie.lens.protocols import Detector
from crosstie.link.activities import read_lexicon
from crosstie.model.lexicon import Activity
from crosstie.model.tables import LEDGER_BASE, ledger

if TYPE_CHECKING:
    from crosstie.lens.commands import Command

#: What to do about a lens that is broken on the disk.
MEND = "Mend the file, or install the package anew that brings the lens."
#: The folder of a lens that is none: what “crosstie lens new” begins with.
TEMPLATE = "_template"
#: the kinds of a ledger's columns
KINDS: dict[str, pa.DataType] = {"text": pa.string(), "number": pa.float64(), "count": pa.int64(), "flag": pa.bool_()}


@dataclass(frozen=True, slots=True)
class Law:
    """A source of law that the lens rests on; `verified` says whether the place was read in the text itself."""

    instrument: str
    place: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that a detector works with, its unit and why it is what it is."""

    value: float
    unit: str
    about: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Typology:
    """A detector as the manifest declares it: what it looks for, in which ledgers, with which thresholds, and what may explain it innocently.

    `activity` is the conduct of the lexicon that a finding points to.
    """

    name: str
    title: str
    activity: str
    needs: tuple[str, ...]
    thresholds: Mapping[str, Threshold]
    innocent: tuple[str, ...]
    #: seen for somebody's protection: its subjects are events, it is kept apart, and no link or sphere comes of it
    protection: bool = False
    #: says something beyond the list that places its subjects in their world: only then does it speak for a tie
    supports: bool = True


@dataclass(frozen=True)
class Lens:
    """One field of crime: one folder."""

    name: str
    title: str
    about: str
    folder: Path
    package: str
    law: tuple[Law, ...]
    readers: tuple[str, ...]
    ledgers: Mapping[str, pa.Schema]
    #: ledgers whose events bring those who act together, with the columns that are alike for them
    occasions: Mapping[str, tuple[str, ...]]
    typologies: tuple[Typology, ...]
    lexicon: Path
    schemata: tuple[Path, ...]

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        """The activities of the lexicon; LensError where it does not fit."""
        return read_lexicon(self.lexicon, self.name)

    def detector(self, typology: str) -> Detector:
        """The detector of a typology; LensError where its module does not load or has no `detect`."""
        module = self._module(f"detectors.{typology.replace('-', '_')}")
        if not callable(getattr(module, "detect", None)):
            raise LensError(f"{self.folder}/detectors: {typology} has no function detect(engine, thresholds)")
        return cast(Detector, module)

    def formats(self) -> list[Reader]:
        """The readers of the lens, those of the modules of its folder `readers/` that offer `READER` or `READERS`."""
        if not (self.folder / "readers" / "__init__.py").is_file():
            return []
        found: list[Reader] = []
        for module in pkgutil.iter_modules([str(self.folder / "readers")]):
            loaded = self._module(f"readers.{module.name}")
            one: Reader | None = getattr(loaded, "READER", None)
            found += [*getattr(loaded, "READERS", ()), *([one] if one is not None else [])]
        return sorted(found, key=lambda reader: reader.name)

    def commands(self) -> tuple[Command, ...]:
        """What officers of the field may ask: `COMMANDS` of its module commands; none where there is no such module."""
        if not (self.folder / "commands.py").is_file():
            return ()
        found = getattr(self._module("commands"), "COMMANDS", None)
        if not isinstance(found, tuple):
            raise LensError(f"{self.folder}/commands.py: has no tuple COMMANDS")
        return found

    def scenario(self) -> ScenarioPart:
        """The lens's part of a region: `PART` of its module scenario."""
        part = getattr(self._module("scenario"), "PART", None)
        if part is None:
            raise LensError(f"{self.folder}/scenario.py: has no PART")
        return cast(ScenarioPart, part)

    def summary(self) -> dict[str, Any]:
        """The lens in one row."""
        return {
            "name": self.name,
            "title": self.title,
            "ledgers": ", ".join(self.ledgers),
            "typologies": ", ".join(one.name for one in self.typologies),
            "activities": len(self.activities),
            "terms": sum(len(one.terms) for one in self.activities),
        }

    def _module(self, name: str) -> Any:
        try:
            return importlib.import_module(f"{self.package}.{name}")
        except (ImportError, SyntaxError, NameError, AttributeError, TypeError, ValueError, LookupError, OSError) as error:
            file = self.folder / f"{name.replace('.', '/')}.py"
            raise LensError(f"the lens {self.name} is broken: {file} does not load: {error}", hint=MEND) from error


def read(folder: Path, package: str) -> Lens:
    """The lens in a folder. LensError with the file and the entry that is missing or of the wrong kind; nothing of the lens is run."""
    path = folder / FILE
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LensError(f"{path}: cannot be read: {error}") from error
    top = _Entry(str(path), found)
    top.only("name", "title", "about", "law", "readers", "ledgers", "detectors", "lexicon", "schemata", "scenario")
    lens = Lens(
        name=top.text("name"),
        title=top.text("title"),
        about=top.text("about"),
        folder=folder,
        package=package,
        law=tuple(Law(one.text("instrument"), one.text("place"), one.flag("verified")) for one in top.entries("law")),
        readers=top.texts("readers"),
        ledgers={one.name: _ledger(one) for one in top.named("ledgers")},
        occasions={one.name: _occasion(one) for one in top.named("ledgers") if one.has("occasion")},
        typologies=tuple(_typology(one) for one in top.named("detectors")),
        lexicon=folder / top.text("lexicon"),
        schemata=tuple(folder / name for name in top.texts("schemata")),
    )
    if folder.name not in (lens.name, TEMPLATE):
        raise LensError(f"{path}: name is “{lens.name}” in the folder “{folder.name}”", hint="A lens bears the name of its folder.")
    for file in (lens.lexicon, folder / top.text("scenario"), *lens.schemata):
        if not file.is_file():
            raise LensError(f"{path}: there is no {file.relative_to(folder)}")
    return lens


def _ledger(entry: _Entry) -> pa.Schema:
    entry.only("about", "columns", "occasion")
    entry.text("about")
    columns: dict[str, pa.DataType] = {}
    for name, kind in entry.mapping("columns").items():
        if kind not in KINDS:
            raise LensError(f"{entry.place}: column {name} is “{kind}”", hint=f"Kinds of columns are {', '.join(KINDS)}.")
        columns[name] = KINDS[kind]
    return ledger(**columns)


def _occasion(entry: _Entry) -> tuple[str, ...]:
    columns, known = entry.texts("occasion"), {*entry.mapping("columns"), *LEDGER_BASE.names}
    if not columns or set(columns) - known:
        raise LensError(f"{entry.place}: occasion names columns that the ledger lacks: {', '.join(sorted(set(columns) - known)) or 'none'}")
    return columns


def _typology(entry: _Entry) -> Typology:
    entry.only("title", "activity", "needs", "thresholds", "innocent", "protection", "supports")
    thresholds = {
        one.name: Threshold(one.number("value"), one.text("unit"), one.text("about"), one.flag("verified"))
        for one in entry.named("thresholds")
    }
    protection = entry.has("protection") and entry.flag("protection")
    told = entry.text("title"), entry.text("activity"), entry.texts("needs"), thresholds, entry.texts("innocent")
    return Typology(entry.name, *told, protection, not entry.has("supports") or entry.flag("supports"))


class _Entry:
    """A part of a manifest that knows its place, so that every complaint names it."""

    def __init__(self, place: str, found: Any, name: str = "") -> None:
        if not isinstance(found, dict):
            raise LensError(f"{place}: should have named entries")
        self.place, self.name, self._found = place, name, found

    def only(self, *names: str) -> None:
        unknown = sorted(map(str, set(self._found) - set(names)))
        if unknown:
            raise LensError(f"{self.place}: no such entry: {', '.join(unknown)}", hint=f"Known are {', '.join(names)}.")

    def has(self, name: str) -> bool:
        return name in self._found

    def text(self, name: str) -> str:
        return str(self._of(name, str)).strip()

    def number(self, name: str) -> float:
        found = self._of(name, (int, float))
        if isinstance(found, bool):
            raise LensError(f"{self.place}: {name} is no number")
        return float(found)

    def flag(self, name: str) -> bool:
        return bool(self._of(name, bool))

    def mapping(self, name: str) -> dict[str, str]:
        return {str(key): str(value) for key, value in self._of(name, dict).items()}

    def texts(self, name: str) -> tuple[str, ...]:
        found = self._of(name, list) if name in self._found else []
        if not all(isinstance(one, str) and one for one in found):
            raise LensError(f"{self.place}: {name} should be a list of texts")
        return tuple(found)

    def entries(self, name: str) -> list[_Entry]:
        return [_Entry(f"{self.place}: {name}[{number}]", one) for number, one in enumerate(self._of(name, list), 1)]

    def named(self, name: str) -> list[_Entry]:
        found = self._found.get(name) or {}
        if not isinstance(found, dict):
            raise LensError(f"{self.place}: {name} should have named entries")
        return [_Entry(f"{self.place}: {name}.{key}", one, str(key)) for key, one in found.items()]

    def _of(self, name: str, kind: type | tuple[type, ...]) -> Any:
        if name not in self._found:
            raise LensError(f"{self.place}: {name} is missing")
        found = self._found[name]
        if not isinstance(found, kind) or found == "":
            raise LensError(f"{self.place}: {name} is of the wrong kind: {found!r}")
        return found
