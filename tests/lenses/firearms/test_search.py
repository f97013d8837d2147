"""Partial serials: the index finds exactly what a look at every serial finds, at the same cost."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.errors import UsageError
from crosstie.lenses.firearms.marks import rules
from crosstie.lenses.firearms.search.find import expression, find
from crosstie.lenses.firearms.search.index import SerialIndex, build, load, save
from crosstie.lenses.firearms.search.pattern import ANY, GAP, Pattern, parse

SIGNS = "AB08O1IL5SЖ"
serials = st.lists(st.text(SIGNS, min_size=1, max_size=30), max_size=60).map(lambda many: sorted(set(many)))
short = st.lists(st.text("AB08", min_size=1, max_size=6), max_size=80).map(lambda many: sorted(set(many)))
element = st.one_of(st.just(ANY), st.sampled_from(list(SIGNS)), st.just("8A"), st.just("05"))
patterns = st.tuples(st.lists(element, min_size=1, max_size=7), st.lists(st.integers(0, 7), max_size=2)).map(
    lambda given: Pattern(tuple(_with_gaps(given[0], given[1])))
)


def _with_gaps(signs: list[str], gaps: list[int]) -> list[str]:
    for at in gaps:
        signs = [*signs[:at], GAP, *signs[at:]]
    return [sign for number, sign in enumerate(signs) if sign != GAP or not number or signs[number - 1] != GAP]


def made(texts: list[str]) -> SerialIndex:
    return build([pa.array(texts, pa.string())])


def _group(sign: str) -> str:
    return next((group for group in rules()["look_alike"] if sign in group), sign)


def _price(wanted: str, sign: str) -> tuple[float, int]:
    """What one sign costs where another is read, and whether it is misread: written anew, from the data file alone."""
    cost = rules()["costs"]
    best = cost["other"]
    for one in wanted:
        if one == sign:
            return 0.0, 0
        if _group(one) == _group(sign):
            best = min(best, cost["look_alike"])
        elif one + sign in rules()["misread"] or sign + one in rules()["misread"]:
            best = min(best, cost["misread"])
    return best, int(all(_group(one) != _group(sign) for one in wanted))


def by_hand(texts: list[str], pattern: Pattern, misread: int) -> dict[str, float]:
    """Every serial laid under every layout."""
    found: dict[str, float] = {}
    for text in texts:
        for laid in pattern.layouts(len(text)):
            total, wrong = 0.0, 0
            for wanted, sign in zip(laid, text, strict=True):
                if wanted == GAP:
                    total += rules()["costs"]["gap"]
                elif wanted != ANY:
                    cost, miss = _price(wanted, sign)
                    total, wrong = total + cost, wrong + miss
            if wrong <= misread:
                found[text] = min(total, found.get(text, 1e9))
    return found


@given(serials, patterns)
@settings(deadline=None)
def test_nothing_is_missed_and_nothing_invented(texts: list[str], pattern: Pattern) -> None:
    shape = re.compile(expression(pattern))
    found = find(made(texts), pattern, limit=1000)
    assert set(found.serials) == {text for text in texts if shape.match(text)}
    assert found.count == len(found.serials)


@given(short, patterns.filter(lambda one: not one.foreign), st.integers(0, 2))
@settings(max_examples=300, deadline=None)
def test_costs_are_those_of_the_cheapest_layout(texts: list[str], pattern: Pattern, misread: int) -> None:
    found = find(made(texts), pattern, limit=1000, misread=misread)
    wanted = by_hand(texts, pattern, misread)
    assert dict(zip(found.serials, found.costs, strict=True)) == pytest.approx(wanted, abs=1e-3)
    assert list(found.costs) == sorted(found.costs)


@given(short, patterns.filter(lambda one: not one.foreign), st.integers(1, 5))
@settings(deadline=None)
def test_few_are_the_first_of_all(texts: list[str], pattern: Pattern, limit: int) -> None:
    index = made(texts)
    every, few = find(index, pattern, limit=1000), find(index, pattern, limit=limit)
    assert few.serials == every.serials[:limit]
    assert few.count == every.count


def test_one_slip_is_found_at_its_cost() -> None:
    index = made(sorted(["AB1234", "AB12345", "AB124", "BA1234", "ZZ9999"]))
    slip = rules()["costs"]["slip"]
    found = find(index, parse("AB1234"), slips=True)
    assert dict(zip(found.serials, found.costs, strict=True)) == {"AB1234": 0.0, "AB12345": slip, "AB124": slip, "BA1234": slip}


def test_an_index_read_back_is_the_same(tmp_path: Path) -> None:
    texts = sorted({f"{number * 7919 % 100_003:06d}" + "XY" * (number % 9) for number in range(3000)})
    save(made(texts), tmp_path / "index")
    again = load(tmp_path / "index")
    assert again is not None
    for asked in ("?1234?", "12*", "*77", "1*XY", "0O??5?XYXYXYXYXY*"):
        assert find(again, parse(asked), limit=5000) == find(made(texts), parse(asked), limit=5000)
    assert load(tmp_path / "nothing") is None


@pytest.mark.parametrize("written", ["", "???", "obliterated", "A*B*C*D", "A" * 25])
def test_what_cannot_be_searched_is_said(written: str) -> None:
    with pytest.raises(UsageError):
        parse(written)
