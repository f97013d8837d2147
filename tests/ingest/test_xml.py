from __future__ import annotations

import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstie.errors import DamagedFile, HostileFile
from crosstie.ingest import xml
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Original
from tests.ingest.readers.said import Said, _Sink, written


def _records(path: Path, *tags: str) -> tuple[list[tuple[str, str]], Said]:
    said = Said()
    out = Emitter(_Sink(said), source_id="s", dataset="d", grade="A2", marking="TLP:CLEAR")
    found = [(place, "".join(element.itertext())) for place, element in xml.records(Original(path, path.name), tags, out)]
    out.flush()
    return found, said


def test_records_by_local_name_with_their_place(tmp_path: Path) -> None:
    path = written(tmp_path, "l.xml", '<a:L xmlns:a="urn:x"><a:P>one</a:P><Q>two</Q><a:P>three<a:P>inner</a:P></a:P><R>no</R></a:L>')
    assert _records(path, "P", "Q")[0] == [("P[1]", "one"), ("Q[1]", "two"), ("P[2]", "threeinner")]
    assert xml.root(Original(path, "l.xml")) == ("L", {})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252"])
def test_the_encoding_that_the_file_declares(tmp_path: Path, encoding: str) -> None:
    name = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    path = written(tmp_path, "l.xml", f'<?xml version="1.0" encoding="{name}"?>\n<L><P>Évariste</P></L>'.encode(encoding))
    found, said = _records(path, "P")
    assert found == [("P[1]", "Évariste")]
    assert not said.rejected


def test_bad_bytes_are_read_around_each_with_its_place(tmp_path: Path) -> None:
    path = written(tmp_path, "l.xml", b"<L>\n<P>J\xe9r\xf4me</P>\n<P>the village\x19s \xe2\x82 end\x00</P></L>")
    found, said = _records(path, "P")
    assert found == [("P[1]", "Jérôme"), ("P[2]", "the village’s \ufffd end\ufffd")]
    assert [one["reason"] for one in said.rejected] == [
        "invalid byte 0xe9 at offset 8, line 2",
        "invalid byte 0xf4 at offset 10, line 2",
        "invalid byte 0x19 at offset 32, line 3",
        "invalid byte 0xe2 at offset 35, line 3",
        "invalid byte 0x82 at offset 36, line 3",
        "invalid byte 0x00 at offset 41, line 3",
    ]
    assert said.rejected[0]["locator"] == "byte 8"
    assert "Jér" in said.rejected[0]["excerpt"]


def test_what_is_left_of_cut_characters_is_no_markup(tmp_path: Path) -> None:
    path = written(tmp_path, "l.xml", b"<L><N>\x1cA#<0@ (&1J</N><P t='1'>a &amp; b</P></L>")
    found, said = _records(path, "N", "P")
    assert found == [("N[1]", "“A#<0@ (&1J"), ("P[1]", "a & b")]
    assert [one["reason"].split(" at ")[0] for one in said.rejected] == ["invalid byte 0x1c", "invalid byte 0x3c", "invalid byte 0x26"]


@given(st.binary(max_size=400), st.integers(1, 9))
def test_whatever_the_bytes_every_one_that_is_not_utf8_is_reported(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, size: int
) -> None:
    from crosstie.ingest import encoding

    path = written(tmp_path_factory.mktemp("x"), "l.txt", noise)
    said = Said()
    out = Emitter(_Sink(said), source_id="s", dataset="d", grade="A2", marking="TLP:CLEAR")
    whole, encoding.CHUNK = encoding.CHUNK, size
    try:
        text = b"".join(encoding.clean(Original(path, "l.txt"), out, encoding="utf-8")).decode()
    finally:
        encoding.CHUNK = whole
    out.flush()
    assert all(character in "\t\n\r" or ord(character) >= 32 for character in text)
    sound = all(byte in b"\t\n\r" or byte >= 32 for byte in noise) and b"\xef\xbf\xbe" not in noise and b"\xef\xbf\xbf" not in noise
    try:
        sound = sound and bool(noise.decode() or True)
    except UnicodeDecodeError:
        sound = False
    assert sound == (not said.rejected)
    if sound:
        assert text == noise.decode()


def test_text_in_another_encoding_throughout_is_no_text(tmp_path: Path) -> None:
    path = written(tmp_path, "l.xml", b"<L>" + ("<P>Имя и отчество</P>".encode("cp1251") * 400) + b"</L>")
    with pytest.raises(DamagedFile, match="not text in the encoding"):
        _records(path, "P")


@pytest.mark.parametrize(
    "content", ["<L><P>a</P><P>b", "<L><P>a</P></L", "<L><P>a</Q></L>", "", "   ", "<L><P a=></P></L>", "<L>&nowhere;</L>", "no xml"]
)
def test_damage_is_said_with_its_place(tmp_path: Path, content: str) -> None:
    with pytest.raises(DamagedFile, match=r"l\.xml") as caught:
        _records(written(tmp_path, "l.xml", content), "P")
    assert "line" in caught.value.detail or "empty" in caught.value.detail
    assert caught.value.detail.count("l.xml") == 1


HOSTILE = {
    "entity bomb": b'<?xml version="1.0"?><!-- x --><!DOCTYPE L [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><L><P>&b;</P></L>',
    "external entity": b'<!DOCTYPE L [<!ENTITY e SYSTEM "file:///etc/hostname">]><L><P>&e;</P></L>',
    "external document type": b'<!doctype L SYSTEM "http://192.0.2.1/x.dtd"><L><P>a</P></L>',
    "in another encoding": '<!DOCTYPE L [<!ENTITY a "x">]><L><P>&a;</P></L>'.encode("utf-16"),
    "nesting": b"<L><P>" + b"<d>" * 5_000,
    "a text without end": b"<L><P>" + b"a" * (11 << 20),
    "a prolog without end": b"<!-- x -->" * (1 << 18),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_attacks_are_refused(tmp_path: Path, case: str) -> None:
    with pytest.raises(HostileFile, match=r"l\.xml"):
        _records(written(tmp_path, "l.xml", HOSTILE[case]), "P")


def test_a_record_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MAX_RECORD", 1 << 20)
    path = written(tmp_path, "l.xml", b"<L><P>a</P><P>" + b"<x>aaaaaaaa</x>" * 200_000 + b"</P></L>")
    with pytest.raises(HostileFile, match="after 1 P"):
        _records(path, "P")


def test_memory_stays_flat(tmp_path: Path) -> None:
    path = tmp_path / "l.xml"
    record = b"<P>" + b"<x>some text of a record</x>" * 400 + b"</P>\n"
    with path.open("wb") as out:
        out.write(b"<L>")
        for _ in range(8_000):
            out.write(record)
        out.write(b"</L>")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    out_ = Emitter(_Sink(Said()), source_id="s", dataset="d", grade="A2", marking="TLP:CLEAR")
    assert sum(1 for _ in xml.records(Original(path, "l.xml"), ("P",), out_)) == 8_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000, "KiB, for a file of 90 MB"
