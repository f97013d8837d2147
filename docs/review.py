"""The picture of the review: the program's own screen, with invented records, as SVG."""

from __future__ import annotations

import re
from io import StringIO

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from crosstie.cli import screens
from crosstie.resolve.comparison import Comparison, Line, Said, Side
from crosstie.resolve.review import Question

_WIDTH = 96
#: Fonts that the picture would fetch: a page of the docs asks no other machine for anything.
_FETCHED = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def picture() -> str:
    """A pair of invented records as the review shows it."""
    out = Console(record=True, width=_WIDTH, file=StringIO(), force_terminal=True, color_system="truecolor", highlight=False)
    out.print(screens.pair(_question(), _comparison(), screens.View(width=_WIDTH, latin=True)))
    out.print()
    out.print("ann: 1 of 84, 12 decided · Latin (l)", style="dim")
    out.print(Text(screens.KEYS))
    drawn = out.export_svg(title="crosstie review", theme=DIMMED_MONOKAI, unique_id="review")
    return "\n".join(line.rstrip() for line in _FETCHED.sub("", drawn).splitlines())


def _question() -> Question:
    why = ("One is in the sphere of crime, the other in that of terror.", "It would join an entity of 3 records with one of 2 records.")
    return Question("customs-T214", "un-QDi.900", 0.62, "{}", False, 9.0, why)


def _comparison() -> Comparison:
    office, council = "Customs of Marovia", "United Nations Security Council"
    left = Side("customs-T214", "Person", "customs-T214", 3, (office,), ("B2",), "TLP:AMBER")
    right = Side("un-QDi.900", "Person", "un-QDi.900", 2, (council,), ("A2",), "TLP:CLEAR")

    def ours(value: str) -> Said:
        return Said(value, None, "0" * 16, "row 214", office, "B2", "TLP:AMBER", True)

    def theirs(value: str) -> Said:
        return Said(value, None, "1" * 16, "entry 900", council, "A2", "TLP:CLEAR", True)

    lines = (
        Line("name", (ours("Тавин Орел"),), (theirs("Tavin Orell"), theirs("Taween Aurel")), "near"),
        Line("birthDate", (ours("1971-04-02"),), (theirs("1971"),), "near"),
        Line("nationality", (ours("qm"),), (theirs("qn"),), "differ"),
        Line("idNumber", (ours("QMID55501"),), (), "one"),
        Line("birthPlace", (), (theirs("Ostrogor"),), "one"),
    )
    reasons = (
        ("name", 6.1, "The names “Тавин Орел” and “Tavin Orell” agree in parts that several records bear."),
        ("birth_date", 1.4, "Dates of birth or building: 1971-04-02; 1971: the years fit."),
        ("nationality", -1.2, "Different nationality: qm; qn."),
    )
    return Comparison(left, right, lines, reasons, 0.62, ())
