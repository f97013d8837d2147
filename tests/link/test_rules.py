from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from crosstie.link.alternatives import TESTS, Facts, arguments
from crosstie.link.candidates import Candidate, Path, Placement, Step, merging
from crosstie.link.classify import CLASSES, RULES, classify
from crosstie.link.explain import link_told, step_told
from crosstie.link.features import FEATURES
from crosstie.link.identity import _only_weak
from crosstie.link.score import order, parts, score, strength, support, surprise, weights
from crosstie.link.surroundings import Absence
from crosstie.link.tongues import sentence as say

Row = dict[str, Any]


def placed(sphere: str, entity: str, *, basis: str = "listing", **more: Any) -> Placement:
    row = {
        "entity_id": entity,
        "sphere": sphere,
        "activity": "drugs.trafficking",
        "basis": basis,
        "sentence": "said",
        "start": None,
        "end": None,
        "source_id": sphere,
        "locator": "row 2",
        "originator": f"list of {sphere}",
        "grade": "A2",
        "marking": "TLP:CLEAR",
        **more,
    }
    return Placement(
        entity,
        sphere,
        0.8,
        frozenset({basis}),
        ("drugs.trafficking",),
        frozenset({row["originator"]}),
        (),
        row["start"],
        row["end"],
        (row,),
        actors=10,
    )


def step(a: str, b: str, kind: str = "Associate", *, by: str = "police", turned: bool = False, **more: Any) -> Step:
    source, target = (b, a) if turned else (a, b)
    edge = {
        "edge_id": f"{a}{b}",
        "source": source,
        "target": target,
        "kind": kind,
        "label": None,
        "start": None,
        "end": None,
        "events": None,
        "amount": None,
        "currency": None,
        "confidence": 0.8,
        "rarity": None,
        "originators": [by],
        "evidence": [{"source_id": by, "locator": "x", "sentence": "s", "originator": by, "grade": "A2", "marking": "TLP:CLEAR"}],
        **more,
    }
    return Step(a, b, (edge,))


def tied(*steps: Step, entities: dict[str, Row] | None = None, **more: Any) -> Candidate:
    nodes = (steps[0].source, *(one.target for one in steps))
    known = {
        node: {"entity_id": node, "caption": node.title(), "schema": "Person", "topics": [], "names": [], "birth_dates": []}
        for node in nodes
    }
    for node, row in (entities or {}).items():
        known[node] |= row
    path = Path(nodes, steps, expected=2.0**-10, degrees=tuple(more.pop("degrees", [2] * (len(nodes) - 2))))
    return Candidate(placed("crime", nodes[0]), placed("terror", nodes[-1]), (path,), population=1000, entities=known, **more)


def alone(crime: Placement, terror: Placement) -> Candidate:
    return Candidate(
        crime, terror, population=1000, entities={"ana": {"caption": "Ana", "schema": "Person", "topics": [], "names": ["Ana Doe"]}}
    )


@pytest.mark.parametrize(
    ("candidate", "rule"),
    [
        (alone(placed("crime", "ana"), placed("terror", "ana")), "N4.listed-for-both"),
        (alone(placed("crime", "ana", basis="topic"), placed("terror", "ana")), "N4.listed-for-both"),
        (alone(placed("crime", "ana", basis="narrative"), placed("terror", "ana")), "N3.other-method"),
        (alone(placed("crime", "ana", basis="narrative"), placed("terror", "ana", basis="narrative")), "N3.by-text"),
        (
            alone(
                placed("crime", "ana", basis="narrative", start="2001", end="2005"),
                placed("terror", "ana", basis="narrative", start="2007", end="2010"),
            ),
            "N5.motive-changed",
        ),
        (
            alone(
                placed("crime", "ana", basis="narrative", sentence="Until 2019 a gang."),
                placed("terror", "ana", basis="narrative", sentence="Since 2021 it bombs."),
            ),
            "N5.motive-changed",
        ),
        (
            alone(placed("crime", "ana", basis="narrative", sentence="Hasta 2019 una banda."), placed("terror", "ana", start="2021-03-01")),
            "N5.motive-changed",
        ),
        (
            alone(placed("crime", "ana", basis="narrative", sentence="A gang."), placed("terror", "ana", start="2021-03-01")),
            "N3.other-method",
        ),
        # days of listings are not days of deeds
        (alone(placed("crime", "ana", start="2001", end="2005"), placed("terror", "ana", start="2007", end="2010")), "N4.listed-for-both"),
        (tied(step("a", "firm", "Ownership"), step("firm", "b", "Ownership", by="register")), "N4.shared-command"),
        (tied(step("a", "b", "ledger.payments", events=1)), "N1.same-surroundings"),
        (tied(step("a", "b", "ledger.payments", events=3)), "N2.dealing"),
        (tied(step("a", "x"), step("x", "b", "ledger.calls", events=1)), "N2.dealing"),
        (tied(step("a", "x"), step("x", "b", "Family")), "N1.same-surroundings"),
        (tied(step("a", "b"), findings=({"subjects": ["a", "b"], "status": "proposed"},)), "N2.dealing"),
        (tied(step("a", "b"), findings=({"subjects": ["a", "b"], "status": "rejected"},)), "N1.same-surroundings"),
        (tied(step("a", "x"), step("x", "b"), entities={"x": {"topics": ["role.pep"]}}), "N6.through-office"),
        (tied(step("a", "b", end="1970"), entities={"b": {"birth_dates": ["1980"]}}), "N0.contradicted"),
    ],
)
def test_each_class_has_its_rule(candidate: Candidate, rule: str) -> None:
    name, fired = classify(candidate, arguments(candidate, Facts()))
    assert fired == rule
    assert name == rule[:2]
    assert name in CLASSES


