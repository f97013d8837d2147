"""A backup is one file, made while others work, and comes back as it was, or not at all."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from crosstie.app import Workspace
from crosstie.backup import MANIFEST, back_up, bring_back
from crosstie.casework import changes as asked
from crosstie.casework.access import Person, Role
from crosstie.errors import CrosstieError, IntegrityError, NotFound, UsageError
from crosstie.model.marking import Tlp
from crosstie.store.database import VERSION, Database, SchemaVersion

LEA = Person("lea", Role.CASE_LEAD, Tlp.RED, "a trial")


@pytest.fixture
def unit(tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with a source, a case and a file, on either kind of database."""
    folder = tmp_path / "unit"
    Workspace.init(folder, user="root").close()
    if where.startswith("postgresql"):
        toml = folder / "crosstie.toml"
        toml.write_text(f'casebook = "{where}"\n' + toml.read_text())
        (folder / "casebook.sqlite").unlink()
    workspace = Workspace(folder, user="root")
    (tmp_path / "a.ftm.json").write_text('{"id": "a", "schema": "Person", "properties": {"name": ["Orvan Telk"]}}\n')
    workspace.add([tmp_path / "a.ftm.json"])
    workspace.accounts().add("lea", Role.CASE_LEAD, Tlp.RED, by="root")
    cases = workspace.cases(LEA)
    ref = cases.open("Fuel", "smuggling", "order 7")
    (tmp_path / "seized").write_bytes(b"as it was")
    cases.attach(ref, tmp_path / "seized", "seized.txt", "why")
    cases.change(ref, asked.Note("Харун حرون"))
    return workspace


def test_a_backup_comes_back_as_it_was(unit: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "copy.tar"
    made = back_up(unit, out)
    assert made.problems == []
    head = unit.audit.head()
    back = bring_back(out, tmp_path / "back", user="root")
    assert back.entries == made.entries == head.count - 1  # that of the backup itself
    restored = Workspace(tmp_path / "back", user="root")
    assert restored.verify() == []
    for read in (lambda one: one.cases(LEA).read("C-2026-00001")["notes"], lambda one: [row.source_id for row in one.sources.list()]):
        assert read(restored) == read(unit)
    path, name = restored.cases(LEA).attachment("C-2026-00001", 1)
    assert (path.read_bytes(), name) == (b"as it was", "seized.txt")
    restored.build()
    assert "casebook" not in (tmp_path / "back" / "crosstie.toml").read_text()
    with tarfile.open(out) as archive:
        assert b"postgresql" not in archive.extractfile("crosstie.toml").read()  # type: ignore[union-attr]


def test_a_backup_can_be_put_into_postgresql(unit: Workspace, tmp_path: Path, postgres: str) -> None:
    import secrets

    import psycopg

    from tests.conftest import _of_database

    name = f"crosstie_{secrets.token_hex(6)}"
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"create database {name}".encode())
    url = _of_database(postgres, name)
    back_up(unit, tmp_path / "copy.tar")
    bring_back(tmp_path / "copy.tar", tmp_path / "back", url, user="root")
    restored = Workspace(tmp_path / "back", user="root")
    assert not restored.database.embedded
    assert restored.cases(LEA).read("C-2026-00001")["notes"][0]["newest"]["text"] == "Харун حرون"
    assert not (tmp_path / "back" / "casebook.sqlite").exists()
    with pytest.raises(UsageError, match="not empty"):
        bring_back(tmp_path / "copy.tar", tmp_path / "again", url, user="root")
    assert not (tmp_path / "again").exists()
    restored.close()


