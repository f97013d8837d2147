"""The Security Council's consolidated list (XML): persons and groups under UN sanctions."""

from __future__ import annotations

import re

from lxml import etree

from crosstie.errors import DamagedFile
from crosstie.ingest import xml
from crosstie.ingest.countries import say_countries
from crosstie.ingest.dates import find_dates
from crosstie.ingest.emitter import Emitter, Subject
from crosstie.ingest.papers import kind_of
from crosstie.ingest.prose import names_in, number_in, other_script, references, sentence_at
from crosstie.ingest.reader import Head, Original, Profile, Promise

_TAGS = ("INDIVIDUAL", "ENTITY")
_NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_PLACE = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")
_FORMERLY = re.compile(r"\b(?:formerly|previously)\b", re.IGNORECASE)
_SCRIPT = re.compile(r"(?:in\s+|original\s+)?(?:arabic|cyrillic|original|chinese|korean)\s*(?:script)?\s*:\s*([^.;]+)", re.IGNORECASE)
_EXPIRES = re.compile(r"(?:expir\w*|valid until)\D{0,12}?(\d.*)", re.IGNORECASE | re.DOTALL)
_ISSUED = re.compile(r"(?:issue[d]?|date of issue)\D{0,12}?(\d[^,;]*)", re.IGNORECASE)
#: how far before a reference number the words stand that say what ties the two
_NEAR = 120
_TIE_WORDS = (
    r"(?:(?:half-)?brother|sister|father|mother|son|daughter|wife|husband|spouse|uncle|nephew|cousin|(?:brother|father|son)-in-law|leader|head|chief|"
    r"founder|co-founder|member|commander|emir|deputy|associate|associated|affiliate\w*|subordinate|successor|financier|facilitator|representative|"
    r"spokesman|controlled|owned|linked|links|supporter|recruiter|alias)\b[^.;()]{0,40}?\b(?:of|with|to|for|by|from)\b"
)
_TIE = re.compile(rf"\b({_TIE_WORDS}(?:\s+(?:an?\s+|the\s+)?{_TIE_WORDS})*)", re.IGNORECASE)


class UnReader:
    """Reads `CONSOLIDATED_LIST`, as the Security Council publishes it."""

    name = "un"
    title = "UN Security Council consolidated list, XML"
    profile = Profile(
        "un",
        "un",
        "United Nations Security Council",
        "A2",
        promise=Promise(min_records=3, max_records=20_000, min_named_share=0.98),
        curated=True,
    )

    def recognises(self, head: Head) -> bool:
        """By the document element."""
        return head.media == "xml" and head.root == "CONSOLIDATED_LIST"

    def read(self, original: Original, out: Emitter) -> None:
        """Each INDIVIDUAL and ENTITY. Raises DamagedFile where the document is not this list."""
        root, attributes = xml.root(original)
        if root != "CONSOLIDATED_LIST":
            raise DamagedFile(f"{original.name}: the document element is <{root}>, not <CONSOLIDATED_LIST>")
        if date := find_dates(attributes.get("dateGenerated", "")):
            out.version(date[0])
        for place, element in xml.records(original, _TAGS, out):
            out.record(place)
            _Record(out, element).read()


