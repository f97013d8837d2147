"""A link in plain words: each step, why each end belongs to its sphere, and the whole."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

from crosstie.link.candidates import Candidate, Placement, Row, Step

#: What an edge says between its ends; a label of the source itself comes first where it fits into a sentence.
PHRASES = {
    "Family": "{a} is a relative of {b}",
    "Associate": "{a} is an associate of {b}",
    "Ownership": "{a} owns {b}",
    "Directorship": "{a} directs {b}",
    "Membership": "{a} is a member of {b}",
    "Employment": "{a} works for {b}",
    "Representation": "{a} represents {b}",
    "Control": "{a} controls {b}",
    "Debt": "{a} owes to {b}",
    "Payment": "{a} paid {b}",
    "Succession": "{a} was followed by {b}",
    "Occupancy": "{a} holds the office {b}",
    "Call": "{a} called {b}",
    "Message": "{a} wrote to {b}",
    "Email": "{a} wrote to {b}",
    "EconomicActivity": "{a} sent goods to {b}",
    "Event": "{a} organized an event with {b}",
    "UnknownLink": "{a} is linked to {b}",
    "Vehicle.owner": "{a} owns {b}",
    "Vehicle.operator": "{a} runs {b}",
    "LegalEntity.parent": "{a} is the parent of {b}",
    "CryptoWallet.holder": "{a} holds {b}",
    "UserAccount.owner": "{a} holds {b}",
    "Security.issuer": "{a} issued {b}",
    "Position.organization": "{b} is an office of {a}",
}
#: Verbs of ledgers; another ledger is named as it is.
LEDGERS = {
    "payments": "paid",
    "transactions": "paid",
    "transfers": "paid",
    "calls": "called",
    "shipments": "shipped to",
    "crossings": "crossed with",
    "custody": "was held with",
}
FAMILIES = {
    "document": "a document number",
    "account": "an account",
    "registration": "a registration number",
    "vessel": "a ship's number",
    "phone": "a phone number",
    "email": "an e-mail address",
    "address": "an address",
}
_MANY = 3
_LONG = 90


def step_sentence(step: Step, names: dict[str, str]) -> str:
    """What one step says, with its period and who says so; further edges between the same two follow."""
    said = list(dict.fromkeys(_edge(edge, names) for edge in step.edges))
    more = f"; and {len(said) - _MANY} more" if len(said) > _MANY else ""
    return "; ".join(said[:_MANY]) + more + f" ({_voices(sorted(step.originators))})."


def _edge(edge: Row, names: dict[str, str]) -> str:
    a, b = (str(names.get(edge[end], edge[end])) for end in ("source", "target"))
    kind, label = edge["kind"], edge["label"]
    if kind.startswith("ledger."):
        return _ledger(edge, a, b) + _when(edge)
    if kind.startswith("shared."):
        family = FAMILIES.get(kind.removeprefix("shared."), "a value")
        return f"{a} and {b} share {family}" + (f", {label}" if label else "") + _when(edge)
    phrase = PHRASES.get(kind, "{a} is tied to {b}").format(a=a, b=b)
    tells = label and "." not in kind and label.casefold() not in phrase.casefold()
    return phrase + (f" (“{shorten(label, _LONG, placeholder=' …')}”)" if tells else "") + _when(edge)


def _ledger(edge: Row, a: str, b: str) -> str:
    name = edge["kind"].removeprefix("ledger.")
    verb = LEDGERS.get(name)
    events = edge["events"] or 1
    times = "once" if events == 1 else f"{events} times"
    money = ""
    if edge["amount"] is not None:
        money = f", {amount(edge['amount'])}{' ' + edge['currency'] if edge['currency'] else ''}" + (" in all" if events > 1 else "")
    return f"{a} {verb} {b} {times}{money}" if verb else f"{a} to {b}: {name} {times}{money}"


def amount(value: float) -> str:
    """A sum of money without needless decimals."""
    return f"{value:,.2f}".removesuffix(".00")


def _when(edge: Row) -> str:
    start, end = edge["start"], edge["end"]
    if start and start == end:
        return f" in {start}" if len(start) < 10 else f" on {start}"
    if start and end:
        return f" from {start} to {end}"
    return f" since {start}" if start else f" until {end}" if end else ""


def _voices(originators: Sequence[str]) -> str:
    if not originators:
        return "source not named"
    shown = ", ".join(originators[:_MANY])
    return f"{shown} and {len(originators) - _MANY} more" if len(originators) > _MANY else shown


def placement(one: Placement) -> str:
    """Why an actor belongs to its sphere, in brackets' length: activity, how it is known, by whom, since when."""
    best = one.rows[0]
    activity = (best["activity"] or one.sphere).replace(".", " ").replace("-", " ")
    how = {"listing": "listed", "topic": "marked", "narrative": "said in a text", "finding": "found in records"}.get(
        best["basis"], best["basis"]
    )
    who = best["originator"] or "a source"
    since = f", {best['start'][:4]}" if best["start"] else ""
    return f"{activity}: {how} by {who}{since}"


def link_sentence(candidate: Candidate) -> str:
    """The whole link, from the crime-sphere actor to the terror-sphere actor."""
    crime, terror = candidate.crime, candidate.terror
    first, last = candidate.name(crime.entity_id), candidate.name(terror.entity_id)
    if not candidate.paths:
        return f"{first} is in both spheres: crime ({placement(crime)}) and terror ({placement(terror)})."
    names = {node: candidate.name(node) for node in candidate.entities}
    told = [_edge(step.edges[0], names) for step in candidate.paths[0].steps]
    others = len(candidate.paths) - 1
    more = (
        ""
        if not others
        else f" {others} more path{'s' if others > 1 else ''} of at most {max(len(p.steps) for p in candidate.paths)} steps."
    )
    return f"{first} ({placement(crime)}) is tied to {last} ({placement(terror)}): {'; '.join(told)}.{more}"
