"""Rough use: what people, shells and disks do to a program. Never a stack trace, always one message and the exit code that fits it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from crosstie import app
from crosstie.cli import main
from tests.e2e.test_bad_input import un_list

MAPPING = """dataset: reg
originator: Invented Office
entities:
  p:
    schema: Person
    id: {column: nr}
    properties: {name: name, country: land}
"""
ROWS = [["nr", "name", "land"], *([str(n), f"Tavin Orel{n}", "de"] for n in range(1, 30))]


def do(*arguments: str | Path, workspace: Path | None = None) -> Result:
    """A command, in this process: fast, and an exception that escapes is seen."""
    where = ["--workspace", str(workspace)] if workspace else []
    done = CliRunner().invoke(main, [*where, *(str(one) for one in arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one list, built; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("rough") / "unit"
    (folder.parent / "consolidated.xml").write_text(un_list(), encoding="utf-8")
    assert do("init", folder).exit_code == 0
    assert do("add", folder.parent / "consolidated.xml", workspace=folder).exit_code == 0
    assert do("build", workspace=folder).exit_code == 0
    return folder


@pytest.fixture
def unit(built: Path, tmp_path: Path) -> Path:
    """A built workspace of one's own."""
    return shutil.copytree(built, tmp_path / "unit")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A new workspace, and a mapping beside it."""
    assert do("init", tmp_path / "empty").exit_code == 0
    (tmp_path / "reg.yaml").write_text(MAPPING, encoding="utf-8")
    return tmp_path / "empty"


def _table(rows: list[list[str]]) -> bytes:
    return "".join(",".join(row) + "\n" for row in rows).encode()


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def _hollow(folder: Path) -> Path:
    (folder / "hollow").mkdir()
    return folder / "hollow"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: Path("/dev/zero"), "device or a pipe"),
        (_pipe, "device or a pipe"),
        (_hollow, "no file in this folder"),
        (lambda folder: folder / "nothing", "no such file"),
    ],
)
def test_what_is_no_file_is_refused_at_once(make: Callable[[Path], Path], says: str, empty: Path, tmp_path: Path) -> None:
    done = do("add", make(tmp_path), workspace=empty)
    assert done.exit_code == 3
    assert says in done.stderr


@pytest.mark.parametrize("mapping", ["/dev/zero", "."])
def test_a_mapping_that_is_no_file(mapping: str, empty: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(_table(ROWS))
    done = do("add", tmp_path / "t.csv", "--mapping", mapping, workspace=empty)
    assert done.exit_code == 3
    assert "is no file" in done.stderr


def test_a_mapping_that_does_not_fit_says_which_columns_are_missing(empty: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(_table([["number", "who", "where"], *ROWS[1:]]))
    done = do("add", tmp_path / "t.csv", "--mapping", tmp_path / "reg.yaml", workspace=empty)
    assert done.exit_code == 3
    assert "reg.yaml needs the columns “land”, “name”, “nr”" in done.stdout


@pytest.mark.parametrize(
    ("table", "records"),
    [
        (_table([[*row, *("x" for _ in range(10_000))] for row in ROWS]), 29),
        (_table(ROWS).replace(b"Orel5", b"Or\0el5"), 29),
        (_table(ROWS).decode().encode("utf-16"), 29),
        (_table(ROWS).replace(b"\n", b"\r"), 29),
    ],
    ids=["10,000 columns of one name", "a NUL in a cell", "UTF-16", "lines end with CR"],
)
def test_an_odd_table_is_read(table: bytes, records: int, empty: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(table)
    done = do("add", tmp_path / "t.csv", "--mapping", tmp_path / "reg.yaml", "--json", workspace=empty)
    assert json.loads(done.stdout)[0]["source"]["records"] == records


def test_a_sheet_with_a_cell_at_the_end_of_the_world(empty: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ROWS:
        sheet.append(row)
    sheet["XFD1048576"] = "x"
    book.save(tmp_path / "t.xlsx")
    done = do("add", tmp_path / "t.xlsx", "--mapping", tmp_path / "reg.yaml", workspace=empty)
    assert done.exit_code == 3
    assert "1,048,576" in done.stdout


@pytest.mark.parametrize(("sheet", "code"), [("data", 0), ("dta", 3)])
def test_a_mapping_for_another_sheet_than_the_first(sheet: str, code: int, empty: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    data = book.create_sheet("data")
    for row in ROWS:
        data.append(row)
    book.save(tmp_path / "t.xlsx")
    (tmp_path / "reg.yaml").write_text(MAPPING + f"sheet: {sheet}\n", encoding="utf-8")
    done = do("add", tmp_path / "t.xlsx", "--mapping", tmp_path / "reg.yaml", workspace=empty)
    assert done.exit_code == code
    assert code == 0 or "“dta”" in done.stdout


def test_a_ledger_column_of_another_type_does_not_stop_the_build(empty: Path, tmp_path: Path) -> None:
    account = "{schema: BankAccount, id: {column: %s}, properties: {accountNumber: %s}}"
    (tmp_path / "reg.yaml").write_text(
        f"dataset: bank\noriginator: Invented Bank\nentities:\n  a: {account % ('a', 'a')}\n  b: {account % ('b', 'b')}\n"
        "ledger:\n  payments: {a: a, b: b, date: date, columns: {amount: amount, currency: {column: amount, type: number}}}\n",
        encoding="utf-8",
    )
    (tmp_path / "t.csv").write_text("a,b,date,amount\nx,y,2020-01-01,5\n", encoding="utf-8")
    assert do("add", tmp_path / "t.csv", "--mapping", tmp_path / "reg.yaml", workspace=empty).exit_code == 0
    done = do("build", workspace=empty)
    assert done.exit_code == 0, done.stderr


def test_a_name_that_is_no_text_can_be_printed(empty: Path, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.xml"))
    path.write_text(un_list(), encoding="utf-8")
    done = do("add", path, "--json", workspace=empty)
    assert done.exit_code == 0
    assert "bad" in json.loads(done.stdout)[0]["file"]
    assert do("sources", workspace=empty).exit_code == 0


def test_a_statement_of_nobody_is_counted(empty: Path, tmp_path: Path) -> None:
    rows = [f"s{n},{f'e{n}' if n else ''},name,Person,Tavin Orel{n}" for n in range(30)]
    (tmp_path / "statements.csv").write_text("\n".join(["id,entity_id,prop,schema,value", *rows, ""]), encoding="utf-8")
    done = do("add", tmp_path / "statements.csv", "--json", workspace=empty)
    source = json.loads(done.stdout)[0]["source"]
    assert (source["records"], source["statements"], source["rejects"]) == (30, 29, 1)


# ── outputs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("out", ["nowhere/out.html", ".", "/dev/full"])
@pytest.mark.parametrize("command", [["report"], ["export", "links", "--out"]])
def test_an_output_that_cannot_be_written(command: list[str], out: str, unit: Path) -> None:
    done = do(*command, out, workspace=unit)
    assert done.exit_code == 6
    assert out in done.stderr
    assert not Path("/dev/full").is_file()  # a device is written to, not replaced


def test_who_reads_no_further_is_no_error(unit: Path) -> None:
    command = f"{sys.executable} -m crosstie --workspace {unit} export claims | head -c 5; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


def test_every_name_is_printed_in_ascii_and_with_a_closed_output(unit: Path) -> None:
    where = [sys.executable, "-m", "crosstie", "--workspace", str(unit), "show", "un-QDi.001"]
    plain = subprocess.run(
        [*where, "--json"], env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=False, timeout=60
    )
    assert json.loads(plain.stdout)["reference"] == "un-QDi.001"
    closed = subprocess.run(["bash", "-c", " ".join(where) + " >&-"], capture_output=True, check=False, timeout=60)
    assert (closed.returncode, closed.stderr) == (0, b"")


# ── judgements and settings ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("subject", [["pair", "un-QDi.001", "nobody"], ["link", "none"], ["finding", "none"]])
def test_a_judgement_on_what_is_not_there(subject: list[str], unit: Path) -> None:
    done = do("judge", *subject, "--verdict", "unsure", workspace=unit)
    assert done.exit_code == 4
    assert subject[-1] in done.stderr


def test_a_judgement_is_taken_back_once_however_often(unit: Path) -> None:
    made = json.loads(do("judge", "pair", "un-QDi.001", "un-QDi.002", "--verdict", "same", "--json", workspace=unit).stdout)
    assert [do("revoke", made["id"], workspace=unit).exit_code for _ in range(2)] == [0, 0]
    assert do("revoke", "none", workspace=unit).exit_code == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [("memory", "lots"), ("threads", "0"), ("match_threshold", "nan"), ("paths", "0"), ("hub", "-1"), ("max_hops", "99"), ("wait", "inf")],
)
def test_a_setting_out_of_range(name: str, value: str, unit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"CROSSTIE_{name.upper()}", value)
    done = do("build", "--force", workspace=unit)
    assert done.exit_code == 2
    assert f"setting {name}" in done.stderr


@pytest.mark.parametrize("written", ["threads = 1.5", "memory = []", "nmae = 1", "name = [", "hub = true"])
def test_a_settings_file_with_a_mistake(written: str, unit: Path) -> None:
    (unit / "crosstie.toml").write_text(written, encoding="utf-8")
    assert do("sources", workspace=unit).exit_code == 2


def test_a_clock_that_is_none(unit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "garbage")
    done = do("links", workspace=unit)
    assert done.exit_code == 2
    assert "SOURCE_DATE_EPOCH" in done.stderr


# ── damage ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _first(folder: Path) -> Path:
    return next(one for one in sorted(folder.iterdir()) if one.is_dir() and not one.name.startswith("."))


def _cut(*paths: Path) -> None:
    for path in paths:
        os.truncate(path, 50)


def _later(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("update schema_version set version = 99")
    connection.close()


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a table of a source is gone": (lambda unit: (_first(unit / "sources") / "statements.parquet").unlink(), "build"),
    "a table of a source is cut": (lambda unit: _cut(_first(unit / "sources") / "statements.parquet"), "build"),
    "a table of the build is cut": (lambda unit: _cut(*(unit / "builds/0001").glob("*.parquet")), "show"),
    "CURRENT names nothing": (lambda unit: (unit / "builds/CURRENT").write_text("0099"), "links"),
    "the originals are gone": (lambda unit: shutil.rmtree(unit / "vault"), "verify"),
    "the casebook is cut": (lambda unit: _cut(unit / "casebook.sqlite"), "sources"),
    "the casebook is of a later version": (lambda unit: _later(unit / "casebook.sqlite"), "sources"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_told_and_verify_finds_it(case: str, unit: Path) -> None:
    damage, command = DAMAGE[case]
    damage(unit)
    arguments = {"build": ["build", "--force"], "show": ["show", "un-QDi.001"]}.get(command, [command])
    for one in (arguments, ["verify"]):
        done = do(*one, workspace=unit)
        assert done.exit_code == 6, (one, done.output)
        assert "fault in crosstie" not in done.stderr


@pytest.mark.parametrize("damage", ["CURRENT names nothing", "a table of the build is cut"])
def test_a_new_build_stands_in_for_a_damaged_one(damage: str, unit: Path) -> None:
    DAMAGE[damage][0](unit)
    assert do("build", workspace=unit).exit_code == 0
    assert do("show", "un-QDi.001", workspace=unit).exit_code == 0


# ── stopped, and faults of our own ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A file to add."""
    (tmp_path / "other.xml").write_text(un_list(14), encoding="utf-8")
    return tmp_path / "other.xml"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_who_stops_an_add_leaves_nothing_behind(
    number: signal.Signals, code: int, empty: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a shell starts what it sends to the background with this signal ignored, and so the tests
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def stopped(*_: object, **__: object) -> None:
        os.kill(os.getpid(), number)

    monkeypatch.setattr(app, "load", stopped)
    try:
        done = do("add", other, workspace=empty)
    finally:
        signal.signal(signal.SIGINT, before)
    assert done.exit_code == code
    assert "nothing was half-written" in done.stderr
    assert [file for folder in ("vault", "sources") for file in (empty / folder).rglob("*") if file.is_file()] == []
    assert do("verify", workspace=empty).exit_code == 0


def test_a_fault_of_our_own_is_told_without_a_trace(unit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object, **__: object) -> None:
        raise ZeroDivisionError("an invented fault")

    monkeypatch.setattr(app, "gather", wrong)
    done = do("build", "--force", workspace=unit)
    assert done.exit_code == 1
    assert "an invented fault" in done.stderr
    assert "CROSSTIE_TRACE" in done.stderr
    assert do("verify", workspace=unit).exit_code == 0
