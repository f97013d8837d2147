from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from crosstie.app import Workspace
from crosstie.cli.hits import COLUMNS, Summary, written
from crosstie.errors import InputError, UsageError
from crosstie.resolve.screen.queries import Query
from crosstie.resolve.screen.rows import Rejects, look, queries
from crosstie.screening import Screening

LIST = """id,name,alias,birth,country,passport,topics
p1,Zubayr Qaddumi al-Harthi,زبير القدومي الحارثي,1971-05-12,ly,AB1234567,sanction
p2,Wolodymyr Hrynkewytsch,,1980,ua,,
p3,Mira Lantern,,1990-01-03,fr,,victim
"""
MAPPING = """
dataset: inv
originator: An invented office
grade: B2
marking: TLP:AMBER
entities:
  person:
    schema: Person
    keys: [id]
    properties:
      name: name
      alias: alias
      birthDate: birth
      country: country
      passportNumber: passport
      topics: topics
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("screening")
    (folder / "list.csv").write_text(LIST, encoding="utf-8")
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    made = Workspace.init(folder / "unit", user="tester")
    [added] = made.add([folder / "list.csv"], mappings=[folder / "mapping.yaml"])
    assert added.error is None, added.error
    made.build()
    made.close()
    return folder / "unit"


def crosstie(*arguments: str | Path, given: bytes | None = None, code: int = 0) -> tuple[str, str]:
    done = subprocess.run([sys.executable, "-m", "crosstie", *map(str, arguments)], input=given, capture_output=True, check=False)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


def test_one_name_is_answered_with_reasons_and_noted_in_the_audit(workspace: Path) -> None:
    out, _ = crosstie("screen", "زبير القدومي الحارثي", "--against", workspace, "--threshold", "0.01", "--purpose", "case 7")
    assert "Zubayr Qaddumi al-Harthi  [" in out
    assert "An invented office" in out
    assert "TLP:AMBER" in out
    opened = Workspace(workspace)
    entry = opened.audit_entries(1)[0]
    assert (entry["action"], entry["purpose"]) == ("screen", "case 7")
    assert json.loads(entry["detail"])["names"] == ["زبير القدومي الحارثي"]
    assert opened.verify() == []
    opened.close()


def test_one_name_needs_no_arrow_no_duckdb_and_no_model(workspace: Path) -> None:
    heavy = ("pyarrow", "duckdb", "sqlalchemy", "followthemoney", "pandas")
    code = f"""
import sys
from crosstie.cli import main
try:
    main(["screen", "Zubayr Harthi", "--against", {str(workspace)!r}])
except SystemExit as end:
    assert end.code == 0, end.code
