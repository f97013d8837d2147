"""The innocent explanations of a link: each that applies is tested, and how it came out is told, for or against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from crosstie.graph.csr import day_bounds
from crosstie.graph.paths import GAP_DAYS
from crosstie.link.candidates import Candidate, Row, Step
from crosstie.link.explain import clause_told, kept, voices
from crosstie.link.surroundings import Absence, needs_presence, pair
from crosstie.link.tongues import Message, sentence
from crosstie.model import schema as model

FOR, AGAINST, OPEN = "for", "against", "open"
#: Expected namesakes beyond which a name alone proves nothing, and below which it nearly does.
_COMMON, _RARE = 0.5, 0.01
#: From so many bearers of a name on, kin is what everybody is there; so many alibis of a step are told.
_CLAN, _SHOWN = 20, 3
#: Words in the name of those who act for many strangers.
AGENTS = (
    "law firm",
    "attorney",
    "notary",
    "trustee",
    "trust services",
    "nominee",
    "registered agent",
    "corporate services",
    "hotel",
    "post office",
    "money transfer",
    "exchange house",
    "hawala",
)
#: Relations that people enter into for a living, and from how many on it is one.
_SERVICE, _PROFESSIONAL = {"Directorship", "Representation", "Employment", "Occupancy"}, 4
_BANK = ("fin.bank", "fin.fund", "fin.adivsor")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the tests need to know of the whole: expected namesakes of an entity, values it shares with many, years of birth by record, nodes whose
    identity is a match of records, who denies what places an end, and the hub bound.
    """

    namesakes: dict[str, float] = field(default_factory=dict)
    commons: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    births: dict[str, list[set[int]]] = field(default_factory=dict)
    resting: frozenset[str] = frozenset()
    #: by entity, when it was in custody or abroad
    absences: dict[str, list[Absence]] = field(default_factory=dict)
    #: of two with a word of their names in common, the place that they share and how many here bear the word
    kin: dict[frozenset[str], tuple[str, int]] = field(default_factory=dict)
    #: by source, the files that are copies of it
    repeated: dict[str, list[str]] = field(default_factory=dict)
    #: by entity and sphere, who denies it and in which words
    denials: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    hub: int = 200


#: Gives outcomes, each with what it says.
Test = Callable[[Candidate, Facts], Iterator[tuple[str, Message]]]


def common_name(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Message]]:
    """Records of different sources were taken for one: is the name so common that another may be meant?"""
    for node in candidate.nodes:
        expected = facts.namesakes.get(node)
        if node not in facts.resting or expected is None:
            continue
        outcome = AGAINST if expected > _COMMON else FOR if expected < _RARE else OPEN
        yield outcome, {"say": f"common_name.{outcome}", "name": candidate.name(node), "expected": {"small": expected}}


def family_name(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Message]]:
    """A match that has only one word of a name to go by is a family name, or a nickname."""
    for node in candidate.nodes:
        entity = candidate.entities.get(node) or {}
        known = node in facts.resting and model.is_a(entity.get("schema") or "Thing", "LegalEntity") and entity.get("names")
        if known and all(len(name.split()) < 2 for name in entity["names"]):
            yield AGAINST, {"say": "family_name", "name": candidate.name(node)}


def one_village(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Message]]:
    """In one village many bear one name: that two of them know each other, or are kin, is no dealing."""
    for step in candidate.paths[0].steps if candidate.paths else ():
        if (found := facts.kin.get(pair(step))) is not None:
            place, many = found
            ends = {"a": candidate.name(step.source), "b": candidate.name(step.target)}
            yield AGAINST if many >= _CLAN else OPEN, {"say": "one_village", **ends, "place": place, "n": many}


def alibi(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Message]]:
    """Who was in prison, or abroad, on the days of a dealing that needs presence cannot have taken part in it."""
    names = {node: candidate.name(node) for node in candidate.entities}
    for step in candidate.paths[0].steps if candidate.paths else ():
        told = [
            (edge, one, node)
            for edge in step.edges
            for node in (step.source, step.target)
            for one in _absent(edge, facts.absences.get(node, ()))
        ]
        refuted = {edge["edge_id"] for edge, _, _ in told}
        for edge, one, node in told[:_SHOWN]:
            outcome = AGAINST if len(refuted) == len(step.edges) else OPEN
            period = {"start": one.start, "end": one.end, "place": one.place, "by": voices(one.by), "what": clause_told(edge, names)}
            yield outcome, {"say": f"alibi.{one.kind}", "name": candidate.name(node), **period}


