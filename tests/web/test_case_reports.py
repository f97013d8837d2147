"""The report of a case: what stands in it, as page, PDF and bundle."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from crosstie.report.fonts import by_number, undrawn
from tests.web.test_cases import Lead, do, lead  # noqa: F401  (a fixture)
from tests.web.test_workbench import Looked

HOSTILE = '#eval(read("/etc/passwd")) $x^2$ *b* _i_ <label> @ref \\ [x] {y} `z` // c /* d */ \u202egnirts 中文 Иван محمد\n= not a heading'


def text_of(pdf: bytes, folder: Path) -> str:
    file = folder / "case.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def filled(lead: Lead) -> tuple[TestClient, str, dict[str, Any]]:  # noqa: F811
    lea, form, ref = lead
    link = lea.get("/api/v1/links").json()["links"][0]
    for given in (
        {"do": "add", "kind": "link", "subject": link["link_id"], "reason": "the same truck"},
        {"do": "add", "kind": "entity", "subject": link["crime_id"], "reason": HOSTILE},
        {"do": "note", "text": HOSTILE},
        {"do": "note", "text": "w" * 9_000},
        {"do": "decide", "what": "hand over", "why": HOSTILE, "links": [link["link_id"]]},
        {"do": "task", "title": "ask the bank", "assignee": "lea"},
    ):
        assert do(lead, lea, form, **given) == 303
    lea.post(f"/cases/{ref}/attachments", data={"reason": "seized", "form": form}, files={"file": ("a/../b.txt", b"as it was")})
    return lea, ref, link


def test_every_piece_of_evidence_has_a_number_a_source_and_a_place(filled: tuple[TestClient, str, dict[str, Any]]) -> None:
    lea, ref, link = filled
    told = lea.get(f"/api/v1/cases/{ref}/report").json()
    assert [one["number"] for one in told["exhibits"]] == list(range(1, len(told["exhibits"]) + 1))
    assert all(one["source"] and len(one["sha256"]) == 64 and one["place"] and one["grade"] and one["marking"] for one in told["exhibits"])
    facts = lea.get(f"/api/v1/links/{link['link_id']}").json()
    said = {(one["place"], one["says"]) for one in told["exhibits"]}
    evidence = [
        *facts["link"]["crime_evidence"],
        *facts["link"]["terror_evidence"],
        *(one for step in facts["steps"] for one in step["evidence"] or ()),
    ]
    assert {(one["locator"], one["sentence"] or "") for one in evidence} <= said
    page = lea.get(f"/cases/{ref}/report")
    Looked().feed_all(page.text)
    assert "'unsafe-inline'" in page.headers["content-security-policy"]
    assert "script" not in page.headers["content-security-policy"]
    assert "#eval(read(&#34;" in page.text
    for one in told["exhibits"]:
        assert f'id="exhibit-{one["number"]}"' in page.text


def test_the_pdf_says_the_same_on_marked_and_numbered_pages(
    filled: tuple[TestClient, str, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lea, ref, _ = filled
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "")
    answer = lea.get(f"/cases/{ref}/report.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = text_of(answer.content, tmp_path)
    pages = [one for one in text.split("\f") if one.strip()]
    marking = lea.get(f"/api/v1/cases/{ref}").json()["marking"]
    for number, one in enumerate(pages, 1):
        assert marking.split(";")[0] in one
        assert f"{number} / {len(pages)}" in one
    for wanted in (
        "Иван",
        "smuggling of fuel",
        "order 7/2026",
        "hand over",
        "ask the bank",
        "#eval(read(",
        "$x^2$",
        "*b*",
        "= not a heading",
        "b.txt",
        "{202E}",
    ):
        assert wanted in text, wanted
    assert "root:" not in text
    assert b"/MarkInfo" in answer.content
    assert b"pdfuaid" in answer.content


def test_what_no_font_has_stands_as_its_number() -> None:
    assert undrawn("abc é Ж") == set()
    assert undrawn("a\u202eb\x00") == {"\u202e", "\x00"}
    assert undrawn("\U000e0041\ue000") == {"\U000e0041", "\ue000"}
    assert by_number("a\u202e\u202db ]-^", {"\u202e", "\u202d", "]"}) == "a{202E 202D}b {005D}-^"


def test_the_same_data_at_the_same_moment_give_the_same_bytes(filled: tuple[TestClient, str, dict[str, Any]]) -> None:
    from crosstie.report.casefile import pdf

    lea, ref, _ = filled
    content = lea.get(f"/api/v1/cases/{ref}/report").json()
    with pytest.MonkeyPatch.context() as fixed:
        fixed.setenv("SOURCE_DATE_EPOCH", "1800000000")
        assert pdf(content, str) == pdf(content, str)


def test_a_bundle_holds_the_report_the_files_and_their_hashes(filled: tuple[TestClient, str, dict[str, Any]]) -> None:
    lea, ref, _ = filled
    archive = zipfile.ZipFile(io.BytesIO(lea.get(f"/cases/{ref}/bundle").content))
    manifest = json.loads(archive.read(f"{ref}/manifest.json"))
    assert set(manifest["files"]) == {"report.html", "report.pdf", "case.json", "files/F1-b.txt"}
    for name, known in manifest["files"].items():
        assert sha256(archive.read(f"{ref}/{name}")).hexdigest() == known["sha256"]
    assert archive.read(f"{ref}/files/F1-b.txt") == b"as it was"
    assert b"Fuel" in archive.read(f"{ref}/report.html")