print([name for name in {heavy!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_victims_are_never_found(workspace: Path) -> None:
    out, _ = crosstie("screen", "Mira Lantern", "--against", workspace, "--threshold", "0")
    assert "Mira" not in out.replace("Mira Lantern\n", "", 1)


def test_a_name_that_nobody_bears_is_answered(workspace: Path) -> None:
    out, _ = crosstie("screen", "Xu Guozhang", "--against", workspace)
    assert "no hit: no listed name is like it" in out


def test_a_table_of_any_encoding_and_delimiter_keeps_its_own_columns_and_tells_what_it_cannot_use(workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "clients.csv"
    rows = "N° client;Nom;Date de naissance;Pays\n17;Zubayr Qaddumi al-Harthi;12/05/1971;Libye\n18;;;France\n19;Élodie Fève;hier;France\n20;…;;\n"
    table.write_bytes(rows.encode("cp1252"))
    out, said = crosstie("screen", table, "--against", workspace, "--format", "csv", "--threshold", "0.2")
    [hit] = csv.DictReader(io.StringIO(out))
    assert (hit["N° client"], hit["place"], hit["rank"]) == ("17", "row 2", "1")
    assert "the same day" in hit["reasons"]
    assert "The same country: ly" in hit["reasons"]
    assert "row 3: there is no name in this row" in said
    assert "row 4: no date of birth" in said
    assert "row 5: nothing in this name can be compared" in said
    assert "2 names asked for, 1 with hits" in said


def test_a_table_without_names_says_which_columns_it_has(workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("Kunde Nr,Wer\n1,Zubayr Harthi\n")
    _, said = crosstie("screen", table, "--against", workspace, code=2)
    assert "“Kunde Nr”, “Wer”" in said
    assert "--map" in said
    out, _ = crosstie("screen", table, "--against", workspace, "--map", "Wer=name", "--threshold", "0.01", "--format", "json")
    assert json.loads(out)["own"] == {"Kunde Nr": "1"}


def test_standard_input_may_be_a_plain_list(workspace: Path) -> None:
    out, said = crosstie(
        "screen",
        "-",
        "--against",
        workspace,
        "--format",
        "json",
        "--all",
        given="Zubayr Harthi\nXu Guozhang\nВолодимир Гринкевич\n".encode(),
    )
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["Zubayr Harthi", "Xu Guozhang", "Володимир Гринкевич"]
    assert "3 names asked for" in said


def test_a_workbook_in_and_a_workbook_out_without_formulas(workspace: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (("ref", "name"), ("=1+1", "Zubayr Qaddumi al-Harthi"), (5, "Xu Guozhang")):
        book.active.append(row)
    assert book.active["A2"].data_type == "f"
    book.active["A2"].data_type = "s"
    book.save(tmp_path / "names.xlsx")
    out = tmp_path / "hits.xlsx"
    crosstie("screen", tmp_path / "names.xlsx", "--against", workspace, "--out", out, "--threshold", "0.2")
    sheet = openpyxl.load_workbook(out).active
    assert sheet is not None
    head, hit = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert head == ["ref", *COLUMNS]
    assert hit[0] == "=1+1"
    assert sheet["A2"].data_type == "s"
    assert (tmp_path / "hits.xlsx.marking.txt").read_text().startswith("TLP:AMBER")


def test_a_file_is_whole_or_absent(workspace: Path, tmp_path: Path) -> None:
    def broken() -> Iterator[tuple[Query, list[object]]]:
        yield Query("a"), []
        raise InputError("the table is damaged")

    for name in ("hits.csv", "hits.json", "hits.xlsx"):
        with pytest.raises(InputError):
            written(Summary().counted(broken()), name[5:], tmp_path / name, explain=True, every=True)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_is_said(workspace: Path, tmp_path: Path) -> None:
    _, said = crosstie("screen", "x", "--against", tmp_path, code=4)
    assert "no crosstie workspace" in said
    Workspace.init(tmp_path / "new").close()
    _, said = crosstie("screen", "x", "--against", tmp_path / "new", code=4)
    assert "nothing is built yet" in said
    _, said = crosstie("screen", "gone.csv", "--against", workspace, code=3)
    assert "no such file" in said
    _, said = crosstie("screen", "Zubayr", "--against", workspace, "--format", "xlsx", code=2)
    assert "--out" in said


def test_the_index_is_part_of_the_build_and_its_damage_is_found(workspace: Path) -> None:
    opened = Workspace(workspace)
    file = opened.built().path / "screening.index"
    whole = file.read_bytes()
    try:
        assert opened.verify() == []
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        assert [problem.where for problem in opened.verify()] == [str(file)]
    finally:
        file.write_bytes(whole)
    first = opened.built().number
    opened.build(force=True)
    assert opened.built().number > first
    assert (opened.built().path / "screening.index").read_bytes() == whole
    opened.close()


def test_a_build_without_an_index_says_what_to_do(workspace: Path) -> None:
    opened = Workspace(workspace)
    file = opened.built().path / "screening.index"
    opened.close()
    moved = file.rename(file.with_name("elsewhere"))
    try:
        _, said = crosstie("screen", "x", "--against", workspace, code=4)
        assert "build --force" in said
    finally:
        moved.rename(file)


def test_the_workspace_answers_as_the_command_does(workspace: Path) -> None:
    opened = Workspace(workspace)
    [(query, hits)] = opened.screen([Query("Zubayr Qaddumi al-Harthi", born=("1971-05-12",))], threshold=0.2)
    assert query.name == "Zubayr Qaddumi al-Harthi"
    assert hits[0].caption == "Zubayr Qaddumi al-Harthi"
    opened.close()


def test_a_number_of_a_paper_finds_its_holder(workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("name,passport_number\nSomebody Else,ab-123 4567\n")
    out, _ = crosstie("screen", table, "--against", workspace, "--format", "json")
    assert json.loads(out)["hits"][0]["caption"] == "Zubayr Qaddumi al-Harthi"


def test_memory_does_not_grow_with_the_table(workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "many.csv"
    with table.open("w", encoding="utf-8") as stream:
        stream.write("id,name\n")
        stream.writelines(f"{number},Person{number % 977} Of{number % 1013} Nowhere{number}\n" for number in range(24_000))
    screening = Screening(workspace)
    peaks = []
    tracemalloc.start()
    for place, _ in enumerate(screening.answers(queries(look(table, "many.csv"), Rejects())), 1):
        if place in (10_000, 24_000):
            peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert len(peaks) == 2
    assert peaks[1] < peaks[0] * 1.3 + 10_000_000


@pytest.mark.parametrize("written", ["name", "=name", "x="])
def test_a_map_that_is_none_is_refused(workspace: Path, tmp_path: Path, written: str) -> None:
    (tmp_path / "t.csv").write_text("name,b\nx,y\n")
    _, said = crosstie("screen", tmp_path / "t.csv", "--against", workspace, "--map", written, code=2)
    assert "COLUMN=WHAT" in said


def test_bytes_that_are_no_table_are_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(bytes(range(256)) * 50)
    with pytest.raises((InputError, UsageError)):
        list(queries(look(tmp_path / "t.csv", "t.csv"), Rejects()))
