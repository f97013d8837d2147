"""Where in a source a thing is said."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LOCATOR = re.compile(r"(?:(?P<member>[^!@]+)!)?(?P<place>.*?)(?:@(?P<start>\d+)-(?P<end>\d+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Locator:
    """A place in a source: an element (`INDIVIDUAL[17]/COMMENTS1`) or a row and column (`row 12/Remarks`), with a character span if known.

    Written as ``[member!]place[@start-end]``; `member` names the file inside an archive or the sheet of a workbook; the span counts
    characters of the value, from 0, end exclusive. Rows count from 1, headers included, as a spreadsheet shows them; elements from 1.
    """

    place: str
    start: int | None = None
    end: int | None = None
    member: str | None = None

    def __str__(self) -> str:
        span = "" if self.start is None else f"@{self.start}-{self.end}"
        return f"{self.member}!{self.place}{span}" if self.member else f"{self.place}{span}"

    @classmethod
    def parse(cls, written: str) -> Locator:
        """The locator that `str` wrote."""
        match = _LOCATOR.fullmatch(written)
        assert match is not None  # the pattern matches every text
        start, end = match["start"], match["end"]
        return cls(match["place"], int(start) if start else None, int(end) if end else None, match["member"])

    def within(self, start: int, end: int) -> Locator:
        """The same place, narrowed to a span of characters."""
        return Locator(self.place, start, end, self.member)
