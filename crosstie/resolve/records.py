"""Records: the source entities that take part in matching, their names analysed once, and their values as arrays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from crosstie.model import schema as model
from crosstie.resolve.batches import batch, columns, values
from crosstie.resolve.flat import Array, pc, take
from crosstie.resolve.names.bulk import KINDS as NAMED
from crosstie.resolve.names.bulk import Analysed, analyze_names
from crosstie.resolve.traits import BIRTH, NOT_IDENTIFYING, NUMBERED, READ, listed
from crosstie.store.engine import Engine

#: Kinds of things that are matched. `number`: by identifiers only. What is not here (relations, sanctions, addresses, documents) is never matched.
_KINDS: tuple[tuple[str, str], ...] = (
    ("Person", "person"),
    ("Organization", "organization"),
    ("PublicBody", "organization"),
    ("LegalEntity", "any"),
    ("Vessel", "thing"),
    ("Airplane", "thing"),
    ("Vehicle", "number"),
    ("BankAccount", "number"),
    ("CryptoWallet", "number"),
)
#: Names that may decide, and those that never decide alone.
STRONG_NAMES = ("name", "alias", "previousName")
WEAK_NAMES = ("weakAlias", "abbreviation")
#: What a source calls somebody first; the others are also said of them.
MAIN_NAME = "name"
_NAMES = (*STRONG_NAMES, *WEAK_NAMES)
#: Properties that matching reads, as a condition.
_READ = f"(prop in ({listed((*_NAMES, *READ))}) or (prop_type in ({listed(NUMBERED)}) and prop not in ({listed(NOT_IDENTIFYING)})))"

_SCHEMA_KIND = columns(schema=pa.string(), kind=pa.string())
#: `plain` is the tokens alone; `tokens` says of those of other scripts how they were written too, see `written_tokens`.
NAME_FORM = columns(value=pa.string(), kind=pa.string(), plain=pa.string(), tokens=pa.string(), parts=pa.string(), legal_form=pa.string())
#: Names are analysed so many at a time: words that come often are read once in each batch.
_ROWS = 100_000
#: Other readings of a token that are looked at, the likeliest ones.
_READINGS = 8


def protect(engine: Engine, table: str = "protected", sources: str = "sources") -> None:
    """Create `protected` (entity_id): victims, and whoever may be under 18 on the day of the newest source. Doubt about age protects. Or another table,
    of who was when there were only those other sources.
    """
    newest = str(engine.scalar(f"select max(version_date) from {sources}") or "9999-12-31")
    adult = f"{int(newest[:4]) - 18:04d}{newest[4:10]}"
    those = "" if sources == "sources" else f"and source_id in (select source_id from {sources})"
    engine.create(
        table,
        f"""
        select entity_id from claims where prop = 'topics' and value in ('victim', 'minor') {those}
        union select entity_id from claims
        where prop = 'birthDate' and value >= substr('{adult}', 1, length(value)) and value <> '{adult}' {those}""",
    )


def select(engine: Engine) -> None:
    """Create `records` with all that is matched, and what `survey` makes."""
    survey(engine)
    choose(engine)


def survey(engine: Engine) -> None:
    """What has to be known of all claims before any record is chosen: `schema_kinds` (schema, kind), `protected`, `shielded` (entity_id, dataset: those
    of the protected that would be matched), `citations`, `props_said` (prop, prop_type) and `props_read` (prop).
    """
    engine.map("schema_kinds", 'select distinct "schema" from claims', _kinds, _SCHEMA_KIND)
    protect(engine)
    engine.create(
        "shielded",
        """
        select c.entity_id, min(c.dataset) as dataset from claims c join protected p on p.entity_id = c.entity_id
        join schema_kinds k on k."schema" = c."schema" group by c.entity_id""",
    )
    _cite(engine)
    # asked once of each property, not of each claim
    engine.create("props_said", "select distinct prop, prop_type from claims")
    engine.create("props_read", f"select distinct prop from props_said where {_READ}")


def choose(engine: Engine, among: str = "") -> None:
    """Create `records` (idx, entity_id, dataset, schema, kind, current, curated, fingerprint): what is matched, numbered in the order of the ids; only
    those of the table `among`, if there is one.

    Where nothing is known of its source a record is taken for one of a curated list. Two builds by the same engine give a record the same
    `fingerprint` where nothing that matching reads of it, or of what cites it, has changed; another, where something has.
    """
    # sums do not depend on the order of claims; in two halves, so that none overflows. Texts, as an engine may hold few different ones as numbers
    halves = "sum(cast(said >> 32 as bigint)) as high, sum(cast(said & 4294967295 as bigint)) as low"
    written = f"case when s.prop in ({listed(BIRTH)}) then coalesce(s.original_value, '') else '' end"
    only = f"where s.entity_id in (select entity_id from {among})" if among else ""
    engine.create(
        "records",
        f"""
        select cast(row_number() over (order by c.entity_id) - 1 as integer) as idx, c.entity_id, c.dataset, c."schema", c.kind, c.current,
            coalesce(s.curated, true) as curated,
            cast(hash(coalesce(c.high, 0), coalesce(c.low, 0), coalesce(t.high, 0), coalesce(t.low, 0),
                cast(c.dataset as varchar), cast(c."schema" as varchar), c.current, coalesce(s.curated, true)) >> 1 as bigint) as fingerprint
        from (select c.entity_id, min(c.dataset) as dataset, min(c."schema") as "schema", min(k.kind) as kind, max(c.current) as current, {halves}
              from (select s.entity_id, s.dataset, s."schema", s.current,
                        case when p.prop is not null then hash(cast(s.prop as varchar), s.value, {written}) end as said
                    from claims s left join props_read p on p.prop = s.prop {only}) c
              join schema_kinds k on k."schema" = c."schema" group by c.entity_id) c
        left join (select dataset, min(curated) as curated from sources group by dataset) s on s.dataset = c.dataset
        left join (select entity_id, {halves} from (select entity_id, hash(value) as said from citations) q group by entity_id) t
            on t.entity_id = c.entity_id
        left join protected p on p.entity_id = c.entity_id where p.entity_id is null""",
    )


def _cite(engine: Engine) -> None:
    """Create `citations` (entity_id, value): the numbers of the United Nations' list by which others (sanctions) speak of an entity."""
    engine.create(
        "citations",
        """
        select distinct e.value as entity_id, s.value from claims s join claims e on e.entity_id = s.entity_id and e.prop = 'entity'
        where s.prop = 'unscId'""",
    )


