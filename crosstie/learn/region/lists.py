"""The lists of the region, in the formats of the real ones: a consolidated XML list, the three-file CSV, the OFSI table and wanted notices."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from crosstie.learn.region.faces import Face, Faces
from crosstie.learn.region.plan import ListingPlan, VesselPlan
from crosstie.learn.region.population import Population
from crosstie.learn.region.truth import Sightings
from crosstie.learn.region.world import END, places, stream

#: Prefixes of reference numbers by programme; numbers begin where no real list has come to.
_UN_PREFIX = {
    "Al-Qaida": "QD",
    "Taliban": "TA",
    "Somalia": "SO",
    "Haiti": "HT",
    "Libya": "LY",
    "CAR": "CF",
    "DRC": "CD",
    "Yemen": "YE",
    "SouthSudan": "SS",
    "Sudan": "SD",
    "GB": "GB",
    "Iraq": "IQ",
    "DPRK": "KP",
    "Iran": "IR",
}
_UN_FIRST, _OFAC_FIRST, _GB_FIRST = 501, 900_001, 90_001
_OFSI = (
    "Name 6",
    "Name 1",
    "Name 2",
    "Name 3",
    "Name 4",
    "Name 5",
    "Title",
    "DOB",
    "Town of Birth",
    "Country of Birth",
    "Nationality",
    "Passport Details",
    "NI Number",
    "Position",
    "Address 1",
    "Address 2",
    "Address 3",
    "Address 4",
    "Address 5",
    "Address 6",
    "Post/Zip Code",
    "Country",
    "Other Information",
    "Group Type",
    "Alias Type",
    "Regime",
    "Listed On",
    "Last Updated",
    "Group ID",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A listing with the number that the list gave it and the face that the list knows."""

    number: str
    plan: ListingPlan
    face: Face

    @property
    def narrative(self) -> str:
        """What the list says of the actor."""
        pronoun = {"male": "He", "female": "She"}.get(self.face.gender or "", "It")
        return self.plan.narrative.replace("{0}", pronoun)

    @property
    def human(self) -> bool:
        """Whether a person is listed."""
        return self.plan.actor.kind == "person"


def write_lists(population: Population, out: Path, truth: Sightings) -> list[Path]:
    """All lists; those of which nobody is are left out."""
    files: list[Path] = []
    seen: dict[str, Face] = {}
    for name, write in (("un-like", _un), ("ofac-like", _ofac), ("gb-like", _gb), ("red-notice", _notices)):
        listings = [one for one in population.plan.listings if one.list == name]
        if listings:
            rng = stream(population.seed, name)
            order = [listings[row] for row in sorted(range(len(listings)), key=lambda row: (listings[row].on, row))]
            files += write(order, Faces(population, rng, population.care.list, seen), rng, population, out, truth)
    return files


# the consolidated list, XML


def _un(
    listings: Sequence[ListingPlan], faces: Faces, rng: np.random.Generator, population: Population, out: Path, truth: Sightings
) -> list[Path]:
    taken: dict[str, int] = {}
    entries = []
    for plan in listings:
        prefix = _UN_PREFIX.get(plan.programme, "QD") + ("i" if plan.actor.kind == "person" else "e")
        taken[prefix] = taken.get(prefix, _UN_FIRST - 1) + 1
        entries.append(Entry(f"{prefix}.{taken[prefix]:03d}", plan, faces.listed(plan)))
    references = {entry.plan.actor.id: entry for entry in entries}
    path = out / "consolidated.xml"
    with path.open("w", encoding="utf-8", newline="\n") as stream_:
        stream_.write('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n')
        stream_.write(f'<CONSOLIDATED_LIST xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" dateGenerated="{END}T00:00:00.000Z">\n')
        for plural, single, wanted in (("INDIVIDUALS", "INDIVIDUAL", True), ("ENTITIES", "ENTITY", False)):
            stream_.write(f"<{plural}>\n")
            for number, entry in enumerate(entries):
                if entry.human is wanted:
                    _un_entry(stream_, single, 7_000_001 + number, entry, references, rng)
            stream_.write(f"</{plural}>\n")
        stream_.write("</CONSOLIDATED_LIST>\n")
    truth.add_each(((entry.plan.actor.id, f"un-{entry.number}") for entry in entries), "un", path.name)
    return [path]


