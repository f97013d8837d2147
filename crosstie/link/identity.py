"""What a link owes to the resolver: where records of different sources were taken for one, and whether that rests on anything solid."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pyarrow as pa

from crosstie.store.engine import Engine

_STRONG = ("name", "alias", "previousName")


def held(engine: Engine) -> dict[str, dict[str, float]]:
    """Entities on the paths that were joined from several records: of each source the record that is joined most surely, with the score of its join."""
    if not engine.has("clusters"):
        return {}
    rows = engine.arrow("""
        select c.cluster_id, coalesce(s.source_id, '') as source_id, max(coalesce(c.score, 1)) as score
        from clusters c join link_nodes n on n.entity_id = c.cluster_id
        left join (select distinct entity_id, source_id from claims) s on s.entity_id = c.entity_id
        where c.cluster_id in (select cluster_id from clusters group by cluster_id having count(*) > 1)
        group by c.cluster_id, coalesce(s.source_id, '')""").to_pylist()
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        found.setdefault(row["cluster_id"], {})[row["source_id"]] = float(row["score"])
    return found


def resting_on_weak_alias(engine: Engine, entities: Sequence[str]) -> set[str]:
    """Those among joined entities whose records share no strong name and no identifier, but a weak alias: a link must not rest on that."""
    if not entities or not engine.has("claims"):
        return set()
    engine.load("link_joined", pa.table({"entity_id": pa.array(sorted(entities), pa.string())}))
    strong = ", ".join(f"'{prop}'" for prop in _STRONG)
    rows = engine.arrow(f"""
        select distinct c.canonical_id, c.entity_id, c.value,
            case when c.prop in ({strong}) then 'strong' when c.prop = 'weakAlias' then 'weak' else 'identifier' end as kind
        from claims c join link_joined j on j.entity_id = c.canonical_id
        where c.prop in ({strong}) or c.prop = 'weakAlias' or c.prop_type = 'identifier' and c.prop not in ('programId')""").to_pylist()
    said: dict[str, dict[str, dict[str, set[str]]]] = {}
    for row in rows:
        kinds = said.setdefault(row["canonical_id"], {}).setdefault(row["entity_id"], {"strong": set(), "weak": set(), "identifier": set()})
        kinds[row["kind"]].add("".join(letter for letter in row["value"].casefold() if letter.isalnum()))
    return {entity for entity, records in said.items() if _only_weak(list(records.values()))}


def births(engine: Engine) -> dict[str, list[set[int]]]:
    """Years of birth of the joined entities, record by record."""
    if not engine.has("claims") or not engine.has("link_joined"):
        return {}
    rows = engine.arrow("""
        select c.canonical_id, c.entity_id, array_agg(distinct substr(c.value, 1, 4)) as years
        from claims c join link_joined j on j.entity_id = c.canonical_id where c.prop = 'birthDate'
        group by c.canonical_id, c.entity_id order by c.canonical_id, c.entity_id""").to_pylist()
    found: dict[str, list[set[int]]] = {}
    for row in rows:
        years = {int(year) for year in row["years"] if year.isdigit()}
        if years:
            found.setdefault(row["canonical_id"], []).append(years)
    return found


def _only_weak(records: list[dict[str, set[str]]]) -> bool:
    """Whether a weak alias joins some of the records, and nothing solid any."""
    weak = False
    for one, other in combinations(records, 2):
        if one["strong"] & other["strong"] or one["identifier"] & other["identifier"]:
            return False
        weak = weak or bool(one["weak"] & (other["strong"] | other["weak"]) or other["weak"] & one["strong"])
    return weak
