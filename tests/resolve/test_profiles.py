from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pyarrow as pa

from crosstie.resolve.features import Pairs
from crosstie.resolve.flat import hash_strings
from crosstie.resolve.profiles import Held, Names, Profiles, assemble
from crosstie.resolve.score import score


def _made(turned: bool = False) -> Profiles:
    step = -1 if turned else 1
    tokens = ["zimbrak ostrovane", "boran tarkovar", "boran tarkovar", "tarkovar"]
    names = Names(
        np.array([1, 0, 0, 0])[::step],
        pa.array(tokens[::step]),
        np.array([False, True, False, True])[::step],
        pa.array(["12", "12", "12", "2"][::step]),
    )
    held = Held(np.array([0, 1, 1])[::step], pa.array(["X1234567", "X1234567", "Y7654321"][::step]))
    return assemble(pa.array(["a-1", "b-1"]), np.zeros(2, np.int8), names, values={"identifier": held})


def test_plain_columns_become_arrays() -> None:
    made = _made()
    names = made.names.names
    # a form that is told twice is one, and weak only if it always is
    assert names.form_start.tolist() == [0, 2, 3]
    assert sorted(names.weak[:2].tolist()) == [False, True]
    assert sorted(np.diff(names.token_start)[:2].tolist()) == [1, 2]
    assert set(names.parts.tolist()) == {1, 2}
    identifiers = made.values["identifier"]
    assert identifiers.has(np.array([0, 1])).all()
    assert np.diff(identifiers.start).tolist() == [1, 2]
    assert set(identifiers.hash.tolist()) == set(hash_strings(pa.array(["X1234567", "Y7654321"])).tolist())
    assert not made.values["place"].has(np.array([0, 1])).any()


def test_a_folder_of_arrays_compares_alike_and_travels_by_name(tmp_path: Path) -> None:
    made = _made()
    stored = made.save(tmp_path / "profiles")
    travelled = pickle.loads(pickle.dumps(stored))
    assert len(pickle.dumps(stored)) < 500
    pair = np.array([0]), np.array([1])
    told = [score(Pairs(profiles, *pair)).probability.tolist() for profiles in (made, stored, travelled, pickle.loads(pickle.dumps(made)))]
    assert told[0] == told[1] == told[2] == told[3]
    assert stored.ids.to_pylist() == ["a-1", "b-1"]


def test_the_order_of_rows_makes_no_difference() -> None:
    pair = np.array([0]), np.array([1])
    assert score(Pairs(_made(), *pair)).probability == score(Pairs(_made(turned=True), *pair)).probability


def test_hashes_tell_texts_apart() -> None:
    texts = pa.array(["", "a", "b", "ab", "ba", "тест"])
    assert len(set(hash_strings(texts).tolist())) == 6
    assert hash_strings(texts.slice(2, 2)).tolist() == hash_strings(texts).tolist()[2:4]
    assert len(hash_strings(pa.array([], pa.string()))) == 0


def test_tokens_of_another_script_bring_their_readings() -> None:
    read = Names(np.arange(2), pa.array(["qadirzai~3~kadirzai", "qadirzai"]), np.zeros(2, bool))
    words = assemble(pa.array(["a", "b"]), np.zeros(2, np.int8), read).names.words
    first = int(np.flatnonzero(words.script == 3)[0])
    assert np.diff(words.variant_start).tolist()[first] == 1
    other = words.variants[words.variant_start[first]]
    assert words.hash[other] not in words.hash[:2]
    assert words.hash[0] == words.hash[1]
