"""PNRGOV: passenger name records as airlines push them, 11.1 to 16.1 (10.1 and later ones are read alike).

Source: IATA/WCO/ICAO PNRGOV message implementation guide (2016). Read are the 19 categories that concern who travels how with whom: locators, names, documents
(SSR DOCS), contacts, agency, payment, itinerary, seats and bags at check-in. General remarks and special meals are not kept: they tell of health and belief.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Any

from crosstie.ingest.emitter import Emitter
from crosstie.lenses.travel.edifact.envelope import Header
from crosstie.lenses.travel.edifact.lexer import Segment
from crosstie.lenses.travel.edifact.moments import day, stamped
from crosstie.lenses.travel.mrz.reading import country_of
from crosstie.lenses.travel.travellers import Travellers

RELEASES = re.compile(r"1[0-9]\.\d|2[0-2]\.\d")
#: titles behind given names, stuck to them where that leaves a name of three letters at least (Amr is a name)
_TITLE = re.compile(r"(?<=\w{3})(?:MR|MRS|MISS|MSTR)$|\s+(?:MR|MRS|MS|MISS|MSTR|MSTER|DR|CHD|INF|PROF|SIR)$")
#: where a booking tells how to reach somebody (IFT 4:28 or an SSR): the code, then the text
_CONTACT = re.compile(r"\b(CTC[A-Z]?)\b[\s/:-]*(.+)", re.IGNORECASE | re.DOTALL)
_PHONE = re.compile(r"\+?[\d][\d\s().-]{5,}\d")
_KNOWN = frozenset(
    ("MSG ORG TVL EQN SRC RCI SSR DAT IFT ADD EBD TIF FTI REF FAR TKT MON PTK TXD FOP TRA RPI APD TRI SSD TBD ABI SAC LTS CNX PTI").split()  # noqa: SIM905 - as a list it would be a column
)


class Pnrgov:
    """Takes the segments of PNRGOV messages."""

    def __init__(self, out: Emitter) -> None:
        self._out = out
        self._travellers = Travellers(out, "pnrgov")
        self._takes = {
            "MSG": self._msg, "ORG": self._org, "TVL": self._tvl, "RCI": self._rci, "SSR": self._ssr, "DAT": self._dat, "IFT": self._ift,
            "ADD": self._add, "TIF": self._tif, "TKT": self._tkt, "MON": self._mon, "FOP": self._fop, "TRI": self._tri, "SSD": self._ssd,
            "TBD": self._tbd, "EQN": self._eqn, "REF": self._ref,
        }  # fmt: skip

    def begin(self, header: Header) -> None:
        """A message begins."""
        self._header, self._number = header, 1
        self._records, self._announced = 0, 0
        self._state = "listed"
        self._new("")
        self._in_record = False
        if not RELEASES.fullmatch(header.release):
            self._out.place = f"message[{header.number}]"
            self._out.reject(f"note: PNRGOV {header.release or 'without a release'} is read as 16.1 is")

    def _new(self, place: str) -> None:
        """Forget the record before."""
        self._place = place
        self._people: list[dict[str, Any]] = []
        self._legs: list[dict[str, Any]] = []
        self._booking: dict[str, Any] = {}
        self._docs: list[tuple[str, str, str]] = []
        self._history = self._other_service = self._paid = False
        self._aboard: dict[str, Any] | None = None

    def take(self, number: int, segment: Segment) -> None:
        """One segment."""
        self._number = number
        tag = segment.tag
        if tag == "SRC":
            self._finish()
            self._in_record = True
            self._records += 1
            self._new(f"message[{self._header.number}]/segment[{number}]")
            return
        if tag == "ABI":
            self._history = True
        if tag == "LTS" or (self._history and tag in _KNOWN):
            return
        take = self._takes.get(tag)
        if take is None:
            if tag not in _KNOWN:
                raise ValueError(f"{tag} is no segment of PNRGOV")
            return
        elements = self._header.marks.elements(segment.text)
        elements += ["", "", "", ""]
        take(elements)

    def end(self) -> None:
        """The message is over."""
        self._finish()
        self._in_record = False
        if self._announced and self._announced != self._records:
            self._out.place = f"message[{self._header.number}]"
            self._out.reject(f"note: EQN says {self._announced} records, {self._records} were read")
        if self._travellers.full():
            self._travellers.flush()

    def close(self) -> None:
        """The file is over."""
        self._travellers.flush()

    def _finish(self) -> None:
        """Hand on the travellers of the record."""
        if not self._in_record or not (self._people or self._legs):
            return
        legs, booking = self._legs, self._booking
        if not self._people:
            self._out.place = self._place
            self._out.reject("a record without a traveller")
            return
        for ref, text, _ in self._docs:
            self._paper(ref, text)
        on = next((leg["departs"] for leg in legs if leg["departs"]), self._header.sent)[:10]
        booking |= {
            "travellers": len(self._people),
            "first": on,
            "origin": legs[0]["origin"] if legs else None,
            "destination": self._far(),
            "oneway": bool(legs) and legs[-1]["destination"] != legs[0]["origin"],
        }
        booking.setdefault("record", "")
        booking.setdefault("created", None)
        for place, one in enumerate(self._people, 1):
            get = one.get
            number = self._travellers.add(
                (
                    one["place"], get("surname"), get("given"), get("born"), get("gender"), get("nationality"), get("residence"), None,
                    get("document"), get("issuer"), get("document_type"), get("expires"), get("phone"), get("email"), booking["record"],
                    one["ref"] or str(place), on,
                ),
                (self._row(leg, at, one) for at, leg in enumerate(legs, 1)),
            )  # fmt: skip
            self._travellers.book(number, booking | one["paid"])

    def _row(self, leg: dict[str, Any], number: int, one: dict[str, Any]) -> tuple[Any, ...]:
        aboard = leg["aboard"].get(one["ref"]) or {}
        return (
            leg["departs"], leg["arrives"], leg["carrier"], leg["flight"], leg["origin"], leg["destination"], number, "passenger",
            "checked in" if aboard else self._state, aboard.get("seat"), aboard.get("bags"), aboard.get("weight"), None, None,
        )  # fmt: skip

    def _far(self) -> str | None:
        """Where the journey goes: the end, or of a return journey the place of the longest stay."""
        legs = self._legs
        if not legs:
            return None
        if legs[-1]["destination"] != legs[0]["origin"]:
            return str(legs[-1]["destination"])
        stays = [
            (before["arrives"] or before["departs"] or "", leg["departs"] or "", before["destination"]) for before, leg in pairwise(legs)
        ]
        return str(max(stays, key=lambda stay: _hours(stay[0], stay[1]))[2]) if stays else str(legs[-1]["destination"])

    def _parts(self, element: str) -> list[str]:
        return self._header.marks.components(element) + [""] * 9

    def _msg(self, given: list[str]) -> None:
        code = self._parts(given[1])
        if not self._in_record:
            self._state = {"141": "changed", "142": "cancelled"}.get(code[1].strip(), "listed")
        else:
            self._other_service = True  # a hotel or a car

    def _eqn(self, given: list[str]) -> None:
        count = self._parts(given[1])[0].strip()
        if not self._in_record and count.isdigit():
            self._announced = int(count)

    def _rci(self, given: list[str]) -> None:
        if not self._in_record or "record" in self._booking:
            return
        carrier, locator, _, on, at = self._parts(given[1])[:5]
        if not locator.strip():
            raise ValueError("RCI without a locator")
        self._booking |= {"record": locator.strip().upper(), "carrier": carrier.strip().upper()}
        made = stamped(on, at, self._header.year) if on else None
        if made:
            self._booking["created"] = made

    def _dat(self, given: list[str]) -> None:
        for element in given[1:]:
            code, on, at = self._parts(element)[:3]
            if code.strip() in ("700", "710") and on and not self._legs and self._in_record:
                found = stamped(on, at, self._header.year)
                if found is None:
                    raise ValueError(f"{on} {at} is no date and time")
                self._booking.setdefault({"700": "created", "710": "ticketed"}[code.strip()], found)

    def _org(self, given: list[str]) -> None:
        if self._in_record and not self._legs:
            agency = [part.strip() for part in self._parts(given[2])[:2] if part.strip()]
            if agency and "agency" not in self._booking:
                self._booking["agency"] = " ".join(agency)

    def _add(self, given: list[str]) -> None:
        if not self._in_record or self._legs:
            return
        parts = self._parts(given[2])[1:]
        address = ", ".join(part.strip() for part in parts[:6] if part.strip())
        if address:
            self._booking.setdefault("address", address)
        phone = next((part.strip() for part in parts[5:] if _PHONE.fullmatch(part.strip())), None)
        if phone:
            self._booking.setdefault("phone", phone)

    def _ift(self, given: list[str]) -> None:
        if not self._in_record or self._legs:
            return
        code = self._parts(given[1])
        if code[1].strip() == "43" and self._paid and given[2].strip():
            texts = [self._header.marks.plain(one).strip() for one in given[2:] if one.strip()]
            phone = next((one for one in texts[1:] if _PHONE.fullmatch(one)), None)
            for paid in self._payments():
                paid.setdefault("payer", texts[0])
                paid.setdefault("payer_phone", phone)
            return
        for text in given[2:]:
            self._contact(self._header.marks.plain(text))

    def _contact(self, text: str) -> None:
        found = _CONTACT.search(text)
        if not found:
            return
        code, rest = found[1].upper(), found[2].strip()
        whose = self._people[-1] if self._people else {}
        if code == "CTCE":
            email = rest.replace("//", "@").replace("..", "_").replace("./", "-").split()[-1].lower()
            self._booking.setdefault("email", email)
            whose.setdefault("email", email)
        elif phone := _PHONE.search(rest):
            number = phone[0].strip()
            self._booking.setdefault("phone", number)
            if code in ("CTCM", "CTCH", "CTCP"):
                whose.setdefault("phone", number)

    def _ssr(self, given: list[str]) -> None:
        if not self._in_record:
            return
        parts = self._parts(given[1])
        kind = parts[0].strip().upper()
        text = ":".join(part for part in parts[8:] if part)
        if kind == "DOCS":
            bearer = self._parts(given[2])[2].strip() if given[2] else ""
            self._docs.append((bearer or (self._people[-1]["ref"] if self._people and not self._legs else ""), text, ""))
        elif kind in ("CTCM", "CTCE", "CTCR") and text:
            self._contact(f"{kind} {text.lstrip('/ ')}")

    def _paper(self, ref: str, text: str) -> None:
        """A document as SSR DOCS tells it: type/issuer/number/nationality/birth/sex/expiry/names."""
        cells = [cell.strip() for cell in text.split("/")]
        cells = (cells[1:] if text.startswith("/") else cells) + [""] * 10
        kind, issuer, number, nationality, born, sex, expires, surname, given, middle = cells[:10]
        one = next((each for each in self._people if each["ref"] == ref), None) if ref else None
        one = one or next((each for each in self._people if surname and _same(each["surname"], surname)), None) or (
            self._people[0] if len(self._people) == 1 else None
        )  # fmt: skip
        self._out.place = self._place
        if one is None:
            self._out.reject("SSR DOCS belongs to no traveller of the record", text)
            return
        facts: dict[str, Any] = {"document": number, "issuer": issuer, "document_type": kind, "nationality": nationality, "gender": sex[:1]}
        for name in ("issuer", "nationality"):
            code = facts[name]
            if code and country_of(code) is None:
                self._out.reject(f"{name} {code} is no code of a State or body", text)
                facts[name] = ""
        for name, written, past in (("born", born, True), ("expires", expires, False)):
            facts[name] = day(written, self._header.year, past=past, order="dmy") if written else None
            if written and facts[name] is None:
                self._out.reject(f"{name} {written} is no date", text)
        if surname and given:
            # a document's names are fuller than those of the booking
            given = one["given"] if given == one["written"] else given
            one |= {"surname": surname, "given": _TITLE.sub("", " ".join(part for part in (given, middle) if part))}
        for name, value in facts.items():
            if value:
                one.setdefault(name, value)

    def _tif(self, given: list[str]) -> None:
        if not self._in_record:
            return
        surname, names = self._parts(given[1])[0].strip(), self._parts(given[2])
        ref = names[2].strip()
        if self._legs:
            if self._aboard is not None:
                self._legs[-1]["aboard"].setdefault(ref or self._aboard.get("ref", ""), self._aboard)
            return
        self._out.record(f"message[{self._header.number}]/segment[{self._number}]")
        if not surname:
            raise ValueError("a traveller without a name")
        self._paid = False
        written = names[0].strip()
        self._people.append(
            {"place": self._out.place, "surname": surname, "given": _TITLE.sub("", written), "written": written, "ref": ref, "paid": {}}
        )

    def _ref(self, given: list[str]) -> None:
        """A reference of the airline's own: of no use to others."""

    def _tkt(self, given: list[str]) -> None:
        if self._people and not self._legs:
            self._people[-1].setdefault("ticket", self._parts(given[1])[0].strip())

    def _mon(self, given: list[str]) -> None:
        for element in given[1:]:
            kind, amount, currency = self._parts(element)[:3]
            if kind.strip() == "T" and amount.strip():
                try:
                    value = float(amount.replace(",", "."))
                except ValueError:
                    raise ValueError(f"{amount} is no amount") from None
                if not 0 <= value < 1e9:
                    raise ValueError(f"{amount} is no plausible fare")
                for paid in self._payments():
                    paid.setdefault("amount", round(value, 2))
                    paid.setdefault("currency", currency.strip() or None)

    def _fop(self, given: list[str]) -> None:
        parts = self._parts(given[1])
        self._paid = True
        for paid in self._payments():
            paid.setdefault("payment", parts[0].strip().upper())
            if parts[4].strip():
                paid.setdefault("card", parts[4].strip())

    def _payments(self) -> list[dict[str, Any]]:
        """What is paid with: of the traveller who is being read, and of the booking, for those of whom nothing is told."""
        return [self._people[-1]["paid"], self._booking] if self._people else [self._booking]

    def _tvl(self, given: list[str]) -> None:
        if not self._in_record:
            return
        self._aboard = None
        if self._other_service:
            self._other_service = False
            return
        times, origin, destination = (
            self._parts(given[1]),
            self._parts(given[2])[0].strip().upper(),
            self._parts(given[3])[0].strip().upper(),
        )
        flight = self._parts(given[5])[0].strip().upper()
        if not (origin and destination) or flight in ("ARNK", "OPEN"):
            return  # the codeshare of the flight before, or a way that is not flown
        carrier = self._parts(given[4])[0].strip().upper()
        departs = stamped(times[0], times[1], self._header.year) if times[0] else None
        if times[0] and departs is None:
            raise ValueError(f"{times[0]} {times[1]} is no date and time")
        arrives = stamped(times[2] or times[0], times[3], self._header.year) if times[3] or times[2] else None
        if departs and arrives and arrives < departs and not times[2]:
            arrives = None  # the day of arrival is not told, and it is not that of departure
        self._legs.append(
            {
                "departs": departs,
                "arrives": arrives,
                "carrier": carrier,
                "flight": flight.lstrip("0") or "0",
                "origin": origin,
                "destination": destination,
                "aboard": {},
            }
        )

    def _tri(self, given: list[str]) -> None:
        if self._legs:
            self._aboard = {"ref": self._parts(given[2])[3].strip() or self._parts(given[1])[0].strip()}

    def _ssd(self, given: list[str]) -> None:
        if self._aboard is not None:
            self._aboard["seat"] = self._parts(given[1])[0].strip()

    def _tbd(self, given: list[str]) -> None:
        if self._aboard is None:
            return
        count, weight, unit = (part.strip() for part in self._parts(given[2])[:3])
        if count.isdigit():
            self._aboard["bags"] = float(count)
        if weight.replace(".", "", 1).isdigit():
            self._aboard["weight"] = round(float(weight) * (0.4536 if unit == "701" else 1.0), 1)


def _same(a: str, b: str) -> bool:
    a, b = ("".join(one.upper().split()) for one in (a, b))
    return bool(a and b) and (a.startswith(b) or b.startswith(a))


def _hours(start: str, end: str) -> str:
    """A stay as a text that sorts by its length: days between two dates, as far as they are known."""
    try:
        return f"{(date.fromisoformat(end[:10]) - date.fromisoformat(start[:10])).days:06}"
    except ValueError:
        return ""
