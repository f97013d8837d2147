"""What a case points at in the present build: how it is called, how it may be handled, and whether it is a victim or a minor."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from crosstie.model.marking import Marking, strictest
from crosstie.store.builds import Build

_ENTITY = ("entity_id", "caption", "schema", "marking", "victim")
_LINK = ("link_id", "rank", "class", "crime_id", "crime_name", "terror_id", "terror_name", "strength", "marking", "status")

_FINDING = ("finding_id", "lens", "typology", "title", "subjects", "start", "end", "score", "status")
#: Of those whom a finding names, how many its title tells.
_WHO = 3


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity, a link or a finding: `facts` are what a list shows of it. The title of a victim or a minor is a pseudonym."""

    kind: str
    subject: str
    title: str
    marking: str
    victim: bool
    facts: dict[str, Any]


def pseudonym(entity: str) -> str:
    """How somebody is called who is shown only to those who need to know: always the same, and not to be guessed back without the build."""
    return f"protected person {hashlib.sha256(entity.encode()).hexdigest()[:6]}"


class Things:
    """Looks things up in a build; where there is none yet, nothing is found."""

    def __init__(self, build: Build | None) -> None:
        self.build = build
        self._found: dict[tuple[str, str], Thing | None] = {}

    def entities(self, ids: Iterable[str]) -> dict[str, Thing]:
        """Entities by any of their ids: that of the build, or one of a source."""
        asked = sorted(set(ids))
        if self.build is None or not asked:
            return {}
        rows = self._rows("clusters", ("entity_id", "cluster_id"), "entity_id", asked)
        canonical = {row["entity_id"]: row["cluster_id"] for row in rows}
        claims = [one for one in asked if one not in canonical]
        for row in self._rows("claims", ("entity_id", "canonical_id"), "entity_id", claims) if claims else ():
            canonical.setdefault(row["entity_id"], row["canonical_id"])
        known = {row["entity_id"]: row for row in self._rows("entities", _ENTITY, "entity_id", sorted({*canonical.values(), *asked}))}
        things = {}
        for one in asked:
            here = known.get(canonical.get(one, one))
            if here is not None:
                title = pseudonym(here["entity_id"]) if here["victim"] else here["caption"] or here["entity_id"]
                things[one] = Thing(
                    "entity", here["entity_id"], title, here["marking"] or "", bool(here["victim"]), {"schema": here["schema"]}
                )
        return things

    def links(self, ids: Iterable[str]) -> dict[str, Thing]:
        """Links by their ids."""
        asked = sorted(set(ids))
        if self.build is None or not asked:
            return {}
        things: dict[str, Thing] = {}
        for row in self._rows("links", _LINK, "link_id", asked):
            title = f"{row['crime_name']} – {row['terror_name']}"
            things[row["link_id"]] = Thing("link", row["link_id"], title, row["marking"] or "", False, row)
        return things

    def findings(self, ids: Iterable[str]) -> dict[str, Thing]:
        """Findings by their ids: called what was seen and of whom, marked as their evidence and those whom they name."""
        asked = sorted(set(ids))
        if self.build is None or not asked:
            return {}
        rows = self._rows("findings", (*_FINDING, "evidence", "marking"), "finding_id", asked)
        named = self.entities(subject for row in rows for subject in row["subjects"] or ())
        things: dict[str, Thing] = {}
        for row in rows:
            who = [named[one] for one in row["subjects"] or () if one in named]
            victim = any(one.victim for one in who)
            title = row["title"] if victim or not who else f"{row['title']}: {', '.join(one.title for one in who[:_WHO])}"
            borne = (
                row["marking"],
                *(piece["marking"] or str(Marking()) for piece in row["evidence"] or ()),
                *(one.marking for one in who),
            )
            marking = strictest([one for one in borne if one])
            facts = {name: row[name] for name in _FINDING}
            things[row["finding_id"]] = Thing("finding", row["finding_id"], title, marking, victim, facts)
        return things

    def of(self, kind: str, ids: Iterable[str]) -> dict[str, Thing]:
        """Things of a kind by their ids."""
        return {"link": self.links, "finding": self.findings}.get(kind, self.entities)(ids)

    def find(self, kind: str, subject: str) -> Thing | None:
        """One thing; None where the build has it not. Asked again, it is not looked up again: so a transaction need not wait for it."""
        if (kind, subject) not in self._found:
            self._found[kind, subject] = self.of(kind, [subject]).get(subject)
        return self._found[kind, subject]

    def _rows(self, table: str, columns: tuple[str, ...], key: str, wanted: list[str]) -> list[dict[str, Any]]:
        assert self.build is not None
        file = self.build.file(table)
        known = [name for name in columns if name in pq.read_schema(file).names]  # a build of an earlier version may lack some
        rows: list[dict[str, Any]] = pq.read_table(file, columns=known, filters=[(key, "in", wanted)]).to_pylist()
        return [dict.fromkeys(columns) | row for row in rows]
