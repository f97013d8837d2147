"""A unit's first day with the workbench, in a real browser against the real server; every page looked at by axe, in two directions of writing."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from crosstie.app import Workspace
from crosstie.casework.access import Role
from crosstie.model.marking import Tlp
from tests.e2e.conftest import run

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
WORDS = "four plain words here"
#: What an office has.
SCREEN: Any = {"width": 1366, "height": 768}
#: A list that comes last, through the browser.
LIST = "consolidated.xml"


class Served:
    """`crosstie serve` on a workspace."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address, self.folder = f"http://localhost:{port}", folder
        self._said = folder.parent / f"{folder.name}.said"
        command = [sys.executable, "-m", "crosstie", "--workspace", str(folder), "serve", "--port", str(port)]
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        until = time.monotonic() + 90
        while True:
            try:
                httpx2.get(f"{self.address}/sign-in").raise_for_status()
                break
            except httpx2.TransportError:
                assert self.process.poll() is None, self.said
                assert time.monotonic() < until, self.said
                time.sleep(0.1)

    @property
    def said(self) -> str:
        """What it told on the terminal."""
        return self._said.read_text()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        finally:
            self.process.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def looking(browser: Any, **options: Any) -> Iterator[Any]:
    """A page in a browser of its own. At the end no script may have failed and nothing have been refused by the page's policy."""
    wrong: list[str] = []
    context = browser.new_context(viewport=SCREEN, **({"locale": "en"} | options))
    page = context.new_page()
    page.set_default_timeout(60_000)
    # an answer that refuses is an error to the console, and no fault of the page
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" and "status of 4" not in said.text else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


def sign_in(page: Any, address: str, name: str, password: str, purpose: str = "who moves the money") -> None:
    page.goto(f"{address}/sign-in")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", password)
    page.fill("input[name=purpose]", purpose)
    follow(page, page.locator("form.card button").first)


def follow(page: Any, door: Any) -> None:
    """Click what leads to another page, and wait until it is there: who asks for a third one before breaks the second off."""
    with page.expect_navigation():
        door.click()


def choose(page: Any, present: str) -> None:
    page.fill("input[name=present]", present)
    page.fill("input[name=chosen]", WORDS)
    page.click("form.card button")
    page.wait_for_url("**/sign-in")


@pytest.mark.slow
def test_the_first_day(demo: Path, browser: Any, tmp_path: Path) -> None:
    unit, files = tmp_path / "unit", tmp_path / "files"
    shutil.copytree(demo / "region" / "files", files)
    (files / LIST).rename(tmp_path / LIST)
    assert run("init", unit).returncode == 0
    assert run("add", files, workspace=unit).returncode == 0
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
    assert run("verify", workspace=unit).returncode == 0


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
    while httpx2.get(f"{address}/readyz").status_code != 200 or page.goto(f"{address}/links").status != 200:
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


@pytest.fixture(scope="module")
def served(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demonstration, with somebody of each role that sees pages of its own, and a case."""
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


#: The pages of each role; {link}, {entity} and {case} are the first that there are.
PAGES = {
    Role.CASE_LEAD: (
        "/", "/links", "/links/{link}", "/entities/{entity}",
        "/apart?entity={entity}", "/search?name=a", "/review", "/sources", "/sources/add", "/builds", "/cases", "/cases/{case}",
        "/drawings", "/drawing?link={link}", "/timeline?link={link}", "/map?link={link}", "/queries", "/tokens", "/password", "/second-factor", "/nowhere",
    ),
    Role.CUSTODIAN: ("/sources", "/retention"),
    Role.ADMINISTRATOR: ("/accounts",),
    Role.AUDITOR: ("/audit",),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("en", "dark"), ("ar", "light"), ("zh", "dark")])
def test_every_page_can_be_used_by_everybody(served: Served, browser: Any, language: str, scheme: str) -> None:
    found = []
    for role, pages in PAGES.items():
        with looking(browser, color_scheme=scheme, locale=language) as page:
            found += faults(page, served.address + "/sign-in")
            sign_in(page, served.address, role.value, WORDS)
            assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
            known = first_of(page, served.address) if role is Role.CASE_LEAD else {}
            for one in pages:
                found += faults(page, served.address + one.format(**known))
    assert found == []


def first_of(page: Any, address: str) -> dict[str, str]:
    """The first link, its end, and a case that is opened where there is none."""
    page.goto(f"{address}/links")
    link = str(page.locator("table.ranking tbody a").first.get_attribute("href")).rsplit("/", 1)[1]
    page.goto(f"{address}/links/{link}")
    entity = str(page.locator("h1 a").first.get_attribute("href")).removeprefix("/entities/")
    page.goto(f"{address}/cases")
    cases = page.locator("main td a[href^='/cases/']")
    if not cases.count():
        for field, text in (("input[name=title]", "A case"), ("textarea[name=purpose]", "A purpose"), ("textarea[name=basis]", "A law")):
            page.fill(f"form[action='/cases'] {field}", text)
        page.locator("form[action='/cases'] button").click()
        page.wait_for_url("**/cases/*")
        page.goto(f"{address}/cases")
    return {"link": link, "entity": entity, "case": str(cases.first.get_attribute("href")).rsplit("/", 1)[1]}


def faults(page: Any, address: str) -> list[str]:
    """What somebody who sees little, uses no mouse or has a small screen stumbles over on a page."""
    page.goto(address)
    looked = axe.Axe().run(page).response
    assert len(looked["passes"]) > 10
    found = [
        f"{address}: {one['id']} ({one['impact']}): {node['html'][:200]}"
        for one in looked["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found + ([f"{address}: {wider} pixels wider than the screen"] if wider > 0 else [])


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
