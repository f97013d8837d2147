"""Invented names, slips and populations: the same seed gives the same, errors come at the rates that are stated, truth fits the rows."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pytest

from bench.match import cases, people, screening, slips
from bench.match.lists import DATA, script, words
from bench.match.measures import pair_f1

NAMES = ["Abdul Rahman Testowitsch", "Maria Clara Probe", "Kim Beispiel", "Oleksandr Mustermann"]
needs_lists = pytest.mark.skipif(not (DATA / "matching/negatives_1k.csv").exists(), reason="../shared/data is not here")


@pytest.fixture
def invented(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pools of invented syllables, whatever data is at hand."""
    monkeypatch.setattr(people, "_real", people._invented)
    people.pools.cache_clear()
    yield
    people.pools.cache_clear()


def test_a_slip_changes_the_name_and_the_seed_decides_how() -> None:
    for name in NAMES:
        for seed in range(200):
            spoilt, done = slips.slip(random.Random(seed), name, person=True)
            assert done
            assert spoilt.strip()
            assert spoilt != name.lower()
            assert (spoilt, done) == slips.slip(random.Random(seed), name, person=True)


@pytest.mark.parametrize("kind", [*slips.PERSONS, slips.formed])
def test_every_slip_bears_short_and_odd_parts(kind: slips.Slip) -> None:
    for seed in range(60):
        for parts in (["o"], ["li", "x"], ["al", "testowitsch", "&", "7"], ["абв", "где"], ["trading", "company", "limited"]):
            found = kind(random.Random(seed), list(parts))
            assert found
            assert all(part for part in found), (parts, found)


def test_the_same_seed_gives_the_same_people(invented: None) -> None:
    one, truth = people.people(5000, 3, "hard")
    other, again = people.people(5000, 3, "hard")
    assert one.equals(other)
    assert np.array_equal(truth, again)
    assert not people.people(5000, 4, "hard")[0].equals(one)


@pytest.mark.parametrize("errors", ["peer", "hard"])
def test_people_have_the_sizes_and_gaps_that_are_stated(invented: None, errors: str) -> None:
    table, truth = people.people(30_000, 5, errors)
    sizes = np.bincount(np.bincount(truth), minlength=9)
    shares = sizes[people.SIZES] / sizes.sum()
    assert np.allclose(shares, people.SHARES, atol=0.02)
    assert sizes.sum() == sizes[people.SIZES].sum() + sizes[[6, 7]].sum()  # the last person may be cut short
    for column, share in (("dob", 0.18), ("doc", 0.70), ("phone", 0.60), ("gender", 0.10)):
        assert table[column].null_count / 30_000 == pytest.approx(share, abs=0.02), column
    assert table["unique_id"].to_pylist() == [str(place) for place in range(30_000)]


def test_one_phone_is_one_person_but_in_families(invented: None) -> None:
    for errors, least, most in (("peer", 1.0, 1.0), ("hard", 0.5, 0.95)):
        table, truth = people.people(20_000, 7, errors)
        phones = np.unique([phone or "" for phone in table["phone"].to_pylist()], return_inverse=True)[1]
        said = np.flatnonzero(table["phone"].is_valid().to_numpy(zero_copy_only=False))
        assert least <= pair_f1(phones[said], truth[said]).precision <= most, errors


def test_half_of_the_spoilt_records_differ_in_their_names(invented: None) -> None:
    table, truth = people.people(20_000, 9, "peer")
    rows = defaultdict(list)
    both = zip(table["first_name"].to_pylist(), table["last_name"].to_pylist(), strict=True)
    for person, name in zip(truth.tolist(), both, strict=True):
        rows[person].append(name)
    pairs = [(group[0], other) for group in rows.values() for other in group[1:]]
    different = sum(one != other for one, other in pairs) / len(pairs)
    assert 0.4 < different < 0.75


def test_hard_people_are_written_in_other_scripts_too(invented: None) -> None:
    table, _ = people.people(20_000, 11, "hard")
    told = [script(name) for name in table["last_name"].to_pylist() if name]
    assert 0.005 < told.count("cyrillic") / len(told) < 0.03
    assert 0.005 < told.count("arabic") / len(told) < 0.03


def test_only_known_errors(invented: None) -> None:
    with pytest.raises(ValueError, match="peer"):
        people.people(10, 1, "none")


def test_a_population_of_several_chunks_is_one(invented: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "CHUNK", 1000)
    table, truth = people.people(3500, 2, "peer")
    assert table.num_rows == len(truth) == 3500
    assert table.column("first_name").num_chunks <= 4
    assert len(set(table["unique_id"].to_pylist())) == 3500
    assert np.bincount(truth).max() <= 8


@needs_lists
def test_no_family_of_name_pairs_is_in_two_folds() -> None:
    found = cases.name_cases()
    assert len(found) == 826
    fold_of: dict[str, int] = {}
    for case in found:
        for name in (words(case.left), words(case.right)):
            assert fold_of.setdefault(name, case.fold) == case.fold
    assert len(cases.name_cases("train", 2)) + len(cases.name_cases("test", 2)) == 826


@needs_lists
def test_dev_and_test_share_no_entity() -> None:
    dev, test = (cases.original_script(split, 2026) for split in ("dev", "test"))
    asked = [{case.listed[place][0] for _, place in case.queries} for case in (dev, test)]
    assert asked[0]
    assert asked[1]
    assert not asked[0] & asked[1]
    known = [{(one["id"]) for one in (case.left[at] for at, _ in case.true)} for case in (cases.crosswalk("dev"), cases.crosswalk("test"))]
    assert not known[0] & known[1]


@needs_lists
def test_screening_queries_are_what_they_are_said_to_be() -> None:
    case = screening.screening("dev", 1, typos=300, negatives=1500)
    listed = {words(name) for name in case.names}
    for query in case.queries:
        if query.kind in ("negative", "near"):
            assert not query.right
            assert words(query.name) not in listed
        else:
            assert query.right
    assert [query.name for query in case.queries] == [query.name for query in screening.screening("dev", 1, 300, 1500).queries]
    with pytest.raises(ValueError, match="seeds"):
        screening.screening("test", 1)
