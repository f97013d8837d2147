"""A machine-readable zone taken apart: what each field says, which check digits hold, and what else is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml
from rigour.territories import get_territory

from crosstie.lenses.travel.mrz.checks import ALPHABET, FILLER, check_digit
from crosstie.lenses.travel.mrz.layout import LAYOUTS, Check, Layout, layout_of
from crosstie.model.schema import exercise_states

_ISSUERS = Path(__file__).parents[1] / "data" / "issuers.yaml"
#: what keyboards and readers put where the filler belongs
_FILLERS = str.maketrans({"«": "<<", "‹": "<", "〈": "<", "＜": "<", "_": "<"})
_NOISE = re.compile(r"[\s\u200e\u200f\u202a-\u202e]+")
_LINE = re.compile(r"[A-Z0-9<]{28,46}")
_SEXES = {"M": "male", "F": "female"}


@dataclass(frozen=True, slots=True)
class Zone:
    """What a zone says. Dates are ISO 8601, as precise as written; `checks` tells of each check digit whether it holds (None: nothing to check);
    `faults` are sentences. `text` holds the lines one after another.
    """

    layout: Layout
    text: str
    type: str
    issuer: str
    surname: str
    given: str
    truncated: bool
    number: str
    nationality: str
    birth: str
    sex: str
    expiry: str
    optional: str
    checks: dict[str, bool | None]
    faults: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The zone as it is printed."""
        width = self.layout.width
        return tuple(self.text[at : at + width] for at in range(0, len(self.text), width))

    @property
    def name(self) -> str:
        """Given names, then the surname."""
        return " ".join(part for part in (self.given, self.surname) if part)

    @property
    def sound(self) -> bool:
        """Whether every check digit holds and nothing else is wrong."""
        return not self.faults and all(held is not False for held in self.checks.values())


@cache
def issuers() -> dict[str, str]:
    """Codes that are no codes of ISO 3166-1, with that of the State (or nothing)."""
    found = yaml.safe_load(_ISSUERS.read_text(encoding="utf-8"))["codes"]
    return {str(code): str(row["code"]) for code, row in found.items()}


@cache
def country_of(code: str) -> str | None:
    """The code of a country for one to three letters of a document or message; "" for a body, None for no code at all."""
    code = code.strip(FILLER + " ").upper()
    if code in issuers():
        return issuers()[code]
    if invented := exercise_states().get(code.casefold()):
        return invented
    if not re.fullmatch(r"[A-Z]{2,3}", code):
        return None
    found = get_territory(code)
    return found.code if found is not None and not found.is_historical else None


def tidy(text: str) -> str:
    """A line as the zone's characters, as far as they are any: capitals, without space, every mark of filling as the filler."""
    return _NOISE.sub("", text.upper().translate(_FILLERS))


def zones(text: str) -> Iterator[tuple[int, str]]:
    """Every zone that stands in a text, with the number of its first line; lines that are none are left out."""
    lines = [(number, line) for number, written in enumerate(text.splitlines(), 1) if _LINE.fullmatch(line := tidy(written))]
    at = 0
    while at < len(lines):
        number, line = lines[at]
        size = 3 if len(line) in (29, 30, 31) else 2
        own = [one for _, one in lines[at : at + size]]
        if len(own) == size and lines[at + size - 1][0] - number < size + 2:
            yield number, "\n".join(own)
            at += size
        else:
            yield number, line
            at += 1


def read(text: str, today: date) -> Zone:
    """The zone in a text. Years of two digits are put before `today` for births; expiries are the nearest ones. ValueError says why it is none."""
    lines = [line for line in map(tidy, text.splitlines()) if line]
    layout, joined = _shape(lines)
    return take_apart(layout, joined, today)


def _shape(lines: Sequence[str]) -> tuple[Layout, str]:
    if not lines:
        raise ValueError("there is no text")
    if len(lines) == 1:  # lines run together
        for layout in LAYOUTS:
            if layout.size == len(lines[0]) and (lines[0][0] == "V") == layout.name.startswith("MRV"):
                return layout, lines[0]
    widths = {len(line) for line in lines}
    found = layout_of(len(lines), len(lines[0]), lines[0][:1]) if len(widths) == 1 else None
    if found is None:
        found = _near(lines)
        lines = [line.rstrip(FILLER).ljust(found.width, FILLER) if len(line) != found.width else line for line in lines]
        if any(len(line) != found.width for line in lines):
            raise ValueError(f"lines of {', '.join(str(len(line)) for line in lines)} characters: a {found.name} has {found.width}")
    return found, "".join(lines)


def _near(lines: Sequence[str]) -> Layout:
    """The format whose lines are nearly as long as these: fillers at the end are easily lost or doubled."""
    visa = lines[0][:1] == "V"
    same = [layout for layout in LAYOUTS if layout.lines == len(lines) and visa == layout.name.startswith("MRV")]
    longest = max(map(len, lines))
    for layout in sorted(same, key=lambda one: abs(one.width - longest)):
        if abs(layout.width - longest) <= 2:
            return layout
    raise ValueError(f"{len(lines)} lines of {', '.join(str(len(line)) for line in lines)} characters are no format of ICAO Doc 9303")


