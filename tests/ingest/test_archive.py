from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from crosstie.errors import DamagedFile, HostileFile
from crosstie.ingest import archive
from crosstie.ingest.archive import unpack
from tests.ingest.readers.said import written


def _zip(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(name.replace("__", "/"), content)
    return path


def test_files_inside_are_files_of_their_own(tmp_path: Path) -> None:
    path = _zip(tmp_path / "l.zip", **{"un__b.xml": b"<B/>", "a.csv": b"a,b", ".DS_Store": b"junk"})
    with zipfile.ZipFile(path, "a") as out:
        out.mkdir("folder")
        out.writestr("__MACOSX/a.csv", b"junk")
    found = unpack(path, "l.zip", tmp_path)
    assert [(name, file.read_bytes()) for name, file in found] == [("l.zip!a.csv", b"a,b"), ("l.zip!un/b.xml", b"<B/>")]
    again = unpack(path, "l.zip", tmp_path)
    assert {file for _, file in found}.isdisjoint(file for _, file in again)


def test_gzip_and_plain_files(tmp_path: Path) -> None:
    path = written(tmp_path, "l.xml.gz", gzip.compress(b"<L/>", mtime=0))
    [(name, file)] = unpack(path, "l.xml.gz", tmp_path)
    assert (name, file.read_bytes()) == ("l.xml.gz!l.xml", b"<L/>")
    plain = written(tmp_path, "l.xml", "<L/>")
    assert unpack(plain, "l.xml", tmp_path) == [("l.xml", plain)]


@pytest.mark.parametrize("name", ["../up.csv", "/etc/x.csv", "a/../../x.csv", "C:/x.csv", "..\\x.csv"])
def test_paths_out_of_the_archive_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "l.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr(zipfile.ZipInfo(name), "x")
    with pytest.raises(HostileFile, match="outside the archive"):
        unpack(path, "l.zip", tmp_path)


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zeros = b"\0" * (20 << 20)
    with pytest.raises(HostileFile, match="times as many"):
        unpack(_zip(tmp_path / "a.zip", a=zeros), "a.zip", tmp_path)
    with pytest.raises(HostileFile, match="unpacks to more than"):
        unpack(written(tmp_path, "a.gz", gzip.compress(zeros, mtime=0)), "a.gz", tmp_path)
    with pytest.raises(HostileFile, match="archive inside an archive"):
        unpack(_zip(tmp_path / "b.zip", **{"c.zip": (tmp_path / "a.zip").read_bytes()}), "b.zip", tmp_path)
    with pytest.raises(HostileFile, match="archive inside an archive"):
        unpack(_zip(tmp_path / "d.zip", **{"c.csv": (tmp_path / "b.zip").read_bytes()}), "d.zip", tmp_path)
    with pytest.raises(HostileFile, match="201 files"):
        unpack(_zip(tmp_path / "e.zip", **{f"f{number}": b"" for number in range(201)}), "e.zip", tmp_path)
    monkeypatch.setattr(archive, "MAX_BYTES", 100)
    with pytest.raises(HostileFile, match="bytes when unpacked"):
        unpack(_zip(tmp_path / "g.zip", a=b"a" * 101), "g.zip", tmp_path)


def test_a_size_that_lies_is_not_believed(tmp_path: Path) -> None:
    path = _zip(tmp_path / "l.zip", a=b"a" * 50_000)
    data = path.read_bytes()
    path.write_bytes(data.replace((50_000).to_bytes(4, "little"), (500).to_bytes(4, "little")))
    with pytest.raises((HostileFile, DamagedFile), match=r"l\.zip"):
        unpack(path, "l.zip", tmp_path)


@pytest.mark.parametrize("content", [b"PK\x03\x04 no archive", gzip.compress(b"abc" * 1000, mtime=0)[:-30], b"\x1f\x8b no archive"])
def test_broken_archives_are_said_to_be_broken(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DamagedFile, match=r"l\.zip"):
        unpack(written(tmp_path, "l.zip", content), "l.zip", tmp_path)
