from __future__ import annotations

from pathlib import Path

import pytest

from crosstie.errors import MappingError
from crosstie.ingest import located
from crosstie.ingest.language import load
from crosstie.ingest.mapping import mapping_reader
from crosstie.ingest.rules import Mapping

GOOD = """\
dataset: reg
originator: Registry
entities:
  person:
    schema: Person
    id: {column: Nr}
    properties:
      name: {column: Name}
  share:
    schema: Ownership
    id: {column: Nr, literal: s}
    properties:
      owner: {entity: person}
ledger:
  payments:
    a: person
    columns: {amount: Sum}
"""


def loaded(tmp_path: Path, text: str) -> Mapping:
    (tmp_path / "m.yaml").write_text(text, encoding="utf-8")
    return load(tmp_path / "m.yaml")


def test_a_mapping_knows_the_columns_that_it_needs(tmp_path: Path) -> None:
    mapping = loaded(tmp_path, GOOD + "grade: {column: Rel}\nfilters: {Kind: [a, b]}\n")
    assert sorted(mapping.columns) == ["Kind", "Name", "Nr", "Rel", "Sum"]
    assert (mapping.grade, str(mapping.marking), mapping.grade_column) == ("F6", "TLP:AMBER", "Rel")


@pytest.mark.parametrize(
    ("old", "new", "said", "hint"),
    [
        ("dataset: reg", "datset: reg", "line 1 (datset): there is no option “datset”", "dataset"),
        ("dataset: reg", "dataset: Reg List", "line 1 (dataset): “Reg List” is no name", ""),
        ("dataset: reg\n", "", "“dataset” is missing", "dataset: register"),
        ("originator: Registry\n", "", "“originator” is missing", ""),
        ("originator: Registry", "originator: Registry\ngrade: Z9", "line 3 (grade): “Z9” is no Admiralty grade", "A-F"),
        ("originator: Registry", "originator: Registry\nmarking: TLP:PINK", "line 3 (marking)", "TLP:CLEAR"),
        ("originator: Registry", "originator: Registry\nretention: soon", "line 3 (retention): “soon” is no day", ""),
        ("originator: Registry", "originator: Registry\nretention: 2030-02-31", "line 3 (retention)", ""),
        ("originator: Registry", "originator: Registry\nheader: first", "line 3 (header)", ""),
        ("originator: Registry", "originator: Registry\ndelimiter: '::'", "line 3 (delimiter)", ""),
        ("originator: Registry", "originator: Registry\nencoding: utf-9", "line 3 (encoding)", "cp1252"),
        (
            "originator: Registry",
            "originator: Registry\noriginator: Else",
            "line 3 (originator): “originator” stands here a second time",
            "",
        ),
        ("schema: Person", "schema: Persn", "line 5 (entities.person.schema): there is no schema “Persn”", "Person"),
        ("schema: Person", "schema: Interest", "is abstract", ""),
        (
            "      name: {column: Name}",
            "      nmae: {column: Name}",
            "line 8 (entities.person.properties.nmae): Person has no property “nmae”",
            "name",
        ),
        ("      name: {column: Name}", "      ownershipOwner: {column: Name}", "has no property “ownershipOwner”", ""),
        ("{column: Name}", "{colum: Name}", "(entities.person.properties.name.colum): there is no option “colum”", "column"),
        ("{column: Name}", "{join: ' '}", "say where the value comes from", ""),
        ("{column: Name}", "{column: Name, format: '%d'}", "“format” is for dates", "template"),
        ("{column: Name}", "{column: Name, decimal: x}", "“decimal” is", ""),
        ("{column: Name}", "{column: Name, lang: Klingonish}", "is no language", "ISO 639"),
        ("{column: Name}", "{column: Name, lower: perhaps}", "must be true or false", ""),
        ("{column: Name}", "{column: {a: b}}", "must be a value or a list", ""),
        ("    id: {column: Nr}\n", "", "(entities.person): say what the id is made of", "id: {column: Nr}"),
        ("    id: {column: Nr}\n", "    id: {column: Nr}\n    keys: [Nr]\n", "say what the id is made of", ""),
        ("    id: {column: Nr}\n", "    id: {literal: x}\n", "“column” is missing", ""),
        ("{entity: person}", "{entity: persn}", "line 13 (entities.share.properties.owner): there is no entity “persn”", "person"),
        ("{entity: person}", "{entity: share}", "must be a LegalEntity, and “share” is a Ownership", ""),
        ("name: {column: Name}", "name: {entity: person}", "does not hold entities", ""),
        ("    a: person", "    a: persno", "there is no entity “persno”", "person"),
        ("    a: person\n", "", "“a” and “b” say which", "person"),
        ("  payments:", "  Payments!:", "is no name of a ledger", ""),
        ("amount: Sum", "date: Sum", "is no name for a column", ""),
        ("amount: Sum", "amount: {column: Sum, type: money}", "“money” is no type", "number"),
        (", literal: s", "", "“person” and “share” would get the same ids", "literal: share"),
    ],
)
def test_mistakes_are_reported_where_they_stand(tmp_path: Path, old: str, new: str, said: str, hint: str) -> None:
    assert old in GOOD
    with pytest.raises(MappingError) as caught:
        loaded(tmp_path, GOOD.replace(old, new, 1))
    assert caught.value.detail.startswith("m.yaml")
    assert said in caught.value.detail
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a mapping begins with lines such as"),
        ("- a\n- b\n", "a mapping begins with lines such as"),
        ("dataset: reg\noriginator: R\n", "needs “entities” or “ledger”"),
        ("dataset: reg\noriginator: R\nentities: {a: b}\n", "must be a block"),
        ("a: [1, 2\n", "m.yaml, line 2"),
        ("a: %d\n", "line 1"),
        (
            "a: &x [1,1,1,1,1,1,1,1,1,1]\nb: &y [*x,*x,*x,*x,*x,*x,*x,*x,*x,*x]\nc: &z [*y,*y,*y,*y,*y,*y,*y,*y,*y,*y]\nd: &w [*z,*z,*z,*z,*z,*z,*z,*z,*z,*z]\n"
            "e: &v [*w,*w,*w,*w,*w,*w,*w,*w,*w,*w]\nf: [*v,*v,*v,*v,*v,*v,*v,*v,*v,*v]\n",
            "no mapping is that long",
        ),
    ],
)
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(MappingError) as caught:
        loaded(tmp_path, text)
    assert said in caught.value.detail


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_bytes(b"dataset: \xff\xfe\n")
    with pytest.raises(MappingError, match="not UTF-8"):
        load(tmp_path / "m.yaml")