class _Record:
    """One INDIVIDUAL or ENTITY."""

    def __init__(self, out: Emitter, element: etree._Element) -> None:
        self._out = out
        self._texts: dict[str, str] = {}
        self._parts: dict[str, list[tuple[str, dict[str, str]]]] = {}
        for child in element:
            tag = xml.local(child)
            if len(child):
                found = self._parts.setdefault(tag, [])
                found.append((f"{tag}[{len(found) + 1}]", xml.texts(child)))
            elif text := (child.text or "").strip():
                self._texts[tag] = text
        self._person = xml.local(element) == "INDIVIDUAL"

    def read(self) -> None:
        reference = self._texts.get("REFERENCE_NUMBER", "").replace(" ", "")
        if not reference:
            self._out.reject("no reference number", " ".join(self._texts.values()))
            return
        self._reference = reference
        self._it = self._out.entity(f"{self._out.dataset}-{reference}", "Person" if self._person else "Organization")
        self._identity()
        self._aliases()
        self._births()
        self._addresses()
        self._documents()
        self._narrative()
        self._sanction()

    def _identity(self) -> None:
        it, texts = self._it, self._texts
        name = " ".join(" ".join(texts[part] for part in _NAMES if part in texts).split())
        it.say("name", name, at="FIRST_NAME")
        if original := texts.get("NAME_ORIGINAL_SCRIPT"):
            if other_script(original):
                for one in names_in(original):
                    it.say("alias", one, at="NAME_ORIGINAL_SCRIPT", original=original)
            elif original.casefold() != name.casefold():
                self._out.reject("a name in its original script that is in no script but Latin", original, at="NAME_ORIGINAL_SCRIPT")
        it.say("topics", "sanction", at="REFERENCE_NUMBER")
        if (gender := texts.get("GENDER")) and gender.casefold() != "unknown":
            it.say("gender", gender.casefold(), at="GENDER", original=gender)
        for tag, prop in (("TITLE", "title"), ("DESIGNATION", "position"), ("NATIONALITY", "nationality")):
            if self._person or tag == "NATIONALITY":
                for at, value in self._values(tag):
                    if prop == "nationality":
                        say_countries(it, prop if self._person else "country", value, at=at)
                    else:
                        it.say(prop, value, at=at)
        for at, value in self._values("LAST_DAY_UPDATED"):
            it.say("modifiedAt", _day(value), at=at, original=value if _day(value) != value else None)

    def _values(self, tag: str) -> list[tuple[str, str]]:
        """The VALUEs below a tag; one block may hold several."""
        return [(at, said["VALUE"]) for at, said in self._parts.get(tag, ()) if "VALUE" in said]

    def _aliases(self) -> None:
        it = self._it
        for tag in ("INDIVIDUAL_ALIAS", "ENTITY_ALIAS"):
            for at, said in self._parts.get(tag, ()):
                note, quality = said.get("NOTE", ""), said.get("QUALITY", "").casefold()
                formerly = quality == "f.k.a." or (note and _FORMERLY.search(note))
                prop = "weakAlias" if quality == "low" else "previousName" if formerly else "alias"
                written = said.get("ALIAS_NAME", "")
                names = names_in(written)
                for one in names:
                    it.say(prop, one, at=f"{at}/ALIAS_NAME", original=_noted(written, note) if note or one != written else None)
                for one in _SCRIPT.findall(note) if note else ():
                    if other_script(one):
                        it.say(prop, one, at=f"{at}/NOTE", original=note)
                if note and not names:
                    it.say("notes", note, at=f"{at}/NOTE")
                if self._person and len(said) > 1 + ("QUALITY" in said):
                    self._dates(said.get("DATE_OF_BIRTH", ""), f"{at}/DATE_OF_BIRTH")
                    self._born({key.removesuffix("_OF_BIRTH"): value for key, value in said.items() if key.endswith("_OF_BIRTH")}, at)

    def _births(self) -> None:
        for at, said in self._parts.get("INDIVIDUAL_DATE_OF_BIRTH", ()):
            kind, note = said.get("TYPE_OF_DATE", ""), said.get("NOTE", "")
            first, last = said.get("FROM_YEAR"), said.get("TO_YEAR")
            date = _day(said.get("DATE") or said.get("YEAR") or "")
            about = f"approximately {date}" if kind == "APPROXIMATELY" else ""
            if first or last:
                for key, value in (("FROM_YEAR", first), ("TO_YEAR", last)):
                    self._it.say("birthDate", value, at=f"{at}/{key}", original=_noted(f"{first}-{last}", note))
            elif date:
                original = _noted(about or date, note) if about or note else None
                self._it.say("birthDate", date, at=f"{at}/{'DATE' if 'DATE' in said else 'YEAR'}", original=original)
            elif note:
                self._dates(note, f"{at}/NOTE")
        for at, said in self._parts.get("INDIVIDUAL_PLACE_OF_BIRTH", ()):
            self._born(said, at)

    def _dates(self, text: str, at: str) -> None:
        """Dates in words; a text without one stays a note, a date of another calendar too."""
        if not text:
            return
        found = () if "hijri" in text.casefold() else find_dates(text)
        for date in found:
            self._it.say("birthDate", date, at=at, original=text if text != date else None)
        if not found:
            self._it.say("notes", text, at=at)

    def _born(self, said: dict[str, str], at: str) -> None:
        note = said.get("NOTE", "")
        place = _line(said)
        self._it.say("birthPlace", place or note, at=at, original=_noted(place, note) if note and place else None)
        say_countries(self._it, "birthCountry", said.get("COUNTRY"), at=f"{at}/COUNTRY")

    def _addresses(self) -> None:
        for tag in ("INDIVIDUAL_ADDRESS", "ENTITY_ADDRESS"):
            for at, said in self._parts.get(tag, ()):
                line, note = _line(said), said.get("NOTE", "")
                if line and line != said.get("COUNTRY"):
                    self._it.say("address", line, at=at, original=_noted(line, note) if note else None)
                elif note and not line:
                    self._it.say("notes", note, at=f"{at}/NOTE")
                say_countries(self._it, "country", said.get("COUNTRY"), at=f"{at}/COUNTRY", note=note)

    def _documents(self) -> None:
        count = 0
        for at, said in self._parts.get("INDIVIDUAL_DOCUMENT", ()):
            kind = " ".join(f"{said.get('TYPE_OF_DOCUMENT', '')} {said.get('TYPE_OF_DOCUMENT2', '')}".split())
            note, written = said.get("NOTE", ""), said.get("NUMBER", "")
            number = number_in(written) or number_in(note) or number_in(said.get("TYPE_OF_DOCUMENT2", ""))
            if not number:
                if written or note or "TYPE_OF_DOCUMENT2" in said:
                    self._out.reject("a document without a number", f"{kind} {written} {note}", at=at)
                continue
            prop = kind_of(f"{kind} {note} {written}")
            source = written or note
            self._it.say(prop, number, at=f"{at}/{'NUMBER' if written else 'NOTE'}", original=source if source != number else None)
            country = said.get("ISSUING_COUNTRY") or said.get("COUNTRY_OF_ISSUE")
            issued = _first_date(said.get("DATE_OF_ISSUE", "")) or _beside(_ISSUED, note)
            expires = _beside(_EXPIRES, note) or _beside(_EXPIRES, written)
            if country or issued or expires or "CITY_OF_ISSUE" in said:
                count += 1
                paper = self._out.entity(f"{self._it.id}-id-{count}", "Passport" if prop == "passportNumber" else "Identification")
                for name, value in (
                    ("holder", self._it.id),
                    ("number", number),
                    ("type", kind),
                    ("startDate", issued),
                    ("endDate", expires),
                    ("authority", said.get("CITY_OF_ISSUE")),
                    ("summary", note),
                ):
                    paper.say(name, value, at=at)
                say_countries(paper, "country", country, at=at)

    def _narrative(self) -> None:
        text = self._texts.get("COMMENTS1", "")
        self._it.say("notes", text, at="COMMENTS1")
        self._it.say("description", self._texts.get("COMMENTS2"), at="COMMENTS2")
        for target, start, end in references(text):
            if target != self._reference:
                begin, finish = sentence_at(text, start, end)
                tie = self._out.entity(f"{self._it.id}-rel-{target}", "UnknownLink")
                at = f"COMMENTS1@{begin}-{finish}"
                tie.say("subject", self._it.id, at=at)
                tie.say("object", f"{self._out.dataset}-{target}", at=at)
                role = _TIE.findall(text, max(begin, start - _NEAR), start)
                tie.say("role", role[-1] if role else None, at=at)
                tie.say("summary", text[begin:finish], at=at)

    def _sanction(self) -> None:
        programme, at = self._texts.get("UN_LIST_TYPE"), "UN_LIST_TYPE"
        self._it.say("programId", programme, at=at)
        act: Subject = self._out.entity(f"{self._it.id}-sanction-1", "Sanction")
        act.say("entity", self._it.id, at="REFERENCE_NUMBER")
        act.say("authority", "United Nations Security Council", at=at)
        act.say("program", programme, at=at)
        act.say("programId", programme, at=at)
        act.say("unscId", self._reference, at="REFERENCE_NUMBER")
        act.say("recordId", self._texts.get("DATAID"), at="DATAID")
        listed = self._texts.get("LISTED_ON", "")
        act.say("listingDate", _day(listed), at="LISTED_ON", original=listed if _day(listed) != listed else None)
        act.say("description", (by := self._texts.get("SUBMITTED_BY")) and f"Submitted by {by}", at="SUBMITTED_BY", original=by)


def _line(said: dict[str, str]) -> str:
    parts = [said[part] for part in _PLACE if part in said]
    if len(parts) == 1:
        return parts[0]
    return ", ".join(dict.fromkeys(line for part in parts if (line := " ".join(part.split()).strip(" ,"))))


def _noted(text: str, note: str) -> str:
    return f"{text} ({note})" if note else text


def _day(text: str) -> str:
    """The date without time and offset, which some versions append."""
    return text[:10] if len(text) > 10 and text[4:5] == "-" and text[:4].isdigit() else text


def _beside(word: re.Pattern[str], text: str) -> str | None:
    """The first date after a word."""
    match = word.search(text) if text else None
    return _first_date(match[1]) if match else None


def _first_date(text: str) -> str | None:
    return next(iter(find_dates(text)), None)


READER = UnReader()
