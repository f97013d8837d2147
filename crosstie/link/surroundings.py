"""What is known of those on the paths beside the paths: when somebody was in custody or abroad, and who shares a family name and a place with whom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa

from crosstie.link.candidates import Candidate, Row, Step
from crosstie.model import schema as model
from crosstie.store.engine import Engine

#: How records say that somebody was held, left or came back (roles and summaries of relations; en fr es ru ar zh).
_HELD = re.compile(
    r"\bheld in\b|custody|detain|imprison|inmate|d[ée]ten|détenu|preso\b|recluso|под страж|заключ|содерж|محتجز|سجين|在押|羁押",
    re.IGNORECASE,
)
_LEFT = re.compile(r"\b(?:exit|departure|departed|left the country|outbound|sortie|salida)\b|выезд|خروج|مغادرة|出境", re.IGNORECASE)
_CAME = re.compile(
    r"\b(?:entry|arrival|arrived|entered|returned|inbound|entrée|entrada|regreso)\b|въезд|возвращ|دخول|عودة|入境", re.IGNORECASE
)
#: Dealings that need presence, by kind or by what the source says of them; but not those in the place of custody itself.
_PRESENT = {"Event", "Trip", "ledger.crossings", "ledger.cash", "ledger.meetings"}
_MET = re.compile(
    r"\b(?:met|meeting|meets|seen (?:with|together)|travell?ed (?:with|together)|handed over|in person)\b"
    r"|встреч|rencontr|reuni[oó]n|لقاء|会面",
    re.IGNORECASE,
)
_INSIDE = re.compile(r"prison|jail|cell|wing|visit|detention|custody", re.IGNORECASE)
#: Ties that a family name in one place may explain.
_NEAR = {"Family", "Associate", "UnknownLink", "shared.address"}
#: Values that say where somebody is from.
_PLACES = ("address", "city", "birthPlace", "full")


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody could not be there: `kind` is custody or abroad, from day to day (ISO), in which place, and who says so."""

    kind: str
    start: str
    end: str
    place: str
    by: tuple[str, ...]

    def covers(self, start: str, end: str) -> bool:
        """Whether a period known to the day lies wholly in it."""
        return len(start) == len(end) == len("2000-01-01") and self.start <= start and end <= self.end


def needs_presence(edge: Row) -> bool:
    """Whether those who did this had to be there themselves."""
    label = edge["label"] or ""
    return (edge["kind"] in _PRESENT or bool(_MET.search(label))) and not _INSIDE.search(label)


def absences(engine: Engine) -> dict[str, list[Absence]]:
    """When those on the paths were in custody or abroad, from relations that say so with their days. One who left is abroad until the next return."""
    # each end by itself: a join on one or the other compares every edge with everybody
    ends = " union all ".join(
        f"""select n.entity_id, e.{other} as other, e.label, e."start", e."end", e.originators, e.edge_id
        from edges e join link_nodes n on n.entity_id = e.{end}
        where e."start" is not null and e.label is not null {once}"""
        for end, other, once in (("source", "target", ""), ("target", "source", "and e.source <> e.target"))
    )
    engine.create("link_dated", ends)
    told = [str(label) for label in engine.arrow("select distinct label from link_dated")["label"].to_pylist()]
    wanted = sorted(label for label in told if any(words.search(label) for words in (_HELD, _LEFT, _CAME)))
    engine.load("link_labels", pa.table({"label": pa.array(wanted, pa.string())}))
    rows = engine.arrow("""
        select d.entity_id, d.label, d."start", d."end", d.originators, o.caption from link_dated d
        join link_labels l on l.label = d.label left join entities o on o.entity_id = d.other
        order by d.entity_id, d."start", d.edge_id""").to_pylist()
    found: dict[str, list[Absence]] = {}
    crossings: dict[str, list[tuple[str, bool, tuple[str, ...]]]] = {}
    for row in rows:
        label, day, by = row["label"], row["start"], tuple(sorted(row["originators"]))
        if _HELD.search(label) and row["end"]:
            found.setdefault(row["entity_id"], []).append(Absence("custody", day, row["end"], row["caption"] or label, by))
        elif len(day) == len("2000-01-01") and (_LEFT.search(label) or _CAME.search(label)):
            crossings.setdefault(row["entity_id"], []).append((day, bool(_LEFT.search(label)), by))
    for entity, days in crossings.items():
        for (out, left, by), (back, leaves, again) in pairwise(days):
            if left and not leaves:
                found.setdefault(entity, []).append(Absence("abroad", out, back, "", tuple(sorted({*by, *again}))))
    return found


def kin(engine: Engine, candidates: Sequence[Candidate]) -> dict[frozenset[str], tuple[str, int]]:
    """Neighbours on the best paths, near to each other by kin or acquaintance, who share a word of their names and a place: the place, and how many here bear
    the rarest such word.
    """
    pairs = {pair: words for one in candidates for pair, words in _named_alike(one)}
    if not pairs or not engine.has("claims"):
        return {}
    engine.load("link_kin", pa.table({"entity_id": pa.array(sorted({one for pair in pairs for one in pair}), pa.string())}))
    listed = ", ".join(f"'{prop}'" for prop in _PLACES)
    said = engine.arrow(f"""
        select distinct c.canonical_id, c.value from claims c join link_kin k on k.entity_id = c.canonical_id where c.prop in ({listed})""")
    places: dict[str, set[str]] = {}
    for entity, value in zip(said["canonical_id"].to_pylist(), said["value"].to_pylist(), strict=True):
        places.setdefault(str(entity), set()).update(_place(str(value)))
    found = {pair: (min(shared), words) for pair, words in pairs.items() if (shared := _of(places, pair))}
    counts = {word: 0 for _, words in found.values() for word in words}
    for word in counts:
        told = word.replace("'", "''")
        counts[word] = int(engine.scalar(f"select count(*) from entities where strpos(lower(caption), '{told}') > 0 and not victim"))
    return {pair: (place, min(counts[word] for word in words)) for pair, (place, words) in found.items()}


def _named_alike(candidate: Candidate) -> Iterator[tuple[frozenset[str], set[str]]]:
    for step in candidate.paths[0].steps if candidate.paths else ():
        if step.kinds <= _NEAR and all(_person(candidate, one) for one in (step.source, step.target)):
            left, right = (set(candidate.name(one).casefold().split()) for one in (step.source, step.target))
            if shared := {word for word in left & right if len(word) > 2}:
                yield pair(step), shared


def pair(step: Step) -> frozenset[str]:
    """The two ends of a step, in no order."""
    return frozenset((step.source, step.target))


def _person(candidate: Candidate, entity: str) -> bool:
    return model.is_a((candidate.entities.get(entity) or {}).get("schema") or "Thing", "Person")


def _of(places: dict[str, set[str]], pair: frozenset[str]) -> set[str]:
    first, second = sorted(pair)
    return places.get(first, set()) & places.get(second, set())


def _place(value: str) -> set[str]:
    """The town or village of an address: its last part without figures."""
    parts = [part.strip() for part in value.split(",")]
    return {part.title() for part in parts[-2:] if len(part) > 2 and not any(letter.isdigit() for letter in part)} if parts else set()
