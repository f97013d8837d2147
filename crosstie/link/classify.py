"""Which kind of tie it is: N0 to N6, proposed by written rules. The first rule that fits decides; a person accepts or corrects.

The classes follow the literature on the crime–terror nexus: Williams 1998, Makarenko 2004, Makarenko and Mesquita 2014, and the
coexistence–cooperation–convergence scale of The Hague Good Practices (GCTF 2018). The thresholds are our convention.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crosstie.link.candidates import Candidate, Row
from crosstie.link.score import direct
from crosstie.model import schema as model


@dataclass(frozen=True, slots=True)
class Class:
    """A class of links, in words."""

    title: str
    meaning: str


CLASSES = {
    "N0": Class("No tie", "What was found does not bear a tie; kept so that it is not found again."),
    "N1": Class("Coexistence", "Same people, places or markets around both, but no dealing between them is shown."),
    "N2": Class("Cooperation", "They deal with each other: services, goods, money or passage, for a while or for long."),
    "N3": Class("Appropriation", "One of them uses the other's methods: terrorists who live off crime, criminals who spread terror."),
    "N4": Class("Convergence", "Both worlds in one: the same actor, or shared members, command or money."),
    "N5": Class("Transformation", "The main motive changed: what was crime became terror, or the reverse."),
    "N6": Class("Environment", "The tie runs through an office of a State: weak or captured institutions are where both live."),
}
#: Relations that join two organisations in their members, command or property.
COMMAND = frozenset({"Membership", "Directorship", "Ownership", "Employment", "Control", "LegalEntity.parent", "Succession"})
#: How a text says that something ended, or began, in a year (en, fr, es, ru, ar, zh).
_UNTIL = re.compile(r"(?:\b(?:until|till|up to|jusqu['’]en|hasta)|до|حتى(?: عام)?|直到)\s*(\d{4})", re.IGNORECASE)
_SINCE = re.compile(r"(?:\b(?:since|from|in|depuis|en|desde)|(?:^|\s)(?:с|в)|منذ(?: عام)?|自)\s*(\d{4})", re.IGNORECASE)
#: Ties to a vehicle that are no use of it.
_OWNED = frozenset({"Ownership", "Vehicle.owner", "Vessel.owner", "Vehicle.operator"})
OFFICE = ("role.pep", "role.judge", "role.police", "gov")

Rule = Callable[[Candidate, Sequence[Row]], bool]


def contradicted(candidate: Candidate, arguments: Sequence[Row]) -> bool:
    """What speaks against it is decisive: the dates make it impossible."""
    return any(one["outcome"] == "against" and one["name"] == "dates" for one in arguments)


def motive_changed(candidate: Candidate, arguments: Sequence[Row]) -> bool:
    """One actor, and all that is known of it in one sphere, or what a text says of it there (“until 2015”), ended before the other began."""
    if candidate.paths:
        return False
    return any(
        (end := _ended(one.rows)) is not None and (start := _began(other.rows)) is not None and end <= start
        for one, other in ((candidate.crime, candidate.terror), (candidate.terror, candidate.crime))
    )


def one_actor_listed_for_both(candidate: Candidate, arguments: Sequence[Row]) -> bool:
    """One actor that is listed, or marked by topic, for crime and for terror."""
    return not candidate.paths and candidate.crime.listed and candidate.terror.listed


def other_method_adopted(candidate: Candidate, arguments: Sequence[Row]) -> bool:
    """One actor that is listed in one sphere and said to be active in the other by a text or a finding."""
    return not candidate.paths and candidate.crime.listed != candidate.terror.listed


def one_actor_by_text(candidate: Candidate, arguments: Sequence[Row]) -> bool:
    """One actor that texts or findings, but no list, place in both spheres."""
    return not candidate.paths


def shared_command(candidate: Candidate, arguments: Sequence[Row]) -> bool:
    """At most two steps, all of membership, command or property, and at least two independent items say so."""
    best = candidate.paths[0] if candidate.paths else None
    return best is not None and len(best.steps) <= 2 and all(step.kinds & COMMAND for step in best.steps) and len(items(candidate)) >= 2


def dealing(candidate: Candidate, arguments: Sequence[Row]) -> bool:
    """At least two independent items, one of them direct: a payment, goods, a call, a journey in one's car or together, or a finding that names both ends."""
    found = items(candidate)
    ends = {candidate.crime.entity_id, candidate.terror.entity_id}
    named = any(ends <= set(finding["subjects"]) for finding in candidate.findings if finding["status"] != "rejected")
    return len(found) + named >= 2 and (named or any(direct(kind) for kind, _, _ in found) or _journey(candidate))


