"""What was seen for somebody's protection: shown to those who decide who needs to know, and nowhere else."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
from fastapi import FastAPI

from crosstie.casework.access import Role
from crosstie.model.marking import Tlp
from crosstie.model.tables import FINDING
from tests.web.conftest import SignIn
from tests.web.test_workbench import Looked

SENTENCE = "A child crossed alone <b>at night</b>."


def seen(app: FastAPI) -> None:
    """Put two into the build, of which one is marked red."""
    build = app.state.workspace.built()
    [row] = pq.read_table(build.file("findings")).slice(0, 1).to_pylist()
    whole = {**row, "subjects": ["event-1"], "ties": [], "sentence": SENTENCE, "title": "A child travels without a guardian"}
    rows = []
    for name, marking in (("p-1", "TLP:AMBER"), ("p-2", "TLP:RED")):
        evidence = [one | {"marking": marking} for one in row["evidence"]]
        own = {"marking": marking} if "marking" in FINDING.names else {}
        rows.append({**whole, "finding_id": name, "evidence": evidence, **own})
    pq.write_table(pa.Table.from_pylist(rows, schema=FINDING), build.file("protections"))


def test_case_leads_see_it_as_far_as_they_are_cleared_and_every_look_is_noted(app: FastAPI, sign_in: SignIn) -> None:
    seen(app)
    lea, _ = sign_in(Role.CASE_LEAD, Tlp.AMBER, name="lea")
    told = lea.get("/api/v1/protections").json()
    assert [one["finding_id"] for one in told["protections"]] == ["p-1"]
    assert (told["total"], told["withheld"], told["next"]) == (1, 1, None)
    page = lea.get("/protections").text
    Looked().feed_all(page)
    assert "A child crossed alone &lt;b&gt;" in page
    assert "p-2" not in page
    assert "طفل يسافر بلا وصي" in lea.get("/protections", headers={"accept-language": "ar"}).text
    last = [one for one in app.state.workspace.audit.entries() if one.action == "read protections"][-1]
    assert (last.user, last.purpose, last.detail) == ("lea", "a trial", '{"findings": ["p-1"]}')
    # counted nowhere else
    assert not {one["finding_id"] for one in lea.get("/api/v1/findings?count=500").json()["findings"]} & {"p-1", "p-2"}
    assert lea.get("/findings/p-1").status_code == 404


def test_nobody_else_may(app: FastAPI, sign_in: SignIn) -> None:
    seen(app)
    for role in Role:
        if role is not Role.CASE_LEAD:
            browser, _ = sign_in(role, name=f"the {role.value}")
            assert browser.get("/protections").status_code == 403
            assert browser.get("/api/v1/protections").status_code == 403
