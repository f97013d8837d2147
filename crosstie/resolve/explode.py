"""Taking a wrong merge apart: what holds an entity together, and the judgements that separate its records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import duckdb
import orjson

from crosstie.errors import NotFound, UsageError
from crosstie.resolve.batches import values
from crosstie.resolve.comparison import Side, claims_of, first, side
from crosstie.resolve.explain import explain
from crosstie.store.casebook import Decision

#: Judgements that one order to separate may make: more is a mistake of the matching, to be reported, not to be judged pair by pair.
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Bond:
    """A pair that holds an entity together, with the sentences that speak for it, and the judgement on it, if any."""

    left: str
    right: str
    score: float
    judgement: str | None
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """A resolved entity and its records. `bonds`: the pairs that joined them, the weakest first; `names`: a name of each record;
    `links`: how many links stand on it.
    """

    entity_id: str
    caption: str
    records: tuple[Side, ...]
    names: tuple[str, ...]
    bonds: tuple[Bond, ...]
    compared: tuple[tuple[str, str, float, str | None], ...]  # every pair of its records that is in `pairs`
    links: int

    @property
    def ids(self) -> tuple[str, ...]:
        """The records, sorted."""
        return tuple(one.entity_id for one in self.records)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        return {name: value for name, value in asdict(self).items() if name != "compared"}


def merged(connection: duckdb.DuckDBPyConnection, entity: str, threshold: float) -> Merged:
    """An entity of a build by its id or that of one of its records. NotFound where there is none, or where it is protected."""
    found = first(connection, "select cluster_id from clusters where entity_id = ?", entity)
    if found is None:
        raise NotFound(f"there is no entity “{entity}” in this build", hint="Ids stand in “crosstie links” and “crosstie export entities”.")
    members = [
        row[0]
        for row in connection.execute("select entity_id from clusters where cluster_id = ? order by entity_id", [found[0]]).fetchall()
    ]
    claims = {record: claims_of(connection, record) for record in members}
    pairs = connection.execute(
        """
        select left_id, right_id, score, judgement, features from pairs
        where list_contains(?, left_id) and list_contains(?, right_id) order by score desc, left_id, right_id""",
        [members, members],
    ).fetchall()
    held = [row for row in pairs if row[3] == "same"] + [row for row in pairs if row[3] is None and row[2] >= threshold]
    tree = _tree(members, [(row[0], row[1]) for row in held])
    bonds = []
    for left, right, score, judgement, features in held:
        if (left, right) in tree:
            contributions = orjson.loads(features) if features not in (None, "{}") else None
            told = explain(claims[left], claims[right], contributions)
            bonds.append(Bond(left, right, score, judgement, tuple(sentence for _, nats, sentence in told if nats > 0)))
    on_links = "select count(*) from links where crime_id = $1 or terror_id = $1 or list_contains(coalesce(path, []), $1)"
    links = first(connection, on_links, found[0])
    caption = first(connection, "select caption from entities where entity_id = ?", found[0])
    return Merged(
        found[0],
        (caption[0] if caption else None) or found[0],
        tuple(side(connection, record, claims[record]) for record in members),
        tuple(_name(claims[record]) for record in members),
        tuple(sorted(bonds, key=lambda bond: (bond.judgement == "same", bond.score, bond.left, bond.right))),
        tuple((row[0], row[1], row[2], row[3]) for row in pairs),
        links[0] if links else 0,
    )


def separation(entity: Merged, out: Sequence[str] | None, reason: str = "") -> list[Decision]:
    """The judgements that take records out of an entity: each of `out` is different from each that stays. Without `out` all are different.

    Of the records that go out together nothing is said among themselves: those that belong together find each other again.
    """
    members = entity.ids
    if len(members) < 2:
        raise UsageError(f"{entity.entity_id} is one record only: there is nothing to take apart")
    if out is None:
        pairs = list(combinations(members, 2))
    else:
        leaving = list(dict.fromkeys(out))
        if strangers := [record for record in leaving if record not in members]:
            raise UsageError(f"{', '.join(strangers)}: not in {entity.entity_id}", hint=f"Its records are {', '.join(members)}.")
        staying = [record for record in members if record not in leaving]
        if not leaving or not staying:
            raise UsageError(
                "at least one record must go out and at least one must stay", hint="To set all apart from each other, say --all."
            )
        pairs = [(one, other) for one in leaving for other in staying]
    if len(pairs) > MOST:
        raise UsageError(
            f"that would be {len(pairs):,} judgements, more than {MOST:,}", hint="Take records out with --out, a few at a time."
        )
    return [Decision("pair", one, other, "different", reason) for one, other in sorted(tuple(sorted(pair)) for pair in pairs)]


def outlook(entity: Merged, decisions: Iterable[Decision], threshold: float) -> list[list[str]]:
    """What the next build will make of the records, as far as this entity alone tells: the parts that it falls into, the largest first."""
    apart = {(one.left, one.right) for one in decisions if one.verdict == "different"}
    part = {record: {record} for record in entity.ids}
    ruled = sorted((left, right) for left, right, _, judgement in entity.compared if judgement == "same")
    scored = [(left, right) for left, right, score, judgement in entity.compared if judgement is None and score >= threshold]
    for left, right in (*ruled, *scored):
        ours, theirs = part[left], part[right]
        barred = any((min(one, other), max(one, other)) in apart for one in ours for other in theirs)
        if ours is not theirs and (left, right) not in apart and not barred:
            ours |= theirs
            part.update(dict.fromkeys(theirs, ours))
    parts = {min(records): sorted(records) for records in part.values()}
    return sorted(parts.values(), key=lambda records: (-len(records), records))


def _tree(members: Sequence[str], pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """The pairs that are needed to hold the records together, the first ones first."""
    part = {record: record for record in members}

    def root(record: str) -> str:
        while part[record] != record:
            record = part[record]
        return record

    found = set()
    for left, right in pairs:
        if (one := root(left)) != (other := root(right)):
            part[one] = other
            found.add((left, right))
    return found


def _name(claims: Any) -> str:
    said = dict(zip(reversed(values(claims, "prop")), reversed(values(claims, "value")), strict=True))
    return str(next((said[prop] for prop in ("name", "alias", "previousName", "weakAlias", "registrationNumber") if prop in said), ""))