def through_office(candidate: Candidate, arguments: Sequence[Row]) -> bool:
    """The path runs through a public body or the holder of a public office."""
    return any(_office(candidate.entities.get(node) or {}) for path in candidate.paths for node in path.between)


def same_surroundings(candidate: Candidate, arguments: Sequence[Row]) -> bool:
    """There is a path, but no dealing is shown: relatives, acquaintances, addresses, companies in common."""
    return bool(candidate.paths)


#: Rule id, class, rule; in this order.
RULES: tuple[tuple[str, str, Rule], ...] = (
    ("N0.contradicted", "N0", contradicted),
    ("N5.motive-changed", "N5", motive_changed),
    ("N4.listed-for-both", "N4", one_actor_listed_for_both),
    ("N3.other-method", "N3", other_method_adopted),
    ("N3.by-text", "N3", one_actor_by_text),
    ("N4.shared-command", "N4", shared_command),
    ("N2.dealing", "N2", dealing),
    ("N6.through-office", "N6", through_office),
    ("N1.same-surroundings", "N1", same_surroundings),
)


def classify(candidate: Candidate, arguments: Sequence[Row]) -> tuple[str, str]:
    """The class and the id of the rule that fired."""
    for rule_id, name, rule in RULES:
        if rule(candidate, arguments):
            return name, rule_id
    return "N0", "N0.contradicted"


def items(candidate: Candidate) -> set[tuple[str, str, int]]:
    """Independent items of evidence on the best path: a kind of tie said by one originator, of a ledger each of the first two events."""
    best = candidate.paths[0].steps if candidate.paths else ()
    return {
        (edge["kind"], one, event)
        for step in best
        for edge in step.edges
        for one in edge["originators"]
        for event in range(min(edge["events"] or 1, 2))
    }


def _ended(rows: Sequence[Row]) -> int | None:
    """The last year of what an actor did, from the texts and findings that say when it ended; the end of a listing is not the end of a deed."""
    years = [int(year) for row in rows if row["basis"] == "narrative" for year in _UNTIL.findall(row["sentence"] or "")]
    return max(years + [int(row["end"][:4]) for row in rows if row["end"] and row["basis"] != "listing"], default=None)


def _began(rows: Sequence[Row]) -> int | None:
    """The first year of what an actor did, from texts and findings; where they do not say, the year of listing, which cannot be earlier."""
    told = [int(year) for row in rows if row["basis"] == "narrative" for year in _SINCE.findall(row["sentence"] or "")]
    told += [int(row["start"][:4]) for row in rows if row["start"] and row["basis"] != "listing"]
    return min(told or [int(row["start"][:4]) for row in rows if row["start"]], default=None)


def _journey(candidate: Candidate) -> bool:
    """Whether on the best path somebody was on a known day in a vehicle that the next owns, drove or travelled in."""
    best = candidate.paths[0] if candidate.paths else None
    for left, right in pairwise(best.steps if best else ()):
        used = [step for step in (left, right) if step.kinds - _OWNED and step.start]
        if used and model.is_a((candidate.entities.get(left.target) or {}).get("schema") or "Thing", "Vehicle"):
            return True
    return False


def _office(entity: Row) -> bool:
    return model.is_a(entity.get("schema") or "Thing", "PublicBody") or any(
        topic.startswith(OFFICE) for topic in entity.get("topics") or ()
    )