def analyse_names(engine: Engine) -> None:
    """Create `record_claims`, and `record_names` (idx, tokens, parts, legal_form, weak, main): the names of each of `records`, be they all or a
    few, in comparable form, each form once.

    `tokens` as `written_tokens` makes them; where a form was written in several scripts, the one with the fewest readings stands for it.
    """
    _gather(engine)
    engine.create(
        "names_said",
        f"""
        select idx, kind, value, min(prop in ({listed(WEAK_NAMES)})) as weak, max(prop = '{MAIN_NAME}') as main
        from record_claims where prop in ({listed(_NAMES)}) and kind <> 'number' group by idx, kind, value""",
    )
    engine.map("name_forms", "select distinct value, kind from names_said order by value, kind", _analyse, NAME_FORM, rows=_ROWS)
    engine.create(
        "record_names",
        """
        select n.idx, min(f.tokens) as tokens, min(f.parts) as parts, max(f.legal_form) as legal_form, min(n.weak) as weak, max(n.main) as main
        from names_said n join name_forms f on f.value = n.value and f.kind = n.kind where f.plain <> ''
        group by n.idx, f.plain""",
    )


def _gather(engine: Engine) -> None:
    """Create `record_claims` (idx, kind, prop, prop_type, value, original_value): what is read of `records`, be they all or a few, with what
    `select` made; who cites them says so as `unscId`.
    """
    engine.create(
        "record_claims",
        """
        select r.idx, r.kind, c.prop, c.prop_type, c.value, c.original_value from claims c join records r on r.entity_id = c.entity_id
        where c.prop in (select prop from props_read)
        union all
        select r.idx, r.kind, 'unscId', cast(null as varchar), s.value, cast(null as varchar)
        from citations s join records r on r.entity_id = s.entity_id""",
    )


def kind_of(schema: str) -> str | None:
    """How a thing of this schema is matched, or None if never."""
    return next((kind for ancestor, kind in _KINDS if model.is_a(schema, ancestor)), None)


def _kinds(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for given in batches:
        found = [(schema, kind) for schema in values(given, "schema") if (kind := kind_of(schema))]
        yield batch(_SCHEMA_KIND, *([row[place] for row in found] for place in (0, 1)))


def _analyse(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for given in batches:
        kinds = pc.index_in(given.column("kind"), pa.array(NAMED)).to_numpy(zero_copy_only=False)
        found = analyze_names(given.column("value"), kinds.astype(np.uint8))
        yield batch(
            NAME_FORM,
            given.column("value"),
            given.column("kind"),
            found.token_texts().cast(pa.string()),
            written_tokens(found).cast(pa.string()),
            _parts(found),
            found.legal_forms,
        )


def written_tokens(found: Analysed) -> Array:
    """The tokens of each name with spaces between; of one that was read from another script also the script and other readings:
    "qadirzai~3~kadirzai~qaderzai". Others are less in the order of strings.
    """
    labels = np.array(found.labels, object)
    start, variants = found.variant_start, found.variants
    for place in np.flatnonzero((found.scripts > 0) | (np.diff(start) > 0)).tolist():
        others = [found.labels[other] for other in variants[start[place] : start[place + 1]][:_READINGS]]
        labels[place] = "~".join([found.labels[place], str(found.scripts[place]), *others])
    spelled = take(pa.array(labels, pa.string()), found.tokens)
    joined: Array = pc.binary_join(pa.ListArray.from_arrays(pa.array(found.token_start, pa.int32()), spelled), " ")
    return joined


def _parts(found: Analysed) -> Array:
    """The part of a name that each token is, as a figure, without spaces."""
    figures = (found.parts + ord("0")).astype(np.uint8)
    return pa.StringArray.from_buffers(
        len(found.token_start) - 1, pa.py_buffer(found.token_start.astype(np.int32).tobytes()), pa.py_buffer(figures.tobytes())
    )
