"""What the advanced format refers to by number: reference values, places, documents, periods of time."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from crosstie.ingest.readers.ofac_party import period
from crosstie.ingest.xml import local

_PARTS = ("ADDRESS1", "ADDRESS2", "ADDRESS3", "CITY", "STATE/PROVINCE", "REGION", "POSTAL CODE")
_NOWHERE = frozenset({"", "undetermined", "Unknown"})


@dataclass(frozen=True, slots=True)
class Place:
    """A location: its lines in the order of an address, and its country."""

    parts: tuple[str, ...]
    country: str | None

    @property
    def line(self) -> str:
        """In one line."""
        return ", ".join([*self.parts, self.country] if self.country else self.parts)


@dataclass(frozen=True, slots=True)
class Document:
    """An identity document or registration of a party that is still to come."""

    place: str
    key: str
    label: str
    number: str | None
    country: str | None
    issued: tuple[str, ...]
    expires: tuple[str, ...]
    authority: str | None
    remarks: tuple[str | None, ...]


class References:
    """The reference value sets, by set and number."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, str]] = {}
        self._types: dict[str, str] = {}
        self._areas: dict[str, str] = {}

    def load(self, element: etree._Element) -> None:
        """Take all sets."""
        for block in element:
            for value in block:
                number = value.get("ID", "")
                self._values.setdefault(local(value), {})[number] = (value.text or "").strip()
                if local(value) == "PartySubType":
                    self._types[number] = value.get("PartyTypeID", "")
                elif local(value) == "AreaCode":
                    self._areas[number] = value.get("Description", "")

    def text(self, kind: str, number: str | None) -> str:
        """The value of that number in a set, or ""."""
        return self._values.get(kind, {}).get(number or "", "")

    def kind(self, sub_type: str | None) -> str:
        """The kind of a party: its sub type, or its type where that is unknown."""
        text = self.text("PartySubType", sub_type)
        return self.text("PartyType", self._types.get(sub_type or "")) if text in _NOWHERE else text

    def country(self, number: str | None) -> str | None:
        """The name of a country, or None."""
        name = self.text("Country", number)
        return None if name in _NOWHERE else name

    def place(self, element: etree._Element) -> Place:
        """A location."""
        found: list[tuple[int, str]] = []
        country = None
        for child in element:
            tag = local(child)
            if tag == "LocationCountry":
                country = country or self.country(child.get("CountryID"))
            elif tag == "LocationAreaCode":
                country = country or self._areas.get(child.get("AreaCodeID", "")) or None
            elif tag == "LocationPart":
                kind = self.text("LocPartType", child.get("LocPartTypeID"))
                rank = _PARTS.index(kind) if kind in _PARTS else 3
                for value in child:
                    text = next(((one.text or "").strip() for one in value if local(one) == "Value"), "")
                    if text:
                        found.append((rank, text))
        return Place(tuple(text for _, text in sorted(found, key=lambda part: part[0])), country)

    def period(self, element: etree._Element) -> tuple[tuple[str, ...], str]:
        """The dates of a DatePeriod and how they would be written."""
        dates, said, _ = self.period_of(element)
        return dates, said

    def period_of(self, element: etree._Element) -> tuple[tuple[str, ...], str, bool]:
        """The dates of a DatePeriod, how they would be written, and whether they are of our calendar."""
        ends: dict[str, tuple[str, str]] = {}
        vague = False
        for child in element:
            if local(child) in ("Start", "End"):
                vague = vague or child.get("Approximate") == "true"
                points = {local(point): day(point) for point in child}
                first = points.get("From") or points.get("To", "")
                ends[local(child)] = (first, points.get("To") or first)
        begin, end = ends.get("Start", ("", "")), ends.get("End", ("", ""))
        interval = begin[0] != begin[1] or end[0] != end[1]
        dates = period(begin[0], begin[1], end[0], end[1], interval=interval)
        said = ("circa " if vague else "") + " to ".join(dates)
        calendar = self.text("CalendarType", element.get("CalendarTypeID"))
        return dates, f"{said} ({calendar})" if calendar not in ("", "Gregorian") else said, calendar in ("", "Gregorian")


def day(element: etree._Element) -> str:
    """A date of year, month and day elements, in ISO 8601 with the precision given."""
    cells = {local(child): (child.text or "").strip() for child in element}
    year = cells.get("Year", "")
    parts = [f"{int(year):04}"] if year.isdigit() else []
    for part in (cells.get("Month", ""), cells.get("Day", "")):
        if not parts or not part.isdigit() or not int(part):
            break
        parts.append(f"{int(part):02}")
    return "-".join(parts)
