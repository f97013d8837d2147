"""Questions to the links of a build: of which class and typology, between whom, where, through how many hands, when, and what is new."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from crosstie.errors import NotFound, UsageError
from crosstie.model.marking import Marking, Tlp
from crosstie.resolve.batches import values
from crosstie.resolve.screen.hits import screen
from crosstie.resolve.screen.index import FILE, Index
from crosstie.resolve.screen.queries import Query
from crosstie.store.builds import Build

CLASSES = ("N0", "N1", "N2", "N3", "N4", "N5", "N6")
#: Entities that a name may mean, best first.
_MEANT = 20
#: A name means those whom screening finds with so much certainty.
_SURE = 0.7


@dataclass(frozen=True, slots=True)
class Question:
    """Which links are wanted; what is left empty does not matter. `between` holds one or two names or ids, `regions` codes of countries (`ye`), `as_of`
    an ISO day: the links, and their classes, that the evidence dated up to then supports; what has no date counts. `since` and `until` are ISO days
    too: something of the link is dated between them. `markings` are levels of the Traffic Light Protocol, as TLP:AMBER.
    """

    classes: tuple[str, ...] = ()
    typologies: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    max_hops: int | None = None
    as_of: str | None = None
    since: str | None = None
    until: str | None = None
    strength: float | None = None
    support: int | None = None
    markings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.between) > 2:
            raise UsageError("a link is between two: name one or two of them")
        if self.max_hops is not None and self.max_hops < 0:
            raise UsageError(f"a link cannot have {self.max_hops} steps")
        for day in filter(None, (self.as_of, self.since, self.until)):
            try:
                date.fromisoformat(day)
            except ValueError as error:
                raise UsageError(f"“{day}” is no day", hint="Write it as 2024-05-31.") from error
        if unknown := set(self.markings) - {level.label for level in Tlp}:
            raise UsageError(f"“{min(unknown)}” is no marking of the Traffic Light Protocol", hint="Write it as TLP:AMBER.")

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """The question that `as_dict` told."""
        known: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
        return cls(**known)

    def as_dict(self) -> dict[str, Any]:
        """The question as plain data, without what does not matter."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items() if value not in ((), None)}


def classes_of(texts: Sequence[str]) -> tuple[str, ...]:
    """Classes as people write them: “N3”, or “N2..N4” for a range. UsageError for others."""
    found: list[str] = []
    for text in texts:
        first, dots, last = (part.strip().upper() for part in text.partition(".."))
        if first not in CLASSES or (dots and last not in CLASSES) or (dots and last < first):
            raise UsageError(f"“{text}” is no class of links", hint="Write one of N0 to N6, or a range such as N2..N4.")
        found += CLASSES[CLASSES.index(first) : CLASSES.index(last if dots else first) + 1]
    return tuple(dict.fromkeys(found))


def links_of(build: Build, question: Question) -> pa.Table:
    """The links of a build that the question asks for, best first. NotFound where nobody is meant by a name."""
    table = build.table("links")
    if question.as_of:
        table = as_of(table, question.as_of)
    chosen = np.ones(table.num_rows, np.bool_)
    if question.classes:
        chosen &= _among(table, "class", set(question.classes))
    if question.typologies:
        wanted = {one.casefold() for one in question.typologies}
        chosen &= np.array([any(not wanted.isdisjoint(_parts(one)) for one in row or ()) for row in values(table, "typologies")], np.bool_)
    if question.max_hops is not None:
        chosen &= np.array([hops <= question.max_hops for hops in values(table, "hops")], np.bool_)
    chosen &= _within(table, question)
    if question.between:
        chosen &= _between(table, [meant(build, text) for text in question.between])
    if question.regions:
        chosen &= _in_regions(build, table, {code.casefold() for code in question.regions})
    return table.filter(pa.array(chosen))


def _within(table: pa.Table, question: Question) -> NDArray[np.bool_]:
    """Which links are of the period, the strength, the support and the markings that are asked for. What has no date is of no period."""
    chosen = np.ones(table.num_rows, np.bool_)
    if question.since:
        chosen &= np.array([bool(day) and day >= question.since for day in values(table, "last")], np.bool_)
    if question.until:
        chosen &= np.array([bool(day) and day <= question.until for day in values(table, "first")], np.bool_)
    for name, least in (("strength", question.strength), ("support", question.support)):
        if least is not None:
            chosen &= np.array([value >= least for value in values(table, name)], np.bool_)
    if question.markings:
        levels = [(Marking.parse(one) if one else Marking()).tlp.label for one in values(table, "marking")]
        chosen &= np.array([level in question.markings for level in levels], np.bool_)
    return chosen


