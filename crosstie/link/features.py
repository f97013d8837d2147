"""What tells a tie that is there from one that only looks so: pure functions of a candidate and of the arguments on it, each in words that can be shown.

They know nothing of each other; what each is worth was learned (`link/data/weights.json`), but for those few whose docstring says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from math import log, log2

from crosstie.link.candidates import Candidate, Row, Step
from crosstie.link.strength import strength, support, surprise

#: Bits beyond this say no more than "not by chance".
_MOST_BITS = 24.0
#: Rarity of everyday dealings, and from where on more rarity tells no more, in bits.
_EVERYDAY, _MOST_TELLING = 3.0, 12.0
#: Two days of a year agree by chance to so many bits; sums of one order of magnitude likewise.
_YEAR, _SUMS, _NEARLY = 365.0, 0.5, 0.02
#: Relations that say only that two know each other.
_LOOSE = {"Associate", "UnknownLink"}
#: Relations in which many who need not know each other stand to the same person or body.
_COMMON = {"Membership", "Representation", "Employment"}


def truth(candidate: Candidate, arguments: Sequence[Row]) -> float:
    """Log-odds of the strength."""
    likely = min(max(strength(candidate, arguments), 1e-4), 1 - 1e-4)
    return log(likely / (1 - likely))


def unlikely_by_chance(candidate: Candidate, _: Sequence[Row]) -> float:
    """Bits of surprise, up to 24."""
    return min(surprise(candidate), _MOST_BITS)


def independent_voices(candidate: Candidate, _: Sequence[Row]) -> float:
    """Doublings of the number of independent originators."""
    return log2(max(1, support(candidate)))


def short(candidate: Candidate, _: Sequence[Row]) -> float:
    """Each step beyond the first makes a tie weaker in meaning, however sure."""
    return -float(max(0, candidate.hops - 1))


def one_actor(candidate: Candidate, _: Sequence[Row]) -> float:
    """One actor in both worlds, with no path to be doubted."""
    return float(not candidate.paths)


def telling(candidate: Candidate, _: Sequence[Row]) -> float:
    """How far the most ordinary dealing on the best path is rarer (in bits) than everyday dealings are, up to 12; below 0 it is an everyday one."""
    rarities = [step.rarity or 0.0 for step in _best(candidate) if any(kind.startswith("ledger.") for kind in step.kinds)]
    return min(*rarities, _MOST_TELLING) - _EVERYDAY if rarities else 0.0


def both_listed(candidate: Candidate, _: Sequence[Row]) -> float:
    """Whether both ends are listed for what they do, not only spoken of."""
    return float(candidate.crime.listed and candidate.terror.listed)


def corroborated(candidate: Candidate, _: Sequence[Row]) -> float:
    """Findings that name two or more of those on the path, or one between; up to two count."""
    nodes = set(candidate.nodes)
    between = nodes - _ends(candidate)
    found = (set(one["subjects"]) for one in candidate.findings if one["status"] != "rejected")
    return float(min(2, sum(len(nodes & subjects) > 1 or bool(between & subjects) for subjects in found)))


def noticed(candidate: Candidate, _: Sequence[Row]) -> float:
    """Findings that name one of the two ends alone, where the path has a dealing; up to two count."""
    if not any(kind.startswith("ledger.") for step in _best(candidate) for kind in step.kinds):
        return 0.0
    found = (set(one["subjects"]) & set(candidate.nodes) for one in candidate.findings if one["status"] != "rejected")
    return float(min(2, sum(len(one) == 1 and one <= _ends(candidate) for one in found)))


def in_step(candidate: Candidate, _: Sequence[Row]) -> float:
    """How closely what comes to somebody between and what goes on from there agree in first day, last day and sum, in bits, up to 12 at each."""
    return sum(
        max((_agreement(one, other) for one, other in _onward(left, right)), default=0.0) for left, right in pairwise(_best(candidate))
    )


def at_every_turn(candidate: Candidate, _: Sequence[Row]) -> float:
    """The same at that node between where it agrees least: a chain holds only if it holds at each."""
    return min(
        (max((_agreement(one, other) for one, other in _onward(left, right)), default=0.0) for left, right in pairwise(_best(candidate))),
        default=0.0,
    )


def doubly_said(candidate: Candidate, _: Sequence[Row]) -> float:
    """Share of the steps of the best path that two originators say, or that show in two ways."""
    steps = _best(candidate)
    return sum(len(step.kinds) > 1 or len(step.originators) > 1 for step in steps if not _address(step)) / len(steps) if steps else 0.0


def loose(candidate: Candidate, _: Sequence[Row]) -> float:
    """Steps of which only one source says that the two know each other, without a day."""
    return -float(sum(step.kinds <= _LOOSE and len(step.originators) < 2 and not (step.start or step.end) for step in _best(candidate)))


def vague_and_direct(candidate: Candidate, arguments: Sequence[Row]) -> float:
    """A tie of one step that one source says, without a day, of two who only know each other: hearsay."""
    return min(0.0, loose(candidate, arguments)) if candidate.hops == 1 else 0.0


def address_alone(candidate: Candidate, _: Sequence[Row]) -> float:
    """Steps that rest on an address and nothing else: it may be a whole house."""
    return -float(sum(_address(step) for step in _best(candidate)))


def same_club(candidate: Candidate, _: Sequence[Row]) -> float:
    """How often two on the best path are members of one body, clients of one counsel or employed by one firm, and nothing else ties them to it."""
    return -float(sum(_alike(left, right) for left, right in pairwise(_best(candidate))))


def for_hire(candidate: Candidate, _: Sequence[Row]) -> float:
    """Steps that are a service which anybody can have: representation before a court or office."""
    return -float(sum(step.kinds == {"Representation"} for step in _best(candidate)))


def once(candidate: Candidate, _: Sequence[Row]) -> float:
    """Steps that are one single event of one day."""
    return -float(sum(all(bool(edge["start"]) and edge["start"] == edge["end"] for edge in step.edges) for step in _best(candidate)))


def undated(candidate: Candidate, _: Sequence[Row]) -> float:
    """Share of the steps without a date."""
    steps = _best(candidate)
    return -sum(not (step.start or step.end) for step in steps) / len(steps) if steps else 0.0


def lasting(candidate: Candidate, _: Sequence[Row]) -> float:
    """Steps that are dealings over more than three years: rent, wages, a shop around the corner."""
    return -float(sum(_ledger(step) and _days(step.end, step.start) > 3 * _YEAR for step in _best(candidate)))


def ways(candidate: Candidate, _: Sequence[Row]) -> float:
    """Doublings of the number of paths that share nobody between."""
    return log2(max(1, len(candidate.disjoint)))


def same_side(candidate: Candidate, arguments: Sequence[Row]) -> float:
    """How often on the best path somebody stands on the same side of two dealings: two customers of one shop, two who are paid by one employer."""
    return -_against("common_counterpart", arguments)


def for_a_living(candidate: Candidate, arguments: Sequence[Row]) -> float:
    """How often on the best path somebody stands between who acts for many strangers."""
    return -_against("agent", arguments)


def denied(candidate: Candidate, arguments: Sequence[Row]) -> float:
    """Whether a source denies, or a court found untrue, what puts one of the ends into its world."""
    return -min(1.0, _against("denial", arguments))


def hearsay(candidate: Candidate, _: Sequence[Row]) -> float:
    """How far the world of the less sure end is doubtful, in nats: somebody said so once, or it is alleged only."""
    return log(max(min(candidate.crime.confidence, candidate.terror.confidence), 1e-3))


Feature = Callable[[Candidate, Sequence[Row]], float]
FEATURES: tuple[Feature, ...] = (
    truth,
    unlikely_by_chance,
    independent_voices,
    short,
    one_actor,
    telling,
    both_listed,
    corroborated,
    noticed,
    in_step,
    at_every_turn,
    doubly_said,
    loose,
    vague_and_direct,
    address_alone,
    same_club,
    for_hire,
    once,
    undated,
    lasting,
    ways,
    same_side,
    for_a_living,
    denied,
    hearsay,
)


def _best(candidate: Candidate) -> tuple[Step, ...]:
    return candidate.paths[0].steps if candidate.paths else ()


def _ends(candidate: Candidate) -> set[str]:
    return {candidate.crime.entity_id, candidate.terror.entity_id}


def _against(name: str, arguments: Sequence[Row]) -> float:
    return float(sum(one["name"] == name and one["outcome"] == "against" for one in arguments))


def _address(step: Step) -> bool:
    return step.kinds == {"shared.address"}


def _ledger(step: Step) -> bool:
    return all(kind.startswith("ledger.") for kind in step.kinds)


def _alike(left: Step, right: Step) -> bool:
    """Whether all that ties the two neighbours to who is between are relations of one kind in one direction that many have."""
    if len(left.kinds) > 1 or left.kinds != right.kinds or left.kind not in _COMMON:
        return False
    return len({edge["source"] == left.target for step in (left, right) for edge in step.edges}) == 1


def _onward(left: Step, right: Step) -> Iterator[tuple[Row, Row]]:
    """Pairs of dated edges of one kind around the node between; of a ledger only those that pass something on."""
    middle = left.target
    for one in left.edges:
        for other in right.edges:
            if one["kind"] != other["kind"] or not (one["start"] and other["start"]):
                continue
            if not one["kind"].startswith("ledger.") or (one["target"] == middle) != (other["target"] == middle):
                yield one, other


def _agreement(one: Row, other: Row) -> float:
    bits = _near(one["start"], other["start"])
    if one["end"] and other["end"] and (one["start"], other["start"]) != (one["end"], other["end"]):
        bits += _near(one["end"], other["end"])
    if one["amount"] and other["amount"] and one["currency"] == other["currency"]:
        apart = abs(log(one["amount"] / other["amount"])) if one["amount"] > 0 < other["amount"] else _SUMS
        bits += max(0.0, log2(_SUMS / (apart + _NEARLY)))
    return min(bits, _MOST_TELLING)


def _near(one: str, other: str) -> float:
    apart = abs(_days(one, other)) if len(one) == len(other) == len("2000-01-01") else _YEAR
    return max(0.0, log2(_YEAR / (apart + 1)))


def _days(one: str | None, other: str | None) -> float:
    """Days from the other to the one; 0 where either is not known to the day."""
    try:
        return float((date.fromisoformat(one or "") - date.fromisoformat(other or "")).days)
    except ValueError:
        return 0.0
