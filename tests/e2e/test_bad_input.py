"""Bad input is normal input: one clear message with file and place, the right exit code, nothing lost, nothing half-written."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import answer, run, started

RECORD = """<INDIVIDUAL><DATAID>{n}</DATAID><VERSIONNUM>1</VERSIONNUM><FIRST_NAME>TAVIN</FIRST_NAME><SECOND_NAME>OREL{n}</SECOND_NAME>
<UN_LIST_TYPE>Al-Qaida</UN_LIST_TYPE><REFERENCE_NUMBER>QDi.{n:03}</REFERENCE_NUMBER><LISTED_ON>2015-03-27</LISTED_ON>
<COMMENTS1>{text}</COMMENTS1></INDIVIDUAL>"""


def un_list(count: int = 12, text: str = "Invented for a test.", date: str = "2024-05-06") -> str:
    """A UN consolidated list of invented persons."""
    records = "\n".join(RECORD.format(n=n, text=text) for n in range(1, count + 1))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<CONSOLIDATED_LIST dateGenerated="{date}T00:00:00Z"><INDIVIDUALS>{records}</INDIVIDUALS>'
        "<ENTITIES></ENTITIES></CONSOLIDATED_LIST>"
    )


def _bomb(path: Path) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>' + un_list(text="&l9;").split("?>", 1)[1], encoding="utf-8"
    )


def _external(path: Path) -> None:
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + un_list(text="&e;").split("?>", 1)[1],
        encoding="utf-8",
    )


def _zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("consolidated.xml", b"\0" * (300 << 20))


def _long_line(path: Path) -> None:
    with path.open("wb") as out:
        out.write(b"name;country\n")
        out.truncate(2 << 30)


CASES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "truncated XML": ("consolidated.xml", lambda path: path.write_text(un_list()[:-200], encoding="utf-8"), "consolidated.xml"),
    "entity bomb": ("consolidated.xml", _bomb, "consolidated.xml"),
    "external entity": ("consolidated.xml", _external, "consolidated.xml"),
    "ZIP bomb": ("list.zip", _zip_bomb, "list.zip"),
    "one line of 2 GB": ("list.csv", _long_line, "list.csv"),
    "empty file": ("empty.xml", lambda path: path.touch(), "empty"),
    "unknown table": (
        "people.csv",
        lambda path: path.write_text("vorname;nachname;geburtstag\nTavin;Orel;1971-01-02\n", encoding="utf-8"),
        "mapping",
    ),
    "no list at all": ("notes.txt", lambda path: path.write_text("just some words", encoding="utf-8"), "notes.txt"),
    "wrong magic": ("book.xlsx", lambda path: path.write_bytes(b"PK\x03\x04 but no workbook"), "book.xlsx"),
}
#: What may take all memory there is, were it read: that would be the death of a process of its own only.
BOMBS = {"entity bomb", "ZIP bomb", "one line of 2 GB"}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_file_is_refused_whole(case: str, workspace: Path, tmp_path: Path) -> None:
    name, write, says = CASES[case]
    path = tmp_path / name
    write(path)
    done = (started if case in BOMBS else run)("add", path, workspace=workspace)
    assert done.returncode == 3, (done.stdout, done.stderr)
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert answer("sources", workspace=workspace) == []
    assert answer("verify", workspace=workspace) == []
    assert [file for file in (workspace / "vault").rglob("*") if file.is_file()] == []


def test_a_good_file_beside_a_bad_one_is_taken(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "good.xml").write_text(un_list(), encoding="utf-8")
    (tmp_path / "bad.xml").write_text(un_list()[:-200], encoding="utf-8")
    done = run("add", tmp_path / "bad.xml", tmp_path / "good.xml", workspace=workspace)
    assert done.returncode == 3
    assert [source["file_name"] for source in answer("sources", workspace=workspace)] == ["good.xml"]


def test_adding_twice_does_nothing_and_says_so(workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "consolidated.xml"
    path.write_text(un_list(), encoding="utf-8")
    assert run("add", path, workspace=workspace).returncode == 0
    again = run("add", path, workspace=workspace)
    assert again.returncode == 0
    assert "already there" in again.stdout
    assert len(answer("sources", workspace=workspace)) == 1


def test_a_newer_version_keeps_the_history(workspace: Path, tmp_path: Path) -> None:
    for date, count in (("2023-01-01", 12), ("2024-01-01", 11)):
        path = tmp_path / f"{date}.xml"
        path.write_text(un_list(count, date=date), encoding="utf-8")
        assert run("add", path, workspace=workspace).returncode == 0
    assert run("build", workspace=workspace).returncode == 0
    gone = answer("show", "un-QDi.012", workspace=workspace)
    assert gone["entity"]["delisted"] is True
    assert {claim["last_seen"] for claim in gone["claims"]} == {"2023-01-01"}
    assert answer("show", "un-QDi.011", workspace=workspace)["entity"]["delisted"] is False


def test_a_list_that_shrank_overnight_is_refused_with_the_figures(workspace: Path, tmp_path: Path) -> None:
    for date, count, code in (("2023-01-01", 40, 0), ("2024-01-01", 5, 3)):
        path = tmp_path / f"{date}.xml"
        path.write_text(un_list(count, date=date), encoding="utf-8")
        done = run("add", path, workspace=workspace)
        assert done.returncode == code
    assert "40" in done.stdout
    assert "--accept-counts" in done.stdout
    assert run("add", path, "--accept-counts", workspace=workspace).returncode == 0


def test_a_wrong_byte_is_read_around_and_its_place_reported(workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "consolidated.xml"
    path.write_bytes(un_list(text="Caf\u00e9 keeper").encode("latin-1"))
    done = run("add", path, workspace=workspace)
    assert done.returncode == 0, done.stdout + done.stderr
    source = answer("sources", workspace=workspace)[0]
    assert source["records"] == 12
    rejects = answer("show", source["source_id"], workspace=workspace)["rejects"]
    assert any("0xe9" in row["reason"].lower() + row["excerpt"].lower() for row in rejects)


def test_two_at_once_one_waits_or_is_told(workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crosstie.store.lock import WriteLock

    path = tmp_path / "consolidated.xml"
    path.write_text(un_list(), encoding="utf-8")
    monkeypatch.setenv("CROSSTIE_WAIT", "0.3")
    with WriteLock(workspace / ".lock", 1.0, doing="a long build"):
        done = started("add", path, workspace=workspace)
    assert done.returncode == 5
    assert "a long build" in done.stderr
    assert run("add", path, workspace=workspace).returncode == 0


def test_no_workspace_here_is_said_with_what_to_do(tmp_path: Path) -> None:
    done = run("links", workspace=tmp_path)
    assert done.returncode == 4
    assert "crosstie init" in done.stderr


def test_errors_are_json_where_json_is_asked_for(tmp_path: Path) -> None:
    import json

    done = run("links", "--json", workspace=tmp_path)
    assert json.loads(done.stderr)["error"] == "NotFound"


def test_a_file_that_is_not_there(workspace: Path) -> None:
    done = run("add", "nowhere.xml", workspace=workspace)
    assert done.returncode == 3
    assert "nowhere.xml" in done.stderr
