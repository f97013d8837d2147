"""Whoever sits at the workbench: every page looked at by axe, in both directions of writing and both schemes; a slow line, other letters, no scripts."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from crosstie.app import Workspace
from crosstie.casework.access import Role
from crosstie.model.marking import Tlp
from tests.e2e.browsing import WORDS, Served, follow, looking, sign_in

axe = pytest.importorskip("axe_playwright_python.sync_playwright")


@pytest.fixture(scope="module")
def served(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demonstration, with somebody of each role that sees pages of its own."""
    folder = tmp_path_factory.mktemp("served") / "unit"
    shutil.copytree(demo / "workspace", folder)
    with_accounts(folder)
    server = Served(folder)
    yield server
    server.stop()


def with_accounts(folder: Path) -> None:
    workspace = Workspace(folder)
    accounts = workspace.accounts()
    for role in (Role.CASE_LEAD, Role.CUSTODIAN, Role.ADMINISTRATOR, Role.AUDITOR):
        accounts.choose(role.value, accounts.add(role.value, role, Tlp.RED, by="tester"), WORDS)
    workspace.close()


#: The pages of each role; {link}, {entity}, {finding}, {case}, {drawing} and {upload} are made or found first.
PAGES = {
    Role.CASE_LEAD: (
        "/", "/links", "/links/{link}", "/entities/{entity}", "/apart?entity={entity}", "/casework?kind=link&subject={link}", "/search?name=a", "/review",
        "/sources", "/sources/add", "/sources/add/{upload}", "/builds", "/cases", "/cases/{case}", "/cases/{case}/report", "/drawings",
        "/drawings/{drawing}", "/drawing?link={link}", "/timeline?link={link}", "/map?link={link}", "/queries", "/tokens", "/password", "/second-factor",
        "/findings", "/findings/{finding}", "/lenses", "/lenses/finance", "/thresholds", "/nowhere",
    ),
    Role.CUSTODIAN: ("/sources", "/retention", "/thresholds?lens=finance"),
    Role.ADMINISTRATOR: ("/accounts",),
    Role.AUDITOR: ("/audit",),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark"), ("ru", "light")])
def test_every_page_can_be_used_by_everybody(served: Served, browser: Any, tmp_path: Path, language: str, scheme: str) -> None:
    found = []
    for role, pages in PAGES.items():
        with looking(browser, color_scheme=scheme, locale=language) as page:
            page.goto(served.address + "/sign-in")
            found += faults(page)
            sign_in(page, served.address, role.value, WORDS)
            assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
            known = first_of(page, served.address, tmp_path) if role is Role.CASE_LEAD else {}
            for one in pages:
                page.goto(served.address + one.format(**known))
                found += faults(page)
            page.goto(served.address + "/second-factor")
            follow(page, page.locator("form[action='/second-factor'] button"))
            page.wait_for_selector(".qr svg")
            found += faults(page)
    assert found == []


def first_of(page: Any, address: str, folder: Path) -> dict[str, str]:
    """The first link and its end, the first finding; a case, a drawing and a table on its way in, made here."""
    page.goto(f"{address}/links")
    link = str(page.locator("table.ranking tbody a").first.get_attribute("href")).rsplit("/", 1)[1]
    page.goto(f"{address}/links/{link}")
    entity = str(page.locator("h1 a").first.get_attribute("href")).removeprefix("/entities/")
    page.goto(f"{address}/findings")
    finding = str(page.locator("table.ranking tbody a").first.get_attribute("href")).rsplit("/", 1)[1]
    page.goto(f"{address}/cases")
    for closed in page.locator("details:not([open]):has(form[action='/cases']) > summary").all():  # where there are cases already
        closed.click()
    for field, text in (("input[name=title]", "A case"), ("textarea[name=purpose]", "A purpose"), ("textarea[name=basis]", "A law")):
        page.fill(f"form[action='/cases'] {field}", text)
    follow(page, page.locator("form[action='/cases'] button"))
    case = page.url.rsplit("/", 1)[1]
    page.goto(f"{address}/casework?kind=link&subject={link}")
    page.fill("form[action='/casework'] input[name=reason]", "the first there is")
    follow(page, page.locator("form[action='/casework'] button"))
    page.goto(f"{address}/drawing?link={link}")
    page.click("#all")
    page.wait_for_url("**/drawings/*")
    drawing = page.url.partition("?")[0].rsplit("/", 1)[1]
    table = folder / "hotel.csv"
    table.write_text("guest;born;room\nOrvan Telk;03.04.1981;12\nMaro Sael;1979;14\n", encoding="utf-8")
    page.goto(f"{address}/sources/add")
    page.set_input_files("input[name=files]", str(table))
    page.locator("form:has(input[name=files]) button").first.click()
    page.wait_for_url("**/sources/add/*")
    told = {"link": link, "entity": entity, "finding": finding, "case": case, "drawing": drawing}
    return told | {"upload": page.url.rsplit("/", 1)[1]}


def faults(page: Any) -> list[str]:
    """What somebody who sees little, uses no mouse or has a small screen stumbles over on the page that is open."""
    looked = axe.Axe().run(page).response
    assert len(looked["passes"]) > 10
    found = [
        f"{page.url}: {one['id']} ({one['impact']}): {node['html'][:200]}"
        for one in looked["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found + ([f"{page.url}: {wider} pixels wider than the screen"] if wider > 0 else [])


def test_the_first_page_is_small_on_a_slow_line(served: Served) -> None:
    with httpx2.Client(base_url=served.address, headers={"accept-encoding": "gzip"}) as client:
        page = client.get("/sign-in")
        size = sum(
            int(client.get(asked).num_bytes_downloaded) for asked in ("/sign-in", *re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
        )
    assert page.headers["content-encoding"] == "gzip"
    assert size < 150_000


def test_names_are_latinised_by_a_key(served: Served, browser: Any) -> None:
    with looking(browser) as page:
        sign_in(page, served.address, "case lead", WORDS)
        page.goto(f"{served.address}/search?name=Ozerchuk")
        page.goto(f"{served.address}/links")
        page.evaluate("document.querySelector('table.ranking bdi').setAttribute('data-latin', 'Latin')")
        page.keyboard.press("l")
        said = "getComputedStyle(document.querySelector('[data-latin]'), '::after').content"
        assert "Latin" in page.evaluate(said)
        page.keyboard.press("l")
        assert page.evaluate(said) == "none"


def test_it_works_without_scripts(served: Served, browser: Any) -> None:
    with looking(browser, java_script_enabled=False) as page:
        sign_in(page, served.address, "case lead", WORDS)
        page.goto(f"{served.address}/links")
        page.locator("table.ranking tbody a").nth(3).click()
        page.get_by_role("button", name="Unsure").click()
        page.wait_for_selector("text=Judged “unsure”")
        follow(page, page.get_by_role("button", name="Take it back"))
        page.get_by_text("Add to a case, or assign").click()
        page.wait_for_url("**/casework?*")
        page.goto(f"{served.address}/search")
        page.fill("input[name=name]", "Ozerchuk")
        page.locator("main form button").first.click()
        page.wait_for_selector("#hits")
