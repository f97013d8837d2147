"""Claims: what all sources say, each thing once, with when it was first and last said and whether it still is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import pyarrow as pa

from crosstie.model import schema as model
from crosstie.model.tables import CLAIM
from crosstie.resolve.batches import batch, columns, rows
from crosstie.store.engine import Engine

_PROPERTY_TYPE = columns(schema=pa.string(), prop=pa.string(), prop_type=pa.string())
#: FollowTheMoney's id of a statement: the same claim has the same in every build.
_ID = "sha1(s.dataset || '.' || s.entity_id || '.' || s.prop || '.' || s.value || case when s.lang is null then '' else '@' || s.lang end)"
#: What tells claims apart that are not the same, at far less cost than ids.
_HASH = "hash(s.entity_id, s.prop, s.value)"
_ENTITY_SCHEMA = columns(entity_id=pa.string(), schema=pa.string())
#: What the last build made of records that were not alone: entity_id, cluster_id.
BEFORE = "clusters_before"
#: As `claims` of a build are written: most ids are made when they are.
WRITTEN = {"id": f"coalesce(s.id, {_ID})"}


def gather(engine: Engine) -> None:
    """Create `claims` from the view `statements` and the table `sources`; canonical_id is for now the entity's own id, or
    that of the table `clusters_before`, where there is one: what the last build made of it, so that only what is otherwise now has to be written again.

    Versions of a list share a series: a claim that an older version makes and the newest does not is kept and is not `current`. An entity
    that is spoken of under several schemata gets the most specific one that fits them all; where none does, each claim keeps the schema it
    was made under and the entity stands in the table `schema_conflicts` (entity_id, schemata).

    `id` is filled of texts, and of values of the type entity, which are written anew when it is known who is who. Of all others it is null: a
    third of what there is to say of them would be ids that nobody asks for. It is made when the claims are written (WRITTEN).
    """
    _versions(engine)
    _schemata(engine)
    # most claims are made in one place only: what is made in several is put together first, the rest is taken as it stands
    _repeated(engine)
    _newest(engine)
    engine.map(
        "property_said",
        """
        select distinct coalesce(e."schema", s."schema") as "schema", s.prop
        from statements s left join entity_schemata e on e.entity_id = s.entity_id""",
        _property_types,
        _PROPERTY_TYPE,
    )
    engine.create("property_types", "select * from property_said", few={"prop_type": "select prop_type from property_said"})
    filled = {
        "id": f"case when p.prop_type in ('entity', 'text') then {_ID} end",
        "canonical_id": "coalesce(b.cluster_id, s.entity_id)" if engine.has(BEFORE) else "s.entity_id",
        "schema": 'p."schema"',
        "prop_type": "p.prop_type",
        "series": "v.series",
        "source_id": "v.source_id",
        "originator": "v.originator",
    }
    once = {"current": "v.newest", "first_seen": "v.version_date", "last_seen": "v.version_date"}
    single, several = (
        ", ".join(f'{known.get(name, f"s.{name}")} as "{name}"' for name in CLAIM.names) for known in ({**filled, **once}, filled)
    )
    types = """
        left join entity_schemata e on e.entity_id = s.entity_id
        join property_types p on p.prop = s.prop and p."schema" = coalesce(e."schema", s."schema")"""
    if engine.has(BEFORE):
        types += f" left join (select entity_id, cluster_id from {BEFORE} where cluster_id <> entity_id) b on b.entity_id = s.entity_id"
    engine.create(
        "claims",
        f"""
        select {single} from statements s join source_versions v on v.source_id = s.source_id {types}
        left join alike a on a.h = {_HASH} where a.h is null
        union all
        select {single} from statements s join source_versions v on v.source_id = s.source_id {types}
        left join repeated r on r.id = {_ID} where {_HASH} in (select h from alike) and r.id is null
        union all
        select {several} from claim_versions s join source_versions v on v.age = s.age {types}""",
        few={name: f"select {name} from statements" for name in ("dataset", "prop", "lang", "grade", "marking")}
        | {"schema": 'select "schema" from property_types'},
    )


def _repeated(engine: Engine) -> None:
    """Table `repeated` (id): claims that are made in several places. Short hashes (`alike`) tell most of the others apart from them."""
    engine.create("alike", f"select h from (select {_HASH} as h from statements s) i group by h having count(*) > 1")
    engine.create(
        "repeated",
        f"""
        select id from (select {_ID} as id from statements s where {_HASH} in (select h from alike)) i
        group by id having count(*) > 1""",
    )


def _newest(engine: Engine) -> None:
    """Table `claim_versions`: the claims that are made in several places, each as the newest source makes it, and there as the first place does."""
    places = ("locator", "original_value", "grade", "marking", "schema")
    # the choice has to be total: same input, same bytes
    best = ", ".join(f"'{name}': coalesce(s.\"{name}\", '')" for name in places)
    chosen = ", ".join(f'nullif(best."{name}", \'\') as "{name}"' for name in places)
    engine.create(
        "claim_versions",
        f"""
        select dataset, entity_id, prop, value, lang, {chosen}, best.age as age, current, first_seen, last_seen from (
            select s.dataset, s.entity_id, s.prop, s.value, s.lang, min({{'age': v.age, {best}}}) as best,
                max(v.newest) as current, min(v.version_date) as first_seen, max(v.version_date) as last_seen
            from statements s join source_versions v on v.source_id = s.source_id
            where {_HASH} in (select h from alike) and {_ID} in (select id from repeated)
            group by s.dataset, s.entity_id, s.prop, s.value, s.lang)""",
    )


def _versions(engine: Engine) -> None:
    """Sources in order, newest first: `age` is unique and sorts as text; `newest` marks the newest version of each series."""
    dated = "coalesce(version_date, received_at)"
    engine.create(
        "source_versions",
        f"""
        select source_id, series, originator, {dated} as version_date,
            lpad(cast(row_number() over (order by {dated} desc, received_at desc, source_id) as varchar), 9, '0') as age,
            {dated} = max({dated}) over (partition by series) as newest
        from sources""",
        few={
            **{name: f"select {name} from sources" for name in ("source_id", "series", "originator")},
            "version_date": f"select {dated} from sources",
        },
    )


def _schemata(engine: Engine) -> None:
    """Tables `entity_schemata` (only entities spoken of under several schemata that fit) and `schema_conflicts` (those that do not)."""
    engine.create(
        "several_schemata",
        """
        select s.entity_id, array_agg(distinct s."schema") as schemata from statements s where s.entity_id in (
            select entity_id from statements group by entity_id having min("schema") <> max("schema")) group by s.entity_id""",
    )
    engine.map("entity_schemata", "select entity_id, schemata from several_schemata", _common, _ENTITY_SCHEMA)
    engine.create(
        "schema_conflicts",
        """
        select s.entity_id, list_sort(s.schemata) as schemata from several_schemata s left join entity_schemata e on e.entity_id = s.entity_id
        where e.entity_id is null order by s.entity_id""",
    )


def common_schema(schemata: list[str]) -> str | None:
    """The most specific schema that fits them all, or None where two do not fit.

    LegalEntity is also what is said of a party of unknown kind, so it yields to whatever the others agree on, even where that is no party (a ship).
    """
    first, *others = sorted(schemata)
    found = reduce(lambda common, other: model.common_schema(common, other) if common else None, others, first or None)
    known = [schema for schema in schemata if schema != "LegalEntity"]
    return found or (common_schema(known) if 0 < len(known) < len(schemata) else None)


def _common(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for given in batches:
        found = [(entity_id, common) for entity_id, schemata in rows(given, "entity_id", "schemata") if (common := common_schema(schemata))]
        yield batch(_ENTITY_SCHEMA, *([row[place] for row in found] for place in (0, 1)))


def _property_types(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for given in batches:
        found = [model.prop(schema, prop) or model.prop("LegalEntity", prop) for schema, prop in rows(given, "schema", "prop")]
        yield batch(_PROPERTY_TYPE, given.column("schema"), given.column("prop"), [prop.type.name if prop else None for prop in found])
