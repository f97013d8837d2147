"""Every reader of an official list in XML, against files that are damaged, hostile or simply odd."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from crosstie.errors import DamagedFile, HostileFile, InputError
from crosstie.ingest.reader import Reader
from crosstie.ingest.readers import (
    au_dfat,
    ca_sema,
    eu_fsf,
    ftm_json,
    ftm_statements,
    gb_uksl,
    interpol,
    ofac_advanced,
    ofac_enhanced,
    ofac_sdn_xml,
)
from crosstie.ingest.readers import readers as all_readers
from crosstie.ingest.sniff import choose, sniff
from tests.ingest.readers.said import FIXTURES, read, written

XML: dict[str, Reader] = {
    "ca_sema.xml": ca_sema.READER,
    "eu_fsf.xml": eu_fsf.READER,
    "gb_uksl.xml": gb_uksl.READERS[1],
    "ofac_advanced.xml": ofac_advanced.READER,
    "ofac_enhanced.xml": ofac_enhanced.READER,
    "ofac_sdn.xml": ofac_sdn_xml.READER,
}
ALL: dict[str, Reader] = {**XML, "gb_uksl.csv": gb_uksl.READERS[0], "interpol_red.json": interpol.READER}
PARTICULAR = [*ALL.values(), au_dfat.READER, ftm_json.READER, ftm_statements.READER]


@pytest.mark.parametrize("name", ALL)
def test_a_file_is_known_by_its_reader_and_no_other(name: str) -> None:
    head = sniff(FIXTURES / name, name)
    assert [reader.name for reader in all_readers() if reader.recognises(head)] == [ALL[name].name]
    assert choose(head, all_readers()).name == ALL[name].name


def test_each_reader_says_who_it_is() -> None:
    names = [reader.name for reader in PARTICULAR]
    assert len(set(names)) == len(names) == 11
    for reader in PARTICULAR:
        assert reader.title
        assert reader.profile.promise.min_records >= 1
        assert reader in all_readers()


@pytest.mark.parametrize("name", XML)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.999])
def test_a_list_cut_short_is_refused(tmp_path: Path, name: str, share: float) -> None:
    whole = (FIXTURES / name).read_bytes()
    with pytest.raises(DamagedFile, match=name):
        read(XML[name], written(tmp_path, name, whole[: int(len(whole) * share)].rstrip()))


@pytest.mark.parametrize("name", ALL)
def test_an_empty_file_is_refused(tmp_path: Path, name: str) -> None:
    for content in (b"", b"\n\n"):
        with pytest.raises(DamagedFile):
            read(ALL[name], written(tmp_path, name, content))


@pytest.mark.parametrize("name", XML)
@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY e "&b;&b;&b;&b;&b;&b;">]>',
    ],
)
def test_entities_are_refused_unread(tmp_path: Path, name: str, attack: str) -> None:
    declaration, mark, rest = (FIXTURES / name).read_text(encoding="utf-8").partition("?>")
    with pytest.raises(HostileFile):
        read(XML[name], written(tmp_path, name, f"{declaration}{mark}{attack}{rest}"))


@pytest.mark.parametrize("name", XML)
def test_a_byte_that_is_no_text_is_mended_and_said(tmp_path: Path, name: str) -> None:
    whole = (FIXTURES / name).read_bytes()
    clean = read(XML[name], FIXTURES / name)
    said = read(XML[name], written(tmp_path, name, whole.replace(b"Mombasa", b"Momb\xe9sa").replace(b"Heron", b"H\xe9ron")))
    assert len(said.statements) == len(clean.statements)
    assert any(reason.startswith("invalid byte 0xe9") for reason in said.reasons())
    assert any("é" in one["value"] for one in said.statements)


@pytest.mark.parametrize("name", XML)
def test_another_encoding_is_read_as_declared(tmp_path: Path, name: str) -> None:
    text = (FIXTURES / name).read_text(encoding="utf-8").partition("?>")[2]
    said = read(XML[name], written(tmp_path, name, ("<?xml version='1.0' encoding='UTF-16'?>" + text).encode("utf-16")))
    clean = read(XML[name], FIXTURES / name)
    assert [one["value"] for one in said.statements] == [one["value"] for one in clean.statements]


@pytest.mark.parametrize("name", ALL)
def test_the_same_file_says_the_same(name: str) -> None:
    assert read(ALL[name], FIXTURES / name).statements == read(ALL[name], FIXTURES / name).statements


_ODD = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")), max_size=30),
    st.sampled_from(
        [
            "",
            " ",
            "true",
            "false",
            "0",
            "-1",
            "99999999999999999999",
            "IMO 9123450",
            "Passport",
            "Ship",
            "Individual",
            "Entity",
            "Vessel",
            "2031-02-30",
            "31/31/2031",
            "(Linked To: )",
            "a) b) c)",
            "=1+1",
            "\u202e",
            "()",
            ";;;",
            "Digital Currency Address - XBT",
        ]
    ),
)


@pytest.mark.parametrize("name", XML)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_odd_values_and_missing_parts_never_break_a_reader(tmp_path: Path, name: str, data: st.DataObject) -> None:
    tree = etree.parse(str(FIXTURES / name))
    elements = list(tree.getroot().iter(etree.Element))[1:]
    for _ in range(data.draw(st.integers(1, 6))):
        element = data.draw(st.sampled_from(elements))
        odd = data.draw(_ODD)
        parent = element.getparent()
        what = data.draw(st.sampled_from(["text", "attribute", "remove", "twice", "rename"]))
        if what == "attribute" and element.attrib:
            element.set(data.draw(st.sampled_from(sorted(str(key) for key in element.attrib))), odd)
        elif what == "remove" and parent is not None:
            parent.remove(element)
        elif what == "twice" and parent is not None:
            parent.append(etree.fromstring(etree.tostring(element)))
        elif what == "rename":
            element.tag = "Unheard-of"
        elif not len(element):
            element.text = odd
    with suppress(InputError):  # what cannot be read is refused; anything else is ours
        read(XML[name], written(tmp_path, name, etree.tostring(tree, encoding="utf-8", xml_declaration=True)))
