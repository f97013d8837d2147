"""Every table of crosstie, as an Arrow schema: the one page to read before touching data.

Kept per source, in ``sources/<source_id>/``:  STATEMENT, REJECT, one ledger table per kind of event.
Made per build, in ``builds/<number>/``:  all the others, named as in TABLES.

Dates are text in ISO 8601 with the precision that the source gives (``1971``, ``1971-05``, ``1971-05-02``), so that precision is never
invented; an interval is two columns. Ids are text. ``score``, ``strength`` and ``confidence`` run from 0 to 1.
"""

from __future__ import annotations

import pyarrow as pa

text = pa.string()
texts = pa.list_(pa.string())
number = pa.float64()
count = pa.int64()
flag = pa.bool_()


def _table(**columns: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns.items()])


#: Where a thing is said: enough to open the original at the place. `locator` as in `model.evidence.Locator`.
EVIDENCE = pa.struct(
    [
        pa.field("source_id", text),
        pa.field("locator", text),
        pa.field("sentence", text),
        pa.field("originator", text),
        pa.field("grade", text),
        pa.field("marking", text),
    ]
)

#: What counts for or against a link, tested and with its outcome: "for", "against", "open". `told` is the sentence as JSON without a language.
ARGUMENT = pa.struct([pa.field("name", text), pa.field("outcome", text), pa.field("sentence", text), pa.field("told", text)])

#: From which day on a link had which class, as far as evidence dated up to then supports it; `at` is null where evidence without a date does.
HISTORY = pa.struct(
    [pa.field("at", text), pa.field("class", text), pa.field("rule", text), pa.field("strength", number), pa.field("score", number)]
)

#: One file as received.
SOURCE = _table(
    source_id=text,  # first 16 hex digits of the SHA-256 of the file
    sha256=text,
    bytes=count,
    file_name=text,
    reader=text,
    dataset=text,  # prefix of the entity ids: un, ofac, gb, ...
    series=text,  # versions of one list share a series; the newest is current, the others are history
    version_date=text,
    originator=text,  # who says so: copies of one originator count once
    received_at=text,
    grade=text,  # Admiralty: A1 ... F6
    marking=text,  # model.marking.Marking as text
    records=count,
    rejects=count,
    statements=count,
    ledger_rows=count,
    curated=flag,  # its publisher keeps entries apart that are not one: two of them are one only by an identifier
)

#: One claim of one source: FollowTheMoney's statement plus where it stands. Its id, canonical id and first/last seen are computed by the build.
STATEMENT = _table(
    entity_id=text,
    schema=text,
    prop=text,
    value=text,  # cleaned by the type of the property
    original_value=text,  # as written, where cleaning changed it
    lang=text,
    dataset=text,
    source_id=text,
    locator=text,
    grade=text,
    marking=text,
)

#: What a reader could not use, and why. Nothing is dropped without a row here.
REJECT = _table(source_id=text, locator=text, reason=text, excerpt=text)

#: Columns that every ledger has in front of its own: an event between two parties on a day. `a_id` acts, `b_id` receives.
LEDGER_BASE = _table(
    event_id=text,
    a_id=text,
    b_id=text,
    date=text,
    source_id=text,
    locator=text,
    grade=text,
    marking=text,
)


def ledger(**columns: pa.DataType) -> pa.Schema:
    """The schema of a ledger: the common columns, then those of the lens."""
    return pa.schema([*LEDGER_BASE, *_table(**columns)])


#: All statements of a build: STATEMENT over all versions of each series, resolved.
CLAIM = _table(
    id=text,  # FollowTheMoney's statement id
    canonical_id=text,
    entity_id=text,
    schema=text,
    prop=text,
    prop_type=text,
    value=text,
    original_value=text,
    lang=text,
    dataset=text,
    series=text,
    source_id=text,  # the newest source that says so
    locator=text,
    originator=text,
    grade=text,
    marking=text,
    first_seen=text,  # version dates of the first and last source that say so
    last_seen=text,
    current=flag,  # said by the newest version of its series
)

#: A pair that was compared. `features` is JSON: name of the feature to its contribution; `judgement` same, different, unsure or null.
PAIR = _table(left_id=text, right_id=text, score=number, features=text, judgement=text)

#: Which source entity belongs to which resolved entity.
CLUSTER = _table(entity_id=text, cluster_id=text, dataset=text, score=number)

#: A resolved entity, in short; its values are in CLAIM.
ENTITY = _table(
    entity_id=text,  # canonical
    schema=text,
    caption=text,
    names=texts,  # strong names first, weak aliases left out
    countries=texts,
    datasets=texts,
    members=texts,
    topics=texts,
    birth_dates=texts,
    originators=texts,
    marking=text,
    first_seen=text,
    last_seen=text,
    delisted=flag,  # in no newest version of any series that once named it
    victim=flag,  # a victim or a minor: outside all matching and links
)