def test_unquoted_percent_signs_get_the_advice_to_quote(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as caught:
        loaded(tmp_path, "a: {format: %d.%m.%Y}\n")
    assert "quotes" in (caught.value.hint or "")


def test_near_names() -> None:
    assert located.near("Adress", ["Address", "Name"]) == "Did you mean “Address”?"
    assert located.near("xyz", ["Address"]) is None


def test_several_kinds_of_rows(tmp_path: Path) -> None:
    text = """
dataset: reg
originator: R
queries:
  - filters: {Kind: P}
    entities: {p: {schema: Person, id: Nr, properties: {name: Name}}}
  - filters_not: {Kind: [P]}
    entities: {c: {schema: Company, id: Nr, properties: {name: Name}}}
"""
    first, second = loaded(tmp_path, text).queries
    assert (first.filters, second.filters_not) == ((("Kind", ("P",)),), (("Kind", ("P",)),))


@pytest.mark.parametrize(("line", "curated"), [("", False), ("curated: yes\n", True), ("curated: no\n", False)])
def test_a_mapping_says_whether_the_table_is_kept_in_order(tmp_path: Path, line: str, curated: bool) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        f"dataset: li\noriginator: Harbour police\n{line}entities: {{p: {{schema: Person, key: id, properties: {{name: {{column: n}}}}}}}}\n"
    )
    assert mapping_reader(path).profile.curated is curated


def test_a_table_is_kept_in_order_or_not(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("dataset: li\noriginator: x\ncurated: maybe\nentities: {p: {schema: Person, key: id}}\n")
    with pytest.raises(MappingError, match="yes or no"):
        mapping_reader(path)
