"""All that is known of one link, entity or source, with the place that says so."""

from __future__ import annotations

import atexit
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq

from crosstie.errors import NotFound
from crosstie.graph.ties import Ties
from crosstie.link.explain import told
from crosstie.store.builds import Build
from crosstie.store.engine import damaged
from crosstie.store.sources import SourceStore

Row = dict[str, Any]
_REJECTS_SHOWN = 50
#: Ties of an entity that are listed where they are looked up, the surest first; a hub has more.
MOST_TIES = 1_000
#: What may be a link, by its id or its rank.
_RANK = re.compile(r"[0-9]{1,9}")
_LINK = re.compile(rf"[0-9a-f]{{16}}|{_RANK.pattern}")


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known of one thing. `kind` is link, entity or source; `facts` is plain data, the same as `--json` prints."""

    kind: str
    reference: str
    title: str
    facts: dict[str, Any]

    def in_language(self, language: str) -> dict[str, Any]:
        """The facts, with the sentences on a link in one of the six languages."""
        if self.kind != "link":
            return self.facts
        link = self.facts["link"]
        spoken = [{**one, "sentence": told(one, language)} for one in link["arguments"] or ()]
        steps = [{**one, "sentence": told(one, language)} for one in self.facts["steps"]]
        return {**self.facts, "link": {**link, "sentence": told(link, language), "arguments": spoken}, "steps": steps}


def dossier(build: Build | None, sources: SourceStore, reference: str, builds: Sequence[Build] = (), ties: Ties | None = None) -> Dossier:
    """The dossier of a link (its id or its rank), an entity id (resolved or as a source has it) or the beginning of a source id; NotFound where it is none.
    `builds` are those that are kept, oldest first: which class each gave the link. With the `ties` of the build nothing is read but what is told.
    """
    if build is not None:
        with _Tables(build, ties) as tables:
            if ties is not None and not _LINK.fullmatch(reference) and ties.find(reference) is not None:
                return _entity(tables, reference)
            if link := tables.rows("links", "rank = ?" if _RANK.fullmatch(reference) else "link_id = ?", reference):
                return _link(tables, link[0], classes_in(builds, [link[0]["link_id"]])[link[0]["link_id"]])
            if cluster := tables.rows("clusters", "entity_id = ?", reference):
                return _entity(tables, cluster[0]["cluster_id"])
            if entity := tables.rows("claims", "entity_id = ? limit 1", reference):
                return _entity(tables, entity[0]["canonical_id"])
    try:
        source = sources.get(reference)
    except NotFound as error:
        raise NotFound(
            f"“{reference}” is no link, entity or source of this workspace",
            hint="Ids stand in “crosstie links”, “crosstie export entities” and “crosstie sources”.",
        ) from error
    rejects = sources.rejects(source.source_id)
    reasons: dict[str, int] = {}
    for row in rejects.select(["reason"]).to_pylist():
        reasons[row["reason"]] = reasons.get(row["reason"], 0) + 1
    facts = {
        "source": asdict(source),
        "rejects_by_reason": dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        "rejects": rejects.slice(0, _REJECTS_SHOWN).to_pylist(),
    }
    return Dossier("source", source.source_id, source.file_name, facts)


class _Tables:
    """The tables of a build, asked row-wise for one page."""

    def __init__(self, build: Build, ties: Ties | None) -> None:
        self.build, self.ties = build, ties
        self.connection = _asking().cursor()

    def __enter__(self) -> _Tables:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def rows(self, table: str, where: str, *values: object) -> list[Row]:
        try:
            found = self.connection.execute(f"select * from read_parquet(?) where {where}", [str(self.build.file(table)), *values])
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise damaged(str(error).splitlines()[0]) from error
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def others(self, ids: Sequence[str]) -> Row:
        """What entities are called, how they may be handled, and which of them are victims or minors: as facts."""
        if self.ties is not None:
            numbers = [number for one in sorted(set(ids)) if (number := self.ties.find(one)) is not None]
            known = [self.ties.node(number) for number in numbers]
            return {
                "names": {one.id: one.caption for one in known},
                "markings": {one.id: one.marking for one in known},
                "victims": [one.id for one in known if one.victim],
            }
        rows = self.rows("entities", "list_contains(?, entity_id)", sorted(set(ids)))
        return {
            "names": {row["entity_id"]: row["caption"] for row in rows},
            "markings": {row["entity_id"]: row["marking"] for row in rows},
            "victims": sorted(row["entity_id"] for row in rows if row["victim"]),
        }

    def of(self, canonical: str) -> tuple[list[Row], int]:
        """The ties of an entity, the surest first, and how many there are; of an index as many as are listed."""
        if self.ties is None:
            told = self.rows("edges", "source = ? or target = ? order by confidence desc, edge_id", canonical, canonical)
            return told, len(told)
        number = self.ties.find(canonical)
        all_of = np.empty(0, np.int64) if number is None else self.ties.of(number)
        return self.ties.said(all_of[:MOST_TIES]), len(all_of)

    def on(self, table: str, canonical: str, where: str) -> list[Row]:
        """The rows of a table on an entity: looked up, or asked for."""
        number = self.ties.find(canonical) if self.ties is not None else None
        if self.ties is None or number is None:
            return self.rows(table, where, *[canonical] * where.count("?"))
        return self.ties.on(number, table)

    def compared(self, members: Sequence[str]) -> list[Row]:
        """The pairs that records of an entity are in; the pages have the review for that."""
        either = "list_contains(?, left_id) or list_contains(?, right_id) order by score desc, left_id, right_id"
        return self.rows("pairs", either, list(members), list(members)) if self.ties is None else []


def _claims(row: Row) -> tuple[Any, ...]:
    """The place of a claim among those on an entity: by property, what is said now before what was; what is missing comes last."""
    told = (row["prop"], None if row["current"] is None else not row["current"], row["value"], row["source_id"], row["locator"], row["id"])
    return tuple((one is None, one) for one in told)


@cache
def _asking() -> duckdb.DuckDBPyConnection:
    """One session for all pages of this process: each asks with a cursor of its own."""
    return duckdb.connect(config={"memory_limit": "150MB", "threads": 2, "autoinstall_known_extensions": False})


@atexit.register
def _let_go() -> None:
    """Close the session before the interpreter takes it apart."""
    if _asking.cache_info().currsize:
        _asking().close()
        _asking.cache_clear()


def classes_in(builds: Sequence[Build], links: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
    """The number of each build that has a link, and its class there."""
    found: dict[str, list[tuple[int, str]]] = {link: [] for link in links}
    for one in builds:
        rows = pq.read_table(one.file("links"), columns=["link_id", "class"], filters=[("link_id", "in", list(links))]) if links else None
        for row in rows.to_pylist() if rows is not None else ():
            found[row["link_id"]].append((one.number, row["class"]))
    return found


def _link(tables: _Tables, link: Row, classes: list[tuple[int, str]]) -> Dossier:
    steps = tables.rows("steps", "link_id = ? order by path_no, step_no", link["link_id"])
    others = tables.others([link["crime_id"], link["terror_id"], *(step[end] for step in steps for end in ("source", "target"))])
    facts = {"link": link, "steps": steps, "builds": classes, **others}
    return Dossier("link", link["link_id"], f"{link['crime_name']} – {link['terror_name']}", facts)


def _entity(tables: _Tables, canonical: str) -> Dossier:
    entities = tables.on("entities", canonical, "entity_id = ?")
    claims = sorted(tables.on("claims", canonical, "canonical_id = ?"), key=_claims)
    edges, ties = tables.of(canonical)
    members = sorted({row["entity_id"] for row in claims})
    findings = tables.on("findings", canonical, "list_contains(subjects, ?) order by score desc, finding_id")
    met = [*(edge[end] for edge in edges for end in ("source", "target")), *(one for row in findings for one in row["subjects"] or ())]
    facts = {
        "entity": entities[0] if entities else None,
        "claims": claims,
        "members": members,
        "compared": tables.compared(members),
        "spheres": tables.on("spheres", canonical, "entity_id = ? order by sphere, activity, basis, source_id, locator"),
        "mentions": tables.on("mentions", canonical, "entity_id = ? order by mention_id"),
        "findings": findings,
        "relations": edges,
        "ties": ties,
        "links": tables.on("links", canonical, "crime_id = ? or terror_id = ? order by rank"),
        **tables.others(met),
    }
    caption = entities[0]["caption"] if entities else canonical
    return Dossier("entity", canonical, caption, facts)
