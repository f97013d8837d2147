"""What is built after more has come is what is built from nothing, to the byte, however little of it was matched anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crosstie.app import Workspace
from crosstie.resolve import resolver
from crosstie.resolve.blocks import CAPS
from crosstie.resolve.score import SHIPPED
from tests.resolve.growing import Row, Unit, assert_grown, assert_matched, assert_same, begun, crowd, matching_only, people

BORN = "1971-05-02"
#: More than any key may be shared by, as it is.
OVER = int(CAPS.max()) + 25


@pytest.fixture
def only_matching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds end where it is known who is who."""
    monkeypatch.setattr(Workspace, "_stages", matching_only(Workspace._stages))
    monkeypatch.setattr("crosstie.app.registry.activities", lambda lenses: {})


@pytest.fixture(autouse=True)
def _one_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program stays what it was when the test began, though somebody may be writing it meanwhile."""
    code = resolver.code()
    monkeypatch.setattr(resolver, "code", lambda: code)


@pytest.fixture
def unit(tmp_path: Path, only_matching: None) -> Iterator[Unit]:
    with Unit(tmp_path) as unit:
        yield unit


@pytest.fixture
def whole_unit(tmp_path: Path) -> Iterator[Unit]:
    with Unit(tmp_path) as unit:
        yield unit


def _clusters(unit: Unit) -> dict[str, str]:
    rows = unit.workspace.built().table("clusters").to_pylist()
    return {row["entity_id"]: row["cluster_id"] for row in rows}


def _row(number: int, name: str, **said: str) -> Row:
    return {"Nr": str(number), "Name": name, **{column.title(): value for column, value in said.items()}}


# ── more records ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_new_records_join_those_that_are_there(unit: Unit) -> None:
    chance = Random(1)
    known = people(chance, 150)
    unit.add("reg", known)
    begun(unit, 150)
    unit.add("zed", people(chance, 20, known=known))
    assert_grown(unit, "increment", 20, 0)
    unit.add("aaa", people(chance, 20, known=known))  # their ids sort before all others
    assert_grown(unit, "increment", 20, 0)
    unit.add("reg", people(chance, 20, 1000, known=known))  # and theirs between the others
    assert_grown(unit, "increment", 20, 0)
    assert len(set(_clusters(unit).values())) < 200


def test_all_tables_are_the_same_and_those_of_a_build_by_force_too(whole_unit: Unit) -> None:
    chance = Random(13)
    known = people(chance, 100)
    whole_unit.add("reg", known)
    begun(whole_unit, 100)
    whole_unit.add("zed", people(chance, 5, known=known))
    build = assert_grown(whole_unit, "increment", 5, 0)
    again, _ = whole_unit.workspace.build(force=True)
    assert_same(build, again)
    assert_matched(again, "whole", 105)
    assert not whole_unit.workspace.build()[1]


def test_little_that_is_new_is_told_to_every_build_anew(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "_REMEMBERED", 0.2)
    chance = Random(15)
    known = people(chance, 150)
    unit.add("reg", known)
    begun(unit, 150)
    unit.add("zed", people(chance, 10, known=known))
    assert_grown(unit, "increment", 10, 0)
    unit.add("aaa", [*people(chance, 10, known=known), _row(100, "Boran Melanye", topics="victim")])
    assert_grown(unit, "increment", 20, 0)
    unit.judge("zed-1", "reg-1", "same")
    assert_grown(unit, "increment", 20, 0)
    unit.say(("zed-2", "Person", {"topics": ["minor"]}), ("reg-2", "Person", {"topics": ["minor"]}))  # what is gone is forgotten
    assert_grown(unit, "increment", 19, 1)
    unit.add("zed", people(chance, 5, 200, known=known))
    assert_grown(unit, "increment", 5, 0)


def test_nobody_was_there_before(unit: Unit) -> None:
    unit.say(("x-1", "Sanction", {"reason": ["Nobody is named"]}))
    begun(unit, 0)
    unit.add("reg", people(Random(2), 30))
    assert_grown(unit, fresh=30)


def test_a_crowd_outgrows_its_blocks_and_shrinks_again(unit: Unit) -> None:
    chance = Random(3)
    unit.add("reg", [*people(chance, 150), *crowd(chance, int(CAPS[0].min()), 5000)])
    begun(unit)
    unit.add("zed", crowd(chance, 16, 6000))
    assert_grown(unit, "increment", 16, 0)
    # half of them turn out to be children: they take no part
    unit.say(*[(f"zed-{number}", "Person", {"topics": ["minor"]}) for number in range(6000, 6008)])
    assert_grown(unit, "increment", 0, 8)
    unit.add("zed", crowd(chance, OVER, 7000))
    assert_grown(unit)
    unit.add("aaa", crowd(chance, 3))
    assert_grown(unit, "increment", 3, 0)


def test_a_rare_name_becomes_common(unit: Unit) -> None:
    chance = Random(4)
    unit.add("reg", [*people(chance, 100), _row(900, "Zimbrak Ostrovane"), _row(901, "Ostrovane Zimbrak"), _row(902, "Zimbrack Ostrovane")])
    begun(unit)
    assert len({_clusters(unit)[f"reg-{number}"] for number in (900, 901)}) == 1
    for first in (0, 1000):
        unit.add("zed", [_row(first + place, f"Zimbrak {chance.choice('bdfgk')}{chance.choice('aeiou')}lin") for place in range(120)])
        assert_grown(unit)
    unit.add("zed", [_row(3000, "Zimbrak Ostrovane")])
    assert_grown(unit, "increment", 1, 0)


def test_firms_ships_and_accounts(unit: Unit) -> None:
    chance = Random(5)
    unit.add("reg", people(chance, 60))
    ties = [
        ("one-1", "Company", {"name": ["Zimbrak Ostrovane Shipping Ltd"], "registrationNumber": ["8-441-2207"]}),
        ("one-2", "Vessel", {"name": ["Tarkovar Star"], "imoNumber": ["9074729"]}),
        ("one-3", "LegalEntity", {"name": ["Boran Melanye"], "country": ["me"]}),
        ("one-4", "Ownership", {"owner": ["one-3"], "asset": ["one-1"]}),
    ]
    unit.say(*ties)
    begun(unit)
    unit.say(
        ("two-1", "Organization", {"name": ["OSTROVANE ZIMBRAK SHIPPING"], "registrationNumber": ["84412207"]}),
        ("two-2", "Vessel", {"name": ["Tarkovar Star"], "imoNumber": ["IMO 9074729"]}),
        ("two-3", "Person", {"name": ["Melanye, Boran"], "nationality": ["me"]}),
        ("two-4", "BankAccount", {"accountNumber": ["ME25505000012345"]}),
        ("one-4", "Ownership", {"owner": ["reg-1"]}),
    )
    assert_grown(unit, "increment", 4, 0)
    found = _clusters(unit)
    assert [found[f"two-{number}"] for number in (1, 2)] == ["one-1", "one-2"]
    # the party turns out to be a person, and what only ties others is no record
    unit.say(("one-3", "Person", {"birthDate": [BORN]}), ("one-5", "Ownership", {"owner": ["two-3"], "asset": ["two-1"]}))
    assert_grown(unit, "increment", 1)
    unit.say(("one-6", "Ownership", {"owner": ["two-3"], "asset": ["one-2"]}))
    assert_grown(unit, "increment", 0, 0)


# ── versions of a list ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_records_of_a_list_change_vanish_and_return(unit: Unit) -> None:
    chance = Random(6)
    first = people(chance, 60)
    second = people(chance, 60, known=first)
    unit.add("one", first, "2030-01-01", curated=True)
    unit.add("two", second, "2030-01-01", curated=True)
    begun(unit, 120)
    kept = first[3:]
    changed = [{**row, "Born": "1969-09-09"} for row in kept[:2]]
    unit.add("one", [*changed, *kept[2:], *people(chance, 2, 100, known=first)], "2030-02-01", curated=True)
    assert_grown(unit, "increment", 3 + 2 + 2)
    unit.add("two", [*second, *people(chance, 2, 200, known=second)], "2030-02-02", curated=True)
    assert_grown(unit, "increment", 2, 0)
    unit.add("one", [*first, _row(999, "Boran Melanye")], "2030-03-01", curated=True)  # all as it was and one more; two are delisted
    assert_grown(unit, "increment")
    unit.add("one", first[:30], "2029-12-01", curated=True)  # an older version, found later
    assert_grown(unit, "increment")


def test_a_list_that_nobody_keeps_in_order_any_more(unit: Unit) -> None:
    chance = Random(7)
    known = people(chance, 50)
    unit.add("one", known, curated=True)
    unit.add("two", people(chance, 100))
    begun(unit)
    unit.add("one", people(chance, 3, 100, known=known), curated=False)  # a dataset is as orderly as its least orderly source
    assert_grown(unit)


def test_a_record_of_two_lists(unit: Unit) -> None:
    chance = Random(8)
    unit.add("reg", people(chance, 80))
    begun(unit)
    unit.add("aaa", [_row(1, "Zimbrak Tarkovar", born=BORN)])
    unit.say(("reg-7", "Person", {"name": ["Zimbrak Tarkovar"], "birthDate": [BORN]}), day="2030-05-01")
    assert_grown(unit, "increment")


# ── twins ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_of_twins_changes(unit: Unit) -> None:
    said = {"born": BORN, "country": "me"}
    twins = [_row(number, "Zimbrak Ostrovane", **said) for number in range(50, 70)]
    unit.add("reg", [*people(Random(9), 60, 1000), *twins])
    begun(unit, 80)
    unit.add("reg", [_row(10, "Zimbrak Ostrovane", **said), _row(99, "Zimbrak Ostrovane", **said)])  # one sorts first, one last
    assert_grown(unit, "increment", 2, 0)
    unit.say(("reg-10", "Person", {"passportNumber": ["QX4811923"]}))  # the first is no twin any more
    assert_grown(unit, "increment")
    unit.say(("reg-50", "Person", {"birthDate": ["1950-11-30"]}), ("reg-51", "Person", {"topics": ["victim"]}))  # nor those after it
    assert_grown(unit, "increment")
    unit.judge("reg-52", "reg-53", "different")  # people spoke of them: they stand alone
    assert_grown(unit, "increment")
    unit.add("zed", [_row(number, "Zimbrak Ostrovane", **said) for number in range(3)])
    assert_grown(unit, "increment", 3, 0)
    found = _clusters(unit)
    assert found["reg-52"] != found["reg-53"]


# ── who takes no part ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_victims_and_minors_leave_and_grow_up(unit: Unit) -> None:
    chance = Random(10)
    known = people(chance, 100)
    young = [_row(500, "Boran Tarkovar", born="2012-03-03"), _row(501, "Tarkovar Boran", born="2012-03-03"), _row(502, "Boran Tarkovar")]
    unit.add("reg", [*known, *young])
    begun(unit, 101)
    unit.say(("reg-3", "Person", {"topics": ["victim"]}), ("reg-4", "Person", {"birthDate": ["2029-01-01"]}))
    assert_grown(unit, "increment", 0, 2)
    unit.add("zed", [_row(1, "Boran Tarkovar", born="2012-03-03")], "2030-03-02")  # a day before their birthday
    assert_grown(unit)
    unit.add("zed", [_row(2, "Zimbrak Melanye")], "2030-03-04")  # a newer source: they are of age by now
    build = assert_grown(unit, "increment")
    assert build.manifest["counts"]["clusters"] == 105
    found = _clusters(unit)
    assert found["reg-500"] == found["reg-501"]
    assert found["reg-3"] == "reg-3"


# ── judgements ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_judgements_come_and_are_taken_back(unit: Unit) -> None:
    chance = Random(11)
    known = people(chance, 100)
    known += [_row(500, "Boran Tarkovar", born=BORN), _row(501, "Tarkovar Boran", born=BORN), _row(502, "Zimbrak Melanye")]
    unit.add("reg", known)
    begun(unit)
    made = [unit.judge("reg-500", "reg-501", "different"), unit.judge("reg-500", "reg-502", "same")]
    made.append(unit.judge("reg-1", "zed-1", "same"))  # of somebody who is not there yet
    made.append(unit.judge("reg-501", "reg-700", "unsure"))
    assert_grown(unit, "increment", 0, 0)
    found = _clusters(unit)
    assert [found[f"reg-{number}"] for number in (500, 501, 502)] == ["reg-500", "reg-501", "reg-500"]
    unit.add("zed", people(chance, 5, known=known))
    assert_grown(unit, "increment")
    assert _clusters(unit)["zed-1"] == _clusters(unit)["reg-1"]
    unit.workspace.revoke(made[0])
    unit.judge("reg-501", "reg-502", "same")
    unit.judge("reg-500", "reg-501", "different")  # the three contradict each other
    assert_grown(unit, "increment")
    unit.say(("reg-502", "Person", {"topics": ["victim"]}))  # out of matching, with what was said of it
    assert_grown(unit, "increment")
    for judgement in unit.workspace.casebook.in_force():
        unit.workspace.revoke(judgement.id)
    assert_grown(unit, "increment")


# ── what concerns every pair ────────────────────────────────────────────────────────────────────────────────────────────────


def test_other_settings_and_weights_concern_every_pair(unit: Unit) -> None:
    chance = Random(12)
    known = people(chance, 120)
    unit.add("reg", known)
    begun(unit)
    unit.set("match_threshold = 0.95")
    assert_grown(unit, "whole")
    unit.add("zed", people(chance, 5, known=known))
    assert_grown(unit, "increment", 5)
    lighter = {name: tuple(value / 2 for value in values) if name == "birth_date" else values for name, values in SHIPPED.levels.items()}
    weights = replace(SHIPPED, levels=lighter)
    weights.save(unit.unit / "weights.json")
    assert_grown(unit, "whole")
    unit.add("zed", people(chance, 5, 100, known=known))
    assert_grown(unit, "increment", 5)
    assert unit.workspace.reset_weights()
    assert_grown(unit, "whole")


def test_what_another_state_of_the_program_found_is_not_taken_over(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    unit.add("reg", people(Random(14), 60))
    begun(unit)
    monkeypatch.setattr(resolver, "code", lambda: "another")
    unit.add("zed", people(Random(14), 1))
    assert_grown(unit, "whole", 61)


# ── anything in any order ───────────────────────────────────────────────────────────────────────────────────────────────────

_STEPS = ("records", "first", "version", "crowd", "twins", "judge", "revoke", "protect", "later")


@given(st.integers(0, 10**6), st.lists(st.sampled_from(_STEPS), min_size=2, max_size=4))
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
def test_whatever_comes_in_whatever_order(only_matching: None, seed: int, steps: list[str]) -> None:
    chance = Random(seed)
    with pytest.MonkeyPatch.context() as patched, TemporaryDirectory(prefix="growing-") as folder, Unit(Path(folder)) as unit:
        grown = Grown(unit, chance)
        begun(unit)
        for step in steps:
            patched.setattr(resolver, "_REMEMBERED", chance.choice((0.0, 1.0)))
            if getattr(grown, step)():
                assert_grown(unit)


class Grown:
    """A workspace that one step after another is done to; each tells whether it changed anything."""

    def __init__(self, unit: Unit, chance: Random) -> None:
        self.unit, self.chance = unit, chance
        self.rows = people(chance, chance.randrange(20, 150))
        self.listed = people(chance, chance.randrange(5, 40), known=self.rows)
        self.next, self.day = 10_000, 1
        unit.add("mid", self.rows)
        unit.add("list", self.listed, self._today(), curated=True)

    def _today(self) -> str:
        return f"2030-{self.day // 28 + 1:02}-{self.day % 28 + 1:02}"

    def _numbers(self, count: int) -> int:
        self.next += count
        return self.next - count

    def _record(self) -> str:
        return f"mid-{self.chance.randrange(len(self.rows))}"

    def records(self, dataset: str = "mid") -> bool:
        count = self.chance.choice((1, 4, 40))
        self.unit.add(dataset, people(self.chance, count, self._numbers(count), self.rows))
        return True

    def first(self) -> bool:
        return self.records("aaa")

    def version(self) -> bool:
        self.day += 1
        kept = [row for row in self.listed if self.chance.random() < 0.7]
        changed = [{**row, "Place": "Halvet"} if self.chance.random() < 0.2 else row for row in kept]
        new = people(self.chance, 3, self._numbers(3), self.rows)
        self.unit.add("list", [*changed, *new], self._today(), curated=True)
        self.listed += new
        return True

    def crowd(self) -> bool:
        count = self.chance.choice((3, 12, OVER))
        self.unit.add("mid", crowd(self.chance, count, self._numbers(count)))
        return True

    def twins(self) -> bool:
        count = self.chance.choice((1, 3, 30))
        said = self.chance.choice(self.rows[:3])
        first = self.chance.choice((0, self._numbers(count)))
        self.unit.add(self.chance.choice(("aaa", "mid")), [{**said, "Nr": f"{first}-{number}"} for number in range(count)])
        return True

    def judge(self) -> bool:
        for verdict in self.chance.sample(("same", "different", "unsure"), 2):
            one, other = self._record(), self.chance.choice((self._record(), f"list-{self.chance.randrange(60)}"))
            if one != other:
                self.unit.judge(one, other, verdict)
        return bool(self.unit.workspace.casebook.in_force())

    def revoke(self) -> bool:
        for judgement in (made := self.unit.workspace.casebook.in_force()):
            self.unit.workspace.revoke(judgement.id)
        return bool(made)

    def protect(self) -> bool:
        self.unit.say((self._record(), "Person", {"topics": [self.chance.choice(("victim", "minor"))]}), (self._record(), "Person", {}))
        return True

    def later(self) -> bool:
        self.unit.add("zed", [_row(self._numbers(1), "Boran Tarkovar", born="2010-01-01")], f"2030-{self.chance.randrange(6, 12):02}-01")
        return True
