"""From a folder of files to answers, as an officer asks them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crosstie.app import Workspace
from crosstie.errors import NotFound, UsageError
from crosstie.lenses.resources import commands

FIXTURES = Path(__file__).parents[3] / "crosstie" / "lenses" / "resources" / "fixtures" / "readers"
FILES = (
    "consignments/good.csv",
    "consignments/good-manifest.csv",
    "bill-of-lading/good.txt",
    "seizures/good.csv",
    "comtrade/good-old.csv",
    "cites-trade/good.csv",
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace of the lens's own fixtures."""
    made = Workspace.init(tmp_path_factory.mktemp("desk") / "unit", name="unit", exercise=True, user="officer")
    made.add([FIXTURES / file for file in FILES])
    made.build()
    return made


def test_the_targeting_list_says_why(workspace: Workspace, tmp_path: Path) -> None:
    answer = workspace.ask("resources", "target", {"share": 0.5, "since": None, "until": None, "most": 100, "out": tmp_path / "list.csv"})
    rows = answer.table()
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0]["exporter"] == "Dune Trading"
    assert "charcoal-qs" in rows[0]["reasons"] or "seizure" in rows[0]["reasons"]
    written = list(csv.DictReader((tmp_path / "list.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["consignment"] for row in written] == [row["consignment"] for row in rows]
    for share in (0.0, 1.5):
        with pytest.raises(UsageError, match="no share"):
            workspace.ask("resources", "target", {"share": share, "since": None, "until": None, "most": 100, "out": None})


def test_states_are_laid_side_by_side(workspace: Workspace) -> None:
    given = {
        "of": None,
        "exporter": None,
        "importer": None,
        "goods": None,
        "ratio": 2.0,
        "floor": 0.0,
        "freight": 0.08,
        "causes": True,
        "most": 10,
    }
    trade = workspace.ask("resources", "mirror", given).table()
    assert [(row["exporter"], row["importer"], row["exported"]) for row in trade] == [("km", "ae", 0.0)]
    wild = workspace.ask("resources", "mirror", given | {"of": "wildlife"}).table()
    assert [(row["species"], row["difference"]) for row in wild] == [("Python regius", -900.0)]
    assert workspace.ask("resources", "mirror", given | {"of": "wildlife", "goods": "Lox"}).table() == []


def test_a_seizure_names_nobody_and_is_read_again(workspace: Workspace, tmp_path: Path) -> None:
    given = {"date": "2024-05-09", "office": "Hafen", "country": "QR", "out": tmp_path / "seizure.csv", "quantity": 25000.0, "persons": 2}
    answer = workspace.ask("resources", "seizure", {"consignment": "customs-D1/1", **given})
    assert "Dune" not in answer.text
    assert "Grill" not in answer.text
    [row] = csv.DictReader(answer.text.splitlines())
    assert (row["commodity group"], row["container"], row["quantity"], row["persons"]) == ("Natural resources", "XTIU1234560", "25000", "2")
    other = Workspace.init(tmp_path / "other", name="other", exercise=True, user="officer")
    other.add([tmp_path / "seizure.csv"])
    [source] = other.sources.list()
    assert (source.reader, source.rejects) == ("seizures", 0)
    with pytest.raises(NotFound):
        workspace.ask("resources", "seizure", {"consignment": "nothing", **given})


@pytest.mark.parametrize(
    ("number", "kind", "result"),
    [
        ("xtiu 123456-0", "container", "good"),
        ("XTIU1234561", "container", "wrong check digit"),
        ("IMO 9900100", "ship (IMO)", "good"),
        ("IMO9900101", "ship (IMO)", "wrong check digit"),
        ("999-12345675", "air waybill", "good"),
        ("4402.90", "goods (HS 2022)", "good"),
        ("271011", "goods (HS 2022)", "not in this edition"),
        ("hello", "unknown", "neither container, ship, air waybill nor code of goods"),
    ],
)
def test_a_number_is_looked_at_without_a_workspace(number: str, kind: str, result: str) -> None:
    [row] = commands.check(None, (number,), "2024-05-01").table()
    assert (row["kind"], row["result"]) == (kind, result)


def test_measures_are_told_for_their_day() -> None:
    def more(on: str) -> str:
        return str(commands.check(None, ("710210",), on).table()[0]["more"])

    assert "1643 (2005)" in more("2010-01-01")
    assert "1643 (2005)" not in more("2020-01-01")
