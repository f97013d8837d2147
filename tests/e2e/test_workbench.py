"""A unit's first day with the workbench, in a real browser against the real server."""

from __future__ import annotations

import re
import shutil
import time
import zipfile
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.browsing import WORDS, Served, follow, looking, sign_in
from tests.e2e.conftest import started

#: A list that comes last, through the browser.
LIST = "consolidated.xml"


@pytest.mark.slow
def test_the_first_day(demo: Path, browser: Any, tmp_path: Path) -> None:
    unit, files = tmp_path / "unit", tmp_path / "files"
    shutil.copytree(demo / "region" / "files", files)
    (files / LIST).rename(tmp_path / LIST)
    assert started("init", unit).returncode == 0
    assert started("add", files, workspace=unit).returncode == 0
    served = Served(unit)
    try:
        with looking(browser) as page:
            password = administrator_makes_an_account(page, served)
            sign_in(page, served.address, "ana", password)
            choose(page, password)
            sign_in(page, served.address, "ana", WORDS)
            uploads_and_builds(page, served.address, tmp_path / LIST)
            reads_and_judges_by_keyboard(page, served.address)
            keeps_a_case(page, served.address, tmp_path)
            page.get_by_role("button", name="Sign out").click()
            page.wait_for_url("**/sign-in")
            page.goto(f"{served.address}/links")
            assert "/sign-in" in page.url
    finally:
        served.stop()
    assert "Traceback" not in served.said
    assert "leaked" not in served.said
    assert started("verify", workspace=unit).returncode == 0


def administrator_makes_an_account(page: Any, served: Served) -> str:
    """From the password that the terminal shows once to an account for somebody else; their password for once."""
    found = re.search(r"administrator, its password\s+(\S+)\.", " ".join(served.said.split()))
    assert found, served.said
    sign_in(page, served.address, "administrator", found.group(1))
    choose(page, found.group(1))
    sign_in(page, served.address, "administrator", WORDS)
    page.goto(f"{served.address}/accounts")
    making = page.locator('form[action="/accounts"]')
    making.locator("input[name=name]").fill("ana")
    making.locator("select[name=role]").select_option("case lead")
    making.locator("select[name=clearance]").select_option("TLP:RED")
    making.locator("button").click()
    password = page.locator("p.good code").inner_text()
    assert page.goto(f"{served.address}/links").status == 403  # an administrator reads no links
    page.goto(f"{served.address}/accounts")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    return str(password)


def links_are_shown(page: Any, address: str) -> bool:
    """Whether the list of links answers; it answers nothing where the page of builds leads somewhere itself at that moment, as a build ends."""
    answer = page.goto(f"{address}/links")
    return answer is not None and answer.status == 200


def uploads_and_builds(page: Any, address: str, file: Path) -> None:
    page.goto(f"{address}/sources/add")
    page.set_input_files("input[name=files]", str(file))
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/sources/add/*")
    assert "It is known" in page.inner_text("main")
    page.get_by_role("button", name="Take it in").click()
    page.wait_for_selector("p.good")
    page.get_by_role("button", name="Start a build").click()
    page.wait_for_url("**/builds**")
    until = time.monotonic() + 300
    while httpx2.get(f"{address}/readyz").status_code != 200 or not links_are_shown(page, address):
        assert time.monotonic() < until, page.inner_text("main")
        page.wait_for_timeout(1_000)


def reads_and_judges_by_keyboard(page: Any, address: str) -> None:
    page.goto(f"{address}/links")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/links/[^?]+$"))
    assert page.locator("figure svg").count() >= 1
    page.keyboard.press("y")
    page.wait_for_selector("text=Judged “accepted” by ana")
    page.keyboard.press("z")
    page.wait_for_selector("text=Taken back")
    assert page.locator("text=Judged “accepted” by ana").count() == 0
    page.keyboard.press("y")
    page.wait_for_selector("text=Judged “accepted” by ana")
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    page.keyboard.press("Escape")
    page.goto(f"{address}/links?status=accepted")
    assert page.locator("table.ranking tbody tr").count() == 1
    page.keyboard.press("/")  # no field for searching here: that of the page of search
    page.wait_for_url("**/search")
    name = "Ozerchuk"
    page.keyboard.type(name, delay=20)
    page.wait_for_selector("#hits li, #hits p")


def keeps_a_case(page: Any, address: str, folder: Path) -> None:
    page.goto(f"{address}/cases")
    page.fill("input[name=title]", "Books kept for two")
    page.fill("textarea[name=purpose]", "Who keeps the books of both?")
    page.fill("textarea[name=basis]", "Act on financial intelligence, art. 12; order 7/2026")
    page.get_by_role("button", name="Open the case").click()
    page.wait_for_url("**/cases/*")
    case = page.url.split("#")[0].split("?")[0]
    page.goto(f"{address}/links?status=accepted")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_text("Add to a case, or assign").click()
    page.fill("form[action='/casework'] input[name=reason]", "it was accepted")
    follow(page, page.locator("form[action='/casework'] button"))
    assert page.url.startswith(case)
    assert "it was accepted" in page.inner_text("main")
    page.locator("section + form textarea[name=text], form.stack textarea[name=text]").last.fill("The bank was asked.")
    page.locator("form.stack:has(textarea[name=text]) button").last.click()
    page.wait_for_selector("text=The bank was asked.")
    with page.expect_download() as caught:
        page.evaluate(
            "address => { const a = document.createElement('a'); a.href = address; a.download = ''; document.body.append(a); a.click() }",
            f"{case}/report.pdf",
        )
    report = folder / "report.pdf"
    caught.value.save_as(report)
    assert report.read_bytes()[:5] == b"%PDF-"
    with page.expect_download() as caught:
        page.evaluate(
            "address => { const a = document.createElement('a'); a.href = address; a.download = ''; document.body.append(a); a.click() }",
            f"{case}/bundle",
        )
    bundle = folder / "bundle.zip"
    caught.value.save_as(bundle)
    assert any(name.endswith(".pdf") for name in zipfile.ZipFile(bundle).namelist())


def choose(page: Any, present: str) -> None:
    page.fill("input[name=present]", present)
    page.fill("input[name=chosen]", WORDS)
    page.click("form.card button")
    page.wait_for_url("**/sign-in")
