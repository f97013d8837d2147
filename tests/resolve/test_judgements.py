from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crosstie.errors import InputError
from crosstie.resolve.claims import gather
from crosstie.resolve.judgements import COLUMNS, Refused, conflicts, dormant, from_csv, standing, to_csv
from crosstie.resolve.resolver import resolve
from crosstie.settings import Settings
from crosstie.store.casebook import Decision, Judgement
from crosstie.store.engine import Engine

World = Callable[..., Engine]
RECORDS = "abcd"
PAIRS = list(itertools.combinations(RECORDS, 2))


def judged(left: str, right: str, verdict: str, user: str = "ann", day: str = "2030-01-02") -> Judgement:
    left, right = sorted((left, right))
    return Judgement(f"{left}{right}", "pair", left, right, verdict, "", user, f"{day}T00:00:00+00:00", None)  # type: ignore[arg-type]


def test_a_contradiction_names_all_that_cannot_be_right() -> None:
    (found,) = conflicts([judged("a", "b", "same"), judged("c", "b", "same", "bea", "2030-02-03"), judged("c", "a", "different", "cy")])
    assert found.records == ("a", "b", "c")
    assert found.ids == ("ac", "ab", "bc")
    assert found.sentence == (
        "a and c were judged different (cy, 2030-01-02), but a and b the same (ann, 2030-01-02), b and c the same (bea, 2030-02-03)"
    )
    assert [one["id"] for one in found.as_dict()["judgements"]] == ["ac", "ab", "bc"]


def test_the_shortest_chain_is_shown() -> None:
    same = [judged(left, right, "same") for left, right in ("ab", "bc", "cd", "ae", "ed")]
    (found,) = conflicts([*same, judged("a", "d", "different")])
    assert found.records == ("a", "e", "d")


def test_what_is_no_contradiction() -> None:
    assert conflicts([judged("a", "b", "same"), judged("b", "c", "different")]) == []
    assert conflicts([judged("a", "b", "same"), judged("b", "c", "unsure"), judged("a", "c", "different")]) == []
    assert (
        conflicts([judged("a", "b", "same"), judged("c", "d", "same"), judged("a", "c", "different"), judged("b", "d", "different")]) == []
    )
    assert conflicts([]) == []


def test_through_a_vanished_record_a_build_sees_no_contradiction() -> None:
    judgements = [judged("a", "b", "same"), judged("b", "c", "same"), judged("a", "c", "different")]
    assert conflicts(judgements, ["a", "c"]) == []
    assert len(conflicts(judgements, ["a", "b", "c"])) == 1
    assert dormant(judgements, ["a", "c"]) == judgements[:2]


@given(st.dictionaries(st.sampled_from(PAIRS), st.sampled_from(["same", "different", "unsure"])), st.randoms())
def test_contradictions_do_not_depend_on_the_order(said: dict[tuple[str, str], str], shuffled: object) -> None:
    judgements = [judged(left, right, verdict) for (left, right), verdict in said.items()]
    found = conflicts(judgements)
    shuffled.shuffle(judgements)  # type: ignore[attr-defined]
    assert conflicts(judgements) == found
    together = {record: {record} for record in RECORDS}
    for (left, right), verdict in said.items():
        if verdict == "same":
            merged = together[left] | together[right]
            together.update(dict.fromkeys(merged, merged))
    wanted = {pair for pair, verdict in said.items() if verdict == "different" and pair[1] in together[pair[0]]}
    assert {(one.different.left, one.different.right) for one in found} == wanted
    assert all(one.records[0] == one.different.left and one.records[-1] == one.different.right for one in found)


# ── what a build makes of them ──────────────────────────────────────────────────────────────────────────────────────────


def _people(records: Sequence[str]) -> list[tuple[str, str, str, str]]:
    names = {"a": "Orin Vale", "b": "Sela Marsh", "c": "Tobin Reed", "d": "Wena Holt"}
    return [(record, "Person", "name", names[record]) for record in records]


def _clusters(engine: Engine) -> dict[str, str]:
    found = engine.arrow("select entity_id, cluster_id from clusters")
    return dict(zip(found.column(0).to_pylist(), found.column(1).to_pylist(), strict=True))  # type: ignore[arg-type]