def take_apart(layout: Layout, text: str, today: date) -> Zone:
    """The zone of a known format."""
    cells = {name: text[start:end] for name, (start, end) in layout.fields.items()}
    surname, given, truncated = _names(cells["names"])
    number, held = _number(layout, text, cells)
    checks = {check.name: _holds(check, text) for check in layout.checks} | held
    birth, expiry = _birth(cells["birth"], today), _expiry(cells["expiry"], today)
    optional = " ".join(cells[name].strip(FILLER).replace(FILLER, " ") for name in ("optional", "optional 2") if name in cells).strip()
    zone = Zone(
        layout, text, cells["type"].strip(FILLER), cells["issuer"].strip(FILLER), surname, given, truncated, number,
        cells["nationality"].strip(FILLER), birth or "", _SEXES.get(cells["sex"], ""), expiry or "", optional, checks, (),
    )  # fmt: skip
    return _with_faults(zone, cells)


def _number(layout: Layout, text: str, cells: dict[str, str]) -> tuple[str, dict[str, bool | None]]:
    """The number of the document; in TD1 and TD2 a long one runs on into the optional field, with its check digit behind it."""
    at = layout.fields["number"][1]
    number = cells["number"]
    if layout.name in ("TD1", "TD2") and text[at] == FILLER and number.rstrip(FILLER) == number:
        rest = cells["optional"].split(FILLER)[0]
        if len(rest) > 1 and rest[-1].isdigit():
            whole = number + rest[:-1]
            return whole, {"number": check_digit(number + FILLER + rest[:-1]) == int(rest[-1]) or check_digit(whole) == int(rest[-1])}
    return number.strip(FILLER), {}


def _holds(check: Check, text: str) -> bool | None:
    covered = "".join(text[start:end] for start, end in check.spans)
    if not set(covered) <= set(ALPHABET):
        return False
    if check.optional and text[check.at] == FILLER and not covered.strip(FILLER):
        return None
    digit = text[check.at]
    return digit.isdigit() and int(digit) == check_digit(covered)


def _names(field: str) -> tuple[str, str, bool]:
    """Surname and given names; a field that is full to its end may be cut."""
    surname, _, given = field.partition(FILLER * 2)
    truncated = not field.endswith(FILLER)
    return " ".join(surname.split(FILLER)).strip(), " ".join(given.split(FILLER)).strip(), truncated


def _birth(field: str, today: date) -> str | None:
    year = field[:2]
    if not year.isdigit():
        return "" if not field.strip(FILLER) else None
    found = _day(f"{today.year // 100 * 100 + int(year)}", field[2:])
    if found is not None and found > today.isoformat():
        found = _day(f"{(today.year // 100 - 1) * 100 + int(year)}", field[2:])
    return found


def _expiry(field: str, today: date) -> str | None:
    year = field[:2]
    if not year.isdigit():
        return "" if not field.strip(FILLER) else None
    full = today.year // 100 * 100 + int(year)
    full -= 100 if full > today.year + 50 else 0
    return _day(str(full), field[2:])


def _day(year: str, rest: str) -> str | None:
    """A day with the precision given: unknown parts are fillers."""
    month, day = rest[:2], rest[2:]
    if month == FILLER * 2 or month == "00":
        return year if day in (FILLER * 2, "00") else None
    if not month.isdigit() or not 1 <= int(month) <= 12:
        return None
    if day in (FILLER * 2, "00"):
        return f"{year}-{month}"
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _with_faults(zone: Zone, cells: dict[str, str]) -> Zone:
    faults: list[str] = []
    if strange := sorted(set(zone.text) - set(ALPHABET)):
        faults.append(f"characters that do not occur in a zone: {' '.join(strange)}")
    for name in ("issuer", "nationality"):
        if country_of(cells[name]) is None:
            faults.append(f"{name} {cells[name]} is no code of a State or body")
    for name, found in (("birth", zone.birth), ("expiry", zone.expiry)):
        if not found and cells[name].strip(FILLER):
            faults.append(f"{name} {cells[name]} is no date")
    if not zone.surname and not zone.given:
        faults.append("there is no name")
    if any(letter.isdigit() for letter in cells["names"]):
        faults.append("a figure stands in the name")
    if cells["sex"] not in ("M", "F", "X", FILLER):
        faults.append(f"sex {cells['sex']} is none of M, F and <")
    faults += [f"the check digit of the {name} does not hold" for name, held in zone.checks.items() if held is False]
    return Zone(*(getattr(zone, name) for name in Zone.__slots__[:-1]), faults=tuple(faults))  # type: ignore[misc]
