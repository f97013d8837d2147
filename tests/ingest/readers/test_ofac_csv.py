"""OFAC's three CSV files; all parties are invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstie.errors import DamagedFile
from crosstie.ingest.readers import readers
from crosstie.ingest.readers.ofac_csv import READERS, is_persons, spoken
from crosstie.ingest.sniff import choose, sniff
from tests.ingest.readers.said import Said, read, real, written

SDN, ALT, ADD = READERS
REMARKS = (
    "DOB 02 May 1961; alt. DOB circa 1963; POB Newport, Kenya; nationality Kenya; alt. nationality possibly Zambia; citizen Kenya; Gender Male; "
    "a.k.a. 'MASK, Tavin'; f.k.a. 'THE OARSMAN'; Passport TR-P 614166 (Kenya) issued 27 May 2014 expires 26 May 2019; Cedula No. 6068015 (Colombia); "
    "Tax ID No. 100036386 (Serbia); SSN 523-33-0000 (United States); Email Address tavin@example.org; Phone Number 8613621583465; "
    "Digital Currency Address - XBT 12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h; Additional Sanctions Information - Subject to Secondary Sanctions; "
    "arrested 30 Sep 2002; Linked To: GREY SAIL SHIPPING; Linked To: NOBODY KNOWN."
)
ROWS = [
    f'901,"OREL, Tavin Maskel, Jr.","individual","SDGT] [IRGC","Harbour master",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"{REMARKS}"',
    '902,"GREY SAIL SHIPPING",-0- ,"SDNTK",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"a.k.a. \'GS\'; Website www.example.org; SWIFT/BIC GRSLKENA; '
    'Company Number IMO 5055293; Registration Number 02696754 (United Kingdom); Organization Established Date 1999."',
    '903,"PETREL","vessel","IRAN",-0- ,"EQOG","Tug","1,050","584","Kenya","Grey Sail","Vessel Registration Identification IMO 8316106; MMSI 422144000; '
    'Former Vessel Flag None Identified; Linked To: GREY SAIL SHIPPING."',
    '904,"5Y-OUT","aircraft","SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"Aircraft Model IL76-TD; Aircraft Manufacture Date Aug 1995; '
    "Aircraft Manufacturer's Serial Number (MSN) 1023409321.\"",
]
ADA = "ofac-901"


def _file(folder: Path, *rows: str, end: str = "\r\n\x1a") -> Path:
    return written(folder, "sdn.csv", "\r\n".join(rows) + end)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    return read(SDN, _file(tmp_path_factory.mktemp("ofac"), *ROWS))


def test_each_file_is_known_by_its_reader(tmp_path: Path) -> None:
    files = {
        SDN.name: _file(tmp_path, *ROWS),
        ALT.name: written(tmp_path, "alt.csv", "36,12,aka,AERO,-0- \n173,57,fka,AVIA,-0- \n"),
        ADD.name: written(tmp_path, "add.csv", '36,25,-0- ,"Newport","Kenya",-0- \n'),
    }
    for name, path in files.items():
        assert choose(sniff(path, path.name), readers()).name == name


def test_names_as_they_are_spoken(said: Said) -> None:
    assert said.one(ADA, "name") | {} == {
        **said.one(ADA, "name"),
        "value": "Tavin Maskel OREL, Jr.",
        "original_value": "OREL, Tavin Maskel, Jr.",
    }
    assert (said.values(ADA, "firstName"), said.values(ADA, "lastName"), said.values(ADA, "nameSuffix")) == (
        ["Tavin Maskel"],
        ["OREL"],
        ["Jr."],
    )
    assert said.values(ADA, "weakAlias") == ["Tavin MASK"]
    assert said.values(ADA, "previousName") == ["THE OARSMAN"]
    assert said.values("ofac-902", "weakAlias") == ["GS"]


def test_kinds_of_parties(said: Said) -> None:
    assert [said.schemata(f"ofac-90{number}") for number in (1, 2, 3, 4)] == [{"Person"}, {"Organization"}, {"Vessel"}, {"Airplane"}]


def test_births_countries_and_contacts(said: Said) -> None:
    births = [(one["value"], one["original_value"]) for one in said.statements if one["entity_id"] == ADA and one["prop"] == "birthDate"]
    assert births == [("1961-05-02", "02 May 1961"), ("1963", "circa 1963")]
    assert said.values(ADA, "nationality") == ["ke", "zm"]
    assert said.values(ADA, "citizenship") == ["ke"]
    assert said.values(ADA, "birthPlace") == ["Newport, Kenya"]
    assert said.values(ADA, "gender") == ["male"]
    assert said.values(ADA, "email") == ["tavin@example.org"]
    assert said.values(ADA, "phone") == ["+8613621583465"]
    assert said.values(ADA, "position") == ["Harbour master"]


def test_papers_with_country_and_dates(said: Said) -> None:
    assert said.values(ADA, "passportNumber") == ["TR-P 614166"]
    assert said.about(f"{ADA}-id-1") == {
        "holder": [ADA],
        "type": ["Passport"],
        "number": ["TR-P 614166"],
        "country": ["ke"],
        "startDate": ["2014-05-27"],
        "endDate": ["2019-05-26"],
    }
    assert said.values(ADA, "idNumber") == ["6068015"]
    assert said.values(ADA, "taxNumber") == ["100036386"]
    assert said.values(ADA, "socialSecurityNumber") == ["523-33-0000"]
    assert said.values("ofac-902", "registrationNumber") == ["02696754"]
    assert said.values("ofac-902", "imoNumber") == ["5055293"]


def test_programmes_and_what_the_listing_entails(said: Said) -> None:
    assert said.values(ADA, "programId") == ["SDGT", "IRGC"]
    assert said.values(f"{ADA}-sanction-1", "programId") == ["SDGT", "IRGC"]
    assert said.values(f"{ADA}-sanction-1", "provisions") == ["Additional Sanctions Information - Subject to Secondary Sanctions"]


def test_a_wallet_has_its_owner(said: Said) -> None:
    [owned] = [one for one in said.statements if one["prop"] == "owner" and one["value"] == ADA]
    [wallet] = said.values(owned["entity_id"], "asset")
    assert said.schemata(wallet) == {"CryptoWallet"}
    assert said.values(wallet, "publicKey") == ["12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h"]


def test_links_lead_to_the_party_of_that_name(said: Said) -> None:
    tie = said.one(f"{ADA}-rel-ofac-902", "object")
    assert tie["value"] == "ofac-902"
    start, end = (int(part) for part in tie["locator"].partition("@")[2].split("-"))
    assert said.values(ADA, "notes")[0][start:end] == "Linked To: GREY SAIL SHIPPING"
    assert said.values("ofac-903-rel-ofac-902", "subject") == ["ofac-903"]
    assert [(one["locator"].split("@")[0], one["reason"], one["excerpt"]) for one in said.rejected] == [
        ("row 1/Remarks", "linked to a party that is not in this file", "NOBODY KNOWN"),
    ]


def test_vessels_and_aircraft(said: Said) -> None:
    vessel = said.about("ofac-903")
    assert {key: vessel[key] for key in ("imoNumber", "mmsi", "callSign", "flag", "type")} == {
        "imoNumber": ["8316106"],
        "mmsi": ["422144000"],
        "callSign": ["EQOG"],
        "flag": ["ke"],
        "type": ["Tug"],
    }
    assert "pastFlags" not in vessel
    aircraft = said.about("ofac-904")
    assert (aircraft["registrationNumber"], aircraft["model"], aircraft["buildDate"], aircraft["serialNumber"]) == (
        ["5Y-OUT"],
        ["IL76-TD"],
        ["1995-08"],
        ["1023409321"],
    )


def test_remarks_that_are_cut_off_are_said_to_be(tmp_path: Path) -> None:
    remarks = ("DOB 1961; " + "a.k.a. 'X'; " * 100)[:989] + "Digital Cur"
    cut = read(SDN, _file(tmp_path, f'905,"OREL, Ada","individual","SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"{remarks}"'))
    assert cut.reasons() == {"remarks that are cut off at 1,000 characters": 1}
    assert cut.values("ofac-905", "birthDate") == ["1961"]


def test_a_file_cut_short_is_refused_and_one_without_the_end_mark_is_not(tmp_path: Path) -> None:
    assert read(SDN, _file(tmp_path, *ROWS, end="\r\n")).records == 4
    with pytest.raises(DamagedFile, match="row 4"):
        read(SDN, _file(tmp_path, *ROWS[:3], ROWS[3][:30], end=""))


def test_alternate_names_and_addresses(tmp_path: Path) -> None:
    alt = read(ALT, written(tmp_path, "alt.csv", '1,12,aka,"MASK, Tavin",-0- \n1,13,fka,"GREY SAIL, S.A.",-0- \n1,14,nka,NEW SAIL,-0- \n'))
    assert alt.about("ofac-1") == {"alias": ["Tavin MASK", "NEW SAIL"], "previousName": ["GREY SAIL, S.A."]}
    rows = '1,25,"Mill Lane 3","Newport 12","Kenya",-0- \n1,26,-0- ,-0- ,"undetermined",-0- \n2,27,-0- ,-0- ,"Kenya",-0- \n'
    add = read(ADD, written(tmp_path, "add.csv", rows))
    assert add.about("ofac-1") == {"address": ["Mill Lane 3, Newport 12, Kenya"], "country": ["ke"]}
    assert add.about("ofac-2") == {"country": ["ke"]}


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("OREL, Tavin", True),
        ("AL-MASK, Abu 'Ubayda", True),
        ("GREY SAIL, S.A. DE C.V.", False),
        ("SAIL, Ltd.", False),
        ("GREY SAIL", False),
        ("OREL, TAVIN", False),
    ],
)
def test_whose_name_it_is(name: str, person: bool) -> None:
    assert is_persons(name) is person


@given(st.from_regex(r"[A-Z]{1,9}( [A-Z]{1,9})?", fullmatch=True), st.from_regex(r"[A-Z][a-z]{1,9}( [A-Z][a-z]{1,9})?", fullmatch=True))
def test_no_word_of_a_name_is_lost(last: str, first: str) -> None:
    assert spoken(f"{last}, {first}") == f"{first} {last}"


@pytest.mark.real
@pytest.mark.parametrize(("name", "records"), [("sdn", 9_044), ("alt", 12_409), ("add", 13_625)])
def test_real_files_are_read_whole(name: str, records: int) -> None:
    reader = {"sdn": SDN, "alt": ALT, "add": ADD}[name]
    said = read(reader, real(f"sanctions/ofac_2022-01-21/{name}.csv"))
    assert said.records == records
    assert len(said.rejected) < records * 0.005
    if name == "sdn":
        assert len({one["entity_id"] for one in said.statements if one["prop"] == "name" and "named" not in one["entity_id"]}) == records
