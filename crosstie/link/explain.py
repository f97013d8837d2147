"""A link in plain words: each step, why each end belongs to its sphere, the whole, and how likely it is. Built as messages, told in any of the six languages.

Words of estimate are those of Intelligence Community Directive 203 (2015), whose seven bands stand beside them as numbers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from textwrap import shorten
from typing import Any

from crosstie.link.candidates import Candidate, Placement, Row, Step
from crosstie.link.tongues import Message, has, number, reads, sentence

_MANY = 3
_LONG = 90
#: ICD 203, section D.6.e.2: from almost no chance to almost certain, in per cent.
BANDS = ((1, 5), (5, 20), (20, 45), (45, 55), (55, 80), (80, 95), (95, 99))
#: From so many bits on chance alone practically never gives it.
_NEVER = 40


def step_told(step: Step, names: dict[str, str]) -> Message:
    """What one step says, each clause with its period and who says so; further edges between the same two are counted."""
    clauses = [clause_told(edge, names) for edge in step.edges]
    different = [one for at, one in enumerate(clauses) if one not in clauses[:at]]
    more = len(different) - _MANY
    return {
        "say": "step",
        "clauses": {"all": different[:_MANY], "between": "clauses"},
        "more": {"say": "more.clauses", "n": more} if more > 0 else None,
    }


def link_told(candidate: Candidate, strength: float) -> Message:
    """The whole link, from the crime-sphere actor to the terror-sphere actor, and how likely it is."""
    crime, terror = candidate.crime, candidate.terror
    placed = {"crime": placement_told(crime), "terror": placement_told(terror), "estimate": estimate_told(strength)}
    if not candidate.paths:
        return {"say": "link.one", "name": candidate.name(crime.entity_id), **placed}
    names = {node: candidate.name(node) for node in candidate.entities}
    others = len(candidate.paths) - 1
    longest = max(len(path.steps) for path in candidate.paths)
    return {
        "say": "link.tied",
        "first": candidate.name(crime.entity_id),
        "last": candidate.name(terror.entity_id),
        "clauses": {"all": [clause_told(step.edges[0], names) for step in candidate.paths[0].steps], "between": "clauses"},
        "more": {"say": "more.paths", "n": others, "steps": longest} if others else None,
        **placed,
    }


def placement_told(one: Placement) -> Message:
    """Why an actor belongs to its sphere, in brackets' length: activity, how it is known, by whom, since when."""
    best = one.rows[0]
    activity = best["activity"] or one.sphere
    known = f"activity.{activity}"
    how = f"how.{best['basis']}"
    return {
        "say": "placement",
        "activity": {"say": known} if has(known) else activity.replace(".", " ").replace("-", " "),
        "how": {"say": how if has(how) else "how.finding", "who": best["originator"] or {"say": "who.unknown"}},
        "since": {"say": "placement.since", "year": best["start"][:4]} if best["start"] else None,
    }


def evidence_in_words(said: str | None, language: str = "en") -> str:
    """A piece of evidence: what crosstie says of a list or a mark in any of the languages, what a source wrote as it wrote it."""
    ours = (reads(name, said or "") for name in ("evidence.listed", "evidence.marked"))
    message = next((one for one in ours if one), None)
    return sentence(message, language) if message and language != "en" else said or ""


def estimate_told(strength: float) -> Message:
    """How likely it is that all of it holds, in words and in the numbers that the words stand for."""
    band = band_of(strength)
    low, high = BANDS[band - 1]
    return {"say": f"estimate.{band}", "low": low, "high": high}


def band_of(strength: float) -> int:
    """The band of a probability, 1 to 7; what lies on a border belongs to the higher."""
    return next((band for band, (_, high) in enumerate(BANDS, 1) if strength * 100 < high), len(BANDS))


def likely(strength: float, language: str = "en") -> str:
    """The word of estimate of a probability."""
    return sentence({"say": f"likely.{band_of(strength)}"}, language)


def surprise_in_words(bits: float, language: str = "en") -> str:
    """How rarely chance alone would give such a path, in words; `bits` is -log2 of the expected share."""
    if bits < 1:
        return sentence({"say": "surprise.often"}, language)
    if bits >= _NEVER:
        return sentence({"say": "surprise.never"}, language)
    times = int(2**bits)
    return sentence({"say": "surprise.once", "n": round(times, -max(len(str(times)) - 2, 0))}, language)