#: An activity that a text speaks of. `mode` asserted, alleged, negated or victim; `role` is the part of the subject, as far as seen.
MENTION = _table(
    mention_id=text,
    entity_id=text,
    activity=text,
    sphere=text,
    lens=text,
    term=text,
    lang=text,
    mode=text,
    sentence=text,
    prop=text,
    source_id=text,
    locator=text,
    originator=text,
    grade=text,
    marking=text,
)

#: What a detector saw.
FINDING = _table(
    finding_id=text,
    lens=text,
    typology=text,  # the activity that it points to and the detector: extortion/collector
    title=text,
    subjects=texts,
    start=text,
    end=text,
    score=number,
    amount=number,
    currency=text,
    sentence=text,
    innocent=texts,
    evidence=pa.list_(EVIDENCE),
    ties=pa.list_(pa.struct([pa.field("a", text), pa.field("b", text)])),  # which subject dealt with whom: edges, once a person accepts
    thresholds=text,  # JSON: what the detector worked with
    supports=flag,  # speaks for ties of its subjects: not so where it only says again what the list says that places them in their world
    status=text,  # proposed, accepted, rejected
    marking=text,  # the strictest of all events of its subjects in its period, shown or not
)

#: Why an actor is held to belong to the world of crime or of terror. `basis` is listing, topic, narrative or finding.
SPHERE = _table(
    entity_id=text,
    sphere=text,
    activity=text,
    basis=text,
    sentence=text,
    start=text,
    end=text,
    confidence=number,
    source_id=text,
    locator=text,
    originator=text,
    grade=text,
    marking=text,
)

#: A tie between two resolved entities, ready for the graph.
EDGE = _table(
    edge_id=text,
    source=text,
    target=text,
    kind=text,  # FtM schema of the relation, or shared.<type>, or ledger.<name>, or finding.<activity>/<detector>
    label=text,
    start=text,
    end=text,
    events=count,
    amount=number,
    currency=text,
    confidence=number,
    rarity=number,  # bits: how rare the value or place is that both share
    originators=texts,
    evidence=pa.list_(EVIDENCE),
    marking=text,
)

#: A tie between a crime-sphere actor and a terror-sphere actor.
LINK = _table(
    rank=count,  # 1 is best; rejected ones come last
    link_id=text,
    crime_id=text,
    terror_id=text,
    crime_name=text,
    terror_name=text,
    crime_record=text,  # the record that places the end in its sphere: whom the list or report means, whatever else was joined with it
    terror_record=text,
    **{"class": text},
    rule=text,
    score=number,  # log-odds sum that ranks; never shown alone
    p_value=number,  # the share of untied pairs that would score as high
    fdr=number,  # expected share of false ones in the list down to this link
    strength=number,
    surprise=number,  # bits
    support=count,  # independent originators
    hops=count,
    first=text,
    last=text,
    path=texts,  # canonical ids along the best path
    typologies=texts,
    crime_evidence=pa.list_(EVIDENCE),
    terror_evidence=pa.list_(EVIDENCE),
    arguments=pa.list_(ARGUMENT),
    sentence=text,
    told=text,  # the sentence as JSON without a language: link.tongues tells it in any of the six
    history=pa.list_(HISTORY),
    state=text,  # by the day of the newest source: emerging, active, dormant, broken, transformed; undated where no day is known
    marking=text,
    status=text,  # open, accepted, rejected, unsure
)

#: One step of one path of a link, in order.
STEP = _table(
    link_id=text,
    path_no=count,
    step_no=count,
    source=text,
    target=text,
    edge_id=text,
    kind=text,
    sentence=text,
    told=text,  # as of LINK
    start=text,
    end=text,
    confidence=number,
    rarity=number,
    evidence=pa.list_(EVIDENCE),
)

#: The tables of a build, by file name.
TABLES: dict[str, pa.Schema] = {
    "sources": SOURCE,
    "claims": CLAIM,
    "pairs": PAIR,
    "clusters": CLUSTER,
    "entities": ENTITY,
    "mentions": MENTION,
    "findings": FINDING,
    "protections": FINDING,  # what was seen for somebody's protection: never spheres, ties, links or matches; subjects are events, not persons
    "spheres": SPHERE,
    "edges": EDGE,
    "links": LINK,
    "steps": STEP,
}

#: How the rows of each table of a build are ordered: the same rows give the same bytes. Links stand in their rank.
ORDER = {
    "sources": "source_id",
    "claims": "entity_id, prop, value, schema, dataset, series, source_id, locator, lang",
    "pairs": "score desc, left_id, right_id",
    "clusters": "entity_id",
    "entities": "entity_id",
    "mentions": "mention_id, locator",
    "findings": "score desc, finding_id",
    "protections": "score desc, finding_id",
    "spheres": "entity_id, sphere, activity, basis, source_id, locator, sentence",
    "edges": "edge_id",
    "links": "rank, link_id",
    "steps": "link_id, path_no, step_no",
}
