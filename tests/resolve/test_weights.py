"""What features weigh in a workspace: learned from invented lists, kept, shown, taken back."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from crosstie.app import Workspace
from crosstie.errors import DamagedFile, NotFound, UsageError
from crosstie.resolve.claims import gather
from crosstie.resolve.features import FEATURES
from crosstie.resolve.learn import Weights
from crosstie.resolve.score import SHIPPED
from crosstie.resolve.weights import BOUNDS_AGAINST, BOUNDS_FOR, FILE, MEANING, learn_weights, lines, mark, open_weights, written
from tests.resolve.conftest import Said, World, judgement

_SYLLABLES = ("bor", "tar", "ko", "var", "mir", "el", "os", "lan", "zim", "rak", "dun", "ye", "hal", "pri", "sut", "em")


def _people(count: int, *, moves: bool, seed: int = 3) -> tuple[list[Said], list[Said]]:
    """Two lists of the same invented persons; with `moves` the second gives each another nationality."""
    drawn = random.Random(seed)
    lists: tuple[list[Said], list[Said]] = ([], [])
    for number in range(count):
        name = " ".join("".join(drawn.choices(_SYLLABLES, k=3)).capitalize() for _ in range(2))
        born = f"{drawn.randint(1940, 2000)}-{drawn.randint(1, 12):02}-{drawn.randint(2, 28):02}"
        home = drawn.choice(("me", "rs", "al", "mk"))
        away = {"me": "rs", "rs": "al", "al": "mk", "mk": "me"}[home]
        for said, series, nationality in zip(lists, ("one", "two"), (home, away if moves else home), strict=True):
            record = f"{series}-{number}"
            said += [
                (record, "Person", "name", name),
                (record, "Person", "birthDate", born),
                (record, "Person", "nationality", nationality),
            ]
    return lists


def _learned(world: World, count: int, *, moves: bool, judgements: tuple[object, ...] = ()) -> Weights:
    one, two = _people(count, moves=moves)
    engine = world(one_20300101=one, two_20300101=two)
    gather(engine)
    return learn_weights(engine, judgements)  # type: ignore[arg-type]


def test_what_differs_between_records_of_one_person_weighs_less(world: World) -> None:
    found = _learned(world, 400, moves=True)
    assert found.levels["nationality"][2] > SHIPPED.levels["nationality"][2] * 0.9
    assert found.levels["birth_date"][8] > SHIPPED.levels["birth_date"][8]  # all agree to the day, which chance never does
    assert found.levels["name"] == SHIPPED.levels["name"]
    assert found.prior == SHIPPED.prior
    assert 380 <= found.learned_from["true_pairs"] <= 420


def test_what_always_agrees_weighs_more_where_it_does_not(world: World) -> None:
    found = _learned(world, 400, moves=False)
    assert found.levels["nationality"][2] < SHIPPED.levels["nationality"][2]


def test_weights_stay_within_bounds_and_little_data_hardly_moves_them(world: World) -> None:
    found = {count: lines(_learned(world, count, moves=False)) for count in (40, 400)}
    for few, many in zip(found[40], found[400], strict=True):
        assert abs(few.weight - few.shipped) <= 0.5, few
        low, high = BOUNDS_FOR if many.shipped > 0 else BOUNDS_AGAINST
        assert low * abs(many.shipped) - 1e-3 <= abs(many.weight) <= high * abs(many.shipped) + 1e-3, many
        assert many.weight * many.shipped >= 0


def test_the_same_data_gives_the_same_weights(world: World) -> None:
    assert written(_learned(world, 60, moves=False)) == written(_learned(world, 60, moves=False))


def test_pairs_that_people_judged_count_as_judged(world: World) -> None:
    judged = tuple(judgement(f"one-{number}", f"two-{number}", "different") for number in range(100))
    free, held = _learned(world, 200, moves=False), _learned(world, 200, moves=False, judgements=judged)
    assert held.learned_from["judged"] == 100
    assert free.learned_from["true_pairs"] - held.learned_from["true_pairs"] == pytest.approx(100, abs=2)


def test_too_little_to_learn_from_is_said(world: World) -> None:
    with pytest.raises(UsageError, match=r"too little to learn from: .* about 5 of them are one thing; weights are learned from 30 on"):
        _learned(world, 5, moves=False)


def test_nothing_at_all_is_said_too(world: World) -> None:
    with pytest.raises(UsageError, match="0 pairs of records"):
        _learned(world, 0, moves=False)


def test_every_weight_has_a_meaning() -> None:
    assert [feature.__name__ for feature in FEATURES] == list(MEANING)
    assert all(len(MEANING[name]) == len(SHIPPED.levels[name]) - 1 for name in MEANING)


def test_a_file_of_weights_is_kept_or_refused(tmp_path: Path) -> None:
    file = tmp_path / FILE
    assert open_weights(file) is SHIPPED
    other = replace(SHIPPED, levels={**SHIPPED.levels, "gender": (0.0, 0.3, -4.0)})
    file.write_bytes(written(other))
    assert mark(open_weights(file)) == mark(other) != mark(SHIPPED) == "shipped"
    file.write_bytes(written(replace(SHIPPED, levels={name: SHIPPED.levels[name] for name in ("name", "gender")})))
    with pytest.raises(DamagedFile, match="weights of other features"):
        open_weights(file)
    file.write_bytes(written(other).replace(b"0.3,", b"NaN,"))
    with pytest.raises(DamagedFile, match="a weight that is no number"):
        open_weights(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(DamagedFile):
        open_weights(file)


_MAPPING = """
dataset: people
originator: An invented office
grade: B2
marking: TLP:AMBER
entities:
  person:
    schema: Person
    keys: [id]
    properties:
      name: name
      birthDate: born
      nationality: nationality
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of two lists of 60 persons, built."""
    folder = tmp_path_factory.mktemp("weights")
    made = Workspace.init(folder / "unit", user="tester")
    for series, said in zip(("one", "two"), _people(60, moves=False), strict=True):
        rows: dict[str, dict[str, str]] = {}
        for record, _, prop, value in said:
            rows.setdefault(record, {})[prop] = value
        for place, row in enumerate(rows.values()):
            # said to the letter by both, one would be a copy of the other
            row["birthDate"] = row["birthDate"][:4] if series == "two" and place % 4 == 0 else row["birthDate"]
        listed = "".join(f"{record},{row['name']},{row['birthDate']},{row['nationality']}\n" for record, row in rows.items())
        (folder / f"{series}.csv").write_text("id,name,born,nationality\n" + listed, encoding="utf-8")
        (folder / f"{series}.yaml").write_text(_MAPPING.replace("people", series), encoding="utf-8")
        [added] = made.add([folder / f"{series}.csv"], mappings=[folder / f"{series}.yaml"])
        assert added.error is None, added.error
    with pytest.raises(NotFound, match="nothing is built yet"):
        made.learn_weights()
    made.build()
    made.close()
    return folder / "unit"


def test_a_build_uses_and_notes_the_weights_of_the_workspace(workspace: Path) -> None:
    unit = Workspace(workspace, user="tester")
    first = unit.built()
    assert first.manifest["weights"] == "shipped"
    weights = unit.learn_weights()
    second, new = unit.build()
    assert new
    assert second.manifest["weights"] == mark(weights)
    assert second.table("pairs")["score"].to_pylist() != first.table("pairs")["score"].to_pylist()
    assert unit.build() == (second, False)
    assert unit.audit_entries(2)[0]["action"] == "learn"
    assert unit.reset_weights()
    assert not unit.reset_weights()
    third, new = unit.build()
    assert new
    assert third.table("pairs") == first.table("pairs")
    assert unit.verify() == []
    unit.close()


def _crosstie(*arguments: str | Path, code: int = 0) -> tuple[str, str]:
    done = subprocess.run([sys.executable, "-m", "crosstie", *map(str, arguments)], capture_output=True, check=False)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


def test_the_command_learns_shows_and_resets(workspace: Path) -> None:
    learned = json.loads(_crosstie("--workspace", workspace, "learn", "--json")[0])
    shown = json.loads(_crosstie("--workspace", workspace, "learn", "--show", "--json")[0])
    assert learned == shown
    assert shown["in_force"] != "shipped"
    assert {line["feature"] for line in shown["weights"]} == set(MEANING)
    text, _ = _crosstie("--workspace", workspace, "learn", "--show")
    assert "Weights learned here from" in text
    assert "times better" in text
    assert "hold from the next build on" in _crosstie("--workspace", workspace, "learn", "--reset")[0]
    assert _crosstie("--workspace", workspace, "learn", "--reset")[0] == "They hold already.\n"
    assert json.loads(_crosstie("--workspace", workspace, "learn", "--show", "--json")[0])["in_force"] == "shipped"
    assert "exclude each other" in _crosstie("--workspace", workspace, "learn", "--show", "--reset", code=2)[1]