def test_every_rule_feature_and_test_explains_itself() -> None:
    assert {rule_id for rule_id, _, _ in RULES} == {f"{name}.{rule_id.split('.')[1]}" for rule_id, name, _ in RULES}
    for one in (*(rule for _, _, rule in RULES), *FEATURES, *TESTS):
        assert one.__doc__


def outcomes(candidate: Candidate, facts: Facts, name: str) -> list[str]:
    return [one["outcome"] for one in arguments(candidate, facts) if one["name"] == name]


def test_a_common_name_speaks_against_a_match_and_a_rare_one_for_it() -> None:
    candidate = tied(step("a", "x"), step("x", "b"))
    for expected, outcome in ((3.0, "against"), (0.1, "open"), (0.001, "for")):
        assert outcomes(candidate, Facts(namesakes={"x": expected}, resting=frozenset("x")), "common_name") == [outcome]
    assert outcomes(candidate, Facts(namesakes={"x": 3.0}), "common_name") == []


def test_one_word_is_no_name() -> None:
    candidate = tied(step("a", "x"), step("x", "b"), entities={"x": {"names": ["Doe"]}})
    assert outcomes(candidate, Facts(resting=frozenset("x")), "family_name") == ["against"]


def test_years_of_birth_are_compared_between_records() -> None:
    candidate = tied(step("a", "x"), step("x", "b"))
    for records, outcome in (([{1959, 1965}, {1965}], "for"), ([{1959}, {1961}], "open"), ([{1959}, {1975}], "against")):
        assert outcomes(candidate, Facts(births={"x": records}, resting=frozenset("x")), "birth_dates") == [outcome]


def test_hubs_agents_and_banks_speak_against() -> None:
    busy = tied(step("a", "x"), step("x", "b"), degrees=(150,))
    assert outcomes(busy, Facts(hub=200), "hub") == ["against"]
    agent = tied(step("a", "x"), step("x", "b"), entities={"x": {"names": ["Blue Nominee Services"]}})
    assert outcomes(agent, Facts(), "agent") == ["against"]
    bank = tied(step("a", "x", "ledger.payments"), step("x", "b"), entities={"x": {"topics": ["fin.bank"]}})
    assert outcomes(bank, Facts(), "bank") == ["against"]


def test_two_customers_of_one_shop_are_not_tied_by_it() -> None:
    both_pay = tied(step("a", "x", "ledger.payments"), step("x", "b", "ledger.payments", turned=True))
    passed_on = tied(step("a", "x", "ledger.payments"), step("x", "b", "ledger.payments"))
    assert outcomes(both_pay, Facts(), "common_counterpart") == ["against"]
    assert outcomes(passed_on, Facts(), "common_counterpart") == ["for"]


def test_a_copied_file_is_told_and_one_voice() -> None:
    found = outcomes(tied(step("a", "b", by="bank")), Facts(repeated={"bank": ["again.csv"], "other": ["more.csv"]}), "list_echo")
    assert found == ["open"]


def test_a_name_of_a_whole_village_is_no_dealing() -> None:
    cousins = tied(step("a", "b", "Family"))
    for many, outcome in ((3, "open"), (40, "against")):
        assert outcomes(cousins, Facts(kin={frozenset("ab"): ("Zimno", many)}), "one_village") == [outcome]
    assert outcomes(cousins, Facts(), "one_village") == []


