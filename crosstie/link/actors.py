"""The actors of the two spheres: how surely each belongs, with copies of lists counted once, and which pairs are worth a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from crosstie.link.candidates import Placement, Row, chunks
from crosstie.link.spheres import MODES, trust
from crosstie.model.lexicon import Sphere
from crosstie.model.tables import SPHERE
from crosstie.store.engine import Engine

#: Who stands behind a list that only takes over what the Security Council decided.
COUNCIL = "UN Security Council"
#: Texts that end in the same so many letters are copies of one text.
_SAME = 60
#: From this confidence on an actor is a link of its own: no path to somebody else runs through it.
SURE = 0.5


@dataclass(frozen=True, slots=True)
class Seeds:
    """Ids of actors: those that are in both spheres, those that begin and that end a path, and those that no path runs through."""

    both: tuple[str, ...]
    crime: tuple[str, ...]
    terror: tuple[str, ...]
    closed: tuple[str, ...]


def weigh(engine: Engine) -> None:
    """Create `link_said` (the rows of `spheres` of actors that are no victims, each with who really stands behind it) and `link_placed`, one
    row for each actor and sphere, with the noisy-or over those who say so.
    """
    _echoes(engine)
    council = engine.scalar("select min(originator) from sources where dataset = 'un'") if engine.has("sources") else None
    behind = (council or COUNCIL).replace("'", "''")
    columns = ", ".join(f's."{name}"' for name in SPHERE.names)
    engine.create("link_placing", f"select {columns}, 1 as shown from spheres s" + _unsaid(engine))
    engine.create(
        "link_heard",
        f"""
        select s.*, case when e.entity_id is not null and s.basis <> 'finding' then '{behind}' else coalesce(s.originator, s.source_id) end as voice,
            case when s.basis = 'narrative' then substr(replace(replace(replace(lower(s.sentence), ' ', ''), chr(10), ''), '.', ''), -{_SAME}) end as ending
        from link_placing s join entities n on n.entity_id = s.entity_id
        left join link_echoes e on e.entity_id = s.entity_id and e.source_id = s.source_id
        where not n.victim and s.sphere in ('{Sphere.CRIME}', '{Sphere.TERROR}')""",
    )
    engine.create(
        "link_behind",
        """
        select h.* exclude (voice, ending), coalesce(c.voice, h.voice) as behind from link_heard h left join (
            select entity_id, sphere, ending, min(voice) as voice from link_heard where ending <> '' group by entity_id, sphere, ending
        ) c on c.entity_id = h.entity_id and c.sphere = h.sphere and c.ending = h.ending""",
    )
    engine.create(
        "link_voices",
        """
        select entity_id, sphere, behind, max(confidence) as confidence, max(case when basis in ('listing', 'topic') then 1 else 0 end) as listed
        from link_behind group by entity_id, sphere, behind""",
    )
    engine.create("link_said", "select * exclude (shown) from link_behind where shown = 1")
    engine.create(
        "link_placed",
        """
        select entity_id, sphere, round(1 - exp(sum(ln(1 - least(confidence, 0.999)))), 9) as confidence, max(listed) as listed
        from link_voices group by entity_id, sphere""",
    )
    engine.create("link_commonness", "select sphere, count(*) as actors from link_placed group by sphere")


def _unsaid(engine: Engine) -> str:
    """What texts say of those whom somebody listed for the same. It is no news and is not shown, but it counts: without the list it would."""
    if not engine.has("mentions"):
        return ""
    engine.load("link_trust", trust())
    modes = " ".join(f"when m.mode = '{mode}' then {share}" for mode, share in MODES.items())
    return f"""
        union all
        select m.entity_id, m.sphere, m.activity, 'narrative' as basis, m.sentence, cast(null as varchar) as "start", cast(null as varchar) as "end",
            t.confidence * case {modes} end as confidence, m.source_id, m.locator, m.originator, m.grade, m.marking, 0 as shown
        from mentions m join link_trust t on t.grade = m.grade
        join (select distinct entity_id, sphere from spheres where basis in ('listing', 'topic')) l on l.entity_id = m.entity_id and l.sphere = m.sphere
        where m.mode in ({", ".join(f"'{mode}'" for mode in MODES)})"""


def _echoes(engine: Engine) -> None:
    """Table `link_echoes`: which sources list whom by taking over an entry of the Security Council's list (they cite its number)."""
    if not engine.has("claims"):
        engine.load("link_echoes", pa.schema([("entity_id", pa.string()), ("source_id", pa.string())]).empty_table())
        return
    engine.create(
        "link_echoes",
        """
        select distinct l.canonical_id as entity_id, c.source_id
        from claims c join claims e on e.entity_id = c.entity_id and e.prop = 'entity'
        join claims l on l.entity_id = e.value
        where c.prop = 'unscId'""",
    )


