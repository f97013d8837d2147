"""Candidate keys: two records are compared only where they share a key that few records have. Never all pairs.

| key | of | finds |
|---|---|---|
| `n:` two rare consonant skeletons of one name (a part of one consonant: its letters) | every name | other spellings, scripts and orders of the parts |
| `j:` all skeletons of a name written together, in order and sorted | every name | parts joined or split; names of one part |
| `d:` full birth date and one skeleton | persons | names that share one part only |
| `y:` birth year and one rare skeleton | persons | the same, where the day is not known |
| `i:` identifier, telephone or address of e-mail | everything | other names altogether |
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pyarrow as pa

from crosstie.resolve.batches import batch, columns, rows
from crosstie.store.engine import Engine

#: A key that more records share than this is too common to be worth comparing under.
CAP = {"n": 60, "j": 60, "d": 60, "y": 40, "i": 40}
#: Of a long name only so many of the rarest parts make pairs.
RAREST = 5

_KEY = columns(idx=pa.int32(), key=pa.string())


def candidates(engine: Engine) -> None:
    """Create `candidates` (l, r): pairs of record numbers, l < r, that share a key and whose schemata fit.

    Needs `records`, `record_names`, `record_identifiers` (idx, value) and `record_births` (idx, value). Records of one dataset that are both
    current are compared only where they share an identifier: their publisher keeps them apart.
    """
    _name_keys(engine)
    engine.create(
        "keys",
        """
        select distinct idx, key, true as by_name from name_keys
        union all select idx, 'i:' || value, false from record_identifiers
        union all select idx, 'i:' || value, true from record_contacts
        union all select idx, 'i:' || value, true from record_citations""",
    )
    caps = " ".join(f"when starts_with(key, '{kind}:') then {cap}" for kind, cap in sorted(CAP.items()))
    engine.create("blocks", f"select key, min(by_name) as by_name from keys group by key having count(*) between 2 and (case {caps} end)")
    engine.create(
        "candidates",
        """
        select a.idx as l, b.idx as r
        from blocks k join keys ka on ka.key = k.key join keys kb on kb.key = k.key and ka.idx < kb.idx
        join records a on a.idx = ka.idx join records b on b.idx = kb.idx
        join schema_fits f on f.l = a."schema" and f.r = b."schema"
        where not k.by_name or a.dataset <> b.dataset or not a.current or not b.current
        group by a.idx, b.idx""",
    )


def _name_keys(engine: Engine) -> None:
    engine.create(
        "skeleton_counts",
        """
        select skeleton, count(distinct idx) as n from (select idx, unnest(string_split(skeletons, ' ')) as skeleton from record_names) s
        where skeleton <> '' group by skeleton""",
    )
    commonness: dict[str, int] = dict(rows(engine.arrow("select skeleton, n from skeleton_counts"), "skeleton", "n"))
    engine.create("births", "select idx, array_agg(distinct value) as births from record_births group by idx")

    def keys(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for given in batches:
            indexes: list[int] = []
            found: list[str] = []
            for idx, tokens, skeletons, births in rows(given, "idx", "tokens", "skeletons", "births"):
                mine = name_keys(tokens.split(" "), skeletons.split(" "), births or (), commonness)
                indexes += [idx] * len(mine)
                found += mine
            yield batch(_KEY, indexes, found)

    engine.map(
        "name_keys",
        """
        select n.idx, n.tokens, n.skeletons, b.births from record_names n left join births b on b.idx = n.idx""",
        keys,
        _KEY,
    )


def name_keys(tokens: list[str], skeletons: list[str], births: list[str] | tuple[str, ...], commonness: dict[str, int]) -> list[str]:
    """The keys of one name: of its rarest parts two by two, of all of it, and of its parts with the dates of birth."""
    sounds = [sound if len(sound) > 1 else token for token, sound in zip(tokens, skeletons, strict=True)]
    parts = sorted({part for part in sounds if len(part) > 1 or part.isdigit()}, key=lambda part: (commonness.get(part, 0), part))
    rarest = sorted(parts[:RAREST])
    keys = [f"n:{left}|{right}" for left, right in combinations(rarest, 2)]
    for whole in {"".join(skeletons), "".join(sorted(skeletons))}:
        if len(whole) > 2:
            keys.append(f"j:{whole}")
    for born in births:
        if len(born) == 10 and not born.endswith("-01-01"):
            keys += [f"d:{born}|{part}" for part in rarest]
        keys += [f"y:{born[:4]}|{part}" for part in parts[:2]]
    return keys