def _un_entry(out: object, tag: str, data_id: int, entry: Entry, references: dict[str, Entry], rng: np.random.Generator) -> None:
    face, plan = entry.face, entry.plan
    write = _Xml(out)
    write.open(tag)
    write.leaf("DATAID", str(data_id))
    write.leaf("VERSIONNUM", "1")
    names = face.name.split(" ") if entry.human else [face.name]
    for place, part in enumerate(("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")):
        if place < len(names):
            write.leaf(part, (names[place] if place < 3 else " ".join(names[3:])).upper())
    write.leaf("UN_LIST_TYPE", plan.programme)
    write.leaf("REFERENCE_NUMBER", entry.number)
    write.leaf("LISTED_ON", str(plan.on))
    if face.original:
        write.leaf("NAME_ORIGINAL_SCRIPT", face.original)
    if entry.human and rng.random() < 0.3:
        write.leaf("GENDER", (face.gender or "").capitalize())
    ties = "".join(f" Associated with {references[one.id].face.name} ({references[one.id].number})." for one in plan.linked_to)
    write.leaf("COMMENTS1", f"{entry.narrative}{ties}".strip())
    if entry.human:
        write.group("NATIONALITY", VALUE=face.country)
    write.group("LIST_TYPE", VALUE="UN List")
    for quality, names_ in (("Good" if entry.human else "a.k.a.", face.aliases), ("Low", face.weak)):
        for alias in names_:
            write.group(f"{tag}_ALIAS", QUALITY=quality, ALIAS_NAME=alias)
    if not face.aliases and not face.weak:
        write.group(f"{tag}_ALIAS", QUALITY="", ALIAS_NAME="")
    if face.street:
        write.group(f"{tag}_ADDRESS", STREET=face.street, CITY=face.city or "", COUNTRY=face.country)
    else:
        write.group(f"{tag}_ADDRESS", COUNTRY="")
    if entry.human:
        _un_person(write, face)
    write.leaf("SORT_KEY", "")
    write.close(tag)


def _un_person(write: _Xml, face: Face) -> None:
    born = face.born
    if born is None:
        write.group("INDIVIDUAL_DATE_OF_BIRTH")
    elif len(born) == 4:
        write.group("INDIVIDUAL_DATE_OF_BIRTH", TYPE_OF_DATE="APPROXIMATELY", YEAR=born)
    else:
        write.group("INDIVIDUAL_DATE_OF_BIRTH", TYPE_OF_DATE="EXACT", DATE=born)
    write.group("INDIVIDUAL_PLACE_OF_BIRTH", CITY=face.city or "", COUNTRY=face.country)
    if face.id_number:
        write.group(
            "INDIVIDUAL_DOCUMENT", TYPE_OF_DOCUMENT="National Identification Number", NUMBER=face.id_number, ISSUING_COUNTRY=face.country
        )
    else:
        write.group("INDIVIDUAL_DOCUMENT")


class _Xml:
    """Writes elements, two levels deep."""

    def __init__(self, out: object) -> None:
        self._write = out.write  # type: ignore[attr-defined]

    def open(self, tag: str) -> None:
        self._write(f"  <{tag}>\n")

    def close(self, tag: str) -> None:
        self._write(f"  </{tag}>\n")

    def leaf(self, tag: str, text: str) -> None:
        self._write(f"    <{tag}>{escape(text)}</{tag}>\n" if text else f"    <{tag}/>\n")

    def group(self, tag: str, **leaves: str) -> None:
        inner = "".join(f"<{name}>{escape(text)}</{name}>" if text else f"<{name}/>" for name, text in leaves.items())
        self._write(f"    <{tag}>{inner}</{tag}>\n" if inner else f"    <{tag}/>\n")