def seeds(engine: Engine) -> Seeds:
    """Who is searched for.

    An actor in both spheres is a link by itself. It pairs with others only as what it is first of all, by listing, then by confidence, and only
    with actors that are in one sphere: that a known terrorist with a record of smuggling knows other terrorists is no news.
    """
    rows = engine.arrow("""
        select c.entity_id as crime, t.entity_id as terror, c.confidence as c, t.confidence as t, c.listed as c_listed, t.listed as t_listed
        from (select * from link_placed where sphere = 'crime') c
        full outer join (select * from link_placed where sphere = 'terror') t on t.entity_id = c.entity_id""").to_pylist()
    both: list[str] = []
    crime: list[str] = []
    terror: list[str] = []
    for row in rows:
        if row["crime"] and row["terror"]:
            both.append(row["crime"])
            first_of_all = (row["c_listed"], row["c"]) > (row["t_listed"], row["t"])
            (crime if first_of_all else terror).append(row["crime"])
        else:
            (crime if row["crime"] else terror).append(row["crime"] or row["terror"])
    closed = engine.arrow(f"select distinct entity_id from link_placed where confidence >= {SURE}")["entity_id"].to_pylist()
    return Seeds(tuple(sorted(both)), tuple(sorted(crime)), tuple(sorted(terror)), tuple(sorted(str(one) for one in closed)))


def placements(engine: Engine, ids: Sequence[str]) -> dict[tuple[str, str], Placement]:
    """The placements of these actors, by entity and sphere, each with its evidence."""
    engine.load("link_ends", pa.table({"entity_id": pa.array(sorted(set(ids)), pa.string())}))
    rows = engine.arrow("""
        select s.*, p.confidence as placed, s.entity_id || ' ' || s.sphere as place, c.actors,
            case when s.behind = coalesce(s.originator, s.source_id) then 0 else 1 end as copied
        from link_said s join link_placed p on p.entity_id = s.entity_id and p.sphere = s.sphere
        join link_commonness c on c.sphere = s.sphere
        where s.entity_id in (select entity_id from link_ends)
        order by s.entity_id, s.sphere, copied, s.confidence desc, s.basis, s.activity, s.source_id, s.locator, s.sentence""").to_pylist()
    records, unsaid = _records(engine), _unsaid_by(engine)
    found = [_placement(some, records, unsaid) for _, some in chunks(rows, "place")]
    return {(one.entity_id, one.sphere): one for one in found}


def _records(engine: Engine) -> dict[tuple[str, str, str], str]:
    """The record that stands at each place that speaks of one of the ends, by entity, source and locator; with no locator any record that the source
    has of it: a text stands elsewhere than the record of whom it is about.
    """
    if not engine.has("claims"):
        return {}
    rows = engine.arrow("""
        select c.canonical_id, c.source_id, c.locator, min(c.entity_id) as record from claims c
        join (select distinct s.entity_id, s.source_id, s.locator from link_said s join link_ends e on e.entity_id = s.entity_id) p
        on p.entity_id = c.canonical_id and p.source_id = c.source_id and p.locator = c.locator
        group by c.canonical_id, c.source_id, c.locator""")
    wide = engine.arrow("""
        select c.canonical_id, c.source_id, '' as locator, min(c.entity_id) as record from claims c
        join (select distinct s.entity_id, s.source_id from link_said s join link_ends e on e.entity_id = s.entity_id) p
        on p.entity_id = c.canonical_id and p.source_id = c.source_id group by c.canonical_id, c.source_id""")
    found = [*rows.to_pylist(), *wide.to_pylist()]
    return {(row["canonical_id"], row["source_id"], row["locator"]): row["record"] for row in found}


def _unsaid_by(engine: Engine) -> dict[tuple[str, str], set[str]]:
    """The sources that say of the ends what is not shown."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in engine.arrow("""
            select distinct b.entity_id, b.sphere, b.source_id from link_behind b
            join link_ends e on e.entity_id = b.entity_id where b.shown = 0""").to_pylist():
        found.setdefault((row["entity_id"], row["sphere"]), set()).add(row["source_id"])
    return found


def _placement(rows: list[Row], records: dict[tuple[str, str, str], str], unsaid: dict[tuple[str, str], set[str]]) -> Placement:
    first = rows[0]
    places = ((row["entity_id"], row["source_id"], place) for row in rows for place in (row["locator"], ""))
    copies = sorted({row["originator"] for row in rows if row["originator"] and row["behind"] != row["originator"]})
    return Placement(
        entity_id=first["entity_id"],
        sphere=first["sphere"],
        confidence=first["placed"],
        bases=frozenset(row["basis"] for row in rows),
        activities=tuple(dict.fromkeys(row["activity"] for row in rows if row["activity"])),
        originators=frozenset(row["behind"] for row in rows),
        copies=tuple(copies),
        start=min((row["start"] for row in rows if row["start"]), default=None),
        end=max((row["end"] for row in rows if row["end"]), default=None),
        rows=tuple(rows),
        actors=first["actors"],
        unsaid=frozenset(unsaid.get((first["entity_id"], first["sphere"]), ())),
        record=next((records[place] for place in places if place in records), first["entity_id"]),
    )
