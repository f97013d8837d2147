"""Ties by a rare value that few share: a document, a phone, an account number, an address. Rarity counts, not frequency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.store.engine import Engine


@dataclass(frozen=True, slots=True)
class Family:
    """Values that mean the same kind of thing. `weight` is how far two holders of one value are tied; `holders` the most that a tie bears."""

    name: str
    props: tuple[str, ...]
    weight: float
    holders: int
    length: int


#: Identifiers name one holder: two is a tie, many is a mistake or a placeholder. An address may be a whole house.
FAMILIES = (
    Family(
        "document",
        ("passportNumber", "idNumber", "number", "personalNumber", "socialSecurityNumber", "licenseNumber", "innCode"),
        0.9,
        4,
        5,
    ),
    Family("account", ("accountNumber", "iban", "ibanMentioned", "publicKey", "cryptoAddress", "accountId"), 0.9, 6, 6),
    Family(
        "registration",
        (
            "registrationNumber",
            "taxNumber",
            "vatCode",
            "leiCode",
            "dunsCode",
            "ogrnCode",
            "uscCode",
            "voenCode",
            "irsCode",
            "cadastralCode",
            "titleNumber",
            "isin",
            "serialNumber",
        ),
        0.9,
        4,
        5,
    ),
    Family("vessel", ("imoNumber", "mmsi", "callSign", "crsNumber", "icaoCode"), 0.9, 4, 4),
    Family("phone", ("phone", "contextPhone"), 0.85, 6, 7),
    Family("email", ("email", "contextEmail"), 0.85, 6, 6),
    Family("address", ("address", "full"), 0.5, 8, 12),
)
#: the stubs of the compute functions know too few overloads
pc: Any = pyarrow.compute
_VALUES = pa.schema(
    [
        ("node", pa.string()),
        ("family", pa.string()),
        ("key", pa.string()),
        ("value", pa.string()),
        ("source_id", pa.string()),
        ("locator", pa.string()),
        ("originator", pa.string()),
        ("grade", pa.string()),
        ("marking", pa.string()),
    ]
)
#: Values that stand for no value: one character again and again, counting up, or words for nothing.
_PLACEHOLDER = r"^(?:0+|1+|2+|3+|4+|5+|6+|7+|8+|9+|x+|n|na|n ?a|none|nil|null|unknown|not ?(?:known|available|applicable)|no ?number|0?123456\d*|tbc|tba|same)$"
#: An address names a house by a number or by the word for its street or building; a town or a province ties nobody.
_SPECIFIC = (
    r"\d|\b(?:street|str|st|road|rd|avenue|ave|av|lane|square|boulevard|blvd|building|bldg|tower|floor|block|suite|villa|house|shop|souk|box"
    r"|calle|carrera|rue|via|piazza|plaza|ulitsa|ulica|strasse)\b|straße|улиц|ул |шоссе|شارع|路|街"
)
#: Words that make an address one of thousands.
_VAGUE = r"\b(?:province|district|region|refugee camp|prison|jail|reported to be|believed to be|in custody|unknown|general delivery|poste restante)\b"


def gather(engine: Engine) -> list[str]:
    """Make the evidence of shared values, and table `graph_commons` of values that too many share; the names of the tables that hold the evidence."""
    engine.load(
        "graph_families",
        pa.table(
            {
                "prop": [prop for family in FAMILIES for prop in family.props],
                "family": [family.name for family in FAMILIES for _ in family.props],
            }
        ),
    )
    engine.load(
        "graph_limits",
        pa.table(
            {
                "family": [family.name for family in FAMILIES],
                "weight": [family.weight for family in FAMILIES],
                "most": [family.holders for family in FAMILIES],
            }
        ),
    )
    # a document that is described on its own belongs to its holder
    engine.create(
        "graph_papers",
        """
        select distinct c.entity_id as paper, n.canonical_id as holder from claims c join graph_ids n on n.entity_id = c.value
        where c.prop = 'holder' and c."schema" in ('Identification', 'Passport')""",
    )
    engine.map(
        "graph_values",
        """
        select coalesce(p.holder, c.canonical_id) as node, f.family, c.value, c.source_id, c.locator, c.originator, c.grade, c.marking
        from claims c join graph_families f on f.prop = c.prop left join graph_papers p on p.paper = c.entity_id
        where c."schema" <> 'Address' and coalesce(p.holder, c.canonical_id) in (select entity_id from graph_nodes)
        union all
        select c.canonical_id, 'address', a.caption, c.source_id, c.locator, c.originator, c.grade, c.marking
        from claims c join graph_ids n on n.entity_id = c.value join entities a on a.entity_id = n.canonical_id
        where c.prop = 'addressEntity' and c.canonical_id in (select entity_id from graph_nodes)""",
        _keyed,
        _VALUES,
    )
    engine.create("graph_held", "select family, key, count(distinct node) as holders from graph_values group by family, key")
    _commons(engine)
    _pairs(engine)
    return ["graph_shared_a", "graph_shared_b"]


def _commons(engine: Engine) -> None:
    engine.create(
        "graph_commons",
        """
        select distinct v.family, v.key, v.node, min(v.value) over (partition by v.family, v.key) as value, h.holders
        from graph_values v join graph_held h on h.family = v.family and h.key = v.key join graph_limits m on m.family = v.family
        where h.holders > m.most""",
    )


def _pairs(engine: Engine) -> None:
    """Every two holders of a value that few hold. Both must be right for the tie, so their confidences multiply; each more holder thins it."""
    engine.create(
        "graph_holder_claims",
        """
        select v.*, h.holders, m.weight, g.confidence from graph_values v join graph_held h on h.family = v.family and h.key = v.key
        join graph_limits m on m.family = v.family join graph_grades g on g.grade = v.grade
        where h.holders between 2 and m.most""",
    )
    engine.create(
        "graph_sharers",
        """
        select family, key, node, min(holders) as holders, min(weight) as weight, max(confidence) as confidence, min(value) as value
        from graph_holder_claims group by family, key, node""",
    )
    engine.create(
        "graph_sharing",
        """
        select a.node as a, b.node as b, a.family, a.key, a.value, a.confidence * b.confidence * a.weight * 2 / a.holders as confidence,
            ln(cast(n.total as double) / a.holders) / ln(2) as rarity
        from graph_sharers a join graph_sharers b on b.family = a.family and b.key = a.key and a.node < b.node
        cross join (select greatest(count(*), 1) as total from graph_nodes) n""",
    )
    for side in ("a", "b"):
        engine.create(
            f"graph_shared_{side}",
            f"""
            select s.a as source, s.b as target, 'shared.' || s.family as kind, '' as currency, s.value as label,
                cast(null as varchar) as "start", cast(null as varchar) as "end", cast(null as bigint) as events, cast(null as double) as amount,
                s.confidence, s.rarity, s.key as item, true as counts,
                c.source_id, c.locator, n.caption || ': ' || c.value as sentence, c.originator, c.grade, c.marking
            from graph_sharing s join graph_holder_claims c on c.family = s.family and c.key = s.key and c.node = s.{side}
            join graph_nodes n on n.entity_id = c.node""",
        )


def _keyed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Values reduced to what has to be equal: letters and figures of identifiers, words of addresses; placeholders are left out."""
    for batch in batches:
        for family in FAMILIES:
            part = batch.filter(pc.equal(batch.column("family"), family.name))
            if not part.num_rows:
                continue
            key = _key(part.column("value"), family)
            columns = {**{name: part.column(name) for name in part.schema.names}, "key": key}
            yield pa.RecordBatch.from_arrays([columns[name] for name in _VALUES.names], schema=_VALUES).filter(_tells(key, family))


def _tells(key: Any, family: Family) -> Any:
    """Which keys say anything: long enough, no placeholder, and with a figure in all but e-mail addresses."""
    long_enough: Any = pc.greater_equal(pc.utf8_length(key), family.length)
    said: Any = pc.invert(pc.match_substring_regex(key, _PLACEHOLDER))
    if family.name == "email":
        return pc.and_(long_enough, said)
    specific: Any = pc.match_substring_regex(key, _SPECIFIC if family.name == "address" else r"\d")
    if family.name == "address":
        precise: Any = pc.invert(pc.match_substring_regex(key, _VAGUE))
        specific = pc.and_(specific, precise)
    return pc.and_(pc.and_(long_enough, said), specific)


def _key(values: Any, family: Family) -> Any:
    lower = pc.utf8_lower(values)
    if family.name == "address":
        return pc.utf8_trim_whitespace(pc.replace_substring_regex(lower, r"[^\p{L}\p{N}]+", " "))
    return pc.replace_substring_regex(lower, r"[^\p{L}\p{N}@]+", "")