def test_nothing_is_ever_overwritten(unit: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "copy.tar"
    back_up(unit, out)
    before = out.read_bytes()
    with pytest.raises(UsageError, match="there already"):
        back_up(unit, out)
    assert out.read_bytes() == before
    with pytest.raises(UsageError, match="there already"):
        bring_back(out, unit.folder)
    with pytest.raises(NotFound):
        bring_back(tmp_path / "none.tar", tmp_path / "back")
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []


def test_what_is_written_meanwhile_does_no_harm(unit: Workspace, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        other = Workspace(unit.folder, user="lea")
        while not stop.is_set():
            other.cases(LEA).change("C-2026-00001", asked.Note("meanwhile"))
        other.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            assert back_up(unit, tmp_path / f"{number}.tar").problems == []
    finally:
        stop.set()
        writer.join()
    for number in range(3):
        made = bring_back(tmp_path / f"{number}.tar", tmp_path / f"back{number}", user="root")
        assert made.problems == []
        restored = Workspace(tmp_path / f"back{number}", user="root")
        case = restored.cases(LEA).read("C-2026-00001")
        assert case["case"]["version"] == len(case["history"])
        restored.close()


@pytest.mark.parametrize("damage", ["cut", "changed", "added", "outside", "link", "no tar", "empty"])
def test_a_damaged_or_hostile_backup_makes_nothing(tmp_path: Path, damage: str) -> None:
    Workspace.init(tmp_path / "unit", user="root").close()
    workspace = Workspace(tmp_path / "unit", user="root")
    good, bad = tmp_path / "good.tar", tmp_path / "bad.tar"
    back_up(workspace, good)
    data = good.read_bytes()
    if damage == "cut":
        bad.write_bytes(data[: len(data) // 2])
    elif damage == "changed":
        at = data.index(b"exercise = false")
        bad.write_bytes(data[:at] + b"exercise = FALSE" + data[at + 16 :])
    elif damage == "no tar":
        bad.write_bytes(b"x" * 5_000)
    elif damage == "empty":
        bad.write_bytes(b"")
    else:
        with tarfile.open(good) as given, tarfile.open(bad, "w") as out:
            for number, member in enumerate(given.getmembers()):
                if number == 1:
                    name = {"added": "vault/aa/more", "outside": "vault/../../evil", "link": "vault/link"}[damage]
                    extra = tarfile.TarInfo(name)
                    extra.size = 0 if damage == "link" else 4
                    if damage == "link":
                        extra.type, extra.linkname = tarfile.SYMTYPE, "/etc/passwd"
                    out.addfile(extra, None if damage == "link" else io.BytesIO(b"evil"))
                out.addfile(member, given.extractfile(member))
    with pytest.raises(IntegrityError):
        bring_back(bad, tmp_path / "back")
    assert not (tmp_path / "back").exists()
    assert not (tmp_path.parent / "evil").exists()
    assert list((tmp_path / ".scratch").glob("*")) == [] if (tmp_path / ".scratch").exists() else True


@pytest.mark.parametrize("what", ["backup", "restore"])
def test_killed_in_the_middle_nothing_half_is_left_under_its_name(tmp_path: Path, what: str) -> None:
    Workspace.init(tmp_path / "unit", user="root").close()
    vault = tmp_path / "unit" / "vault" / "00"
    vault.mkdir(parents=True)
    import hashlib

    content = os.urandom(60 << 20)
    (vault.parent / hashlib.sha256(content).hexdigest()[:2]).mkdir(exist_ok=True)
    digest = hashlib.sha256(content).hexdigest()
    (vault.parent / digest[:2] / digest).write_bytes(content)
    if not any(vault.iterdir()):
        vault.rmdir()
    workspace = Workspace(tmp_path / "unit", user="root")
    given, target = tmp_path / "given.tar", tmp_path / "target"
    if what == "restore":
        back_up(workspace, given)
    words = ["backup", str(target)] if what == "backup" else ["restore", str(given), str(target)]
    command = [sys.executable, "-m", "crosstie", "--workspace", str(tmp_path / "unit"), *words]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    pattern = "*.part" if what == "backup" else ".scratch/*/workspace/vault/*/*"
    while time.monotonic() < end and not any(one.stat().st_size > 1_000 for one in tmp_path.glob(pattern)) and running.poll() is None:
        time.sleep(0.002)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not target.exists() or running.returncode == 0
    if running.returncode != 0:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert target.exists()


def test_a_database_of_an_earlier_version_is_copied_before_it_is_changed(where: str) -> None:
    with Database(where) as first, first.write() as connection:
        connection.execute(sa.text("drop table case_notes"))
        connection.execute(sa.update(SchemaVersion).values(version=4))
    with Database(where) as raised:
        assert raised.raised is not None
        assert f"from version 4 to {VERSION}" in raised.raised
        with raised.read() as connection:
            assert connection.scalar(sa.text("select count(*) from case_notes")) == 0
        if raised.embedded:
            copy = Path(f"{raised.name}.v4")
            assert str(copy) in raised.raised
            import sqlite3

            old = sqlite3.connect(copy)
            assert old.execute("select version from schema_version").fetchall() == [(4,)]
            assert old.execute("select count(*) from sqlite_master where name = 'case_notes'").fetchone() == (0,)
            old.close()
        else:
            assert "PostgreSQL" in raised.raised
    with Database(where) as again:
        assert again.raised is None


def test_the_manifest_names_every_file_and_the_audit(tmp_path: Path) -> None:
    Workspace.init(tmp_path / "unit", user="root").close()
    workspace = Workspace(tmp_path / "unit", user="root")
    back_up(workspace, tmp_path / "copy.tar")
    with tarfile.open(tmp_path / "copy.tar") as archive:
        names = archive.getnames()
        manifest = json.loads(archive.extractfile(MANIFEST).read())  # type: ignore[union-attr]
    assert names[-1] == MANIFEST
    assert set(manifest["files"]) == set(names[:-1])
    assert manifest["audit"]["entries"] == workspace.audit.head().count - 1
    with pytest.raises(CrosstieError):
        bring_back(tmp_path / "unit", tmp_path / "back")