def chance_in_words(links: int, share: float, language: str = "en") -> str:
    """The error rate of the first so many links of a list, in any of the languages."""
    if share >= 0.995:
        return sentence({"say": "chance.all", "n": links}, language)
    if share < 0.01:
        return sentence({"say": "chance.few", "n": links}, language)
    return sentence({"say": "chance.some", "n": links, "share": round(100 * share)}, language)


def class_in_words(name: str, language: str = "en") -> str:
    """A class of links with its title."""
    return sentence(class_told(name), language)


def class_told(name: str) -> Message:
    """A class of links with its title."""
    return {"say": "class.named", "class": name, "title": {"say": f"class.{name}"}}


def rule_in_words(rule: str, language: str = "en") -> str:
    """What a rule of the classes asks for; a rule of another version has only its id."""
    return sentence({"say": f"rule.{rule}"}, language) if has(f"rule.{rule}") else rule


def name_of_test(test: str, language: str = "en") -> str:
    """What a test of innocent explanations is called."""
    return sentence({"say": f"test.{test}"}, language) if has(f"test.{test}") else test.replace("_", " ")


def kept(message: Message) -> str:
    """A message as the tables of a build keep it."""
    return json.dumps(message, ensure_ascii=False, sort_keys=True)


def told(row: Row, language: str = "en") -> str:
    """What a row of a build says (a link, a step, an argument), in a language. Rows of older builds hold English only."""
    if language == "en" or not row.get("told"):
        return row["sentence"] or ""
    message: Message = json.loads(row["told"])
    return sentence(message, language)


def amount(value: float) -> str:
    """A sum of money without needless decimals."""
    return number(value)


def clause_told(edge: Row, names: dict[str, str]) -> Message:
    """What one edge says, with its period and who says so."""
    a, b = (str(names.get(edge[end], edge[end])) for end in ("source", "target"))
    what, label = _what(edge, a, b)
    return {
        "say": "clause",
        "what": what,
        "label": {"say": "label", "text": shorten(label, _LONG, placeholder=" …")} if label else None,
        "when": _when(edge),
        "by": voices(sorted(edge["originators"])),
    }


def _what(edge: Row, a: str, b: str) -> tuple[Message, str | None]:
    kind, label = edge["kind"], edge["label"]
    if kind.startswith("ledger."):
        return _ledger(edge, a, b), None
    if kind.startswith("shared."):
        name = kind if has(kind) else "shared.other"
        return {"say": name, "a": a, "b": b, "value": {"say": "value", "text": label} if label else None}, None
    if kind.startswith("finding."):
        return {"say": "tie.finding", "a": a, "b": b}, label
    name = f"tie.{kind}" if has(f"tie.{kind}") else "tie.other"
    message: Message = {"say": name, "a": a, "b": b}
    tells = label and "." not in kind and label.casefold() not in sentence(message).casefold()
    return message, label if tells else None


def _ledger(edge: Row, a: str, b: str) -> Message:
    events = edge["events"] or 1
    money: dict[str, Any] | None = None
    if edge["amount"] is not None:
        money = {"say": "money.all" if events > 1 else "money", "amount": {"sum": edge["amount"], "currency": edge["currency"]}}
    message: Message = {"say": edge["kind"], "a": a, "b": b, "times": {"say": "times", "n": events}, "money": money}
    return message if has(edge["kind"]) else {**message, "say": "ledger.other", "ledger": edge["kind"].removeprefix("ledger.")}


def _when(edge: Row) -> Message | None:
    start, end = edge["start"], edge["end"]
    if start and start == end:
        return {"say": "when.in" if len(start) < len("2000-01-01") else "when.on", "start": start}
    if start and end:
        return {"say": "when.period", "start": start, "end": end}
    if start:
        return {"say": "when.since", "start": start}
    return {"say": "when.until", "end": end} if end else None


def voices(originators: Sequence[str]) -> Message:
    """Who says so, the first few by name."""
    if not originators:
        return {"say": "by.none"}
    shown: Message = {"all": list(originators[:_MANY]), "between": "names"}
    return {"say": "by.more", "names": shown, "n": len(originators) - _MANY} if len(originators) > _MANY else shown
