"""Where the fields and check digits of each format stand: ICAO Doc 9303 parts 4 (TD3), 5 (TD1), 6 (TD2) and 7 (visas).

Places count from 0 through the lines put one after another, so that one text stands for the zone.
"""

from __future__ import annotations

from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Check:
    """A check digit: what it covers, in order, where it stands, and whether it may be left out where nothing is covered."""

    name: str
    spans: tuple[Span, ...]
    at: int
    optional: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A format: its name, lines of equal width, fields, and check digits (the composite last)."""

    name: str
    title: str
    lines: int
    width: int
    fields: dict[str, Span]
    checks: tuple[Check, ...]

    @property
    def size(self) -> int:
        """The characters of the zone."""
        return self.lines * self.width

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        return at // self.width + 1, at % self.width + 1

    def field_of(self, at: int) -> str:
        """The field or check digit that a character belongs to."""
        for check in self.checks:
            if check.at == at:
                return f"check digit of {check.name}"
        return next((name for name, (start, end) in self.fields.items() if start <= at < end), "filler")


def _two_lines(name: str, title: str, width: int, *, optional: Span, more: tuple[Check, ...] = ()) -> Layout:
    """TD3, TD2 and both visas: the second line begins alike."""
    own = width
    fields = {
        "type": (0, 2),
        "issuer": (2, 5),
        "names": (5, width),
        "number": (own, own + 9),
        "nationality": (own + 10, own + 13),
        "birth": (own + 13, own + 19),
        "sex": (own + 20, own + 21),
        "expiry": (own + 21, own + 27),
        "optional": optional,
    }
    checks = (
        Check("number", (fields["number"],), own + 9),
        Check("birth", (fields["birth"],), own + 19),
        Check("expiry", (fields["expiry"],), own + 27),
        *more,
    )
    return Layout(name, title, 2, width, fields, checks)


TD3 = _two_lines(
    "TD3",
    "passport booklet",
    44,
    optional=(72, 86),
    more=(Check("optional", ((72, 86),), 86, optional=True), Check("composite", ((44, 54), (57, 64), (65, 87)), 87)),
)
TD2 = _two_lines("TD2", "card of two lines", 36, optional=(64, 71), more=(Check("composite", ((36, 46), (49, 56), (57, 71)), 71),))
MRV_A = _two_lines("MRV-A", "visa, full size", 44, optional=(72, 88))
MRV_B = _two_lines("MRV-B", "visa, small", 36, optional=(64, 72))
TD1 = Layout(
    "TD1",
    "card of three lines",
    3,
    30,
    {
        "type": (0, 2),
        "issuer": (2, 5),
        "number": (5, 14),
        "optional": (15, 30),
        "birth": (30, 36),
        "sex": (37, 38),
        "expiry": (38, 44),
        "nationality": (45, 48),
        "optional 2": (48, 59),
        "names": (60, 90),
    },
    (
        Check("number", ((5, 14),), 14),
        Check("birth", ((30, 36),), 36),
        Check("expiry", ((38, 44),), 44),
        Check("composite", ((5, 30), (30, 37), (38, 45), (48, 59)), 59),
    ),
)
LAYOUTS = (TD3, TD1, TD2, MRV_A, MRV_B)


def layout_of(lines: int, width: int, first: str) -> Layout | None:
    """The format of a zone by the number and width of its lines and its first character; None where there is none."""
    visa = first == "V"
    for layout in LAYOUTS:
        if (layout.lines, layout.width) == (lines, width) and visa == layout.name.startswith("MRV"):
            return layout
    return None
