"""crosstie dedupe: a table in, clusters and uncertain pairs out."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from crosstie.cli import main

_ROWS = """Nom,Prénom,Ddn,Ville,Pointure
Delorme,Aurélie,1984-03-09,Ville-Neuve,38
DELORME,Aurelie,09/03/1984,Ville Neuve,38
Okonjo,Tunde,1971-11-30,Port-Clair,44
Okonjo,Tunde,1971-11-30,,44
Marchetti,Livia,1990-06-17,Ville-Neuve,39
"""


@pytest.fixture
def people(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text(_ROWS, encoding="utf-8")
    return tmp_path / "people.csv"


def _clusters(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [row["cluster"] for row in csv.DictReader(stream)]


def test_the_rows_come_back_with_their_clusters(people: Path, tmp_path: Path) -> None:
    said = "lastName=Nom,firstName=Prénom,birthDate=Ddn,city=Ville"
    out = tmp_path / "clusters.csv"
    done = CliRunner().invoke(main, ["dedupe", str(people), "--out", str(out), "--columns", said, "--explain"])
    assert done.exit_code == 0, done.output
    assert _clusters(out) == ["1", "1", "2", "2", "3"]
    assert (tmp_path / "clusters.pairs.csv").exists()
    assert "Pointure" in done.output


def test_headers_are_recognised_and_weights_kept(people: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights.json"
    done = CliRunner().invoke(main, ["--json", "dedupe", str(people), "--out", str(tmp_path / "c.csv"), "--save-weights", str(weights)])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["columns"] == {"Nom": "lastName", "Prénom": "firstName", "Ddn": "birthDate", "Ville": "city"}
    assert told["ignored"] == ["Pointure"]
    assert json.loads(weights.read_text())["version"] == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [(["--columns", "lastName"], 2), (["--columns", "lastName=Nichts"], 3), (["--out", "x.doc"], 2), (["--weights", "people.csv"], 3)],
)
def test_what_cannot_be_done_is_said(people: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], code: int) -> None:
    monkeypatch.chdir(people.parent)
    done = CliRunner().invoke(main, ["dedupe", "people.csv", *options])
    assert done.exit_code == code, done.output


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["dedupe", str(tmp_path / "none.csv")]).exit_code == 4


def test_the_sheet_that_is_read_is_said_and_can_be_chosen(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "notes"
    book.active.append(["read me"])
    people = book.create_sheet("people")
    for row in (["name", "dob"], ["Ana Lima", "1980-02-03"], ["Lima, Ana", "1980-02-03"]):
        people.append(row)
    book.save(tmp_path / "x.xlsx")
    first = CliRunner().invoke(main, ["dedupe", str(tmp_path / "x.xlsx")])
    assert first.exit_code == 3
    done = CliRunner().invoke(main, ["dedupe", str(tmp_path / "x.xlsx"), "--sheet", "people", "--out", str(tmp_path / "c.csv")])
    assert done.exit_code == 0, done.output
    assert "sheet “people” was read; not read: “notes” (choose with --sheet)" in done.output
    assert _clusters(tmp_path / "c.csv") == ["1", "1"]


def test_a_file_may_be_written_over_itself(people: Path) -> None:
    done = CliRunner().invoke(main, ["dedupe", str(people), "--out", str(people)])
    assert done.exit_code == 0, done.output
    assert _clusters(people) == ["1", "1", "2", "2", "3"]


def test_a_sheet_of_a_file_without_sheets_is_refused(people: Path) -> None:
    assert CliRunner().invoke(main, ["dedupe", str(people), "--sheet", "one"]).exit_code == 2