def _absent(edge: Row, absences: Sequence[Absence]) -> list[Absence]:
    if not needs_presence(edge) or not edge["start"]:
        return []
    return [one for one in absences if one.covers(edge["start"], edge["end"] or edge["start"])]


def birth_dates(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Message]]:
    """Different birth dates speak for different persons."""
    for node in candidate.nodes:
        records = facts.births.get(node, [])
        if node not in facts.resting or len(records) < 2:
            continue
        # a record may give several years: what counts is how near two records come at best
        apart = max(min(abs(a - b) for a in one for b in other) for one, other in combinations(records, 2))
        years = ", ".join(str(year) for year in sorted(set().union(*records)))
        if apart:
            outcome = AGAINST if apart > 3 else OPEN
            yield outcome, {"say": "birth_dates.apart", "name": candidate.name(node), "years": years}
        else:
            yield FOR, {"say": "birth_dates.agree", "name": candidate.name(node)}


def hub(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Message]]:
    """Somebody who deals with very many ties nobody in particular."""
    if not candidate.paths or not candidate.paths[0].degrees:
        return
    most, node = max(zip(candidate.paths[0].degrees, candidate.nodes[1:-1], strict=True))
    name = candidate.name(node)
    if most > facts.hub // 2:
        yield AGAINST, {"say": "hub.many", "name": name, "n": most}
    elif most > facts.hub // 8:
        yield OPEN, {"say": "hub.some", "name": name, "n": most}
    else:
        yield FOR, {"say": "hub.none", "n": most}


def public_address(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Message]]:
    """An address may be a hotel, a law firm or a block of flats."""
    if not candidate.paths:
        return
    steps = candidate.paths[0].steps
    for step in steps:
        if step.kinds == {"shared.address"}:
            yield OPEN, {"say": "public_address.alone", "a": candidate.name(step.source), "b": candidate.name(step.target)}
    ends = facts.commons.get(candidate.crime.entity_id, []), facts.commons.get(candidate.terror.entity_id, [])
    for value, holders in sorted(set(ends[0]) & set(ends[1])):
        yield AGAINST, {"say": "public_address.common", "value": value, "n": holders}


def agent(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Message]]:
    """A law firm, a nominee or a money changer acts for strangers."""
    for node in candidate.nodes[1:-1]:
        entity = candidate.entities.get(node) or {}
        names = " ".join([*(entity.get("names") or []), entity.get("caption") or ""]).casefold()
        topics = entity.get("topics") or ()
        if any(word in names for word in AGENTS) or any(topic.startswith(("role.lawyer", "role.acct")) for topic in topics):
            yield AGAINST, {"say": "agent.named", "name": candidate.name(node)}
    best = candidate.paths[0] if candidate.paths else None
    for (left, right), many in zip(pairwise(best.steps), best.alike, strict=False) if best else ():
        if many >= _PROFESSIONAL and left.kinds & _SERVICE and right.kinds & _SERVICE:
            yield AGAINST, {"say": "agent.office", "name": candidate.name(left.target), "n": many}


def same_counsel(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Message]]:
    """Two clients of one lawyer need not know each other."""
    for left, right in pairwise(candidate.paths[0].steps if candidate.paths else ()):
        clients = [step.kinds == {"Representation"} and all(edge["source"] == left.target for edge in step.edges) for step in (left, right)]
        if all(clients):
            ends = {"a": candidate.name(left.source), "b": candidate.name(right.target)}
            yield AGAINST, {"say": "same_counsel", **ends, "name": candidate.name(left.target)}


