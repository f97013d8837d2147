"""Why two records are held to be one thing, or not, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from rapidfuzz import fuzz

from crosstie.model.tables import SOURCE
from crosstie.resolve import records, traits
from crosstie.resolve.batches import rows
from crosstie.resolve.births import HOW_DATES_AGREE, interval
from crosstie.resolve.compare.kernels import compare_dates
from crosstie.resolve.compare.reasons import reasons_of
from crosstie.resolve.features import FEATURES, SLIPPED, Pairs
from crosstie.resolve.learn import Weights
from crosstie.resolve.loading import load_profiles
from crosstie.resolve.names import Kind, analyze
from crosstie.resolve.score import SHIPPED, score
from crosstie.resolve.slips import CHECKED, slip_between
from crosstie.resolve.traits import VALUE_SETS
from crosstie.store.engine import Engine

_MANY = 3
#: So many pairs of names, those most alike in letters, are looked at closely for the best.
_CLOSELY = 8
_BORN = ("birthDate", "buildDate")


@dataclass(frozen=True, slots=True)
class Record:
    """What is said of one record: property to values."""

    values: Mapping[str, list[str]]
    kind: Kind
    numbers: Mapping[str, str]  # identifiers and contacts: comparable form to written
    births: list[tuple[int, int, bool]]  # days of birth or building: first, last, whether it is known to the day

    @classmethod
    def of(cls, claims: pa.Table) -> Record:
        """The record that these rows of CLAIM speak of."""
        values: dict[str, list[str]] = {}
        numbers: dict[str, str] = {}
        births: set[tuple[int, int, bool]] = set()
        kind: Kind = "any"
        for schema, prop, prop_type, value, was in rows(claims, "schema", "prop", "prop_type", "value", "original_value"):
            if prop in _BORN and len(value) >= 4:
                births.add(interval(value, was))
            if prop_type in traits.NUMBERED and prop not in traits.NOT_IDENTIFYING and (normal := traits.normal_identifier(prop, value)):
                numbers.setdefault(normal, value)
            found = values.setdefault(prop, [])
            if value not in found:
                found.append(value)
            match records.kind_of(schema):
                case "person" | "organization" | "thing" as told:
                    kind = told
        return cls(values, kind, numbers, sorted(births))

    def all(self, *props: str) -> list[str]:
        """The values of some properties."""
        return [value for prop in props for value in self.values.get(prop, ())]


def explain(left: pa.Table, right: pa.Table, contributions: Mapping[str, float] | None = None) -> list[tuple[str, float, str]]:
    """For each feature that had something to compare: its name, its contribution in nats (above 0: for one thing), and a sentence.

    `left` and `right` are the rows of `claims` of two source entities. `contributions` are those stored in `pairs.features`; without them the
    two are weighed by themselves, as if no other record were there. Strongest first.
    """
    contributions = weigh(left, right) if contributions is None else contributions
    ours, theirs = Record.of(left), Record.of(right)
    told = [(name, value, _SENTENCES[name](ours, theirs, value)) for name, value in contributions.items() if value and name in _SENTENCES]
    order = {feature.__name__: place for place, feature in enumerate(FEATURES)}
    return sorted(told, key=lambda one: (-abs(one[1]), order[one[0]]))


def weigh(left: pa.Table, right: pa.Table, weights: Weights = SHIPPED) -> dict[str, float]:
    """The contributions of the features to a pair of records, by themselves; empty where one of them is never matched."""
    with Engine() as engine:
        engine.load("sources", SOURCE.empty_table())
        engine.load("claims", pa.concat_tables([left, right]))
        records.select(engine)
        records.analyse_names(engine)
        traits.collect(engine)
        profiles = load_profiles(engine)
    if profiles.count != 2:
        return {}
    scored = score(Pairs(profiles, np.array([0]), np.array([1])), weights)
    return {name: round(float(value[0]), 3) for name, value in scored.contributions.items() if value[0]}


def _name(ours: Record, theirs: Record, value: float) -> str:
    named = [record.all(*records.STRONG_NAMES) or record.all(*records.WEAK_NAMES) for record in (ours, theirs)]
    forms = [
        [(name, " ".join(analyze(name, record.kind).key)) for name in names] for names, record in zip(named, (ours, theirs), strict=True)
    ]
    pairs = sorted(((-fuzz.ratio(a, b), one, other) for one, a in forms[0] for other, b in forms[1]))[:_CLOSELY]
    if not pairs:
        return "One of the two has no name."
    kind = theirs.kind if ours.kind == "any" else ours.kind
    close = reasons_of([one for _, one, _ in pairs], [other for _, _, other in pairs], kind)
    best = max(range(len(pairs)), key=lambda place: (close[place].evidence, -place))
    _, one, other = pairs[best]
    why = " ".join(close[best].sentences)
    if value <= 0:
        return f"No names agree; the nearest are “{one}” and “{other}”. {why}"
    return f"The names “{one}” and “{other}” agree. {why}"


def _main_name(ours: Record, theirs: Record, value: float) -> str:
    one, other = _listed(ours.all(records.MAIN_NAME)), _listed(theirs.all(records.MAIN_NAME))
    if value > 0:
        return f"What both are called first agrees: {one}; {other}."
    return f"It is an alias that agrees: what they are called first, {one} and {other}, does not agree with a name of the other."


def _slip(ours: Record, theirs: Record, value: float) -> str:
    letters = [{code: np.frombuffer(code.encode(), np.uint8) for code in sorted(record.numbers)} for record in (ours, theirs)]
    for one, a in letters[0].items():
        for other, b in letters[1].items():
            found = slip_between(a, b, ours.kind == "thing") if min(len(a), len(b)) >= SLIPPED and one[0] != "@" else 0
            if found:
                wrong = ", and one of them has wrong check digits" if found == CHECKED else ""
                return f"Identifiers that are one slip apart{wrong}: {ours.numbers[one]}; {theirs.numbers[other]}."
    return "Identifiers that are one slip apart, given elsewhere in the records."


def _shared(what: str, *props: str) -> Callable[[Record, Record, float], str]:
    def sentence(ours: Record, theirs: Record, value: float) -> str:
        one, other = ours.all(*props), theirs.all(*props)
        if value > 0:
            both = [item for item in dict.fromkeys(one) if item in other]
            return f"The same {what}: {_listed(both)}." if both else f"The same {what}, in part: {_listed(one)}; {_listed(other)}."
        return f"Different {what}: {_listed(one)}; {_listed(other)}."

    return sentence


def _numbers(what: str, contacts: bool) -> Callable[[Record, Record, float], str]:
    def sentence(ours: Record, theirs: Record, value: float) -> str:
        both = [written for normal, written in sorted(ours.numbers.items()) if normal in theirs.numbers and (normal[0] == "@") == contacts]
        return f"The same {what}: {_listed(both)}." if both else f"The same {what}, given elsewhere in the records."

    return sentence


def _birth(ours: Record, theirs: Record, value: float) -> str:
    born = ours.births + theirs.births
    first, last, exact = np.array(born, np.int64).reshape(-1, 3).T
    level, years = np.zeros(1, np.int64), np.zeros(1, np.int64)
    start = np.array([0, len(ours.births), len(born)])
    compare_dates(np.array([0]), np.array([1]), start, first, last, exact.astype(np.bool_), level, years)
    one, other = ours.all(*_BORN), theirs.all(*_BORN)
    return f"Dates of birth or building: {_listed(one)}; {_listed(other)}: {HOW_DATES_AGREE[level[0]]}."


def _listed(values: list[str]) -> str:
    more = f" and {len(values) - _MANY} more" if len(values) > _MANY else ""
    return ", ".join(values[:_MANY]) + more if values else "none"


_SENTENCES: dict[str, Callable[[Record, Record, float], str]] = {
    "name": _name,
    "main_name": _main_name,
    "aliases": lambda ours, theirs, value: "More than one name of each agrees with a name of the other.",
    "identifier": _numbers("identifier", contacts=False),
    "near_identifier": _slip,
    "contact": _numbers("telephone number or address of e-mail", contacts=True),
    "citation": lambda ours, theirs, value: "One list cites the reference of the other, or both cite the same.",
    "unique_number": _shared("numbers of a kind of which a thing has only one", "imoNumber", "leiCode"),
    "birth_date": _birth,
    "nationality": _shared("nationality", *VALUE_SETS["nationality"]),
    "country": _shared("country", *VALUE_SETS["country"]),
    "gender": _shared("gender", "gender"),
    "place": _shared("place of birth or address", "birthPlace", "address"),
    "premises": _shared("house", "address"),
    "legal_form": lambda ours, theirs, value: "The legal forms of the two differ.",
}
