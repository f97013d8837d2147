"""OFAC's three XML formats: the same party must come out the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from crosstie.errors import QualityError
from crosstie.ingest.reader import Head, Reader
from crosstie.ingest.readers import ofac_advanced, ofac_enhanced, ofac_sdn_xml
from crosstie.ingest.readers.ofac_party import period
from crosstie.model import schema as model
from tests.ingest.readers.said import FIXTURES, Said, read, real, written


@pytest.fixture(scope="module")
def simple() -> Said:
    return read(ofac_sdn_xml.READER, FIXTURES / "ofac_sdn.xml")


@pytest.fixture(scope="module")
def enhanced() -> Said:
    return read(ofac_enhanced.READER, FIXTURES / "ofac_enhanced.xml")


@pytest.fixture(scope="module")
def advanced() -> Said:
    return read(ofac_advanced.READER, FIXTURES / "ofac_advanced.xml")


def test_each_knows_its_own_by_the_document_element() -> None:
    readers: list[Reader] = [ofac_sdn_xml.READER, ofac_enhanced.READER, ofac_advanced.READER]
    for root, knows in (("sdnList", 0), ("sanctionsData", 1), ("Sanctions", 2)):
        head = Head("x.xml", "xml", "<ReferenceValueSets>", root=root)
        assert [reader.recognises(head) for reader in readers] == [index == knows for index in range(3)]
    assert not any(reader.recognises(Head("x.xml", "xml", "", root="export")) for reader in readers)


def test_version_is_the_date_of_the_list(simple: Said, enhanced: Said, advanced: Said) -> None:
    assert {simple.version_date, enhanced.version_date, advanced.version_date} == {"2031-02-07"}


def test_simple_names_by_kind_and_strength(simple: Said) -> None:
    assert simple.values("ofac-901", "name") == ["Ilvar Tem OSKELLAN"]
    assert simple.values("ofac-901", "alias") == ["Ilwar OSKELAN"]
    assert simple.values("ofac-901", "previousName") == ["Ilvar TEMOSK"]
    assert simple.values("ofac-901", "weakAlias") == ["THE PORTER"]
    assert simple.one("ofac-901", "weakAlias")["locator"] == "sdnEntry[1]/akaList/aka[3]"
    assert "THE PORTER" not in simple.values("ofac-901", "lastName")


def test_simple_dates_keep_their_precision_and_their_words(simple: Said) -> None:
    found = [(one["value"], one["original_value"]) for one in simple.statements if one["prop"] == "birthDate"]
    assert found == [("1971", "circa 1971"), ("1969", "1969 to 1970"), ("1970", "1969 to 1970")]


def test_simple_documents_features_and_places(simple: Said) -> None:
    person = simple.about("ofac-901")
    assert person["passportNumber"] == ["ZX 77120"]
    assert person["idNumber"] == ["55-A"]
    assert person["gender"] == ["male"]
    assert person["birthPlace"] == ["Lamu, Kenya"]
    assert person["birthCountry"] == person["nationality"] == ["ke"]
    assert person["address"] == ["4 Quay Row, Mombasa, 80100, Kenya"]
    assert person["country"] == ["ke", "so"]
    assert "Shoe size: 44" in person["notes"]
    assert simple.about("ofac-901-id-71") == {
        "holder": ["ofac-901"],
        "type": ["Passport"],
        "number": ["ZX 77120"],
        "country": ["ke"],
        "startDate": ["2019-03-03"],
        "endDate": ["2029"],
    }
    assert not simple.about("ofac-901-id-77"), "a number without details is no entity of its own"
    assert simple.values("ofac-902", "incorporationDate") == ["2004-04-04"]
    assert simple.one("ofac-902", "isinCode")["schema"] == "Company"
    assert simple.values("ofac-902", "phone") == ["+254202222222"]


def test_simple_listing(simple: Said) -> None:
    sanction = simple.about("ofac-901-sanction-1")
    assert sanction["entity"] == ["ofac-901"]
    assert sanction["programId"] == simple.values("ofac-901", "programId") == ["SDGT", "TCO"]
    assert sanction["provisions"] == ["Secondary sanctions risk: See section 9."]
    assert simple.values("ofac-901", "topics") == ["sanction"]


def test_simple_vessel(simple: Said) -> None:
    vessel = simple.about("ofac-903")
    assert vessel["imoNumber"] == ["9123450"]
    assert vessel["flag"] == ["ke"]
    assert vessel["type"] == ["Tug"]
    assert vessel["callSign"] == ["5ZXY"]
    assert simple.values("ofac-named-heron-lines", "name") == ["Heron Lines"]
    owned = simple.about("ofac-903-rel-vessel-owner-heron-lines")
    assert (owned["owner"], owned["asset"]) == (["ofac-named-heron-lines"], ["ofac-903"])


def test_a_wallet_is_owned(simple: Said, enhanced: Said, advanced: Said) -> None:
    for said in (simple, enhanced, advanced):
        assert said.values("ofac-wallet-xbt-1InventedWalletAddress", "publicKey") == ["1InventedWalletAddress"]
        owned = said.about("ofac-901-rel-ofac-wallet-xbt-1InventedWalletAddress")
        assert (owned["owner"], owned["asset"]) == (["ofac-901"], ["ofac-wallet-xbt-1InventedWalletAddress"])


def test_linked_to_becomes_a_tie_at_its_span(simple: Said) -> None:
    tie = simple.one("ofac-901-rel-ofac-902", "object")
    assert (tie["schema"], tie["value"]) == ("UnknownLink", "ofac-902")
    place, _, span = tie["locator"].partition("@")
    start, end = map(int, span.split("-"))
    assert place == "sdnEntry[1]/remarks"
    assert simple.values("ofac-901", "notes")[0][start:end] == "Linked To: HARBOUR & TEM (HOLDING) CO."


def test_simple_rejects_say_what_and_where(simple: Said) -> None:
    found = {(one["locator"], one["reason"], one["excerpt"]) for one in simple.rejected}
    assert found == {
        ("sdnEntry[1]/idList/id[6]", "not a value for email", "not an address"),
        ("sdnEntry[2]/remarks@1-25", "linked to a party that is not in this file", "NOBODY AT ALL"),
        ("sdnEntry[4]/sdnType", "not a kind of party that OFAC lists", "Satellite"),
        ("sdnEntry[5]", "an entry without uid", " WITHOUT A NUMBER"),
    }
    assert simple.values("ofac-904", "name") == ["SOMETHING ELSE"]


def test_enhanced_names_in_every_script(enhanced: Said) -> None:
    assert enhanced.values("ofac-901", "name") == ["Ilvar Tem OSKELLAN"]
    assert enhanced.values("ofac-901", "alias") == ["Илвар Тем Оскеллан"]
    assert enhanced.values("ofac-901", "previousName") == ["Ilvar TEMOSK"]
    assert enhanced.values("ofac-901", "weakAlias") == ["Porter", "THE PORTER"]
    assert enhanced.values("ofac-901", "middleName") == ["Tem", "Тем"]


def test_enhanced_dates(enhanced: Said) -> None:
    found = [(one["value"], one["original_value"]) for one in enhanced.statements if one["prop"] == "birthDate"]
    assert found == [("1971", "circa 1971"), ("1969-03", "Mar 1969 to 1970"), ("1970", "Mar 1969 to 1970")]


def test_enhanced_listings_and_documents(enhanced: Said) -> None:
    assert enhanced.values("ofac-901-sanction-1", "listingDate") == ["2030-05-06"]
    assert enhanced.values("ofac-901-sanction-2", "summary") == ["FSE List"]
    assert enhanced.values("ofac-901", "programId") == ["SDGT", "ILLICIT-DRUGS-EO14059"]
    assert enhanced.values("ofac-901", "address") == ["4 Quay Row, Mombasa, Kenya"]
    assert "Place of Birth (false): Lamu, Kenya" in enhanced.values("ofac-901", "notes")
    paper = enhanced.about("ofac-901-id-31")
    assert paper["startDate"] == ["2019-03-03"]
    assert paper["summary"] == ["not valid"]


@pytest.mark.parametrize(
    ("edge", "schema", "ends", "role"),
    [
        ("901-rel-1", "Representation", {"agent": "ofac-901", "client": "ofac-902"}, "Acting for or on behalf of"),
        ("901-rel-2", "Family", {"person": "ofac-901", "relative": "ofac-999"}, "Family member of"),
        ("901-rel-3", "Ownership", {"owner": "ofac-901", "asset": "ofac-903"}, "Owned or Controlled By"),  # the wrong way round in the file
        ("901-rel-4", "UnknownLink", {"subject": "ofac-901", "object": "ofac-902"}, "Frequents"),  # no term of OFAC's
        ("902-rel-6", "Directorship", {"director": "ofac-901", "organization": "ofac-902"}, "Leader or official of"),  # wrong way round
        ("902-rel-7", "UnknownLink", {"subject": "ofac-902", "object": "ofac-901"}, "Providing support to"),
        ("902-rel-8", "UnknownLink", {"subject": "ofac-902", "object": "ofac-901"}, "Associate Of"),  # Associate is of two persons
    ],
)
def test_enhanced_relations_become_edges(enhanced: Said, edge: str, schema: str, ends: dict[str, str], role: str) -> None:
    found = enhanced.about(f"ofac-{edge}")
    assert enhanced.schemata(f"ofac-{edge}") == {schema}
    for end, party in ends.items():
        assert found[end] == [party]
    assert found["relationship" if schema == "Family" else "role"] == [role]


def test_enhanced_names_parties_outside_the_file(enhanced: Said) -> None:
    assert enhanced.values("ofac-999", "name") == ["Marra OSKELLAN"]
    assert enhanced.schemata("ofac-999") == {"Person"}
    assert enhanced.values("ofac-901-rel-2", "summary") == ["quality: High"]


def test_enhanced_rejects(enhanced: Said) -> None:
    assert enhanced.reasons() == {"not a value for nationality": 1, "a relation to nobody": 1}


def test_advanced_follows_its_references(advanced: Said) -> None:
    person = advanced.about("ofac-901")
    assert advanced.schemata("ofac-901") == {"Person"}, "the type counts where the sub type is unknown"
    assert person["name"] == ["Ilvar Temovich Oskellan"]
    assert person["alias"] == ["Илвар Оскеллан"]
    assert person["weakAlias"] == ["Porter"]
    assert person["fatherName"] == ["Temovich"]
    assert person["birthDate"] == ["1971", "1969-03", "1970"]
    assert "Birthdate: 1391-01-01 (Hijri)" in person["notes"], "a date of another calendar stays as it is written"
    assert person["nationality"] == ["ke"]
    assert person["gender"] == ["male"]
    assert person["address"] == ["4 Quay Row, Mombasa, Kenya"]
    assert person["birthPlace"] == ["Lamu, Kenya"]
    assert advanced.schemata("ofac-902") == {"Organization"}
    assert advanced.values("ofac-903", "imoNumber") == ["9123450"]


def test_advanced_documents(advanced: Said) -> None:
    paper = advanced.about("ofac-901-id-400")
    assert paper["startDate"] == ["2019-03-03"]
    assert paper["summary"] == ["seen twice", "Fraudulent"]
    assert advanced.one("ofac-901", "passportNumber")["locator"] == "IDRegDocument[1]"


def test_advanced_listings(advanced: Said) -> None:
    assert advanced.values("ofac-901-sanction-1", "reason") == ["Executive Order 13224 (Terrorism)"]
    assert advanced.values("ofac-901-sanction-1", "listingDate") == ["2030-05-06"]
    assert advanced.values("ofac-901-sanction-1", "provisions") == ["Block"]
    assert advanced.values("ofac-901-sanction-2", "programId") == ["FSE-IR"]
    assert advanced.values("ofac-902", "programId") == ["TCO"]


def test_advanced_relations(advanced: Said) -> None:
    owned = advanced.about("ofac-903-rel-801")
    assert (owned["asset"], owned["owner"]) == (["ofac-903"], ["ofac-902"])
    assert (owned["startDate"], owned["endDate"]) == (["2020"], ["2022-05-04"])
    assert owned["summary"] == ["former", "until sold", "quality: High"]
    flipped = advanced.about("ofac-902-rel-802")
    assert (flipped["asset"], flipped["owner"]) == (["ofac-903"], ["ofac-902"]), "a vessel owns nobody"
    assert advanced.values("ofac-901-rel-entry-900", "role") == ["See also"]


def test_advanced_rejects_what_refers_to_nothing(advanced: Said) -> None:
    assert {(one["locator"], one["reason"]) for one in advanced.rejected} == {
        ("DistinctParty[1]/Profile[1]/Feature[8]/FeatureVersion[1]", "a place that is not in this file"),
        ("DistinctParty[1]/Comment@15-41", "linked to a party that is not in this file"),
        ("ProfileRelationship[4]/To-ProfileID", "a relation to a party that is not in this file"),
        ("SanctionsEntry[4]/ProfileID", "a listing of a party that is not in this file"),
        ("IDRegDocument[3]/IdentityID", "a document of a party that is not in this file"),
    }


def test_advanced_refuses_a_file_of_changes(tmp_path: Path) -> None:
    text = (FIXTURES / "ofac_advanced.xml").read_text(encoding="utf-8").replace('Version="1"', 'Version="2" DeltaBaseVersion="1"', 1)
    with pytest.raises(QualityError, match="since version 1"):
        read(ofac_advanced.READER, written(tmp_path, "delta.xml", text))


@pytest.mark.parametrize(
    ("ends", "interval", "dates"),
    [
        (("1970-08-09",) * 4, False, ("1970-08-09",)),
        (("1970-01-01", "1970-01-01", "1970-12-31", "1970-12-31"), False, ("1970",)),
        (("1970-02-01", "1970-02-01", "1970-02-28", "1970-02-28"), False, ("1970-02",)),
        (("1951-01-01", "1951-12-31", "1953-01-01", "1953-12-31"), True, ("1951", "1953")),
        (("1965-03-21", "1965-03-21", "1966-03-20", "1966-03-20"), True, ("1965-03-21", "1966-03-20")),
        (("1965-03-21", "", "", ""), False, ("1965-03-21",)),
        (("", "", "", ""), False, ()),
    ],
)
def test_periods_have_no_more_precision_than_they_bear(ends: tuple[str, str, str, str], interval: bool, dates: tuple[str, ...]) -> None:
    assert period(*ends, interval=interval) == dates


@pytest.mark.real
def test_real_simple_list() -> None:
    said = read(ofac_sdn_xml.READER, real("sanctions/ofac_nonsdn_2025-03-28.xml"))
    assert (said.records, said.version_date) == (443, "2025-03-28")
    assert len(said.statements) > 11_000
    assert said.reasons() == {"not a value for email": 1, "linked to a party that is not in this file": 1}
    assert Counter(one["prop"] for one in said.statements)["previousName"] >= 130
    assert sum(one["prop"] == "role" and one["value"] == "Linked To" for one in said.statements) == 282


@pytest.mark.real
def test_real_enhanced_list_keeps_every_relation() -> None:
    said = read(ofac_enhanced.READER, real("sanctions/ofac_enhanced_irgc_2024-08-28.xml"))
    assert (said.records, said.version_date) == (293, "2024-08-28")
    typed = {one["entity_id"]: one["schema"] for one in said.statements if one["entity_id"].rpartition("-rel-")[2].isdigit()}
    assert Counter(typed.values()) == {"Representation": 112, "Ownership": 68, "UnknownLink": 42, "Directorship": 7}
    assert said.reasons() == {"not a value for phone": 1}
    kinds = {one["entity_id"]: one["schema"] for one in said.statements if one["prop"] == "topics"}
    for one in said.statements:
        if one["prop"] in ("owner", "director"):
            assert not model.is_a(kinds.get(one["value"], "Person"), "Vehicle"), one
