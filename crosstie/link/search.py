"""The search for ties between the two worlds: who is in both, who is tied to whom, how, how surely, and what else it may be."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from crosstie.graph.memory import Memory
from crosstie.graph.null import Ends, Null
from crosstie.link import chance, details, explain, history, score
from crosstie.link.actors import seeds, weigh
from crosstie.link.alternatives import Facts, arguments
from crosstie.link.candidates import Candidate, Row
from crosstie.link.classify import classify
from crosstie.link.reach import reach
from crosstie.link.tongues import sentence
from crosstie.model import schema as model
from crosstie.model.lexicon import Sphere
from crosstie.model.marking import strictest
from crosstie.model.tables import LINK, STEP
from crosstie.settings import Settings
from crosstie.store.engine import Engine

if TYPE_CHECKING:
    from crosstie.store.casebook import Judgement

#: Pieces of evidence of a sphere kept with a link.
_EVIDENCE = 20


def search(engine: Engine, settings: Settings, judgements: Sequence[Judgement], memory: Memory | None = None) -> None:
    """Create `links` and `steps`: every actor in both spheres, and the best paths between actors of different spheres, ranked.

    Reads `entities`, `spheres`, `edges` and, where they are there, `claims`, `clusters`, `sources` and `findings`. At most `settings.links` links stay.
    """
    worlds = f"select count(distinct sphere) from spheres where sphere in ('{Sphere.CRIME}', '{Sphere.TERROR}')"
    if engine.scalar(worlds) < 2:  # nobody to be tied to anybody
        engine.load("links", LINK.empty_table())
        engine.load("steps", STEP.empty_table())
        return
    searched, facts, candidates = look(engine, settings, memory)
    verdicts: dict[str, str] = {one.left: one.verdict for one in judgements if one.kind == "link" and one.revoked_at is None}
    links = [_link(candidate, arguments(candidate, facts), verdicts) for candidate in candidates]
    of_link = {link["link_id"]: candidate for link, candidate in zip(links, candidates, strict=True)}
    for link, value in zip(links, chance.p_values([link["score"] for link in links], searched).tolist(), strict=True):
        link["p_value"] = value
    ranked = score.kept(links, settings.links)
    values, scores = (np.array([link[name] for link in ranked], np.float64) for name in ("p_value", "score"))
    shares = chance.false_shares(values, scores, searched)
    for rank, (link, share) in enumerate(zip(ranked, shares.tolist(), strict=True), 1):
        link["rank"], link["fdr"] = rank, share
    newest = str(engine.scalar("select max(version_date) from sources") or "") if engine.has("sources") else ""
    for link in ranked:
        candidate = of_link[link["link_id"]]
        link["history"] = history.history(candidate, facts)
        link["state"] = history.state(candidate, link["history"], newest or link["last"] or "")
    steps = [step for identity in sorted(link["link_id"] for link in ranked) for step in _steps(of_link[identity], identity)]
    engine.load("links", pa.Table.from_pylist(ranked, schema=LINK))
    engine.load("steps", pa.Table.from_pylist(steps, schema=STEP))


def look(engine: Engine, settings: Settings, memory: Memory | None = None) -> tuple[int, Facts, list[Candidate]]:
    """How many pairs were searched: every actor of crime with every one of terror, and each with himself. And all of them that may be a link, with all
    that is said of it, not yet judged.
    """
    weigh(engine)
    found = seeds(engine)
    net, paths = reach(engine, found, settings, memory)
    null = Null(Ends.of(net, [directed(kind) for kind in net.kinds]))
    searched = len(found.crime) * len(found.terror) + len({*found.crime, *found.terror})
    return searched, *details.gather(engine, net, null, found.both, paths, settings)


def directed(kind: str) -> bool:
    """Whether it matters which of the two ends of a tie of this kind is which: not for what two share, nor for kin and acquaintance."""
    schema = model.schema(kind)
    return not kind.startswith("shared.") and (schema is None or not schema.edge or schema.edge_directed)


def link_id(crime_id: str, terror_id: str) -> str:
    """The id of a link: of its two ends, and of nothing else, so that a decision on it holds in every build."""
    return blake2b(f"{crime_id}|{terror_id}".encode(), digest_size=8).hexdigest()


def _link(candidate: Candidate, told: list[Row], verdicts: dict[str, str]) -> dict[str, Any]:
    crime, terror = candidate.crime, candidate.terror
    identity = link_id(crime.entity_id, terror.entity_id)
    name, rule = classify(candidate, told)
    likely = score.strength(candidate, told)
    words = explain.link_told(candidate, likely)
    first, last = _period(candidate)
    evidence = [*crime.rows, *terror.rows, *(one for step in candidate.steps for one in step.evidence)]
    named = [one for one in candidate.findings if one["status"] != "rejected"]
    verdict = verdicts.get(identity)
    return {
        "link_id": identity,
        "crime_id": crime.entity_id,
        "terror_id": terror.entity_id,
        "crime_name": candidate.name(crime.entity_id),
        "terror_name": candidate.name(terror.entity_id),
        "crime_record": crime.record,
        "terror_record": terror.record,
        "class": name,
        "rule": rule,
        "score": score.score(candidate, told),
        "strength": likely,
        "surprise": score.surprise(candidate),
        "support": score.support(candidate),
        "hops": candidate.hops,
        "first": first,
        "last": last,
        "path": list(candidate.nodes),
        "typologies": sorted({one["typology"] for one in named}),
        "crime_evidence": crime.evidence[:_EVIDENCE],
        "terror_evidence": terror.evidence[:_EVIDENCE],
        "arguments": told,
        "sentence": sentence(words),
        "told": explain.kept(words),
        "marking": strictest([*(one["marking"] for one in (*evidence, *named)), *(one["marking"] for one in candidate.entities.values())]),
        "status": verdict if verdict in ("accepted", "rejected", "unsure") else "open",
    }


def _period(candidate: Candidate) -> tuple[str | None, str | None]:
    """First and last known day of the tie; for one actor, of what places it."""
    parts: Sequence[Any] = candidate.steps or (candidate.crime, candidate.terror)
    first = min((part.start for part in parts if part.start), default=None)
    last = max((one for part in parts for one in (part.end, part.start) if one), default=None)
    return first, last


def _steps(candidate: Candidate, identity: str) -> list[dict[str, Any]]:
    names = {node: candidate.name(node) for node in candidate.entities}
    return [
        {
            "link_id": identity,
            "path_no": path_no,
            "step_no": step_no,
            "source": step.source,
            "target": step.target,
            "edge_id": step.edges[0]["edge_id"],
            "kind": step.kind,
            "sentence": sentence(words),
            "told": explain.kept(words),
            "start": step.start,
            "end": step.end,
            "confidence": step.confidence,
            "rarity": step.rarity,
            "evidence": step.evidence,
        }
        for path_no, path in enumerate(candidate.paths, 1)
        for step_no, step in enumerate(path.steps, 1)
        for words in (explain.step_told(step, names),)
    ]