def _entered(said: Sequence[tuple[tuple[str, str], str]]) -> list[Judgement]:
    """The judgements as the casebook gives them after they were entered one by one in this order: their times and ids differ with it."""
    made = [
        replace(judged(left, right, verdict), id=f"{(7 * place) % 11}-{place}", at=f"2030-01-02T00:00:{place:02}+00:00")
        for place, ((left, right), verdict) in enumerate(said)
    ]
    return sorted(made, key=lambda one: (one.left, one.right or ""))


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=[Phase.generate])
@given(st.dictionaries(st.sampled_from(PAIRS), st.sampled_from(["same", "different", "unsure"]), min_size=2), st.randoms())
def test_whatever_the_order_of_judgements_the_build_is_the_same(world: World, said: dict[tuple[str, str], str], shuffled: object) -> None:
    orders = [list(said.items()) for _ in range(2)]
    shuffled.shuffle(orders[1])  # type: ignore[attr-defined]
    found = []
    for order in orders:
        engine = world(one_20300101=_people(RECORDS))
        gather(engine)
        resolve(engine, _entered(order), Settings())
        found.append(_clusters(engine))
    assert found[0] == found[1]
    assert all(found[0][left] != found[0][right] for (left, right), verdict in said.items() if verdict == "different")
    contested = {record for one in conflicts(_entered(orders[0])) for record in one.records}
    for (left, right), verdict in said.items():
        if verdict == "same" and not {left, right} & contested:
            assert found[0][left] == found[0][right]


def test_of_a_contradiction_different_holds_and_the_chain_as_far_as_it_goes(world: World) -> None:
    judgements = [judged("a", "b", "same"), judged("b", "c", "same"), judged("a", "c", "different")]
    engine = world(one_20300101=_people("abc"))
    gather(engine)
    resolve(engine, judgements, Settings())
    assert _clusters(engine) == {"a": "a", "b": "a", "c": "c"}
    told = standing(engine, judgements)
    assert [one["records"] for one in told["conflicts"]] == [["a", "b", "c"]]
    assert told["dormant"] == []


def test_a_judgement_on_a_vanished_record_sleeps_and_holds_when_it_returns(world: World) -> None:
    judgements = [judged("a", "b", "same")]
    without = world(one_20300101=_people("a"))
    gather(without)
    resolve(without, judgements, Settings())
    assert _clusters(without) == {"a": "a"}
    assert standing(without, judgements) == {"conflicts": [], "dormant": ["ab"]}
    returned = world(one_20300101=_people("ab"))
    gather(returned)
    resolve(returned, judgements, Settings())
    assert _clusters(returned) == {"a": "a", "b": "a"}
    assert standing(returned, judgements) == {"conflicts": [], "dormant": []}


# ── exchange ────────────────────────────────────────────────────────────────────────────────────────────────────────────

HEADER = ",".join(COLUMNS) + "\n"


def test_what_is_exported_is_read_again() -> None:
    made = Judgement("1", "pair", "a", "b", "same", 'he said: “one”,\nand "two"', "ann", "2030-01-02T00:00:00+00:00", None)
    finding = Judgement("2", "finding", "f", None, "accepted", "", "ann", "2030-01-02T00:00:00+00:00", None)
    taken, refused = from_csv(to_csv([made, finding]))
    assert refused == []
    (one,) = taken
    assert one.decision == Decision("pair", "a", "b", "same", made.reason)
    assert one.signed.reason == f"judged by ann on 2030-01-02: {made.reason}"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("a,b,maybe,,ann,", "no verdict"),
        ("a,,same,,ann,", "not named"),
        ("a,a,same,,ann,", "with itself"),
        ("a,b,same", "3 columns instead of 6"),
        ("a,b,same,,ann,yesterday", "no time"),
        (f"a,b,same,{'x' * 20_000},ann,", "longer than"),
        (f"{'x' * 20_000},b,same,,ann,", "longer than"),
    ],
)
def test_a_line_that_is_no_judgement_is_refused_with_its_number(line: str, why: str) -> None:
    taken, refused = from_csv(f"{HEADER}c,d,different,,bea,\n\n{line}\n")
    assert [one.decision.left for one in taken] == ["c"]
    assert [one.line for one in refused] == [4]
    assert why in refused[0].reason
    assert len(refused[0].excerpt) <= 80


def test_lines_that_disagree_are_both_refused() -> None:
    taken, refused = from_csv(f"{HEADER}a,b,same,,ann,\nb,a,different,,bea,\nc,d,same,,ann,\nd,c,SAME,,bea,\n")
    assert [(one.decision.left, one.decision.verdict) for one in taken] == [("c", "same")]
    assert refused == [
        Refused(2, "lines 2, 3 do not agree on this pair", "a,b,same"),
        Refused(3, "lines 2, 3 do not agree on this pair", "a,b,different"),
    ]


@pytest.mark.parametrize("text", ["", "name;birth\nOrin;1970\n", '"never closed', "left_id,right_id\na,b\n"])
def test_a_file_that_holds_no_judgements_is_refused_whole(text: str) -> None:
    with pytest.raises(InputError):
        from_csv(text)


def test_columns_may_stand_in_any_order_and_spreadsheets_add_a_mark() -> None:
    taken, refused = from_csv("\ufeffVerdict,Left_id,right_id\nunsure,z,a\n")
    assert refused == []
    assert (taken[0].decision.left, taken[0].decision.right, taken[0].signed.reason) == ("a", "z", "judged by an unnamed person")
