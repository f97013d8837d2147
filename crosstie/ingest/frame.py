"""Some rows of a table in columns, each row with its number and its handling."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

from crosstie.ingest.columns import Texts, pc
from crosstie.ingest.emitter import Emitter

NULL: Texts = pa.scalar(None, pa.string())


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows in columns. `cells` are tidy (an empty cell is null); `grades` and `markings` are None where all rows have the source's."""

    cells: dict[str, Texts]
    rows: Texts
    member: str | None = None
    grades: Texts = None
    markings: Texts = None

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.rows)

    def filter(self, keep: Texts) -> Frame:
        """The rows for which `keep` is true."""
        if pc.all(keep, min_count=0).as_py():
            return self
        grades, markings = (None if one is None else one.filter(keep) for one in (self.grades, self.markings))
        return Frame(
            {name: column.filter(keep) for name, column in self.cells.items()}, self.rows.filter(keep), self.member, grades, markings
        )

    def with_handling(self, grades: Texts, markings: Texts) -> Frame:
        """The same rows with grades and markings of their own."""
        return replace(self, grades=grades, markings=markings)

    def places(self, at: str = "", index: Texts = None) -> Texts:
        """Where each row (or each row of `index`) stands, with the column: `row 12/Name`."""
        numbers = pc.cast(self.rows if index is None else self.rows.take(index), pa.string())
        front = f"{self.member}!row " if self.member else "row "
        return pc.binary_join_element_wise(front, numbers, f"/{at}" if at else "", "")

    def reject(self, reason: str, excerpts: Texts, which: Texts, at: str, out: Emitter, index: Texts = None) -> None:
        """Report what could not be used: the values where `which` is true, `at` a column."""
        which = pc.fill_null(which, False)
        if not pc.any(which, min_count=0).as_py():
            return
        for place, excerpt in zip(self.places(at, index).filter(which).to_pylist(), excerpts.filter(which).to_pylist(), strict=True):
            out.place = ""
            out.reject(reason, excerpt or "", at=place)


def nothing(size: int) -> Texts:
    """A column without any text."""
    return pa.nulls(size, pa.string())
