"""Which column of a table means what, told by its heading in any of the languages of a vocabulary (a data file of the lens).

A vocabulary lists fields, each with the names of its heading: `date: { kind: day, names: [date, fecha, дата, التاريخ, 日期] }`, or the names alone for a
text. All names are compared as `words.plain` makes them. Of two headings that mean one field the one counts whose name stands first in the list; a heading
that could mean two fields means the first of them. `asks` says of which fields, one of each group, a table must have a column to be one of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as listed
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from crosstie.errors import DamagedFile
from crosstie.ingest.calendars import era_of
from crosstie.ingest.located import near
from crosstie.ingest.words import plain

#: kinds of days: their heading may say the calendar or the form in brackets
DAYS = ("day", "birth", "moment")
_BRACKETS = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]?")


@dataclass(frozen=True, slots=True)
class Field:
    """What a column holds: the kind of its cells, the least and greatest figure that is believed, and what figures are multiplied with under each heading."""

    name: str
    kind: str = "text"
    least: float | None = None
    most: float | None = None
    names: Mapping[str, float] = listed(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file that was recognised: its heading as written, its field, what its figures are multiplied with, and its calendar if it says one."""

    heading: str
    field: Field
    times: float = 1.0
    era: str = ""


@dataclass(frozen=True, eq=False)
class Headings:
    """The vocabulary of a kind of table."""

    fields: Mapping[str, Field]
    asks: tuple[tuple[str, ...], ...] = ()

    def only(self, *names: str, asks: Sequence[Sequence[str]] = ()) -> Headings:
        """These fields alone, in this order: those of one kind of table among several that share their words."""
        return Headings({name: self.fields[name] for name in names}, tuple(map(tuple, asks)))

    def columns(self, headings: Iterable[str]) -> dict[str, Column]:
        """The recognised columns by field, in the order of the vocabulary."""
        own: dict[str, str] = {}
        for heading in headings:
            own.setdefault(plain(heading), heading)
        found: dict[str, Column] = {}
        taken = {""}
        for field in self.fields.values():
            for name, times in field.names.items():
                if name in own and name not in taken:
                    taken.add(name)
                    found[field.name] = Column(own[name], field, times, era_of(own[name]) if field.kind in DAYS else "")
                    break
        return found | self._bracketed(own, taken, found)

    def field(self, heading: str) -> str | None:
        """The field that one heading, or key, names."""
        return self._owners.get(plain(heading))

    @cached_property
    def _owners(self) -> dict[str, str]:
        return {name: field.name for field in reversed(list(self.fields.values())) for name in field.names}

    def fits(self, headings: Iterable[str]) -> bool:
        """Whether a table with these headings is of this kind."""
        found = self.columns(headings)
        return bool(found) and all(any(name in found for name in group) for group in self.asks)

    def missing(self, file: str, headings: Sequence[str]) -> DamagedFile:
        """The error for a table that lacks a column which is needed, with the heading that is nearest to one."""
        found = self.columns(headings)
        lacks = [group for group in self.asks if not any(name in found for name in group)]
        asked = "; ".join(" or ".join(group).replace("_", " ") for group in lacks) or "anything that is known"
        taken = {column.heading for column in found.values()}
        return DamagedFile(
            f"{file}: no column for {asked}; it has {', '.join(f'“{one}”' for one in headings if one) or 'none'}",
            hint=self._nearest(lacks, [one for one in headings if one and one not in taken])
            or "Write a mapping for it: --mapping FILE.yaml.",
        )

    def _nearest(self, lacks: Sequence[Sequence[str]], free: Sequence[str]) -> str | None:
        for group in lacks:
            for field in group:
                for name in self.fields[field].names:
                    if found := near(name, free):
                        return f"{found} A column for {field.replace('_', ' ')} is called “{name}” or the like."
        return None

    def _bracketed(self, own: Mapping[str, str], taken: set[str], found: Mapping[str, Column]) -> dict[str, Column]:
        """Columns of days whose heading says more in brackets: “Date (AH)”, “Date of birth (dd/mm/yyyy)”."""
        bare = {
            name: plain(_BRACKETS.sub(" ", heading)) for name, heading in own.items() if name not in taken and _BRACKETS.search(heading)
        }
        more: dict[str, Column] = {}
        for field in self.fields.values():
            if field.kind in DAYS and field.name not in found:
                name = next((name for name, short in bare.items() if short in field.names and name not in taken), None)
                if name is not None:
                    taken.add(name)
                    more[field.name] = Column(own[name], field, 1.0, era_of(own[name]))
        return more


@lru_cache(maxsize=64)
def vocabulary(path: Path, *place: str) -> Headings:
    """The vocabulary in a data file: the block at that place that has `fields`, and perhaps `asks`."""
    block: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    for key in place:
        block = block[key]
    return Headings({name: _field(name, said) for name, said in block["fields"].items()}, tuple(map(tuple, block.get("asks", ()))))


def _field(name: str, said: Any) -> Field:
    entry: dict[str, Any] = {"names": said} if isinstance(said, list) else said
    names = {plain(str(one)): 1.0 for one in entry["names"]}
    for times, others in entry.get("scaled", {}).items():
        names |= {plain(str(one)): float(times) for one in others}
    least, most = (None if entry.get(limit) is None else float(entry[limit]) for limit in ("least", "most"))
    return Field(name, entry.get("kind", "text"), least, most, names)
