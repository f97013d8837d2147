"""Which column of a table means what, told from its heading in any of the layouts that data/layouts.yaml knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_DATA = Path(__file__).parents[1] / "data" / "layouts.yaml"
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Field:
    """What a column holds: the kind of its cells, the greatest figure that is believed, and the other names of its heading."""

    name: str
    kind: str
    most: float | None
    headings: dict[str, float]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file that was recognised: its heading as written, its field, and what its figures are multiplied with."""

    heading: str
    field: Field
    times: float = 1.0


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of table: its fields, and of which of them one at least must be there."""

    asks: tuple[tuple[str, ...], ...]
    fields: dict[str, Field]

    def columns(self, headings: Sequence[str]) -> dict[str, Column]:
        """The recognised columns by field. Where two headings mean the same field, the one that stands first in the layout's own list counts."""
        found: dict[str, Column] = {}
        names = {plain(heading): heading for heading in reversed(headings) if heading}
        taken: set[str] = set()
        for field in self.fields.values():
            for name, times in field.headings.items():
                if name in names and name not in taken:
                    found[field.name] = Column(names[name], field, times)
                    taken.add(name)
                    break
        return found

    def fits(self, headings: Sequence[str]) -> bool:
        """Whether a table with these headings is of this kind."""
        found = self.columns(headings)
        return all(any(name in found for name in group) for group in self.asks)


@cache
def layout(name: str) -> Layout:
    """The layout of that name."""
    entry: dict[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))[name]
    return Layout(tuple(map(tuple, entry["asks"])), {field: _field(field, said) for field, said in entry["fields"].items()})


@cache
def plain(heading: str) -> str:
    """A heading in small letters, without accents and signs, its words parted by one space."""
    letters = unicodedata.normalize("NFKD", heading.replace("№", "no").replace("º", "o").replace("°", "o"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _SIGNS.sub(" ", bare.casefold()).strip()


def _field(name: str, said: dict[str, Any]) -> Field:
    headings = {plain(one): 1.0 for one in said["names"]}
    for times, others in said.get("scaled", {}).items():
        headings |= {plain(one): float(times) for one in others}
    most = said.get("most")
    return Field(name, said["kind"], None if most is None else float(most), headings)
