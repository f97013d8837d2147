"""Files put into a workspace from the browser and by programs."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openpyxl import Workbook

from crosstie.casework.access import Act, Role
from crosstie.model.marking import Tlp
from crosstie.web import uploads as routes
from tests.web.conftest import SignIn
from tests.web.test_tokens import program
from tests.web.test_workbench import Looked

TABLE = """Nr;Vorname;Nachname;Geboren;Land;Bemerkung
17;Ilse;Nirgendwo;03.04.1971;Marovia;"leer; ganz"
18;Oto;Niemand;1980;Rimland;=1+1
19;Una;Keine;31.02.1990;Marovia;
"""


def put(asks: TestClient, name: str, content: bytes) -> Any:
    return asks.post("/api/v1/uploads", params={"name": name}, content=content, headers={"Content-Type": "application/octet-stream"})


def waits(app: FastAPI) -> list[Path]:
    root = app.state.workspace.folder / "uploads"
    return [one for one in root.rglob("*") if one.is_file()] if root.exists() else []


def test_a_table_is_put_there_mapped_tried_and_taken_in(app: FastAPI) -> None:
    asks = program(app, Act.ADD, Act.SOURCES)
    made = put(asks, "cars.csv", TABLE.encode())
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["media"], told["reader"], told["bytes"]) == ("csv", None, len(TABLE.encode()))
    assert "birthDate" in told["draft"]
    mapping = (
        told["draft"].replace('originator: "?"', 'originator: "Registry"').replace('"Geboren"', '"Geboren", date_format: ["%d.%m.%Y"]')
    )
    tried = asks.post(f"/api/v1/uploads/{told['id']}/preview", json={"mapping": mapping}).json()
    assert (tried["rows"], len(tried["entities"])) == (3, 3)
    assert {"name": ["Ilse Nirgendwo"], "birthDate": ["1971-04-03"]}.items() <= tried["entities"][0]["properties"].items()
    assert [one["excerpt"] for one in tried["rejects"]] == ["31.02.1990"]
    wish = {
        "mapping": mapping,
        "originator": "Registry of Rimland",
        "grade": "B2",
        "marking": "TLP:AMBER",
        "purpose": "trial",
        "retention": "2031-12-31",
    }
    [taken] = asks.post(f"/api/v1/uploads/{told['id']}/add", json=wish | {"accept_counts": True}).json()["files"]
    source = taken["source"]
    assert (taken["outcome"], source["originator"], source["grade"]) == ("added", "Registry of Rimland", "B2")
    assert source["marking"] == "TLP:AMBER; purpose=trial; until=2031-12-31"
    assert asks.get("/api/v1/uploads").json() == {"uploads": []}
    assert waits(app) == []
    assert source["source_id"] in [one["source_id"] for one in asks.get("/api/v1/sources").json()["sources"]]
    [reject] = asks.get(f"/api/v1/sources/{source['source_id']}/rejects").json()["rejects"]
    assert (reject["locator"], reject["excerpt"]) == ("row 4/Geboren", "31.02.1990")
    noted = [one["action"] for one in app.state.workspace.audit_entries(10) if one["user"] == "ana"]
    assert {"add", "read rejects"} <= set(noted)


def test_a_table_is_mapped_and_taken_in_with_forms_alone(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in(Role.CUSTODIAN)
    sent = ana.post("/sources/add", data={"form": form}, files=[("files", ("cars.csv", TABLE.encode()))])
    assert sent.status_code == 303
    address = sent.headers["location"]
    page = ana.get(address)
    Looked().feed_all(page.text)
    assert "Nirgendwo" in page.text
    choices = {
        "start_from": "columns", "subject": "Person", "column": ["Nr", "Vorname", "Nachname", "Geboren", "Land", "Bemerkung"],
        "holds": ["", "firstName", "lastName", "birthDate", "country", "notes"], "key": ["Nr"], "dates": "%d.%m.%Y", "originator": "Registry", "form": form,
    }  # fmt: skip
    tried = ana.post(f"{address}/preview", data=choices)
    Looked().feed_all(tried.text)
    assert "1971-04-03" in tried.text
    assert "cars-17" in tried.text
    part = ana.post(f"{address}/preview", data=choices, headers={"hx-request": "true"}).text
    assert "<html" not in part
    mapping = re.search(r"<textarea[^>]*>(.*?)</textarea>", part, re.DOTALL)
    assert mapping
    text = mapping.group(1).replace("&#34;", '"')
    wrong = ana.post(f"{address}/preview", data={"start_from": "text", "mapping": text.replace("birthDate", "birthday"), "form": form})
    assert "birthday" in wrong.text
    assert "alert" in wrong.text
    taken = ana.post(
        address,
        data={"mapping": text, "originator": "Registry", "grade": "C3", "marking": "TLP:AMBER", "accept_counts": "true", "form": form},
    )
    Looked().feed_all(taken.text)
    where = re.search(r'href="(/sources/\w+/rejects.csv)"', taken.text)
    assert where, taken.text
    lines = list(csv.reader(io.StringIO(ana.get(where.group(1)).text.removeprefix("\ufeff"))))
    assert lines[0] == ["place", "reason", "excerpt"]
    assert lines[1][0] == "row 4/Geboren"
    assert lines[1][2] == "31.02.1990"


def test_a_list_that_is_known_needs_no_mapping_and_twice_is_as_once(app: FastAPI) -> None:
    asks = program(app, Act.ADD)
    known = next(one for one in app.state.workspace.list_sources() if one.reader.startswith(("un", "ofac", "gb")))
    original = app.state.workspace.vault.path(known.sha256).read_bytes()
    held = put(asks, known.file_name.rpartition("!")[2], original).json()
    assert held["reader"]
    assert asks.post(f"/api/v1/uploads/{held['id']}/add", json={}).json()["files"][0]["outcome"] == "known"


def test_payments_and_workbooks_are_mapped_too(app: FastAPI) -> None:
    asks = program(app, Act.ADD)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["From account", "To account", "Amount", "Date"], ["a1", "b2", "10.50", "2024-05-01"], ["a1", "c3", "x", "2024-05-02"]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    held = put(asks, "paid.xlsx", out.getvalue()).json()
    assert held["media"] == "xlsx"
    tried = asks.post(f"/api/v1/uploads/{held['id']}/preview", json={"mapping": held["draft"].replace('"?"', '"Bank"')}).json()
    assert tried["ledgers"]["payments"][0]["amount"] == 10.5
    assert len(tried["rejects"]) == 1


@pytest.mark.parametrize(
    "name", ["../x.csv", "a/b.csv", "a\\b.csv", "C:x.csv", "..", ".hidden", "a\nb.csv", "x.mapping.yaml", "x" * 201, "a\u202eb.csv"]
)
def test_a_name_that_says_where_to_is_refused_and_nothing_is_kept(app: FastAPI, name: str) -> None:
    answer = put(program(app, Act.ADD), name, b"a;b\n1;2\n")
    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert waits(app) == []


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.csv", b"\0" * (30 << 20))
    return out.getvalue()


def outside() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../evil.csv", b"a;b\n1;2\n")
    return out.getvalue()


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><CONSOLIDATED_LIST><INDIVIDUALS>&a;</INDIVIDUALS></CONSOLIDATED_LIST>'


@pytest.mark.parametrize(
    "name, content",
    [
        ("bomb.zip", bomb()),
        ("outside.zip", outside()),
        ("cut.zip", bomb()[:500]),
        ("evil.xml", ENTITIES),
        ("cut.xml", b"<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL>"),
        ("cut.xlsx", b"PK\x03\x04" + b"\0" * 500),
        ("binary.csv", bytes(range(256)) * 40),
        ("zeros.csv", b"\0" * 5_000),
    ],
)
def test_hostile_and_broken_files_are_refused_with_a_reason_and_leave_no_source(
    app: FastAPI, sign_in: SignIn, name: str, content: bytes
) -> None:
    asks = program(app, Act.ADD, name="prog")
    before = [one.source_id for one in app.state.workspace.list_sources()]
    held = put(asks, name, content)
    assert held.status_code == 201
    answer = asks.post(f"/api/v1/uploads/{held.json()['id']}/add", json={"mapping": 'dataset: x\noriginator: "y"\n'})
    if answer.status_code == 200:
        [told] = answer.json()["files"]
        assert told["outcome"] == "refused"
        assert told["error"]["detail"]
    else:
        assert answer.status_code == 400
        assert answer.json()["detail"]
    assert "root:" not in answer.text
    assert [one.source_id for one in app.state.workspace.list_sources()] == before
    ana, form = sign_in()
    page = ana.post("/sources/add", data={"form": form}, files=[("files", (name, content))])
    assert ana.get(page.headers["location"]).status_code == 200


def test_what_is_too_large_or_stops_half_way_is_not_kept(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    asks = program(app, Act.ADD)
    assert put(asks, "empty.csv", b"").status_code == 400
    for route in app.routes:
        for one in getattr(getattr(route, "original_router", None), "routes", [route]):
            if getattr(one, "path", "") == "/api/v1/uploads":
                monkeypatch.setattr(one, "most", 1_000)
    assert put(asks, "large.csv", b"x" * 1_001).status_code == 413
    pieces = (b"a;b\n" * 100 for _ in range(10))
    assert asks.post("/api/v1/uploads", params={"name": "x.csv"}, content=pieces).status_code == 413
    assert waits(app) == []

    def stops(out: Any) -> None:
        out.write(b"half")
        raise OSError(28, "No space left on device")

    mine = app.state.workspace.uploads(app.state.tokens.bearer(asks.headers["authorization"].removeprefix("Bearer ")))
    with pytest.raises(Exception, match="no space left"):
        mine.put("x.csv", stops)
    assert waits(app) == []


def test_a_marking_is_neither_forged_nor_loosened(app: FastAPI) -> None:
    asks = program(app, Act.ADD, clearance=Tlp.AMBER)
    mapping = 'dataset: x\noriginator: "y"\nentities: {a: {schema: Person, id: {column: Nr}, properties: {name: Nachname}}}\n'
    held = put(asks, "cars.csv", TABLE.encode()).json()["id"]

    def said(**wish: Any) -> int:
        return int(asks.post(f"/api/v1/uploads/{held}/add", json={"mapping": mapping, **wish}).status_code)

    assert said(marking="TLP:CLEAR") == 403
    assert said(marking="TLP:RED") == 403
    for forged in ("TLP:NONE", "x", "TLP:CLEAR; until=x"):
        assert said(marking=forged) == 400
    assert said(marking="TLP:AMBER", purpose="a; until=2999-01-01") == 400
    assert said(marking="TLP:AMBER", retention="tomorrow") == 400
    rows = mapping.replace("entities:", "marking: {column: Land}\nentities:")
    assert said(mapping=rows) == 403
    assert said(grade="Z9") == 400
    lead = program(app, Act.ADD, role=Role.CASE_LEAD, name="lea")
    theirs = put(lead, "cars.csv", TABLE.encode()).json()["id"]
    assert asks.get(f"/api/v1/uploads/{theirs}").status_code == 404
    freed = lead.post(f"/api/v1/uploads/{theirs}/add", json={"mapping": mapping, "marking": "TLP:GREEN"}).json()
    assert freed["files"][0]["source"]["marking"] == "TLP:GREEN"


def test_who_may_not_add_puts_nothing_there(app: FastAPI, sign_in: SignIn) -> None:
    viewer = program(app, Act.SOURCES, role=Role.VIEWER)
    assert put(viewer, "a.csv", TABLE.encode()).status_code == 403
    ana, _ = sign_in(name="eve")
    assert ana.post("/sources/add", data={"form": "x"}, files=[("files", ("a.csv", TABLE.encode()))]).status_code == 403
    strict = next(one for one in app.state.workspace.list_sources() if "STRICT" in one.marking)
    assert program(app, Act.ADD, clearance=Tlp.GREEN, name="ben").get(f"/api/v1/sources/{strict.source_id}/rejects").status_code == 403
    assert waits(app) == []


def test_commands_for_spreadsheets_are_only_text() -> None:
    assert [routes._cell(text) for text in ("=1+1", "-x", "plain", None)] == ["'=1+1", "'-x", "plain", ""]