# the three-file CSV


def _ofac(
    listings: Sequence[ListingPlan], faces: Faces, rng: np.random.Generator, population: Population, out: Path, truth: Sightings
) -> list[Path]:
    entries = [Entry(str(_OFAC_FIRST + number), plan, faces.listed(plan)) for number, plan in enumerate(listings)]
    known = {entry.plan.actor.id: entry for entry in entries}
    ships = {one.actor.id: (row, one) for row, one in enumerate(population.plan.vessels)}
    sdn, add, alt = StringIO(), StringIO(), StringIO()
    serial = 0
    for entry in entries:
        face, kind = entry.face, entry.plan.actor.kind
        ship = ships.get(entry.plan.actor.id)
        imo = f"{population.vessels.imo[ship[0]]:07d}" if ship else None
        _ofac_row(
            sdn,
            [
                entry.number,
                _ofac_name(entry),
                {"person": "individual", "vessel": "vessel"}.get(kind),
                entry.plan.programme.replace("; ", "] ["),
                None,
                None,
                "General Cargo" if ship else None,
                None,
                None,
                _flag(ship[1]) if ship else None,
                None,
                _remarks(entry, known, imo),
            ],
            quoted=(1, 2, 3, 11),
        )
        street = ", ".join(part for part in (face.street,) if part) or None
        _ofac_row(
            add,
            [entry.number, str(500_000 + serial), street, face.city, face.country if kind != "vessel" else None, None],
            quoted=(2, 3, 4),
        )
        for alias in face.aliases:
            serial += 1
            _ofac_row(alt, [entry.number, str(600_000 + serial), "aka", alias, None], quoted=(3,))
        serial += 1
    paths = []
    for name, text in (("sdn.csv", sdn), ("add.csv", add), ("alt.csv", alt)):
        path = out / name
        path.write_bytes(text.getvalue().encode("utf-8") + b"\x1a")
        paths.append(path)
    for name in ("sdn.csv", "add.csv", "alt.csv") if entries else ():
        if name == "sdn.csv":
            truth.add_each(((entry.plan.actor.id, f"ofac-{entry.number}") for entry in entries), "ofac", name)
    return paths


def _flag(ship: VesselPlan) -> str:
    return places()[ship.actor.state].state.name


def _ofac_name(entry: Entry) -> str:
    face = entry.face
    return f"{face.family.upper()}, {' '.join(part for part in (face.given, face.middle) if part)}" if entry.human else face.name.upper()


def _ofac_row(out: StringIO, cells: Sequence[str | None], quoted: Sequence[int]) -> None:
    written = []
    for place, cell in enumerate(cells):
        text = "-0- " if cell is None else cell.replace('"', "'")
        written.append(f'"{text}"' if place in quoted and cell is not None else text)
    out.write(",".join(written) + "\r\n")


def _remarks(entry: Entry, known: dict[str, Entry], imo: str | None) -> str | None:
    face, parts = entry.face, []
    if face.born:
        parts.append(f"DOB {_english(face.born)}")
    if entry.human:
        parts.append(f"POB {face.city}, {face.country}")
        parts.append(f"nationality {face.country}")
        parts.append(f"Gender {(face.gender or '').capitalize()}")
    if imo:
        parts.append(f"Vessel Registration Identification IMO {imo}")
    if face.id_number:
        parts.append(f"{'National ID No.' if entry.human else 'Registration ID'} {face.id_number} ({face.country})")
    parts += [f"a.k.a. '{alias.upper()}'" for alias in face.weak]
    if entry.narrative:
        parts.append(entry.narrative.rstrip(". ").replace(";", ","))
    parts += [f"Linked To: {_ofac_name(known[one.id])}" for one in entry.plan.linked_to]
    return "; ".join(parts) + "." if parts else None


def _english(day: str) -> str:
    return day if len(day) == 4 else date.fromisoformat(day).strftime("%d %b %Y")