def test_two_clients_of_one_lawyer_need_not_know_each_other() -> None:
    clients = tied(step("a", "x", "Representation", turned=True), step("x", "b", "Representation"))
    lawyers = tied(step("a", "x", "Representation"), step("x", "b", "Representation"))
    assert outcomes(clients, Facts(), "same_counsel") == ["against"]
    assert outcomes(lawyers, Facts(), "same_counsel") == []


PRISON = Absence("custody", "2016-01-01", "2016-10-20", "Belgora Prison", ("Prison services",))


@pytest.mark.parametrize(
    ("edge", "found"),
    [
        ({"kind": "Event", "start": "2016-05-05", "end": "2016-05-05"}, ["against"]),
        ({"kind": "UnknownLink", "label": "met in a café", "start": "2016-05-05"}, ["against"]),
        # a visit in the prison, a call, a day before, a year only
        ({"kind": "UnknownLink", "label": "met in prison", "start": "2016-05-05"}, []),
        ({"kind": "Call", "start": "2016-05-05", "end": "2016-05-05"}, []),
        ({"kind": "Event", "start": "2015-12-31", "end": "2016-01-02"}, []),
        ({"kind": "Event", "start": "2016", "end": "2016"}, []),
    ],
)
def test_who_was_in_prison_met_nobody_outside(edge: Row, found: list[str]) -> None:
    candidate = tied(step("a", "b", **edge))
    facts = Facts(absences={"b": [PRISON]})
    assert outcomes(candidate, facts, "alibi") == found
    told = arguments(candidate, facts)
    if found:
        assert strength(candidate, told) < strength(candidate, [])
        assert told[0]["sentence"].startswith("B was in custody then (Belgora Prison, 2016-01-01 – 2016-10-20; Prison services): ")


def test_an_alibi_for_one_meeting_of_two_leaves_it_open() -> None:
    edges = (
        step("a", "b", "Event", start="2016-05-05").edges[0],
        {**step("a", "b", "Event", start="2018-05-05").edges[0], "edge_id": "later"},
    )
    assert outcomes(tied(Step("a", "b", edges)), Facts(absences={"b": [PRISON]}), "alibi") == ["open"]


def test_addresses_are_told() -> None:
    only = tied(step("a", "b", "shared.address"))
    assert outcomes(only, Facts(), "public_address") == ["open"]
    common = {"a": [("Grand Hotel", 40)], "b": [("Grand Hotel", 40)]}
    assert outcomes(tied(step("a", "b")), Facts(commons=common), "public_address") == ["against"]


def test_dates_of_one_period_speak_for_it() -> None:
    assert outcomes(tied(step("a", "x", start="2010", end="2012"), step("x", "b", start="2011", end="2011")), Facts(), "dates") == ["for"]
    assert outcomes(tied(step("a", "x", start="2010", end="2010"), step("x", "b", start="2012", end="2012")), Facts(), "dates") == ["open"]
    assert outcomes(tied(step("a", "x")), Facts(), "dates") == ["open"]


def test_counter_evidence_lowers_strength_and_score() -> None:
    candidate = tied(step("a", "b"))
    against = [{"name": "dates", "outcome": "against", "sentence": ""}]
    assert strength(candidate, against) < strength(candidate, [])
    assert score(candidate, against) < score(candidate, [])
    assert weights()["start"] + sum(parts(candidate, []).values()) == pytest.approx(score(candidate, []))


def test_a_second_way_that_shares_nobody_strengthens_and_one_that_shares_does_not() -> None:
    first = Path(("a", "x", "b"), (step("a", "x"), step("x", "b")))
    same = Path(("a", "x", "y", "b"), (step("a", "x"), step("x", "y"), step("y", "b")))
    other = Path(("a", "z", "b"), (step("a", "z"), step("z", "b")))

    def with_paths(*paths: Path) -> float:
        return strength(Candidate(placed("crime", "a"), placed("terror", "b"), paths), [])

    assert with_paths(first, other) > with_paths(first) == with_paths(first, same)


def test_a_voice_heard_twice_adds_nothing_to_a_step() -> None:
    one, again = step("a", "b"), step("a", "b", "Family")
    other = step("a", "b", "Family", by="court")
    assert Step("a", "b", one.edges + again.edges).confidence == one.confidence
    assert Step("a", "b", one.edges + other.edges).confidence == pytest.approx(1 - 0.2 * 0.2)