def bank(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Message]]:
    """What runs over a bank's own account is its customers' money."""
    for step in candidate.paths[0].steps if candidate.paths else ():
        for node in (step.source, step.target):
            topics = (candidate.entities.get(node) or {}).get("topics") or ()
            if any(kind.startswith("ledger.") for kind in step.kinds) and any(topic in _BANK for topic in topics):
                yield AGAINST, {"say": "bank", "name": candidate.name(node)}


def common_counterpart(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Message]]:
    """Two who pay the same shop, or are paid by the same employer, need not know of each other: what comes from the one must go on to the other."""
    for left, right in pairwise(candidate.paths[0].steps if candidate.paths else ()):
        if not all(kind.startswith("ledger.") for kind in left.kinds | right.kinds):
            continue
        into = [any(edge["target"] == left.target for edge in step.edges) for step in (left, right)]
        out = [any(edge["source"] == left.target for edge in step.edges) for step in (left, right)]
        name = candidate.name(left.target)
        if not ((into[0] and out[1]) or (into[1] and out[0])):
            yield AGAINST, {"say": "common_counterpart.same", "name": name}
        else:
            yield FOR, {"say": "common_counterpart.passed", "name": name}


def list_echo(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Message]]:
    """Lists that take over each other's entries are one voice."""
    for placement in (candidate.crime, candidate.terror):
        if placement.copies:
            alone = len(placement.originators) == 1
            copies = {"all": list(placement.copies), "between": "names"}
            yield AGAINST if alone else OPEN, {"say": "list_echo.taken", "name": candidate.name(placement.entity_id), "copies": copies}
    cited = candidate.crime.sources | candidate.terror.sources | {one for step in candidate.steps for one in step.sources}
    for copy in sorted({copy for one in cited for copy in facts.repeated.get(one, ())}):
        yield OPEN, {"say": "list_echo.copy", "copy": copy}


def denial(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Message]]:
    """A source says that it is not so, or that a court found it untrue. A listing is not undone by a text, but it is told."""
    for placement in (candidate.crime, candidate.terror):
        for who, words in facts.denials.get((placement.entity_id, placement.sphere), [])[:3]:
            outcome = OPEN if placement.listed else AGAINST
            yield outcome, {"say": "denial", "who": who, "name": candidate.name(placement.entity_id), "sentence": words}


def dates(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Message]]:
    """The steps must be possible in time: of one period, and within the lives of those in it."""
    if not candidate.paths:
        return
    best = candidate.paths[0]
    known = [step for step in best.steps if step.start or step.end]
    for step in known:
        for node in (step.source, step.target):
            born = min((candidate.entities.get(node) or {}).get("birth_dates") or [""])
            if born and step.end and step.end[:4] < born[:4]:
                yield AGAINST, {"say": "dates.born", "name": candidate.name(node), "year": born[:4], "day": step.end}
                return
    if len(known) < len(best.steps):
        yield OPEN, {"say": "dates.undated", "n": len(best.steps) - len(known), "total": len(best.steps)}
    elif all(_meet(one, other) for one, other in pairwise(best.steps)):
        yield FOR, {"say": "dates.one_period"}
    else:
        yield OPEN, {"say": "dates.apart", "years": GAP_DAYS // 365}


def _meet(one: Step, other: Step) -> bool:
    (start, end), (other_start, other_end) = day_bounds(one.start, one.end), day_bounds(other.start, other.end)
    return start <= other_end and other_start <= end


TESTS: tuple[Test, ...] = (
    common_name,
    family_name,
    one_village,
    birth_dates,
    alibi,
    hub,
    public_address,
    agent,
    same_counsel,
    bank,
    common_counterpart,
    list_echo,
    denial,
    dates,
)


def arguments(candidate: Candidate, facts: Facts) -> list[Row]:
    """What speaks for and against the link: ARGUMENT rows, in the order of the tests."""
    return [
        {"name": test.__name__, "outcome": outcome, "sentence": sentence(message), "told": kept(message)}
        for test in TESTS
        for outcome, message in test(candidate, facts)
    ]


def outcomes(candidate: Candidate, facts: Facts) -> list[Row]:
    """What speaks for and against the link without its words, in the order of the tests: what rules and features go by."""
    return [{"name": test.__name__, "outcome": outcome} for test in TESTS for outcome, _ in test(candidate, facts)]