# the OFSI table


def _gb(
    listings: Sequence[ListingPlan], faces: Faces, rng: np.random.Generator, population: Population, out: Path, truth: Sightings
) -> list[Path]:
    entries = [Entry(str(_GB_FIRST + number), plan, faces.listed(plan)) for number, plan in enumerate(listings)]
    path = out / "ConList.csv"
    with path.open("w", encoding="utf-8", newline="") as stream_:
        writer = csv.writer(stream_, lineterminator="\r\n")
        writer.writerow(["Last Updated", END.strftime("%d/%m/%Y"), *[""] * (len(_OFSI) - 2)])
        writer.writerow(_OFSI)
        for entry in entries:
            for kind, name in (("Prime Alias", None), *(("AKA", alias) for alias in entry.face.aliases)):
                writer.writerow(_gb_row(entry, kind, name))
    truth.add_each(((entry.plan.actor.id, f"gb-{entry.number}") for entry in entries), "gb", path.name)
    return [path]


def _gb_row(entry: Entry, kind: str, alias: str | None) -> list[str]:
    face, plan = entry.face, entry.plan
    if not entry.human:
        names = {"Name 6": alias or face.name}
    elif alias is None:
        names = {"Name 6": face.family.upper(), "Name 1": face.given, "Name 2": face.middle}
    else:
        words = alias.split(" ")
        names = {"Name 6": words[-1].upper(), **{f"Name {place}": word for place, word in enumerate(words[:-1][:5], 1)}}
    cells = names | {
        "DOB": _british(face.born),
        "Town of Birth": face.city or "" if entry.human else "",
        "Country of Birth": face.country if entry.human else "",
        "Nationality": face.country if entry.human else "",
        "NI Number": face.id_number or "" if entry.human else "",
        "Address 1": face.street or "",
        "Address 6": face.city or "",
        "Country": face.country,
        "Other Information": entry.narrative,
        "Group Type": "Individual" if entry.human else "Entity",
        "Alias Type": kind,
        "Regime": plan.programme,
        "Listed On": plan.on.strftime("%d/%m/%Y"),
        "Last Updated": END.strftime("%d/%m/%Y"),
        "Group ID": entry.number,
    }
    return [cells.get(column, "") for column in _OFSI]


def _british(day: str | None) -> str:
    if not day:
        return ""
    return f"00/00/{day}" if len(day) == 4 else date.fromisoformat(day).strftime("%d/%m/%Y")


# wanted notices


def _notices(
    listings: Sequence[ListingPlan], faces: Faces, rng: np.random.Generator, population: Population, out: Path, truth: Sightings
) -> list[Path]:
    path, found, pairs = out / "notices.json", [], []
    for number, plan in enumerate(listings):
        face, notice = faces.listed(plan), f"{plan.on.year}/{90_001 + number}"
        pairs.append((plan.actor.id, f"interpol-{notice.replace('/', '-')}"))
        found.append(
            {
                "entity_id": notice,
                "name": face.family.upper(),
                "forename": " ".join(part for part in (face.given, face.middle) if part).upper(),
                "date_of_birth": face.born.replace("-", "/") if face.born else None,
                "nationalities": [plan.actor.state.upper()],
                "sex_id": {"male": "M", "female": "F"}[face.gender or "male"],
                "country_of_birth_id": plan.actor.state.upper(),
                "place_of_birth": face.city,
                "height": round(float(rng.uniform(1.55, 1.95)), 2),
                "weight": 0,
                "eyes_colors_id": [],
                "hairs_id": [],
                "distinguishing_marks": None,
                "languages_spoken_ids": [],
                "arrest_warrants": [{"issuing_country_id": plan.programme.upper(), "charge": plan.narrative, "charge_translation": None}],
            }
        )
    text = json.dumps({"total": len(found), "_embedded": {"notices": found}}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    truth.add_each(pairs, "interpol", path.name)
    return [path]
