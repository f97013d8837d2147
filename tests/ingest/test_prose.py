from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstie.ingest.countries import countries_in
from crosstie.ingest.papers import kind_of, papers
from crosstie.ingest.prose import names_in, number_in, numbered, other_script, references, sentence_at


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Tavin Orel", ["Tavin Orel"]),
        ("Tavin Orel; Tawin Aurel;", ["Tavin Orel", "Tawin Aurel"]),
        ("Ada b) Eda; Ida", ["Ada", "Eda", "Ida"]),
        ("Jin Tavin (金塔文)", ["Jin Tavin", "金塔文"]),
        ("طافين (Tavin Orel; Tawin Aurel)", ["طافين", "Tavin Orel", "Tawin Aurel"]),
        ("Tavin (original script: Тавин)", ["Tavin", "Тавин"]),
        ("Tavin Orel (birth name)", ["Tavin Orel"]),
        ("Grey Sail (GS)", ["Grey Sail (GS)"]),
        (") Tavin Orel", ["Tavin Orel"]),
        ("", []),
        (" ; ", []),
        ("Orel, III (third)", ["Orel, III"]),
        ("Ada; Ada", ["Ada"]),
    ],
)
def test_names_in_a_cell(text: str, names: list[str]) -> None:
    assert names_in(text) == names


@given(st.text(max_size=60))
def test_names_are_lines_of_the_text(text: str) -> None:
    for name in names_in(text):
        assert name == " ".join(name.split())
        assert set(name) <= set(text) | {" "}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("First. Met X here. Last.", "Met X here."),
        ("On 3 Feb. 2012 he met X in Sep. 2013.", "On 3 Feb. 2012 he met X in Sep. 2013."),
        ("He met X", "He met X"),
        ("One.\n\nHe met X? Yes.", "He met X?"),
        ("A “b.” Then X (QDe.004). End.", "Then X (QDe.004)."),
    ],
)
def test_the_sentence_around_a_span(text: str, sentence: str) -> None:
    start = text.index("X")
    begin, end = sentence_at(text, start, start + 1)
    assert text[begin:end] == sentence


@given(st.text(alphabet="Aa. \n?!()1", max_size=60), st.data())
def test_a_sentence_always_holds_its_span(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    begin, finish = sentence_at(text, start, end)
    assert begin >= 0
    assert finish <= len(text)
    assert finish >= len(text[:end].rstrip())


def test_references_old_and_new() -> None:
    text = "See QDe.004, TAi. 028 and QE.A.146.14; not AQDi.001, I.47.C.1, XQDe.1234 or QDe.12."
    found = references(text)
    assert [one for one, _, _ in found] == ["QDe.004", "TAi.028", "QDe.146"]
    assert [text[start:end] for _, start, end in found] == ["QDe.004", "TAi. 028", "QE.A.146.14"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("CAR diplomatic passport no. D00000898", "D00000898"),
        ("381110042 (Expired 25 Jan. 2016)", "381110042"),
        ("PS 472330208", "PS 472330208"),
        ("TR-P 614 166 (Turkish)", "TR-P 614 166"),
        ("Libya B/002210", "B/002210"),
        ("unknown", ""),
        ("SSN 156-92-9858", "156-92-9858"),
    ],
)
def test_the_number_in_a_text(text: str, number: str) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("1) Saudi Arabia 2) Qatar", ["Saudi Arabia", "Qatar"]),
        ("(a) Russian  (b) Georgia", ["Russian", "Georgia"]),
        ("Kenya", ["Kenya"]),
        ("", []),
        ("41 rue Garibaldi (2) b", ["41 rue Garibaldi (2) b"]),
    ],
)
def test_numbered_cells(text: str, pieces: list[str]) -> None:
    assert numbered(text) == pieces


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Kenya", ("ke",)),
        ("Sudan/or South Sudan", ("sd", "ss")),
        ("Libya (in custody)", ("ly",)),
        ("1) Kenya 2) Qatar", ("ke", "qa")),
        ("Iranian citizenship", ("ir",)),
        ("possibly Ethiopian", ("et",)),
        ("Nowhere at all", ()),
        ("Syrian Arab Republic as of September 2015", ("sy",)),
    ],
)
def test_countries_in_a_cell(text: str, codes: tuple[str, ...]) -> None:
    assert countries_in(text) == codes


def test_papers_in_a_cell() -> None:
    first, second = papers("(1) D 000769 (Afghan). Issued on 2 Feb 1997, expires on 1 Feb 2007 (2) Passport 592667")
    assert (first.number, first.country, first.issued, first.expires) == ("D 000769", "af", "1997-02-02", "2007-02-01")
    assert (second.number, second.country, second.issued, second.expires) == ("592667", None, None, None)


@pytest.mark.parametrize(
    ("words", "prop"),
    [
        ("Pasaporte", "passportNumber"),
        ("SSN", "socialSecurityNumber"),
        ("Italian Fiscal Code", "taxNumber"),
        ("Voter ID", "idNumber"),
        ("", "idNumber"),
    ],
)
def test_what_a_document_is(words: str, prop: str) -> None:
    assert kind_of(words) == prop


def test_scripts() -> None:
    assert other_script("Тавин")
    assert other_script("塔文")
    assert not other_script("Zoë Ünal’s")
