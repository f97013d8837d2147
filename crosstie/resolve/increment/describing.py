"""Entities of which nothing has changed since the last build are what it said of them."""

from __future__ import annotations

from crosstie.model.tables import ENTITY, TABLES
from crosstie.resolve.claims import BEFORE
from crosstie.resolve.entities import describe
from crosstie.resolve.increment.selecting import only_added, said_of
from crosstie.resolve.records import protect
from crosstie.store.builds import Build
from crosstie.store.engine import Engine

#: Tables of the last build, as views named so with `_before` behind; they are there where this state of the program has made it.
READ = ("sources", "claims", "entities")
#: Who is no longer what the last build made of it; `resolve` leaves it where it knows.
RENAMED = "renamed"
#: Where more than this share of the claims is of entities that may have changed, all are described.
_MOST = 0.25


def remember(engine: Engine, build: Build, program: str) -> None:
    """Views of what the last build made of the records, and, where this state of the program has made it, of what it said of the entities."""
    engine.read(BEFORE, [build.file("clusters")], TABLES["clusters"])
    if build.manifest.get("program") == program:
        for name in READ:
            engine.read(f"{name}_before", [build.file(name)], TABLES[name])


def describe_again(engine: Engine) -> None:
    """Create `entities`: those that may have changed are described anew, the others are taken from the last build, where it is known what it said."""
    if not all(map(engine.has, (BEFORE, RENAMED, *(f"{name}_before" for name in READ)))) or not _few(engine):
        describe(engine)
        return
    describe(engine, "entities_again", "claims_again")
    listed = ", ".join(f'"{name}"' for name in ENTITY.names)
    engine.create(
        "entities",
        f"""
        select {listed} from entities_again
        union all
        select {listed} from entities_before where entity_id not in (select canonical_id from described_again)""",
    )


def _few(engine: Engine) -> bool:
    """Create `described_again` (canonical_id) and `claims_again`, the claims of those entities; False where that is not worth it, or not known."""
    protect(engine)
    if not only_added(said_of(engine, "_before"), said_of(engine)):
        return False
    protect(engine, "protected_before", "sources_before")
    engine.create(
        "changed",
        f"""
        select entity_id from claims where source_id not in (select source_id from sources_before)
        union (select entity_id from protected except select entity_id from protected_before)
        union (select entity_id from protected_before except select entity_id from protected)
        union select entity_id from {RENAMED}""",
    )
    engine.create(
        "described_again",
        f"""
        select coalesce(n.cluster_id, c.entity_id) as canonical_id from changed c left join clusters n on n.entity_id = c.entity_id
        union select coalesce(b.cluster_id, c.entity_id) from changed c left join {BEFORE} b on b.entity_id = c.entity_id""",
    )
    engine.create("claims_again", "select * from claims where canonical_id in (select canonical_id from described_again)")
    few, every = (int(engine.scalar(f"select count(*) from {table}")) for table in ("claims_again", "claims"))
    return few <= _MOST * every
