"""A reader of tables whose columns are told by their headings: a lens says the vocabulary, and what a piece of such a table means."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from crosstie.ingest.cells import Cells
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.headings import Column, Headings
from crosstie.ingest.pieces import Piece, header, pieces
from crosstie.ingest.reader import Head, Original, Profile
from crosstie.ingest.words import plain


def _any(head: Head, columns: Mapping[str, Column]) -> bool:
    return True


@dataclass
class HeadedTable:
    """Reads CSV and workbooks, and XML whose document element matches `root`, with a record in each element of `tags`.

    `take` is given one piece after another. `headings` and `cells` are asked for when they are needed: reading a vocabulary takes its time.
    """

    name: str
    title: str
    profile: Profile
    headings: Callable[[], Headings]
    take: Callable[[Piece], None]
    cells: Callable[[], Cells] = Cells
    #: what a table must be beside having the columns that its vocabulary asks for
    also: Callable[[Head, Mapping[str, Column]], bool] = _any
    root: str = ""
    tags: Collection[str] = ()
    #: the series of a file, where not all files of this kind are versions of one list
    series: Callable[[Original, Emitter], str] | None = None

    def recognises(self, head: Head) -> bool:
        """By the columns that the vocabulary asks for, or by the document element."""
        if head.media == "xml":
            return bool(self.root) and re.fullmatch(self.root, plain(head.root or "")) is not None
        found = header(head, self.headings())
        return found is not None and self.also(head, self.headings().columns(found))

    def read(self, original: Original, out: Emitter) -> None:
        """What `take` says of each piece."""
        if self.series is not None:
            out.series = self.series(original, out)
        for piece in pieces(original, self.headings(), out, cells=self.cells(), tags=self.tags):
            self.take(piece)
