"""A plain table put together by itself: invented persons with invented slips."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from crosstie.errors import DamagedFile, MappingError, UsageError
from crosstie.resolve.fields.files import TableFile, write_batches
from crosstie.resolve.learn import Weights
from crosstie.resolve.table import Deduped, dedupe, uncertain_pairs, with_clusters

_SYLLABLES = ["ka", "ro", "mi", "tel", "san", "du", "ve", "lor", "bin", "as", "ge", "pho", "zur", "ni", "ta"]


def _word(draw: random.Random) -> str:
    return "".join(draw.choice(_SYLLABLES) for _ in range(draw.randint(2, 3)))


def _slip(draw: random.Random, text: str) -> str:
    at = draw.randrange(len(text))
    return text[:at] + draw.choice("abdeiklmnorstu") + text[at + 1 :]


def population(persons: int, seed: int = 1) -> tuple[pa.Table, list[int]]:
    """Two or three records of each person, with slips and gaps, and whose they are."""
    draw = random.Random(seed)
    firsts, lasts, towns = ([_word(draw) for _ in range(size)] for size in (120, 300, 40))
    rows: list[dict[str, str | None]] = []
    truth: list[int] = []
    for person in range(persons):
        whole: dict[str, str | None] = {
            "Vorname": draw.choice(firsts),
            "Nachname": draw.choice(lasts),
            "Geburtsdatum": f"{draw.randint(1, 28):02d}.{draw.randint(1, 12):02d}.{draw.randint(1940, 2005)}",
            "Ort": draw.choice(towns),
            "Telefon": str(draw.randrange(10**9, 10**10)),
            "Farbe": draw.choice(["rot", "blau"]),
        }
        for _ in range(draw.choice([1, 2, 3])):
            row = dict(whole)
            for column in ("Vorname", "Nachname"):
                if draw.random() < 0.15:
                    row[column] = _slip(draw, str(row[column]))
            if draw.random() < 0.05:
                row["Vorname"], row["Nachname"] = row["Nachname"], row["Vorname"]
            row |= {column: None for column in ("Geburtsdatum", "Ort", "Telefon") if draw.random() < 0.15}
            rows.append(row)
            truth.append(person)
    order = list(range(len(rows)))
    draw.shuffle(order)
    return pa.Table.from_pylist([rows[place] for place in order]), [truth[place] for place in order]


def rates(found: Deduped, truth: list[int]) -> tuple[float, float]:
    """Pairwise precision and recall."""
    true = np.equal.outer(np.array(truth), np.array(truth))
    said = np.equal.outer(found.clusters, found.clusters)
    np.fill_diagonal(true, False)
    np.fill_diagonal(said, False)
    return float((true & said).sum() / max(1, said.sum())), float((true & said).sum() / true.sum())


@pytest.fixture(scope="module")
def small() -> tuple[pa.Table, list[int]]:
    return population(400)


def test_a_table_is_put_together_without_labels(small: tuple[pa.Table, list[int]]) -> None:
    table, truth = small
    found = dedupe(table)
    precision, recall = rates(found, truth)
    assert precision > 0.98
    assert recall > 0.95
    assert found.columns["Geburtsdatum"] == "birthDate"
    assert found.ignored == ["Farbe"]


def test_keys_find_what_comparing_everything_finds(small: tuple[pa.Table, list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    table, truth = small
    everything = dedupe(table)
    monkeypatch.setattr("crosstie.resolve.fields.choosing.BUDGET", 30_000)
    by_keys = dedupe(table)
    assert by_keys.keys
    assert by_keys.compared < everything.compared / 5
    precision, recall = rates(by_keys, truth)
    assert precision > 0.97
    assert recall > 0.92


def test_the_order_of_the_columns_and_a_second_run_change_nothing(small: tuple[pa.Table, list[int]]) -> None:
    table, _ = small
    first, again = dedupe(table), dedupe(table.select(table.column_names))
    assert first.clusters.tolist() == again.clusters.tolist()
    assert first.weights == again.weights


def test_little_data_leaves_the_general_experience() -> None:
    table, _ = population(8)
    found = dedupe(table)
    big = dedupe(population(600, seed=2)[0])
    usual = np.log(0.68)
    assert abs(found.weights.levels["lastName"][5] - usual) < abs(big.weights.levels["lastName"][5] - usual) + 0.05
    assert abs(found.weights.levels["lastName"][5] - usual) < 0.05


def test_weights_are_in_order_and_survive_a_file(small: tuple[pa.Table, list[int]], tmp_path: Path) -> None:
    found = dedupe(small[0])
    for name in ("firstName", "lastName", "city"):
        levels = found.weights.levels[name]
        assert list(levels[1:5]) == sorted(levels[1:5])
        assert levels[1] < 0 < levels[4]
    found.weights.save(tmp_path / "weights.json")
    kept = Weights.load(tmp_path / "weights.json")
    assert kept == found.weights
    assert dedupe(small[0], weights=kept).clusters.tolist() == found.clusters.tolist()
    (tmp_path / "weights.json").write_text("{}")
    with pytest.raises(DamagedFile):
        Weights.load(tmp_path / "weights.json")


def test_judged_pairs_move_the_weights(small: tuple[pa.Table, list[int]]) -> None:
    table, truth = small
    by_person: dict[int, list[int]] = {}
    for row, person in enumerate(truth):
        by_person.setdefault(person, []).append(row)
    same = [(rows[0], rows[1], True) for rows in by_person.values() if len(rows) > 1]
    found = dedupe(table, judged=same)
    assert found.weights.learned_from["judged"] == len(same)
    assert found.weights.levels != dedupe(table).weights.levels


def _household() -> pa.Table:
    """Many persons of other names, and one household: parents, twins, and a double entry of one of the twins."""
    draw = random.Random(9)
    table, truth = population(150, seed=5)
    genders = {person: draw.choice("mw") for person in truth}
    table = table.append_column("Geschlecht", pa.array([genders[person] for person in truth]))
    home = {"Nachname": "vandersloot", "Ort": "oberkirch", "Telefon": "5550102030", "Farbe": "rot"}
    people = [("marieke", "02.03.1990", "w"), ("joris", "11.09.1961", "m"), ("willem", "02.03.1990", "m"), ("marieke", "02.03.1990", "w")]
    rows = [{**home, "Vorname": first, "Geburtsdatum": born, "Geschlecht": gender} for first, born, gender in people]
    return pa.concat_tables([table, pa.Table.from_pylist(rows).select(table.column_names)])


def test_a_household_is_not_one_person() -> None:
    found = dedupe(_household())
    daughter, father, brother, again = found.clusters[-4:]
    assert daughter == again
    assert len({daughter, father, brother}) == 3


def test_missing_is_not_different() -> None:
    table, _ = population(200, seed=3)
    one = {
        "Vorname": "quirin",
        "Nachname": "haberlander",
        "Geburtsdatum": "04.05.1977",
        "Ort": "oberkirch",
        "Telefon": "5559998877",
        "Farbe": "rot",
    }
    bare = {**one, "Ort": None, "Telefon": None}
    other = {**one, "Geburtsdatum": "30.11.1951", "Ort": "sandhausen", "Telefon": "5551234567"}
    found = dedupe(pa.concat_tables([table, pa.Table.from_pylist([one, bare, other]).select(table.column_names)]))
    assert found.clusters[-3] == found.clusters[-2]
    assert found.clusters[-1] != found.clusters[-3]


def test_columns_can_be_said_and_unknown_ones_are_refused() -> None:
    table = pa.table({"a": ["Jon Smith", "John Smith"] * 2, "b": ["1970-01-31"] * 4})
    found = dedupe(table, {"a": "name", "b": "birthDate"})
    assert found.count == 1
    with pytest.raises(MappingError, match="no column “c”"):
        dedupe(table, {"c": "name"})
    with pytest.raises(MappingError, match="shoeSize"):
        dedupe(table, {"a": "shoeSize"})
    with pytest.raises(MappingError, match="understood"):
        dedupe(table)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_tables_of_next_to_nothing(rows: int) -> None:
    found = dedupe(pa.table({"name": pa.array(["Ana Lima", None][:rows], pa.string()), "dob": pa.array(["?", ""][:rows], pa.string())}))
    assert found.clusters.tolist() == list(range(rows))


def test_a_column_of_one_value_and_rows_all_alike_do_not_hang() -> None:
    found = dedupe(pa.table({"first_name": ["Ana"] * 5000, "last_name": ["Lima"] * 5000}))
    assert len(found.clusters) == 5000


def test_reasons_say_what_agrees_and_how_rare_it_is(small: tuple[pa.Table, list[int]]) -> None:
    table, _ = small
    found = dedupe(table)
    told = uncertain_pairs(table, found)
    assert told.num_rows > 0
    joined = " ".join(str(one) for one in told.column("reasons").to_pylist())
    assert "as in 1 of" in joined
    assert "different" in joined
    clustered = with_clusters(table, found)
    assert clustered.column_names[-1] == "cluster"
    assert clustered["cluster"][0].as_py() == 1
    assert len(set(clustered["cluster"].to_pylist())) == found.count


def test_files_of_several_kinds(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("Nom;Prénom;Né le\nDupré;Zoé;01/02/1980\nDupre;Zoe;1980-02-01\n".encode("cp1252"))
    file = TableFile(tmp_path / "a.csv")
    table = pa.Table.from_batches(file.batches())
    assert table.column_names == ["Nom", "Prénom", "Né le"]
    assert table.num_rows == 2
    assert file.rejected == 0  # that it was read as Windows-1252 is a note, no row is lost
    write_batches(file.batches(), table.schema, tmp_path / "b.parquet")
    assert pa.Table.from_batches(TableFile(tmp_path / "b.parquet").batches()).equals(table)
    found = dedupe(table, {"Nom": "lastName", "Prénom": "firstName", "Né le": "birthDate"})
    assert found.count == 1
    with pytest.raises(UsageError):
        write_batches(table.to_batches(), table.schema, tmp_path / "b.doc")
    (tmp_path / "c.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(DamagedFile):
        TableFile(tmp_path / "c.parquet")