def as_of(table: pa.Table, day: str) -> pa.Table:
    """The links as the evidence dated up to a day supports them: class, rule, strength and score of then, the best of then first. What needs the whole
    list, or speaks of all evidence (error rates, sentence, state), is null. A build of an older version knows no more than when a tie began.
    """
    if "history" not in table.column_names:
        return table.filter(pa.array([not first or first <= day for first in values(table, "first")], pa.bool_()))
    rows = []
    for link in table.to_pylist():
        reached = [one for one in link["history"] if one["at"] is None or one["at"] <= day]
        if not reached:
            continue
        then = {name: reached[-1][name] for name in ("class", "rule", "strength", "score")}
        last = min(link["last"], day) if link["last"] else None
        rows.append({**link, **then, "history": reached, "last": last, **dict.fromkeys(("p_value", "fdr", "sentence", "told", "state"))})
    rows.sort(key=lambda link: (link["status"] == "rejected", -link["score"], link["rank"]))
    return pa.Table.from_pylist(rows, schema=table.schema)


def new_since(table: pa.Table, before: Build) -> pa.Table:
    """Of some links those that an earlier build did not have, or had in another class; column `was`: that class."""
    known = before.table("links")
    return unseen(table, dict(zip(values(known, "link_id"), values(known, "class"), strict=True)))


def unseen(table: pa.Table, then: Mapping[str, str]) -> pa.Table:
    """Of some links those that are not among the known ones (class by id), or are of another class now; column `was`: the class then."""
    was = [then.get(link) for link in values(table, "link_id")]
    fresh = [one is None or one != now for one, now in zip(was, values(table, "class"), strict=True)]
    return table.append_column("was", pa.array(was, pa.string())).filter(pa.array(fresh, pa.bool_()))


def meant(build: Build, text: str) -> set[str]:
    """The entities that a person means: the one of this id, of this record, or those of this name, in any script. NotFound where there are none."""
    for table, column, found in (("entities", "entity_id", "entity_id"), ("clusters", "entity_id", "cluster_id")):
        rows = pq.read_table(build.file(table), columns=[found], filters=[(column, "=", text)])
        if rows.num_rows:
            return set(values(rows, found))
    hits = screen(Index.open(build.path / FILE), [Query(text)], threshold=_SURE, limit=_MEANT, explain=False)
    found_ids = {hit.entity_id for hit in hits[0]}
    if not found_ids:
        raise NotFound(f"nobody is known here by the name or id “{text}”", hint="“crosstie screen NAME --threshold 0.4” tells who is near.")
    return found_ids


def _among(table: pa.Table, column: str, wanted: Collection[str]) -> NDArray[np.bool_]:
    return np.array([one in wanted for one in values(table, column)], np.bool_)


def _between(table: pa.Table, ends: Sequence[Collection[str]]) -> NDArray[np.bool_]:
    """One: at either end. Two: at the one end and at the other."""
    crime, terror = ([_among(table, side, one) for one in ends] for side in ("crime_id", "terror_id"))
    if len(ends) == 1:
        return np.asarray(crime[0] | terror[0])
    return np.asarray((crime[0] & terror[1]) | (crime[1] & terror[0]))


def _in_regions(build: Build, table: pa.Table, codes: Collection[str]) -> NDArray[np.bool_]:
    """Whether somebody on the path is connected with one of the countries."""
    paths = values(table, "path")
    known = sorted({node for path in paths for node in path})
    rows = (
        pq.read_table(build.file("entities"), columns=["entity_id", "countries"], filters=[("entity_id", "in", known)]) if known else None
    )
    there = set()
    if rows is not None:
        for entity, countries in zip(values(rows, "entity_id"), values(rows, "countries"), strict=True):
            if any(code.casefold() in codes for code in countries or ()):
                there.add(entity)
    return np.array([any(node in there for node in path) for path in paths], np.bool_)


def _parts(typology: str) -> tuple[str, ...]:
    """How a typology may be called: `activity/detector`, or by either part."""
    named = typology.casefold()
    return (named, *named.split("/"))
