"""FollowTheMoney out: resolved entities and statements that OpenAleph, nomenklatura and other users of FollowTheMoney 4.11 load.

Victims and minors are left out: these files are made to be matched elsewhere. What only older versions of a list said is left out of an entity
that is still listed, and kept for one that is not. A schema that a lens added is written as its nearest ancestor that FollowTheMoney has itself.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import followthemoney
import pyarrow as pa

from crosstie.model import schema as model

_NO_VICTIMS = "canonical_id not in (select entity_id from entities where victim)"

#: FollowTheMoney's statements, in the columns of `followthemoney.statement`; `origin` says where the claim stands
STATEMENTS = f"""
select canonical_id, entity_id, prop, prop_type, "schema", value, dataset, source_id || ':' || locator as origin, lang, original_value,
    'f' as external, first_seen, last_seen, id
from claims where {_NO_VICTIMS}
"""

#: one JSON object per resolved entity, in order of id; `prepare` makes the tables
ENTITIES = """
with said as (
    select c.canonical_id, c.prop, coalesce(m.cluster_id, c.value) as value
    from claims c
    join export_schemata s on s.canonical_id = c.canonical_id
    join export_properties p on p."schema" = s."schema" and p.prop = c.prop
    left join clusters m on c.prop_type = 'entity' and m.entity_id = c.value
    where c.current or s.delisted
),
properties as (
    select canonical_id, prop, array_agg(distinct value order by value) as found from said group by canonical_id, prop
),
objects as (
    select canonical_id,
        cast('{' || string_agg(cast(to_json(prop) as varchar) || ':' || cast(to_json(found) as varchar), ',' order by prop) || '}' as json) as properties
    from properties group by canonical_id
),
entries as (
    select canonical_id, array_agg(distinct entity_id order by entity_id) as referents, array_agg(distinct dataset order by dataset) as datasets,
        min(first_seen) as first_seen, max(last_seen) as last_seen
    from claims group by canonical_id
)
select cast(json_object(
    'id', s.canonical_id, 'caption', s.caption, 'schema', s."schema", 'properties', o.properties, 'referents', to_json(e.referents),
    'datasets', to_json(e.datasets), 'first_seen', e.first_seen, 'last_seen', e.last_seen) as varchar) as line
from export_schemata s join objects o on o.canonical_id = s.canonical_id join entries e on e.canonical_id = s.canonical_id
order by s.canonical_id
"""


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that ENTITIES reads: the schema of each entity, and the properties that each schema has."""
    connection.execute(f"""
        create or replace table export_found as
        select c.canonical_id, coalesce(min(e."schema"), min(c."schema")) as "schema", coalesce(min(e.caption), c.canonical_id) as caption,
            coalesce(max(e.delisted), not max(c.current)) as delisted
        from claims c left join entities e on e.entity_id = c.canonical_id where {_NO_VICTIMS} group by c.canonical_id""")
    found = [row[0] for row in connection.execute('select distinct "schema" from export_found order by 1').fetchall()]
    stock = {name: plain for name in found if (plain := stock_schema(name)) is not None}
    connection.register(
        "stock_schemata", pa.table({"given": pa.array(list(stock), pa.string()), "plain": pa.array(list(stock.values()), pa.string())})
    )
    connection.execute("""
        create or replace table export_schemata as
        select f.canonical_id, s.plain as "schema", f.caption, f.delisted from export_found f join stock_schemata s on s.given = f."schema" """)
    pairs = [(name, prop) for name in sorted(set(stock.values())) for prop in _properties(name)]
    columns: Any = {
        "schema": pa.array([name for name, _ in pairs], pa.string()),
        "prop": pa.array([prop for _, prop in pairs], pa.string()),
    }
    connection.register("export_properties", pa.table(columns))


def stock_schema(name: str) -> str | None:
    """The schema, or its nearest ancestor, that FollowTheMoney itself has; None for a name that the model does not know."""
    found = model.schema(name)
    if found is None:
        return None
    nearest = [found]
    while nearest:
        known = sorted(one.name for one in nearest if one.name in _stock() and not one.abstract)
        if known:
            return known[0]
        nearest = [parent for one in nearest for parent in sorted(one.extends, key=lambda parent: parent.name)]
    return None


@cache
def _stock() -> frozenset[str]:
    return frozenset(file.stem for file in (Path(followthemoney.__file__).parent / "schema").glob("*.y*ml"))


def _properties(name: str) -> list[str]:
    found = model.schema(name)
    if found is None:
        return []
    return sorted(prop for prop, one in found.properties.items() if not one.stub and one.schema.name in _stock())
