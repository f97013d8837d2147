"""The real lists as the bench of matching needs them: plain names, or whole records; read with crosstie's own readers, nothing is kept."""

from __future__ import annotations

import os
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from crosstie.ingest.load import Choice, load
from crosstie.ingest.readers import readers
from crosstie.model.tables import STATEMENT

DATA = Path(os.environ.get("CROSSTIE_DATA", Path(__file__).parents[2] / "../shared/data"))
OFAC = tuple(f"sanctions/ofac_2022-01-21/{part}.csv" for part in ("sdn", "add", "alt"))
UN = {year: f"sanctions/un_{date}.xml" for year, date in ((2018, "2018-10-29"), (2020, "2020-11-30"), (2026, "2026-02-27"))}
#: Properties that are names; the last is a name that never decides alone.
NAMES = ("name", "previousName", "alias", "weakAlias")
_LETTERS = re.compile(r"[^\W_]+")
#: Identity papers are things of their own in FollowTheMoney; a peer that compares entities wants their numbers at the holder.
_PAPERS = {"Passport": "passportNumber", "Identification": "idNumber"}


class _Memory:
    """A sink that keeps statements."""

    def __init__(self) -> None:
        self.kept: list[pa.RecordBatch] = []

    def statements(self, batch: pa.RecordBatch) -> None:
        self.kept.append(batch)

    def rejects(self, batch: pa.RecordBatch) -> None:
        pass

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        pass


class Listed(NamedTuple):
    """An entity of a list with its names."""

    id: str
    schema: str
    #: (property, name), the first one primary.
    names: list[tuple[str, str]]
    #: Codes of the countries that it is tied to.
    countries: frozenset[str]


def words(name: str) -> str:
    """A name for comparison only: no case, no marks, parts in alphabetical order."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return " ".join(sorted(_LETTERS.findall(plain)))


def script(name: str) -> str:
    """The script of most letters of a name ("latin", "arabic", "cyrillic", "han", …), by the names that Unicode gives its letters."""
    count: dict[str, int] = defaultdict(int)
    for letter in name:
        if letter.isalpha():
            word = unicodedata.name(letter, "unknown").split(" ", 1)[0].split("-", 1)[0].lower()
            count[{"cjk": "han", "hiragana": "kana", "katakana": "kana"}.get(word, word)] += 1
    return max(count, key=lambda one: count[one]) if count else "none"


@cache
def statements(files: tuple[str, ...]) -> pa.Table:
    """All statements of some lists of ../shared/data, as crosstie's readers give them."""
    sink = _Memory()
    for place, file in enumerate(files):
        path = DATA / file
        load(path, path.name, sink, source_id=f"{place:016x}", readers=readers(), choice=Choice(check_promise=False), hint=file)
    return pa.Table.from_batches(sink.kept, schema=STATEMENT)


def records(files: tuple[str, ...]) -> list[dict[str, Any]]:
    """The parties, vessels and aircraft of some lists as FollowTheMoney's dicts: id, schema, properties; numbers of papers at their holders."""
    found: dict[str, dict[str, Any]] = {}
    schemata: dict[str, set[str]] = defaultdict(set)
    values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows = statements(files).select(["entity_id", "schema", "prop", "value"]).to_pylist()
    for row in rows:
        schemata[row["entity_id"]].add(row["schema"])
        kept = values[row["entity_id"]][row["prop"]]
        if row["value"] not in kept:
            kept.append(row["value"])
    for entity_id, kinds in schemata.items():
        paper = next((_PAPERS[kind] for kind in kinds if kind in _PAPERS), None)
        if paper is not None:
            for holder in values[entity_id].get("holder", []):
                kept = values[holder][paper]
                kept += [number for number in values[entity_id].get("number", []) if number not in kept]
    for entity_id, kinds in schemata.items():
        special = kinds - {"LegalEntity"}
        if "name" in values[entity_id] and "topics" in values[entity_id]:
            schema = min(special) if special else "LegalEntity"
            found[entity_id] = {"id": entity_id, "schema": schema, "properties": {p: list(v) for p, v in values[entity_id].items()}}
    return list(found.values())


def listed(files: tuple[str, ...], *, only: Iterable[str] | None = None) -> list[Listed]:
    """The names of every entity of some lists; `only`: scripts of names that are kept (all by default)."""
    scripts = None if only is None else set(only)
    out = []
    for record in records(files):
        said = record["properties"]
        names: list[tuple[str, str]] = []
        seen = set()
        for prop in NAMES:
            for name in said.get(prop, []):
                if words(name) not in seen and words(name) and (scripts is None or script(name) in scripts):
                    seen.add(words(name))
                    names.append((prop, name))
        places = {code for prop in ("country", "nationality", "birthCountry", "citizenship") for code in said.get(prop, [])}
        if names:
            out.append(Listed(record["id"], record["schema"], names, frozenset(places)))
    return out


def un_names(year: int) -> list[tuple[str, str, str, str]]:
    """One of the UN's lists: (reference, "Person" or "Organization", primary name in Latin letters, name in original script or "")."""
    out = []
    for element in ET.parse(DATA / UN[year]).getroot().iter():  # noqa: S314 - a file of ours
        if element.tag in ("INDIVIDUAL", "ENTITY"):
            parts = (element.findtext(f"{place}_NAME") for place in ("FIRST", "SECOND", "THIRD", "FOURTH"))
            name = " ".join(part.strip() for part in parts if part and part.strip())
            schema = "Person" if element.tag == "INDIVIDUAL" else "Organization"
            original = " ".join((element.findtext("NAME_ORIGINAL_SCRIPT") or "").split())
            out.append(((element.findtext("REFERENCE_NUMBER") or "").strip(), schema, name, original))
    return out
