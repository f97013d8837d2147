"""Tables as they should not be, and people who are not one: what `dedupe` makes of them."""

from __future__ import annotations

import datetime
import time
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pytest
from click.testing import CliRunner

from bench.match import people
from bench.match.tables import people_columns
from crosstie.cli import main
from crosstie.errors import DamagedFile, MappingError
from crosstie.resolve.fields import telling
from crosstie.resolve.fields.files import TableFile
from crosstie.resolve.learn import probability
from crosstie.resolve.table import dedupe, dedupe_batches, uncertain_pairs, with_clusters
from tests.resolve.test_table import population

MANY = 100_000


def test_a_record_copied_a_hundred_thousand_times_is_one_and_quick() -> None:
    begun = time.process_time()
    found = dedupe(pa.table({"first_name": ["Ana"] * MANY, "last_name": ["Lima"] * MANY, "dob": ["1980-02-03"] * MANY}))
    assert found.count == 1
    assert found.compared == 0
    assert time.process_time() - begun < 30


def test_a_name_alone_however_often_is_not_one_person() -> None:
    assert dedupe(pa.table({"name": ["Ana Lima"] * MANY})).count == MANY


@pytest.mark.parametrize("values", [[None] * MANY, ["m", "f"] * (MANY // 2)])
def test_a_column_that_tells_nothing_ties_nothing(values: list[str | None]) -> None:
    assert dedupe(pa.table({"gender": pa.array(values, pa.string())})).count == MANY


def test_a_crowd_among_others_keeps_its_rows_in_place() -> None:
    table, _ = population(100)
    copied = pa.concat_tables([table.slice(0, 1)] * 20 + [table.slice(1)])
    alone, found = dedupe(table), dedupe(copied)
    assert set(found.clusters[:20].tolist()) == {0}
    assert found.count == alone.count
    pairs = found.pairs
    assert pairs.filter(pa.array(pairs["right"].to_numpy() < 20)).num_rows == 19
    assert with_clusters(copied, found)["cluster"].to_pylist()[:20] == [1] * 20


def test_a_block_of_a_million_rows_is_left_out() -> None:
    rows = 1_000_000
    found = dedupe(pa.table({"last_name": ["lima"] * rows, "phone": [str(10**9 + row // 2) for row in range(rows)]}))
    assert found.compared < 2 * rows


def test_columns_that_are_not_understood_are_named() -> None:
    with pytest.raises(MappingError, match="it has shoe, hat"):
        dedupe(pa.table({"shoe": ["a"], "hat": ["b"]}))
    with pytest.raises(MappingError, match="it has none"):
        dedupe(pa.table({}))
    with pytest.raises(MappingError, match="“name” holds list"):
        dedupe(pa.table({"name": [["a"], ["b"]]}))
    with pytest.raises(MappingError, match="binary"):
        dedupe(pa.table({"name": [b"\xff\xfe"]}))
    with pytest.raises(MappingError, match="more than one column “name”"):
        dedupe(pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["name", "name"]))


def test_a_file_without_known_columns_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("shoe,hat\n1,2\n")
    result = CliRunner().invoke(main, ["dedupe", str(tmp_path / "x.csv")])
    assert result.exit_code == MappingError.exit_code
    assert "shoe, hat" in result.output


@pytest.mark.parametrize("header", ["", "name,dob\n", "name,dob\nAna Lima,1980-02-03\n"])
def test_a_file_of_next_to_nothing(tmp_path: Path, header: str) -> None:
    (tmp_path / "x.csv").write_text(header)
    result = CliRunner().invoke(main, ["dedupe", str(tmp_path / "x.csv"), "--out", str(tmp_path / "y.csv")])
    assert (result.exit_code == 0) == bool(header)
    assert "Traceback" not in result.output
    if header:
        assert "cluster" in (tmp_path / "y.csv").read_text()


def test_columns_of_other_types_are_read_as_text() -> None:
    born = [datetime.date(1980, 2, 3), datetime.date(1980, 2, 3), datetime.date(1951, 7, 9)]
    names = ["Ana Lima", "Ana Lima", "Bo Li"]
    assert dedupe(pa.table({"name": names, "dob": born, "phone": [55501020, 55501020, 55507777]})).count == 2
    odd = dedupe(pa.table({"name": [1, 2, 3], "dob": [1.5, None, 2.5], "phone": [True, False, None]}))
    assert len(odd.clusters) == 3


def test_dates_that_are_none_say_nothing_and_names_without_end_are_cut() -> None:
    none = ["0000-00-00", "00/00/0000", "99999999", "1980-13-45", "-5", "?", "١٢", "2990-01-01"]
    names = [
        "Ana Lima",
        "Bo Kuznets",
        "Carla Oyelaran",
        "Dmitri Faulk",
        "Esra Tungsten",
        "Farid Quellmalz",
        "Greta Nwosu",
        "Hugo Zabriskie",
    ]
    table = pa.table({"name": names, "dob": none})
    assert dedupe(table).count == 8
    long = pa.table({"name": ["x" * 100_000, "y z " * 30_000] * 10, "dob": ["1980-02-03", "1970-05-06"] * 10})
    found = dedupe(long)
    assert len(found.clusters) == 20
    assert uncertain_pairs(long, found) is not None


def test_days_that_no_calendar_has_never_agree() -> None:
    table, _ = population(100)
    field = dedupe(table.append_column("dob2", pa.array(["0000-00-00"] * table.num_rows))).rows.fields["birthDate"]
    assert (field.day[field.codes[field.codes >= 0]] > 0).all()
    zeros = dedupe(pa.table({"name": ["ana lima", "bo li"], "dob": ["0000-00-00", "1980-13-45"]})).rows.fields["birthDate"]
    assert zeros.day.tolist() == [0, 0]


def test_names_in_other_scripts_meet_their_latin_spelling() -> None:
    names = [
        "Mohammed Sayed",
        "محمد سيد",
        "Vladimir Ivanov",
        "Владимир Иванов",
        "Nino Beridze",
        "ნინო ბერიძე",
        "Giorgos Pappas",
        "Γιώργος Παππάς",
        "Zhang Wei Ming",
        "張偉明",
        "Park Jiyoung",
        "박지영",
        "Hussein Mansour",
        "حسين منصور",
    ]
    born = ["1980-05-06", "1970-03-04", "1985-12-13", "1960-11-23", "1991-07-08", "1977-02-19", "1966-08-30"]
    found = dedupe(pa.table({"name": names, "dob": [born[place // 2] for place in range(len(names))]}))
    assert found.clusters.tolist() == [place // 2 * 2 for place in range(len(names))]


def test_first_and_last_names_in_columns_of_their_own_meet_their_latin_spelling() -> None:
    first = ["Jianguo", "建国", "Minsoo", "민수", "Ahmad", "أحمد", "Weiming", "偉明"]
    last = ["Lin", "林", "Kim", "김", "Khalil", "خليل", "Zhang", "張"]
    born = ["1980-05-06", "1970-03-04", "1985-12-13", "1960-11-23"]
    found = dedupe(pa.table({"first_name": first, "last_name": last, "dob": [born[place // 2] for place in range(8)]}))
    assert found.clusters.tolist() == [0, 0, 2, 2, 4, 4, 6, 6]


def test_a_workbook_of_several_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["name", "dob"])
    book.active.append(["Ana Lima", "1980-02-03"])
    more = book.create_sheet("more")
    more.append(["nothing", "of", "this"])
    book.save(tmp_path / "x.xlsx")
    file = TableFile(tmp_path / "x.xlsx")
    assert (file.sheet, file.other_sheets) == ("Sheet", ("more",))
    assert [batch.to_pylist() for batch in file.batches()] == [[{"name": "Ana Lima", "dob": "1980-02-03"}]]
    assert TableFile(tmp_path / "x.xlsx", "more").names == ("nothing", "of", "this")
    with pytest.raises(MappingError):
        TableFile(tmp_path / "x.xlsx", "moer")


def test_an_empty_first_sheet_is_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("people").append(["name", "dob"])
    book.save(tmp_path / "x.xlsx")
    file = TableFile(tmp_path / "x.xlsx")
    assert (file.sheet, file.names, file.other_sheets) == ("people", ("name", "dob"), ("Sheet",))


def test_any_number_of_threads_gives_the_same() -> None:
    table, _ = people.people(30_000, 4)
    table = table.drop_columns(["unique_id"])
    alone, three = (dedupe(table, people_columns(), threads=threads) for threads in (1, 3))
    assert alone.keys
    assert alone.clusters.tolist() == three.clusters.tolist()
    assert alone.pairs.equals(three.pairs)


def test_a_table_in_many_batches_is_the_same_table() -> None:
    table, _ = people.people(3_000, 5)
    found = dedupe(table)
    piecemeal = dedupe_batches(lambda columns: table.select(list(columns)).to_batches(max_chunksize=77), table.column_names)
    assert found.clusters.tolist() == piecemeal.clusters.tolist()
    told = pa.Table.from_batches(telling.clustered(table.to_batches(max_chunksize=99), piecemeal))
    assert told["cluster"].to_pylist() == with_clusters(table, found)["cluster"].to_pylist()
    pairs, wanted = telling.uncertain_rows(piecemeal)
    picked = telling.Picked(wanted)
    assert sum(batch.num_rows for batch in picked.passing(table.to_batches(max_chunksize=50))) == table.num_rows
    assert telling.told_pairs(pairs, picked.table(), wanted, piecemeal).equals(uncertain_pairs(table, found))
    with pytest.raises(DamagedFile, match="changed"):
        list(telling.clustered(table.slice(1).to_batches(), found))


def test_nobody_is_surer_than_people_are_alike() -> None:
    odds, ways = np.array([40.0, 40.0, 40.0, 0.0]), np.array([3, 5, 7, 3], np.uint8)
    chance = probability(odds, ways)
    assert chance[0] < 0.9961
    assert chance[0] < chance[1] < chance[2] < 1.0
    assert probability(odds, ways, 0.02)[0] < 0.98
    assert 0.49 < chance[3] < 0.5


@pytest.fixture(scope="module")
def decoys() -> tuple[pa.Table, people.Ints]:
    return people.people(20_000, 7, "hard")


def test_families_twins_and_sons_stay_apart(decoys: tuple[pa.Table, people.Ints]) -> None:
    table, truth = decoys
    columns = {column: prop for column, prop in people_columns().items() if prop != "gender"}
    for said in (people_columns(), columns):
        found = dedupe(table, said)
        pairs = found.pairs
        left, right, together = (pairs[name].to_numpy(zero_copy_only=False) for name in ("left", "right", "together"))
        wrong = together & (truth[left] != truth[right])
        assert wrong.sum() / together.sum() < 0.03
        chance = pairs["probability"].to_numpy()
        assert (np.diff(chance) <= 0).all()
        assert (chance >= 0.999).mean() < 0.1
        for low, high in ((0.6, 0.9), (0.9, 0.99), (0.99, 1.0)):
            between = (chance >= low) & (chance < high)
            assert abs((truth[left[between]] == truth[right[between]]).mean() - chance[between].mean()) < 0.1


def test_the_table_of_the_guide_is_as_the_guide_says() -> None:
    page = (Path(__file__).parents[2] / "docs/guide/dedupe.md").read_text(encoding="utf-8")
    lines = [[cell.strip() or None for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")]
    names = [str(name) for name in lines[0]]
    rows = [dict(zip(names, line, strict=True)) for line in lines[1:6]]
    found = dedupe(pa.Table.from_pylist(rows))
    assert found.clusters.tolist() == [0, 0, 2, 0, 4]
    assert set(found.columns) == set(names)