def test_a_step_is_never_surer_by_hearing_less() -> None:
    graded = [{"source_id": one, "originator": one, "grade": "B2"} for one in ("police", "court")]
    both = {**step("a", "b").edges[0], "originators": ["police", "court"], "confidence": 1 - 0.3 * 0.3, "evidence": graded}
    more = [step("a", "b", "Family", by=one, confidence=0.6).edges[0] for one in ("police", "court")]
    assert Step("a", "b", (both, *more)).confidence == pytest.approx(1 - 0.3 * 0.3)
    shared = step("a", "b", "shared.phone", confidence=0.95, by="police").edges[0]
    assert Step("a", "b", (shared, both)).confidence == pytest.approx(0.95)


def test_of_paths_that_share_somebody_those_count_that_are_surest_together() -> None:
    def path(*nodes: str, confidence: float) -> Path:
        return Path(nodes, tuple(step(a, b, confidence=confidence) for a, b in pairwise(nodes)))

    best, left, right = path("a", "x", "y", "b", confidence=0.9), path("a", "x", "b", confidence=0.8), path("a", "y", "b", confidence=0.8)
    found = Candidate(placed("crime", "a"), placed("terror", "b"), (best, left, right))
    assert found.disjoint == (left, right)


def test_surprise_is_in_bits_and_support_counts_voices() -> None:
    candidate = tied(step("a", "b"))
    assert surprise(candidate) == pytest.approx(10)
    assert support(candidate) == 3
    assert surprise(alone(placed("crime", "ana"), placed("terror", "ana"))) == pytest.approx(13.29, abs=0.01)


def test_a_path_is_as_good_as_the_matches_it_rests_on() -> None:
    one, two = frozenset({"s1"}), frozenset({"s2"})
    assert merging(("a", "b"), (one, one, two), {"a": {"s1": 0.5, "s2": 0.5}, "b": {"s1": 0.9, "s2": 0.7, "s3": 0.1}}) == (0.7, ["b"])
    assert merging(("b",), (one, frozenset({"s9"})), {"b": {"s1": 0.9, "s2": 0.7}}) == (0.7, ["b"])
    assert merging(("a",), (one, two), {}) == (1.0, [])


def test_only_a_weak_alias_is_seen() -> None:
    def record(**kinds: set[str]) -> dict[str, set[str]]:
        return {"strong": set(), "weak": set(), "identifier": set(), **kinds}

    assert _only_weak([record(strong={"ana"}), record(strong={"eva"}, weak={"ana"})])
    assert not _only_weak([record(strong={"ana"}, identifier={"77"}), record(weak={"ana"}, identifier={"77"})])
    assert not _only_weak([record(strong={"ana"}), record(strong={"anna"})])


def test_within_half_a_nat_more_support_comes_first() -> None:
    rows = [
        {"link_id": one, "status": status, "score": points, "support": voices, "strength": 0.5, "surprise": 1.0}
        for one, status, points, voices in (("a", "open", 3.1, 1), ("b", "open", 3.0, 4), ("c", "open", 5.0, 1), ("d", "rejected", 9.0, 9))
    ]
    assert [row["link_id"] for row in order(rows)] == ["c", "b", "a", "d"]


@pytest.mark.parametrize(
    ("edge", "sentence"),
    [
        (step("a", "b", "Directorship", label="chair", start="2011"), "Ann directs Ben (“chair”) since 2011 (police)."),
        (
            step("a", "b", "ledger.payments", events=3, amount=42000.0, currency="USD", start="2014", end="2014"),
            "Ann paid Ben 3 times, 42,000 USD in all in 2014 (police).",
        ),
        (step("a", "b", "ledger.payments", events=1, amount=0.5, turned=True), "Ben paid Ann once, 0.50 (police)."),
        (step("a", "b", "ledger.radio", events=2), "Ann to Ben: radio 2 times (police)."),
        (step("a", "b", "shared.phone", label="+38"), "Ann and Ben share a phone number, +38 (police)."),
        (step("a", "b", "UnknownLink", label="Linked To"), "Ann is linked to Ben (police)."),
        (step("a", "b", "Novel", end="2010"), "Ann is tied to Ben until 2010 (police)."),
    ],
)
def test_steps_are_told_in_plain_words(edge: Step, sentence: str) -> None:
    assert say(step_told(edge, {"a": "Ann", "b": "Ben"})) == sentence


def test_a_link_is_told_from_end_to_end() -> None:
    told = say(link_told(tied(step("a", "x", "Ownership"), step("x", "b", "ledger.payments", events=2, by="bank")), 0.6))
    assert told == (
        "A (drugs trafficking: listed by list of crime) is tied to B (drugs trafficking: listed by list of terror): "
        "A owns X (police); X paid B 2 times (bank). It is likely that all of this holds (55–80 %)."
    )
    assert "both spheres" in say(link_told(alone(placed("crime", "ana"), placed("terror", "ana")), 0.5))
