"""PAXLST: advance passenger information, D.02B to D.15B.

Source: WCO/IATA/ICAO Guidelines on Advance Passenger Information (2022), appendix on PAXLST; codes as in the lens's standards. One row of `journeys` for
each traveller and leg between the places where he boards and leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crosstie.ingest.emitter import Emitter
from crosstie.lenses.travel.edifact.envelope import Header
from crosstie.lenses.travel.edifact.legs import Leg, Person
from crosstie.lenses.travel.edifact.lexer import Segment
from crosstie.lenses.travel.edifact.moments import day, moment
from crosstie.lenses.travel.mrz.reading import country_of
from crosstie.lenses.travel.travellers import Travellers

RELEASES = ("02B", "05B", "12B", "13B", "15B")
_ROLES = {"FL": "passenger", "FM": "crew", "DDU": "transit", "DDT": "transit crew"}
_OTHERS = frozenset({"MS", "COP", "WPA", "CF", "DFW", "ZZZ"})
#: what a message does to what an earlier one said: its function (BGM 1004)
_STATES = {
    "XR": "cancelled",
    "RP": "cancelled",
    "XF": "cancelled",
    "CL": "closed",
    "CLOB": "boarded",
    "CLNB": "not boarded",
    "CP": "changed",
    "CF": "changed",
}
_TRAVELS = frozenset({"P", "PP", "I", "A", "C", "AC", "IP", "L", "F", "V"})


class Paxlst:
    """Takes the segments of PAXLST messages."""

    def __init__(self, out: Emitter) -> None:
        self._out = out
        self._travellers = Travellers(out, "paxlst")
        self._takes = {
            "BGM": self._bgm, "TDT": self._tdt, "LOC": self._loc, "DTM": self._dtm, "NAD": self._nad, "ATT": self._att, "NAT": self._nat,
            "RFF": self._rff, "DOC": self._doc, "MEA": self._mea, "FTX": self._ftx, "COM": self._com, "CNT": self._cnt,
            "GEI": self._pass, "EMP": self._pass, "CPI": self._pass, "QTY": self._pass, "AUT": self._pass, "CTA": self._pass, "TSR": self._pass,
        }  # fmt: skip

    def begin(self, header: Header) -> None:
        """A message begins."""
        self._header, self._number = header, 1
        self._legs: list[Leg] = []
        self._state, self._in_document = "listed", False
        self._person: Person | None = None
        self._seen = {"passenger": 0, "crew": 0}
        self._port: str | None = None
        self._qualifier = ""
        if header.release not in RELEASES:
            self._out.place = f"message[{header.number}]"
            self._out.reject(
                f"note: PAXLST {header.release or 'without a release'} is read as the releases {RELEASES[0]} to {RELEASES[-1]} are"
            )

    def take(self, number: int, segment: Segment) -> None:
        """One segment."""
        self._number = number
        take = self._takes.get(segment.tag)
        if take is None:
            raise ValueError(f"{segment.tag} is no segment of PAXLST")
        elements = self._header.marks.elements(segment.text)
        elements.append("")
        take(elements)

    def end(self) -> None:
        """The message is over."""
        self._finish()
        if self._travellers.full():
            self._travellers.flush()

    def close(self) -> None:
        """The file is over."""
        self._travellers.flush()

    def _finish(self) -> None:
        """Hand on the traveller who was being read."""
        one = self._person
        if one is None:
            return
        self._person = None
        facts = one.facts
        legs = list(self._own_legs(facts))
        on = next((when for leg in legs if (when := leg.departs or leg.arrives)), self._header.sent)[:10]
        get = facts.get
        self._travellers.add(
            (
                one.place, one.surname, one.given, get("born"), get("gender"), get("nationality"), get("residence"), get("birthplace"),
                get("document"), get("issuer"), get("document_type"), get("expires"), get("phone"), get("email"), get("record"), get("reference"), on,
            ),
            (
                (
                    leg.departs, leg.arrives, leg.carrier, leg.flight, leg.origin, leg.destination, number, one.role, self._state, get("seat"),
                    get("bags"), get("weight"), get("embarks"), get("ends"),
                )
                for number, leg in enumerate(legs, 1)
            ),
        )  # fmt: skip
        self._seen["crew" if "crew" in one.role else "passenger"] += 1
        if self._travellers.full() and len(self._travellers) >= 60_000:  # one message of a size that no aircraft has
            self._travellers.flush()

    def _own_legs(self, facts: dict[str, Any]) -> Iterator[Leg]:
        """The legs between the places where the traveller boards and leaves; all where these are not told."""
        embarks, ends = facts.get("embarks"), facts.get("ends")
        first = next((at for at, leg in enumerate(self._legs) if leg.origin == embarks), 0) if embarks else 0
        last = (
            next((at for at, leg in enumerate(self._legs) if leg.destination == ends and at >= first), len(self._legs) - 1)
            if ends
            else len(self._legs) - 1
        )
        yield from self._legs[first : last + 1]

    def _bgm(self, given: list[str]) -> None:
        function = given[2].strip().upper() if len(given) > 3 else ""
        self._state = _STATES.get(function, "listed")

    def _tdt(self, given: list[str]) -> None:
        if len(given) < 4 or not given[2].strip():
            raise ValueError("TDT names no flight")
        flight = given[2].strip().upper()
        carrier = (given[5] if len(given) > 6 else "").partition(self._header.marks.component)[0].strip().upper()
        carrier = carrier or flight[:2]
        if flight.startswith(carrier):
            flight = flight[len(carrier) :]
        self._legs.append(Leg(flight.lstrip("0") or "0", carrier))

    def _loc(self, given: list[str]) -> None:
        code = given[1].strip()
        port = given[2].partition(self._header.marks.component)[0].strip().upper() if len(given) > 3 else ""
        person = self._person
        if person is not None:
            if self._in_document:
                if code == "91":
                    person.facts["issuer"] = self._country(port, "issuing State")
                return
            if code == "178":
                person.facts["embarks"] = port
            elif code == "179":
                person.facts["ends"] = port
            elif code == "174":
                person.facts["residence"] = self._country(port, "country of residence")
            elif code == "180":
                parts = self._header.marks.components(given[2])
                person.facts["birthplace"] = next((part for part in reversed(parts) if part.strip()), "")
            return
        if not self._legs:
            if code in ("125", "87", "92", "130", "188", "172"):
                return
            raise ValueError(f"LOC {code} stands before any flight")
        leg = self._legs[-1]
        self._port = port
        self._qualifier = code
        if code == "125" or (code == "92" and leg.origin is None):
            leg.origin = port
        elif code in ("87", "92"):
            leg.destination = port

    def _dtm(self, given: list[str]) -> None:
        parts = [*given[1].split(self._header.marks.component), "", ""]
        code, text, form = parts[0].strip(), parts[1], parts[2].strip()
        person, year = self._person, self._header.year
        if person is None:
            if code not in ("189", "232", "554"):
                return
            found = moment(text, form, year)
            if found is None:
                raise ValueError(f"{text} is no date and time")
            if self._legs:
                leg = self._legs[-1]
                if code in ("189", "554"):
                    leg.departs = found
                else:
                    leg.arrives = found
                    if leg.destination is None and leg.origin == self._port and self._qualifier == "92" and len(self._legs) > 1:
                        leg.origin, leg.destination = self._legs[-2].destination, self._port
            return
        if code == "329":
            found = day(text, year, past=True)
            if found is None:
                raise ValueError(f"birth {text} is no date")
            person.facts["born"] = found
        elif code == "36":
            found = day(text, year)
            if found is None:
                raise ValueError(f"expiry {text} is no date")
            person.facts.setdefault("expires", found)

    def _nad(self, given: list[str]) -> None:
        self._finish()
        self._in_document = False
        code = given[1].strip().upper()
        role = _ROLES.get(code)
        if role is None:
            if code not in _OTHERS:
                raise ValueError(f"NAD {code or '(none)'} is no party of PAXLST")
            return
        written = given[4] if len(given) > 5 else ""
        names = self._header.marks.components(written) if written else []
        surname, given_names = (names[0].strip() if names else ""), " ".join(part.strip() for part in names[1:] if part.strip())
        self._out.record(f"message[{self._header.number}]/segment[{self._number}]")
        if not surname and not given_names:
            raise ValueError("a traveller without a name")
        self._person = Person(self._out.place, role, surname, given_names)

    def _att(self, given: list[str]) -> None:
        if self._person is not None and given[1].strip() == "2":
            self._person.facts["gender"] = next((part.strip(self._header.marks.component + " ") for part in given[2:] if part.strip()), "")

    def _nat(self, given: list[str]) -> None:
        if self._person is not None:
            self._person.facts["nationality"] = self._country(given[2].partition(self._header.marks.component)[0], "nationality")

    def _rff(self, given: list[str]) -> None:
        code, _, text = given[1].partition(self._header.marks.component)
        text = self._header.marks.plain(text).strip(" " + self._header.marks.component)
        if self._person is not None and not self._in_document:
            name = {"AVF": "record", "SEA": "seat", "ABO": "reference"}.get(code.strip().upper())
            if name:
                self._person.facts[name] = text

    def _doc(self, given: list[str]) -> None:
        person = self._person
        if person is None:
            raise ValueError("a document without a traveller")
        self._in_document = True
        kind = given[1].partition(self._header.marks.component)[0].strip().upper()
        number = self._header.marks.plain(given[2]).strip() if len(given) > 3 else ""
        if kind not in _TRAVELS:
            raise ValueError(f"document {kind or '(none)'} is of no known type")
        if not number:
            raise ValueError("a document without a number")
        if (person.facts.get("document_type") in (None, "V") and kind != "V") or "document" not in person.facts:
            for name in ("issuer", "expires"):
                person.facts.pop(name, None)
            person.facts |= {"document": number, "document_type": kind}
        else:  # a second paper: the first one counts
            self._in_document = True

    def _mea(self, given: list[str]) -> None:
        if self._person is None:
            return
        text = given[3].rpartition(self._header.marks.component)[2].strip() if len(given) > 4 else ""
        name = {"CT": "bags", "WT": "weight"}.get(given[1].strip().upper())
        if name and text:
            try:
                value = float(text.replace(",", "."))
            except ValueError:
                raise ValueError(f"{text} is no number of bags or kilograms") from None
            if not 0 <= value < 10_000:
                raise ValueError(f"{text} is no plausible number of bags or kilograms")
            self._person.facts[name] = value

    def _com(self, given: list[str]) -> None:
        if self._person is None:
            return
        for element in given[1:-1]:
            text, _, kind = element.rpartition(self._header.marks.component)
            if kind.strip().upper() in ("TE", "AL"):
                self._person.facts.setdefault("phone", self._header.marks.plain(text))
            elif kind.strip().upper() == "EM":
                self._person.facts.setdefault("email", self._header.marks.plain(text))

    def _ftx(self, given: list[str]) -> None:
        """Tags of bags: the number of bags is in MEA as well."""

    def _pass(self, given: list[str]) -> None:
        """Segments that say nothing of who travels where."""

    def _cnt(self, given: list[str]) -> None:
        self._finish()
        for element in given[1:-1]:
            code, _, said = element.partition(self._header.marks.component)
            role = {"42": "passenger", "41": "crew"}.get(code.strip())
            count = said.partition(self._header.marks.component)[0].strip()
            if role and count.isdigit() and int(count) != self._seen[role]:
                raise ValueError(f"note: CNT says {count} of {role}, {self._seen[role]} were read")

    def _country(self, code: str, what: str) -> str:
        code = code.strip().upper()
        if code and country_of(code) is None:
            raise ValueError(f"{what} {code} is no code of a State or body")
        return code
